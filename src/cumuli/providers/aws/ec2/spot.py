"""Spot requests."""

from __future__ import annotations

from collections.abc import Sequence

from cumuli.calls.paging import Page
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import EC2Calls, next_cursor, page_of, tags_of
from cumuli.providers.aws.ec2.models import SpotRequest
from cumuli.providers.aws.query import filters
from cumuli.wire.timestamps import utc

__all__ = ["SpotRequests"]


class SpotRequests:
    """The calls on spot requests."""

    def __init__(self, calls: EC2Calls) -> None:
        self._calls = calls

    async def list_requests(
        self, *, ids: Sequence[str] | None, matching: Filters, cursor: str | None
    ) -> Page[SpotRequest]:
        answer = await self._calls.ask(
            wire.DescribeSpotInstanceRequestsResponse,
            {**page_of("SpotInstanceRequestId", ids, cursor), "Filter": filters(matching)},
            whole=ids is not None,
        )
        found = [request_of(item) for item in answer.spot_instance_request_set]
        return Page(found, next_cursor(ids, cursor, answer.next_token))

    async def cancel(self, ids: Sequence[str]) -> None:
        # Repeatable: one that is cancelled stays so.
        await self._calls.act("CancelSpotInstanceRequests", {"SpotInstanceRequestId": ids}, repeatable=True)


def request_of(item: wire.SpotRequestItem) -> SpotRequest:
    """The model of one spot request."""
    launch = item.launch_specification
    fault, status = item.fault, item.status
    return SpotRequest(
        id=item.spot_instance_request_id,
        state=item.state,
        status=(status.code if status else None) or "",
        state_reason=(fault.message if fault else None) or (status.message if status else None) or None,
        node=item.instance_id or None,
        type=item.type,
        max_price=item.spot_price,
        interruption=item.instance_interruption_behavior,
        size=launch.instance_type if launch else None,
        image=launch.image_id if launch else None,
        location=item.launched_availability_zone,
        platform=item.product_description,
        created_at=utc(item.create_time),
        valid_from=utc(item.valid_from),
        valid_until=utc(item.valid_until),
        tags=tags_of(item.tag_set),
    )
