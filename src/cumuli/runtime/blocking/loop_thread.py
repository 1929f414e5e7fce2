"""``LoopThread``: the event loop of a blocking runtime, for libraries that have no other way.

One thread has the loop, whoever of the client's threads wants it. What the coroutine there has to ask its caller,
it hands over: the caller's functions run in the caller's own thread.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from cumuli.errors import DeadlineExceeded
from cumuli.runtime.blocking.jobs import current_token, interruptible
from cumuli.runtime.closed_client import closed_error
from cumuli.runtime.deadline import current_deadline, deadline_words
from cumuli.runtime.protocol import HandOver
from cumuli.runtime.within_deadline import time_left

if TYPE_CHECKING:
    import asyncio

__all__ = ["LoopThread"]

T = TypeVar("T")

# How long a coroutine that was cancelled may take to clean up before its caller goes on without it.
CLEAN_UP = 5.0


class LoopThread:
    """An event loop in a thread, started when it is needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._pid = os.getpid()

    def run(self, work: Callable[[HandOver], Coroutine[Any, Any, T]]) -> T:
        """The result of a coroutine that runs on the loop; see ``Runtime.on_loop``."""
        return _Call(self._running(), work).wait()

    def _running(self) -> asyncio.AbstractEventLoop:
        import asyncio  # most programs never need a loop

        if self._pid != os.getpid():
            # A forked child has no such thread; closing the parent's loop would disturb the parent.
            self._pid, self._lock = os.getpid(), threading.Lock()
            _inherited.append(self._loop)
            self._loop = None
        with self._lock:
            if self._loop is None:
                self._loop = loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_serve, args=(loop,), name="cumuli-loop", daemon=True)
                self._thread.start()
            return self._loop

    def close(self) -> None:
        """Cancel what runs on the loop, and end it."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None and self._thread is not None and self._pid == os.getpid():
            loop.call_soon_threadsafe(loop.stop)
            if self._thread is not threading.current_thread():
                self._thread.join(CLEAN_UP)


# Kept for good, so that a child never closes what its parent uses.
_inherited: list[object] = []


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    import asyncio

    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks, timeout=CLEAN_UP))
        # What was closed in the last round is let go of in the next.
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


class _Call(Generic[T]):
    """One coroutine on the loop, and the thread that waits for it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, work: Callable[[HandOver], Coroutine[Any, Any, T]]) -> None:
        self._loop = loop
        self._work = work
        # Functions to call here; None when there is a result, or a reason to look up.
        self._inbox: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._task: asyncio.Task[T] | None = None
        self._context = copy_context()

    def wait(self) -> T:
        self._post(self._begin)
        try:
            with interruptible(lambda: self._inbox.put(None)):
                while self._task is None or not self._task.done():
                    try:
                        handed = self._inbox.get(timeout=time_left())
                    except Empty:
                        words = deadline_words(current_deadline())
                        raise DeadlineExceeded(words or "the time was up", retryable=False) from None
                    if handed is not None:
                        handed()
                    token = current_token()
                    if token is not None:
                        token.check()
        except BaseException:
            self._cancel()
            raise
        if self._task.cancelled():
            # Only closing the client cancels what nobody here did.
            raise closed_error()
        return self._task.result()

    def _begin(self) -> None:
        self._task = self._loop.create_task(self._work(self._hand_over), context=self._context)
        self._task.add_done_callback(lambda _: self._inbox.put(None))

    def _post(self, function: Callable[[], object]) -> None:
        try:
            self._loop.call_soon_threadsafe(function)
        except RuntimeError:
            raise closed_error() from None

    def _cancel(self) -> None:
        """End the coroutine, and wait until it has; what it says then is nobody's any more."""
        ended = threading.Event()

        def cancel() -> None:
            if self._task is None:
                ended.set()
                return
            self._task.cancel()
            self._task.add_done_callback(forget)

        def forget(task: asyncio.Task[T]) -> None:
            if not task.cancelled():
                task.exception()
            ended.set()

        with suppress(Exception):
            self._post(cancel)
            ended.wait(CLEAN_UP)

    async def _hand_over(self, function: Callable[[], object]) -> None:
        called: asyncio.Future[None] = self._loop.create_future()

        def go_on() -> None:
            if not called.done():
                called.set_result(None)

        def call() -> None:
            function()
            self._post(go_on)

        self._inbox.put(call)
        await called
