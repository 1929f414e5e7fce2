"""The bound on connections, and which of them is used next."""

from __future__ import annotations

import gc
import os
import threading
import time

import pytest

from cumuli.errors import ConfigurationError, Timeout
from cumuli.runtime.blocking.pool import Lease, Pool


def full(size: int) -> Timeout:
    return Timeout(f"all {size} are taken", sent=False)


class Wire:
    """Stands for a connection; counts how many are open."""

    open = 0

    def __init__(self) -> None:
        self.gone = False
        self.closed = False
        self.aborted = False
        Wire.open += 1

    def stale(self) -> bool:
        return self.gone

    def abort(self) -> None:
        self.aborted = True

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            Wire.open -= 1


@pytest.fixture(autouse=True)
def none_open() -> None:
    Wire.open = 0


def lease(pool: Pool[Wire], origin: str = "a", within: float = 5.0) -> tuple[Lease[Wire], Wire]:
    """A lease that holds a connection: a kept one, or a new one."""
    got = pool.acquire(origin, time.monotonic() + within, full)
    if got.connection is None:
        got.hold(Wire())
    assert got.connection is not None
    return got, got.connection


def test_the_last_one_released_is_the_next_one_used() -> None:
    pool: Pool[Wire] = Pool(4, 60)
    (first, one), (second, two) = lease(pool), lease(pool)
    first.release()
    second.release()
    third, three = lease(pool)
    fourth, four = lease(pool)
    assert (three, four) == (two, one)
    third.release()
    fourth.release()


def test_origins_do_not_mix() -> None:
    pool: Pool[Wire] = Pool(4, 60)
    (first, one), (second, two) = lease(pool, "a"), lease(pool, "b")
    first.release()
    second.release()
    assert lease(pool, "a")[1] is one
    assert lease(pool, "b")[1] is two


def test_the_bound_counts_idle_connections_of_other_origins() -> None:
    pool: Pool[Wire] = Pool(3, 60)
    for origin in ("a", "b", "c", "d", "e"):
        lease(pool, origin)[0].release()
        assert Wire.open <= 3
    # The longest idle had to go.
    assert pool.acquire("a", 0, full).connection is None
    assert pool.acquire("e", 0, full).connection is not None


def test_waiting_for_a_place() -> None:
    pool: Pool[Wire] = Pool(1, 60)
    held, wire = lease(pool)
    started = time.monotonic()
    with pytest.raises(Timeout, match="all 1 are taken") as caught:
        pool.acquire("a", started + 0.2, full)
    seconds = time.monotonic() - started
    assert 0.19 < seconds < 5  # nothing else ends it
    assert not caught.value.sent
    timer = threading.Timer(0.1, held.release)
    timer.start()
    assert lease(pool)[1] is wire
    timer.join()


def test_giving_up_waiting() -> None:
    pool: Pool[Wire] = Pool(1, 60)
    held, _ = lease(pool)

    def check() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        pool.acquire("a", time.monotonic() + 5, full, check)
    held.discard()
    lease(pool)[0].release()


@pytest.mark.parametrize("end", ["discard", "drop", "twice"])
def test_a_place_is_free_again_however_the_lease_ends(end: str) -> None:
    pool: Pool[Wire] = Pool(1, 60)
    for _ in range(5):
        held, wire = lease(pool)
        if end == "drop":
            cycle = [held]
            cycle.append(cycle)  # type: ignore[arg-type]
            del held, cycle
            gc.collect()
        else:
            held.discard()
            if end == "twice":
                held.discard()
                held.release()
        assert wire.closed
    with pytest.raises(Timeout):
        _both = lease(pool), lease(pool, within=0.01)


def test_stale_and_old_connections_are_closed_and_not_used() -> None:
    pool: Pool[Wire] = Pool(4, 0.05)
    held, wire = lease(pool)
    wire.gone = True
    held.release()
    held, other = lease(pool)
    assert wire.closed
    assert other is not wire
    held.release()
    time.sleep(0.1)
    lease(pool, "elsewhere")[0].release()
    assert other.closed


