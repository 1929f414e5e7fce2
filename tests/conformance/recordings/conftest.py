"""What is recorded: moto as EC2 and S3, Swift, GoGrid, and mimic as Rackspace."""

from __future__ import annotations

import socket
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, NoReturn

import pytest

from cumuli import sandbox
from cumuli.testing.flavours import AsyncFlavour, SyncFlavour

Story = Callable[[Any], Coroutine[Any, Any, object]]


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The endpoint of a moto, which is every service of AWS's."""
    with sandbox.running("ec2") as server:
        yield server.endpoint


@pytest.fixture(scope="session")
def swift() -> Iterator[sandbox.SandboxServer]:
    with sandbox.running("swift") as server:
        yield server


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Cuts the network off, for the rest of the test."""

    def refuse(*_arguments: object) -> NoReturn:
        raise AssertionError("a replay opens a connection")

    def cut() -> None:
        for name in ("connect", "connect_ex"):
            monkeypatch.setattr(socket.socket, name, refuse)

    return cut


def told(flavour: str, make: Callable[[bool], Any], story: Story) -> object:
    """What a story gives, told to a client of this flavour."""
    chosen = AsyncFlavour() if flavour == "async" else SyncFlavour()

    async def whole() -> object:
        async with chosen.shape(make(flavour == "async")) as client:
            return await story(client)

    try:
        return chosen.run(whole())
    finally:
        chosen.close()
