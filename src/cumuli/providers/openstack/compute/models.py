"""What OpenStack's servers, images, sizes and volumes have besides the portable fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal, TypeVar

import msgspec

from cumuli.compute.driver import NodeSpec
from cumuli.compute.models import Node, NodeImage, NodeSize, Volume, VolumeSnapshot, VolumeState
from cumuli.wire.lenient import Identity

__all__ = [
    "AbsoluteLimits",
    "BlockDevice",
    "BootVolume",
    "HypervisorStatistics",
    "ImageMember",
    "Limits",
    "NetworkAttachment",
    "NodeAddress",
    "NovaNodeT",
    "OpenStackImage",
    "OpenStackNode",
    "OpenStackNodeSpec",
    "OpenStackSize",
    "OpenStackSnapshot",
    "OpenStackVolume",
    "Quota",
    "QuotaUsage",
    "QuotaUse",
    "RateLimit",
    "SchedulerHints",
    "ServerGroup",
    "VolumeOptions",
    "VolumeType",
]


class NodeAddress(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One address of a node.

    Attributes:
        address: The IP address.
        version: 4 or 6.
        kind: ``"fixed"`` or ``"floating"``; None where Nova does not tell.
        mac: MAC address of the interface that has it, or None.
    """

    address: Identity = msgspec.field(name="addr")
    version: int
    kind: str | None = msgspec.field(default=None, name="OS-EXT-IPS:type")
    mac: str | None = msgspec.field(default=None, name="OS-EXT-IPS-MAC:mac_addr")


class OpenStackNode(Node, frozen=True, kw_only=True):
    """A server of Nova's.

    Attributes:
        addresses: Its addresses by the name of their network.
        host_id: A hash of project and hypervisor: two nodes of a project with the same one share a
            hypervisor. Empty until it has one.
        key_name: Name of the key pair it was made with, or None.
        task_state: What Nova is doing with it at the moment (``"powering-off"``), or None.
        vm_state: Nova's inner word for its state (``"active"``), or empty.
        power_state: The hypervisor's: 0 no state, 1 running, 3 paused, 4 shut down, 6 crashed,
            7 suspended; None where Nova does not tell.
        project_id: The project (tenant) it belongs to.
        user_id: Who made it.
        security_groups: Names of its security groups.
        volumes: Ids of the volumes attached to it.
        config_drive: Whether it has a drive with its metadata.
        access_ipv4: The address its owner declared for access, or empty.
        access_ipv6: As ``access_ipv4``.
        description: Its description, or None.
        locked: Whether it is locked against changes; None where Nova does not tell.
        progress: Per cent of the present task that is done, or None.
        updated_at: When Nova last changed its record, in UTC, or None.
    """

    addresses: dict[str, tuple[NodeAddress, ...]] = msgspec.field(default_factory=dict)
    host_id: str = ""
    key_name: str | None = None
    task_state: str | None = None
    vm_state: str = ""
    power_state: int | None = None
    project_id: str = ""
    user_id: str = ""
    security_groups: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    config_drive: bool = False
    access_ipv4: str = ""
    access_ipv6: str = ""
    description: str | None = None
    locked: bool | None = None
    progress: int | None = None
    updated_at: dt.datetime | None = None

    def __hash__(self) -> int:
        return hash((self.provider, "node", self.id))


NovaNodeT = TypeVar("NovaNodeT", bound=OpenStackNode, covariant=True)
"""The class of a provider's nodes."""


class OpenStackSize(NodeSize, frozen=True, kw_only=True):
    """A flavor.

    Attributes:
        ephemeral: GiB of a further empty local disk; 0 for none.
        swap: MiB of swap; 0 for none.
        is_public: Whether every project may use it.
    """

    ephemeral: int = 0
    swap: int = 0
    is_public: bool = True

    def __hash__(self) -> int:
        return hash((self.provider, "size", self.id))


class OpenStackImage(NodeImage, frozen=True, kw_only=True):
    """An image of Glance's.

    Attributes:
        visibility: ``"public"``, ``"private"``, ``"shared"`` or ``"community"``; empty where the
            service does not tell.
        size: Bytes of the image file, or None.
        min_disk: GiB of disk that a size must have; 0 for any.
        min_ram: MiB of memory that a size must have; 0 for any.
        disk_format: Such as ``"qcow2"``, or None.
        description: Its description, or None.
        container_format: What the file is wrapped in (``"bare"``), or None.
        protected: Whether it cannot be deleted; None where the service does not tell.
        hidden: Whether listings leave it out.
        checksum: MD5 of the image file in hexadecimal, or None.
        labels: What Glance calls its tags, which are words without values.
        properties: What its owner and the cloud have noted of it, the description included
            (``os_distro``, ``hw_disk_bus``, ``architecture``); on Rackspace, its metadata. They are its
            portable ``tags`` as well.
        updated_at: When its record was last changed, in UTC, or None.
    """

    visibility: str = ""
    size: int | None = None
    min_disk: int = 0
    min_ram: int = 0
    disk_format: str | None = None
    description: str | None = None
    container_format: str | None = None
    protected: bool | None = None
    hidden: bool = False
    checksum: str | None = None
    labels: tuple[str, ...] = ()
    properties: dict[str, str] = msgspec.field(default_factory=dict)
    updated_at: dt.datetime | None = None

    def __hash__(self) -> int:
        return hash((self.provider, "image", self.id))


