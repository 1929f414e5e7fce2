"""Waiting until things are as they are to be: until nodes run, volumes can be attached, and so on.

A look that failed says nothing of the things, and one that does not show a thing may have met a replica that
does not know it yet. So it goes on until the time is up, unless the provider refuses to be looked at, or a
thing is where it does not get on from.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from cumuli.compute.models import (
    ImageState,
    Node,
    NodeImage,
    NodeState,
    SnapshotState,
    Volume,
    VolumeSnapshot,
    VolumeState,
)
from cumuli.errors import (
    AuthenticationError,
    CloudError,
    ConfigurationError,
    DeadlineExceeded,
    ImageNotFound,
    InvalidRequest,
    NodeFailed,
    NodeNotFound,
    NotFound,
    NotSupported,
    PermissionDenied,
    ResourceFailed,
    SnapshotNotFound,
    VolumeNotFound,
)
from cumuli.runtime.deadline import current_deadline, deadline
from cumuli.runtime.protocol import Runtime

__all__ = [
    "IMAGE_AVAILABLE",
    "LOST_NODE",
    "NEWBORN",
    "NODES",
    "NODE_DESTROYED",
    "NODE_STOPPED",
    "ON_THE_WAY",
    "REFUSALS",
    "RESTING",
    "SNAPSHOT_AVAILABLE",
    "VOLUMES",
    "VOLUME_AVAILABLE",
    "Goal",
    "Looks",
    "ThingT",
    "addresses",
    "volume_attached",
    "volume_detached",
    "wait_until",
    "wait_until_running",
]


class Thing(Protocol):
    """A node, a volume, an image or a snapshot."""

    @property
    def id(self) -> str: ...
    @property
    def state(self) -> StrEnum: ...
    @property
    def provider_state(self) -> str: ...
    @property
    def state_reason(self) -> str | None: ...


ThingT = TypeVar("ThingT", bound=Thing)
NodeT = TypeVar("NodeT", bound=Node)
Looks = Callable[[Sequence[str]], Awaitable[Sequence[ThingT]]]

FIRST_POLL = 0.5
SLOWEST_POLL = 10.0
# What the last look may take when the time is up already: it decides.
LAST_LOOK = 2.0
# A thing that was created a moment ago may not be in listings yet (EC2 says so of itself).
APPEARING = 30.0
# A thing that was there is gone when so many looks in a row, over so many seconds, did not show it. One that was
# on its way and rests will stay there on the same terms: a single look may have met a replica that is behind.
GONE_LOOKS = 3
GONE_SECONDS = 10.0
# Where something is waited for to be gone, and is not new, this many looks in a row are enough.
MISSED_LOOKS = 2
# States of a thing that may have been created a moment ago.
NEWBORN = frozenset(
    {
        *(NodeState.PENDING, NodeState.STARTING, NodeState.UNKNOWN),
        *(VolumeState.CREATING, ImageState.CREATING, SnapshotState.CREATING),
    }
)
ON_THE_WAY = frozenset({NodeState.PENDING, NodeState.STARTING, NodeState.RUNNING, NodeState.REBOOTING})
RESTING = frozenset({NodeState.STOPPED, NodeState.SUSPENDED, NodeState.PAUSED})
# What another look cannot make better.
REFUSALS = (AuthenticationError, PermissionDenied, InvalidRequest, ConfigurationError, NotSupported)


class Goal(Generic[ThingT]):
    """What is waited for, and what is known of the ways there.

    Args:
        reached: Whether a thing is as it is to be.
        verb: What it is to do, for "will not …".
        kinds: What the things are called, with the verb that shows one of them.
        failed: States where no way leads on from.
        on_the_way: States that show that it has begun.
        resting: States where something that was on its way before will stay, if several looks show it there.
        not_found: The error for a thing that is not there.
        error: The error for one that failed.
        goes: Whether being gone is what is waited for.
        told: What more to say of one that is late.
        state: The state of a thing to go by, where that is not its own.
    """

    def __init__(
        self,
        reached: Callable[[ThingT], bool],
        *,
        verb: str,
        kinds: tuple[str, str],
        failed: frozenset[str],
        not_found: type[NotFound],
        on_the_way: frozenset[str] = frozenset(),
        resting: frozenset[str] = frozenset(),
        error: type[ResourceFailed] = ResourceFailed,
        goes: bool = False,
        told: Callable[[ThingT], str] = lambda _: "",
        state: Callable[[ThingT], str] = lambda thing: thing.state,
    ) -> None:
        self.reached = reached
        self.state = state
        self.verb = verb
        self.kinds = kinds
        self.failed = failed
        self.not_found = not_found
        self.on_the_way = on_the_way
        self.resting = resting
        self.error = error
        self.goes = goes
        self.told = told


NODES = ("nodes", "get_node")
VOLUMES = ("volumes", "get_volume")
LOST_NODE = frozenset({NodeState.ERROR, NodeState.TERMINATED})
WAYS = {
    VolumeState.ATTACHING: "on its way to",
    VolumeState.IN_USE: "attached to",
    VolumeState.DETACHING: "on its way from",
    VolumeState.AVAILABLE: "not attached to",
}
LOST_VOLUME = frozenset({VolumeState.ERROR, VolumeState.DELETING, VolumeState.DELETED})

NODE_STOPPED: Goal[Node] = Goal(
    lambda node: node.state is NodeState.STOPPED,
    verb="stop",
    kinds=NODES,
    failed=LOST_NODE,
    not_found=NodeNotFound,
    error=NodeFailed,
)
NODE_DESTROYED: Goal[Node] = Goal(
    lambda node: node.state is NodeState.TERMINATED,
    verb="be destroyed",
    kinds=NODES,
    failed=frozenset({NodeState.ERROR}),
    not_found=NodeNotFound,
    error=NodeFailed,
    goes=True,
)
VOLUME_AVAILABLE: Goal[Volume] = Goal(
    lambda volume: volume.state is VolumeState.AVAILABLE,
    verb="be available",
    kinds=VOLUMES,
    failed=LOST_VOLUME,
    not_found=VolumeNotFound,
)
IMAGE_AVAILABLE: Goal[NodeImage] = Goal(
    lambda image: image.state is ImageState.AVAILABLE,
    verb="be available",
    kinds=("images", "get_image"),
    failed=frozenset({ImageState.ERROR, ImageState.DELETING, ImageState.DELETED}),
    not_found=ImageNotFound,
)
SNAPSHOT_AVAILABLE: Goal[VolumeSnapshot] = Goal(
    lambda snapshot: snapshot.state is SnapshotState.AVAILABLE,
    verb="be available",
    kinds=("snapshots", "list_volume_snapshots"),
    failed=frozenset({SnapshotState.ERROR, SnapshotState.DELETING}),
    not_found=SnapshotNotFound,
)


def volume_attached(node_id: str | None) -> Goal[Volume]:
    """Attached to this node, or to any."""
    state = _state_on(node_id)
    return Goal(
        lambda volume: (
            state(volume) is VolumeState.IN_USE and node_id in {None, *volume.attached_to} and bool(volume.attached_to)
        ),
        state=state,
        verb="be attached",
        kinds=VOLUMES,
        failed=LOST_VOLUME,
        on_the_way=frozenset({VolumeState.ATTACHING}),
        resting=frozenset({VolumeState.AVAILABLE}),
        not_found=VolumeNotFound,
        told=_as_to(node_id),
    )


def volume_detached(node_id: str | None) -> Goal[Volume]:
    """Attached to this node no more, or to none."""
    state = _state_on(node_id)
    return Goal(
        lambda volume: (
            state(volume) is VolumeState.AVAILABLE
            or (node_id is not None and volume.state is VolumeState.IN_USE and node_id not in volume.attached_to)
        ),
        state=state,
        verb="be detached",
        kinds=VOLUMES,
        failed=LOST_VOLUME,
        on_the_way=frozenset({VolumeState.DETACHING}),
        resting=frozenset({VolumeState.IN_USE}),
        not_found=VolumeNotFound,
        told=_as_to(node_id),
    )


def _state_on(node_id: str | None) -> Callable[[Volume], VolumeState]:
    """The state of a volume: as far as one node goes, or for all of them the volume's own."""
    return lambda volume: volume.state if node_id is None else volume.state_on(node_id)


