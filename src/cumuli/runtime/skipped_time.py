"""Time that is over without having passed: a replay waits for nothing, and its clock goes on all the same."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["monotonic", "skip_to", "skipping"]

# One for the process: the ends of ``deadline`` blocks are points on this clock, whichever client looks at them.
_skipped = [0.0]


def monotonic() -> float:
    """Seconds on the clock that deadlines are given by: the system's, and what was skipped."""
    return time.monotonic() + _skipped[0]


def skip_to(moment: float) -> None:
    """Let it be at least so late. Those who wait beside each other wait for the longest, not for the sum."""
    _skipped[0] = max(_skipped[0], moment - time.monotonic())


@contextmanager
def skipping() -> Generator[None]:
    """Forget at the end of the block what was skipped in it."""
    before = _skipped[0]
    try:
        yield
    finally:
        _skipped[0] = before
