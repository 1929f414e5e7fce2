"""Reading and writing HTTP/1.1 over a pair of sockets, cut anywhere."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cumuli.errors import MalformedResponse
from cumuli.runtime.blocking.connection import Connection
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.http.http1 import AnswerHead, parse_head, write_head
from cumuli.runtime.http.limits import MAX_HEADER_BYTES, MAX_HEADERS
from cumuli.runtime.http.network_errors import PeerClosed
from cumuli.runtime.http.reader import Reader
from cumuli.runtime.timeouts import Pace

SOON = 30.0
# More than any socket buffers.
LARGE = b"x" * 30_000_000


@contextlib.contextmanager
def pair() -> Iterator[tuple[Connection, socket.socket]]:
    ours, theirs = socket.socketpair()
    connection = Connection(ours)
    try:
        with theirs:
            yield connection, theirs
    finally:
        connection.close()


def soon() -> float:
    return time.monotonic() + SOON


def read(reader: Reader, method: str = "GET", size: int = 65_536) -> tuple[AnswerHead, bytes]:
    head = run(reader.head(method, soon))
    parts = []
    while part := run(reader.read(size, soon())):
        assert len(part) <= size
        parts.append(part)
    return head, b"".join(parts)


def answer_to(raw: bytes, method: str = "GET", size: int = 65_536) -> tuple[AnswerHead, bytes, bool]:
    """The answer, and whether the connection may be used again."""
    with pair() as (connection, server):
        server.sendall(raw)
        server.shutdown(socket.SHUT_WR)
        reader = Reader(connection)
        head, body = read(reader, method, size)
        return head, body, reader.keeps


ANSWERS = [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello", True),
    (b"HTTP/1.1 200\r\nContent-Length:5\r\n\r\nhello", b"hello", True),
    (b"HTTP/1.1 200 \r\nContent-Length: 5 \r\n\r\nhello", b"hello", True),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", b"hello", True),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: Close\r\n\r\nhello", b"hello", False),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: x, close\r\n\r\nhello", b"hello", False),
    (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello", False),
    (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello", b"hello", True),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello-more", b"hello", False),
    (b"HTTP/1.1 200 OK\r\n\r\nhello", b"hello", False),
    (b"HTTP/1.1 204 OK\r\n\r\n", b"", True),
    (b"HTTP/1.1 304 OK\r\nContent-Length: 7\r\n\r\n", b"", True),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"hello", True),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nhe\r\n3 \r\nllo\r\n0\r\nA:\r\n\r\n", b"hello", True),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nmore", b"hello", False),
    (b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\n\r\nHTTP/1.1 200\r\nContent-Length:5\r\n\r\nhello", b"hello", True),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "body", "keeps"), ANSWERS)
@pytest.mark.parametrize("size", [65_536, 1, 3])
def test_answers(raw: bytes, body: bytes, keeps: bool, size: int) -> None:
    head, got, kept = answer_to(raw, size=size)
    assert (got, kept) == (body, keeps)
    assert head.status in {200, 204, 304}


@pytest.mark.parametrize(("raw", "body", "keeps"), ANSWERS[:1] + ANSWERS[12:])
def test_answers_byte_by_byte(raw: bytes, body: bytes, keeps: bool) -> None:
    with pair() as (connection, server):

        def drip() -> None:
            for index in range(len(raw)):
                server.sendall(raw[index : index + 1])
                time.sleep(0.0005)

        dripper = threading.Thread(target=drip)
        dripper.start()
        assert read(Reader(connection))[1] == body
        dripper.join()


def test_a_head_answer_has_no_body() -> None:
    head, body, keeps = answer_to(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", "HEAD")
    assert (head.headers.get("content-length"), body, keeps) == ("500", b"", True)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Len",
        b"",
    ],
)
def test_cut_short(raw: bytes) -> None:
    with pytest.raises(PeerClosed):
        answer_to(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1  200 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 099 OK\r\n\r\n",
        b"http/1.1 200 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\nc: d\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\xc3\xa4: b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5_0\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xd9\xa3\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n",
        *(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
            for chunks in (
                b"0x5\r\nhello\r\n0\r\n\r\n",
                b"+5\r\nhello\r\n0\r\n\r\n",
                b"1_0\r\nhello\r\n0\r\n\r\n",
                b" 5\r\nhello\r\n0\r\n\r\n",
                b"\r\nhello\r\n0\r\n\r\n",
                b"5\r\nhelloX\r\n0\r\n\r\n",
                b"fffffffffffffffffffff\r\nhello",
                b"5;" + b"x" * 10_000 + b"\r\nhello\r\n0\r\n\r\n",
                b"x" * 10_000,
                b"0\r\n" + b"A: b\r\n" * (MAX_HEADERS + 2) + b"\r\n",
                b"0\r\nA: " + b"x" * MAX_HEADER_BYTES + b"\r\n\r\n",
            )
        ),
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * (MAX_HEADERS + 1) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * MAX_HEADER_BYTES + b"\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
    ],
)
def test_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedResponse):
        answer_to(raw)


def test_the_greatest_number_of_headers_is_read() -> None:
    head, _, _ = answer_to(b"HTTP/1.1 204 OK\r\n" + b"A: b\r\n" * MAX_HEADERS + b"\r\n")
    assert head.headers.get_all("a") == ["b"] * MAX_HEADERS


@given(st.binary(max_size=400))
@example(b"\r\n\r\n")
@example(b"A\r\n")
def test_whatever_a_server_says_ends_in_an_answer_or_an_error_of_ours(tail: bytes) -> None:
    for start in (
        b"",
        b"HTTP/1.1 200 ",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ):
        with contextlib.suppress(MalformedResponse, PeerClosed):
            answer_to(start + tail)


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=8), st.integers(1, 400))
def test_chunks_are_joined_whatever_their_sizes(chunks: list[bytes], size: int) -> None:
    raw = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    _, body, keeps = answer_to(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + raw + b"0\r\n\r\n", size=size)
    assert (body, keeps) == (b"".join(chunks), True)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=60))
def test_header_values_are_utf_8(value: str) -> None:
    head = parse_head(b"HTTP/1.1 200 OK\r\nX: " + value.encode(), "GET")
    assert head.headers.get("x") == value.strip(" \t")


def test_a_head_as_it_is_sent() -> None:
    assert write_head("PUT", "/a?b", [("Host", "h"), ("A", "b")]) == b"PUT /a?b HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n"


def test_reading_is_bounded_though_every_byte_comes_in_time() -> None:
    with pair() as (connection, server):
        stop = threading.Event()

        def drip() -> None:
            server.sendall(b"HTTP/1.1 200 OK\r\nA: ")
            for _ in range(3_000):
                if stop.wait(0.01):
                    return
                server.sendall(b"x")
            server.shutdown(socket.SHUT_WR)

        dripper = threading.Thread(target=drip)
        dripper.start()
        end = time.monotonic() + 0.2
        with pytest.raises(TimeoutError):
            run(Reader(connection).head("GET", lambda: end))
        late = time.monotonic() - end
        stop.set()
        dripper.join()
        assert late < 5  # the dripping takes 30


def test_sending_is_bounded_though_the_peer_takes_a_little_now_and_then() -> None:
    with pair() as (connection, server):
        stop = threading.Event()

        def sip() -> None:
            server.settimeout(0.1)
            while not stop.wait(0.01):
                with contextlib.suppress(TimeoutError):
                    server.recv(10_000)

        sipper = threading.Thread(target=sip)
        sipper.start()
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            run(connection.send(LARGE, started + 0.2))
        seconds = time.monotonic() - started
        stop.set()
        sipper.join()
        assert connection.sent
        assert seconds < 5  # to take everything takes 30


def test_a_wait_is_aborted_from_another_thread() -> None:
    with pair() as (connection, _):
        timer = threading.Timer(0.05, connection.abort)
        timer.start()
        started = time.monotonic()
        with pytest.raises(OSError):
            run(Reader(connection).head("GET", soon))
        seconds = time.monotonic() - started
        timer.join()
        assert seconds < SOON / 4


def test_staleness() -> None:
    with pair() as (connection, server):
        assert not connection.stale()
        server.sendall(b"x")
        assert connection.stale()
    with pair() as (connection, server):
        server.close()
        assert connection.stale()


# ---- looking for an early answer


def pace() -> Pace:
    return Pace(soon(), None, 30, paced=True)


def test_an_early_answer_stops_the_sending() -> None:
    with pair() as (connection, server):
        reader = Reader(connection)
        assert run(connection.upload(b"x" * 1_000, pace(), reader.answered))
        server.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno")
        assert not run(connection.upload(LARGE, pace(), reader.answered))
        assert read(reader)[1] == b"no"


def test_an_early_answer_is_seen_while_the_peer_takes_nothing() -> None:
    with pair() as (connection, server):
        reader = Reader(connection)
        timer = threading.Timer(0.1, server.sendall, [b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"])
        timer.start()
        assert not run(connection.upload(LARGE, pace(), reader.answered))
        assert read(reader)[0].status == 403
        timer.join()


def test_an_interim_answer_does_not_stop_the_sending() -> None:
    with pair() as (connection, server):
        reader = Reader(connection)
        server.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n")
        assert run(connection.upload(b"x", pace(), reader.answered))
        server.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        assert not run(connection.upload(b"x", pace(), reader.answered))
        assert read(reader)[0].status == 200


def test_looking_for_an_early_answer_is_bounded() -> None:
    with pair() as (connection, _):
        reader = Reader(connection)
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            run(connection.upload(LARGE, Pace(started + 0.2, None, 30, paced=True), reader.answered))
        seconds = time.monotonic() - started
        assert 0.19 < seconds < 5  # nobody ever takes anything
