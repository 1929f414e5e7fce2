"""The runtime behind the sync clients: blocking sockets, threads only where work is to overlap.

None of its coroutines ever suspends; ``drive.run`` takes each of them to its end in one step.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from cumuli.errors import ConfigurationError, DeadlineExceeded
from cumuli.runtime.blocking.connection import Connection
from cumuli.runtime.blocking.dial import connect
from cumuli.runtime.blocking.jobs import Crew, Group, Job, current_token, interruptible
from cumuli.runtime.blocking.loop_thread import LoopThread
from cumuli.runtime.blocking.pool import Lease, Pool
from cumuli.runtime.clock_and_random import ClockAndRandom
from cumuli.runtime.closed_client import closed_error
from cumuli.runtime.deadline import current_deadline
from cumuli.runtime.files import BlockingSink, DirectSource, open_sink, open_source
from cumuli.runtime.http.address_order import Reachability
from cumuli.runtime.http.exchange import Exchange, Stream
from cumuli.runtime.http.headers import user_agent
from cumuli.runtime.http.proxies import Proxies
from cumuli.runtime.http.routes import Route, Routes
from cumuli.runtime.http.tls import tls_context
from cumuli.runtime.messages import Request, Response, ResponseStream, Sink, Source
from cumuli.runtime.protocol import HandOver, SinkTarget, SourceLike, TransportSettings
from cumuli.runtime.timeouts import Pace, Patience

if TYPE_CHECKING:
    import ssl

__all__ = ["BlockingRuntime"]

T = TypeVar("T")
U = TypeVar("U")

# How soon a thread that waits for a lock notices that its job was cancelled.
LOOK_UP = 0.1


class BlockingRuntime(ClockAndRandom):
    """The blocking ``Runtime``: shared by all threads of a program, and usable after a fork.

    Args:
        settings: How to reach the network.

    Raises:
        ConfigurationError: A setting cannot be used.
    """

    def __init__(self, settings: TransportSettings) -> None:
        if settings.max_connections < 1:
            raise ConfigurationError(f"max_connections is {settings.max_connections}; it has to be at least 1")
        self.settings = settings
        self.users = "thread"
        self.agent = user_agent(settings.user_agent)
        self._pool: Pool[Connection] = Pool(settings.max_connections, settings.idle_timeout)
        self._known = Reachability()
        self.route = Routes(Proxies(settings.proxy, os.environ)).find
        self._crew = Crew(settings.max_connections)
        self._loop_thread = LoopThread()
        self._tls: ssl.SSLContext | None = None
        self._tls_lock = threading.Lock()

    # ---- HTTP

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        exchange = Exchange(self, request, deadline, patience)
        if current_token() is None:
            return await exchange.answer()
        with interruptible(exchange.abort):
            return await exchange.answer()

    async def stream(self, request: Request, *, deadline: float, patience: Patience | None = None) -> ResponseStream:
        exchange = Exchange(self, request, deadline, patience)
        if current_token() is None:
            return _Stream(exchange, await exchange.begin())
        with interruptible(exchange.abort):
            return _Stream(exchange, await exchange.begin())

    async def lease(self, origin: str, route: Route, pace: Pace) -> Lease[Connection]:
        """An unused connection to an origin, or a new one; what an ``Exchange`` works over."""
        token = current_token()
        lease = self._pool.acquire(origin, pace.begins(), pace.none_free, token.check if token else None)
        if lease.connection is None:
            end = pace.connects(self.settings.connect_timeout)
            try:
                await connect(route, self._tls_context, end, interruptible, lease, self._known)
            except BaseException:
                lease.discard()
                raise
        return lease

    def _tls_context(self) -> ssl.SSLContext:
        """The client's TLS context, made at the first call."""
        with self._tls_lock:
            if self._tls is None:
                self._tls = tls_context(self.settings)
            return self._tls

    async def close(self) -> None:
        self._pool.close()
        self._crew.close(closed_error)
        self._loop_thread.close()

    # ---- files

    def source(self, data: SourceLike) -> Source:
        return DirectSource(open_source(data))

    def sink(self, destination: SinkTarget, *, overwrite: bool) -> Sink:
        return _Sink(open_sink(destination, overwrite=overwrite))

    # ---- time and chance

    async def sleep(self, seconds: float) -> None:
        self._check_open()
        token = current_token()
        if token is None:
            time.sleep(max(0.0, seconds))  # noqa: ASYNC251 - blocking is what this runtime is for
            return
        woken = threading.Event()
        with interruptible(woken.set):
            woken.wait(seconds)
        token.check()

    # ---- doing several things

    def lock(self) -> AbstractAsyncContextManager[None]:
        return _Lock()

    async def gather(self, jobs: Iterable[Callable[[], Awaitable[T]]], *, limit: int | None = None) -> list[T]:
        self._check_open()
        group: Group[T] = Group(self._crew, self._limit(limit))
        try:
            submitted = [group.submit(job) for job in jobs]
            # The last one first: a failure is raised whichever is waited for, and most of the others are done then.
            return [group.wait(job) for job in reversed(submitted)][::-1]
        finally:
            group.finish()

    async def map_bounded(
        self, function: Callable[[U], Awaitable[T]], items: Iterable[U] | AsyncIterable[U], *, limit: int
    ) -> AsyncGenerator[T]:
        self._check_open()
        group: Group[T] = Group(self._crew, self._limit(limit), patient=True)
        ahead: deque[Job[T]] = deque()
        try:
            async for item in _each(items):
                ahead.append(group.submit(partial(function, item)))
                while ahead and (ahead[0].done or len(ahead) >= limit):
                    yield group.wait(ahead.popleft())
            while ahead:
                yield group.wait(ahead.popleft())
        finally:
            group.finish()

    async def offload(self, function: Callable[[], T]) -> T:
        return function()

    @property
    def is_blocking(self) -> bool:
        return True

    async def on_loop(self, work: Callable[[HandOver], Coroutine[Any, Any, T]]) -> T:
        self._check_open()
        return self._loop_thread.run(work)

    async def shielded(self, work: Callable[[], Awaitable[T]]) -> T:
        # A job is cancelled once, and what it does afterwards works as usual.
        return await work()

    def _limit(self, limit: int | None) -> int:
        return self._crew.size if limit is None else max(1, limit)

    def _check_open(self) -> None:
        if self._pool.closed:
            raise closed_error()


