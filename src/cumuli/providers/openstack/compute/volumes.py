"""Volumes and snapshots, by Cinder; Nova attaches and detaches."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from cumuli.calls.paging import Page
from cumuli.compute.arguments import attached_node
from cumuli.compute.models import SnapshotState, VolumeState
from cumuli.compute.wanted import EVERYTHING, Wanted
from cumuli.errors import CloudError, Conflict, ImageNotFound, NodeNotFound, SnapshotNotFound, VolumeNotFound
from cumuli.providers.openstack.compute.models import OpenStackSnapshot, OpenStackVolume, VolumeOptions, VolumeType
from cumuli.providers.openstack.faults import fault_error
from cumuli.providers.openstack.services import BLOCK_STORAGE, COMPUTE, Links, OpenStackServices, identified
from cumuli.runtime.messages import Response
from cumuli.wire.lenient import Identity
from cumuli.wire.timestamps import utc

__all__ = ["Volumes"]

# How long, in seconds, an attachment that has begun may take before a detachment gives up on it.
SETTLING = 60.0
SETTLING_POLL = 0.5
# Nova's microversion from which volumes are attached that several nodes may have; its refusals before name it.
MULTI_ATTACH = "2.60"
# A name that no Cinder takes for a literal of Python's, as some try to.
PLAIN_NAME = re.compile(r"(?!(?:True|False|None)$)[A-Za-z][A-Za-z0-9_. -]*")

# What Cinder says of an image that it does not find.
NO_IMAGE = "unable to access requested image"

VOLUME_STATES: Mapping[str, VolumeState] = {
    "available": VolumeState.AVAILABLE,
    "attaching": VolumeState.ATTACHING,
    "awaiting-transfer": VolumeState.UPDATING,
    "backing-up": VolumeState.BACKING_UP,
    "creating": VolumeState.CREATING,
    "deleted": VolumeState.DELETED,
    "deleting": VolumeState.DELETING,
    "detaching": VolumeState.DETACHING,
    "downloading": VolumeState.CREATING,
    "extending": VolumeState.UPDATING,
    "in-use": VolumeState.IN_USE,
    "maintenance": VolumeState.UPDATING,
    "managing": VolumeState.CREATING,
    "reserved": VolumeState.ATTACHING,
    "restoring-backup": VolumeState.UPDATING,
    "retyping": VolumeState.UPDATING,
    "uploading": VolumeState.UPDATING,
}
SNAPSHOT_STATES: Mapping[str, SnapshotState] = {
    "available": SnapshotState.AVAILABLE,
    "backing-up": SnapshotState.UPDATING,
    "creating": SnapshotState.CREATING,
    "deleting": SnapshotState.DELETING,
    "restoring": SnapshotState.RESTORING,
    "unmanaging": SnapshotState.UPDATING,
    "updating": SnapshotState.UPDATING,
}


class _Attachment(msgspec.Struct):
    server_id: str | None = None
    device: str | None = None


class _Volume(msgspec.Struct):
    """A volume of Cinder's; its first API wrote ``display_name`` and ``display_description``."""

    id: Identity
    status: str
    size: int = 0
    name: str | None = None
    description: str | None = None
    display_name: str | None = None
    display_description: str | None = None
    availability_zone: str | None = None
    snapshot_id: str | None = None
    created_at: dt.datetime | None = None
    metadata: dict[str, str] = {}
    attachments: list[_Attachment] = []
    volume_type: str | None = None
    bootable: str | bool = False
    encrypted: bool = False


class _VolumeList(msgspec.Struct):
    volumes: list[_Volume]
    links: Links = msgspec.field(default_factory=list, name="volumes_links")

    def markers(self) -> list[str]:
        return [volume.id for volume in self.volumes]


class _VolumeAnswer(msgspec.Struct):
    volume: _Volume


class _Snapshot(msgspec.Struct):
    id: Identity
    status: str
    name: str | None = None
    display_name: str | None = None
    description: str | None = None
    display_description: str | None = None
    volume_id: str | None = None
    size: int | None = None
    created_at: dt.datetime | None = None
    metadata: dict[str, str] = {}


