"""``EC2Networks``: the part of EC2's client that is about zones, networks and security groups.

Generated from aio_networks.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.compute.client import Compute
from cumuli.providers.aws.ec2.aio_networks import AsyncEC2Networks
from cumuli.providers.aws.ec2.models import (
    AvailabilityZone,
    EC2Node,
    EC2Volume,
    Network,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
)
from cumuli.runtime.blocking.drive import run

__all__ = ["EC2Networks"]


class EC2Networks(Compute[EC2Node, EC2Volume]):
    """Zones, networks (VPCs), subnets and security groups."""

    def __init__(self, client: AsyncEC2Networks) -> None:
        super().__init__(client)
        self._ec2_networks = client

    def ex_list_availability_zones(self, *, only_available: bool = True) -> list[AvailabilityZone]:
        """The availability zones of this region that the account has enabled.

        EC2's operation: ``DescribeAvailabilityZones``.

        Args:
            only_available: Leave out those that AWS does not call available.
        """
        return run(self._ec2_networks.ex_list_availability_zones(only_available=only_available))

    def ex_list_networks(self, *, ids: Sequence[Network | str] | None = None) -> list[Network]:
        """Every network (VPC) of the account in this region, from every page.

        EC2's operation: ``DescribeVpcs``.

        Args:
            ids: Only these. An empty list gives an empty list, without a call.

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        return run(self._ec2_networks.ex_list_networks(ids=ids))

    def ex_list_subnets(
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
        return run(self._ec2_networks.ex_list_subnets(network=network, ids=ids))

    def ex_list_security_groups(
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
        return run(self._ec2_networks.ex_list_security_groups(network=network, ids=ids))

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
