"""What the compute suite needs to know of a provider, and the bench its tests work at."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import pytest

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.client import Compute
from cumuli.compute.models import KeyPair, Node, NodeImage, NodeState, Volume, VolumeSnapshot
from cumuli.errors import CloudError, Conflict
from cumuli.testing.flavours import Flavour, eventually

__all__ = ["Bench", "ComputeTarget", "Eyes"]

Eyes = Callable[[str, str], Mapping[str, object] | None]
"""A second pair of eyes: another library, or the server's own books.

Given a kind (``"node" "volume" "snapshot" "image" "key_pair"``) and an id, what is seen of it, by
the field names of cumuli's models, as far as it is known; None when it does not exist (any more).
"""

_numbers = count(1)
FREED_WITHIN = 60.0
"""Seconds in which a volume is free whose node is being destroyed."""


@dataclass(frozen=True, kw_only=True)
class ComputeTarget:
    """A provider to try, and what to try it with.

    Attributes:
        name: For the report.
        sync_client: Makes a sync client; takes more settings by keyword. It is not shown: it knows secrets.
        async_client: Makes an async client, of the same account, likewise.
        size: Id of a size.
        image: Id of an image that a node of that size can be made from.
        unknown: Ids that look right and name nothing, by kind: ``node size image volume snapshot``.
        source_region: Where ``copy_image`` copies from, with an image there; None if it cannot.
        small_pages: Settings that make listings come in pages of one to three nodes; None if there are none.
        interface: Which addresses nodes have: ``"public"`` or ``"private"``.
        for_images: What ``create_node`` must be told for a node that an image can be made of.
        gaps: What the provider lacks, with the reason. A key is a ``ComputeCapability`` that its
            clients do not declare, or the name of a test of the suite without ``test_``.
        eyes: Looks at what the clients did by another way; None if there is none.
        patience: Seconds that a change of state may take.
        prefix: How the names begin of what is made.
    """

    name: str
    sync_client: Callable[..., Compute[Node, Volume]] = field(repr=False)
    async_client: Callable[..., AsyncCompute[Node, Volume]] = field(repr=False)
    size: str
    image: str
    unknown: Mapping[str, str]
    source_region: str | None = None
    small_pages: Mapping[str, Any] | None = None
    interface: str = "public"
    for_images: Mapping[str, Any] = field(default_factory=dict[str, Any])
    gaps: Mapping[ComputeCapability | str, str] = field(default_factory=dict[ComputeCapability | str, str])
    eyes: Eyes | None = None
    patience: float = 180.0
    prefix: str = "cumuli"


class RequestCounter(logging.Handler):
    """Counts requests by the record that the library logs of every attempt."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.requests = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.requests += hasattr(record, "attempt")


