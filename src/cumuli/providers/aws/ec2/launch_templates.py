"""Launch templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.calls.lost_answers import deleting
from cumuli.calls.paging import Page
from cumuli.errors import CloudError, Conflict, NotFound
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import EC2Calls, next_cursor, page_of, tag_specification, tags_of
from cumuli.providers.aws.ec2.launching import Launching, metadata_options_of
from cumuli.providers.aws.ec2.models import (
    BlockDeviceMapping,
    EC2NodeSpec,
    InterfaceSpec,
    LaunchTemplate,
    LaunchTemplateData,
    LaunchTemplateVersion,
    SpotOptions,
)
from cumuli.providers.aws.query import filters
from cumuli.secret import Secret
from cumuli.wire.timestamps import utc

__all__ = ["LaunchTemplates"]

# Most that AWS gives in a page of launch templates, or of their versions (MaxResults).
PAGE_SIZE = 200
SHUTDOWN = {"terminate": True, "stop": False}


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
            page["MaxResults"] = PAGE_SIZE
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

    async def list_versions(
        self, template: str, *, versions: Sequence[str], matching: Filters, cursor: str | None
    ) -> Page[LaunchTemplateVersion]:
        # As elsewhere, pages have a size where not asked for by name.
        page = {"LaunchTemplateVersion": versions} if versions else {"MaxResults": PAGE_SIZE}
        answer = await self._calls.ask(
            wire.DescribeLaunchTemplateVersionsResponse,
            {**_by(template), **page, "Filter": filters(matching), "NextToken": cursor},
            whole=bool(versions),
        )
        found = [version_of(item) for item in answer.launch_template_version_set]
        return Page(found, answer.next_token or None)

    async def create_version(
        self, template: str, *, spec: EC2NodeSpec, source: str | None, description: str | None
    ) -> LaunchTemplateVersion:
        # Repeatable: it carries a client token.
        answer = await self._calls.make(
            wire.CreateLaunchTemplateVersionResponse,
            {
                **_by(template),
                "SourceVersion": source,
                "VersionDescription": description,
                "LaunchTemplateData": await self._launching.parameters(spec, template=True),
                "ClientToken": self._calls.runtime.token(),
            },
            what=f"a version of {template}",
            look="look for it with ex_list_launch_template_versions before you try again",
            repeatable=True,
        )
        return version_of(answer.launch_template_version)

    async def set_default_version(self, template: str, version: str) -> LaunchTemplate:
        # Repeatable: it sets the same version again, and carries a client token.
        answer = await self._calls.ask(
            wire.ModifyLaunchTemplateResponse,
            {**_by(template), "SetDefaultVersion": version, "ClientToken": self._calls.runtime.token()},
        )
        return template_of(answer.launch_template)

    async def delete_versions(self, template: str, versions: Sequence[str]) -> None:
        # Repeatable: the numbers are never used again.
        answer = await self._calls.ask(
            wire.DeleteLaunchTemplateVersionsResponse, {**_by(template), "LaunchTemplateVersion": versions}
        )
        # AWS calls it a success, whatever became of the single ones. Those that an attempt before deleted are gone.
        undeleted = answer.unsuccessfully_deleted_launch_template_version_set
        failed = [each for each in undeleted if _code(each) != "launchTemplateVersionDoesNotExist"]
        if failed:
            raise _not_deleted(template, failed)

    async def delete_template(self, template: str) -> None:
        # Repeatable: ids are never used again, and a name that is gone is what was wanted.
        await deleting(self._calls.act("DeleteLaunchTemplate", _by(template), repeatable=True))


def _by(template: str) -> dict[str, str]:
    """The parameter that names a template, by its id or name."""
    return {"LaunchTemplateId" if template.startswith("lt-") else "LaunchTemplateName": template}


def _code(version: wire.UndeletedVersion) -> str:
    return (version.response_error.code if version.response_error else None) or ""


def _not_deleted(template: str, failed: Sequence[wire.UndeletedVersion]) -> CloudError:
    reasons = [(each.response_error.message if each.response_error else None) or _code(each) for each in failed]
    told = ", ".join(
        f"{each.version_number} ({reason or 'no reason is given'})"
        for each, reason in zip(failed, reasons, strict=True)
    )
    code = _code(failed[0])
    return (NotFound if code.endswith("DoesNotExist") else Conflict)(
        f"not all versions of {template} were deleted: {told}; the others are gone",
        operation="DeleteLaunchTemplateVersions",
        code=code or None,
    )


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


def version_of(item: wire.TemplateVersionItem) -> LaunchTemplateVersion:
    """The model of one version of a launch template."""
    return LaunchTemplateVersion(
        template=item.launch_template_id,
        number=item.version_number,
        template_name=item.launch_template_name,
        description=item.version_description,
        is_default=item.default_version,
        created_at=utc(item.create_time),
        created_by=item.created_by,
        data=_data_of(item.launch_template_data or wire.TemplateData()),
    )


def _data_of(data: wire.TemplateData) -> LaunchTemplateData:
    profile, placement = data.iam_instance_profile, data.placement
    tags = {each.resource_type: tags_of(each.tag_set) for each in data.tag_specification_set}
    return LaunchTemplateData(
        size=data.instance_type,
        image=data.image_id,
        location=placement.availability_zone if placement else None,
        key_name=data.key_name,
        security_groups=(*data.security_group_id_set, *data.security_group_set),
        user_data=Secret(data.user_data) if data.user_data else None,
        iam_profile=(profile.arn or profile.name) if profile else None,
        block_devices=tuple([_device(each) for each in data.block_device_mapping_set]),
        interfaces=tuple([_interface(each) for each in data.network_interface_set]),
        terminate_on_shutdown=SHUTDOWN.get(data.instance_initiated_shutdown_behavior or ""),
        spot=_spot(data.instance_market_options),
        placement_group=(placement.group_name or placement.group_id) if placement else None,
        metadata_options=metadata_options_of(data.metadata_options) if data.metadata_options else None,
        monitoring=data.monitoring.enabled if data.monitoring else None,
        ebs_optimized=data.ebs_optimized,
        node_tags=tags.get("instance", {}),
        volume_tags=tags.get("volume", {}),
        interface_tags=tags.get("network-interface", {}),
    )


def _device(item: wire.TemplateDevice) -> BlockDeviceMapping:
    ebs = item.ebs or wire.DeviceEbs()
    return BlockDeviceMapping(
        device=item.device_name,
        virtual_name=item.virtual_name,
        # AWS says it by the element's presence.
        no_device=item.no_device is not None,
        size=ebs.volume_size,
        type=ebs.volume_type,
        snapshot=ebs.snapshot_id,
        iops=ebs.iops,
        throughput=ebs.throughput,
        encrypted=ebs.encrypted,
        kms_key=ebs.kms_key_id,
        delete_on_termination=ebs.delete_on_termination,
    )


def _interface(item: wire.TemplateInterface) -> InterfaceSpec:
    addresses = item.private_ip_addresses_set
    primary = item.private_ip_address or next((each.private_ip_address for each in addresses if each.primary), None)
    return InterfaceSpec(
        id=item.network_interface_id,
        device_index=item.device_index,
        subnet=item.subnet_id,
        security_groups=tuple(item.group_set),
        private_ip=primary,
        secondary_private_ips=tuple(
            [each.private_ip_address for each in addresses if each.private_ip_address and not each.primary]
        ),
        secondary_private_ip_count=item.secondary_private_ip_address_count,
        ipv6_addresses=tuple([each.ipv6_address for each in item.ipv6_addresses_set if each.ipv6_address]),
        ipv6_address_count=item.ipv6_address_count,
        assign_public_ip=item.associate_public_ip_address,
        description=item.description,
        delete_on_termination=item.delete_on_termination,
    )


def _spot(item: wire.TemplateMarket | None) -> SpotOptions | None:
    if item is None or item.market_type != "spot":
        return None
    options = item.spot_options or wire.TemplateSpot()
    return SpotOptions(
        max_price=options.max_price,
        type=options.spot_instance_type,
        interruption=options.instance_interruption_behavior,
        valid_until=utc(options.valid_until),
    )
