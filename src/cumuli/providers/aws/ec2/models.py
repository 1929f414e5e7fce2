"""EC2's own models and the fields it adds to the portable ones."""

from __future__ import annotations

import datetime as dt

import msgspec

from cumuli.compute.driver import NodeSpec
from cumuli.compute.models import Node, NodeImage, Volume, VolumeSnapshot, VolumeState
from cumuli.secret import Secret

__all__ = [
    "Address",
    "AvailabilityZone",
    "BlockDevice",
    "BlockDeviceMapping",
    "ConsoleOutput",
    "EC2Image",
    "EC2Node",
    "EC2NodeSpec",
    "EC2Snapshot",
    "EC2Volume",
    "InterfaceAttachment",
    "InterfaceSpec",
    "InternetGateway",
    "LaunchPermissions",
    "LaunchTemplate",
    "LaunchTemplateData",
    "LaunchTemplateVersion",
    "MetadataOptions",
    "Network",
    "NetworkAttributes",
    "NetworkInterface",
    "NodeInterface",
    "PlacementGroup",
    "Region",
    "ReservedNode",
    "Route",
    "RouteTable",
    "RouteTableAssociation",
    "SecurityGroup",
    "SecurityGroupName",
    "SecurityGroupRule",
    "SpotOptions",
    "SpotRequest",
    "Subnet",
    "VolumeAttachment",
    "VolumeModification",
]

PROVIDER = "ec2"


