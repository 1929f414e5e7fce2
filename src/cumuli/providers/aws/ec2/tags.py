"""Tags of anything that has tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.calls.paging import Page
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import EC2Calls, exact, next_cursor, page_of, tag_list
from cumuli.providers.aws.query import filters

__all__ = ["Tags"]


class Tags:
    """The calls on tags."""

    def __init__(self, calls: EC2Calls) -> None:
        self._calls = calls

    async def list_tags(self, resource_id: str, *, matching: Filters, cursor: str | None) -> Page[wire.TagItem]:
        answer = await self._calls.ask(
            wire.DescribeTagsResponse,
            {**page_of("", None, cursor), "Filter": filters({**matching, "resource-id": exact(resource_id)})},
            whole=False,
        )
        return Page(answer.tag_set, next_cursor(None, cursor, answer.next_token))

    async def create_tags(self, resource_id: str, tags: Mapping[str, str]) -> None:
        # Repeatable: it sets the same values again.
        await self._calls.act("CreateTags", {"ResourceId": [resource_id], "Tag": tag_list(tags)}, repeatable=True)

    async def delete_tags(self, resource_id: str, tags: Mapping[str, str | None] | Sequence[str]) -> None:
        pairs = tags if isinstance(tags, Mapping) else dict.fromkeys(tags)
        # Repeatable: AWS does not mind tags that are not there.
        await self._calls.act(
            "DeleteTags",
            {"ResourceId": [resource_id], "Tag": [{"Key": key, "Value": value} for key, value in pairs.items()]},
            repeatable=True,
        )
