"""Addresses as people type them, and amounts as people read them."""

from __future__ import annotations

import pytest

from cumuli.cli.quantities import counted, seconds_of, size_text
from cumuli.cli.standard_streams import STANDARD, is_standard
from cumuli.cli.storage.addresses import Place, place_of
from cumuli.cli.storage.progress_bars import amounts
from cumuli.cli.usage import UsageError


@pytest.mark.parametrize(
    ("text", "cloud", "expected"),
    [
        ("s3:", None, ("s3", "", "")),
        ("s3:photos", None, ("s3", "photos", "")),
        ("s3:photos/", None, ("s3", "photos", "")),
        ("s3:photos/a.jpg", None, ("s3", "photos", "a.jpg")),
        ("s3:photos/2024/", None, ("s3", "photos", "2024/")),
        ("s3:photos//a", None, ("s3", "photos", "/a")),
        ("s3:photos/../a b?#%2e:c", None, ("s3", "photos", "../a b?#%2e:c")),
        ("work:photos/a", "work", ("work", "photos", "a")),
        ("", "work", ("work", "", "")),
        ("photos", "work", ("work", "photos", "")),
        ("photos/a:b", "work", ("work", "photos", "a:b")),
        (":odd:name/a", "work", ("work", "odd:name", "a")),
        (":photos/a", "work", ("work", "photos", "a")),
    ],
)
def test_addresses(text: str, cloud: str | None, expected: tuple[str, str, str]) -> None:
    place = place_of(text, cloud=cloud)
    assert (place.cloud, place.container, place.key) == expected


@pytest.mark.parametrize(
    ("text", "cloud", "word"),
    [
        ("photos/a", None, "names no cloud"),
        ("photos/a:b", None, "names no cloud"),
        (":photos/a", None, "names no cloud"),
        ("", None, "--profile"),
        ("s3:photos", "work", "':s3:photos'"),
        (STANDARD, "work", "standard input"),
        ("-", None, "standard input"),
        ("s3://photos/a", None, "write s3:CONTAINER/KEY"),
        ("/photos/a", "work", "write work:CONTAINER/KEY"),
    ],
)
def test_what_is_no_address(text: str, cloud: str | None, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        place_of(text, cloud=cloud)


@pytest.mark.parametrize("text", ["s3:", "s3:photos", "s3:photos/a/b", "s3:photos//a", "s3:photos/a/"])
def test_an_address_is_shown_as_it_was_typed(text: str) -> None:
    assert str(place_of(text, cloud=None)) == text


@pytest.mark.parametrize(("key", "folder"), [("", ""), ("a", "a/"), ("a/", "a/"), ("a//", "a//"), ("/", "/")])
def test_what_is_below(key: str, folder: str) -> None:
    assert Place(cloud="s3", container="c", key=key).folder == folder


def test_standard_input() -> None:
    assert [is_standard(text) for text in ("-", STANDARD, "--", "", "./-", "-a")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"), (1, "1 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (102_348, "99.9 KiB"),
        (102_400, "100 KiB"),
        (1024**2 - 1, "1.0 MiB"), (1024**2, "1.0 MiB"), (5 * 1024**4, "5.0 TiB"), (2**70, "1024 EiB"),
    ],
)  # fmt: skip
def test_sizes(size: int, text: str) -> None:
    assert size_text(size) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("1.5m", 90), ("2h", 7200), ("7d", 604_800), ("1w", 604_800), (" 5m ", 300)],
)
def test_spans_of_time(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5", "5 minutes", "1e3", "5x", "h"])
def test_what_is_no_span_of_time(text: str) -> None:
    with pytest.raises(UsageError, match="2h"):
        seconds_of(text)


def test_counts() -> None:
    assert [counted(number, "file") for number in (0, 1, 2, 12_345)] == ["0 files", "1 file", "2 files", "12,345 files"]


@pytest.mark.parametrize(
    ("moved", "total", "speed", "left", "text"),
    [
        (0, 1000, None, None, "0 of 1000 B"),
        (0, 5 * 1024**2, None, None, "0 B of 5.0 MiB"),
        (1024**2, 5 * 1024**2, 1024**2, 4, "1.0 of 5.0 MiB  1.0 MiB/s  0:04 left"),
        (1024**2, 5 * 1024**2, 100, 41_944, "1.0 of 5.0 MiB  100 B/s  11:39:04 left"),
        (5 * 1024**2, 5 * 1024**2, 1024**2, 0, "5.0 of 5.0 MiB  1.0 MiB/s"),
        (2048, None, 1024, None, "2.0 KiB  1.0 KiB/s"),
        (2048, None, None, None, "2.0 KiB"),
    ],
)
def test_rate_and_time_left(
    moved: float, total: float | None, speed: float | None, left: float | None, text: str
) -> None:
    assert amounts(moved, total, speed, left) == text
