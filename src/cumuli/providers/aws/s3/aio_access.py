"""``AsyncS3Access``: the part of S3's client that is about objects' versions, unfinished uploads, locks and access."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from cumuli.providers.aws.s3.aio_objects import AsyncS3Objects
from cumuli.providers.aws.s3.arguments import CannedACL, CustomerKey, checked_tags
from cumuli.providers.aws.s3.dialect import Feature
from cumuli.providers.aws.s3.models import (
    AccessControl,
    ObjectAttributes,
    Retention,
    S3ObjectVersion,
    S3Part,
    S3Upload,
)
from cumuli.storage.arguments import checked_text
from cumuli.storage.models import Container, ObjectLike

__all__ = ["AsyncS3Access"]


class AsyncS3Access(AsyncS3Objects):
    """Versions, unfinished uploads, locks, access and tags of objects."""

    # Versions and uploads

    async def ex_list_object_versions(
        self, container: Container | str, *, prefix: str | None = None
    ) -> list[S3ObjectVersion]:
        """Every version of every object, and every mark of a deletion; of each name the newest first.

        S3's operation: ``ListObjectVersions``.

        Args:
            container: The bucket.
            prefix: Only names that start so.

        Raises:
            ContainerNotFound: The bucket does not exist.
        """
        return [version async for version in self.ex_iterate_object_versions(container, prefix=prefix)]

    def ex_iterate_object_versions(
        self, container: Container | str, *, prefix: str | None = None
    ) -> AsyncIterator[S3ObjectVersion]:
        """As ``ex_list_object_versions``, lazily."""
        self._s3.dialect.require(Feature.VERSIONS)
        name = self._container(container)
        wanted = checked_text(prefix, "a prefix") if prefix else ""
        return self._pages(
            lambda cursor: self._s3.listings.list_versions(name, wanted, cursor=cursor),
            key=_name_and_version,
            order=_name,
        )

    async def ex_list_multipart_uploads(
        self, container: Container | str, *, prefix: str | None = None
    ) -> list[S3Upload]:
        """Every upload in parts that was begun and not finished: under way, or left by a program that was killed.

        S3's operation: ``ListMultipartUploads``.

        Args:
            container: The bucket.
            prefix: Only names that start so.
        """
        name = self._container(container)
        wanted = checked_text(prefix, "a prefix") if prefix else ""
        pages = self._pages(lambda cursor: self._s3.listings.list_uploads(name, wanted, cursor=cursor), key=_upload_id)
        return [upload async for upload in pages]

    async def ex_abort_multipart_upload(self, upload: S3Upload) -> None:
        """Remove an unfinished upload and its parts; one that is gone already is no error.

        S3's operation: ``AbortMultipartUpload``.

        Args:
            upload: Of ``ex_list_multipart_uploads``.
        """
        await self._do(self._s3.multipart.abort_upload(self._address((upload.container, upload.name)), upload.id))

    async def ex_list_parts(self, upload: S3Upload, *, ex_customer_key: CustomerKey | None = None) -> list[S3Part]:
        """The parts of an unfinished upload that are there, in their order.

        S3's operation: ``ListParts``.

        Args:
            upload: Of ``ex_list_multipart_uploads``.
            ex_customer_key: The key that the upload was begun with, if it was.

        Raises:
            NotFound: The upload is finished, or gone.
        """
        address = self._address((upload.container, upload.name))
        headers = self._key_headers(ex_customer_key)
        listings = self._s3.listings
        pages = self._pages(lambda cursor: listings.list_parts(address, upload.id, headers, cursor=cursor), key=_number)
        return [part async for part in pages]

    async def ex_get_object_attributes(
        self, obj: ObjectLike, *, version_id: str | None = None, ex_customer_key: CustomerKey | None = None
    ) -> ObjectAttributes:
        """What S3 knows of an object's content without giving it: size, checksums, and the parts it was made of.

        S3's operation: ``GetObjectAttributes``.

        Args:
            obj: The object.
            version_id: See the class.
            ex_customer_key: See the class.

        Raises:
            ObjectNotFound: It does not exist.
        """
        self._s3.dialect.require(Feature.ATTRIBUTES)
        address = self._version(obj, version_id)
        return await self._do(self._s3.attributes.get_attributes(address, self._key_headers(ex_customer_key)))

    # Locks

    async def ex_get_object_retention(self, obj: ObjectLike, *, version_id: str | None = None) -> Retention | None:
        """Until when an object can be neither deleted nor overwritten. S3's operation: ``GetObjectRetention``."""
        self._s3.dialect.require(Feature.LOCKS)
        return await self._do(self._s3.locks.get_retention(self._version(obj, version_id)))

    async def ex_put_object_retention(
        self,
        obj: ObjectLike,
        retention: Retention | None,
        *,
        version_id: str | None = None,
        ex_bypass_governance: bool = False,
    ) -> None:
        """Say until when an object can be neither deleted nor overwritten.

        S3's operation: ``PutObjectRetention``.

        Args:
            obj: The object.
            retention: Until when; None takes one of the mode ``GOVERNANCE`` away.
            version_id: See the class.
            ex_bypass_governance: Whether one of the mode ``GOVERNANCE`` that is there may become shorter, which
                takes the permission ``s3:BypassGovernanceRetention``.

        Raises:
            InvalidRequest: The bucket has no lock, or the moment has gone by.
            PermissionDenied: A retention that is there forbids it.
        """
        self._s3.dialect.require(Feature.LOCKS)
        address = self._version(obj, version_id)
        await self._do(self._s3.locks.put_retention(address, retention, bypass_governance=ex_bypass_governance))

    async def ex_get_object_legal_hold(self, obj: ObjectLike, *, version_id: str | None = None) -> bool:
        """Whether an object is kept until somebody says otherwise. S3's operation: ``GetObjectLegalHold``."""
        self._s3.dialect.require(Feature.LOCKS)
        return await self._do(self._s3.locks.get_legal_hold(self._version(obj, version_id)))

    async def ex_put_object_legal_hold(self, obj: ObjectLike, *, enabled: bool, version_id: str | None = None) -> None:
        """Keep an object until somebody says otherwise, or say otherwise.

        S3's operation: ``PutObjectLegalHold``.

        Args:
            obj: The object.
            enabled: True to keep it, False to let go.
            version_id: See the class.

        Raises:
            InvalidRequest: The bucket has no lock.
        """
        self._s3.dialect.require(Feature.LOCKS)
        await self._do(self._s3.locks.put_legal_hold(self._version(obj, version_id), enabled=enabled))

    # Access and tags

    async def ex_get_object_acl(self, obj: ObjectLike, *, version_id: str | None = None) -> AccessControl:
        """Who may do what with an object. S3's operation: ``GetObjectAcl``."""
        self._s3.dialect.require(Feature.ACL)
        return await self._do(self._s3.settings.get_acl(self._version(obj, version_id)))

    async def ex_put_object_acl(
        self, obj: ObjectLike, acl: AccessControl | CannedACL, *, version_id: str | None = None
    ) -> None:
        """Say who may do what with an object, in place of what was said before.

        S3's operation: ``PutObjectAcl``.

        Args:
            obj: The object.
            acl: The list, or the name of a ready-made one.
            version_id: See the class.

        Raises:
            InvalidRequest: The bucket has access control lists switched off.
        """
        self._s3.dialect.require(Feature.ACL)
        await self._do(self._s3.settings.put_acl(self._version(obj, version_id), acl))

    async def ex_get_object_tagging(self, obj: ObjectLike, *, version_id: str | None = None) -> dict[str, str]:
        """An object's tags. S3's operation: ``GetObjectTagging``."""
        self._s3.dialect.require(Feature.OBJECT_TAGS)
        return await self._do(self._s3.settings.get_tags(self._version(obj, version_id)))

    async def ex_put_object_tagging(
        self, obj: ObjectLike, tags: Mapping[str, str], *, version_id: str | None = None
    ) -> None:
        """Give an object these tags, in place of those that it has. S3's operation: ``PutObjectTagging``."""
        self._s3.dialect.require(Feature.OBJECT_TAGS)
        await self._do(self._s3.settings.put_tags(self._version(obj, version_id), checked_tags(tags)))

    async def ex_delete_object_tagging(self, obj: ObjectLike, *, version_id: str | None = None) -> None:
        """Take all tags from an object. S3's operation: ``DeleteObjectTagging``."""
        self._s3.dialect.require(Feature.OBJECT_TAGS)
        await self._do(self._s3.settings.delete_tags(self._version(obj, version_id)))


def _name(version: S3ObjectVersion) -> str:
    return version.name


def _name_and_version(version: S3ObjectVersion) -> tuple[str, str | None]:
    return version.name, version.version_id


def _number(part: S3Part) -> int:
    return part.number


def _upload_id(upload: S3Upload) -> str:
    return upload.id
