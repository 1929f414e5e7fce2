"""Waiting until nodes run.

A look that failed says nothing of the nodes, and one that does not show a node may have met a replica that
does not know it yet. So it goes on until the time is up, unless the provider refuses to be looked at, or a
node is where no running comes from.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

from cumuli.compute.models import Node, NodeState
from cumuli.errors import (
    AuthenticationError,
    CloudError,
    ConfigurationError,
    DeadlineExceeded,
    InvalidRequest,
    NodeFailed,
    NodeNotFound,
    NotSupported,
    PermissionDenied,
)
from cumuli.runtime.deadline import current_deadline, deadline
from cumuli.runtime.protocol import Runtime

__all__ = ["NEWBORN", "wait_until_running"]

NodeT = TypeVar("NodeT", bound=Node)

FIRST_POLL = 0.5
SLOWEST_POLL = 10.0
# What the last look may take when the time is up already: it decides.
LAST_LOOK = 2.0
# A node that was created a moment ago may not be in listings yet (EC2 says so of itself).
APPEARING = 30.0
# A node that was there is gone when so many looks in a row, over so many seconds, did not show it.
GONE_LOOKS = 3
GONE_SECONDS = 10.0
# States of a node that may have been created a moment ago.
NEWBORN = frozenset({NodeState.PENDING, NodeState.STARTING, NodeState.UNKNOWN})
FAILED = frozenset({NodeState.ERROR, NodeState.TERMINATED})
ON_THE_WAY = frozenset({NodeState.PENDING, NodeState.STARTING, NodeState.RUNNING, NodeState.REBOOTING})
RESTING = frozenset({NodeState.STOPPED, NodeState.SUSPENDED, NodeState.PAUSED})
# What another look cannot make better.
REFUSALS = (AuthenticationError, PermissionDenied, InvalidRequest, ConfigurationError, NotSupported)


async def wait_until_running(
    runtime: Runtime,
    list_nodes: Callable[[Sequence[str]], Awaitable[list[NodeT]]],
    ids: Sequence[str],
    *,
    appeared: frozenset[str],
    newborn: frozenset[str] = frozenset(),
    is_gone: Callable[[str], bool] = lambda _: False,
    public: bool,
    timeout: float,
    provider: str,
) -> list[tuple[NodeT, list[str]]]:
    """Poll, ever more slowly, until each node runs and has an address; see ``AsyncCompute``.

    ``appeared`` are the ids of nodes that listings are known to show already, ``newborn`` those of nodes
    that the caller knows as being created; ``is_gone`` knows those that this client itself destroyed.
    """
    start = runtime.monotonic()
    end = min(start + timeout, current_deadline())
    seen = _Seen[NodeT](start, appeared, newborn, is_gone, provider=provider)
    ready: dict[str, tuple[NodeT, list[str]]] = {}
    pause = FIRST_POLL
    while True:
        waiting = [node_id for node_id in ids if node_id not in ready]
        if not waiting:
            return [ready[node_id] for node_id in ids]
        wanted_pause = pause
        failure: CloudError | None = None
        try:
            with deadline(max(end - runtime.monotonic(), LAST_LOOK)):
                found = await _look(list_nodes, waiting)
        except REFUSALS:
            raise
        except CloudError as error:
            failure = error
            wanted_pause = max(pause, error.retry_after or 0.0)
        else:
            seen.note(waiting, found, runtime.monotonic())
            for node in found.values():
                addresses = _addresses(node, public=public)
                if addresses:
                    ready[node.id] = (node, addresses)
        waiting = [node_id for node_id in waiting if node_id not in ready]
        if waiting:
            now = runtime.monotonic()
            if now >= end:
                raise seen.too_late(waiting, now - start, failure, public=public) from failure
            await runtime.sleep(min(wanted_pause, end - now))
            pause = min(pause * 1.5, SLOWEST_POLL)


async def _look(list_nodes: Callable[[Sequence[str]], Awaitable[list[NodeT]]], ids: Sequence[str]) -> dict[str, NodeT]:
    """Those of the nodes that are there. One that is not fails the whole listing: it is looked for by halves."""
    try:
        return {node.id: node for node in await list_nodes(ids)}
    except NodeNotFound:
        if len(ids) == 1:
            return {}
        half = len(ids) // 2
        return {**await _look(list_nodes, ids[:half]), **await _look(list_nodes, ids[half:])}


class _Seen(Generic[NodeT]):
    """What the looks have told up to now.

    Raises, from ``note``:
        NodeNotFound: A node is gone, or never appeared.
        NodeFailed: A node will not run.
    """

    def __init__(
        self,
        start: float,
        appeared: frozenset[str],
        newborn: frozenset[str],
        is_gone: Callable[[str], bool],
        *,
        provider: str,
    ) -> None:
        self._start = start
        self._appeared = set(appeared)
        self._newborn = newborn
        self._is_gone = is_gone
        self._provider = provider
        self._latest: dict[str, NodeT] = {}
        self._going: set[str] = set()
        # Since when, and in how many looks in a row, a node was not there; since when it rests.
        self._missed: dict[str, tuple[float, int]] = {}
        self._resting: dict[str, float] = {}

    def note(self, waiting: Sequence[str], found: Mapping[str, NodeT], now: float) -> None:
        for node_id in waiting:
            if node_id not in found:
                self._note_missing(node_id, now)
        for node_id, node in found.items():
            self._missed.pop(node_id, None)
            self._appeared.add(node_id)
            self._latest[node_id] = node
            self._note_state(node, now)

    def _note_missing(self, node_id: str, now: float) -> None:
        if self._is_gone(node_id):
            raise NodeNotFound(f"{node_id} does not exist: this client destroyed it", provider=self._provider)
        since, looks = self._missed.get(node_id, (now, 0))
        self._missed[node_id] = since, looks + 1
        if node_id not in self._appeared:
            if now - self._start > APPEARING:
                raise NodeNotFound(
                    f"{node_id} did not appear within {now - self._start:.0f} s: it does not exist",
                    provider=self._provider,
                )
        elif looks + 1 >= GONE_LOOKS and now - since >= GONE_SECONDS:
            raise NodeNotFound(
                f"{node_id} disappeared while being waited for: {looks + 1} looks in {now - since:.0f} s did not "
                "show it",
                provider=self._provider,
            )

    def _note_state(self, node: NodeT, now: float) -> None:
        if node.state in FAILED:
            raise self._failed(node)
        if node.state in ON_THE_WAY:
            self._going.add(node.id)
        if node.state not in RESTING:
            self._resting.pop(node.id, None)
            return
        since = self._resting.setdefault(node.id, now)
        # It was seen on its way and rests: nothing starts it again. One that rests at the first look may have
        # been started a moment ago, which some providers do not show at once; whoever says that it was being
        # created may say so of an old look at it.
        if node.id in self._going or (node.id in self._newborn and now - since >= APPEARING):
            raise self._failed(node)

    def _failed(self, node: NodeT) -> NodeFailed:
        state = node.provider_state or node.state.value
        reason = node.state_reason if node.state in FAILED else None
        if reason is None:
            reason = f"it is {state}" + (f": {node.state_reason}" if node.state_reason else "")
        return NodeFailed(f"{node.id} will not run: {reason}", provider=self._provider)

    def too_late(
        self, waiting: Sequence[str], elapsed: float, failure: CloudError | None, *, public: bool
    ) -> DeadlineExceeded:
        details = ", ".join(self._told(node_id, "public" if public else "private") for node_id in waiting)
        if failure is not None:
            details += f"; the last look failed: {failure.message}"
        return DeadlineExceeded(
            f"not ready after {elapsed:.0f} s: {details}; the nodes go on as they are, so wait for them again or look "
            "at them with get_node",
            provider=self._provider,
            retryable=False,
        )

    def _told(self, node_id: str, kind: str) -> str:
        """What was last seen of a node."""
        node = self._latest.get(node_id)
        if node is None:
            return f"{node_id} was not listed yet" if node_id in self._missed else f"{node_id} was not seen"
        # A running node is late for its address alone; saying so tells the user which argument to change.
        text = f"{node_id} is {node.state}"
        if node.state is NodeState.RUNNING:
            text += f" without a {kind} address"
        if node.state_reason:
            text += f" ({node.state_reason})"
        return text + (" and was not there at the last look" if node_id in self._missed else "")


def _addresses(node: Node, *, public: bool) -> list[str]:
    """The addresses by which a node is ready, or none while it is not."""
    if node.state is not NodeState.RUNNING:
        return []
    return sorted(node.public_ips if public else node.private_ips, key=_version)


def _version(address: str) -> int:
    # By its form alone: what the provider calls an address need be none.
    return 6 if ":" in address else 4
