"""Answers in which a field is not what it should be, for documents of every format. Pure.

Forks, policies, proxies and old versions of a service send null, nothing, a number as text or something else
altogether where its documentation has a value, and one such field must not cost a listing. The strict decoding is
tried first, so that this costs nothing; what it refuses is looked at field by field here:

- what can be read as what was due is read so: ``"512"`` as 512, ``"True"`` as a boolean, an object as a list of one;
- what cannot is left out, as if it had not been sent;
- an item of a list that lacks what it cannot be without is left out alone, and told of.

All of it is warned of by the log.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Hashable, Iterator
from functools import cache
from math import isfinite
from typing import Annotated, TypeVar, cast

import msgspec
from msgspec import inspect

from cumuli.errors import MalformedResponse
from cumuli.wire.timestamps import moment_of, utc

__all__ = ["NEEDED", "Identity", "Needed", "decode_json", "decode_leniently"]

T = TypeVar("T")

log = logging.getLogger("cumuli.answers")

NEEDED = msgspec.Meta(extra={"needed": True})
"""Marks the type of a field whose absence means something: what cannot be read there is not taken for absent."""
Needed = Annotated[T, NEEDED]
"""A field's type with that mark."""
Identity = Annotated[str, msgspec.Meta(min_length=1)]
"""What a thing is known by."""

WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{0,18})?")
WORDS = {"true": True, "false": False, "yes": True, "no": False, "on": True, "off": False, "1": True, "0": False}
LEAVES: dict[type[inspect.Type], type] = {
    inspect.StrType: str,
    inspect.IntType: int,
    inspect.FloatType: float,
    inspect.BoolType: bool,
    inspect.DateTimeType: dt.datetime,
}
JSON_TYPES: dict[type[inspect.Type], type] = {
    **LEAVES,
    inspect.StructType: dict,
    inspect.DictType: dict,
    inspect.ListType: list,
    inspect.VarTupleType: list,
}
PLACE = re.compile(r"\[\d+\]")
INSIDE = re.compile(r"[.\[]")
# What is told of an answer in one line.
MOST_TOLD = 8
LONGEST_SHOWN = 32
# By what things are commonly known, besides what they cannot be without.
NAMES = ("id", "name", "key")


class _Unreadable(Exception):
    """A value is not what was due, and cannot be read as that."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}" if path else why)
        self.path = path
        self.why = why


def decode_json(data: bytes | msgspec.Raw, kind: type[T], lost: list[MalformedResponse] | None = None) -> T:
    """Decode a document, strictly if that can be.

    Args:
        data: The document.
        kind: What it should be.
        lost: Takes an error for each item of a list that cannot be read; None where the log's warning is enough.

    Raises:
        msgspec.MsgspecError: It is not JSON, or nothing that could be read as that.
        UnicodeError: It is not UTF-8.
        RecursionError: It is too deep.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        document = msgspec.json.decode(data)
        try:
            return decode_leniently(document, kind, strict=True, lost=lost)
        except msgspec.ValidationError as other:
            raise other from error.__cause__


def decode_leniently(document: object, kind: type[T], *, strict: bool, lost: list[MalformedResponse] | None) -> T:
    """Make of a document what ``msgspec.convert`` refuses to make.

    Args:
        document: Dicts, lists and texts, and the other values of JSON.
        kind: What it should be.
        strict: Whether a number as text is odd: not in XML, which has nothing else.
        lost: As in ``decode_json``.

    Raises:
        msgspec.ValidationError: It lacks what it cannot be without, even so.
    """
    reader = _Reader(strict=strict)
    try:
        found = reader.read(_described(cast("Hashable", kind)), document, "")
    except _Unreadable as error:
        raise msgspec.ValidationError(str(error)) from None
    if lost is not None:
        lost += reader.lost
    told = reader.odd if lost is not None else reader.odd | {error.message: "" for error in reader.lost}
    if told:
        more = f" and {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
        lines = [f"{where}: {what}" if what else where for where, what in told.items()]
        log.warning("an answer is not quite what its protocol promises: %s%s", "; ".join(lines[:MOST_TOLD]), more)
    return cast("T", found)


@cache
def _described(kind: Hashable) -> inspect.Type:
    return inspect.type_info(kind)


