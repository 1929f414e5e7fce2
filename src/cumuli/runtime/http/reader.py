"""One answer, read from a connection: its head, and its body by length, in chunks or until the close.

No I/O of its own: it awaits bytes of the connection, which is a blocking one or one of an event loop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from cumuli.errors import MalformedResponse
from cumuli.runtime.http.http1 import CHUNKED, UNTIL_CLOSE, AnswerHead, chunk_size, parse_head, take_chunks
from cumuli.runtime.http.limits import MAX_CHUNK_LINE, MAX_HEADER_BYTES, MAX_HEADERS, MAX_INTERIM_ANSWERS
from cumuli.runtime.http.network_errors import PeerFinished

__all__ = ["Reader", "Receiving"]

# A chunk of so many bytes is worth a call to the system of its own.
LARGE_CHUNK: Final = 64 * 1024


class Receiving(Protocol):
    """What a reader asks of its connection."""

    @property
    def held(self) -> int:
        """Bytes that have arrived and that nobody has taken, as far as the connection knows without looking."""
        ...

    async def receive(self, end: float, size: int = ..., /) -> bytes:
        """What has arrived, at least one byte.

        Args:
            end: When something has to be there.
            size: How much is of use. More may be given, if it came in one piece.

        Raises:
            TimeoutError: Nothing came by the end.
            PeerFinished: The peer has nothing more to say.
            PeerClosed: As much as that, but it is not certain that it was the peer who said so.
        """
        ...

    def arrived(self) -> bytes:
        """What has arrived, without waiting: perhaps nothing."""
        ...


class Reader:
    """Reads one answer.

    Attributes:
        ended: Whether the body was read to its end.
        keeps: Whether the connection may serve another request after this one.
    """

    __slots__ = ("_buffer", "_connection", "_left", "_offset", "_trailing", "ended", "keeps")

    def __init__(self, connection: Receiving) -> None:
        self._connection = connection
        # What was received and not yet used is ``_buffer`` from ``_offset`` on.
        self._buffer = b""
        self._offset: int = 0
        self._left: int = 0
        self._trailing = False
        self.ended = False
        self.keeps = False

    # ---- heads

    async def head(self, method: str, end: Callable[[], float]) -> AnswerHead:
        """The head of the final answer.

        Args:
            method: Of the request.
            end: When the next byte has to be there.

        Raises:
            MalformedResponse: It is not HTTP, or beyond the limits.
        """
        for _ in range(MAX_INTERIM_ANSWERS + 1):
            if self._offset == len(self._buffer):
                self._add(await self._connection.receive(end()))
            # Most heads come in one piece: those cost no coroutine more.
            found = self._buffer.find(b"\r\n\r\n", self._offset)
            if 0 <= found - self._offset <= MAX_HEADER_BYTES:
                block = self._buffer[self._offset : found]
                self._offset = found + 4
            else:
                block = await self._block(end)
            head = parse_head(block, method)
            if head.status >= 200:
                self._left = head.length
                self.keeps = head.keeps
                if head.length == 0:
                    self._end()
                return head
            if head.status == 101:
                break
        raise MalformedResponse("the server sent interim answers (HTTP 1xx) and no final one")

    async def proxy_head(self, end: float) -> AnswerHead:
        """A proxy's answer to CONNECT, nothing of it left over."""
        head = parse_head(await self._block(lambda: end), "CONNECT")
        if 200 <= head.status < 300 and (self._offset < len(self._buffer) or self._connection.held):
            raise MalformedResponse("the proxy sent more than its answer before the tunnel was used; check the proxy")
        return head

    def answered(self) -> bool:
        """Whether more than interim (1xx) answers has arrived."""
        data = self._connection.arrived()
        if data:
            self._add(data)
        while self._offset < len(self._buffer):
            end = self._buffer.find(b"\r\n\r\n", self._offset)
            if end < 0 or parse_head(self._buffer[self._offset : end], "").status >= 200:
                return True
            self._offset = end + 4
        return False

    async def _block(self, end: Callable[[], float]) -> bytes:
        """Up to the first empty line."""
        searched = 0
        while True:
            data, start = self._buffer, self._offset
            found = data.find(b"\r\n\r\n", start + searched)
            if 0 <= found - start <= MAX_HEADER_BYTES:
                self._offset = found + 4
                return data[start:found]
            size = len(data) - start
            if size > MAX_HEADER_BYTES:
                raise MalformedResponse(f"the answer's headers are longer than {MAX_HEADER_BYTES} bytes")
            # Told early, so that a server of another protocol is not waited for.
            if not b"HTTP/1.".startswith(data[start : start + 7]) or data.find(b"\n\n", start + searched) >= 0:
                raise MalformedResponse("the answer is not HTTP; check the endpoint's scheme and port")
            searched = max(0, size - 3)
            self._add(await self._connection.receive(end()))

    # ---- bodies

    def whole(self, size: int) -> bytes | None:
        """All of the body that is left, if it has a length, is here and has at most ``size`` bytes; else nothing."""
        left = self._left
        if self.ended or self._trailing or not 0 < left <= len(self._buffer) - self._offset or left > size:
            return None
        data = self._take(left)
        self._end()
        return data

    async def read(self, size: int, end: float) -> bytes:
        """Between 1 and ``size`` bytes of the answer's body; ``b""`` at its end.

        Raises:
            PeerClosed: The body is cut short.
            MalformedResponse: Its chunks are malformed.
        """
        if self.ended:
            return b""
        left = self._left
        if left == CHUNKED or self._trailing:
            left = await self._next_chunk(end)
            if not left:
                return b""
            if left < size and (left < LARGE_CHUNK or self._offset < len(self._buffer)):
                return await self._chunks(left, size, end)
        to_close = left == UNTIL_CLOSE
        size = size if to_close else min(size, left)
        if self._offset < len(self._buffer):
            data = self._take(size)
        else:
            try:
                data = await self._connection.receive(end, size)
            except PeerFinished:
                if not to_close:
                    raise
                self._end()
                return b""
            if len(data) > size:
                self._add(data)
                data = self._take(size)
        if not to_close:
            self._left = left - len(data)
            if not self._left and not self._trailing:
                self._end()
        return data

    async def _chunks(self, left: int, size: int, end: float) -> bytes:
        """What is there of a chunk and of those behind it."""
        if self._offset == len(self._buffer):
            self._add(await self._connection.receive(end))
        parts, offset, self._left = take_chunks(self._buffer, self._offset, left, size)
        self._used(offset)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _next_chunk(self, end: float) -> int:
        """What is left of the present chunk, or the size of the next; 0 after the last."""
        if self._trailing:
            if self._left:
                return self._left
            if await self._line(2, end):
                raise MalformedResponse("the answer's chunked body is malformed")
        self._trailing = True
        size = chunk_size(await self._line(MAX_CHUNK_LINE, end))
        if not size:
            # What a trailer says has no meaning to anybody above; it is only read, within limits.
            limit = MAX_HEADER_BYTES
            for _ in range(MAX_HEADERS + 1):
                line = await self._line(limit, end)
                if not line:
                    self._end()
                    return 0
                limit -= len(line)
            raise MalformedResponse(f"the answer's body is followed by more than {MAX_HEADERS} trailer fields")
        return size

    async def _line(self, limit: int, end: float) -> bytes:
        """Up to the next line end, which is taken off."""
        searched = 0
        while True:
            data, start = self._buffer, self._offset
            found = data.find(b"\r\n", start + searched, start + limit + 2)
            if found >= 0:
                self._offset = found + 2
                return data[start:found]
            size = len(data) - start
            if size >= limit + 2:
                raise MalformedResponse("the answer's chunked body is malformed")
            searched = max(0, size - 1)
            self._add(await self._connection.receive(end))

    def _add(self, data: bytes) -> None:
        """Keep what was received behind what is kept already."""
        if self._offset == len(self._buffer):
            self._buffer = data
        else:
            self._buffer = self._buffer[self._offset :] + data
        self._offset = 0

    def _take(self, size: int) -> bytes:
        """Up to ``size`` bytes of what is kept."""
        start = self._offset
        data = self._buffer[start : start + size]
        self._used(start + len(data))
        return data

    def _used(self, offset: int) -> None:
        """What is kept begins there. What is used up goes before the next piece comes, whose memory is its own then."""
        if offset == len(self._buffer):
            self._buffer, offset = b"", 0
        self._offset = offset

    def _end(self) -> None:
        self.ended = True
        if self._offset < len(self._buffer) or self._connection.held:
            # Words unasked for would be taken for the answer to the next request.
            self.keeps = False
