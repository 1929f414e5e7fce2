"""Images, by Glance; images of nodes are made by Nova."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

import msgspec

from cumuli.calls.lost_answers import creating
from cumuli.calls.paging import Page
from cumuli.compute.models import ImageState
from cumuli.compute.wanted import Wanted
from cumuli.errors import (
    AlreadyExists,
    CloudError,
    ConfigurationError,
    ImageNotFound,
    MalformedResponse,
    PermissionDenied,
)
from cumuli.providers.openstack.compute.models import ImageMember, OpenStackImage, OpenStackNode
from cumuli.providers.openstack.compute.servers import Servers
from cumuli.providers.openstack.faults import fault_error
from cumuli.providers.openstack.services import IMAGE, Link, OpenStackServices, decoded, identified
from cumuli.runtime.messages import Response
from cumuli.wire.lenient import Identity, Needed
from cumuli.wire.timestamps import utc

__all__ = ["OWN_WORDS", "Images", "as_properties", "image_id_of", "image_state"]

log = logging.getLogger("cumuli.openstack")

# Glance's words, in lower case, and Nova's: what is neither is unknown.
STATES: Mapping[str, ImageState] = {
    "active": ImageState.AVAILABLE,
    "deactivated": ImageState.INACTIVE,
    "deleted": ImageState.DELETED,
    "error": ImageState.ERROR,
    "importing": ImageState.CREATING,
    "killed": ImageState.ERROR,
    "pending_delete": ImageState.DELETING,
    "preparing": ImageState.CREATING,
    "queued": ImageState.CREATING,
    "saving": ImageState.CREATING,
    "uploading": ImageState.CREATING,
}
# Behind a word in front of a value, by which Glance takes it for a list, or for less or more (``in:a,b``).
OPERATOR = ":"
# Ids are sent in the query, whose length services limit.
IDS_PER_CALL = 50
PARALLEL_READS = 8
PATCH = "application/openstack-images-v2.1-json-patch"
# What Glance itself tells of an image; whatever else stands in one is a property.
OWN_WORDS = frozenset(
    {
        "checksum", "container_format", "created_at", "direct_url", "disk_format", "file", "id", "locations",
        "min_disk", "min_ram", "name", "os_hash_algo", "os_hash_value", "os_hidden", "owner", "protected", "schema",
        "self", "size", "status", "stores", "tags", "updated_at", "virtual_size", "visibility",
    }
)  # fmt: skip


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
    container_format: str | None = None
    protected: bool | None = None
    os_hidden: bool = False
    checksum: str | None = None
    tags: list[str] = []
    updated_at: dt.datetime | None = None


class _Member(msgspec.Struct):
    member_id: Identity
    image_id: str = ""
    status: str = ""
    created_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None


class _MemberList(msgspec.Struct):
    members: list[_Member]


class _ImageList(msgspec.Struct):
    images: list[_Image]
    next: Needed[str] | None = None

    @property
    def links(self) -> list[Link]:
        return [Link(href=self.next, rel="next")] if self.next else []


class _ImagePage:
    """A page of Glance's listing."""

    def __init__(self, images: list[OpenStackImage], links: Sequence[Link]) -> None:
        self.images = images
        self.links = links

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
    ) -> Page[OpenStackImage]:
        query = await self._owned(owner)
        return await self._page(query, cursor) if ids is None else Page(await self._images(ids, query))

    async def find_images(self, wanted: Wanted, *, owner: str | None, cursor: str | None) -> Page[OpenStackImage]:
        """Those that are wanted, and perhaps some more."""
        query = await self._owned(owner)
        if wanted.name is not None and OPERATOR not in wanted.name:
            query.append(("name", wanted.name))
        return await self._page(query, cursor)

    async def _owned(self, owner: str | None) -> list[tuple[str, str]]:
        if owner is None:
            return []
        project = (await self._services.session.token()).project_id if owner == "self" else owner
        if not project:
            raise ConfigurationError('the token does not tell its project: give owner its id instead of "self"')
        return [("owner", project)]

    async def _page(self, query: list[tuple[str, str]], cursor: str | None) -> Page[OpenStackImage]:
        found, after = await self._services.page(
            IMAGE, "/images", _ImagePage, operation="List images", query=query, cursor=cursor, read=self._read_page
        )
        return Page(found.images, after)

    def _read_page(self, answer: Response, lost: list[MalformedResponse]) -> _ImagePage:
        page = decoded(answer, _ImageList, lost)
        properties = dict(_properties_by_id(msgspec.json.decode(answer.body)))
        return _ImagePage([self._image(image, properties.get(image.id, {})) for image in page.images], page.links)

    async def _images(self, ids: Sequence[str], query: list[tuple[str, str]]) -> list[OpenStackImage]:
        images: dict[str, OpenStackImage] = {}
        step = min(IDS_PER_CALL, self._services.page_size)
        for start in range(0, len(ids), step):
            wanted = ids[start : start + step]
            found, _ = await self._services.page(
                IMAGE,
                "/images",
                _ImagePage,
                operation="List images",
                query=[*query, ("id", f"in:{','.join(wanted)}")],
                cursor=None,
                read=self._read_page,
            )
            images.update((image.id, image) for image in found.images)
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

    async def _alone(self, image_id: str) -> OpenStackImage | None:
        try:
            return await self.get_image(image_id)
        except ImageNotFound:
            return None

    async def get_image(self, image_id: str) -> OpenStackImage:
        answer = await self._services.send(
            IMAGE, "GET", f"/images/{identified(image_id)}", operation="Show image", check=_check
        )
        return self._alone_in(answer)

    async def update_image(self, image_id: str, set_to: Mapping[str, object], remove: Sequence[str]) -> OpenStackImage:
        """Change fields and properties."""
        patch: list[object] = [
            {"op": "add", "path": f"/{_pointed(name)}", "value": value} for name, value in set_to.items()
        ]
        patch += [{"op": "remove", "path": f"/{_pointed(name)}"} for name in remove]
        answer = await self._services.send(
            IMAGE,
            "PATCH",
            f"/images/{identified(image_id)}",
            operation="Update image",
            body=patch,
            content_type=PATCH,
            # What was removed cannot be removed again.
            repeatable=not remove,
            check=_check,
        )
        return self._alone_in(answer)

    async def list_members(self, image_id: str) -> list[ImageMember]:
        answer = await self._services.get(
            IMAGE,
            f"/images/{identified(image_id)}/members",
            _MemberList,
            operation="List image members",
            not_found=ImageNotFound,
        )
        return [_member(member) for member in answer.members]

    async def get_member(self, image_id: str, project: str) -> ImageMember:
        answer = await self._services.get(
            IMAGE,
            f"/images/{identified(image_id)}/members/{identified(project)}",
            _Member,
            operation="Show image member details",
        )
        return _member(answer)

    async def create_member(self, image_id: str, project: str) -> ImageMember:
        answer = await self._services.post(
            IMAGE,
            f"/images/{identified(image_id)}/members",
            {"member": project},
            _Member,
            operation="Create image member",
            not_found=ImageNotFound,
            exists=AlreadyExists,
            makes=f"the project {project} a member of the image {image_id}",
        )
        return _member(answer)

    async def set_member_status(self, image_id: str, project: str | None, status: str) -> ImageMember:
        if project is None:
            project = (await self._services.session.token()).project_id
        if project is None:
            raise ConfigurationError("the token is for no project; say who is the member: give member")
        answer = await self._services.put(
            IMAGE,
            f"/images/{identified(image_id)}/members/{identified(project)}",
            {"status": status},
            _Member,
            operation="Update image member",
        )
        return _member(answer)

    async def delete_member(self, image_id: str, project: str) -> None:
        await self._services.delete(
            IMAGE,
            f"/images/{identified(image_id)}/members/{identified(project)}",
            operation="Delete image member",
        )

    async def create_image(self, *, node_id: str, name: str, description: str | None) -> OpenStackImage:
        return await self.save_image(node_id, name, {"description": description} if description else {})

    async def save_image(self, node_id: str, name: str, metadata: dict[str, str]) -> OpenStackImage:
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

    def _alone_in(self, answer: Response) -> OpenStackImage:
        found = decoded(answer, _Image)
        return self._image(found, _properties_of(_fields(msgspec.json.decode(answer.body))))

    def _image(self, image: _Image, properties: dict[str, str]) -> OpenStackImage:
        return OpenStackImage(
            id=image.id,
            name=image.name or "",
            provider=self._services.provider,
            state=image_state(image.status),
            provider_state=image.status,
            owner=image.owner,
            created_at=utc(image.created_at),
            visibility=image.visibility,
            size=image.size,
            min_disk=image.min_disk,
            min_ram=image.min_ram,
            disk_format=image.disk_format,
            description=properties.get("description"),
            container_format=image.container_format,
            protected=image.protected,
            hidden=image.os_hidden,
            checksum=image.checksum,
            tags=properties,
            labels=tuple(image.tags),
            properties=properties,
            updated_at=utc(image.updated_at),
        )


