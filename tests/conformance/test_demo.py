"""``make demo`` does what it says, and fails when something is not so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from examples.demo import Story

from cumuli import CloudError

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"
STEPS = ["chosen", "created", "tagged", "addressed", "listed", "rebooted", "released", "destroyed"]


def test_the_tour_in_both_flavours_and_three_clouds() -> None:
    # The machine is shown by tests/conformance/machines: its image may have to be put together.
    without = {**os.environ, "PATH": ""}
    done = subprocess.run([sys.executable, str(DEMO)], capture_output=True, text=True, timeout=300, env=without)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"✓ (\w+)", done.stdout) == [*STEPS * 2, "swift", "s3", "local"]
    assert "✗" not in done.stdout
    assert re.search(r"No real machine is shown here:\s+the machines sandbox needs podman", done.stdout)


def test_what_is_not_so_ends_the_tour(capsys: pytest.CaptureFixture[str]) -> None:
    story = Story("a tour")
    story.step("seen", "in two places", really=True)
    with pytest.raises(CloudError, match="unseen"):
        story.step("unseen", "anywhere else", really=False)
    assert "✗ unseen" in capsys.readouterr().out


def test_without_a_server_it_fails() -> None:
    # No site-packages beside what cumuli itself needs: moto cannot be imported.
    script = (
        "import importlib.util, runpy, sys;"
        "found = importlib.util.find_spec;"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'moto' else found(name, *rest);"
        f"runpy.run_path({str(DEMO)!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "[sandbox]" in done.stderr
    assert "Traceback" not in done.stderr
