"""Answers good, odd and broken mean the same to both runtimes."""

from __future__ import annotations

import time

import pytest

from cumuli.errors import CloudError, ConnectionFailed, InvalidRequest, MalformedResponse, Timeout
from cumuli.runtime.messages import Response
from cumuli.runtime.protocol import Runtime
from tests.faults.calls import request, send
from tests.faults.keepalive import Exchange, Server, reply
from tests.flavours import Flavour


def fetch(flavour: Flavour, raw: bytes, method: str = "GET", *, close: bool = False, **settings: float) -> Response:
    """The answer to one request, when the server sends these bytes."""

    def answer(exchange: Exchange) -> None:
        exchange.send(raw)
        if close:
            exchange.close()

    async def case(runtime: Runtime) -> Response:
        return await send(runtime, server, "/", method, 30.0)

    with Server(answer) as server:
        return flavour.run(case, **settings)


def test_an_answer_arrives_as_it_was_sent(flavour: Flavour) -> None:
    got = fetch(flavour, reply(201, b"hello", ("X-One", "1"), ("x-two", " 2 ")))
    assert (got.status, got.body) == (201, b"hello")
    assert got.headers.pairs() == (("x-one", "1"), ("x-two", "2"), ("content-length", "5"))


def test_duplicate_headers_are_kept_in_their_order(flavour: Flavour) -> None:
    got = fetch(flavour, reply(200, b"", ("X-A", "1"), ("Set-Cookie", "a=1"), ("x-a", "2"), ("Set-Cookie", "b=2")))
    assert got.headers.get_all("x-a") == ["1", "2"]
    assert got.headers.get_all("set-cookie") == ["a=1", "b=2"]


def test_cookies_are_not_sent_back(flavour: Flavour) -> None:
    cookies: list[str | None] = []

    def answer(exchange: Exchange) -> bytes:
        cookies.append(exchange.get("cookie"))
        return reply(200, b"", ("Set-Cookie", "session=1; Path=/"))

    async def case(runtime: Runtime) -> None:
        await send(runtime, server)
        await send(runtime, server)

    with Server(answer) as server:
        flavour.run(case)
    assert cookies == [None, None]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("grün-日本-🌍".encode(), "grün-日本-🌍"),
        (b"latin-\xe9", "latin-\udce9"),
        (b"\xff\xfe", "\udcff\udcfe"),
        ("a\u2028b\u0085c".encode(), "a\u2028b\u0085c"),
    ],
)
def test_header_values_that_are_not_ascii_keep_every_byte(flavour: Flavour, raw: bytes, text: str) -> None:
    got = fetch(flavour, b"HTTP/1.1 200 OK\r\nX-Name: " + raw + b"\r\nContent-Length: 2\r\n\r\nok")
    assert got.headers.get("x-name") == text
    assert got.body == b"ok"


@pytest.mark.parametrize("count", [120, 255])
def test_many_headers_are_read(flavour: Flavour, count: int) -> None:
    got = fetch(flavour, reply(200, b"ok", *((f"X-Meta-{n}", str(n)) for n in range(count))))
    assert got.headers.get(f"x-meta-{count - 1}") == str(count - 1)
    assert len(got.headers) == count + 1


def test_one_header_too_many(flavour: Flavour) -> None:
    with pytest.raises(MalformedResponse):
        fetch(flavour, reply(200, b"ok", *((f"X-Meta-{n}", str(n)) for n in range(256))))


@pytest.mark.parametrize("size", [9_000, 40_000])
def test_a_long_header_is_read(flavour: Flavour, size: int) -> None:
    assert fetch(flavour, reply(200, b"", ("X-Long", "x" * size))).headers.get("x-long") == "x" * size


