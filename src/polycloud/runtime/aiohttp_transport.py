"""HTTP for the async runtime: aiohttp, and the only file that knows it.

aiohttp does connections, TLS and framing. What a polycloud client promises beyond that is done
here: nothing is sent twice, a target reaches the wire as it was given, time limits are wall-clock,
every failure is an error of ours that knows whether anything was sent, and whatever ends early
closes its connection at once.
"""

from __future__ import annotations

import asyncio
import os
import select
import ssl
import sys
import time
import weakref
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

import msgspec

from polycloud.errors import CloudError, ConfigurationError, MalformedResponse, Timeout
from polycloud.runtime import failures
from polycloud.runtime.heads import Origin, answer_headers, declared_length, is_chunked, parse_origin, request_fields
from polycloud.runtime.limits import EARLY_ANSWER_OVER, MAX_HEADER_BYTES, MAX_HEADERS
from polycloud.runtime.messages import Headers, Request
from polycloud.runtime.offloaded import async_source
from polycloud.runtime.pieces import Pieces
from polycloud.runtime.protocol import UNLIMITED, TransportSettings
from polycloud.runtime.proxies import Proxies
from polycloud.runtime.tls import tls_context

try:
    import aiohttp
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.tracing import Trace
    from multidict import CIMultiDict
    from yarl import URL
except ImportError as missing:
    raise ConfigurationError(
        "the async clients need aiohttp; install polycloud with its async extra: pip install 'polycloud[async]'"
    ) from missing

__all__ = ["Attempt", "Stream", "Transport"]

T = TypeVar("T")

READ_BUFFER = 256 * 1024
# What an event loop reads from a socket at once: 256 KiB in asyncio, and less in others.
LARGEST_RECEIVED = 256 * 1024
OFFLOAD_THREADS = 8
# In dev mode aiohttp refuses what it takes otherwise, a header that comes twice for instance, and has no option for it.
STRICT = sys.flags.dev_mode or bool(not sys.flags.ignore_environment and os.environ.get("PYTHONASYNCIODEBUG"))
STRICT_HINT = " (aiohttp is stricter under python -X dev and PYTHONASYNCIODEBUG; try without them)" if STRICT else ""
AUTOMATIC_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
# Registers that the peer has closed its end, even behind bytes that nobody has read.
GONE = select.POLLHUP | select.POLLERR | getattr(select, "POLLRDHUP", 0)


class Transport:
    """What a runtime has in one event loop of one process: the connections, and a few threads."""

    # Of the runtime, when it is dropped without being closed.
    finalizer: weakref.finalize[[Transport], Any]

    def __init__(
        self, loop: asyncio.AbstractEventLoop, settings: TransportSettings, proxies: Proxies, agent: str
    ) -> None:
        self.loop = loop
        self.pid = os.getpid()
        self.settings = settings
        self.agent = agent
        self.proxies = proxies
        self.routes: dict[str, _Route] = {}
        self.tls: ssl.SSLContext | None = None
        self.tls_lock = asyncio.Lock()
        self.slots = asyncio.Semaphore(settings.max_connections)
        self.in_use = 0
        self.attempts: set[Attempt] = set()
        # Every open connection by its last use, the longest ago first, and who uses it now.
        self.users: dict[asyncio.Transport, Attempt | None] = {}
        self.threads: ThreadPoolExecutor | None = None
        # Slots are counted here, so that waiting for one is not taken for slow connecting.
        self.connector = _Connector(
            limit=0, keepalive_timeout=settings.idle_timeout, resolver=aiohttp.ThreadedResolver()
        )
        self.connector.about_to_connect = self.make_room
        self.session = aiohttp.ClientSession(
            connector=self.connector,
            request_class=_WireRequest,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            skip_auto_headers=AUTOMATIC_HEADERS,
            middlewares=(_once,),
            timeout=aiohttp.ClientTimeout(total=None, connect=settings.connect_timeout, sock_connect=None),
            read_bufsize=READ_BUFFER,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADERS,
        )
        self.open = _open_until_closed(self.session, self.connector, self.attempts)
        with suppress(StopIteration):
            self.open.__anext__().send(None)

    async def route(self, text: str) -> _Route:
        """How an origin is reached, worked out once."""
        route = self.routes.get(text)
        if route is None:
            origin = parse_origin(text)
            if origin.scheme == "https" and self.tls is None:
                async with self.tls_lock:
                    # Reading the CAs takes some ten milliseconds.
                    self.tls = self.tls or await self.offload(lambda: tls_context(self.settings))
            route = self.routes[text] = _Route(origin, self.proxies, self.tls)
        return route

    def make_room(self) -> None:
        """Close idle connections until one more may be opened. aiohttp counts only those in use."""
        idle = [transport for transport, user in self.users.items() if user is None and not transport.is_closing()]
        surplus = len(idle) + self.in_use - self.settings.max_connections
        for transport in idle[: max(0, surplus)]:
            transport.abort()
        self.users = {transport: user for transport, user in self.users.items() if not transport.is_closing()}

    async def offload(self, function: Callable[[], T]) -> T:
        if self.threads is None:
            self.threads = ThreadPoolExecutor(OFFLOAD_THREADS, "polycloud")
        return await self.loop.run_in_executor(self.threads, copy_context().run, function)

    def close(self) -> None:
        """Cut what is under way and close every connection, without waiting for anybody."""
        if self.threads is not None:
            self.threads.shutdown(wait=False, cancel_futures=True)
        if self.loop.is_closed() or _running_loop() is self.loop:
            self._end()
        else:
            self.loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        with suppress(StopIteration):
            self.open.aclose().send(None)


