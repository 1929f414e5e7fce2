"""``AsyncGlance``: the part of the client of every OpenStack that is about images. ``Glance`` is generated from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, Literal

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_name, id_of
from cumuli.compute.models import NodeImage
from cumuli.errors import InvalidRequest
from cumuli.providers.openstack.compute.arguments import reference
from cumuli.providers.openstack.compute.driver import NovaDriver
from cumuli.providers.openstack.compute.images import OWN_WORDS
from cumuli.providers.openstack.compute.models import (
    ImageMember,
    NovaNodeT,
    OpenStackImage,
    OpenStackSnapshot,
    OpenStackVolume,
)

__all__ = ["AsyncGlance"]


class AsyncGlance(AsyncCompute[NovaNodeT, OpenStackVolume, OpenStackImage, OpenStackSnapshot], Generic[NovaNodeT]):
    """What is changed of images, and whom they are shared with."""

    _nova: NovaDriver[NovaNodeT]

    async def ex_update_image(
        self,
        image: NodeImage | str,
        *,
        name: str | None = None,
        visibility: Literal["public", "private", "shared", "community"] | None = None,
        min_disk: int | None = None,
        min_ram: int | None = None,
        protected: bool | None = None,
        hidden: bool | None = None,
        tags: Sequence[str] | None = None,
        properties: Mapping[str, str | None] | None = None,
    ) -> OpenStackImage:
        """Change what is told of an image. Glance's operation: Update image.

        Args:
            image: An image of one's own.
            name: Its new name; None to keep the old one.
            visibility: Who may use it. ``"shared"`` is what it must be to have members; ``"public"`` is
                for administrators.
            min_disk: GiB of disk that a size must have; 0 for any.
            min_ram: MiB of memory that a size must have; 0 for any.
            protected: Whether it cannot be deleted.
            hidden: Whether listings leave it out.
            tags: All of its tags, instead of those that it has.
            properties: Properties to set, and with None those to remove; others stay. One that is to be
                removed has to be there.

        Returns:
            The image as it is now.

        Raises:
            ImageNotFound: It does not exist.
            PermissionDenied: It is not one's own, or may not be made public.
            Conflict: A property that is to be removed is not there.
            InvalidRequest: There is nothing to change, or Glance does not take a value.
        """
        image_id = id_of(image, NodeImage, self.provider)
        given: dict[str, object] = {
            "name": checked_name(name, "an image") if name is not None else None,
            "visibility": visibility,
            "min_disk": min_disk,
            "min_ram": min_ram,
            "protected": protected,
            "os_hidden": hidden,
            "tags": list(tags) if tags is not None else None,
        }
        changes = {key: value for key, value in given.items() if value is not None}
        return await self._do(
            self._nova.images.update_image(image_id, *_changes(changes, properties or {}, image=image_id))
        )

    async def ex_list_image_members(self, image: NodeImage | str) -> list[ImageMember]:
        """With which projects an image is shared. Glance's operation: List image members.

        The owner sees all of them, a member only itself.

        Raises:
            ImageNotFound: The image does not exist, or is none of one's own or shared with one.
        """
        return await self._do(self._nova.images.list_members(id_of(image, NodeImage, self.provider)))

    async def ex_get_image_member(self, image: NodeImage | str, member: ImageMember | str) -> ImageMember:
        """Whether a project has accepted an image. Glance's operation: Show image member details.

        Args:
            image: The image.
            member: The member, or the project's id.

        Raises:
            NotFound: The image does not exist, or is not shared with that project.
        """
        return await self._do(
            self._nova.images.get_member(id_of(image, NodeImage, self.provider), reference(member, "member"))
        )

    async def ex_create_image_member(self, image: NodeImage | str, member: str) -> ImageMember:
        """Share an image with a project, which has to accept it. Glance's operation: Create image member.

        Args:
            image: An image of one's own; its visibility is ``"shared"``.
            member: Id of the project.

        Raises:
            ImageNotFound: The image does not exist.
            AlreadyExists: It is shared with that project.
            PermissionDenied: It is not one's own, or its visibility is another one.
        """
        return await self._do(
            self._nova.images.create_member(id_of(image, NodeImage, self.provider), reference(member, "project"))
        )

    async def ex_delete_image_member(self, image: NodeImage | str, member: ImageMember | str) -> None:
        """Share an image with a project no longer. Glance's operation: Delete image member.

        Args:
            image: An image of one's own.
            member: The member, or the project's id.

        Raises:
            NotFound: The image does not exist, or is not shared with that project.
        """
        await self._do(
            self._nova.images.delete_member(id_of(image, NodeImage, self.provider), reference(member, "member"))
        )

    async def ex_accept_image_member(
        self, image: NodeImage | str, member: ImageMember | str | None = None
    ) -> ImageMember:
        """Take an image that is shared with one's project into its listings. Glance's operation: Update image member.

        Args:
            image: The image.
            member: Which member accepts it, or the project's id; None for one's own project.

        Raises:
            NotFound: The image does not exist, or is not shared with that project.
            PermissionDenied: It is another project that is to accept.
        """
        return await self._member_status(image, member, "accepted")

    async def ex_reject_image_member(
        self, image: NodeImage | str, member: ImageMember | str | None = None
    ) -> ImageMember:
        """Keep an image that is shared with one's project out of its listings. Glance's operation: Update image member.

        Args:
            image: The image.
            member: Which member rejects it, or the project's id; None for one's own project.

        Raises:
            NotFound: The image does not exist, or is not shared with that project.
            PermissionDenied: It is another project that is to reject.
        """
        return await self._member_status(image, member, "rejected")

    async def _member_status(
        self, image: NodeImage | str, member: ImageMember | str | None, status: str
    ) -> ImageMember:
        project = reference(member, "member") if member is not None else None
        return await self._do(
            self._nova.images.set_member_status(id_of(image, NodeImage, self.provider), project, status)
        )


def _changes(
    changes: dict[str, object], properties: Mapping[str, str | None], *, image: str
) -> tuple[dict[str, object], list[str]]:
    """What to set and what to remove.

    Raises:
        InvalidRequest: There is nothing to do, or a property is none.
    """
    if not changes and not properties:
        raise InvalidRequest(f"nothing of the image {image} is to be changed; say what")
    for name in properties:
        if not name or name in OWN_WORDS:
            raise InvalidRequest(f"{name!r} is no property of an image but a field of it, or nothing at all")
    removed = [name for name, value in properties.items() if value is None]
    return {**changes, **{name: value for name, value in properties.items() if value is not None}}, removed
