"""What a recorded-looking answer of a listing is, and what of it is needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

__all__ = ["Recorded", "as_list", "three"]

Call = Callable[[Any], Awaitable[Any]]


class Recorded(msgspec.Struct, kw_only=True):
    """A listing and its answer, which holds three things; the second is made odd, and all that is around them.

    Attributes:
        call: Lists them, by a client in the shape of the async one.
        operation: What the answer is of.
        document: The answer: XML as text, or JSON.
        item: The place of the second thing.
        needed: Places in it without which it is no thing that can be told from others, or its status is not known,
            or a figure would be made up; it is lost then, alone, and named.
        nothing: Places in it that may be empty, and then nothing is there that could be lost.
        around: Places outside of the things without which it is not known what the answer says; it is an error then.
        logged: Places outside that hold more of the listing than one thing, and of which the log tells alone.
        others: The answers of other operations that the listing needs.
        headers: Of all answers.
        whole: Whether it is read to be put back whole, so that what is lost of it is an error.
        named: Whether the things are the values of an object.
        nameless: Whether the things need no name.
        decides: Places in it that say whether it belongs into the listing at all; it may be missing without a word.
    """

    call: Call
    operation: str
    document: Any
    item: str
    needed: frozenset[str] = frozenset()
    nothing: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()
    logged: frozenset[str] = frozenset()
    others: Mapping[str, bytes] = {}
    headers: Mapping[str, str] = {}
    whole: bool = False
    named: bool = False
    nameless: bool = False
    decides: frozenset[str] = frozenset()


def three(record: str) -> list[str]:
    """Three things that differ by a number, which stands in the place of each ``@``."""
    return [record.replace("@", str(number)) for number in (1, 2, 3)]


def as_list(found: Any) -> list[Any]:
    """The things in what a listing gives."""
    if isinstance(found, dict):
        return list(found.items())
    return list(found)
