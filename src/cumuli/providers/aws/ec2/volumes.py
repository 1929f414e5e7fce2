"""EBS volumes and snapshots."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import msgspec

from cumuli.calls.lost_answers import deleting
from cumuli.calls.paging import Page
from cumuli.compute.arguments import attached_node
from cumuli.compute.models import SnapshotState, VolumeState
from cumuli.compute.wanted import EVERYTHING, Wanted
from cumuli.errors import CloudError, Conflict, NodeNotFound, VolumeNotFound
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import (
    EC2Calls,
    asked_for,
    exact,
    few,
    named,
    next_cursor,
    page_of,
    tag_specification,
    tags_of,
)
from cumuli.providers.aws.ec2.models import (
    ATTACHMENT_STATES,
    PROVIDER,
    EC2Snapshot,
    EC2Volume,
    VolumeAttachment,
    VolumeModification,
)
from cumuli.providers.aws.ec2.networks import Networks
from cumuli.providers.aws.query import filters
from cumuli.wire.timestamps import utc

__all__ = ["Volumes"]

VOLUME_STATES = {
    "creating": VolumeState.CREATING,
    "available": VolumeState.AVAILABLE,
    "in-use": VolumeState.IN_USE,
    "deleting": VolumeState.DELETING,
    "deleted": VolumeState.DELETED,
    "error": VolumeState.ERROR,
}
# AWS's word stays "in-use" while a volume is on its way to a node or from it.
ON_THE_WAY = frozenset({VolumeState.ATTACHING, VolumeState.DETACHING})
# Of ex_list_volume_modifications (DescribeVolumesModifications, MaxResults).
MODIFICATIONS_AT_ONCE = 500
SNAPSHOT_STATES = {
    "pending": SnapshotState.CREATING,
    "completed": SnapshotState.AVAILABLE,
    "error": SnapshotState.ERROR,
    "recovering": SnapshotState.RESTORING,
}
# The device names that AWS recommends for volumes.
DEVICES = tuple(f"/dev/sd{letter}" for letter in "fghijklmnop")


class Volumes:
    """The calls on volumes and snapshots."""

    def __init__(self, calls: EC2Calls, networks: Networks) -> None:
        self._calls = calls
        self._networks = networks

    async def list_volumes(
        self, *, cursor: str | None, wanted: Wanted = EVERYTHING, matching: Filters | None = None
    ) -> Page[EC2Volume]:
        states = wanted.states
        if states & ON_THE_WAY:
            states = (states - ON_THE_WAY) | {VolumeState.IN_USE}
        asked = asked_for(msgspec.structs.replace(wanted, states=states), VOLUME_STATES, state="status")
        if wanted.attached_to is not None:
            asked["attachment.instance-id"] = [exact(wanted.attached_to)]
        if wanted.ids:
            # Not by VolumeId, which makes an error of all of them if one is not there.
            asked |= few(wanted.ids, "volume-id")
        return await self._volumes(None, cursor, {**asked, **(matching or {})})

    async def _volumes(
        self, ids: Sequence[str] | None, cursor: str | None, matching: Filters | None = None
    ) -> Page[EC2Volume]:
        answer = await self._calls.ask(
            wire.DescribeVolumesResponse,
            {**page_of("VolumeId", ids, cursor), "Filter": filters(matching or {})},
            whole=ids is not None,
        )
        return Page([volume_of(item) for item in answer.volume_set], next_cursor(ids, cursor, answer.next_token))

    async def get_volume(self, volume_id: str) -> EC2Volume:
        volumes = (await self._volumes([volume_id], None)).items
        if not volumes:
            raise VolumeNotFound(f"there is no volume {volume_id} in this region")
        return volumes[0]

    async def create_volume(
        self,
        *,
        size: int,
        name: str,
        location: str | None,
        snapshot: str | None,
        parameters: Mapping[str, object] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> EC2Volume:
        # Repeatable: it carries a client token.
        answer = await self._calls.make(
            wire.CreateVolumeResponse,
            {
                "Size": size,
                "AvailabilityZone": location or await self._networks.some_zone(),
                "SnapshotId": snapshot,
                "TagSpecification": tag_specification("volume", {**(tags or {}), **named(name)}),
                "ClientToken": self._calls.runtime.token(),
                **(parameters or {}),
            },
            what=f"a volume named {name!r}",
            look="look for it with list_volumes before you try again",
            repeatable=True,
        )
        return volume_of(answer)

    async def modify_volume(self, volume_id: str, parameters: Mapping[str, object]) -> VolumeModification:
        # Not repeatable: AWS refuses a second change while the first one goes on.
        answer = await self._calls.make(
            wire.ModifyVolumeResponse,
            {"VolumeId": volume_id, **parameters},
            what=f"the change of {volume_id}",
            look="look for it with ex_list_volume_modifications before you try again",
        )
        return modification_of(answer.volume_modification)

    async def list_modifications(
        self, *, ids: Sequence[str] | None, matching: Filters, cursor: str | None
    ) -> Page[VolumeModification]:
        answer = await self._calls.ask(
            wire.DescribeVolumesModificationsResponse,
            {**page_of("VolumeId", ids, cursor, size=MODIFICATIONS_AT_ONCE), "Filter": filters(matching)},
            whole=ids is not None,
        )
        found = [modification_of(item) for item in answer.volume_modification_set]
        return Page(found, next_cursor(ids, cursor, answer.next_token))

    async def attach_volume(self, *, node_id: str, volume_id: str, device: str | None) -> EC2Volume:
        tried: set[str] = set()
        while True:
            chosen = device or await self._free_device(node_id, tried)
            try:
                # Not repeatable: AWS refuses to attach what is attached, so the second one would fail.
                await self._calls.act(
                    "AttachVolume",
                    {"VolumeId": volume_id, "InstanceId": node_id, "Device": chosen},
                    repeatable=False,
                )
                break
            except CloudError as error:
                # Somebody else may have taken a name of our choice since we looked.
                taken = error.code == "InvalidDevice.InUse" or "already in use" in error.message
                if device is not None or not taken:
                    raise
            tried.add(chosen[-1])
        try:
            return await self.get_volume(volume_id)
        except CloudError as error:
            error.message += f"; the volume {volume_id} is being attached to {node_id} all the same"
            raise

    async def _free_device(self, node_id: str, tried: Collection[str]) -> str:
        """AWS wants a device name and does not choose one."""
        answer = await self._calls.ask(wire.DescribeInstancesResponse, {"InstanceId": [node_id]})
        instances = [instance for each in answer.reservation_set for instance in each.instances_set]
        if not instances:
            raise NodeNotFound(f"there is no instance {node_id} in this region")
        # The same device may be known as sdf or xvdf.
        taken = {device.device_name[-1:] for device in instances[0].block_device_mapping}.union(tried)
        for device in DEVICES:
            if device[-1] not in taken:
                return device
        raise Conflict(f"every usual device name of {node_id} is taken; give device=, such as '/dev/sdba'")

    async def detach_volume(self, volume_id: str, *, node_id: str | None, force: bool = False) -> EC2Volume:
        node = attached_node(await self.get_volume(volume_id), node_id)
        # Repeatable: AWS refuses to detach what is detached, and then a look shows that it is.
        await deleting(
            self._calls.act(
                "DetachVolume",
                {"VolumeId": volume_id, "InstanceId": node, "Force": force or None},
                repeatable=True,
            ),
            done=lambda: self._is_going(volume_id, node),
        )
        try:
            return await self.get_volume(volume_id)
        except CloudError as error:
            error.message += f"; the volume {volume_id} is being detached all the same"
            raise

    async def _is_going(self, volume_id: str, node_id: str) -> bool:
        """Whether a volume is not a node's any more, or will not be."""
        attachments = (await self.get_volume(volume_id)).attachments
        return all(
            ATTACHMENT_STATES.get(each.state) is VolumeState.DETACHING for each in attachments if each.node == node_id
        )

    async def _is(self, volume_id: str, *states: VolumeState) -> bool:
        return (await self.get_volume(volume_id)).state in states

    async def destroy_volume(self, volume_id: str) -> None:
        # Repeatable: ids are never used again.
        await deleting(
            self._calls.act("DeleteVolume", {"VolumeId": volume_id}, repeatable=True),
            done=lambda: self._is(volume_id, VolumeState.DELETING, VolumeState.DELETED),
        )

    async def list_volume_snapshots(
        self,
        *,
        volume_id: str | None,
        cursor: str | None,
        owner: str = "self",
        wanted: Wanted = EVERYTHING,
        matching: Filters | None = None,
    ) -> Page[EC2Snapshot]:
        asked = {**asked_for(wanted, SNAPSHOT_STATES, state="status"), **(matching or {})}
        if volume_id:
            asked["volume-id"] = exact(volume_id)
        if wanted.ids:
            asked |= few(wanted.ids, "snapshot-id")
        answer = await self._calls.ask(
            wire.DescribeSnapshotsResponse,
            {
                **page_of("SnapshotId", None, cursor),
                "Owner": [owner],
                "Filter": filters(asked),
            },
            whole=False,
        )
        return Page([snapshot_of(item) for item in answer.snapshot_set], answer.next_token or None)

    async def create_volume_snapshot(
        self,
        *,
        volume_id: str,
        name: str | None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> EC2Snapshot:
        # Not repeatable: AWS has no client token here, and the second one would make a second snapshot.
        answer = await self._calls.make(
            wire.CreateSnapshotResponse,
            {
                "VolumeId": volume_id,
                "Description": description,
                "TagSpecification": tag_specification("snapshot", {**(tags or {}), **named(name)}),
            },
            what=f"a snapshot of {volume_id}",
            look="look for it with list_volume_snapshots before you try again",
        )
        return snapshot_of(answer)

    async def destroy_volume_snapshot(self, snapshot_id: str) -> None:
        # Repeatable, as for volumes.
        await deleting(self._calls.act("DeleteSnapshot", {"SnapshotId": snapshot_id}, repeatable=True))

    async def modify_snapshot_attribute(
        self, snapshot_id: str, *, operation: Literal["add", "remove"], accounts: Sequence[str], everybody: bool
    ) -> None:
        # Repeatable: an account that may, or may not, does so just as well twice.
        await self._calls.act(
            "ModifySnapshotAttribute",
            {
                "SnapshotId": snapshot_id,
                "Attribute": "createVolumePermission",
                "OperationType": operation,
                "UserId": accounts,
                "UserGroup": ["all"] if everybody else None,
            },
            repeatable=True,
        )


def volume_of(item: wire.VolumeItem) -> EC2Volume:
    """The model of one volume."""
    tags = tags_of(item.tag_set)
    attachments = tuple(
        VolumeAttachment(
            node=attachment.instance_id,
            device=attachment.device,
            state=attachment.status,
            attached_at=utc(attachment.attach_time),
            delete_on_termination=attachment.delete_on_termination,
        )
        for attachment in item.attachment_set
        if attachment.instance_id and attachment.status != "detached"
    )
    state = VOLUME_STATES.get(item.status, VolumeState.UNKNOWN)
    if state is VolumeState.IN_USE:
        # The volume's word is "in-use" all the while; those of its attachments, which may be several, tell more.
        words = {ATTACHMENT_STATES.get(attachment.state, state) for attachment in attachments}
        moving = [way for way in (VolumeState.ATTACHING, VolumeState.DETACHING) if way in words]
        state = moving[0] if moving else state
    return EC2Volume(
        id=item.volume_id,
        name=tags.get("Name", ""),
        size=item.size,
        state=state,
        provider=PROVIDER,
        provider_state=item.status,
        location=item.availability_zone,
        attached_to=tuple(attachment.node for attachment in attachments),
        snapshot=item.snapshot_id or None,
        created_at=utc(item.create_time),
        tags=tags,
        type=item.volume_type,
        iops=item.iops,
        throughput=item.throughput,
        encrypted=item.encrypted,
        kms_key=item.kms_key_id,
        multi_attach=item.multi_attach_enabled,
        attachments=attachments,
    )


def modification_of(item: wire.ModificationItem) -> VolumeModification:
    """The model of one change."""
    return VolumeModification(
        id=item.volume_id,
        state=item.modification_state,
        state_reason=item.status_message,
        progress=item.progress,
        started_at=utc(item.start_time),
        ended_at=utc(item.end_time),
        size=item.target_size,
        type=item.target_volume_type,
        iops=item.target_iops,
        throughput=item.target_throughput,
        original_size=item.original_size,
        original_type=item.original_volume_type,
        original_iops=item.original_iops,
        original_throughput=item.original_throughput,
    )


def snapshot_of(item: wire.SnapshotItem) -> EC2Snapshot:
    """The model of one snapshot."""
    tags = tags_of(item.tag_set)
    # AWS writes "42%".
    progress = item.progress.removesuffix("%")
    return EC2Snapshot(
        id=item.snapshot_id,
        name=tags.get("Name", ""),
        state=SNAPSHOT_STATES.get(item.status, SnapshotState.UNKNOWN),
        provider=PROVIDER,
        provider_state=item.status,
        volume=item.volume_id or None,
        size=item.volume_size,
        created_at=utc(item.start_time),
        tags=tags,
        description=item.description,
        progress=int(progress) if progress.isdecimal() and len(progress) <= 3 else None,
        state_reason=item.status_message or None,
        completed_at=utc(item.completion_time),
        owner=item.owner_id,
        encrypted=item.encrypted,
        kms_key=item.kms_key_id,
        storage_tier=item.storage_tier,
    )
