"""``DelegatingRuntime``: a runtime around another one, for those that change a part of what it does."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from cumuli.runtime.messages import Request, Response, ResponseStream, Sink, Source
from cumuli.runtime.protocol import HandOver, Runtime, SinkTarget, SourceLike
from cumuli.runtime.timeouts import Patience

__all__ = ["DelegatingRuntime"]

T = TypeVar("T")
U = TypeVar("U")


class DelegatingRuntime:
    """A ``Runtime`` that has everything done by another one.

    Args:
        runtime: Blocking or asynchronous.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        return await self._runtime.send(request, deadline=deadline, patience=patience)

    async def stream(self, request: Request, *, deadline: float, patience: Patience | None = None) -> ResponseStream:
        return await self._runtime.stream(request, deadline=deadline, patience=patience)

    def source(self, data: SourceLike) -> Source:
        return self._runtime.source(data)

    def sink(self, destination: SinkTarget, *, overwrite: bool) -> Sink:
        return self._runtime.sink(destination, overwrite=overwrite)

    async def sleep(self, seconds: float) -> None:
        await self._runtime.sleep(seconds)

    def now(self) -> float:
        return self._runtime.now()

    def monotonic(self) -> float:
        return self._runtime.monotonic()

    def random(self) -> float:
        return self._runtime.random()

    def token(self) -> str:
        return self._runtime.token()

    def lock(self) -> AbstractAsyncContextManager[None]:
        return self._runtime.lock()

    async def gather(self, jobs: Iterable[Callable[[], Awaitable[T]]], *, limit: int | None = None) -> list[T]:
        return await self._runtime.gather(jobs, limit=limit)

    def map_bounded(
        self, function: Callable[[U], Awaitable[T]], items: Iterable[U] | AsyncIterable[U], *, limit: int
    ) -> AsyncGenerator[T]:
        return self._runtime.map_bounded(function, items, limit=limit)

    async def offload(self, function: Callable[[], T]) -> T:
        return await self._runtime.offload(function)

    @property
    def is_blocking(self) -> bool:
        return self._runtime.is_blocking

    async def on_loop(self, work: Callable[[HandOver], Coroutine[Any, Any, T]]) -> T:
        return await self._runtime.on_loop(work)

    async def shielded(self, work: Callable[[], Awaitable[T]]) -> T:
        return await self._runtime.shielded(work)

    async def close(self) -> None:
        await self._runtime.close()
