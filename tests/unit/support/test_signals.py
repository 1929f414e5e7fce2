"""The tests of what signals do pass when whoever started them is deaf to those (in the background, under nohup)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TESTS = "tests/unit/sandbox/test_starting.py::test_a_tied_server_dies_with_its_starter"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_signals_reach_the_children_of_tests(number: str) -> None:
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-n",
        "0",
        f"{TESTS}[main thread-{number}]",
    ]
    deaf = ["sh", "-c", "trap '' TERM INT HUP; exec \"$@\"", "sh"]
    # A child that hears nothing is waited for for two minutes.
    done = subprocess.run([*deaf, *words], cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stdout
