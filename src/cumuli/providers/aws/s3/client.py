"""``S3``: Amazon S3's client.

Generated from aio.py and aio_*.py by python -m cumuli.generate. Change those files and run ``make format``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, BinaryIO, ClassVar, Literal, Unpack, overload

from cumuli.calls.options import ClientOptions
from cumuli.credential_arguments import CredentialArguments
from cumuli.providers.aws.identity.credentials import CredentialsLike
from cumuli.providers.aws.s3.aio import AsyncS3
from cumuli.providers.aws.s3.aio_access import AsyncS3Access
from cumuli.providers.aws.s3.aio_buckets import AsyncS3Buckets
from cumuli.providers.aws.s3.aio_configurations import AsyncS3Configurations
from cumuli.providers.aws.s3.aio_objects import AsyncS3Objects
from cumuli.providers.aws.s3.arguments import CannedACL, CustomerKey, Encryption
from cumuli.providers.aws.s3.dialect import Checksum
from cumuli.providers.aws.s3.models import (
    AccessControl,
    BucketEncryption,
    BucketLogging,
    BucketNotifications,
    BucketWebsite,
    CORSRule,
    LifecycleRule,
    ObjectAttributes,
    ObjectLock,
    PresignedPost,
    PublicAccessBlock,
    Retention,
    S3Answer,
    S3Container,
    S3Object,
    S3ObjectVersion,
    S3Part,
    S3Upload,
)
from cumuli.providers.aws.s3.session import Addressing
from cumuli.providers.aws.sts import CallerIdentity
from cumuli.runtime import blocking_runtime
from cumuli.runtime.blocking.drive import iterate, run
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret
from cumuli.storage.client import Storage
from cumuli.storage.file.aio import BUFFER
from cumuli.storage.file.client import ObjectFile
from cumuli.storage.models import Container, DeleteResult, ObjectLike, Prefix
from cumuli.storage.stream.client import ObjectStream
from cumuli.storage.upload import CONCURRENCY, Progress
from cumuli.storage.verify import Integrity

__all__ = ["S3", "S3Access", "S3Buckets", "S3Configurations", "S3Objects"]


class S3Objects(Storage[S3Container, S3Object]):
    """Objects, with what only S3 has.

    Arguments that several methods share, beside those of every storage client:

    * ``version_id``: that version of the object rather than its newest one. An ``S3ObjectVersion``
      says it by itself.
    * ``ex_customer_key``: the caller's own key of 32 bytes by which S3 encrypts and decrypts the
      content, and which it forgets at once (``x-amz-server-side-encryption-customer-…``). What was
      put with a key can only be read with it.
    """

    def __init__(self, client: AsyncS3Objects) -> None:
        super().__init__(client)
        self._s3_objects = client

    def create_container(
        self, name: str, *, ex_region: str | None = None, ex_acl: CannedACL | None = None, ex_object_lock: bool = False
    ) -> S3Container:
        """Create a bucket.

        S3's operation: ``CreateBucket``.

        Args:
            name: The bucket's name, which no other account may have.
            ex_region: Where it is to be; default the client's region.
            ex_acl: Who may do what with it. Default: only its owner.
            ex_object_lock: Whether objects can be locked in it, which makes it keep versions as well.

        Raises:
            ContainerExists: The name is taken, by this account or by another one.
        """
        return run(
            self._s3_objects.create_container(name, ex_region=ex_region, ex_acl=ex_acl, ex_object_lock=ex_object_lock)
        )

    @overload
    def list_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: None = None,
        start_after: str | None = None,
        ex_fetch_owner: bool = False,
    ) -> list[S3Object]: ...

    @overload
    def list_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str,
        start_after: str | None = None,
        ex_fetch_owner: bool = False,
    ) -> list[S3Object | Prefix]: ...

    def list_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str | None = None,
        start_after: str | None = None,
        ex_fetch_owner: bool = False,
    ) -> list[Any]:
        """Every object of a bucket, from every page, in the order of the names' UTF-8 bytes.

        S3's operation: ``ListObjectsV2``.

        Args:
            container: The bucket.
            prefix: Only names that start so.
            delimiter: See ``Storage``.
            start_after: Only names behind this one.
            ex_fetch_owner: Whether each object tells its owner, which makes the answers longer.

        Raises:
            ContainerNotFound: The bucket does not exist.
        """
        return run(
            self._s3_objects.list_container_objects(
                container, prefix=prefix, delimiter=delimiter, start_after=start_after, ex_fetch_owner=ex_fetch_owner
            )
        )

    @overload
    def iterate_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: None = None,
        start_after: str | None = None,
        ex_fetch_owner: bool = False,
    ) -> Iterator[S3Object]: ...

    @overload
    def iterate_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str,
        start_after: str | None = None,
        ex_fetch_owner: bool = False,
    ) -> Iterator[S3Object | Prefix]: ...

    def iterate_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str | None = None,
        start_after: str | None = None,
        ex_fetch_owner: bool = False,
    ) -> Iterator[Any]:
        """As ``list_container_objects``, lazily: the first is given while later pages are still unread."""
        return iterate(
            self._s3_objects.iterate_container_objects(
                container, prefix=prefix, delimiter=delimiter, start_after=start_after, ex_fetch_owner=ex_fetch_owner
            )
        )

    def get_object(
        self,
        container: Container | str,
        name: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        if_modified_since: dt.datetime | None = None,
        if_unmodified_since: dt.datetime | None = None,
        headers: Mapping[str, str] | None = None,
        version_id: str | None = None,
        ex_customer_key: CustomerKey | None = None,
    ) -> S3Object:
        """What S3 knows of one object, metadata included; the content is not read.

        S3's operation: ``HeadObject``.

        Args:
            container: The bucket.
            name: The object's name.
            if_match: See ``Storage``, like the next four.
            if_none_match: See there.
            if_modified_since: See there.
            if_unmodified_since: See there.
            headers: See there.
            version_id: See the class.
            ex_customer_key: See the class.

        Raises:
            ObjectNotFound: It does not exist.
            ContainerNotFound: Nor does its bucket, which takes a look at that (``HeadBucket``).
            PreconditionFailed: A condition does not hold.
        """
        return run(
            self._s3_objects.get_object(
                container,
                name,
                if_match=if_match,
                if_none_match=if_none_match,
                if_modified_since=if_modified_since,
                if_unmodified_since=if_unmodified_since,
                headers=headers,
                version_id=version_id,
                ex_customer_key=ex_customer_key,
            )
        )

    def upload_object(
        self,
        source: str | PathLike[str] | bytes | BinaryIO,
        container: Container | str,
        name: str,
        *,
        meta_data: Mapping[str, str] | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
        headers: Mapping[str, str] | None = None,
        integrity: Integrity | None = None,
        part_size: int | None = None,
        concurrency: int = CONCURRENCY,
        progress: Progress | None = None,
        ex_storage_class: str | None = None,
        ex_acl: CannedACL | None = None,
        ex_tags: Mapping[str, str] | None = None,
        ex_encryption: Encryption | None = None,
        ex_kms_key: str | None = None,
        ex_retention: Retention | None = None,
        ex_legal_hold: bool | None = None,
        ex_customer_key: CustomerKey | None = None,
    ) -> S3Object:
        """Store a file or bytes as an object, in place of the one of that name if there is one.

        S3's operations: ``PutObject``, or ``CreateMultipartUpload``, ``UploadPart`` and
        ``CompleteMultipartUpload``.

        Args:
            source: A path, bytes, or a binary file, read from where it stands.
            container: Where to.
            name: The object's name.
            meta_data: User metadata. Values that are not plain ASCII are sent as encoded words (RFC 2047).
            content_type: MIME type; guessed from the names if None.
            content_encoding: What the content was packed with beforehand (``"gzip"``).
            if_match: Only in place of the content with this etag.
            if_none_match: ``"*"`` never overwrites.
            headers: Extra request headers, such as ``Cache-Control``.
            integrity: See ``Storage``.
            part_size: Bytes of a part, at least 5 MiB; None for 8 MiB.
            concurrency: Parts under way at the same time.
            progress: Called during the transfer; see ``Storage``.
            ex_storage_class: Such as ``"STANDARD_IA"`` or ``"GLACIER"``.
            ex_acl: Who may do what with it, where the bucket has access control lists.
            ex_tags: Its tags, at most 10.
            ex_encryption: With whose keys S3 encrypts it. Default: as the bucket says.
            ex_kms_key: Id or ARN of the KMS key.
            ex_retention: Until when it can be neither deleted nor overwritten, where the bucket has a lock.
            ex_legal_hold: Whether it is kept until somebody says otherwise, likewise.
            ex_customer_key: See the class.

        Raises:
            ContainerNotFound: The bucket does not exist.
            PreconditionFailed: A condition does not hold.
            ChecksumMismatch: The content was damaged on the way. What is stored is left there.
            NotVerified: It is stored, was to be verified, and could not be.
        """
        return run(
            self._s3_objects.upload_object(
                source,
                container,
                name,
                meta_data=meta_data,
                content_type=content_type,
                content_encoding=content_encoding,
                if_match=if_match,
                if_none_match=if_none_match,
                headers=headers,
                integrity=integrity,
                part_size=part_size,
                concurrency=concurrency,
                progress=progress,
                ex_storage_class=ex_storage_class,
                ex_acl=ex_acl,
                ex_tags=ex_tags,
                ex_encryption=ex_encryption,
                ex_kms_key=ex_kms_key,
                ex_retention=ex_retention,
                ex_legal_hold=ex_legal_hold,
                ex_customer_key=ex_customer_key,
            )
        )

    def upload_object_via_stream(
        self,
        iterator: Iterable[bytes],
        container: Container | str,
        name: str,
        *,
        meta_data: Mapping[str, str] | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
        headers: Mapping[str, str] | None = None,
        integrity: Integrity | None = None,
        part_size: int | None = None,
        concurrency: int = CONCURRENCY,
        progress: Progress | None = None,
        ex_storage_class: str | None = None,
        ex_acl: CannedACL | None = None,
        ex_tags: Mapping[str, str] | None = None,
        ex_encryption: Encryption | None = None,
        ex_kms_key: str | None = None,
        ex_retention: Retention | None = None,
        ex_legal_hold: bool | None = None,
        ex_customer_key: CustomerKey | None = None,
    ) -> S3Object:
        """As ``upload_object``, of pieces whose total length nobody has to know.

        Args:
            iterator: Pieces of the content, of any size; a download's stream is one.
            container: Where to.
            name: The object's name.
            meta_data: As for ``upload_object``, like all that follow.
            content_type: MIME type.
            content_encoding: What the content was packed with beforehand.
            if_match: Only in place of the content with this etag.
            if_none_match: ``"*"`` never overwrites.
            headers: Extra request headers.
            integrity: See ``Storage``.
            part_size: Bytes of a part.
            concurrency: Parts under way at the same time.
            progress: Called during the transfer.
            ex_storage_class: Storage class.
            ex_acl: Access control list.
            ex_tags: Tags.
            ex_encryption: With whose keys S3 encrypts it.
            ex_kms_key: Id or ARN of the KMS key.
            ex_retention: Until when it can be neither deleted nor overwritten, where the bucket has a lock.
            ex_legal_hold: Whether it is kept until somebody says otherwise, likewise.
            ex_customer_key: See the class.

        Raises:
            ContainerNotFound: The bucket does not exist.
            PreconditionFailed: A condition does not hold.
            ChecksumMismatch: The content was damaged on the way. What is stored is left there.
            NotVerified: It is stored, was to be verified, and could not be.
        """
        return run(
            self._s3_objects.upload_object_via_stream(
                iterator,
                container,
                name,
                meta_data=meta_data,
                content_type=content_type,
                content_encoding=content_encoding,
                if_match=if_match,
                if_none_match=if_none_match,
                headers=headers,
                integrity=integrity,
                part_size=part_size,
                concurrency=concurrency,
                progress=progress,
                ex_storage_class=ex_storage_class,
                ex_acl=ex_acl,
                ex_tags=ex_tags,
                ex_encryption=ex_encryption,
                ex_kms_key=ex_kms_key,
                ex_retention=ex_retention,
                ex_legal_hold=ex_legal_hold,
                ex_customer_key=ex_customer_key,
            )
        )

    def download_object(
        self,
        obj: ObjectLike,
        destination: str | PathLike[str] | BinaryIO,
        *,
        overwrite_existing: bool = False,
        if_match: str | None = None,
        if_none_match: str | None = None,
        if_modified_since: dt.datetime | None = None,
        if_unmodified_since: dt.datetime | None = None,
        headers: Mapping[str, str] | None = None,
        integrity: Integrity | None = None,
        part_size: int | None = None,
        concurrency: int = CONCURRENCY,
        progress: Progress | None = None,
        version_id: str | None = None,
        ex_customer_key: CustomerKey | None = None,
    ) -> S3Object:
        """Write an object's content to a file: completely and verified, or not at all.

        S3's operation: ``GetObject``.

        Args:
            obj: The object.
            destination: A path, or a binary file open for writing.
            overwrite_existing: Whether an existing file is replaced.
            if_match: See ``Storage``, like the next four.
            if_none_match: See there.
            if_modified_since: See there.
            if_unmodified_since: See there.
            headers: See there.
            integrity: See there.
            part_size: Bytes of a range in which a large object comes, several at a time; None for what suits its
                size and the way to it.
            concurrency: Ranges under way at the same time; memory holds one more. 1 for one answer.
            progress: Called during the transfer; see ``Storage``.
            version_id: See the class.
            ex_customer_key: See the class.

        Raises:
            FileExists: The destination exists, and ``overwrite_existing`` is false.
            ObjectNotFound: The object does not exist.
            PreconditionFailed: A condition does not hold.
            ChecksumMismatch: The content was damaged on the way.
            NotVerified: It was to be verified, and could not be.
            Conflict: The object was changed while it was read.
        """
        return run(
            self._s3_objects.download_object(
                obj,
                destination,
                overwrite_existing=overwrite_existing,
                if_match=if_match,
                if_none_match=if_none_match,
                if_modified_since=if_modified_since,
                if_unmodified_since=if_unmodified_since,
                headers=headers,
                integrity=integrity,
                part_size=part_size,
                concurrency=concurrency,
                progress=progress,
                version_id=version_id,
                ex_customer_key=ex_customer_key,
            )
        )

    def download_object_as_stream(
        self,
        obj: ObjectLike,
        *,
        chunk_size: int | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
        if_modified_since: dt.datetime | None = None,
        if_unmodified_since: dt.datetime | None = None,
        headers: Mapping[str, str] | None = None,
        integrity: Integrity | None = None,
        progress: Progress | None = None,
        version_id: str | None = None,
        ex_customer_key: CustomerKey | None = None,
    ) -> ObjectStream[S3Object]:
        """An object's content piece by piece; see ``ObjectStream``. Nothing is sent yet.

        S3's operation: ``GetObject``.

        Args:
            obj: The object.
            chunk_size: Bytes of each piece that iteration gives; None for pieces as they arrive.
            if_match: See ``Storage``, like the next four.
            if_none_match: See there.
            if_modified_since: See there.
            if_unmodified_since: See there.
            headers: See there.
            integrity: See there.
            progress: Called during the transfer; see ``Storage``.
            version_id: See the class.
            ex_customer_key: See the class.
        """
        return ObjectStream(
            self._s3_objects.download_object_as_stream(
                obj,
                chunk_size=chunk_size,
                if_match=if_match,
                if_none_match=if_none_match,
                if_modified_since=if_modified_since,
                if_unmodified_since=if_unmodified_since,
                headers=headers,
                integrity=integrity,
                progress=progress,
                version_id=version_id,
                ex_customer_key=ex_customer_key,
            )
        )

    def download_object_range(
        self,
        obj: ObjectLike,
        destination: str | PathLike[str] | BinaryIO,
        start_bytes: int,
        end_bytes: int | None = None,
        *,
        overwrite_existing: bool = False,
        if_match: str | None = None,
        headers: Mapping[str, str] | None = None,
        integrity: Integrity | None = None,
        part_size: int | None = None,
        concurrency: int = CONCURRENCY,
        progress: Progress | None = None,
        version_id: str | None = None,
        ex_customer_key: CustomerKey | None = None,
    ) -> S3Object:
        """As ``download_object``, of a part of the content. Its length is verified; only whole contents have hashes.

        Args:
            obj: The object.
            destination: A path, or a binary file open for writing.
            start_bytes: The first byte, from 0; negative for so many from the end, or all of a shorter object.
            end_bytes: The byte behind the last one; None, or one beyond the end, for the end of the object. None
                where ``start_bytes`` is negative.
            overwrite_existing: Whether an existing file is replaced.
            if_match: See ``Storage``.
            headers: See there.
            integrity: See there.
            part_size: See ``download_object``.
            concurrency: See there.
            progress: Called during the transfer; see there.
            version_id: See the class.
            ex_customer_key: See the class.

        Raises:
            InvalidRequest: The range is empty, or begins at or beyond the end of the object.
            FileExists, ObjectNotFound, PreconditionFailed, Conflict: As for ``download_object``.
        """
        return run(
            self._s3_objects.download_object_range(
                obj,
                destination,
                start_bytes,
                end_bytes,
                overwrite_existing=overwrite_existing,
                if_match=if_match,
                headers=headers,
                integrity=integrity,
                part_size=part_size,
                concurrency=concurrency,
                progress=progress,
                version_id=version_id,
                ex_customer_key=ex_customer_key,
            )
        )

    def download_object_range_as_stream(
        self,
        obj: ObjectLike,
        start_bytes: int,
        end_bytes: int | None = None,
        *,
        chunk_size: int | None = None,
        if_match: str | None = None,
        headers: Mapping[str, str] | None = None,
        integrity: Integrity | None = None,
        progress: Progress | None = None,
        version_id: str | None = None,
        ex_customer_key: CustomerKey | None = None,
    ) -> ObjectStream[S3Object]:
        """As ``download_object_as_stream``, of a part of the content, given as for ``download_object_range``."""
        return ObjectStream(
            self._s3_objects.download_object_range_as_stream(
                obj,
                start_bytes,
                end_bytes,
                chunk_size=chunk_size,
                if_match=if_match,
                headers=headers,
                integrity=integrity,
                progress=progress,
                version_id=version_id,
                ex_customer_key=ex_customer_key,
            )
        )

    def open_object(
        self,
        obj: ObjectLike,
        *,
        buffer_size: int = BUFFER,
        if_match: str | None = None,
        headers: Mapping[str, str] | None = None,
        integrity: Integrity | None = None,
        version_id: str | None = None,
        ex_customer_key: CustomerKey | None = None,
    ) -> ObjectFile[S3Object]:
        """An object as a binary file that is read here and there; see ``ObjectFile``. Nothing is sent yet.

        S3's operations: ``HeadObject`` and ``GetObject``.

        Args:
            obj: The object.
            buffer_size: Bytes that are asked for at least.
            if_match: See ``Storage``, like the next two.
            headers: See there.
            integrity: See there; ``"required"`` cannot be had.
            version_id: See the class.
            ex_customer_key: See the class.

        Raises:
            NotVerified: ``integrity`` is ``"required"``, of this call or of the client: ranges cannot be verified.
        """
        return ObjectFile(
            self._s3_objects.open_object(
                obj,
                buffer_size=buffer_size,
                if_match=if_match,
                headers=headers,
                integrity=integrity,
                version_id=version_id,
                ex_customer_key=ex_customer_key,
            )
        )

    def delete_object(
        self,
        obj: ObjectLike,
        *,
        if_match: str | None = None,
        version_id: str | None = None,
        ex_bypass_governance: bool = False,
    ) -> None:
        """Delete an object; without a condition S3 does not tell whether there was one.

        In a bucket that keeps versions the object gets a mark of its deletion as its newest version,
        and the others stay. With a version, that version is gone for good.

        S3's operation: ``DeleteObject``.

        Args:
            obj: The object.
            if_match: Only if its etag is this one; S3 asks for the permission to read it then (``s3:GetObject``).
                An endpoint that is not known to look is not relied on: the object is looked at before, which
                the log tells, and what others store there in between may be deleted.
            version_id: See the class. Not with a condition, which S3 takes to be about the newest version.
            ex_bypass_governance: Whether a version goes that has a retention of the mode ``GOVERNANCE``, which takes
                the permission ``s3:BypassGovernanceRetention``.

        Raises:
            ContainerNotFound: The bucket does not exist.
            ObjectNotFound: There is a condition, and no object.
            PreconditionFailed: The condition does not hold.
        """
        run(
            self._s3_objects.delete_object(
                obj, if_match=if_match, version_id=version_id, ex_bypass_governance=ex_bypass_governance
            )
        )

    def delete_objects(self, objs: Iterable[ObjectLike], *, ex_bypass_governance: bool = False) -> list[DeleteResult]:
        """Delete many objects, in as few requests as S3 allows.

        S3's operation: ``DeleteObjects``.

        Args:
            objs: The objects, in any number and of any containers; a listing will do, of versions as well.
            ex_bypass_governance: As for ``delete_object``.

        Returns:
            For each object, in order, whether it is gone. A failure of one is reported there and
            does not keep the others from being deleted.
        """
        return run(self._s3_objects.delete_objects(objs, ex_bypass_governance=ex_bypass_governance))

    def copy_object(
        self,
        obj: ObjectLike,
        container: Container | str,
        name: str,
        *,
        meta_data: Mapping[str, str] | None = None,
        content_type: str | None = None,
        headers: Mapping[str, str] | None = None,
        version_id: str | None = None,
        ex_storage_class: str | None = None,
        ex_acl: CannedACL | None = None,
        ex_tags: Mapping[str, str] | None = None,
        ex_encryption: Encryption | None = None,
        ex_kms_key: str | None = None,
        ex_retention: Retention | None = None,
        ex_legal_hold: bool | None = None,
    ) -> S3Object:
        """Copy an object within S3, also from another region; the content does not pass through here.

        A copy has the original's metadata, content headers and tags, unless others are given. It is
        in the storage class ``STANDARD``, private, and encrypted as its bucket says, unless something
        else is asked for.

        S3's operations: ``HeadObject`` and ``CopyObject``; beyond 5 GiB ``GetObjectTagging`` (unless
        ``ex_tags`` are given) and ``UploadPartCopy``, several at a time.

        Args:
            obj: What to copy.
            container: Where to.
            name: The copy's name.
            meta_data: The copy's user metadata; None for the original's.
            content_type: The copy's MIME type; None for the original's.
            headers: Extra request headers; those of the caller's keys, for example.
            version_id: See the class; of the original.
            ex_storage_class: The copy's; default ``STANDARD``.
            ex_acl: The copy's; default private.
            ex_tags: The copy's tags instead of the original's.
            ex_encryption: With whose keys S3 encrypts the copy.
            ex_kms_key: Id or ARN of the KMS key.
            ex_retention: Until when it can be neither deleted nor overwritten, where the bucket has a lock.
            ex_legal_hold: Whether it is kept until somebody says otherwise, likewise.

        Raises:
            ObjectNotFound: There is nothing to copy.
            ContainerNotFound: The target's bucket does not exist.
            PermissionDenied: Something may not be done; beyond 5 GiB, reading the original's tags
                (``s3:GetObjectTagging``) is part of it unless ``ex_tags`` are given.
        """
        return run(
            self._s3_objects.copy_object(
                obj,
                container,
                name,
                meta_data=meta_data,
                content_type=content_type,
                headers=headers,
                version_id=version_id,
                ex_storage_class=ex_storage_class,
                ex_acl=ex_acl,
                ex_tags=ex_tags,
                ex_encryption=ex_encryption,
                ex_kms_key=ex_kms_key,
                ex_retention=ex_retention,
                ex_legal_hold=ex_legal_hold,
            )
        )

    def get_object_url(
        self,
        obj: ObjectLike,
        *,
        expires_in: float = 3600.0,
        method: Literal["GET", "PUT", "HEAD", "DELETE"] = "GET",
        content_type: str | None = None,
        version_id: str | None = None,
        ex_response_content_type: str | None = None,
        ex_response_content_disposition: str | None = None,
        ex_response_content_encoding: str | None = None,
        ex_response_content_language: str | None = None,
        ex_response_cache_control: str | None = None,
        ex_response_expires: dt.datetime | None = None,
    ) -> str:
        """A URL that works without credentials for a while. Whoever has it may do what it allows.

        It is signed here and nothing is sent, so a bucket of another region than the client's is not
        noticed: use a client of its region, or use the bucket before. With temporary credentials the
        URL ends with them.

        S3's operations: ``GetObject``, ``PutObject``, ``HeadObject`` and ``DeleteObject``.

        Args:
            obj: The object; for PUT it need not exist yet.
            expires_in: Seconds from now, at least 1 and at most 604,800 (a week).
            method: What the URL allows: reading the object, storing it, asking about it, or deleting it.
            content_type: For PUT: the ``Content-Type`` that has to be sent with it.
            version_id: See the class.
            ex_response_content_type: The ``Content-Type`` of the answer instead of the object's, like the next
                five for GET and HEAD.
            ex_response_content_disposition: ``Content-Disposition``: ``'attachment; filename="report.pdf"'``.
            ex_response_content_encoding: ``Content-Encoding``.
            ex_response_content_language: ``Content-Language``.
            ex_response_cache_control: ``Cache-Control``.
            ex_response_expires: ``Expires``, an aware datetime.

        Raises:
            InvalidRequest: ``expires_in`` is out of range, or a URL that gives no content is to have other headers.
        """
        return run(
            self._s3_objects.get_object_url(
                obj,
                expires_in=expires_in,
                method=method,
                content_type=content_type,
                version_id=version_id,
                ex_response_content_type=ex_response_content_type,
                ex_response_content_disposition=ex_response_content_disposition,
                ex_response_content_encoding=ex_response_content_encoding,
                ex_response_content_language=ex_response_content_language,
                ex_response_cache_control=ex_response_cache_control,
                ex_response_expires=ex_response_expires,
            )
        )

    def ex_get_presigned_post(
        self,
        container: Container | str,
        name: str,
        *,
        expires_in: float = 3600.0,
        fields: Mapping[str, str] | None = None,
        starts_with: Mapping[str, str] | None = None,
        length_range: tuple[int, int] | None = None,
    ) -> PresignedPost:
        """What an HTML form needs to upload an object without credentials. Whoever has it may store what it allows.

        The form may have the fields that are named here, with these values or beginnings, and no others. It is
        signed here and nothing is sent, as for ``get_object_url``.

        S3's operation: ``POST Object``.

        Args:
            container: Where to.
            name: The object's name. ``${filename}`` at its very end is the name of the file that the form's user chose;
                such a form may store any name that begins with what stands before it, and replace what is there.
            expires_in: Seconds from now, at least 1 and at most 604,800 (a week).
            fields: Other fields of the form with their values: ``acl``, ``Content-Type``, ``x-amz-meta-…``,
                ``success_action_status``, ``success_action_redirect``, …
            starts_with: Fields whose value the form's user may choose, and how it has to begin: ``{"Content-Type":
                "image/"}``; empty text for any. The form has to have each of them. ``key`` stands for the name.
            length_range: The fewest and the most bytes of the content, both included.

        Raises:
            InvalidRequest: An argument cannot be right.
        """
        return run(
            self._s3_objects.ex_get_presigned_post(
                container,
                name,
                expires_in=expires_in,
                fields=fields,
                starts_with=starts_with,
                length_range=length_range,
            )
        )


class S3Access(S3Objects):
    """Versions, unfinished uploads, locks, access and tags of objects."""

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

    def ex_list_parts(self, upload: S3Upload, *, ex_customer_key: CustomerKey | None = None) -> list[S3Part]:
        """The parts of an unfinished upload that are there, in their order.

        S3's operation: ``ListParts``.

        Args:
            upload: Of ``ex_list_multipart_uploads``.
            ex_customer_key: The key that the upload was begun with, if it was.

        Raises:
            NotFound: The upload is finished, or gone.
        """
        return run(self._s3_access.ex_list_parts(upload, ex_customer_key=ex_customer_key))

    def ex_get_object_attributes(
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
        return run(
            self._s3_access.ex_get_object_attributes(obj, version_id=version_id, ex_customer_key=ex_customer_key)
        )

    def ex_get_object_retention(self, obj: ObjectLike, *, version_id: str | None = None) -> Retention | None:
        """Until when an object can be neither deleted nor overwritten. S3's operation: ``GetObjectRetention``."""
        return run(self._s3_access.ex_get_object_retention(obj, version_id=version_id))

    def ex_put_object_retention(
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
        run(
            self._s3_access.ex_put_object_retention(
                obj, retention, version_id=version_id, ex_bypass_governance=ex_bypass_governance
            )
        )

    def ex_get_object_legal_hold(self, obj: ObjectLike, *, version_id: str | None = None) -> bool:
        """Whether an object is kept until somebody says otherwise. S3's operation: ``GetObjectLegalHold``."""
        return run(self._s3_access.ex_get_object_legal_hold(obj, version_id=version_id))

    def ex_put_object_legal_hold(self, obj: ObjectLike, *, enabled: bool, version_id: str | None = None) -> None:
        """Keep an object until somebody says otherwise, or say otherwise.

        S3's operation: ``PutObjectLegalHold``.

        Args:
            obj: The object.
            enabled: True to keep it, False to let go.
            version_id: See the class.

        Raises:
            InvalidRequest: The bucket has no lock.
        """
        run(self._s3_access.ex_put_object_legal_hold(obj, enabled=enabled, version_id=version_id))

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


class S3Configurations(Storage[S3Container, S3Object]):
    """Configurations of buckets. Each is read and put whole: what is put takes the place of what was there."""

    def __init__(self, client: AsyncS3Configurations) -> None:
        super().__init__(client)
        self._s3_configurations = client

    def ex_get_bucket_cors(self, container: Container | str) -> list[CORSRule]:
        """Which pages of other places a browser may let ask for a bucket's objects; empty for none.

        S3's operation: ``GetBucketCors``.
        """
        return run(self._s3_configurations.ex_get_bucket_cors(container))

    def ex_put_bucket_cors(self, container: Container | str, rules: Sequence[CORSRule]) -> None:
        """Say which pages of other places a browser may let ask for a bucket's objects.

        S3's operation: ``PutBucketCors``.

        Args:
            container: The bucket.
            rules: At least one; the first that fits a request holds.

        Raises:
            InvalidRequest: A rule allows nothing, or S3 does not understand it.
        """
        run(self._s3_configurations.ex_put_bucket_cors(container, rules))

    def ex_delete_bucket_cors(self, container: Container | str) -> None:
        """Let pages of other places no longer ask for a bucket's objects. S3's operation: ``DeleteBucketCors``."""
        run(self._s3_configurations.ex_delete_bucket_cors(container))

    def ex_get_bucket_encryption(self, container: Container | str) -> BucketEncryption | None:
        """How a bucket encrypts by default, or None where that is not said. S3's operation: ``GetBucketEncryption``."""
        return run(self._s3_configurations.ex_get_bucket_encryption(container))

    def ex_put_bucket_encryption(self, container: Container | str, encryption: BucketEncryption) -> None:
        """Say how a bucket encrypts objects of which their uploads do not say it.

        S3's operation: ``PutBucketEncryption``.

        Args:
            container: The bucket.
            encryption: How.

        Raises:
            InvalidRequest: It contradicts itself.
        """
        run(self._s3_configurations.ex_put_bucket_encryption(container, encryption))

    def ex_delete_bucket_encryption(self, container: Container | str) -> None:
        """Have a bucket encrypt as S3 does by itself. S3's operation: ``DeleteBucketEncryption``."""
        run(self._s3_configurations.ex_delete_bucket_encryption(container))

    def ex_get_bucket_website(self, container: Container | str) -> BucketWebsite | None:
        """How a bucket serves a website, or None: it does not. S3's operation: ``GetBucketWebsite``."""
        return run(self._s3_configurations.ex_get_bucket_website(container))

    def ex_put_bucket_website(self, container: Container | str, website: BucketWebsite) -> None:
        """Have a bucket serve a website.

        S3's operation: ``PutBucketWebsite``.

        Args:
            container: The bucket.
            website: What is shown, and where requests are sent on.

        Raises:
            InvalidRequest: It says nothing, or two things at once.
        """
        run(self._s3_configurations.ex_put_bucket_website(container, website))

    def ex_delete_bucket_website(self, container: Container | str) -> None:
        """Have a bucket serve no website any more. S3's operation: ``DeleteBucketWebsite``."""
        run(self._s3_configurations.ex_delete_bucket_website(container))

    def ex_get_public_access_block(self, container: Container | str) -> PublicAccessBlock | None:
        """What keeps a bucket from becoming public, or None where nothing is said.

        S3's operation: ``GetPublicAccessBlock``.
        """
        return run(self._s3_configurations.ex_get_public_access_block(container))

    def ex_put_public_access_block(self, container: Container | str, block: PublicAccessBlock) -> None:
        """Keep a bucket from becoming public.

        S3's operation: ``PutPublicAccessBlock``.

        Args:
            container: The bucket.
            block: From what; ``PublicAccessBlock()`` is from everything.
        """
        run(self._s3_configurations.ex_put_public_access_block(container, block))

    def ex_delete_public_access_block(self, container: Container | str) -> None:
        """No longer keep a bucket from becoming public. S3's operation: ``DeletePublicAccessBlock``."""
        run(self._s3_configurations.ex_delete_public_access_block(container))

    def ex_get_bucket_notification(self, container: Container | str) -> BucketNotifications:
        """Who is told of what happens to a bucket's objects. S3's operation: ``GetBucketNotificationConfiguration``."""
        return run(self._s3_configurations.ex_get_bucket_notification(container))

    def ex_put_bucket_notification(self, container: Container | str, notifications: BucketNotifications) -> None:
        """Say who is told of what happens to a bucket's objects. S3 asks the targets whether it may.

        S3's operation: ``PutBucketNotificationConfiguration``.

        Args:
            container: The bucket.
            notifications: Who, and of what.

        Raises:
            InvalidRequest: A rule says nothing, or S3 may not tell its target.
        """
        run(self._s3_configurations.ex_put_bucket_notification(container, notifications))

    def ex_delete_bucket_notification(self, container: Container | str) -> None:
        """Tell nobody any more. S3's operation: ``PutBucketNotificationConfiguration``, of nothing."""
        run(self._s3_configurations.ex_delete_bucket_notification(container))

    def ex_get_bucket_logging(self, container: Container | str) -> BucketLogging | None:
        """Where the requests to a bucket are written down, or None: nowhere. S3's operation: ``GetBucketLogging``."""
        return run(self._s3_configurations.ex_get_bucket_logging(container))

    def ex_put_bucket_logging(self, container: Container | str, logging: BucketLogging) -> None:
        """Have the requests to a bucket written down.

        S3's operation: ``PutBucketLogging``.

        Args:
            container: The bucket.
            logging: Where.

        Raises:
            InvalidRequest: S3 may not write there.
        """
        run(self._s3_configurations.ex_put_bucket_logging(container, logging))

    def ex_delete_bucket_logging(self, container: Container | str) -> None:
        """Have requests to a bucket no longer written down. S3's operation: ``PutBucketLogging``, of nothing."""
        run(self._s3_configurations.ex_delete_bucket_logging(container))

    def ex_get_object_lock_configuration(self, container: Container | str) -> ObjectLock | None:
        """The lock of a bucket's objects, or None: they have none. S3's operation: ``GetObjectLockConfiguration``."""
        return run(self._s3_configurations.ex_get_object_lock_configuration(container))

    def ex_put_object_lock_configuration(self, container: Container | str, lock: ObjectLock) -> None:
        """Lock a bucket's objects: switched on once, it cannot be switched off. The bucket has to keep versions.

        S3's operation: ``PutObjectLockConfiguration``.

        Args:
            container: The bucket.
            lock: How long new versions are kept by default; ``ObjectLock()`` for only as long as is said of each.

        Raises:
            InvalidRequest: How long, or how hard, is not said.
            Conflict: The bucket keeps no versions.
        """
        run(self._s3_configurations.ex_put_object_lock_configuration(container, lock))


class S3Buckets(S3Configurations):
    """Settings of buckets."""

    def __init__(self, client: AsyncS3Buckets) -> None:
        super().__init__(client)
        self._s3_buckets = client

    def ex_get_bucket_versioning(self, container: Container | str) -> str | None:
        """Whether a bucket keeps versions: ``"Enabled"``, ``"Suspended"``, or None if it never did.

        S3's operation: ``GetBucketVersioning``.
        """
        return run(self._s3_buckets.ex_get_bucket_versioning(container))

    def ex_put_bucket_versioning(self, container: Container | str, *, enabled: bool) -> None:
        """Have a bucket keep versions of its objects, or stop that; versions that are there stay.

        S3's operation: ``PutBucketVersioning``.

        Args:
            container: The bucket.
            enabled: True to keep versions from now on, False to suspend that.
        """
        run(self._s3_buckets.ex_put_bucket_versioning(container, enabled=enabled))

    def ex_get_bucket_acl(self, container: Container | str) -> AccessControl:
        """Who may do what with a bucket. S3's operation: ``GetBucketAcl``."""
        return run(self._s3_buckets.ex_get_bucket_acl(container))

    def ex_put_bucket_acl(self, container: Container | str, acl: AccessControl | CannedACL) -> None:
        """Say who may do what with a bucket, in place of what was said before.

        S3's operation: ``PutBucketAcl``.

        Args:
            container: The bucket.
            acl: The list, or the name of a ready-made one.

        Raises:
            InvalidRequest: The bucket has access control lists switched off.
        """
        run(self._s3_buckets.ex_put_bucket_acl(container, acl))

    def ex_get_bucket_policy(self, container: Container | str) -> str | None:
        """A bucket's policy as JSON, or None if it has none. S3's operation: ``GetBucketPolicy``."""
        return run(self._s3_buckets.ex_get_bucket_policy(container))

    def ex_put_bucket_policy(self, container: Container | str, policy: str) -> None:
        """Give a bucket a policy, in place of the one that it has.

        S3's operation: ``PutBucketPolicy``.

        Args:
            container: The bucket.
            policy: The policy's JSON.

        Raises:
            InvalidRequest: It is no JSON object, or S3 does not understand it.
        """
        run(self._s3_buckets.ex_put_bucket_policy(container, policy))

    def ex_delete_bucket_policy(self, container: Container | str) -> None:
        """Take a bucket's policy away. S3's operation: ``DeleteBucketPolicy``."""
        run(self._s3_buckets.ex_delete_bucket_policy(container))

    def ex_get_bucket_tagging(self, container: Container | str) -> dict[str, str]:
        """A bucket's tags; empty if it has none. S3's operation: ``GetBucketTagging``."""
        return run(self._s3_buckets.ex_get_bucket_tagging(container))

    def ex_put_bucket_tagging(self, container: Container | str, tags: Mapping[str, str]) -> None:
        """Give a bucket these tags, in place of those that it has. S3's operation: ``PutBucketTagging``."""
        run(self._s3_buckets.ex_put_bucket_tagging(container, tags))

    def ex_delete_bucket_tagging(self, container: Container | str) -> None:
        """Take all tags from a bucket. S3's operation: ``DeleteBucketTagging``."""
        run(self._s3_buckets.ex_delete_bucket_tagging(container))

    def ex_get_bucket_lifecycle(self, container: Container | str) -> list[LifecycleRule]:
        """A bucket's lifecycle rules; empty if it has none. S3's operation: ``GetBucketLifecycleConfiguration``."""
        return run(self._s3_buckets.ex_get_bucket_lifecycle(container))

    def ex_put_bucket_lifecycle(self, container: Container | str, rules: Sequence[LifecycleRule]) -> None:
        """Give a bucket these lifecycle rules, in place of those that it has.

        S3's operation: ``PutBucketLifecycleConfiguration``.

        Args:
            container: The bucket.
            rules: At least one.

        Raises:
            InvalidRequest: A rule says nothing, or contradicts itself.
        """
        run(self._s3_buckets.ex_put_bucket_lifecycle(container, rules))

    def ex_delete_bucket_lifecycle(self, container: Container | str) -> None:
        """Take a bucket's lifecycle rules away. S3's operation: ``DeleteBucketLifecycle``."""
        run(self._s3_buckets.ex_delete_bucket_lifecycle(container))

    def ex_call(
        self,
        method: str,
        container: Container | str | None = None,
        name: str | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        repeatable: bool | None = None,
    ) -> S3Answer:
        """Make any call of S3's, signed, and give its answer.

        For operations that have no method here: ``GetBucketInventoryConfiguration`` is ``ex_call("GET",
        "bucket", query={"inventory": "", "id": "report"})``. S3's operation: the one that is described.

        Args:
            method: ``"GET"``, ``"HEAD"``, ``"PUT"``, ``"POST"`` or ``"DELETE"``.
            container: The bucket; None for a call about the account.
            name: The object; None for a call about the bucket.
            query: Parameters of the query; an empty value for those that have none.
            headers: Request headers.
            body: The request's body.
            repeatable: Whether it may be sent again after an attempt that may have taken effect.
                Default: all but POST.

        Returns:
            The answer; its body is held in memory.

        Raises:
            InvalidRequest: S3 knows no such call, or a parameter is wrong.
        """
        return run(
            self._s3_buckets.ex_call(
                method, container, name, query=query, headers=headers, body=body, repeatable=repeatable
            )
        )


class S3(S3Access, S3Buckets):
    """Amazon S3 (REST API of 2006-03-01), and other services that speak its protocol.

    One client serves buckets of every region: where a bucket is, is learned from S3's first answer
    about it and remembered. What has names of its own here (``CephS3``, ``DigitalOceanSpaces``,
    ``CloudflareR2``, ``BackblazeB2``) is better asked by its own client, which knows what it lacks.

    Content is verified on its way: by a checksum that S3 compares and reports, in ``S3`` a CRC32,
    which S3 keeps with the content and gives back with it, of large uploads too. Where the way is
    encrypted, the signature covers that checksum instead of the content itself
    (``UNSIGNED-PAYLOAD``), which spares a second hash; ``sign_payload=True`` signs the content all
    the same, for bucket policies that ask for it.

    User metadata may be any text. What is not plain ASCII is stored as an encoded word of RFC 2047
    (``=?UTF-8?B?…?=``), which is how S3 itself answers with it; others read it with Python's
    ``email.header``, for example.
    """

    credential_arguments: ClassVar[CredentialArguments] = AsyncS3.credential_arguments

    def __init__(
        self,
        key: str | None = None,
        secret: str | Secret | None = None,
        token: str | Secret | None = None,
        *,
        region: str | None = None,
        endpoint: str | None = None,
        profile: str | None = None,
        credentials: CredentialsLike | None = None,
        anonymous: bool = False,
        addressing: Addressing = "auto",
        checksum: Checksum | None = None,
        sign_payload: bool | None = None,
        md5_etags: bool | None = None,
        request_payer: Literal["requester"] | None = None,
        page_size: int = 1000,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = blocking_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is read or sent until it is used.

        Args:
            key: Access key id. Without it and ``credentials``, credentials are looked for as AWS's
                own tools do: environment, shared files, and with ``cumuli[aws]`` the rest.
            secret: Secret access key.
            token: Session token of temporary credentials.
            region: The region of new buckets, and the first guess for others. Default:
                ``AWS_REGION``, ``AWS_DEFAULT_REGION``, the profile's, us-east-1.
            endpoint: URL of another service that speaks the protocol. Default:
                ``AWS_ENDPOINT_URL_S3``, ``AWS_ENDPOINT_URL``, the profile's, AWS's own.
            profile: Profile of AWS's shared files. Default: ``AWS_PROFILE``, or ``default``.
            credentials: ``AWSCredentials``, a provider or a function that finds them, instead of key,
                secret and token.
            anonymous: Whether requests go unsigned, as anybody's, to read what is public. It is never done because
                credentials are missing.
            addressing: How requests name their bucket: ``"virtual"`` in the host name, ``"path"`` in the
                path; ``"auto"`` takes the path for a custom endpoint and for names that no host name,
                or no certificate, can hold.
            checksum: ``"crc32"``, ``"sha256"`` or ``"md5"``. Default: CRC32; with an ``endpoint`` MD5, which
                every service knows.
            sign_payload: Whether signatures cover contents. Default: where the way is not encrypted.
            md5_etags: Whether the etag of an object is the MD5 of its content unless its headers say how it is
                encrypted, so that content with another MD5 is damaged. Default: what is known of the service, which of
                one behind ``endpoint`` is nothing: another MD5 is warned of there, and is no error.
            request_payer: ``"requester"``: this account pays for requests and traffic, in buckets whose owner asks
                for that. Said with every call for which it can be, signed URLs included.
            page_size: Most names in one page of a listing, up to 1,000.
            integrity: What is asked of the verification of contents: ``"if possible"``, ``"required"`` or ``"off"``;
                see ``Storage``.
            _runtime: What does the I/O.
            **options: What every client takes; see ``ClientOptions``.

        Raises:
            ConfigurationError: The arguments contradict each other, or cannot be right.
        """
        self._s3 = AsyncS3(
            key,
            secret,
            token,
            region=region,
            endpoint=endpoint,
            profile=profile,
            credentials=credentials,
            anonymous=anonymous,
            addressing=addressing,
            checksum=checksum,
            sign_payload=sign_payload,
            md5_etags=md5_etags,
            request_payer=request_payer,
            page_size=page_size,
            integrity=integrity,
            _runtime=_runtime,
            **options,
        )
        super().__init__(self._s3)

    def ex_get_caller_identity(self) -> CallerIdentity:
        """Who AWS takes this client for: its account, and the user or role. Every key may ask that.

        The operation of AWS's Security Token Service: ``GetCallerIdentity``. A client with an ``endpoint`` of its own
        asks there, unless ``AWS_ENDPOINT_URL_STS`` names another.

        Raises:
            AuthenticationError: AWS does not know the key, the secret is wrong, or the token has ended.
        """
        return run(self._s3.ex_get_caller_identity())
