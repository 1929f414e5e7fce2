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
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from cumuli.runtime.blocking.pool import closed_error
from cumuli.runtime.http import failures
from cumuli.runtime.http.address_order import Reachability
from cumuli.runtime.http.heads import Origin, parse_origin
from cumuli.runtime.http.proxies import Proxies, Proxy
from cumuli.runtime.http.tls import tls_context, trust_advice
from cumuli.runtime.loop.connection import Connection
from cumuli.runtime.loop.dial import connect
from cumuli.runtime.pace import Pace
from cumuli.runtime.protocol import TransportSettings

if TYPE_CHECKING:
    import ssl

__all__ = ["Route", "Transport", "running_loop"]

T = TypeVar("T")

OFFLOAD_THREADS = 8

_monotonic = time.monotonic


class Route:
    """How an origin is reached, worked out once.

    Attributes:
        origin: The origin.
        proxy: Through what.
        tls: The client's TLS context, if the origin or the proxy is spoken to by TLS.
        prefix: Put before a request's target: a proxy wants the whole URL.
        fields: Put behind a request's own header fields: what a proxy wants to know.
    """

    __slots__ = ("fields", "origin", "prefix", "proxy", "tls")

    def __init__(self, origin: Origin, proxy: Proxy | None, tls: ssl.SSLContext | None) -> None:
        self.origin = origin
        self.proxy = proxy
        self.tls = tls
        # A tunnel's CONNECT carries the credentials; without a tunnel, each request does.
        forwarded = proxy is not None and not proxy.is_socks and origin.scheme == "http"
        self.prefix = f"http://{origin.authority}" if forwarded else ""
        self.fields: list[tuple[str, str]] = []
        if forwarded and proxy is not None and proxy.authorization is not None:
            self.fields.append(("Proxy-Authorization", proxy.authorization))


class Transport:
    """The connections of a client, used again last in, first out, at most so many open at a time."""

    # Of the runtime, when it is dropped without being closed.
    finalizer: weakref.finalize[[Transport], Any]

    def __init__(
        self, loop: asyncio.AbstractEventLoop, settings: TransportSettings, proxies: Proxies, agent: str
    ) -> None:
        self.loop = loop
        self.pid = os.getpid()
        self.settings = settings
        self.agent = agent
        self._proxies = proxies
        self._known = Reachability()
        self._routes: dict[str, Route] = {}
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

    async def route(self, text: str) -> Route:
        """How an origin is reached."""
        route = self._routes.get(text)
        if route is None:
            origin = parse_origin(text)
            proxy = self._proxies.choose(origin.scheme, origin.host, origin.port)
            secure = origin.scheme == "https" or (proxy is not None and proxy.scheme == "https")
            if secure and self._tls is None:
                async with self._tls_lock:
                    # Reading the CAs takes some ten milliseconds.
                    self._tls = self._tls or await self.offload(lambda: tls_context(self.settings))
            route = self._routes[text] = Route(origin, proxy, self._tls if secure else None)
        return route

    # ---- connections

    async def acquire(self, pace: Pace) -> None:
        """Take one of the places for connections in use; ``release`` gives it back.

        Raises:
            Timeout: All places are taken, until the time to begin is over.
            ConfigurationError: The client is closed.
        """
        slots = self._slots
        if slots.locked():
            try:
                async with asyncio.timeout(self.left(pace.begins())):
                    await slots.acquire()
            except TimeoutError:
                raise pace.none_free(self.settings.max_connections) from None
        else:
            await slots.acquire()
        self._in_use += 1
        if self._closed:
            self.release(None)
            raise closed_error()

    def find_idle(self, origin: str) -> Connection | None:
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

    async def connect(self, text: str, route: Route, pace: Pace) -> Connection:
        """A new connection to an origin.

        Raises:
            CloudError: There is none.
        """
        surplus = len(self._idle) + self._in_use - self.settings.max_connections
        for idle in self._idle[: max(0, surplus)]:
            idle.abort()
        del self._idle[: max(0, surplus)]
        end = pace.connects(self.settings.connect_timeout)
        try:
            connection = await connect(
                lambda: Connection(self.loop, text, self), route.origin, route.proxy, route.tls, end, self._known
            )
        except TimeoutError:
            raise pace.late(text, sent=False) from None
        except OSError as error:
            through = f" through the proxy {route.proxy.url}" if route.proxy else ""
            raise failures.not_connected(error, f"{text}{through}", partial(trust_advice, self.settings)) from error
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
        if self._closed or os.getpid() != self.pid:
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
