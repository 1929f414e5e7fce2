"""``left_out``: what listings had to leave out."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar

from cumuli.errors import CloudError

__all__ = ["left_out", "tell_left_out"]

log = logging.getLogger("cumuli.answers")

_collectors: ContextVar[tuple[list[CloudError], ...]] = ContextVar("cumuli_left_out", default=())


@contextmanager
def left_out() -> Generator[list[CloudError]]:
    """Collect what the listings inside of the block leave out.

    An item of a listing that cannot be read, because the provider sent it without its id or its status for
    instance, does not cost the others: the listing leaves it out, with a warning in the log. Inside of ``with
    cumuli.left_out() as errors: ...`` the errors are collected as well, one for each such item, that names it;
    an empty list says that nothing was left out. It works the same in sync and in async code, nests, and follows
    calls into the threads or tasks that they start. Calls about a single thing raise the error instead.
    """
    errors: list[CloudError] = []
    token = _collectors.set((*_collectors.get(), errors))
    try:
        yield errors
    finally:
        _collectors.reset(token)


def tell_left_out(errors: Iterable[CloudError], *, provider: str, operation: str) -> None:
    """Say what a listing leaves out: to the log, and to whoever collects it."""
    for error in errors:
        error.provider = error.provider or provider
        error.operation = error.operation or operation
        log.warning("left out of a listing: %s", error)
        for collector in _collectors.get():
            collector.append(error)
