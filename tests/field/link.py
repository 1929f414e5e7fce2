"""A link as it is in the field: slow, far, and now and then broken. The sandbox's faulty link, with a plan of its own.

What happens to which request follows from the seed and the request's number alone.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager

from cumuli.sandbox.faulty import Link
from cumuli.sandbox.faulty.plan import Asked, Fate, Trouble
from cumuli.sandbox.faulty.proxy import Manner
from cumuli.sandbox.faulty.thread import linked

__all__ = ["FAULTS", "TROUBLES", "Asked", "Link", "Owed", "Trouble", "field_link"]

FAR = 0.020
"""Seconds that each way takes; there and back are 40 ms."""
RATE = 8 * 1024 * 1024
"""Bytes a second, of one connection, in each direction."""
IDLE = 0.4
"""Seconds after which an idle connection is closed, as balancers do."""
ONE_IN = 50
BEARABLE = 2
"""Faults that one request may meet, however often it is repeated: a client tries four times, and may meet an idle
connection's end beside them. Without this, owed faults could all fall upon one caller who is right to give up."""
BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nContent-Length: 27\r\n\r\n"
    b"<html>503 (the link)</html>"
)
FAULTS = (Trouble.BUSY, Trouble.SILENCE, Trouble.LOST, Trouble.CUT)
TROUBLES = frozenset({*FAULTS, Trouble.DRIBBLE, Trouble.CLOSED})
"""All that happens on this link."""

May = Callable[[Asked], frozenset[Trouble]]


class Owed:
    """A plan by which each fault happens as often as the others, to whichever request may suffer it.

    Args:
        seed: What happens follows from it.
        may: Which faults a request may suffer.
        one_in: So many requests are as many as one fault has.
    """

    def __init__(self, seed: int, may: May, *, one_in: int) -> None:
        self.seed = seed
        self.may = may
        self.one_in = one_in
        self.owed: list[Trouble] = []
        self.faults = itertools.cycle(random.Random(seed).sample(FAULTS, len(FAULTS)))
        self.suffered: Counter[tuple[str, str, bytes]] = Counter()

    def fate(self, asked: Asked) -> Fate:
        trouble = self.trouble(asked)
        return Fate(trouble, answer=BUSY if trouble is Trouble.BUSY else b"", delay=FAR)

    def trouble(self, asked: Asked) -> Trouble | None:
        """What happens to this request. A fault that it may not suffer, or no more, waits for the next one that may."""
        if asked.number % self.one_in == 0:
            self.owed.append(next(self.faults))
        allowed = self.may(asked)
        asking = asked.method, asked.target, asked.body
        for fault in self.owed:
            if fault in allowed and self.suffered[asking] < BEARABLE:
                self.suffered[asking] += 1
                self.owed.remove(fault)
                return fault
        draw = random.Random(f"{self.seed}:{asked.number}")
        if draw.randrange(9) == 0:
            return Trouble.DRIBBLE
        return Trouble.CLOSED if draw.randrange(20) == 0 else None


def field_link(port: int, *, seed: int, may: May, one_in: int = ONE_IN) -> AbstractContextManager[Link]:
    """A link to the server on this port of the loopback interface, in a thread of its own.

    Args:
        port: The server's.
        seed: What happens follows from it.
        may: Which faults (``BUSY SILENCE LOST CUT``) a request may suffer; drops and closed connections any may.
        one_in: So many requests are as many as one fault has.
    """
    return linked(port, Owed(seed, may, one_in=one_in), Manner(bandwidth=RATE, idle=IDLE))