def test_close() -> None:
    pool: Pool[Wire] = Pool(4, 60)
    (busy, one), (idle, two) = lease(pool), lease(pool)
    idle.release()
    pool.close()
    pool.close()
    assert two.closed
    assert one.aborted
    assert not one.closed  # its user closes it
    busy.release()
    assert one.closed
    with pytest.raises(ConfigurationError, match="closed"):
        pool.acquire("a", time.monotonic() + 1, full)


def test_close_wakes_who_waits() -> None:
    pool: Pool[Wire] = Pool(1, 60)
    held, _ = lease(pool)
    timer = threading.Timer(0.05, pool.close)
    timer.start()
    with pytest.raises(ConfigurationError, match="closed"):
        pool.acquire("a", time.monotonic() + 5, full)
    timer.join()
    held.discard()


def test_a_dropped_pool_closes_its_connections() -> None:
    pool: Pool[Wire] = Pool(4, 60)
    lease(pool)[0].release()
    del pool
    gc.collect()
    assert Wire.open == 0


def test_many_threads_stay_within_the_bound() -> None:
    pool: Pool[Wire] = Pool(3, 60)
    lock = threading.Lock()
    in_use: set[Wire] = set()
    failures: list[str] = []

    def work(number: int) -> None:
        for n in range(300):
            held, wire = lease(pool, f"origin-{(number + n) % 5}", 30)
            with lock:
                if wire in in_use or len(in_use) >= 3:
                    failures.append("shared")
                in_use.add(wire)
            with lock:
                in_use.discard(wire)
            if n % 7:
                held.release()
            else:
                held.discard()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Wire.open <= 3


def test_a_forked_child_starts_with_nothing() -> None:
    pool: Pool[Wire] = Pool(2, 60)
    busy, one = lease(pool)
    idle, two = lease(pool)
    idle.release()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            fresh = [lease(pool)[1] for _ in range(2)]
            assert not {one, two} & set(fresh)
            # Their descriptors are closed, and nothing is said to the peer.
            assert one.closed
            assert two.closed
            assert [one.aborted, two.aborted] == [False, False]
            busy.release()
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert lease(pool)[1] is two
    assert not one.closed


def test_a_lease_that_is_over_reaches_no_connection() -> None:
    pool: Pool[Wire] = Pool(1, 60)
    first, one = lease(pool)
    first.release()
    assert first.connection is None
    second, again = lease(pool)
    assert again is one
    first.abort()
    first.release()
    first.discard()
    del first
    gc.collect()
    assert (one.aborted, one.closed) == (False, False)
    assert second.connection is one
    second.release()
    assert pool.acquire("a", 0, full).connection is one


def test_a_connection_is_not_handed_on_while_it_is_being_aborted() -> None:
    aborting, go_on = threading.Event(), threading.Event()

    class Slow(Wire):
        def abort(self) -> None:
            aborting.set()
            go_on.wait(30)
            super().abort()

    pool: Pool[Wire] = Pool(1, 60)
    first = pool.acquire("a", time.monotonic() + 5, full)
    wire = Slow()
    first.hold(wire)
    threads = [threading.Thread(target=first.abort), threading.Thread(target=first.release)]
    threads[0].start()
    assert aborting.wait(30)
    threads[1].start()
    with pytest.raises(Timeout):
        pool.acquire("a", time.monotonic() + 0.3, full)
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert wire.aborted


def test_no_connection_is_made_for_a_pool_that_was_closed_meanwhile() -> None:
    pool: Pool[Wire] = Pool(1, 60)
    late = pool.acquire("a", time.monotonic() + 5, full)
    pool.close()
    wire = Wire()
    with pytest.raises(ConfigurationError, match="closed"):
        late.hold(wire)
    late.discard()
    assert wire.closed
