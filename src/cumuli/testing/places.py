"""Servers for the plug-in's tests, and clients of theirs."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from cumuli import sandbox
from cumuli.errors import ConfigurationError
from cumuli.registry import open_client, provider_infos
from cumuli.sandbox.server import Address, Server
from cumuli.sandbox.servers import EVERY, NAMES, server_named
from cumuli.service_names import Service

__all__ = ["MEMORY", "Servers", "memory_client", "sandbox_client", "server_of", "stand_in"]

# Nothing listens there, and nobody asks.
NOWHERE: Final = Address(port=9, home=Path())
MEMORY: Final = ("memory-compute", "memory-storage")


class Servers:
    """The servers of one process, each started when it is first asked for. They end with the ``with`` block."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._running: dict[str, sandbox.SandboxServer] = {}

    def get(self, name: str) -> sandbox.SandboxServer:
        """The server that has something of this name.

        Raises:
            ConfigurationError: There is none.
            ConnectionFailed: It did not start.
        """
        server = _server(name).name
        if server not in self._running:
            self._running[server] = self._stack.enter_context(sandbox.running(server))
        return self._running[server]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


@contextmanager
def server_of(name: str) -> Generator[sandbox.SandboxServer]:
    """A server of one's own that has something of this name."""
    with sandbox.running(_server(name).name) as server:
        yield server


def stand_in(name: str) -> sandbox.SandboxServer:
    """What a server would look like, for clients whose requests nobody sends."""
    server = _server(name)
    return sandbox.SandboxServer(
        name=server.name,
        summary=server.summary,
        endpoint=NOWHERE.endpoint,
        port=NOWHERE.port,
        pid=0,
        log="",
        profiles=server.profiles(NOWHERE),
        environment=server.exports(NOWHERE),
        running=False,
    )


def sandbox_client(server: sandbox.SandboxServer, name: str, *, asynchronous: bool) -> Any:
    """A client by one of a server's profiles."""
    profile = server.profiles.get(f"sandbox-{name}")
    if profile is None:
        named = ", ".join(known.removeprefix("sandbox-") for known in server.profiles)
        raise ConfigurationError(f"{name!r} is a server with nothing of that name in it; name one of: {named}")
    settings: dict[str, object] = dict(profile)
    provider = str(settings.pop("provider"))
    service: Service = next(info.service for info in provider_infos() if info.name == provider)
    # It is on this machine, whatever proxy the environment names.
    return open_client(service, provider=provider, settings={**settings, "proxy": ""}, asynchronous=asynchronous)


def memory_client(name: str, *, asynchronous: bool) -> Any:
    """A client of a new account in memory."""
    if name not in MEMORY:
        raise ConfigurationError(f"there is no {name!r}; there are {', '.join(MEMORY)}")
    service: Service = "compute" if name == "memory-compute" else "storage"
    return open_client(service, provider="memory", settings={}, asynchronous=asynchronous)


def _server(name: str) -> Server:
    if name in EVERY:
        return server_named(name)
    # Swift is Cloud Files and an S3 as well.
    others = (server_named(known) for known in NAMES)
    for server in others:
        if f"sandbox-{name}" in server.profiles(NOWHERE):
            return server
    names = ", ".join((*EVERY, *MEMORY))
    raise ConfigurationError(f"there is no server {name!r}; there are {names}, and the names of their profiles")
