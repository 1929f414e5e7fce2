"""``EC2Driver``: what is called of EC2."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from cumuli.calls.caller import Caller
from cumuli.calls.paging import Page
from cumuli.capabilities import Capabilities
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.console import host_keys_in
from cumuli.compute.driver import ComputeDriver, NodeSpec
from cumuli.compute.models import KeyPair, NodeLocation, NodeSize
from cumuli.compute.wanted import Wanted
from cumuli.errors import Conflict
from cumuli.providers.aws.ec2.account import Account
from cumuli.providers.aws.ec2.addresses import Addresses
from cumuli.providers.aws.ec2.calls import EC2Calls
from cumuli.providers.aws.ec2.images import Images
from cumuli.providers.aws.ec2.instances import Instances
from cumuli.providers.aws.ec2.interfaces import Interfaces
from cumuli.providers.aws.ec2.keys import KeyPairs
from cumuli.providers.aws.ec2.launch_templates import LaunchTemplates
from cumuli.providers.aws.ec2.launching import Launching
from cumuli.providers.aws.ec2.models import PROVIDER, EC2Image, EC2Node, EC2Snapshot, EC2Volume
from cumuli.providers.aws.ec2.networks import Networks
from cumuli.providers.aws.ec2.placement_groups import PlacementGroups
from cumuli.providers.aws.ec2.routing import Routing
from cumuli.providers.aws.ec2.security_groups import SecurityGroups
from cumuli.providers.aws.ec2.sizes import Sizes
from cumuli.providers.aws.ec2.spot import SpotRequests
from cumuli.providers.aws.ec2.tags import Tags
from cumuli.providers.aws.ec2.volumes import Volumes
from cumuli.providers.aws.regions import Place

__all__ = ["EC2Driver"]


class EC2Driver(ComputeDriver[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Everything that cumuli calls of EC2: a part for each group of calls.

    Args:
        caller: Sends requests, signed with SigV4.
        place: Tells where requests go.
    """

    provider = PROVIDER
    capabilities = Capabilities(
        frozenset(ComputeCapability) - {ComputeCapability.CREATE_NODE_PASSWORD},
        {
            ComputeCapability.CREATE_NODE_PASSWORD: (
                "give it to cloud-init with create_node(ex_userdata=), or a key with auth=SSHKey(text)"
            )
        },
    )

    def __init__(self, caller: Caller, place: Callable[[], Awaitable[Place]]) -> None:
        super().__init__(caller)
        calls = EC2Calls(caller, place)
        self.calls = calls
        self.networks = Networks(calls)
        self.security_groups = SecurityGroups(calls)
        self.interfaces = Interfaces(calls)
        self.routing = Routing(calls)
        self.sizes = Sizes(calls)
        self.images = Images(calls)
        launching = Launching(self.security_groups)
        self.instances = Instances(calls, launching)
        self.launch_templates = LaunchTemplates(calls, launching)
        self.spot = SpotRequests(calls)
        self.placement_groups = PlacementGroups(calls)
        self.volumes = Volumes(calls, self.networks)
        self.keys = KeyPairs(calls)
        self.addresses = Addresses(calls)
        self.tags = Tags(calls)
        self.account = Account(calls)

    # What the portable client calls

    async def list_nodes(self, *, ids: Sequence[str] | None, cursor: str | None) -> Page[EC2Node]:
        return await self.instances.list_nodes(ids=ids, cursor=cursor)

    async def find_nodes(self, wanted: Wanted, *, cursor: str | None) -> Page[EC2Node]:
        return await self.instances.list_nodes(ids=None, cursor=cursor, wanted=wanted)

    async def get_node(self, node_id: str) -> EC2Node:
        return await self.instances.get_node(node_id)

    async def create_node(self, spec: NodeSpec) -> EC2Node:
        return (await self.instances.create_nodes(spec))[0]

    async def host_keys(self, node_id: str) -> Sequence[str]:
        # The latest output is there at once on Nitro, and refused elsewhere, where it comes after minutes.
        try:
            console = await self.instances.get_console_output(node_id, latest=True)
        except Conflict:
            console = await self.instances.get_console_output(node_id, latest=False)
        return host_keys_in(console.output)

    async def start_node(self, node_id: str) -> None:
        await self.instances.start_node(node_id)

    async def stop_node(self, node_id: str) -> None:
        await self.instances.stop_node(node_id)

    async def reboot_node(self, node_id: str) -> None:
        await self.instances.reboot_node(node_id)

    async def destroy_node(self, node_id: str) -> None:
        await self.instances.destroy_node(node_id)

    async def list_sizes(self, *, location: str | None, cursor: str | None) -> Page[NodeSize]:
        return await self.sizes.list_sizes(location=location, cursor=cursor)

    async def get_size(self, size_id: str) -> NodeSize:
        return await self.sizes.get_size(size_id)

    async def list_locations(self, *, cursor: str | None) -> Page[NodeLocation]:
        return await self.networks.list_locations(cursor=cursor)

    async def list_images(
        self, *, location: str | None, owner: str | None, ids: Sequence[str] | None, cursor: str | None
    ) -> Page[EC2Image]:
        return await self.images.list_images(location=location, owner=owner, ids=ids, cursor=cursor)

    async def find_images(
        self, wanted: Wanted, *, location: str | None, owner: str | None, cursor: str | None
    ) -> Page[EC2Image]:
        return await self.images.list_images(location=location, owner=owner, ids=None, cursor=cursor, wanted=wanted)

    async def get_image(self, image_id: str) -> EC2Image:
        return await self.images.get_image(image_id)

    async def create_image(self, *, node_id: str, name: str, description: str | None) -> EC2Image:
        return await self.images.create_image(node_id=node_id, name=name, description=description)

    async def copy_image(self, *, source_region: str, image_id: str, name: str, description: str | None) -> EC2Image:
        return await self.images.copy_image(
            source_region=source_region, image_id=image_id, name=name, description=description
        )

    async def delete_image(self, image_id: str) -> None:
        await self.images.delete_image(image_id)

    async def list_volumes(self, *, cursor: str | None) -> Page[EC2Volume]:
        return await self.volumes.list_volumes(cursor=cursor)

    async def find_volumes(self, wanted: Wanted, *, cursor: str | None) -> Page[EC2Volume]:
        return await self.volumes.list_volumes(cursor=cursor, wanted=wanted)

    async def get_volume(self, volume_id: str) -> EC2Volume:
        return await self.volumes.get_volume(volume_id)

    async def create_volume(self, *, size: int, name: str, location: str | None, snapshot: str | None) -> EC2Volume:
        return await self.volumes.create_volume(size=size, name=name, location=location, snapshot=snapshot)

    async def attach_volume(self, *, node_id: str, volume_id: str, device: str | None) -> EC2Volume:
        return await self.volumes.attach_volume(node_id=node_id, volume_id=volume_id, device=device)

    async def detach_volume(self, volume_id: str, *, node_id: str | None) -> EC2Volume:
        return await self.volumes.detach_volume(volume_id, node_id=node_id)

    async def destroy_volume(self, volume_id: str) -> None:
        await self.volumes.destroy_volume(volume_id)

    async def list_volume_snapshots(self, *, volume_id: str | None, cursor: str | None) -> Page[EC2Snapshot]:
        return await self.volumes.list_volume_snapshots(volume_id=volume_id, cursor=cursor)

    async def find_volume_snapshots(
        self, wanted: Wanted, *, volume_id: str | None, cursor: str | None
    ) -> Page[EC2Snapshot]:
        return await self.volumes.list_volume_snapshots(volume_id=volume_id, cursor=cursor, wanted=wanted)

    async def create_volume_snapshot(self, *, volume_id: str, name: str | None) -> EC2Snapshot:
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
