"""``AsyncEC2LaunchTemplates``: the part of EC2's client that is about launch templates and placement groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_name, checked_tags, optional_id_of
from cumuli.compute.models import KeyPair, NodeImage, NodeLocation, NodeSize
from cumuli.errors import InvalidRequest
from cumuli.providers.aws.ec2.arguments import Filters, check_interfaces, checked_filters, own_id, own_ids, user_data_of
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.models import (
    BlockDeviceMapping,
    EC2Image,
    EC2Node,
    EC2NodeSpec,
    EC2Snapshot,
    EC2Volume,
    InterfaceSpec,
    LaunchTemplate,
    LaunchTemplateVersion,
    MetadataOptions,
    PlacementGroup,
    SecurityGroup,
    SpotOptions,
    Subnet,
)

__all__ = ["AsyncEC2LaunchTemplates", "Version"]

Version = LaunchTemplateVersion | int | str
"""A version of a launch template: its model or its number; a listing takes ``"$Latest"`` and ``"$Default"`` as well."""


class AsyncEC2LaunchTemplates(AsyncCompute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Launch templates and placement groups."""

    _ec2: EC2Driver

    async def ex_list_launch_templates(
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
        wanted = None if ids is None else own_ids(ids, LaunchTemplate)
        if wanted == []:
            return []
        matching = checked_filters(filters)
        pages = self._pages(
            lambda cursor: self._ec2.launch_templates.list_templates(ids=wanted, matching=matching, cursor=cursor),
            key=lambda template: template.id,
        )
        return [template async for template in pages]

    async def ex_create_launch_template(
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
        spec = EC2NodeSpec(
            name="",
            size=optional_id_of(size, NodeSize, self.provider) or "",
            image=optional_id_of(image, NodeImage, self.provider) or "",
            location=optional_id_of(location, NodeLocation, self.provider),
            tags=checked_tags(node_tags),
            key_name=optional_id_of(key_name, KeyPair, self.provider),
            security_groups=tuple(own_ids(security_groups, SecurityGroup)),
            subnet=None if subnet is None else own_id(subnet, Subnet),
            user_data=None if user_data is None else user_data_of(user_data),
            iam_profile=iam_profile,
            block_devices=tuple(block_devices),
            assign_public_ip=assign_public_ip,
            terminate_on_shutdown=terminate_on_shutdown,
            spot=SpotOptions() if spot is True else spot or None,
            placement_group=None if placement_group is None else own_id(placement_group, PlacementGroup),
            metadata_options=metadata_options,
            monitoring=monitoring,
            ebs_optimized=ebs_optimized,
            volume_tags=checked_tags(volume_tags),
            interface_tags=checked_tags(interface_tags),
            interfaces=tuple(network_interfaces),
            private_ip=private_ip,
            ipv6_addresses=tuple(ipv6_addresses),
            ipv6_address_count=ipv6_address_count,
        )
        check_interfaces(spec)
        return await self._make(
            self._ec2.launch_templates.create_template(
                name=checked_name(name, "a launch template"),
                spec=spec,
                description=description,
                tags=checked_tags(tags),
            )
        )

    async def ex_list_launch_template_versions(
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
        template_id = own_id(template, LaunchTemplate)
        if versions is not None and not versions:
            return []
        wanted = [] if versions is None else _numbers(versions)
        matching = checked_filters(filters)
        pages = self._pages(
            lambda cursor: self._ec2.launch_templates.list_versions(
                template_id, versions=wanted, matching=matching, cursor=cursor
            ),
            key=lambda version: version.id,
        )
        return [version async for version in pages]

    async def ex_create_launch_template_version(
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
        spec = EC2NodeSpec(
            name="",
            size=optional_id_of(size, NodeSize, self.provider) or "",
            image=optional_id_of(image, NodeImage, self.provider) or "",
            location=optional_id_of(location, NodeLocation, self.provider),
            tags=checked_tags(node_tags),
            key_name=optional_id_of(key_name, KeyPair, self.provider),
            security_groups=tuple(own_ids(security_groups, SecurityGroup)),
            subnet=None if subnet is None else own_id(subnet, Subnet),
            user_data=None if user_data is None else user_data_of(user_data),
            iam_profile=iam_profile,
            block_devices=tuple(block_devices),
            assign_public_ip=assign_public_ip,
            terminate_on_shutdown=terminate_on_shutdown,
            spot=SpotOptions() if spot is True else spot or None,
            placement_group=None if placement_group is None else own_id(placement_group, PlacementGroup),
            metadata_options=metadata_options,
            monitoring=monitoring,
            ebs_optimized=ebs_optimized,
            volume_tags=checked_tags(volume_tags),
            interface_tags=checked_tags(interface_tags),
            interfaces=tuple(network_interfaces),
            private_ip=private_ip,
            ipv6_addresses=tuple(ipv6_addresses),
            ipv6_address_count=ipv6_address_count,
        )
        check_interfaces(spec)
        return await self._do(
            self._ec2.launch_templates.create_version(
                own_id(template, LaunchTemplate),
                spec=spec,
                source=None if source_version is None else _number(source_version),
                description=description,
            )
        )

    async def ex_set_default_launch_template_version(
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
        template_id = own_id(template, LaunchTemplate)
        return await self._do(self._ec2.launch_templates.set_default_version(template_id, _number(version)))

    async def ex_delete_launch_template_versions(
        self, template: LaunchTemplate | str, versions: Sequence[Version]
    ) -> None:
        """Delete versions of a launch template, up to 200; the default one cannot be deleted.

        EC2's operation: ``DeleteLaunchTemplateVersions``. An empty list sends nothing.

        Args:
            template: The launch template, by model, id or name.
            versions: The versions, by model or number.

        Raises:
            NotFound: The template does not exist. A version that does not is no error.
            Conflict: Some could not be deleted; the message names them, with AWS's reasons. The others are deleted.
        """
        template_id, wanted = own_id(template, LaunchTemplate), _numbers(versions)
        if wanted:
            await self._do(self._ec2.launch_templates.delete_versions(template_id, wanted))

    async def ex_delete_launch_template(self, template: LaunchTemplate | str) -> None:
        """Delete a launch template with all of its versions; nodes that were launched by it stay.

        EC2's operation: ``DeleteLaunchTemplate``.

        Args:
            template: The launch template, by model, id or name.

        Raises:
            NotFound: It does not exist.
        """
        await self._do(self._ec2.launch_templates.delete_template(own_id(template, LaunchTemplate)))

    async def ex_list_placement_groups(
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
        wanted = None if names is None else own_ids(names, PlacementGroup)
        if wanted == []:
            return []
        return await self._do(self._ec2.placement_groups.list_groups(names=wanted, matching=checked_filters(filters)))

    async def ex_create_placement_group(
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
        return await self._make(
            self._ec2.placement_groups.create_group(
                name=checked_name(name, "a placement group"),
                strategy=strategy,
                partition_count=partition_count,
                spread_level=spread_level,
                tags=checked_tags(tags),
            )
        )

    async def ex_delete_placement_group(self, group: PlacementGroup | str) -> None:
        """Delete a placement group, which must have no nodes.

        EC2's operation: ``DeletePlacementGroup``.

        Args:
            group: The placement group, by model or name.

        Raises:
            NotFound: It does not exist.
            Conflict: Nodes are in it.
        """
        await self._do(self._ec2.placement_groups.delete_group(own_id(group, PlacementGroup)))


def _number(version: Version) -> str:
    """What AWS calls a version."""
    if isinstance(version, LaunchTemplateVersion):
        return str(version.number)
    if not version or isinstance(version, bool):
        raise InvalidRequest(f"{version!r} is no version of a launch template; versions are counted from 1")
    return str(version)


def _numbers(versions: Sequence[Version]) -> list[str]:
    if isinstance(versions, str):
        raise InvalidRequest(f"give a list of versions, not the single text {versions!r}")
    return list(dict.fromkeys(_number(version) for version in versions))
