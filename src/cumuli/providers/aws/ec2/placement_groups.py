"""Placement groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.calls.lost_answers import deleting
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import EC2Calls, tag_specification, tags_of
from cumuli.providers.aws.ec2.models import PlacementGroup
from cumuli.providers.aws.query import filters

__all__ = ["PlacementGroups"]


class PlacementGroups:
    """The calls on placement groups."""

    def __init__(self, calls: EC2Calls) -> None:
        self._calls = calls

    async def list_groups(self, *, names: Sequence[str] | None, matching: Filters) -> list[PlacementGroup]:
        # AWS gives all of them at once.
        answer = await self._calls.ask(
            wire.DescribePlacementGroupsResponse,
            {"GroupName": names, "Filter": filters(matching)},
            whole=names is not None,
        )
        return [group_of(item) for item in answer.placement_group_set]

    async def create_group(
        self,
        *,
        name: str,
        strategy: str,
        partition_count: int | None,
        spread_level: str | None,
        tags: Mapping[str, str],
    ) -> PlacementGroup:
        # Not repeatable: the second one would fail because of the first one's name.
        answer = await self._calls.make(
            wire.CreatePlacementGroupResponse,
            {
                "GroupName": name,
                "Strategy": strategy,
                "PartitionCount": partition_count,
                "SpreadLevel": spread_level,
                "TagSpecification": tag_specification("placement-group", tags),
            },
            what=f"the placement group {name!r}",
            look="look for it with ex_list_placement_groups before you try again",
        )
        return group_of(answer.placement_group)

    async def delete_group(self, name: str) -> None:
        # Repeatable: a name that is gone is what was wanted.
        await deleting(self._calls.act("DeletePlacementGroup", {"GroupName": name}, repeatable=True))


def group_of(item: wire.PlacementGroupItem) -> PlacementGroup:
    """The model of one placement group."""
    return PlacementGroup(
        name=item.group_name,
        group_id=item.group_id,
        state=item.state,
        strategy=item.strategy,
        partition_count=item.partition_count,
        spread_level=item.spread_level,
        tags=tags_of(item.tag_set),
    )
