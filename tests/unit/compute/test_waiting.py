"""Waiting until nodes run, on a clock of the test's own: nothing here really waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from cumuli.compute.models import Node, NodeState
from cumuli.compute.waiting import APPEARING, GONE_SECONDS, SLOWEST_POLL, wait_until_running
from cumuli.errors import (
    CloudError,
    ConnectionFailed,
    DeadlineExceeded,
    MalformedResponse,
    NodeFailed,
    NodeNotFound,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
    Timeout,
)
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.protocol import Runtime

Look = Callable[[float], NodeState | Node | None]
"""What is seen of a node after so many seconds; None when it is not there."""


class Clock:
    """The two services of a runtime that waiting uses."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.pauses.append(seconds)
        self.time += seconds


def node(node_id: str, state: NodeState, **fields: Any) -> Node:
    addresses = {"public_ips": ("192.0.2.1",), "private_ips": ("10.0.0.1",)} if state == "running" else {}
    return Node(id=node_id, name="", state=state, provider="here", **{**addresses, **fields})


class Cloud:
    """Nodes that are what the test says at the time it says."""

    def __init__(self, *, strict: bool = False, slow: float = 0.0, **looks: Look) -> None:
        self.clock = Clock()
        self.looks = looks
        self.strict = strict
        self.slow = slow
        self.asked: list[list[str]] = []

    async def list_nodes(self, ids: Sequence[str]) -> list[Node]:
        self.asked.append(list(ids))
        self.clock.time += self.slow
        found: list[Node] = []
        for node_id in ids:
            look = self.looks[node_id](self.clock.time - 1000.0)
            if look is None:
                if self.strict:
                    raise NodeNotFound(f"there is no {node_id}")
                continue
            found.append(look if isinstance(look, Node) else node(node_id, look))
        return found

    def wait(self, *ids: str, **options: Any) -> list[tuple[Node, list[str]]]:
        settings = {"appeared": frozenset[str](), "public": True, "timeout": 600.0, "provider": "here", **options}
        return run(wait_until_running(cast("Runtime", self.clock), self.list_nodes, ids, **settings))


def after(seconds: float, then: NodeState | Node | None, before: NodeState | None = NodeState.PENDING) -> Look:
    return lambda now: then if now >= seconds else before


def test_ready_at_the_first_look_without_a_pause() -> None:
    cloud = Cloud(a=after(0, NodeState.RUNNING))
    [(ready, addresses)] = cloud.wait("a")
    assert (ready.id, addresses) == ("a", ["192.0.2.1"])
    assert cloud.clock.pauses == []


def test_nothing_to_wait_for_asks_nothing() -> None:
    cloud = Cloud()
    assert cloud.wait() == []
    assert cloud.asked == []


def test_only_those_that_are_not_ready_are_asked_for_again_and_the_order_is_kept() -> None:
    cloud = Cloud(a=after(2, NodeState.RUNNING), b=after(0, NodeState.RUNNING))
    assert [ready.id for ready, _ in cloud.wait("a", "b")] == ["a", "b"]
    assert cloud.asked[0] == ["a", "b"]
    assert all(ids == ["a"] for ids in cloud.asked[1:])


def test_pauses_grow_to_a_bound() -> None:
    cloud = Cloud(a=after(120, NodeState.RUNNING))
    cloud.wait("a")
    pauses = cloud.clock.pauses
    assert pauses == sorted(pauses)
    assert pauses[0] <= 1.0
    assert pauses[-1] == SLOWEST_POLL
    assert len(pauses) < 30


@pytest.mark.parametrize(("public", "address"), [(True, "192.0.2.9"), (False, "10.9.9.9")])
def test_running_without_the_address_is_not_ready(public: bool, address: str) -> None:
    with_address = node("a", NodeState.RUNNING, public_ips=("192.0.2.9",), private_ips=("10.9.9.9",))
    without = {"public_ips": ()} if public else {"private_ips": ()}
    cloud = Cloud(a=lambda now: with_address if now >= 5 else node("a", NodeState.RUNNING, **without))
    assert cloud.wait("a", public=public) == [(with_address, [address])]
    assert cloud.clock.time - 1000 >= 5


def test_having_an_address_is_not_running() -> None:
    early = node("a", NodeState.PENDING, public_ips=("192.0.2.9",))
    cloud = Cloud(a=lambda now: NodeState.RUNNING if now >= 5 else early)
    [(ready, _)] = cloud.wait("a")
    assert ready.state is NodeState.RUNNING


def test_ipv4_comes_before_ipv6_and_else_the_order_stays() -> None:
    addresses = ("2001:db8::2", "192.0.2.7", "2001:db8::1", "192.0.2.3")
    cloud = Cloud(a=lambda _: node("a", NodeState.RUNNING, public_ips=addresses))
    assert cloud.wait("a")[0][1] == ["192.0.2.7", "192.0.2.3", "2001:db8::2", "2001:db8::1"]


