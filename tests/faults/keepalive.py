"""A small HTTP server that can be told to misbehave in any way, byte by byte.

Every connection has a thread that reads requests and hands each one to the test's ``answer``,
which returns the bytes to send, or does what it likes to the connection and returns None. It counts
its connections. It is strict: what it cannot read as HTTP/1.1 is a failure of the test.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

Answer = Callable[["Exchange"], bytes | None]


def reply(status: int = 200, body: bytes = b"", *headers: tuple[str, str], reason: str = "Because") -> bytes:
    """A well-formed answer with a Content-Length."""
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def eventually(condition: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Wait until a condition holds; fail when it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.005)


class Hangup(Exception):
    """The peer closed the connection, between requests or in the middle of one."""


class Exchange:
    """One request, its connection, and what the test may do to it."""

    def __init__(self, connection: Connection, head: bytes) -> None:
        lines = head.decode("ascii").split("\r\n")
        matched = re.fullmatch(r"([A-Z]+) (\S+) HTTP/1\.1", lines[0])
        assert matched, f"not a request line: {lines[0]!r}"
        self.connection = connection
        self.server = connection.server
        self.method: str = matched[1]
        self.target: str = matched[2]
        self.fields = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        assert all(name and value == value.strip() for name, value in self.fields), head
        self._body: bytes | None = None

    def get(self, name: str) -> str | None:
        values = [value for key, value in self.fields if key.lower() == name.lower()]
        assert len(values) < 2, f"{name} twice"
        return values[0] if values else None

    def body(self) -> bytes:
        """The request's body, read whole."""
        if self._body is None:
            if self.get("transfer-encoding"):
                assert self.get("transfer-encoding") == "chunked"
                assert self.get("content-length") is None
                self._body = self.connection.read_chunked()
            else:
                self._body = self.connection.read_exactly(int(self.get("content-length") or 0))
        return self._body

    def taken(self) -> None:
        """Say that the request's body was read by other means."""
        self._body = b""

    def send(self, data: bytes) -> None:
        self.connection.socket.sendall(data)

    def drip(self, data: bytes, pause: float) -> None:
        """Send byte by byte until the client gives up."""
        for index in range(len(data)):
            self.send(data[index : index + 1])
            time.sleep(pause)

    def close(self) -> None:
        """Close the connection in the usual way."""
        self.connection.close()

    def reset(self) -> None:
        """Cut the connection with a TCP reset."""
        sock = self.connection.socket
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close(politely=False)

    def hang(self) -> None:
        """Do nothing until the client closes the connection, or for far longer than any test allows."""
        self.connection.socket.settimeout(120)
        with contextlib.suppress(OSError):
            while self.connection.socket.recv(65_536):
                pass
        raise Hangup


class Connection:
    """One accepted connection."""

    def __init__(self, server: Server, sock: socket.socket) -> None:
        self.server = server
        self.socket = sock
        self.open = True
        self._buffer = b""

    def read_until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._buffer += self._receive()
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    def read_exactly(self, size: int) -> bytes:
        parts = [self._buffer[:size]]
        self._buffer = self._buffer[size:]
        missing = size - len(parts[0])
        while missing:
            part = self._receive()
            parts.append(part[:missing])
            self._buffer += part[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def read_chunked(self) -> bytes:
        parts: list[bytes] = []
        while size := int(self.read_until(b"\r\n"), 16):
            parts.append(self.read_exactly(size))
            assert self.read_exactly(2) == b"\r\n"
        assert self.read_until(b"\r\n") == b""
        return b"".join(parts)

    def _receive(self) -> bytes:
        try:
            data = self.socket.recv(262_144)
        except OSError:
            data = b""
        if not data:
            raise Hangup
        return data

    def close(self, *, politely: bool = True) -> None:
        self.open = False
        if politely:
            # close() alone says nothing to the peer while this thread's recv holds the socket.
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Server:
    """Serves on a free loopback port inside of a ``with`` block.

    Attributes:
        seen: (method, target) of every request that arrived, in order.
        connections: How many connections were accepted.
        most_open: The most that were open at one time.
    """

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.tls = tls
        self.seen: list[tuple[str, str]] = []
        self.connections = 0
        self.most_open = 0
        self.failures: list[BaseException] = []
        self.handshake_failures: list[OSError] = []
        self._open: set[Connection] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]

    @property
    def origin(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def now_open(self) -> int:
        with self._lock:
            return len(self._open)

    def close_idle(self) -> None:
        """Close every connection from the server's side."""
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            connection.close()

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # On Linux only a shutdown wakes a thread that waits in accept.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.close_idle()
        for thread in list(self._threads):
            thread.join(60)
            assert not thread.is_alive(), "a server thread did not end"
        if error is None and self.failures:
            raise self.failures[0]

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(self, sock)
            with self._lock:
                self.connections += 1
                self._open.add(connection)
                self.most_open = max(self.most_open, len(self._open))
            self._start(self._serve, connection)

    def _serve(self, connection: Connection) -> None:
        try:
            if self.tls is not None:
                try:
                    connection.socket = self.tls.wrap_socket(connection.socket, server_side=True)
                except OSError as error:
                    self.handshake_failures.append(error)
                    return
            while connection.open:
                exchange = Exchange(connection, connection.read_until(b"\r\n\r\n"))
                with self._lock:
                    self.seen.append((exchange.method, exchange.target))
                data = self.answer(exchange)
                if data is not None:
                    exchange.body()
                    exchange.send(data)
                if exchange.get("connection") == "close":
                    connection.close()
        except (Hangup, OSError):
            pass  # clients may leave whenever they like
        except BaseException as error:  # noqa: BLE001 - given to the test's own thread
            self.failures.append(error)
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()


class Service:
    """A server with a memory of its own, which serves as long as its ``with`` block lasts."""

    server: Server

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.__exit__(kind, error, trace)
