"""Doing several things at a time in threads: order, bounds, and ending early."""

from __future__ import annotations

import gc
import itertools
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import closing
from contextvars import ContextVar
from functools import partial
from typing import TypeVar, cast

import pytest

from cumuli.errors import ConfigurationError, DeadlineExceeded, NotFound
from cumuli.runtime.blocking.drive import iterate, run
from cumuli.runtime.blocking.jobs import JobCancelled, interruptible
from cumuli.runtime.blocking.runtime import BlockingRuntime
from cumuli.runtime.deadline import deadline
from cumuli.runtime.protocol import TransportSettings

T = TypeVar("T")

# Well beyond the promise of a second: a job that is not cancelled makes its test fail, not pass late.
LONG = 30.0


def generator_of(items: AsyncIterator[T]) -> Generator[T, None, None]:
    """As ``iterate``, which gives a generator and does not promise one."""
    return cast("Generator[T, None, None]", iterate(items))


def of_jobs() -> set[threading.Thread]:
    """Threads of jobs. Others are no business of these tests: servers of earlier ones may still be on their way out."""
    return {thread for thread in threading.enumerate() if thread.name.startswith("cumuli")}


@pytest.fixture
def runtime() -> Iterator[BlockingRuntime]:
    before = of_jobs()
    runtime = BlockingRuntime(TransportSettings(max_connections=8, proxy=""))
    yield runtime
    run(runtime.close())
    assert of_jobs() <= before


