"""Bounds on time that stay sharp on a machine which is busy with other things.

What is promised to be over within a second is so on a machine that has a second for it. So a bound
counts as often as there are processes to share a CPU with, and a test that was too slow, and only
that, is tried again. Code that waits where it should not is too slow every time, and fails.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

__all__ = ["TooSlow", "again_when_slow", "in_time"]

P = ParamSpec("P")
TRIES = 5


class TooSlow(AssertionError):
    """Something took longer than it may."""


def in_time(seconds: float, bound: float) -> None:
    """Fail when something took as long as the bound, or longer. The test is one of ``again_when_slow``."""
    bound *= crowding()
    if seconds >= bound:
        raise TooSlow(f"it took {seconds:.2f} s, and may take less than {bound:.2f} s")


def crowding() -> float:
    """How much longer than by itself something may take now: 1 on a machine that is not busy, more on one that is."""
    return max(1.0, 1.5 * os.getloadavg()[0] / (os.cpu_count() or 1))


def again_when_slow(test: Callable[P, None]) -> Callable[P, None]:
    """Try a test again when it was too slow; it is in time at least once of five."""

    @wraps(test)
    def tried(*arguments: P.args, **more: P.kwargs) -> None:
        for left in reversed(range(TRIES)):
            try:
                return test(*arguments, **more)
            except TooSlow:
                if not left:
                    raise
        raise AssertionError

    return tried
