"""Waiting until nodes stop or go, and until volumes, images and snapshots can be used, on a clock of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from cumuli.compute.models import ImageState, Node, NodeImage, NodeState, SnapshotState, Volume, VolumeSnapshot
from cumuli.compute.models import VolumeState as State
from cumuli.compute.waiting import (
    APPEARING,
    GONE_LOOKS,
    GONE_SECONDS,
    IMAGE_AVAILABLE,
    NODE_DESTROYED,
    NODE_STOPPED,
    SLOWEST_POLL,
    SNAPSHOT_AVAILABLE,
    VOLUME_AVAILABLE,
    Goal,
    volume_attached,
    volume_detached,
    wait_until,
)
from cumuli.errors import (
    CloudError,
    DeadlineExceeded,
    NodeFailed,
    NodeNotFound,
    PermissionDenied,
    ProviderUnavailable,
    ResourceFailed,
    VolumeNotFound,
)
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.models import EC2Volume
from cumuli.providers.aws.ec2.volumes import volume_of
from cumuli.providers.openstack.compute.models import OpenStackVolume
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.protocol import Runtime

Look = Callable[[float], Any]


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.time += seconds


def node(state: NodeState, **fields: Any) -> Node:
    return Node(id="a", name="", state=state, provider="here", **fields)


def volume(state: State, *attached_to: str, **fields: Any) -> Volume:
    return Volume(id="a", name="", size=1, state=state, provider="here", attached_to=attached_to, **fields)


def cinders(state: State, *attached_to: str) -> OpenStackVolume:
    return OpenStackVolume(id="a", name="", size=1, state=state, provider="openstack", attached_to=attached_to)


def image(state: ImageState, **fields: Any) -> NodeImage:
    return NodeImage(id="a", name="", state=state, provider="here", **fields)


def snapshot(state: SnapshotState, **fields: Any) -> VolumeSnapshot:
    return VolumeSnapshot(id="a", name="", state=state, provider="here", **fields)


def then(*seen: tuple[float, Any]) -> Look:
    """What is seen from each of these seconds on; None for nothing, an error for a look that fails."""
    return lambda now: [thing for since, thing in seen if now >= since][-1]


def wait(goal: Goal[Any], look: Look, **options: Any) -> tuple[Any, float]:
    """What the wait gave of the one thing, and how long it took."""
    clock = Clock()

    async def looks(_ids: Sequence[str]) -> list[Any]:
        thing = look(clock.time)
        if isinstance(thing, CloudError):
            raise thing
        return [] if thing is None else [thing]

    settings: dict[str, Any] = {"appeared": frozenset({"a"}), "timeout": 600.0, "provider": "here", **options}
    found: dict[str, Any] = run(wait_until(cast("Runtime", clock), looks, ["a"], goal, **settings))
    return found.get("a"), clock.time


REACHED = [
    (NODE_STOPPED, node(NodeState.STOPPING), node(NodeState.STOPPED)),
    (NODE_STOPPED, node(NodeState.RUNNING), node(NodeState.STOPPED)),
    (NODE_DESTROYED, node(NodeState.STOPPING), node(NodeState.TERMINATED)),
    (VOLUME_AVAILABLE, volume(State.CREATING), volume(State.AVAILABLE)),
    (VOLUME_AVAILABLE, volume(State.DETACHING, "n"), volume(State.AVAILABLE)),
    (volume_attached(None), volume(State.ATTACHING, "n"), volume(State.IN_USE, "n")),
    (volume_attached("n"), volume(State.AVAILABLE), volume(State.IN_USE, "m", "n")),
    (volume_attached("n"), volume(State.IN_USE, "m"), volume(State.IN_USE, "m", "n")),
    (volume_attached("n"), volume(State.IN_USE), volume(State.IN_USE, "n")),
    (volume_detached(None), volume(State.IN_USE, "n"), volume(State.AVAILABLE)),
    (volume_detached("n"), volume(State.DETACHING, "n"), volume(State.AVAILABLE)),
    (volume_detached("n"), volume(State.IN_USE, "m", "n"), volume(State.IN_USE, "m")),
    (volume_detached("n"), volume(State.DETACHING, "m", "n"), volume(State.DETACHING, "m")),
    (volume_detached("n"), volume(State.DETACHING, "n"), volume(State.ATTACHING, "m")),
    (IMAGE_AVAILABLE, image(ImageState.CREATING), image(ImageState.AVAILABLE)),
    (IMAGE_AVAILABLE, image(ImageState.UNKNOWN), image(ImageState.AVAILABLE)),
    (SNAPSHOT_AVAILABLE, snapshot(SnapshotState.CREATING), snapshot(SnapshotState.AVAILABLE)),
]


@pytest.mark.parametrize(("goal", "before", "after"), REACHED)
def test_it_waits_for_that_and_no_longer(goal: Goal[Any], before: Any, after: Any) -> None:
    found, seconds = wait(goal, then((0, before), (20, after)))
    assert found is after
    assert 20 <= seconds < 31
    assert wait(goal, then((0, after))) == (after, 0.0)


@pytest.mark.parametrize(("goal", "before", "after"), REACHED)
def test_a_look_that_failed_says_nothing(goal: Goal[Any], before: Any, after: Any) -> None:
    found, _ = wait(goal, then((0, before), (3, ProviderUnavailable("not now")), (15, before), (20, after)))
    assert found is after
    with pytest.raises(PermissionDenied):
        wait(goal, then((0, PermissionDenied("no"))))


@pytest.mark.parametrize(("goal", "before", "after"), REACHED)
def test_the_time_is_up_with_what_was_last_seen(goal: Goal[Any], before: Any, after: Any) -> None:
    del after
    with pytest.raises(DeadlineExceeded) as caught:
        wait(goal, then((0, before), (20, ProviderUnavailable("not now"))), timeout=60.0)
    assert f"a is {before.state}" in caught.value.message
    assert "the last look failed: not now" in caught.value.message


@pytest.mark.parametrize(
    ("goal", "before", "after", "says"),
    [
        (NODE_STOPPED, node(NodeState.STOPPING), node(NodeState.ERROR, state_reason="no host"), "not stop: no host"),
        (NODE_DESTROYED, node(NodeState.STOPPING), node(NodeState.ERROR, state_reason="stuck"), "destroyed: stuck"),
        (
            VOLUME_AVAILABLE,
            volume(State.CREATING),
            volume(State.ERROR, provider_state="error_restoring"),
            "be available: it is error_restoring",
        ),
        (volume_attached("n"), volume(State.ATTACHING), volume(State.ERROR), "be attached: it is error"),
        (IMAGE_AVAILABLE, image(ImageState.CREATING), image(ImageState.ERROR, state_reason="no disk"), ": no disk"),
        (SNAPSHOT_AVAILABLE, snapshot(SnapshotState.CREATING), snapshot(SnapshotState.ERROR), ": it is error"),
    ],
)
def test_what_fails_ends_the_wait_at_once(goal: Goal[Any], before: Any, after: Any, says: str) -> None:
    with pytest.raises(ResourceFailed, match=says) as caught:
        wait(goal, then((0, before), (20, after), (40, None)))
    assert isinstance(caught.value, NodeFailed) is isinstance(after, Node)


def shared(**words: str) -> EC2Volume:
    """A volume of EC2's that several nodes have, with AWS's words for each attachment."""
    items = [wire.AttachmentItem(instance_id=node, status=word) for node, word in words.items()]
    return volume_of(wire.VolumeItem(volume_id="a", status="in-use", attachment_set=items))


SHARED = [
    # What moves between the volume and the one node is nothing to those that wait for the other one.
    (volume_attached("n"), shared(n="attaching"), shared(n="attached", m="attaching")),
    (volume_attached("n"), shared(n="attaching", m="attached"), shared(n="attached", m="detaching")),
    (volume_attached("n"), shared(n="detaching", m="attached"), shared(n="attached", m="busy")),
    (volume_attached("n"), shared(m="attaching"), shared(n="attached", m="attaching")),
    (volume_detached("n"), shared(n="detaching", m="attached"), shared(m="attaching")),
    (volume_detached("n"), shared(n="busy", m="attached"), shared(m="detaching")),
    # Cinder lists those nodes that have it, and says that some node is on its way to it, or from it.
    (volume_attached("n"), cinders(State.ATTACHING), cinders(State.ATTACHING, "n")),
    (volume_attached("n"), cinders(State.ATTACHING, "m"), cinders(State.ATTACHING, "m", "n")),
    (volume_attached("n"), cinders(State.DETACHING, "m", "n"), cinders(State.IN_USE, "n")),
    (volume_detached("n"), cinders(State.DETACHING, "m", "n"), cinders(State.ATTACHING, "m")),
]


@pytest.mark.parametrize(("goal", "before", "after"), SHARED)
def test_of_a_shared_volume_the_one_attachment_counts(goal: Goal[Any], before: Any, after: Any) -> None:
    found, seconds = wait(goal, then((0, before), (20, after)))
    assert found is after
    assert 20 <= seconds < 31


@pytest.mark.parametrize(
    ("goal", "before", "rest", "says"),
    [
        (
            volume_attached("n"),
            shared(n="attaching", m="attached"),
            shared(m="attached"),
            "not be attached: it is in-use, and not attached to n",
        ),
        (
            volume_detached("n"),
            shared(n="detaching", m="attached"),
            shared(n="attached", m="detaching"),
            "attached to n",
        ),
    ],
)
def test_of_a_shared_volume_the_one_attachment_fails(goal: Goal[Any], before: Any, rest: Any, says: str) -> None:
    with pytest.raises(ResourceFailed, match=says):
        wait(goal, then((0, before), (20, rest)))


def test_a_wait_for_one_attachment_tells_of_that() -> None:
    with pytest.raises(DeadlineExceeded, match="a is attaching, and on its way from n"):
        wait(volume_attached("n"), then((0, shared(n="detaching", m="attaching"))), timeout=30.0)


def test_the_state_on_a_node() -> None:
    whole = volume(State.ERROR, "n")
    assert (whole.state_on("n"), whole.state_on("m")) == (State.ERROR, State.ERROR)
    assert volume(State.AVAILABLE).state_on("n") is State.AVAILABLE
    assert volume(State.ATTACHING).state_on("n") is State.ATTACHING
    assert volume(State.IN_USE, "m").state_on(node(NodeState.RUNNING)) is State.AVAILABLE
    assert shared(n="odd").state_on("n") is State.IN_USE
    assert shared(n="attached", m="detaching").state is State.DETACHING


RESTS = [
    (volume_attached("n"), volume(State.ATTACHING), volume(State.AVAILABLE), volume(State.IN_USE, "n"), "available"),
    (volume_detached(None), volume(State.DETACHING), volume(State.IN_USE, "n"), volume(State.AVAILABLE), "in_use"),
]


@pytest.mark.parametrize(("goal", "before", "rest", "reached", "word"), RESTS)
def test_what_was_on_its_way_and_rests_ends_the_wait_after_several_looks(
    goal: Goal[Any], before: Any, rest: Any, reached: Any, word: str
) -> None:
    del reached
    looks: list[float] = []

    def look(now: float) -> Any:
        looks.append(now)
        return then((0, before), (20, rest))(now)

    with pytest.raises(ResourceFailed, match=f"will not {goal.verb}: it is {word}"):
        wait(goal, look)
    resting = [now for now in looks if now >= 20]
    assert len(resting) >= GONE_LOOKS
    assert GONE_SECONDS <= resting[-1] - resting[0] <= GONE_SECONDS + SLOWEST_POLL


@pytest.mark.parametrize(("goal", "before", "rest", "reached", "word"), RESTS)
@pytest.mark.parametrize("stale", [(1.0, 1.5), (1.0, 7.0), (20.0, 30.0)], ids=["once", "thrice", "late"])
def test_looks_that_met_a_replica_that_is_behind_are_not_the_end(
    goal: Goal[Any], before: Any, rest: Any, reached: Any, word: str, stale: tuple[float, float]
) -> None:
    del word
    since, until = stale
    # Twice: looks of long ago do not count beside those of now.
    seen = ((0, before), (since, rest), (until, before), (50, rest), (60, before), (90, reached))
    found, seconds = wait(goal, then(*seen))
    assert (found, seconds >= 90) == (reached, True)


def test_a_node_that_failed_long_ago_may_still_be_destroyed() -> None:
    assert wait(NODE_DESTROYED, then((0, node(NodeState.ERROR)), (20, None)))[0] is None
    with pytest.raises(DeadlineExceeded, match="a is error"):
        wait(NODE_DESTROYED, then((0, node(NodeState.ERROR))), timeout=30.0)


def test_what_is_gone_is_destroyed() -> None:
    found, seconds = wait(NODE_DESTROYED, then((0, node(NodeState.STOPPING)), (5, None)))
    assert (found, seconds < 15) == (None, True)
    # By a listing of ids that makes an error of one.
    assert wait(NODE_DESTROYED, then((0, NodeNotFound("no"))))[0] is None
    # This client has destroyed it: the first look that does not show it is believed.
    assert wait(NODE_DESTROYED, then((0, None)), is_gone={"a"}.__contains__) == (None, 0.0)


def test_one_look_that_does_not_show_a_node_is_not_its_end() -> None:
    found, seconds = wait(
        NODE_DESTROYED,
        then((0, node(NodeState.RUNNING)), (1, None), (1.5, node(NodeState.RUNNING)), (20, node(NodeState.TERMINATED))),
    )
    assert found.state is NodeState.TERMINATED
    assert seconds >= 20
    # Nor are a few of a new node, which may not be known everywhere yet.
    _, seconds = wait(NODE_DESTROYED, then((0, None)), appeared=frozenset[str](), newborn=frozenset({"a"}))
    assert seconds >= GONE_SECONDS


def test_a_volume_that_is_not_there_yet_is_waited_for_and_one_that_is_gone_is_not() -> None:
    late = then((0, None), (20, volume(State.CREATING)), (25, volume(State.AVAILABLE)))
    found, _ = wait(VOLUME_AVAILABLE, late, appeared=frozenset[str]())
    assert found.state is State.AVAILABLE
    with pytest.raises(VolumeNotFound, match="did not appear"):
        wait(VOLUME_AVAILABLE, then((0, None)), appeared=frozenset[str](), timeout=APPEARING * 3)
    with pytest.raises(VolumeNotFound, match="disappeared"):
        wait(VOLUME_AVAILABLE, then((0, volume(State.CREATING)), (5, None)))
