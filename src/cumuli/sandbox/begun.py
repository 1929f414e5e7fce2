"""Starting several servers at the same time, each with the faulty link before it if one is wanted."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

import msgspec

from cumuli.sandbox.faulty.server import LinkServer
from cumuli.sandbox.server import Address, Server
from cumuli.sandbox.starting import Started, start
from cumuli.sandbox.state import Options, usable

__all__ = ["Begun", "Wanted", "begin", "begin_all"]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be started.

    Attributes:
        server: Which, as it is to be started.
        home: An empty folder for it.
        options: How.
        port: That it has to have; 0 for any.
        fronts: That the link before it has to have; none for any.
    """

    server: Server
    home: Path
    options: Options
    port: int = 0
    fronts: tuple[int, ...] = ()


class Begun:
    """A server that answers, and the link before it.

    Attributes:
        wanted: What was to be started.
        started: The server.
        link: The link, if there is one.
        fronts: The link's ports, one for each of the server's.
    """

    def __init__(self, wanted: Wanted, started: Started, link: Started | None, fronts: tuple[int, ...]) -> None:
        self.wanted = wanted
        self.started = started
        self.link = link
        self.fronts = fronts

    @property
    def address(self) -> Address:
        """Where users find it."""
        port = self.fronts[0] if self.fronts else self.started.address.port
        return Address(port=port, home=self.wanted.home)

    def keep(self) -> None:
        """Let it run on by itself from here on."""
        for part in (self.started, self.link):
            if part is not None:
                part.keep()

    def close(self) -> None:
        """End it, unless it is kept."""
        for part in (self.link, self.started):
            if part is not None:
                part.close()


def begin(wanted: Wanted, *, tied: bool, given_up: threading.Event | None = None) -> Begun:
    """Start a server and the link before it.

    Raises:
        ConfigurationError, ConnectionFailed: As for ``start``; neither is there then.
    """
    server, options = wanted.server, wanted.options
    started = start(server, wanted.home, tied=tied, port=wanted.port, given_up=given_up)
    if not options.faults:
        return Begun(wanted, started, None, ())
    try:
        home = wanted.home / "link"
        with usable(str(home)):
            home.mkdir()
        ports = tuple(server.ports(started.address))
        link = LinkServer(server.name, ports, options.faults, options.seed, wanted.fronts)
        before = start(link, home, tied=tied, port=wanted.fronts[0] if wanted.fronts else 0, given_up=given_up)
    except BaseException:
        started.close()
        raise
    return Begun(wanted, started, before, tuple(link.ports(before.address)))


def begin_all(wanted: Iterable[Wanted], *, tied: bool) -> Generator[Begun]:
    """Start servers at the same time, and give each as soon as it answers.

    When the generator is closed early, those that it has not given yet are ended.

    Raises:
        ConfigurationError, ConnectionFailed: One could not be started. It is raised after the others were given.
    """
    jobs = list(wanted)
    if not jobs:
        return
    given_up = threading.Event()
    given: set[Future[Begun]] = set()
    problem: Exception | None = None
    with ThreadPoolExecutor(len(jobs), "cumuli-sandbox") as pool:
        futures = [pool.submit(begin, job, tied=tied, given_up=given_up) for job in jobs]
        try:
            for future in as_completed(futures):
                if (error := future.exception()) is None:
                    given.add(future)
                    yield future.result()
                elif problem is None and isinstance(error, Exception):
                    problem = error
        except BaseException:
            given_up.set()
            for future in futures:
                if future not in given and future.exception() is None:
                    future.result().close()
            raise
    if problem is not None:
        raise problem
