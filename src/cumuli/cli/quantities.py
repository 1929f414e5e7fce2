"""Sizes, speeds and spans of time, as people write and read them. Pure."""

from __future__ import annotations

import re

from cumuli.cli.usage import UsageError

__all__ = ["counted", "seconds_of", "size_text"]

UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
SPAN = re.compile(r"([0-9]+(?:\.[0-9]+)?)(s|m|h|d|w)?")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def size_text(size: float) -> str:
    """Bytes in the unit that suits them: ``"12.3 MiB"``."""
    if size < 1024:
        return f"{size:.0f} B"
    size /= 1024
    at = 0
    # What would be rounded to 1024 is one of the next unit.
    while size >= 1023.5 and at < len(UNITS) - 1:
        size /= 1024
        at += 1
    return f"{size:.1f} {UNITS[at]}" if size < 99.95 else f"{size:.0f} {UNITS[at]}"


def counted(number: int, what: str) -> str:
    """``"1 object"``, ``"1,234 objects"``."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def seconds_of(text: str, option: str = "") -> float:
    """A span of time: seconds, or with a unit, such as ``90s``, ``15m``, ``2h``, ``7d``, ``1w``.

    Args:
        text: As it was typed.
        option: Where it was typed.

    Raises:
        UsageError: It is none.
    """
    match = SPAN.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{option and f'{option}: '}{text!r} is not a length of time; write seconds, or 15m, 2h, 7d")
    return float(match[1]) * SECONDS[match[2] or "s"]
