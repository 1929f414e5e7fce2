"""The driver of the in-memory cloud, which is also the one to read before writing another.

Every method does what a method of any driver does: it says what the provider is to be asked,
whether asking twice is safe, and what the answer means. What the module's ``check`` makes of a
refusal is an error of cumuli's tree. The rest (arguments, capabilities, paging, waiting,
retries, deadlines, credentials) is done around it, once for all providers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from cumuli import errors
from cumuli.calls.caller import Caller
from cumuli.calls.paging import Page
from cumuli.capabilities import Capabilities
from cumuli.compute.auth import Password, SSHKey
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.driver import ComputeDriver, NodeSpec
from cumuli.compute.models import KeyPair, NodeImage, NodeLocation, NodeSize, VolumeSnapshot
from cumuli.providers.memory.compute.account import PROVIDER
from cumuli.providers.memory.compute.models import MemoryImage, MemoryNode, MemoryVolume
from cumuli.runtime.messages import Request, Response
from cumuli.secret import Secret

__all__ = ["EVERYTHING", "MemoryDriver"]

T = TypeVar("T")

EVERYTHING = Capabilities(supported=frozenset(ComputeCapability))
ERRORS: dict[str, type[errors.CloudError]] = {
    "Conflict": errors.Conflict,
    "ImageNotFound": errors.ImageNotFound,
    "InvalidRequest": errors.InvalidRequest,
    "KeyPairExists": errors.KeyPairExists,
    "KeyPairNotFound": errors.KeyPairNotFound,
    "LocationNotFound": errors.NotFound,
    "NodeNotFound": errors.NodeNotFound,
    "PermissionDenied": errors.PermissionDenied,
    "SizeNotFound": errors.SizeNotFound,
    "SnapshotNotFound": errors.SnapshotNotFound,
    "VolumeNotFound": errors.VolumeNotFound,
}


class _Refused(msgspec.Struct):
    """The body of an answer that is no success."""

    code: str
    message: str


class _NodeCreated(msgspec.Struct):
    """The answer to create_node."""

    node: MemoryNode
    password: str | None = None


class _KeyPairCreated(msgspec.Struct):
    """The answer to create_key_pair."""

    key_pair: KeyPair
    private_key: str


def check(answer: Response) -> errors.CloudError | None:
    """The error that an answer tells of, or None."""
    if answer.status < 300:
        return None
    refused = msgspec.json.decode(answer.body, type=_Refused)
    kind = ERRORS.get(refused.code, errors.CloudError)
    return kind(refused.message, status=answer.status, code=refused.code)


class MemoryDriver(ComputeDriver[MemoryNode, MemoryVolume]):
    """Calls of the in-memory cloud.

    Args:
        caller: Sends the requests.
        region: The region that they are for.
        page_size: Most items in one page of a listing; None for all in one.
        polls: How many looks at a new or started node it takes until it runs.
        forgetful: Whether it does not know for some seconds what it gave the id of.
        capabilities: What it is to be able to do.
    """

    provider = PROVIDER

    def __init__(
        self,
        caller: Caller,
        *,
        region: str,
        page_size: int | None,
        polls: int,
        forgetful: bool,
        capabilities: Capabilities,
    ) -> None:
        super().__init__(caller)
        self.forgetful = forgetful
        self.capabilities = capabilities
        self._origin = f"memory://{region}"
        self._page_size = page_size
        self._polls = polls

    async def _read(self, operation: str, answer: type[T], **arguments: object) -> T:
        """Ask for something; asking again is always safe."""
        return msgspec.json.decode(await self._call(operation, arguments, repeatable=True), type=answer)

    async def _list(self, operation: str, answer: type[Page[T]], cursor: str | None, **arguments: object) -> Page[T]:
        """Ask for one page of a listing."""
        return await self._read(operation, answer, limit=self._page_size, cursor=cursor, **arguments)

    async def _make(self, operation: str, answer: type[T], **arguments: object) -> T:
        """Have something made, which must not happen twice: no request that may have arrived is sent again."""
        return msgspec.json.decode(await self._call(operation, arguments, repeatable=False), type=answer)

    async def _change(self, operation: str, **arguments: object) -> None:
        """Have something changed, where asking again cannot change more."""
        await self._call(operation, arguments, repeatable=True)

    async def _call(self, operation: str, arguments: dict[str, object], *, repeatable: bool) -> bytes:
        request = Request(
            method="POST",
            origin=self._origin,
            target=f"/{operation}",
            body=msgspec.json.encode(arguments),
            operation=operation,
        )
        return (await self.caller.call(request, check=check, repeatable=repeatable)).body

    # Nodes

    async def list_nodes(self, *, ids: Sequence[str] | None, cursor: str | None) -> Page[MemoryNode]:
        return await self._list("list_nodes", Page[MemoryNode], cursor, ids=ids)

    async def get_node(self, node_id: str) -> MemoryNode:
        return await self._read("get_node", MemoryNode, node_id=node_id)

    async def create_node(self, spec: NodeSpec) -> MemoryNode:
        # The token tells the provider that a second request is the first one again, so it may be repeated.
        created = await self._read(
            "create_node",
            _NodeCreated,
            name=spec.name,
            size=spec.size,
            image=spec.image,
            location=spec.location,
            tags=spec.tags,
            public_key=spec.auth.text if isinstance(spec.auth, SSHKey) else None,
            own_password=isinstance(spec.auth, Password),
            polls=self._polls,
            token=self.caller.runtime.token(),
        )
        if created.password is None:
            return created.node
        return msgspec.structs.replace(created.node, password=Secret(created.password))

    async def start_node(self, node_id: str) -> None:
        await self._change("start_node", node_id=node_id, polls=self._polls)

    async def stop_node(self, node_id: str) -> None:
        await self._change("stop_node", node_id=node_id)

    async def reboot_node(self, node_id: str) -> None:
        # Twice would be once too often.
        await self._call("reboot_node", {"node_id": node_id}, repeatable=False)

    async def destroy_node(self, node_id: str) -> None:
        await self._change("destroy_node", node_id=node_id)

    # What nodes are made of

    async def list_sizes(self, *, location: str | None, cursor: str | None) -> Page[NodeSize]:
        return await self._list("list_sizes", Page[NodeSize], cursor, location=location)

    async def get_size(self, size_id: str) -> NodeSize:
        return await self._read("get_size", NodeSize, size_id=size_id)

    async def list_images(
        self, *, location: str | None, owner: str | None, ids: Sequence[str] | None, cursor: str | None
    ) -> Page[NodeImage]:
        page = await self._list("list_images", Page[MemoryImage], cursor, location=location, owner=owner, ids=ids)
        return Page(list[NodeImage](page.items), page.next)

    async def get_image(self, image_id: str) -> NodeImage:
        return await self._read("get_image", MemoryImage, image_id=image_id)

    async def list_locations(self, *, cursor: str | None) -> Page[NodeLocation]:
        return await self._list("list_locations", Page[NodeLocation], cursor)

    # Volumes and snapshots

    async def list_volumes(self, *, cursor: str | None) -> Page[MemoryVolume]:
        return await self._list("list_volumes", Page[MemoryVolume], cursor)

    async def get_volume(self, volume_id: str) -> MemoryVolume:
        return await self._read("get_volume", MemoryVolume, volume_id=volume_id)

    async def create_volume(self, *, size: int, name: str, location: str | None, snapshot: str | None) -> MemoryVolume:
        return await self._make(
            "create_volume", MemoryVolume, size=size, name=name, location=location, snapshot=snapshot
        )

    async def attach_volume(self, *, node_id: str, volume_id: str, device: str | None) -> MemoryVolume:
        return await self._make("attach_volume", MemoryVolume, node_id=node_id, volume_id=volume_id, device=device)

    async def detach_volume(self, volume_id: str, *, node_id: str | None) -> MemoryVolume:
        return await self._make("detach_volume", MemoryVolume, volume_id=volume_id, node_id=node_id)

    async def destroy_volume(self, volume_id: str) -> None:
        await self._change("destroy_volume", volume_id=volume_id)

    async def list_volume_snapshots(self, *, volume_id: str | None, cursor: str | None) -> Page[VolumeSnapshot]:
        return await self._list("list_volume_snapshots", Page[VolumeSnapshot], cursor, volume_id=volume_id)

    async def create_volume_snapshot(self, *, volume_id: str, name: str | None) -> VolumeSnapshot:
        return await self._make("create_volume_snapshot", VolumeSnapshot, volume_id=volume_id, name=name)

    async def destroy_volume_snapshot(self, snapshot_id: str) -> None:
        await self._change("destroy_volume_snapshot", snapshot_id=snapshot_id)

    # Images of one's own

    async def create_image(self, *, node_id: str, name: str, description: str | None) -> NodeImage:
        return await self._make("create_image", MemoryImage, node_id=node_id, name=name, description=description)

    async def copy_image(self, *, source_region: str, image_id: str, name: str, description: str | None) -> NodeImage:
        return await self._make(
            "copy_image",
            MemoryImage,
            source_region=source_region,
            image_id=image_id,
            name=name,
            description=description,
        )

    async def delete_image(self, image_id: str) -> None:
        await self._change("delete_image", image_id=image_id)

    # Key pairs

    async def list_key_pairs(self, *, cursor: str | None) -> Page[KeyPair]:
        return await self._list("list_key_pairs", Page[KeyPair], cursor)

    async def get_key_pair(self, name: str) -> KeyPair:
        return await self._read("get_key_pair", KeyPair, name=name)

    async def create_key_pair(self, name: str) -> KeyPair:
        created = await self._make("create_key_pair", _KeyPairCreated, name=name)
        return msgspec.structs.replace(created.key_pair, private_key=Secret(created.private_key))

    async def import_key_pair(self, *, name: str, public_key: str) -> KeyPair:
        return await self._make("import_key_pair", KeyPair, name=name, public_key=public_key)

    async def delete_key_pair(self, name: str) -> None:
        await self._change("delete_key_pair", name=name)
