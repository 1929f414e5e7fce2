"""One request and its answer over a pooled connection, blocking."""

from __future__ import annotations

import os
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Protocol

import msgspec

from cumuli.errors import (
    CloudError,
    ConfigurationError,
    ConnectionFailed,
    MalformedResponse,
)
from cumuli.runtime.blocking.connection import Connection
from cumuli.runtime.blocking.dial import connect
from cumuli.runtime.blocking.jobs import current_token, interruptible
from cumuli.runtime.blocking.pool import Lease, Pool
from cumuli.runtime.http import failures
from cumuli.runtime.http.address_order import Reachability
from cumuli.runtime.http.heads import Origin, request_fields
from cumuli.runtime.http.http1 import AnswerHead, write_head
from cumuli.runtime.http.limits import EARLY_ANSWER_OVER, PIECE
from cumuli.runtime.http.proxies import Proxy
from cumuli.runtime.http.tls import trust_advice
from cumuli.runtime.messages import Headers, Request, Response, Source
from cumuli.runtime.pace import Pace, Patience
from cumuli.runtime.protocol import TransportSettings

if TYPE_CHECKING:
    import ssl

__all__ = ["Exchange", "Route", "Stream", "Transport"]

READ = 256 * 1024
# After a failed send: how long to look for an answer that the server gave before it hung up.
LAST_WORDS = 2.0

_monotonic = time.monotonic


class Route(msgspec.Struct, frozen=True):
    """How an origin is reached."""

    origin: Origin
    proxy: Proxy | None


class Transport(Protocol):
    """What an exchange needs of its runtime."""

    settings: TransportSettings
    agent: str
    pool: Pool[Connection]
    known: Reachability

    def route(self, text: str) -> Route: ...
    def tls(self) -> ssl.SSLContext: ...


