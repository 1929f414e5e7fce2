"""Asking the system which sockets are ready, also where it has no ``poll``."""

from __future__ import annotations

import select
from typing import Final, Protocol

__all__ = ["GONE", "READABLE", "WRITABLE", "Poll", "poll"]

# Linux's numbers stand in where there are none.
READABLE: Final[int] = getattr(select, "POLLIN", 1)
WRITABLE: Final[int] = getattr(select, "POLLOUT", 4)
# Tells that the peer has closed its end, even behind bytes that nobody has read; without poll it cannot be asked for.
GONE: Final[int] = getattr(select, "POLLHUP", 0) | getattr(select, "POLLERR", 0) | getattr(select, "POLLRDHUP", 0)


class Poll(Protocol):
    """What of ``select.poll`` is used."""

    def register(self, fd: int, eventmask: int, /) -> None: ...
    def modify(self, fd: int, eventmask: int, /) -> None: ...
    def unregister(self, fd: int, /) -> None: ...
    def poll(self, timeout: float | None = None, /) -> list[tuple[int, int]]: ...


class SelectPoll:
    """``select.poll`` by means of ``select.select``, which is all that Windows has."""

    def __init__(self) -> None:
        self._events: dict[int, int] = {}

    def register(self, fd: int, eventmask: int, /) -> None:
        """Watch a descriptor for ``READABLE``, ``WRITABLE`` or both."""
        self._events[fd] = eventmask

    def modify(self, fd: int, eventmask: int, /) -> None:
        """Watch it for something else."""
        self._events[fd] = eventmask

    def unregister(self, fd: int, /) -> None:
        """Watch it no more."""
        del self._events[fd]

    def poll(self, timeout: float | None = None, /) -> list[tuple[int, int]]:
        """The descriptors that are ready, and for what, after that many milliseconds at most."""
        reading = [fd for fd, events in self._events.items() if events & READABLE]
        writing = [fd for fd, events in self._events.items() if events & WRITABLE]
        # Windows refuses to wait for nothing. Nothing that is used here does so but to look for GONE alone.
        if not reading and not writing:
            return []
        # Windows tells of a connection that could not be made only among the exceptional ones.
        seconds = None if timeout is None else max(timeout, 0) / 1000
        readable, writable, failed = select.select(reading, writing, writing, seconds)
        ready = dict.fromkeys(readable, READABLE)
        for fd in {*writable, *failed}:
            ready[fd] = ready.get(fd, 0) | WRITABLE
        return list(ready.items())


def poll() -> Poll:
    """A new one, that watches nothing yet."""
    return select.poll() if hasattr(select, "poll") else SelectPoll()
