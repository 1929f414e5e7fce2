"""What stands between the clients made in a ``with`` block and their network: recordings, and their replay."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from cumuli.runtime.protocol import Runtime

__all__ = ["wrapped", "wrapping"]

Wrapper = Callable[[Runtime], Runtime]

# Of the whole process, and not of a context: programs make clients in threads of theirs too.
_wrappers: list[Wrapper] = []


def wrapped(runtime: Runtime) -> Runtime:
    """The runtime of a new client, inside of the innermost wrapper that is in force."""
    return _wrappers[-1](runtime) if _wrappers else runtime


@contextmanager
def wrapping(wrapper: Wrapper) -> Generator[None]:
    """Wrap the runtime of every client that is made within, whoever makes it."""
    _wrappers.append(wrapper)
    try:
        yield
    finally:
        _wrappers.remove(wrapper)
