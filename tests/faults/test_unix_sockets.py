"""Servers that listen on a Unix socket: ``http+unix://`` and the path, percent-encoded."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from cumuli.errors import ConfigurationError, ConnectionFailed
from cumuli.runtime.http.headers import parse_origin, unix_origin
from cumuli.runtime.protocol import Runtime
from tests.faults.calls import send
from tests.flavours import Flavour

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """Answers every request on one connection after the other, and keeps what it was asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.heads: list[bytes] = []
        self.connections = 0
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                with sock:
                    while head := sock.recv(65536):
                        self.heads.append(head)
                        sock.sendall(ANSWER)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def server() -> Iterator[Server]:
    # The path of a socket may have a hundred characters, which a test's own folder may exceed.
    with tempfile.TemporaryDirectory() as folder:
        made = Server(Path(folder) / "a b%.sock")
        yield made
        made.close()


@pytest.mark.parametrize("proxy", [None, "http://127.0.0.1:9"])
def test_a_unix_socket_is_spoken_to_without_a_proxy(
    flavour: Flavour, server: Server, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    async def case(runtime: Runtime) -> list[bytes]:
        return [(await send(runtime, unix_origin(str(server.path)))).body for _ in range(2)]

    assert flavour.run(case, proxy=proxy) == [b"ok", b"ok"]
    assert server.connections == 1, "the connection was not kept"
    assert all(b"\r\nHost: localhost\r\n" in head for head in server.heads)


def test_where_nobody_listens_that_is_said(flavour: Flavour, tmp_path: Path) -> None:
    async def case(runtime: Runtime) -> None:
        await send(runtime, unix_origin(str(tmp_path / "nobody")))

    with pytest.raises(ConnectionFailed, match="No such file") as caught:
        flavour.run(case)
    assert caught.value.sent is False


def test_a_server_without_room_is_a_failure_and_not_a_hang(flavour: Flavour) -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        path = str(Path(folder) / "full")
        listener.bind(path)
        listener.listen(0)
        fillers = [socket.socket(socket.AF_UNIX) for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(path)

        async def case(runtime: Runtime) -> None:
            await send(runtime, unix_origin(path))

        with pytest.raises(ConnectionFailed, match="cannot connect"):
            flavour.run(case)
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize("text", ["http+unix://", "http+unix://relative", "http+unix://%2Fa/b", "http+unix://%2Fa%00"])
def test_what_is_no_path_of_a_socket_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="Unix socket"):
        parse_origin(text)
