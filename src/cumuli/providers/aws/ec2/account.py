"""What an account has bought, and how much it may have."""

from __future__ import annotations

from collections.abc import Sequence

from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import EC2Calls, tags_of
from cumuli.providers.aws.ec2.models import Region, ReservedNode
from cumuli.providers.aws.query import filters
from cumuli.wire.timestamps import utc

__all__ = ["Account"]


class Account:
    """The calls on the account."""

    def __init__(self, calls: EC2Calls) -> None:
        self._calls = calls

    async def list_reserved(self, *, ids: Sequence[str] | None, matching: Filters) -> list[ReservedNode]:
        # AWS gives all of them at once.
        answer = await self._calls.ask(
            wire.DescribeReservedInstancesResponse,
            {"ReservedInstancesId": ids, "Filter": filters(matching)},
            whole=ids is not None,
        )
        return [_reserved_node(item) for item in answer.reserved_instances_set]

    async def list_regions(self, *, every: bool) -> list[Region]:
        # AWS gives all of them at once.
        answer = await self._calls.ask(wire.DescribeRegionsResponse, {"AllRegions": every or None}, whole=False)
        return [
            Region(name=item.region_name, endpoint=item.region_endpoint, opt_in=item.opt_in_status)
            for item in answer.region_info
        ]

    async def attributes(self) -> dict[str, list[str]]:
        """The values of every attribute of the account."""
        answer = await self._calls.ask(wire.DescribeAccountAttributesResponse, {}, whole=False)
        return {
            item.attribute_name: [value.attribute_value for value in item.attribute_value_set]
            for item in answer.account_attribute_set
        }


def _reserved_node(item: wire.ReservedItem) -> ReservedNode:
    return ReservedNode(
        id=item.reserved_instances_id,
        size=item.instance_type,
        count=item.instance_count,
        state=item.state,
        location=item.availability_zone,
        scope=item.scope,
        started_at=utc(item.start),
        ends_at=utc(item.end),
        duration=item.duration,
        fixed_price=item.fixed_price,
        usage_price=item.usage_price,
        currency=item.currency_code,
        platform=item.product_description,
        offering_class=item.offering_class,
        offering_type=item.offering_type,
        tenancy=item.instance_tenancy,
        tags=tags_of(item.tag_set),
    )
