"""Recorded-looking answers, each made odd in one place: every field, in every way that servers have been odd in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import msgspec

from tests.support.odd_values import ODD, TEXTS

__all__ = ["Mutation", "json_mutations", "names_of", "without", "xml_mutations"]

INDEX = re.compile(r"#\d+|/\d+(?=/|$)|^\d+(?=/|$)")
MORE_TEXTS = ("true", "2013-02-28T00:00:00 +0000", "<odd>7</odd>", "<item><item/></item>")


class Mutation(msgspec.Struct):
    """One answer.

    Attributes:
        place: Where it is odd: ``servers/1/id``, or ``volumeSet/item#1/size``.
        how: What is there instead, in words.
        make: Makes the answer, for not all are used.
    """

    place: str
    how: str
    make: Callable[[], bytes]

    @property
    def body(self) -> bytes:
        """The answer."""
        return self.make()


def names_of(place: str) -> str:
    """A place without the numbers of items."""
    return INDEX.sub("", place).lstrip("/")


def _join(path: str, name: object) -> str:
    return f"{path}/{name}" if path else str(name)


# JSON


def json_mutations(document: Any) -> Iterator[Mutation]:
    """A document of JSON, once for every place and every way."""
    for place, how, changed in _json(document, ""):
        yield Mutation(place, how, partial(_json_body, changed))


def _json_body(document: Any) -> bytes:
    return json.dumps(document).encode()


def _json(value: Any, path: str) -> Iterator[tuple[str, str, Any]]:
    if not isinstance(value, dict | list):
        return
    for name, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        place = _join(path, name)
        dropped = value.copy()
        del dropped[name]
        yield place, "dropped", dropped
        if isinstance(value, list):
            yield place, "repeated", [*value[: name + 1], inner, *value[name + 1 :]]
        for how, odd in _instead_of(inner):
            changed = value.copy()
            changed[name] = odd
            yield place, how, changed
        for deeper, how, odd in _json(inner, place):
            changed = value.copy()
            changed[name] = odd
            yield deeper, how, changed


def _instead_of(value: Any) -> Iterator[tuple[str, Any]]:
    for odd in ODD:
        yield repr(odd), odd
    yield "in a list", [value]
    yield "in an object", {"value": value}
    if isinstance(value, bool | int | float):
        yield "as text", str(value)
    elif isinstance(value, str):
        yield "in other letters", value.swapcase()
        yield "long", value + "x" * 5000
    elif isinstance(value, list) and value:
        yield "the first alone", value[0]
        yield "by numbers", {str(number): item for number, item in enumerate(value)}
        yield "with null", [*value, None]
    elif isinstance(value, dict):
        yield "its values", list(value.values())


# XML. An element is its name and either its text or its elements.


def xml_mutations(document: str) -> Iterator[Mutation]:
    """A document of XML, once for every place and every way."""
    name, content = _tree(ET.fromstring(document))
    assert isinstance(content, list)
    for place, how, inside in _xml(content, ""):
        yield Mutation(place, how, partial(_xml_body, name, inside))


def _xml_body(name: str, inside: str) -> bytes:
    return f"<{name}>{inside}</{name}>".encode()


Element = tuple[str, "str | list[Element]"]


def _tree(element: ET.Element) -> Element:
    inside: list[Element] = [_tree(child) for child in element]
    return element.tag, inside or (element.text or "").strip()


def _written(element: Element) -> str:
    name, content = element
    inside = escape(content) if isinstance(content, str) else "".join(map(_written, content))
    return f"<{name}>{inside}</{name}>"


def _xml(elements: list[Element], path: str) -> Iterator[tuple[str, str, str]]:
    names = [name for name, _ in elements]
    for position, (name, content) in enumerate(elements):
        number = names[:position].count(name)
        place = _join(path, f"{name}#{number}" if names.count(name) > 1 else name)
        before, after = ("".join(map(_written, some)) for some in (elements[:position], elements[position + 1 :]))
        itself = _written((name, content))
        yield place, "dropped", before + after
        yield place, "repeated", before + itself + itself + after
        yield place, "repeated, and empty then", f"{before}{itself}<{name}/>{after}"
        yield place, "in itself", f"{before}<{name}>{itself}</{name}>{after}"
        yield place, "empty", f"{before}<{name}/>{after}"
        for text in (*TEXTS, *MORE_TEXTS):
            yield place, repr(text), f"{before}<{name}>{text}</{name}>{after}"
        if isinstance(content, str):
            yield place, "in other letters", f"{before}<{name}>{escape(content.swapcase())}</{name}>{after}"
            yield place, "with blanks", f"{before}<{name}>\n  {escape(content)}\n</{name}>{after}"
        else:
            yield place, "without its element", before + "".join(map(_written, content)) + after
            for deeper, how, inside in _xml(content, place):
                yield deeper, how, f"{before}<{name}>{inside}</{name}>{after}"


# Both


def without(document: Any, item: str) -> bytes:
    """The answer without the things that are listed: what comes behind the last page."""
    if isinstance(document, str):
        root = ET.fromstring(document)
        *outer, last = (name.partition("#")[0] for name in item.split("/"))
        parent: ET.Element | None = root
        for name in outer:
            parent = None if parent is None else parent.find(name)
        assert parent is not None
        for child in parent.findall(last):
            parent.remove(child)
        name, content = _tree(root)
        return _written((name, content)).encode()
    changed = json.loads(json.dumps(document))
    inside = changed
    for name in item.split("/")[:-1]:
        inside = inside[name]
    inside.clear()
    return json.dumps(changed).encode()
