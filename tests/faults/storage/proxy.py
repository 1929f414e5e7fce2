"""A proxy of the tests in front of a real object store, which damages what passes through it.

It stands where the store's endpoint would, and sends every request on with its headers unchanged, so
that signatures still hold (the store sees the ``Host`` that was signed). What a ``Fault`` matches is
damaged, as often as it says; everything else passes as it is::

    with damaging(endpoint, Fault(flip_answer, method="GET")) as server:
        S3(..., endpoint=server.origin).download_object(...)

"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.faults.keepalive import Exchange, Hangup, Server

__all__ = [
    "Answered",
    "Fault",
    "cut_answer",
    "damaging",
    "flip_answer",
    "flip_upload",
    "longer_length",
    "shorter_length",
    "swap_answer",
    "without",
]

HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


@dataclass
class Answered:
    """A request on its way to the store, and the store's answer once there is one.

    Attributes:
        body: Of the request.
        status: Of the answer.
        fields: Headers of the answer, without those that concern one connection, and without its length.
        content: The answer's body.
        declared: The length that the client is told.
        hang_up: Whether the connection ends behind the answer.
        without: Headers of the request, in lower case, that the store is not to see.
    """

    body: bytes
    status: int = 0
    fields: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    content: bytes = b""
    declared: int = 0
    hang_up: bool = False
    without: frozenset[str] = frozenset()


Damage = Callable[[Answered], None]
"""Changes what passes. Called before the request is sent on, when ``status`` is 0, and with the answer.

One that sets a status before answers at once, and the store never hears of the request.
"""


@dataclass
class Fault:
    """What is to happen to some of the requests.

    Attributes:
        damage: What happens.
        method: Only to requests with this method, if any is named.
        target: Only to those with this text in path or query.
        times: To so many of these; the rest passes as it is.
        done: How many it has happened to.
    """

    damage: Damage
    method: str | None = None
    target: str = ""
    times: int = 1_000_000
    done: int = 0

    def matches(self, exchange: Exchange) -> bool:
        return self.method in {None, exchange.method} and self.target in exchange.target and self.done < self.times


def _flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def flip_answer(passing: Answered) -> None:
    """One bit of a successful answer's body changes."""
    if 200 <= passing.status < 300 and passing.content:
        passing.content = _flipped(passing.content)


def flip_upload(passing: Answered) -> None:
    """One bit of the request's body changes."""
    if not passing.status and passing.body:
        passing.body = _flipped(passing.body)


def cut_answer(passing: Answered) -> None:
    """The connection ends in the middle of a successful answer's body."""
    if 200 <= passing.status < 300:
        passing.content = passing.content[: len(passing.content) // 2]
        passing.hang_up = True


def longer_length(passing: Answered) -> None:
    """The answer claims ten bytes more than it has, and ends."""
    if 200 <= passing.status < 300:
        passing.declared += 10
        passing.hang_up = True


def shorter_length(passing: Answered) -> None:
    """The answer claims ten bytes fewer than it has, and ends."""
    if 200 <= passing.status < 300 and passing.declared > 10:
        passing.declared -= 10
        passing.content = passing.content[: passing.declared]
        passing.hang_up = True


def swap_answer(status: int, content: bytes, *fields: tuple[str, str]) -> Damage:
    """This is answered, and the store never hears of the request: S3's 200 with an error in it, for one."""

    def swap(passing: Answered) -> None:
        passing.status, passing.content, passing.declared = status, content, len(content)
        passing.fields = list(fields)

    return swap


def without(*headers: str) -> Damage:
    """The store does not see these headers of the request, as if it did not know them."""

    def drop(passing: Answered) -> None:
        passing.without = frozenset(headers)

    return drop


def damaging(endpoint: str, *faults: Fault) -> Server:
    """A proxy to ``endpoint`` (http), to be entered; the first fault that matches a request happens to it."""
    upstream = urlsplit(endpoint)
    assert upstream.scheme == "http"
    assert upstream.hostname
    lock = threading.Lock()

    def answer(exchange: Exchange) -> None:
        if exchange.get("expect") == "100-continue":
            exchange.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        passing = Answered(exchange.body())
        with lock:
            fault = next((fault for fault in faults if fault.matches(exchange)), None)
            if fault is not None:
                fault.done += 1
        if fault is not None:
            fault.damage(passing)
        if not passing.status:
            _send_on(exchange, passing, upstream.hostname or "", upstream.port or 80)
            if fault is not None:
                fault.damage(passing)
        lines = [f"HTTP/1.1 {passing.status} Because", *(f"{name}: {value}" for name, value in passing.fields)]
        lines.append(f"Content-Length: {passing.declared}")
        exchange.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")
        if exchange.method != "HEAD":
            exchange.send(passing.content)
        if passing.hang_up:
            raise Hangup

    return Server(answer)


def _send_on(exchange: Exchange, passing: Answered, host: str, port: int) -> None:
    """Ask the store, and keep what it answers."""
    connection = http.client.HTTPConnection(host, port, timeout=300)
    try:
        connection.putrequest(exchange.method, exchange.target, skip_host=True, skip_accept_encoding=True)
        for name, value in exchange.fields:
            if name.lower() not in HOP_BY_HOP | passing.without | {"expect"}:
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(passing.body)))
        connection.putheader("Connection", "close")
        connection.endheaders(passing.body or None)
        response = connection.getresponse()
        passing.status = response.status
        passing.fields = [(name, value) for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP]
        passing.content = response.read()
        declared = response.getheader("Content-Length")
        passing.declared = int(declared) if exchange.method == "HEAD" and declared else len(passing.content)
    finally:
        connection.close()
