"""``AsyncCinder``: the part of the client of every OpenStack that is about volumes. ``Cinder`` is generated from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic

from cumuli.calls.paging import Page
from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_name, checked_tags, id_of, optional_id_of
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.models import NodeImage, NodeLocation, Volume, VolumeSnapshot
from cumuli.errors import InvalidRequest
from cumuli.providers.openstack.compute.arguments import reference
from cumuli.providers.openstack.compute.driver import NovaDriver
from cumuli.providers.openstack.compute.models import (
    NovaNodeT,
    OpenStackImage,
    OpenStackSnapshot,
    OpenStackVolume,
    VolumeOptions,
    VolumeType,
)

__all__ = ["AsyncCinder"]


class AsyncCinder(AsyncCompute[NovaNodeT, OpenStackVolume, OpenStackImage, OpenStackSnapshot], Generic[NovaNodeT]):
    """What Cinder's volumes have besides the portable part."""

    _nova: NovaDriver[NovaNodeT]

    async def create_volume(
        self,
        size: int,
        name: str,
        *,
        location: NodeLocation | str | None = None,
        snapshot: VolumeSnapshot | str | None = None,
        ex_volume_type: VolumeType | str | None = None,
        ex_image_ref: NodeImage | str | None = None,
        ex_description: str | None = None,
        ex_metadata: Mapping[str, str] | None = None,
    ) -> OpenStackVolume:
        """Create a volume. Cinder's operation: Create a volume.

        Args:
            size: GiB, at least 1.
            name: Its display name.
            location: Where; None for the provider's choice.
            snapshot: What to fill it with; None for an empty one.
            ex_volume_type: Its type, or the type's name or id; None for Cinder's default.
            ex_image_ref: The image to fill it with, so that a node can boot from it; instead of ``snapshot``.
            ex_description: Its description.
            ex_metadata: Its metadata, which are its ``tags``.

        Raises:
            SnapshotNotFound, ImageNotFound: The snapshot, or the image, does not exist.
            NotFound: There is no such type.
            QuotaExceeded: The account may not have that much.
            InvalidRequest: It cannot be, as when the image does not fit into it.
        """
        self._require(ComputeCapability.CREATE_VOLUME)
        if size < 1:
            raise InvalidRequest(f"a volume of {size} GiB cannot be; size is a whole number of GiB, at least 1")
        if snapshot is not None and ex_image_ref is not None:
            raise InvalidRequest("snapshot and ex_image_ref are two things to fill a volume with; give one of them")
        return await self._make(
            self._nova.create_volume(
                size=size,
                name=checked_name(name, "a volume"),
                location=optional_id_of(location, NodeLocation, self.provider),
                snapshot=optional_id_of(snapshot, VolumeSnapshot, self.provider),
                options=VolumeOptions(
                    volume_type=reference(ex_volume_type, "volume type") if ex_volume_type is not None else None,
                    image=optional_id_of(ex_image_ref, NodeImage, self.provider),
                    description=ex_description,
                    metadata=checked_tags(ex_metadata),
                ),
            )
        )

    async def create_volume_snapshot(
        self, volume: Volume | str, *, name: str | None = None, ex_description: str | None = None
    ) -> OpenStackSnapshot:
        """Make a snapshot of a volume, also of one that is in use. Cinder's operation: Create a snapshot.

        Args:
            volume: The volume.
            name: The snapshot's display name.
            ex_description: Its description.

        Returns:
            The snapshot, possibly still being made.

        Raises:
            VolumeNotFound: The volume does not exist.
            QuotaExceeded: The project may not have another one.
        """
        self._require(ComputeCapability.CREATE_VOLUME_SNAPSHOT)
        return await self._make(
            self._nova.volumes.create_volume_snapshot(
                volume_id=id_of(volume, Volume, self.provider),
                name=name,
                description=ex_description,
            )
        )

    async def ex_get_volume_snapshot(self, snapshot: VolumeSnapshot | str) -> OpenStackSnapshot:
        """One snapshot of a volume as it is now. Cinder's operation: Show a snapshot's details.

        Raises:
            SnapshotNotFound: It does not exist.
        """
        return await self._do(self._nova.volumes.get_volume_snapshot(id_of(snapshot, VolumeSnapshot, self.provider)))

    async def ex_list_volume_types(self) -> list[VolumeType]:
        """Every kind of volume on offer. Cinder's operation: List all volume types."""
        return [kind async for kind in self._pages(self._volume_types, key=lambda kind: kind.id)]

    async def _volume_types(self, cursor: str | None) -> Page[VolumeType]:
        return await self._nova.volumes.list_volume_types(cursor=cursor)