class SecurityGroupName(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A security group as nodes name it.

    Attributes:
        id: Its id (``"sg-…"``).
        name: Its name.
    """

    id: str
    name: str = ""


class BlockDevice(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A volume as a node sees it.

    Attributes:
        device: Device name, such as ``"/dev/xvda"``.
        volume: Id of the volume, or None for a device that is no volume.
        state: AWS's word for its attachment (``"attached"``).
        delete_on_termination: Whether the volume ends with the node.
    """

    device: str
    volume: str | None = None
    state: str = ""
    delete_on_termination: bool = False


class NodeInterface(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A network interface as a node sees it.

    Attributes:
        id: Its id (``"eni-…"``).
        mac: Its MAC address.
        subnet: Id of the subnet it is in, or None.
        device_index: Its place among the node's interfaces, from 0; None where AWS does not tell.
        private_ips: Its private IPv4 addresses, the primary one first.
        public_ips: The public IPv4 addresses that lead to them.
        ipv6: Its IPv6 addresses.
        delete_on_termination: Whether it ends with the node.
    """

    id: str
    mac: str = ""
    subnet: str | None = None
    device_index: int | None = None
    private_ips: tuple[str, ...] = ()
    public_ips: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()
    delete_on_termination: bool = False


class MetadataOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a node gets at the metadata that AWS keeps for it, its credentials among them.

    Attributes:
        http_tokens: ``"required"`` for session tokens only (IMDSv2), ``"optional"`` for without them as well; None for
            the image's or the account's way.
        http_endpoint: Whether it gets at its metadata at all; None for AWS's default.
        hop_limit: How many network hops an answer may take, 1 to 64: 2 for containers; None for AWS's default.
        ipv6: Whether over IPv6 as well; None for AWS's default.
        tags: Whether its tags are among them; None for AWS's default.
        state: AWS's word: ``"pending"`` or ``"applied"``; not sent.
    """

    http_tokens: str | None = None
    http_endpoint: bool | None = None
    hop_limit: int | None = None
    ipv6: bool | None = None
    tags: bool | None = None
    state: str = ""


class SpotOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to launch a spot instance, which is cheaper, and which AWS may take away.

    Attributes:
        max_price: US dollars per hour, as text (``"0.05"``); None for at most the price on demand.
        type: ``"one-time"``, or ``"persistent"`` to ask again after AWS took it away; None for ``"one-time"``.
        interruption: What becomes of it when AWS takes it away: ``"terminate"``, or with ``"persistent"`` also
            ``"stop"`` and ``"hibernate"``; None for ``"terminate"``.
        valid_until: Until when a persistent request is asked again, with a time zone, or None for ever.
    """

    max_price: str | None = None
    type: str | None = None
    interruption: str | None = None
    valid_until: dt.datetime | None = None


class InterfaceSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A network interface that a new node is to have.

    Attributes:
        id: Id of an interface that is there already; nothing else but ``device_index`` goes with it.
        device_index: Its place among the node's interfaces; None for its place in the list.
        subnet: Id of the subnet it is to be in, or None for the default one.
        security_groups: Ids of its security groups; none for the network's default one.
        private_ip: Its primary private IPv4 address; None for AWS's choice.
        secondary_private_ips: More private IPv4 addresses.
        secondary_private_ip_count: How many more of AWS's choice, instead.
        ipv6_addresses: Its IPv6 addresses.
        ipv6_address_count: How many of AWS's choice, instead.
        assign_public_ip: Whether it gets a public address; None for the subnet's way. Only for a node's only interface.
        description: What it is for, or None.
        delete_on_termination: Whether it ends with the node; None for AWS's default.
    """

    id: str | None = None
    device_index: int | None = None
    subnet: str | None = None
    security_groups: tuple[str, ...] = ()
    private_ip: str | None = None
    secondary_private_ips: tuple[str, ...] = ()
    secondary_private_ip_count: int | None = None
    ipv6_addresses: tuple[str, ...] = ()
    ipv6_address_count: int | None = None
    assign_public_ip: bool | None = None
    description: str | None = None
    delete_on_termination: bool | None = None


class EC2Node(Node, frozen=True, kw_only=True):
    """An EC2 instance.

    Attributes:
        vpc_id: The network (VPC) it is in, or None.
        subnet_id: The subnet of its first interface, or None.
        key_name: The key pair that was put on it, or None.
        security_groups: Its security groups.
        instance_lifecycle: ``"spot"``, ``"scheduled"`` or ``"capacity-block"``; None for an ordinary instance.
        architecture: ``"x86_64"``, ``"arm64"`` and so on; empty where AWS does not tell.
        iam_profile: ARN of its instance profile, or None.
        launch_index: Its place among the instances of one launch, from 0.
        root_device: Device name of its root volume, or None.
        root_device_type: ``"ebs"`` or ``"instance-store"``.
        block_devices: Its volumes.
        network_interfaces: Ids of its network interfaces.
        interfaces: Its network interfaces, with their MAC addresses and what leads to them.
        monitoring: AWS's word for detailed monitoring: ``"disabled"``, ``"enabled"``, ``"pending"`` …
        platform: ``"windows"``, or None for everything else.
        tenancy: ``"default"``, ``"dedicated"`` or ``"host"``.
        public_dns: Its public DNS name, or None.
        private_dns: Its private DNS name, or None.
        ebs_optimized: Whether it has bandwidth of its own to its volumes.
        source_dest_check: Whether it only gets packets that are addressed to it; None where AWS does not tell.
        reservation_id: The launch it belongs to.
        owner: Id of the account that owns it, or None.
        client_token: The idempotency token that it was created with; empty if there was none.
        metadata_options: How it gets at its metadata; None where AWS does not tell.
        placement_group: Name of the placement group it is in, or None.
        spot_request: Id of the spot request it was launched by, or None.
    """

    vpc_id: str | None = None
    subnet_id: str | None = None
    key_name: str | None = None
    security_groups: tuple[SecurityGroupName, ...] = ()
    instance_lifecycle: str | None = None
    architecture: str = ""
    iam_profile: str | None = None
    launch_index: int = 0
    root_device: str | None = None
    root_device_type: str = ""
    block_devices: tuple[BlockDevice, ...] = ()
    network_interfaces: tuple[str, ...] = ()
    interfaces: tuple[NodeInterface, ...] = ()
    monitoring: str = ""
    platform: str | None = None
    tenancy: str = ""
    public_dns: str | None = None
    private_dns: str | None = None
    ebs_optimized: bool = False
    source_dest_check: bool | None = None
    reservation_id: str = ""
    owner: str | None = None
    client_token: str = ""
    metadata_options: MetadataOptions | None = None
    placement_group: str | None = None
    spot_request: str | None = None


class VolumeAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """A node as a volume sees it.

    Attributes:
        node: Id of the node.
        device: Device name there.
        state: AWS's word: ``"attaching"``, ``"attached"``, ``"detaching"``, ``"busy"``.
        attached_at: Since when, in UTC, or None.
        delete_on_termination: Whether the volume ends with the node.
    """

    node: str
    device: str = ""
    state: str = ""
    attached_at: dt.datetime | None = None
    delete_on_termination: bool = False


# Of an attachment. It is "busy" while its detachment waits for the guest to unmount the volume (DetachVolume).
ATTACHMENT_STATES = {
    "attaching": VolumeState.ATTACHING,
    "attached": VolumeState.IN_USE,
    "detaching": VolumeState.DETACHING,
    "busy": VolumeState.DETACHING,
}


class EC2Volume(Volume, frozen=True, kw_only=True):
    """An EBS volume.

    Attributes:
        type: ``"gp3"``, ``"io2"`` and so on.
        iops: Operations per second, or None where the type has no such figure.
        throughput: MiB per second, or None likewise.
        encrypted: Whether it is encrypted.
        kms_key: ARN of the key it is encrypted with, or None.
        multi_attach: Whether several nodes may have it at the same time.
        attachments: Where it is attached, with what the ids of ``attached_to`` do not tell.
    """

    type: str = ""
    iops: int | None = None
    throughput: int | None = None
    encrypted: bool = False
    kms_key: str | None = None
    multi_attach: bool = False
    attachments: tuple[VolumeAttachment, ...] = ()

    def state_on(self, node: Node | str) -> VolumeState:
        """What it is doing as far as one node goes; AWS tells it of each attachment."""
        node_id = node if isinstance(node, str) else node.id
        words = [attachment.state for attachment in self.attachments if attachment.node == node_id]
        # A word that says nothing of the way is the volume's own.
        return ATTACHMENT_STATES.get(words[0], super().state_on(node)) if words else super().state_on(node)


class VolumeModification(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a volume, which AWS makes while the volume is in use.

    Attributes:
        id: Id of the volume, which has one change at a time.
        state: AWS's word: ``"modifying"``, ``"optimizing"`` (the new size is there, the new speed not yet),
            ``"completed"`` or ``"failed"``.
        state_reason: Why it failed, or None.
        progress: Per cent of it that are done.
        started_at: Since when, in UTC, or None.
        ended_at: Until when, in UTC, or None.
        size: GiB that it is to have, or None.
        type: Volume type that it is to have.
        iops: Operations per second that it is to have, or None.
        throughput: MiB per second that it is to have, or None.
        original_size: GiB that it had, or None.
        original_type: Volume type that it had.
        original_iops: Operations per second that it had, or None.
        original_throughput: MiB per second that it had, or None.
        provider: ``"ec2"``.
    """

    id: str
    state: str = ""
    state_reason: str | None = None
    progress: int = 0
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    size: int | None = None
    type: str = ""
    iops: int | None = None
    throughput: int | None = None
    original_size: int | None = None
    original_type: str = ""
    original_iops: int | None = None
    original_throughput: int | None = None
    provider: str = PROVIDER

    def __hash__(self) -> int:
        return hash((self.provider, "volume modification", self.id))


class EC2Snapshot(VolumeSnapshot, frozen=True, kw_only=True):
    """An EBS snapshot.

    Attributes:
        description: Its description; empty where it has none.
        progress: Per cent of it that are done, or None where AWS does not tell.
        completed_at: When it was done, in UTC, or None.
        owner: Id of the account that owns it, or None.
        encrypted: Whether it is encrypted.
        kms_key: ARN of the key it is encrypted with, or None.
        storage_tier: ``"standard"`` or ``"archive"``.
    """

    description: str = ""
    progress: int | None = None
    completed_at: dt.datetime | None = None
    owner: str | None = None
    encrypted: bool = False
    kms_key: str | None = None
    storage_tier: str = ""


class BlockDeviceMapping(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A device that a new node, or an image, has or is to have.

    Attributes:
        device: Device name, such as ``"/dev/sdf"``.
        size: GiB; None for the snapshot's or the image's.
        type: Volume type, such as ``"gp3"``; None for AWS's default.
        snapshot: Id of the snapshot to fill it with, or None.
        iops: Operations per second, for types that take it.
        throughput: MiB per second, for ``gp3``.
        encrypted: Whether to encrypt it; None for the account's default.
        kms_key: Key to encrypt it with; None for the account's default.
        delete_on_termination: Whether it ends with the node; None for AWS's default.
        virtual_name: An instance store disk instead of a volume: ``"ephemeral0"``.
        no_device: Leave out this device of the image's.
    """

    device: str
    size: int | None = None
    type: str | None = None
    snapshot: str | None = None
    iops: int | None = None
    throughput: int | None = None
    encrypted: bool | None = None
    kms_key: str | None = None
    delete_on_termination: bool | None = None
    virtual_name: str | None = None
    no_device: bool = False


class EC2Image(NodeImage, frozen=True, kw_only=True):
    """An Amazon machine image (AMI).

    Attributes:
        description: Its description; empty where it has none.
        architecture: ``"x86_64"``, ``"arm64"`` and so on.
        platform: ``"windows"``, or None for everything else.
        platform_details: What AWS bills it as: ``"Linux/UNIX"``, ``"Windows"``, ``"Red Hat Enterprise Linux"`` …
        type: ``"machine"``, ``"kernel"`` or ``"ramdisk"``.
        public: Whether every account may use it.
        owner_alias: ``"amazon"``, ``"aws-marketplace"`` and so on, where AWS gave the owner a name.
        root_device: Device name of its root volume, or None.
        root_device_type: ``"ebs"`` or ``"instance-store"``.
        block_devices: The disks that its nodes get.
        virtualization_type: ``"hvm"`` or ``"paravirtual"``.
        hypervisor: ``"xen"`` or ``"ovm"``.
        boot_mode: ``"uefi"``, ``"legacy-bios"`` or ``"uefi-preferred"``; None where it does not say.
        ena_support: Whether it has the driver for enhanced networking.
        imds_support: ``"v2.0"`` if its nodes take metadata by session tokens only, or None.
        deprecated_at: From when AWS no longer lists it to others, in UTC, or None.
    """

    description: str = ""
    architecture: str = ""
    platform: str | None = None
    platform_details: str = ""
    type: str = ""
    public: bool = False
    owner_alias: str | None = None
    root_device: str | None = None
    root_device_type: str = ""
    block_devices: tuple[BlockDeviceMapping, ...] = ()
    virtualization_type: str = ""
    hypervisor: str = ""
    boot_mode: str | None = None
    ena_support: bool = False
    imds_support: str | None = None
    deprecated_at: dt.datetime | None = None


class EC2NodeSpec(NodeSpec, frozen=True, kw_only=True):
    """``create_node``'s arguments with those that only EC2 has; ``AsyncEC2.create_node`` documents them.

    Attributes:
        count: How many nodes to create.
        minimum: How few of them will do, or None for all or none.
        client_token: Idempotency token, or None for a fresh one.
        key_name: Name of a key pair.
        security_groups: Ids or names of security groups.
        subnet: Id of a subnet.
        user_data: What cloud-init gets.
        iam_profile: ARN or name of an instance profile.
        block_devices: Devices beside, or instead of, the image's.
        assign_public_ip: Whether the node gets a public address.
        terminate_on_shutdown: Whether a shutdown from within destroys the node.
        launch_template: Id or name of a launch template.
        launch_template_version: Which version of it, or None for its default one.
        spot: How to launch a spot instance, or None for an ordinary one.
        placement_group: Id or name of a placement group.
        metadata_options: How it gets at its metadata.
        monitoring: Whether it is monitored in detail.
        ebs_optimized: Whether it has a way of its own to its volumes.
        volume_tags: Tags to put on the volumes that are made for it.
        interface_tags: Tags to put on the interfaces that are made for it.
        interfaces: Its interfaces, instead of the one that ``subnet`` and the like describe.
        private_ip: Its private IPv4 address.
        ipv6_addresses: Its IPv6 addresses.
        ipv6_address_count: How many IPv6 addresses of AWS's choice, instead.
    """

    count: int = 1
    minimum: int | None = None
    client_token: str | None = None
    key_name: str | None = None
    security_groups: tuple[str, ...] = ()
    subnet: str | None = None
    user_data: bytes | None = None
    iam_profile: str | None = None
    block_devices: tuple[BlockDeviceMapping, ...] = ()
    assign_public_ip: bool | None = None
    terminate_on_shutdown: bool | None = None
    launch_template: str | None = None
    launch_template_version: str | None = None
    spot: SpotOptions | None = None
    placement_group: str | None = None
    metadata_options: MetadataOptions | None = None
    monitoring: bool | None = None
    ebs_optimized: bool | None = None
    volume_tags: dict[str, str] = msgspec.field(default_factory=dict)
    interface_tags: dict[str, str] = msgspec.field(default_factory=dict)
    interfaces: tuple[InterfaceSpec, ...] = ()
    private_ip: str | None = None
    ipv6_addresses: tuple[str, ...] = ()
    ipv6_address_count: int | None = None

    def __repr__(self) -> str:
        # User data often holds passwords.
        return f"EC2NodeSpec(name={self.name!r}, size={self.size!r}, image={self.image!r}, …)"


class LaunchTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A launch template: what ``create_node`` is to be asked for, kept at AWS.

    Attributes:
        id: Its id (``"lt-…"``).
        name: Its name, unique to the account in this region.
        default_version: Which of its versions is taken if none is named, or None.
        latest_version: Its latest version, or None.
        created_at: When it was created, in UTC, or None.
        created_by: ARN of whoever created it, or None.
        tags: Its own tags, which are not those of its nodes.
        provider: ``"ec2"``.
    """

    id: str
    name: str = ""
    default_version: int | None = None
    latest_version: int | None = None
    created_at: dt.datetime | None = None
    created_by: str | None = None
    tags: dict[str, str] = {}
    provider: str = PROVIDER

    def __hash__(self) -> int:
        return hash((self.provider, "launch template", self.id))


class LaunchTemplateData(msgspec.Struct, frozen=True, kw_only=True):
    """What a version of a launch template says of nodes; None and empty where it says nothing.

    Attributes:
        size: Instance type.
        image: Id of the image, or ``resolve:ssm:`` and the name of a parameter that says it.
        location: The availability zone.
        key_name: The key pair.
        security_groups: Ids, or names, of the security groups of its nodes.
        user_data: What cloud-init gets, in base64 as AWS keeps it: ``base64.b64decode(data.user_data.reveal())``.
        iam_profile: ARN or name of the instance profile.
        block_devices: Volumes beside the image's, or instead of them.
        interfaces: Network interfaces; ``subnet=`` of ``ex_create_launch_template`` is the subnet of the first.
        terminate_on_shutdown: Whether a shutdown from within destroys nodes rather than stops them.
        spot: How to launch spot instances; None for ordinary ones.
        placement_group: Name or id of the placement group.
        metadata_options: How nodes get at their metadata.
        monitoring: Whether nodes are monitored in detail.
        ebs_optimized: Whether they have ways of their own to their volumes.
        node_tags: Tags to put on nodes.
        volume_tags: Tags to put on volumes that are made for them.
        interface_tags: Tags to put on network interfaces that are made for them.
    """

    size: str | None = None
    image: str | None = None
    location: str | None = None
    key_name: str | None = None
    security_groups: tuple[str, ...] = ()
    user_data: Secret | None = None
    iam_profile: str | None = None
    block_devices: tuple[BlockDeviceMapping, ...] = ()
    interfaces: tuple[InterfaceSpec, ...] = ()
    terminate_on_shutdown: bool | None = None
    spot: SpotOptions | None = None
    placement_group: str | None = None
    metadata_options: MetadataOptions | None = None
    monitoring: bool | None = None
    ebs_optimized: bool | None = None
    node_tags: dict[str, str] = {}
    volume_tags: dict[str, str] = {}
    interface_tags: dict[str, str] = {}


class LaunchTemplateVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a launch template.

    Attributes:
        template: Id of the launch template (``"lt-…"``).
        number: Its number; versions are counted from 1, and no number is used twice.
        template_name: Name of the launch template.
        description: What this version is; empty where it does not say.
        is_default: Whether it is taken if none is named.
        created_at: When it was created, in UTC, or None.
        created_by: ARN of whoever created it, or None.
        data: What it says of nodes.
        provider: ``"ec2"``.
    """

    template: str
    number: int
    template_name: str = ""
    description: str = ""
    is_default: bool = False
    created_at: dt.datetime | None = None
    created_by: str | None = None
    data: LaunchTemplateData = LaunchTemplateData()
    provider: str = PROVIDER

    @property
    def id(self) -> str:
        """The template's id and the number, such as ``"lt-1:2"``; AWS itself has no id for a version."""
        return f"{self.template}:{self.number}"

    def __hash__(self) -> int:
        return hash((self.provider, "launch template version", self.id))


class SpotRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request for a spot instance, as ``create_node(ex_spot=)`` makes one.

    Attributes:
        id: Its id (``"sir-…"``), which is its node's ``spot_request``.
        state: AWS's word: ``"open"``, ``"active"`` (it has a node), ``"closed"``, ``"cancelled"``, ``"failed"``,
            ``"disabled"`` (its node is stopped).
        status: AWS's word for how things stand (``"fulfilled"``, ``"capacity-not-available"``,
            ``"instance-terminated-by-price"`` …).
        state_reason: AWS's sentence for that, or why it failed, or None.
        node: Id of the node it was fulfilled by, or None.
        type: ``"one-time"`` or ``"persistent"``.
        max_price: US dollars per hour at most, as text, or None.
        interruption: What becomes of the node when AWS takes it away: ``"terminate"``, ``"stop"`` or ``"hibernate"``.
        size: Instance type, or None where AWS does not tell.
        image: Id of the image, or None likewise.
        location: The availability zone of its node, or None.
        platform: What it is for: ``"Linux/UNIX"``, ``"Windows"`` …
        created_at: When it was made, in UTC, or None.
        valid_from: From when it is to be fulfilled, in UTC, or None.
        valid_until: Until when, in UTC, or None.
        tags: Its tags.
        provider: ``"ec2"``.
    """

    id: str
    state: str = ""
    status: str = ""
    state_reason: str | None = None
    node: str | None = None
    type: str = ""
    max_price: str | None = None
    interruption: str | None = None
    size: str | None = None
    image: str | None = None
    location: str | None = None
    platform: str = ""
    created_at: dt.datetime | None = None
    valid_from: dt.datetime | None = None
    valid_until: dt.datetime | None = None
    tags: dict[str, str] = {}
    provider: str = PROVIDER

    def __hash__(self) -> int:
        return hash((self.provider, "spot request", self.id))


class PlacementGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A placement group, which says how near its nodes are to each other.

    Attributes:
        name: Its name, unique to the account in this region.
        group_id: AWS's id of it (``"pg-…"``).
        state: AWS's word: ``"pending"``, ``"available"``, ``"deleting"``, ``"deleted"``.
        strategy: ``"cluster"`` (near), ``"spread"`` (each on a machine of its own) or ``"partition"``.
        partition_count: How many partitions it has, or None.
        spread_level: ``"rack"`` or ``"host"``, or None.
        tags: Its tags.
        provider: ``"ec2"``.
    """

    name: str
    group_id: str = ""
    state: str = ""
    strategy: str = ""
    partition_count: int | None = None
    spread_level: str | None = None
    tags: dict[str, str] = {}
    provider: str = PROVIDER

    @property
    def id(self) -> str:
        """The name, which identifies a placement group within an account's region."""
        return self.name

    def __hash__(self) -> int:
        return hash((self.provider, "placement group", self.name))


class LaunchPermissions(msgspec.Struct, frozen=True, kw_only=True):
    """Who may launch nodes from an image, beside its owner.

    Attributes:
        public: Whether every account may.
        accounts: Ids of accounts that may.
        organizations: ARNs of organizations, and of units of organizations, whose accounts may.
    """

    public: bool = False
    accounts: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()


class ReservedNode(msgspec.Struct, frozen=True, kw_only=True):
    """Reserved instances: a discount that was bought for nodes of one size.

    Attributes:
        id: Its id.
        size: Instance type that it is for, or None.
        count: For how many nodes.
        state: AWS's word: ``"active"``, ``"retired"``, ``"payment-pending"`` …
        location: The availability zone it is for, or None for the whole region.
        scope: ``"Region"`` or ``"Availability Zone"``.
        started_at: From when, in UTC, or None.
        ends_at: Until when, in UTC, or None.
        duration: For how many seconds it was bought, or None.
        fixed_price: What it cost once, or None.
        usage_price: What it costs per hour, or None.
        currency: Of the prices (``"USD"``).
        platform: What it is for: ``"Linux/UNIX"``, ``"Windows"`` …
        offering_class: ``"standard"`` or ``"convertible"``.
        offering_type: ``"All Upfront"``, ``"No Upfront"`` and so on.
        tenancy: ``"default"`` or ``"dedicated"``.
        tags: Its tags.
        provider: ``"ec2"``.
    """

    id: str
    size: str | None = None
    count: int = 0
    state: str = ""
    location: str | None = None
    scope: str = ""
    started_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    duration: int | None = None
    fixed_price: float | None = None
    usage_price: float | None = None
    currency: str = ""
    platform: str = ""
    offering_class: str = ""
    offering_type: str = ""
    tenancy: str = ""
    tags: dict[str, str] = {}
    provider: str = PROVIDER

    def __hash__(self) -> int:
        return hash((self.provider, "reserved node", self.id))


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """An Elastic IP address.

    Attributes:
        id: Its allocation id (``"eipalloc-…"``).
        ip: The IPv4 address.
        node: Id of the node it is associated with, or None.
        association_id: Id of that association, or None.
        network_interface: Id of the interface it is associated with, or None.
        private_ip: The private address it leads to, or None.
        tags: Its tags.
        provider: ``"ec2"``.
    """

    id: str
    ip: str
    node: str | None = None
    association_id: str | None = None
    network_interface: str | None = None
    private_ip: str | None = None
    tags: dict[str, str] = {}
    provider: str = PROVIDER

    def __hash__(self) -> int:
        return hash((self.provider, "address", self.id))


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """A region of AWS's.

    Attributes:
        name: Its name (``"eu-west-1"``), as ``EC2(region=…)`` takes it.
        endpoint: The host of its EC2 service (``"ec2.eu-west-1.amazonaws.com"``).
        opt_in: ``"opt-in-not-required"``, ``"opted-in"``, or ``"not-opted-in"``: the account has not enabled it.
        provider: ``"ec2"``.
    """

    name: str
    endpoint: str = ""
    opt_in: str = ""
    provider: str = PROVIDER

    @property
    def id(self) -> str:
        """The name, which identifies a region."""
        return self.name


class AvailabilityZone(msgspec.Struct, frozen=True, kw_only=True):
    """An availability zone, local zone or wavelength zone.

    Attributes:
        name: Its name in this account (``"eu-west-1a"``), as ``create_node(location=…)`` takes it.
        zone_id: Its id, the same in every account (``"euw1-az1"``).
        state: AWS's word: ``"available"``, ``"impaired"``, ``"unavailable"`` …
        region: Its region.
        type: ``"availability-zone"``, ``"local-zone"`` or ``"wavelength-zone"``.
        messages: What AWS has to say about it.
        provider: ``"ec2"``.
    """

    name: str
    zone_id: str = ""
    state: str = ""
    region: str = ""
    type: str = ""
    messages: tuple[str, ...] = ()
    provider: str = PROVIDER

    @property
    def id(self) -> str:
        """The name, which identifies a zone within an account."""
        return self.name


class SecurityGroupRule(msgspec.Struct, frozen=True, kw_only=True):
    """Traffic that a security group lets through: a protocol and ports, from or to one peer.

    Exactly one of ``cidr``, ``group`` and ``prefix_list`` names the peer.

    Attributes:
        protocol: ``"tcp"``, ``"udp"``, ``"icmp"``, ``"icmpv6"``, a protocol number, or ``"-1"`` for all.
        from_port: First port (ICMP: type), or None where the protocol has none.
        to_port: Last port (ICMP: code), or None likewise.
        cidr: IPv4 or IPv6 addresses, such as ``"0.0.0.0/0"`` or ``"::/0"``.
        group: Id of a security group.
        group_owner: Id of the account that owns that group; None when it is one's own.
        prefix_list: Id of a prefix list.
        description: What the rule is for, or None.
    """

    protocol: str
    from_port: int | None = None
    to_port: int | None = None
    cidr: str | None = None
    group: str | None = None
    group_owner: str | None = None
    prefix_list: str | None = None
    description: str | None = None


class SecurityGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A security group.

    Attributes:
        id: Its id (``"sg-…"``).
        name: Its name, unique in its network.
        description: What it is for; AWS wants one.
        network: Id of the network (VPC) it belongs to, or None.
        owner: Id of the account that owns it, or None.
        ingress: What it lets in.
        egress: What it lets out.
        tags: Its tags.
        provider: ``"ec2"``.
    """

    id: str
    name: str
    description: str = ""
    network: str | None = None
    owner: str | None = None
    ingress: tuple[SecurityGroupRule, ...] = ()
    egress: tuple[SecurityGroupRule, ...] = ()
    tags: dict[str, str] = {}
    provider: str = PROVIDER

    def __hash__(self) -> int:
        return hash((self.provider, "security group", self.id))


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """A network (VPC).

    Attributes:
        id: Its id (``"vpc-…"``).
        name: Its Name tag, or empty.
        cidrs: Its address blocks, IPv4 (the primary one first) and IPv6.
        state: AWS's word: ``"pending"`` or ``"available"``.
        is_default: Whether nodes go there if nothing else is said.
        tenancy: ``"default"`` or ``"dedicated"``.
        tags: Its tags.
        provider: ``"ec2"``.
    """

    id: str
    name: str = ""
    cidrs: tuple[str, ...] = ()
    state: str = ""
    is_default: bool = False
    tenancy: str = ""
    tags: dict[str, str] = {}
    provider: str = PROVIDER

    def __hash__(self) -> int:
        return hash((self.provider, "network", self.id))


class Subnet(msgspec.Struct, frozen=True, kw_only=True):
    """A subnet of a network.

    Attributes:
        id: Its id (``"subnet-…"``).
        name: Its Name tag, or empty.
        network: Id of its network.
        location: The availability zone it is in.
        cidrs: Its address blocks, IPv4 first.
        state: AWS's word: ``"pending"``, ``"available"`` …
        free_addresses: How many IPv4 addresses are unused, or None.
        assigns_public_ip: Whether nodes get a public address there if nothing else is said.
        assigns_ipv6: Whether interfaces get an IPv6 address there if nothing else is said.
        is_default: Whether it is its zone's default subnet.
        tags: Its tags.
        provider: ``"ec2"``.
    """

    id: str
    name: str = ""
    network: str = ""
    location: str | None = None
    cidrs: tuple[str, ...] = ()
    state: str = ""
    free_addresses: int | None = None
    assigns_public_ip: bool = False
    assigns_ipv6: bool = False
    is_default: bool = False
    tags: dict[str, str] = {}
    provider: str = PROVIDER

    def __hash__(self) -> int:
        return hash((self.provider, "subnet", self.id))


class NetworkAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """What names the nodes of a network (VPC) have.

    Attributes:
        dns_support: Whether AWS's name server answers there; None where AWS does not tell.
        dns_hostnames: Whether nodes with public addresses get public names; None likewise.
    """

    dns_support: bool | None = None
    dns_hostnames: bool | None = None


class InterfaceAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """What a network interface is attached to.

    Attributes:
        id: Its id (``"eni-attach-…"``); empty where AWS does not tell.
        node: Id of the node, or None for an AWS service's own.
        state: AWS's word: ``"attaching"``, ``"attached"``, ``"detaching"``.
        device_index: The interface's place among the node's, from 0, or None.
        delete_on_termination: Whether the interface ends with the node.
    """

    id: str = ""
    node: str | None = None
    state: str = ""
    device_index: int | None = None
    delete_on_termination: bool = False


class NetworkInterface(msgspec.Struct, frozen=True, kw_only=True):
    """A network interface, which lives by itself or with a node.

    Attributes:
        id: Its id (``"eni-…"``).
        name: Its Name tag, or empty.
        description: What it is for; empty where it does not say.
        state: AWS's word: ``"available"``, ``"attaching"``, ``"in-use"``, ``"detaching"``.
        type: ``"interface"``, ``"nat_gateway"`` and so on.
        mac: Its MAC address.
        network: Id of its network (VPC), or None.
        subnet: Id of its subnet, or None.
        location: The availability zone it is in, or None.
        private_ips: Its private IPv4 addresses, the primary one first.
        public_ips: The public IPv4 addresses that lead to them.
        ipv6: Its IPv6 addresses.
        security_groups: Its security groups.
        attachment: What it is attached to, or None.
        source_dest_check: Whether it only gets packets that are addressed to it; None where AWS does not tell.
        private_dns: Its private DNS name, or None.
        owner: Id of the account that owns it, or None.
        requester_managed: Whether an AWS service made it and looks after it.
        tags: Its tags.
        provider: ``"ec2"``.
    """

    id: str
    name: str = ""
    description: str = ""
    state: str = ""
    type: str = ""
    mac: str = ""
    network: str | None = None
    subnet: str | None = None
    location: str | None = None
    private_ips: tuple[str, ...] = ()
    public_ips: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()
    security_groups: tuple[SecurityGroupName, ...] = ()
    attachment: InterfaceAttachment | None = None
    source_dest_check: bool | None = None
    private_dns: str | None = None
    owner: str | None = None
    requester_managed: bool = False
    tags: dict[str, str] = {}
    provider: str = PROVIDER

    def __hash__(self) -> int:
        return hash((self.provider, "network interface", self.id))


class InternetGateway(msgspec.Struct, frozen=True, kw_only=True):
    """An internet gateway, by which a network reaches the Internet and is reached.

    Attributes:
        id: Its id (``"igw-…"``).
        name: Its Name tag, or empty.
        network: Id of the network (VPC) it is attached to, or None.
        state: AWS's word for that: ``"available"``, ``"attaching"`` …; empty without one.
        owner: Id of the account that owns it, or None.
        tags: Its tags.
        provider: ``"ec2"``.
    """

    id: str
    name: str = ""
    network: str | None = None
    state: str = ""
    owner: str | None = None
    tags: dict[str, str] = {}
    provider: str = PROVIDER

    def __hash__(self) -> int:
        return hash((self.provider, "internet gateway", self.id))


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """Where a route table sends what is for some addresses.

    Attributes:
        destination: The addresses: an IPv4 or IPv6 block, or the id of a prefix list.
        target: Id of what it goes to: a gateway, an interface, ``"local"`` for within the network; empty where AWS does
            not tell.
        node: Id of the node that the interface belongs to, or None.
        state: ``"active"``, or ``"blackhole"`` if the target is not there any more.
        origin: ``"CreateRoute"``, ``"CreateRouteTable"`` or ``"EnableVgwRoutePropagation"``.
    """

    destination: str
    target: str = ""
    node: str | None = None
    state: str = ""
    origin: str = ""


class RouteTableAssociation(msgspec.Struct, frozen=True, kw_only=True):
    """What a route table is for.

    Attributes:
        id: Its id (``"rtbassoc-…"``).
        subnet: Id of the subnet, or None.
        gateway: Id of the gateway, or None.
        main: Whether it is for all subnets of the network that have no table of their own.
    """

    id: str
    subnet: str | None = None
    gateway: str | None = None
    main: bool = False


class RouteTable(msgspec.Struct, frozen=True, kw_only=True):
    """A route table of a network.

    Attributes:
        id: Its id (``"rtb-…"``).
        name: Its Name tag, or empty.
        network: Id of its network (VPC), or None.
        routes: Its routes.
        associations: What it is for.
        owner: Id of the account that owns it, or None.
        tags: Its tags.
        provider: ``"ec2"``.
    """

    id: str
    name: str = ""
    network: str | None = None
    routes: tuple[Route, ...] = ()
    associations: tuple[RouteTableAssociation, ...] = ()
    owner: str | None = None
    tags: dict[str, str] = {}
    provider: str = PROVIDER

    def __hash__(self) -> int:
        return hash((self.provider, "route table", self.id))


class ConsoleOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What a node printed on its console.

    Attributes:
        node: Id of the node.
        output: The text, or empty when there is none yet; bytes that are no UTF-8 are replaced.
        timestamp: When it was last updated, in UTC, or None.
    """

    node: str
    output: str = ""
    timestamp: dt.datetime | None = None
