"""The async runtime's time limits, uploads and ends, once more under TLS, where asyncio's transports differ."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
import trustme

from cumuli.errors import ConnectionFailed, NotFound, Timeout
from cumuli.runtime.protocol import UNLIMITED, Runtime
from tests.faults.calls import request, send, settled
from tests.faults.keepalive import Exchange, Server, eventually, reply
from tests.flavours import Flavour

T = TypeVar("T")
Run = Callable[..., Any]

MEBI = 1024 * 1024
FLAVOUR = Flavour("asyncio")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(params=["TLSv1_2", "TLSv1_3"])
def tls(request: pytest.FixtureRequest, authority: trustme.CA) -> ssl.SSLContext:
    """A server's context of one version: the peers' goodbyes, and what comes unasked for, differ between them."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[request.param]
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def run(authority: trustme.CA, tmp_path: Path) -> Run:
    """Runs a case over a runtime that trusts the authority."""
    bundle = str(tmp_path / "ca.pem")
    authority.cert_pem.write_to_path(bundle)

    def whole(case: Callable[[Runtime], Coroutine[Any, Any, T]], **settings: Any) -> T:
        return FLAVOUR.run(case, verify=bundle, **settings)

    return whole


def echo(exchange: Exchange) -> bytes:
    return reply(200, exchange.target.encode() + exchange.body()[:100])


def test_one_connection_serves_many_calls(run: Run, tls: ssl.SSLContext) -> None:
    async def case(runtime: Runtime) -> None:
        for n in range(20):
            assert (await send(runtime, server, f"/{n}")).body == b"/%d" % n
        large = await send(runtime, server, "/large", "PUT", body=b"x" * (3 * MEBI))
        assert large.body[:8] == b"/largexx"
        assert (await send(runtime, server, "/after")).body == b"/after"

    with Server(echo, tls) as server:
        run(case)
    assert server.connections == 1


@pytest.mark.parametrize("looked", [True, False])
def test_a_connection_the_server_closed_while_idle_is_not_used(run: Run, tls: ssl.SSLContext, looked: bool) -> None:
    async def case(runtime: Runtime) -> None:
        await send(runtime, server, "/1", "POST")
        server.close_idle()
        what = "the server closed its connection"
        if looked:
            await settled(FLAVOUR, lambda: server.now_open == 0, what)
        else:
            # Without a turn for the loop, which cannot know then.
            eventually(lambda: server.now_open == 0, what)
        assert (await send(runtime, server, "/2", "POST")).body == b"/2"

    with Server(echo, tls) as server:
        run(case)


@pytest.mark.parametrize("raw", [b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1_000, reply(200, b"x" * 1_000), b""])
def test_dripping_ends_with_the_deadline(run: Run, tls: ssl.SSLContext, raw: bytes) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.drip(raw, 0.03)
        exchange.hang()

    async def case(runtime: Runtime) -> None:
        async with asyncio.timeout(9):
            with pytest.raises(Timeout) as caught:
                await send(runtime, server, within=1)
        assert caught.value.sent

    with Server(answer, tls) as server:
        run(case)


def test_an_early_403_to_a_large_upload_is_the_answer(run: Run, tls: ssl.SSLContext) -> None:
    over = threading.Event()

    def refuse(exchange: Exchange) -> None:
        exchange.send(reply(403, b"no"))
        over.wait(60)  # takes nothing, says nothing, and keeps the connection open

    async def case(runtime: Runtime) -> tuple[int, bytes]:
        async with asyncio.timeout(30):
            got = await send(runtime, server, "/up", "PUT", 60, body=b"x" * (64 * MEBI))
        over.set()
        return got.status, got.body

    with Server(refuse, tls) as server:
        assert run(case) == (403, b"no")


def test_an_upload_that_is_not_taken_stalls(run: Run, tls: ssl.SSLContext) -> None:
    over = threading.Event()

    def answer(exchange: Exchange) -> None:
        over.wait(60)
        exchange.close()

    async def case(runtime: Runtime) -> None:
        source = runtime.source(bytes(64 * MEBI))
        async with asyncio.timeout(30):
            with pytest.raises(Timeout) as caught:
                await runtime.send(request(server, "/", "PUT", body=source), deadline=UNLIMITED)
        over.set()
        assert caught.value.sent

    with Server(answer, tls) as server:
        run(case, stall_timeout=0.4)


@pytest.mark.parametrize("size", [10, 3 * MEBI])
@pytest.mark.parametrize("goodbye", [True, False])
def test_a_body_without_a_length_ends_only_with_a_goodbye(
    run: Run, tls: ssl.SSLContext, goodbye: bool, size: int
) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * size)
        sock = exchange.connection.socket
        if goodbye:
            assert isinstance(sock, ssl.SSLSocket)
            sock.settimeout(0)
            # The close_notify is on its way when unwrap wants to read the client's, which may be there, or not come.
            with contextlib.suppress(OSError):
                sock.unwrap()
        exchange.close()

    async def case(runtime: Runtime) -> None:
        if goodbye:
            assert (await send(runtime, server)).body == b"x" * size
        else:
            # Anybody on the way could have cut it there.
            with pytest.raises(ConnectionFailed):
                await send(runtime, server)

    with Server(answer, tls) as server:
        run(case)


def test_a_failure_cuts_the_connections_of_the_other_jobs(run: Run, tls: ssl.SSLContext) -> None:
    def answer(exchange: Exchange) -> bytes:
        if exchange.target == "/hang":
            exchange.hang()
        return echo(exchange)

    async def case(runtime: Runtime) -> None:
        async def fail() -> None:
            await settled(FLAVOUR, lambda: len(server.seen) == 4, "the others wait for their answers")
            raise NotFound("x")

        async with asyncio.timeout(30):
            with pytest.raises(NotFound):
                await runtime.gather([*[lambda: send(runtime, server, "/hang", within=60)] * 4, fail])
        await settled(FLAVOUR, lambda: server.now_open == 0, "their connections are cut")
        assert (await send(runtime, server, "/after")).body == b"/after"

    with Server(answer, tls) as server:
        run(case)
