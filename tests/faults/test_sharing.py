"""One client for many: threads, tasks, loops."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from cumuli.errors import ConfigurationError
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.protocol import Runtime
from tests.faults.calls import send
from tests.faults.keepalive import Exchange, Server, reply
from tests.flavours import Flavour


def echo(exchange: Exchange) -> bytes:
    return reply(200, exchange.target.encode() + exchange.body())


async def ask(runtime: Runtime, server: Server, name: str) -> bool:
    method, body = ("POST", name.encode()) if name.endswith("7") else ("GET", b"")
    got = await send(runtime, server, f"/{name}", method, 30, body=body)
    return got.body == f"/{name}".encode() + body


def test_16_threads_share_a_client_for_2000_calls() -> None:
    runtime = Flavour("blocking").runtime(max_connections=8)
    wrong: list[str] = []

    def work(number: int) -> None:
        for call in range(125):
            name = f"{number}-{call}"
            if not run(ask(runtime, server, name)):
                wrong.append(name)

    with Server(echo) as server:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        run(runtime.close())
    assert not wrong
    assert len(server.seen) == 2_000
    assert server.connections <= 8


def test_200_tasks_share_a_client() -> None:
    async def case(runtime: Runtime) -> list[bool]:
        async def work(number: int) -> bool:
            return all([await ask(runtime, server, f"{number}-{call}") for call in range(10)])

        return await asyncio.gather(*(work(number) for number in range(200)))

    with Server(echo) as server:
        assert Flavour("asyncio").run(case, max_connections=8) == [True] * 200
    assert len(server.seen) == 2_000
    assert server.connections <= 8


def test_an_async_client_belongs_to_one_loop() -> None:
    runtime = Flavour("asyncio").runtime()
    with Server(echo) as server:
        assert asyncio.run(ask(runtime, server, "first"))
        with pytest.raises(ConfigurationError, match="belongs to one event loop"):
            asyncio.run(ask(runtime, server, "second"))


def test_an_async_client_that_nobody_closed_ends_quietly_with_its_loop() -> None:
    runtime = Flavour("asyncio").runtime()

    async def case() -> None:
        assert await ask(runtime, server, "1")

    with Server(echo) as server:
        asyncio.run(case())
        end = time.monotonic() + 5
        while server.now_open:
            assert time.monotonic() < end
            time.sleep(0.01)


def test_a_lock_lets_one_in_at_a_time(flavour: Flavour) -> None:
    inside = 0
    most = 0

    async def case(runtime: Runtime) -> None:
        lock = runtime.lock()

        async def job() -> None:
            nonlocal inside, most
            async with lock:
                inside += 1
                most = max(most, inside)
                await runtime.sleep(0.005)
                inside -= 1

        await runtime.gather([job for _ in range(10)])

    flavour.run(case)
    assert most == 1


def test_a_lock_may_be_made_before_there_is_a_loop() -> None:
    runtime = Flavour("asyncio").runtime()
    lock = runtime.lock()

    async def case() -> None:
        async def job() -> None:
            async with lock:
                await runtime.sleep(0.001)

        await runtime.gather([job, job])
        await runtime.close()

    asyncio.run(case())


def test_offloaded_work_does_not_stall_a_loop() -> None:
    async def case(runtime: Runtime) -> None:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await runtime.sleep(0.01)

        ticking = asyncio.ensure_future(tick())
        name = await runtime.offload(lambda: time.sleep(0.2) or threading.current_thread().name)
        ticking.cancel()
        assert name.startswith("cumuli")
        assert ticks > 5

    Flavour("asyncio").run(case)


def test_clock_chance_and_tokens(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        assert abs(runtime.now() - time.time()) < 1
        assert abs(runtime.monotonic() - time.monotonic()) < 1
        draws = [runtime.random() for _ in range(100)]
        assert all(0 <= draw < 1 for draw in draws)
        assert len(set(draws)) > 50
        tokens = {runtime.token() for _ in range(100)}
        assert len(tokens) == 100
        assert {len(token) for token in tokens} == {36}

    flavour.run(case)
