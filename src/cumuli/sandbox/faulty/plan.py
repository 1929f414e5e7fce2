"""Which request meets what. What happens to one follows from the seed and its number, but for the throttle's clock."""

from __future__ import annotations

import hashlib
import random
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Protocol

from cumuli.sandbox.faulty.refusals import refusal, skewed, throttled
from cumuli.sandbox.faulty.words import Faults

__all__ = ["Asked", "Fate", "Plan", "Seeded", "Trouble"]

SKEW = 15 * 60.0
"""Seconds that AWS lets the clocks of the two sides be apart."""


class Trouble(Enum):
    """What can happen to a request and its answer."""

    BUSY = "the link answers, and the server is not asked"
    RESET = "the connection is reset, and the server was not asked"
    SILENCE = "the connection ends, and the server was not asked"
    LOST = "the server has done it, and the connection ends before the answer"
    CUT = "the answer ends in its middle"
    DRIBBLE = "the answer comes in drops"
    CLOSED = "the connection is closed behind the answer, without a word"


BY_WORD = {
    "reset": Trouble.RESET,
    "silence": Trouble.SILENCE,
    "lost": Trouble.LOST,
    "cut": Trouble.CUT,
    "drip": Trouble.DRIBBLE,
    "close": Trouble.CLOSED,
}
HARMLESS = frozenset({Trouble.DRIBBLE, Trouble.CLOSED})


@dataclass(frozen=True)
class Asked:
    """A request, as the link sees it.

    Attributes:
        number: How many came before it, and one.
        method: Of HTTP.
        target: Path and query.
        headers: By their names in lower case; the head as it stands on the wire is called "".
        body: As it stands on the wire.
    """

    number: int
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Fate:
    """What is to happen to a request.

    Attributes:
        trouble: Which, if any.
        word: What it is called.
        answer: What the link answers where the trouble is BUSY.
        delay: Seconds that each of the two ways takes.
    """

    trouble: Trouble | None = None
    word: str = ""
    answer: bytes = b""
    delay: float = 0.0


class Plan(Protocol):
    """Decides."""

    def fate(self, asked: Asked) -> Fate: ...


@dataclass
class Seeded:
    """A plan by the words that people give.

    Attributes:
        kind: Whose answers it gives.
        faults: What goes wrong.
        seed: What it follows from.
        now: The clock that the throttle goes by.
    """

    kind: str
    faults: Faults
    seed: int
    now: Callable[[], float] = time.monotonic
    _suffered: Counter[bytes] = field(default_factory=Counter[bytes])
    _served: deque[float] = field(default_factory=deque[float])

    def fate(self, asked: Asked) -> Fate:
        """What happens to this request."""
        draw = random.Random(f"{self.seed}:{asked.number}")  # noqa: S311 - it has to be the same again
        at, delay = draw.random(), draw.uniform(*self.faults.slow) / 2
        if self._too_much():
            return Fate(Trouble.BUSY, "throttle", throttled(self.kind), delay)
        if self._is_skewed(asked):
            return Fate(Trouble.BUSY, "clock", skewed(self.kind), delay)
        for word, share in self.faults.shares.items():
            if at < share:
                return self._fault(word, asked, delay)
            at -= share
        self._suffered.pop(_same(asked), None)
        return Fate(delay=delay)

    def _fault(self, word: str, asked: Asked, delay: float) -> Fate:
        trouble = BY_WORD.get(word, Trouble.BUSY)
        if trouble not in HARMLESS:
            # How often the same request fails one time after the other is bounded: no program tries for ever.
            same = _same(asked)
            if self.faults.most is not None and self._suffered[same] >= self.faults.most:
                del self._suffered[same]
                return Fate(delay=delay)
            self._suffered[same] += 1
        return Fate(trouble, word, refusal(self.kind, int(word)) if trouble is Trouble.BUSY else b"", delay)

    def _too_much(self) -> bool:
        if self.faults.throttle is None:
            return False
        most, seconds = self.faults.throttle
        now = self.now()
        while self._served and self._served[0] <= now - seconds:
            self._served.popleft()
        if len(self._served) >= most:
            return True
        self._served.append(now)
        return False

    def _is_skewed(self, asked: Asked) -> bool:
        """Whether one of AWS's services, with a clock so wrong, would refuse the signature."""
        signed = asked.headers.get("x-amz-date")
        if not self.faults.clock or signed is None:
            return False
        try:
            then = datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            return False
        return abs(time.time() + self.faults.clock - then.timestamp()) > SKEW


def _same(asked: Asked) -> bytes:
    """By what a request is known when it comes again."""
    return hashlib.sha256(b"%s %s\n" % (asked.method.encode(), asked.target.encode()) + asked.body).digest()
