"""``Lookout``: many deployments wait for their nodes at the same time, and one listing looks at all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from cumuli.compute.models import Node
from cumuli.errors import CloudError, NodeNotFound
from cumuli.runtime.deadline import current_deadline
from cumuli.runtime.protocol import Runtime

__all__ = ["Lookout"]

NodeT = TypeVar("NodeT", bound=Node)

SHORTEST = 0.5
LONGEST = 10.0


class Lookout(Generic[NodeT]):
    """Looks at nodes for everybody who asks, not more often than the one who waits longest needs.

    Args:
        runtime: The client's.
        looks: One listing of nodes by their ids. One that is not there fails it.
    """

    def __init__(self, runtime: Runtime, looks: Callable[[Sequence[str]], Awaitable[Sequence[NodeT]]]) -> None:
        self._runtime = runtime
        self._looks = looks
        self._lock = runtime.lock()
        # Who waits, with the number of the look that each has seen.
        self._seen: dict[str, int] = {}
        self._found: dict[str, NodeT] = {}
        self._failure: CloudError | None = None
        self._number = 0
        self._looked_for: frozenset[str] = frozenset()
        self._next = 0.0
        self._pause = SHORTEST

    async def look(self, ids: Sequence[str]) -> list[NodeT]:
        """The nodes as a look shows them that none of them has seen yet.

        Raises:
            NodeNotFound: One of them is not there.
            CloudError: The look failed.
        """
        for node_id in ids:
            if node_id not in self._seen:
                self._seen[node_id] = self._number
                # Somebody new is not to wait for the slow looks at the others.
                self._pause, self._next = SHORTEST, 0.0
        async with self._lock:
            if not self._is_news(ids):
                pause = min(self._next, current_deadline()) - self._runtime.monotonic()
                await self._runtime.sleep(max(0.0, pause))
                await self._look_at_all()
            for node_id in ids:
                self._seen[node_id] = self._number
            if self._failure is not None:
                raise self._failure
            missing = [node_id for node_id in ids if node_id not in self._found]
            if missing:
                raise NodeNotFound(f"{', '.join(missing)} was not listed")
            return [self._found[node_id] for node_id in ids]

    def leave(self, node_id: str) -> None:
        """Nobody waits for this node any more."""
        self._seen.pop(node_id, None)

    def _is_news(self, ids: Sequence[str]) -> bool:
        return all(self._seen[node_id] < self._number and node_id in self._looked_for for node_id in ids)

    async def _look_at_all(self) -> None:
        wanted = list(self._seen)
        self._failure = None
        try:
            self._found = await self._by_halves(wanted)
        except CloudError as error:
            self._failure = error
        self._number += 1
        self._looked_for = frozenset(wanted)
        self._next = self._runtime.monotonic() + self._pause
        self._pause = min(self._pause * 1.5, LONGEST)

    async def _by_halves(self, ids: Sequence[str]) -> dict[str, NodeT]:
        try:
            return {node.id: node for node in await self._looks(ids)}
        except NodeNotFound:
            if len(ids) == 1:
                return {}
            half = len(ids) // 2
            return {**await self._by_halves(ids[:half]), **await self._by_halves(ids[half:])}
