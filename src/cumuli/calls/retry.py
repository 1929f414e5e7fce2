"""When to try again: a pure policy, and the budget that keeps a client from hammering.

The single loop that follows the policy is in ``caller.py``.
"""

from __future__ import annotations

import msgspec

from cumuli.errors import CloudError, ConnectionFailed, DeadlineExceeded, ProviderUnavailable, RateLimited, Timeout
from cumuli.runtime.mutex import Mutex

__all__ = ["NO_RETRY", "RetryBudget", "RetryPolicy", "may_have_happened", "moment", "retry_after", "retry_delay"]


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How often and how patiently a failed call is tried again.

    Attributes:
        attempts: Tries in all, the first one included; 1 switches retries off. A call that is throttled is
            tried again for as long as the time for the operation lasts.
        base: Upper bound in seconds of the first wait; each further bound is twice the one before.
            The wait is drawn uniformly between 0 and the bound ("full jitter").
        cap: Upper bound in seconds of any wait that the provider did not ask for.
        max_retry_after: A provider's ``Retry-After`` beyond this many seconds is not waited for;
            the error is raised, carrying ``retry_after``.
        budget: Tokens of the client's retry budget. A retry takes 5, after throttling 1, and a success
            gives 1 back, so a provider that is down is not met with ``attempts`` times the traffic.
    """

    attempts: int = 4
    base: float = 0.5
    cap: float = 20.0
    max_retry_after: float = 120.0
    budget: int = 500


NO_RETRY = RetryPolicy(attempts=1)


def retry_delay(
    policy: RetryPolicy, *, attempt: int, error: CloudError, repeatable: bool, random: float
) -> float | None:
    """Seconds to wait before the next try, or None when there is to be no next try.

    Args:
        policy: The client's policy.
        attempt: The number of the try that failed, from 1.
        error: How it failed.
        repeatable: Whether repeating the call is safe: it is idempotent, carries a client token, or was refused.
        random: A number in [0, 1).
    """
    if isinstance(error, DeadlineExceeded) or not error.retryable:
        return None
    # Throttling ends when others have had their turn, which takes as long as it takes.
    if attempt >= policy.attempts and (policy.attempts == 1 or not isinstance(error, RateLimited)):
        return None
    # A request of which nothing was sent cannot have taken effect: that alone makes it repeatable.
    unsent = isinstance(error, ConnectionFailed | Timeout) and not error.sent
    if not (repeatable or unsent):
        return None
    if error.retry_after is not None:
        if error.retry_after > policy.max_retry_after:
            return None
        # Many clients are told the same time: spread them a little behind it, never before it.
        return max(0.0, error.retry_after) + random * min(policy.base, 1.0)
    # The exponent is bounded, or thousands of attempts would be beyond what a float holds.
    bound: float = min(policy.cap, policy.base * 2.0 ** min(attempt - 1, 64))
    return random * bound


def may_have_happened(error: CloudError) -> bool:
    """Whether an attempt that failed so may have taken effect all the same."""
    if isinstance(error, ConnectionFailed | Timeout):
        return error.sent
    return isinstance(error, ProviderUnavailable)


def retry_after(value: str | None, *, now: float) -> float | None:
    """Seconds that a ``Retry-After`` header asks for, or None when it says nothing that can be read.

    Args:
        value: The header: a number of seconds, or a date.
        now: Seconds since 1970.
    """
    text = (value or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return float(text)
    date = moment(text)
    return None if date is None else max(0.0, date - now)


def moment(value: str | None) -> float | None:
    """Seconds since 1970 of a date in a header, or None when there is none that can be read."""
    from email.utils import parsedate_to_datetime  # slow to import, and seldom needed

    try:
        return parsedate_to_datetime(value or "").timestamp()
    except (ValueError, OverflowError):
        return None


class RetryBudget:
    """A client's allowance of retries, shared by all of its threads or tasks."""

    COST = 5
    # Who is throttled and waits does no harm, and many callers are throttled at once.
    THROTTLED = 1

    def __init__(self, size: int) -> None:
        self._size = size
        self._left = size
        self._lock = Mutex()

    def take(self, error: CloudError | None = None) -> bool:
        """Pay for one retry (after this error); False when the budget does not cover it."""
        cost = self.THROTTLED if isinstance(error, RateLimited) else self.COST
        with self._lock:
            if self._left < cost:
                return False
            self._left -= cost
            return True

    def refund(self) -> None:
        """One call succeeded."""
        if self._left < self._size:
            with self._lock:
                self._left = min(self._size, self._left + 1)
