"""Header values that object stores have in common."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from cumuli.errors import MalformedResponse
from cumuli.storage.driver import Address, Conditions, ReadSpec
from cumuli.storage.headers import conditional, extent, ranged


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {"content-length": "7"}, (0, 7)),
        (206, {"content-length": "3", "content-range": "bytes 2-4/7"}, (2, 7)),
        (200, {"content-length": "3", "content-range": "bytes 2-4/7"}, (2, 7)),
        (200, {"content-length": "7", "content-range": "lines 2-4/7"}, (0, 7)),
    ],
)
def test_what_a_body_is_of_its_object(status: int, headers: Mapping[str, str], expected: tuple[int, int]) -> None:
    assert extent("k", status, headers) == expected


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (206, {"content-length": "3"}),
        (206, {"content-length": "3", "content-range": "bytes 2-4/*"}),
        # Python itself refuses to read as many digits as this.
        (206, {"content-length": "3", "content-range": f"bytes 2-4/{'9' * 5000}"}),
        (200, {"content-length": "-7"}),
    ],
)
def test_what_is_not_told_is_malformed(status: int, headers: Mapping[str, str]) -> None:
    with pytest.raises(MalformedResponse, match=r"^k: .*does not say"):
        extent("k", status, headers)


def test_a_length_that_is_not_told_is_none() -> None:
    assert extent("k", 200, {"transfer-encoding": "chunked"}) == (0, None)


@pytest.mark.parametrize(("microsecond", "second"), [(0, "05"), (1, "06"), (999_999, "06")])
def test_a_moment_within_a_second_is_not_before_itself(microsecond: int, second: str) -> None:
    """What a listing says with microseconds has to hold of the same object, whose header has seconds."""
    moment = dt.datetime(2026, 11, 29, 3, 4, 5, microsecond, tzinfo=dt.UTC)
    headers = conditional(Conditions(if_unmodified_since=moment))
    assert headers == [("If-Unmodified-Since", f"Sun, 29 Nov 2026 03:04:{second} GMT")]


@pytest.mark.parametrize(
    ("start", "end", "header"),
    [(0, None, []), (0, 1, ["bytes=0-0"]), (5, None, ["bytes=5-"]), (5, 10, ["bytes=5-9"]), (-7, None, ["bytes=-7"])],
)
def test_parts_are_asked_for(start: int, end: int | None, header: list[str]) -> None:
    spec = ReadSpec(address=Address(container="c", name="o"), start=start, end=end)
    assert [value for _, value in ranged(spec)] == header
