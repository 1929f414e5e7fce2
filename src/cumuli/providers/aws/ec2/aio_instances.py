"""``AsyncEC2Instances``: the part of EC2's client that is about instances."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from os import PathLike
from typing import Any, Literal

import msgspec

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_tags, id_of, ids_of, optional_id_of
from cumuli.compute.auth import Auth
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.deploying import Given, OnProgress, PrivateKey, SSHInterface
from cumuli.compute.models import KeyPair, Node, NodeImage, NodeLocation, NodeSize, NodeState
from cumuli.deploy.results import Deployment
from cumuli.deploy.steps import Steps
from cumuli.errors import InvalidRequest
from cumuli.providers.aws.ec2.arguments import Filters, check_interfaces, checked_filters, own_id, own_ids, user_data_of
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.models import (
    BlockDeviceMapping,
    ConsoleOutput,
    EC2Image,
    EC2Node,
    EC2NodeSpec,
    EC2Snapshot,
    EC2Volume,
    InterfaceSpec,
    LaunchTemplate,
    MetadataOptions,
    PlacementGroup,
    SecurityGroup,
    SpotOptions,
    Subnet,
)
from cumuli.secret import Secret

__all__ = ["AsyncEC2Instances"]

MAX_CLIENT_TOKEN = 64
# Stands for a size or image that is not said while the other arguments are checked.
BY_TEMPLATE = "by-template"


class AsyncEC2Instances(AsyncCompute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Instances."""

    _ec2: EC2Driver

    async def list_nodes(
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
        listing = self.iterate_nodes(ids=ids, name=name, state=state, tags=tags, ex_filters=ex_filters)
        return [node async for node in listing]

    def iterate_nodes(
        self,
        *,
        ids: Sequence[Node | str] | None = None,
        name: str | None = None,
        state: NodeState | str | Collection[NodeState | str] | None = None,
        tags: Mapping[str, str | None] | None = None,
        ex_filters: Filters | None = None,
    ) -> AsyncIterator[EC2Node]:
        """As ``list_nodes``, lazily: the first node is given while later pages are still unread."""
        chosen = None if ids is None else ids_of(ids, Node, self.provider)
        wanted = self._wanted(ComputeCapability.LIST_NODES_TAGS, NodeState, name=name, state=state, tags=tags)
        matching = checked_filters(ex_filters)
        return self._listing(
            ComputeCapability.LIST_NODES,
            lambda cursor: self._ec2.instances.list_nodes(ids=chosen, cursor=cursor, wanted=wanted, matching=matching),
            empty=chosen == [],
            wanted=wanted,
        )

    async def create_node(
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
        spec = EC2NodeSpec(
            **self._portable_arguments(
                name, size, image, location, auth, tags, ex_metadata, ex_keyname, ex_launch_template
            ),
            client_token=_client_token(ex_clienttoken),
            key_name=optional_id_of(ex_keyname, KeyPair, self.provider),
            security_groups=tuple(own_ids(ex_security_groups, SecurityGroup)),
            subnet=None if ex_subnet is None else own_id(ex_subnet, Subnet),
            user_data=None if ex_userdata is None else user_data_of(ex_userdata),
            iam_profile=ex_iamprofile,
            block_devices=tuple(ex_blockdevicemappings),
            assign_public_ip=ex_assign_public_ip,
            terminate_on_shutdown=ex_terminate_on_shutdown,
            launch_template=None if ex_launch_template is None else own_id(ex_launch_template, LaunchTemplate),
            launch_template_version=ex_launch_template_version,
            spot=SpotOptions() if ex_spot is True else ex_spot or None,
            placement_group=None if ex_placement_group is None else own_id(ex_placement_group, PlacementGroup),
            metadata_options=ex_metadata_options,
            monitoring=ex_monitoring,
            ebs_optimized=ex_ebs_optimized,
            volume_tags=checked_tags(ex_volume_tags),
            interface_tags=checked_tags(ex_interface_tags),
            interfaces=tuple(ex_network_interfaces),
            private_ip=ex_private_ip,
            ipv6_addresses=tuple(ex_ipv6_addresses),
            ipv6_address_count=ex_ipv6_address_count,
        )
        check_interfaces(spec)
        return await self._create_node(spec)

    async def deploy_node(
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
        return await self._deploy_node(
            name,
            lambda tags, user_data: self.create_node(
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
                ex_userdata=ex_userdata if user_data is None else user_data,
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
            ),
            Given(
                deploy=deploy,
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
            ),
            auth=auth,
            tags=tags,
            takes_user_data=True,
            has_user_data=ex_userdata is not None,
        )

    async def ex_create_nodes(
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
        if count < 1:
            raise InvalidRequest(f"count is {count}; it takes a whole number, at least 1")
        if minimum is not None and not 1 <= minimum <= count:
            raise InvalidRequest(f"minimum is {minimum}; it takes a whole number from 1 to count, which is {count}")
        spec = EC2NodeSpec(
            **self._portable_arguments(
                name, size, image, location, auth, tags, ex_metadata, ex_keyname, ex_launch_template
            ),
            count=count,
            minimum=minimum,
            client_token=_client_token(ex_clienttoken),
            key_name=optional_id_of(ex_keyname, KeyPair, self.provider),
            security_groups=tuple(own_ids(ex_security_groups, SecurityGroup)),
            subnet=None if ex_subnet is None else own_id(ex_subnet, Subnet),
            user_data=None if ex_userdata is None else user_data_of(ex_userdata),
            iam_profile=ex_iamprofile,
            block_devices=tuple(ex_blockdevicemappings),
            assign_public_ip=ex_assign_public_ip,
            terminate_on_shutdown=ex_terminate_on_shutdown,
            launch_template=None if ex_launch_template is None else own_id(ex_launch_template, LaunchTemplate),
            launch_template_version=ex_launch_template_version,
            spot=SpotOptions() if ex_spot is True else ex_spot or None,
            placement_group=None if ex_placement_group is None else own_id(ex_placement_group, PlacementGroup),
            metadata_options=ex_metadata_options,
            monitoring=ex_monitoring,
            ebs_optimized=ex_ebs_optimized,
            volume_tags=checked_tags(ex_volume_tags),
            interface_tags=checked_tags(ex_interface_tags),
            interfaces=tuple(ex_network_interfaces),
            private_ip=ex_private_ip,
            ipv6_addresses=tuple(ex_ipv6_addresses),
            ipv6_address_count=ex_ipv6_address_count,
        )
        check_interfaces(spec)
        nodes = await self._do(self._ec2.instances.create_nodes(spec))
        for node in nodes:
            self._remember(node)
        return nodes

    def _portable_arguments(
        self,
        name: str,
        size: NodeSize | str | None,
        image: NodeImage | str | None,
        location: NodeLocation | str | None,
        auth: Auth | None,
        tags: Mapping[str, str] | None,
        metadata: Mapping[str, str] | None,
        key_name: KeyPair | str | None,
        template: LaunchTemplate | str | None,
    ) -> dict[str, Any]:
        """The checked arguments that ``create_node`` has for every provider: the fields of a ``NodeSpec``."""
        merged = {**checked_tags(metadata), **checked_tags(tags)}
        if template is None and (size is None or image is None):
            raise InvalidRequest(
                "size and image may be None only where a launch template says them: ex_launch_template="
            )
        spec = self._node_spec(
            name,
            BY_TEMPLATE if size is None else size,
            BY_TEMPLATE if image is None else image,
            location,
            auth,
            merged,
        )
        if merged.get("Name", name) != name:
            raise InvalidRequest(f"the tag Name is the node's name, which is {name!r}: leave it out of the tags")
        if auth is not None and key_name is not None:
            raise InvalidRequest("give either auth=SSHKey(text) or ex_keyname, not both: a node has one key pair")
        fields = msgspec.structs.asdict(spec)
        return {**fields, "size": "" if size is None else spec.size, "image": "" if image is None else spec.image}

    async def list_sizes(
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
        place = optional_id_of(location, NodeLocation, self.provider)
        matching = checked_filters(ex_filters)
        listing = self._listing(
            ComputeCapability.LIST_SIZES,
            lambda cursor: self._ec2.sizes.list_sizes(location=place, cursor=cursor, matching=matching),
        )
        return [size async for size in listing]

    async def list_key_pairs(self, *, ex_filters: Filters | None = None) -> list[KeyPair]:
        """Every key pair of the account in this region, or those that match.

        EC2's operation: ``DescribeKeyPairs``.

        Args:
            ex_filters: AWS's own filters by name, each with the values of which one must match
                (``{"key-name": "web-*", "tag:team": "a"}``); ``*`` and ``?`` are wildcards.

        Raises:
            InvalidRequest: AWS knows no such filter, or one has no values.
        """
        matching = checked_filters(ex_filters)
        listing = self._listing(
            ComputeCapability.LIST_KEY_PAIRS,
            lambda cursor: self._ec2.keys.list_key_pairs(cursor=cursor, matching=matching),
        )
        return [pair async for pair in listing]

    async def ex_modify_instance_attribute(
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
        values: dict[str, object] = {
            "InstanceType": None if size is None else {"Value": id_of(size, NodeSize, self.provider)},
            "GroupId": None if security_groups is None else own_ids(security_groups, SecurityGroup),
            "DisableApiTermination": _value(disable_api_termination),
            "DisableApiStop": _value(disable_api_stop),
            "SourceDestCheck": _value(source_dest_check),
            "EbsOptimized": _value(ebs_optimized),
            "EnaSupport": _value(ena_support),
        }
        attributes: list[dict[str, object]] = [{name: value} for name, value in values.items() if value is not None]
        # The older of AWS's two ways, which other servers of its protocol understand better for these two.
        if user_data is not None:
            attributes.append({"Attribute": "userData", "Value": user_data_of(user_data)})
        if shutdown_behavior is not None:
            attributes.append({"Attribute": "instanceInitiatedShutdownBehavior", "Value": shutdown_behavior})
        if len(attributes) != 1:
            raise InvalidRequest(f"{len(attributes)} attributes are given; EC2 changes exactly one in each call")
        if values["GroupId"] == []:
            raise InvalidRequest("security_groups is empty; a node has at least one security group")
        node_id = id_of(node, Node, self.provider)
        await self._do(self._ec2.instances.modify_instance_attribute(node_id, attributes[0]))

    async def ex_change_node_size(self, node: Node | str, size: NodeSize | str) -> None:
        """Make a stopped node another size.

        EC2's operation: ``ModifyInstanceAttribute`` (``InstanceType``).

        Args:
            node: The node, stopped.
            size: Its new size.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is not stopped.
        """
        await self.ex_modify_instance_attribute(node, size=size)

    async def ex_modify_instance_metadata_options(self, node: Node | str, options: MetadataOptions) -> MetadataOptions:
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
        node_id = id_of(node, Node, self.provider)
        return await self._do(self._ec2.instances.modify_metadata_options(node_id, options))

    async def ex_monitor_nodes(self, nodes: Sequence[Node | str]) -> None:
        """Monitor nodes in detail from now on, by the minute, which costs.

        EC2's operation: ``MonitorInstances``. An empty list sends nothing.

        Args:
            nodes: The nodes; their ``monitoring`` is ``"pending"`` and then ``"enabled"``.

        Raises:
            NodeNotFound: One of them does not exist.
        """
        await self._monitor(nodes, enabled=True)

    async def ex_unmonitor_nodes(self, nodes: Sequence[Node | str]) -> None:
        """Monitor nodes no longer in detail, but every five minutes.

        EC2's operation: ``UnmonitorInstances``. An empty list sends nothing.

        Args:
            nodes: The nodes; their ``monitoring`` is ``"disabling"`` and then ``"disabled"``.

        Raises:
            NodeNotFound: One of them does not exist.
        """
        await self._monitor(nodes, enabled=False)

    async def _monitor(self, nodes: Sequence[Node | str], *, enabled: bool) -> None:
        node_ids = ids_of(nodes, Node, self.provider)
        if node_ids:
            await self._do(self._ec2.instances.monitor(node_ids, enabled=enabled))

    async def ex_get_console_output(self, node: Node | str, *, latest: bool = False) -> ConsoleOutput:
        """What a node printed on its console, the last 64 KiB of it.

        EC2's operation: ``GetConsoleOutput``.

        Args:
            node: The node.
            latest: What it has printed up to now rather than what AWS kept of its start; only some sizes can.

        Raises:
            NodeNotFound: It does not exist.
        """
        return await self._do(self._ec2.instances.get_console_output(id_of(node, Node, self.provider), latest=latest))


def _client_token(given: str | None) -> str | None:
    if given is not None and not (given.isascii() and 0 < len(given) <= MAX_CLIENT_TOKEN):
        raise InvalidRequest(f"a client token has 1 to {MAX_CLIENT_TOKEN} ASCII characters")
    return given


def _value(value: object) -> dict[str, object] | None:
    return None if value is None else {"Value": value}
