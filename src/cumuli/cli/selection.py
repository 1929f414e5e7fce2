"""``--filter``, ``--sort`` and ``--columns``: which items are shown, in which order, and what of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeVar, cast

import msgspec

from cumuli.cli.suggestions import did_you_mean
from cumuli.cli.usage import UsageError
from cumuli.serialize import Plain, to_builtins

__all__ = ["ALL", "Filter", "Headed", "Selection", "selection_of"]

T = TypeVar("T")

Headed = Sequence[tuple[str, object]]
"""The columns of a table: of each its heading, and what gives a cell."""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One condition: that a field is equal to a text, or not; ``*`` and ``?`` in it stand for anything.

    Attributes:
        name: The field.
        wanted: The text.
        unequal: Whether it must not be.
    """

    name: str
    wanted: str
    unequal: bool


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What is asked for of a listing.

    Attributes:
        filters: All of them must hold.
        sort: The field to sort by, or None for the order in which the items come.
        descending: Whether the largest comes first.
        columns: The fields to show, or None for the usual ones.
    """

    filters: tuple[Filter, ...] = ()
    sort: str | None = None
    descending: bool = False
    columns: tuple[str, ...] | None = None

    def holds(self, item: object, headed: Headed) -> bool:
        """Whether an item fulfils every condition."""
        return all(
            _matches(value_of(item, each.name, headed, "--filter"), each.wanted) is not each.unequal
            for each in self.filters
        )

    def chosen(self, items: Iterable[T], headed: Headed) -> list[T]:
        """The items that are wanted, in the order that is wanted.

        Raises:
            UsageError: They have no such field.
        """
        found = [item for item in items if self.holds(item, headed)]
        if self.sort is not None:
            sort = self.sort
            found.sort(key=lambda item: _key(value_of(item, sort, headed, "--sort")), reverse=self.descending)
            # What has no value is last in either order.
            found.sort(key=lambda item: value_of(item, sort, headed, "--sort") is None)
        return found

    def plain(self, item: object, headed: Headed) -> Plain:
        """What programs get of one item: all that it has, or the columns that are wanted."""
        return to_builtins(item) if self.columns is None else self.fields(item, headed)

    def fields(self, item: object, headed: Headed) -> dict[str, Plain]:
        """The columns that are wanted of one item."""
        return {name: value_of(item, name, headed, "--columns") for name in self.columns or ()}


ALL = Selection()


def selection_of(*, filters: Sequence[str], sort: str | None, columns: str | None) -> Selection:
    """What the options say.

    Raises:
        UsageError: A filter is not NAME=VALUE, or a name is empty.
    """
    descending = sort is not None and sort.startswith("-")
    names = None if columns is None else tuple(map(_field, columns.split(",")))
    if names is not None and not all(names):
        raise UsageError(f"--columns takes names with commas between them, such as id,name,state, not {columns!r}")
    wanted_sort = None if sort is None else _field(sort.removeprefix("-"))
    if wanted_sort == "":
        raise UsageError(f"--sort takes a column's name, such as name, or -name for the other way round, not {sort!r}")
    return Selection(filters=tuple(map(_filter, filters)), sort=wanted_sort, descending=descending, columns=names)


def _filter(text: str) -> Filter:
    name, equals, wanted = text.partition("=")
    unequal = name.endswith("!")
    name = name.removesuffix("!").strip()
    if not equals or not name:
        raise UsageError(f"--filter takes NAME=VALUE, such as state=running, or NAME!=VALUE, not {text!r}")
    return Filter(name=_field(name), wanted=wanted, unequal=unequal)


def _field(name: str) -> str:
    # Below a dot it is a key of somebody's own, such as a tag's.
    head, dot, key = name.strip().partition(".")
    return f"{_normal(head)}{dot}{key}"


def _normal(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def value_of(item: object, name: str, headed: Headed, option: str) -> Plain:
    """What an item has in a field, or in a column of the table.

    Raises:
        UsageError: There is neither.
    """
    head, _, key = name.partition(".")
    known = _names(item)
    if head in known:
        given: object = cast("dict[str, object]", item)[head] if isinstance(item, dict) else getattr(item, head)
        value = to_builtins(given)
        if not key:
            return value
        return value.get(key) if isinstance(value, dict) else None
    for heading, cell in headed:
        if _normal(heading) == name and callable(cell):
            return to_builtins(cell(item))
    there = list(dict.fromkeys([*known, *(_normal(heading) for heading, _ in headed)]))
    hint = did_you_mean(name, there, ".")
    raise UsageError(f"{option}: nothing here is called {name!r}{hint} There are: {', '.join(there)}")


def _names(item: object) -> Sequence[str]:
    if isinstance(item, msgspec.Struct):
        return item.__struct_fields__
    return list(cast("dict[str, object]", item)) if isinstance(item, dict) else ()


def _matches(value: Plain, wanted: str) -> bool:
    if isinstance(value, list):
        return any(_matches(inner, wanted) for inner in value) or (not value and not wanted)
    if isinstance(value, dict):
        return any(_matches(f"{key}={inner}", wanted) or _matches(key, wanted) for key, inner in value.items())
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    # Else it would begin a class of characters, and what a filter is to spare would not be spared.
    return fnmatchcase(text, wanted.replace("[", "[[]"))


def _key(value: Plain) -> tuple[int, float, str]:
    """Numbers by their size, and anything else by its text."""
    if isinstance(value, int | float):
        return 0, value, ""
    return 1, 0.0, "" if value is None else str(value)
