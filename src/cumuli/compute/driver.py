"""The SPI of compute: what a provider implements.

A driver makes its provider's calls and nothing else. Argument checks, capability checks, paging,
waiting and error context are the portable client's, written once. A driver

* implements the methods whose capabilities it declares, and no others: the client never calls the rest;
* awaits only ``self.caller`` and the runtime behind it (``self.caller.runtime``);
* takes ids, never models: the client has already turned models into ids;
* gives one page per call of a listing and passes the provider's own cursor through ``Page.next``;
* may ask for less where only some of a listing is wanted (``find_nodes`` and its kin), where the provider
  gives at least what is wanted; the client leaves out the rest;
* raises ``NodeNotFound`` and its kin where the provider says that something does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec

from cumuli.calls.caller import Caller
from cumuli.calls.paging import Page
from cumuli.capabilities import Capabilities
from cumuli.compute.auth import Auth
from cumuli.compute.models import (
    KeyPair,
    Node,
    NodeImage,
    NodeLocation,
    NodeSize,
    Volume,
    VolumeSnapshot,
)
from cumuli.compute.wanted import Wanted
from cumuli.errors import NotSupported

if TYPE_CHECKING:
    # Only checkers know the defaults of type variables on Python 3.11.
    from typing import Generic

    from typing_extensions import TypeVar as TypeVarWithDefault

    NodeT = TypeVarWithDefault("NodeT", bound=Node, default=Node, covariant=True)
    VolumeT = TypeVarWithDefault("VolumeT", bound=Volume, default=Volume, covariant=True)
    ImageT = TypeVarWithDefault("ImageT", bound=NodeImage, default=NodeImage, covariant=True)
    SnapshotT = TypeVarWithDefault("SnapshotT", bound=VolumeSnapshot, default=VolumeSnapshot, covariant=True)
else:
    NodeT = TypeVar("NodeT")
    VolumeT = TypeVar("VolumeT")
    ImageT = TypeVar("ImageT")
    SnapshotT = TypeVar("SnapshotT")

    class Generic:
        """A ``Generic`` that takes fewer types than it has, as checkers do because of the defaults."""

        def __class_getitem__(cls, _types: object) -> type:
            return cls


__all__ = ["ComputeDriver", "Generic", "ImageT", "NodeSpec", "NodeT", "SnapshotT", "VolumeT"]


class NodeSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What ``create_node`` was asked for. Providers subclass it for their ``ex_`` arguments.

    Attributes:
        name: Display name.
        size: Id of the size.
        image: Id of the image.
        location: Id of the location, or None for the provider's choice.
        auth: How to get into the node, or None.
        tags: Tags to put on it.
    """

    name: str
    size: str
    image: str
    location: str | None = None
    auth: Auth | None = None
    tags: dict[str, str] = {}


