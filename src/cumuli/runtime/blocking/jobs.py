"""Jobs of the blocking runtime: threads that share one bound, results in order, and ending early.

A *job* is a coroutine that never suspends, run by a thread of its group or by the thread that waits
for it. Cancelling a job works as in asyncio: what it is waiting for is cut short, and
``JobCancelled`` is raised there, once; what its ``finally`` blocks do afterwards works as usual.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Any, Generic, TypeVar, cast

from cumuli.runtime.blocking.drive import run
from cumuli.runtime.http.limits import GRACE

__all__ = ["Crew", "Group", "Job", "JobCancelled", "Token", "current_token", "interruptible"]

T = TypeVar("T")


class JobCancelled(BaseException):
    """The job's group has failed or was given up. Like ``asyncio.CancelledError`` no ``Exception``,
    so that a driver's ``except CloudError`` does not take it for an answer. Never reaches a user.
    """


class Token:
    """The means by which one job is cancelled."""

    __slots__ = ("_cancelled", "_delivered", "_lock", "_wake")

    def __init__(self) -> None:
        # Reentrant, like the group's: the garbage collector may end an abandoned group at any point.
        self._lock = threading.RLock()
        self._cancelled = False
        self._delivered = False
        self._wake: Callable[[], None] | None = None

    def cancel(self) -> None:
        """Cut short what the job is waiting for, or will wait for next. Called by other threads."""
        with self._lock:
            self._cancelled = True
            # Under the lock, so that a socket cannot be handed on between the look and the cut.
            if self._wake is not None and not self._delivered:
                self._wake()

    def check(self) -> None:
        """Raise ``JobCancelled`` if the job is cancelled and has not been told yet."""
        if self.deliver():
            raise JobCancelled

    def deliver(self) -> bool:
        """Whether the job is to be told now that it is cancelled; True at most once."""
        with self._lock:
            if not self._cancelled or self._delivered:
                return False
            self._delivered = True
            return True

    def wait_begins(self, wake: Callable[[], None]) -> Callable[[], None] | None:
        """From now on ``cancel`` calls ``wake``, which must not block. Gives what it called until now."""
        with self._lock:
            before, self._wake = self._wake, wake
        if self.deliver():
            self.wait_ends(before)
            raise JobCancelled
        return before

    def wait_ends(self, before: Callable[[], None] | None) -> None:
        """``cancel`` calls again what ``wait_begins`` gave: a wait may lie in another one."""
        with self._lock:
            self._wake = before


_current: ContextVar[Token | None] = ContextVar("cumuli_job", default=None)


def current_token() -> Token | None:
    """The token of the job that the caller belongs to, or None outside of jobs."""
    return _current.get()


@contextmanager
def interruptible(wake: Callable[[], None]) -> Generator[None]:
    """Let the job that the caller belongs to be cancelled inside the block.

    Args:
        wake: Ends the wait, from another thread. What the block raises then does not matter.

    Raises:
        JobCancelled: The job is cancelled, and the block did not come to a result.
    """
    token = _current.get()
    if token is None:
        yield
        return
    before = token.wait_begins(wake)
    try:
        yield
    except BaseException as error:
        token.wait_ends(before)
        if isinstance(error, Exception) and token.deliver():
            raise JobCancelled from None
        raise
    else:
        token.wait_ends(before)


class Crew:
    """The bound on extra threads that all groups of a runtime share.

    Threads are only taken when they are free; a group that gets none has its work done by the
    thread that waits for it. Therefore nested groups cannot block each other.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._groups: set[Group[Any]] = set()
        self._pid = os.getpid()

    @property
    def size(self) -> int:
        return self._size

    def start(self, group: Group[Any]) -> threading.Thread | None:
        """A new thread that runs ``group.work``, or None when there is none free."""
        if self._pid != os.getpid():
            # A forked child has none of the parent's threads, but perhaps its locked lock.
            self._pid, self._lock, self._threads, self._groups = os.getpid(), threading.Lock(), set(), set()
        thread = threading.Thread(target=self._work, args=(group,), name="cumuli-job", daemon=True)
        with self._lock:
            self._groups.add(group)
            if len(self._threads) >= self._size:
                return None
            self._threads.add(thread)
        try:
            thread.start()
        except RuntimeError:  # the system has no more threads
            with self._lock:
                self._threads.discard(thread)
            return None
        return thread

    def _work(self, group: Group[Any]) -> None:
        try:
            group.work()
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())

    def forget(self, group: Group[Any]) -> None:
        """The group is over."""
        with self._lock:
            self._groups.discard(group)

    def close(self, reason: Callable[[], Exception]) -> None:
        """Cancel every job and wait for the threads, within a second.

        Args:
            reason: Makes what is raised to those who wait for the jobs.
        """
        with self._lock:
            groups, threads = list(self._groups), list(self._threads)
        for group in groups:
            group.fail(reason())
        _join(threads)


