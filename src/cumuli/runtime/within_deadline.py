"""``within_deadline``: work that cannot be interrupted, waited for no longer than ``deadline`` allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue
from typing import NoReturn, TypeVar

from cumuli.runtime.deadline import current_deadline

__all__ = ["time_left", "within_deadline"]

T = TypeVar("T")


def time_left() -> float | None:
    """Seconds until the innermost ``deadline`` ends, 0 if it has; None without one."""
    end = current_deadline()
    return None if end == float("inf") else min(max(0.0, end - time.monotonic()), threading.TIMEOUT_MAX)


def within_deadline(function: Callable[[], T], late: Callable[[], Exception]) -> T:
    """What ``function`` gives, if it does so before the innermost ``deadline`` ends.

    It runs in a thread of its own, which is left alone when time is up, and keeps no program from ending.

    Args:
        function: What blocks; it sees the deadline, too.
        late: Makes the error for when time is up.
    """
    left = time_left()
    if left is None:
        return function()
    outcome: SimpleQueue[Callable[[], T]] = SimpleQueue()
    context = copy_context()

    def work() -> None:
        try:
            found = context.run(function)
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            outcome.put(partial(_raised, error))
        else:
            outcome.put(lambda: found)

    threading.Thread(target=work, name="cumuli-within-deadline", daemon=True).start()
    try:
        ended = outcome.get(timeout=left)
    except Empty:
        raise late() from None
    return ended()


def _raised(error: BaseException) -> NoReturn:
    raise error