async def _open_until_closed(
    session: aiohttp.ClientSession, connector: aiohttp.TCPConnector, attempts: set[Attempt]
) -> AsyncGenerator[None]:
    """Closes everything when it is closed itself.

    A generator, because a loop that ends closes its generators: the connections of a client that
    nobody closed end quietly with their loop.
    """
    try:
        yield
    finally:
        for attempt in list(attempts):
            attempt.cut()
        session.detach()
        closing = connector.close().__await__()
        # The connections are closed by the first step; the others only wait until the loop has noticed.
        next(closing, None)
        closing.close()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class _Route:
    """How an origin is reached."""

    def __init__(self, origin: Origin, proxies: Proxies, tls: ssl.SSLContext | None) -> None:
        self.origin = origin
        self.tls: ssl.SSLContext | bool = tls if tls is not None and origin.scheme == "https" else True
        self.proxy = proxies.choose(origin.scheme, origin.host, origin.port)
        self.proxy_url = None if self.proxy is None else URL(self.proxy.url, encoded=True)
        authorization = None if self.proxy is None else self.proxy.authorization
        fields = {} if authorization is None else {"Proxy-Authorization": authorization}
        # A tunnel's CONNECT carries the credentials; without a tunnel, each request does.
        self.tunnel_fields = fields if origin.scheme == "https" else {}
        self.request_fields = [] if origin.scheme == "https" else list(fields.items())

    def url(self, target: str) -> URL:
        """A URL whose target reaches the wire as it is.

        It is given as a path, query included: yarl takes queries apart and would drop an empty one.
        """
        origin = self.origin
        return URL.build(scheme=origin.scheme, host=origin.host, port=origin.port, path=target, encoded=True)


_current: ContextVar[Attempt] = ContextVar("polycloud_attempt")


class _PeerGone(Exception):
    """A kept connection was closed by the peer before anything was sent on it."""


