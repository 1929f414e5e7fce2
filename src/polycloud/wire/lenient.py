"""JSON in which null says no more than a field that is left out. Pure."""

from __future__ import annotations

from typing import TypeVar, cast

import msgspec

__all__ = ["decode_json"]

T = TypeVar("T")


def decode_json(data: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode a document; where its shape is wrong for a null alone, the null counts as left out.

    Forks, policies and old versions of a service send null where its documentation has a value, and one
    such field must not cost a whole listing. A value of the wrong type stays an error.

    Raises:
        msgspec.MsgspecError: It is not JSON, or not of that shape.
        UnicodeError: It is not UTF-8.
        RecursionError: It is too deep.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        try:
            return msgspec.convert(_without_nulls(msgspec.json.decode(data)), kind)
        except msgspec.ValidationError as other:
            # Without the first one: it may be about a null, which is not what is wrong.
            raise other from error.__cause__


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        pairs = cast("dict[object, object]", value).items()
        return {key: _without_nulls(inner) for key, inner in pairs if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in cast("list[object]", value)]
    return value
