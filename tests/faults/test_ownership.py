"""A connection belongs to one exchange at a time: what was given up is not read, cut or closed any more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cumuli.errors import CloudError, ConfigurationError, ConnectionFailed, NotFound
from cumuli.runtime.messages import ResponseStream
from cumuli.runtime.protocol import Runtime
from tests.faults.calls import request, send
from tests.faults.keepalive import Exchange, Server, reply
from tests.flavours import Flavour

BODIES = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n",
    "empty": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
}


class Slowly:
    """Answers ``/second`` only when it may, and ``/first`` at once."""

    def __init__(self, first: bytes) -> None:
        self.first = first
        self.arrived = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, exchange: Exchange) -> bytes:
        if exchange.target == "/second":
            self.arrived.set()
            self.go_on.wait(60)
            return reply(200, b"second")
        return self.first


async def happened(runtime: Runtime, event: threading.Event) -> None:
    for _ in range(6000):
        if event.is_set():
            return
        await runtime.sleep(0.005)
    raise AssertionError("never happened")


async def to_the_end(stream: ResponseStream) -> bytes:
    parts: list[bytes] = []
    while part := await stream.read(100):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("what", ["read", "close", "drop"])
@pytest.mark.parametrize("kind", list(BODIES))
def test_a_stream_at_its_end_leaves_the_next_call_alone(flavour: Flavour, kind: str, what: str) -> None:
    slowly = Slowly(BODIES[kind])

    async def case(runtime: Runtime) -> None:
        streams = [await runtime.stream(request(server, "/first"), deadline=runtime.monotonic() + 30)]
        # As much as there is, and not the look for the end: with a length, that is known by now.
        got = await (streams[0].read(100) if kind == "length" else to_the_end(streams[0]))
        assert got == (b"" if kind in {"empty", "204"} else b"first")

        async def second() -> bytes:
            return (await send(runtime, server, "/second")).body

        async def again() -> bytes:
            await happened(runtime, slowly.arrived)
            try:
                if what == "read":
                    return await streams[0].read(100)
                if what == "close":
                    await streams[0].close()
                streams.clear()
                return b""
            finally:
                slowly.go_on.set()

        assert await runtime.gather([second, again]) == [b"second", b""]

    with Server(slowly) as server:
        # The next call takes the connection that was given back last.
        flavour.run(case, stall_timeout=2)
    assert server.connections == 1


def test_a_cancelled_job_leaves_alone_what_it_gave_back(flavour: Flavour) -> None:
    slowly = Slowly(BODIES["length"])
    was_read = threading.Event()

    async def case(runtime: Runtime) -> None:
        async def reader() -> None:
            stream = await runtime.stream(request(server, "/first"), deadline=runtime.monotonic() + 30)
            assert await stream.read(100) == b"first"
            was_read.set()
            await runtime.sleep(60)

        async def failing() -> None:
            await happened(runtime, slowly.arrived)
            raise NotFound("gone")

        async def second() -> bytes:
            await happened(runtime, was_read)
            return (await send(runtime, server, "/second")).body

        async def cancelled() -> None:
            with pytest.raises(NotFound):
                await runtime.gather([reader, failing])
            slowly.go_on.set()

        assert (await runtime.gather([second, cancelled]))[0] == b"second"

    with Server(slowly) as server:
        flavour.run(case)
    assert server.connections == 1


class Parted:
    """Sends the head, and the body when it may."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def __call__(self, exchange: Exchange) -> bytes | None:
        if exchange.target != "/parted":
            return reply(200, b"other")
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        self.go_on.wait(60)
        exchange.send(b"whole")
        return None


async def outcome(job: Awaitable[bytes]) -> bytes | type[CloudError]:
    try:
        return await job
    except CloudError as error:
        return type(error)


def test_a_second_reader_of_a_stream_is_refused_and_the_first_one_goes_on(flavour: Flavour) -> None:
    parted = Parted()

    async def case(runtime: Runtime) -> None:
        stream = await runtime.stream(request(server, "/parted"), deadline=runtime.monotonic() + 30)

        async def read() -> bytes | type[CloudError]:
            try:
                return await outcome(stream.read(100))
            finally:
                # Whoever is refused lets the other one go on.
                parted.go_on.set()

        assert {*await runtime.gather([read, read], limit=2)} == {b"whole", ConfigurationError}
        assert await stream.read(100) == b""
        assert (await send(runtime, server, "/other")).body == b"other"

    with Server(parted) as server:
        flavour.run(case, max_connections=1, stall_timeout=3)
    assert server.connections == 1


