"""The part of the compute suite that is about waiting until something is so."""

from __future__ import annotations

from functools import partial

import pytest

from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.compute.models import ImageState, NodeState, SnapshotState, VolumeState
from cumuli.errors import DeadlineExceeded, NodeNotFound
from cumuli.testing.suites.compute_base import ComputeBase, needs
from cumuli.testing.suites.compute_target import Bench

__all__ = ["ComputeWaits"]


class ComputeWaits(ComputeBase):
    """A program needs no loop of its own."""

    @needs(Can.CREATE_NODE, Can.STOP_NODE, Can.LIST_NODES)
    async def test_waiting_until_nodes_are_stopped(self, bench: Bench) -> None:
        nodes = [await bench.running_node(), await bench.running_node()]
        for node in nodes:
            await bench.cloud.stop_node(node)
        nodes.reverse()
        stopped = await bench.cloud.wait_until_stopped([nodes[0], nodes[1].id], timeout=bench.target.patience)
        assert [(node.id, node.state) for node in stopped] == [(node.id, NodeState.STOPPED) for node in nodes]
        bench.look("node", nodes[0].id, state=NodeState.STOPPED)
        assert await bench.cloud.wait_until_stopped([]) == []

    @needs(Can.CREATE_NODE, Can.DESTROY_NODE, Can.LIST_NODES)
    async def test_waiting_until_nodes_are_destroyed(self, bench: Bench) -> None:
        gone, stays = await bench.running_node(), await bench.running_node()
        with pytest.raises(DeadlineExceeded, match=gone.id):
            await bench.cloud.wait_until_destroyed([gone], timeout=0.1)
        await bench.cloud.destroy_node(gone)
        assert await bench.cloud.wait_until_destroyed([gone], timeout=bench.target.patience) is None
        assert await bench.cloud.wait_until_destroyed([gone.id], timeout=bench.target.patience) is None
        try:
            listed = await bench.cloud.list_nodes(ids=[gone])
        except NodeNotFound:
            listed = []
        assert {node.state for node in listed} <= {NodeState.TERMINATED}
        [seen] = await bench.cloud.list_nodes(ids=[stays])
        assert seen.state is NodeState.RUNNING

    @needs(Can.CREATE_VOLUME, Can.LIST_VOLUMES, Can.ATTACH_VOLUME, Can.DETACH_VOLUME, Can.CREATE_NODE)
    async def test_volumes_are_made_attached_and_detached_without_a_loop(self, bench: Bench) -> None:
        cloud, patience = bench.cloud, bench.target.patience
        node = await bench.running_node()
        made = [await cloud.create_volume(1, bench.name("volume"), location=node.location) for _ in range(2)]
        for volume in made:
            bench.cleanup.append(partial(cloud.destroy_volume, volume))
        ready = await cloud.wait_until_volume_available(made, timeout=patience)
        assert [(volume.id, volume.state) for volume in ready] == [
            (volume.id, VolumeState.AVAILABLE) for volume in made
        ]
        await cloud.attach_volume(node, ready[0], device="/dev/sdf")
        [attached] = await cloud.wait_until_volume_attached([ready[0].id], node=node, timeout=patience)
        assert (attached.state, attached.attached_to) == (VolumeState.IN_USE, (node.id,))
        with pytest.raises(DeadlineExceeded, match=ready[1].id):
            await cloud.wait_until_volume_attached(ready, timeout=0.1)
        await cloud.detach_volume(attached)
        [detached] = await cloud.wait_until_volume_detached([attached], node=node, timeout=patience)
        assert (detached.id, detached.attached_to) == (attached.id, ())
        assert len(await cloud.wait_until_volume_available(ready, timeout=patience)) == 2

    @needs(Can.CREATE_VOLUME, Can.CREATE_VOLUME_SNAPSHOT, Can.LIST_VOLUME_SNAPSHOTS, Can.DESTROY_VOLUME_SNAPSHOT)
    async def test_waiting_until_snapshots_are_complete(self, bench: Bench) -> None:
        volume = await bench.volume()
        made = [await bench.snapshot(volume), await bench.snapshot(volume)]
        done = await bench.cloud.wait_until_snapshot_available(made, timeout=bench.target.patience)
        assert [(snapshot.id, snapshot.state) for snapshot in done] == [
            (snapshot.id, SnapshotState.AVAILABLE) for snapshot in made
        ]

    @needs(Can.LIST_IMAGES)
    async def test_waiting_until_images_are_available(self, bench: Bench) -> None:
        [image] = await bench.cloud.wait_until_image_available([bench.target.image], timeout=bench.target.patience)
        assert (image.id, image.state) == (bench.target.image, ImageState.AVAILABLE)