class Exchange:
    """One attempt of one request.

    The connection belongs to it from ``_head`` to the body's end or a failure. It is given up once, with the lease,
    and nothing here leads to it afterwards: it may be another's by then.

    Args:
        transport: The runtime.
        request: What to send.
        deadline: Until when the answer has to be there; a body that is read piece by piece is
            bounded by the stall timeout instead.
        patience: What else bounds it.
    """

    __slots__ = ("_ended", "_given_up", "_lease", "_pace", "_request", "_transport", "_turn")

    def __init__(self, transport: Transport, request: Request, deadline: float, patience: Patience | None) -> None:
        self._transport = transport
        self._request = request
        paced = not isinstance(request.body, bytes) or len(request.body) > PIECE
        self._pace = Pace(deadline, patience, transport.settings.stall_timeout, paced=paced, late=request.answers_late)
        self._lease: Lease[Connection] | None = None
        # Held by the thread that reads the body.
        self._turn = threading.Lock()
        self._given_up = False
        self._ended = False

    @property
    def connection(self) -> Connection | None:
        """The connection, as long as it belongs to this exchange."""
        return None if self._lease is None else self._lease.connection

    async def answer(self) -> Response:
        """The answer, its body read whole."""
        try:
            head = await self._head()
            body = self._read_whole(head)
            self._done()
        except OSError as error:
            raise self._explain(error) from failures.cause(error)
        except BaseException:
            self._discard()
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
            self._discard()
            raise
        return head

    def read(self, size: int) -> bytes:
        """The next piece of the body."""
        if not self._turn.acquire(blocking=False):
            raise failures.read_twice("thread")
        try:
            return self._read(size)
        finally:
            self._turn.release()
            if self._given_up:
                self.cut()

    def _read(self, size: int) -> bytes:
        lease = self._lease
        connection = self.connection
        if lease is None or connection is None:
            if self._ended:
                return b""
            raise failures.cut_before()
        if connection.pid != os.getpid():
            raise ConnectionFailed("this stream belongs to the process that opened it", retryable=False)
        deadline = self._pace.reads()
        try:
            if current_token() is None:
                data = connection.read(size, deadline)
            else:
                with interruptible(lease.abort):
                    data = connection.read(size, deadline)
            self._done()
        except OSError as error:
            raise self._explain(error) from failures.cause(error)
        except BaseException:
            self._discard()
            raise
        return data

    def cut(self) -> None:
        """Close the connection, unless it was given up before. Another thread that reads from it fails."""
        self._given_up = True
        if self._turn.acquire(blocking=False):
            try:
                self._discard()
            finally:
                self._turn.release()
        elif (lease := self._lease) is not None:
            lease.abort()

    def _discard(self) -> None:
        lease, self._lease = self._lease, None
        if lease is not None:
            lease.discard()

    def _done(self) -> None:
        """Give the connection up if the body is at its end."""
        lease, connection = self._lease, self.connection
        if lease is None or connection is None or not connection.ended:
            return
        self._lease = None
        self._ended = True
        if connection.keeps:
            lease.release()
        else:
            lease.discard()

    # ---- one after the other

    async def _head(self) -> AnswerHead:
        transport, request = self._transport, self._request
        route = transport.route(request.origin)
        fields = request_fields(request, route.origin, transport.agent)
        target = request.target
        if route.proxy is not None and route.origin.scheme == "http" and not route.proxy.is_socks:
            target = f"http://{route.origin.authority}{target}"
            if route.proxy.authorization is not None:
                fields.append(("Proxy-Authorization", route.proxy.authorization))
        opening = write_head(request.method, target, fields)
        token = current_token()
        if token is not None:
            token.check()
        begin = self._pace.begins()
        check = token.check if token else None
        self._lease = lease = transport.pool.acquire(request.origin, begin, self._pace.none_free, check)
        connection = lease.connection
        if connection is None:
            connection = self._connect(lease, route)
        connection.begin()
        if token is None:
            return await self._talk(connection, opening)
        with interruptible(lease.abort):
            return await self._talk(connection, opening)

    def _connect(self, lease: Lease[Connection], route: Route) -> Connection:
        transport, origin = self._transport, self._request.origin
        end = self._pace.connects(transport.settings.connect_timeout)
        try:
            return connect(route.origin, route.proxy, transport.tls, end, interruptible, lease, transport.known)
        except TimeoutError:
            raise self._pace.late(origin, sent=False) from None
        except OSError as error:
            through = f" through the proxy {route.proxy.url}" if route.proxy else ""
            advice = partial(trust_advice, transport.settings)
            raise failures.not_connected(error, f"{origin}{through}", advice) from error

    async def _talk(self, connection: Connection, opening: bytes) -> AnswerHead:
        body, pace = self._request.body, self._pace
        complete = True
        try:
            if isinstance(body, bytes) and len(body) <= PIECE:
                connection.send(opening + body if body else opening, pace.begins())
            else:
                complete = await self._upload(connection, opening, body)
            pace.sent()
        except (BrokenPipeError, ConnectionResetError) as error:
            head = self._last_words(connection)
            if head is None:
                raise error from None
            complete = False
        else:
            head = connection.read_head(self._request.method, pace.answers)
        if not complete:
            # The server expects the rest of the body, and gets the end of the connection.
            connection.keeps = False
        return head

    async def _upload(self, connection: Connection, opening: bytes, body: bytes | Source) -> bool:
        """Send a body for as long as it moves; False when the server answered before all of it was sent."""
        self._pace.travels()
        try:
            if isinstance(body, bytes):
                connection.upload(opening, self._pace, listen=False)
                complete = connection.upload(body, self._pace, listen=len(body) > EARLY_ANSWER_OVER)
            else:
                complete = await self._send_source(connection, opening, body)
            if complete:
                connection.drain(self._pace)
        finally:
            self._pace.arrived()
        return complete

    async def _send_source(self, connection: Connection, opening: bytes, source: Source) -> bool:
        """As ``_upload``, from a source: exactly the declared length, or in chunks."""
        length, pace = source.length, self._pace
        if length is None:
            connection.upload(opening, pace, listen=False)
            while piece := await source.read(PIECE):
                if not connection.upload(b"%x\r\n%b\r\n" % (len(piece), piece), pace, listen=True):
                    return False
            connection.upload(b"0\r\n\r\n", pace, listen=False)
            return True
        left = length
        while True:
            # One byte more than is due is asked for before the last piece leaves: a source that is
            # too long is noticed while the request is still incomplete.
            piece = await source.read(PIECE if left > PIECE else left + 1)
            left = failures.length_left(left, piece, length)
            listen = length > EARLY_ANSWER_OVER
            if not connection.upload(opening + piece if opening else piece, pace, listen=listen):
                return False
            if not left:
                return True
            opening = b""

    def _last_words(self, connection: Connection) -> AnswerHead | None:
        """What the server answered before it closed the connection on a request that it did not want."""
        if not connection.sent or not self._request.body:
            return None
        end = min(self._pace.deadline, _monotonic() + LAST_WORDS)
        try:
            return connection.read_head(self._request.method, lambda: end)
        except (OSError, MalformedResponse):
            return None

    def _read_whole(self, head: AnswerHead) -> bytes:
        lease = self._lease
        assert lease is not None  # noqa: S101 - there is a head, so there is a connection
        assert lease.connection is not None  # noqa: S101 - as above
        if current_token() is None:
            return self._read_all(lease.connection, head)
        with interruptible(lease.abort):
            return self._read_all(lease.connection, head)

    def _read_all(self, connection: Connection, head: AnswerHead) -> bytes:
        limit = self._transport.settings.max_body
        if head.length > limit:
            raise failures.too_long(limit, head.status)
        parts: list[bytes] = []
        size, pace = 0, self._pace
        kept_alive = self._request.kept_alive
        pace.travels()
        try:
            while part := connection.read(READ, pace.moves() if kept_alive else pace.answers(size)):
                size += len(part)
                if size > limit:
                    raise failures.too_long(limit, head.status)
                parts.append(part)
        finally:
            if kept_alive:
                pace.arrived()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    # ---- failures

    def _explain(self, error: OSError) -> CloudError:
        """Close the connection and give the error of ours that a failure means."""
        connection = self.connection
        sent = self._ended or (connection is not None and connection.sent)
        self._discard()
        if isinstance(error, TimeoutError) and error.errno is None:
            return self._pace.late(self._request.origin, sent=sent)
        return failures.explained(error, self._request.origin, sent=sent)


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
        return self._exchange.read(size)

    async def close(self) -> None:
        self._closed = True
        self._exchange.cut()
