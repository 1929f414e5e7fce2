"""One request and its answer over a connection of an event loop: the async counterpart of ``exchange.py``."""

from __future__ import annotations

import asyncio
import time

from cumuli.errors import (
    CloudError,
    ConfigurationError,
    MalformedResponse,
)
from cumuli.runtime.http import failures
from cumuli.runtime.http.heads import request_fields
from cumuli.runtime.http.http1 import AnswerHead, write_head
from cumuli.runtime.http.limits import EARLY_ANSWER_OVER, PIECE
from cumuli.runtime.loop.connection import Connection
from cumuli.runtime.loop.transport import Transport, running_loop
from cumuli.runtime.messages import Headers, Request, Response, Source
from cumuli.runtime.pace import Pace, Patience

__all__ = ["Exchange", "Stream"]

READ = 1024 * 1024
# After a failed send: how long to look for an answer that the server gave before it hung up.
LAST_WORDS = 2.0

_monotonic = time.monotonic


class Exchange:
    """One attempt of one request.

    The connection belongs to it from ``_head`` to the body's end or a failure. It is given up once, and nothing here
    leads to it afterwards: it may be another's by then.

    Args:
        transport: What the runtime has in this loop.
        request: What to send.
        deadline: Until when the answer has to be there; a body that is read piece by piece is
            bounded by the stall timeout instead.
        patience: What else bounds it.
    """

    __slots__ = (
        "_connection",
        "_ended",
        "_holds",
        "_kept_alive",
        "_method",
        "_origin",
        "_pace",
        "_reading",
        "_request",
        "transport",
    )

    def __init__(self, transport: Transport, request: Request, deadline: float, patience: Patience | None) -> None:
        self.transport = transport
        self._request: Request | None = request
        self._origin = request.origin
        self._method = request.method
        self._kept_alive = request.kept_alive
        paced = not isinstance(request.body, bytes) or len(request.body) > PIECE
        self._pace = Pace(deadline, patience, transport.settings.stall_timeout, paced=paced, late=request.answers_late)
        # Whether one of the places for connections in use is taken, with or without a connection.
        self._holds = False
        self._connection: Connection | None = None
        self._reading = False
        self._ended = False

    async def answer(self) -> Response:
        """The answer, its body read whole."""
        try:
            head = await self._head()
            body = await self._read_whole(head)
            self._done()
        except OSError as error:
            raise self._explain(error) from failures.cause(error)
        except BaseException:
            self.cut()
            raise
        return Response(status=head.status, headers=head.headers, body=body)

    async def begin(self) -> AnswerHead:
        """The answer's head; its body is read by ``read``."""
        try:
            head = await self._head()
            self._done()
        except OSError as error:
            raise self._explain(error) from failures.cause(error)
        except BaseException:
            self.cut()
            raise
        return head

    async def read(self, size: int) -> bytes:
        """The next piece of the body."""
        if self._reading:
            raise failures.read_twice("task")
        self._reading = True
        try:
            return await self._read(size)
        finally:
            self._reading = False

    async def _read(self, size: int) -> bytes:
        connection = self._connection
        if connection is None:
            if self._ended:
                return b""
            raise failures.cut_before()
        try:
            data = await connection.read(size, self._pace.reads())
            self._done()
        except OSError as error:
            raise self._explain(error) from failures.cause(error)
        except BaseException:
            self.cut()
            raise
        return data

    def cut(self) -> None:
        """Close the connection, unless it was given up before. A task that waits for it fails."""
        connection, self._connection = self._connection, None
        if self._holds:
            self._holds = False
            if connection is not None:
                connection.abort()
            self.transport.release(None)

    def _done(self) -> None:
        """Give the connection up if the body is at its end."""
        connection = self._connection
        if connection is None or not connection.ended:
            return
        self._ended = True
        if connection.reusable:
            self._connection = None
            self._holds = False
            self.transport.release(connection)
        else:
            self.cut()

    # ---- one after the other

    async def _head(self) -> AnswerHead:
        transport, request = self.transport, self._request
        assert request is not None  # noqa: S101 - a head is read once
        # The exchange may live as long as the body of its answer: what was sent must not.
        self._request = None
        if self._pace.begins() <= _monotonic():
            raise self._pace.late(self._origin, sent=False)
        route = await transport.route(request.origin)
        fields = request_fields(request, route.origin, transport.agent)
        if route.prefix:
            fields += route.fields
        opening = write_head(request.method, route.prefix + request.target, fields)
        await transport.acquire(self._pace)
        self._holds = True
        connection = transport.find_idle(request.origin)
        if connection is None:
            connection = await transport.connect(request.origin, route, self._pace)
        self._connection = connection
        connection.begin()
        return await self._talk(connection, opening, request.body)

    async def _talk(self, connection: Connection, opening: bytes, body: bytes | Source) -> AnswerHead:
        complete = True
        try:
            if isinstance(body, bytes) and len(body) <= PIECE:
                connection.write(opening + body if body else opening)
            else:
                complete = await self._upload(connection, opening, body)
            self._pace.sent()
        except ConnectionError as error:
            head = await self._last_words(connection, bool(body))
            if head is None:
                raise error from None
            complete = False
        else:
            head = await connection.read_head(self._method, self._pace.answers)
        if not complete:
            # The server expects the rest of the body, and gets the end of the connection.
            connection.keeps = False
        return head

    async def _upload(self, connection: Connection, opening: bytes, body: bytes | Source) -> bool:
        """Send a body for as long as it moves; False when the server answered before all of it was sent."""
        self._pace.travels()
        try:
            if isinstance(body, bytes):
                complete = await self._send_large(connection, opening, body)
            else:
                complete = await self._send_source(connection, opening, body)
            if complete:
                await connection.drain(self._pace)
        finally:
            self._pace.arrived()
        return complete

    async def _send_large(self, connection: Connection, opening: bytes, body: bytes) -> bool:
        """Send a body in memory; False when the server answered before all of it was sent."""
        connection.write(opening)
        if len(body) <= EARLY_ANSWER_OVER:
            connection.write(body)
            return True
        whole = memoryview(body)
        for start in range(0, len(body), PIECE):
            if not await self._send_unless_answered(connection, whole[start : start + PIECE]):
                return False
        # An answer that arrives from here on may be the one to the whole request.
        return True

    async def _send_unless_answered(self, connection: Connection, data: bytes | memoryview) -> bool:
        """Send a piece, unless the server answers first."""
        # Lets the loop look at the socket, so that an early answer is read before more is written.
        await asyncio.sleep(0)
        if connection.answered():
            return False
        connection.write(data)
        await connection.flushed(self._pace)
        return True

    async def _send_source(self, connection: Connection, opening: bytes, source: Source) -> bool:
        """As ``_send_large``, from a source: exactly the declared length, or in chunks."""
        length = source.length
        if length is None:
            connection.write(opening)
            while piece := await source.read(PIECE):
                if not await self._send_unless_answered(connection, b"%x\r\n%b\r\n" % (len(piece), piece)):
                    return False
            connection.write(b"0\r\n\r\n")
            return True
        left = length
        while True:
            # One byte more than is due is asked for before the last piece leaves: a source that is
            # too long is noticed while the request is still incomplete.
            piece = await source.read(PIECE if left > PIECE else left + 1)
            left = failures.length_left(left, piece, length)
            if not await self._send_unless_answered(connection, opening + piece if opening else piece):
                return False
            if not left:
                return True
            opening = b""

    async def _last_words(self, connection: Connection, has_body: bool) -> AnswerHead | None:
        """What the server answered before it closed the connection on a request that it did not want."""
        if not connection.sent or not has_body:
            return None
        end = min(self._pace.deadline, _monotonic() + LAST_WORDS)
        try:
            return await connection.read_head(self._method, lambda: end)
        except (OSError, MalformedResponse):
            return None

    async def _read_whole(self, head: AnswerHead) -> bytes:
        connection = self._connection
        assert connection is not None  # noqa: S101 - there is a head, so there is a connection
        limit = self.transport.settings.max_body
        if head.length > limit:
            raise failures.too_long(limit, head.status)
        parts: list[bytes] = []
        size, pace = 0, self._pace
        pace.travels()
        try:
            while part := await connection.read(READ, pace.moves() if self._kept_alive else pace.answers(size)):
                size += len(part)
                if size > limit:
                    raise failures.too_long(limit, head.status)
                parts.append(part)
        finally:
            if self._kept_alive:
                pace.arrived()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    # ---- failures

    def _explain(self, error: OSError) -> CloudError:
        """Close the connection and give the error of ours that a failure means."""
        connection = self._connection
        sent = self._ended or (connection is not None and connection.sent)
        self.cut()
        if isinstance(error, TimeoutError) and error.errno is None:
            return self._pace.late(self._origin, sent=sent)
        return failures.explained(error, self._origin, sent=sent)


class Stream:
    """An answer whose body is read piece by piece. Dropped without being closed, it cuts its connection."""

    __slots__ = ("_closed", "_exchange", "headers", "status")

    def __init__(self, exchange: Exchange, head: AnswerHead) -> None:
        self._exchange = exchange
        self._closed = False
        self.status: int = head.status
        self.headers: Headers = head.headers

    async def read(self, size: int) -> bytes:
        if self._closed:
            raise ConfigurationError("this stream is closed")
        return await self._exchange.read(size)

    async def close(self) -> None:
        self._closed = True
        self._exchange.cut()

    def __del__(self) -> None:
        # Abandoned. The garbage collector may run in any thread; connections belong to the loop's.
        if self._closed:
            return
        loop = self._exchange.transport.loop
        if loop.is_closed() or running_loop() is loop:
            self._exchange.cut()
        else:
            loop.call_soon_threadsafe(self._exchange.cut)
