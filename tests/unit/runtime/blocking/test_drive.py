"""Driving coroutines without a loop."""

from __future__ import annotations

import asyncio
import gc
import types
from collections.abc import AsyncIterator, Generator

import pytest

from cumuli.runtime.blocking.drive import iterate, run


async def double(n: int) -> int:
    return 2 * n


def test_the_result_is_returned() -> None:
    async def outer() -> int:
        return await double(3) + await double(4)

    assert run(outer()) == 14


def test_the_coroutines_own_exception_is_raised_itself() -> None:
    error = KeyError("mine")

    async def fail() -> None:
        raise error

    with pytest.raises(KeyError) as caught:
        run(fail())
    assert caught.value is error


def test_a_coroutine_that_suspends_is_closed_and_told_the_rule() -> None:
    closed: list[bool] = []

    async def sleeps() -> None:
        try:
            await asyncio.sleep(0)
        finally:
            closed.append(True)

    with pytest.raises(RuntimeError, match="drivers await only the runtime"):
        run(sleeps())
    assert closed == [True]


def test_the_rule_is_told_even_when_closing_fails() -> None:
    @types.coroutine
    def suspend() -> Generator[str]:
        yield "word"

    async def stubborn() -> None:
        try:
            await suspend()
        finally:
            await suspend()

    with pytest.raises(RuntimeError, match=r"drivers await only the runtime.*\(str\)"):
        run(stubborn())


async def count(closed: list[int]) -> AsyncIterator[int]:
    n = 0
    try:
        while True:
            n += await double(1) // 2
            yield n
    finally:
        closed.append(n)


def test_items_are_made_as_they_are_asked_for() -> None:
    closed: list[int] = []
    items = iterate(count(closed))
    assert [next(items), next(items)] == [1, 2]
    items.close()  # type: ignore[attr-defined]
    assert closed == [2]


def test_an_abandoned_iteration_closes_its_generator() -> None:
    closed: list[int] = []
    for item in iterate(count(closed)):
        if item == 3:
            break
    gc.collect()
    assert closed == [3]


def test_an_iteration_ends_and_fails_with_its_generator() -> None:
    async def two() -> AsyncIterator[int]:
        yield 1
        yield 2
        raise LookupError

    items = iterate(two())
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(LookupError):
        next(items)
    assert list(items) == []
