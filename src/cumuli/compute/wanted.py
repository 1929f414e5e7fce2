"""What of a listing is wanted: ``list_nodes(name=, state=, tags=)`` and the like, with one meaning everywhere.

The portable client passes on of a listing what ``Wanted.admits``. A driver may use it to ask its provider for
less, and must never ask for so little that something is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

import msgspec

from cumuli.compute.arguments import WHITE, checked_name, is_text, is_unfit
from cumuli.errors import InvalidRequest

__all__ = ["EVERYTHING", "Wanted", "checked_states", "checked_wanted_tags", "wanted_of"]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What of a listing is wanted: all of these at once. Nothing of it is set where everything is wanted.

    Attributes:
        name: Only what is called exactly so.
        states: Only what is in one of these states; empty for any.
        tags: Only what has each of these tags, with that value; None for any value.
        attached_to: Only volumes that are attached to this node.
        ids: Only these; empty for any.
    """

    name: str | None = None
    states: frozenset[str] = frozenset()
    tags: dict[str, str | None] = {}
    attached_to: str | None = None
    ids: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self != EVERYTHING

    def admits(self, thing: object) -> bool:
        """Whether something of the listing is wanted."""
        if self.name is not None and getattr(thing, "name", None) != self.name:
            return False
        if self.ids and getattr(thing, "id", None) not in self.ids:
            return False
        if self.states and getattr(thing, "state", None) not in self.states:
            return False
        if self.attached_to is not None and self.attached_to not in getattr(thing, "attached_to", ()):
            return False
        has: Mapping[str, str] = getattr(thing, "tags", {})
        return all(key in has and value in {None, has[key]} for key, value in self.tags.items())


EVERYTHING = Wanted()


def wanted_of(
    kinds: type[StrEnum],
    *,
    name: str | None,
    state: str | Collection[str] | None,
    tags: Mapping[str, str | None] | None,
    attached_to: str | None = None,
) -> Wanted:
    """The checked arguments of a listing.

    Raises:
        InvalidRequest: The name is empty or has control characters, there is no such state, no state at all
            is allowed, or the tags are none.
    """
    return Wanted(
        name=None if name is None else checked_name(name, "anything"),
        states=checked_states(state, kinds),
        tags=checked_wanted_tags(tags),
        attached_to=attached_to,
    )


def checked_states(state: str | Collection[str] | None, kinds: type[StrEnum]) -> frozenset[str]:
    """The states, of which there is at least one unless None is given.

    Raises:
        InvalidRequest: One of them is none, or the list is empty.
    """
    if state is None:
        return frozenset()
    known = {str(each) for each in kinds}
    given = [state] if isinstance(state, str) else list(state)
    if not given:
        raise InvalidRequest("state is an empty list, which nothing is in; leave it out for things in any state")
    for each in given:
        if each not in known:
            from difflib import get_close_matches  # only what goes wrong comes here

            near = get_close_matches(each, known, 1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise InvalidRequest(f"{str(each)!r} is no state{hint}; there are {', '.join(kinds)}")
    return frozenset(str(each) for each in given)


def checked_wanted_tags(tags: Mapping[str, str | None] | None) -> dict[str, str | None]:
    """The tags as a dict of its own.

    Raises:
        InvalidRequest: They are no dict, a key is empty, no text or has control characters, or a value is neither
            None nor text, or has control characters other than tabs and line ends.
    """
    if tags is not None and not isinstance(tags, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
        raise InvalidRequest(
            f"tags to look for are a dict, such as {{'purpose': 'web'}}, or {{'purpose': None}} for any value, not a "
            f"{type(tags).__name__}"
        )
    checked = dict(tags or {})
    for key, value in checked.items():
        if not is_text(key) or not (value is None or _can_be_value(value)):
            raise InvalidRequest(
                f"tags to look for are text by text, or None for any value: {key!r} is no key, or its value is no text "
                "or has control characters"
            )
    return checked


def _can_be_value(value: object) -> bool:
    return isinstance(value, str) and not is_unfit(value.translate(WHITE))