class _SnapshotList(msgspec.Struct):
    snapshots: list[_Snapshot]
    links: Links = msgspec.field(default_factory=list, name="snapshots_links")

    def markers(self) -> list[str]:
        return [snapshot.id for snapshot in self.snapshots]


class _TypeList(msgspec.Struct):
    volume_types: list[VolumeType]
    links: Links = msgspec.field(default_factory=list, name="volume_type_links")

    def markers(self) -> list[str]:
        return [kind.id for kind in self.volume_types]


class _SnapshotAnswer(msgspec.Struct):
    snapshot: _Snapshot


class Volumes:
    """The calls on volumes and their snapshots.

    Args:
        services: Sends the requests.
        in_region: Whether the location of a volume is the region, and not what Cinder says.
    """

    def __init__(self, services: OpenStackServices, *, in_region: bool = False) -> None:
        self._services = services
        self._in_region = in_region

    async def list_volumes(self, *, cursor: str | None) -> Page[OpenStackVolume]:
        return await self.find_volumes(EVERYTHING, cursor=cursor)

    async def find_volumes(self, wanted: Wanted, *, cursor: str | None) -> Page[OpenStackVolume]:
        """Those that are wanted, and perhaps some more."""
        found, after = await self._services.page(
            BLOCK_STORAGE,
            "/volumes/detail",
            _VolumeList,
            operation="List accessible volumes with details",
            query=_named(wanted),
            cursor=cursor,
        )
        return Page([self._volume(volume) for volume in found.volumes], after)

    async def get_volume(self, volume_id: str) -> OpenStackVolume:
        answer = await self._services.get(
            BLOCK_STORAGE,
            f"/volumes/{identified(volume_id)}",
            _VolumeAnswer,
            operation="Show a volume's details",
            not_found=VolumeNotFound,
        )
        return self._volume(answer.volume)

    async def list_volume_types(self, *, cursor: str | None) -> Page[VolumeType]:
        found, after = await self._services.page(
            BLOCK_STORAGE, "/types", _TypeList, operation="List all volume types", cursor=cursor
        )
        return Page(found.volume_types, after)

    async def create_volume(
        self, *, size: int, name: str, location: str | None, snapshot: str | None, options: VolumeOptions
    ) -> OpenStackVolume:
        optional: dict[str, object] = {
            "availability_zone": location,
            "snapshot_id": snapshot,
            "volume_type": options.volume_type,
            "imageRef": options.image,
            "metadata": dict(options.metadata) or None,
        }
        answer = await self._services.post(
            BLOCK_STORAGE,
            "/volumes",
            {
                "volume": {
                    "size": size,
                    **await self._naming(name, options.description),
                    **{key: value for key, value in optional.items() if value is not None},
                }
            },
            _VolumeAnswer,
            operation="Create a volume",
            check=lambda found: _check_create(found, snapshot, options),
            makes=f"a volume named {name!r}",
        )
        return self._volume(answer.volume)

    async def _naming(self, name: str | None, description: str | None = None) -> dict[str, str]:
        """How these are sent: the first Cinder API, which Rackspace kept, has other words for them."""
        place = await self._services.session.versioned_endpoint(BLOCK_STORAGE)
        before = "display_" if "/v1" in place.path else ""
        given = {f"{before}name": name, f"{before}description": description}
        return {key: value for key, value in given.items() if value}

    async def destroy_volume(self, volume_id: str) -> None:
        await self._services.delete(
            BLOCK_STORAGE,
            f"/volumes/{identified(volume_id)}",
            operation="Delete a volume",
            check=_check_destroy,
            done=lambda: self._is(volume_id, VolumeState.DELETING),
        )

    async def _is(self, volume_id: str, *states: VolumeState) -> bool:
        return (await self.get_volume(volume_id)).state in states

    async def attach_volume(self, *, node_id: str, volume_id: str, device: str | None) -> OpenStackVolume:
        attachment = {"volumeId": volume_id, **({"device": device} if device else {})}

        async def attach(microversion: str | None) -> None:
            await self._services.send(
                COMPUTE,
                "POST",
                f"/servers/{identified(node_id)}/os-volume_attachments",
                operation="Attach a volume to an instance",
                body={"volumeAttachment": attachment},
                repeatable=False,
                check=_check_attach,
                microversion=microversion,
            )

        try:
            await attach(None)
        except CloudError as error:
            # Nothing was done: what several nodes may have is refused to those who do not know of it.
            if MULTI_ATTACH not in error.message:
                raise
            await attach(await self._multi_attach(error))
        try:
            return await self.get_volume(volume_id)
        except CloudError as error:
            error.message += f"; the volume {volume_id} is being attached to {node_id} all the same"
            raise

    async def _multi_attach(self, refusal: CloudError) -> str:
        """The microversion that attaches volumes which several nodes may have, if this Nova has it."""
        place = await self._services.session.versioned_endpoint(COMPUTE)
        if await self._services.session.microversion(place, MULTI_ATTACH) != MULTI_ATTACH:
            refusal.message += "; this Nova is too old for it"
            raise refusal
        return MULTI_ATTACH

    async def detach_volume(self, volume_id: str, *, node_id: str | None) -> OpenStackVolume:
        node = attached_node(await self._settled(volume_id), node_id)
        await self._services.delete(
            COMPUTE,
            f"/servers/{identified(node)}/os-volume_attachments/{identified(volume_id)}",
            operation="Detach a volume from an instance",
            not_found=VolumeNotFound,
            done=lambda: self._is_off(volume_id, node),
        )
        try:
            return await self.get_volume(volume_id)
        except CloudError as error:
            error.message += f"; the volume {volume_id} is being detached all the same"
            raise

    async def _is_off(self, volume_id: str, node_id: str) -> bool:
        """Whether a volume is not a node's any more, or will not be; which of several is leaving is not told."""
        volume = await self.get_volume(volume_id)
        return node_id not in volume.attached_to or (
            len(volume.attached_to) == 1 and volume.state in {VolumeState.DETACHING, VolumeState.AVAILABLE}
        )

    async def _settled(self, volume_id: str) -> OpenStackVolume:
        """The volume, once it is not on its way to a node any more: on the way it cannot be detached."""
        runtime = self._services.caller.runtime
        end = runtime.monotonic() + SETTLING
        while True:
            volume = await self.get_volume(volume_id)
            if volume.state is not VolumeState.ATTACHING or runtime.monotonic() >= end:
                return volume
            await runtime.sleep(SETTLING_POLL)

    async def list_volume_snapshots(self, *, volume_id: str | None, cursor: str | None) -> Page[OpenStackSnapshot]:
        return await self.find_volume_snapshots(EVERYTHING, volume_id=volume_id, cursor=cursor)

    async def find_volume_snapshots(
        self, wanted: Wanted, *, volume_id: str | None, cursor: str | None
    ) -> Page[OpenStackSnapshot]:
        """Those that are wanted, and perhaps some more."""
        found, after = await self._services.page(
            BLOCK_STORAGE,
            "/snapshots/detail",
            _SnapshotList,
            operation="List snapshots and details",
            query=[*([("volume_id", volume_id)] if volume_id else []), *_named(wanted)],
            cursor=cursor,
        )
        return Page([self._snapshot(snapshot) for snapshot in found.snapshots], after)

    async def get_volume_snapshot(self, snapshot_id: str) -> OpenStackSnapshot:
        answer = await self._services.get(
            BLOCK_STORAGE,
            f"/snapshots/{identified(snapshot_id)}",
            _SnapshotAnswer,
            operation="Show a snapshot's details",
            not_found=SnapshotNotFound,
        )
        return self._snapshot(answer.snapshot)

    async def create_volume_snapshot(
        self, *, volume_id: str, name: str | None, description: str | None = None
    ) -> OpenStackSnapshot:
        naming = await self._naming(name, description) if name or description else {}
        answer = await self._services.post(
            BLOCK_STORAGE,
            "/snapshots",
            # Without force, the snapshot of a volume that is in use is refused.
            {"snapshot": {"volume_id": volume_id, "force": True, **naming}},
            _SnapshotAnswer,
            operation="Create a snapshot",
            not_found=VolumeNotFound,
            makes=f"a snapshot of the volume {volume_id}",
        )
        return self._snapshot(answer.snapshot)

    async def destroy_volume_snapshot(self, snapshot_id: str) -> None:
        await self._services.delete(
            BLOCK_STORAGE,
            f"/snapshots/{identified(snapshot_id)}",
            operation="Delete a snapshot",
            not_found=SnapshotNotFound,
            done=lambda: self._is_going(snapshot_id),
        )

    async def _is_going(self, snapshot_id: str) -> bool:
        return (await self.get_volume_snapshot(snapshot_id)).state is SnapshotState.DELETING

    def _volume(self, volume: _Volume) -> OpenStackVolume:
        attached = {entry.server_id: entry.device or "" for entry in volume.attachments if entry.server_id}
        location = self._services.session.region_in_use if self._in_region else volume.availability_zone
        return OpenStackVolume(
            id=volume.id,
            name=volume.name or volume.display_name or "",
            size=volume.size,
            state=_state(volume.status, VOLUME_STATES, VolumeState.ERROR, VolumeState.UNKNOWN),
            provider=self._services.provider,
            provider_state=volume.status,
            location=location or None,
            attached_to=tuple(attached),
            snapshot=volume.snapshot_id or None,
            created_at=utc(volume.created_at),
            tags=volume.metadata,
            volume_type=volume.volume_type,
            bootable=volume.bootable in {"true", "True", True},
            encrypted=volume.encrypted,
            devices=attached,
            description=volume.description or volume.display_description,
        )

    def _snapshot(self, snapshot: _Snapshot) -> OpenStackSnapshot:
        return OpenStackSnapshot(
            id=snapshot.id,
            name=snapshot.name or snapshot.display_name or "",
            state=_state(snapshot.status, SNAPSHOT_STATES, SnapshotState.ERROR, SnapshotState.UNKNOWN),
            provider=self._services.provider,
            provider_state=snapshot.status,
            volume=snapshot.volume_id,
            size=snapshot.size,
            created_at=utc(snapshot.created_at),
            tags=snapshot.metadata,
            description=snapshot.description or snapshot.display_description,
        )


