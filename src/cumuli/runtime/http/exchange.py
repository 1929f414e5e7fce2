"""One request and its answer over a connection, blocking or of an event loop. No I/O of its own.

Over a blocking connection nothing here ever suspends.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from cumuli.errors import (
    CloudError,
    ConfigurationError,
    ConnectionFailed,
    MalformedResponse,
)
from cumuli.runtime.http import network_errors
from cumuli.runtime.http.headers import request_fields
from cumuli.runtime.http.http1 import AnswerHead, write_head
from cumuli.runtime.http.limits import EARLY_ANSWER_OVER, PIECE
from cumuli.runtime.http.reader import Reader, Receiving
from cumuli.runtime.http.routes import Route
from cumuli.runtime.http.tls import trust_advice
from cumuli.runtime.messages import Headers, Request, Response, Source
from cumuli.runtime.protocol import TransportSettings
from cumuli.runtime.timeouts import Pace, Patience

__all__ = ["Connection", "Exchange", "Lease", "Stream", "Transport"]

READ: Final = 256 * 1024
# After a failed send: how long to look for an answer that the server gave before it hung up.
LAST_WORDS: Final = 2.0

_monotonic = time.monotonic


class Connection(Receiving, Protocol):
    """A connection of either runtime. Whoever has its lease uses it, in one thread or task at a time."""

    @property
    def sent(self) -> bool:
        """Whether any byte of the present request may have reached the peer."""
        ...

    def begin(self) -> None:
        """A new request follows."""
        ...

    async def send(self, data: bytes, end: float, /) -> None:
        """Send a small request by the end.

        Raises:
            OSError: The connection is broken; ``TimeoutError`` past the end.
        """
        ...

    async def upload(self, data: bytes, pace: Pace, answered: Callable[[], bool] | None, /) -> bool:
        """Send a body or a piece of one, for as long as it moves.

        Args:
            data: What to send.
            pace: How long nothing may move.
            answered: Says that the server answers first: the rest is not sent then.

        Returns:
            Whether all of it was sent.
        """
        ...

    async def drain(self, pace: Pace, answered: Callable[[], bool], /) -> None:
        """Wait until the peer has what was sent, or begins to answer."""
        ...


class Lease(Protocol):
    """The right to use one connection, given up once: by ``release`` or by ``discard``, the other then does nothing."""

    @property
    def connection(self) -> Connection | None:
        """The connection; None once the lease is over, since it may be somebody else's by then."""
        ...

    @property
    def pid(self) -> int:
        """The process whose it is: forks of it have the connection too."""
        ...

    def abort(self) -> None:
        """Make fail what is being done on the connection; nothing once the lease is over."""
        ...

    def release(self) -> None:
        """The connection may be used by the next request, as far as the one before is concerned."""
        ...

    def discard(self) -> None:
        """Close the connection."""
        ...


class Transport(Protocol):
    """What an exchange needs of its runtime.

    Attributes:
        users: What uses streams: threads, or tasks.
    """

    @property
    def settings(self) -> TransportSettings: ...
    @property
    def agent(self) -> str: ...
    @property
    def users(self) -> str: ...

    def route(self, text: str, /) -> Route:
        """How an origin is reached."""
        ...

    async def lease(self, origin: str, route: Route, pace: Pace, /) -> Lease:
        """An unused connection to an origin, or a new one.

        Raises:
            Timeout: All places for connections are taken, until the time to begin is over.
            OSError: The network's or TLS's own error; ``TimeoutError`` past the end.
            CloudError: The proxy refuses, or the client is closed.
        """
        ...


