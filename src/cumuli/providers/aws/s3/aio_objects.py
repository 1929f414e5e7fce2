"""``AsyncS3Objects``: the part of S3's client that is about objects."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from os import PathLike
from typing import Any, BinaryIO, Literal, overload

import msgspec

from cumuli.errors import InvalidRequest
from cumuli.providers.aws.s3.arguments import (
    CannedACL,
    CustomerKey,
    Encryption,
    customer_headers,
    put_headers,
    response_parameters,
)
from cumuli.providers.aws.s3.dialect import Feature
from cumuli.providers.aws.s3.driver import S3Driver
from cumuli.providers.aws.s3.headers import version_of
from cumuli.providers.aws.s3.models import (
    PostSpec,
    PresignedPost,
    Retention,
    S3Address,
    S3Container,
    S3ContainerSpec,
    S3ListQuery,
    S3Object,
    S3ObjectVersion,
    S3UrlSpec,
)
from cumuli.providers.aws.s3.urls import checked_fields, checked_form_name, checked_length_range, checked_prefixes
from cumuli.storage.aio import AsyncStorage
from cumuli.storage.arguments import (
    checked_conditions,
    checked_expiry,
    checked_text,
    content_type_of,
    with_own,
)
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.deleting import delete_all
from cumuli.storage.driver import Address, Conditions, CopySpec, ReadSpec
from cumuli.storage.file.aio import BUFFER, AsyncObjectFile
from cumuli.storage.models import Container, DeleteResult, ObjectLike, Prefix
from cumuli.storage.stream.aio import AsyncObjectStream
from cumuli.storage.upload import CONCURRENCY, Progress
from cumuli.storage.verify import Integrity

__all__ = ["AsyncS3Objects"]


class AsyncS3Objects(AsyncStorage[S3Container, S3Object]):
    """Objects, with what only S3 has.

    Arguments that several methods share, beside those of every storage client:

    * ``version_id``: that version of the object rather than its newest one. An ``S3ObjectVersion``
      says it by itself.
    * ``ex_customer_key``: the caller's own key of 32 bytes by which S3 encrypts and decrypts the
      content, and which it forgets at once (``x-amz-server-side-encryption-customer-…``). What was
      put with a key can only be read with it.
    """

    _s3: S3Driver

    async def create_container(
        self,
        name: str,
        *,
        ex_region: str | None = None,
        ex_acl: CannedACL | None = None,
        ex_object_lock: bool = False,
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
        headers = put_headers(self._s3.dialect, acl=ex_acl)
        if ex_object_lock:
            self._s3.dialect.require(Feature.LOCKS)
            headers["x-amz-bucket-object-lock-enabled"] = "true"
        spec = S3ContainerSpec(name=checked_text(name, "a bucket"), region=ex_region, headers=headers)
        return await self._create_container(spec)

    @overload
    async def list_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: None = None,
        start_after: str | None = None,
        ex_fetch_owner: bool = False,
    ) -> list[S3Object]: ...
    @overload
    async def list_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str,
        start_after: str | None = None,
        ex_fetch_owner: bool = False,
    ) -> list[S3Object | Prefix]: ...
    async def list_container_objects(
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
        listing = self._iterate_s3(container, prefix, delimiter, start_after, fetch_owner=ex_fetch_owner)
        return [item async for item in listing]

    @overload
    def iterate_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: None = None,
        start_after: str | None = None,
        ex_fetch_owner: bool = False,
    ) -> AsyncIterator[S3Object]: ...
    @overload
    def iterate_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str,
        start_after: str | None = None,
        ex_fetch_owner: bool = False,
    ) -> AsyncIterator[S3Object | Prefix]: ...
    def iterate_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str | None = None,
        start_after: str | None = None,
        ex_fetch_owner: bool = False,
    ) -> AsyncIterator[Any]:
        """As ``list_container_objects``, lazily: the first is given while later pages are still unread."""
        return self._iterate_s3(container, prefix, delimiter, start_after, fetch_owner=ex_fetch_owner)

    async def get_object(
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
        self._require(StorageCapability.GET_OBJECT)
        conditions = checked_conditions(if_match, if_none_match, if_modified_since, if_unmodified_since)
        spec = self._s3_read((container, name), conditions, headers, version_id, ex_customer_key)
        return await self._do(self._s3.head_object(spec))

    async def upload_object(
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
        extra = put_headers(
            self._s3.dialect,
            storage_class=ex_storage_class,
            acl=ex_acl,
            tags=ex_tags,
            encryption=ex_encryption,
            kms_key=ex_kms_key,
            retention=ex_retention,
            legal_hold=ex_legal_hold,
        ) | self._key_headers(ex_customer_key)
        spec = self._put_spec(
            container,
            name,
            source,
            meta_data=meta_data,
            content_type=content_type,
            content_encoding=content_encoding,
            conditions=checked_conditions(if_match, if_none_match),
            headers=with_own(headers, extra),
            integrity=integrity,
        )
        return await self._upload(source, spec, part_size=part_size, concurrency=concurrency, progress=progress)

    async def upload_object_via_stream(
        self,
        iterator: Iterable[bytes] | AsyncIterable[bytes],
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
        extra = put_headers(
            self._s3.dialect,
            storage_class=ex_storage_class,
            acl=ex_acl,
            tags=ex_tags,
            encryption=ex_encryption,
            kms_key=ex_kms_key,
            retention=ex_retention,
            legal_hold=ex_legal_hold,
        ) | self._key_headers(ex_customer_key)
        spec = self._put_spec(
            container,
            name,
            None,
            meta_data=meta_data,
            content_type=content_type,
            content_encoding=content_encoding,
            conditions=checked_conditions(if_match, if_none_match),
            headers=with_own(headers, extra),
            integrity=integrity,
        )
        return await self._upload(iterator, spec, part_size=part_size, concurrency=concurrency, progress=progress)

    async def download_object(
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
        conditions = checked_conditions(if_match, if_none_match, if_modified_since, if_unmodified_since)
        spec = self._s3_read(obj, conditions, headers, version_id, ex_customer_key, integrity)
        return await self._download(
            spec,
            destination,
            overwrite_existing,
            part_size=part_size,
            concurrency=concurrency,
            progress=progress,
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
    ) -> AsyncObjectStream[S3Object]:
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
        conditions = checked_conditions(if_match, if_none_match, if_modified_since, if_unmodified_since)
        spec = self._s3_read(obj, conditions, headers, version_id, ex_customer_key, integrity)
        return self._stream(spec, chunk_size, progress)

    async def download_object_range(
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
        spec = self._s3_range(obj, start_bytes, end_bytes, if_match, headers, version_id, ex_customer_key, integrity)
        return await self._download(
            spec,
            destination,
            overwrite_existing,
            part_size=part_size,
            concurrency=concurrency,
            progress=progress,
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
    ) -> AsyncObjectStream[S3Object]:
        """As ``download_object_as_stream``, of a part of the content, given as for ``download_object_range``."""
        spec = self._s3_range(obj, start_bytes, end_bytes, if_match, headers, version_id, ex_customer_key, integrity)
        return self._stream(spec, chunk_size, progress)

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
    ) -> AsyncObjectFile[S3Object]:
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
        spec = self._extended(self._file_spec(obj, if_match, headers, integrity), obj, version_id, ex_customer_key)
        return self._file(spec, buffer_size)

    async def delete_object(
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
        self._require(StorageCapability.DELETE_OBJECT)
        wanted = self._delete_condition(if_match)
        address = self._version(obj, version_id)
        if wanted is not None and version_of(address) is not None:
            raise InvalidRequest(
                "if_match is about the newest version of an object, and this deletes the one that was named; leave out "
                "one of the two"
            )
        address = self._deleted(address, ex_bypass_governance)
        await self._do(self._s3.delete_object(address, if_match=wanted))

    async def delete_objects(
        self, objs: Iterable[ObjectLike] | AsyncIterable[ObjectLike], *, ex_bypass_governance: bool = False
    ) -> list[DeleteResult]:
        """Delete many objects, in as few requests as S3 allows.

        S3's operation: ``DeleteObjects``.

        Args:
            objs: The objects, in any number and of any containers; a listing will do, of versions as well.
            ex_bypass_governance: As for ``delete_object``.

        Returns:
            For each object, in order, whether it is gone. A failure of one is reported there and
            does not keep the others from being deleted.
        """
        self._require(StorageCapability.DELETE_OBJECT)
        return await self._do(
            delete_all(self._s3, objs, lambda obj: self._deleted(self._address(obj), ex_bypass_governance))
        )

    async def copy_object(
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
        self._require(StorageCapability.COPY_OBJECT)
        extra = put_headers(
            self._s3.dialect,
            storage_class=ex_storage_class,
            acl=ex_acl,
            tags=ex_tags,
            encryption=ex_encryption,
            kms_key=ex_kms_key,
            retention=ex_retention,
            legal_hold=ex_legal_hold,
        )
        if ex_tags is not None:
            extra["x-amz-tagging-directive"] = "REPLACE"
        spec = CopySpec(
            source=self._version(obj, version_id),
            target=self._address((container, name)),
            meta_data=None if meta_data is None else self._meta_data(meta_data),
            content_type=None if content_type is None else content_type_of(content_type, name),
            headers=with_own(self._headers(headers, "copy"), extra),
        )
        return await self._do(self._s3.copy_object(spec))

    async def get_object_url(
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
        self._require(StorageCapability.GET_OBJECT_URL)
        if method not in {"GET", "PUT", "HEAD", "DELETE"}:
            raise InvalidRequest(f'method is {method!r}; it takes "GET", "PUT", "HEAD" or "DELETE"')
        spec = S3UrlSpec(
            address=self._version(obj, version_id),
            method=method,
            expires_in=checked_expiry(expires_in),
            content_type=None if content_type is None else content_type_of(content_type, ""),
            response=response_parameters(
                method,
                content_type=ex_response_content_type,
                content_disposition=ex_response_content_disposition,
                content_encoding=ex_response_content_encoding,
                content_language=ex_response_content_language,
                cache_control=ex_response_cache_control,
                expires=ex_response_expires,
            ),
        )
        return await self._do(self._s3.object_url(spec))

    async def ex_get_presigned_post(
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
        self._require(StorageCapability.GET_OBJECT_URL)
        self._s3.dialect.require(Feature.POSTS, 'give out get_object_url(method="PUT")')
        address = self._address((container, name))
        spec = PostSpec(
            container=address.container,
            name=checked_form_name(address.name),
            expires_in=checked_expiry(expires_in),
            fields=checked_fields(fields),
            starts_with=checked_prefixes(starts_with, address.name),
            length_range=checked_length_range(length_range),
        )
        return await self._do(self._s3.urls.presigned_post(spec))

    # Arguments

    def _address(self, obj: ObjectLike) -> Address:
        address = super()._address(obj)
        if isinstance(obj, S3ObjectVersion) and obj.version_id is not None:
            return S3Address(container=address.container, name=address.name, version_id=obj.version_id)
        return address

    def _version(self, obj: ObjectLike, version_id: str | None) -> Address:
        """The checked address of a version of an object."""
        address = self._address(obj)
        if version_id is None:
            return address
        self._s3.dialect.require(Feature.VERSIONS)
        wanted = checked_text(version_id, "a version")
        return S3Address(container=address.container, name=address.name, version_id=wanted)

    def _iterate_s3(
        self,
        container: Container | str,
        prefix: str | None,
        delimiter: str | None,
        start_after: str | None,
        *,
        fetch_owner: bool,
    ) -> AsyncIterator[S3Object | Prefix]:
        if not fetch_owner:
            return self._iterate_objects(container, prefix, delimiter, start_after)
        query = self._list_query(container, prefix, delimiter, start_after)
        wanted = S3ListQuery(
            container=query.container,
            prefix=query.prefix,
            delimiter=query.delimiter,
            start_after=query.start_after,
            fetch_owner=True,
        )
        return self._pages(lambda cursor: self._s3.list_objects(wanted, cursor=cursor), key=_kind_and_name, order=_name)

    def _deleted(self, address: Address, bypass_governance: bool) -> Address:
        """The address of what is to be deleted."""
        if not bypass_governance:
            return address
        self._s3.dialect.require(Feature.LOCKS)
        return S3Address(
            container=address.container, name=address.name, version_id=version_of(address), bypass_governance=True
        )

    def _key_headers(self, key: CustomerKey | None) -> dict[str, str]:
        return customer_headers(self._s3.dialect, key, self._s3.calls.session.given_endpoint)

    def _s3_read(
        self,
        obj: ObjectLike,
        conditions: Conditions,
        headers: Mapping[str, str] | None,
        version_id: str | None,
        customer_key: CustomerKey | None,
        integrity: Integrity | None = None,
    ) -> ReadSpec:
        spec = self._read_spec(obj, conditions=conditions, headers=headers, integrity=integrity)
        return self._extended(spec, obj, version_id, customer_key)

    def _s3_range(
        self,
        obj: ObjectLike,
        start: int,
        end: int | None,
        if_match: str | None,
        headers: Mapping[str, str] | None,
        version_id: str | None,
        customer_key: CustomerKey | None,
        integrity: Integrity | None,
    ) -> ReadSpec:
        spec = self._range_spec(obj, start, end, if_match, headers, integrity)
        return self._extended(spec, obj, version_id, customer_key)

    def _extended(
        self, spec: ReadSpec, obj: ObjectLike, version_id: str | None, customer_key: CustomerKey | None
    ) -> ReadSpec:
        if version_id is None and customer_key is None:
            return spec
        return msgspec.structs.replace(
            spec,
            address=self._version(obj, version_id),
            headers=with_own(spec.headers, self._key_headers(customer_key)),
        )


def _name(item: S3Object | Prefix) -> str:
    return item.name


def _kind_and_name(item: S3Object | Prefix) -> tuple[bool, str]:
    return isinstance(item, Prefix), item.name
