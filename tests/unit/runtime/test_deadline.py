"""Deadlines nest, follow the context, and end with their block."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time

import pytest

from cumuli.runtime.deadline import current_deadline, deadline, grace, until

NEVER = float("inf")


def left() -> float:
    return current_deadline() - time.monotonic()


def test_there_is_none_at_first() -> None:
    assert current_deadline() == NEVER


def test_the_earlier_end_wins() -> None:
    with deadline(10):
        assert 9 < left() <= 10
        with deadline(5):
            assert 4 < left() <= 5
            with deadline(60):
                assert 4 < left() <= 5
        assert 9 < left() <= 10
    assert current_deadline() == NEVER


def test_a_block_that_fails_ends_all_the_same() -> None:
    with pytest.raises(LookupError), deadline(5):
        raise LookupError
    assert current_deadline() == NEVER


def test_until_never_extends() -> None:
    with until(time.monotonic() + 5):
        assert 4 < left() <= 5
        with until(NEVER):
            assert 4 < left() <= 5
    assert current_deadline() == NEVER


def test_grace_is_time_of_its_own() -> None:
    with deadline(-1):
        assert left() < 0
        with grace(5):
            assert 4 < left() <= 5
        assert left() < 0


def test_it_follows_a_context_into_a_thread_and_nowhere_else() -> None:
    seen: list[float] = []
    with deadline(5):
        carried = contextvars.copy_context()
        threads = [
            threading.Thread(target=lambda: seen.append(carried.run(left))),
            threading.Thread(target=lambda: seen.append(left())),
        ]
        for thread in threads:
            thread.start()
            thread.join()
    assert 4 < seen[0] <= 5
    assert seen[1] == NEVER


def test_tasks_have_deadlines_of_their_own() -> None:
    async def bounded(seconds: float) -> float:
        with deadline(seconds):
            await asyncio.sleep(0.01)
            return left()

    async def both() -> list[float]:
        return await asyncio.gather(bounded(5), bounded(50))

    short, long = asyncio.run(both())
    assert short <= 5
    assert long > 40
