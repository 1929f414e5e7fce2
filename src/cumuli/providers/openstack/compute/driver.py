"""``OpenStackDriver``: what is called of Nova, Glance, Cinder and Neutron."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cumuli.calls.paging import Page
from cumuli.capabilities import Capabilities
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.console import host_keys_in
from cumuli.compute.driver import ComputeDriver, NodeSpec
from cumuli.compute.models import KeyPair, NodeLocation, NodeSize
from cumuli.compute.wanted import Wanted
from cumuli.providers.openstack.compute.account import AccountCalls
from cumuli.providers.openstack.compute.actions import ServerActions
from cumuli.providers.openstack.compute.images import Images
from cumuli.providers.openstack.compute.interfaces import Interfaces
from cumuli.providers.openstack.compute.keys import KeyPairs
from cumuli.providers.openstack.compute.models import (
    NovaNodeT,
    OpenStackImage,
    OpenStackNode,
    OpenStackSnapshot,
    OpenStackVolume,
    VolumeOptions,
)
from cumuli.providers.openstack.compute.servers import Servers
from cumuli.providers.openstack.compute.sizes import Sizes
from cumuli.providers.openstack.compute.volumes import Volumes
from cumuli.providers.openstack.compute.wire import Server, SoundServer, node_of
from cumuli.providers.openstack.network.driver import NetworkCalls
from cumuli.providers.openstack.services import OpenStackServices

__all__ = ["CAPABILITIES", "NO_OPTIONS", "NovaDriver", "OpenStackDriver"]

NO_OPTIONS = VolumeOptions()

CAPABILITIES = Capabilities(
    frozenset(ComputeCapability) - {ComputeCapability.COPY_IMAGE, ComputeCapability.CREATE_NODE_IDEMPOTENT},
    {
        ComputeCapability.COPY_IMAGE: "download the image and upload it in the other region, "
        "or ask its Glance for an import by URL (ex_call)",
        ComputeCapability.CREATE_NODE_IDEMPOTENT: "look for the node by a tag of your own before you create it again",
    },
)


class NovaDriver(ComputeDriver[NovaNodeT, OpenStackVolume, OpenStackImage, OpenStackSnapshot]):
    """Every portable verb, on Nova, Glance and Cinder.

    Args:
        services: Sends the requests.
        node_of: The node that a server is, in the provider's class.
        images: The class of the part for images.
        in_region: As for ``Volumes``.
    """

    def __init__(
        self,
        services: OpenStackServices,
        node_of: Callable[[Server | SoundServer], NovaNodeT],
        *,
        images: type[Images] = Images,
        in_region: bool = False,
    ) -> None:
        super().__init__(services.caller)
        self.services = services
        self.keys = KeyPairs(services)
        self.sizes = Sizes(services)
        self.servers = Servers(services, self.keys, node_of)
        self.actions = ServerActions(services, self.servers)
        self.images = images(services, self.servers)
        self.volumes = Volumes(services, in_region=in_region)
        self.interfaces = Interfaces(services)
        self.network = NetworkCalls(services)
        self.account = AccountCalls(services)

    async def list_nodes(
        self, *, ids: Sequence[str] | None, cursor: str | None, all_projects: bool = False
    ) -> Page[NovaNodeT]:
        return await self.servers.list_nodes(ids=ids, cursor=cursor, all_projects=all_projects)

    async def find_nodes(self, wanted: Wanted, *, cursor: str | None, all_projects: bool = False) -> Page[NovaNodeT]:
        return await self.list_nodes(ids=None, cursor=cursor, all_projects=all_projects)

    async def get_node(self, node_id: str) -> NovaNodeT:
        return await self.servers.get_node(node_id)

    async def create_node(self, spec: NodeSpec) -> NovaNodeT:
        return await self.servers.create_node(spec)

    async def host_keys(self, node_id: str) -> Sequence[str]:
        return host_keys_in(await self.actions.console_output(node_id, None))

    async def start_node(self, node_id: str) -> None:
        await self.servers.start_node(node_id)

    async def stop_node(self, node_id: str) -> None:
        await self.servers.stop_node(node_id)

    async def reboot_node(self, node_id: str) -> None:
        await self.servers.reboot_node(node_id)

    async def destroy_node(self, node_id: str) -> None:
        await self.servers.destroy_node(node_id)

    async def list_sizes(self, *, location: str | None, cursor: str | None) -> Page[NodeSize]:
        return await self.sizes.list_sizes(location=location, cursor=cursor)

    async def get_size(self, size_id: str) -> NodeSize:
        return await self.sizes.get_size(size_id)

    async def list_locations(self, *, cursor: str | None) -> Page[NodeLocation]:
        return await self.sizes.list_locations(cursor=cursor)

    async def list_images(
        self, *, location: str | None, owner: str | None, ids: Sequence[str] | None, cursor: str | None
    ) -> Page[OpenStackImage]:
        return await self.images.list_images(location=location, owner=owner, ids=ids, cursor=cursor)

    async def get_image(self, image_id: str) -> OpenStackImage:
        return await self.images.get_image(image_id)

    async def create_image(self, *, node_id: str, name: str, description: str | None) -> OpenStackImage:
        return await self.images.create_image(node_id=node_id, name=name, description=description)

    async def delete_image(self, image_id: str) -> None:
        await self.images.delete_image(image_id)

    async def list_volumes(self, *, cursor: str | None) -> Page[OpenStackVolume]:
        return await self.volumes.list_volumes(cursor=cursor)

    async def get_volume(self, volume_id: str) -> OpenStackVolume:
        return await self.volumes.get_volume(volume_id)

    async def create_volume(
        self,
        *,
        size: int,
        name: str,
        location: str | None,
        snapshot: str | None,
        options: VolumeOptions = NO_OPTIONS,
    ) -> OpenStackVolume:
        return await self.volumes.create_volume(
            size=size, name=name, location=location, snapshot=snapshot, options=options
        )

    async def attach_volume(self, *, node_id: str, volume_id: str, device: str | None) -> OpenStackVolume:
        return await self.volumes.attach_volume(node_id=node_id, volume_id=volume_id, device=device)

    async def detach_volume(self, volume_id: str, *, node_id: str | None) -> OpenStackVolume:
        return await self.volumes.detach_volume(volume_id, node_id=node_id)

    async def destroy_volume(self, volume_id: str) -> None:
        await self.volumes.destroy_volume(volume_id)

    async def list_volume_snapshots(self, *, volume_id: str | None, cursor: str | None) -> Page[OpenStackSnapshot]:
        return await self.volumes.list_volume_snapshots(volume_id=volume_id, cursor=cursor)

    async def create_volume_snapshot(self, *, volume_id: str, name: str | None) -> OpenStackSnapshot:
        return await self.volumes.create_volume_snapshot(volume_id=volume_id, name=name)

    async def destroy_volume_snapshot(self, snapshot_id: str) -> None:
        await self.volumes.destroy_volume_snapshot(snapshot_id)

    async def list_key_pairs(self, *, cursor: str | None) -> Page[KeyPair]:
        return await self.keys.list_key_pairs(cursor=cursor)

    async def get_key_pair(self, name: str) -> KeyPair:
        return await self.keys.get_key_pair(name)

    async def create_key_pair(self, name: str) -> KeyPair:
        return await self.keys.create_key_pair(name)

    async def import_key_pair(self, *, name: str, public_key: str) -> KeyPair:
        return await self.keys.import_key_pair(name=name, public_key=public_key)

    async def delete_key_pair(self, name: str) -> None:
        await self.keys.delete_key_pair(name)


class OpenStackDriver(NovaDriver[OpenStackNode]):
    """Any OpenStack cloud."""

    provider = "openstack"
    capabilities = CAPABILITIES

    def __init__(self, services: OpenStackServices) -> None:
        super().__init__(services, self._node)

    def _node(self, server: Server | SoundServer) -> OpenStackNode:
        return node_of(server, self.provider, OpenStackNode)

    async def find_nodes(
        self, wanted: Wanted, *, cursor: str | None, all_projects: bool = False
    ) -> Page[OpenStackNode]:
        return await self.servers.list_nodes(ids=None, cursor=cursor, all_projects=all_projects, name=wanted.name)

    async def find_images(
        self, wanted: Wanted, *, location: str | None, owner: str | None, cursor: str | None
    ) -> Page[OpenStackImage]:
        return await self.images.find_images(wanted, owner=owner, cursor=cursor)

    async def find_volumes(self, wanted: Wanted, *, cursor: str | None) -> Page[OpenStackVolume]:
        return await self.volumes.find_volumes(wanted, cursor=cursor)

    async def find_volume_snapshots(
        self, wanted: Wanted, *, volume_id: str | None, cursor: str | None
    ) -> Page[OpenStackSnapshot]:
        return await self.volumes.find_volume_snapshots(wanted, volume_id=volume_id, cursor=cursor)