def _as_to(node_id: str | None) -> Callable[[Volume], str]:
    """What its own state does not tell of a volume: how it stands with one node, while others have it."""

    def told(volume: Volume) -> str:
        state = volume.state if node_id is None else volume.state_on(node_id)
        return "" if state is volume.state else f", and {WAYS.get(state, state)} {node_id}"

    return told


async def wait_until_running(
    runtime: Runtime,
    list_nodes: Looks[NodeT],
    ids: Sequence[str],
    *,
    appeared: frozenset[str],
    newborn: frozenset[str] = frozenset(),
    is_gone: Callable[[str], bool] = lambda _: False,
    public: bool,
    timeout: float,
    provider: str,
) -> list[tuple[NodeT, list[str]]]:
    """Wait until each node runs and has an address; see ``wait_until``."""

    def told(node: NodeT) -> str:
        # A running node is late for its address alone; saying so tells the user which argument to change.
        kind = "public" if public else "private"
        return f" without a {kind} address" if node.state is NodeState.RUNNING else ""

    goal: Goal[NodeT] = Goal(
        lambda node: bool(addresses(node, public=public)),
        verb="run",
        kinds=NODES,
        failed=LOST_NODE,
        on_the_way=ON_THE_WAY,
        resting=RESTING,
        not_found=NodeNotFound,
        error=NodeFailed,
        told=told,
    )
    found = await wait_until(
        runtime,
        list_nodes,
        ids,
        goal,
        appeared=appeared,
        newborn=newborn,
        is_gone=is_gone,
        timeout=timeout,
        provider=provider,
    )
    return [(found[node_id], addresses(found[node_id], public=public)) for node_id in ids]


