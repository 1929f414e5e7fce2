"""The guides' examples run, from the first to the last, as a reader would type them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

GUIDES = sorted((Path(__file__).parents[2] / "docs" / "guide").glob("*.md"))
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def run(text: str, name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    # Empty lines in front, so that a failure is told with the guide's own line.
    blocks = ["\n" * text.count("\n", 0, match.start(1)) + match[1] for match in BLOCK.finditer(text)]
    assert blocks
    program = "".join(f"exec(compile({block!r}, {name!r}, 'exec'))\n" for block in blocks)
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_the_examples_run(guide: Path, tmp_path: Path) -> None:
    done = run(guide.read_text(), guide.name, tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_wrong_example_is_found(tmp_path: Path) -> None:
    done = run("Text.\n\n```python\nx = 1\n```\n\n```python\nassert x == 2\n```\n", "guide.md", tmp_path)
    assert done.returncode == 1
    assert 'File "guide.md", line 8' in done.stderr


def test_there_are_guides() -> None:
    assert GUIDES