class Bench:
    """One test's place to work: a client, what it makes (destroyed afterwards), and the requests it sends."""

    def __init__(self, target: ComputeTarget, flavour: Flavour, item: pytest.Item) -> None:
        self.item = item
        self.target = target
        self.flavour = flavour
        self.cloud = self.client()
        self.cleanup: list[Callable[[], Any]] = []
        self._counter = RequestCounter()
        self._log = logging.getLogger("cumuli.http")
        self._level = self._log.level
        self._log.addHandler(self._counter)
        self._log.setLevel(logging.DEBUG)

    @property
    def requests(self) -> int:
        """How many requests have been sent since the test began, by any client in this process."""
        return self._counter.requests

    def client(self, **settings: Any) -> AsyncCompute[Node, Volume]:
        """A client of the target, in the shape of the async one whatever its flavour."""
        make = self.target.async_client if self.flavour.name == "async" else self.target.sync_client
        shaped: AsyncCompute[Node, Volume] = self.flavour.shape(make(**settings))
        return shaped

    def name(self, kind: str) -> str:
        """A name that nothing else has."""
        return f"{self.target.prefix}-{kind}-{next(_numbers)}-{id(self):x}"

    async def node(self, **arguments: Any) -> Node:
        """A new node, in whatever state it is born in."""
        name = arguments.pop("name", None) or self.name("node")
        node = await self.cloud.create_node(name, self.target.size, self.target.image, **arguments)
        self.cleanup.append(lambda: self.cloud.destroy_node(node))
        return node

    async def running_node(self, **arguments: Any) -> Node:
        """A new node that runs."""
        node = await self.node(**arguments)
        interface: Any = self.target.interface
        [(ready, _)] = await self.cloud.wait_until_running(
            [node], ssh_interface=interface, timeout=self.target.patience
        )
        return ready

    async def volume(self, **arguments: Any) -> Volume:
        """A new volume that can be attached."""
        size = arguments.pop("size", 1)
        volume = await self.cloud.create_volume(size, self.name("volume"), **arguments)
        self.cleanup.append(lambda: self.cloud.destroy_volume(volume))
        seen: Volume = await self.until(lambda: self.cloud.get_volume(volume), lambda seen: seen.state == "available")
        return seen

    async def snapshot(self, volume: Volume, **arguments: Any) -> VolumeSnapshot:
        snapshot = await self.cloud.create_volume_snapshot(volume, **arguments)
        self.cleanup.append(lambda: self.cloud.destroy_volume_snapshot(snapshot))
        return snapshot

    async def own_image(self, node: Node, **arguments: Any) -> NodeImage:
        image = await self.cloud.create_image(node, self.name("image"), **arguments)
        self.cleanup.append(lambda: self.cloud.delete_image(image))
        return image

    async def key_pair(self) -> KeyPair:
        pair = await self.cloud.create_key_pair(self.name("key"))
        self.cleanup.append(lambda: self.cloud.delete_key_pair(pair))
        return pair

    async def until(self, look: Any, good: Callable[[Any], bool]) -> Any:
        """What ``look`` sees once it is good."""
        return await eventually(self.flavour, look, good, within=self.target.patience)

    async def until_state(self, node: Node, *states: NodeState) -> Node:
        seen: Node = await self.until(lambda: self.cloud.get_node(node), lambda seen: seen.state in states)
        return seen

    def look(self, kind: str, thing_id: str, **expected: object) -> None:
        """The second pair of eyes, if there is one, sees the thing, with these fields where it knows them."""
        if self.target.eyes is None:
            return
        seen = self.target.eyes(kind, thing_id)
        assert seen is not None, f"{self.target.name}: {kind} {thing_id} is seen by cumuli alone"
        differing = {name: seen[name] for name, value in expected.items() if name in seen and seen[name] != value}
        assert not differing, f"{self.target.name}: {kind} {thing_id} is seen otherwise: {differing}"

    async def look_gone(self, kind: str, thing_id: str) -> None:
        """The second pair of eyes sees the thing no more, once the provider has carried out what it accepted."""
        eyes = self.target.eyes
        if eyes is None:
            return

        async def seen() -> Mapping[str, object] | None:
            return eyes(kind, thing_id)

        await self.until(seen, lambda found: found is None)

    async def tidy(self) -> None:
        """Destroy what was made, newest first; what is gone already is fine."""
        held: list[Callable[[], Any]] = []
        for undo in reversed(self.cleanup):
            try:
                await undo()
            except Conflict:
                # A volume is attached to a node that is older than it.
                held.append(undo)
            except CloudError:
                pass
        for undo in held:
            with suppress(AssertionError):
                await eventually(self.flavour, partial(_is_free, undo), bool, within=FREED_WITHIN)

    def close(self) -> None:
        """Tidy up, and close the client."""
        self._log.removeHandler(self._counter)
        self._log.setLevel(self._level)

        async def end() -> None:
            await self.tidy()
            await self.cloud.aclose()

        self.flavour.run(end())


async def _is_free(undo: Callable[[], Any]) -> bool:
    """Undo what something held on to; gives whether nothing does any more."""
    try:
        await undo()
    except Conflict:
        return False
    except CloudError:
        pass
    return True
