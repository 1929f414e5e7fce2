"""A place of one's own for servers that outlive their starter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cumuli.testing.flavours import flavour
from tests.support.sandboxes import taken_down_afterwards

__all__ = ["flavour"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the sandbox's ``state``, and the config file; what is up is taken down afterwards."""
    monkeypatch.setenv("CUMULI_SANDBOX_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CUMULI_CONFIG", str(tmp_path / "config.toml"))
    with taken_down_afterwards():
        yield tmp_path
