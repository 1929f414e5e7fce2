"""Header values that several providers read and write in the same way. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from email.utils import format_datetime, parsedate_to_datetime

from polycloud.storage.driver import Conditions

__all__ = ["bare", "conditional", "http_date", "merged", "number"]

MAX_DIGITS = 18
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_NUMBERS: dict[str, int] = dict(zip(MONTHS, range(1, 13), strict=True))


def bare(etag: str | None) -> str | None:
    """An etag without its quotes, or None."""
    return etag.strip('"') or None if etag else None


def http_date(text: str) -> dt.datetime | None:
    """The moment in a header such as ``Sun, 06 Nov 1994 08:49:37 GMT``; None for what is none."""
    try:
        if len(text) == 29 and text.endswith(" GMT"):
            # What object stores send, read ten times as fast.
            return dt.datetime(
                int(text[12:16]), MONTH_NUMBERS[text[8:11]], int(text[5:7]),
                int(text[17:19]), int(text[20:22]), int(text[23:25]), tzinfo=dt.UTC,
            )  # fmt: skip
        return parsedate_to_datetime(text).astimezone(dt.UTC)
    except (ValueError, KeyError, OverflowError):
        return None


def conditional(conditions: Conditions) -> list[tuple[str, str]]:
    """The headers that make a request conditional."""
    headers: list[tuple[str, str]] = []
    if conditions.if_match is not None:
        headers.append(("If-Match", _quoted(conditions.if_match)))
    if conditions.if_none_match is not None:
        headers.append(("If-None-Match", _quoted(conditions.if_none_match)))
    if conditions.if_modified_since is not None:
        headers.append(("If-Modified-Since", format_datetime(conditions.if_modified_since, usegmt=True)))
    return headers


def _quoted(etag: str) -> str:
    return etag if etag == "*" else f'"{etag}"'


def merged(own: list[tuple[str, str]], callers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Headers of ours, and those of the caller's that do not replace them."""
    if not callers:
        return own
    taken = {name.lower() for name, _ in own}
    return own + [pair for pair in callers.items() if pair[0].lower() not in taken]


def number(text: str | None) -> int | None:
    """A whole number of at most 18 digits, or None."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None
