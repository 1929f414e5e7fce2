"""How large the ranges of a download are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumuli.storage.file_download import range_size

MIB = 1024 * 1024
GIB = 1024 * MIB


@pytest.mark.parametrize(
    ("left", "concurrency", "waited", "speed", "size"),
    [
        # Near, and of any usual size.
        (GIB, 4, 0.005, 900e6, 4),
        # Far: the wait for an answer would be most of a small range.
        (GIB, 4, 0.03, 50e6, 5),
        (GIB, 4, 0.2, 900e6, 6),
        (GIB, 2, 0.2, 900e6, 10),
        # Far, but slower than the wait is long.
        (GIB, 4, 0.2, 1e6, 4),
        # Memory is what bounds them, and an object that would be only a few of them.
        (GIB, 64, 0.2, 900e6, 4),
        (40 * MIB, 4, 0.2, 900e6, 5),
        # Many requests are paid for.
        (6 * 1024 * MIB, 4, 0.0, 900e6, 6),
        (5 * 1024 * GIB, 4, 0.0, 0.0, 6),
    ],
)
def test_sizes(left: int, concurrency: int, waited: float, speed: float, size: int) -> None:
    assert range_size(4 * MIB, left, concurrency=concurrency, waited=waited, speed=speed) == size * MIB


@given(
    left=st.integers(32 * MIB, 5 * 1024 * GIB),
    concurrency=st.integers(2, 100),
    waited=st.floats(0, 1e6),
    speed=st.floats(0, 1e12),
)
def test_memory_is_bounded_whatever_is_measured(left: int, concurrency: int, waited: float, speed: float) -> None:
    size = range_size(4 * MIB, left, concurrency=concurrency, waited=waited, speed=speed)
    assert size == 4 * MIB or size * (concurrency + 1) <= 40 * MIB
    assert size * 8 <= left
