"""``AsyncEC2Account``: the part of EC2's client that is about what an account has bought, and how much it may have."""

from __future__ import annotations

from collections.abc import Sequence

from cumuli.compute.aio import AsyncCompute
from cumuli.providers.aws.ec2.arguments import Filters, checked_filters, own_ids
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.models import EC2Image, EC2Node, EC2Snapshot, EC2Volume, Region, ReservedNode

__all__ = ["AsyncEC2Account"]


class AsyncEC2Account(AsyncCompute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """The account."""

    _ec2: EC2Driver

    async def ex_list_reserved_nodes(
        self, *, ids: Sequence[ReservedNode | str] | None = None, filters: Filters | None = None
    ) -> list[ReservedNode]:
        """Reserved instances that the account has bought in this region.

        EC2's operation: ``DescribeReservedInstances``.

        Args:
            ids: Only these. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match (``{"state": "active"}``).

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        wanted = None if ids is None else own_ids(ids, ReservedNode)
        if wanted == []:
            return []
        return await self._do(self._ec2.account.list_reserved(ids=wanted, matching=checked_filters(filters)))

    async def ex_list_regions(self, *, only_enabled: bool = True) -> list[Region]:
        """The regions of AWS's.

        EC2's operation: ``DescribeRegions``.

        Args:
            only_enabled: Leave out those that the account would have to enable first.
        """
        return await self._do(self._ec2.account.list_regions(every=not only_enabled))

    async def ex_describe_account_attributes(self) -> dict[str, list[str]]:
        """What AWS says of the account in this region, by AWS's names.

        EC2's operation: ``DescribeAccountAttributes``.

        Returns:
            The values of ``"default-vpc"``, ``"supported-platforms"``, ``"max-instances"`` and so on.
        """
        return await self._do(self._ec2.account.attributes())

    async def ex_get_limits(self) -> dict[str, int]:
        """How much of what the account may have in this region, by AWS's names.

        EC2's operation: ``DescribeAccountAttributes``. AWS keeps more limits in another service, Service Quotas. EC2
        does not tell how much of them is used: count what its listings give.

        Returns:
            Those of the attributes that are figures: ``"max-instances"``, ``"max-elastic-ips"``,
            ``"vpc-max-security-groups-per-interface"`` …
        """
        attributes = await self._do(self._ec2.account.attributes())
        return {
            name: int(values[0]) for name, values in attributes.items() if len(values) == 1 and _is_figure(values[0])
        }


def _is_figure(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18
