"""The plan of an upload's parts: how far it reaches, and what of it is in memory."""

from __future__ import annotations

import pytest

from cumuli.storage.driver import TransferRules
from cumuli.storage.upload import IN_MEMORY, PartSizes

MIB = 1024 * 1024
GIB = 1024 * MIB
TIB = 1024 * GIB
S3 = TransferRules(part_size=8 * MIB, max_parts=10_000)


@pytest.mark.parametrize("first", [6 * MIB, 8 * MIB, 64 * MIB, 5 * GIB])
def test_content_of_unknown_length_reaches_the_limit(first: int) -> None:
    sizes = PartSizes(S3, first, None)
    parts = [sizes.of(number) for number in range(1, 10_001)]
    assert sum(parts) >= 5 * TIB
    assert parts[0] == first
    assert max(parts) <= 5 * GIB
    assert parts == sorted(parts)


def test_what_is_small_takes_little() -> None:
    sizes = PartSizes(S3, 8 * MIB, None)
    assert sum(sizes.of(number) for number in range(1, 1001)) == 8000 * MIB
    assert sizes.of(1000) == 8 * MIB
    assert sizes.of(1001) == 16 * MIB


def test_memory_is_bounded_by_parts_and_not_by_the_size() -> None:
    sizes = PartSizes(S3, 8 * MIB, None)
    for number in range(1, 10_001):
        size, count = sizes.of(number), sizes.at_once(number, 4)
        assert count * size <= max(IN_MEMORY, size)
        assert 1 <= count <= 4
    assert sizes.at_once(1, 4) == 4
    assert sizes.at_once(10_000, 4) == 1


def test_a_known_length_has_parts_of_one_size() -> None:
    sizes = PartSizes(S3, 8 * MIB, 48 * TIB)
    assert sizes.of(1) == sizes.of(10_000)
    assert 48 * TIB <= 10_000 * sizes.of(1) < 48 * TIB + 10_000
    assert PartSizes(S3, 8 * MIB, GIB).of(1) == 8 * MIB


def test_where_all_parts_have_to_be_equal_they_are() -> None:
    sizes = PartSizes(TransferRules(equal_parts=True), 8 * MIB, None)
    assert {sizes.of(number) for number in range(1, 10_001)} == {8 * MIB}
