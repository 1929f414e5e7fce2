"""One HTTP/1.1 connection over a blocking socket, every operation bounded by a point in time.

Deadlines need no watchdog thread here: before every ``recv`` and ``send`` the socket's own timeout
is set to what is left. A peer that drips byte by byte therefore cannot outlive a deadline, and no
second thread can cut a connection in the moment that it is handed back.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Final

from cumuli.errors import MalformedResponse
from cumuli.runtime.http.failures import PeerClosed
from cumuli.runtime.http.http1 import CHUNKED, UNTIL_CLOSE, AnswerHead, chunk_size, parse_head, take_chunks
from cumuli.runtime.http.limits import (
    MAX_CHUNK_LINE,
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    MAX_INTERIM_ANSWERS,
)
from cumuli.runtime.pace import Pace
from cumuli.runtime.send_queue import unsent

__all__ = ["Connection"]

RECEIVE: Final = 64 * 1024
# Beyond any sensible time limit and within what the system's clock functions take.
LONGEST_WAIT: Final = 1e6

_monotonic = time.monotonic


class Connection:
    """A connected socket, TLS or not, and what was received on it and not yet used.

    One thread uses it at a time; ``abort`` may be called by any.

    Attributes:
        sent: Whether any byte of the present request may have reached the peer.
        ended: Whether the present answer's body was read to its end.
        keeps: Whether the connection may serve another request after this one.
    """

    __slots__ = (
        "_body_left",
        "_buffer",
        "_closing",
        "_poll",
        "_sock",
        "_trailing",
        "ended",
        "keeps",
        "pid",
        "sent",
    )

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._poll = _watching(sock)
        self._buffer = bytearray()
        self._body_left = 0
        self._trailing = False
        # Reentrant: the garbage collector may close one connection while another is being aborted, or the same.
        self._closing = threading.RLock()
        self.pid = os.getpid()
        self.sent = False
        self.ended = False
        self.keeps = False

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
        return bool(self._buffer) or bool(self._poll.poll(0))

    def _receive(self, deadline: float, size: int = RECEIVE) -> bytes:
        """What has arrived, at least one byte.

        Raises:
            TimeoutError: Nothing did by the deadline.
            PeerClosed: The peer has nothing more to say.
        """
        self._sock.settimeout(_left(deadline))
        data = self._sock.recv(size)
        if not data:
            raise PeerClosed
        return data

    # ---- requests

    def begin(self) -> None:
        """A new request follows."""
        self.sent = False
        self.ended = False
        self.keeps = False

    def send(self, data: bytes | memoryview, deadline: float) -> None:
        """Send all of ``data`` by the deadline."""
        sock = self._sock
        sock.settimeout(_left(deadline))
        count = sock.send(data)
        self.sent = True
        if count < len(data):
            left = memoryview(data)[count:]
            while left:
                sock.settimeout(_left(deadline))
                left = left[sock.send(left) :]

    def upload(self, data: bytes | memoryview, pace: Pace, *, listen: bool) -> bool:
        """Send all of ``data``, for as long as it moves.

        Args:
            data: A body, or a piece of one.
            pace: How long nothing may move.
            listen: Whether to stop when the server answers first.

        Returns:
            False as soon as a (final) answer begins to arrive; the rest is not sent then.
        """
        import ssl  # only large uploads come here; plain ones pay for the import once

        sock = self._sock
        left = memoryview(data)
        sock.settimeout(0)
        while left:
            if listen and self._answered():
                return False
            if _monotonic() >= pace.deadline:
                raise TimeoutError
            try:
                left = left[sock.send(left) :]
                self.sent = True
            except (BlockingIOError, ssl.SSLWantWriteError):
                self._wait(select.POLLIN | select.POLLOUT if listen else select.POLLOUT, pace)
            except ssl.SSLWantReadError:
                self._wait(select.POLLIN, pace)
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
            self._poll.modify(self._sock.fileno(), select.POLLIN)

    def drain(self, pace: Pace) -> None:
        """Wait until the peer has what was sent, or begins to answer."""
        pause = 0.005
        end, left = pace.moves(), unsent(self._sock.fileno())
        while left and not self._answered():
            self._poll.poll(min(_left(end), pause) * 1000)
            pause = min(2 * pause, pace.stall / 4, 1.0)
            before, left = left, unsent(self._sock.fileno())
            if left < before:
                end = pace.moves()

    def _answered(self) -> bool:
        """Whether more than interim (1xx) answers has arrived. Leaves the socket not blocking."""
        import ssl

        self._sock.settimeout(0)
        try:
            data = self._sock.recv(RECEIVE)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        if not data:
            raise PeerClosed
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            if parse_head(bytes(self._buffer[:end]), "").status >= 200:
                return True
            del self._buffer[: end + 4]
        return bool(self._buffer)

    # ---- answers

    def read_head(self, method: str, deadline: Callable[[], float]) -> AnswerHead:
        """The head of the final answer.

        Args:
            method: Of the request.
            deadline: When the next byte has to be there.

        Raises:
            MalformedResponse: It is not HTTP, or beyond the limits.
        """
        for _ in range(MAX_INTERIM_ANSWERS + 1):
            head = parse_head(self._read_block(deadline), method)
            if head.status >= 200:
                self._body_left = head.length
                self._trailing = False
                self.keeps = head.keeps
                if head.length == 0:
                    self._end()
                return head
            if head.status == 101:
                break
        raise MalformedResponse("the server does not come to a final answer")

    def _read_block(self, deadline: Callable[[], float]) -> bytes:
        """Up to the first empty line."""
        buffer = self._buffer
        searched = 0
        while True:
            end = buffer.find(b"\r\n\r\n", searched)
            if 0 <= end <= MAX_HEADER_BYTES:
                block = bytes(memoryview(buffer)[:end])
                del buffer[: end + 4]
                return block
            if len(buffer) > MAX_HEADER_BYTES:
                raise MalformedResponse(f"the answer's headers are longer than {MAX_HEADER_BYTES} bytes")
            # Told early, so that a server of another protocol is not waited for.
            if not b"HTTP/1.".startswith(buffer[:7]) or buffer.find(b"\n\n", searched) >= 0:
                raise MalformedResponse("the answer is not HTTP; check the endpoint's scheme and port")
            searched = max(0, len(buffer) - 3)
            buffer += self._receive(deadline())

    def read(self, size: int, deadline: float) -> bytes:
        """Between 1 and ``size`` bytes of the answer's body; ``b""`` at its end.

        Raises:
            PeerClosed: The body is cut short.
            MalformedResponse: Its chunks are malformed.
        """
        if self.ended:
            return b""
        left = self._body_left
        if left == UNTIL_CLOSE:
            return self._read_until_close(size, deadline)
        if left == CHUNKED or self._trailing:
            left = self._next_chunk(deadline)
            if not left:
                return b""
            if left < min(size, RECEIVE):
                return self._take_chunks(left, size, deadline)
        size = min(size, left)
        data = self._take(size) if self._buffer else self._receive(deadline, size)
        self._body_left = left - len(data)
        if not self._body_left and not self._trailing:
            self._end()
        return data

    def _take_chunks(self, left: int, size: int, deadline: float) -> bytes:
        """What is there of a small chunk and of those behind it."""
        buffer = self._buffer
        if not buffer:
            buffer += self._receive(deadline)
        # Not all that is held: the rest would be copied for each of many small reads.
        data = bytes(memoryview(buffer)[: 2 * size + MAX_CHUNK_LINE])
        parts, position, self._body_left = take_chunks(data, 0, left, size)
        del buffer[:position]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _read_until_close(self, size: int, deadline: float) -> bytes:
        if self._buffer:
            return self._take(size)
        try:
            return self._receive(deadline, size)
        except PeerClosed:
            self._end()
            return b""

    def _next_chunk(self, deadline: float) -> int:
        """What is left of the present chunk, or the size of the next; 0 after the last."""
        if self._trailing:
            if self._body_left:
                return self._body_left
            if self._read_line(2, deadline):
                raise MalformedResponse("the answer's chunked body is malformed")
        self._trailing = True
        size = chunk_size(self._read_line(MAX_CHUNK_LINE, deadline))
        if not size:
            # What a trailer says has no meaning to anybody above; it is only read, within limits.
            limit = MAX_HEADER_BYTES
            for _ in range(MAX_HEADERS + 1):
                line = self._read_line(limit, deadline)
                if not line:
                    self._end()
                    return 0
                limit -= len(line)
            raise MalformedResponse(f"the answer's body is followed by more than {MAX_HEADERS} headers")
        return size

    def _read_line(self, limit: int, deadline: float) -> bytes:
        """Up to the next line end, which is taken off."""
        buffer = self._buffer
        searched = 0
        while True:
            end = buffer.find(b"\r\n", searched)
            if 0 <= end <= limit:
                line = bytes(buffer[:end])
                del buffer[: end + 2]
                return line
            if end > limit or len(buffer) > limit + 2:
                raise MalformedResponse("the answer's chunked body is malformed")
            searched = max(0, len(buffer) - 1)
            buffer += self._receive(deadline)

    def _take(self, size: int) -> bytes:
        data = bytes(memoryview(self._buffer)[:size])
        del self._buffer[:size]
        return data

    def _end(self) -> None:
        self.ended = True
        if self._buffer:
            # Words unasked for would be taken for the answer to the next request.
            self.keeps = False

    # ---- set-up

    def read_proxy_head(self, deadline: float) -> AnswerHead:
        """The proxy's answer to CONNECT, nothing of it left over."""
        head = parse_head(self._read_block(lambda: deadline), "CONNECT")
        if self._buffer and 200 <= head.status < 300:
            raise MalformedResponse("the proxy speaks before the tunnel is made")
        return head


def _watching(sock: socket.socket) -> select.poll:
    """What tells that the socket has something to read."""
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    return poll


def _left(deadline: float) -> float:
    """Seconds until the deadline.

    Raises:
        TimeoutError: There are none.
    """
    left = deadline - _monotonic()
    if left <= 0:
        raise TimeoutError
    return min(left, LONGEST_WAIT)