class _Reader:
    """Reads one document.

    Attributes:
        odd: What was odd, by the kind of place.
        lost: What could not be read at all.
    """

    def __init__(self, *, strict: bool) -> None:
        self.odd: dict[str, str] = {}
        self.lost: list[MalformedResponse] = []
        self._strict = strict

    def read(self, kind: inspect.Type, value: object, path: str) -> object:
        """The value as what it should be.

        Raises:
            _Unreadable: It cannot be read so.
        """
        match kind:
            case inspect.Metadata():
                return self.read(kind.type, value, path)
            case inspect.UnionType():
                return self._either(kind, value, path)
            case inspect.StructType():
                return self._struct(kind, value, path)
            case inspect.ListType() | inspect.VarTupleType():
                return self._items(kind.item_type, value, path)
            case inspect.DictType():
                return self._pairs(kind, value, path)
            case _:
                return self._leaf(kind, value, path)

    def _struct(self, kind: inspect.StructType, value: object, path: str) -> object:
        sent, listed = _fields(value), _list(value)
        if listed is not None and len(listed) == 1:
            sent = _fields(listed[0])
            if sent is not None:
                self._tell(path, "a list of one object, read as that object")
        if sent is None:
            raise _Unreadable(path, f"it is {_sort(value)} where an object was due")
        found: dict[str, object] = {}
        for field in kind.fields:
            name = field.encode_name
            inside = f"{path}.{name}" if path else name
            inner = sent.get(name)
            needed = field.required or _is_needed(field.type)
            try:
                if inner is not None or (name in sent and _may_be_null(field.type)):
                    found[name] = self.read(field.type, inner, inside)
                    if needed and isinstance(found[name], int) and _number(inner) not in {None, found[name]}:
                        raise _Unreadable(inside, f"it is {inner!r} where a whole number was due")  # noqa: TRY301
                    continue
            except _Unreadable as error:
                if needed:
                    raise _Unreadable(path, f"its {name} cannot be read: {error.why}") from None
                self._tell(inside, f"{error.why}; it is ignored")
            if field.required:
                raise _Unreadable(path, f"missing required field `{name}`")
        return msgspec.convert(found, kind.cls)

    def _items(self, kind: inspect.Type, value: object, path: str) -> list[object]:
        sent = _list(value)
        if sent is None:
            if not path or not value or not isinstance(value, str | dict):
                raise _Unreadable(path, f"it is {_sort(value)} where a list was due")
            # If it cannot be read as one item either, it is something else and no list.
            alone = self.read(kind, cast("object", value), path)
            self._tell(path, f"{_sort(alone)}, read as a list of one")
            return [alone]
        if not isinstance(kind, inspect.StructType):
            return list(self._values(kind, sent, path))
        if sent and not any(isinstance(item, dict | kind.cls) for item in sent):
            raise _Unreadable(path, f"there is {_sort(sent[0])} in it where objects were due")
        return list(self._things(kind, sent, path))

    def _values(self, kind: inspect.Type, sent: list[object], path: str) -> Iterator[object]:
        for position, item in enumerate(sent):
            try:
                yield self.read(kind, item, f"{path}[{position}]")
            except _Unreadable as error:
                self._tell(f"{path}[{position}]", f"{error.why}; it is ignored")

    def _things(self, kind: inspect.StructType, sent: list[object], path: str) -> Iterator[object]:
        for position, item in enumerate(sent):
            try:
                # Most of them are as they should be.
                yield msgspec.convert(item, kind.cls, strict=self._strict)
                continue
            except msgspec.ValidationError:
                place = f"{path}[{position}]"
            try:
                yield self._struct(kind, item, place)
            except _Unreadable as error:
                known = _known_by(kind, item)
                named = f"{place} ({known})" if known else place
                why = error.why if error.path == place else str(error)
                self.lost.append(MalformedResponse(f"{named} cannot be read: {why}"))

    def _pairs(self, kind: inspect.DictType, value: object, path: str) -> dict[str, object]:
        sent = _fields(value)
        if sent is None:
            raise _Unreadable(path, f"it is {_sort(value)} where an object was due")
        found: dict[str, object] = {}
        for name, inner in sent.items():
            try:
                found[name] = self.read(kind.value_type, inner, f"{path}.*")
            except _Unreadable as error:
                # What the whole answer is about, or part of one thing of many.
                if INSIDE.search(path) is None:
                    self.lost.append(MalformedResponse(f"{path} {name!r} cannot be read: {error.why}"))
                else:
                    self._tell(f"{path}.*", f"{error.why}; it is ignored")
        return found

    def _either(self, kind: inspect.UnionType, value: object, path: str) -> object:
        members = [member for member in kind.types if not isinstance(member, inspect.NoneType)]
        if value is None and _may_be_null(kind):
            return None
        failure: _Unreadable | None = None
        for member in sorted(members, key=lambda member: not _is_like(member, value)):
            try:
                return self.read(member, value, path)
            except _Unreadable as error:
                failure = failure or error
        raise failure or _Unreadable(path, f"it is {_sort(value)}")

    def _leaf(self, kind: inspect.Type, value: object, path: str) -> object:
        found: object
        match kind:
            case inspect.StrType():
                due, found = "text", _text(value, kind.min_length or 0)
            case inspect.IntType():
                due, found = "a number", _whole(value, kind.ge)
            case inspect.FloatType():
                due, found = "a number", _number(value)
            case inspect.BoolType():
                due, found = "true or false", _truth(value)
            case inspect.DateTimeType():
                due, found = "a moment", utc(value) if isinstance(value, dt.datetime) else moment_of(value)
            case inspect.LiteralType():
                due, found = "another value", value if value in kind.values else None
            case inspect.RawType():
                return msgspec.Raw(msgspec.json.encode(value))
            case _:
                return value
        if found is None:
            why = f"it is {_shown(kind, value)}"
            raise _Unreadable(path, why if due == "text" and value == "" else f"{why} where {due} was due")
        if not self._is_as_due(kind, value):
            self._tell(path, f"{_shown(kind, value)}, read as {due}")
        return found

    def _is_as_due(self, kind: inspect.Type, value: object) -> bool:
        try:
            msgspec.convert(value, LEAVES.get(type(kind), object), strict=self._strict)
        except msgspec.ValidationError:
            return False
        return True

    def _tell(self, path: str, what: str) -> None:
        self.odd.setdefault(PLACE.sub("[]", path) or "the answer", what)


