"""Every verb of the compute API as a call that can be made with right and with wrong arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.auth import Password, SSHKey
from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.compute.models import (
    KeyPair,
    Node,
    NodeImage,
    NodeLocation,
    NodeSize,
    NodeState,
    SnapshotState,
    Volume,
    VolumeSnapshot,
    VolumeState,
)
from cumuli.testing.suites.compute_target import ComputeTarget

__all__ = ["CALLS", "Call", "strangers"]

Client = AsyncCompute[Node, Volume]
Arguments = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A verb, and arguments that name nothing real.

    Attributes:
        capability: What a client needs for it.
        verb: The method, with the finer capability in brackets where it is about that.
        arguments: Its arguments by name.
        models: Which of them take a model or its id, and of which kind.
    """

    capability: Can
    verb: str
    arguments: Callable[[ComputeTarget], Arguments]
    models: Mapping[str, type] = field(default_factory=dict[str, type])

    async def make(self, client: Client, target: ComputeTarget, instead: Arguments | None = None) -> Any:
        """Make the call, with some arguments replaced."""
        arguments = {**self.arguments(target), **(instead or {})}
        for several in ("ids", "nodes", "images", "volumes", "snapshots"):
            if several in arguments:
                arguments[several] = [arguments[several]]
        answer = getattr(client, self.verb.partition("[")[0])(**arguments)
        if self.verb.startswith("iterate_"):
            return [item async for item in answer]
        return await answer


def strangers(kind: type, provider: str) -> list[Any]:
    """Models that an argument for this kind must refuse: one of another provider's, one of another kind."""
    elsewhere = "somewhere-else"
    assert elsewhere != provider
    return [_model(kind, elsewhere), _model(Node if kind is not Node else Volume, provider)]


def _model(kind: type, provider: str) -> Any:
    common: Arguments = {"id": "x-1", "name": "x", "provider": provider}
    more: dict[type, Arguments] = {
        Node: {"state": NodeState.RUNNING},
        NodeSize: {"ram": 1},
        Volume: {"state": VolumeState.AVAILABLE, "size": 1},
        VolumeSnapshot: {"state": SnapshotState.AVAILABLE},
    }
    if kind is KeyPair:
        return KeyPair(name="x", provider=provider)
    return kind(**common, **more.get(kind, {}))


def _node(target: ComputeTarget) -> Arguments:
    return {"node": target.unknown["node"]}


def _nothing(_target: ComputeTarget) -> Arguments:
    return {}


def _new_node(target: ComputeTarget) -> Arguments:
    return {"name": "never made", "size": target.size, "image": target.image, "location": "nowhere"}


def _image(target: ComputeTarget) -> Arguments:
    return {"image": target.unknown["image"]}


def _volume(target: ComputeTarget) -> Arguments:
    return {"volume": target.unknown["volume"]}


def _images(target: ComputeTarget) -> Arguments:
    return {"images": target.unknown["image"]}


def _volumes(target: ComputeTarget) -> Arguments:
    return {"volumes": target.unknown["volume"]}


def _snapshots(target: ComputeTarget) -> Arguments:
    return {"snapshots": target.unknown["snapshot"]}


def _key(_target: ComputeTarget) -> Arguments:
    return {"name": "no such key"}


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPFxRBzQfQf7Yd7+1PNz2cQJ1GOrfUn5Zp8XWz5"
NEW_NODE: Mapping[str, type] = {"size": NodeSize, "image": NodeImage, "location": NodeLocation}