async def _each(items: Iterable[U] | AsyncIterable[U]) -> AsyncIterator[U]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


class _Stream(Stream):
    """A stream whose reading ends with its job. Dropped without being closed, its lease cuts the connection."""

    __slots__ = ()

    async def read(self, size: int) -> bytes:
        if self._closed or current_token() is None:
            # Not by super(): one coroutine less.
            return await Stream.read(self, size)
        with interruptible(self._exchange.abort):
            return await self._exchange.read(size)


class _Lock:
    """A threading lock as an asynchronous context manager that never suspends."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()

    async def __aenter__(self) -> None:
        if self._lock.acquire(blocking=False):
            return
        token = current_token()
        end = current_deadline()
        while True:
            left = end - time.monotonic()
            if left <= 0:
                raise DeadlineExceeded("the time was up while another thread held a lock", sent=False, retryable=False)
            if self._lock.acquire(timeout=min(left, LOOK_UP) if token else min(left, threading.TIMEOUT_MAX)):
                return
            if token is not None:
                token.check()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()


def _check_job() -> None:
    """Where nothing waits for a socket, nothing else would notice that the job was given up."""
    token = current_token()
    if token is not None:
        token.check()


class _Sink:
    """A blocking sink as the protocol has it."""

    __slots__ = ("_sink",)

    def __init__(self, sink: BlockingSink) -> None:
        self._sink = sink

    async def write(self, data: bytes) -> None:
        self._sink.write(data)
        _check_job()

    async def commit(self) -> None:
        _check_job()
        self._sink.commit()

    async def abort(self) -> None:
        self._sink.abort()