def _fields(value: object) -> dict[str, object] | None:
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _list(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


def _is_needed(kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.UnionType):
        return any(map(_is_needed, kind.types))
    # Nothing else is noted beside a type.
    return isinstance(kind, inspect.Metadata)


def _may_be_null(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.UnionType) and any(isinstance(each, inspect.NoneType) for each in kind.types)


def _is_like(kind: inspect.Type, value: object) -> bool:
    """Whether a value has the type that a member of a union is written with."""
    if isinstance(kind, inspect.Metadata):
        return _is_like(kind.type, value)
    if isinstance(kind, inspect.LiteralType):
        return value in kind.values
    return isinstance(value, JSON_TYPES.get(type(kind), ()))


def _text(value: object, shortest: int) -> str | None:
    if isinstance(value, bool):
        value = str(value).lower()
    elif isinstance(value, int | float):
        value = repr(value).removesuffix(".0")
    return value if isinstance(value, str) and len(value) >= shortest else None


def _number(value: object) -> float | None:
    if isinstance(value, str) and DECIMAL.fullmatch(value.strip()):
        value = float(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) else None


def _whole(value: object, least: int | None) -> int | None:
    if isinstance(value, str) and WHOLE.fullmatch(value.strip()):
        return _whole(int(value), least)
    number = _number(value)
    return None if number is None or (least is not None and number < least) else int(number)


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return WORDS.get(str(value).strip().lower()) if isinstance(value, str | int) else None


def _sort(value: object) -> str:
    """What a value is, without what it says."""
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text" if value else "empty text"
    if value is None:
        return "null"
    return "a list" if isinstance(value, list) else "an object"


def _shown(kind: inspect.Type, value: object) -> str:
    """A value in words. What a field of text holds may be a secret; what one of a number holds is none."""
    if isinstance(kind, inspect.StrType) or not isinstance(value, str | int | float) or value == "":
        return _sort(value)
    text = str(value)
    return f"{text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + '…'!r}"


def _known_by(kind: inspect.StructType, item: object) -> str:
    """What tells a thing from others."""
    sent = _fields(item) or {}
    while len(sent) == 1 and (inner := _fields(next(iter(sent.values())))):
        sent = inner
    required = [field.encode_name for field in kind.fields if field.required]
    names = [name for name in dict.fromkeys([*required, *NAMES]) if isinstance(sent.get(name), str | int)]
    return ", ".join(f"{name} {str(sent[name])[:100]!r}" for name in names if sent[name] != "")