class Gauge:
    """How many are inside at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside = 0
        self.most = 0
        self.entered = 0

    def __enter__(self) -> None:
        with self.lock:
            self.inside += 1
            self.entered += 1
            self.most = max(self.most, self.inside)

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.inside -= 1


def sleeper(runtime: BlockingRuntime, seconds: float, gauge: Gauge | None = None) -> Callable[[], Awaitable[float]]:
    async def job() -> float:
        with gauge or Gauge():
            await runtime.sleep(seconds)
        return seconds

    return job


def quickly(started: float) -> None:
    # The promise is a second; the rest is room for busy machines.
    assert time.monotonic() - started < 5


# ---- gather


def test_results_are_in_order_and_jobs_overlap(runtime: BlockingRuntime) -> None:
    all_at_once = threading.Barrier(8)

    async def job(n: int) -> int:
        all_at_once.wait(30)
        await runtime.sleep((8 - n) / 50)
        return n

    assert run(runtime.gather([partial(job, n) for n in range(8)])) == list(range(8))
    nothing: list[Callable[[], Awaitable[int]]] = []
    assert run(runtime.gather(nothing)) == []


@pytest.mark.parametrize("limit", [1, 3, None, 100])
def test_no_more_jobs_at_a_time_than_allowed(runtime: BlockingRuntime, limit: int | None) -> None:
    gauge = Gauge()
    run(runtime.gather([sleeper(runtime, 0.01, gauge)] * 30, limit=limit))
    assert gauge.entered == 30
    # One more than threads: whoever waits works as well when threads are short.
    assert gauge.most <= min(limit or 8, 9)
    if limit != 1:
        assert gauge.most > 1


def test_nested_gathers_share_the_threads_and_do_not_deadlock(runtime: BlockingRuntime) -> None:
    gauge = Gauge()

    async def tree(depth: int) -> int:
        if depth == 0:
            with gauge:
                await runtime.sleep(0.002)
            return 1
        return sum(await runtime.gather([lambda: tree(depth - 1)] * 3))

    before = of_jobs()
    assert run(tree(5)) == 3**5
    assert gauge.most <= 9
    assert of_jobs() <= before


def test_the_context_goes_into_jobs_and_not_out(runtime: BlockingRuntime) -> None:
    variable: ContextVar[str] = ContextVar("variable", default="unset")
    variable.set("outside")

    async def job(n: int) -> tuple[str, float]:
        seen = variable.get()
        variable.set(f"inside {n}")
        return seen, 0

    assert run(runtime.gather([lambda n=n: job(n) for n in range(5)])) == [("outside", 0)] * 5
    assert variable.get() == "outside"


def test_the_first_failure_is_raised_itself_and_ends_the_others(runtime: BlockingRuntime) -> None:
    failure = NotFound("this one")
    gauge = Gauge()

    async def fail() -> float:
        await runtime.sleep(0.05)
        raise failure

    started = time.monotonic()
    with pytest.raises(NotFound) as caught:
        run(runtime.gather([*[sleeper(runtime, LONG, gauge)] * 4, fail, *[sleeper(runtime, LONG, gauge)] * 40]))
    quickly(started)
    assert caught.value is failure
    assert gauge.inside == 0
    assert gauge.entered < 10


def test_a_failure_ends_nested_gathers(runtime: BlockingRuntime) -> None:
    gauge = Gauge()

    async def inner() -> float:
        await runtime.gather([sleeper(runtime, LONG, gauge)] * 3)
        return 0

    async def fail() -> float:
        while gauge.inside < 3:
            await runtime.sleep(0.01)
        raise NotFound("now")

    started = time.monotonic()
    with pytest.raises(NotFound):
        # In front, because the others leave no thread free: they are 16 jobs, and there are 8 threads.
        run(runtime.gather([fail, inner, inner, inner, inner]))
    quickly(started)
    assert gauge.inside == 0


def test_cancelled_jobs_clean_up_with_calls_of_their_own(runtime: BlockingRuntime) -> None:
    cleaned: list[str] = []
    gauge = Gauge()

    async def upload() -> None:
        try:
            await sleeper(runtime, LONG, gauge)()
        except Exception:
            cleaned.append("taken for an error")
            raise
        finally:
            await runtime.sleep(0.01)
            await runtime.gather([sleeper(runtime, 0.01)] * 2)
            cleaned.append("clean")

    async def fail() -> None:
        while gauge.inside < 2:
            await runtime.sleep(0.01)
        raise NotFound("x")

    with pytest.raises(NotFound):
        run(runtime.gather([upload, upload, fail]))
    assert cleaned == ["clean", "clean"]


def test_cleaning_up_that_takes_long_is_not_waited_for(runtime: BlockingRuntime) -> None:
    finish = threading.Event()
    finished = threading.Event()
    gauge = Gauge()

    async def stubborn() -> None:
        try:
            await sleeper(runtime, LONG, gauge)()
        finally:
            finish.wait(LONG)
            finished.set()

    async def fail() -> None:
        while not gauge.inside:
            await runtime.sleep(0.01)
        raise NotFound("x")

    started = time.monotonic()
    with pytest.raises(NotFound):
        run(runtime.gather([stubborn, fail]))
    quickly(started)
    finish.set()
    assert finished.wait(120)


def test_what_a_cancelled_job_raises_does_not_replace_the_failure(runtime: BlockingRuntime) -> None:
    async def consequence() -> None:
        try:
            await runtime.sleep(LONG)
        finally:
            raise LookupError

    async def fail() -> None:
        await runtime.sleep(0.02)
        raise NotFound("the reason")

    with pytest.raises(NotFound):
        run(runtime.gather([consequence, fail, consequence]))


def test_a_failure_inside_of_a_job_can_be_handled_there(runtime: BlockingRuntime) -> None:
    async def fail() -> int:
        raise NotFound("x")

    async def handles() -> str:
        try:
            await runtime.gather([fail, sleeper(runtime, LONG)])
        except NotFound:
            await runtime.sleep(0.01)
            return "handled"
        return "not raised"

    assert run(runtime.gather([handles, handles])) == ["handled", "handled"]


def test_jobs_that_cannot_be_made(runtime: BlockingRuntime) -> None:
    def jobs() -> Iterator[Callable[[], Awaitable[float]]]:
        yield sleeper(runtime, LONG)
        raise LookupError

    started = time.monotonic()
    with pytest.raises(LookupError):
        run(runtime.gather(jobs()))
    quickly(started)


# ---- map_bounded


async def twice(n: int) -> int:
    return 2 * n


def test_mapping_is_lazy_bounded_and_in_order(runtime: BlockingRuntime) -> None:
    taken = itertools.count()
    last = [0]

    def items() -> Iterator[int]:
        for n in taken:
            last[0] = n
            yield n

    async def slow(n: int) -> int:
        await runtime.sleep(0.001 * (n % 3))
        return n

    with closing(generator_of(runtime.map_bounded(slow, items(), limit=4))) as results:
        for expected in range(50):
            assert next(results) == expected
            assert last[0] <= expected + 4


def test_mapping_an_async_iterable(runtime: BlockingRuntime) -> None:
    closed: list[bool] = []

    async def items() -> AsyncIterator[int]:
        try:
            for n in range(10):
                await runtime.sleep(0)
                yield n
        finally:
            closed.append(True)

    assert list(iterate(runtime.map_bounded(twice, items(), limit=3))) == [2 * n for n in range(10)]
    results = iterate(runtime.map_bounded(twice, items(), limit=3))
    assert next(results) == 0
    del results
    gc.collect()
    assert closed == [True, True]


@pytest.mark.parametrize("limit", [1, 2, 8, 50])
def test_mapping_runs_no_more_than_its_limit_at_a_time(runtime: BlockingRuntime, limit: int) -> None:
    gauge = Gauge()

    async def job(n: int) -> int:
        with gauge:
            await runtime.sleep(0.005)
        return n

    assert list(iterate(runtime.map_bounded(job, range(60), limit=limit))) == list(range(60))
    assert gauge.most <= min(limit, 9)


def test_a_ready_result_is_given_before_a_slow_source_is_read_on(runtime: BlockingRuntime) -> None:
    got: list[int] = []

    def items() -> Iterator[int]:
        yield 1
        assert done.wait(120)
        time.sleep(0.1)  # by now the result is there
        yield 2
        assert got == [2]
        yield 3

    done = threading.Event()

    async def job(n: int) -> int:
        done.set()
        return 2 * n

    for result in iterate(runtime.map_bounded(job, items(), limit=8)):
        got.append(result)  # noqa: PERF402 - the source looks at the list while it grows
    assert got == [2, 4, 6]


@pytest.mark.parametrize("how", ["close", "drop"])
def test_ending_a_mapping_early_cancels_its_jobs(runtime: BlockingRuntime, how: str) -> None:
    gauge = Gauge()

    async def job(n: int) -> int:
        with gauge:
            await runtime.sleep(LONG if n else 0)
        return n

    before = of_jobs()
    started = time.monotonic()
    results = generator_of(runtime.map_bounded(job, itertools.count(), limit=4))
    assert next(results) == 0
    if how == "close":
        results.close()
    del results
    gc.collect()
    quickly(started)
    assert gauge.inside == 0
    assert of_jobs() <= before


def test_a_failing_job_ends_a_mapping(runtime: BlockingRuntime) -> None:
    gauge = Gauge()

    async def job(n: int) -> int:
        if n == 5:
            raise NotFound("five")
        with gauge:
            await runtime.sleep(LONG if n > 5 else 0.01)
        return n

    started = time.monotonic()
    got: list[int] = []
    with pytest.raises(NotFound):
        got.extend(iterate(runtime.map_bounded(job, range(100), limit=4)))
    quickly(started)
    assert got == list(range(5))
    assert gauge.inside == 0


def test_a_mapping_inside_of_a_cancelled_job_ends(runtime: BlockingRuntime) -> None:
    gauge = Gauge()

    async def job(n: int) -> int:
        with gauge:
            await runtime.sleep(LONG)
        return n

    async def consume() -> None:
        async for _ in runtime.map_bounded(job, range(10), limit=2):
            pass

    async def fail() -> None:
        while gauge.inside < 2:
            await runtime.sleep(0.01)
        raise NotFound("x")

    started = time.monotonic()
    with pytest.raises(NotFound):
        run(runtime.gather([consume, fail]))
    quickly(started)
    assert gauge.inside == 0


# ---- locks, sleep, close


def test_a_lock_excludes(runtime: BlockingRuntime) -> None:
    lock = runtime.lock()
    gauge = Gauge()

    async def job() -> None:
        async with lock:
            with gauge:
                await runtime.sleep(0.002)

    run(runtime.gather([job] * 20))
    assert (gauge.most, gauge.entered) == (1, 20)


def test_waiting_for_a_lock_ends_with_the_deadline_and_with_the_job(runtime: BlockingRuntime) -> None:
    lock = runtime.lock()

    async def enter() -> None:
        async with lock:
            pass

    async def fail() -> None:
        await runtime.sleep(0.05)
        raise NotFound("x")

    async def story() -> None:
        async with lock:
            started = time.monotonic()
            with deadline(0.1), pytest.raises(DeadlineExceeded):
                await enter()
            with pytest.raises(NotFound):
                await runtime.gather([enter, fail])
            quickly(started)
        await enter()

    run(story())


def test_close_cancels_jobs_and_ends_their_threads() -> None:
    runtime = BlockingRuntime(TransportSettings(proxy=""))
    before = of_jobs()
    outcome: list[BaseException] = []

    def user() -> None:
        try:
            run(runtime.gather([sleeper(runtime, LONG)] * 5))
        except BaseException as error:  # noqa: BLE001 - looked at below
            outcome.append(error)

    thread = threading.Thread(target=user)
    thread.start()
    while len(of_jobs() - before) < 5:
        time.sleep(0.005)
    started = time.monotonic()
    run(runtime.close())
    quickly(started)
    thread.join(30)
    assert not thread.is_alive()
    assert of_jobs() <= before
    assert [type(error) for error in outcome] == [ConfigurationError]


def test_a_closed_runtime_refuses(runtime: BlockingRuntime) -> None:
    run(runtime.close())
    with pytest.raises(ConfigurationError, match="closed"):
        run(runtime.gather([sleeper(runtime, 0)]))
    with pytest.raises(ConfigurationError, match="closed"):
        list(iterate(runtime.map_bounded(twice, [1], limit=2)))
    with pytest.raises(ConfigurationError, match="closed"):
        run(runtime.sleep(0))


def test_cancelling_is_no_error_that_a_driver_could_swallow() -> None:
    assert not issubclass(JobCancelled, Exception)


def test_small_services(runtime: BlockingRuntime) -> None:
    tokens = {runtime.token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {36}
    assert 0 <= runtime.random() < 1
    assert abs(runtime.now() - time.time()) < 5
    assert abs(runtime.monotonic() - time.monotonic()) < 5
    assert run(runtime.offload(lambda: 5)) == 5


def test_no_connections_are_a_setting_that_cannot_be_used() -> None:
    with pytest.raises(ConfigurationError, match="max_connections"):
        BlockingRuntime(TransportSettings(max_connections=0))


def test_a_wait_inside_of_another_one_leaves_that_one_interruptible(runtime: BlockingRuntime) -> None:
    """An upload whose source waits for something of its own, in the same job."""
    waiting = threading.Event()
    woken = threading.Event()

    async def job() -> None:
        with interruptible(woken.set):
            await runtime.sleep(0.001)
            waiting.set()
            woken.wait(LONG)

    async def failing() -> None:
        assert waiting.wait(LONG)
        raise NotFound("gone")

    async def case() -> None:
        with pytest.raises(NotFound):
            await runtime.gather([job, failing])

    started = time.monotonic()
    run(case())
    assert woken.is_set()
    assert time.monotonic() - started < 10
