"""One HTTP/1.1 connection of an event loop, every wait bounded by a point in time.

The async counterpart of ``connection.py``: the same rules, over an asyncio transport. What arrives
is kept as it came and is looked at by the coroutine that waits for it, one at a time.
"""

from __future__ import annotations

import asyncio
import os
import select
import time
from asyncio.trsock import TransportSocket
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol, cast

from cumuli.errors import ConfigurationError, MalformedResponse
from cumuli.runtime.blocking.connection import LONGEST_WAIT
from cumuli.runtime.http.failures import PeerClosed
from cumuli.runtime.http.http1 import CHUNKED, UNTIL_CLOSE, AnswerHead, chunk_size, parse_head, take_chunks
from cumuli.runtime.http.limits import (
    MAX_CHUNK_LINE,
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    MAX_INTERIM_ANSWERS,
)

if TYPE_CHECKING:
    import ssl
from cumuli.runtime.pace import Pace
from cumuli.runtime.send_queue import unsent

__all__ = ["Connection"]

# Bytes that nobody has asked for yet, at which reading from the socket stops and goes on again.
ENOUGH: Final = 512 * 1024
FEW: Final = 256 * 1024
LAST_READ: Final = 64 * 1024
# Registers that the peer has closed its end, even behind bytes that nobody has read.
GONE: Final = select.POLLHUP | select.POLLERR | getattr(select, "POLLRDHUP", 0)

_monotonic = time.monotonic


class Owner(Protocol):
    """Who is told of connections that come and go."""

    def made(self, connection: Connection) -> None: ...
    def lost(self, connection: Connection) -> None: ...