CALLS = [
    Call(Can.LIST_NODES, "list_nodes", lambda target: {"ids": target.unknown["node"]}, {"ids": Node}),
    Call(Can.LIST_NODES, "iterate_nodes", lambda target: {"ids": target.unknown["node"]}, {"ids": Node}),
    Call(Can.LIST_NODES_TAGS, "list_nodes[tags]", lambda _: {"tags": {"a": None}}),
    Call(Can.LIST_NODES_TAGS, "iterate_nodes[tags]", lambda _: {"tags": {"a": None}}),
    Call(Can.LIST_IMAGES_TAGS, "list_images[tags]", lambda _: {"tags": {"a": None}}),
    Call(Can.LIST_VOLUMES_TAGS, "list_volumes[tags]", lambda _: {"tags": {"a": None}}),
    Call(Can.LIST_VOLUME_SNAPSHOTS_TAGS, "list_volume_snapshots[tags]", lambda _: {"tags": {"a": None}}),
    Call(Can.LIST_NODES, "wait_until_running", lambda target: {"nodes": target.unknown["node"]}, {"nodes": Node}),
    Call(Can.LIST_NODES, "wait_until_stopped", lambda target: {"nodes": target.unknown["node"]}, {"nodes": Node}),
    Call(Can.LIST_NODES, "wait_until_destroyed", lambda target: {"nodes": target.unknown["node"]}, {"nodes": Node}),
    Call(Can.LIST_IMAGES, "wait_until_image_available", _images, {"images": NodeImage}),
    Call(Can.LIST_VOLUMES, "wait_until_volume_available", _volumes, {"volumes": Volume}),
    Call(Can.LIST_VOLUMES, "wait_until_volume_attached", _volumes, {"volumes": Volume}),
    Call(Can.LIST_VOLUMES, "wait_until_volume_detached", _volumes, {"volumes": Volume}),
    Call(Can.LIST_VOLUME_SNAPSHOTS, "wait_until_snapshot_available", _snapshots, {"snapshots": VolumeSnapshot}),
    Call(Can.GET_NODE, "get_node", _node, {"node": Node}),
    Call(Can.CREATE_NODE, "create_node", _new_node, NEW_NODE),
    Call(Can.CREATE_NODE_TAGS, "create_node[tags]", lambda target: {**_new_node(target), "tags": {"a": "b"}}),
    Call(Can.CREATE_NODE_SSH_KEY, "create_node[SSHKey]", lambda target: {**_new_node(target), "auth": SSHKey(KEY)}),
    Call(
        Can.CREATE_NODE_PASSWORD, "create_node[Password]", lambda target: {**_new_node(target), "auth": Password("x")}
    ),
    Call(Can.START_NODE, "start_node", _node, {"node": Node}),
    Call(Can.STOP_NODE, "stop_node", _node, {"node": Node}),
    Call(Can.REBOOT_NODE, "reboot_node", _node, {"node": Node}),
    Call(Can.DESTROY_NODE, "destroy_node", _node, {"node": Node}),
    Call(Can.LIST_SIZES, "list_sizes", lambda _: {"location": "nowhere"}, {"location": NodeLocation}),
    Call(Can.GET_SIZE, "get_size", lambda target: {"size": target.unknown["size"]}, {"size": NodeSize}),
    Call(
        Can.LIST_IMAGES,
        "list_images",
        lambda target: {"location": "nowhere", "ids": target.unknown["image"]},
        {"location": NodeLocation, "ids": NodeImage},
    ),
    Call(Can.GET_IMAGE, "get_image", _image, {"image": NodeImage}),
    Call(Can.LIST_LOCATIONS, "list_locations", _nothing),
    Call(Can.LIST_VOLUMES, "list_volumes", _node, {"node": Node}),
    Call(Can.GET_VOLUME, "get_volume", _volume, {"volume": Volume}),
    Call(
        Can.CREATE_VOLUME,
        "create_volume",
        lambda target: {"size": 1, "name": "never made", "location": None, "snapshot": target.unknown["snapshot"]},
        {"location": NodeLocation, "snapshot": VolumeSnapshot},
    ),
    Call(
        Can.ATTACH_VOLUME,
        "attach_volume",
        lambda target: {**_node(target), **_volume(target)},
        {"node": Node, "volume": Volume},
    ),
    Call(Can.DETACH_VOLUME, "detach_volume", _volume, {"volume": Volume}),
    Call(Can.DESTROY_VOLUME, "destroy_volume", _volume, {"volume": Volume}),
    Call(Can.LIST_VOLUME_SNAPSHOTS, "list_volume_snapshots", _volume, {"volume": Volume}),
    Call(Can.CREATE_VOLUME_SNAPSHOT, "create_volume_snapshot", _volume, {"volume": Volume}),
    Call(
        Can.DESTROY_VOLUME_SNAPSHOT,
        "destroy_volume_snapshot",
        lambda target: {"snapshot": target.unknown["snapshot"]},
        {"snapshot": VolumeSnapshot},
    ),
    Call(Can.CREATE_IMAGE, "create_image", lambda target: {**_node(target), "name": "never made"}, {"node": Node}),
    Call(
        Can.COPY_IMAGE,
        "copy_image",
        lambda target: {"source_region": "nowhere", **_image(target), "name": "never made"},
        {"image": NodeImage},
    ),
    Call(Can.DELETE_IMAGE, "delete_image", _image, {"image": NodeImage}),
    Call(Can.LIST_KEY_PAIRS, "list_key_pairs", _nothing),
    Call(Can.GET_KEY_PAIR, "get_key_pair", _key, {"name": KeyPair}),
    Call(Can.CREATE_KEY_PAIR, "create_key_pair", _key),
    Call(Can.IMPORT_KEY_PAIR, "import_key_pair", lambda _: {"name": "never made", "public_key": KEY}),
    Call(Can.DELETE_KEY_PAIR, "delete_key_pair", _key, {"name": KeyPair}),
]