async def wait_until(
    runtime: Runtime,
    looks: Looks[ThingT],
    ids: Sequence[str],
    goal: Goal[ThingT],
    *,
    appeared: frozenset[str],
    newborn: frozenset[str] = frozenset(),
    is_gone: Callable[[str], bool] = lambda _: False,
    timeout: float,
    provider: str,
) -> dict[str, ThingT]:
    """Poll, ever more slowly, until each thing is as it is to be; see ``AsyncCompute``.

    ``appeared`` are the ids of things that listings are known to show already, ``newborn`` those of things
    that the caller knows as being created; ``is_gone`` knows those that this client itself destroyed.
    """
    start = runtime.monotonic()
    end = min(start + timeout, current_deadline())
    seen = _Seen(goal, start, appeared, newborn, is_gone, provider=provider)
    ready: dict[str, ThingT] = {}
    pause = FIRST_POLL
    while True:
        waiting = [thing_id for thing_id in ids if thing_id not in ready and thing_id not in seen.gone]
        if not waiting:
            return ready
        wanted_pause = pause
        failure: CloudError | None = None
        try:
            with deadline(max(end - runtime.monotonic(), LAST_LOOK)):
                found = await _look(looks, waiting, goal.not_found)
        except REFUSALS:
            raise
        except CloudError as error:
            failure = error
            wanted_pause = max(pause, error.retry_after or 0.0)
        else:
            ready.update((thing_id, thing) for thing_id, thing in found.items() if goal.reached(thing))
            seen.note(waiting, found, runtime.monotonic())
        waiting = [thing_id for thing_id in waiting if thing_id not in ready and thing_id not in seen.gone]
        if waiting:
            now = runtime.monotonic()
            if now >= end:
                raise seen.too_late(waiting, now - start, failure) from failure
            await runtime.sleep(min(wanted_pause, end - now))
            pause = min(pause * 1.5, SLOWEST_POLL)


async def _look(looks: Looks[ThingT], ids: Sequence[str], not_found: type[NotFound]) -> dict[str, ThingT]:
    """Those of the things that are there. One that is not fails the whole listing: it is looked for by halves."""
    try:
        return {thing.id: thing for thing in await looks(ids)}
    except not_found:
        if len(ids) == 1:
            return {}
        half = len(ids) // 2
        return {**await _look(looks, ids[:half], not_found), **await _look(looks, ids[half:], not_found)}