class Connection(asyncio.Protocol):
    """A connected transport, TLS or not, and what was received on it and not yet used.

    One task uses it at a time.

    Attributes:
        transport: Of asyncio; exists once connected.
        origin: What the pool keeps it for.
        idle_since: When it was put into the pool; None while it is in use.
        sent: Whether any byte of the present request may have reached the peer.
        ended: Whether the present answer's body was read to its end.
        keeps: Whether the connection may serve another request after this one.
    """

    __slots__ = (
        "_body_left",
        "_clean",
        "_end",
        "_failure",
        "_held",
        "_loop",
        "_offset",
        "_over",
        "_owner",
        "_parts",
        "_poll",
        "_reading_paused",
        "_trailing",
        "_waiter",
        "_watch",
        "_watch_end",
        "_writing_paused",
        "ended",
        "idle_since",
        "keeps",
        "origin",
        "sent",
        "transport",
    )

    transport: asyncio.Transport

    def __init__(self, loop: asyncio.AbstractEventLoop, origin: str, owner: Owner) -> None:
        self._loop = loop
        self._owner = owner
        self._parts: deque[bytes] = deque()
        self._offset = 0
        self._held = 0
        self._reading_paused = False
        self._writing_paused = False
        self._waiter: asyncio.Future[None] | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._watch_end = 0.0
        self._end = 0.0
        # Nothing more will arrive; and whether the peer said so, or what happened instead.
        self._over = False
        self._clean = False
        self._failure: OSError | None = None
        self._poll: select.poll | None = None
        self._body_left = 0
        self._trailing = False
        self.origin = origin
        self.idle_since: float | None = None
        self.sent = False
        self.ended = False
        self.keeps = False

    # ---- what the loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._owner.made(self)

    def data_received(self, data: bytes) -> None:
        if self.idle_since is not None:
            # Words unasked for would be taken for the answer to the next request.
            self.abort()
            return
        self._parts.append(data)
        self._held += len(data)
        if self._held >= ENOUGH and not self._reading_paused and not self.transport.is_closing():
            self._reading_paused = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self._over = True
        self._clean = self._said_goodbye()
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if isinstance(exc, OSError) and not self._over:
            self._read_last()
            self._failure = exc
        self._over = True
        self._writing_paused = False
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        # TLS transports want to be told by us as well, or complain that nobody closed them.
        self.transport.abort()
        self._owner.lost(self)
        self._wake()

    def pause_writing(self) -> None:
        self._writing_paused = True

    def resume_writing(self) -> None:
        self._writing_paused = False
        self._wake()

    def _said_goodbye(self) -> bool:
        """Whether the end that was received is one that the peer itself announced, and nobody on the way.

        asyncio tells of both alike; after the peer's goodbye OpenSSL reads an end, without one it wants more.
        """
        tls = cast("ssl.SSLObject | None", self.transport.get_extra_info("ssl_object"))
        if tls is None:
            return True
        try:
            return tls.read(1) == b""
        except OSError:
            return False

    def _read_last(self) -> None:
        """What the peer said before the connection broke under what we sent: the loop did not come to reading it."""
        sock = self.transport.get_extra_info("socket")
        # Other loops have closed the descriptor already, and its number may be somebody else's.
        if not isinstance(sock, TransportSocket) or self.transport.get_extra_info("ssl_object") is not None:
            return
        try:
            while self._held < ENOUGH and (data := os.read(sock.fileno(), LAST_READ)):
                self._parts.append(data)
                self._held += len(data)
        except OSError:
            pass

    # ---- the socket

    def abort(self) -> None:
        """Close the descriptor, whatever is still to be sent, and make fail what waits."""
        self._over = True
        self.transport.abort()
        self._wake()

    def stale(self) -> bool:
        """Whether an unused connection cannot be used again: closed by the peer, or with words unasked for."""
        if self._over or self._parts or self.transport.is_closing():
            return True
        # The loop may not have looked at the socket for a while.
        poll = self._poll
        if poll is None:
            poll = self._poll = select.poll()
            # TLS peers send tickets whenever they like: there, bytes do not mean anything.
            events = GONE if self.transport.get_extra_info("ssl_object") is not None else GONE | select.POLLIN
            poll.register(self.transport.get_extra_info("socket").fileno(), events)
        return bool(poll.poll(0))

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def _wait(self, end: float) -> None:
        """Until something happens.

        Raises:
            TimeoutError: Nothing did by the end.
        """
        if self._waiter is not None:
            raise ConfigurationError("this stream is being read by another task; read it in one at a time")
        left = end - _monotonic()
        if left <= 0:
            raise TimeoutError
        waiter = self._waiter = self._loop.create_future()
        self._end = end
        # One timer serves many waits: what it finds when it fires decides, so a short call sets none.
        if left < LONGEST_WAIT and (self._watch is None or end < self._watch_end):
            self._look_in(left)
        try:
            await waiter
        finally:
            self._waiter = None

    def _look_in(self, seconds: float) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch_end = self._end
        self._watch = self._loop.call_later(seconds, self._look)

    def _look(self) -> None:
        self._watch = None
        waiter = self._waiter
        if waiter is None or waiter.done():
            return
        left = self._end - _monotonic()
        if left <= 0:
            waiter.set_exception(TimeoutError())
        elif left < LONGEST_WAIT:
            self._look_in(left)

    def _end_of_it(self) -> OSError:
        """Why nothing more can be read or sent."""
        # Given away: an exception that is kept would keep what raised it, a part of an upload for instance.
        failure, self._failure = self._failure, None
        return failure or PeerClosed()

    # ---- requests

    def begin(self) -> None:
        """A new request follows."""
        self.idle_since = None
        self.sent = False
        self.ended = False
        self.keeps = False

    def write(self, data: bytes | memoryview) -> None:
        """Hand bytes over to be sent; ``flushed`` waits for them.

        Raises:
            OSError: The connection is broken.
        """
        if self._over:
            raise self._end_of_it()
        self.sent = True
        self.transport.write(data)

    async def flushed(self, pace: Pace) -> None:
        """Until most of what was handed over is sent, or an answer begins to arrive."""
        if self._writing_paused and not self._parts:
            await self._moving(lambda: not self._writing_paused or bool(self._parts), pace, pace.stall / 4)

    async def drain(self, pace: Pace) -> None:
        """Wait until the peer has what was handed over, or begins to answer."""
        await self._moving(lambda: not self._unsent() or self.answered(), pace, 0.005)

    async def _moving(self, done: Callable[[], bool], pace: Pace, pause: float) -> None:
        """Until something is so, as long as what was handed over goes on leaving."""
        end, left = pace.moves(), self._unsent()
        while not done():
            if self._over:
                raise self._end_of_it()
            try:
                await self._wait(min(end, _monotonic() + pause))
            except TimeoutError:
                if _monotonic() >= end:
                    raise
                pause = min(2 * pause, pace.stall / 4, 1.0)
            before, left = left, self._unsent()
            if left < before:
                end = pace.moves()

    def _unsent(self) -> int:
        """Bytes that were handed over and have not reached the peer."""
        if self.transport.is_closing():
            return 0
        return self.transport.get_write_buffer_size() + unsent(self.transport.get_extra_info("socket").fileno())

    @property
    def reusable(self) -> bool:
        """Whether another request may follow: both sides keep the connection, and what was handed over is sent."""
        return self.keeps and not self._over and not self.transport.get_write_buffer_size()

    def answered(self) -> bool:
        """Whether more than interim (1xx) answers has arrived."""
        while self._parts:
            data, start = self._joined(), self._offset
            end = data.find(b"\r\n\r\n", start)
            if end < 0 or parse_head(data[start:end], "").status >= 200:
                return True
            self._skip(end + 4 - start)
        return False

    # ---- answers

    async def read_head(self, method: str, end: Callable[[], float]) -> AnswerHead:
        """The head of the final answer.

        Args:
            method: Of the request.
            end: When the next byte has to be there.

        Raises:
            MalformedResponse: It is not HTTP, or beyond the limits.
        """
        for _ in range(MAX_INTERIM_ANSWERS + 1):
            head = parse_head(await self._read_block(end), method)
            if head.status >= 200:
                self._body_left = head.length
                self._trailing = False
                self.keeps = head.keeps
                if head.length == 0:
                    self._finish()
                return head
            if head.status == 101:
                break
        raise MalformedResponse("the server does not come to a final answer")

    async def _read_block(self, end: Callable[[], float]) -> bytes:
        """Up to the first empty line."""
        searched = 0
        while True:
            if self._parts:
                data, start = self._joined(), self._offset
                size = len(data) - start
                found = data.find(b"\r\n\r\n", start + searched)
                if 0 <= found - start <= MAX_HEADER_BYTES:
                    self._skip(found + 4 - start)
                    return data[start:found]
                if size > MAX_HEADER_BYTES:
                    raise MalformedResponse(f"the answer's headers are longer than {MAX_HEADER_BYTES} bytes")
                # Told early, so that a server of another protocol is not waited for.
                if not b"HTTP/1.".startswith(data[start : start + 7]) or data.find(b"\n\n", start + searched) >= 0:
                    raise MalformedResponse("the answer is not HTTP; check the endpoint's scheme and port")
                searched = max(0, size - 3)
            await self._more(end())

    async def read(self, size: int, end: float) -> bytes:
        """Between 1 and ``size`` bytes of the answer's body; ``b""`` at its end.

        Raises:
            PeerClosed: The body is cut short.
            MalformedResponse: Its chunks are malformed.
        """
        if self.ended:
            return b""
        left = self._body_left
        if left == UNTIL_CLOSE:
            return await self._read_until_close(size, end)
        if left == CHUNKED or self._trailing:
            left = await self._next_chunk(end)
            if not left:
                return b""
        if not self._parts:
            await self._more(end)
        if self._trailing and left < size:
            return self._take_chunks(left, size)
        data = self._take(min(size, left))
        self._body_left = left - len(data)
        if not self._body_left and not self._trailing:
            self._finish()
        return data

    def _take_chunks(self, left: int, size: int) -> bytes:
        """What is there of a chunk and of those behind it."""
        parts, position, self._body_left = take_chunks(self._parts[0], self._offset, left, size)
        self._skip(position - self._offset)
        self._go_on_reading()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _read_until_close(self, size: int, end: float) -> bytes:
        if not self._parts:
            try:
                await self._more(end)
            except PeerClosed:
                if not self._clean:
                    raise
                self._finish()
                return b""
        return self._take(size)

    async def _next_chunk(self, end: float) -> int:
        """What is left of the present chunk, or the size of the next; 0 after the last."""
        if self._trailing:
            if self._body_left:
                return self._body_left
            if await self._read_line(2, end):
                raise MalformedResponse("the answer's chunked body is malformed")
        self._trailing = True
        size = chunk_size(await self._read_line(MAX_CHUNK_LINE, end))
        if not size:
            # What a trailer says has no meaning to anybody above; it is only read, within limits.
            limit = MAX_HEADER_BYTES
            for _ in range(MAX_HEADERS + 1):
                line = await self._read_line(limit, end)
                if not line:
                    self._finish()
                    return 0
                limit -= len(line)
            raise MalformedResponse(f"the answer's body is followed by more than {MAX_HEADERS} headers")
        return size

    async def _read_line(self, limit: int, end: float) -> bytes:
        """Up to the next line end, which is taken off."""
        searched = 0
        while True:
            if self._parts:
                # Not all that is held: a line is short, and a chunk may follow it.
                data, start = self._front(limit + 2), self._offset
                found = data.find(b"\r\n", start + searched, start + limit + 2)
                if found >= 0:
                    self._skip(found + 2 - start)
                    return data[start:found]
                size = len(data) - start
                if size >= limit + 2:
                    raise MalformedResponse("the answer's chunked body is malformed")
                searched = max(0, size - 1)
            await self._more(end)

    async def _more(self, end: float) -> None:
        """Wait for bytes beyond those that are held.

        Raises:
            TimeoutError: None came by the end.
            PeerClosed: The peer has nothing more to say.
        """
        held = self._held
        while self._held == held:
            if self._over:
                raise self._end_of_it()
            await self._wait(end)

    def _joined(self) -> bytes:
        """All that is held, in one piece, from ``_offset`` on."""
        parts = self._parts
        if len(parts) > 1:
            whole = b"".join(parts)
            parts.clear()
            parts.append(whole)
        return parts[0]

    def _front(self, size: int) -> bytes:
        """The first piece of what is held, made to have ``size`` bytes from ``_offset`` on where so many are held."""
        parts = self._parts
        while len(parts) > 1 and len(parts[0]) - self._offset < size:
            parts[0] += parts[1]
            del parts[1]
        return parts[0]

    def _skip(self, size: int) -> None:
        """Drop so many bytes of the first piece."""
        self._offset += size
        self._held -= size
        if self._offset == len(self._parts[0]):
            self._parts.popleft()
            self._offset = 0

    def _take(self, size: int) -> bytes:
        """Up to ``size`` bytes of what is held."""
        first, start = self._parts[0], self._offset
        if len(first) - start <= size:
            self._parts.popleft()
            self._offset = 0
            data = first[start:] if start else first
        else:
            data = first[start : start + size]
            self._offset = start + size
        self._held -= len(data)
        self._go_on_reading()
        return data

    def _go_on_reading(self) -> None:
        """After something was taken."""
        if self._reading_paused and self._held <= FEW:
            self._reading_paused = False
            if not self.transport.is_closing():
                self.transport.resume_reading()

    def _finish(self) -> None:
        self.ended = True
        if self._parts:
            # Words unasked for would be taken for the answer to the next request.
            self.keeps = False

    # ---- set-up

    async def read_proxy_head(self, end: float) -> AnswerHead:
        """The proxy's answer to CONNECT, nothing of it left over."""
        head = parse_head(await self._read_block(lambda: end), "CONNECT")
        if self._parts and 200 <= head.status < 300:
            raise MalformedResponse("the proxy speaks before the tunnel is made")
        return head
