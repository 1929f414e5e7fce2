"""Servers that end with a block, and with the process that started them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from cumuli.sandbox.begun import Begun, Wanted, begin_all
from cumuli.sandbox.described import SandboxServer, described
from cumuli.sandbox.kept import chosen, options_of
from cumuli.sandbox.state import usable

__all__ = ["running", "running_all"]


@contextmanager
def running(name: str, *, auth: bool = False, faults: str = "", seed: int = 0) -> Generator[SandboxServer]:
    """A fresh server of one's own for the length of a ``with`` block; no profile is written.

    It ends with the block, and with this process however that ends, by SIGKILL too.

    Args:
        name: One of ``EVERY``.
        auth: Start it so that it checks signatures and passwords.
        faults: Put a link before it that does this wrong, such as ``"slow=40ms,503=0.05"`` (docs/sandbox.md).
        seed: What those faults follow from.

    Raises:
        ConfigurationError: There is no such server, or ``cumuli[sandbox]`` is not installed.
        ConnectionFailed: It did not start.
    """
    with running_all(name, auth=auth, faults=faults, seed=seed) as [server]:
        yield server


@contextmanager
def running_all(
    *names: str, auth: bool = False, faults: str = "", seed: int = 0, told: Callable[[str], None] | None = None
) -> Generator[list[SandboxServer]]:
    """As ``running``, for several servers, which are started at the same time.

    Args:
        names: Of ``EVERY``; none means those of ``NAMES``.
        auth: As for ``running``, of each.
        faults: As for ``running``, of each.
        seed: As for ``running``.
        told: Is told what takes long, such as an installation.

    Raises:
        ConfigurationError, ConnectionFailed: As for ``running``; none is left then.
    """
    options = options_of(auth=auth, faults=faults, seed=seed)
    servers = chosen(names, auth=auth)
    for server in servers:
        server.prepare(told or _unheard)
    with ExitStack() as stack:
        with usable("a folder for what is temporary"):
            temporary = tempfile.TemporaryDirectory(prefix="cumuli-sandbox-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(temporary))
        wanted: list[Wanted] = []
        for server in servers:
            home = folder / server.name
            with usable(str(home)):
                home.mkdir()
            wanted.append(Wanted(server=server, home=home, options=options))
        started: dict[str, Begun] = {}
        for begun in stack.enter_context(closing(begin_all(wanted, tied=True))):
            stack.callback(begun.close)
            started[begun.wanted.server.name] = begun
        yield [_described(started[server.name]) for server in servers]


def _described(begun: Begun) -> SandboxServer:
    started = begun.started
    return described(begun.wanted.server, begun.address, started.process.pid, started.log, begun.wanted.options)


def _unheard(_what: str) -> None:
    """Nobody listens."""