class ImageMember(msgspec.Struct, frozen=True, kw_only=True):
    """A project that an image is shared with.

    Attributes:
        member_id: Id of the project.
        image_id: The image; empty where the service does not tell.
        status: ``"pending"``, ``"accepted"`` or ``"rejected"``, by the member's own word: only what was
            accepted is in the member's listings.
        created_at: Since when, in UTC, or None.
        updated_at: When that was last changed, in UTC, or None.
    """

    member_id: str
    image_id: str = ""
    status: str = ""
    created_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None

    @property
    def id(self) -> str:
        """The project, which tells the members of an image apart."""
        return self.member_id


class OpenStackVolume(Volume, frozen=True, kw_only=True):
    """A volume of Cinder's.

    Attributes:
        volume_type: Name of its type (``"ssd"``), or None.
        bootable: Whether a node can boot from it.
        encrypted: Whether it is encrypted.
        devices: The device names under which nodes see it, by the id of the node.
        description: Its description, or None.
    """

    volume_type: str | None = None
    bootable: bool = False
    encrypted: bool = False
    devices: dict[str, str] = msgspec.field(default_factory=dict)
    description: str | None = None

    def state_on(self, node: Node | str) -> VolumeState:
        """What it is doing as far as one node goes.

        Cinder does not tell which of several attachments ends: meanwhile each of them counts as ``DETACHING``.
        """
        state = super().state_on(node)
        # Cinder lists a node once it has the volume, so that what is on its way there goes to another one.
        there = (node if isinstance(node, str) else node.id) in self.attached_to
        return VolumeState.IN_USE if there and state is VolumeState.ATTACHING else state

    def __hash__(self) -> int:
        return hash((self.provider, "volume", self.id))


class OpenStackSnapshot(VolumeSnapshot, frozen=True, kw_only=True):
    """A snapshot of Cinder's; its metadata are its ``tags``.

    Attributes:
        description: Its description, or None.
    """

    description: str | None = None


