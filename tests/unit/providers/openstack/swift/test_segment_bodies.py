"""Large objects, verified segment by segment while they stream."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumuli.errors import ChecksumMismatch
from cumuli.providers.openstack.swift.segment_bodies import VerifiedBody
from cumuli.providers.openstack.swift.wire import Segment

CONTENT = bytes(range(97)) * 3


class Pieces:
    """A body that comes in pieces of these sizes, again and again."""

    def __init__(self, content: bytes, sizes: Sequence[int]) -> None:
        self._content = content
        self._sizes = list(sizes)
        self.closed = False

    async def read(self, size: int) -> bytes:
        wanted = min(size, self._sizes[0])
        self._sizes.append(self._sizes.pop(0))
        piece, self._content = self._content[:wanted], self._content[wanted:]
        return piece

    async def close(self) -> None:
        self.closed = True


def segments_of(content: bytes, sizes: Sequence[int]) -> list[Segment]:
    found: list[Segment] = []
    for size in sizes:
        part, content = content[:size], content[size:]
        found.append(Segment(name="/c/s", bytes=size, hash=hashlib.md5(part).hexdigest()))
    assert not content
    return found


def read_all(body: VerifiedBody) -> bytes:
    async def read() -> bytes:
        parts: list[bytes] = []
        while part := await body.read(1000):
            parts.append(part)
        return b"".join(parts)

    return asyncio.run(read())


SIZES = st.lists(st.integers(1, 100), min_size=1, max_size=20)


@given(SIZES, SIZES, st.data())
def test_what_is_right_passes_from_wherever_it_begins(sizes: list[int], pieces: list[int], data: st.DataObject) -> None:
    content = (CONTENT * 10)[: sum(sizes)]
    start = data.draw(st.integers(0, len(content)))
    body = VerifiedBody(Pieces(content[start:], pieces), segments_of(content, sizes), start, "o")
    assert read_all(body) == content[start:]


@given(SIZES, SIZES, st.data())
def test_what_is_wrong_is_found(sizes: list[int], pieces: list[int], data: st.DataObject) -> None:
    content = (CONTENT * 10)[: sum(sizes)]
    at = data.draw(st.integers(0, len(content) - 1))
    damaged = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    body = VerifiedBody(Pieces(damaged, pieces), segments_of(content, sizes), 0, "o")
    with pytest.raises(ChecksumMismatch, match="o, segment"):
        read_all(body)


def test_only_whole_segments_can_be_verified() -> None:
    content = CONTENT[:30]
    segments = segments_of(content, [10, 10, 10])
    damaged = content[:11] + b"!" + content[12:]
    assert read_all(VerifiedBody(Pieces(damaged[11:], [7]), segments, 11, "o")) == damaged[11:]
    with pytest.raises(ChecksumMismatch, match="segment 2"):
        read_all(VerifiedBody(Pieces(damaged[10:], [7]), segments, 10, "o"))
    with pytest.raises(ChecksumMismatch, match="segment 2"):
        read_all(VerifiedBody(Pieces(damaged[3:], [7]), segments, 3, "o"))


def test_closing() -> None:
    inner = Pieces(b"", [1])
    asyncio.run(VerifiedBody(inner, [], 0, "o").close())
    assert inner.closed


@pytest.mark.parametrize("damaged", [False, True])
def test_a_segment_over_two_connections_is_verified_as_a_whole(damaged: bool) -> None:
    segments = segments_of(CONTENT, [100, len(CONTENT) - 100])
    arrived = bytearray(CONTENT)
    arrived[110] ^= damaged
    before = VerifiedBody(Pieces(bytes(arrived[:150]), [50]), segments, 0, "o")
    assert read_all(before) == bytes(arrived[:150])
    after = VerifiedBody(Pieces(bytes(arrived[150:]), [50]), segments, 150, "o")
    after.take_over(before)
    if damaged:
        with pytest.raises(ChecksumMismatch, match="segment 2"):
            read_all(after)
    else:
        assert read_all(after) == CONTENT[150:]
