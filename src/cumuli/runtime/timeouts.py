"""The bounds in time of one attempt. Pure but for the clock.

What grows with bytes has no bound of its own: bytes may travel for as long as they move. What is
bounded is how long nothing moves, and how long an answer takes once the request has left.
"""

from __future__ import annotations

import time
from typing import Final

from cumuli.errors import Timeout
from cumuli.runtime.deadline import current_deadline, deadline_words

__all__ = ["SLOWEST", "Pace", "Patience"]

SLOWEST: Final = 4096
"""Bytes in a second: whoever answers slower than this is not slow but dripping."""

_monotonic = time.monotonic
_FOREVER = float("inf")


class Patience:
    """How long one logical call may take besides the time in which its bytes travel.

    Args:
        attempt: Seconds from the last byte of a request to the last one of its answer; and from the beginning of
            an attempt to the first byte sent.
        until: A moment on the monotonic clock for all attempts. It is put off by the time in which bytes travelled.
    """

    __slots__ = ("attempt", "until")

    def __init__(self, attempt: float = _FOREVER, until: float = _FOREVER) -> None:
        self.attempt = attempt
        self.until = until


class Pace:
    """Until when each wait of one attempt may last, and in the end which bound it was.

    Args:
        deadline: A moment that bounds everything.
        patience: Of the call.
        stall: Seconds without any progress.
        paced: Whether the request's body is more than one piece.
        late: Whether the answer may take as long as the call, and not only as an attempt.
    """

    __slots__ = ("_answer_end", "_began", "_bound", "_late", "_paced", "_patience", "_seconds", "deadline", "stall")

    def __init__(
        self, deadline: float, patience: Patience | None, stall: float, *, paced: bool, late: bool = False
    ) -> None:
        self.deadline = deadline
        self.stall = stall
        self._patience = patience or Patience()
        self._paced = paced
        self._late = late
        self._began = _monotonic()
        self._answer_end = self._began + self._patience.attempt
        self._bound = ""
        self._seconds = 0.0

    def begins(self) -> float:
        """For a connection, and for a small request to leave."""
        return self._nearest(self._answer_end, "attempt", self._patience.attempt)

    def connects(self, seconds: float) -> float:
        """For a new connection."""
        end = _monotonic() + seconds
        return self._nearest(end, "connect", seconds) if end < self._answer_end else self.begins()

    def moves(self) -> float:
        """For the next byte of a body, either way."""
        self._bound, self._seconds = "stall", self.stall
        return min(_monotonic() + self.stall, self.deadline)

    def reads(self) -> float:
        """For the next piece of a body that is read by the caller."""
        self.deadline = current_deadline()
        return self.moves()

    def travels(self) -> None:
        """From now on bytes travel."""
        self._began = _monotonic()

    def arrived(self) -> None:
        """They travel no more: what they took is nobody's delay."""
        self._patience.until += _monotonic() - self._began

    def sent(self) -> None:
        """The last byte of the request has left."""
        self._answer_end = self._patience.until if self._late else _monotonic() + self._patience.attempt

    def answers(self, received: int = 0) -> float:
        """For the answer, so many bytes of which are there."""
        if self._paced and self._answer_end == _FOREVER:
            return self.moves()
        return self._nearest(self._answer_end, "attempt", self._patience.attempt, received / SLOWEST)

    def _nearest(self, end: float, bound: str, seconds: float, more: float = 0.0) -> float:
        until = self._patience.until
        if until <= end:
            end, bound = until, ""
        self._bound, self._seconds = bound, seconds
        return min(end + more, self.deadline)

    def none_free(self, size: int) -> Timeout:
        """What waiting for one of so many connections has come to: all of them were in use."""
        over, more = "until the time was up", ""
        if _monotonic() >= self.deadline:
            words = deadline_words(self.deadline)
            over += words and f" ({words})"
        elif self._bound:
            over = f"for {self._seconds:g} s"
            more = f", or allow more by timeout=Timeouts({self._bound}={self._seconds:g})"
        return Timeout(
            f"all {size} connections (max_connections={size}) were in use {over}; raise max_connections, or run fewer "
            f"calls at a time{more}",
            sent=False,
        )

    def late(self, where: str, *, sent: bool) -> Timeout:
        """What the wait that was asked for last has come to."""
        seconds, more = self._seconds, f"allow more by timeout=Timeouts({self._bound}={self._seconds:g})"
        if _monotonic() >= self.deadline:
            words = deadline_words(self.deadline)
            return Timeout(f"{where} did not answer in the time allowed{words and f': {words}'}", sent=sent)
        if self._bound == "connect":
            return Timeout(f"no connection to {where} within {seconds:g} s; {more}", sent=sent)
        if self._bound == "stall":
            return Timeout(f"nothing moved between here and {where} for {seconds:g} s; {more}", sent=sent)
        if self._bound == "attempt":
            return Timeout(f"{where} did not answer within {seconds:g} s; {more}", sent=sent)
        # The whole call's time, which its loop knows the name of.
        return Timeout(f"{where} did not answer in the time allowed", sent=sent)
