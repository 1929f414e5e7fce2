"""Waiting until nodes run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from polycloud.compute.models import Node, NodeState
from polycloud.errors import DeadlineExceeded, NodeFailed, NodeNotFound
from polycloud.runtime.deadline import current_deadline, deadline
from polycloud.runtime.protocol import Runtime

__all__ = ["NEWBORN", "wait_until_running"]

NodeT = TypeVar("NodeT", bound=Node)

FIRST_POLL = 0.5
SLOWEST_POLL = 10.0
# What the last look may take when the time is up already: it decides.
LAST_LOOK = 2.0
# A node that was created a moment ago may not be in listings yet (EC2 says so of itself).
APPEARING = 30.0
# States of a node that may have been created a moment ago.
NEWBORN = frozenset({NodeState.PENDING, NodeState.STARTING, NodeState.UNKNOWN})
FAILED = frozenset({NodeState.ERROR, NodeState.TERMINATED})


async def wait_until_running(
    runtime: Runtime,
    list_nodes: Callable[[Sequence[str]], Awaitable[list[NodeT]]],
    ids: Sequence[str],
    *,
    appeared: frozenset[str],
    public: bool,
    timeout: float,
    provider: str,
) -> list[tuple[NodeT, list[str]]]:
    """Poll, ever more slowly, until each node runs and has an address; see ``AsyncCompute``.

    ``appeared`` are the ids of nodes that listings are known to show already.
    """
    start = runtime.monotonic()
    end = min(start + timeout, current_deadline())
    ready: dict[str, tuple[NodeT, list[str]]] = {}
    latest: dict[str, NodeT] = {}
    seen = set(appeared)
    pause = FIRST_POLL
    while True:
        waiting = [node_id for node_id in ids if node_id not in ready]
        if not waiting:
            return [ready[node_id] for node_id in ids]
        try:
            with deadline(max(end - runtime.monotonic(), LAST_LOOK)):
                found = {node.id: node for node in await list_nodes(waiting)}
        except NodeNotFound:
            # The whole listing fails for one that is not there; once all were seen, one is gone.
            if seen.issuperset(waiting) or runtime.monotonic() - start > APPEARING:
                raise
            found = {}
        except DeadlineExceeded as error:
            raise _too_late(waiting, latest, runtime.monotonic() - start, public=public, provider=provider) from error
        else:
            gone = [node_id for node_id in waiting if node_id not in found and node_id in seen]
            if gone:
                raise NodeNotFound(f"{', '.join(gone)} disappeared while being waited for", provider=provider)
        seen.update(found)
        latest.update(found)
        for node in found.values():
            addresses = _addresses(node, public=public, provider=provider)
            if addresses:
                ready[node.id] = (node, addresses)
        waiting = [node_id for node_id in waiting if node_id not in ready]
        if waiting:
            left = end - runtime.monotonic()
            if left <= 0:
                raise _too_late(waiting, latest, runtime.monotonic() - start, public=public, provider=provider)
            await runtime.sleep(min(pause, left))
            pause = min(pause * 1.5, SLOWEST_POLL)


def _addresses(node: Node, *, public: bool, provider: str) -> list[str]:
    """The addresses by which a node is ready, or none while it is not."""
    if node.state in FAILED:
        reason = node.state_reason or node.provider_state or node.state.value
        raise NodeFailed(f"{node.id} will not run: {reason}", provider=provider)
    if node.state is not NodeState.RUNNING:
        return []
    return sorted(node.public_ips if public else node.private_ips, key=_version)


def _too_late(
    waiting: Sequence[str], latest: Mapping[str, Node], elapsed: float, *, public: bool, provider: str
) -> DeadlineExceeded:
    kind = "public" if public else "private"
    states = {
        node_id: f"is {latest[node_id].state}" if node_id in latest else "was not listed yet" for node_id in waiting
    }
    # A running node is late for its address alone; saying so tells the user which argument to change.
    details = ", ".join(
        f"{node_id} {state}" + (f" without a {kind} address" if state == "is running" else "")
        for node_id, state in states.items()
    )
    return DeadlineExceeded(
        f"not ready after {elapsed:.0f} s: {details}; the nodes go on as they are, so wait for them again or look "
        "at them with get_node",
        provider=provider,
        retryable=False,
    )


def _version(address: str) -> int:
    # By its form alone: what the provider calls an address need be none.
    return 6 if ":" in address else 4
