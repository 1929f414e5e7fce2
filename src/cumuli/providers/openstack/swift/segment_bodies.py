"""The content of a large object as it streams: segment by segment, each verified."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from cumuli.errors import Conflict, MalformedResponse
from cumuli.providers.openstack.swift.wire import MD5, Segment
from cumuli.runtime.messages import ResponseStream
from cumuli.storage.driver import Body
from cumuli.storage.verify import Algorithm, Digest, Hasher, compare, new_hasher

__all__ = ["JoinedBody", "VerifiedBody"]

OpenSegment = Callable[[Segment, int, int], Awaitable[ResponseStream]]


class VerifiedBody:
    """A body whose segments are hashed as they pass; the first and the last one may be cut.

    Args:
        body: The content as it arrives.
        segments: Of the whole object.
        start: Where in the object the body begins.
        name: The object's, for errors.
    """

    def __init__(self, body: Body, segments: Sequence[Segment], start: int, name: str) -> None:
        self._body = body
        self._name = name
        self._hasher = new_hasher("md5")
        self._unverified = 0
        self._segments = list(segments)
        self._at = 0
        while self._at < len(self._segments) and start >= self._segments[self._at].bytes:
            start -= self._segments[self._at].bytes
            self._at += 1
        # Of a segment whose beginning is not read, the hash cannot be known.
        self._complete = start == 0
        self._left = self._segments[self._at].bytes - start if self._at < len(self._segments) else 0

    def take_over(self, before: Body) -> None:
        """As ``VerifyingBody.take_over``: the segment that was under way is verified as a whole.

        Raises:
            Conflict: The object is made of other segments now.
        """
        if not isinstance(before, VerifiedBody):
            return
        if before.segments != self.segments:
            raise Conflict(f"{self._name} was changed while it was being downloaded; start again")
        self._unverified = before.unverified
        if before.place == self.place:
            self._hasher, self._complete = before.state

    @property
    def segments(self) -> list[Segment]:
        """Those of the whole object."""
        return self._segments

    @property
    def unverified(self) -> int:
        """How many segments passed whose hashes could not be compared."""
        return self._unverified

    @property
    def verified_by(self) -> Algorithm | None:
        """As of ``VerifyingBody``."""
        return None if self._unverified or self._at < len(self._segments) else "md5"

    @property
    def place(self) -> tuple[int, int]:
        """The segment that comes next, and how many of its bytes."""
        return self._at, self._left

    @property
    def state(self) -> tuple[Hasher, bool]:
        """The hash of what passed of that segment, and whether that is all from its beginning."""
        return self._hasher, self._complete

    async def read(self, size: int) -> bytes:
        """As ``Body.read``.

        Raises:
            ChecksumMismatch: A segment is not what was stored.
        """
        data = await self._body.read(size)
        position = 0
        while position < len(data) and self._at < len(self._segments):
            piece = data[position : position + self._left]
            position += len(piece)
            self._left -= len(piece)
            if self._complete:
                self._hasher.update(piece)
            if not self._left:
                self._end_segment()
        return data

    def _end_segment(self) -> None:
        segment = self._segments[self._at]
        # What is no MD5 is no evidence against what arrived.
        if self._complete and segment.hash is not None and MD5.fullmatch(segment.hash):
            compare(
                Digest("md5", self._hasher.hexdigest()),
                Digest("md5", segment.hash),
                f"{self._name}, segment {self._at + 1}",
            )
        else:
            self._unverified += 1
        self._hasher = new_hasher("md5")
        self._complete = True
        self._at += 1
        if self._at < len(self._segments):
            self._left = self._segments[self._at].bytes

    async def close(self) -> None:
        """As ``Body.close``."""
        await self._body.close()


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
