"""The folders of machines' sandboxes: taken away when nobody uses them, and never before."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pytest

from cumuli.sandbox.machines import __main__ as service
from cumuli.sandbox.machines.settings import alone, place_in_use, places


def test_what_is_in_use_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a sandbox that starts takes away the folder in which another one is just trying its storage."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    forgotten = places() / "forgotten"
    forgotten.mkdir()
    with place_in_use() as home:
        service.sweep()
        assert list(places().iterdir()) == [home]
    assert list(places().iterdir()) == []


def test_a_place_that_is_just_made_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    begun = places() / "begun"
    with alone():
        begun.mkdir()
        sweeper = threading.Thread(target=service.sweep)
        sweeper.start()
        sweeper.join(0.2)
        assert begun.exists()
    sweeper.join(30)
    # Nobody has taken its lock.
    assert not begun.exists()
