"""One connection over a blocking socket, every operation bounded by a point in time.

Deadlines need no watchdog thread here: before every ``recv`` and ``send`` the socket's own timeout
is set to what is left. A peer that drips byte by byte therefore cannot outlive a deadline, and no
second thread can cut a connection in the moment that it is handed back.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Final

from cumuli.runtime.http.limits import LONGEST_WAIT
from cumuli.runtime.http.network_errors import PeerClosed, PeerFinished
from cumuli.runtime.polling import READABLE, WRITABLE, Poll, poll
from cumuli.runtime.send_queue import unsent
from cumuli.runtime.timeouts import Pace

__all__ = ["Connection"]

RECEIVE: Final = 64 * 1024
# Most bytes of one call. What a buffer has more than what came is given back, and such holes in the heap add up: a
# gigabyte in ranges took 120 to 148 MiB of memory with buffers of a mebibyte, of which 60 were in use. Half of this
# takes a third more time.
MOST_AT_ONCE: Final = 128 * 1024

_monotonic = time.monotonic


class Connection:
    """A connected socket, TLS or not. Its coroutines never suspend.

    One thread uses it at a time; ``abort`` may be called by any.

    Attributes:
        sent: Whether any byte of the present request may have reached the peer.
        held: 0: what was received is given away at once.
    """

    __slots__ = ("_aborted", "_closing", "_poll", "_sock", "held", "pid", "sent")

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._poll = _watching(sock)
        self._aborted = False
        # Reentrant: the garbage collector may close one connection while another is being aborted, or the same.
        self._closing = threading.RLock()
        self.pid = os.getpid()
        self.sent = False
        self.held = 0

    # ---- the socket

    def adopt(self, sock: socket.socket) -> None:
        """Go on over another socket object on the same connection: the TLS one.

        TLS inside of TLS has a descriptor of its own, so what is waited for is registered anew.
        """
        self._sock = sock
        self._poll = _watching(sock)

    @property
    def sock(self) -> socket.socket:
        return self._sock

    def abort(self) -> None:
        """Make whatever is being done on the connection fail at once. The descriptor stays open."""
        # Not SSLSocket.shutdown: that one would turn TLS off under the thread that is reading. Not while it is
        # being closed: the number of its descriptor may be another connection's a moment later.
        self._aborted = True
        with self._closing, contextlib.suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the descriptor, and only that: in a forked child the parent's connection goes on."""
        if self.pid != os.getpid():
            # There a thread that exists no more may hold the lock.
            self._sock.close()
            return
        with self._closing:
            self._sock.close()

    def stale(self) -> bool:
        """Whether an unused connection cannot be used again: closed by the peer, or with words unasked for."""
        return bool(self._poll.poll(0))

    async def receive(self, end: float, size: int = RECEIVE) -> bytes:
        """What has arrived, at least one byte and at most ``size``.

        Raises:
            TimeoutError: Nothing did by the end.
            PeerFinished: The peer has nothing more to say.
            PeerClosed: It was ``abort`` that ended it.
        """
        sock = self._sock
        sock.settimeout(_left(end))
        data = sock.recv(min(size, MOST_AT_ONCE))
        if not data:
            raise self._ended()
        return data

    def arrived(self) -> bytes:
        """What has arrived, perhaps nothing. Leaves the socket not blocking."""
        import ssl  # only uploads of more than a piece come here; plain ones pay for the import once

        self._sock.settimeout(0)
        try:
            data = self._sock.recv(RECEIVE)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return b""
        if not data:
            raise self._ended()
        return data

    def _ended(self) -> PeerClosed:
        return PeerClosed() if self._aborted else PeerFinished()

    # ---- requests

    def begin(self) -> None:
        """A new request follows."""
        self.sent = False

    async def send(self, data: bytes, end: float) -> None:
        """Send all of ``data`` by the end."""
        sock = self._sock
        sock.settimeout(_left(end))
        count = sock.send(data)
        self.sent = True
        if count < len(data):
            left = memoryview(data)[count:]
            while left:
                sock.settimeout(_left(end))
                left = left[sock.send(left) :]

    async def upload(self, data: bytes, pace: Pace, answered: Callable[[], bool] | None) -> bool:
        """Send all of ``data`` for as long as it moves; False as soon as the server has answered."""
        import ssl  # as above

        sock = self._sock
        left = memoryview(data)
        sock.settimeout(0)
        while left:
            if answered is not None and answered():
                return False
            if _monotonic() >= pace.deadline:
                raise TimeoutError
            try:
                left = left[sock.send(left) :]
                self.sent = True
            except (BlockingIOError, ssl.SSLWantWriteError):
                self._wait(WRITABLE if answered is None else READABLE | WRITABLE, pace)
            except ssl.SSLWantReadError:
                self._wait(READABLE, pace)
        # An answer that arrives from here on may be the one to the whole request.
        return True

    def _wait(self, events: int, pace: Pace) -> None:
        """Until the socket is ready, as long as what the system holds goes on leaving."""
        self._poll.modify(self._sock.fileno(), events)
        try:
            end, left = pace.moves(), unsent(self._sock.fileno())
            while not self._poll.poll(min(_left(end), pace.stall / 4) * 1000):
                before, left = left, unsent(self._sock.fileno())
                if left < before:
                    end = pace.moves()
        finally:
            self._poll.modify(self._sock.fileno(), READABLE)

    async def drain(self, pace: Pace, answered: Callable[[], bool]) -> None:
        """Wait until the peer has what was sent, or begins to answer."""
        pause = 0.005
        end, left = pace.moves(), unsent(self._sock.fileno())
        while left and not answered():
            self._poll.poll(min(_left(end), pause) * 1000)
            pause = min(2 * pause, pace.stall / 4, 1.0)
            before, left = left, unsent(self._sock.fileno())
            if left < before:
                end = pace.moves()


def _watching(sock: socket.socket) -> Poll:
    """What tells that the socket has something to read."""
    watching = poll()
    watching.register(sock.fileno(), READABLE)
    return watching


def _left(deadline: float) -> float:
    """Seconds until the deadline.

    Raises:
        TimeoutError: There are none.
    """
    left = deadline - _monotonic()
    if left <= 0:
        raise TimeoutError
    return min(left, LONGEST_WAIT)
