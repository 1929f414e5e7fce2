"""The command as people run it, with a config file, journals and a report of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cumuli

SOURCE = Path(cumuli.__file__).parents[1]
Certify = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """For ``cumuli certify`` in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CUMULI_", "PYTEST_"))}
    return kept | {
        "PYTHONPATH": str(SOURCE),
        "CUMULI_CONFIG": str(tmp_path / "config.toml"),
        "CUMULI_CERTIFY_HOME": str(tmp_path / "journals"),
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture
def certify(environment: dict[str, str], tmp_path: Path) -> Certify:
    """Runs ``cumuli certify``; the report is in ``tmp_path / "report"``."""

    def call(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "cumuli", "certify", *arguments],
            cwd=tmp_path,
            env=environment | more,
            capture_output=True,
            text=True,
            timeout=300,
        )

    return call


def profile(tmp_path: Path, name: str, **settings: object) -> None:
    """Add a profile to the config file of these tests."""
    lines = [f"[profiles.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in settings.items()), ""]
    with (tmp_path / "config.toml").open("a") as file:
        file.write("\n".join(lines) + "\n")
    (tmp_path / "config.toml").chmod(0o600)


def evidence(tmp_path: Path, slug: str, folder: str = "report") -> Any:
    """What a run wrote."""
    return json.loads((tmp_path / folder / f"{slug}.json").read_text())


def outcomes(tmp_path: Path, slug: str, folder: str = "report") -> dict[str, str]:
    """What became of each behaviour."""
    return {name: each["outcome"] for name, each in evidence(tmp_path, slug, folder)["behaviours"].items()}