def test_a_second_reader_does_not_take_what_has_arrived_for_the_first_one() -> None:
    """The first one is waiting still, the bytes are there, and a third one is waiting for the connection."""
    parted = Parted()

    async def case(runtime: Runtime) -> None:
        stream = await runtime.stream(request(server, "/parted"), deadline=runtime.monotonic() + 30)
        first = asyncio.ensure_future(stream.read(100))
        await asyncio.sleep(0)
        other = asyncio.ensure_future(send(runtime, server, "/other"))
        inside: Any = stream
        connection = inside._exchange._lease.connection
        parted.go_on.set()
        while not connection._parts:  # noqa: ASYNC110 - the turns of the loop are the point
            # A turn of the loop that takes the bytes in wakes the first reader in the next one.
            await asyncio.sleep(0)
        assert not first.done()
        with pytest.raises(ConfigurationError, match="another task"):
            await stream.read(100)
        assert await first == b"whole"
        assert (await other).body == b"other"

    with Server(parted) as server:
        Flavour("asyncio").run(case, max_connections=1, stall_timeout=3)
    assert server.connections == 1


def test_a_stream_closed_under_its_reader_ends_it_and_frees_its_place(flavour: Flavour) -> None:
    parted = Parted()
    reading = threading.Event()

    async def case(runtime: Runtime) -> None:
        stream = await runtime.stream(request(server, "/parted"), deadline=runtime.monotonic() + 30)

        async def read() -> bytes | type[CloudError]:
            reading.set()
            return await outcome(stream.read(100))

        async def close() -> bytes:
            await happened(runtime, reading)
            await runtime.sleep(0.1)
            await stream.close()
            return (await send(runtime, server, "/other", within=5)).body

        assert await runtime.gather([read, close], limit=2) == [ConnectionFailed, b"other"]
        parted.go_on.set()

    with Server(parted) as server:
        flavour.run(case, max_connections=1)
    assert server.connections == 2


def test_what_is_closed_under_its_reader_has_no_end(flavour: Flavour) -> None:
    """Where the connection's end is the content's, one that we made ourselves would pass for it."""
    reading = threading.Event()

    def endless(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc")
        exchange.hang()

    async def case(runtime: Runtime) -> None:
        stream = await runtime.stream(request(server), deadline=runtime.monotonic() + 30)
        assert await stream.read(100) == b"abc"

        async def read() -> bytes | type[CloudError]:
            reading.set()
            return await outcome(stream.read(100))

        async def close() -> bytes:
            await happened(runtime, reading)
            await runtime.sleep(0.1)
            await stream.close()
            return b""

        assert await runtime.gather([read, close], limit=2) == [ConnectionFailed, b""]

    with Server(endless) as server:
        flavour.run(case)


def short(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
    exchange.close()


def silent(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
    exchange.hang()


@pytest.mark.parametrize("answer", [short, silent])
def test_after_a_failure_a_stream_has_no_end(flavour: Flavour, answer: Callable[[Exchange], None]) -> None:
    async def case(runtime: Runtime) -> None:
        stream = await runtime.stream(request(server), deadline=runtime.monotonic() + 30)
        assert await stream.read(100) == b"abc"
        for _ in range(3):
            with pytest.raises(CloudError) as caught:
                await stream.read(100)
            assert not isinstance(caught.value, ConfigurationError)

    with Server(answer) as server:
        flavour.run(case, stall_timeout=1.0)


@pytest.mark.parametrize("head", [b"Transfer-Encoding: chunked", b"Connection: close", b"X-Nothing: said"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_stream_of_unknown_length_has_its_end_or_fails(flavour: Flavour, head: bytes, whole: bool) -> None:
    chunked = b"chunked" in head
    parts = [b"%x\r\n%b\r\n" % (700, b"x" * 700) if chunked else b"x" * 700] * 100
    end = (b"0\r\n\r\n" if chunked else b"") if whole else b""

    def answer(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
        for part in parts:
            exchange.send(part)
        exchange.send(end)
        if not chunked or not whole:
            exchange.close() if whole or chunked else exchange.reset()

    async def case(runtime: Runtime) -> None:
        stream = await runtime.stream(request(server), deadline=runtime.monotonic() + 30)
        if whole:
            got = await to_the_end(stream)
            assert got == b"x" * 70_000
            assert await stream.read(100) == b""
        else:
            with pytest.raises(ConnectionFailed):
                await to_the_end(stream)

    with Server(answer) as server:
        flavour.run(case)
