"""Servers with an environment of their own: mimic as Rackspace, and how such an environment is made."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from cumuli import compute as compute_named
from cumuli import sandbox
from cumuli.errors import ConfigurationError
from cumuli.sandbox.environments import cache_folder, made, make
from cumuli.sandbox.servers.rackspace import LOCK
from tests.support.tiers import not_run

CACHE = Path(__file__).parents[3] / ".cache"


def test_rackspace(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not made(CACHE / "mimic", LOCK):
        not_run("mimic", "make test")
    monkeypatch.setenv("CUMULI_SANDBOX_CACHE", str(CACHE))
    [server] = sandbox.up("rackspace")
    with compute_named("sandbox-rackspace") as client:
        assert client.list_nodes() == []
        assert client.list_sizes()
    assert server.endpoint in str(server.profiles)
    assert sandbox.down() == ["rackspace"]
    with pytest.raises(ConfigurationError, match="mimic takes any"):
        sandbox.up("rackspace", auth=True)


def test_where_they_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CUMULI_SANDBOX_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "cumuli" / "sandbox"
    monkeypatch.setenv("CUMULI_SANDBOX_CACHE", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"


def test_one_whose_python_is_gone_is_made_anew(tmp_path: Path) -> None:
    folder, pins = tmp_path / "own", tmp_path / "own.lock"
    pins.write_text("# nothing\n")
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    (folder / ".ready").write_text(hashlib.sha256(pins.read_bytes()).hexdigest())
    python.symlink_to(sys.executable)
    assert made(folder, pins)
    python.unlink()
    python.symlink_to(tmp_path / "of a version that was removed")
    assert not made(folder, pins)


@pytest.mark.heavy
def test_an_environment_is_made_once_and_only_whole(tmp_path: Path) -> None:
    folder, pins = tmp_path / "cache" / "own", tmp_path / "own.lock"
    pins.write_text("no-hash-for-this==1\n")
    told: list[str] = []
    with pytest.raises(ConfigurationError, match=r"own\.lock pins could not be installed; pip said:\n.*hash"):
        make(folder, pins, told.append)
    assert not made(folder, pins)
    pins.write_text("# nothing\n")
    make(folder, pins, told.append)
    make(folder, pins, told.append)
    assert len(told) == 2, "the third time it was there"
    assert made(folder, pins)
    pins.write_text("# something else\n")
    assert not made(folder, pins)