class _NotAgain(Exception):
    """Carries a failure past aiohttp's own retry of idempotent methods."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Have aiohttp send a request once: retries are decided above, by who knows what is repeatable."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _NotAgain(error) from None


class _Connector(aiohttp.TCPConnector):
    """Connections, each announced before it is made."""

    about_to_connect: Callable[[], None]

    async def _create_connection(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> ResponseHandler:
        self.about_to_connect()
        return await super()._create_connection(req, traces, timeout)


class _WireRequest(aiohttp.ClientRequest):
    """A request that tells its attempt when a connection is there and bytes are about to leave."""

    async def send(self, conn: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        attempt, transport = _current.get(), conn.transport
        if transport is None or (transport in attempt.bound.users and _peer_gone(transport)):
            raise _PeerGone
        attempt.take(transport, conn.protocol)
        # Exactly what was asked for: aiohttp has ideas of its own (a length of 0 for DELETE, an order).
        self.headers = CIMultiDict(attempt.fields)
        return await super().send(conn)


def _peer_gone(transport: asyncio.Transport) -> bool:
    """Whether the peer has closed its end. The loop may not have looked at the socket for a while."""
    sock = transport.get_extra_info("socket")
    poll = select.poll()
    poll.register(sock.fileno(), GONE)
    return bool(poll.poll(0))


class Attempt:
    """One request and its answer: its place among the connections, its time limit, its failures.

    An async context manager; its block has the time limit, and turns what goes wrong into errors
    of ours. With ``streaming`` the connection outlives a block that succeeded.
    """

    def __init__(self, bound: Transport, request: Request, deadline: float, *, streaming: bool = False) -> None:
        self.bound = bound
        self.request = request
        self.deadline = deadline
        self.streaming = streaming
        self.fields: list[tuple[str, str]] = []
        self.sent = False
        self.transport: asyncio.Transport | None = None
        self.protocol: ResponseHandler | None = None
        self.response: aiohttp.ClientResponse | None = None
        self.failure: BaseException | None = None
        self._upload = not isinstance(request.body, bytes)
        self._scope: asyncio.Timeout | None = None
        self._route: _Route | None = None
        self._pieces: Pieces | None = None
        self._slot = False
        self._declared: int | None = None
        self._ends_with_connection = False

    async def __aenter__(self) -> None:
        if self.deadline <= time.monotonic():
            raise Timeout("the time was up before anything was sent", sent=False)
        self._scope = asyncio.timeout_at(self._on_the_loop(self.deadline))
        await self._scope.__aenter__()

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        scope, self._scope = self._scope, None
        try:
            if scope is not None:
                await scope.__aexit__(type(error) if error else None, error, None)
        except TimeoutError as late:
            error = late
        if error is None:
            if not self.streaming:
                self.release()
            return
        self.cut()
        if self.failure is not None and isinstance(error, Exception):
            # aiohttp wrapped it, as the wrapper's cause; the wrapper becomes its context now. No circles.
            error.__cause__ = error.__context__ = None
            raise self.failure from self.failure.__cause__
        explained = self.explain(error)
        if explained is not None:
            raise explained from _cause(error)

    def progress(self) -> None:
        """Something moved: a streamed upload is bounded piece by piece, anything else by the deadline."""
        if not self._upload or self._scope is None or self._scope.expired():
            return
        end = min(self.deadline, time.monotonic() + self.bound.settings.stall_timeout)
        self._scope.reschedule(self._on_the_loop(end))

    def _on_the_loop(self, moment: float) -> float | None:
        return None if moment == UNLIMITED else self.bound.loop.time() + moment - time.monotonic()

    async def start(self) -> tuple[aiohttp.ClientResponse, Headers]:
        """Send the request and give the answer's head."""
        bound, request = self.bound, self.request
        self._route = route = await bound.route(request.origin)
        self.fields = request_fields(request, route.origin, bound.agent) + route.request_fields
        url = route.url(request.target)
        bound.attempts.add(self)
        await bound.slots.acquire()
        self._slot = True
        bound.in_use += 1
        self.progress()
        token = _current.set(self)
        try:
            # Every kept connection may turn out to be gone; a new one is used as it is.
            for _ in range(bound.settings.max_connections + 1):
                with suppress(_PeerGone):
                    self.response = await bound.session.request(
                        request.method,
                        url,
                        headers=[field for field in self.fields if field[0] == "Content-Length"],
                        data=self._body(),
                        allow_redirects=False,
                        ssl=route.tls,
                        proxy=route.proxy_url,
                        proxy_headers=route.tunnel_fields,
                    )
                    break
        finally:
            _current.reset(token)
        if self.response is None:
            raise failures.closed_early(request.origin, sent=False)
        self.progress()
        headers = _checked_head(self.response)
        chunked = is_chunked(headers)
        self._declared = None if chunked or request.method == "HEAD" else declared_length(headers)
        self._ends_with_connection = not chunked and "content-length" not in headers
        return self.response, headers

    def _body(self) -> bytes | Pieces | None:
        body = self.request.body
        if isinstance(body, bytes) and len(body) <= EARLY_ANSWER_OVER:
            return body or None
        self._pieces = Pieces(self, async_source(body, self.bound.offload) if isinstance(body, bytes) else body)
        return self._pieces

    async def read_whole(self, response: aiohttp.ClientResponse) -> bytes:
        limit = self.bound.settings.max_body
        if (self._declared or 0) > limit:
            raise failures.too_long(limit, response.status)
        parts: list[bytes] = []
        size = 0
        while part := await response.content.readany():
            self.progress()
            size += len(part)
            if size > limit:
                raise failures.too_long(limit, response.status)
            parts.append(part)
        self.check_end()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    @property
    def has_length(self) -> bool:
        """Whether the answer declares its body's length."""
        return self._declared is not None

    def check_end(self) -> None:
        """The body has ended. Where only the connection's end shows that, a reset is no such end.

        Raises:
            ConnectionFailed: It was a reset; aiohttp does not tell the two apart.
        """
        if (
            self._ends_with_connection
            and self.protocol is not None
            and isinstance(self.protocol.exception(), aiohttp.ClientOSError)
        ):
            raise failures.closed_early(self.request.origin, sent=True)

    def explain(self, error: BaseException) -> CloudError | None:
        """The error of ours that a failure means, or None when it is not about the network."""
        if isinstance(error, _NotAgain):
            error = error.error
        if isinstance(error, CloudError):
            return error
        origin = self.request.origin
        proxy = self._route.proxy if self._route is not None else None
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            return failures.no_connection_in_time(origin)
        if isinstance(error, TimeoutError):
            return failures.out_of_time(origin, sent=self.sent)
        if isinstance(error, aiohttp.ClientConnectorError):
            return failures.not_connected(
                error.os_error, f"{origin} through the proxy {proxy.url}" if proxy else origin
            )
        if isinstance(error, aiohttp.ClientHttpProxyError) and proxy is not None:
            return failures.no_tunnel(proxy.url, origin.partition("://")[2], error.status)
        if isinstance(error, aiohttp.ClientResponseError):
            # aiohttp's message quotes what it could not read, which may be anything.
            return MalformedResponse(f"the answer is not HTTP; check the endpoint's scheme and port{STRICT_HINT}")
        if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError):
            return failures.closed_early(origin, sent=self.sent)
        if isinstance(error, OSError):
            return failures.broken(error, origin, sent=self.sent)
        if isinstance(error, aiohttp.ClientError):
            return failures.closed_early(origin, sent=self.sent)
        return None

    def cut(self) -> None:
        """Close the connection now, whatever is still to be sent or read on it."""
        if self.response is not None:
            self.response.close()
        # A transport that closes politely would first wait for the peer to take what is buffered.
        # One that is not closing went back to the pool, and may be serving another request.
        if self.transport is not None and self.transport.is_closing():
            self.transport.abort()
        self.release()

    def take(self, transport: asyncio.Transport, protocol: ResponseHandler | None) -> None:
        """A connection is there, and bytes are about to leave on it."""
        self.transport, self.protocol = transport, protocol
        self.sent = True
        users = self.bound.users
        users.pop(transport, None)
        users[transport] = self

    def release(self) -> None:
        """Make place for another attempt; the connection, if it still stands, is idle now."""
        bound, transport = self.bound, self.transport
        bound.attempts.discard(self)
        # Not when another attempt has it already: a connection is free once its answer has arrived,
        # read or unread.
        if transport is not None and bound.users.get(transport) is self:
            del bound.users[transport]
            if transport.get_write_buffer_size() or (self._pieces is not None and not self._pieces.ended):
                # Answered early. aiohttp will close the connection too, but only after the peer has
                # taken the rest of what is buffered, which it may never do.
                transport.abort()
            if not transport.is_closing():
                bound.users[transport] = None
        if self._pieces is not None:
            # The attempt is in circles with aiohttp's objects, and in the contexts of its timers: what it sent
            # would stay in memory until the next collection of garbage, an object of any size part by part.
            self._pieces.let_go()
            self.request = msgspec.structs.replace(self.request, body=b"")
        if self._slot:
            self._slot = False
            bound.in_use -= 1
            bound.slots.release()


