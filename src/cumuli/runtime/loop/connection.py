"""One connection of an event loop, every wait bounded by a point in time.

The same as ``blocking/connection.py``, over an asyncio transport. What arrives is kept as it came and
is taken by the coroutine that waits for it, one at a time.
"""

from __future__ import annotations

import asyncio
import os
import time
from asyncio.trsock import TransportSocket
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol, cast

from cumuli.errors import ConfigurationError
from cumuli.runtime.http.limits import LONGEST_WAIT, PIECE
from cumuli.runtime.http.network_errors import PeerClosed, PeerFinished

if TYPE_CHECKING:
    import ssl
from cumuli.runtime.polling import GONE, READABLE, Poll, poll
from cumuli.runtime.send_queue import unsent
from cumuli.runtime.timeouts import Pace

__all__ = ["Connection"]

# Bytes that nobody has asked for yet, at which reading from the socket stops and goes on again.
ENOUGH: Final = 512 * 1024
FEW: Final = 256 * 1024
LAST_READ: Final = 64 * 1024
# Handed over at a time: a piece of an upload and what stands in front of it go as one.
WRITTEN: Final = 2 * PIECE

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
        held: Bytes that have arrived and that nobody has taken.
    """

    __slots__ = (
        "_clean",
        "_end",
        "_failure",
        "_loop",
        "_over",
        "_owner",
        "_parts",
        "_poll",
        "_reading_paused",
        "_waiter",
        "_watch",
        "_watch_end",
        "_writing_paused",
        "held",
        "idle_since",
        "origin",
        "sent",
        "transport",
    )

    transport: asyncio.Transport

    def __init__(self, loop: asyncio.AbstractEventLoop, origin: str, owner: Owner) -> None:
        self._loop = loop
        self._owner = owner
        self._parts: deque[bytes] = deque()
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
        self._poll: Poll | None = None
        self.origin = origin
        self.idle_since: float | None = None
        self.sent = False
        self.held = 0

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
        self.held += len(data)
        if self.held >= ENOUGH and not self._reading_paused and not self.transport.is_closing():
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
            while self.held < ENOUGH and (data := os.read(sock.fileno(), LAST_READ)):
                self._parts.append(data)
                self.held += len(data)
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
        watching = self._poll
        if watching is None:
            watching = self._poll = poll()
            # TLS peers send tickets whenever they like: there, bytes do not mean anything.
            events = GONE if self.transport.get_extra_info("ssl_object") is not None else GONE | READABLE
            watching.register(self.transport.get_extra_info("socket").fileno(), events)
        return bool(watching.poll(0))

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _next_event(self, end: float) -> asyncio.Future[None]:
        """Done when something happens; awaiting it raises ``TimeoutError`` if nothing did by the end."""
        if self._waiter is not None and not self._waiter.done():
            raise ConfigurationError("this stream is being read by another task; read it in one at a time")
        left = end - _monotonic()
        if left <= 0:
            raise TimeoutError
        waiter = self._waiter = self._loop.create_future()
        self._end = end
        # One timer serves many waits: what it finds when it fires decides, so a short call sets none.
        if left < LONGEST_WAIT and (self._watch is None or end < self._watch_end):
            self._look_in(left)
        return waiter

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
            self._waiter = None
            waiter.set_exception(TimeoutError())
        elif left < LONGEST_WAIT:
            self._look_in(left)

    def _end_of_it(self) -> OSError:
        """Why nothing more can be read or sent."""
        # Given away: an exception that is kept would keep what raised it, a part of an upload for instance.
        failure, self._failure = self._failure, None
        return failure or (PeerFinished() if self._clean else PeerClosed())

    # ---- requests

    def begin(self) -> None:
        """A new request follows."""
        self.idle_since = None
        self.sent = False

    async def send(self, data: bytes, end: float) -> None:
        """Hand a small request over to be sent.

        Raises:
            OSError: The connection is broken.
        """
        self._write(data)

    async def upload(self, data: bytes, pace: Pace, answered: Callable[[], bool] | None) -> bool:
        """Send all of ``data`` for as long as it moves; False as soon as the server has answered."""
        if answered is None:
            self._write(data)
            return True
        left: bytes | memoryview = data if len(data) <= WRITTEN else memoryview(data)
        while left:
            # Lets the loop look at the socket, so that an early answer is read before more is written.
            await asyncio.sleep(0)
            if answered():
                return False
            self._write(left[:WRITTEN])
            left = left[WRITTEN:]
            if self._writing_paused and not self._parts:
                await self._moving(lambda: not self._writing_paused or bool(self._parts), pace, pace.stall / 4)
        # An answer that arrives from here on may be the one to the whole request.
        return True

    def _write(self, data: bytes | memoryview) -> None:
        if self._over:
            raise self._end_of_it()
        self.sent = True
        self.transport.write(data)

    async def drain(self, pace: Pace, answered: Callable[[], bool]) -> None:
        """Wait until the peer has what was handed over, or begins to answer."""
        await self._moving(lambda: not self._unsent() or answered(), pace, 0.005)

    async def _moving(self, done: Callable[[], bool], pace: Pace, pause: float) -> None:
        """Until something is so, as long as what was handed over goes on leaving."""
        end, left = pace.moves(), self._unsent()
        while not done():
            if self._over:
                raise self._end_of_it()
            try:
                await self._next_event(min(end, _monotonic() + pause))
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
    def clean(self) -> bool:
        """Whether another request may follow: the connection stands, and what was handed over is sent."""
        return not self._over and not self.transport.get_write_buffer_size()

    # ---- answers

    async def receive(self, end: float, size: int = 0) -> bytes:
        """The first piece of what has arrived, as it came.

        Raises:
            TimeoutError: Nothing came by the end.
            PeerFinished: The peer has nothing more to say.
            PeerClosed: As much as that, but it was not the peer itself who said so.
        """
        while not self._parts:
            if self._over:
                raise self._end_of_it()
            await self._next_event(end)
        data = self._parts.popleft()
        self._taken(len(data))
        return data

    def arrived(self) -> bytes:
        """What has arrived, perhaps nothing."""
        if not self._parts:
            return b""
        data = b"".join(self._parts)
        self._parts.clear()
        self._taken(len(data))
        return data

    def _taken(self, size: int) -> None:
        """So many of the bytes that were held are somebody's now."""
        self.held -= size
        if self._reading_paused and self.held <= FEW:
            self._reading_paused = False
            if not self.transport.is_closing():
                self.transport.resume_reading()
