"""The part of the compute suite that is about listings of which only some is wanted."""

from __future__ import annotations

from typing import Any

import pytest

from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.compute.models import ImageState, NodeState, SnapshotState, Volume, VolumeState
from cumuli.errors import InvalidRequest
from cumuli.testing.gaps import gap, unwritten
from cumuli.testing.suites.compute_base import ComputeBase, needs
from cumuli.testing.suites.compute_target import Bench

__all__ = ["ComputeListings"]

# What some provider's own filters would take for anything, or for the beginning of something.
PATTERNS = ("*", ".*", "cumuli-*", "^cumuli", "cumuli", "%", "in:cumuli,debian")
NOT_WANTED: list[dict[str, Any]] = [
    {"name": ""},
    {"name": "a\nb"},
    {"state": "no-such-state"},
    {"state": []},
    {"state": ["error", "no-such-state"]},
    {"tags": {"": "value"}},
    {"tags": {"key": "\0"}},
]


async def _listed(bench: Bench, verb: str, wanted: dict[str, Any]) -> None:
    listing = getattr(bench.cloud, verb)(**wanted)
    # What an iterator gives is not looked at: it is not made at all.
    if not verb.startswith("iterate_"):
        await listing


def _ids(things: Any) -> set[str]:
    return {thing.id for thing in things}


