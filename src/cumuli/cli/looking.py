"""What is only looked at, on the way to a change: it is done although ``--dry-run`` changes nothing."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["is_looking", "looking"]

_looking: ContextVar[bool] = ContextVar("cumuli_cli_looking", default=False)


@contextmanager
def looking() -> Generator[None]:
    """Within this block requests are sent whatever ``--dry-run`` says: what they ask for changes nothing."""
    token = _looking.set(True)
    try:
        yield
    finally:
        _looking.reset(token)


def is_looking() -> bool:
    """Whether that is so."""
    return _looking.get()