class _Seen(Generic[ThingT]):
    """What the looks have told up to now.

    Raises, from ``note``:
        NotFound: A thing is gone, or never appeared.
        ResourceFailed: A thing will not get there.
    """

    def __init__(
        self,
        goal: Goal[ThingT],
        start: float,
        appeared: frozenset[str],
        newborn: frozenset[str],
        is_gone: Callable[[str], bool],
        *,
        provider: str,
    ) -> None:
        self.gone: set[str] = set()
        self._goal = goal
        self._start = start
        self._appeared = set(appeared)
        self._newborn = newborn
        self._is_gone = is_gone
        self._provider = provider
        self._latest: dict[str, ThingT] = {}
        self._going: set[str] = set()
        # Since when, and in how many looks in a row, a thing was not there, or was at rest.
        self._missed: dict[str, tuple[float, int]] = {}
        self._resting: dict[str, tuple[float, int]] = {}

    def note(self, waiting: Sequence[str], found: Mapping[str, ThingT], now: float) -> None:
        for thing_id in waiting:
            if thing_id not in found:
                self._note_missing(thing_id, now)
        for thing_id, thing in found.items():
            before = self._latest.get(thing_id)
            self._missed.pop(thing_id, None)
            self._appeared.add(thing_id)
            self._latest[thing_id] = thing
            if not self._goal.reached(thing):
                self._note_state(thing, before, now)

    def _note_missing(self, thing_id: str, now: float) -> None:
        since, looks = self._missed.get(thing_id, (now, 0))
        self._missed[thing_id] = since, looks + 1
        ended = _is_certain(looks + 1, now - since)
        if self._goal.goes:
            known = self._is_gone(thing_id) or (looks + 1 >= MISSED_LOOKS and thing_id not in self._newborn)
            if known or ended:
                self.gone.add(thing_id)
            return
        if self._is_gone(thing_id):
            raise self._goal.not_found(f"{thing_id} does not exist: this client destroyed it", provider=self._provider)
        if thing_id not in self._appeared:
            if now - self._start > APPEARING:
                raise self._goal.not_found(
                    f"{thing_id} did not appear within {now - self._start:.0f} s: it does not exist",
                    provider=self._provider,
                )
        elif ended:
            raise self._goal.not_found(
                f"{thing_id} disappeared while being waited for: {looks + 1} looks in {now - since:.0f} s did not "
                "show it",
                provider=self._provider,
            )

    def _note_state(self, thing: ThingT, before: ThingT | None, now: float) -> None:
        goal = self._goal
        # What is to go may have failed long before it was told to.
        was_so = goal.goes and (before is None or before.state in goal.failed)
        state = goal.state(thing)
        if thing.state in goal.failed and not was_so:
            raise self._failed(thing)
        if state in goal.on_the_way:
            self._going.add(thing.id)
        if state not in goal.resting:
            self._resting.pop(thing.id, None)
            return
        since, looks = self._resting.get(thing.id, (now, 0))
        self._resting[thing.id] = since, looks + 1
        # It was seen on its way and rests: nothing moves it again. One that rests at the first look may have
        # been started a moment ago, which some providers do not show at once; whoever says that it was being
        # created may say so of an old look at it.
        stays = thing.id in self._going and _is_certain(looks + 1, now - since)
        if stays or (thing.id in self._newborn and now - since >= APPEARING):
            raise self._failed(thing)

    def _failed(self, thing: ThingT) -> ResourceFailed:
        state = thing.provider_state or thing.state.value
        reason = thing.state_reason if thing.state in self._goal.failed else None
        if reason is None:
            reason = f"it is {state}{self._goal.told(thing)}" + (
                f": {thing.state_reason}" if thing.state_reason else ""
            )
        return self._goal.error(f"{thing.id} will not {self._goal.verb}: {reason}", provider=self._provider)

    def too_late(self, waiting: Sequence[str], elapsed: float, failure: CloudError | None) -> DeadlineExceeded:
        kinds, verb = self._goal.kinds
        details = ", ".join(self._told(thing_id) for thing_id in waiting)
        if failure is not None:
            details += f"; the last look failed: {failure.message}"
        seen = f"not ready after {elapsed:.0f} s: {details}"
        error = DeadlineExceeded(
            f"{seen}; the {kinds} go on as they are, so wait for them again or look at them with {verb}",
            provider=self._provider,
            retryable=False,
        )
        error.last_seen = seen
        return error

    def _told(self, thing_id: str) -> str:
        """What was last seen of a thing."""
        thing = self._latest.get(thing_id)
        if thing is None:
            return f"{thing_id} was not listed yet" if thing_id in self._missed else f"{thing_id} was not seen"
        text = f"{thing_id} is {thing.state}{self._goal.told(thing)}"
        if thing.state_reason:
            text += f" ({thing.state_reason})"
        return text + (" and was not there at the last look" if thing_id in self._missed else "")


def _is_certain(looks: int, seconds: float) -> bool:
    """Whether so many looks in a row, over so many seconds, cannot all have been stale."""
    return looks >= GONE_LOOKS and seconds >= GONE_SECONDS


def addresses(node: Node, *, public: bool) -> list[str]:
    """The addresses by which a node is ready, or none while it is not."""
    if node.state is not NodeState.RUNNING:
        return []
    return sorted(node.public_ips if public else node.private_ips, key=_version)


def _version(address: str) -> int:
    # By its form alone: what the provider calls an address need be none.
    return 6 if ":" in address else 4
