"""The bounds on time of the other tests are bounds."""

from __future__ import annotations

import pytest

from tests.support.bounds import TRIES, TooSlow, again_when_slow, crowding, in_time


def test_what_is_in_time_once_is_good() -> None:
    seconds = iter([5e6, 2e6, 0.5])

    @again_when_slow
    def sometimes() -> None:
        in_time(next(seconds), 1)

    sometimes()
    assert list(seconds) == []


def test_what_is_never_in_time_fails() -> None:
    tried = 0

    @again_when_slow
    def never() -> None:
        nonlocal tried
        tried += 1
        in_time(1e6, 1)

    with pytest.raises(TooSlow, match=r"it took 1000000\.00 s, and may take less than \d+\.\d\d s"):
        never()
    assert tried == TRIES


def test_another_failure_is_not_tried_again() -> None:
    tried = 0

    @again_when_slow
    def wrong() -> None:
        nonlocal tried
        tried += 1
        raise AssertionError("wrong")

    with pytest.raises(AssertionError, match="wrong"):
        wrong()
    assert tried == 1


def test_a_bound_grows_with_the_number_of_those_who_share_a_cpu() -> None:
    assert 1 <= crowding() < 1000
    in_time(0.5 * crowding(), 1)
