"""The blocking runtime among threads: shared by many, ended early, interrupted from the keyboard."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cumuli.errors import ConfigurationError, ConnectionFailed, NotFound
from cumuli.runtime.blocking.drive import iterate, run
from cumuli.runtime.blocking.runtime import BlockingRuntime
from cumuli.runtime.messages import Response
from cumuli.runtime.protocol import UNLIMITED, TransportSettings
from tests.faults.calls import request, send
from tests.faults.keepalive import Exchange, Server, eventually, reply

ROOT = Path(__file__).parents[2]
# Beyond everything that is waited for here: what is not cut does not end by itself.
LONG = 300.0


@pytest.fixture
def runtime() -> Iterator[BlockingRuntime]:
    before = set(threading.enumerate())
    runtime = BlockingRuntime(TransportSettings(proxy="", stall_timeout=LONG))
    yield runtime
    run(runtime.close())
    eventually(
        lambda: not {thread for thread in threading.enumerate() if "cumuli" in thread.name} - before,
        "the runtime's threads end",
    )


def answer(exchange: Exchange) -> bytes | None:
    """``/hang`` never answers, anything else is echoed."""
    if exchange.target.startswith("/hang"):
        exchange.hang()
    return reply(200, exchange.target.encode())


def hanging(server: Server) -> int:
    return sum(target.startswith("/hang") for _, target in server.seen)


def test_a_failure_cuts_the_connections_of_the_other_jobs(runtime: BlockingRuntime) -> None:
    with Server(answer) as server:

        async def fail() -> Response:
            eventually(lambda: hanging(server) == 5, "the others wait for their answers")
            raise NotFound("this one")

        hangs = [lambda n=n: send(runtime, server, f"/hang/{n}", within=LONG) for n in range(5)]
        started = time.monotonic()
        with pytest.raises(NotFound, match="this one"):
            run(runtime.gather([*hangs, fail]))
        assert time.monotonic() - started < 5  # the promise is a second, the rest is room for busy machines
        eventually(lambda: server.now_open == 0, "their connections are cut")
        assert run(send(runtime, server, "/after")).body == b"/after"


def test_a_failure_cuts_streams_that_are_being_read(runtime: BlockingRuntime) -> None:
    def slow_body(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nstart")
        exchange.hang()

    reading = threading.Semaphore(0)

    async def read() -> None:
        stream = await runtime.stream(request(server), deadline=UNLIMITED)
        try:
            while await stream.read(5):
                reading.release()
        finally:
            await stream.close()

    async def fail() -> None:
        for _ in range(3):
            assert reading.acquire(timeout=30)
        raise NotFound("x")

    with Server(slow_body) as server:
        started = time.monotonic()
        with pytest.raises(NotFound):
            run(runtime.gather([read, read, read, fail]))
        assert time.monotonic() - started < 5  # the promise is a second, the rest is room for busy machines
        eventually(lambda: server.now_open == 0, "their connections are cut")


def test_a_failure_ends_the_wait_for_a_connection() -> None:
    runtime = BlockingRuntime(TransportSettings(proxy="", max_connections=2))
    ended = threading.Event()

    async def fail() -> None:
        await runtime.sleep(0.2)
        raise NotFound("x")

    with Server(refuse_to_end) as server:

        async def wait() -> None:
            try:
                await send(runtime, server, "/waiting", within=LONG)
            finally:
                ended.set()

        streams = [run(runtime.stream(request(server), deadline=UNLIMITED)) for _ in range(2)]
        started = time.monotonic()
        with pytest.raises(NotFound):
            run(runtime.gather([wait, fail]))
        seconds = time.monotonic() - started
        assert ended.wait(30)
        for stream in streams:
            run(stream.close())
        run(runtime.close())
    assert ("GET", "/waiting") not in server.seen
    assert seconds < 5


def refuse_to_end(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    exchange.hang()


def test_a_cancelled_upload_can_tell_the_server_so(runtime: BlockingRuntime) -> None:
    async def upload(n: int) -> None:
        try:
            await send(runtime, server, f"/hang/{n}", "PUT", within=60)
        finally:
            await send(runtime, server, f"/abort/{n}", "DELETE")

    async def fail() -> None:
        eventually(lambda: hanging(server) == 3, "the uploads are under way")
        raise NotFound("x")

    with Server(answer) as server:
        with pytest.raises(NotFound):
            run(runtime.gather([lambda n=n: upload(n) for n in range(3)] + [fail]))
        aborted = sorted(target for method, target in server.seen if method == "DELETE")
    assert aborted == ["/abort/0", "/abort/1", "/abort/2"]


def test_ending_a_mapping_early_cuts_its_connections(runtime: BlockingRuntime) -> None:
    async def fetch(n: int) -> bytes:
        return (await send(runtime, server, f"/hang/{n}" if n else "/0", within=60)).body

    with Server(answer) as server:
        for body in iterate(runtime.map_bounded(fetch, iter(range(1_000)), limit=4)):
            assert body == b"/0"
            break
        eventually(lambda: all(thread.name != "cumuli-job" for thread in threading.enumerate()), "no thread is left")
        assert len(server.seen) <= 6
        assert run(send(runtime, server, "/after")).body == b"/after"


def test_closing_ends_the_calls_of_other_threads(runtime: BlockingRuntime) -> None:
    failures: list[BaseException] = []

    def call(job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as error:  # noqa: BLE001 - looked at below
            failures.append(error)

    with Server(answer) as server:
        jobs = [
            lambda: run(send(runtime, server, "/hang/1", within=60)),
            lambda: run(runtime.gather([lambda: send(runtime, server, "/hang/2", within=60)])),
        ]
        threads = [threading.Thread(target=call, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        eventually(lambda: hanging(server) == 2, "both wait for their answers")
        run(runtime.close())
        for thread in threads:
            thread.join(30)  # the calls have a minute
        assert not any(thread.is_alive() for thread in threads)
    assert len(failures) == 2
    assert all(isinstance(failure, ConnectionFailed | ConfigurationError) for failure in failures)


# ---- a process of its own

PRELUDE = """
import os, sys, threading, time
from cumuli.errors import CloudError
from cumuli.runtime.blocking.runtime import BlockingRuntime
from cumuli.runtime.blocking.drive import iterate, run
from cumuli.runtime.messages import Request
from cumuli.runtime.protocol import UNLIMITED, TransportSettings

