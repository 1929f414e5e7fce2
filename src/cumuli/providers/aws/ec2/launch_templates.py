"""Launch templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.calls.lost_answers import deleting
from cumuli.calls.paging import Page
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import EC2Calls, next_cursor, page_of, tag_specification, tags_of
from cumuli.providers.aws.ec2.launching import Launching
from cumuli.providers.aws.ec2.models import EC2NodeSpec, LaunchTemplate
from cumuli.providers.aws.query import filters
from cumuli.wire.timestamps import utc

__all__ = ["LaunchTemplates"]


class LaunchTemplates:
    """The calls on launch templates."""

    def __init__(self, calls: EC2Calls, launching: Launching) -> None:
        self._calls = calls
        self._launching = launching

    async def list_templates(
        self, *, ids: Sequence[str] | None, matching: Filters, cursor: str | None
    ) -> Page[LaunchTemplate]:
        page = page_of("LaunchTemplateId", ids, cursor)
        if ids is None:
            # AWS's own limit here (DescribeLaunchTemplates, MaxResults).
            page["MaxResults"] = 200
        answer = await self._calls.ask(
            wire.DescribeLaunchTemplatesResponse, {**page, "Filter": filters(matching)}, whole=ids is not None
        )
        found = [template_of(item) for item in answer.launch_templates]
        return Page(found, next_cursor(ids, cursor, answer.next_token))

    async def create_template(
        self, *, name: str, spec: EC2NodeSpec, description: str | None, tags: Mapping[str, str]
    ) -> LaunchTemplate:
        # Repeatable: it carries a client token.
        answer = await self._calls.make(
            wire.CreateLaunchTemplateResponse,
            {
                "LaunchTemplateName": name,
                "VersionDescription": description,
                "LaunchTemplateData": await self._launching.parameters(spec, template=True),
                "TagSpecification": tag_specification("launch-template", tags),
                "ClientToken": self._calls.runtime.token(),
            },
            what=f"the launch template {name!r}",
            look="look for it with ex_list_launch_templates before you try again",
            repeatable=True,
        )
        return template_of(answer.launch_template)

    async def delete_template(self, template: str) -> None:
        # Repeatable: ids are never used again, and a name that is gone is what was wanted.
        by = "LaunchTemplateId" if template.startswith("lt-") else "LaunchTemplateName"
        await deleting(self._calls.act("DeleteLaunchTemplate", {by: template}, repeatable=True))


def template_of(item: wire.LaunchTemplateItem) -> LaunchTemplate:
    """The model of one launch template."""
    return LaunchTemplate(
        id=item.launch_template_id,
        name=item.launch_template_name,
        default_version=item.default_version_number,
        latest_version=item.latest_version_number,
        created_at=utc(item.create_time),
        created_by=item.created_by,
        tags=tags_of(item.tag_set),
    )
