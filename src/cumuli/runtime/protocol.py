"""``Runtime``: all that anything above it may await.

Drivers and clients are ``async def`` and await nothing else, which is what lets one source serve
both flavours: over the blocking runtime none of these coroutines ever suspends, so a sync client
drives a whole call with a single ``coroutine.send(None)``.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, BinaryIO, Protocol, TypeVar

import msgspec

from cumuli.runtime.messages import Request, Response, ResponseStream, Sink, Source
from cumuli.runtime.timeouts import Patience

__all__ = ["UNLIMITED", "HandOver", "Runtime", "RuntimeFactory", "SinkTarget", "SourceLike", "TransportSettings"]

T = TypeVar("T")
U = TypeVar("U")

SourceLike = str | os.PathLike[str] | bytes | BinaryIO | Iterable[bytes] | AsyncIterable[bytes]
"""What an upload can be given: a path (str or PathLike), bytes, a binary file, or an iterable of bytes."""

SinkTarget = str | os.PathLike[str] | BinaryIO
"""Where a download can go: a path, or a binary file open for writing."""

HandOver = Callable[[Callable[[], object]], Awaitable[None]]
"""Has a function called where the caller of ``on_loop`` waits, and waits until it has returned."""

UNLIMITED = float("inf")


class TransportSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a client reaches the network.

    Attributes:
        connect_timeout: Seconds for name resolution, connecting, proxy and TLS together.
        proxy: Proxy URL (``http://user:password@host:port``, or ``https``, ``socks5``, ``socks5h``); ``""`` for
            none; None to follow the ``HTTP_PROXY``, ``HTTPS_PROXY`` and ``NO_PROXY`` environment variables.
        verify: True for the CAs of ``ca_variables`` or the system's, a path to a CA bundle (file or folder), or
            False for no verification, which warns (``InsecureTLSWarning``).
        ca_variables: Environment variables that name a CA bundle where ``verify`` is True, the first of them
            that is set and not empty.
        cert: Client certificate: a PEM path, or (certificate path, key path).
        stall_timeout: Seconds in which something of a body (up or down) has to move.
        max_connections: Most connections open at one time; further calls wait for a free one.
        idle_timeout: Seconds after which an unused connection is closed rather than reused.
        max_body: Largest body, in bytes, that ``send`` reads into memory.
        user_agent: Put before cumuli's own ``User-Agent``.
    """

    connect_timeout: float = 10.0
    stall_timeout: float = 60.0
    proxy: str | None = None
    verify: bool | str = True
    ca_variables: tuple[str, ...] = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    cert: str | tuple[str, str] | None = None
    max_connections: int = 32
    idle_timeout: float = 50.0
    max_body: int = 512 * 1024 * 1024
    user_agent: str = ""


class Runtime(Protocol):
    """I/O, time, randomness and concurrency, blocking or asynchronous.

    ``deadline`` arguments are points on the ``monotonic`` clock (``UNLIMITED`` for none); work
    that is not done by then ends with ``Timeout``.
    """

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        """One request, one attempt, the answer read whole. Follows no redirect, retries nothing.

        Any status is an answer, not an error. A body of more than a piece takes as long as it
        takes while it moves (``stall_timeout``); a source is neither rewound nor closed. What else
        may take how long says ``patience``; ``deadline`` bounds everything.

        Raises:
            ConnectionFailed: No complete answer; ``sent`` tells whether it may have taken effect.
            Timeout: The deadline passed.
            MalformedResponse: The answer is not HTTP, or beyond the limits.
        """
        ...

    async def stream(self, request: Request, *, deadline: float, patience: Patience | None = None) -> ResponseStream:
        """As ``send``, returning once the headers are there. The deadline covers only that far;
        afterwards each ``read`` of the body may take ``stall_timeout`` seconds (see TransportSettings),
        and no longer than ``cumuli.deadline`` says where it is called.
        """
        ...

    def source(self, data: SourceLike) -> Source:
        """An upload's bytes from whatever the caller gave. Opens paths lazily, at the first read.

        Raises:
            InvalidRequest: The data is of no supported type (text, an async iterable in a sync client).
        """
        ...

    def sink(self, destination: SinkTarget, *, overwrite: bool) -> Sink:
        """A download's destination. A path is written under a temporary name beside it and renamed
        on ``commit``.

        Raises:
            FileExists: The path exists and ``overwrite`` is false (also checked again on commit).
        """
        ...

    async def sleep(self, seconds: float) -> None: ...
    def now(self) -> float:
        """Seconds since 1970, as ``time.time``."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; deadlines are points on it."""
        ...

    def random(self) -> float:
        """Uniform in [0, 1), for jitter."""
        ...

    def token(self) -> str:
        """A fresh random UUID (36 characters), for idempotency tokens."""
        ...

    def lock(self) -> AbstractAsyncContextManager[None]:
        """A new mutual-exclusion lock for the callers of this runtime (threads, or tasks)."""
        ...

    async def gather(self, jobs: Iterable[Callable[[], Awaitable[T]]], *, limit: int | None = None) -> list[T]:
        """Run jobs at the same time (at most ``limit``) and give their results in order.

        The first failure cancels the queued jobs, cuts the connections of the running ones and is
        raised itself (never a group), within a second. Ctrl-C likewise.
        """
        ...

    def map_bounded(
        self, function: Callable[[U], Awaitable[T]], items: Iterable[U] | AsyncIterable[U], *, limit: int
    ) -> AsyncGenerator[T]:
        """Apply ``function`` to a lazy sequence, at most ``limit`` at a time, results in order.

        No more than ``limit`` items are taken ahead of the result being waited for.
        """
        ...

    async def offload(self, function: Callable[[], T]) -> T:
        """Run blocking work (file system, CPU-heavy hashing) where it does not stall other calls."""
        ...

    @property
    def is_blocking(self) -> bool:
        """Whether callers are threads, and functions that they are given are plain ones."""
        ...

    # Any: what a coroutine yields to its loop says nothing about its result.
    async def on_loop(self, work: Callable[[HandOver], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine that needs an event loop of asyncio's, such as a library's, which HTTP here does not.

        The blocking runtime has one thread with a loop for that, started at the first call. The deadline around
        the call cancels the coroutine, as does whatever interrupts the caller, or an error of a function that was
        handed over; the caller goes on when it has cleaned up.

        Raises:
            DeadlineExceeded: The time of ``cumuli.deadline`` was up.
        """
        ...

    async def shielded(self, work: Callable[[], Awaitable[T]]) -> T:
        """Await clean-up to its end, also when the caller is cancelled meanwhile, which is told afterwards."""
        ...

    async def close(self) -> None:
        """Close every connection. Idempotent; calls made afterwards raise ``ConfigurationError``."""
        ...


class RuntimeFactory(Protocol):
    """Makes the runtime of a client: ``blocking_runtime`` or ``asynchronous_runtime``."""

    def __call__(self, settings: TransportSettings) -> Runtime: ...
