"""A machine to deploy, and clients whose nodes are all that machine."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from cumuli.providers.memory.compute.account import MemoryAccount
from cumuli.providers.memory.compute.aio import AsyncMemoryCompute
from cumuli.providers.memory.compute.client import MemoryCompute
from cumuli.testing.flavours import Flavour
from tests.support.ssh_server import SSHServer

numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own: no key, agent or setting of whoever runs the tests."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return home


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private key of each kind, with its public one."""
    folder = tmp_path_factory.mktemp("keys")
    for name, kind in (("ed25519", "ssh-ed25519"), ("ecdsa", "ecdsa-sha2-nistp256"), ("rsa", "ssh-rsa")):
        key = asyncssh.generate_private_key(kind)
        key.write_private_key(folder / name)
        key.write_public_key(folder / f"{name}.pub")
    return folder


@pytest.fixture
def machine(tmp_path: Path, key_folder: Path) -> Iterator[SSHServer]:
    place = tmp_path / "machine"
    place.mkdir()
    keys = tuple(path.read_text().strip() for path in sorted(key_folder.glob("*.pub")))
    server = SSHServer(place, keys=keys)
    # What the memory provider makes for a node without a key.
    server.password = lambda _, password: password.startswith("password-of-node-")
    server.start()
    yield server
    server.close()


@pytest.fixture
def account() -> MemoryAccount:
    return MemoryAccount()


@pytest.fixture
def make(flavour: Flavour, account: MemoryAccount) -> Iterator[Callable[..., Any]]:
    """Makes clients of either flavour, in the shape of the async one."""
    made: list[Any] = []

    def make_one(**more: Any) -> Any:
        kind = AsyncMemoryCompute if flavour.name == "async" else MemoryCompute
        made.append(flavour.shape(kind(account, polls_until_running=1, **more)))
        return made[-1]

    yield make_one
    for client in made:
        flavour.run(client.aclose())


@pytest.fixture
def compute(make: Callable[..., Any]) -> Any:
    return make()


@pytest.fixture
def login(machine: SSHServer, key_folder: Path) -> dict[str, Any]:
    """How to log in at the machine, as arguments of deploy_node."""
    return {
        "ssh_key": key_folder / "ed25519",
        "ssh_interface": lambda _: ("127.0.0.1", machine.port),
        "ssh_host_key": machine.host_key_line,
    }
