"""Connections are kept, bounded, noticed when stale, and closed when a call ends early."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import threading
import time

import pytest

from cumuli.errors import ConfigurationError, ConnectionFailed, Timeout
from cumuli.runtime.messages import Response, ResponseStream
from cumuli.runtime.protocol import Runtime
from tests.faults.calls import request, send, settled
from tests.faults.keepalive import Exchange, Server, eventually, reply
from tests.flavours import Flavour


async def read_all(stream: ResponseStream) -> bytes:
    parts = []
    while part := await stream.read(65_536):
        parts.append(part)
    return b"".join(parts)


def echo(exchange: Exchange) -> bytes:
    return reply(200, exchange.target.encode())


def test_one_connection_serves_many_calls(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> list[bytes]:
        return [(await send(runtime, server, f"/{n}")).body for n in range(20)]

    with Server(echo) as server:
        assert flavour.run(case) == [b"/%d" % n for n in range(20)]
    assert server.connections == 1


def test_a_connection_the_server_closed_while_idle_is_not_used(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        # POST, so that nothing would be sent again: the stale connection has to be noticed before.
        assert (await send(runtime, server, "/1", "POST")).body == b"/1"
        server.close_idle()
        eventually(lambda: server.now_open == 0, "the server closed its connection")
        assert (await send(runtime, server, "/2", "POST")).body == b"/2"

    with Server(echo) as server:
        flavour.run(case)
    assert server.seen == [("POST", "/1"), ("POST", "/2")]


def test_several_stale_connections_in_a_row(flavour: Flavour) -> None:
    together = threading.Barrier(4)

    def answer(exchange: Exchange) -> bytes:
        if exchange.target == "/together":
            together.wait(30)
        return reply(200, b"ok")

    async def case(runtime: Runtime) -> None:
        await runtime.gather([lambda: send(runtime, server, "/together") for _ in range(4)])
        assert server.now_open == 4
        server.close_idle()
        eventually(lambda: server.now_open == 0, "the server closed its connections")
        assert (await send(runtime, server, "/after", "POST")).body == b"ok"

    with Server(answer) as server:
        flavour.run(case)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
def test_a_request_is_sent_once_when_the_server_closes_on_it(flavour: Flavour, method: str) -> None:
    def answer(exchange: Exchange) -> bytes | None:
        if exchange.target == "/cut":
            exchange.body()
            exchange.close()
            return None
        return reply()

    async def case(runtime: Runtime) -> None:
        await send(runtime, server, "/first")
        with pytest.raises(ConnectionFailed) as caught:
            await send(runtime, server, "/cut", method)
        assert caught.value.sent
        assert caught.value.retryable

    with Server(answer) as server:
        flavour.run(case)
    # HTTP libraries send idempotent methods again on a new connection by themselves.
    assert server.seen == [("GET", "/first"), (method, "/cut")]


def test_connection_close_is_honoured(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        await send(runtime, server)
        await send(runtime, server)

    with Server(lambda _: reply(200, b"x", ("Connection", "close"))) as server:
        flavour.run(case)
    assert server.connections == 2


def test_an_idle_connection_is_not_used_beyond_its_time(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        await send(runtime, server)
        await runtime.sleep(0.3)
        await send(runtime, server)

    with Server(lambda _: reply()) as server:
        flavour.run(case, idle_timeout=0.1)
    assert server.connections == 2


def test_bytes_after_an_answer_are_not_taken_for_the_next_one(flavour: Flavour) -> None:
    def answer(exchange: Exchange) -> bytes:
        return reply(200, exchange.target.encode()) + (reply(200, b"smuggled") if exchange.target == "/1" else b"")

    async def case(runtime: Runtime) -> list[bytes]:
        return [(await send(runtime, server, f"/{n}")).body for n in range(1, 4)]

    with Server(answer) as server:
        assert flavour.run(case) == [b"/1", b"/2", b"/3"]


def test_calls_wait_for_a_free_connection(flavour: Flavour) -> None:
    def answer(exchange: Exchange) -> bytes:
        time.sleep(0.15)
        return reply(200, exchange.target.encode())

    async def case(runtime: Runtime) -> list[Response]:
        return await runtime.gather([lambda n=n: send(runtime, server, f"/{n}", within=60) for n in range(24)])

    with Server(answer) as server:
        # Shorter than the wait for a connection: waiting for a place is not connecting.
        answers = flavour.run(case, max_connections=3, connect_timeout=1)
    assert [got.body for got in answers] == [b"/%d" % n for n in range(24)]
    assert server.most_open == 3


def test_waiting_for_a_connection_ends_with_the_deadline_and_sends_nothing(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        stream = await runtime.stream(request(server, "/held"), deadline=runtime.monotonic() + 30)
        with pytest.raises(Timeout) as caught:
            await send(runtime, server, "/waiting", within=0.2)
        assert not caught.value.sent
        await stream.close()
        await send(runtime, server, "/after")

    def answer(exchange: Exchange) -> bytes | None:
        if exchange.target != "/held":
            return reply()
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        return None

    with Server(answer) as server:
        flavour.run(case, max_connections=1)
    assert server.seen == [("GET", "/held"), ("GET", "/after")]


def endless(exchange: Exchange) -> bytes | None:
    """A body that never ends, or a small answer."""
    if exchange.target != "/endless":
        return echo(exchange)
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
    while True:
        exchange.send(b"x" * 65_536)


@pytest.mark.parametrize("how", ["closed", "dropped"])
def test_100_abandoned_streams_free_their_connections(flavour: Flavour, how: str) -> None:
    async def case(runtime: Runtime) -> None:
        for _ in range(100):
            stream = await runtime.stream(request(server, "/endless"), deadline=runtime.monotonic() + 30)
            assert await stream.read(10) == b"x" * 10
            if how == "closed":
                await stream.close()
                await stream.close()
            del stream
        for n in range(5):
            assert (await send(runtime, server, f"/{n}")).body == b"/%d" % n

    with Server(endless) as server:
        flavour.run(case, max_connections=4)
        eventually(lambda: server.now_open == 0, "every connection was closed")
    # A closed connection is noticed by the server a moment later; hence twice.
    assert server.most_open <= 8


def test_a_stream_read_to_its_end_gives_its_connection_back(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        for _ in range(5):
            stream = await runtime.stream(request(server, "/x" * 500), deadline=runtime.monotonic() + 30)
            parts = []
            while part := await stream.read(100):
                assert len(part) <= 100
                parts.append(part)
            assert b"".join(parts) == b"/x" * 500
            assert await stream.read(100) == b""
            await stream.close()

    with Server(echo) as server:
        flavour.run(case, max_connections=1)
    assert server.connections == 1


def test_what_nobody_reads_stays_with_the_server(flavour: Flavour) -> None:
    sent = 0

    def answer(exchange: Exchange) -> None:
        nonlocal sent
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
        while True:
            exchange.send(b"x" * 65_536)
            sent += 65_536

    async def case(runtime: Runtime) -> None:
        stream = await runtime.stream(request(server), deadline=runtime.monotonic() + 30)
        assert await stream.read(10) == b"x" * 10
        seen = -1
        while seen != sent:
            # The buffers of both systems take some megabytes; a client that goes on reading takes all there is.
            seen = sent
            assert seen < 64 * 1024 * 1024
            await runtime.sleep(0.3)
        left = 16 * 1024 * 1024
        while left > 0:
            piece = await stream.read(1024 * 1024)
            assert piece == b"x" * len(piece)
            left -= len(piece)
        await stream.close()

    with Server(answer) as server:
        flavour.run(case)


def test_two_tasks_cannot_read_one_stream() -> None:
    def answer(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
        exchange.hang()

    async def case(runtime: Runtime) -> None:
        stream = await runtime.stream(request(server), deadline=runtime.monotonic() + 30)
        with pytest.raises(ConfigurationError, match="another task"):
            await asyncio.gather(stream.read(10), stream.read(10))

    with Server(answer) as server:
        Flavour("asyncio").run(case)


def test_a_stream_outlives_the_deadline_of_its_start(flavour: Flavour) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
        exchange.drip(b"abcdef", 0.4)

    async def case(runtime: Runtime) -> bytes:
        stream = await runtime.stream(request(server), deadline=runtime.monotonic() + 2)
        parts = []
        while part := await stream.read(100):
            parts.append(part)
        await stream.close()
        return b"".join(parts)

    with Server(answer) as server:
        assert flavour.run(case) == b"abcdef"


def test_a_stream_that_stalls_is_cut(flavour: Flavour) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
        exchange.hang()

    async def case(runtime: Runtime) -> None:
        stream = await runtime.stream(request(server), deadline=runtime.monotonic() + 30)
        assert await stream.read(3) == b"abc"
        started = runtime.monotonic()
        with pytest.raises(Timeout):
            await stream.read(3)
        seconds = runtime.monotonic() - started
        assert 0.9 < seconds < 6  # the server hangs for minutes
        await settled(flavour, lambda: server.now_open == 0, "the connection was cut")
        await stream.close()

    with Server(answer) as server:
        flavour.run(case, stall_timeout=1)


def test_a_cut_stream_is_an_error_not_an_end(flavour: Flavour) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
        exchange.close()

    async def case(runtime: Runtime) -> None:
        stream = await runtime.stream(request(server), deadline=runtime.monotonic() + 30)
        with pytest.raises(ConnectionFailed):
            await read_all(stream)
        await stream.close()

    with Server(answer) as server:
        flavour.run(case)


def test_a_refused_connection_has_sent_nothing(flavour: Flavour) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    async def case(runtime: Runtime) -> None:
        with pytest.raises(ConnectionFailed) as caught:
            await send(runtime, f"http://127.0.0.1:{port}")
        assert not caught.value.sent
        assert caught.value.retryable
        assert str(port) in caught.value.message

    flavour.run(case)


def test_a_name_that_does_not_exist_has_sent_nothing(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        with pytest.raises(ConnectionFailed) as caught:
            await send(runtime, "http://no-such-host.invalid")
        assert not caught.value.sent
        assert "no-such-host.invalid" in caught.value.message

    flavour.run(case)


def test_connecting_is_bounded(flavour: Flavour) -> None:
    # A full backlog: Linux lets further connections hang.
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        time.sleep(0.05)

        async def case(runtime: Runtime) -> float:
            started = runtime.monotonic()
            with pytest.raises(Timeout) as caught:
                await send(runtime, f"http://127.0.0.1:{port}", within=30)
            assert not caught.value.sent
            return runtime.monotonic() - started

        seconds = flavour.run(case, connect_timeout=0.3)
        for filler in fillers:
            filler.close()
    assert 0.2 < seconds < 5  # it is 10 when the setting is not heeded


def test_a_closed_runtime_says_so(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        await send(runtime, server)
        await runtime.close()
        await runtime.close()
        with pytest.raises(ConfigurationError, match="closed"):
            await send(runtime, server)
        with pytest.raises(ConfigurationError, match="closed"):
            await runtime.stream(request(server), deadline=runtime.monotonic() + 1)

    with Server(echo) as server:
        flavour.run(case)
        eventually(lambda: server.now_open == 0, "its connections are closed")


def test_close_does_not_wait_for_what_is_under_way(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        stream = await runtime.stream(request(server, "/endless"), deadline=runtime.monotonic() + 30)
        started = runtime.monotonic()
        await runtime.close()
        assert runtime.monotonic() - started < 5  # the stream has no end
        await settled(flavour, lambda: server.now_open == 0, "the connection under way was cut")
        await stream.close()

    with Server(endless) as server:
        flavour.run(case)


def test_a_dropped_client_leaves_no_connection_and_no_warning(flavour: Flavour) -> None:
    async def case() -> None:
        runtime = flavour.runtime()
        await send(runtime, server)
        del runtime
        gc.collect()
        await settled(flavour, lambda: server.now_open == 0, "its connections were closed")

    with Server(echo) as server:
        flavour.drive(case())


def test_a_forked_child_gets_its_own_answers(flavour: Flavour) -> None:
    parent = os.getpid()

    def answer(exchange: Exchange) -> bytes:
        time.sleep(0.002)
        return reply(200, exchange.target.encode())

    runtime = flavour.runtime()

    async def ask(name: str) -> bool:
        for n in range(5):
            target = f"/{name}/{n}"
            if (await send(runtime, server, target)).body != target.encode():
                return False
        return True

    def child(number: int) -> None:
        assert os.getpid() != parent
        code = 1
        try:
            code = 0 if flavour.drive(ask(f"child-{number}")) else 2
        finally:
            os._exit(code)

    async def family() -> list[int]:
        assert await ask("parent")
        children: list[int] = []
        for number in range(30):
            pid = os.fork()
            if pid == 0:
                # The running loop is the parent's: threads are where a child makes one of its own.
                worker = threading.Thread(target=child, args=(number,))
                worker.start()
                worker.join()
            children.append(pid)
            if number % 10 == 0:
                assert await ask("parent-between-forks")
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]  # noqa: ASYNC222 - they end soon
        assert await ask("parent-after")
        await runtime.close()
        return codes

    with Server(answer) as server:
        assert flavour.drive(family()) == [0] * 30


def test_connections_to_several_origins_share_one_bound(flavour: Flavour) -> None:
    def answer(exchange: Exchange) -> bytes:
        time.sleep(0.01)
        return reply()

    async def case(runtime: Runtime) -> None:
        for server in servers * 2:
            await runtime.gather([lambda server=server: send(runtime, server) for _ in range(3)])
            await settled(flavour, lambda: sum(server.now_open for server in servers) <= 4, "idle ones were closed")

    with Server(answer) as first, Server(answer) as second, Server(answer) as third:
        servers = [first, second, third]
        flavour.run(case, max_connections=4)


def test_a_server_that_hangs_up_on_everybody_is_not_called_without_end(flavour: Flavour) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepted = 0

        def hang_up() -> None:
            nonlocal accepted
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError:
                    return
                accepted += 1
                sock.close()

        thread = threading.Thread(target=hang_up)
        thread.start()

        async def case(runtime: Runtime) -> None:
            for _ in range(3):
                with pytest.raises(ConnectionFailed):
                    await send(runtime, f"http://127.0.0.1:{listener.getsockname()[1]}")

        flavour.run(case)
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert accepted == 3
