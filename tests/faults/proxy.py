"""A forward proxy of the tests: absolute form for http, CONNECT for https."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from urllib.parse import urlsplit

from tests.faults.keepalive import Exchange, Hangup, Server, reply


class Proxy:
    """The ``answer`` of a ``Server`` that is a proxy.

    Attributes:
        asked: What was asked of it, as (method, target).
        credentials: Values of Proxy-Authorization, in order.
    """

    def __init__(self, user: str | None = None, password: str = "") -> None:
        self.wanted = None if user is None else "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.asked: list[tuple[str, str]] = []
        self.fields: list[list[tuple[str, str]]] = []

    def __call__(self, exchange: Exchange) -> bytes | None:
        self.asked.append((exchange.method, exchange.target))
        self.fields.append(exchange.fields)
        if exchange.get("proxy-authorization") != self.wanted:
            return reply(407, b"", ("Proxy-Authenticate", "Basic"))
        if exchange.method == "CONNECT":
            self.tunnel(exchange)
            return None
        return self.forward(exchange)

    def forward(self, exchange: Exchange) -> bytes:
        parts = urlsplit(exchange.target)
        assert parts.scheme == "http"
        assert parts.hostname
        path = exchange.target.partition(parts.netloc)[2]
        with socket.create_connection((parts.hostname, parts.port or 80)) as upstream:
            kept = [(name, value) for name, value in exchange.fields if name.lower() != "proxy-authorization"]
            head = f"{exchange.method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in kept)
            upstream.sendall(f"{head}Connection: close\r\n\r\n".encode() + exchange.body())
            return b"".join(iter(lambda: upstream.recv(65_536), b""))

    def tunnel(self, exchange: Exchange) -> None:
        host, _, port = exchange.target.rpartition(":")
        try:
            upstream = socket.create_connection((host, int(port)))
        except OSError:
            exchange.send(reply(502))
            raise Hangup from None
        with upstream:
            exchange.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pump, args=(upstream, exchange.connection.socket), daemon=True)
            back.start()
            pump(exchange.connection.socket, upstream)
            with contextlib.suppress(OSError):
                upstream.shutdown(socket.SHUT_RDWR)
            back.join(60)
        raise Hangup


def pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def serve(user: str | None = None, password: str = "") -> tuple[Proxy, Server]:
    proxy = Proxy(user, password)
    return proxy, Server(proxy)
