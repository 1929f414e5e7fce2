"""The compute suite: what the portable API promises, tried on one provider.

To try a provider, write a file ``test_<provider>_compute.py`` among its tests, with a fixture
``target`` that says how to reach it and a subclass that brings the tests in::

    @pytest.fixture(scope="module")
    def target() -> ComputeTarget:
        account = MemoryAccount()
        return ComputeTarget(
            name="memory",
            sync_client=partial(MemoryCompute, account),
            async_client=partial(AsyncMemoryCompute, account),
            ...
        )

    class TestMemory(ComputeSuite):
        pass

What the provider lacks goes into ``gaps`` with the reason, and is listed at the end of the run. A
gap that is not declared fails, and so does a declared one that has closed. Tests share the account:
they make what they need, look only at that, and destroy it.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

import pytest

from cumuli.compute.auth import Password, SSHKey
from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.compute.models import (
    Node,
    NodeState,
    SnapshotState,
    VolumeSnapshot,
    VolumeState,
)
from cumuli.errors import (
    Conflict,
    ImageNotFound,
    InvalidRequest,
    KeyPairExists,
    KeyPairNotFound,
    NodeFailed,
    NodeNotFound,
)
from cumuli.testing.suites.compute_base import needs
from cumuli.testing.suites.compute_errors import ComputeErrors
from cumuli.testing.suites.compute_listings import ComputeListings
from cumuli.testing.suites.compute_target import Bench, ComputeTarget
from cumuli.testing.suites.compute_waits import ComputeWaits

__all__ = ["NODE_PASSWORD", "ComputeSuite", "ComputeTarget"]

NODE_PASSWORD = "sEcReT-node-CumuliTestsOnlyNeverShown06"
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPFxRBzQfQf7Yd7+1PNz2cQJ1GOrfUn5Zp8XWz5 someone@example.org"


class ComputeSuite(ComputeErrors, ComputeListings, ComputeWaits):
    """Subclass it as ``Test<Provider>``, beside a fixture ``target``."""

    # Nodes

    @needs(Can.CREATE_NODE, Can.LIST_NODES, Can.GET_NODE)
    async def test_a_created_node_is_found_again(self, bench: Bench) -> None:
        name = bench.name("node")
        made = await bench.node(name=name)
        assert made.id
        assert (made.name, made.provider) == (name, bench.cloud.provider)
        assert made.state in {NodeState.PENDING, NodeState.STARTING, NodeState.RUNNING}
        seen = await bench.until_state(made, NodeState.RUNNING)
        assert (seen.id, seen.name, seen.size, seen.image) == (made.id, name, bench.target.size, bench.target.image)
        assert seen.provider_state
        assert seen.password is None
        assert seen.created_at is None or (seen.created_at.utcoffset() is not None)

        async def twice() -> tuple[Node, list[Node]]:
            """As one, and among all; a provider may set something of it meanwhile."""
            one = await bench.cloud.get_node(made)
            return one, [node for node in await bench.cloud.list_nodes() if node.id == made.id]

        seen, listed = await bench.until(twice, lambda found: found[1] == [found[0]])
        assert {made, seen, *listed} == {seen} or len({hash(made), hash(seen), hash(listed[0])}) == 1
        bench.look("node", made.id, name=name, size=bench.target.size, image=bench.target.image)

    @needs(Can.CREATE_NODE, Can.LIST_NODES)
    async def test_waiting_gives_running_nodes_with_addresses_in_order(self, bench: Bench) -> None:
        nodes = [await bench.node(), await bench.node()]
        nodes.reverse()
        interface: Any = bench.target.interface
        ready = await bench.cloud.wait_until_running(nodes, ssh_interface=interface, timeout=bench.target.patience)
        assert [node.id for node, _ in ready] == [node.id for node in nodes]
        for node, addresses in ready:
            assert node.state is NodeState.RUNNING
            assert addresses
            assert set(addresses) == set(node.public_ips if interface == "public" else node.private_ips)
            for address in (*node.public_ips, *node.private_ips):
                ipaddress.ip_address(address)
            assert len(set(node.public_ips)) == len(node.public_ips)
            assert len(set(node.private_ips)) == len(node.private_ips)
        assert await bench.cloud.wait_until_running([]) == []

    @needs(Can.CREATE_NODE, Can.START_NODE, Can.STOP_NODE, Can.GET_NODE)
    async def test_stop_and_start(self, bench: Bench) -> None:
        node = await bench.running_node()
        assert await bench.cloud.stop_node(node) is None
        stopped = await bench.until_state(node, NodeState.STOPPED)
        assert stopped.id == node.id
        bench.look("node", node.id, state=NodeState.STOPPED)
        assert await bench.cloud.start_node(node.id) is None
        await bench.until_state(node, NodeState.RUNNING)
        bench.look("node", node.id, state=NodeState.RUNNING)

    @needs(Can.CREATE_NODE, Can.REBOOT_NODE, Can.GET_NODE)
    async def test_reboot(self, bench: Bench) -> None:
        node = await bench.running_node()
        assert await bench.cloud.reboot_node(node) is None
        await bench.until_state(node, NodeState.RUNNING)
        await bench.cloud.reboot_node(node.id)
        await bench.until_state(node, NodeState.RUNNING)

    @needs(Can.CREATE_NODE, Can.DESTROY_NODE, Can.LIST_NODES)
    async def test_destroyed_nodes_are_gone(self, bench: Bench) -> None:
        by_model, by_id = await bench.running_node(), await bench.running_node()
        assert await bench.cloud.destroy_node(by_model) is None
        await bench.cloud.destroy_node(by_id.id)

        async def alive() -> set[str]:
            ended = {NodeState.TERMINATED, NodeState.STOPPING}
            return {node.id for node in await bench.cloud.list_nodes() if node.state not in ended}

        await bench.until(alive, lambda ids: not ids & {by_model.id, by_id.id})
        with pytest.raises((NodeFailed, NodeNotFound)):
            await bench.cloud.wait_until_running([by_model, by_id], timeout=bench.target.patience)
        await bench.look_gone("node", by_model.id)

    @needs(Can.CREATE_NODE, Can.CREATE_NODE_TAGS, Can.GET_NODE)
    async def test_tags(self, bench: Bench) -> None:
        tags = {"purpose": "conformance", "ünïcode": "Größe ✓", "empty": ""}
        node = await bench.node(tags=tags)
        seen = await bench.cloud.get_node(node)
        assert {key: seen.tags.get(key) for key in tags} == tags
        assert {key: node.tags.get(key) for key in tags} == tags
        bench.look("node", node.id, tags=seen.tags)

    @needs(Can.CREATE_NODE, Can.CREATE_NODE_SSH_KEY)
    async def test_ssh_key(self, bench: Bench) -> None:
        node = await bench.node(auth=SSHKey(PUBLIC_KEY))
        # Nova makes a password all the same, and tells it once.
        assert (await bench.cloud.get_node(node)).password is None

    @needs(Can.CREATE_NODE, Can.CREATE_NODE_PASSWORD)
    async def test_password(self, bench: Bench) -> None:
        node = await bench.node(auth=Password(NODE_PASSWORD))
        assert NODE_PASSWORD not in repr(node)

    @needs(Can.CREATE_NODE, Can.LIST_NODES)
    async def test_listing_by_ids(self, bench: Bench) -> None:
        one, two, _ = await bench.node(), await bench.node(), await bench.node()
        listed = await bench.cloud.list_nodes(ids=[one, two.id, one.id])
        assert sorted(node.id for node in listed) == sorted([one.id, two.id])
        before = bench.requests
        assert await bench.cloud.list_nodes(ids=[]) == []
        assert [node async for node in bench.cloud.iterate_nodes(ids=[])] == []
        assert bench.requests == before
        with pytest.raises(NodeNotFound):
            await bench.cloud.list_nodes(ids=[one.id, bench.target.unknown["node"]])

    @needs(Can.CREATE_NODE, Can.LIST_NODES)
    async def test_every_page_and_lazily(self, bench: Bench) -> None:
        if bench.target.small_pages is None:
            raise AssertionError("declare the gap every_page_and_lazily, or settings that make small pages")
        made = {(await bench.node()).id for _ in range(7)}
        paged = bench.client(**bench.target.small_pages)
        async with paged:
            before = bench.requests
            listed = [node.id for node in await paged.list_nodes()]
            pages = bench.requests - before
            assert made <= set(listed)
            assert len(listed) == len(set(listed))
            assert pages > 2
            before = bench.requests
            nodes = paged.iterate_nodes()
            assert bench.requests == before, "asking for the iterator sends nothing"
            # Which node is the first, others who use the account meanwhile may change.
            first = await anext(aiter(nodes))
            assert first.provider == bench.cloud.provider
            assert bench.requests == before + 1, "the first node comes from the first page alone"

    # What nodes are made of

    @needs(Can.LIST_SIZES, Can.GET_SIZE)
    async def test_sizes(self, bench: Bench) -> None:
        sizes = await bench.cloud.list_sizes()
        by_id = {size.id: size for size in sizes}
        assert len(by_id) == len(sizes)
        wanted = by_id[bench.target.size]
        assert wanted.name
        assert wanted.ram > 0
        assert wanted.provider == bench.cloud.provider
        assert await bench.cloud.get_size(bench.target.size) == wanted
        assert (await bench.cloud.get_size(wanted)).id == wanted.id

    @needs(Can.LIST_IMAGES, Can.GET_IMAGE)
    async def test_images(self, bench: Bench) -> None:
        images = await bench.cloud.list_images()
        by_id = {image.id: image for image in images}
        assert len(by_id) == len(images)
        wanted = by_id[bench.target.image]
        assert await bench.cloud.get_image(bench.target.image) == wanted
        assert await bench.cloud.get_image(wanted) == wanted
        assert await bench.cloud.list_images(ids=[wanted]) == [wanted]
        before = bench.requests
        assert await bench.cloud.list_images(ids=[]) == []
        assert bench.requests == before
        with pytest.raises(ImageNotFound):
            await bench.cloud.list_images(ids=[bench.target.unknown["image"]])

    @needs(Can.LIST_LOCATIONS, Can.CREATE_NODE)
    async def test_a_node_is_where_it_was_wanted(self, bench: Bench) -> None:
        locations = await bench.cloud.list_locations()
        assert locations
        assert len({location.id for location in locations}) == len(locations)
        where = locations[-1]
        assert (await bench.node(location=where)).location == where.id
        node = await bench.running_node(location=where.id)
        assert node.location == where.id
        bench.look("node", node.id, location=where.id)

    # Volumes and snapshots

    @needs(Can.CREATE_VOLUME, Can.GET_VOLUME, Can.LIST_VOLUMES, Can.DESTROY_VOLUME)
    async def test_volumes(self, bench: Bench) -> None:
        made = await bench.volume(size=2)
        assert (made.size, made.state, made.attached_to) == (2, VolumeState.AVAILABLE, ())
        assert made.name.startswith(f"{bench.target.prefix}-volume")
        assert made in await bench.cloud.list_volumes()
        assert await bench.cloud.get_volume(made.id) == made
        bench.look("volume", made.id, size=2, name=made.name)
        assert await bench.cloud.destroy_volume(made) is None

        async def ids() -> set[str]:
            return {volume.id for volume in await bench.cloud.list_volumes()}

        await bench.until(ids, lambda seen: made.id not in seen)
        await bench.look_gone("volume", made.id)

    @needs(Can.CREATE_VOLUME, Can.ATTACH_VOLUME, Can.DETACH_VOLUME, Can.GET_VOLUME, Can.CREATE_NODE)
    async def test_attach_and_detach(self, bench: Bench) -> None:
        node = await bench.running_node()
        volume = await bench.volume(location=node.location)
        attached = await bench.cloud.attach_volume(node, volume, device="/dev/sdf")
        assert attached.id == volume.id
        assert hash(attached) == hash(volume)
        seen = await bench.until(lambda: bench.cloud.get_volume(volume), lambda seen: seen.state is VolumeState.IN_USE)
        assert seen.attached_to == (node.id,)
        bench.look("volume", volume.id, attached_to=(node.id,))
        with pytest.raises(Conflict):
            await bench.cloud.destroy_volume(volume)
        with pytest.raises(Conflict):
            await bench.cloud.detach_volume(volume, node=bench.target.unknown["node"])
        await bench.cloud.detach_volume(volume, node=node)
        seen = await bench.until(
            lambda: bench.cloud.get_volume(volume), lambda seen: seen.state is VolumeState.AVAILABLE
        )
        assert seen.attached_to == ()
        with pytest.raises(Conflict):
            await bench.cloud.detach_volume(volume.id)
        bench.look("volume", volume.id, attached_to=())

    @needs(Can.CREATE_VOLUME, Can.ATTACH_VOLUME, Can.DETACH_VOLUME, Can.CREATE_NODE)
    async def test_an_attached_volume_is_not_attached_again(self, bench: Bench) -> None:
        node = await bench.running_node()
        volume = await bench.volume(location=node.location)
        await bench.cloud.attach_volume(node.id, volume.id, device="/dev/sdf")
        with pytest.raises(Conflict):
            await bench.cloud.attach_volume(node.id, volume.id, device="/dev/sdg")
        await bench.cloud.detach_volume(volume)

    @needs(
        Can.CREATE_VOLUME,
        Can.CREATE_VOLUME_SNAPSHOT,
        Can.LIST_VOLUME_SNAPSHOTS,
        Can.DESTROY_VOLUME_SNAPSHOT,
    )
    async def test_snapshots(self, bench: Bench) -> None:
        volume, other = await bench.volume(), await bench.volume()
        name = bench.name("snapshot")
        made = await bench.snapshot(volume, name=name)
        assert (made.volume, made.name) == (volume.id, name)

        async def listed() -> list[VolumeSnapshot]:
            return await bench.cloud.list_volume_snapshots(volume)

        [seen] = await bench.until(
            listed, lambda found: [snapshot.state for snapshot in found] == [SnapshotState.AVAILABLE]
        )
        assert (seen.id, seen.name, seen.size) == (made.id, name, volume.size)
        assert seen in await bench.cloud.list_volume_snapshots()
        assert await bench.cloud.list_volume_snapshots(other.id) == []
        bench.look("snapshot", made.id, volume=volume.id, name=name)
        copy = await bench.volume(snapshot=seen)
        assert copy.snapshot == made.id
        assert await bench.cloud.destroy_volume_snapshot(made) is None
        await bench.until(listed, lambda found: found == [])
        await bench.look_gone("snapshot", made.id)

    # Images of one's own

    @needs(Can.CREATE_NODE, Can.CREATE_IMAGE, Can.GET_IMAGE, Can.DELETE_IMAGE)
    async def test_own_images(self, bench: Bench) -> None:
        node = await bench.running_node(**bench.target.for_images)
        made = await bench.own_image(node, description="made by the conformance suite")
        assert made.name.startswith(f"{bench.target.prefix}-image")
        assert (await bench.cloud.get_image(made)).id == made.id
        bench.look("image", made.id, name=made.name)
        if Can.LIST_IMAGES in bench.cloud.capabilities:
            assert made.id in {image.id for image in await bench.cloud.list_images()}
            assert made.id in {image.id for image in await bench.cloud.list_images(owner="self")}
        assert await bench.cloud.delete_image(made) is None
        with pytest.raises(ImageNotFound):
            await bench.cloud.get_image(made)
        await bench.look_gone("image", made.id)

    @needs(Can.COPY_IMAGE, Can.CREATE_IMAGE, Can.DELETE_IMAGE)
    async def test_copied_images(self, bench: Bench) -> None:
        if bench.target.source_region is None:
            raise AssertionError("declare the gap copied_images, or a source_region")
        made = await bench.own_image(await bench.running_node())
        name = bench.name("image")
        copy = await bench.cloud.copy_image(bench.target.source_region, made, name, description="a copy")
        assert copy.id != made.id
        bench.look("image", copy.id, name=name)
        await bench.cloud.delete_image(copy.id)
        await bench.look_gone("image", copy.id)

    # Key pairs

    @needs(Can.CREATE_KEY_PAIR, Can.LIST_KEY_PAIRS, Can.GET_KEY_PAIR, Can.DELETE_KEY_PAIR)
    async def test_key_pairs(self, bench: Bench) -> None:
        made = await bench.key_pair()
        assert made.private_key is not None
        assert made.private_key.reveal()
        assert made.private_key.reveal() not in repr(made)
        seen = await bench.cloud.get_key_pair(made.name)
        assert (seen.name, seen.fingerprint, seen.private_key) == (made.name, made.fingerprint, None)
        assert hash(seen) == hash(made)
        assert seen in await bench.cloud.list_key_pairs()
        bench.look("key_pair", made.name, fingerprint=made.fingerprint)
        with pytest.raises(KeyPairExists):
            await bench.cloud.create_key_pair(made.name)
        assert await bench.cloud.delete_key_pair(made) is None
        with pytest.raises(KeyPairNotFound):
            await bench.cloud.get_key_pair(made)
        await bench.look_gone("key_pair", made.name)

    @needs(Can.IMPORT_KEY_PAIR, Can.GET_KEY_PAIR, Can.DELETE_KEY_PAIR)
    @pytest.mark.parametrize("given", ["text", "path", "path as text"])
    async def test_imported_key_pairs(self, bench: Bench, tmp_path: Path, given: str) -> None:
        path = tmp_path / "id_ed25519.pub"
        path.write_text(PUBLIC_KEY + "\n")
        keys: dict[str, str | Path] = {"text": PUBLIC_KEY, "path": path, "path as text": str(path)}
        public_key = keys[given]
        name = bench.name("key")
        bench.cleanup.append(lambda: bench.cloud.delete_key_pair(name))
        made = await bench.cloud.import_key_pair(name, public_key)
        assert (made.name, made.private_key) == (name, None)
        seen = await bench.cloud.get_key_pair(name)
        assert (seen.name, seen.fingerprint) == (name, made.fingerprint)
        bench.look("key_pair", name, fingerprint=seen.fingerprint)
        with pytest.raises(KeyPairExists):
            await bench.cloud.import_key_pair(name, public_key)

    @needs(Can.IMPORT_KEY_PAIR)
    async def test_a_private_key_is_not_sent(self, bench: Bench, tmp_path: Path) -> None:
        path = tmp_path / "id_ed25519"
        path.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nnot for anybody else\n")
        before = bench.requests
        for wrong in (path, path.read_text(), tmp_path / "missing.pub", tmp_path):
            with pytest.raises(InvalidRequest) as caught:
                await bench.cloud.import_key_pair(bench.name("key"), wrong)
            assert "not for anybody else" not in str(caught.value)
        assert bench.requests == before
