"""``AsyncEC2Networks``: the part of EC2's client that is about zones, networks and security groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_name, checked_tags
from cumuli.errors import InvalidRequest
from cumuli.providers.aws.ec2.arguments import own_id, own_ids
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.models import (
    AvailabilityZone,
    EC2Image,
    EC2Node,
    EC2Snapshot,
    EC2Volume,
    Network,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
)
from cumuli.providers.aws.ec2.security_groups import Direction, check_rule

__all__ = ["AsyncEC2Networks"]


class AsyncEC2Networks(AsyncCompute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Zones, networks (VPCs), subnets and security groups."""

    _ec2: EC2Driver

    async def ex_list_availability_zones(self, *, only_available: bool = True) -> list[AvailabilityZone]:
        """The availability zones of this region that the account has enabled.

        EC2's operation: ``DescribeAvailabilityZones``.

        Args:
            only_available: Leave out those that AWS does not call available.
        """
        return await self._do(self._ec2.networks.list_zones(only_available=only_available))

    async def ex_list_networks(self, *, ids: Sequence[Network | str] | None = None) -> list[Network]:
        """Every network (VPC) of the account in this region, from every page.

        EC2's operation: ``DescribeVpcs``.

        Args:
            ids: Only these. An empty list gives an empty list, without a call.

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        wanted = None if ids is None else own_ids(ids, Network)
        if wanted == []:
            return []
        pages = self._pages(lambda cursor: self._ec2.networks.list_networks(ids=wanted, cursor=cursor), key=_id)
        return [network async for network in pages]

    async def ex_list_subnets(
        self, *, network: Network | str | None = None, ids: Sequence[Subnet | str] | None = None
    ) -> list[Subnet]:
        """Every subnet of the account in this region, or of one network, from every page.

        EC2's operation: ``DescribeSubnets``.

        Args:
            network: Only subnets of this network.
            ids: Only these. An empty list gives an empty list, without a call.

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        wanted = None if ids is None else own_ids(ids, Subnet)
        if wanted == []:
            return []
        matching = {"vpc-id": None if network is None else own_id(network, Network)}
        pages = self._pages(
            lambda cursor: self._ec2.networks.list_subnets(ids=wanted, matching=matching, cursor=cursor), key=_id
        )
        return [subnet async for subnet in pages]

    async def ex_list_security_groups(
        self, *, network: Network | str | None = None, ids: Sequence[SecurityGroup | str] | None = None
    ) -> list[SecurityGroup]:
        """Every security group of the account in this region, or of one network, with its rules.

        EC2's operation: ``DescribeSecurityGroups``.

        Args:
            network: Only groups of this network.
            ids: Only these. An empty list gives an empty list, without a call.

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        wanted = None if ids is None else own_ids(ids, SecurityGroup)
        if wanted == []:
            return []
        matching = {} if network is None else {"vpc-id": own_id(network, Network)}
        pages = self._pages(
            lambda cursor: self._ec2.security_groups.list_security_groups(ids=wanted, matching=matching, cursor=cursor),
            key=_id,
        )
        return [group async for group in pages]

    async def ex_create_security_group(
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
        return await self._make(
            self._ec2.security_groups.create_security_group(
                name=checked_name(name, "a security group"),
                description=description or name,
                network=None if network is None else own_id(network, Network),
                tags=checked_tags(tags),
            )
        )

    async def ex_authorize_security_group_ingress(
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
        await self._change_rules("Ingress", group, rules, allow=True)

    async def ex_authorize_security_group_egress(
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
        await self._change_rules("Egress", group, rules, allow=True)

    async def ex_revoke_security_group_ingress(
        self, group: SecurityGroup | str, rules: Sequence[SecurityGroupRule]
    ) -> None:
        """No longer let traffic in.

        EC2's operation: ``RevokeSecurityGroupIngress``. An empty list sends nothing.

        Args:
            group: The security group.
            rules: The rules to remove, exactly as they were added.

        Raises:
            NotFound: The group does not exist, or has no such rule.
        """
        await self._change_rules("Ingress", group, rules, allow=False)

    async def ex_revoke_security_group_egress(
        self, group: SecurityGroup | str, rules: Sequence[SecurityGroupRule]
    ) -> None:
        """No longer let traffic out.

        EC2's operation: ``RevokeSecurityGroupEgress``. An empty list sends nothing.

        Args:
            group: The security group.
            rules: The rules to remove, exactly as they were added.

        Raises:
            NotFound: The group does not exist, or has no such rule.
        """
        await self._change_rules("Egress", group, rules, allow=False)

    async def ex_delete_security_group(self, group: SecurityGroup | str) -> None:
        """Delete a security group.

        EC2's operation: ``DeleteSecurityGroup``.

        Raises:
            NotFound: It does not exist.
            Conflict: A node, an interface or another group's rule still uses it.
        """
        await self._do(self._ec2.security_groups.delete_security_group(own_id(group, SecurityGroup)))

    async def _change_rules(
        self, direction: Direction, group: SecurityGroup | str, rules: Sequence[SecurityGroupRule], *, allow: bool
    ) -> None:
        if isinstance(rules, SecurityGroupRule):
            raise InvalidRequest("give a list of rules, even for one rule")
        checked = [check_rule(rule) for rule in rules]
        group_id = own_id(group, SecurityGroup)
        if not checked:
            return
        groups = self._ec2.security_groups
        change = groups.authorize_security_group if allow else groups.revoke_security_group
        await self._do(change(direction, group_id, checked))


def _id(item: Network | Subnet | SecurityGroup) -> str:
    return item.id
