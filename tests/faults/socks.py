"""A SOCKS5 proxy of the tests (RFC 1928, RFC 1929)."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

from tests.faults.proxy import pump

NAME, ADDRESS = 3, 1


class Socks:
    """Serves on a free loopback port inside of a ``with`` block.

    Args:
        user: Who may use it; None for everybody.
        password: Of the user.
        refuse: The reply to every request, if not to do it.
        stall: Whether to say nothing after the greeting.

    Attributes:
        asked: The host and port of every request, and whether the host was a name.
    """

    def __init__(self, user: str | None = None, password: str = "", *, refuse: int = 0, stall: bool = False) -> None:
        self.user = user
        self.password = password
        self.refuse = refuse
        self.stall = stall
        self.asked: list[tuple[str, int, bool]] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.over = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError, EOFError):
            if self.stall:
                self.over.wait(60)
                return
            host, port = self._greeted(sock)
            if self.refuse:
                sock.sendall(bytes([5, self.refuse, 0, 1, 0, 0, 0, 0, 0, 0]))
                return
            with socket.create_connection((host, port)) as upstream:
                sock.sendall(bytes([5, 0, 0, 1, 127, 0, 0, 1, 0, 9]))
                back = threading.Thread(target=pump, args=(upstream, sock), daemon=True)
                back.start()
                pump(sock, upstream)
                back.join(60)

    def _greeted(self, sock: socket.socket) -> tuple[str, int]:
        version, count = exactly(sock, 2)
        methods = exactly(sock, count)
        wanted = 0 if self.user is None else 2
        if version != 5 or wanted not in methods:
            sock.sendall(b"\x05\xff")
            raise EOFError
        sock.sendall(bytes([5, wanted]))
        if wanted == 2:
            user = exactly(sock, exactly(sock, 2)[1]).decode()
            password = exactly(sock, exactly(sock, 1)[0]).decode()
            right = (user, password) == (self.user, self.password)
            sock.sendall(bytes([1, 0 if right else 1]))
            if not right:
                raise EOFError
        version, command, _, kind = exactly(sock, 4)
        assert (version, command) == (5, 1)
        if kind == NAME:
            host = exactly(sock, exactly(sock, 1)[0]).decode()
        else:
            assert kind == ADDRESS
            host = socket.inet_ntoa(exactly(sock, 4))
        port = int.from_bytes(exactly(sock, 2), "big")
        self.asked.append((host, port, kind == NAME))
        return ("127.0.0.1" if kind == NAME else host), port


def exactly(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = sock.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data
