"""Slow links and slow providers: what moves may take as long as it takes, what does not is told with its bound."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest

from cumuli.calls.caller import Caller, Timeouts
from cumuli.calls.retry import NO_RETRY
from cumuli.errors import CloudError, DeadlineExceeded, Timeout
from cumuli.runtime.deadline import deadline
from cumuli.runtime.messages import Response
from cumuli.runtime.protocol import Runtime
from tests.faults.calls import request
from tests.faults.keepalive import Exchange, Server, reply
from tests.flavours import Flavour

KIBI = 1024
# Shorter than everything below takes while it moves; what moves may be held up by other work of this machine.
TIMEOUTS = Timeouts(attempt=1, operation=1.5, stall=5)


class Narrow(Server):
    """Takes uploads at some 600 KiB a second, and holds hardly anything of what it has not taken."""

    def __init__(self, answer: Callable[[Exchange], bytes | None]) -> None:
        super().__init__(answer)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * KIBI)


def take(exchange: Exchange) -> bytes:
    left = int(exchange.get("content-length") or 0)
    while left > 0:
        left -= len(exchange.connection.read_exactly(min(left, 32 * KIBI)))
        time.sleep(0.05)
    exchange.taken()
    return reply(201)


def check(answer: Response) -> CloudError | None:
    return None if answer.status < 300 else CloudError(f"status {answer.status}")


async def call(runtime: Runtime, server: Server, method: str = "GET", **fields: object) -> Response:
    caller = Caller(runtime, provider="test", retry=NO_RETRY, timeouts=TIMEOUTS)
    return await caller.call(request(server, "/", method, operation="It", **fields), check=check, repeatable=False)


@pytest.mark.parametrize("kind", ["bytes", "source", "chunks"])
@pytest.mark.parametrize("size", [900 * KIBI, 2500 * KIBI])
def test_an_upload_over_a_slow_link_takes_as_long_as_it_moves(flavour: Flavour, kind: str, size: int) -> None:
    def given(runtime: Runtime) -> object:
        if kind == "bytes":
            return b"x" * size
        return runtime.source(b"x" * size if kind == "source" else iter([b"x" * size]))

    def take_all(exchange: Exchange) -> bytes:
        if exchange.get("transfer-encoding") is None:
            return take(exchange)
        got = 0
        while length := int(exchange.connection.read_until(b"\r\n"), 16):
            got += len(exchange.connection.read_exactly(length + 2)) - 2
            time.sleep(0.1)
        exchange.connection.read_until(b"\r\n")
        exchange.taken()
        assert got == size
        return reply(201)

    async def case(runtime: Runtime) -> float:
        started = runtime.monotonic()
        assert (await call(runtime, server, "PUT", body=given(runtime))).status == 201
        return runtime.monotonic() - started

    with Narrow(take_all) as server:
        seconds = flavour.run(case, stall_timeout=TIMEOUTS.stall)
    assert seconds > TIMEOUTS.attempt


@pytest.mark.parametrize("kind", ["bytes", "source"])
def test_an_upload_that_stops_moving_is_told_as_a_stall(flavour: Flavour, kind: str) -> None:
    over = threading.Event()

    def stop(exchange: Exchange) -> None:
        for _ in range(6):
            exchange.connection.read_exactly(32 * KIBI)
            time.sleep(0.2)
        time.sleep(0.1)
        over.wait(60)
        exchange.close()

    async def case(runtime: Runtime) -> float:
        body: object = b"x" * 20_000_000
        started = runtime.monotonic()
        with pytest.raises(Timeout, match=r"stall=1\)") as caught:
            await call(runtime, server, "PUT", body=runtime.source(body) if kind == "source" else body)  # type: ignore[arg-type]
        assert caught.value.sent
        return runtime.monotonic() - started

    with Narrow(stop) as server:
        try:
            seconds = flavour.run(case, stall_timeout=1)
        finally:
            over.set()
    assert 1.2 < seconds < 15  # the server waits for a minute


def test_a_deadline_bounds_what_moves_too_and_is_named(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        with deadline(1.25), pytest.raises(DeadlineExceeded, match=r"cumuli\.deadline\(1\.25\)"):
            await call(runtime, server, "PUT", body=b"x" * 8_000_000)

    with Narrow(take) as server:
        flavour.run(case, stall_timeout=TIMEOUTS.stall)


def test_a_large_answer_over_a_slow_link_is_read(flavour: Flavour) -> None:
    body = b"x" * (48 * KIBI)

    def slowly(exchange: Exchange) -> None:
        exchange.send(reply(200, body)[: -len(body)])
        for start in range(0, len(body), KIBI):
            exchange.send(body[start : start + KIBI])
            time.sleep(0.04)

    async def case(runtime: Runtime) -> None:
        assert (await call(runtime, server)).body == body

    with Server(slowly) as server:
        flavour.run(case)


def whitespace(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<?x?>\r\n")
    for _ in range(15):
        time.sleep(0.2)
        exchange.send(b"1\r\n \r\n")
    if exchange.target == "/":
        exchange.send(b"4\r\n<ok>\r\n0\r\n\r\n")
    exchange.hang()


def test_an_answer_that_is_kept_alive_is_waited_for(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> bytes:
        return (await call(runtime, server, "POST", kept_alive=True)).body

    with Server(whitespace) as server:
        assert flavour.run(case, stall_timeout=TIMEOUTS.stall) == b"<?x?>" + b" " * 15 + b"<ok>"


def test_any_other_answer_that_drips_is_cut(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        with pytest.raises(Timeout, match=r"attempt=1\)"):
            await call(runtime, server, "POST")

    with Server(whitespace) as server:
        flavour.run(case, stall_timeout=TIMEOUTS.stall)


def test_an_answer_that_is_kept_alive_no_more_is_cut(flavour: Flavour) -> None:
    def silent(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<?x?>\r\n")
        exchange.hang()

    async def case(runtime: Runtime) -> None:
        with pytest.raises(Timeout, match=r"stall=1\)"):
            await call(runtime, server, "POST", kept_alive=True)

    with Server(silent) as server:
        flavour.run(case, stall_timeout=1)


def test_the_bound_of_a_call_is_named(flavour: Flavour) -> None:
    def hang(exchange: Exchange) -> None:
        exchange.hang()

    async def case(runtime: Runtime) -> None:
        caller = Caller(runtime, provider="test", retry=NO_RETRY, timeouts=Timeouts(attempt=9, operation=0.5))
        with pytest.raises(DeadlineExceeded, match=r"0\.5 s .*timeout=Timeouts\(operation=0\.5\)"):
            await caller.call(request(server), check=check, repeatable=False)

    with Server(hang) as server:
        flavour.run(case)


@pytest.mark.parametrize(
    ("timeouts", "block", "bound"),
    [
        (Timeouts(attempt=0.5, operation=30), 60, r"timeout=Timeouts\(attempt=0\.5\)"),
        (Timeouts(attempt=30, operation=0.5), 60, r"0\.5 s .*timeout=Timeouts\(operation=0\.5\)"),
        (Timeouts(attempt=30, operation=30), 0.5, r"the time of cumuli\.deadline\(0\.5\) is up"),
    ],
    ids=["attempt", "operation", "deadline"],
)
def test_the_bound_of_waiting_for_a_connection_is_named(
    flavour: Flavour, timeouts: Timeouts, block: float, bound: str
) -> None:
    def hold(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")

    async def case(runtime: Runtime) -> None:
        stream = await runtime.stream(request(server, "/held"), deadline=runtime.monotonic() + 30)
        caller = Caller(runtime, provider="test", retry=NO_RETRY, timeouts=timeouts)
        with pytest.raises(Timeout, match=bound) as caught, deadline(block):
            await caller.call(request(server), check=check, repeatable=False)
        assert "all 1 connections (max_connections=1) were in use" in caught.value.message
        assert not caught.value.sent
        await stream.close()

    with Server(hold) as server:
        flavour.run(case, max_connections=1)


def test_an_answer_that_comes_late_has_the_operation_s_time(flavour: Flavour) -> None:
    def late(exchange: Exchange) -> bytes:
        time.sleep(2.5)
        return reply()

    async def case(runtime: Runtime) -> None:
        for operation, patient in ((30, True), (30, False), (2, True)):
            caller = Caller(runtime, provider="test", retry=NO_RETRY, timeouts=Timeouts(attempt=1, operation=operation))
            call = caller.call(request(server), check=check, repeatable=False, answers_late=patient)
            if not patient:
                with pytest.raises(Timeout, match=r"Timeouts\(attempt=1\)"):
                    await call
            elif operation == 2:
                with pytest.raises(DeadlineExceeded, match=r"Timeouts\(operation=2\)"):
                    await call
            else:
                assert (await call).status == 200

    with Server(late) as server:
        flavour.run(case)


def test_the_bound_of_connecting_is_named(flavour: Flavour) -> None:
    # A full backlog: Linux lets further connections hang.
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())

        async def case(runtime: Runtime) -> None:
            with pytest.raises(Timeout, match=r"0\.3 s.*connect=0\.3"):
                await runtime.send(request(f"http://127.0.0.1:{full.getsockname()[1]}"), deadline=float("inf"))

        flavour.run(case, connect_timeout=0.3)
        for filler in fillers:
            filler.close()