def _named(wanted: Wanted) -> list[tuple[str, str]]:
    name = wanted.name or ""
    return [("name", name)] if PLAIN_NAME.fullmatch(name) else []


StateT = TypeVar("StateT", VolumeState, SnapshotState)


def _state(word: str, known: Mapping[str, StateT], error: StateT, unknown: StateT) -> StateT:
    """Cinder has a dozen ways to say error, which all start with it."""
    return error if word.startswith("error") else known.get(word, unknown)


def _check_create(answer: Response, snapshot: str | None, options: VolumeOptions) -> CloudError | None:
    error = fault_error(answer)
    words = error.message.lower() if error is not None else ""
    # Cinder says 404 for whatever it does not find, and 400 for an image whose id is none.
    if error is not None and options.image and "image" in words and (answer.status == 404 or NO_IMAGE in words):
        return ImageNotFound(error.message, status=answer.status, code=error.code)
    if answer.status == 404 and snapshot and "volume type" not in words:
        return fault_error(answer, not_found=SnapshotNotFound)
    return error


def _check_destroy(answer: Response) -> CloudError | None:
    # Cinder answers 400 where the volume's state forbids it.
    error = fault_error(answer, not_found=VolumeNotFound)
    if answer.status == 400 and error is not None:
        return Conflict(f"{error.message}; detach it and destroy its snapshots first", status=400, code=error.code)
    return error


def _check_attach(answer: Response) -> CloudError | None:
    error = fault_error(answer, not_found=NodeNotFound)
    if error is None:
        return None
    words = error.message.lower()
    if answer.status == 404 and "volume" in words:
        return VolumeNotFound(error.message, status=404, code=error.code)
    # Nova answers 400 for a volume that is in use already, or in another zone.
    if answer.status == 400 and "volume" in words and ("status" in words or "state" in words or "attach" in words):
        return Conflict(error.message, status=400, code=error.code)
    return error
