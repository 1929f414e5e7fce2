"""``AsyncEC2Networks``: the part of EC2's client that is about zones, networks and security groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_name, checked_tags, optional_id_of
from cumuli.compute.models import NodeLocation
from cumuli.errors import InvalidRequest
from cumuli.providers.aws.ec2.arguments import Filters, checked_filters, only, own_id, own_ids, tags_beside
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.models import (
    AvailabilityZone,
    EC2Image,
    EC2Node,
    EC2Snapshot,
    EC2Volume,
    Network,
    NetworkAttributes,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
)
from cumuli.providers.aws.ec2.security_groups import Direction, check_rule

__all__ = ["AsyncEC2Networks"]


class AsyncEC2Networks(AsyncCompute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Zones, networks (VPCs), subnets and security groups."""

    _ec2: EC2Driver

    async def ex_list_availability_zones(
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
        matching = checked_filters(filters)
        return await self._do(self._ec2.networks.list_zones(only_available=only_available, matching=matching))

    async def ex_list_networks(
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
        wanted = None if ids is None else own_ids(ids, Network)
        if wanted == []:
            return []
        matching = checked_filters(filters)
        pages = self._pages(
            lambda cursor: self._ec2.networks.list_networks(ids=wanted, matching=matching, cursor=cursor), key=_id
        )
        return [network async for network in pages]

    async def ex_list_subnets(
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
        wanted = None if ids is None else own_ids(ids, Subnet)
        if wanted == []:
            return []
        matching = _in_network(network, filters)
        pages = self._pages(
            lambda cursor: self._ec2.networks.list_subnets(ids=wanted, matching=matching, cursor=cursor), key=_id
        )
        return [subnet async for subnet in pages]

    async def ex_list_security_groups(
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
        wanted = None if ids is None else own_ids(ids, SecurityGroup)
        if wanted == []:
            return []
        matching = _in_network(network, filters)
        pages = self._pages(
            lambda cursor: self._ec2.security_groups.list_security_groups(ids=wanted, matching=matching, cursor=cursor),
            key=_id,
        )
        return [group async for group in pages]

    async def ex_create_network(
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
        parameters: dict[str, object] = {
            "CidrBlock": checked_name(cidr, "a block of addresses"),
            "InstanceTenancy": tenancy,
            "AmazonProvidedIpv6CidrBlock": ipv6 or None,
        }
        return await self._make(
            self._ec2.networks.create_network(parameters, name=name or "", tags=tags_beside(name, tags))
        )

    async def ex_delete_network(self, network: Network | str) -> None:
        """Delete a network (VPC); its subnets, gateways and interfaces have to be gone.

        EC2's operation: ``DeleteVpc``.

        Args:
            network: The network.

        Raises:
            NotFound: It does not exist.
            Conflict: Something is in it.
        """
        await self._do(self._ec2.networks.delete_network(own_id(network, Network)))

    async def ex_get_network_attributes(self, network: Network | str) -> NetworkAttributes:
        """What names the nodes of a network (VPC) have.

        EC2's operation: ``DescribeVpcAttribute``, twice.

        Args:
            network: The network.

        Raises:
            NotFound: It does not exist.
        """
        return await self._do(self._ec2.networks.network_attributes(own_id(network, Network)))

    async def ex_modify_network_attribute(
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
        given = only({"EnableDnsSupport": dns_support, "EnableDnsHostnames": dns_hostnames}, "attributes")
        attribute = {name: {"Value": value} for name, value in given.items()}
        await self._do(self._ec2.networks.modify_network(own_id(network, Network), attribute))

    async def ex_create_subnet(
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
        parameters: dict[str, object] = {
            "VpcId": own_id(network, Network),
            "CidrBlock": checked_name(cidr, "a block of addresses"),
            "AvailabilityZone": optional_id_of(location, NodeLocation, self.provider),
            "Ipv6CidrBlock": ipv6_cidr,
        }
        return await self._make(
            self._ec2.networks.create_subnet(parameters, name=name or "", tags=tags_beside(name, tags))
        )

    async def ex_delete_subnet(self, subnet: Subnet | str) -> None:
        """Delete a subnet, which must be empty.

        EC2's operation: ``DeleteSubnet``.

        Args:
            subnet: The subnet.

        Raises:
            NotFound: It does not exist.
            Conflict: Nodes or interfaces are in it.
        """
        await self._do(self._ec2.networks.delete_subnet(own_id(subnet, Subnet)))

    async def ex_modify_subnet_attribute(
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
        values = {
            "MapPublicIpOnLaunch": assign_public_ip,
            "AssignIpv6AddressOnCreation": assign_ipv6,
            "EnableDns64": dns64,
        }
        attribute = {name: {"Value": value} for name, value in only(values, "attributes").items()}
        await self._do(self._ec2.networks.modify_subnet(own_id(subnet, Subnet), attribute))

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

    async def ex_authorize_security_group_permissive(self, group: SecurityGroup | str) -> None:
        """Let everything in, from everywhere, by IPv4 and IPv6: for tests, and for groups behind another firewall.

        EC2's operation: ``AuthorizeSecurityGroupIngress``, twice. What it lets in already is no error, so that it
        may be called again.

        Args:
            group: The security group.

        Raises:
            NotFound: The group does not exist.
        """
        await self._do(self._ec2.security_groups.authorize_everything(own_id(group, SecurityGroup)))

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


def _in_network(network: Network | str | None, filters: Filters | None) -> Filters:
    """The filters, and the network besides."""
    there = {} if network is None else {"vpc-id": [own_id(network, Network)]}
    return {**checked_filters(filters), **there}


def _id(item: Network | Subnet | SecurityGroup) -> str:
    return item.id
