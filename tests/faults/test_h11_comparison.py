"""Our reading of answers beside h11's: drawn answers, cut everywhere, in both runtimes; differences have names."""

from __future__ import annotations

import asyncio
import socket
from typing import NamedTuple

import h11
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cumuli.errors import CloudError
from cumuli.runtime.blocking.connection import Connection
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.http.reader import Reader
from cumuli.runtime.loop.connection import Connection as LoopConnection

SOON = float("inf")


class Outcome(NamedTuple):
    """What an answer was taken for; no status: it was refused, or cut."""

    status: int | None
    body: bytes = b""
    kept: bool = False


NONE = Outcome(None)


async def outcome(reader: Reader, method: str, size: int) -> Outcome:
    try:
        head = await reader.head(method, lambda: SOON)
        body = b""
        while part := await reader.read(size, SOON):
            body += part
    except (CloudError, OSError):
        return NONE
    # Whether the peer has more to say, or nothing ever again, is looked at before a connection is used again.
    return Outcome(head.status, body, reader.keeps)


def blocking(raw: bytes, method: str, size: int = 7) -> Outcome:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        connection = Connection(ours)
        connection.begin()
        theirs.sendall(raw)
        theirs.shutdown(socket.SHUT_WR)
        return run(outcome(Reader(connection), method, size))


class Nobody:
    def made(self, connection: LoopConnection) -> None: ...
    def lost(self, connection: LoopConnection) -> None: ...


async def in_a_loop(raw: bytes, method: str, size: int = 7) -> Outcome:
    ours, theirs = socket.socketpair()
    with theirs:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: LoopConnection(loop, "x", Nobody()), sock=ours)
        connection.begin()
        # All but the last byte first: what arrives in two pieces is the same as what arrives in one.
        theirs.sendall(raw[:-1])
        await asyncio.sleep(0)
        theirs.sendall(raw[-1:])
        theirs.shutdown(socket.SHUT_WR)
        try:
            return await outcome(Reader(connection), method, size)
        finally:
            connection.abort()


def other(raw: bytes, method: str) -> Outcome:
    parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=65_536)
    target = "x:1" if method == "CONNECT" else "/"
    parser.send(h11.Request(method=method, target=target, headers=[("Host", "x")]))
    parser.send(h11.EndOfMessage())
    parser.receive_data(raw)
    status, body, over = None, b"", False
    try:
        while True:
            event = parser.next_event()
            if event is h11.NEED_DATA:
                if over:
                    return NONE
                over = True
                parser.receive_data(b"")
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                kept = parser.their_state is h11.DONE and parser.our_state is h11.DONE
                return Outcome(status, body, kept and not parser.trailing_data[0])
            elif not isinstance(event, h11.InformationalResponse):
                return NONE
    except h11.RemoteProtocolError:
        return NONE


def deviation(raw: bytes, method: str) -> str | None:
    """The name of a difference that we mean, if the answer is a case of it; by most, we refuse what h11 takes."""
    if raw.startswith(INTERIM):
        raw = raw.removeprefix(INTERIM)
    lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    names = [line.partition(b":")[0].strip().lower() for line in lines[1:]]
    values = [line.partition(b":")[2].strip() for line in lines[1:]]
    if b"\n" in raw.replace(b"\r\n", b""):
        return "a line ends with CR LF and with nothing else"
    if any(line[:1] in {b" ", b"\t"} for line in lines[1:]):
        return "no header goes on in the next line"
    if b"transfer-encoding" in names and b"content-length" in names:
        return "two framings are one too many"
    if any(name == b"content-length" and not value.isdigit() for name, value in zip(names, values, strict=True)):
        return "a length is one number, and no list of equal ones"
    if names.count(b"transfer-encoding") > 1:
        return "an encoding is said once"
    if method == "CONNECT":
        return "what follows the answer to CONNECT is looked at by who asked for the tunnel"
    old = raw.startswith(b"HTTP/1.0") and b"transfer-encoding" not in names
    if old and b"keep-alive" in raw.lower() and b"close" not in raw.lower():
        return "HTTP/1.0 with keep-alive is kept (we keep what h11 does not)"
    return None


NAMED_BY_FIRST_WORDS = "HTTP/1.0"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"

