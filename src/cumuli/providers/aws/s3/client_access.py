"""``S3Access``: the part of S3's client that is about objects' versions, unfinished uploads, access and tags.

Generated from aio_access.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cumuli.providers.aws.s3.aio_access import AsyncS3Access
from cumuli.providers.aws.s3.arguments import CannedACL
from cumuli.providers.aws.s3.client_objects import S3Objects
from cumuli.providers.aws.s3.models import AccessControl, S3ObjectVersion, S3Upload
from cumuli.runtime.blocking.drive import iterate, run
from cumuli.storage.models import Container, ObjectLike

__all__ = ["S3Access"]


class S3Access(S3Objects):
    """Versions, unfinished uploads, access and tags of objects."""

    def __init__(self, client: AsyncS3Access) -> None:
        super().__init__(client)
        self._s3_access = client

    def ex_list_object_versions(
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
        return run(self._s3_access.ex_list_object_versions(container, prefix=prefix))

    def ex_iterate_object_versions(
        self, container: Container | str, *, prefix: str | None = None
    ) -> Iterator[S3ObjectVersion]:
        """As ``ex_list_object_versions``, lazily."""
        return iterate(self._s3_access.ex_iterate_object_versions(container, prefix=prefix))

    def ex_list_multipart_uploads(self, container: Container | str, *, prefix: str | None = None) -> list[S3Upload]:
        """Every upload in parts that was begun and not finished: under way, or left by a program that was killed.

        S3's operation: ``ListMultipartUploads``.

        Args:
            container: The bucket.
            prefix: Only names that start so.
        """
        return run(self._s3_access.ex_list_multipart_uploads(container, prefix=prefix))

    def ex_abort_multipart_upload(self, upload: S3Upload) -> None:
        """Remove an unfinished upload and its parts; one that is gone already is no error.

        S3's operation: ``AbortMultipartUpload``.

        Args:
            upload: Of ``ex_list_multipart_uploads``.
        """
        run(self._s3_access.ex_abort_multipart_upload(upload))

    def ex_get_object_acl(self, obj: ObjectLike, *, version_id: str | None = None) -> AccessControl:
        """Who may do what with an object. S3's operation: ``GetObjectAcl``."""
        return run(self._s3_access.ex_get_object_acl(obj, version_id=version_id))

    def ex_put_object_acl(
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
        run(self._s3_access.ex_put_object_acl(obj, acl, version_id=version_id))

    def ex_get_object_tagging(self, obj: ObjectLike, *, version_id: str | None = None) -> dict[str, str]:
        """An object's tags. S3's operation: ``GetObjectTagging``."""
        return run(self._s3_access.ex_get_object_tagging(obj, version_id=version_id))

    def ex_put_object_tagging(self, obj: ObjectLike, tags: Mapping[str, str], *, version_id: str | None = None) -> None:
        """Give an object these tags, in place of those that it has. S3's operation: ``PutObjectTagging``."""
        run(self._s3_access.ex_put_object_tagging(obj, tags, version_id=version_id))

    def ex_delete_object_tagging(self, obj: ObjectLike, *, version_id: str | None = None) -> None:
        """Take all tags from an object. S3's operation: ``DeleteObjectTagging``."""
        run(self._s3_access.ex_delete_object_tagging(obj, version_id=version_id))
