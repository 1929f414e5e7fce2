"""XML answers, from expat straight into declared Structs.

A driver declares a msgspec Struct for what it reads of an answer; everything else in the document
is skipped without being built. There is no tree in between: expat's handlers fill plain dicts for
the wanted elements, and one ``msgspec.convert`` makes typed Structs of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, cast
from xml.parsers import expat

import msgspec
from msgspec import inspect

from cumuli.errors import MalformedResponse
from cumuli.wire.lenient import decode_leniently
from cumuli.wire.xml_empty_listings import holders_of
from cumuli.wire.xml_shapes import read_listing

__all__ = ["XMLValue", "decode", "decode_untyped", "items_named", "undeclared"]

T = TypeVar("T")

XMLValue = str | list["XMLValue"] | dict[str, "XMLValue"]
"""An element without a declared type: its text, its ``item`` children, or its children by name."""

# Deeper than any real answer, and shallow enough for everything that recurses over the result.
MAX_DEPTH = 100
# One call of the text handler for all but enormous texts.
TEXT_BUFFER = 64 * 1024


def items_named(name: str) -> msgspec.Meta:
    """Marks the type of a list whose items have another name than those of the document's other lists."""
    return msgspec.Meta(extra={"item": name})


class _Element:
    """What to do with one wanted element.

    Attributes:
        key: Its key in the parent's dict.
        children: The wanted children by element name, or None for a leaf. A list's own element has
            one wanted child, the item.
        wraps: Whether it is a list's own element.
        repeated: Whether it is one of a list's items.
        text: Whether empty text is a value rather than a missing one.
        plain: Whether it is text and nothing more, as most elements are.
        record: The Struct of a list's items, or None.
    """

    __slots__ = ("children", "key", "plain", "record", "repeated", "text", "wraps")

    def __init__(self, key: str) -> None:
        self.key = key
        self.children: dict[str, _Element] | None = None
        self.wraps = False
        self.repeated = False
        self.text = False
        self.plain = False
        self.record: type[Any] | None = None


Lookup = Callable[[str], _Element | None]


def decode(
    data: bytes,
    type: type[T],  # noqa: A002 - msgspec's own word for it
    *,
    root: str | tuple[str, ...],
    item: str | None = "item",
    lost: list[MalformedResponse] | None = None,
) -> T:
    """Decode an answer into a Struct; see ``decode_leniently`` for values that are not of the declared types.

    Numbers, booleans and timestamps are read from text; an empty element is a missing one unless its
    field is text. A list whose own element comes again goes on there. Namespaces, attributes and elements that
    the Struct does not declare are ignored.

    Args:
        data: The whole document.
        type: The Struct that declares what is read; its fields' encoded names are element names.
        root: Name of the document's root element, or several that will do.
        item: Name of the elements that a list's own element wraps (EC2), or None where a list's
            elements stand repeated in their parent (S3).
        lost: Takes an error for each item of a list that cannot be read; None where the log's warning is enough.

    Raises:
        MalformedResponse: The document is no well-formed XML, has a document type, another root,
            or lacks what it cannot be without.
    """
    children = _children_of(type, item)  # type: ignore[arg-type]  # mypy doubts that classes are hashable
    try:
        content = read_listing(data, children, root, _read)
        if content is None:
            content = _read(data, children, root)
        found = msgspec.convert(content, type, strict=False)
    except msgspec.ValidationError:
        content = _read(data, children, root, structs=False)
        try:
            found = decode_leniently(content, type, strict=False, lost=lost)
        except msgspec.ValidationError as error:
            raise MalformedResponse(f"the answer's XML does not have the promised content: {error}") from error
    hollow = [holder for holder in holders_of(type, item) if holder.is_empty(found)]  # type: ignore[arg-type]  # as above
    if hollow:
        told = decode_untyped(data, root=root)
        errors = [error for holder in hollow for error in holder.unread(found, told)]
        if errors and lost is None:
            raise errors[0]
        if lost is not None:
            lost += errors
    return found


