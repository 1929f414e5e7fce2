"""Images, by Glance; images of nodes are made by Nova."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

import msgspec

from cumuli.calls.lost_answers import creating
from cumuli.calls.paging import Page
from cumuli.compute.models import NodeImage
from cumuli.errors import CloudError, ConfigurationError, ImageNotFound, MalformedResponse, PermissionDenied
from cumuli.providers.openstack.compute.models import OpenStackImage, OpenStackNode
from cumuli.providers.openstack.compute.servers import Servers
from cumuli.providers.openstack.services import IMAGE, Link, OpenStackServices, decoded, identified
from cumuli.runtime.messages import Response
from cumuli.wire.lenient import Identity, Needed
from cumuli.wire.timestamps import utc

__all__ = ["Images", "image_id_of"]

log = logging.getLogger("cumuli.openstack")

# Ids are sent in the query, whose length services limit.
IDS_PER_CALL = 50
PARALLEL_READS = 8


class _Image(msgspec.Struct):
    id: Identity
    name: str | None = None
    status: str = ""
    owner: str | None = None
    created_at: dt.datetime | None = None
    visibility: str = ""
    size: int | None = None
    min_disk: int = 0
    min_ram: int = 0
    disk_format: str | None = None
    description: str | None = None


class _ImageList(msgspec.Struct):
    images: list[_Image]
    next: Needed[str] | None = None

    @property
    def links(self) -> list[Link]:
        return [Link(href=self.next, rel="next")] if self.next else []

    def markers(self) -> list[str]:
        return [image.id for image in self.images]


class _MadeImage(msgspec.Struct):
    image_id: Identity


class Images:
    """The calls on images: Glance's, and Nova's that makes one of a node."""

    def __init__(self, services: OpenStackServices, servers: Servers[OpenStackNode]) -> None:
        self._services = services
        self._servers = servers

    async def list_images(
        self, *, location: str | None, owner: str | None, ids: Sequence[str] | None, cursor: str | None
    ) -> Page[NodeImage]:
        query: list[tuple[str, str]] = []
        if owner is not None:
            project = (await self._services.session.token()).project_id if owner == "self" else owner
            if not project:
                raise ConfigurationError('the token does not tell its project: give owner its id instead of "self"')
            query.append(("owner", project))
        if ids is not None:
            return Page(await self._images(ids, query))
        found, after = await self._services.page(
            IMAGE, "/images", _ImageList, operation="List images", query=query, cursor=cursor
        )
        return Page([self._image(image) for image in found.images], after)

    async def _images(self, ids: Sequence[str], query: list[tuple[str, str]]) -> list[NodeImage]:
        images: dict[str, NodeImage] = {}
        step = min(IDS_PER_CALL, self._services.page_size)
        for start in range(0, len(ids), step):
            wanted = ids[start : start + step]
            found, _ = await self._services.page(
                IMAGE,
                "/images",
                _ImageList,
                operation="List images",
                query=[*query, ("id", f"in:{','.join(wanted)}")],
                cursor=None,
            )
            images.update((image.id, self._image(image)) for image in found.images)
        missing = [image_id for image_id in images.fromkeys(ids) if image_id not in images]
        # Listings leave out hidden images, and shared ones that were not accepted; one by one they can be read.
        jobs = [lambda image_id=image_id: self._alone(image_id) for image_id in missing]
        alone = await self._services.caller.runtime.gather(jobs, limit=PARALLEL_READS)
        owners = [value for _, value in query]
        images.update((image.id, image) for image in alone if image and (not owners or image.owner in owners))
        missing = [image_id for image_id in missing if image_id not in images]
        if missing:
            raise ImageNotFound(f"no such images: {', '.join(missing)}")
        return [images[image_id] for image_id in ids]

    async def _alone(self, image_id: str) -> NodeImage | None:
        try:
            return await self.get_image(image_id)
        except ImageNotFound:
            return None

    async def get_image(self, image_id: str) -> NodeImage:
        found = await self._services.get(
            IMAGE, f"/images/{identified(image_id)}", _Image, operation="Show image", not_found=ImageNotFound
        )
        return self._image(found)

    async def create_image(self, *, node_id: str, name: str, description: str | None) -> NodeImage:
        return await self.save_image(node_id, name, {"description": description} if description else {})

    async def save_image(self, node_id: str, name: str, metadata: dict[str, str]) -> NodeImage:
        """Make an image of a node, with properties of one's own."""

        async def make() -> str:
            arguments = {"name": name, **({"metadata": metadata} if metadata else {})}
            return image_id_of(await self._servers.act(node_id, "createImage", arguments))

        advice = f"whether the image {name!r} was made is not known: look for it with list_images before you try again"
        image_id = await creating(make(), operation="createImage", advice=advice)
        try:
            return await self.get_image(image_id)
        except ImageNotFound as error:
            error.message += f"; the image that was asked for is named {name!r}, look for it with list_images"
            raise
        except CloudError as error:
            # The image is being made: losing its id would be worse than knowing little of it.
            log.warning("the image %s is being made, and could not be read: %s", image_id, error.message)
            return OpenStackImage(
                id=image_id, name=name, provider=self._services.provider, description=metadata.get("description")
            )

    async def delete_image(self, image_id: str) -> None:
        try:
            await self._services.delete(
                IMAGE, f"/images/{identified(image_id)}", operation="Delete image", not_found=ImageNotFound
            )
        except PermissionDenied as error:
            error.message += "; only images of one's own project can be deleted, and only unprotected ones"
            raise

    def _image(self, image: _Image) -> OpenStackImage:
        return OpenStackImage(
            id=image.id,
            name=image.name or "",
            provider=self._services.provider,
            provider_state=image.status,
            owner=image.owner,
            created_at=utc(image.created_at),
            visibility=image.visibility,
            size=image.size,
            min_disk=image.min_disk,
            min_ram=image.min_ram,
            disk_format=image.disk_format,
            description=image.description,
        )


def image_id_of(answer: Response) -> str:
    """The id of the image that a ``createImage`` makes: in the body from microversion 2.45 on, else in a header."""
    location = answer.headers.get("location")
    if location:
        return location.rstrip("/").rpartition("/")[2]
    if answer.body:
        return decoded(answer, _MadeImage).image_id
    raise MalformedResponse("the answer of createImage does not name the image", status=answer.status)
