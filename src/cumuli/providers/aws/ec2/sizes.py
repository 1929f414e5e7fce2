"""Instance types, which are the sizes."""

from __future__ import annotations

import re

from cumuli.calls.paging import Page
from cumuli.compute.models import NodeSize
from cumuli.errors import SizeNotFound
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import EC2Calls, exact
from cumuli.providers.aws.ec2.models import PROVIDER
from cumuli.providers.aws.query import filters

__all__ = ["Sizes"]

# Most that AWS gives, or takes, at once.
PAGE_SIZE = 100
PERFORMANCE = re.compile(
    r"(?:Up to )?(?:([0-9]{1,3})x )?([0-9]{1,9}(?:\.[0-9]{1,9})?) (Gigabit|Megabit)", re.IGNORECASE
)
MEGABITS = {"gigabit": 1000, "megabit": 1}


class Sizes:
    """The calls on instance types."""

    def __init__(self, calls: EC2Calls) -> None:
        self._calls = calls

    async def list_sizes(
        self, *, location: str | None, cursor: str | None, matching: Filters | None = None
    ) -> Page[NodeSize]:
        chosen = filters(matching or {})
        if location is None:
            answer = await self._calls.ask(
                wire.DescribeInstanceTypesResponse,
                {"MaxResults": PAGE_SIZE, "NextToken": cursor, "Filter": chosen},
                whole=False,
            )
            return Page([size_of(item) for item in answer.instance_type_set], answer.next_token or None)
        offered = await self._calls.ask(
            wire.DescribeInstanceTypeOfferingsResponse,
            {
                "LocationType": "availability-zone",
                "Filter": filters({"location": exact(location)}),
                "MaxResults": PAGE_SIZE,
                "NextToken": cursor,
            },
            whole=False,
        )
        names = [offering.instance_type for offering in offered.instance_type_offering_set]
        sizes: list[NodeSize] = []
        for start in range(0, len(names), PAGE_SIZE):
            answer = await self._calls.ask(
                wire.DescribeInstanceTypesResponse,
                {"InstanceType": names[start : start + PAGE_SIZE], "Filter": chosen},
                whole=False,
            )
            sizes += [size_of(item) for item in answer.instance_type_set]
        return Page(sizes, offered.next_token or None)

    async def get_size(self, size_id: str) -> NodeSize:
        answer = await self._calls.ask(wire.DescribeInstanceTypesResponse, {"InstanceType": [size_id]})
        if not answer.instance_type_set:
            raise SizeNotFound(f"this region has no instance type {size_id}")
        return size_of(answer.instance_type_set[0])


def size_of(item: wire.InstanceTypeItem) -> NodeSize:
    """The model of one instance type. AWS tells no prices here."""
    gigabytes = item.instance_storage_info.total_size_in_gb
    return NodeSize(
        id=item.instance_type,
        name=item.instance_type,
        ram=item.memory_info.size_in_mi_b,
        # AWS counts instance storage in decimal gigabytes.
        disk=(gigabytes * 10**9 + 2**29) // 2**30,
        cpus=item.v_cpu_info.default_v_cpus,
        bandwidth=_bandwidth(item.network_info.network_performance),
        provider=PROVIDER,
    )


def _bandwidth(performance: str) -> int | None:
    """Mbit/s of ``"Up to 12.5 Gigabit"``, at best; None for words such as ``"Moderate"``."""
    match = PERFORMANCE.fullmatch(performance.strip())
    if match is None:
        return None
    links, figure, unit = match.groups()
    return round(int(links or 1) * float(figure) * MEGABITS[unit.lower()])
