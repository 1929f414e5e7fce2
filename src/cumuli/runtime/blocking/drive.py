"""Driving a coroutine without an event loop: what a sync client does with its async twin.

Over the blocking runtime no coroutine ever suspends, so one ``send(None)`` runs it to its end.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, TypeVar

__all__ = ["iterate", "run"]

T = TypeVar("T")

_RULE = (
    "drivers await only the runtime: this coroutine suspended on something else ({what}), "
    "which has no event loop in a sync client; use the runtime's services, or the async client"
)


# A coroutine's yield and send types say nothing about its result: Any is the honest parameter here.
def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that awaits only a blocking runtime.

    Raises:
        RuntimeError: The coroutine suspended; it is closed.
    """
    try:
        awaited: object = coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    try:
        coroutine.close()
    finally:
        # A coroutine that awaits again while it is closed must not hide the reason for closing it.
        raise RuntimeError(_RULE.format(what=type(awaited).__name__)) from None


def iterate(items: AsyncIterator[T]) -> Iterator[T]:
    """The items of an async generator that awaits only a blocking runtime, each as it is asked for.

    Closing the iterator, or dropping it, closes the generator.
    """
    try:
        while True:
            try:
                item = run(_next(items))
            except StopAsyncIteration:
                return
            yield item
    finally:
        close = getattr(items, "aclose", None)
        if close is not None:
            run(close())


async def _next(items: AsyncIterator[T]) -> T:
    return await items.__anext__()
