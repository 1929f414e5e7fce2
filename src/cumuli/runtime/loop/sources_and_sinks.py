"""Sources and sinks of the async runtime: the blocking ones run in threads, and async iterables."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Protocol, TypeVar

from cumuli.errors import InvalidRequest
from cumuli.runtime.files import (
    BlockingSink,
    BlockingSource,
    DirectSource,
    PathSink,
    PieceBuffer,
    open_sink,
    open_source,
)
from cumuli.runtime.http.limits import GRACE
from cumuli.runtime.messages import Sink, Source
from cumuli.runtime.protocol import SinkTarget, SourceLike

__all__ = ["Offload", "async_sink", "async_source"]

T = TypeVar("T")

LARGE_READ = 1024 * 1024
# What a thread writes at a time: handing over each piece as it comes from the network costs more than writing it.
WRITE_AT_ONCE = 1024 * 1024


class Offload(Protocol):
    """``Runtime.offload``."""

    def __call__(self, function: Callable[[], T], /) -> Awaitable[T]: ...


def async_source(data: SourceLike, offload: Offload) -> Source:
    """The source for whatever an upload may be given; see ``Runtime.source``."""
    if isinstance(data, AsyncIterable) and not isinstance(data, Iterable):
        return _AsyncIterableSource(data)
    source = open_source(data)
    if isinstance(data, bytes | bytearray | memoryview | io.BytesIO):
        # No thread needed: nothing is waited for.
        return DirectSource(source)
    return _ThreadedSource(source, offload)


def async_sink(destination: SinkTarget, offload: Offload, *, overwrite: bool) -> Sink:
    """The sink for a path or a binary file; see ``Runtime.sink``."""
    return _ThreadedSink(open_sink(destination, overwrite=overwrite), offload)


class _OneAtATime:
    """Calls of a blocking object in threads, never two at once.

    A call whose caller was cancelled goes on in its thread; closing a file under it could hand its
    descriptor to somebody else in the middle of a write.
    """

    def __init__(self, offload: Offload) -> None:
        self._offload = offload
        self._under_way: asyncio.Future[Any] | None = None
        self._begun: asyncio.Future[Any] | None = None

    async def begin(self, function: Callable[[], None]) -> None:
        """As ``call``, without waiting for the end; ``settle`` raises what the call raised."""
        await self.settle()
        self._begun = self._under_way = asyncio.ensure_future(self._offload(function))

    async def settle(self) -> None:
        """Wait for the call that was begun, if there is one.

        Raises:
            Exception: What it raised.
        """
        begun, self._begun = self._begun, None
        if begun is not None:
            await asyncio.shield(begun)

    async def call(self, function: Callable[[], T], *, by: Offload | None = None) -> T:
        await self._idle(None)
        work = asyncio.ensure_future((by or self._offload)(function))
        self._under_way = work
        return await asyncio.shield(work)

    async def finish(self, function: Callable[[], None]) -> None:
        """As ``call`` for the last call of all, given up when an earlier one does not end."""
        begun, self._begun = self._begun, None
        if not await self._idle(GRACE):
            return
        if begun is not None and not begun.cancelled():
            # Whoever ends early does not ask for it, and asyncio would report it as never asked for.
            begun.exception()
        await self.call(function)

    async def give_up(self, function: Callable[[], None]) -> None:
        """Make the last call of all now, for an object that bears it in the middle of another one."""
        begun, self._begun = self._begun, None
        if begun is not None:
            begun.add_done_callback(_forget)
        work = asyncio.ensure_future(self._offload(function))
        await asyncio.wait([work], timeout=GRACE)
        work.add_done_callback(_forget)

    async def _idle(self, patience: float | None) -> bool:
        work = self._under_way
        if work is not None and not work.done():
            await asyncio.wait([work], timeout=patience)
            return work.done()
        return True


def _forget(work: asyncio.Future[Any]) -> None:
    # Whoever gives up does not ask for it, and asyncio would report it as never asked for.
    if not work.cancelled():
        work.exception()


class _OwnThread:
    """A thread for the large reads of one source.

    The C library keeps what a thread has freed for that thread: parts that are read now by this
    thread and now by that one take several times their memory.
    """

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None

    def __call__(self, function: Callable[[], T], /) -> Awaitable[T]:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "cumuli-read")
        return asyncio.get_running_loop().run_in_executor(self._thread, copy_context().run, function)

    def end(self) -> None:
        """Let the thread end once it has nothing to do."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown(wait=False)


class _ThreadedSource:
    """A file, or an iterable that may block."""

    def __init__(self, source: BlockingSource, offload: Offload) -> None:
        self._source = source
        self._threads = _OneAtATime(offload)
        self._own_thread = _OwnThread()

    @property
    def length(self) -> int | None:
        return self._source.length

    @property
    def rewindable(self) -> bool:
        return self._source.rewindable

    async def read(self, size: int) -> bytes:
        by = self._own_thread if size >= LARGE_READ else None
        return await self._threads.call(lambda: self._source.read(size), by=by)

    async def rewind(self) -> None:
        await self._threads.call(self._source.rewind)

    async def close(self) -> None:
        try:
            await self._threads.finish(self._source.close)
        finally:
            self._own_thread.end()


class _ThreadedSink:
    """A file that a download goes to, written while the next pieces arrive. What fails shows a little later."""

    def __init__(self, sink: BlockingSink, offload: Offload) -> None:
        self._sink = sink
        self._threads = _OneAtATime(offload)
        self._waiting: list[bytes] = []
        self._size = 0

    async def write(self, data: bytes) -> None:
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= WRITE_AT_ONCE:
            pieces = self._take()
            await self._threads.begin(lambda: self._write(pieces))

    async def commit(self) -> None:
        await self._threads.settle()
        pieces = self._take()

        def rest() -> None:
            self._write(pieces)
            self._sink.commit()

        await self._threads.call(rest)

    def _take(self) -> list[bytes]:
        pieces, self._waiting, self._size = self._waiting, [], 0
        return pieces

    def _write(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            self._sink.write(piece)

    async def abort(self) -> None:
        if isinstance(self._sink, PathSink):
            await self._threads.give_up(self._sink.abort)
        else:
            await self._threads.finish(self._sink.abort)


class _AsyncIterableSource:
    """Pieces of bytes from an async iterable of unknown length, read once."""

    length: int | None = None
    rewindable = False

    def __init__(self, pieces: AsyncIterable[bytes]) -> None:
        self._pieces: AsyncIterator[bytes] | None = aiter(pieces)
        self._buffer = PieceBuffer()

    async def read(self, size: int) -> bytes:
        while self._pieces is not None and len(self._buffer) < size:
            try:
                self._buffer.add(await anext(self._pieces))
            except StopAsyncIteration:
                self._pieces = None
        return self._buffer.take(size)

    async def rewind(self) -> None:
        raise InvalidRequest("the upload cannot be read again: an iterator is read once")

    async def close(self) -> None:
        pieces, self._pieces = self._pieces, None
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()