class Stream:
    """An answer whose body is read piece by piece."""

    def __init__(self, attempt: Attempt, response: aiohttp.ClientResponse, headers: Headers) -> None:
        self._attempt = attempt
        self._response = response
        self._closed = False
        self.status = response.status
        self.headers = headers

    async def read(self, size: int) -> bytes:
        if self._closed:
            raise ConfigurationError("this stream is closed")
        try:
            async with asyncio.timeout(self._attempt.bound.settings.stall_timeout):
                piece = await self._piece(size)
            if not piece:
                self._attempt.check_end()
        except BaseException as error:
            self._cut()
            explained = self._attempt.explain(error)
            if explained is not None:
                raise explained from _cause(error)
            raise
        if not piece:
            self._attempt.release()
        return piece

    async def _piece(self, size: int) -> bytes:
        content = self._response.content
        if size < LARGEST_RECEIVED or not self._attempt.has_length:
            return await content.read(size)
        # As it was received: ``read`` joins what is buffered, which copies every byte once more.
        piece, _ = await content.readchunk()
        return piece

    async def close(self) -> None:
        self._cut()

    def _cut(self) -> None:
        if not self._closed:
            self._closed = True
            self._attempt.cut()

    def __del__(self) -> None:
        # Abandoned. The garbage collector may run in any thread; connections belong to the loop's.
        if self._closed:
            return
        loop = self._attempt.bound.loop
        if loop.is_closed() or _running_loop() is loop:
            self._attempt.cut()
        else:
            loop.call_soon_threadsafe(self._attempt.cut)


def _checked_head(response: aiohttp.ClientResponse) -> Headers:
    """The answer's headers, and that they are of an answer both runtimes take.

    Raises:
        MalformedResponse: They are not.
    """
    if response.status < 200:
        raise MalformedResponse(
            "the answer switches to another protocol, which nobody asked for", status=response.status
        )
    if sum(len(name) + len(value) + 4 for name, value in response.raw_headers) > MAX_HEADER_BYTES:
        raise MalformedResponse(f"the answer's headers are longer than {MAX_HEADER_BYTES} bytes")
    return answer_headers(response.raw_headers)


def _cause(error: BaseException) -> BaseException | None:
    """What may be shown behind an error of ours: aiohttp's messages hold URLs, and URLs hold signatures."""
    if isinstance(error, _NotAgain):
        error = error.error
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.os_error
    return error if isinstance(error, (OSError, ssl.SSLError)) and not isinstance(error, aiohttp.ClientError) else None
