"""``AsyncEC2Spot``: the part of EC2's client that is about spot requests."""

from __future__ import annotations

from collections.abc import Sequence

from cumuli.compute.aio import AsyncCompute
from cumuli.providers.aws.ec2.arguments import Filters, checked_filters, own_id, own_ids
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.models import EC2Image, EC2Node, EC2Snapshot, EC2Volume, SpotRequest

__all__ = ["AsyncEC2Spot"]


class AsyncEC2Spot(AsyncCompute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Spot requests, which ``create_node(ex_spot=)`` makes."""

    _ec2: EC2Driver

    async def ex_list_spot_requests(
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
        wanted = None if ids is None else own_ids(ids, SpotRequest)
        if wanted == []:
            return []
        matching = checked_filters(filters)
        pages = self._pages(
            lambda cursor: self._ec2.spot.list_requests(ids=wanted, matching=matching, cursor=cursor),
            key=lambda request: request.id,
        )
        return [request async for request in pages]

    async def ex_cancel_spot_request(self, request: SpotRequest | str) -> None:
        """Cancel a request for a spot instance, so that AWS launches none for it any more.

        EC2's operation: ``CancelSpotInstanceRequests``. A node that was launched for it runs on: ``destroy_node``. A
        persistent request is to be cancelled first, else it launches another one.

        Args:
            request: The request; one that is cancelled already is no error.

        Raises:
            NotFound: It does not exist.
        """
        await self._do(self._ec2.spot.cancel([own_id(request, SpotRequest)]))

    async def ex_cancel_spot_requests(self, requests: Sequence[SpotRequest | str]) -> None:
        """Cancel several requests for spot instances, by one call.

        EC2's operation: ``CancelSpotInstanceRequests``. An empty list sends nothing.

        Args:
            requests: The requests, as for ``ex_cancel_spot_request``.

        Raises:
            NotFound: One of them does not exist; the others may be cancelled or not.
        """
        wanted = own_ids(requests, SpotRequest)
        if wanted:
            await self._do(self._ec2.spot.cancel(wanted))