# The handlers share their state as cells of one function, the cheapest state there is; hence its size.
def _read(  # noqa: C901
    data: bytes, children: Mapping[str, _Element], root: str | tuple[str, ...], *, structs: bool = True
) -> dict[str, Any]:
    """What is wanted of a document: its root's children by their keys.

    Args:
        data: The document.
        children: The wanted children of its root.
        root: As for ``decode``.
        structs: Whether the outer records of a listing become Structs; else all elements are dicts.
    """
    content: dict[str, Any] = {}
    # The state of the handlers. Text is collected by the list's own append, which costs no call of a
    # Python function, and only inside of wanted leaves: half of a document is white space between elements.
    # `skipped` counts the open elements from an unwanted one on down.
    texts: list[str] = []
    collect, take = texts.append, texts.pop
    stack: list[tuple[Lookup, Any, _Element]] = []
    push, pop = stack.append, stack.pop
    convert = msgspec.convert
    wanted: Lookup = children.get
    target: Any = content  # a dict for a Struct, a list inside of a list's own element
    leaf: _Element | None = None
    skipped = 0

    def start(name: str, _: object) -> None:
        nonlocal wanted, target, leaf, skipped
        if skipped:
            skipped += 1
            if skipped > MAX_DEPTH:
                raise _too_deep()
            return
        element = wanted(name)
        if element is None or leaf is not None:
            skipped = 1
            return
        inner = element.children
        if inner is None:
            leaf = element
            parser.CharacterDataHandler = collect
            return
        push((wanted, target, element))
        wanted = inner.get
        target = [] if element.wraps else {}

    def end(_: str) -> None:  # noqa: C901 - as above
        nonlocal wanted, target, leaf, skipped
        if skipped:
            skipped -= 1
            return
        value: Any
        if leaf is not None:
            element = leaf
            leaf = parser.CharacterDataHandler = None
            value = take() if texts else ""
            if texts:
                # Only a text beyond the parser's buffer comes in pieces.
                value = "".join(texts) + value
                texts.clear()
            if element.plain:
                target[element.key] = value
                return
            if not element.text:
                value = value.strip()
                if not value:
                    return
        elif stack:
            value = target
            wanted, target, element = pop()
            if element.repeated:
                # The outer records of a listing become Structs one by one, so that their dicts die young
                # and the garbage collector does not count and visit all of them again and again.
                if structs and element.record is not None and len(stack) <= 1:
                    value = convert(value, element.record, strict=False)
            elif not value:
                return
        else:
            return
        if not element.repeated:
            target[element.key] = _joined(target[element.key], value) if element.key in target else value
        elif target.__class__ is list:
            target.append(value)
        else:
            target.setdefault(element.key, []).append(value)

    parser = _parser(data, root, start, end)
    _run(parser, data)
    return content


def _joined(before: object, value: object) -> object:
    """What two elements of one name mean where one was due: the items of both, and the later one's texts."""
    if isinstance(before, list):
        cast("list[object]", before).extend(cast("list[object]", value))
        return cast("list[object]", before)
    if not isinstance(before, dict):
        return value
    known = cast("dict[str, object]", before)
    for key, inner in cast("dict[str, object]", value).items():
        known[key] = _joined(known[key], inner) if key in known else inner
    return known


def decode_untyped(data: bytes, *, root: str | tuple[str, ...]) -> dict[str, XMLValue]:
    """Decode an answer for which no Struct is declared.

    An element with children becomes a dict, one that holds only ``item`` elements a list, any other
    its text. A name that is repeated in its parent collects its values in a list.

    Raises:
        MalformedResponse: As for ``decode``, values aside.
    """
    children: list[tuple[str, XMLValue]] = []
    stack: list[tuple[str, list[tuple[str, XMLValue]]]] = []
    texts: list[str] = []

    def start(name: str, _: object) -> None:
        nonlocal children
        if len(stack) >= MAX_DEPTH:
            raise _too_deep()
        stack.append((name, children))
        children = []
        texts.clear()

    def end(_: str) -> None:
        nonlocal children
        if stack:
            value = _folded(children) if children else "".join(texts)
            name, children = stack.pop()
            children.append((name, value))
            texts.clear()

    parser = _parser(data, root, start, end)
    parser.CharacterDataHandler = texts.append
    _run(parser, data)
    return _by_name(children)


def undeclared(
    data: bytes,
    type: type[Any],  # noqa: A002 - as in decode
    *,
    root: str | tuple[str, ...],
    item: str | None = "item",
) -> str | None:
    """Where a document says more than ``decode`` reads of it: the first such element, or None.

    That is an element which the Struct does not declare, or a second one that has elements in it where one is due.

    Raises:
        MalformedResponse: As for ``decode``, values aside.
    """
    children = _children_of(type, item)  # type: ignore[arg-type]  # as in decode
    found: list[str] = []
    stack: list[tuple[Mapping[str, _Element], str, set[str]]] = [(children, "", set())]

    def start(name: str, _: object) -> None:
        inside, path, seen = stack[-1]
        here = f"{path}.{name}" if path else name
        element = inside.get(name)
        if element is None:
            found.append(here)
        elif name in seen and element.children is not None and not element.repeated and not element.wraps:
            found.append(f"a second {here}")
        seen.add(name)
        if len(stack) > MAX_DEPTH:
            raise _too_deep()
        stack.append(((element and element.children) or {}, here, set()))

    def end(_: str) -> None:
        stack.pop()

    _run(_parser(data, root, start, end), data)
    return found[0] if found else None


def _folded(children: list[tuple[str, XMLValue]]) -> XMLValue:
    if all(name == "item" for name, _ in children):
        return [value for _, value in children]
    return _by_name(children)


