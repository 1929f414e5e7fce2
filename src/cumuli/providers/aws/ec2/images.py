"""Machine images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from cumuli.calls.lost_answers import deleting
from cumuli.calls.paging import Page
from cumuli.compute.models import ImageState
from cumuli.compute.wanted import EVERYTHING, Wanted
from cumuli.errors import ImageNotFound
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import EC2Calls, asked_for, next_cursor, page_of, tags_of
from cumuli.providers.aws.ec2.launching import block_device_parameters
from cumuli.providers.aws.ec2.models import PROVIDER, BlockDeviceMapping, EC2Image, LaunchPermissions
from cumuli.providers.aws.query import filters
from cumuli.wire.timestamps import utc

__all__ = ["Images"]

STATES = {
    "available": ImageState.AVAILABLE,
    "deregistered": ImageState.DELETED,
    "disabled": ImageState.INACTIVE,
    "error": ImageState.ERROR,
    "failed": ImageState.ERROR,
    "invalid": ImageState.ERROR,
    "pending": ImageState.CREATING,
    "transient": ImageState.CREATING,
}
LOOK = 'look for it with list_images(owner="self") before you try again'


class Images:
    """The calls on images."""

    def __init__(self, calls: EC2Calls) -> None:
        self._calls = calls

    async def list_images(
        self,
        *,
        location: str | None,
        owner: str | None,
        ids: Sequence[str] | None,
        cursor: str | None,
        wanted: Wanted = EVERYTHING,
        matching: Filters | None = None,
        executable_by: str | None = None,
    ) -> Page[EC2Image]:
        # An image is there for every zone of its region: a location selects nothing.
        asked = asked_for(wanted, STATES, name="name", state="state") if ids is None else {}
        # AWS leaves disabled images out unless it is asked for them; it shows them to their owner alone.
        disabled = ids is None and (not wanted.states or ImageState.INACTIVE in wanted.states)
        answer = await self._calls.ask(
            wire.DescribeImagesResponse,
            {
                **page_of("ImageId", ids, cursor),
                "Owner": [owner] if owner else None,
                "ExecutableBy": [executable_by] if executable_by else None,
                "IncludeDisabled": disabled or None,
                "Filter": filters({**asked, **(matching or {})}),
            },
            whole=ids is not None,
        )
        return Page([image_of(item) for item in answer.images_set], next_cursor(ids, cursor, answer.next_token))

    async def get_image(self, image_id: str) -> EC2Image:
        images = (await self.list_images(location=None, owner=None, ids=[image_id], cursor=None)).items
        if not images:
            raise ImageNotFound(f"there is no image {image_id} in this region, or this account may not use it")
        return images[0]

    async def create_image(
        self,
        *,
        node_id: str,
        name: str,
        description: str | None,
        reboot: bool = False,
        block_devices: Sequence[BlockDeviceMapping] = (),
    ) -> EC2Image:
        # AWS reboots a running instance unless it is told not to (CreateImage, NoReboot).
        # Not repeatable: the second one would fail because of the first one's name.
        answer = await self._calls.make(
            wire.CreateImageResponse,
            {
                "InstanceId": node_id,
                "Name": name,
                "Description": description,
                "NoReboot": not reboot,
                "BlockDeviceMapping": block_device_parameters(block_devices),
            },
            what=f"the image {name!r}",
            look=LOOK,
        )
        return _new_image(answer.image_id, name)

    async def copy_image(self, *, source_region: str, image_id: str, name: str, description: str | None) -> EC2Image:
        # Repeatable: it carries a client token.
        answer = await self._calls.make(
            wire.CopyImageResponse,
            {
                "SourceRegion": source_region,
                "SourceImageId": image_id,
                "Name": name,
                "Description": description,
                "ClientToken": self._calls.runtime.token(),
            },
            what=f"the image {name!r}",
            look=LOOK,
            repeatable=True,
        )
        return _new_image(answer.image_id, name)

    async def register_image(self, parameters: Mapping[str, object], *, name: str) -> EC2Image:
        # Not repeatable, as for create_image.
        answer = await self._calls.make(
            wire.RegisterImageResponse, {"Name": name, **parameters}, what=f"the image {name!r}", look=LOOK
        )
        return _new_image(answer.image_id, name)

    async def launch_permissions(self, image_id: str) -> LaunchPermissions:
        answer = await self._calls.ask(
            wire.DescribeImageAttributeResponse, {"ImageId": image_id, "Attribute": "launchPermission"}
        )
        found = answer.launch_permission
        return LaunchPermissions(
            public=any(item.group == "all" for item in found),
            accounts=tuple([item.user_id for item in found if item.user_id]),
            organizations=tuple(
                [arn for item in found for arn in (item.organization_arn, item.organizational_unit_arn) if arn]
            ),
        )

    async def modify_image_attribute(self, image_id: str, parameters: Mapping[str, object]) -> None:
        # Repeatable: an account that may, or may not, does so just as well twice.
        await self._calls.act("ModifyImageAttribute", {"ImageId": image_id, **parameters}, repeatable=True)

    async def reset_launch_permissions(self, image_id: str) -> None:
        # Repeatable likewise.
        await self._calls.act(
            "ResetImageAttribute", {"ImageId": image_id, "Attribute": "launchPermission"}, repeatable=True
        )

    async def delete_image(self, image_id: str) -> None:
        # Repeatable: ids are never used again.
        await deleting(self._calls.act("DeregisterImage", {"ImageId": image_id}, repeatable=True))


def image_of(item: wire.ImageItem) -> EC2Image:
    """The model of one image."""
    reason = item.state_reason
    # In two steps, because Python makes a dict of more than 15 keywords, or of 14 and another argument, which takes
    # longer than the rest.
    image = EC2Image(
        id=item.image_id,
        name=item.name,
        provider=PROVIDER,
        state=STATES.get(item.image_state, ImageState.UNKNOWN),
        provider_state=item.image_state,
        owner=item.image_owner_id,
        created_at=utc(item.creation_date),
        description=item.description,
        architecture=item.architecture,
        platform=item.platform,
        platform_details=item.platform_details,
        type=item.image_type,
        public=item.is_public,
        state_reason=reason.message if reason else None,
        tags=tags_of(item.tag_set),
    )
    return replace(
        image,
        owner_alias=item.image_owner_alias,
        root_device=item.root_device_name,
        root_device_type=item.root_device_type,
        block_devices=tuple([_device(device) for device in item.block_device_mapping]),
        virtualization_type=item.virtualization_type,
        hypervisor=item.hypervisor,
        boot_mode=item.boot_mode,
        ena_support=item.ena_support,
        imds_support=item.imds_support,
        deprecated_at=utc(item.deprecation_time),
    )


def _device(item: wire.DeviceMapping) -> BlockDeviceMapping:
    ebs = item.ebs
    if ebs is None:
        return BlockDeviceMapping(device=item.device_name, virtual_name=item.virtual_name)
    return BlockDeviceMapping(
        device=item.device_name,
        size=ebs.volume_size,
        type=ebs.volume_type,
        snapshot=ebs.snapshot_id,
        iops=ebs.iops,
        throughput=ebs.throughput,
        encrypted=ebs.encrypted,
        kms_key=ebs.kms_key_id,
        delete_on_termination=ebs.delete_on_termination,
    )


def _new_image(image_id: str, name: str) -> EC2Image:
    # AWS answers with the id alone. Asking for the rest could fail, and the id would be lost.
    return EC2Image(id=image_id, name=name, provider=PROVIDER)
