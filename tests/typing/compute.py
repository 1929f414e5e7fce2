"""What checkers make of the portable compute API. Nothing here runs: mypy and basedpyright read it."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from typing import assert_type

import cumuli
from cumuli import (
    EC2,
    AsyncCompute,
    AsyncEC2,
    AsyncMemoryCompute,
    Compute,
    GoGrid,
    KeyPair,
    MemoryCompute,
    Node,
    NodeImage,
    NodeLocation,
    NodeSize,
    NodeState,
    Price,
    Secret,
    SnapshotState,
    SSHKey,
    Volume,
    VolumeSnapshot,
    VolumeState,
)
from cumuli.capabilities import Capabilities
from cumuli.providers.memory.compute.models import MemoryNode, MemoryVolume
from cumuli.serialize import to_builtins


def compute_alone_reads_well(cloud: Compute) -> None:
    assert_type(cloud.list_nodes(), list[Node])
    assert_type(cloud.iterate_nodes(), Iterator[Node])
    assert_type(cloud.get_node("i-1"), Node)
    assert_type(cloud.create_node("web", "small", "debian"), Node)
    assert_type(cloud.wait_until_running(["i-1"]), list[tuple[Node, list[str]]])
    assert_type(cloud.list_volumes(), list[Volume])
    assert_type(cloud.create_volume(1, "data"), Volume)
    assert_type(cloud.attach_volume("i-1", "vol-1"), Volume)
    assert_type(cloud.list_sizes(), list[NodeSize])
    assert_type(cloud.list_images(), list[NodeImage])
    assert_type(cloud.list_locations(), list[NodeLocation])
    assert_type(cloud.list_volume_snapshots(), list[VolumeSnapshot])
    assert_type(cloud.create_image("i-1", "golden"), NodeImage)
    assert_type(cloud.list_key_pairs(), list[KeyPair])
    assert_type(cloud.provider, str)
    assert_type(cloud.capabilities, Capabilities)


async def so_does_async_compute(cloud: AsyncCompute) -> None:
    assert_type(await cloud.list_nodes(), list[Node])
    assert_type(cloud.iterate_nodes(), AsyncIterator[Node])
    assert_type(await cloud.create_node("web", "small", "debian"), Node)
    assert_type(await cloud.wait_until_running(["i-1"]), list[tuple[Node, list[str]]])
    assert_type(await cloud.list_volumes(), list[Volume])
    async with cloud as same:
        assert_type(same, AsyncCompute)


def every_client_is_a_compute(ec2: EC2, gogrid: GoGrid, memory: MemoryCompute) -> None:
    compute_alone_reads_well(ec2)
    compute_alone_reads_well(gogrid)
    compute_alone_reads_well(memory)
    clouds: list[Compute] = [ec2, gogrid, memory]
    assert_type([node for cloud in clouds for node in cloud.list_nodes()], list[Node])


async def every_async_client_is_an_async_compute(ec2: AsyncEC2, memory: AsyncMemoryCompute) -> None:
    await so_does_async_compute(ec2)
    await so_does_async_compute(memory)


def the_flavours_are_different_things(cloud: Compute, ec2: EC2) -> None:
    every_client_is_a_compute(cloud, cloud, cloud)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    wrong: AsyncCompute = ec2  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    del wrong


def a_providers_models_come_back() -> None:
    with MemoryCompute(
        latency=0.1,
        page_size=2,
        polls_until_running=3,
        throttle=5,
        consistency_delay=0.5,
        fail_call={"create_node": [cumuli.ProviderUnavailable("busy")], 7: cumuli.RateLimited("slowly")},
    ) as memory:
        assert_type(memory, MemoryCompute)
        assert_type(memory.list_nodes(), list[MemoryNode])
        assert_type(memory.iterate_nodes(), Iterator[MemoryNode])
        assert_type(memory.wait_until_running(memory.list_nodes()), list[tuple[MemoryNode, list[str]]])
        assert_type(memory.create_volume(1, "data"), MemoryVolume)
        assert_type(memory.account, cumuli.MemoryAccount)


def models_and_ids_are_taken(cloud: Compute, node: MemoryNode, volume: Volume, size: NodeSize) -> None:
    cloud.list_nodes(ids=[node, "i-2"])
    cloud.attach_volume(node, volume.id, device="/dev/sdf")
    cloud.create_node("web", size, "debian", location=None, auth=SSHKey("ssh-ed25519 AAAA"), tags={"a": "b"})


def what_is_wrong_is_an_error(cloud: Compute, node: Node, volume: Volume) -> None:
    cloud.list_nodes(id=["i-1"])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    cloud.create_node("web", "small", "debian", ex_keyname="k")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    cloud.create_node("web", "small", "debian", None)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    cloud.create_node("web", "small", "debian", tags={"a": 1})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    cloud.get_node(volume)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    cloud.destroy_volume(node)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    cloud.wait_until_running([node], ssh_interface="both")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    cloud.ex_describe_tags(node)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    node.name = "changed"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    MemoryCompute(latencies=1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    MemoryCompute(timeout="long")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def clients_by_name(name: str) -> None:
    assert_type(cumuli.compute("ec2"), EC2)
    assert_type(cumuli.compute("memory", page_size=2), MemoryCompute)
    assert_type(cumuli.compute(name), Compute)
    assert_type(cumuli.async_compute("ec2", region="eu-west-1"), AsyncEC2)
    assert_type(cumuli.async_compute(name), AsyncCompute)
    assert_type(cumuli.providers("compute"), list[str])


def fields_of_a_node(node: Node) -> None:
    assert_type(node.id, str)
    assert_type(node.name, str)
    assert_type(node.state, NodeState)
    assert_type(node.provider, str)
    assert_type(node.provider_state, str)
    assert_type(node.state_reason, str | None)
    assert_type(node.public_ips, tuple[str, ...])
    assert_type(node.private_ips, tuple[str, ...])
    assert_type(node.size, str | None)
    assert_type(node.image, str | None)
    assert_type(node.location, str | None)
    assert_type(node.created_at, dt.datetime | None)
    assert_type(node.tags, dict[str, str])
    assert_type(node.password, Secret | None)


def fields_of_the_others(
    size: NodeSize, image: NodeImage, location: NodeLocation, volume: Volume, snapshot: VolumeSnapshot, pair: KeyPair
) -> None:
    assert_type(size.ram, int)
    assert_type(size.disk, int)
    assert_type(size.cpus, float | None)
    assert_type(size.bandwidth, int | None)
    assert_type(size.price, Price | None)
    assert_type(image.owner, str | None)
    assert_type(location.region, str | None)
    assert_type(location.country, str | None)
    assert_type(volume.size, int)
    assert_type(volume.state, VolumeState)
    assert_type(volume.attached_to, tuple[str, ...])
    assert_type(volume.snapshot, str | None)
    assert_type(snapshot.state, SnapshotState)
    assert_type(snapshot.size, int | None)
    assert_type(pair.id, str)
    assert_type(pair.public_key, str | None)
    assert_type(pair.private_key, Secret | None)


def plain_data(node: Node) -> None:
    plain = to_builtins(node)
    if isinstance(plain, dict):
        assert_type(list(plain), list[str])
