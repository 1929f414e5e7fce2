"""What the bad link does to one request that is repeated."""

from __future__ import annotations

from itertools import pairwise

from tests.field.link import FAULTS, Asked, Owed

EVERY = frozenset(FAULTS)


def test_a_repeated_request_meets_fewer_faults_than_a_client_tries() -> None:
    proxy = Owed(1, lambda _: EVERY, one_in=1)
    met = [proxy.trouble(Asked(number, "GET", "/flavors", {}, b"")) for number in range(1, 40)]
    assert [trouble in FAULTS for trouble in met].count(True) == 2


def test_what_one_request_is_spared_falls_upon_others() -> None:
    proxy = Owed(1, lambda _: EVERY, one_in=1)
    for number in range(1, 10):
        proxy.trouble(Asked(number, "GET", "/flavors", {}, b""))
    met = [proxy.trouble(Asked(number, "GET", f"/servers/{number}", {}, b"")) for number in range(10, 20)]
    assert set(met) == EVERY
    assert all(one is not other for one, other in pairwise(met))
