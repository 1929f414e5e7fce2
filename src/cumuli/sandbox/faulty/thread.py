"""A link in a thread of this process, for the length of a ``with`` block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

from cumuli.errors import ConfigurationError, ConnectionFailed
from cumuli.sandbox.described import SandboxServer
from cumuli.sandbox.faulty.plan import Plan, Seeded
from cumuli.sandbox.faulty.proxy import Link, Manner, Proxy
from cumuli.sandbox.faulty.words import read_faults
from cumuli.sandbox.server import HOST

__all__ = ["faults", "linked"]

PATIENCE = 30.0


@contextmanager
def faults(server: SandboxServer | str, words: str, *, seed: int = 0, kind: str = "") -> Generator[Link]:
    """A faulty link before a server, for the length of a ``with`` block.

    The same seed gives the same faults to the same requests in the same order. The link tells what each request met.

    Args:
        server: A server of the sandbox, or the URL of one on this machine: ``"http://127.0.0.1:5000"``.
        words: What goes wrong, such as ``"slow=40ms,cut=0.02,503=0.05,throttle=10/s"`` (docs/sandbox.md).
        seed: What it follows from.
        kind: Whose answers the link gives: a name of the sandbox's servers. Known if ``server`` is one of those.

    Raises:
        ConfigurationError: The words cannot be read, the URL is not one of this machine, or the server has no port.
        ConnectionFailed: The link could not be started.
    """
    if isinstance(server, SandboxServer):
        if not server.endpoint.startswith("http://"):
            raise ConfigurationError(f"faults: {server.name} listens on no port, and no link can be put before it")
        port, kind = server.port, kind or server.name
    else:
        parts = urlsplit(server)
        if parts.scheme != "http" or parts.hostname not in {HOST, "localhost"} or parts.port is None:
            raise ConfigurationError(f"faults: {server!r} is no address of this machine; write http://{HOST}:PORT")
        port = parts.port
    read = read_faults(words)
    manner = Manner(bandwidth=read.bandwidth, idle=read.idle, clock=read.clock)
    with linked(port, Seeded(kind, read, seed), manner) as link:
        yield link


@contextmanager
def linked(port: int, plan: Plan, manner: Manner) -> Generator[Link]:
    """A link to the server on this port of the loopback interface, in a thread of its own.

    Args:
        port: The server's.
        plan: What happens to which request.
        manner: What the link is like for all of them.

    Raises:
        ConnectionFailed: It could not be started.
    """
    proxy = Proxy(plan, manner)
    loop = asyncio.new_event_loop()
    started, stopping = threading.Event(), asyncio.Event()
    problems: list[OSError] = []

    async def run() -> None:
        try:
            await proxy.listen({port: 0})
        except OSError as error:
            problems.append(error)
            return
        finally:
            started.set()
        await stopping.wait()
        proxy.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), name="cumuli-faulty-link", daemon=True)
    thread.start()
    if not started.wait(PATIENCE) or problems:
        raise ConnectionFailed(f"the faulty link did not start: {problems[0] if problems else 'no time for it'}")
    try:
        yield proxy.link
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(PATIENCE)
        loop.close()
