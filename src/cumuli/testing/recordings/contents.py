"""Contents of requests and answers: taken down as they pass, and written so that a person can read them."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode, b64encode
from typing import Final

import msgspec

from cumuli.runtime.messages import Source

__all__ = ["KEPT", "Body", "Content", "NotedSource", "lines_of", "read_all"]

KEPT: Final = 64 * 1024
"""Bytes of an uploaded content that are kept; of a longer one its length and its hash are."""

PIECE = 256 * 1024
WIDTH = 76
# The ends of lines, and, in documents that have none, between two elements.
BREAKS = re.compile(r"(?<=\n)|(?<=>)(?=<)")
FORM_BREAKS = re.compile(r"(?=&)")


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """A content as a recording writes it. One of the kinds, or nothing for an empty one.

    Attributes:
        text: Pieces of a text, which follow each other.
        json: A document.
        spaced: Whether the document has spaces behind its commas and colons.
        base64: What is no text.
        sha256: Of a content that is too long to be kept.
        length: Of that, in bytes.
        unread: Whether the request was answered, or failed, before all of its content had gone.
    """

    text: tuple[str, ...] = ()
    json: object = msgspec.UNSET
    spaced: bool = False
    base64: tuple[str, ...] = ()
    sha256: str = ""
    length: int = 0
    unread: bool = False

    def data(self) -> bytes:
        """The bytes of an answer's content."""
        if self.json is not msgspec.UNSET:
            return written_json(self.json, spaced=self.spaced)
        if self.base64:
            return b64decode("".join(self.base64))
        return "".join(self.text).encode()


def written_json(value: object, *, spaced: bool) -> bytes:
    """A document as most servers write it: with spaces, as Python's ``json``, or without."""
    separators = (", ", ": ") if spaced else (",", ":")
    return json.dumps(value, separators=separators, ensure_ascii=spaced).encode()


def lines_of(text: str, *, form: bool) -> tuple[str, ...]:
    """A text in pieces, for which a difference of two is short."""
    return tuple(piece for piece in (FORM_BREAKS if form else BREAKS).split(text) if piece)


def base64_of(data: bytes) -> tuple[str, ...]:
    """Bytes in base64, in lines."""
    text = b64encode(data).decode()
    return tuple(text[at : at + WIDTH] for at in range(0, len(text), WIDTH))


class Content:
    """What has passed of a content.

    Attributes:
        length: Its bytes so far.
        complete: Whether that is all of it.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin again."""
        self.length = 0
        self.complete = False
        self._kept = bytearray()
        self._hash = hashlib.sha256()

    def feed(self, data: bytes) -> None:
        """More of it; nothing says that it was all."""
        self.length += len(data)
        self.complete = self.complete or not data
        self._hash.update(data)
        if self.length <= KEPT:
            self._kept += data

    @property
    def data(self) -> bytes | None:
        """All of it, unless it is too long."""
        return bytes(self._kept) if self.length <= KEPT else None

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class NotedSource:
    """An upload's source whose content is taken down while it is sent."""

    def __init__(self, source: Source, content: Content) -> None:
        self._source = source
        self._content = content

    @property
    def length(self) -> int | None:
        return self._source.length

    @property
    def rewindable(self) -> bool:
        return self._source.rewindable

    async def read(self, size: int) -> bytes:
        data = await self._source.read(size)
        self._content.feed(data)
        if self._content.length == self._source.length:
            self._content.complete = True
        return data

    async def rewind(self) -> None:
        await self._source.rewind()
        self._content.reset()

    async def close(self) -> None:
        await self._source.close()


async def read_all(body: bytes | Source) -> Content:
    """What a request would have sent."""
    content = Content()
    if isinstance(body, bytes):
        content.feed(body)
    else:
        while data := await body.read(PIECE):
            content.feed(data)
    content.complete = True
    return content