def _properties_by_id(document: object) -> Iterator[tuple[str, dict[str, str]]]:
    """What stands in a listing beside what Glance's own API has; the listing itself has been read before."""
    listed = _fields(document).get("images")
    for image in cast("list[object]", listed) if isinstance(listed, list) else ():
        fields = _fields(image)
        yield str(fields.get("id")), _properties_of(fields)


def _fields(document: object) -> dict[str, object]:
    return cast("dict[str, object]", document) if isinstance(document, dict) else {}


def _properties_of(image: dict[str, object]) -> dict[str, str]:
    """The properties in the document of an image."""
    return as_properties((name, value) for name, value in image.items() if name not in OWN_WORDS)


def as_properties(found: Iterable[tuple[str, object]]) -> dict[str, str]:
    """Properties as texts. A value that was never set is null, and one that is no single value is nothing to show."""
    return {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in found
        if isinstance(value, str | int | float)
    }


def _member(member: _Member) -> ImageMember:
    return ImageMember(
        member_id=member.member_id,
        image_id=member.image_id,
        status=member.status,
        created_at=utc(member.created_at),
        updated_at=utc(member.updated_at),
    )


def _pointed(name: str) -> str:
    """A name as JSON pointers write it (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _check(answer: Response) -> CloudError | None:
    return fault_error(answer, not_found=ImageNotFound)


def image_state(word: str) -> ImageState:
    """The portable state for Glance's status, or Nova's."""
    return STATES.get(word.lower(), ImageState.UNKNOWN)


def image_id_of(answer: Response) -> str:
    """The id of the image that a ``createImage`` makes: in the body from microversion 2.45 on, else in a header."""
    location = answer.headers.get("location")
    if location:
        return location.rstrip("/").rpartition("/")[2]
    if answer.body:
        return decoded(answer, _MadeImage).image_id
    raise MalformedResponse("the answer of createImage does not name the image", status=answer.status)
