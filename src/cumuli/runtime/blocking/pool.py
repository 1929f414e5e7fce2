"""A bounded pool of connections that knows nothing of HTTP.

A permit is held while a connection is in use. Idle connections hold none: whoever has a permit may
close idle ones until all that are open, its own included, are within the bound.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar

from cumuli.errors import Timeout
from cumuli.runtime.closed_client import closed_error

__all__ = ["Cuttable", "Lease", "Pool", "PooledConnection"]

# How soon a waiting thread notices that its job was cancelled or the pool closed.
LOOK_UP = 0.1


class Cuttable(Protocol):
    """What the pool asks of a connection that is being made."""

    def abort(self) -> None: ...
    def close(self) -> None: ...


class PooledConnection(Cuttable, Protocol):
    """What the pool asks of a connection."""

    def stale(self) -> bool: ...


C = TypeVar("C", bound=PooledConnection)


class _State(Generic[C]):
    """The pool's contents in one process."""

    def __init__(self, size: int) -> None:
        self.pid = os.getpid()
        self.lock = threading.Lock()
        # SimpleQueue, because its put may be called by a finalizer in the middle of anything.
        self.permits: SimpleQueue[None] = SimpleQueue()
        for _ in range(size):
            self.permits.put(None)
        # (origin, idle since, connection), the longest idle first.
        self.idle: list[tuple[str, float, C]] = []
        self.busy: set[Cuttable] = set()

    def close(self) -> None:
        """Close what is idle, and make fail what is in use: its user closes it."""
        with self.lock:
            idle, self.idle = self.idle, []
        for _, _, connection in idle:
            connection.close()
        for held in list(self.busy):
            held.abort()

    def forget(self) -> None:
        """Close every descriptor and say nothing to any peer: another process may be talking to it."""
        # Without the lock: in a forked child a thread that exists no more may hold it.
        for _, _, connection in self.idle:
            connection.close()
        for held in list(self.busy):
            held.close()