class ComputeDriver(Generic[NodeT, VolumeT, ImageT, SnapshotT]):
    """Base of compute drivers; see the module's docstring for the rules.

    Attributes:
        provider: Registry name (``"ec2"``).
        capabilities: What the provider can do; set by the class, or by the instance where it
            depends on the endpoint.
        forgetful: Whether the provider may not know for some seconds what it gave the id of.
        caller: Sends requests.
    """

    provider: str
    capabilities: Capabilities
    forgetful: bool = True

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    async def close(self) -> None:
        """Release what the driver holds besides the runtime, which the client closes."""

    def _lacking(self, verb: str) -> NotSupported:
        # Reached only when a driver declares a capability and forgets its method.
        return NotSupported(f"the {self.provider} driver declares {verb} and does not implement it")

    # Nodes

    async def list_nodes(self, *, ids: Sequence[str] | None, cursor: str | None) -> Page[NodeT]:
        """One page of nodes: all, or those with these ids (unknown ids: ``NodeNotFound``)."""
        raise self._lacking("list_nodes")

    async def find_nodes(self, wanted: Wanted, *, cursor: str | None) -> Page[NodeT]:
        """One page of a listing that has at least those nodes that are wanted."""
        return await self.list_nodes(ids=None, cursor=cursor)

    async def get_node(self, node_id: str) -> NodeT:
        """One node, or ``NodeNotFound``."""
        raise self._lacking("get_node")

    async def create_node(self, spec: NodeSpec) -> NodeT:
        """Create a node; with an idempotency token where the provider has one. If it takes several
        calls and one fails, what was made is destroyed again, or named in the error.
        """
        raise self._lacking("create_node")

    async def start_node(self, node_id: str) -> None:
        raise self._lacking("start_node")

    async def stop_node(self, node_id: str) -> None:
        raise self._lacking("stop_node")

    async def reboot_node(self, node_id: str) -> None:
        raise self._lacking("reboot_node")

    async def destroy_node(self, node_id: str) -> None:
        raise self._lacking("destroy_node")

    async def host_keys(self, node_id: str) -> Sequence[str]:
        """The node's SSH host keys in OpenSSH form, as far as the provider can tell them by now."""
        return ()

    # What nodes are made of

    async def list_sizes(self, *, location: str | None, cursor: str | None) -> Page[NodeSize]:
        raise self._lacking("list_sizes")

    async def get_size(self, size_id: str) -> NodeSize:
        """One size, or ``SizeNotFound``."""
        raise self._lacking("get_size")

    async def list_images(
        self, *, location: str | None, owner: str | None, ids: Sequence[str] | None, cursor: str | None
    ) -> Page[ImageT]:
        raise self._lacking("list_images")

    async def find_images(
        self, wanted: Wanted, *, location: str | None, owner: str | None, cursor: str | None
    ) -> Page[ImageT]:
        """As ``find_nodes``, for images."""
        return await self.list_images(location=location, owner=owner, ids=None, cursor=cursor)

    async def get_image(self, image_id: str) -> ImageT:
        """One image, or ``ImageNotFound``."""
        raise self._lacking("get_image")

    async def list_locations(self, *, cursor: str | None) -> Page[NodeLocation]:
        raise self._lacking("list_locations")

    # Volumes and snapshots

    async def list_volumes(self, *, cursor: str | None) -> Page[VolumeT]:
        raise self._lacking("list_volumes")

    async def find_volumes(self, wanted: Wanted, *, cursor: str | None) -> Page[VolumeT]:
        """As ``find_nodes``, for volumes."""
        return await self.list_volumes(cursor=cursor)

    async def get_volume(self, volume_id: str) -> VolumeT:
        """One volume, or ``VolumeNotFound``."""
        raise self._lacking("get_volume")

    async def create_volume(self, *, size: int, name: str, location: str | None, snapshot: str | None) -> VolumeT:
        raise self._lacking("create_volume")

    async def attach_volume(self, *, node_id: str, volume_id: str, device: str | None) -> VolumeT:
        raise self._lacking("attach_volume")

    async def detach_volume(self, volume_id: str, *, node_id: str | None) -> VolumeT:
        raise self._lacking("detach_volume")

    async def destroy_volume(self, volume_id: str) -> None:
        raise self._lacking("destroy_volume")

    async def list_volume_snapshots(self, *, volume_id: str | None, cursor: str | None) -> Page[SnapshotT]:
        raise self._lacking("list_volume_snapshots")

    async def find_volume_snapshots(
        self, wanted: Wanted, *, volume_id: str | None, cursor: str | None
    ) -> Page[SnapshotT]:
        """As ``find_nodes``, for snapshots."""
        return await self.list_volume_snapshots(volume_id=volume_id, cursor=cursor)

    async def create_volume_snapshot(self, *, volume_id: str, name: str | None) -> SnapshotT:
        raise self._lacking("create_volume_snapshot")

    async def destroy_volume_snapshot(self, snapshot_id: str) -> None:
        raise self._lacking("destroy_volume_snapshot")

    # Images of one's own

    async def create_image(self, *, node_id: str, name: str, description: str | None) -> ImageT:
        raise self._lacking("create_image")

    async def copy_image(self, *, source_region: str, image_id: str, name: str, description: str | None) -> ImageT:
        raise self._lacking("copy_image")

    async def delete_image(self, image_id: str) -> None:
        raise self._lacking("delete_image")

    # Key pairs

    async def list_key_pairs(self, *, cursor: str | None) -> Page[KeyPair]:
        raise self._lacking("list_key_pairs")

    async def get_key_pair(self, name: str) -> KeyPair:
        """One key pair, or ``KeyPairNotFound``."""
        raise self._lacking("get_key_pair")

    async def create_key_pair(self, name: str) -> KeyPair:
        raise self._lacking("create_key_pair")

    async def import_key_pair(self, *, name: str, public_key: str) -> KeyPair:
        """``public_key`` is the text of one, in OpenSSH form."""
        raise self._lacking("import_key_pair")

    async def delete_key_pair(self, name: str) -> None:
        raise self._lacking("delete_key_pair")