@pytest.mark.parametrize("strict", [False, True])
def test_a_node_that_is_not_listed_yet_gets_time_to_appear(strict: bool) -> None:
    cloud = Cloud(strict=strict, a=after(APPEARING - 10, NodeState.RUNNING, None))
    assert len(cloud.wait("a")) == 1


def test_a_node_that_never_appears_is_not_found() -> None:
    cloud = Cloud(strict=True, a=lambda _: None)
    with pytest.raises(NodeNotFound):
        cloud.wait("a")
    assert APPEARING < cloud.clock.time - 1000 < APPEARING + 2 * SLOWEST_POLL


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("others", [[], ["b", "c"]])
def test_a_node_that_disappears_is_not_found_after_several_looks(strict: bool, others: list[str]) -> None:
    cloud = Cloud(strict=strict, a=after(3, None), b=after(1000, NodeState.RUNNING), c=after(5, NodeState.RUNNING))
    with pytest.raises(NodeNotFound, match=r"a disappeared .*: \d+ looks in 1\d s did not show it"):
        cloud.wait("a", *others)
    assert 3 + GONE_SECONDS <= cloud.clock.time - 1000 < 25


@pytest.mark.parametrize("strict", [False, True])
def test_one_look_that_misses_a_node_says_nothing(strict: bool) -> None:
    hidden = iter([False, True, False, True, True, False])
    cloud = Cloud(
        strict=strict,
        a=lambda now: None if next(hidden, False) else NodeState.RUNNING if now > 30 else NodeState.PENDING,
        b=after(2, NodeState.RUNNING),
    )
    assert [ready.id for ready, _ in cloud.wait("a", "b", appeared=frozenset({"a"}))] == ["a", "b"]


def test_others_are_looked_at_beside_one_that_is_not_there() -> None:
    cloud = Cloud(strict=True, a=after(20, NodeState.RUNNING, None), b=after(2, NodeState.ERROR))
    with pytest.raises(NodeFailed, match="b will not run"):
        cloud.wait("a", "b")
    assert cloud.clock.time - 1000 < 5


@pytest.mark.parametrize(
    "failure",
    [
        ProviderUnavailable("503"),
        RateLimited("slow down"),
        ConnectionFailed("cut"),
        Timeout("slow"),
        MalformedResponse("HTML"),
        DeadlineExceeded("the client's own time for a call is up"),
    ],
)
def test_a_look_that_failed_says_nothing(failure: CloudError) -> None:
    def look(now: float) -> NodeState:
        if 2 < now < 60:
            raise failure
        return NodeState.RUNNING if now > 90 else NodeState.PENDING

    [(ready, _)] = Cloud(a=look).wait("a")
    assert ready.state is NodeState.RUNNING


def test_the_time_that_the_provider_asks_for_is_waited() -> None:
    def look(now: float) -> NodeState:
        if now < 30:
            raise RateLimited("slow down", retry_after=40)
        return NodeState.RUNNING

    cloud = Cloud(a=look)
    cloud.wait("a")
    assert cloud.clock.pauses == [40]


def test_what_was_last_seen_is_told_when_looks_fail_to_the_end() -> None:
    def look(now: float) -> NodeState:
        if now > 5:
            raise ProviderUnavailable("the service is down")
        return NodeState.PENDING

    with pytest.raises(DeadlineExceeded, match="a is pending; the last look failed: the service is down") as caught:
        Cloud(a=look).wait("a", timeout=60)
    assert isinstance(caught.value.__cause__, ProviderUnavailable)


@pytest.mark.parametrize("state", [NodeState.STOPPED, NodeState.SUSPENDED, NodeState.PAUSED])
def test_a_node_that_was_on_its_way_and_rests_ends_the_waiting_with_the_reason(state: NodeState) -> None:
    cloud = Cloud(a=lambda now: node("a", state, state_reason="spot") if now >= 3 else NodeState.PENDING)
    with pytest.raises(NodeFailed, match=rf"a will not run: it is {state}: spot"):
        cloud.wait("a")
    assert 3 + GONE_SECONDS <= cloud.clock.time - 1000 < 3 + GONE_SECONDS + 2 * SLOWEST_POLL


@pytest.mark.parametrize("state", [NodeState.STOPPED, NodeState.SUSPENDED, NodeState.PAUSED])
def test_one_look_that_shows_a_node_at_rest_is_not_its_end(state: NodeState) -> None:
    behind = [(3, NodeState.PENDING), (4, state), (20, NodeState.PENDING), (30, state), (60, NodeState.RUNNING)]
    cloud = Cloud(a=lambda now: next((seen for until, seen in behind if now < until), NodeState.RUNNING))
    [(ready, _)] = cloud.wait("a")
    assert ready.state is NodeState.RUNNING


