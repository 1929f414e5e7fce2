"""What a client has in one event loop of one process: its connections, and a few threads."""

from __future__ import annotations

import asyncio
import os
import time
import weakref
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, TypeVar

from cumuli.runtime.closed_client import closed_error
from cumuli.runtime.http.address_order import Reachability
from cumuli.runtime.http.routes import Route, Routes
from cumuli.runtime.http.tls import tls_context
from cumuli.runtime.loop.connection import Connection
from cumuli.runtime.loop.dial import connect
from cumuli.runtime.protocol import TransportSettings
from cumuli.runtime.timeouts import Pace

if TYPE_CHECKING:
    import ssl

__all__ = ["Lease", "Transport", "running_loop"]

T = TypeVar("T")

OFFLOAD_THREADS = 8

_monotonic = time.monotonic


class Lease:
    """The right to use one connection, given up once.

    Attributes:
        pid: The process whose it is.
        connection: None until one is made, and again once the lease is over: by then it may be somebody else's.
    """

    __slots__ = ("_transport", "connection", "pid")

    def __init__(self, transport: Transport, connection: Connection | None) -> None:
        self._transport: Transport | None = transport
        self.pid = transport.pid
        self.connection = connection

    def abort(self) -> None:
        """Make fail what is being done on the connection; nothing once the lease is over."""
        if self.connection is not None:
            self.connection.abort()

    def release(self) -> None:
        """The connection may be used by the next request. Nothing once the lease is over."""
        transport, self._transport = self._transport, None
        connection, self.connection = self.connection, None
        if transport is not None:
            transport.release(connection)

    def discard(self) -> None:
        """Close the connection. Nothing once the lease is over."""
        self.abort()
        self.connection = None
        self.release()


class Transport:
    """The connections of a client, used again last in, first out, at most so many open at a time."""

    # Of the runtime, when it is dropped without being closed.
    finalizer: weakref.finalize[[Transport], Any]

    def __init__(
        self, loop: asyncio.AbstractEventLoop, settings: TransportSettings, routes: Routes, agent: str
    ) -> None:
        self.loop = loop
        self.pid = os.getpid()
        self.settings = settings
        self.users = "task"
        self.agent = agent
        self.route = routes.find
        self._known = Reachability()
        self._tls: ssl.SSLContext | None = None
        self._tls_lock = asyncio.Lock()
        self._slots = asyncio.Semaphore(settings.max_connections)
        self._in_use = 0
        self._open: set[Connection] = set()
        # The longest idle first.
        self._idle: list[Connection] = []
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False
        self._threads: ThreadPoolExecutor | None = None
        self._until_closed = _until_closed(self)
        with suppress(StopIteration):
            self._until_closed.__anext__().send(None)

    async def _tls_context(self) -> ssl.SSLContext:
        """The client's TLS context, made at the first call."""
        async with self._tls_lock:
            if self._tls is None:
                # Reading the CAs takes some ten milliseconds.
                self._tls = await self.offload(lambda: tls_context(self.settings))
            return self._tls

    # ---- connections

    async def lease(self, origin: str, route: Route, pace: Pace) -> Lease:
        """An unused connection to an origin, or a new one; what an ``Exchange`` works over.

        Raises:
            Timeout: All places for connections in use are taken, until the time to begin is over.
            OSError: The network's or TLS's own error; ``TimeoutError`` past the end.
            CloudError: The proxy refuses, or the client is closed.
        """
        end = pace.begins()
        if end <= _monotonic():
            raise TimeoutError
        if self._slots.locked():
            await self._wait_for_place(pace, end)
        else:
            # Does not suspend.
            await self._slots.acquire()
        self._in_use += 1
        if self._closed:
            self.release(None)
            raise closed_error()
        lease = Lease(self, self._find_idle(origin))
        if lease.connection is None:
            try:
                lease.connection = await self._connect(origin, route, pace)
            except BaseException:
                lease.discard()
                raise
        return lease

    async def _wait_for_place(self, pace: Pace, end: float) -> None:
        try:
            async with asyncio.timeout(self.left(end)):
                await self._slots.acquire()
        except TimeoutError:
            raise pace.none_free(self.settings.max_connections) from None

    def _find_idle(self, origin: str) -> Connection | None:
        """An idle connection to the origin that still stands."""
        idle = self._idle
        index = len(idle)
        while index:
            index -= 1
            connection = idle[index]
            if connection.origin == origin:
                del idle[index]
                if not connection.stale():
                    return connection
                connection.abort()
        return None

    async def _connect(self, text: str, route: Route, pace: Pace) -> Connection:
        """A new connection to an origin."""
        tls = await self._tls_context() if route.secure else None
        surplus = len(self._idle) + self._in_use - self.settings.max_connections
        for idle in self._idle[: max(0, surplus)]:
            idle.abort()
        del self._idle[: max(0, surplus)]
        end = pace.connects(self.settings.connect_timeout)
        connection = await connect(lambda: Connection(self.loop, text, self), route, tls, end, self._known)
        if self._closed:
            connection.abort()
            raise closed_error()
        return connection

    def release(self, connection: Connection | None) -> None:
        """Give back a place, and the connection, if it may be used again."""
        self._in_use -= 1
        self._slots.release()
        if connection is None:
            return
        if self._closed or not connection.clean or os.getpid() != self.pid:
            connection.abort()
            return
        connection.idle_since = _monotonic()
        self._idle.append(connection)
        if self._sweep is None:
            self._sweep = self.loop.call_later(self.settings.idle_timeout, self._close_old)

    def made(self, connection: Connection) -> None:
        """A connection exists."""
        self._open.add(connection)

    def lost(self, connection: Connection) -> None:
        """A connection exists no more."""
        self._open.discard(connection)
        if connection.idle_since is not None:
            with suppress(ValueError):
                self._idle.remove(connection)

    def _close_old(self) -> None:
        """Close what has been idle for too long, and look again when the next one will have been."""
        self._sweep = None
        now = _monotonic()
        while self._idle:
            left = (self._idle[0].idle_since or 0.0) + self.settings.idle_timeout - now
            if left > 0:
                self._sweep = self.loop.call_later(left, self._close_old)
                break
            self._idle.pop(0).abort()

    # ---- threads, time, the end

    async def offload(self, function: Callable[[], T]) -> T:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(OFFLOAD_THREADS, "cumuli")
        return await self.loop.run_in_executor(self._threads, copy_context().run, function)

    def left(self, end: float) -> float | None:
        """Seconds until a moment, as asyncio's time limits take them."""
        return None if end == float("inf") else max(0.0, end - _monotonic())

    def close(self) -> None:
        """Cut what is under way and close every connection, without waiting for anybody."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        if self.loop.is_closed() or running_loop() is self.loop:
            self._end()
        else:
            self.loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        with suppress(StopIteration):
            self._until_closed.aclose().send(None)

    def cut_all(self) -> None:
        """Close every connection, used or not; nothing new begins."""
        self._closed = True
        self._idle.clear()
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        for connection in list(self._open):
            connection.abort()


async def _until_closed(transport: Transport) -> AsyncGenerator[None]:
    """Closes everything when it is closed itself.

    A generator, because a loop that ends closes its generators: the connections of a client that
    nobody closed end quietly with their loop.
    """
    try:
        yield
    finally:
        transport.cut_all()


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop that runs in this thread, if any."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
