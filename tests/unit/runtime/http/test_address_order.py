"""The order in which addresses are tried."""

from __future__ import annotations

import socket

import pytest

from cumuli.runtime.http import address_order as reachability
from cumuli.runtime.http.address_order import Address, Reachability


def v4(host: str) -> Address:
    return (socket.AF_INET, (host, 443))


def v6(host: str) -> Address:
    return (socket.AF_INET6, (host, 443, 0, 0))


def test_families_take_turns_and_the_resolvers_order_decides_the_rest() -> None:
    found = [v6("::1"), v6("::2"), v6("::3"), v4("1"), v4("2"), v6("::1")]
    assert Reachability().order(found) == [v6("::1"), v4("1"), v6("::2"), v4("2"), v6("::3")]
    assert Reachability().order(found[3:]) == [v4("1"), v6("::1"), v4("2")]
    assert Reachability().order([]) == []


def test_what_did_not_answer_comes_last_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(reachability, "_monotonic", lambda: now)
    found = [v4("1"), v4("2"), v4("3")]
    known = Reachability()
    known.did_not_answer(v4("1"))
    now += 1
    known.did_not_answer(v4("3"))
    # The one whose silence is older first.
    assert known.order(found) == [v4("2"), v4("1"), v4("3")]
    now += 59.5
    assert known.order(found) == [v4("1"), v4("2"), v4("3")]
    known.did_not_answer(v4("2"))
    known.answered(v4("2"))
    now += 1
    assert known.order(found) == found


def test_an_attempt_that_was_given_up_at_once_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(reachability, "_monotonic", lambda: now)
    known, found = Reachability(), [v4("1"), v4("2")]
    known.given_up(v4("1"), now - 0.1)
    assert known.order(found) == found
    known.given_up(v4("1"), now - 0.25)
    assert known.order(found) == found[::-1]