class ComputeListings(ComputeBase):
    """``name=``, ``state=``, ``tags=`` and ``node=`` mean the same everywhere."""

    @needs(Can.CREATE_NODE, Can.LIST_NODES)
    async def test_nodes_by_name(self, bench: Bench) -> None:
        one, other = await bench.node(), await bench.node()
        mine = {one.id, other.id}

        async def found(**wanted: Any) -> set[str]:
            return _ids(await bench.cloud.list_nodes(**wanted)) & mine

        async def named() -> set[str]:
            return _ids(await bench.cloud.list_nodes(name=one.name))

        # A name is nobody else's, so the whole answer is known.
        await bench.until(named, lambda seen: seen == {one.id})
        assert [node.id async for node in bench.cloud.iterate_nodes(name=one.name)] == [one.id]
        for pattern in (*PATTERNS, one.name[:-1], one.name[1:], one.name.replace("-", "?"), one.name.replace("-", ".")):
            assert await found(name=pattern) == set(), pattern
        assert await found(name=one.name, ids=[one, other]) == {one.id}
        assert await found(name=one.name, ids=[other.id]) == set()
        assert await found(name=one.name, state=list(NodeState)) == {one.id}

    @needs(Can.CREATE_NODE, Can.LIST_NODES)
    async def test_nodes_by_state(self, bench: Bench) -> None:
        node = await bench.running_node()
        for state in (NodeState.RUNNING, "running", [NodeState.RUNNING], {NodeState.STOPPED, "running"}):
            listed = await bench.cloud.list_nodes(state=state)
            assert node.id in _ids(listed)
            assert {each.state for each in listed} <= {NodeState.RUNNING, NodeState.STOPPED}
        for state in (NodeState.STOPPED, list(set(NodeState) - {NodeState.RUNNING})):
            assert node.id not in _ids(await bench.cloud.list_nodes(state=state))
        assert _ids(await bench.cloud.list_nodes(state=NodeState.RUNNING, name=node.name)) == {node.id}
        assert await bench.cloud.list_nodes(state=NodeState.STOPPED, name=node.name) == []

    @needs(Can.CREATE_NODE, Can.CREATE_NODE_TAGS, Can.LIST_NODES, Can.LIST_NODES_TAGS)
    async def test_nodes_by_tags(self, bench: Bench) -> None:
        mark = bench.name("tag")
        web = await bench.node(tags={"cumuli-mark": mark, "role": "web *.[x]", "empty": ""})
        worker = await bench.node(tags={"cumuli-mark": mark, "role": "worker"})

        async def found(**tags: str | None) -> set[str]:
            return _ids(await bench.cloud.list_nodes(tags={"cumuli-mark": mark, **tags}))

        await bench.until(found, lambda seen: seen == {web.id, worker.id})
        assert await found(role="web *.[x]") == {web.id}
        assert await found(role="worker") == {worker.id}
        assert await found(role="w*") == set()
        assert await found(role=None) == {web.id, worker.id}
        assert await found(role=None, empty=None) == {web.id}
        assert await found(empty="") == {web.id}
        assert await found(absent=None) == set()
        assert await found(role="") == set()
        assert _ids(await bench.cloud.list_nodes(name=web.name, tags={"role": None})) == {web.id}
        assert await bench.cloud.list_nodes(name=web.name, tags={"role": "worker"}) == []
        assert _ids(await bench.cloud.list_nodes(tags={})) >= {web.id, worker.id}

    @needs(Can.LIST_IMAGES, Can.GET_IMAGE)
    async def test_images_by_name_and_state(self, bench: Bench) -> None:
        image = await bench.cloud.get_image(bench.target.image)
        listed = await bench.cloud.list_images(name=image.name, state=image.state)
        assert image in listed
        assert {(each.name, each.state) for each in listed} == {(image.name, image.state)}
        assert image in await bench.cloud.list_images(ids=[image], name=image.name)
        assert await bench.cloud.list_images(ids=[image], name=f"{image.name}x") == []
        for pattern in (*PATTERNS, f"{image.name[:-1]}?", image.name[:-1] or "x"):
            assert image.id not in _ids(await bench.cloud.list_images(name=pattern)), pattern
        assert image.id not in _ids(await bench.cloud.list_images(state=list(set(ImageState) - {image.state})))

    @needs(Can.CREATE_VOLUME, Can.LIST_VOLUMES)
    async def test_volumes_by_name_and_state(self, bench: Bench) -> None:
        volume = await bench.volume()
        assert _ids(await bench.cloud.list_volumes(name=volume.name)) == {volume.id}
        assert _ids(await bench.cloud.list_volumes(name=volume.name, state=["available", "error"])) == {volume.id}
        assert await bench.cloud.list_volumes(name=volume.name, state=VolumeState.IN_USE) == []
        assert volume.id in _ids(await bench.cloud.list_volumes(state=VolumeState.AVAILABLE))
        for pattern in (*PATTERNS, volume.name[:-1], volume.name.replace("-", "?")):
            assert volume.id not in _ids(await bench.cloud.list_volumes(name=pattern)), pattern

    @needs(Can.CREATE_VOLUME, Can.LIST_VOLUMES, Can.LIST_VOLUMES_TAGS)
    async def test_volumes_by_tags(self, bench: Bench) -> None:
        volume = await bench.volume()
        assert volume.id in _ids(await bench.cloud.list_volumes(tags=dict(volume.tags)))
        assert volume.id not in _ids(await bench.cloud.list_volumes(tags={**volume.tags, "absent": None}))

    @needs(Can.CREATE_VOLUME, Can.LIST_VOLUMES, Can.ATTACH_VOLUME, Can.DETACH_VOLUME, Can.CREATE_NODE)
    async def test_volumes_of_a_node(self, bench: Bench) -> None:
        node = await bench.running_node()
        volume, other = await bench.volume(location=node.location), await bench.volume(location=node.location)
        await bench.cloud.attach_volume(node, volume, device="/dev/sdf")

        async def attached() -> list[Volume]:
            # A node may have its own disk among its volumes.
            return [each for each in await bench.cloud.list_volumes(node=node) if each.id in {volume.id, other.id}]

        seen = await bench.until(attached, lambda found: [each.state for each in found] == [VolumeState.IN_USE])
        assert _ids(seen) == {volume.id}
        in_use = await bench.cloud.list_volumes(node=node.id, state=VolumeState.IN_USE, name=volume.name)
        assert _ids(in_use) == {volume.id}
        assert await bench.cloud.list_volumes(node=node, name=other.name) == []
        assert await bench.cloud.list_volumes(node=bench.target.unknown["node"]) == []
        await bench.cloud.detach_volume(volume)
        await bench.until(attached, lambda found: found == [])

    @needs(Can.CREATE_VOLUME, Can.CREATE_VOLUME_SNAPSHOT, Can.LIST_VOLUME_SNAPSHOTS, Can.DESTROY_VOLUME_SNAPSHOT)
    async def test_snapshots_by_name_and_state(self, bench: Bench) -> None:
        volume = await bench.volume()
        snapshot = await bench.snapshot(volume, name=bench.name("snapshot"))

        async def named() -> set[str]:
            listed = await bench.cloud.list_volume_snapshots(name=snapshot.name, state=[SnapshotState.AVAILABLE])
            return _ids(listed)

        await bench.until(named, lambda seen: seen == {snapshot.id})
        assert _ids(await bench.cloud.list_volume_snapshots(volume, name=snapshot.name)) == {snapshot.id}
        assert await bench.cloud.list_volume_snapshots(volume, name=f"{snapshot.name}x") == []
        assert await bench.cloud.list_volume_snapshots(volume, state="error") == []
        for pattern in (*PATTERNS, snapshot.name[:-1]):
            assert snapshot.id not in _ids(await bench.cloud.list_volume_snapshots(name=pattern)), pattern
        if Can.LIST_VOLUME_SNAPSHOTS_TAGS in bench.cloud.capabilities:
            assert snapshot.id not in _ids(await bench.cloud.list_volume_snapshots(tags={"absent": None}))

    @pytest.mark.parametrize(
        ("capability", "verb"),
        [
            (Can.LIST_NODES, "list_nodes"),
            (Can.LIST_NODES, "iterate_nodes"),
            (Can.LIST_IMAGES, "list_images"),
            (Can.LIST_VOLUMES, "list_volumes"),
            (Can.LIST_VOLUME_SNAPSHOTS, "list_volume_snapshots"),
        ],
    )
    async def test_what_cannot_be_wanted_is_refused_before_a_request(
        self, request: pytest.FixtureRequest, bench: Bench, capability: Can, verb: str
    ) -> None:
        if capability not in bench.cloud.capabilities:
            if capability not in bench.target.gaps:
                unwritten(bench.target.name)
            gap(request, bench.target.name, capability, bench.target.gaps[capability])
        before = bench.requests
        for wanted in NOT_WANTED:
            with pytest.raises(InvalidRequest):
                await _listed(bench, verb, wanted)
        assert bench.requests == before
