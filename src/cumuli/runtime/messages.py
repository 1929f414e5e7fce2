"""What travels between drivers and the runtime: plain data, no HTTP library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import msgspec

__all__ = ["Headers", "Request", "Response", "ResponseStream", "Sink", "Source"]


class Headers:
    """Response headers: names in lower case, duplicates and order kept.

    Values are decoded as UTF-8 with ``surrogateescape``, so that no byte is lost and both
    runtimes agree.
    """

    __slots__ = ("_pairs",)

    def __init__(self, pairs: tuple[tuple[str, str], ...] = ()) -> None:
        self._pairs = pairs

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value of a header (``name`` in lower case), or ``default``."""
        for key, value in self._pairs:
            if key == name:
                return value
        return default

    def get_all(self, name: str) -> list[str]:
        """Every value of a header (``name`` in lower case), in the order of arrival."""
        return [value for key, value in self._pairs if key == name]

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every (lower-case name, value) pair in the order of arrival."""
        return self._pairs

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __contains__(self, name: object) -> bool:
        return any(key == name for key, _ in self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._pairs == other._pairs

    def __hash__(self) -> int:
        return hash(self._pairs)

    def __repr__(self) -> str:
        # Values may hold tokens (X-Auth-Token arrives in a response header): names only.
        return f"Headers({', '.join(key for key, _ in self._pairs)})"


class Source(Protocol):
    """The bytes of an upload, read in pieces, so that memory stays flat.

    ``length`` is the number of bytes when it is known beforehand, else None. ``rewindable`` says
    whether ``rewind`` works: only then may an upload be tried again.
    """

    @property
    def length(self) -> int | None: ...
    @property
    def rewindable(self) -> bool: ...

    async def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes, fewer only at the end, ``b""`` after it."""
        ...

    async def rewind(self) -> None:
        """Start again at the first byte."""
        ...

    async def close(self) -> None:
        """Release what the source holds; a file that the caller opened stays open."""
        ...


class Sink(Protocol):
    """Where a download's bytes go. Exactly one of ``commit`` and ``abort`` ends it."""

    async def write(self, data: bytes) -> None: ...

    async def commit(self) -> None:
        """All bytes are there and verified: make them visible under their final name."""
        ...

    async def abort(self) -> None:
        """Leave nothing behind."""
        ...


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request, ready for the wire.

    Attributes:
        method: Upper-case HTTP method.
        origin: ``scheme://host`` or ``scheme://host:port``, lower case, no trailing slash.
        target: Path and query exactly as they go on the wire, encoded once: ``/a%2e%2e?x=1``.
        headers: ASCII names and values. The runtime adds Host, Content-Length or
            Transfer-Encoding, User-Agent and Connection by itself.
        body: Nothing, bytes, or a Source that is read as it is sent.
        operation: The provider's own name of the operation, for errors, logs and traces.
        identity: True for a request that only obtains credentials (a token). Tools that show
            requests instead of sending them let these through.
        kept_alive: True where the provider works for minutes and sends white space meanwhile: the answer may
            take as long as it goes on arriving. Any other answer that drips is cut.
        answers_late: True where the provider works for minutes and says nothing meanwhile: the answer may take as
            long as the whole operation, and not only as an attempt.
    """

    method: str
    origin: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Source = b""
    operation: str = ""
    identity: bool = False
    kept_alive: bool = False
    answers_late: bool = False

    def with_headers(self, extra: Mapping[str, str]) -> Request:
        """A copy with these headers added, replacing those of the same name (case ignored)."""
        names = {name.lower() for name in extra}
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in names)
        return msgspec.structs.replace(self, headers=(*kept, *extra.items()))

    def header(self, name: str) -> str | None:
        """The value of a request header, case ignored, or None."""
        wanted = name.lower()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value
        return None

    def __repr__(self) -> str:
        # Targets can carry signatures and bodies can carry passwords: show neither.
        path = self.target.partition("?")[0]
        return f"Request({self.method} {self.origin}{path}, operation={self.operation!r})"


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """An answer whose body has been read whole."""

    status: int
    headers: Headers
    body: bytes

    def __repr__(self) -> str:
        return f"Response(status={self.status}, {len(self.body)} bytes)"


class ResponseStream(Protocol):
    """An answer whose body has not been read. It must be closed, or read to its end."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Headers: ...

    async def read(self, size: int) -> bytes:
        """Between 1 and ``size`` bytes as they arrive; ``b""`` only at the end of a whole body.

        A body that ends before its declared length raises ``ConnectionFailed``.
        """
        ...

    async def close(self) -> None:
        """Give the connection back if the body was read to its end, else cut it. Idempotent."""
        ...