lengths = st.integers(min_value=0, max_value=20)
fields = st.sampled_from(
    [
        b"Connection: close",
        b"Connection: keep-alive",
        b"Connection: close, keep-alive",
        b"Connection: Keep-Alive, Close",
        b"Content-Length: 5",
        b"Content-Length: 0",
        b"Content-Length: 5, 5",
        b"Content-Length: +5",
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: Chunked",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: identity",
        b"X-One:two",
        b"X-Empty:",
        b"X-Folded: a\r\n b",
    ]
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    content = b"abcdefghijklmnopqrst"[: draw(lengths)]
    if draw(st.booleans()):
        return content
    out, at = b"", 0
    while at < len(content):
        size = draw(st.integers(min_value=1, max_value=6))
        piece = content[at : at + size]
        extension = draw(st.sampled_from([b"", b"", b"", b";a=b", b" "]))
        out += b"%x%b\r\n%b\r\n" % (len(piece), extension, piece)
        at += size
    return out + b"0\r\n" + draw(st.sampled_from([b"", b"", b"X-Trailer: a\r\n"])) + b"\r\n"


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    interim = draw(st.sampled_from([b"", b"", b"", INTERIM]))
    version = draw(st.sampled_from([b"1.1", b"1.1", b"1.0"]))
    status = draw(st.sampled_from([b"200 OK", b"200 OK", b"204 No", b"206 Part", b"304 Same", b"404", b"503 "]))
    head = b"\r\n".join([b"HTTP/%b %b" % (version, status), *draw(st.lists(fields, max_size=4, unique=True))])
    raw = interim + head + b"\r\n\r\n" + draw(bodies())
    if draw(st.integers(min_value=0, max_value=3)) == 0:
        at = draw(st.integers(min_value=0, max_value=len(raw) - 1))
        raw = raw[:at] + draw(st.sampled_from([b"", b"\r", b"\n", b" ", b"\x00", b"1", b":"])) + raw[at + 1 :]
    return raw


def compare(raw: bytes, method: str, ours: Outcome) -> None:
    theirs = other(raw, method)
    name = deviation(raw, method)
    told = (raw, method, name, ours, theirs)
    if ours.status is None:
        assert theirs.status is None or (name is not None and not name.startswith(NAMED_BY_FIRST_WORDS)), told
        return
    if name is not None and method == "CONNECT":
        return
    assert (ours.status, ours.body) == (theirs.status, theirs.body), told
    assert theirs.kept or not ours.kept or (name or "").startswith(NAMED_BY_FIRST_WORDS), told


CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
OLD_CHUNKED = b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"


@settings(max_examples=60)
@given(
    raw=answers(), method=st.sampled_from(["GET", "GET", "HEAD", "CONNECT"]), size=st.sampled_from([1, 2, 7, 65_536])
)
@example(raw=OLD_CHUNKED, method="GET", size=7)
@example(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde", method="GET", size=3)
@example(raw=CHUNKS + b"1\r\na\r\n2\r\nbc\r\n9\r\nabcdefghi\r\n0\r\n\r\n", method="GET", size=64)
@example(raw=CHUNKS + b"3\r\nabcXX3\r\ndef\r\n0\r\n\r\n", method="GET", size=64)
@example(raw=CHUNKS + b"3\r\nabc\r\n3\r\ndef\r\n3\r\nghi\r\n0\r\n\r\n", method="GET", size=64)
def test_no_answer_is_read_otherwise_than_by_h11(raw: bytes, method: str, size: int) -> None:
    async def case() -> list[Outcome]:
        return [await in_a_loop(raw[:cut], method, size) for cut in range(1, len(raw) + 1)]

    looped = asyncio.run(case())
    for cut in range(1, len(raw) + 1):
        ours = blocking(raw[:cut], method, size)
        assert looped[cut - 1] == ours, (raw[:cut], method)
        compare(raw[:cut], method, ours)


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close, keep-alive", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: close, keep-alive", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\nConnection: close", False),
        (b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive", False),
    ],
)
def test_what_says_close_is_closed(head: bytes, kept: bool) -> None:
    raw = head + b"\r\n\r\n" + (b"0\r\n\r\n" if b"chunked" in head else b"")
    assert blocking(raw, "GET").kept is kept
    assert asyncio.run(in_a_loop(raw, "GET")).kept is kept


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_a_tunnel_has_no_body_whatever_its_answer_says(status: int) -> None:
    raw = b"HTTP/1.1 %d X\r\nTransfer-Encoding: chunked\r\nContent-Length: 10\r\n\r\n" % status
    assert blocking(raw, "CONNECT")[:2] == (status, b"")
    assert asyncio.run(in_a_loop(raw, "CONNECT"))[:2] == (status, b"")
