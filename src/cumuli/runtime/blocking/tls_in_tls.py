"""TLS inside of TLS, for blocking sockets: to an https server through an https proxy."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import ReadableBuffer

__all__ = ["LayeredTLS"]

T = TypeVar("T")

RECEIVE = 64 * 1024
# What is encrypted at a time: one record.
PIECE = 16 * 1024


class LayeredTLS(socket.socket):
    """TLS over a TLS socket, for what a ``Connection`` does to a socket and nothing else.

    Args:
        outer: The TLS socket to the proxy. It is closed with this one.
        context: For the server.
        host: The server's name.
    """

    def __init__(self, outer: ssl.SSLSocket, context: ssl.SSLContext, host: str) -> None:
        # A descriptor of its own, so that the two never close each other's.
        super().__init__(outer.family, outer.type, outer.proto, fileno=os.dup(outer.fileno()))
        self._outer = outer
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_hostname=host)
        # Encrypted for the server, and not yet taken by the proxy's side.
        self._pending = b""
        self._timeout: float | None = None

    def settimeout(self, value: float | None, /) -> None:
        self._timeout = value

    def do_handshake(self) -> None:
        self._do(self._tls.do_handshake)
        self._flush(self._end())

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        try:
            return self._do(lambda: self._tls.read(bufsize))
        except ssl.SSLZeroReturnError:
            return b""

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        # Before anything new, or what is pending would grow without bound.
        self._flush(self._end())
        count = self._do(lambda: self._tls.write(memoryview(data)[:PIECE]))
        # It is encrypted, so it counts as sent; what does not go at once goes with the next step.
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
            self._flush(self._end())
        return count

    def close(self) -> None:
        super().close()
        self._outer.close()

    def _do(self, step: Callable[[], T]) -> T:
        """One step of TLS, and what it needs of the other side."""
        end = self._end()
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self._flush(end)
                self._bound(end)
                data = self._outer.recv(RECEIVE)
                if data:
                    self._in.write(data)
                else:
                    self._in.write_eof()

    def _flush(self, end: float | None) -> None:
        self._pending += self._out.read()
        while self._pending:
            self._bound(end)
            self._pending = self._pending[self._outer.send(self._pending) :]

    def _end(self) -> float | None:
        return time.monotonic() + self._timeout if self._timeout else None

    def _bound(self, end: float | None) -> None:
        """Let the next step on the proxy's side take what is left of the time."""
        if end is None:
            self._outer.settimeout(self._timeout)
            return
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._outer.settimeout(left)
