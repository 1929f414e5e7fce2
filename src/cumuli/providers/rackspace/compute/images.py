"""Images by the compute service itself, as Rackspace offers them beside Glance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from cumuli.calls.paging import Page
from cumuli.errors import ImageNotFound, InvalidRequest
from cumuli.providers.openstack.compute.images import Images, as_properties, image_state
from cumuli.providers.openstack.compute.models import OpenStackImage
from cumuli.providers.openstack.services import COMPUTE, Links, identified
from cumuli.wire.lenient import Identity
from cumuli.wire.timestamps import utc

__all__ = ["NovaImages"]

PARALLEL_READS = 8
# Whose image it is, in Nova's words.
OWNERS = {"self": "SNAPSHOT", "rackspace": "BASE"}


class _Image(msgspec.Struct):
    id: Identity
    name: str | None = None
    status: str = ""
    created: dt.datetime | None = None
    updated: dt.datetime | None = None
    min_disk: int = msgspec.field(default=0, name="minDisk")
    min_ram: int = msgspec.field(default=0, name="minRam")
    size: int | None = msgspec.field(default=None, name="OS-EXT-IMG-SIZE:size")
    metadata: dict[str, object] = {}


class _ImageList(msgspec.Struct):
    images: list[_Image]
    links: Links = msgspec.field(default_factory=list, name="images_links")

    def markers(self) -> list[str]:
        return [image.id for image in self.images]


class _ImageAnswer(msgspec.Struct):
    image: _Image


class NovaImages(Images):
    """The calls on images, by Nova instead of Glance."""

    async def list_images(
        self, *, location: str | None, owner: str | None, ids: Sequence[str] | None, cursor: str | None
    ) -> Page[OpenStackImage]:
        if ids is not None:
            jobs = [lambda image_id=image_id: self.get_image(image_id) for image_id in ids]
            return Page(await self._services.caller.runtime.gather(jobs, limit=PARALLEL_READS))
        if owner is not None and owner not in OWNERS:
            raise InvalidRequest(f'owner is {owner!r}; Rackspace tells images of "self" and of "rackspace" apart')
        found, after = await self._services.page(
            COMPUTE,
            "/images/detail",
            _ImageList,
            operation="List images with details",
            query=[("type", OWNERS[owner])] if owner is not None else [],
            cursor=cursor,
        )
        return Page([self._nova_image(image) for image in found.images], after)

    async def get_image(self, image_id: str) -> OpenStackImage:
        answer = await self._services.get(
            COMPUTE,
            f"/images/{identified(image_id)}",
            _ImageAnswer,
            operation="Retrieve image details",
            not_found=ImageNotFound,
        )
        return self._nova_image(answer.image)

    async def delete_image(self, image_id: str) -> None:
        await self._services.delete(
            COMPUTE, f"/images/{identified(image_id)}", operation="Delete image", not_found=ImageNotFound
        )

    def _nova_image(self, image: _Image) -> OpenStackImage:
        properties = as_properties(image.metadata.items())
        return OpenStackImage(
            id=image.id,
            name=image.name or "",
            provider=self._services.provider,
            state=image_state(image.status),
            provider_state=image.status,
            created_at=utc(image.created),
            size=image.size,
            min_disk=image.min_disk,
            min_ram=image.min_ram,
            description=properties.get("description"),
            tags=properties,
            properties=properties,
            updated_at=utc(image.updated),
        )
