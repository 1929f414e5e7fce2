"""A gigabyte goes up and comes down, and memory stays flat: measured in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.storage import moving

GIB = 1 << 30
MOST = 120 * 1024 * 1024


@pytest.mark.slow
@pytest.mark.parametrize("source", ["path", "iterator"])
@pytest.mark.parametrize("flavour_name", ["sync", "async"])
def test_a_gigabyte_takes_little_memory(tmp_path: Path, flavour_name: str, source: str) -> None:
    (tmp_path / "root").mkdir()
    program = str(Path(moving.__file__))
    done = subprocess.run(
        [sys.executable, program, flavour_name, source, str(GIB), str(tmp_path)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    peak = int(done.stdout)
    assert peak < MOST, f"{peak / 1024 / 1024:.0f} MiB at the most"
