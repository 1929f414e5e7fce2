"""What runs at the same time ends together, and at once."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from cumuli.errors import NotFound
from cumuli.runtime.deadline import current_deadline, deadline
from cumuli.runtime.messages import Response
from cumuli.runtime.protocol import Runtime
from tests.faults.calls import send, settled
from tests.faults.keepalive import Exchange, Server, eventually, reply
from tests.flavours import Flavour

# The promise is a second. The rest is room for busy machines: what is to be cut would take 30 seconds or more.
ROOM = 5


class Slow:
    """Hangs where it is told to, and knows how many requests hang."""

    def __init__(self) -> None:
        self.hanging: list[str] = []

    def __call__(self, exchange: Exchange) -> bytes:
        if exchange.target.startswith("/hang"):
            self.hanging.append(exchange.target)
            try:
                exchange.hang()
            finally:
                self.hanging.remove(exchange.target)
        if exchange.target == "/missing":
            eventually(lambda: len(self.hanging) == 2, "there is something to cut")
            return reply(404)
        return reply(200, exchange.target.encode())


async def must_exist(runtime: Runtime, server: Server, target: str) -> bytes:
    got: Response = await send(runtime, server, target, within=300)
    if got.status == 404:
        raise NotFound(f"no {target}")
    return got.body


def test_gather_gives_results_in_order(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> list[bytes]:
        return await runtime.gather([lambda n=n: must_exist(runtime, server, f"/{n}") for n in range(50)], limit=7)

    slow = Slow()
    with Server(slow) as server:
        assert flavour.run(case) == [b"/%d" % n for n in range(50)]
    assert server.most_open <= 7


@pytest.mark.parametrize("limit", [None, 3])
def test_the_first_failure_ends_gather_within_a_second(flavour: Flavour, limit: int | None) -> None:
    targets = ["/hang/1", "/hang/2", "/missing", "/never/1", "/never/2", *(f"/never/{n}" for n in range(3, 40))]

    async def case(runtime: Runtime) -> float:
        started = runtime.monotonic()
        with pytest.raises(NotFound, match="no /missing"):
            await runtime.gather([lambda t=t: must_exist(runtime, server, t) for t in targets], limit=limit)
        seconds = runtime.monotonic() - started
        # By gather, not by the end of the loop.
        await settled(flavour, lambda: not slow.hanging, "the hanging connections were cut")
        return seconds

    slow = Slow()
    with Server(slow) as server:
        seconds = flavour.run(case, max_connections=64)
    assert seconds < ROOM
    if limit:
        assert not [target for _, target in server.seen if target.startswith("/never/2")]


def test_gather_within_gather_does_not_deadlock(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> list[list[bytes]]:
        async def row(y: int) -> list[bytes]:
            return await runtime.gather([lambda x=x: must_exist(runtime, server, f"/{x}/{y}") for x in range(6)])

        return await runtime.gather([lambda y=y: row(y) for y in range(6)])

    slow = Slow()
    with Server(slow) as server:
        assert flavour.run(case, max_connections=2) == [[b"/%d/%d" % (x, y) for x in range(6)] for y in range(6)]
    assert server.most_open <= 2


word: contextvars.ContextVar[str] = contextvars.ContextVar("word", default="unset")


def test_context_variables_reach_jobs_and_stay_apart(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> list[tuple[str, float]]:
        async def job(n: int) -> tuple[str, float]:
            seen = word.get()
            word.set(f"job {n}")
            await runtime.sleep(0.01)
            assert word.get() == f"job {n}"
            return seen, current_deadline()

        word.set("caller")
        with deadline(30):
            return await runtime.gather([lambda n=n: job(n) for n in range(6)], limit=2)

    seen = flavour.run(case)
    assert [one for one, _ in seen] == ["caller"] * 6
    assert all(end < time.monotonic() + 31 for _, end in seen)


def test_no_jobs_no_results(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> list[int]:
        return await runtime.gather([])

    assert flavour.run(case) == []


def test_map_bounded_is_lazy_ordered_and_bounded(flavour: Flavour) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for n in range(1000):
            taken.append(n)
            yield n

    async def case(runtime: Runtime) -> list[bytes]:
        got: list[bytes] = []
        results = runtime.map_bounded(lambda n: must_exist(runtime, server, f"/{n}"), items(), limit=4)
        async for body in results:
            got.append(body)
            assert len(taken) <= len(got) + 4
            if len(got) == 20:
                break
        await results.aclose()  # type: ignore[attr-defined]
        return got

    slow = Slow()
    with Server(slow) as server:
        assert flavour.run(case) == [b"/%d" % n for n in range(20)]
    assert len(taken) <= 24
    assert server.most_open <= 4


def test_map_bounded_over_an_async_iterable(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> list[int]:
        async def items() -> AsyncIterator[int]:
            for n in range(10):
                await runtime.sleep(0)
                yield n

        async def double(n: int) -> int:
            await runtime.sleep(0.01 if n % 2 else 0)
            return 2 * n

        return [n async for n in runtime.map_bounded(double, items(), limit=3)]

    assert flavour.run(case) == [2 * n for n in range(10)]


def test_map_bounded_raises_in_its_turn_and_cancels_the_rest(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> tuple[list[bytes], float]:
        got: list[bytes] = []
        started = runtime.monotonic()
        targets = ["/1", "/2", "/missing", "/hang/1", "/hang/2"]

        async def collect() -> None:
            async for body in runtime.map_bounded(lambda t: must_exist(runtime, server, t), targets, limit=5):
                got.append(body)  # noqa: PERF401 - what came before the failure is looked at

        with pytest.raises(NotFound):
            await collect()
        seconds = runtime.monotonic() - started
        await settled(flavour, lambda: not slow.hanging, "the hanging connections were cut")
        return got, seconds

    slow = Slow()
    with Server(slow) as server:
        got, seconds = flavour.run(case)
    assert got == [b"/1", b"/2"]
    assert seconds < ROOM


def test_an_iterable_that_fails_fails_map_bounded(flavour: Flavour) -> None:
    def items() -> Iterator[str]:
        yield "/1"
        raise LookupError("no more")

    async def case(runtime: Runtime) -> None:
        with pytest.raises(LookupError, match="no more"):
            async for _ in runtime.map_bounded(lambda t: must_exist(runtime, server, t), items(), limit=3):
                pass

    slow = Slow()
    with Server(slow) as server:
        flavour.run(case)


@pytest.mark.parametrize(
    "work",
    [
        "await runtime.gather([lambda n=n: fetch(f'/hang/{n}') for n in range(4)])",
        "await fetch('/hang/1')",
        "[x async for x in runtime.map_bounded(fetch, ['/hang/1', '/hang/2'], limit=2)]",
        "await runtime.sleep(60)",
    ],
    ids=["gather", "send", "map", "sleep"],
)
def test_ctrl_c_ends_it_all_within_a_second(flavour: Flavour, work: str) -> None:
    program = f"""
        import logging
        import sys
        from cumuli.runtime.messages import Request
        from tests.flavours import Flavour

        async def case(runtime):
            async def fetch(target):
                request = Request(method="GET", origin=sys.argv[1], target=target)
                return await runtime.send(request, deadline=runtime.monotonic() + 60)
            print("ready", flush=True)
            {work}

        # Below errors, asyncio's debug mode only tells that imports take their time.
        logging.getLogger("asyncio").setLevel(logging.ERROR)
        try:
            Flavour({flavour.name!r}).run(case)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
    """
    slow = Slow()
    with Server(slow) as server:
        child = subprocess.Popen(
            [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(program), server.origin],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": "src:."},
        )
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            wanted = 0 if "sleep" in work else work.count("/hang") * (4 if "range" in work else 1)
            eventually(lambda: len(server.seen) == wanted, "the requests are under way")
            time.sleep(0.1)
            started = time.monotonic()
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=60)
            seconds = time.monotonic() - started
        finally:
            child.kill()
            child.wait()
    assert (out, err) == ("interrupted\n", "")
    assert child.returncode == 0
    assert seconds < ROOM


def in_a_loop(case: Callable[[Runtime], Awaitable[None]]) -> None:
    flavour = Flavour("asyncio")

    async def whole(runtime: Runtime) -> None:
        await case(runtime)

    flavour.run(whole)


async def until(condition: Callable[[], object]) -> None:
    for _ in range(3000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("never happened")


def test_a_cancelled_call_stays_cancelled_and_cuts_its_connection() -> None:
    async def case(runtime: Runtime) -> None:
        task = asyncio.ensure_future(send(runtime, server, "/hang"))
        await until(lambda: server.seen)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: server.now_open == 0)

    slow = Slow()
    with Server(slow) as server:
        in_a_loop(case)


def test_a_cancelled_gather_cancels_its_jobs() -> None:
    cancelled: list[int] = []

    async def case(runtime: Runtime) -> None:
        async def job(n: int) -> None:
            try:
                await runtime.sleep(30)
            except asyncio.CancelledError:
                cancelled.append(n)
                raise

        task = asyncio.ensure_future(runtime.gather([lambda n=n: job(n) for n in range(3)]))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    in_a_loop(case)
    assert sorted(cancelled) == [0, 1, 2]


def test_a_job_that_ignores_its_cancellation_does_not_hold_gather_up() -> None:
    async def case(runtime: Runtime) -> None:
        over = asyncio.Event()
        waiting = asyncio.ensure_future(over.wait())

        async def stubborn() -> None:
            end = time.monotonic() + 30
            while time.monotonic() < end and not over.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([waiting], timeout=1)

        async def failing() -> None:
            raise NotFound("gone")

        started = time.monotonic()
        with pytest.raises(NotFound):
            await runtime.gather([stubborn, failing])
        seconds = time.monotonic() - started
        over.set()
        assert seconds < ROOM

    in_a_loop(case)
