"""A copy of the project in a folder of its own, for tests of the tools that change it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["contents", "copied", "run"]

ROOT = Path(__file__).parents[2]


def copied(to: Path) -> Path:
    """What of the project the tool and the checks read, in a folder of its own."""
    skipped = shutil.ignore_patterns("__pycache__", "openstack_services")
    for folder in ("src", "tools", "tests/support", "docs/providers"):
        shutil.copytree(ROOT / folder, to / folder, ignore=skipped)
    (to / "tests" / "conformance").mkdir()
    files = ["pyproject.toml", "README.md", "LICENSE"]
    for pattern in ("tests/*.py", "tests/conformance/*.py", "tests/unit/test_*.py"):
        files += [str(path.relative_to(ROOT)) for path in ROOT.glob(pattern)]
    for file in files:
        (to / file).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / file, to / file)
    (to / ".venv").symlink_to(sys.prefix)
    return to


def run(project: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Python in the copy, which it imports cumuli from."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CUMULI_"))}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env={**kept, "PYTHONPATH": str(project / "src"), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=600,
    )


def contents(project: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(project)): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and ".ruff_cache" not in path.parts
    }
