"""Zones, networks (VPCs) and subnets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.calls.lost_answers import deleting
from cumuli.calls.paging import Page
from cumuli.compute.models import NodeLocation
from cumuli.errors import NotFound
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import EC2Calls, named, next_cursor, page_of, tag_specification, tags_of
from cumuli.providers.aws.ec2.models import PROVIDER, AvailabilityZone, Network, NetworkAttributes, Subnet
from cumuli.providers.aws.query import filters

__all__ = ["Networks"]


class Networks:
    """The calls on zones, networks and subnets."""

    def __init__(self, calls: EC2Calls) -> None:
        self._calls = calls

    async def list_locations(self, *, cursor: str | None) -> Page[NodeLocation]:
        zones = await self.list_zones(only_available=True)
        return Page(
            [NodeLocation(id=zone.name, name=zone.name, provider=PROVIDER, region=zone.region) for zone in zones]
        )

    async def list_zones(self, *, only_available: bool, matching: Filters | None = None) -> list[AvailabilityZone]:
        answer = await self._calls.ask(
            wire.DescribeAvailabilityZonesResponse,
            {"Filter": filters({**(matching or {}), **({"state": "available"} if only_available else {})})},
            whole=False,
        )
        return [
            AvailabilityZone(
                name=item.zone_name,
                zone_id=item.zone_id,
                state=item.zone_state,
                region=item.region_name,
                type=item.zone_type,
                messages=tuple(message.message for message in item.message_set),
            )
            for item in answer.availability_zone_info
        ]

    async def some_zone(self) -> str:
        """A zone for whoever does not care which."""
        zones = await self.list_zones(only_available=True)
        # Local and wavelength zones lack much of what the others offer.
        for zone in zones:
            if zone.type in {"", "availability-zone"}:
                return zone.name
        raise NotFound("this region has no available zone; give location=")

    async def list_networks(self, *, ids: Sequence[str] | None, matching: Filters, cursor: str | None) -> Page[Network]:
        answer = await self._calls.ask(
            wire.DescribeVpcsResponse,
            {**page_of("VpcId", ids, cursor), "Filter": filters(matching)},
            whole=ids is not None,
        )
        return Page([network_of(item) for item in answer.vpc_set], next_cursor(ids, cursor, answer.next_token))

    async def list_subnets(self, *, ids: Sequence[str] | None, matching: Filters, cursor: str | None) -> Page[Subnet]:
        answer = await self._calls.ask(
            wire.DescribeSubnetsResponse,
            {**page_of("SubnetId", ids, cursor), "Filter": filters(matching)},
            whole=ids is not None,
        )
        return Page([subnet_of(item) for item in answer.subnet_set], next_cursor(ids, cursor, answer.next_token))

    async def create_network(self, parameters: Mapping[str, object], *, name: str, tags: Mapping[str, str]) -> Network:
        # Not repeatable: AWS has no client token here, and the second one would make a second network.
        answer = await self._calls.make(
            wire.CreateVpcResponse,
            {**parameters, "TagSpecification": tag_specification("vpc", {**tags, **named(name)})},
            what="the network",
            look="look for it with ex_list_networks before you try again",
        )
        return network_of(answer.vpc)

    async def delete_network(self, network_id: str) -> None:
        # Repeatable: ids are never used again.
        await deleting(self._calls.act("DeleteVpc", {"VpcId": network_id}, repeatable=True))

    async def modify_network(self, network_id: str, attribute: Mapping[str, object]) -> None:
        # Repeatable: it sets the same value again.
        await self._calls.act("ModifyVpcAttribute", {"VpcId": network_id, **attribute}, repeatable=True)

    async def network_attributes(self, network_id: str) -> NetworkAttributes:
        # AWS tells one in each call.
        support, hostnames = [
            await self._calls.ask(wire.DescribeVpcAttributeResponse, {"VpcId": network_id, "Attribute": attribute})
            for attribute in ("enableDnsSupport", "enableDnsHostnames")
        ]
        return NetworkAttributes(
            dns_support=support.enable_dns_support.value if support.enable_dns_support else None,
            dns_hostnames=hostnames.enable_dns_hostnames.value if hostnames.enable_dns_hostnames else None,
        )

    async def create_subnet(self, parameters: Mapping[str, object], *, name: str, tags: Mapping[str, str]) -> Subnet:
        # Not repeatable: the second one would fail because of the first one's addresses.
        answer = await self._calls.make(
            wire.CreateSubnetResponse,
            {**parameters, "TagSpecification": tag_specification("subnet", {**tags, **named(name)})},
            what="the subnet",
            look="look for it with ex_list_subnets before you try again",
        )
        return subnet_of(answer.subnet)

    async def delete_subnet(self, subnet_id: str) -> None:
        # Repeatable, as for networks.
        await deleting(self._calls.act("DeleteSubnet", {"SubnetId": subnet_id}, repeatable=True))

    async def modify_subnet(self, subnet_id: str, attribute: Mapping[str, object]) -> None:
        # Repeatable, as for networks.
        await self._calls.act("ModifySubnetAttribute", {"SubnetId": subnet_id, **attribute}, repeatable=True)


def network_of(item: wire.VpcItem) -> Network:
    """The model of one network."""
    tags = tags_of(item.tag_set)
    cidrs = [
        item.cidr_block,
        *(block.cidr_block for block in item.cidr_block_association_set),
        *(block.ipv6_cidr_block for block in item.ipv6_cidr_block_association_set),
    ]
    return Network(
        id=item.vpc_id,
        name=tags.get("Name", ""),
        cidrs=tuple(dict.fromkeys(filter(None, cidrs))),
        state=item.state,
        is_default=item.is_default,
        tenancy=item.instance_tenancy,
        tags=tags,
    )


def subnet_of(item: wire.SubnetItem) -> Subnet:
    """The model of one subnet."""
    tags = tags_of(item.tag_set)
    cidrs = [item.cidr_block, *(block.ipv6_cidr_block for block in item.ipv6_cidr_block_association_set)]
    return Subnet(
        id=item.subnet_id,
        name=tags.get("Name", ""),
        network=item.vpc_id,
        location=item.availability_zone,
        cidrs=tuple(dict.fromkeys(filter(None, cidrs))),
        state=item.state,
        free_addresses=item.available_ip_address_count,
        assigns_public_ip=item.map_public_ip_on_launch,
        assigns_ipv6=item.assign_ipv6_address_on_creation,
        is_default=item.default_for_az,
        tags=tags,
    )
