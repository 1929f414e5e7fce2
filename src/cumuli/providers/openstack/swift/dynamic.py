"""Dynamic large objects of more segments than Swift looks at.

A dynamic large object is whatever begins with its manifest's prefix at the moment. Swift makes one of
the first page of that listing, of 10,000 names. Where there are more, it tells no size (to ``HEAD``: 0),
gives the content without its length, and ignores ranges. Such objects are read here segment by segment.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from cumuli.calls.paging import iterate_pages
from cumuli.errors import Conflict, MalformedResponse, PreconditionFailed
from cumuli.providers.openstack.swift.containers import Containers
from cumuli.providers.openstack.swift.models import SwiftObject
from cumuli.providers.openstack.swift.verified import VerifiedBody
from cumuli.providers.openstack.swift.wire import MD5, Segment
from cumuli.runtime.messages import ResponseStream
from cumuli.storage.driver import Conditions, ListQuery
from cumuli.storage.headers import conditional, extent
from cumuli.storage.models import Prefix

__all__ = ["Dynamic", "JoinedBody"]

OpenSegment = Callable[[Segment, int, int], Awaitable[ResponseStream]]


class Dynamic(Containers):
    """The calls on dynamic large objects."""

    async def dynamic_segments(self, manifest: str) -> list[Segment]:
        """All the segments that a manifest (``container/prefix``) stands for, in order."""
        container, _, prefix = manifest.partition("/")
        query = ListQuery(container=container, prefix=prefix)
        found: list[Segment] = []
        async for entry in iterate_pages(
            lambda cursor: self.page_of_objects(query, cursor=cursor, whole=True), key=_name, order=_name
        ):
            # Without a delimiter there are objects only.
            if isinstance(entry, SwiftObject):
                md5 = entry.hash if entry.hash is not None and MD5.fullmatch(entry.hash) else None
                found.append(Segment(name=f"/{container}/{entry.name}", bytes=entry.size, hash=md5))
        return found

    def dynamic_body(self, segments: Sequence[Segment], start: int, end: int, name: str) -> VerifiedBody:
        """The content of these segments from one byte to before another one; each is verified by its own hash."""
        return VerifiedBody(JoinedBody(self._open_segment, segments, start, end, name), segments, start, name)

    async def _open_segment(self, segment: Segment, start: int, end: int) -> ResponseStream:
        container, _, name = segment.name[1:].partition("/")
        # The same that was listed, or none: the object would be made of two others.
        headers = conditional(Conditions(if_match=segment.hash))
        if (start, end) != (0, segment.bytes):
            headers.append(("Range", f"bytes={start}-{end - 1}"))
        changed = Conflict(f"the segment {container}/{name} was changed while the object was being read; start again")
        try:
            body = await self.receive("Get object content and metadata", container, name, headers=headers)
        except PreconditionFailed as error:
            raise changed from error
        try:
            if extent(name, body.status, dict(body.headers.pairs())) != (start, segment.bytes):
                raise changed  # noqa: TRY301 - the body is closed in one place
        except BaseException:
            await body.close()
            raise
        return body


class JoinedBody:
    """The content of several objects in a row, each asked for when the one before it is used up.

    Args:
        open_segment: Asks for the bytes of a segment, from one to before another one.
        segments: All of them, in order.
        start: The first byte of the whole that is wanted.
        end: The byte behind the last one.
        name: What the whole is called, for errors.
    """

    def __init__(self, open_segment: OpenSegment, segments: Sequence[Segment], start: int, end: int, name: str) -> None:
        self._open = open_segment
        self._name = name
        self._body: ResponseStream | None = None
        self._left = 0
        self._wanted: list[tuple[Segment, int, int]] = []
        before = 0
        for segment in segments:
            first, last = max(start - before, 0), min(end - before, segment.bytes)
            if first < last:
                self._wanted.append((segment, first, last))
            before += segment.bytes
        self._wanted.reverse()

    async def read(self, size: int) -> bytes:
        """As ``Body.read``.

        Raises:
            Conflict: A segment is not the one that was listed.
            MalformedResponse: A segment has another length than it said.
        """
        while True:
            if self._body is None:
                if not self._wanted:
                    return b""
                segment, first, last = self._wanted.pop()
                self._body = await self._open(segment, first, last)
                self._left = last - first
            data = await self._body.read(size)
            self._left -= len(data)
            if self._left < 0 or (self._left and not data):
                raise MalformedResponse(f"{self._name}: a segment is not as long as it said")
            if data:
                return data
            await self.close()

    async def close(self) -> None:
        """As ``Body.close``."""
        body, self._body = self._body, None
        if body is not None:
            await body.close()


def _name(entry: SwiftObject | Prefix) -> str:
    return entry.name
