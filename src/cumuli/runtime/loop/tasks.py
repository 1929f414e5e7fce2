"""Jobs at the same time on one event loop: what ``gather`` and ``map_bounded`` of the async runtime do.

A job that fails, or the caller's own cancellation, cancels every other job and waits for them to
clean up, though never for long: a job that ignores its cancellation must not hold up the caller.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextvars import Context, copy_context
from typing import Any, Generic, TypeVar

from cumuli.runtime.http.limits import GRACE

__all__ = ["gather", "map_bounded", "shielded"]

T = TypeVar("T")
U = TypeVar("U")


async def gather(jobs: Iterable[Callable[[], Awaitable[T]]], limit: int | None) -> list[T]:
    """Run jobs, at most ``limit`` at a time, and give their results in order; see ``Runtime.gather``."""
    crew = _Crew(iter(jobs))
    try:
        return await crew.run(None if limit is None else max(1, limit))
    finally:
        crew.over.cancel()
        await stop(crew.running)


class _Crew(Generic[T]):
    """Jobs under way, each in a task with a context of its own, the next one started when one ends."""

    def __init__(self, jobs: Iterator[Callable[[], Awaitable[T]]]) -> None:
        self.running: set[asyncio.Task[None]] = set()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._jobs = jobs
        self._results: dict[int, T] = {}
        self._started = 0
        self._failure: BaseException | None = None
        self._context: Context = copy_context()

    async def run(self, limit: int | None) -> list[T]:
        while (limit is None or len(self.running) < limit) and self._start():
            pass
        if self.running:
            await self.over
        if self._failure is not None:
            raise self._failure
        return [self._results[index] for index in range(self._started)]

    def _start(self) -> bool:
        job = next(self._jobs, None)
        if job is None:
            return False
        work = self._work(self._started, job)
        self._started += 1
        task = asyncio.get_running_loop().create_task(work, context=self._context.copy())
        self.running.add(task)
        task.add_done_callback(self._ended)
        return True

    async def _work(self, index: int, job: Callable[[], Awaitable[T]]) -> None:
        self._results[index] = await job()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        failure = asyncio.CancelledError() if task.cancelled() else task.exception()
        if self.over.done():
            return
        if failure is None:
            try:
                self._start()
            except Exception as error:  # noqa: BLE001 - what the caller's iterable raises is the caller's to see
                failure = error
        if failure is not None:
            self._failure = failure
        if failure is not None or not self.running:
            self.over.set_result(None)


async def map_bounded(
    function: Callable[[U], Awaitable[T]], items: Iterable[U] | AsyncIterable[U], limit: int
) -> AsyncGenerator[T]:
    """``function`` over a lazy sequence, results in order; see ``Runtime.map_bounded``."""
    source = items.__aiter__() if isinstance(items, AsyncIterable) else _one_by_one(items)
    window: deque[asyncio.Task[T]] = deque()
    fetch: asyncio.Task[U] | None = None
    ended = False

    async def work(item: U) -> T:
        return await function(item)

    async def take() -> U:
        return await source.__anext__()

    try:
        while True:
            if fetch is None and not ended and len(window) < max(1, limit):
                fetch = asyncio.create_task(take())
            waited: list[asyncio.Task[T] | asyncio.Task[U]] = [
                task for task in (window[0] if window else None, fetch) if task
            ]
            if not waited:
                return
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if fetch is not None and fetch.done():
                try:
                    window.append(asyncio.create_task(work(fetch.result())))
                except StopAsyncIteration:
                    ended = True
                fetch = None
            if window and window[0].done():
                yield window.popleft().result()
    finally:
        await stop([*window, *([fetch] if fetch else [])])
        close = getattr(source, "aclose", None)
        if close is not None:
            await close()


async def shielded(work: Callable[[], Awaitable[T]]) -> T:
    """Await work to its end, however often the caller is cancelled meanwhile; see ``Runtime.shielded``."""

    async def whole() -> T:
        return await work()

    task = asyncio.get_running_loop().create_task(whole())
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        task.add_done_callback(_forget)
        raise cancelled
    return task.result()


async def _one_by_one(items: Iterable[U]) -> AsyncIterator[U]:
    for item in items:
        yield item


async def stop(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait, not for long, until they have ended. Their failures are nobody's any more."""
    tasks = list(tasks)
    for task in tasks:
        task.add_done_callback(_forget)
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=GRACE)


def _forget(task: asyncio.Task[Any]) -> None:
    # Fetching the exception keeps the loop from reporting it as never retrieved.
    if not task.cancelled():
        task.exception()