@pytest.mark.parametrize(
    "raw",
    [
        reply(200, b"ok", *((f"X-Meta-{n}", str(n)) for n in range(1_000))),
        reply(200, b"ok", ("X-Giant", "x" * 70_000)),
        reply(200, b"ok", ("X-Giant", "x" * 5_000_000)),
        reply(200, b"ok", *((f"X-Meta-{n}", "x" * 1_000) for n in range(100))),
        b"220 mail.example.com ESMTP ready\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x16\r\n\r\n",
        b"<html>not http</html>\r\n\r\n",
        b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon here\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nBad Name: 1\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: empty\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Nul: a\0b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
    ids=[
        "1000-headers", "70k-header", "5m-header", "100k-of-headers", "smtp", "tls-alert", "html", "status", "length",
        "negative-length", "two-lengths", "length-and-chunked", "gzip-transfer", "no-colon", "space-in-name",
        "no-name", "nul", "101",
    ],
)  # fmt: skip
def test_what_is_not_http_is_malformed(flavour: Flavour, raw: bytes) -> None:
    started = time.monotonic()
    with pytest.raises(MalformedResponse) as caught:
        fetch(flavour, raw)
    assert not caught.value.retryable
    # Known from the bytes, not by waiting for more, for which there are 30 seconds.
    assert time.monotonic() - started < 10


def test_chunks_are_joined_and_trailers_left_out(flavour: Flavour) -> None:
    raw = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
        b"4;name=value\r\nWiki\r\n5\r\npedia\r\n0\r\nX-Sum: 1\r\n\r\n"
    )
    got = fetch(flavour, raw)
    assert got.body == b"Wikipedia"
    assert "x-sum" not in got.headers


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello-too-long\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
    ],
    ids=["no-number", "too-long", "negative"],
)
def test_broken_chunks_are_an_error_at_once(flavour: Flavour, raw: bytes) -> None:
    started = time.monotonic()
    with pytest.raises(MalformedResponse):
        fetch(flavour, raw)
    assert time.monotonic() - started < 10  # more bytes are waited for for 30


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWi",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n0\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 2",
        b"",
    ],
)
def test_a_cut_answer_is_no_answer(flavour: Flavour, raw: bytes) -> None:
    with pytest.raises(ConnectionFailed) as caught:
        fetch(flavour, raw, close=True)
    assert caught.value.sent
    assert caught.value.retryable


def test_without_a_length_the_body_ends_with_the_connection(flavour: Flavour) -> None:
    assert fetch(flavour, b"HTTP/1.1 200 OK\r\n\r\nall of it", close=True).body == b"all of it"
    assert fetch(flavour, b"HTTP/1.0 200 OK\r\n\r\nall of it", close=True).body == b"all of it"


def test_a_reset_is_not_the_end_of_a_body_without_a_length(flavour: Flavour) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\n\r\npart of it")
        time.sleep(0.1)  # so that the bytes are read before the reset throws them away
        exchange.reset()

    async def case(runtime: Runtime) -> Response:
        return await send(runtime, server)

    with Server(answer) as server, pytest.raises(ConnectionFailed):
        flavour.run(case)


@pytest.mark.parametrize(
    ("status", "method"), [(204, "GET"), (304, "GET"), (204, "DELETE"), (200, "HEAD"), (404, "HEAD")]
)
def test_answers_that_have_no_body(flavour: Flavour, status: int, method: str) -> None:
    raw = f"HTTP/1.1 {status} x\r\nX-A: 1\r\nContent-Length: 12\r\n\r\n".encode()

    async def case(runtime: Runtime) -> list[Response]:
        return [await send(runtime, server, "/", method) for _ in range(3)]

    def answer(exchange: Exchange) -> bytes:
        return raw

    with Server(answer) as server:
        answers = flavour.run(case)
    assert [(got.status, got.body, got.headers.get("content-length")) for got in answers] == [(status, b"", "12")] * 3
    assert server.connections == 1


def test_interim_answers_are_passed_over(flavour: Flavour) -> None:
    raw = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + reply(
        200, b"final", ("X-A", "1")
    )
    got = fetch(flavour, raw)
    assert (got.status, got.body) == (200, b"final")
    assert "link" not in got.headers


def test_a_body_is_not_decompressed(flavour: Flavour) -> None:
    assert fetch(flavour, reply(200, b"\x1f\x8bnot really", ("Content-Encoding", "gzip"))).body == b"\x1f\x8bnot really"


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_beyond_the_limit_is_refused(flavour: Flavour, declared: bool) -> None:
    body = b"x" * 300_000
    raw = (
        reply(200, body)
        if declared
        else b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n493e0\r\n" + body + b"\r\n0\r\n\r\n"
    )
    assert len(fetch(flavour, raw, max_body=300_000).body) == 300_000
    with pytest.raises(MalformedResponse, match="299999"):
        fetch(flavour, raw, max_body=299_999)


