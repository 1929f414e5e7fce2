"""Listings in XML that came out empty: whether the document has nothing there, or something that is no list. Pure.

What is not declared is passed over in XML, and so is text between elements. So a list whose items have another name,
or in whose place there is a text, reads like an empty one, and a listing would be shorter without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, cast

import msgspec
from msgspec import inspect

from cumuli.errors import MalformedResponse

__all__ = ["Holder", "holders_of"]

NO_CONTENT = "the answer's XML does not have the promised content"


class Holder(msgspec.Struct, frozen=True):
    """Where an answer holds the things that it lists.

    Attributes:
        field: The field of the answer.
        key: Its element.
        inner: The field in there that holds the things, or None where they stand there themselves.
        inner_key: Its element.
        many: Whether ``field`` is a list.
    """

    field: str
    key: str
    inner: str | None
    inner_key: str
    many: bool

    def is_empty(self, found: object) -> bool:
        """Whether there is nothing where things may have been."""
        value: Any = getattr(found, self.field)
        inner = self.inner
        if inner is None or not value:
            return not value
        return any(not getattr(each, inner) for each in value) if self.many else not getattr(value, inner)

    def unread(self, found: object, told: Mapping[str, object]) -> Iterator[MalformedResponse]:
        """An error for each of many that holds what could not be read.

        Raises:
            MalformedResponse: That is true of the whole listing.
        """
        value: Any = getattr(found, self.field)
        sent = told.get(self.key)
        if self.inner is None or not value or not self.many:
            beside = not self.many and _has(sent, self.inner_key)
            if _is_other(sent) and not beside:
                raise MalformedResponse(f"{NO_CONTENT}: there is no list in its {self.key}")
            return
        if not isinstance(sent, list) or len(cast("list[object]", sent)) != len(value):
            return
        for position, (record, inside) in enumerate(zip(value, cast("list[object]", sent), strict=True)):
            if getattr(record, self.inner) or _is_blank(inside):
                continue
            if not _has(inside, self.inner_key) or _is_other(cast("dict[str, object]", inside)[self.inner_key]):
                yield MalformedResponse(
                    f"{self.key}[{position}] cannot be read: there is no list in its {self.inner_key}"
                )


def _is_blank(sent: object) -> bool:
    if isinstance(sent, dict):
        return all(map(_is_blank, cast("dict[str, object]", sent).values()))
    return not sent or (isinstance(sent, str) and not sent.strip())


def _is_other(sent: object) -> bool:
    """Whether it is something, and no list."""
    return not _is_blank(sent) and not isinstance(sent, list)


def _has(sent: object, key: str) -> bool:
    return isinstance(sent, dict) and key in sent


@cache
def holders_of(kind: type[Any], item: str | None) -> tuple[Holder, ...]:
    """Where an answer of a kind holds things, if an element of its own is around them."""
    return tuple(_holders(kind, item))


def _holders(kind: type[Any], item: str | None) -> Iterator[Holder]:
    fields = _fields(kind)
    if _is_thing(fields):
        # No listing: the tags and the like of one thing.
        return
    for field in fields:
        record, many = _record(field.type)
        if record is None or (many and item is None):
            # What stands repeated in the answer itself is not there, or is read.
            continue
        inner = [] if _is_thing(record.fields) else [each for each in record.fields if _holds_things(each)]
        for each in inner:
            yield Holder(field.name, field.encode_name, each.name, each.encode_name, many=many)
        if many and not inner:
            yield Holder(field.name, field.encode_name, None, "", many=True)


def _fields(kind: type[Any]) -> tuple[inspect.Field, ...]:
    described = inspect.type_info(kind)
    return described.fields if isinstance(described, inspect.StructType) else ()


def _record(kind: inspect.Type) -> tuple[inspect.StructType | None, bool]:
    """The Struct that a field holds, and whether it holds a list of them."""
    members = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    for member in members:
        bare = member.type if isinstance(member, inspect.Metadata) else member
        if isinstance(bare, inspect.StructType):
            return bare, False
        if isinstance(bare, inspect.ListType) and isinstance(bare.item_type, inspect.StructType):
            return bare.item_type, True
    return None, False


def _holds_things(field: inspect.Field) -> bool:
    record, many = _record(field.type)
    return many and record is not None and _is_thing(record.fields)


def _is_thing(fields: Iterable[inspect.Field]) -> bool:
    """Whether it is something that is known by what it cannot be without."""
    return any(field.required for field in fields)
