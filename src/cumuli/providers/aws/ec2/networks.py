"""Zones, networks (VPCs) and subnets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.calls.paging import Page
from cumuli.compute.models import NodeLocation
from cumuli.errors import NotFound
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.calls import EC2Calls, next_cursor, page_of, tags_of
from cumuli.providers.aws.ec2.models import PROVIDER, AvailabilityZone, Network, Subnet
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

    async def list_zones(self, *, only_available: bool) -> list[AvailabilityZone]:
        answer = await self._calls.ask(
            wire.DescribeAvailabilityZonesResponse,
            {"Filter": filters({"state": "available" if only_available else None})},
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

    async def list_networks(self, *, ids: Sequence[str] | None, cursor: str | None) -> Page[Network]:
        answer = await self._calls.ask(wire.DescribeVpcsResponse, page_of("VpcId", ids, cursor), whole=ids is not None)
        return Page([network_of(item) for item in answer.vpc_set], next_cursor(ids, cursor, answer.next_token))

    async def list_subnets(
        self, *, ids: Sequence[str] | None, matching: Mapping[str, str | None], cursor: str | None
    ) -> Page[Subnet]:
        answer = await self._calls.ask(
            wire.DescribeSubnetsResponse,
            {**page_of("SubnetId", ids, cursor), "Filter": filters(matching)},
            whole=ids is not None,
        )
        return Page([subnet_of(item) for item in answer.subnet_set], next_cursor(ids, cursor, answer.next_token))


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
        is_default=item.default_for_az,
        tags=tags,
    )