@pytest.mark.parametrize(
    "target",
    [
        "/a/../b",
        "/%2e%2E/x",
        "//double//slash",
        "/?",
        "/a?x=1&x=2",
        "/a?b?c=%2f%2F",
        "/~tilde!$&'()*+,;=:@",
        "/%41%zz?a=b+c%20d",
        "/a;b=c",
    ],
)
def test_a_target_reaches_the_wire_unchanged(flavour: Flavour, target: str) -> None:
    async def case(runtime: Runtime) -> None:
        await send(runtime, server, target)

    with Server(lambda _: reply()) as server:
        flavour.run(case)
    assert server.seen == [("GET", target)]


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [("GET", b"", None), ("HEAD", b"", None), ("DELETE", b"", None), ("POST", b"", "0"), ("PUT", b"", "0"),
     ("POST", b"abc", "3"), ("DELETE", b"abc", "3"), ("PUT", b"x" * 3_000_000, "3000000")],
)  # fmt: skip
def test_a_request_has_exactly_these_headers(flavour: Flavour, method: str, body: bytes, length: str | None) -> None:
    seen: list[tuple[list[tuple[str, str]], bytes]] = []

    def answer(exchange: Exchange) -> bytes:
        seen.append((exchange.fields, exchange.body()))
        return reply()

    async def case(runtime: Runtime) -> None:
        await send(runtime, server, "/", method, headers=(("X-B", "2"), ("x-a", "1"), ("X-B", "3")), body=body)

    with Server(answer) as server:
        flavour.run(case, user_agent="tests/1")
    fields, arrived = seen[0]
    agent = dict(fields)["User-Agent"]
    assert agent.startswith("tests/1 cumuli/")
    expected = [("Host", f"127.0.0.1:{server.port}"), ("User-Agent", agent), ("Accept-Encoding", "identity")]
    expected += [("X-B", "2"), ("x-a", "1"), ("X-B", "3")]
    assert fields == expected + ([("Content-Length", length)] if length else [])
    assert arrived == body


@pytest.mark.parametrize(
    "fields",
    [
        {"headers": (("X-A", "one\r\nX-Injected: 1"),)},
        {"headers": (("X-A", "one\ntwo"),)},
        {"headers": (("X-A", "nul\0"),)},
        {"headers": (("X-A", "grün"),)},
        {"headers": (("X-A\r\nX-B", "1"),)},
        {"headers": (("X Ä", "1"),)},
        {"headers": (("Content-Length", "5"),)},
        {"headers": (("Transfer-Encoding", "chunked"),)},
        {"target": "/with space"},
        {"target": "/grün"},
        {"target": "/a\r\nX-Injected: 1"},
        {"target": "/a#fragment"},
        {"target": "no-slash"},
        {"method": "GET /x HTTP/1.1\r\nX"},
    ],
)
def test_what_cannot_go_on_the_wire_is_refused_before(flavour: Flavour, fields: dict[str, object]) -> None:
    async def case(runtime: Runtime) -> None:
        await send(runtime, server, **fields)

    with Server(lambda _: reply()) as server:
        with pytest.raises(InvalidRequest) as caught:
            flavour.run(case)
        assert server.seen == []
    assert "grün" not in str(caught.value)


def test_a_dripping_head_ends_with_the_deadline(flavour: Flavour) -> None:
    check_dripping(flavour, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1_000)


def test_a_dripping_body_ends_with_the_deadline(flavour: Flavour) -> None:
    check_dripping(flavour, reply(200, b"x" * 1_000))


def test_silence_ends_with_the_deadline(flavour: Flavour) -> None:
    check_dripping(flavour, b"")


def check_dripping(flavour: Flavour, raw: bytes) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.drip(raw, 0.03)
        exchange.hang()

    async def case(runtime: Runtime) -> tuple[float, CloudError]:
        started = runtime.monotonic()
        with pytest.raises(Timeout) as caught:
            await send(runtime, server, within=0.4)
        return runtime.monotonic() - started, caught.value

    with Server(answer) as server:
        seconds, error = flavour.run(case)
    assert 0.35 < seconds < 5  # the dripping alone takes 30
    assert isinstance(error, Timeout)
    assert error.sent
    assert error.retryable


def test_a_deadline_in_the_past_sends_nothing(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        with pytest.raises(Timeout) as caught:
            await runtime.send(request(server), deadline=runtime.monotonic() - 1)
        assert not caught.value.sent

    with Server(lambda _: reply()) as server:
        flavour.run(case)
        assert server.seen == []
