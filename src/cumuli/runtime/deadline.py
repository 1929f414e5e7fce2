"""``deadline``: a bound on everything inside a ``with`` block."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Self

from cumuli.runtime.skipped_time import monotonic

__all__ = ["current_deadline", "deadline", "deadline_words", "grace", "until"]

_end: ContextVar[float] = ContextVar("cumuli_deadline", default=float("inf"))
# The block whose end is the one above, and how many seconds it was given.
_block: ContextVar[tuple[float, float]] = ContextVar("cumuli_deadline_block", default=(float("inf"), 0.0))


class deadline:  # noqa: N801 - used like contextlib.suppress, as a lower-case context manager
    """Bound every cumuli call inside the block, retries, waiting and paging included.

    ``with cumuli.deadline(30): ...`` works the same in sync and in async code, nests (the
    earlier end wins) and follows calls into the threads or tasks that they start. When time is
    up, the running call raises ``DeadlineExceeded``.

    Args:
        seconds: Wall-clock seconds from now.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._token: Token[float] | None = None
        self._block: Token[tuple[float, float]] | None = None

    def __enter__(self) -> Self:
        end = monotonic() + self._seconds
        self._token = _end.set(min(_end.get(), end))
        self._block = _block.set(min(_block.get(), (end, self._seconds)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._token is not None and self._block is not None:
            _end.reset(self._token)
            _block.reset(self._block)
            self._token = self._block = None


def current_deadline() -> float:
    """The end of the innermost block on the monotonic clock, or infinity."""
    return _end.get()


def deadline_words(end: float) -> str:
    """What to say of a bound in time that is over; nothing if no ``deadline`` block gave it."""
    block, seconds = _block.get()
    return f"the time of cumuli.deadline({seconds:g}) is up" if block <= end else ""


@contextmanager
def until(end: float) -> Generator[None]:
    """As ``deadline``, for a moment on the monotonic clock that is known already."""
    token = _end.set(min(_end.get(), end))
    try:
        yield
    finally:
        _end.reset(token)


@contextmanager
def grace(seconds: float) -> Generator[None]:
    """Give clean-up so many seconds of its own, even if the deadline around it has passed."""
    token = _end.set(monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(token)