class VolumeType(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of volume on offer.

    Attributes:
        id: Its id.
        name: Its name, by which ``create_volume(ex_volume_type=…)`` takes it as well.
        description: Its description, or None.
        is_public: Whether every project may use it.
        extra_specs: What the cloud notes of it, as far as one may see that.
    """

    id: Identity
    name: str = ""
    description: str | None = None
    is_public: bool = True
    extra_specs: dict[str, str] = msgspec.field(default_factory=dict)


class VolumeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What ``create_volume`` was asked for besides the portable part.

    Attributes:
        volume_type: Name or id of the type.
        image: Id of the image to fill it with.
        description: Its description.
        metadata: Its metadata.
    """

    volume_type: str | None = None
    image: str | None = None
    description: str | None = None
    metadata: Mapping[str, str] = {}


class NetworkAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """How a new node is attached to a network: ``create_node(ex_networks=[…])``.

    Attributes:
        network: Id of the network; None when ``port`` is given.
        fixed_ip: The address it is to have there; None for any free one.
        port: Id of a port that exists already, instead of a network.
    """

    network: str | None = None
    fixed_ip: str | None = None
    port: str | None = None


class BootVolume(msgspec.Struct, frozen=True, kw_only=True):
    """The volume that a new node boots from: ``create_node(ex_boot_volume=…)``.

    With none of ``volume`` and ``snapshot`` the volume is new and filled from the node's image.

    Attributes:
        volume: Id of a volume that exists already; the node's image is left out then.
        snapshot: Id of the volume snapshot to make it from; likewise.
        size: GiB of a new volume; needed when it is made from an image.
        delete_on_termination: Whether it is destroyed with the node.
    """

    volume: str | None = None
    snapshot: str | None = None
    size: int | None = None
    delete_on_termination: bool = False


class BlockDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A disk that a new node is to have: ``create_node(ex_blockdevicemappings=[…])``.

    At most one of ``image``, ``volume`` and ``snapshot`` says what is on it; with none of them it is empty.

    Attributes:
        image: Id of the image to fill it with.
        volume: Id of the volume that it is.
        snapshot: Id of the volume snapshot to make it from.
        destination: ``"volume"`` for a volume of Cinder's, ``"local"`` for a disk of the hypervisor's
            (an image to boot from, an ephemeral or a swap disk).
        size: GiB; None for the size of what it is made from.
        boot_index: 0 for what the node boots from, 1 and more for what is tried after it; None for no
            booting from it.
        delete_on_termination: Whether it is destroyed with the node.
        device_name: Device name, such as ``"/dev/vdb"``; None for Nova's choice.
        device_type: ``"disk"``, ``"cdrom"`` or ``"lun"``; None for Nova's choice.
        disk_bus: Bus, such as ``"virtio"`` or ``"scsi"``; None for Nova's choice.
        guest_format: ``"swap"`` or a file system, for an empty local disk; None for Nova's choice.
    """

    image: str | None = None
    volume: str | None = None
    snapshot: str | None = None
    destination: Literal["volume", "local"] = "volume"
    size: int | None = None
    boot_index: int | None = None
    delete_on_termination: bool = False
    device_name: str | None = None
    device_type: str | None = None
    disk_bus: str | None = None
    guest_format: str | None = None


class SchedulerHints(msgspec.Struct, frozen=True, kw_only=True):
    """Where a new node should be: ``create_node(ex_os_scheduler_hints=…)``. A cloud heeds what its scheduler is set to.

    Attributes:
        group: Id of the server group that it joins.
        same_host: Ids of nodes to share a hypervisor with, with any of them.
        different_host: Ids of nodes to share a hypervisor with none of.
        build_near_host_ip: Address of a hypervisor to be near to; with ``cidr``.
        cidr: Within which range of it, such as ``"/24"``.
        query: Nova's conditions in JSON, such as ``[">=", "$free_ram_mb", 1024]`` as text.
        others: The hints of filters that a cloud has by itself.
    """

    group: str | None = None
    same_host: tuple[str, ...] = ()
    different_host: tuple[str, ...] = ()
    build_near_host_ip: str | None = None
    cidr: str | None = None
    query: str | None = None
    others: Mapping[str, str | tuple[str, ...]] = {}


class OpenStackNodeSpec(NodeSpec, frozen=True, kw_only=True):
    """What ``create_node`` was asked for, with OpenStack's own arguments.

    ``image`` is empty for a node that boots from a volume that has its system already.
    """

    key_name: str | None = None
    user_data: bytes | None = None
    files: Mapping[str, bytes] = {}
    config_drive: bool | None = None
    security_groups: tuple[str, ...] = ()
    networks: tuple[NetworkAttachment, ...] | None = None
    boot_volume: BootVolume | None = None
    block_devices: tuple[BlockDevice, ...] = ()
    disk_config: str | None = None
    scheduler_hints: SchedulerHints | None = None

    def __repr__(self) -> str:
        # User data and files often hold passwords.
        return f"OpenStackNodeSpec(name={self.name!r}, size={self.size!r}, image={self.image!r}, …)"


class RateLimit(msgspec.Struct, frozen=True, kw_only=True):
    """How often something may be called.

    Attributes:
        uri: The calls it is about, in words.
        verb: HTTP method.
        limit: Calls in each unit of time.
        remaining: Calls left now.
        unit: ``"MINUTE"``, ``"HOUR"`` or ``"DAY"``.
        next_available: When the next call is possible, as Nova writes it.
    """

    uri: str
    verb: str
    limit: int
    remaining: int
    unit: str
    next_available: str | None = None


class AbsoluteLimits(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How much a project may have and has; -1 is no limit, None is not told.

    Attributes:
        max_total_instances: Servers.
        total_instances_used: Servers there are.
        max_total_cores: Virtual CPUs.
        total_cores_used: Virtual CPUs in use.
        max_total_ram: MiB of memory (Nova's ``maxTotalRAMSize``).
        total_ram_used: MiB of memory in use (Nova's ``totalRAMUsed``).
        max_total_keypairs: Key pairs of a user.
        max_server_meta: Metadata items of a server.
        max_image_meta: Metadata items of an image.
        max_personality: Files to put on a new server.
        max_personality_size: Bytes of each.
        max_server_groups: Server groups.
        total_server_groups_used: Server groups there are.
        max_server_group_members: Servers of a group.
        max_total_floating_ips: Floating IPs, where Nova keeps them.
        max_security_groups: Security groups, where Nova keeps them.
        max_security_group_rules: Rules, where Nova keeps them.
        max_total_private_networks: Private networks (Rackspace).
    """

    max_total_instances: int | None = None
    total_instances_used: int | None = None
    max_total_cores: int | None = None
    total_cores_used: int | None = None
    max_total_ram: int | None = msgspec.field(default=None, name="maxTotalRAMSize")
    total_ram_used: int | None = msgspec.field(default=None, name="totalRAMUsed")
    max_total_keypairs: int | None = None
    max_server_meta: int | None = None
    max_image_meta: int | None = None
    max_personality: int | None = None
    max_personality_size: int | None = None
    max_server_groups: int | None = None
    total_server_groups_used: int | None = None
    max_server_group_members: int | None = None
    max_total_floating_ips: int | None = None
    max_security_groups: int | None = None
    max_security_group_rules: int | None = None
    max_total_private_networks: int | None = None


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of a project.

    Attributes:
        absolute: How much it may have.
        rate: How often it may call.
    """

    absolute: AbsoluteLimits
    rate: tuple[RateLimit, ...] = ()


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    """How much a project may have, from Nova, Neutron and Cinder; -1 is no limit, None is not told.

    Attributes:
        cores: Virtual CPUs.
        instances: Servers.
        ram: MiB of memory.
        key_pairs: Key pairs of a user.
        metadata_items: Metadata items of a server.
        server_groups: Server groups.
        server_group_members: Servers of a group.
        networks: Networks.
        subnets: Subnets.
        ports: Ports.
        routers: Routers.
        floating_ips: Floating IPs.
        security_groups: Security groups.
        security_group_rules: Rules of security groups.
        volumes: Volumes.
        snapshots: Volume snapshots.
        gigabytes: GiB of volumes and snapshots together.
    """

    cores: int | None = None
    instances: int | None = None
    ram: int | None = None
    key_pairs: int | None = None
    metadata_items: int | None = None
    server_groups: int | None = None
    server_group_members: int | None = None
    networks: int | None = None
    subnets: int | None = None
    ports: int | None = None
    routers: int | None = None
    floating_ips: int | None = None
    security_groups: int | None = None
    security_group_rules: int | None = None
    volumes: int | None = None
    snapshots: int | None = None
    gigabytes: int | None = None


class QuotaUse(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a quota is used.

    Attributes:
        limit: The quota; -1 is no limit, None is not told.
        used: How much of it is used; None where the service does not tell.
        reserved: How much is about to be; None likewise.
    """

    limit: int | None = None
    used: int | None = None
    reserved: int | None = None


class QuotaUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What a project uses of what it may have, from Nova, Neutron and Cinder; None is not told.

    Nova does not count what is limited for each user, server or group: key pairs, metadata items and members.

    Attributes:
        cores: Virtual CPUs.
        instances: Servers.
        ram: MiB of memory.
        key_pairs: Key pairs of a user.
        metadata_items: Metadata items of a server.
        server_groups: Server groups.
        server_group_members: Servers of a group.
        networks: Networks.
        subnets: Subnets.
        ports: Ports.
        routers: Routers.
        floating_ips: Floating IPs.
        security_groups: Security groups.
        security_group_rules: Rules of security groups.
        volumes: Volumes.
        snapshots: Volume snapshots.
        gigabytes: GiB of volumes and snapshots together.
    """

    cores: QuotaUse | None = None
    instances: QuotaUse | None = None
    ram: QuotaUse | None = None
    key_pairs: QuotaUse | None = None
    metadata_items: QuotaUse | None = None
    server_groups: QuotaUse | None = None
    server_group_members: QuotaUse | None = None
    networks: QuotaUse | None = None
    subnets: QuotaUse | None = None
    ports: QuotaUse | None = None
    routers: QuotaUse | None = None
    floating_ips: QuotaUse | None = None
    security_groups: QuotaUse | None = None
    security_group_rules: QuotaUse | None = None
    volumes: QuotaUse | None = None
    snapshots: QuotaUse | None = None
    gigabytes: QuotaUse | None = None


class ServerGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Servers that are to be kept together, or apart.

    Attributes:
        id: Its id.
        name: Its name.
        policies: What is kept: ``"affinity"``, ``"anti-affinity"``, ``"soft-affinity"``,
            ``"soft-anti-affinity"``.
        members: Ids of its servers.
    """

    id: Identity
    name: str = ""
    policies: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


class HypervisorStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """What all hypervisors of an installation have together.

    Attributes:
        count: Hypervisors.
        running_vms: Servers that run on them.
        vcpus: Virtual CPUs.
        vcpus_used: Virtual CPUs in use.
        memory_mb: MiB of memory.
        memory_mb_used: MiB of memory in use.
        free_ram_mb: MiB of memory that are free.
        local_gb: GiB of local disk.
        local_gb_used: GiB of local disk in use.
        free_disk_gb: GiB of local disk that are free.
        disk_available_least: GiB of disk that can be promised for sure.
        current_workload: Builds, migrations and the like that are going on.
    """

    count: int
    running_vms: int = 0
    vcpus: int = 0
    vcpus_used: int = 0
    memory_mb: int = 0
    memory_mb_used: int = 0
    free_ram_mb: int = 0
    local_gb: int = 0
    local_gb_used: int = 0
    free_disk_gb: int = 0
    disk_available_least: int | None = None
    current_workload: int = 0