class Pool(Generic[C]):
    """Connections by origin, used again last in, first out.

    Args:
        size: Most connections open at a time, over all origins.
        idle_timeout: Seconds after which an unused connection is closed.
    """

    def __init__(self, size: int, idle_timeout: float) -> None:
        self._size = size
        self._idle_timeout = idle_timeout
        self._closed = False
        self._states: dict[int, _State[C]] = {}
        # Closes the connections of a client that nobody closed, without a ResourceWarning for each.
        self._finalizer = weakref.finalize(self, _close_states, self._states)

    def acquire(
        self, origin: str, deadline: float, late: Callable[[int], Timeout], check: Callable[[], None] | None = None
    ) -> Lease[C]:
        """The right to use a connection to ``origin``, with an idle one if there is one.

        Args:
            origin: Where to.
            deadline: Until when to wait for a free place.
            late: The error for so many places being taken by then.
            check: Called about ten times a second while waiting; raises to give up.

        Raises:
            Timeout: All places are taken, by the deadline still.
            ConfigurationError: The pool is closed.
        """
        if self._closed:
            raise closed_error()
        state = self._states.get(os.getpid()) or self._new_state()
        try:
            state.permits.get_nowait()
        except Empty:
            self._wait_for_permit(state, deadline, late, check)
        lease = Lease(self, state, origin)
        lease.connection = self._find_idle(state, origin)
        if self._closed:
            lease.discard()
            raise closed_error()
        return lease

    def _wait_for_permit(
        self, state: _State[C], deadline: float, late: Callable[[int], Timeout], check: Callable[[], None] | None
    ) -> None:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise late(self._size)
            try:
                return state.permits.get(timeout=min(left, LOOK_UP))
            except Empty:
                if check is not None:
                    check()
                if self._closed:
                    raise closed_error() from None

    def _find_idle(self, state: _State[C], origin: str) -> C | None:
        """An idle connection to the origin that still stands, or None when there is place for a new one."""
        useless: list[C] = []
        found: C | None = None
        with state.lock:
            idle = state.idle
            oldest = time.monotonic() - self._idle_timeout
            while idle and idle[0][1] < oldest:
                useless.append(idle.pop(0)[2])
            for index in range(len(idle) - 1, -1, -1):
                if idle[index][0] == origin:
                    found = idle.pop(index)[2]
                    if not found.stale():
                        state.busy.add(found)
                        break
                    useless.append(found)
                    found = None
            if found is None:
                while len(idle) > state.permits.qsize():
                    useless.append(idle.pop(0)[2])
        for connection in useless:
            connection.close()
        return found

    def _new_state(self) -> _State[C]:
        """The first use in this process. Connections inherited through a fork belong to the parent."""
        pid = os.getpid()
        state = self._states.setdefault(pid, _State(self._size))
        for other in [key for key in self._states if key != pid]:
            inherited = self._states.pop(other, None)
            if inherited is not None:
                inherited.forget()
        return state

    def give_back(self, state: _State[C], origin: str, connection: C) -> None:
        """Keep a connection for the next request to its origin."""
        with state.lock:
            # A pool that was closed meanwhile has already closed what was idle.
            keep = not self._closed
            if keep:
                state.idle.append((origin, time.monotonic(), connection))
        if not keep:
            connection.close()

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Close every connection. Idempotent."""
        self._closed = True
        state = self._states.get(os.getpid())
        if state is not None:
            state.close()


class Lease(Generic[C]):
    """The right to use one connection, given up once. Dropped without being ended, it closes the connection.

    Attributes:
        pid: The process whose it is.
        connection: None until one is made and handed to ``hold``, and again once the lease is over: by then
            it may be somebody else's.
    """

    __slots__ = ("_lock", "_making", "_origin", "_pool", "_state", "connection", "pid")

    def __init__(self, pool: Pool[C], state: _State[C], origin: str) -> None:
        # Reentrant: a signal's handler may abort what the same thread is about to end.
        self._lock = threading.RLock()
        self._pool = pool
        self._state: _State[C] | None = state
        self._origin = origin
        self.pid = state.pid
        self._making: Cuttable | None = None
        self.connection: C | None = None

    def prepare(self, making: Cuttable) -> None:
        """A connection is being made under this lease.

        Raises:
            ConfigurationError: The pool was closed meanwhile.
        """
        with self._lock:
            self._making = making
            if self._state is not None:
                self._state.busy.add(making)
        self._check_open()

    def hold(self, connection: C) -> None:
        """The connection that was made; it takes the place of what made it.

        Raises:
            ConfigurationError: The pool was closed meanwhile.
        """
        with self._lock:
            making, self._making = self._making, None
            self.connection = connection
            if self._state is not None:
                self._state.busy.add(connection)
                if making is not None:
                    self._state.busy.discard(making)
        self._check_open()

    def _check_open(self) -> None:
        # Who closes the pool looks at what is busy after saying so, and may have looked before it was.
        if self._pool.closed:
            raise closed_error()

    def abort(self) -> None:
        """Make fail what is being done on the connection; nothing once the lease is over. For any thread."""
        if self.pid != os.getpid():
            # What another process is talking to is only let go of.
            self.discard()
            return
        # Under the lock, so that the connection is not handed on between the look and the cut.
        with self._lock:
            if self.connection is not None:
                self.connection.abort()

    def release(self) -> None:
        """The connection may be used by the next request of this process. Nothing once the lease is over."""
        self._end(keep=True)

    def discard(self) -> None:
        """Close the connection. Nothing once the lease is over."""
        self._end(keep=False)

    def _end(self, *, keep: bool) -> None:
        state = self._state
        if state is None:
            return
        if self.pid != os.getpid():
            # In a forked child a thread that exists no more may hold the lock.
            self._lock, keep = threading.RLock(), False
        with self._lock:
            state, self._state = self._state, None
            connection, self.connection = self.connection, None
            making, self._making = self._making, None
        if state is None:
            return
        if making is not None:
            state.busy.discard(making)
            making.close()
        if connection is not None:
            state.busy.discard(connection)
            if keep:
                self._pool.give_back(state, self._origin, connection)
            else:
                connection.close()
        state.permits.put(None)

    def __del__(self) -> None:
        self.discard()


def _close_states(states: dict[int, _State[C]]) -> None:
    for state in list(states.values()):
        state.forget()
