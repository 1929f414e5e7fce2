"""Models as plain dicts and lists, for JSON and for people's own storage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TypeAlias, cast

import msgspec

from cumuli.secret import Secret

__all__ = ["HIDDEN", "Plain", "to_builtins"]

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
"""What JSON knows."""

HIDDEN = "********"


def to_builtins(value: object, *, reveal: bool = False) -> Plain:
    """A model, or any container of models, as what JSON knows.

    Field names are the models' own, in the order of their declaration (a provider's own fields
    last). Points in time become ISO 8601 text in UTC (``"2026-01-31T12:00:00Z"``), states their
    words, tuples and sets lists (sets sorted).

    Args:
        value: A model, None, text, a number, a date, or a mapping or iterable of such.
        reveal: Whether to write secrets out. Otherwise they become ``"********"``.

    Raises:
        TypeError: There is something in it that has no plain form.
    """
    kind = type(value).__name__
    if isinstance(value, Enum):
        return to_builtins(value.value, reveal=reveal)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Secret):
        return value.reveal() if reveal else HIDDEN
    if isinstance(value, dt.datetime):
        return _utc(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, msgspec.Struct):
        return {name: to_builtins(getattr(value, name), reveal=reveal) for name in value.__struct_fields__}
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {str(key): to_builtins(item, reveal=reveal) for key, item in items}
    if isinstance(value, set | frozenset):
        return [to_builtins(item, reveal=reveal) for item in sorted(cast("set[str]", value))]
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray | memoryview):
        return [to_builtins(item, reveal=reveal) for item in cast("Iterable[object]", value)]
    raise TypeError(f"{kind} has no plain form; give models, or what they are made of")


def _utc(when: dt.datetime) -> str:
    # The models keep UTC; a time without a zone can only be meant so.
    aware = when.replace(tzinfo=dt.UTC) if when.tzinfo is None else when.astimezone(dt.UTC)
    return aware.isoformat().replace("+00:00", "Z")
