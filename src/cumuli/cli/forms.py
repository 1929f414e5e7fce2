"""Plain data as YAML, CSV and bare ids. Pure."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from cumuli.serialize import Plain

__all__ = ["CSVRows", "Form", "csv_text", "id_of", "ids_in", "inline", "yaml_lines"]

Form = Literal["table", "json", "yaml", "csv", "ids"]

# What stands in YAML without quotes: a word that no reader takes for something else.
BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
TAKEN = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# By which field one thing is named, the best first.
NAMING = ("id", "name", "path", "url")


def yaml_lines(value: Plain, indent: str = "") -> Iterator[str]:
    """YAML in block style, that YAML 1.1 and 1.2 read alike; ASCII, so that it steers no terminal."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _below(f"{indent}{_scalar(key)}:", inner, indent + "  ")
    elif isinstance(value, list) and value:
        for inner in value:
            if isinstance(inner, dict | list) and inner:
                first, *rest = yaml_lines(inner, indent + "  ")
                # The dash stands in the room of the first line's own indent.
                yield f"{indent}- {first[len(indent) + 2 :]}"
                yield from rest
            else:
                yield f"{indent}- {_scalar(inner)}"
    else:
        yield indent + _scalar(value)


def _below(head: str, value: Plain, indent: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        yield head
        yield from yaml_lines(value, indent)
    else:
        yield f"{head} {_scalar(value)}"


def _scalar(value: Plain) -> str:
    if isinstance(value, str):
        if BARE.fullmatch(value) and value.lower() not in TAKEN:
            return value
        return f'"{"".join(map(_escaped, value))}"'
    if isinstance(value, float):
        # Without a point before the exponent YAML 1.1 reads text.
        return re.sub(r"^(-?\d+)e", r"\1.0e", repr(value)).replace("inf", ".inf").replace("nan", ".nan")
    return json.dumps(value)


def _escaped(character: str) -> str:
    code = ord(character)
    if 0x20 <= code < 0x7F:
        return f"\\{character}" if character in '"\\' else character
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def csv_text(data: Plain, fields: Sequence[str] | None = None, *, heading: bool = True) -> str:
    """Rows of comma-separated values below a heading (RFC 4180, lines ended as Unix does).

    What is no flat value stands there as JSON.

    Args:
        data: A list of things, one thing, or a list under a name.
        fields: Which fields, in this order; None for all that there are.
        heading: Whether the names of the fields come first.
    """
    rows = _rows(data)
    names = list(fields) if fields is not None else list(dict.fromkeys(name for row in rows for name in row))
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    if heading and names:
        writer.writerow(names)
    writer.writerows([inline(row.get(name)) for name in names] for row in rows)
    return written.getvalue()


class CSVRows:
    """Rows of comma-separated values that come one by one, below one heading.

    The first may be folders, which have less to tell than what comes after them. They are kept until something comes
    that has all of the fields that are known beforehand, since the heading cannot change any more when it is written.

    Args:
        known: The fields that what is listed has, folders aside; empty to take those of the first row.
    """

    # Who has so many folders has a listing of folders.
    KEPT = 10_000

    def __init__(self, known: Sequence[str]) -> None:
        self._known = known
        self._kept: list[Plain] = []
        self._fields: list[str] | None = None

    def add(self, row: Plain) -> str:
        """What can be written when this row has come."""
        if self._fields is not None:
            return csv_text([row], self._fields, heading=False)
        self._kept.append(row)
        whole = not isinstance(row, dict) or set(self._known) <= row.keys()
        return self.rest() if whole or len(self._kept) >= self.KEPT else ""

    def rest(self) -> str:
        """What is still to be written when no row comes any more."""
        kept, self._kept = self._kept, []
        if not kept:
            return ""
        given = [name for row in kept if isinstance(row, dict) for name in row]
        self._fields = list(dict.fromkeys([*self._known, *given]))
        return csv_text(kept, self._fields)


def _rows(data: Plain) -> list[dict[str, Plain]]:
    if isinstance(data, dict):
        name, things = next(iter(data.items()), ("", None))
        if len(data) == 1 and isinstance(things, list):
            return [thing if isinstance(thing, dict) else {name: thing} for thing in things]
        return [data]
    every: list[Plain] = data if isinstance(data, list) else [data]
    return [thing if isinstance(thing, dict) else {"value": thing} for thing in every]


def inline(value: Plain) -> str:
    """A value in one cell, for programs: text as it is, what is no flat value as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def ids_in(data: Plain) -> Iterator[str]:
    """The id, or else the name, of each thing in there."""
    if isinstance(data, dict):
        name = id_of(data)
        if name is not None:
            yield name
            return
        for inner in data.values():
            if isinstance(inner, dict | list):
                yield from ids_in(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from ids_in(inner)
    elif data is not None:
        yield inline(data)


def id_of(thing: dict[str, Plain]) -> str | None:
    """By what one thing is named; None if it has nothing of that kind."""
    return next((value for field in NAMING if isinstance(value := thing.get(field), str) and value), None)
