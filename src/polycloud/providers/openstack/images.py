"""The portable verbs for images, on Glance; images of nodes are made by Nova."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from polycloud.compute.models import NodeImage
from polycloud.errors import ImageNotFound, MalformedResponse, PermissionDenied
from polycloud.providers.openstack.base import NovaNodeT
from polycloud.providers.openstack.models import OpenStackImage
from polycloud.providers.openstack.servers import ServersDriver
from polycloud.providers.openstack.services import IMAGE, Link, quoted
from polycloud.providers.openstack.wire_servers import utc
from polycloud.runtime.messages import Response
from polycloud.runtime.paging import Page

__all__ = ["GlanceImages", "image_id_of"]

# Ids are sent in the query, whose length services limit.
IDS_PER_CALL = 50


class _Image(msgspec.Struct):
    id: str
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
    next: str | None = None

    @property
    def links(self) -> list[Link]:
        return [Link(href=self.next, rel="next")] if self.next else []

    def markers(self) -> list[str]:
        return [image.id for image in self.images]


class _MadeImage(msgspec.Struct):
    image_id: str


class GlanceImages(ServersDriver[NovaNodeT]):
    """Images."""

    async def list_images(
        self, *, location: str | None, owner: str | None, ids: Sequence[str] | None, cursor: str | None
    ) -> Page[NodeImage]:
        query: list[tuple[str, str]] = []
        if owner is not None:
            project = (await self.services.session.token()).project_id if owner == "self" else owner
            query.append(("owner", project or owner))
        if ids is not None:
            return Page(await self._images(ids, query))
        found, after = await self.services.page(
            IMAGE, "/images", _ImageList, operation="List images", query=query, cursor=cursor
        )
        return Page([self._image(image) for image in found.images], after)

    async def _images(self, ids: Sequence[str], query: list[tuple[str, str]]) -> list[NodeImage]:
        images: dict[str, NodeImage] = {}
        step = min(IDS_PER_CALL, self.services.page_size)
        for start in range(0, len(ids), step):
            wanted = ids[start : start + step]
            found, _ = await self.services.page(
                IMAGE,
                "/images",
                _ImageList,
                operation="List images",
                query=[*query, ("id", f"in:{','.join(wanted)}")],
                cursor=None,
            )
            images.update((image.id, self._image(image)) for image in found.images)
        missing = [image_id for image_id in ids if image_id not in images]
        if missing:
            raise ImageNotFound(f"no such images: {', '.join(missing)}")
        return [images[image_id] for image_id in ids]

    async def get_image(self, image_id: str) -> NodeImage:
        found = await self.services.get(
            IMAGE, f"/images/{quoted(image_id)}", _Image, operation="Show image", not_found=ImageNotFound
        )
        return self._image(found)

    async def create_image(self, *, node_id: str, name: str, description: str | None) -> NodeImage:
        return await self.save_image(node_id, name, {"description": description} if description else {})

    async def save_image(self, node_id: str, name: str, metadata: dict[str, str]) -> NodeImage:
        """Make an image of a node, with properties of one's own."""
        answer = await self.act(node_id, "createImage", {"name": name, **({"metadata": metadata} if metadata else {})})
        return await self.get_image(image_id_of(answer))

    async def delete_image(self, image_id: str) -> None:
        try:
            await self.services.delete(
                IMAGE, f"/images/{quoted(image_id)}", operation="Delete image", not_found=ImageNotFound
            )
        except PermissionDenied as error:
            error.message += "; only images of one's own project can be deleted, and only unprotected ones"
            raise

    def _image(self, image: _Image) -> OpenStackImage:
        return OpenStackImage(
            id=image.id,
            name=image.name or "",
            provider=self.provider,
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
        return msgspec.json.decode(answer.body, type=_MadeImage).image_id
    raise MalformedResponse("the answer of createImage does not name the image", status=answer.status)
