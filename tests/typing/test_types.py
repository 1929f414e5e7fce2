"""Both checkers agree with the files beside this one, and would disagree with a wrong one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECKERS = {
    "mypy": [sys.executable, "-m", "mypy", "--strict", "--no-error-summary"],
    "basedpyright": [sys.executable, "-m", "basedpyright"],
}
WRONG = """
from typing import assert_type
from cumuli import EC2, Node

assert_type(EC2().list_nodes(), list[Node])
EC2().list_nodes()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
EC2().list_nodes(id=[])
"""


def check(checker: str, *files: Path) -> subprocess.CompletedProcess[str]:
    command = [*CHECKERS[checker], *(str(file) for file in files)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
@pytest.mark.parametrize("checker", CHECKERS)
def test_the_public_api_has_the_types_that_are_pinned_here(checker: str) -> None:
    files = sorted(file for file in Path(__file__).parent.glob("*.py") if not file.name.startswith("test_"))
    assert len(files) >= 3
    answer = check(checker, *files)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.slow
@pytest.mark.parametrize("checker", CHECKERS)
def test_a_wrong_type_a_needless_excuse_and_a_wrong_keyword_are_found(checker: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(WRONG)
    answer = check(checker, file)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    lines = [line for line in answer.stdout.splitlines() if "wrong.py:" in line and "error" in line]
    assert {int(line.partition("wrong.py:")[2].split(":")[0]) for line in lines} == {5, 6, 7}