class Exchange:
    """One attempt of one request.

    The connection belongs to it by a lease, from ``_head`` to the body's end or a failure. The lease is given up
    once, and nothing here leads to the connection afterwards: it may be another's by then.

    Args:
        transport: The runtime.
        request: What to send.
        deadline: Until when the answer has to be there; a body that is read piece by piece is
            bounded by the stall timeout instead.
        patience: What else bounds it.
    """

    __slots__ = (
        "_cut",
        "_ended",
        "_kept_alive",
        "_lease",
        "_method",
        "_origin",
        "_pace",
        "_reader",
        "_request",
        "_transport",
        "_turn",
    )

    def __init__(self, transport: Transport, request: Request, deadline: float, patience: Patience | None) -> None:
        self._transport = transport
        self._request: Request | None = request
        self._origin = request.origin
        self._method = request.method
        self._kept_alive = request.kept_alive
        body = request.body
        paced = not isinstance(body, bytes) or len(body) > PIECE
        self._pace = Pace(deadline, patience, transport.settings.stall_timeout, paced=paced, late=request.answers_late)
        self._lease: Lease | None = None
        self._reader: Reader | None = None
        # Held by whoever reads the body.
        self._turn = threading.Lock()
        self._cut = False
        self._ended = False

    async def answer(self) -> Response:
        """The answer, its body read whole."""
        try:
            head = await self._head()
            body = b"" if self._ended else await self._read_whole(head)
        except OSError as error:
            raise self._explain(error) from network_errors.cause(error)
        except BaseException:
            self._discard()
            raise
        return Response(status=head.status, headers=head.headers, body=body)

    async def begin(self) -> AnswerHead:
        """The answer's head; its body is read by ``read``."""
        try:
            return await self._head()
        except OSError as error:
            raise self._explain(error) from network_errors.cause(error)
        except BaseException:
            self._discard()
            raise

    async def read(self, size: int) -> bytes:
        """The next piece of the body."""
        if self._ended:
            return b""
        if not self._turn.acquire(blocking=False):
            raise network_errors.read_twice(self._transport.users)
        try:
            lease, reader = self._lease, self._reader
            if lease is None or reader is None:
                raise network_errors.cut_before()
            if lease.pid != os.getpid():
                raise ConnectionFailed(
                    "this stream belongs to the process that opened it; open another one in this process",
                    retryable=False,
                )
            try:
                data = reader.whole(size)
                if data is None:
                    data = await reader.read(size, self._pace.reads())
                if reader.ended:
                    self._done(lease, reader)
            except OSError as error:
                raise self._explain(error) from network_errors.cause(error)
            except BaseException:
                self._discard()
                raise
        finally:
            self._turn.release()
            if self._cut:
                self.cut()
        return data

    def abort(self) -> None:
        """Make fail what is being done, or will be. For any thread."""
        self._cut = True
        if (lease := self._lease) is not None:
            lease.abort()

    def cut(self) -> None:
        """Close the connection, unless it was given up before. Whoever reads from it fails, and closes it then."""
        self._cut = True
        if self._lease is None:
            return
        if self._turn.acquire(blocking=False):
            try:
                self._discard()
            finally:
                self._turn.release()
        else:
            self.abort()

    def _discard(self) -> None:
        lease, self._lease, self._reader = self._lease, None, None
        if lease is not None:
            lease.discard()

    def _done(self, lease: Lease, reader: Reader) -> None:
        """Give the connection up: the body is at its end."""
        self._lease = self._reader = None
        self._ended = True
        if reader.keeps:
            lease.release()
        else:
            lease.discard()

    # ---- one after the other

    async def _head(self) -> AnswerHead:
        transport, request, pace = self._transport, self._request, self._pace
        assert request is not None  # noqa: S101 - a head is read once
        # The exchange may live as long as the body of its answer: what was sent must not.
        self._request = None
        route = transport.route(self._origin)
        fields = request_fields(request, route.origin, transport.agent)
        if route.prefix:
            fields += route.fields
        opening = write_head(self._method, route.prefix + request.target, fields)
        try:
            self._lease = lease = await transport.lease(self._origin, route, pace)
        except TimeoutError:
            raise pace.late(self._origin, sent=False) from None
        except OSError as error:
            through = f" through the proxy {route.proxy.url}" if route.proxy else ""
            advice = partial(trust_advice, transport.settings)
            raise network_errors.not_connected(error, f"{self._origin}{through}", advice) from error
        if self._cut:
            # Meanwhile, when there was nothing to abort.
            lease.abort()
        connection = lease.connection
        assert connection is not None  # noqa: S101 - the lease is new
        connection.begin()
        self._reader = reader = Reader(connection)
        body = request.body
        complete = True
        try:
            if isinstance(body, bytes) and len(body) <= PIECE:
                await connection.send(opening + body if body else opening, pace.begins())
            else:
                complete = await self._upload(connection, reader, opening, body)
            pace.sent()
        except ConnectionError as error:
            head = await self._last_words(connection, reader) if body else None
            if head is None:
                raise error from None
            complete = False
        else:
            head = await reader.head(self._method, pace.answers)
        if not complete:
            # The server expects the rest of the body, and gets the end of the connection.
            reader.keeps = False
        if reader.ended:
            self._done(lease, reader)
        return head

    async def _upload(self, connection: Connection, reader: Reader, opening: bytes, body: bytes | Source) -> bool:
        """Send a body for as long as it moves; False when the server answered before all of it was sent."""
        pace = self._pace
        pace.travels()
        try:
            if isinstance(body, bytes):
                await connection.upload(opening, pace, None)
                listen = len(body) > EARLY_ANSWER_OVER
                complete = await connection.upload(body, pace, reader.answered if listen else None)
            else:
                complete = await self._send_source(connection, reader, opening, body)
            if complete:
                await connection.drain(pace, reader.answered)
        finally:
            pace.arrived()
        return complete

    async def _send_source(self, connection: Connection, reader: Reader, opening: bytes, source: Source) -> bool:
        """As ``_upload``, from a source: exactly the declared length, or in chunks."""
        length, pace = source.length, self._pace
        if length is None:
            await connection.upload(opening, pace, None)
            while piece := await source.read(PIECE):
                if not await connection.upload(b"%x\r\n%b\r\n" % (len(piece), piece), pace, reader.answered):
                    return False
            return await connection.upload(b"0\r\n\r\n", pace, None)
        left = length
        answered = reader.answered if length > EARLY_ANSWER_OVER else None
        while True:
            # One byte more than is due is asked for before the last piece leaves: a source that is
            # too long is noticed while the request is still incomplete.
            piece = await source.read(PIECE if left > PIECE else left + 1)
            left = network_errors.length_left(left, piece, length)
            if not await connection.upload(opening + piece if opening else piece, pace, answered):
                return False
            if not left:
                return True
            opening = b""

    async def _last_words(self, connection: Connection, reader: Reader) -> AnswerHead | None:
        """What the server answered before it closed the connection on a request that it did not want."""
        if not connection.sent:
            return None
        end = min(self._pace.deadline, _monotonic() + LAST_WORDS)
        try:
            return await reader.head(self._method, lambda: end)
        except (OSError, MalformedResponse):
            return None

    async def _read_whole(self, head: AnswerHead) -> bytes:
        lease, reader = self._lease, self._reader
        assert lease is not None  # noqa: S101 - there is a head and no end, so there is a connection
        assert reader is not None  # noqa: S101 - as above
        limit = self._transport.settings.max_body
        if head.length > limit:
            raise network_errors.too_long(limit, head.status)
        body = reader.whole(limit)
        if body is not None:
            self._done(lease, reader)
            return body
        parts: list[bytes] = []
        size, pace = 0, self._pace
        kept_alive = self._kept_alive
        pace.travels()
        try:
            while part := await reader.read(READ, pace.moves() if kept_alive else pace.answers(size)):
                size += len(part)
                if size > limit:
                    raise network_errors.too_long(limit, head.status)
                parts.append(part)
                if reader.ended:
                    break
        finally:
            if kept_alive:
                pace.arrived()
        self._done(lease, reader)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    # ---- failures

    def _explain(self, error: OSError) -> CloudError:
        """Close the connection and give the error of ours that a failure means."""
        connection = None if self._lease is None else self._lease.connection
        sent = self._ended or (connection is not None and connection.sent)
        self._discard()
        if isinstance(error, TimeoutError) and error.errno is None:
            return self._pace.late(self._origin, sent=sent)
        return network_errors.explained(error, self._origin, sent=sent)


class Stream:
    """An answer whose body is read piece by piece."""

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