def _by_name(children: list[tuple[str, XMLValue]]) -> dict[str, XMLValue]:
    collected: dict[str, list[XMLValue]] = {}
    for name, value in children:
        collected.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in collected.items()}


@cache
def _children_of(type: type[Any], item: str | None) -> dict[str, _Element]:  # noqa: A002 - as in decode
    """The wanted elements inside of a Struct's element, derived once."""
    described = inspect.type_info(type)
    if not isinstance(described, inspect.StructType):
        raise TypeError(f"{type!r} is no Struct")
    children: dict[str, _Element] = {}
    for field in described.fields:
        children[field.encode_name] = _element(field.encode_name, field.type, item)
    return children


def _element(key: str, kind: inspect.Type, item: str | None) -> _Element:
    """How the element of one field is read."""
    element = _Element(key)
    name = item if item is None else _item_of(kind) or item
    kind = _bare(kind)
    members = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    present = [_bare(member) for member in members if not isinstance(member, inspect.NoneType)]
    if len(present) != 1:
        raise TypeError(f"the field {key} has several types; an element has one")
    only = present[0]
    if isinstance(only, inspect.StructType):
        element.children = _children_of(only.cls, item)
    elif isinstance(only, inspect.ListType | inspect.VarTupleType):
        inner = _element(name or key, only.item_type, item)
        inner.repeated = True
        inner.plain = False
        if isinstance(only.item_type, inspect.StructType):
            inner.record = only.item_type.cls
        if name is None:
            return inner
        element.children = {name: inner}
        element.wraps = True
    else:
        element.text = element.plain = isinstance(only, inspect.StrType)
    return element


def _item_of(kind: inspect.Type) -> str | None:
    """What the items of this list alone are called; see ``items_named``."""
    if not isinstance(kind, inspect.Metadata):
        return None
    return cast("dict[str, str]", kind.extra or {}).get("item")


def _bare(kind: inspect.Type) -> inspect.Type:
    """A type without what is noted beside it."""
    return kind.type if isinstance(kind, inspect.Metadata) else kind


def _parser(
    data: bytes, root: str | tuple[str, ...], start: Callable[[str, object], None], end: Callable[[str], None]
) -> expat.XMLParserType:
    """A hardened parser that checks the root element; ``start`` sees the elements inside of it."""
    roots = (root,) if isinstance(root, str) else root

    def start_without_prefix(name: str, attributes: object) -> None:
        start(name.rpartition(":")[2], attributes)

    def start_root(name: str, _: object) -> None:
        found = name.rpartition(":")[2]
        if found not in roots:
            raise _wrong_root(found, roots)
        # Only a document that declares prefixes can use them.
        parser.StartElementHandler = start_without_prefix if b"xmlns:" in data else start

    def refuse_document_type(name: str, *_: object) -> None:
        if name.lower() == "html":
            raise _wrong_root(name, roots)
        raise MalformedResponse("the answer's XML declares a document type, which no provider's answer does")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = TEXT_BUFFER
    parser.StartElementHandler = start_root
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse_document_type
    return parser


def _run(parser: expat.XMLParserType, data: bytes) -> None:
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat's "this is all"
    except expat.ExpatError as error:
        raise _not_xml(data, error) from error
    except msgspec.ValidationError:
        # A ValueError as well, though nothing is wrong with the document's encoding.
        raise
    except (LookupError, ValueError) as error:
        raise MalformedResponse(f"the answer's XML is in an encoding that cannot be read: {error}") from error
    finally:
        # The parser and its handlers hold each other, and the document: let go of it now, not at the next
        # collection of garbage.
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None
        parser.StartDoctypeDeclHandler = None


def _too_deep() -> MalformedResponse:
    return MalformedResponse(f"the answer's XML is nested more than {MAX_DEPTH} elements deep")


def _wrong_root(found: str, roots: tuple[str, ...]) -> MalformedResponse:
    if found.lower() == "html":
        return MalformedResponse("the endpoint answered with an HTML page; check the endpoint and any proxy on the way")
    due = " or ".join(f"<{name}>" for name in roots)
    return MalformedResponse(f"the answer is <{found[:80]}> where {due} was due; check the endpoint")


def _not_xml(data: bytes, error: expat.ExpatError) -> MalformedResponse:
    start = data[:256].lstrip().lower()
    if not start:
        return MalformedResponse("the answer is empty where XML was due; check the endpoint")
    if start.startswith((b"<html", b"<!doctype html")):
        return _wrong_root("html", ())
    if not start.startswith((b"<", b"\xef\xbb\xbf<", b"\xff\xfe", b"\xfe\xff")):
        return MalformedResponse("the answer is not XML; check the endpoint")
    reason = expat.ErrorString(error.code)
    return MalformedResponse(
        f"the answer's XML is broken or cut short ({reason}, line {error.lineno}); "
        "try again, and check any proxy on the way"
    )
