"""Header values that object stores have in common."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cumuli.errors import MalformedResponse
from cumuli.storage.headers import extent


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
