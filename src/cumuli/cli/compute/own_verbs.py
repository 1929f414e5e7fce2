"""What several providers have under names of their own: the first of these methods that a client has."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from cumuli.cli.ex import call_hint
from cumuli.compute.client import Compute
from cumuli.errors import NotSupported

__all__ = ["Method", "first_of", "has"]

# Any signature: they are of different classes.
Method = Callable[..., object]


def first_of(client: Compute, names: tuple[str, ...], what: str) -> tuple[str, Method]:
    """The first method of these that the client has, and its name.

    Raises:
        NotSupported: It has none.
    """
    for name in names:
        if has(client, name):
            return name, cast("Method", getattr(client, name))
    raise NotSupported(f"{client.provider} has no way to {what}; {call_hint(client)}", provider=client.provider)


def has(client: Compute, name: str) -> bool:
    """Whether the client has a method."""
    return callable(getattr(client, name, None))