runtime = BlockingRuntime(TransportSettings(proxy=""))

def ask(target):
    return runtime.send(Request(method="GET", origin=sys.argv[1], target=target), deadline=time.monotonic() + 60)

def begin():
    print("ready", flush=True)
    return time.monotonic()
"""


def start(program: str, server: Server) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", "-c", PRELUDE + textwrap.dedent(program), server.origin],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )


def finish(process: subprocess.Popen[str]) -> tuple[str, str, int]:
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    return out, err, process.returncode


@pytest.mark.parametrize(
    "call",
    [
        "run(runtime.gather([lambda n=n: ask(f'/hang/{n}') for n in range(100)], limit=40))",
        "run(runtime.gather([lambda: runtime.gather([lambda: ask('/hang')] * 3)] * 20))",
        "list(iterate(runtime.map_bounded(ask, (f'/hang/{n}' for n in range(100)), limit=5)))",
        "run(runtime.sleep(60))",
    ],
)
def test_control_c(call: str) -> None:
    program = f"""
    try:
        begin()
        {call}
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        print(run(ask("/after")).body.decode(), [t.name for t in threading.enumerate()], flush=True)
    """
    with Server(answer) as server:
        process = start(program, server)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        if "hang" in call:
            eventually(lambda: hanging(server) >= 3, "it waits for its answers")
        time.sleep(0.2)  # there is nothing to look at: it sleeps, or waits in a system call
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "interrupted\n"
        seconds = time.monotonic() - started
        # Read as a line too: communicate() would not see what came together with the line before.
        after = process.stdout.readline()
        out, err, code = finish(process)
    assert (after, out, err, code) == ("/after ['MainThread']\n", "", "", 0)
    assert seconds < 5  # the promise is a second, and every wait here is of a minute


def test_a_client_that_nobody_closes_ends_quietly() -> None:
    program = """
    run(runtime.gather([lambda n=n: ask(f"/{n}") for n in range(5)]))
    stream = run(runtime.stream(Request(method="GET", origin=sys.argv[1], target="/x"), deadline=UNLIMITED))
    other = BlockingRuntime(TransportSettings(proxy=""))
    run(other.send(Request(method="GET", origin=sys.argv[1], target="/x"), deadline=UNLIMITED))
    circle = [other]
    circle.append(circle)
    del other, circle
    """
    with Server(answer) as server:
        assert finish(start(program, server)) == ("", "", 0)


def test_a_forked_child_that_never_calls_ends_quietly() -> None:
    program = """
    import warnings
    warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of forking with threads
    run(ask("/1"))
    pid = os.fork()
    if pid:
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print(code, run(ask("/2")).body.decode())
    """
    with Server(answer) as server:
        assert finish(start(program, server)) == ("0 /2\n", "", 0)
        assert server.connections == 1


def test_jobs_of_a_forked_child() -> None:
    program = """
    run(runtime.gather([lambda: ask("/1")] * 3))
    pid = os.fork()
    got = [answer.body.decode() for answer in run(runtime.gather([lambda: ask(f"/{pid}")] * 3))]
    assert got == [f"/{pid}"] * 3, got
    if pid:
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    run(runtime.close())
    """
    with Server(answer) as server:
        assert finish(start(program, server)) == ("0\n", "", 0)


def test_a_stream_is_not_read_by_two_processes(runtime: BlockingRuntime) -> None:
    with Server(refuse_to_end) as server:
        stream = run(runtime.stream(request(server), deadline=UNLIMITED))
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                run(stream.read(10))
            except ConnectionFailed:
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        run(stream.close())
