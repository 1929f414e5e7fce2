"""Long listings of records that look alike, decoded without a call of Python for every element.

A provider's listing repeats a few shapes: of two servers with as many tags and disks only the texts
differ. So the listing is cut into records, and a record into tags and texts, by the methods of
``bytes``; the tags, joined, are the name of its shape. A shape that is new is shown to the ordinary
decoder once, with a numbered mark for each text: what it makes of them is the record as JSON with marks
in the places of the texts. From then on a record of that shape is its texts filled into this JSON,
of which msgspec makes a Struct.

Nothing is guessed. What is not plain (comments, CDATA, prefixes, control characters, values that are
none) goes to the ordinary decoder, record by record or as a whole document, and so does what is
wrong: its results and its errors are the only ones there are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain
from operator import itemgetter
from typing import Any, Protocol, cast

import msgspec

from cumuli.errors import MalformedResponse

__all__ = ["read_listing"]

# Shorter documents are not worth the search.
LONG = 16 * 1024
# How many records may be without a known shape before it is told that the listing is not for this. Every record of
# a known one makes up for one, and to learn one takes as long as to read two records.
TRIES = 40
# After how many records of a shape it is worth a pattern of its own: to compile one takes as long as it saves at some
# 150 records.
OFTEN = 100

# A document in UTF-8, up to the end of the root's tag.
OPENING = re.compile(
    rb"""\s*(?:<\?xml\s+version=["']1\.0["'](?:\s+encoding=["'](?i:utf-8)["'])?\s*\?>\s*)?"""
    rb"""<[A-Za-z_][^>]*>"""
)
TAG = re.compile(rb"<[^>]*>")
PLAIN_TAG = re.compile(rb"</?[A-Za-z_][A-Za-z0-9_.-]*/?")
MARK = re.compile(rb"#(\d+)#")
# Makes a zero of every character that XML has not, and of carriage returns, which it takes for line ends.
CONTROLS = bytes(0 if byte < 32 and byte not in b"\t\n" else byte for byte in range(256))
# As XML writes them in texts, and JSON in strings.
ESCAPES = (
    (b"\\", b"\\\\"),
    (b'"', b'\\"'),
    (b"&quot;", b'\\"'),
    (b"&apos;", b"'"),
    (b"&lt;", b"\\u003c"),
    (b"&gt;", b"\\u003e"),
    (b"&amp;", b"\\u0026"),
)


class Element(Protocol):
    """What is read here of the ordinary decoder's elements; see there."""

    @property
    def key(self) -> str: ...
    @property
    def children(self) -> Mapping[str, Element] | None: ...
    @property
    def wraps(self) -> bool: ...
    @property
    def record(self) -> type[Any] | None: ...


class Read(Protocol):
    """The ordinary decoder; see there."""

    def __call__(
        self, data: bytes, children: Mapping[str, Any], root: str | tuple[str, ...], *, structs: bool = True
    ) -> dict[str, Any]: ...


class _Irregular(Exception):
    """The document is not for this."""


def read_listing(
    data: bytes, children: Mapping[str, Element], root: str | tuple[str, ...], read: Read
) -> dict[str, Any] | None:
    """What ``read(data, children, root)`` gives, or None where it has to be asked."""
    if len(data) < LONG or b"xmlns:" in data:
        return None
    try:
        found = _find_list(data, children)
        if found is None:
            return None
        listed, container, item, opening, start = found
        made, last = _Records(read, container, item).made(data, opening, start)
        content = read(data[:start] + data[last:], children, root)
        content[listed.key][:0] = made
    except (_Irregular, MalformedResponse, msgspec.MsgspecError):
        return None
    return content


def _find_list(
    data: bytes, children: Mapping[str, Element]
) -> tuple[Element, Mapping[str, Element], Element, bytes, int] | None:
    """The root's list of records: its element, what stands in it, its items, and how and where the first begins."""
    beginning = OPENING.match(data)
    if beginning is None:
        return None
    for name, element in children.items():
        container = (element.children or {}) if element.wraps else children
        item = next(iter(container.values())) if element.wraps else element
        if item.record is None:
            continue
        tags = (name, item.key) if element.wraps else (name,)
        around = b"<%b>\\s*" % re.escape(name.encode()) if element.wraps else b""
        first = re.compile(around + b"(<%b>\\s*<[^<>/]+>)" % re.escape(tags[-1].encode()))
        match = first.search(data, beginning.end())
        if match is None:
            continue
        start = match.start(1)
        # Nothing of it stands elsewhere: it is the root's own, its first record is this one, and it comes once if
        # it has an element of its own, for several are one list, and the end of the first is not the list's.
        if _depth(data[beginning.end() : start]) != len(tags) - 1:
            raise _Irregular
        if data.count(b"<" + name.encode()) != 1 if element.wraps else data.find(b"<" + name.encode()) != start:
            raise _Irregular
        return element, container, item, match[1], start
    return None


def _depth(head: bytes) -> int:
    """How many elements are open after a piece of a well-formed document."""
    tags = TAG.findall(head)
    if not all(PLAIN_TAG.fullmatch(tag[:-1]) for tag in tags):
        raise _Irregular
    return sum(0 if tag.endswith(b"/>") else -1 if tag.startswith(b"</") else 1 for tag in tags)


class _Shape:
    """How the wanted texts of records with the same tags become JSON.

    Args:
        tags: These, without their ends.
        wanted: Which of the texts before the tags are wanted, by the number of the tag, in the order of the JSON.
        json: What is the same in all records, with a place for each of these.
    """

    def __init__(self, tags: list[bytes], wanted: list[int], json: bytes) -> None:
        self._tags = tags
        self._wanted = wanted
        self._json = json
        self._texts = itemgetter(*(2 * number for number in wanted))
        self._left = OFTEN
        self._pattern: re.Pattern[bytes] | None = None
        self._order: itemgetter[Any] | None = None

    def json_of(self, parts: list[bytes]) -> bytes:
        """The JSON of a record: of the texts and tags that it was cut into."""
        self._left -= 1
        if self._left == 0:
            self._compile()
        return self._json % cast("tuple[bytes, ...]", self._texts(parts))

    def json_at_once(self, record: bytes) -> bytes | None:
        """The JSON of a record, or None if that takes cutting, or it has another shape."""
        match = self._pattern.fullmatch(record) if self._pattern is not None else None
        if match is None:
            return None
        found = match.groups()
        return self._json % (found if self._order is None else self._order(found))

    def _compile(self) -> None:
        before = [b"([^<]*+)" if number in self._wanted else b"[^<]*+" for number in range(len(self._tags))]
        tags = [re.escape(tag) + b">" for tag in self._tags]
        found = sorted(set(self._wanted))
        self._order = None if found == self._wanted else itemgetter(*map(found.index, self._wanted))
        self._pattern = re.compile(b"".join(chain(*zip(before, tags, strict=True))) + b"[^<]*+")


class _Records:
    """Makes Structs of records.

    Args:
        read: The ordinary decoder.
        container: The wanted children of what the records stand in.
        item: The records' element.
    """

    def __init__(self, read: Read, container: Mapping[str, Element], item: Element) -> None:
        self._read = read
        self._container = container
        self._key = item.key
        self._decode = msgspec.json.Decoder(item.record, strict=False).decode
        self._shapes: dict[bytes, _Shape | None] = {}
        # The last one of those with as many tags: mostly the only one.
        self._likely: dict[int, _Shape] = {}
        self._tries = TRIES

    def made(self, data: bytes, opening: bytes, start: int) -> tuple[list[Any], int]:
        """All records but the last, and where that begins."""
        made: list[Any] = []
        while (end := data.find(opening, start + 1)) >= 0:
            made.append(self._record(data[start:end]))
            start = end
        return made, start

    def _record(self, record: bytes) -> Any:  # noqa: ANN401 - the Struct is the caller's
        text = record
        if b"&" in text or b'"' in text or b"\\" in text:
            for xml, json in ESCAPES:
                text = text.replace(xml, json)
        count = text.count(b"<")
        likely = self._likely.get(count)
        filled = likely.json_at_once(text) if likely is not None else None
        if filled is None:
            filled = self._json_of(text, count)
        if self._tries < 0:
            raise _Irregular
        if filled is not None and _is_plain(text):
            try:
                made = self._decode(filled)
            except msgspec.MsgspecError:
                pass
            else:
                self._tries += 1
                return made
        self._tries -= 1
        return self._one(record, structs=True)

    def _json_of(self, text: bytes, count: int) -> bytes | None:
        """The JSON of a record with so many tags, or None where the shapes cannot tell."""
        # Every second part is a tag without its end, if no other part begins with "<" and no text has a ">".
        parts = text.replace(b"<", b"><").split(b">")
        tags = parts[1::2]
        name = b">".join(tags)
        shape = self._shapes.get(name)
        if shape is None and name not in self._shapes:
            self._tries -= 2
            shape = self._shapes[name] = self._learn(tags)
        if shape is None or count != len(tags):
            return None
        self._likely[count] = shape
        return shape.json_of(parts)

    def _learn(self, tags: list[bytes]) -> _Shape | None:
        if not all(PLAIN_TAG.fullmatch(tag) for tag in tags):
            return None
        marked = [b"#%d#%b>" % (number, tag) for number, tag in enumerate(tags)]
        json = msgspec.json.encode(self._one(b"".join(marked), structs=False))
        numbers = [int(number) for number in MARK.findall(json)]
        return _Shape(tags, numbers, MARK.sub(b"%b", json)) if len(numbers) > 1 else None

    def _one(self, record: bytes, *, structs: bool) -> Any:  # noqa: ANN401 - as above, or a dict
        """What the ordinary decoder makes of a record."""
        content = self._read(b"<list>%b</list>" % record, self._container, "list", structs=structs)
        if content.keys() != {self._key} or len(content[self._key]) != 1:
            # Other wanted elements stand between the records.
            raise _Irregular
        return content[self._key][0]


def _is_plain(text: bytes) -> bool:
    """Whether all characters are those of XML, in UTF-8, and no entity is left, nor an end of what never began."""
    if b"&" in text or (b"]" in text and b"]]>" in text) or b"\0" in text.translate(CONTROLS):
        return False
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    # The two characters of three bytes that XML has not.
    return b"\xef\xbf\xbe" not in text and b"\xef\xbf\xbf" not in text
