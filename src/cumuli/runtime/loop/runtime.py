"""The runtime behind the async clients, over asyncio."""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from contextvars import copy_context
from typing import Any, TypeVar

from cumuli.errors import ConfigurationError, DeadlineExceeded
from cumuli.runtime.clock_and_random import ClockAndRandom
from cumuli.runtime.closed_client import closed_error
from cumuli.runtime.deadline import current_deadline, deadline_words
from cumuli.runtime.http.exchange import Exchange, Stream
from cumuli.runtime.http.headers import user_agent
from cumuli.runtime.http.proxies import Proxies
from cumuli.runtime.http.routes import Routes
from cumuli.runtime.loop import tasks
from cumuli.runtime.loop.sources_and_sinks import async_sink, async_source
from cumuli.runtime.loop.transport import Transport, running_loop
from cumuli.runtime.messages import Request, Response, ResponseStream, Sink, Source
from cumuli.runtime.protocol import HandOver, SinkTarget, SourceLike, TransportSettings
from cumuli.runtime.timeouts import Patience
from cumuli.runtime.within_deadline import time_left

__all__ = ["AsyncioRuntime"]

T = TypeVar("T")
U = TypeVar("U")


class AsyncioRuntime(ClockAndRandom):
    """The asynchronous ``Runtime``. Bound to the event loop of its first use."""

    def __init__(self, settings: TransportSettings) -> None:
        if settings.max_connections < 1:
            raise ConfigurationError(f"max_connections is {settings.max_connections}; it has to be at least 1")
        self._settings = settings
        self._agent = user_agent(settings.user_agent)
        self._routes = Routes(Proxies(settings.proxy, os.environ))
        self._closed = False
        self._transport: Transport | None = None
        self._binding = threading.Lock()

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        return await Exchange(self._here(), request, deadline, patience).answer()

    async def stream(self, request: Request, *, deadline: float, patience: Patience | None = None) -> ResponseStream:
        transport = self._here()
        exchange = Exchange(transport, request, deadline, patience)
        stream = _Stream(exchange, await exchange.begin())
        stream.loop = transport.loop
        return stream

    async def sleep(self, seconds: float) -> None:
        self._check_open()
        await asyncio.sleep(seconds)

    def lock(self) -> AbstractAsyncContextManager[None]:
        return asyncio.Lock()

    async def gather(self, jobs: Iterable[Callable[[], Awaitable[T]]], *, limit: int | None = None) -> list[T]:
        self._check_open()
        return await tasks.gather(jobs, limit)

    def map_bounded(
        self, function: Callable[[U], Awaitable[T]], items: Iterable[U] | AsyncIterable[U], *, limit: int
    ) -> AsyncGenerator[T]:
        self._check_open()
        return tasks.map_bounded(function, items, limit)

    async def offload(self, function: Callable[[], T]) -> T:
        if self._closed:
            # A download that a closing client interrupts still has its file to remove.
            return await asyncio.get_running_loop().run_in_executor(None, copy_context().run, function)
        return await self._here().offload(function)

    @property
    def is_blocking(self) -> bool:
        return False

    async def on_loop(self, work: Callable[[HandOver], Coroutine[Any, Any, T]]) -> T:
        self._check_open()
        limit = asyncio.timeout(time_left())
        try:
            async with limit:
                return await work(_call)
        except TimeoutError:
            if not limit.expired():
                raise
            raise DeadlineExceeded(deadline_words(current_deadline()) or "the time was up", retryable=False) from None

    async def shielded(self, work: Callable[[], Awaitable[T]]) -> T:
        return await tasks.shielded(work)

    def source(self, data: SourceLike) -> Source:
        return async_source(data, self.offload)

    def sink(self, destination: SinkTarget, *, overwrite: bool) -> Sink:
        return async_sink(destination, self.offload, overwrite=overwrite)

    async def close(self) -> None:
        self._closed = True
        transport, self._transport = self._transport, None
        if transport is not None and transport.pid == os.getpid():
            transport.finalizer()
            # Closed transports tell the loop so in its next rounds.
            await asyncio.sleep(0)

    def _check_open(self) -> None:
        if self._closed:
            raise closed_error()

    def _here(self) -> Transport:
        """What belongs to the running loop, made at the first call."""
        self._check_open()
        loop = asyncio.get_running_loop()
        transport = self._transport
        if transport is not None and transport.loop is loop and transport.pid == os.getpid():
            return transport
        with self._binding:
            transport = self._transport
            if transport is None or transport.pid != os.getpid():
                if transport is not None:
                    # The parent's sockets are in use over there: touching them here would mix up
                    # answers, and even closing them would disturb the parent's event loop.
                    _inherited.append(transport)
                    transport.finalizer.detach()
                self._transport = transport = Transport(loop, self._settings, self._routes, self._agent)
                transport.finalizer = weakref.finalize(self, Transport.close, transport)
            elif transport.loop is not loop:
                raise ConfigurationError(
                    "an async client belongs to one event loop, and this one was first used in another; "
                    "make one client per loop (for example inside the function given to asyncio.run)"
                )
            return transport


async def _call(function: Callable[[], object]) -> None:
    function()


# Kept for good, so that no finalizer of theirs runs in the child.
_inherited: list[Transport] = []


class _Stream(Stream):
    """A stream of an event loop. Dropped without being closed, it cuts its connection."""

    __slots__ = ("loop",)

    loop: asyncio.AbstractEventLoop

    def __del__(self) -> None:
        # Abandoned. The garbage collector may run in any thread; connections belong to the loop's.
        if self._closed:
            return
        if self.loop.is_closed() or running_loop() is self.loop:
            self._exchange.cut()
        else:
            self.loop.call_soon_threadsafe(self._exchange.cut)
