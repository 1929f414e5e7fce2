"""Running the command line inside of the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from cumuli.cli.app import run
from tests.support.printed import Cli, Result


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """Runs one command; nobody's own settings are in its way."""
    monkeypatch.setenv("CUMULI_CONFIG", str(tmp_path / "config.toml"))

    def call(*arguments: str) -> Result:
        capsys.readouterr()
        status = run(arguments)
        return Result(status, *capsys.readouterr())

    return call
