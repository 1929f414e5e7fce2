"""``EC2``: Amazon EC2's client.

Generated from aio.py and aio_*.py by python -m cumuli.generate. Change those files and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from os import PathLike
from typing import ClassVar, Literal, Unpack

from cumuli.calls.options import ClientOptions
from cumuli.compute.auth import Auth
from cumuli.compute.client import Compute
from cumuli.compute.deploying import OnProgress, PrivateKey, SSHInterface
from cumuli.compute.models import (
    ImageState,
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
from cumuli.credential_arguments import CredentialArguments
from cumuli.deploy.results import Deployment
from cumuli.deploy.steps import Steps
from cumuli.providers.aws.ec2.aio import AsyncEC2
from cumuli.providers.aws.ec2.aio_account import AsyncEC2Account
from cumuli.providers.aws.ec2.aio_addresses import AsyncEC2Addresses
from cumuli.providers.aws.ec2.aio_images import AsyncEC2Images
from cumuli.providers.aws.ec2.aio_instances import AsyncEC2Instances
from cumuli.providers.aws.ec2.aio_interfaces import AsyncEC2Interfaces
from cumuli.providers.aws.ec2.aio_launch_templates import AsyncEC2LaunchTemplates, Version
from cumuli.providers.aws.ec2.aio_networks import AsyncEC2Networks
from cumuli.providers.aws.ec2.aio_routing import AsyncEC2Routing
from cumuli.providers.aws.ec2.aio_spot import AsyncEC2Spot
from cumuli.providers.aws.ec2.aio_tags import AsyncEC2Tags, Taggable
from cumuli.providers.aws.ec2.aio_volumes import AsyncEC2Volumes, VolumeType
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.models import (
    Address,
    AvailabilityZone,
    BlockDeviceMapping,
    ConsoleOutput,
    EC2Image,
    EC2Node,
    EC2Snapshot,
    EC2Volume,
    InterfaceSpec,
    InternetGateway,
    LaunchPermissions,
    LaunchTemplate,
    LaunchTemplateVersion,
    MetadataOptions,
    Network,
    NetworkAttributes,
    NetworkInterface,
    PlacementGroup,
    Region,
    ReservedNode,
    RouteTable,
    RouteTableAssociation,
    SecurityGroup,
    SecurityGroupRule,
    SpotOptions,
    SpotRequest,
    Subnet,
    VolumeModification,
)
from cumuli.providers.aws.identity.credentials import CredentialsLike
from cumuli.providers.aws.sts import CallerIdentity
from cumuli.runtime import blocking_runtime
from cumuli.runtime.blocking.drive import iterate, run
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret
from cumuli.wire.xml import XMLValue

__all__ = [
    "EC2",
    "EC2Account",
    "EC2Addresses",
    "EC2Images",
    "EC2Instances",
    "EC2Interfaces",
    "EC2LaunchTemplates",
    "EC2Networks",
    "EC2Routing",
    "EC2Spot",
    "EC2Tags",
    "EC2Volumes",
]


class EC2Instances(Compute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Instances."""

    def __init__(self, client: AsyncEC2Instances) -> None:
        super().__init__(client)
        self._ec2_instances = client

    def list_nodes(
        self,
        *,
        ids: Sequence[Node | str] | None = None,
        name: str | None = None,
        state: NodeState | str | Collection[NodeState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
        ex_filters: Filters | None = None,
    ) -> list[EC2Node]:
        """Every node of the account in this region, from every page, or those that match.

        EC2's operation: ``DescribeInstances``.

        Args:
            ids: Only these nodes. An empty list gives an empty list, without a call.
            name: Only nodes that are called exactly so: the tag ``Name``.
            state: Only nodes in this state, or in one of these.
            tags: Only nodes that have all of these tags; None as a value for any value.
            ex_filters: AWS's own filters by name, each with the values of which one must match
                (``{"vpc-id": "vpc-1", "tag:env": ["test", "dev"]}``); ``*`` and ``?`` are wildcards.

        Raises:
            NodeNotFound: One of ``ids`` does not exist.
            InvalidRequest: The name, a state or a tag cannot be one, AWS knows no such filter, or one has no values.
        """
        return run(self._ec2_instances.list_nodes(ids=ids, name=name, state=state, tags=tags, ex_filters=ex_filters))

    def iterate_nodes(
        self,
        *,
        ids: Sequence[Node | str] | None = None,
        name: str | None = None,
        state: NodeState | str | Collection[NodeState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
        ex_filters: Filters | None = None,
    ) -> Iterator[EC2Node]:
        """As ``list_nodes``, lazily: the first node is given while later pages are still unread."""
        return iterate(
            self._ec2_instances.iterate_nodes(ids=ids, name=name, state=state, tags=tags, ex_filters=ex_filters)
        )

    def create_node(
        self,
        name: str,
        size: NodeSize | str | None,
        image: NodeImage | str | None,
        *,
        location: NodeLocation | str | None = None,
        auth: Auth | None = None,
        tags: Mapping[str, str] | None = None,
        ex_clienttoken: str | None = None,
        ex_keyname: KeyPair | str | None = None,
        ex_security_groups: Sequence[SecurityGroup | str] = (),
        ex_subnet: Subnet | str | None = None,
        ex_userdata: str | bytes | None = None,
        ex_metadata: Mapping[str, str] | None = None,
        ex_iamprofile: str | None = None,
        ex_blockdevicemappings: Sequence[BlockDeviceMapping] = (),
        ex_assign_public_ip: bool | None = None,
        ex_terminate_on_shutdown: bool | None = None,
        ex_launch_template: LaunchTemplate | str | None = None,
        ex_launch_template_version: str | None = None,
        ex_spot: SpotOptions | bool = False,
        ex_placement_group: PlacementGroup | str | None = None,
        ex_metadata_options: MetadataOptions | None = None,
        ex_monitoring: bool | None = None,
        ex_ebs_optimized: bool | None = None,
        ex_volume_tags: Mapping[str, str] | None = None,
        ex_interface_tags: Mapping[str, str] | None = None,
        ex_network_interfaces: Sequence[InterfaceSpec] = (),
        ex_private_ip: str | None = None,
        ex_ipv6_addresses: Sequence[str] = (),
        ex_ipv6_address_count: int | None = None,
    ) -> EC2Node:
        """Create a node and return it without waiting until it runs.

        EC2's operation: ``RunInstances``, with a ``ClientToken`` always, so that a retry cannot create a
        second node.

        Args:
            name: Its display name: the tag ``Name``.
            size: What kind of server: an instance type such as ``"t3.micro"``; None for the launch template's.
            image: What to make it from: an AMI; None for the launch template's.
            location: The availability zone; None for the subnet's, or AWS's choice.
            auth: ``SSHKey(text)``: a key pair of a name that follows from the key is imported unless it
                is there. It stays, for all nodes of this key, also if the node cannot be created.
            tags: Tags to put on it.
            ex_clienttoken: An idempotency token of one's own (up to 64 characters): creating with the same
                token and arguments again gives the same node.
            ex_keyname: A key pair that is there already.
            ex_security_groups: Security groups, by model, id or name; none for the network's default one.
            ex_subnet: The subnet; None for the default one.
            ex_userdata: What cloud-init gets at the first start, up to 16 KiB; text is sent as UTF-8.
            ex_metadata: More tags, as older programs name them.
            ex_iamprofile: ARN or name of an instance profile.
            ex_blockdevicemappings: Volumes beside the image's, or instead of them.
            ex_assign_public_ip: Whether it gets a public address; None for the subnet's way.
            ex_terminate_on_shutdown: Whether a shutdown from within destroys it rather than stops it.
            ex_launch_template: A launch template, by model, id or name. What is said here goes before what it says.
            ex_launch_template_version: Which version of it: a number, ``"$Latest"``, or None for its default.
            ex_spot: Launch a spot instance, which is cheaper, and which AWS may take away: True, or how.
            ex_placement_group: A placement group, by model, id or name.
            ex_metadata_options: How it gets at its metadata: ``MetadataOptions(http_tokens="required")`` for session
                tokens only (IMDSv2).
            ex_monitoring: Whether it is monitored in detail, by the minute, which costs; None for no.
            ex_ebs_optimized: Whether it has a way of its own to its volumes; None for the size's own way, which is
                yes for every size of today.
            ex_volume_tags: Tags to put on the volumes that are made for it.
            ex_interface_tags: Tags to put on the network interfaces that are made for it.
            ex_network_interfaces: Its network interfaces, for several of them, or for one that is there already. They
                then say what ``ex_subnet``, ``ex_security_groups``, ``ex_assign_public_ip`` and the addresses would.
            ex_private_ip: Its private IPv4 address, of the subnet's; None for AWS's choice.
            ex_ipv6_addresses: Its IPv6 addresses, of the subnet's.
            ex_ipv6_address_count: How many IPv6 addresses it gets of AWS's choice, instead.

        Returns:
            The new node.

        Raises:
            SizeNotFound, ImageNotFound, KeyPairNotFound: AWS does not know them.
            NotFound: There is no such subnet, security group or profile.
            QuotaExceeded: The account may not have another one, or there is no room.
            IdempotencyMismatch: The token was used with other arguments.
        """
        return run(
            self._ec2_instances.create_node(
                name,
                size,
                image,
                location=location,
                auth=auth,
                tags=tags,
                ex_clienttoken=ex_clienttoken,
                ex_keyname=ex_keyname,
                ex_security_groups=ex_security_groups,
                ex_subnet=ex_subnet,
                ex_userdata=ex_userdata,
                ex_metadata=ex_metadata,
                ex_iamprofile=ex_iamprofile,
                ex_blockdevicemappings=ex_blockdevicemappings,
                ex_assign_public_ip=ex_assign_public_ip,
                ex_terminate_on_shutdown=ex_terminate_on_shutdown,
                ex_launch_template=ex_launch_template,
                ex_launch_template_version=ex_launch_template_version,
                ex_spot=ex_spot,
                ex_placement_group=ex_placement_group,
                ex_metadata_options=ex_metadata_options,
                ex_monitoring=ex_monitoring,
                ex_ebs_optimized=ex_ebs_optimized,
                ex_volume_tags=ex_volume_tags,
                ex_interface_tags=ex_interface_tags,
                ex_network_interfaces=ex_network_interfaces,
                ex_private_ip=ex_private_ip,
                ex_ipv6_addresses=ex_ipv6_addresses,
                ex_ipv6_address_count=ex_ipv6_address_count,
            )
        )

    def deploy_node(
        self,
        name: str,
        size: NodeSize | str | None,
        image: NodeImage | str | None,
        deploy: Steps = (),
        *,
        location: NodeLocation | str | None = None,
        auth: Auth | None = None,
        tags: Mapping[str, str] | None = None,
        ssh_username: str = "root",
        ssh_alternate_usernames: Sequence[str] = (),
        ssh_key: PrivateKey | Sequence[PrivateKey] | None = None,
        ssh_key_password: str | Secret | None = None,
        ssh_password: str | Secret | None = None,
        ssh_port: int | None = None,
        ssh_interface: SSHInterface | Callable[[EC2Node], str | tuple[str, int] | None] = "public",
        ssh_timeout: float = 300.0,
        ssh_host_key: str = "accept-new",
        ssh_known_hosts: str | PathLike[str] | None = None,
        timeout: float = 1800.0,
        on_failure: Literal["destroy", "keep"] = "destroy",
        on_progress: OnProgress | None = None,
        ex_clienttoken: str | None = None,
        ex_keyname: KeyPair | str | None = None,
        ex_security_groups: Sequence[SecurityGroup | str] = (),
        ex_subnet: Subnet | str | None = None,
        ex_userdata: str | bytes | None = None,
        ex_metadata: Mapping[str, str] | None = None,
        ex_iamprofile: str | None = None,
        ex_blockdevicemappings: Sequence[BlockDeviceMapping] = (),
        ex_assign_public_ip: bool | None = None,
        ex_terminate_on_shutdown: bool | None = None,
        ex_launch_template: LaunchTemplate | str | None = None,
        ex_launch_template_version: str | None = None,
        ex_spot: SpotOptions | bool = False,
        ex_placement_group: PlacementGroup | str | None = None,
        ex_metadata_options: MetadataOptions | None = None,
        ex_monitoring: bool | None = None,
        ex_volume_tags: Mapping[str, str] | None = None,
        ex_interface_tags: Mapping[str, str] | None = None,
        ex_network_interfaces: Sequence[InterfaceSpec] = (),
        ex_private_ip: str | None = None,
        ex_ipv6_addresses: Sequence[str] = (),
        ex_ipv6_address_count: int | None = None,
        ex_ebs_optimized: bool | None = None,
    ) -> Deployment[EC2Node]:
        """Create a node, wait until one can log in, and configure it by SSH; destroy it if that fails.

        What makes the node, and every ``ex_`` argument, is told at ``create_node``; what configures it at
        ``deploy_node`` of the portable client, ``cumuli.Compute``.

        Returns:
            The node, and what the steps did.

        Raises:
            DeploymentError: A node was made, and could not be configured.
            InvalidRequest: An argument or a step cannot be one; nothing was made.
        """
        return run(
            self._ec2_instances.deploy_node(
                name,
                size,
                image,
                deploy,
                location=location,
                auth=auth,
                tags=tags,
                ssh_username=ssh_username,
                ssh_alternate_usernames=ssh_alternate_usernames,
                ssh_key=ssh_key,
                ssh_key_password=ssh_key_password,
                ssh_password=ssh_password,
                ssh_port=ssh_port,
                ssh_interface=ssh_interface,
                ssh_timeout=ssh_timeout,
                ssh_host_key=ssh_host_key,
                ssh_known_hosts=ssh_known_hosts,
                timeout=timeout,
                on_failure=on_failure,
                on_progress=on_progress,
                ex_clienttoken=ex_clienttoken,
                ex_keyname=ex_keyname,
                ex_security_groups=ex_security_groups,
                ex_subnet=ex_subnet,
                ex_userdata=ex_userdata,
                ex_metadata=ex_metadata,
                ex_iamprofile=ex_iamprofile,
                ex_blockdevicemappings=ex_blockdevicemappings,
                ex_assign_public_ip=ex_assign_public_ip,
                ex_terminate_on_shutdown=ex_terminate_on_shutdown,
                ex_launch_template=ex_launch_template,
                ex_launch_template_version=ex_launch_template_version,
                ex_spot=ex_spot,
                ex_placement_group=ex_placement_group,
                ex_metadata_options=ex_metadata_options,
                ex_monitoring=ex_monitoring,
                ex_volume_tags=ex_volume_tags,
                ex_interface_tags=ex_interface_tags,
                ex_network_interfaces=ex_network_interfaces,
                ex_private_ip=ex_private_ip,
                ex_ipv6_addresses=ex_ipv6_addresses,
                ex_ipv6_address_count=ex_ipv6_address_count,
                ex_ebs_optimized=ex_ebs_optimized,
            )
        )

    def ex_create_nodes(
        self,
        count: int,
        name: str,
        size: NodeSize | str | None,
        image: NodeImage | str | None,
        *,
        location: NodeLocation | str | None = None,
        auth: Auth | None = None,
        tags: Mapping[str, str] | None = None,
        ex_clienttoken: str | None = None,
        ex_keyname: KeyPair | str | None = None,
        ex_security_groups: Sequence[SecurityGroup | str] = (),
        ex_subnet: Subnet | str | None = None,
        ex_userdata: str | bytes | None = None,
        ex_metadata: Mapping[str, str] | None = None,
        ex_iamprofile: str | None = None,
        ex_blockdevicemappings: Sequence[BlockDeviceMapping] = (),
        ex_assign_public_ip: bool | None = None,
        ex_terminate_on_shutdown: bool | None = None,
        ex_launch_template: LaunchTemplate | str | None = None,
        ex_launch_template_version: str | None = None,
        ex_spot: SpotOptions | bool = False,
        ex_placement_group: PlacementGroup | str | None = None,
        ex_metadata_options: MetadataOptions | None = None,
        ex_monitoring: bool | None = None,
        ex_ebs_optimized: bool | None = None,
        ex_volume_tags: Mapping[str, str] | None = None,
        ex_interface_tags: Mapping[str, str] | None = None,
        ex_network_interfaces: Sequence[InterfaceSpec] = (),
        ex_private_ip: str | None = None,
        ex_ipv6_addresses: Sequence[str] = (),
        ex_ipv6_address_count: int | None = None,
        minimum: int | None = None,
    ) -> list[EC2Node]:
        """Create several nodes that are alike, all of them or none, or as many as there is room for.

        EC2's operation: ``RunInstances``, once.

        Args:
            count: How many.
            name: The display name that each of them gets; their ``launch_index`` tells them apart.
            size: As for ``create_node``, and so is everything that follows.
            image: What to make them from.
            location: The availability zone.
            auth: How to get into them.
            tags: Tags to put on each.
            ex_clienttoken: An idempotency token for all of them together.
            ex_keyname: A key pair that is there already.
            ex_security_groups: Security groups, by model, id or name.
            ex_subnet: The subnet.
            ex_userdata: What cloud-init gets.
            ex_metadata: More tags.
            ex_iamprofile: ARN or name of an instance profile.
            ex_blockdevicemappings: Volumes beside the image's, or instead of them.
            ex_assign_public_ip: Whether they get public addresses.
            ex_terminate_on_shutdown: Whether a shutdown from within destroys them.
            ex_launch_template: A launch template.
            ex_launch_template_version: Which version of it.
            ex_spot: Launch spot instances.
            ex_placement_group: A placement group.
            ex_metadata_options: How they get at their metadata.
            ex_monitoring: Whether they are monitored in detail.
            ex_ebs_optimized: Whether they have ways of their own to their volumes.
            ex_volume_tags: Tags to put on the volumes that are made for them.
            ex_interface_tags: Tags to put on the network interfaces that are made for them.
            ex_network_interfaces: The network interfaces of each; for several nodes none that are there already.
            ex_private_ip: The private IPv4 address, of a single node.
            ex_ipv6_addresses: The IPv6 addresses, of a single node.
            ex_ipv6_address_count: How many IPv6 addresses each gets of AWS's choice.
            minimum: How few will do where AWS has no room for all; None for all of them or none.

        Returns:
            The new nodes: ``count`` of them, or at least ``minimum``.

        Raises:
            InvalidRequest: ``count`` is less than 1, or ``minimum`` no number from 1 to ``count``.
            QuotaExceeded: The account may not have that many, or there is no room for all, or for ``minimum``.
            IdempotencyMismatch: The token was used with other arguments.
        """
        return run(
            self._ec2_instances.ex_create_nodes(
                count,
                name,
                size,
                image,
                location=location,
                auth=auth,
                tags=tags,
                ex_clienttoken=ex_clienttoken,
                ex_keyname=ex_keyname,
                ex_security_groups=ex_security_groups,
                ex_subnet=ex_subnet,
                ex_userdata=ex_userdata,
                ex_metadata=ex_metadata,
                ex_iamprofile=ex_iamprofile,
                ex_blockdevicemappings=ex_blockdevicemappings,
                ex_assign_public_ip=ex_assign_public_ip,
                ex_terminate_on_shutdown=ex_terminate_on_shutdown,
                ex_launch_template=ex_launch_template,
                ex_launch_template_version=ex_launch_template_version,
                ex_spot=ex_spot,
                ex_placement_group=ex_placement_group,
                ex_metadata_options=ex_metadata_options,
                ex_monitoring=ex_monitoring,
                ex_ebs_optimized=ex_ebs_optimized,
                ex_volume_tags=ex_volume_tags,
                ex_interface_tags=ex_interface_tags,
                ex_network_interfaces=ex_network_interfaces,
                ex_private_ip=ex_private_ip,
                ex_ipv6_addresses=ex_ipv6_addresses,
                ex_ipv6_address_count=ex_ipv6_address_count,
                minimum=minimum,
            )
        )

    def list_sizes(
        self, *, location: NodeLocation | str | None = None, ex_filters: Filters | None = None
    ) -> list[NodeSize]:
        """Every size on offer in this region, or those that match.

        EC2's operation: ``DescribeInstanceTypes``; with a location ``DescribeInstanceTypeOfferings`` before it.

        Args:
            location: Only what is on offer in this availability zone.
            ex_filters: AWS's own filters by name, each with the values of which one must match
                (``{"vcpu-info.default-vcpus": "2", "processor-info.supported-architecture": "arm64"}``); ``*`` and
                ``?`` are wildcards.

        Raises:
            InvalidRequest: AWS knows no such filter, or one has no values.
        """
        return run(self._ec2_instances.list_sizes(location=location, ex_filters=ex_filters))

    def list_key_pairs(self, *, ex_filters: Filters | None = None) -> list[KeyPair]:
        """Every key pair of the account in this region, or those that match.

        EC2's operation: ``DescribeKeyPairs``.

        Args:
            ex_filters: AWS's own filters by name, each with the values of which one must match
                (``{"key-name": "web-*", "tag:team": "a"}``); ``*`` and ``?`` are wildcards.

        Raises:
            InvalidRequest: AWS knows no such filter, or one has no values.
        """
        return run(self._ec2_instances.list_key_pairs(ex_filters=ex_filters))

    def ex_modify_instance_attribute(
        self,
        node: Node | str,
        *,
        size: NodeSize | str | None = None,
        user_data: str | bytes | None = None,
        security_groups: Sequence[SecurityGroup | str] | None = None,
        shutdown_behavior: Literal["stop", "terminate"] | None = None,
        disable_api_termination: bool | None = None,
        disable_api_stop: bool | None = None,
        source_dest_check: bool | None = None,
        ebs_optimized: bool | None = None,
        ena_support: bool | None = None,
    ) -> None:
        """Change one attribute of a node; AWS takes one in each call.

        EC2's operation: ``ModifyInstanceAttribute``.

        Args:
            node: The node. For a new size, user data, ``ebs_optimized`` and ``ena_support`` it must be stopped.
            size: Another instance type.
            user_data: Other user data, up to 16 KiB.
            security_groups: All of the security groups that it is to have, by model or id.
            shutdown_behavior: Whether a shutdown from within stops or destroys it.
            disable_api_termination: Whether ``destroy_node`` is refused.
            disable_api_stop: Whether ``stop_node`` is refused.
            source_dest_check: Whether it only gets packets that are addressed to it.
            ebs_optimized: Whether it has bandwidth of its own to its volumes.
            ena_support: Whether its system has the driver for enhanced networking.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
            InvalidRequest: No attribute is given, or several.
        """
        run(
            self._ec2_instances.ex_modify_instance_attribute(
                node,
                size=size,
                user_data=user_data,
                security_groups=security_groups,
                shutdown_behavior=shutdown_behavior,
                disable_api_termination=disable_api_termination,
                disable_api_stop=disable_api_stop,
                source_dest_check=source_dest_check,
                ebs_optimized=ebs_optimized,
                ena_support=ena_support,
            )
        )

    def ex_change_node_size(self, node: Node | str, size: NodeSize | str) -> None:
        """Make a stopped node another size.

        EC2's operation: ``ModifyInstanceAttribute`` (``InstanceType``).

        Args:
            node: The node, stopped.
            size: Its new size.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is not stopped.
        """
        run(self._ec2_instances.ex_change_node_size(node, size))

    def ex_modify_instance_metadata_options(self, node: Node | str, options: MetadataOptions) -> MetadataOptions:
        """Change how a node gets at its metadata, while it runs.

        EC2's operation: ``ModifyInstanceMetadataOptions``.

        Args:
            node: The node.
            options: What to change: ``MetadataOptions(http_tokens="required")`` for session tokens only (IMDSv2). What
                is None stays as it is.

        Returns:
            The options as they are from now on; their ``state`` is ``"pending"`` until they are in force.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is terminated.
        """
        return run(self._ec2_instances.ex_modify_instance_metadata_options(node, options))

    def ex_monitor_nodes(self, nodes: Sequence[Node | str]) -> None:
        """Monitor nodes in detail from now on, by the minute, which costs.

        EC2's operation: ``MonitorInstances``. An empty list sends nothing.

        Args:
            nodes: The nodes; their ``monitoring`` is ``"pending"`` and then ``"enabled"``.

        Raises:
            NodeNotFound: One of them does not exist.
        """
        run(self._ec2_instances.ex_monitor_nodes(nodes))

    def ex_unmonitor_nodes(self, nodes: Sequence[Node | str]) -> None:
        """Monitor nodes no longer in detail, but every five minutes.

        EC2's operation: ``UnmonitorInstances``. An empty list sends nothing.

        Args:
            nodes: The nodes; their ``monitoring`` is ``"disabling"`` and then ``"disabled"``.

        Raises:
            NodeNotFound: One of them does not exist.
        """
        run(self._ec2_instances.ex_unmonitor_nodes(nodes))

    def ex_get_console_output(self, node: Node | str, *, latest: bool = False) -> ConsoleOutput:
        """What a node printed on its console, the last 64 KiB of it.

        EC2's operation: ``GetConsoleOutput``.

        Args:
            node: The node.
            latest: What it has printed up to now rather than what AWS kept of its start; only some sizes can.

        Raises:
            NodeNotFound: It does not exist.
        """
        return run(self._ec2_instances.ex_get_console_output(node, latest=latest))


class EC2LaunchTemplates(Compute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Launch templates and placement groups."""

    def __init__(self, client: AsyncEC2LaunchTemplates) -> None:
        super().__init__(client)
        self._ec2_launch_templates = client

    def ex_list_launch_templates(
        self, *, ids: Sequence[LaunchTemplate | str] | None = None, filters: Filters | None = None
    ) -> list[LaunchTemplate]:
        """Every launch template of the account in this region, from every page.

        EC2's operation: ``DescribeLaunchTemplates``.

        Args:
            ids: Only these, by model or id. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"launch-template-name": "web"}``).

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        return run(self._ec2_launch_templates.ex_list_launch_templates(ids=ids, filters=filters))

    def ex_create_launch_template(
        self,
        name: str,
        *,
        size: NodeSize | str | None = None,
        image: NodeImage | str | None = None,
        location: NodeLocation | str | None = None,
        key_name: KeyPair | str | None = None,
        security_groups: Sequence[SecurityGroup | str] = (),
        subnet: Subnet | str | None = None,
        user_data: str | bytes | None = None,
        iam_profile: str | None = None,
        block_devices: Sequence[BlockDeviceMapping] = (),
        assign_public_ip: bool | None = None,
        terminate_on_shutdown: bool | None = None,
        spot: SpotOptions | bool = False,
        placement_group: PlacementGroup | str | None = None,
        metadata_options: MetadataOptions | None = None,
        monitoring: bool | None = None,
        ebs_optimized: bool | None = None,
        node_tags: Mapping[str, str] | None = None,
        volume_tags: Mapping[str, str] | None = None,
        interface_tags: Mapping[str, str] | None = None,
        network_interfaces: Sequence[InterfaceSpec] = (),
        private_ip: str | None = None,
        ipv6_addresses: Sequence[str] = (),
        ipv6_address_count: int | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> LaunchTemplate:
        """Keep at AWS what ``create_node`` is to be asked for; what is left out, ``create_node`` has to say.

        EC2's operation: ``CreateLaunchTemplate``, with a ``ClientToken``, so that a retry cannot create a second one.

        Args:
            name: Its name, 3 to 128 characters, unique to the account in this region.
            size: As the arguments of ``create_node`` of the same or the ``ex_`` name, and so is what follows.
            image: What to make nodes from.
            location: The availability zone.
            key_name: A key pair that is there already.
            security_groups: Security groups, by model, id or name.
            subnet: The subnet.
            user_data: What cloud-init gets.
            iam_profile: ARN or name of an instance profile.
            block_devices: Volumes beside the image's, or instead of them.
            assign_public_ip: Whether nodes get a public address.
            terminate_on_shutdown: Whether a shutdown from within destroys them.
            spot: Launch spot instances.
            placement_group: A placement group.
            metadata_options: How nodes get at their metadata.
            monitoring: Whether they are monitored in detail.
            ebs_optimized: Whether they have ways of their own to their volumes.
            node_tags: Tags to put on nodes.
            volume_tags: Tags to put on volumes that are made for them.
            interface_tags: Tags to put on network interfaces that are made for them.
            network_interfaces: Their network interfaces.
            private_ip: The private IPv4 address of a single node.
            ipv6_addresses: The IPv6 addresses of a single node.
            ipv6_address_count: How many IPv6 addresses nodes get of AWS's choice.
            description: What this first version of the template is.
            tags: Tags to put on the template itself.

        Returns:
            The new template.

        Raises:
            AlreadyExists: The account has a launch template of that name.
            InvalidRequest: AWS does not take what is in it.
        """
        return run(
            self._ec2_launch_templates.ex_create_launch_template(
                name,
                size=size,
                image=image,
                location=location,
                key_name=key_name,
                security_groups=security_groups,
                subnet=subnet,
                user_data=user_data,
                iam_profile=iam_profile,
                block_devices=block_devices,
                assign_public_ip=assign_public_ip,
                terminate_on_shutdown=terminate_on_shutdown,
                spot=spot,
                placement_group=placement_group,
                metadata_options=metadata_options,
                monitoring=monitoring,
                ebs_optimized=ebs_optimized,
                node_tags=node_tags,
                volume_tags=volume_tags,
                interface_tags=interface_tags,
                network_interfaces=network_interfaces,
                private_ip=private_ip,
                ipv6_addresses=ipv6_addresses,
                ipv6_address_count=ipv6_address_count,
                description=description,
                tags=tags,
            )
        )

    def ex_list_launch_template_versions(
        self,
        template: LaunchTemplate | str,
        *,
        versions: Sequence[Version] | None = None,
        filters: Filters | None = None,
    ) -> list[LaunchTemplateVersion]:
        """Every version of a launch template, with what it says of nodes.

        EC2's operation: ``DescribeLaunchTemplateVersions``.

        Args:
            template: The launch template, by model, id or name.
            versions: Only these: numbers, ``"$Latest"`` or ``"$Default"``. An empty list gives an empty list, without
                a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"is-default-version": "true"}``).

        Raises:
            NotFound: The template, or one of ``versions``, does not exist.
        """
        return run(
            self._ec2_launch_templates.ex_list_launch_template_versions(template, versions=versions, filters=filters)
        )

    def ex_create_launch_template_version(
        self,
        template: LaunchTemplate | str,
        *,
        source_version: Version | None = None,
        size: NodeSize | str | None = None,
        image: NodeImage | str | None = None,
        location: NodeLocation | str | None = None,
        key_name: KeyPair | str | None = None,
        security_groups: Sequence[SecurityGroup | str] = (),
        subnet: Subnet | str | None = None,
        user_data: str | bytes | None = None,
        iam_profile: str | None = None,
        block_devices: Sequence[BlockDeviceMapping] = (),
        assign_public_ip: bool | None = None,
        terminate_on_shutdown: bool | None = None,
        spot: SpotOptions | bool = False,
        placement_group: PlacementGroup | str | None = None,
        metadata_options: MetadataOptions | None = None,
        monitoring: bool | None = None,
        ebs_optimized: bool | None = None,
        node_tags: Mapping[str, str] | None = None,
        volume_tags: Mapping[str, str] | None = None,
        interface_tags: Mapping[str, str] | None = None,
        network_interfaces: Sequence[InterfaceSpec] = (),
        private_ip: str | None = None,
        ipv6_addresses: Sequence[str] = (),
        ipv6_address_count: int | None = None,
        description: str | None = None,
    ) -> LaunchTemplateVersion:
        """Add a version to a launch template; the default version stays the one that it is.

        EC2's operation: ``CreateLaunchTemplateVersion``, with a ``ClientToken``, so that a retry cannot create a second
        one. ``ex_set_default_launch_template_version`` makes it the one that is taken if none is named.

        Args:
            template: The launch template, by model, id or name.
            source_version: The version whose words hold where this one says nothing; None for one that says what is
                given here, and nothing else.
            size: As for ``ex_create_launch_template``, and so is what follows.
            image: What to make nodes from.
            location: The availability zone.
            key_name: A key pair that is there already.
            security_groups: Security groups, by model, id or name.
            subnet: The subnet.
            user_data: What cloud-init gets.
            iam_profile: ARN or name of an instance profile.
            block_devices: Volumes beside the image's, or instead of them.
            assign_public_ip: Whether nodes get a public address.
            terminate_on_shutdown: Whether a shutdown from within destroys them.
            spot: Launch spot instances.
            placement_group: A placement group.
            metadata_options: How nodes get at their metadata.
            monitoring: Whether they are monitored in detail.
            ebs_optimized: Whether they have ways of their own to their volumes.
            node_tags: Tags to put on nodes.
            volume_tags: Tags to put on volumes that are made for them.
            interface_tags: Tags to put on network interfaces that are made for them.
            network_interfaces: Their network interfaces.
            private_ip: The private IPv4 address of a single node.
            ipv6_addresses: The IPv6 addresses of a single node.
            ipv6_address_count: How many IPv6 addresses nodes get of AWS's choice.
            description: What this version of the template is.

        Returns:
            The new version.

        Raises:
            NotFound: The template, or ``source_version``, does not exist.
            InvalidRequest: AWS does not take what is in it.
        """
        return run(
            self._ec2_launch_templates.ex_create_launch_template_version(
                template,
                source_version=source_version,
                size=size,
                image=image,
                location=location,
                key_name=key_name,
                security_groups=security_groups,
                subnet=subnet,
                user_data=user_data,
                iam_profile=iam_profile,
                block_devices=block_devices,
                assign_public_ip=assign_public_ip,
                terminate_on_shutdown=terminate_on_shutdown,
                spot=spot,
                placement_group=placement_group,
                metadata_options=metadata_options,
                monitoring=monitoring,
                ebs_optimized=ebs_optimized,
                node_tags=node_tags,
                volume_tags=volume_tags,
                interface_tags=interface_tags,
                network_interfaces=network_interfaces,
                private_ip=private_ip,
                ipv6_addresses=ipv6_addresses,
                ipv6_address_count=ipv6_address_count,
                description=description,
            )
        )

    def ex_set_default_launch_template_version(
        self, template: LaunchTemplate | str, version: Version
    ) -> LaunchTemplate:
        """Choose the version that is taken of a launch template if none is named.

        EC2's operation: ``ModifyLaunchTemplate``.

        Args:
            template: The launch template, by model, id or name.
            version: The version, by model or number.

        Returns:
            The template as it is now.

        Raises:
            NotFound: One of them does not exist.
        """
        return run(self._ec2_launch_templates.ex_set_default_launch_template_version(template, version))

    def ex_delete_launch_template_versions(self, template: LaunchTemplate | str, versions: Sequence[Version]) -> None:
        """Delete versions of a launch template, up to 200; the default one cannot be deleted.

        EC2's operation: ``DeleteLaunchTemplateVersions``. An empty list sends nothing.

        Args:
            template: The launch template, by model, id or name.
            versions: The versions, by model or number.

        Raises:
            NotFound: The template does not exist. A version that does not is no error.
            Conflict: Some could not be deleted; the message names them, with AWS's reasons. The others are deleted.
        """
        run(self._ec2_launch_templates.ex_delete_launch_template_versions(template, versions))

    def ex_delete_launch_template(self, template: LaunchTemplate | str) -> None:
        """Delete a launch template with all of its versions; nodes that were launched by it stay.

        EC2's operation: ``DeleteLaunchTemplate``.

        Args:
            template: The launch template, by model, id or name.

        Raises:
            NotFound: It does not exist.
        """
        run(self._ec2_launch_templates.ex_delete_launch_template(template))

    def ex_list_placement_groups(
        self, *, names: Sequence[PlacementGroup | str] | None = None, filters: Filters | None = None
    ) -> list[PlacementGroup]:
        """Every placement group of the account in this region.

        EC2's operation: ``DescribePlacementGroups``.

        Args:
            names: Only these. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"strategy": "spread"}``).

        Raises:
            NotFound: One of ``names`` does not exist.
        """
        return run(self._ec2_launch_templates.ex_list_placement_groups(names=names, filters=filters))

    def ex_create_placement_group(
        self,
        name: str,
        *,
        strategy: Literal["cluster", "spread", "partition"] = "cluster",
        partition_count: int | None = None,
        spread_level: Literal["rack", "host"] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> PlacementGroup:
        """Create a placement group, for ``create_node(ex_placement_group=)``.

        EC2's operation: ``CreatePlacementGroup``.

        Args:
            name: Its name, unique to the account in this region.
            strategy: ``"cluster"`` for nodes that are near to each other, ``"spread"`` for each on a machine of its
                own, ``"partition"`` for groups that share no machines.
            partition_count: How many partitions, 1 to 7; None for AWS's default, which is 2.
            spread_level: What each node has of its own: a rack, or on an outpost a host.
            tags: Tags to put on it.

        Returns:
            The new group.

        Raises:
            AlreadyExists: The account has a placement group of that name.
            QuotaExceeded: The account may not have another one.
        """
        return run(
            self._ec2_launch_templates.ex_create_placement_group(
                name, strategy=strategy, partition_count=partition_count, spread_level=spread_level, tags=tags
            )
        )

    def ex_delete_placement_group(self, group: PlacementGroup | str) -> None:
        """Delete a placement group, which must have no nodes.

        EC2's operation: ``DeletePlacementGroup``.

        Args:
            group: The placement group, by model or name.

        Raises:
            NotFound: It does not exist.
            Conflict: Nodes are in it.
        """
        run(self._ec2_launch_templates.ex_delete_placement_group(group))


class EC2Spot(Compute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Spot requests, which ``create_node(ex_spot=)`` makes."""

    def __init__(self, client: AsyncEC2Spot) -> None:
        super().__init__(client)
        self._ec2_spot = client

    def ex_list_spot_requests(
        self, *, ids: Sequence[SpotRequest | str] | None = None, filters: Filters | None = None
    ) -> list[SpotRequest]:
        """Every request for a spot instance of the account in this region, from every page.

        EC2's operation: ``DescribeSpotInstanceRequests``. AWS lists a request for four hours after it was cancelled
        and its node terminated.

        Args:
            ids: Only these: a node's is its ``spot_request``. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"state": ["open", "active"]}``).

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        return run(self._ec2_spot.ex_list_spot_requests(ids=ids, filters=filters))

    def ex_cancel_spot_request(self, request: SpotRequest | str) -> None:
        """Cancel a request for a spot instance, so that AWS launches none for it any more.

        EC2's operation: ``CancelSpotInstanceRequests``. A node that was launched for it runs on: ``destroy_node``. A
        persistent request is to be cancelled first, else it launches another one.

        Args:
            request: The request; one that is cancelled already is no error.

        Raises:
            NotFound: It does not exist.
        """
        run(self._ec2_spot.ex_cancel_spot_request(request))

    def ex_cancel_spot_requests(self, requests: Sequence[SpotRequest | str]) -> None:
        """Cancel several requests for spot instances, by one call.

        EC2's operation: ``CancelSpotInstanceRequests``. An empty list sends nothing.

        Args:
            requests: The requests, as for ``ex_cancel_spot_request``.

        Raises:
            NotFound: One of them does not exist; the others may be cancelled or not.
        """
        run(self._ec2_spot.ex_cancel_spot_requests(requests))


class EC2Images(Compute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Images."""

    def __init__(self, client: AsyncEC2Images) -> None:
        super().__init__(client)
        self._ec2_images = client

    def list_images(
        self,
        *,
        location: NodeLocation | str | None = None,
        owner: str | None = None,
        ids: Sequence[NodeImage | str] | None = None,
        name: str | None = None,
        state: ImageState | str | Collection[ImageState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
        ex_executable_by: str | None = None,
        ex_filters: Filters | None = None,
    ) -> list[EC2Image]:
        """Images that nodes can be made from.

        EC2's operation: ``DescribeImages``. Without ``owner``, ``ids`` and filters that is every public image there
        is, tens of thousands. AWS leaves out images of others that are deprecated. Disabled ones, which AWS
        shows to their owner alone, are there as ``inactive``, unless ``state`` leaves them out.

        Args:
            location: Selects nothing: an image is there for every zone of its region.
            owner: Only images of this account: its id, ``"self"``, ``"amazon"`` or ``"aws-marketplace"``.
            ids: Only these images. An empty list gives an empty list, without a call.
            name: Only images that are called exactly so.
            state: Only images in this state, or in one of these.
            tags: Only images that have all of these tags; None as a value for any value.
            ex_executable_by: Only images from which this account may launch nodes because somebody said so: its id;
                ``"self"`` for what was shared with one's own, ``"all"`` for what is public.
            ex_filters: AWS's own filters by name, each with the values of which one must match
                (``{"name": "al2023-ami-*", "architecture": ["arm64"]}``); ``*`` and ``?`` are wildcards.

        Raises:
            ImageNotFound: One of ``ids`` does not exist.
            InvalidRequest: The name, a state or a tag cannot be one, AWS knows no such filter, or one has no values.
        """
        return run(
            self._ec2_images.list_images(
                location=location,
                owner=owner,
                ids=ids,
                name=name,
                state=state,
                tags=tags,
                ex_executable_by=ex_executable_by,
                ex_filters=ex_filters,
            )
        )

    def ex_get_newest_image(
        self,
        *,
        owner: str,
        name: str | None = None,
        architecture: Literal["i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac"] | None = None,
        filters: Filters | None = None,
    ) -> EC2Image:
        """The newest image of an owner's that matches and is available.

        EC2's operation: ``DescribeImages``; AWS chooses, so that nothing else is listed. Images that are deprecated
        are passed over, but for one's own.

        Args:
            owner: Whose image: an account's id, ``"self"``, ``"amazon"`` or ``"aws-marketplace"``. There is no
                default: anybody may give a public image any name.
            name: The image's name, with ``*`` and ``?`` as wildcards (``"al2023-ami-2023.*-kernel-6.1-*"``).
            architecture: What machines it is for.
            filters: More of AWS's own filters by name, each with the values of which one must match.

        Raises:
            ImageNotFound: There is none.
            InvalidRequest: AWS knows no such filter, or one has no values.
        """
        return run(
            self._ec2_images.ex_get_newest_image(owner=owner, name=name, architecture=architecture, filters=filters)
        )

    def create_image(
        self,
        node: Node | str,
        name: str,
        *,
        description: str | None = None,
        ex_reboot: bool = False,
        ex_blockdevicemappings: Sequence[BlockDeviceMapping] = (),
    ) -> EC2Image:
        """Make an image of a node.

        EC2's operation: ``CreateImage``.

        Args:
            node: The node, running or stopped.
            name: The image's name, unique to the account in this region.
            description: The image's description.
            ex_reboot: Whether AWS shuts a running node down for it, so that its file systems are at rest,
                and starts it again. Without that the image is of the disks as they are at that moment.
            ex_blockdevicemappings: What is different about its volumes: larger ones, more of them, or devices to
                leave out (``BlockDeviceMapping(device="/dev/sdf", no_device=True)``).

        Returns:
            The image, possibly still being made.

        Raises:
            NodeNotFound: The node does not exist.
            AlreadyExists: An image of that name exists.
        """
        return run(
            self._ec2_images.create_image(
                node, name, description=description, ex_reboot=ex_reboot, ex_blockdevicemappings=ex_blockdevicemappings
            )
        )

    def ex_get_launch_permissions(self, image: NodeImage | str) -> LaunchPermissions:
        """Who may launch nodes from an image of one's own.

        EC2's operation: ``DescribeImageAttribute`` (``launchPermission``).

        Args:
            image: The image.

        Raises:
            ImageNotFound: It does not exist.
            PermissionDenied: It is another account's.
        """
        return run(self._ec2_images.ex_get_launch_permissions(image))

    def ex_modify_image_attribute(
        self,
        image: NodeImage | str,
        *,
        add_accounts: Sequence[str] = (),
        remove_accounts: Sequence[str] = (),
        public: bool | None = None,
        description: str | None = None,
    ) -> None:
        """Say who may launch nodes from an image of one's own, or describe it; AWS takes one of the two in a call.

        EC2's operation: ``ModifyImageAttribute``.

        Args:
            image: The image.
            add_accounts: Ids of accounts that may launch nodes from it from now on.
            remove_accounts: Ids of accounts that may no longer.
            public: Whether every account may.
            description: Its new description; an empty one takes it away.

        Raises:
            ImageNotFound: It does not exist.
            InvalidRequest: Nothing is asked for, or both of the two.
        """
        run(
            self._ec2_images.ex_modify_image_attribute(
                image,
                add_accounts=add_accounts,
                remove_accounts=remove_accounts,
                public=public,
                description=description,
            )
        )

    def ex_reset_launch_permissions(self, image: NodeImage | str) -> None:
        """Let nobody but its owner launch nodes from an image.

        EC2's operation: ``ResetImageAttribute`` (``launchPermission``).

        Args:
            image: The image.

        Raises:
            ImageNotFound: It does not exist.
        """
        run(self._ec2_images.ex_reset_launch_permissions(image))

    def ex_register_image(
        self,
        name: str,
        *,
        description: str | None = None,
        architecture: Literal["i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac"] | None = None,
        root_device: str | None = None,
        block_device_mappings: Sequence[BlockDeviceMapping] = (),
        image_location: str | None = None,
        virtualization_type: Literal["hvm", "paravirtual"] | None = None,
        ena_support: bool | None = None,
        boot_mode: Literal["legacy-bios", "uefi", "uefi-preferred"] | None = None,
        kernel: str | None = None,
        ramdisk: str | None = None,
        sriov_net_support: Literal["simple"] | None = None,
        tpm_support: Literal["v2.0"] | None = None,
        uefi_data: str | None = None,
        imds_support: Literal["v2.0"] | None = None,
        billing_products: Sequence[str] = (),
    ) -> EC2Image:
        """Register an image made of snapshots, or of a bundle in S3.

        EC2's operation: ``RegisterImage``.

        Args:
            name: Its name, 3 to 128 characters, unique to the account in this region.
            description: Its description.
            architecture: What machines it is for; AWS takes None for ``"i386"``.
            root_device: Device name of the root volume, such as ``"/dev/xvda"``.
            block_device_mappings: Its volumes; the root device's with a snapshot.
            image_location: Path of a bundle's manifest in S3, for an image that is no set of snapshots.
            virtualization_type: ``"hvm"`` for everything of today; AWS takes None for ``"paravirtual"``.
            ena_support: Whether it has the driver for enhanced networking.
            boot_mode: How it boots; None for the size's own way.
            kernel: Id of a kernel, for paravirtual images.
            ramdisk: Id of a RAM disk, likewise.
            sriov_net_support: Whether it has the older driver for enhanced networking, of Intel's adapters.
            tpm_support: Whether its nodes have a trusted platform module (NitroTPM); they then boot by UEFI.
            uefi_data: What its nodes' UEFI variables are at first, in AWS's own coding (base64).
            imds_support: Whether its nodes give their metadata by session tokens only (IMDSv2), unless told otherwise.
            billing_products: Codes of what is paid for with it; for accounts that AWS lets do that.

        Returns:
            The new image; its state is not known yet.

        Raises:
            AlreadyExists: The account has an image of that name.
            SnapshotNotFound: A snapshot does not exist.
        """
        return run(
            self._ec2_images.ex_register_image(
                name,
                description=description,
                architecture=architecture,
                root_device=root_device,
                block_device_mappings=block_device_mappings,
                image_location=image_location,
                virtualization_type=virtualization_type,
                ena_support=ena_support,
                boot_mode=boot_mode,
                kernel=kernel,
                ramdisk=ramdisk,
                sriov_net_support=sriov_net_support,
                tpm_support=tpm_support,
                uefi_data=uefi_data,
                imds_support=imds_support,
                billing_products=billing_products,
            )
        )


class EC2Volumes(Compute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Volumes and snapshots."""

    def __init__(self, client: AsyncEC2Volumes) -> None:
        super().__init__(client)
        self._ec2_volumes = client

    def list_volumes(
        self,
        *,
        node: Node | str | None = None,
        name: str | None = None,
        state: VolumeState | str | Collection[VolumeState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
        ex_filters: Filters | None = None,
    ) -> list[EC2Volume]:
        """Every volume of the account in this region, from every page, or those that match.

        EC2's operation: ``DescribeVolumes``.

        Args:
            node: Only volumes that are attached to this node. One that does not exist has none.
            name: Only volumes that are called exactly so: the tag ``Name``.
            state: Only volumes in this state, or in one of these.
            tags: Only volumes that have all of these tags; None as a value for any value.
            ex_filters: AWS's own filters by name, each with the values of which one must match
                (``{"volume-type": "gp2", "tag:env": ["test", "dev"]}``); ``*`` and ``?`` are wildcards.

        Raises:
            InvalidRequest: The name, a state or a tag cannot be one, AWS knows no such filter, or one has no values.
        """
        return run(self._ec2_volumes.list_volumes(node=node, name=name, state=state, tags=tags, ex_filters=ex_filters))

    def create_volume(
        self,
        size: int,
        name: str,
        *,
        location: NodeLocation | str | None = None,
        snapshot: VolumeSnapshot | str | None = None,
        ex_volume_type: VolumeType | None = None,
        ex_iops: int | None = None,
        ex_throughput: int | None = None,
        ex_encrypted: bool | None = None,
        ex_kms_key_id: str | None = None,
        ex_multi_attach: bool | None = None,
        ex_tags: Mapping[str, str] | None = None,
    ) -> EC2Volume:
        """Create a volume.

        EC2's operation: ``CreateVolume``, with a ``ClientToken``, so that a retry cannot create a second one.

        Args:
            size: GiB, at least 1.
            name: Its display name: the tag ``Name``.
            location: The availability zone; None for one that is available.
            snapshot: What to fill it with; None for an empty one.
            ex_volume_type: Its type; None for AWS's default, which is ``"gp2"``.
            ex_iops: Operations per second, for ``"gp3"``, ``"io1"`` and ``"io2"``.
            ex_throughput: MiB per second, for ``"gp3"``.
            ex_encrypted: Whether to encrypt it; None for the account's default.
            ex_kms_key_id: Key to encrypt it with: its id, ARN or alias. AWS then wants ``ex_encrypted=True``.
            ex_multi_attach: Whether several nodes may have it at the same time, for ``"io1"`` and ``"io2"``.
            ex_tags: Tags to put on it.

        Raises:
            SnapshotNotFound: The snapshot does not exist.
            QuotaExceeded: The account may not have that much.
        """
        return run(
            self._ec2_volumes.create_volume(
                size,
                name,
                location=location,
                snapshot=snapshot,
                ex_volume_type=ex_volume_type,
                ex_iops=ex_iops,
                ex_throughput=ex_throughput,
                ex_encrypted=ex_encrypted,
                ex_kms_key_id=ex_kms_key_id,
                ex_multi_attach=ex_multi_attach,
                ex_tags=ex_tags,
            )
        )

    def ex_modify_volume(
        self,
        volume: Volume | str,
        *,
        size: int | None = None,
        volume_type: VolumeType | None = None,
        iops: int | None = None,
        throughput: int | None = None,
        multi_attach: bool | None = None,
    ) -> VolumeModification:
        """Make a volume larger, faster or another type while it is in use.

        EC2's operation: ``ModifyVolume``. AWS goes on for minutes or hours: ``ex_list_volume_modifications`` tells how
        far it is. What is on the volume has to be told of its new size from within the node.

        Args:
            volume: The volume.
            size: GiB, more than it has.
            volume_type: Its new type.
            iops: Operations per second.
            throughput: MiB per second, for ``"gp3"``.
            multi_attach: Whether several nodes may have it at the same time.

        Returns:
            The change, which has begun.

        Raises:
            VolumeNotFound: It does not exist.
            Conflict: Another change of it goes on, or the last one was a short time ago: AWS wants hours in between.
            InvalidRequest: No change is given, or AWS does not make it.
        """
        return run(
            self._ec2_volumes.ex_modify_volume(
                volume, size=size, volume_type=volume_type, iops=iops, throughput=throughput, multi_attach=multi_attach
            )
        )

    def ex_list_volume_modifications(
        self, *, ids: Sequence[Volume | str] | None = None, filters: Filters | None = None
    ) -> list[VolumeModification]:
        """The last change of each volume that was changed, those that go on and those that have ended.

        EC2's operation: ``DescribeVolumesModifications``.

        Args:
            ids: Only those of these volumes. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"modification-state": ["modifying", "optimizing"]}``).

        Raises:
            VolumeNotFound: One of ``ids`` does not exist.
            NotFound: One of ``ids`` was never changed.
        """
        return run(self._ec2_volumes.ex_list_volume_modifications(ids=ids, filters=filters))

    def detach_volume(
        self, volume: Volume | str, *, node: Node | str | None = None, ex_force: bool = False
    ) -> EC2Volume:
        """Detach a volume from the node it is attached to.

        EC2's operation: ``DetachVolume``.

        Args:
            volume: The volume.
            node: From which node. It has to be said for a volume that several nodes have.
            ex_force: Take it away from a node that does not let go of it. What the node has not yet written is
                lost, and its file system may be damaged.

        Returns:
            The volume as it is now, possibly still detaching.

        Raises:
            VolumeNotFound: It does not exist.
            Conflict: It is not attached, or to other nodes, or to several and ``node`` is not given.
        """
        return run(self._ec2_volumes.detach_volume(volume, node=node, ex_force=ex_force))

    def list_volume_snapshots(
        self,
        volume: Volume | str | None = None,
        *,
        name: str | None = None,
        state: SnapshotState | str | Collection[SnapshotState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
        ex_owner: str = "self",
        ex_filters: Filters | None = None,
    ) -> list[EC2Snapshot]:
        """Every snapshot of the account's own, or of one volume, or those that match.

        EC2's operation: ``DescribeSnapshots``.

        Args:
            volume: Only snapshots of this volume.
            name: Only snapshots that are called exactly so: the tag ``Name``.
            state: Only snapshots in this state, or in one of these.
            tags: Only snapshots that have all of these tags; None as a value for any value.
            ex_owner: Whose snapshots: ``"self"``, ``"amazon"``, or the id of an account that shares some.
            ex_filters: AWS's own filters by name, each with the values of which one must match
                (``{"status": "pending", "description": "*nightly*"}``); ``*`` and ``?`` are wildcards.

        Raises:
            InvalidRequest: The name, a state or a tag cannot be one, AWS knows no such filter, or one has no values.
        """
        return run(
            self._ec2_volumes.list_volume_snapshots(
                volume, name=name, state=state, tags=tags, ex_owner=ex_owner, ex_filters=ex_filters
            )
        )

    def create_volume_snapshot(
        self,
        volume: Volume | str,
        *,
        name: str | None = None,
        ex_description: str | None = None,
        ex_tags: Mapping[str, str] | None = None,
    ) -> EC2Snapshot:
        """Start a snapshot of a volume.

        EC2's operation: ``CreateSnapshot``.

        Args:
            volume: The volume.
            name: Its display name: the tag ``Name``.
            ex_description: Its description, up to 255 characters.
            ex_tags: Tags to put on it.

        Returns:
            The snapshot, possibly still being made.

        Raises:
            VolumeNotFound: The volume does not exist.
        """
        return run(
            self._ec2_volumes.create_volume_snapshot(volume, name=name, ex_description=ex_description, ex_tags=ex_tags)
        )

    def ex_modify_snapshot_attribute(
        self,
        snapshot: VolumeSnapshot | str,
        *,
        add_accounts: Sequence[str] = (),
        remove_accounts: Sequence[str] = (),
        public: bool | None = None,
    ) -> None:
        """Say who may make volumes of a snapshot; AWS can either allow or forbid in one call.

        EC2's operation: ``ModifySnapshotAttribute`` (``createVolumePermission``).

        Args:
            snapshot: The snapshot.
            add_accounts: Ids of accounts that may from now on.
            remove_accounts: Ids of accounts that may no longer.
            public: True to allow everybody, False to allow only the accounts that are named.

        Raises:
            SnapshotNotFound: It does not exist.
            InvalidRequest: Nothing is asked for, or both to allow and to forbid.
        """
        run(
            self._ec2_volumes.ex_modify_snapshot_attribute(
                snapshot, add_accounts=add_accounts, remove_accounts=remove_accounts, public=public
            )
        )


class EC2Addresses(Compute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Elastic IP addresses.

    Wherever an ``Address`` is taken, its allocation id or the IP address itself will do.
    """

    def __init__(self, client: AsyncEC2Addresses) -> None:
        super().__init__(client)
        self._ec2_addresses = client

    def ex_describe_addresses(self, nodes: Sequence[Node | str]) -> dict[str, list[str]]:
        """The Elastic IP addresses of some nodes.

        EC2's operation: ``DescribeAddresses``.

        Args:
            nodes: The nodes. An empty list gives an empty dict, without a call.

        Returns:
            The IP addresses by node id; every node is there, with an empty list if it has none.
        """
        return run(self._ec2_addresses.ex_describe_addresses(nodes))

    def ex_describe_addresses_for_node(self, node: Node | str) -> list[str]:
        """The Elastic IP addresses of one node.

        EC2's operation: ``DescribeAddresses``.
        """
        return run(self._ec2_addresses.ex_describe_addresses_for_node(node))

    def ex_describe_all_addresses(
        self, *, only_associated: bool = False, filters: Filters | None = None
    ) -> list[Address]:
        """Every Elastic IP address of the account in this region.

        EC2's operation: ``DescribeAddresses``.

        Args:
            only_associated: Leave out those that are not associated with anything.
            filters: AWS's own filters by name, each with the values of which one must match (``{"tag:env": "test"}``).

        Raises:
            InvalidRequest: AWS knows no such filter, or one has no values.
        """
        return run(self._ec2_addresses.ex_describe_all_addresses(only_associated=only_associated, filters=filters))

    def ex_allocate_address(self, *, tags: Mapping[str, str] | None = None) -> Address:
        """Allocate an Elastic IP address to the account, which pays for it from now on.

        EC2's operation: ``AllocateAddress``.

        Args:
            tags: Tags to put on it.

        Raises:
            QuotaExceeded: The account may not have another one.
        """
        return run(self._ec2_addresses.ex_allocate_address(tags=tags))

    def ex_associate_address_with_node(
        self,
        node: Node | str,
        address: Address | str,
        *,
        allow_reassociation: bool = False,
        network_interface: str | None = None,
        private_ip: str | None = None,
    ) -> Address:
        """Give an Elastic IP address to a node.

        EC2's operation: ``AssociateAddress``.

        Args:
            node: The node.
            address: The address.
            allow_reassociation: Whether the address may be taken away from another node.
            network_interface: Id of the node's interface that gets it. It has to be said where there are several.
            private_ip: The private address that it leads to; None for the interface's first one.

        Returns:
            The address as it is now.

        Raises:
            InvalidRequest: The node has several interfaces, which the message names.
            NodeNotFound: The node does not exist.
            NotFound: The account has no such address.
            Conflict: The address is another node's, or the node is in no state for it.
        """
        return run(
            self._ec2_addresses.ex_associate_address_with_node(
                node,
                address,
                allow_reassociation=allow_reassociation,
                network_interface=network_interface,
                private_ip=private_ip,
            )
        )

    def ex_disassociate_address(self, address: Address | str) -> Address:
        """Take an Elastic IP address from whatever has it now; the account keeps it.

        EC2's operation: ``DisassociateAddress``.

        Returns:
            The address as it is now.

        Raises:
            NotFound: The account has no such address.
            Conflict: It is not associated with anything.
        """
        return run(self._ec2_addresses.ex_disassociate_address(address))

    def ex_release_address(self, address: Address | str) -> None:
        """Give an Elastic IP address back to AWS, for good.

        EC2's operation: ``ReleaseAddress``.

        Raises:
            NotFound: The account has no such address.
            Conflict: It is still associated; disassociate it first.
        """
        run(self._ec2_addresses.ex_release_address(address))


class EC2Networks(Compute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Zones, networks (VPCs), subnets and security groups."""

    def __init__(self, client: AsyncEC2Networks) -> None:
        super().__init__(client)
        self._ec2_networks = client

    def ex_list_availability_zones(
        self, *, only_available: bool = True, filters: Filters | None = None
    ) -> list[AvailabilityZone]:
        """The availability zones of this region that the account has enabled.

        EC2's operation: ``DescribeAvailabilityZones``.

        Args:
            only_available: Leave out those that AWS does not call available.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"zone-type": "availability-zone"}``).

        Raises:
            InvalidRequest: AWS knows no such filter, or one has no values.
        """
        return run(self._ec2_networks.ex_list_availability_zones(only_available=only_available, filters=filters))

    def ex_list_networks(
        self, *, ids: Sequence[Network | str] | None = None, filters: Filters | None = None
    ) -> list[Network]:
        """Every network (VPC) of the account in this region, from every page.

        EC2's operation: ``DescribeVpcs``.

        Args:
            ids: Only these. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"is-default": "true"}``).

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        return run(self._ec2_networks.ex_list_networks(ids=ids, filters=filters))

    def ex_list_subnets(
        self,
        *,
        network: Network | str | None = None,
        ids: Sequence[Subnet | str] | None = None,
        filters: Filters | None = None,
    ) -> list[Subnet]:
        """Every subnet of the account in this region, or of one network, from every page.

        EC2's operation: ``DescribeSubnets``.

        Args:
            network: Only subnets of this network.
            ids: Only these. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"tag:tier": "front"}``).

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        return run(self._ec2_networks.ex_list_subnets(network=network, ids=ids, filters=filters))

    def ex_list_security_groups(
        self,
        *,
        network: Network | str | None = None,
        ids: Sequence[SecurityGroup | str] | None = None,
        filters: Filters | None = None,
    ) -> list[SecurityGroup]:
        """Every security group of the account in this region, or of one network, with its rules.

        EC2's operation: ``DescribeSecurityGroups``.

        Args:
            network: Only groups of this network.
            ids: Only these. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"group-name": "web-*"}``).

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        return run(self._ec2_networks.ex_list_security_groups(network=network, ids=ids, filters=filters))

    def ex_create_network(
        self,
        cidr: str,
        *,
        name: str | None = None,
        tenancy: Literal["default", "dedicated"] | None = None,
        ipv6: bool = False,
        tags: Mapping[str, str] | None = None,
    ) -> Network:
        """Create a network (VPC), which has a main route table and a default security group, and no subnet.

        EC2's operation: ``CreateVpc``.

        Args:
            cidr: Its IPv4 addresses, such as ``"10.0.0.0/16"``.
            name: Its display name: the tag ``Name``.
            tenancy: ``"dedicated"`` for nodes on machines that no other account has; None for ``"default"``.
            ipv6: Whether it gets a block of Amazon's IPv6 addresses as well.
            tags: Tags to put on it.

        Returns:
            The new network; it is ``"pending"`` for some moments.

        Raises:
            InvalidRequest: AWS takes no such block.
            QuotaExceeded: The account may not have another one.
        """
        return run(self._ec2_networks.ex_create_network(cidr, name=name, tenancy=tenancy, ipv6=ipv6, tags=tags))

    def ex_delete_network(self, network: Network | str) -> None:
        """Delete a network (VPC); its subnets, gateways and interfaces have to be gone.

        EC2's operation: ``DeleteVpc``.

        Args:
            network: The network.

        Raises:
            NotFound: It does not exist.
            Conflict: Something is in it.
        """
        run(self._ec2_networks.ex_delete_network(network))

    def ex_get_network_attributes(self, network: Network | str) -> NetworkAttributes:
        """What names the nodes of a network (VPC) have.

        EC2's operation: ``DescribeVpcAttribute``, twice.

        Args:
            network: The network.

        Raises:
            NotFound: It does not exist.
        """
        return run(self._ec2_networks.ex_get_network_attributes(network))

    def ex_modify_network_attribute(
        self, network: Network | str, *, dns_support: bool | None = None, dns_hostnames: bool | None = None
    ) -> None:
        """Change one attribute of a network (VPC); AWS takes one in each call.

        EC2's operation: ``ModifyVpcAttribute``.

        Args:
            network: The network.
            dns_support: Whether AWS's name server answers there.
            dns_hostnames: Whether nodes with public addresses get public names.

        Raises:
            NotFound: It does not exist.
            InvalidRequest: No attribute is given, or several.
        """
        run(
            self._ec2_networks.ex_modify_network_attribute(
                network, dns_support=dns_support, dns_hostnames=dns_hostnames
            )
        )

    def ex_create_subnet(
        self,
        network: Network | str,
        cidr: str,
        *,
        name: str | None = None,
        location: NodeLocation | str | None = None,
        ipv6_cidr: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Subnet:
        """Create a subnet of a network.

        EC2's operation: ``CreateSubnet``.

        Args:
            network: The network.
            cidr: Its IPv4 addresses, of the network's, such as ``"10.0.1.0/24"``.
            name: Its display name: the tag ``Name``.
            location: The availability zone; None for AWS's choice.
            ipv6_cidr: Its IPv6 addresses, of the network's, a /64 mostly.
            tags: Tags to put on it.

        Returns:
            The new subnet; it is ``"pending"`` for some moments.

        Raises:
            NotFound: The network does not exist.
            Conflict: Another subnet has some of the addresses.
            QuotaExceeded: The network may not have another one.
        """
        return run(
            self._ec2_networks.ex_create_subnet(
                network, cidr, name=name, location=location, ipv6_cidr=ipv6_cidr, tags=tags
            )
        )

    def ex_delete_subnet(self, subnet: Subnet | str) -> None:
        """Delete a subnet, which must be empty.

        EC2's operation: ``DeleteSubnet``.

        Args:
            subnet: The subnet.

        Raises:
            NotFound: It does not exist.
            Conflict: Nodes or interfaces are in it.
        """
        run(self._ec2_networks.ex_delete_subnet(subnet))

    def ex_modify_subnet_attribute(
        self,
        subnet: Subnet | str,
        *,
        assign_public_ip: bool | None = None,
        assign_ipv6: bool | None = None,
        dns64: bool | None = None,
    ) -> None:
        """Change one attribute of a subnet; AWS takes one in each call.

        EC2's operation: ``ModifySubnetAttribute``.

        Args:
            subnet: The subnet.
            assign_public_ip: Whether nodes get a public address there if nothing else is said.
            assign_ipv6: Whether interfaces get an IPv6 address there if nothing else is said.
            dns64: Whether names that have IPv4 addresses alone get IPv6 addresses for a NAT gateway.

        Raises:
            NotFound: It does not exist.
            InvalidRequest: No attribute is given, or several.
        """
        run(
            self._ec2_networks.ex_modify_subnet_attribute(
                subnet, assign_public_ip=assign_public_ip, assign_ipv6=assign_ipv6, dns64=dns64
            )
        )

    def ex_create_security_group(
        self,
        name: str,
        description: str,
        *,
        network: Network | str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> SecurityGroup:
        """Create a security group, which lets nothing in and everything out until rules say otherwise.

        EC2's operation: ``CreateSecurityGroup``.

        Args:
            name: Its name, unique in its network.
            description: What it is for.
            network: The network it is for; None for the default one.
            tags: Tags to put on it.

        Returns:
            The group; its rules are not read back.

        Raises:
            AlreadyExists: The network has a group of that name.
        """
        return run(self._ec2_networks.ex_create_security_group(name, description, network=network, tags=tags))

    def ex_authorize_security_group_ingress(
        self, group: SecurityGroup | str, rules: Sequence[SecurityGroupRule]
    ) -> None:
        """Let traffic in.

        EC2's operation: ``AuthorizeSecurityGroupIngress``. An empty list sends nothing.

        Args:
            group: The security group.
            rules: What to let in.

        Raises:
            NotFound: The group does not exist.
            AlreadyExists: It has one of the rules.
        """
        run(self._ec2_networks.ex_authorize_security_group_ingress(group, rules))

    def ex_authorize_security_group_egress(
        self, group: SecurityGroup | str, rules: Sequence[SecurityGroupRule]
    ) -> None:
        """Let traffic out.

        EC2's operation: ``AuthorizeSecurityGroupEgress``. An empty list sends nothing.

        Args:
            group: The security group.
            rules: What to let out.

        Raises:
            NotFound: The group does not exist.
            AlreadyExists: It has one of the rules.
        """
        run(self._ec2_networks.ex_authorize_security_group_egress(group, rules))

    def ex_authorize_security_group_permissive(self, group: SecurityGroup | str) -> None:
        """Let everything in, from everywhere, by IPv4 and IPv6: for tests, and for groups behind another firewall.

        EC2's operation: ``AuthorizeSecurityGroupIngress``, twice. What it lets in already is no error, so that it
        may be called again.

        Args:
            group: The security group.

        Raises:
            NotFound: The group does not exist.
        """
        run(self._ec2_networks.ex_authorize_security_group_permissive(group))

    def ex_revoke_security_group_ingress(self, group: SecurityGroup | str, rules: Sequence[SecurityGroupRule]) -> None:
        """No longer let traffic in.

        EC2's operation: ``RevokeSecurityGroupIngress``. An empty list sends nothing.

        Args:
            group: The security group.
            rules: The rules to remove, exactly as they were added.

        Raises:
            NotFound: The group does not exist, or has no such rule.
        """
        run(self._ec2_networks.ex_revoke_security_group_ingress(group, rules))

    def ex_revoke_security_group_egress(self, group: SecurityGroup | str, rules: Sequence[SecurityGroupRule]) -> None:
        """No longer let traffic out.

        EC2's operation: ``RevokeSecurityGroupEgress``. An empty list sends nothing.

        Args:
            group: The security group.
            rules: The rules to remove, exactly as they were added.

        Raises:
            NotFound: The group does not exist, or has no such rule.
        """
        run(self._ec2_networks.ex_revoke_security_group_egress(group, rules))

    def ex_delete_security_group(self, group: SecurityGroup | str) -> None:
        """Delete a security group.

        EC2's operation: ``DeleteSecurityGroup``.

        Raises:
            NotFound: It does not exist.
            Conflict: A node, an interface or another group's rule still uses it.
        """
        run(self._ec2_networks.ex_delete_security_group(group))


class EC2Interfaces(Compute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Network interfaces."""

    def __init__(self, client: AsyncEC2Interfaces) -> None:
        super().__init__(client)
        self._ec2_interfaces = client

    def ex_list_network_interfaces(
        self, *, ids: Sequence[NetworkInterface | str] | None = None, filters: Filters | None = None
    ) -> list[NetworkInterface]:
        """Every network interface of the account in this region, from every page.

        EC2's operation: ``DescribeNetworkInterfaces``.

        Args:
            ids: Only these. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"subnet-id": "subnet-1", "attachment.instance-id": "i-1"}``).

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        return run(self._ec2_interfaces.ex_list_network_interfaces(ids=ids, filters=filters))

    def ex_create_network_interface(
        self,
        subnet: Subnet | str,
        *,
        name: str | None = None,
        description: str | None = None,
        security_groups: Sequence[SecurityGroup | str] = (),
        private_ip: str | None = None,
        secondary_private_ip_count: int | None = None,
        ipv6_addresses: Sequence[str] = (),
        ipv6_address_count: int | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> NetworkInterface:
        """Create a network interface, which lives by itself until it is attached.

        EC2's operation: ``CreateNetworkInterface``, with a ``ClientToken``, so that a retry cannot create a second one.

        Args:
            subnet: The subnet that it is in.
            name: Its display name: the tag ``Name``.
            description: What it is for.
            security_groups: Its security groups, by model or id; none for the network's default one.
            private_ip: Its private IPv4 address, of the subnet's; None for AWS's choice.
            secondary_private_ip_count: How many more private IPv4 addresses it gets, of AWS's choice.
            ipv6_addresses: Its IPv6 addresses, of the subnet's.
            ipv6_address_count: How many IPv6 addresses it gets of AWS's choice, instead.
            tags: Tags to put on it.

        Returns:
            The new interface.

        Raises:
            NotFound: There is no such subnet or security group.
            Conflict: Another interface has the address.
            QuotaExceeded: The account may not have another one, or the subnet has no addresses left.
        """
        return run(
            self._ec2_interfaces.ex_create_network_interface(
                subnet,
                name=name,
                description=description,
                security_groups=security_groups,
                private_ip=private_ip,
                secondary_private_ip_count=secondary_private_ip_count,
                ipv6_addresses=ipv6_addresses,
                ipv6_address_count=ipv6_address_count,
                tags=tags,
            )
        )

    def ex_delete_network_interface(self, interface: NetworkInterface | str) -> None:
        """Delete a network interface, which must not be attached.

        EC2's operation: ``DeleteNetworkInterface``.

        Args:
            interface: The interface.

        Raises:
            NotFound: It does not exist.
            Conflict: It is attached.
        """
        run(self._ec2_interfaces.ex_delete_network_interface(interface))

    def ex_attach_network_interface_to_node(
        self, interface: NetworkInterface | str, node: Node | str, device_index: int
    ) -> str:
        """Attach a network interface to a node.

        EC2's operation: ``AttachNetworkInterface``.

        Args:
            interface: The interface, in the node's availability zone.
            node: The node.
            device_index: Its place among the node's interfaces, from 1: the first one is there already.

        Returns:
            The id of the attachment.

        Raises:
            NotFound: There is no such interface.
            NodeNotFound: There is no such node.
            Conflict: The interface is attached, or the place is taken.
            QuotaExceeded: The node's size has no more interfaces.
        """
        return run(self._ec2_interfaces.ex_attach_network_interface_to_node(interface, node, device_index))

    def ex_detach_network_interface(self, interface: NetworkInterface | str, *, force: bool = False) -> None:
        """Detach a network interface from the node that it is attached to.

        EC2's operation: ``DetachNetworkInterface``.

        Args:
            interface: The interface.
            force: Take it away from a node that does not let go of it, where the metadata may keep it.

        Raises:
            NotFound: It does not exist.
            Conflict: It is attached to nothing.
        """
        run(self._ec2_interfaces.ex_detach_network_interface(interface, force=force))

    def ex_modify_network_interface_attribute(
        self,
        interface: NetworkInterface | str,
        *,
        description: str | None = None,
        security_groups: Sequence[SecurityGroup | str] | None = None,
        source_dest_check: bool | None = None,
        delete_on_termination: bool | None = None,
    ) -> None:
        """Change one attribute of a network interface; AWS takes one in each call.

        EC2's operation: ``ModifyNetworkInterfaceAttribute``.

        Args:
            interface: The interface.
            description: What it is for.
            security_groups: All of the security groups that it is to have, by model or id.
            source_dest_check: Whether it only gets packets that are addressed to it.
            delete_on_termination: Whether it ends with the node that it is attached to.

        Raises:
            NotFound: It does not exist.
            Conflict: It is attached to nothing that it could end with.
            InvalidRequest: No attribute is given, or several.
        """
        run(
            self._ec2_interfaces.ex_modify_network_interface_attribute(
                interface,
                description=description,
                security_groups=security_groups,
                source_dest_check=source_dest_check,
                delete_on_termination=delete_on_termination,
            )
        )

    def ex_assign_private_ips(
        self,
        interface: NetworkInterface | str,
        *,
        addresses: Sequence[str] = (),
        count: int | None = None,
        allow_reassignment: bool = False,
    ) -> list[str]:
        """Give a network interface more private IPv4 addresses.

        EC2's operation: ``AssignPrivateIpAddresses``.

        Args:
            interface: The interface.
            addresses: The addresses, of the subnet's.
            count: How many of AWS's choice, instead.
            allow_reassignment: Whether they may be taken away from another interface.

        Returns:
            The addresses that it has got.

        Raises:
            NotFound: It does not exist.
            InvalidRequest: Neither addresses nor a count are given, or both; or the addresses are not the subnet's.
        """
        return run(
            self._ec2_interfaces.ex_assign_private_ips(
                interface, addresses=addresses, count=count, allow_reassignment=allow_reassignment
            )
        )

    def ex_unassign_private_ips(self, interface: NetworkInterface | str, addresses: Sequence[str]) -> None:
        """Take private IPv4 addresses away from a network interface, all but the primary one.

        EC2's operation: ``UnassignPrivateIpAddresses``. An empty list sends nothing.

        Args:
            interface: The interface.
            addresses: The addresses.

        Raises:
            NotFound: It does not exist.
            InvalidRequest: It does not have the addresses.
        """
        run(self._ec2_interfaces.ex_unassign_private_ips(interface, addresses))

    def ex_assign_ipv6_addresses(
        self, interface: NetworkInterface | str, *, addresses: Sequence[str] = (), count: int | None = None
    ) -> list[str]:
        """Give a network interface IPv6 addresses.

        EC2's operation: ``AssignIpv6Addresses``.

        Args:
            interface: The interface.
            addresses: The addresses, of the subnet's.
            count: How many of AWS's choice, instead.

        Returns:
            The addresses that it has got.

        Raises:
            NotFound: It does not exist.
            InvalidRequest: Neither addresses nor a count are given, or both; or the addresses are not the subnet's.
        """
        return run(self._ec2_interfaces.ex_assign_ipv6_addresses(interface, addresses=addresses, count=count))

    def ex_unassign_ipv6_addresses(self, interface: NetworkInterface | str, addresses: Sequence[str]) -> None:
        """Take IPv6 addresses away from a network interface.

        EC2's operation: ``UnassignIpv6Addresses``. An empty list sends nothing.

        Args:
            interface: The interface.
            addresses: The addresses.

        Raises:
            NotFound: It does not exist.
            InvalidRequest: It does not have the addresses.
        """
        run(self._ec2_interfaces.ex_unassign_ipv6_addresses(interface, addresses))


class EC2Routing(Compute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Internet gateways, route tables and routes."""

    def __init__(self, client: AsyncEC2Routing) -> None:
        super().__init__(client)
        self._ec2_routing = client

    def ex_list_internet_gateways(
        self, *, ids: Sequence[InternetGateway | str] | None = None, filters: Filters | None = None
    ) -> list[InternetGateway]:
        """Every internet gateway of the account in this region, from every page.

        EC2's operation: ``DescribeInternetGateways``.

        Args:
            ids: Only these. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"attachment.vpc-id": "vpc-1"}``).

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        return run(self._ec2_routing.ex_list_internet_gateways(ids=ids, filters=filters))

    def ex_create_internet_gateway(
        self, *, name: str | None = None, tags: Mapping[str, str] | None = None
    ) -> InternetGateway:
        """Create an internet gateway; it leads nowhere until it is attached, and a route leads to it.

        EC2's operation: ``CreateInternetGateway``.

        Args:
            name: Its display name: the tag ``Name``.
            tags: Tags to put on it.

        Raises:
            QuotaExceeded: The account may not have another one.
        """
        return run(self._ec2_routing.ex_create_internet_gateway(name=name, tags=tags))

    def ex_delete_internet_gateway(self, gateway: InternetGateway | str) -> None:
        """Delete an internet gateway, which must not be attached.

        EC2's operation: ``DeleteInternetGateway``.

        Args:
            gateway: The gateway.

        Raises:
            NotFound: It does not exist.
            Conflict: It is attached.
        """
        run(self._ec2_routing.ex_delete_internet_gateway(gateway))

    def ex_attach_internet_gateway(self, gateway: InternetGateway | str, network: Network | str) -> None:
        """Attach an internet gateway to a network.

        EC2's operation: ``AttachInternetGateway``.

        Args:
            gateway: The gateway.
            network: The network, which has none yet.

        Raises:
            NotFound: One of them does not exist.
            Conflict: The gateway is attached.
        """
        run(self._ec2_routing.ex_attach_internet_gateway(gateway, network))

    def ex_detach_internet_gateway(self, gateway: InternetGateway | str, network: Network | str) -> None:
        """Detach an internet gateway from a network.

        EC2's operation: ``DetachInternetGateway``.

        Args:
            gateway: The gateway.
            network: The network.

        Raises:
            NotFound: One of them does not exist.
            Conflict: The gateway is not attached to it, or nodes of the network have public addresses.
        """
        run(self._ec2_routing.ex_detach_internet_gateway(gateway, network))

    def ex_list_route_tables(
        self, *, ids: Sequence[RouteTable | str] | None = None, filters: Filters | None = None
    ) -> list[RouteTable]:
        """Every route table of the account in this region, from every page, with its routes.

        EC2's operation: ``DescribeRouteTables``.

        Args:
            ids: Only these. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"vpc-id": "vpc-1", "association.main": "true"}``).

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        return run(self._ec2_routing.ex_list_route_tables(ids=ids, filters=filters))

    def ex_create_route_table(
        self, network: Network | str, *, name: str | None = None, tags: Mapping[str, str] | None = None
    ) -> RouteTable:
        """Create a route table of a network, which routes within the network and nowhere else.

        EC2's operation: ``CreateRouteTable``, with a ``ClientToken``, so that a retry cannot create a second one.

        Args:
            network: The network.
            name: Its display name: the tag ``Name``.
            tags: Tags to put on it.

        Raises:
            NotFound: The network does not exist.
            QuotaExceeded: The network may not have another one.
        """
        return run(self._ec2_routing.ex_create_route_table(network, name=name, tags=tags))

    def ex_delete_route_table(self, table: RouteTable | str) -> None:
        """Delete a route table, which must be no subnet's, and not the main one.

        EC2's operation: ``DeleteRouteTable``.

        Args:
            table: The route table.

        Raises:
            NotFound: It does not exist.
            Conflict: It is a subnet's.
        """
        run(self._ec2_routing.ex_delete_route_table(table))

    def ex_associate_route_table(self, table: RouteTable | str, subnet: Subnet | str) -> str:
        """Make a route table a subnet's, instead of the network's main one.

        EC2's operation: ``AssociateRouteTable``.

        Args:
            table: The route table.
            subnet: The subnet, of the same network.

        Returns:
            The id of the association.

        Raises:
            NotFound: One of them does not exist.
            Conflict: The subnet has another one; ``ex_replace_route_table_association`` changes that.
        """
        return run(self._ec2_routing.ex_associate_route_table(table, subnet))

    def ex_dissociate_route_table(self, association: RouteTableAssociation | str) -> None:
        """Let a subnet have the network's main route table again.

        EC2's operation: ``DisassociateRouteTable``.

        Args:
            association: The association, by model or id.

        Raises:
            Conflict: There is no such association.
        """
        run(self._ec2_routing.ex_dissociate_route_table(association))

    def ex_replace_route_table_association(
        self, association: RouteTableAssociation | str, table: RouteTable | str
    ) -> str:
        """Give a subnet another route table, or a network another main one.

        EC2's operation: ``ReplaceRouteTableAssociation``.

        Args:
            association: The association as it is, by model or id.
            table: The route table that is to be in it.

        Returns:
            The id of the new association.

        Raises:
            NotFound: There is no such route table.
            Conflict: There is no such association.
        """
        return run(self._ec2_routing.ex_replace_route_table_association(association, table))

    def ex_create_route(
        self,
        table: RouteTable | str,
        destination: str,
        *,
        gateway: InternetGateway | str | None = None,
        node: Node | str | None = None,
        network_interface: NetworkInterface | str | None = None,
        nat_gateway: str | None = None,
        peering_connection: str | None = None,
        transit_gateway: str | None = None,
        egress_only_gateway: str | None = None,
    ) -> None:
        """Say where a route table sends what is for some addresses; exactly one target is given.

        EC2's operation: ``CreateRoute``.

        Args:
            table: The route table.
            destination: The addresses: an IPv4 or IPv6 block such as ``"0.0.0.0/0"``, or the id of a prefix list.
            gateway: An internet gateway, or the id of a virtual private gateway.
            node: A node with one interface, for NAT.
            network_interface: A network interface.
            nat_gateway: Id of a NAT gateway.
            peering_connection: Id of a peering connection of networks.
            transit_gateway: Id of a transit gateway.
            egress_only_gateway: Id of an egress-only internet gateway, for IPv6.

        Raises:
            NotFound: There is no such table or target.
            AlreadyExists: The table has a route for these addresses; ``ex_replace_route`` changes it.
            InvalidRequest: No target is given, or several.
        """
        run(
            self._ec2_routing.ex_create_route(
                table,
                destination,
                gateway=gateway,
                node=node,
                network_interface=network_interface,
                nat_gateway=nat_gateway,
                peering_connection=peering_connection,
                transit_gateway=transit_gateway,
                egress_only_gateway=egress_only_gateway,
            )
        )

    def ex_replace_route(
        self,
        table: RouteTable | str,
        destination: str,
        *,
        gateway: InternetGateway | str | None = None,
        node: Node | str | None = None,
        network_interface: NetworkInterface | str | None = None,
        nat_gateway: str | None = None,
        peering_connection: str | None = None,
        transit_gateway: str | None = None,
        egress_only_gateway: str | None = None,
    ) -> None:
        """Change where a route table sends what is for some addresses; exactly one target is given.

        EC2's operation: ``ReplaceRoute``.

        Args:
            table: The route table.
            destination: The addresses: an IPv4 or IPv6 block such as ``"0.0.0.0/0"``, or the id of a prefix list.
            gateway: An internet gateway, or the id of a virtual private gateway.
            node: A node with one interface, for NAT.
            network_interface: A network interface.
            nat_gateway: Id of a NAT gateway.
            peering_connection: Id of a peering connection of networks.
            transit_gateway: Id of a transit gateway.
            egress_only_gateway: Id of an egress-only internet gateway, for IPv6.

        Raises:
            NotFound: There is no such table, route or target.
            InvalidRequest: No target is given, or several.
        """
        run(
            self._ec2_routing.ex_replace_route(
                table,
                destination,
                gateway=gateway,
                node=node,
                network_interface=network_interface,
                nat_gateway=nat_gateway,
                peering_connection=peering_connection,
                transit_gateway=transit_gateway,
                egress_only_gateway=egress_only_gateway,
            )
        )

    def ex_delete_route(self, table: RouteTable | str, destination: str) -> None:
        """Delete a route.

        EC2's operation: ``DeleteRoute``.

        Args:
            table: The route table.
            destination: The addresses that the route is for.

        Raises:
            NotFound: There is no such table or route.
        """
        run(self._ec2_routing.ex_delete_route(table, destination))


class EC2Tags(Compute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Tags of anything that has tags."""

    def __init__(self, client: AsyncEC2Tags) -> None:
        super().__init__(client)
        self._ec2_tags = client

    def ex_describe_tags(self, resource: Taggable, *, filters: Filters | None = None) -> dict[str, str]:
        """Every tag of a resource.

        EC2's operation: ``DescribeTags``.

        Args:
            resource: A node, volume, snapshot, image, key pair, address, security group, network, subnet, interface,
                internet gateway, route table, launch template or spot request, or the id of anything else that has
                tags.
            filters: AWS's own filters by name, each with the values of which one must match (``{"key": "team-*"}``).

        Returns:
            The tags; empty when there are none, and when there is no such resource.

        Raises:
            InvalidRequest: AWS knows no such filter, or one has no values.
        """
        return run(self._ec2_tags.ex_describe_tags(resource, filters=filters))

    def ex_create_tags(self, resource: Taggable, tags: Mapping[str, str]) -> None:
        """Add tags to a resource; a key that it has already gets the new value.

        EC2's operation: ``CreateTags``. An empty dict sends nothing.

        Args:
            resource: As for ``ex_describe_tags``.
            tags: The tags to add.

        Raises:
            NotFound: There is no such resource; ``NodeNotFound`` and its kin where the kind is known.
        """
        run(self._ec2_tags.ex_create_tags(resource, tags))

    def ex_delete_tags(self, resource: Taggable, tags: Mapping[str, str] | Sequence[str]) -> None:
        """Remove tags from a resource; those that it does not have are passed over.

        EC2's operation: ``DeleteTags``. An empty dict or list sends nothing (to AWS it would mean every tag).

        Args:
            resource: As for ``ex_describe_tags``.
            tags: Keys to remove; or keys and values, to remove a tag only if it has that value.

        Raises:
            NotFound: There is no such resource.
        """
        run(self._ec2_tags.ex_delete_tags(resource, tags))


class EC2Account(Compute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """The account."""

    def __init__(self, client: AsyncEC2Account) -> None:
        super().__init__(client)
        self._ec2_account = client

    def ex_list_reserved_nodes(
        self, *, ids: Sequence[ReservedNode | str] | None = None, filters: Filters | None = None
    ) -> list[ReservedNode]:
        """Reserved instances that the account has bought in this region.

        EC2's operation: ``DescribeReservedInstances``.

        Args:
            ids: Only these. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match (``{"state": "active"}``).

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        return run(self._ec2_account.ex_list_reserved_nodes(ids=ids, filters=filters))

    def ex_list_regions(self, *, only_enabled: bool = True) -> list[Region]:
        """The regions of AWS's.

        EC2's operation: ``DescribeRegions``.

        Args:
            only_enabled: Leave out those that the account would have to enable first.
        """
        return run(self._ec2_account.ex_list_regions(only_enabled=only_enabled))

    def ex_describe_account_attributes(self) -> dict[str, list[str]]:
        """What AWS says of the account in this region, by AWS's names.

        EC2's operation: ``DescribeAccountAttributes``.

        Returns:
            The values of ``"default-vpc"``, ``"supported-platforms"``, ``"max-instances"`` and so on.
        """
        return run(self._ec2_account.ex_describe_account_attributes())

    def ex_get_limits(self) -> dict[str, int]:
        """How much of what the account may have in this region, by AWS's names.

        EC2's operation: ``DescribeAccountAttributes``. AWS keeps more limits in another service, Service Quotas. EC2
        does not tell how much of them is used: count what its listings give.

        Returns:
            Those of the attributes that are figures: ``"max-instances"``, ``"max-elastic-ips"``,
            ``"vpc-max-security-groups-per-interface"`` …
        """
        return run(self._ec2_account.ex_get_limits())


class EC2(
    EC2Instances,
    EC2LaunchTemplates,
    EC2Spot,
    EC2Images,
    EC2Volumes,
    EC2Addresses,
    EC2Networks,
    EC2Interfaces,
    EC2Routing,
    EC2Tags,
    EC2Account,
):
    """Amazon EC2 (Query API of 2016-11-15), and other services that speak its protocol.

    One client serves one region. ``list_nodes()`` gives terminated nodes too for as long as AWS lists
    them, which is about an hour. EC2's IPv6 addresses are globally routable, and so are public ones,
    except for those of a private pool. ``list_images()`` lists every public image there is, as AWS does;
    ``list_images(owner="self")`` lists one's own, ``owner="amazon"`` those of AWS.
    """

    credential_arguments: ClassVar[CredentialArguments] = AsyncEC2.credential_arguments

    def __init__(
        self,
        key: str | None = None,
        secret: str | Secret | None = None,
        token: str | Secret | None = None,
        *,
        region: str | None = None,
        endpoint: str | None = None,
        profile: str | None = None,
        credentials: CredentialsLike | None = None,
        _runtime: RuntimeFactory = blocking_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is read or sent until it is used.

        Args:
            key: Access key id. Without it and ``credentials``, credentials are looked for as AWS's
                own tools do: environment, shared files, and with ``cumuli[aws]`` the rest.
            secret: Secret access key.
            token: Session token of temporary credentials.
            region: Region's name. Default: ``AWS_REGION``, ``AWS_DEFAULT_REGION``, the profile's.
            endpoint: URL of another service that speaks the protocol. Default:
                ``AWS_ENDPOINT_URL_EC2``, ``AWS_ENDPOINT_URL``, the profile's, AWS's own.
            profile: Profile of AWS's shared files. Default: ``AWS_PROFILE``, or ``default``.
            credentials: ``AWSCredentials``, a provider or a function that finds them, instead of key,
                secret and token.
            _runtime: What does the I/O.
            **options: What every client takes; see ``ClientOptions``.

        Raises:
            ConfigurationError: The arguments contradict each other, or cannot be right.
        """
        self._ec2 = AsyncEC2(
            key,
            secret,
            token,
            region=region,
            endpoint=endpoint,
            profile=profile,
            credentials=credentials,
            _runtime=_runtime,
            **options,
        )
        super().__init__(self._ec2)

    def ex_get_caller_identity(self) -> CallerIdentity:
        """Who AWS takes this client for: its account, and the user or role. Every key may ask that.

        The operation of AWS's Security Token Service: ``GetCallerIdentity``. A client with an ``endpoint`` of its own
        asks there, unless ``AWS_ENDPOINT_URL_STS`` names another.

        Raises:
            AuthenticationError: AWS does not know the key, the secret is wrong, or the token has ended.
        """
        return run(self._ec2.ex_get_caller_identity())

    def ex_call(self, action: str, **params: object) -> dict[str, XMLValue]:
        """Make any call of EC2's, signed, and give its answer.

        For operations that have no method here. Parameters have AWS's names on the wire: lists go to
        names in the singular (``InstanceId=["i-1", "i-2"]``), structures are dicts
        (``Filter=[{"Name": "vpc-id", "Value": ["vpc-1"]}]``), bytes are sent in base64.

        EC2's operation: the one that is named. Calls that only read (``Describe…``, ``Get…``, ``List…``,
        ``Search…``) and calls with a ``ClientToken`` are retried; others are not repeated once they may
        have taken effect.

        Args:
            action: Name of the operation, such as ``"DescribeRegions"``.
            **params: Its parameters; those that are None are not sent.

        Returns:
            The answer's elements by name: text, dicts, and lists for what has ``item`` elements. Nothing
            is converted; what is empty is ``""``.

        Raises:
            InvalidRequest: AWS knows no such operation, or a parameter is wrong.
        """
        return run(self._ec2.ex_call(action, **params))