def test_a_new_node_that_rests_from_the_first_look_gets_time_to_be_started() -> None:
    cloud = Cloud(a=lambda _: node("a", NodeState.STOPPED, provider_state="SHUTOFF", state_reason="no room"))
    with pytest.raises(NodeFailed, match="it is SHUTOFF: no room"):
        cloud.wait("a", newborn=frozenset({"a"}))
    assert APPEARING <= cloud.clock.time - 1000 < APPEARING + 2 * SLOWEST_POLL


def test_why_a_node_rests_is_told_when_time_is_up() -> None:
    cloud = Cloud(a=lambda _: node("a", NodeState.STOPPED, state_reason="User initiated"))
    with pytest.raises(DeadlineExceeded, match=r"a is stopped \(User initiated\)"):
        cloud.wait("a", timeout=60)


def test_a_node_that_was_known_to_be_there_gets_no_time_to_appear() -> None:
    cloud = Cloud(strict=True, a=lambda _: None)
    with pytest.raises(NodeNotFound):
        cloud.wait("a", appeared=frozenset({"a"}))
    assert cloud.clock.time - 1000 < APPEARING - 5


@pytest.mark.parametrize("state", [NodeState.ERROR, NodeState.TERMINATED])
def test_a_node_that_fails_ends_the_waiting_with_its_reason(state: NodeState) -> None:
    broken = node("a", state, state_reason="no capacity in the zone")
    cloud = Cloud(a=lambda now: broken if now >= 2 else NodeState.PENDING, b=after(1000, NodeState.RUNNING))
    with pytest.raises(NodeFailed, match="a will not run: no capacity in the zone"):
        cloud.wait("b", "a")
    assert cloud.clock.time - 1000 < 5


def test_the_reason_may_be_the_providers_word_or_the_state() -> None:
    cloud = Cloud(a=lambda _: node("a", NodeState.ERROR, provider_state="BROKEN"))
    with pytest.raises(NodeFailed, match="BROKEN"):
        cloud.wait("a")
    cloud = Cloud(a=lambda _: node("a", NodeState.ERROR))
    with pytest.raises(NodeFailed, match="error"):
        cloud.wait("a")


def test_a_stopped_node_may_still_be_started() -> None:
    cloud = Cloud(a=after(60, NodeState.RUNNING, NodeState.STOPPED))
    assert len(cloud.wait("a")) == 1


def test_when_time_is_up_the_message_says_who_is_late_and_why() -> None:
    cloud = Cloud(
        a=after(0, NodeState.RUNNING),
        b=lambda _: node("b", NodeState.RUNNING, public_ips=()),
        c=after(1000, NodeState.RUNNING),
        d=lambda _: None,
    )
    with pytest.raises(DeadlineExceeded) as caught:
        cloud.wait("a", "b", "c", "d", timeout=28)
    text = caught.value.message
    assert "after 28 s" in text
    assert "b is running without a public address" in text
    assert "c is pending" in text
    assert "d was not listed yet" in text
    assert "a is" not in text
    assert caught.value.retryable is False
    assert cloud.clock.time - 1000 == pytest.approx(28)


def test_the_last_look_is_at_the_very_end() -> None:
    cloud = Cloud(a=after(29.9, NodeState.RUNNING))
    assert len(cloud.wait("a", timeout=30)) == 1


def test_no_time_at_all_means_one_look() -> None:
    assert len(Cloud(a=after(0, NodeState.RUNNING)).wait("a", timeout=0)) == 1
    cloud = Cloud(a=after(1, NodeState.RUNNING))
    with pytest.raises(DeadlineExceeded):
        cloud.wait("a", timeout=0)
    assert len(cloud.asked) == 1


def test_a_listing_that_takes_too_long_is_told_as_waiting_too_long() -> None:
    cloud = Cloud(a=after(0, NodeState.PENDING))

    async def too_slow(_ids: Sequence[str]) -> list[Node]:
        raise DeadlineExceeded("the time for the whole operation is up")

    waiting = wait_until_running(
        cast("Runtime", cloud.clock),
        too_slow,
        ["a"],
        appeared=frozenset(),
        public=True,
        timeout=5,
        provider="here",
    )
    with pytest.raises(DeadlineExceeded, match="a was not seen; the last look failed: the time") as caught:
        run(waiting)
    assert isinstance(caught.value.__cause__, DeadlineExceeded)


def test_other_errors_end_the_waiting() -> None:
    def refuse(_now: float) -> None:
        raise PermissionDenied("not for you")

    with pytest.raises(PermissionDenied):
        Cloud(a=refuse).wait("a")
