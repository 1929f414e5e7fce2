"""The retry policy as a table, the budget, and Retry-After."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumuli.calls.retry import NO_RETRY, RetryBudget, RetryPolicy, retry_after, retry_delay
from cumuli.errors import (
    AuthenticationError,
    ChecksumMismatch,
    CloudError,
    ConnectionFailed,
    DeadlineExceeded,
    InvalidRequest,
    MalformedResponse,
    NotFound,
    ProviderUnavailable,
    RateLimited,
    Timeout,
)

POLICY = RetryPolicy(attempts=4, base=1.0, cap=5.0, max_retry_after=60.0)


def delay(
    error: CloudError, *, attempt: int = 1, repeatable: bool = True, random: float = 0.5, policy: RetryPolicy = POLICY
) -> float | None:
    return retry_delay(policy, attempt=attempt, error=error, repeatable=repeatable, random=random)


@pytest.mark.parametrize(
    ("error", "repeatable", "again"),
    [
        (ProviderUnavailable("x"), True, True),
        (ProviderUnavailable("x"), False, False),
        (RateLimited("x"), True, True),
        (RateLimited("x"), False, False),
        (ConnectionFailed("x", sent=True), True, True),
        (ConnectionFailed("x", sent=True), False, False),
        (ConnectionFailed("x", sent=False), False, True),
        (ConnectionFailed("x", sent=False, retryable=False), True, False),
        (Timeout("x", sent=True), True, True),
        (Timeout("x", sent=True), False, False),
        (Timeout("x", sent=False), False, True),
        (DeadlineExceeded("x", sent=False), True, False),
        (ChecksumMismatch("x"), True, True),
        (NotFound("x"), True, False),
        (InvalidRequest("x"), True, False),
        (AuthenticationError("x"), True, False),
        (MalformedResponse("x"), True, False),
        (InvalidRequest("throttled in disguise", retryable=True), True, True),
    ],
    ids=lambda value: value.__class__.__name__ if isinstance(value, CloudError) else None,
)
def test_what_is_tried_again(error: CloudError, repeatable: bool, again: bool) -> None:
    assert (delay(error, repeatable=repeatable) is not None) is again


def test_waits_double_up_to_the_cap_with_full_jitter() -> None:
    policy = RetryPolicy(attempts=10, base=1.0, cap=5.0)
    error = ProviderUnavailable("x")
    bounds = [delay(error, attempt=n, random=0.999999, policy=policy) for n in range(1, 7)]
    assert bounds == pytest.approx([1, 2, 4, 5, 5, 5], rel=1e-5)
    assert [delay(error, attempt=n, random=0.0, policy=policy) for n in range(1, 7)] == [0.0] * 6


def test_the_last_attempt_is_the_last() -> None:
    error = ProviderUnavailable("x")
    assert delay(error, attempt=3) is not None
    assert delay(error, attempt=4) is None
    assert delay(error, policy=NO_RETRY) is None


def test_throttling_is_waited_out() -> None:
    error = RateLimited("x")
    assert delay(error, attempt=400, random=0.999999) == pytest.approx(5, rel=1e-5)
    assert delay(error, attempt=1, policy=NO_RETRY) is None
    assert delay(error, attempt=400, repeatable=False) is None


def test_throttling_takes_less_of_the_budget() -> None:
    budget = RetryBudget(10)
    assert [budget.take(RateLimited("x")) for _ in range(6)] == [True] * 6
    assert [budget.take(ProviderUnavailable("x")) for _ in range(2)] == [False] * 2
    assert [budget.take(RateLimited("x")) for _ in range(5)] == [True] * 4 + [False]


def test_retry_after_wins_over_the_policy() -> None:
    assert delay(RateLimited("x", retry_after=30.0), random=0.0) == 30.0
    assert delay(RateLimited("x", retry_after=60.0), random=0.0) == 60.0
    assert delay(RateLimited("x", retry_after=60.5)) is None
    assert delay(RateLimited("x", retry_after=0.0), random=0.0) == 0.0
    assert delay(RateLimited("x", retry_after=-5.0), random=0.0) == 0.0
    assert delay(RateLimited("x", retry_after=1.0), repeatable=False) is None


@given(
    attempt=st.integers(1, 100_000),
    random=st.floats(0, 1, exclude_max=True),
    base=st.floats(0, 100),
    cap=st.floats(0, 1000),
)
def test_a_wait_is_never_negative_nor_beyond_the_cap(attempt: int, random: float, base: float, cap: float) -> None:
    policy = RetryPolicy(attempts=200_000, base=base, cap=cap)
    seconds = delay(ProviderUnavailable("x"), attempt=attempt, random=random, policy=policy)
    assert seconds is not None
    assert 0 <= seconds <= cap


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0.0),
        (" 17 ", 17.0),
        ("-3", None),
        ("1.5", None),
        ("soon", None),
        ("\uff11\uff12", None),
        ("Thu, 01 Jan 1970 00:16:50 GMT", 10.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Thu, 99 Foo 1970", None),
        ("9" * 400, float("inf")),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, now=1000.0) == seconds


@given(st.text())
def test_retry_after_survives_anything(value: str) -> None:
    seconds = retry_after(value, now=1000.0)
    assert seconds is None or seconds >= 0


def test_a_budget_is_spent_and_earned_back() -> None:
    budget = RetryBudget(12)
    assert [budget.take() for _ in range(3)] == [True, True, False]
    for _ in range(3):
        budget.refund()
    assert budget.take()
    for _ in range(100):
        budget.refund()
    assert [budget.take() for _ in range(3)] == [True, True, False]


def test_threads_do_not_overdraw_a_budget() -> None:
    budget = RetryBudget(500)
    taken: list[bool] = []

    def spend() -> None:
        for _ in range(50):
            taken.append(budget.take())  # noqa: PERF401 - as the threads interleave

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 100
