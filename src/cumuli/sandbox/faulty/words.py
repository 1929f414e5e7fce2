"""What goes wrong on a link, in the words that people give: ``slow=40ms,cut=0.02,503=0.05,throttle=10/s``. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import TypeVar

import msgspec

from cumuli.errors import ConfigurationError

__all__ = ["SHARES", "Faults", "read_faults"]

T = TypeVar("T")

SHARES = {
    "reset": "the connection is reset, and the server is not asked",
    "silence": "the connection ends without an answer, and the server is not asked",
    "lost": "the server does what was asked, and the connection ends before the answer",
    "cut": "the connection breaks in the middle of the answer",
    "drip": "the answer comes in drops",
    "close": "the connection is closed behind the answer, without a word",
}
SETTINGS = ("slow", "bandwidth", "throttle", "idle", "clock", "most")
OTHER_WORDS = {"latency": "slow", "delay": "slow", "rate": "throttle", "drop": "silence", "skew": "clock"}
STATUS = re.compile(r"[45][0-9]{2}")
NUMBER = r"[0-9]+(?:\.[0-9]+)?"
SPAN = re.compile(rf"({NUMBER})(ms|s|m|h)")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
SPEED = re.compile(rf"({NUMBER})(B|kB|KiB|MB|MiB|GB|GiB)/s")
BYTES = {"B": 1, "kB": 1000, "KiB": 1 << 10, "MB": 10**6, "MiB": 1 << 20, "GB": 10**9, "GiB": 1 << 30}
RATE = re.compile(r"([1-9][0-9]*)/(s|m|h)")


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """What goes wrong.

    Attributes:
        slow: Seconds that an exchange takes longer, at least and at most.
        bandwidth: Bytes a second of one connection in each direction; None for as many as there are.
        throttle: How many requests are served within how many seconds; None for all.
        idle: Seconds after which an idle connection is closed; None for never.
        clock: Seconds by which the server's clock is wrong; more than 0 is in the future.
        most: How often in a row the same request may fail; None for as often as it happens.
        shares: Which part of the requests meets what: a word of ``SHARES``, or a status of HTTP such as ``"503"``.
    """

    slow: tuple[float, float] = (0.0, 0.0)
    bandwidth: float | None = None
    throttle: tuple[int, float] | None = None
    idle: float | None = None
    clock: float = 0.0
    most: int | None = 2
    shares: dict[str, float] = {}


def read_faults(text: str) -> Faults:
    """Words as they were typed.

    Raises:
        ConfigurationError: One cannot be understood.
    """
    said: dict[str, str] = {}
    for each in filter(None, (part.strip() for part in text.split(","))):
        word, equals, value = (part.strip() for part in each.partition("="))
        if word not in SETTINGS and word not in SHARES and STATUS.fullmatch(word) is None:
            raise _wrong(f"there is no {word!r}{_instead(word)}")
        if not equals or not value:
            raise _wrong(f"{word!r} needs a value, such as {_example(word)}")
        if word in said:
            raise _wrong(f"{word!r} is said twice")
        said[word] = value
    if not said:
        raise _wrong("nothing was said")
    shares = {word: _share(word, value) for word, value in said.items() if word not in SETTINGS}
    if sum(shares.values()) > 1 + 1e-9:
        raise _wrong(f"the shares {', '.join(shares)} are more than all requests together")

    def read(word: str, how: Callable[[str, str], T], default: T) -> T:
        return how(word, said[word]) if word in said else default

    return Faults(
        slow=read("slow", _spans, (0.0, 0.0)),
        bandwidth=read("bandwidth", _speed, None),
        throttle=read("throttle", _rate, None),
        idle=read("idle", _span, None),
        clock=read("clock", _shift, 0.0),
        most=_most("most", said["most"]) if "most" in said else 2,
        shares=shares,
    )


def _example(word: str) -> str:
    examples = {
        "slow": "slow=40ms or slow=10ms..200ms",
        "bandwidth": "bandwidth=8MiB/s",
        "throttle": "throttle=10/s",
        "idle": "idle=400ms",
        "clock": "clock=+20m or clock=-20m",
        "most": "most=2 or most=any",
    }
    return examples.get(word, f"{word}=0.05 or {word}=5% of the requests")


def _instead(word: str) -> str:
    words = [*SETTINGS, *SHARES]
    if word in OTHER_WORDS:
        return f"; did you mean {OTHER_WORDS[word]!r}?"
    close = get_close_matches(word, words, n=1)
    meant = f"; did you mean {close[0]!r}?" if close else ""
    return f"{meant or ';'} the words are {', '.join(words)}, and a status from 400 to 599"


def _span(word: str, value: str) -> float:
    if (match := SPAN.fullmatch(value)) is None:
        raise _unreadable(word, value)
    return float(match[1]) * SECONDS[match[2]]


def _spans(word: str, value: str) -> tuple[float, float]:
    low, _, high = value.partition("..")
    least, most = _span(word, low), _span(word, high or low)
    if least > most:
        raise _wrong(f"{word}={value} ends before it begins")
    return least, most


def _shift(word: str, value: str) -> float:
    sign = -1 if value.startswith("-") else 1
    return sign * _span(word, value.lstrip("+-"))


def _speed(word: str, value: str) -> float:
    if (match := SPEED.fullmatch(value)) is None or not float(match[1]):
        raise _unreadable(word, value)
    return float(match[1]) * BYTES[match[2]]


def _rate(word: str, value: str) -> tuple[int, float]:
    if (match := RATE.fullmatch(value)) is None:
        raise _unreadable(word, value)
    return int(match[1]), SECONDS[match[2]]


def _most(word: str, value: str) -> int | None:
    if value == "any":
        return None
    if not value.isdecimal():
        raise _unreadable(word, value)
    return int(value)


def _share(word: str, value: str) -> float:
    percent = value.endswith("%")
    try:
        share = float(value.removesuffix("%")) / (100 if percent else 1)
    except ValueError:
        raise _unreadable(word, value) from None
    if not 0 <= share <= 1:
        raise _wrong(f"{word}={value} is no share of the requests; write {_example(word)}")
    return share


def _unreadable(word: str, value: str) -> ConfigurationError:
    hint = " (a unit is missing)" if value.lstrip("+-").replace(".", "", 1).isdecimal() else ""
    return _wrong(f"{word}={value} cannot be read{hint}; write {_example(word)}")


def _wrong(what: str) -> ConfigurationError:
    return ConfigurationError(f"faults: {what}")