class Job(Generic[T]):
    """One job of a group, and its result or, in a patient group, its failure."""

    __slots__ = ("awaited", "context", "done", "failure", "function", "result", "token")

    def __init__(self, function: Callable[[], Awaitable[T]]) -> None:
        self.function: Callable[[], Awaitable[T]] | None = function
        self.context = copy_context()
        self.token = Token()
        self.done = False
        self.awaited = False
        self.failure: BaseException | None = None
        self.result: T | None = None


class Group(Generic[T]):
    """Jobs that stand and fall together.

    Args:
        crew: Where threads are taken from.
        limit: Most jobs at a time.
        patient: A failure is raised when its own job is waited for, after the results of the jobs
            before it; otherwise at once.
    """

    def __init__(self, crew: Crew, limit: int, *, patient: bool = False) -> None:
        self._crew = crew
        self._limit = limit
        self._patient = patient
        self._changed = threading.Condition()
        self._queue: deque[Job[T]] = deque()
        self._running: set[Job[T]] = set()
        self._threads: list[threading.Thread] = []
        self._unoccupied = 0
        self._short = False
        self._over = False
        self._failure: BaseException | None = None

    def submit(self, function: Callable[[], Awaitable[T]]) -> Job[T]:
        """Queue a job, in a copy of the caller's context."""
        job = Job(function)
        with self._changed:
            self._queue.append(job)
            if self._unoccupied < len(self._queue) and len(self._threads) < self._limit:
                thread = self._crew.start(self)
                if thread is None:
                    self._short = True
                else:
                    self._threads.append(thread)
            self._changed.notify_all()
        return job

    def wait(self, job: Job[T]) -> T:
        """The result of a job. The caller works too when threads are short.

        Raises:
            BaseException: The first failure of any job of the group, or, if the group is patient, this job's.
            JobCancelled: The job that the caller itself belongs to is cancelled.
        """
        token = current_token()
        before = token.wait_begins(self.cancel) if token is not None else None
        try:
            while True:
                with self._changed:
                    job.awaited = True
                    while not (job.done or self._over or self._can_help()):
                        self._changed.wait()
                    if self._failure is not None:
                        break
                    if job.failure is not None:
                        raise job.failure
                    if job.done:
                        return cast("T", job.result)
                    if self._over:
                        raise JobCancelled
                    helped = self._take()
                self._run(helped)
        finally:
            if token is not None:
                token.wait_ends(before)
                if self._over and token.deliver():
                    raise JobCancelled from None
        raise self._failure

    def finish(self) -> None:
        """End the group: cancel what is left, and wait for it as long as the promise of a second allows."""
        self.cancel()
        _join(self._threads)
        self._crew.forget(self)

    def fail(self, failure: BaseException) -> None:
        """Cancel the group; ``failure`` is raised to whoever waits for it."""
        with self._changed:
            if not self._over and self._failure is None:
                self._failure = failure
        self.cancel()

    def cancel(self) -> None:
        """Drop queued jobs and cancel the running ones. Does not wait."""
        with self._changed:
            self._over = True
            self._queue.clear()
            running = list(self._running)
            self._changed.notify_all()
        for job in running:
            job.token.cancel()

    def work(self) -> None:
        """What a thread of the crew does: jobs, until the group is over."""
        while True:
            with self._changed:
                self._unoccupied += 1
                while not self._queue and not self._over:
                    self._changed.wait()
                self._unoccupied -= 1
                if self._over:
                    return
                job = self._take()
            self._run(job)
            del job  # an idle thread must not keep a result alive

    def _can_help(self) -> bool:
        return self._short and bool(self._queue) and len(self._running) < self._limit

    def _take(self) -> Job[T]:
        job = self._queue.popleft()
        self._running.add(job)
        return job

    def _run(self, job: Job[T]) -> None:
        failure: BaseException | None = None
        try:
            job.result = job.context.run(_run_job, job)
        except BaseException as error:  # noqa: BLE001 - raised by the thread that waits
            failure = error
        with self._changed:
            self._running.discard(job)
            # What a job raises after it was cancelled is a consequence, not the failure.
            late = self._over
            if failure is None or (self._patient and not late):
                job.failure = failure
                job.done = True
            # Who waits for another job is not woken: each time it would take the interpreter from those that work.
            if job.awaited or self._short:
                self._changed.notify_all()
        if isinstance(failure, KeyboardInterrupt) and (self._patient or late):
            raise failure
        if failure is not None and not self._patient:
            self.fail(failure)


def _join(threads: Iterable[threading.Thread]) -> None:
    """Wait for threads within the promise of a second; what is left ends by itself."""
    end = time.monotonic() + GRACE
    for thread in threads:
        if thread is not threading.current_thread():
            thread.join(max(0.0, end - time.monotonic()))


def _run_job(job: Job[T]) -> T:
    _current.set(job.token)
    function, job.function = job.function, None
    assert function is not None  # noqa: S101 - a job runs once
    return run(_awaited(function()))


async def _awaited(awaitable: Awaitable[T]) -> T:
    return await awaitable
