"""``make demo`` shows a real machine where podman is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[3] / "examples" / "demo.py"


def test_the_tour_ends_with_a_machine() -> None:
    done = subprocess.run([sys.executable, str(DEMO)], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"✓ (\w+)", done.stdout)[-4:] == ["local", "deployed", "fetched", "destroyed"]
    assert "Hello from web-1" in done.stdout
