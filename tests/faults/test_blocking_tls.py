"""The blocking runtime's time limits, uploads and forks, once more under TLS, where sockets behave differently."""

from __future__ import annotations

import contextlib
import os
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from cumuli.errors import ConnectionFailed, NotFound, Timeout
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.blocking.runtime import BlockingRuntime
from cumuli.runtime.protocol import UNLIMITED, TransportSettings
from tests.faults.calls import request, send
from tests.faults.keepalive import Exchange, Server, eventually, reply

MEBI = 1024 * 1024


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(params=["TLSv1_2", "TLSv1_3"])
def tls(request: pytest.FixtureRequest, authority: trustme.CA) -> ssl.SSLContext:
    """A server's context of one version: what a client may read while nothing is said differs between them."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[request.param]
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def runtime(authority: trustme.CA, tmp_path: Path) -> Iterator[BlockingRuntime]:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    runtime = BlockingRuntime(TransportSettings(proxy="", verify=str(tmp_path / "ca.pem"), stall_timeout=30))
    yield runtime
    run(runtime.close())


def echo(exchange: Exchange) -> bytes:
    return reply(200, exchange.target.encode() + exchange.body()[:100])


def test_one_connection_serves_many_calls(runtime: BlockingRuntime, tls: ssl.SSLContext) -> None:
    with Server(echo, tls) as server:
        for n in range(20):
            assert run(send(runtime, server, f"/{n}")).body == b"/%d" % n
        assert run(send(runtime, server, "/large", "PUT", body=b"x" * (3 * MEBI))).body[:8] == b"/largexx"
        assert run(send(runtime, server, "/after")).body == b"/after"
        assert server.connections == 1


def test_a_connection_the_server_closed_while_idle_is_not_used(runtime: BlockingRuntime, tls: ssl.SSLContext) -> None:
    with Server(echo, tls) as server:
        run(send(runtime, server, "/1", "POST"))
        server.close_idle()
        eventually(lambda: server.now_open == 0, "the server closed its connection")
        assert run(send(runtime, server, "/2", "POST")).body == b"/2"


@pytest.mark.parametrize("raw", [b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1_000, reply(200, b"x" * 1_000), b""])
def test_dripping_ends_with_the_deadline(runtime: BlockingRuntime, tls: ssl.SSLContext, raw: bytes) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.drip(raw, 0.03)
        exchange.hang()

    with Server(answer, tls) as server:
        started = time.monotonic()
        with pytest.raises(Timeout) as caught:
            run(send(runtime, server, within=1))
        seconds = time.monotonic() - started
        assert caught.value.sent
        assert seconds < 6  # the dripping alone takes 30


def test_an_early_403_to_a_large_upload_is_the_answer(runtime: BlockingRuntime, tls: ssl.SSLContext) -> None:
    over = threading.Event()

    def refuse(exchange: Exchange) -> None:
        exchange.send(reply(403, b"no"))
        over.wait(60)  # takes nothing, says nothing, and keeps the connection open

    with Server(refuse, tls) as server:
        started = time.monotonic()
        got = run(send(runtime, server, "/up", "PUT", body=b"x" * (64 * MEBI)))
        seconds = time.monotonic() - started
        over.set()
    assert (got.status, got.body) == (403, b"no")
    assert seconds < 10  # the upload stalls for 30


def test_an_upload_that_is_not_taken_stalls(authority: trustme.CA, tls: ssl.SSLContext, tmp_path: Path) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    runtime = BlockingRuntime(TransportSettings(proxy="", verify=str(tmp_path / "ca.pem"), stall_timeout=0.4))

    over = threading.Event()

    def answer(exchange: Exchange) -> None:
        over.wait(60)
        exchange.close()

    with Server(answer, tls) as server:
        started = time.monotonic()
        with pytest.raises(Timeout) as caught:
            run(runtime.send(request(server, "/", "PUT", body=runtime.source(bytes(64 * MEBI))), deadline=UNLIMITED))
        seconds = time.monotonic() - started
        over.set()
        run(runtime.close())
    assert 0.3 < seconds < 10  # the server waits for a minute
    assert caught.value.sent


@pytest.mark.parametrize("goodbye", [True, False])
def test_a_body_without_a_length_ends_only_with_a_goodbye(
    runtime: BlockingRuntime, tls: ssl.SSLContext, goodbye: bool
) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\n\r\nall of it?")
        sock = exchange.connection.socket
        if goodbye:
            assert isinstance(sock, ssl.SSLSocket)
            sock.settimeout(0)
            # The close_notify is on its way when unwrap wants to read the client's, which may be there, or not come.
            with contextlib.suppress(OSError):
                sock.unwrap()
        exchange.close()

    with Server(answer, tls) as server:
        if goodbye:
            assert run(send(runtime, server)).body == b"all of it?"
        else:
            # Anybody on the way could have cut it there.
            with pytest.raises(ConnectionFailed):
                run(send(runtime, server))


def test_a_failure_cuts_the_connections_of_the_other_jobs(runtime: BlockingRuntime, tls: ssl.SSLContext) -> None:
    def answer(exchange: Exchange) -> bytes:
        if exchange.target == "/hang":
            exchange.hang()
        return echo(exchange)

    async def fail() -> None:
        eventually(lambda: len(server.seen) == 4, "the others wait for their answers")
        raise NotFound("x")

    with Server(answer, tls) as server:
        started = time.monotonic()
        with pytest.raises(NotFound):
            run(runtime.gather([*[lambda: send(runtime, server, "/hang", within=300)] * 4, fail]))
        assert time.monotonic() - started < 5  # the promise is a second, the rest is room for busy machines
        eventually(lambda: server.now_open == 0, "their connections are cut")
        assert run(send(runtime, server, "/after")).body == b"/after"


def test_forked_children_leave_the_parents_connection_alone(runtime: BlockingRuntime, tls: ssl.SSLContext) -> None:
    with Server(echo, tls) as server:
        assert run(send(runtime, server, "/before")).body == b"/before"
        children = []
        for n in range(5):
            pid = os.fork()
            if pid == 0:
                code = 1
                try:
                    code = 0 if run(send(runtime, server, f"/child/{n}")).body == b"/child/%d" % n else 2
                    run(runtime.close())
                finally:
                    os._exit(code)
            children.append(pid)
        assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children] == [0] * 5
        assert run(send(runtime, server, "/after")).body == b"/after"
        # The parent's one, and one for each child.
        assert server.connections == 6
