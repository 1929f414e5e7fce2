"""From words to the arguments of any method, by its annotations. Pure but for ``@FILE``, which reads one."""

from __future__ import annotations

import datetime as dt
import json
import os
import types
import typing
from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Literal, cast, get_args, get_origin

import msgspec

from cumuli.cli.suggestions import did_you_mean
from cumuli.cli.usage import UsageError

__all__ = ["converted", "described", "members"]

PLAIN = {"str": "text", "bool": "true or false", "int": "a whole number", "float": "a number", "PathLike": "a file"}
YES = frozenset({"true", "yes", "1", "on"})
NO = frozenset({"false", "no", "0", "off"})


def members(annotation: object) -> tuple[object, ...]:
    """The members of a union, or the annotation alone; of a variable what it is bound to; None is left out."""
    if isinstance(annotation, typing.TypeVar):
        return members(annotation.__bound__ or object)
    if get_origin(annotation) in {typing.Union, types.UnionType}:
        return tuple(
            inner for member in get_args(annotation) if member is not types.NoneType for inner in members(member)
        )
    return (annotation,)


def converted(text: str, annotation: object, name: str) -> object:
    """What a word means where something of this type is wanted.

    ``@FILE`` stands for the content of a file. Lists are words with commas between, mappings NAME=VALUE likewise;
    both, and models, may be JSON.

    Raises:
        UsageError: It is nothing of that type; the message names the argument.
    """
    wanted = members(annotation)
    if text.startswith("@") and not {str, bytes}.isdisjoint(wanted):
        content = Path(text[1:]).read_bytes()
        return content if bytes in wanted else content.decode("utf-8", "surrogateescape")
    failures: list[str] = []
    # Text is the last that a word is taken for.
    for kind in sorted(wanted, key=lambda member: member is str or member is object):
        try:
            return _as(text, kind, name)
        except (ValueError, msgspec.MsgspecError, RecursionError) as error:
            failures.append(str(error))
    raise UsageError(f"{name} is {described(annotation)}, not {text!r}" + (f" ({failures[-1]})" if failures else ""))


def _as(text: str, kind: object, name: str) -> object:
    origin, inner = get_origin(kind), get_args(kind)
    if kind is str:
        return text
    if kind is object or kind is typing.Any:
        return json.loads(text) if text[:1] in {"{", "["} else text
    if kind is bool:
        if text.lower() not in YES | NO:
            raise ValueError("say true or false")
        return text.lower() in YES
    if origin is Literal:
        found = {str(value): value for value in inner}
        if text not in found:
            raise ValueError(f"one of {', '.join(found)}{did_you_mean(text, found)}")
        return found[text]
    if origin is os.PathLike:
        return Path(text)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(text, inner[1] if len(inner) > 1 else str, name)
    if isinstance(origin, type) and issubclass(origin, (Collection, Iterable)):
        return _list(text, inner[0] if inner else str, name)
    if isinstance(kind, type):
        return _of_class(text, kind)
    raise ValueError("there is no way to write that in one word")


def _of_class(text: str, kind: type[object]) -> object:
    if kind is int:
        return int(text)
    if kind is float:
        return float(text)
    if kind is bytes:
        return text.encode()
    if kind is dt.datetime:
        return dt.datetime.fromisoformat(text)
    if issubclass(kind, Enum):
        return kind(text)
    if issubclass(kind, msgspec.Struct):
        return msgspec.json.decode(text.encode(), type=kind)
    raise ValueError(f"a {kind.__name__} cannot be written in one word")


def _mapping(text: str, value: object, name: str) -> dict[str, object]:
    if text[:1] == "{":
        return cast("dict[str, object]", json.loads(text))
    found: dict[str, object] = {}
    for part in filter(None, text.split(",")):
        key, equals, given = part.partition("=")
        if not equals:
            raise ValueError(f"{part!r} is not NAME=VALUE")
        # None says that a value is to go.
        found[key] = converted(given, value, name) if given else ("" if str in members(value) else None)
    return found


def _list(text: str, item: object, name: str) -> list[object]:
    if text[:1] == "[":
        given = cast("list[object]", json.loads(text))
        models = [kind for kind in members(item) if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
        return [_model(cast("dict[str, object]", each), models) if isinstance(each, dict) else each for each in given]
    if text[:1] == "{":
        return [converted(text, item, name)]
    return [converted(part, item, name) for part in text.split(",") if part]


def _model(value: dict[str, object], models: list[type[msgspec.Struct]]) -> object:
    return msgspec.convert(value, models[0]) if models else value


def described(annotation: object) -> str:
    """What is wanted, for people: ``"text, or a list of text"``."""
    words: list[str] = []
    for kind in members(annotation):
        name = _name(kind)
        origin, inner = get_origin(kind), get_args(kind)
        if origin is Literal:
            words.append(" or ".join(map(str, inner)))
        elif isinstance(origin, type) and issubclass(origin, Mapping):
            words.append("NAME=VALUE,…")
        elif inner and origin is not None:
            words.append(f"a list of {described(inner[0])}")
        elif isinstance(kind, type) and issubclass(kind, msgspec.Struct) and str in members(annotation):
            words.append(f"a {kind.__name__}'s id")
        elif kind is str and any("id" in word for word in words):
            continue
        else:
            words.append(PLAIN.get(name, name))
    return ", or ".join(dict.fromkeys(words))


def _name(kind: object) -> str:
    return str(getattr(kind, "__name__", kind))
