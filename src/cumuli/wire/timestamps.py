"""Moments as servers write them: always aware, always in UTC. Pure."""

from __future__ import annotations

import datetime as dt
import re

__all__ = ["moment_of", "utc"]

# Seconds since 1970 between 1973 and 2286, or thousandths of them; other numbers are no moments that a server means.
SECONDS = (1e8, 1e10)
THOUSANDTHS = (1e11, 1e13)
NUMBER = re.compile(r"[0-9]{9,13}(?:\.[0-9]+)?")
# The parser of dates in mail takes it for the year 2000.
NO_YEAR = re.compile(r"\s0000(?:\s|$)")
ZONE = re.compile(r"\s*(?:UTC|GMT|[Zz])$")


def utc(moment: dt.datetime | None) -> dt.datetime | None:
    """The moment in UTC: servers that leave the zone out mean that; None for what lies outside of the calendar."""
    if moment is None or moment.tzinfo is dt.UTC:
        return moment
    if moment.tzinfo is None:
        return moment.replace(tzinfo=dt.UTC)
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        return None


def moment_of(value: object) -> dt.datetime | None:
    """The moment that a text or a number stands for: as ISO 8601 or RFC 1123 have it, or since 1970; None for none."""
    if isinstance(value, str):
        text = value.strip()
        if NUMBER.fullmatch(text):
            return _since_1970(float(text))
        try:
            return utc(dt.datetime.fromisoformat(ZONE.sub("+00:00", text).replace(" +", "+")))
        except ValueError:
            return _of_mail(text)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _since_1970(value)
    return None


def _since_1970(number: float) -> dt.datetime | None:
    if THOUSANDTHS[0] <= number < THOUSANDTHS[1]:
        number /= 1000
    if not SECONDS[0] <= number < SECONDS[1]:
        return None
    return dt.datetime.fromtimestamp(number, dt.UTC)


def _of_mail(text: str) -> dt.datetime | None:
    if NO_YEAR.search(text):
        return None
    # It loads much, and hardly anybody needs it.
    from email.utils import parsedate_to_datetime

    try:
        return utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
