"""``AsyncStorage``: the portable object storage client. ``Storage`` is generated from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from os import PathLike
from typing import Any, BinaryIO, Generic, Literal, overload

import msgspec

from cumuli.client import AsyncClient
from cumuli.errors import ConfigurationError, InvalidRequest, NotVerified
from cumuli.runtime.protocol import SourceLike
from cumuli.storage.arguments import (
    Verb,
    checked_conditions,
    checked_count,
    checked_expiry,
    checked_headers,
    checked_integrity,
    checked_meta_data,
    checked_range,
    checked_text,
    container_name,
    content_type_of,
    object_names,
)
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.deleting import delete_all
from cumuli.storage.download import Reader
from cumuli.storage.driver import (
    Address,
    Conditions,
    ContainerSpec,
    ContainerT,
    CopySpec,
    ListQuery,
    ObjectT,
    PutSpec,
    ReadSpec,
    StorageDriver,
    UrlSpec,
)
from cumuli.storage.file.aio import BUFFER, AsyncObjectFile
from cumuli.storage.file_download import download
from cumuli.storage.models import Container, DeleteResult, Object, ObjectLike, Prefix
from cumuli.storage.stream.aio import AsyncObjectStream
from cumuli.storage.upload import CONCURRENCY, MovePlan, Progress, upload
from cumuli.storage.verify import Integrity

__all__ = ["AsyncStorage"]


class AsyncStorage(AsyncClient, Generic[ContainerT, ObjectT]):
    """Containers and objects of one provider.

    A container is given as a ``Container`` or by its name; an object as an ``Object`` or as a pair
    ``(container, name)``. Every method raises ``NotSupported`` before any I/O when the provider
    lacks the capability, ``InvalidRequest`` before any I/O for a name that the provider cannot
    have, ``AuthenticationError`` or ``PermissionDenied`` when the provider refuses the credentials,
    and ``ConnectionFailed``, ``Timeout``, ``ProviderUnavailable`` or ``RateLimited`` when it could
    not be reached in spite of retries. A file of the caller's that cannot be read or written is an
    ``InvalidRequest`` as well.

    Arguments that several methods share:

    * ``if_match``: only if the object's etag is this one (``Object.etag``), else
      ``PreconditionFailed``. ``if_none_match``: only if it is not; ``"*"`` on uploads means that no
      object of that name may exist. ``if_modified_since``: only if the content was stored after
      this moment (an aware datetime). ``if_unmodified_since``: only if it was not; providers go by
      seconds, and some by ``if_match`` alone where both are given.
    * ``headers``: extra request headers, sent as they are, for what the provider has and cumuli
      does not model. One that cumuli sets itself, or has an argument for, is ``InvalidRequest``.
    * ``integrity``: what is asked of the verification of contents, where the client was told otherwise:
      ``"if possible"``, ``"required"`` (content that cannot be verified is ``NotVerified``; ranges never can)
      or ``"off"``. ``Object.verified_by`` of the result says by what it was verified.
    * ``progress``: called during a transfer with the bytes moved so far and their total, or None
      where that is not known.
    """

    def __init__(self, driver: StorageDriver[ContainerT, ObjectT], integrity: Integrity = "if possible") -> None:
        super().__init__(driver)
        self._driver = driver
        try:
            self._integrity: Integrity = checked_integrity(integrity)
        except InvalidRequest as error:
            raise ConfigurationError(error.message) from None

    # Containers

    async def list_containers(self) -> list[ContainerT]:
        """Every container of the account, from every page, in the order of their names."""
        return [container async for container in self.iterate_containers()]

    def iterate_containers(self) -> AsyncIterator[ContainerT]:
        """As ``list_containers``, lazily: the first one is given while later pages are still unread."""
        self._require(StorageCapability.LIST_CONTAINERS)
        driver = self._driver
        return self._pages(lambda cursor: driver.list_containers(cursor=cursor), key=_name, order=_name)

    async def get_container(self, container: Container | str) -> ContainerT:
        """One container as it is now.

        Raises:
            ContainerNotFound: It does not exist.
        """
        self._require(StorageCapability.GET_CONTAINER)
        return await self._do(self._driver.get_container(self._container(container)))

    async def create_container(self, name: str) -> ContainerT:
        """Create a container.

        Raises:
            ContainerExists: The name is taken.
        """
        return await self._create_container(ContainerSpec(name=checked_text(name, "a container")))

    async def delete_container(self, container: Container | str) -> None:
        """Delete an empty container.

        Raises:
            ContainerNotFound: It does not exist.
            NotEmpty: It still holds objects.
        """
        self._require(StorageCapability.DELETE_CONTAINER)
        await self._do(self._driver.delete_container(self._container(container)))

    # Listings

    @overload
    async def list_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: None = None,
        start_after: str | None = None,
    ) -> list[ObjectT]: ...
    @overload
    async def list_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str,
        start_after: str | None = None,
    ) -> list[ObjectT | Prefix]: ...
    async def list_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str | None = None,
        start_after: str | None = None,
    ) -> list[Any]:
        """Every object of a container, from every page, in the order of the names' UTF-8 bytes.

        Args:
            container: The container.
            prefix: Only names that start so.
            delimiter: Names that have it behind the prefix are not given; each "folder" of them is,
                once, as a ``Prefix``. Mostly ``"/"``.
            start_after: Only names behind this one.

        Returns:
            Objects; with a delimiter, objects and prefixes. Their metadata is empty: listings do
            not tell it.

        Raises:
            ContainerNotFound: The container does not exist.
        """
        listing = self._iterate_objects(container, prefix, delimiter, start_after)
        return [item async for item in listing]

    @overload
    def iterate_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: None = None,
        start_after: str | None = None,
    ) -> AsyncIterator[ObjectT]: ...
    @overload
    def iterate_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str,
        start_after: str | None = None,
    ) -> AsyncIterator[ObjectT | Prefix]: ...
    def iterate_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str | None = None,
        start_after: str | None = None,
    ) -> AsyncIterator[Any]:
        """As ``list_container_objects``, lazily: the first is given while later pages are still unread."""
        return self._iterate_objects(container, prefix, delimiter, start_after)

    # Single objects

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
    ) -> ObjectT:
        """What the provider knows of one object, metadata included; the content is not read.

        Raises:
            ObjectNotFound, ContainerNotFound: It does not exist.
            PreconditionFailed: A condition does not hold.
        """
        self._require(StorageCapability.GET_OBJECT)
        conditions = checked_conditions(if_match, if_none_match, if_modified_since, if_unmodified_since)
        spec = self._read_spec((container, name), conditions=conditions, headers=headers)
        return await self._do(self._driver.head_object(spec))

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
    ) -> ObjectT:
        """Store a file or bytes as an object, in place of the one of that name if there is one.

        The content is hashed on its way and compared with what the provider stored
        (``Object.verified_by``). Large content goes up in parts, several at a time; memory holds a few
        of them at most. After a failure nothing is left of them.

        Args:
            source: A path, bytes, or a binary file, read from where it stands.
            container: Where to.
            name: The object's name.
            meta_data: User metadata. Keys are ASCII, their case does not count; values are any text.
            content_type: MIME type; guessed from the names if None, ``application/octet-stream`` at last.
            content_encoding: What the content was packed with beforehand (``"gzip"``).
            if_match: See the class.
            if_none_match: See the class; ``"*"`` never overwrites.
            headers: See the class.
            integrity: See the class.
            part_size: Bytes of a part, or None for what suits the provider.
            concurrency: Parts under way at the same time.
            progress: See the class.

        Raises:
            ContainerNotFound: The container does not exist.
            PreconditionFailed: A condition does not hold.
            ChecksumMismatch: The content was damaged on the way. What is stored is left there.
            NotVerified: It is stored, was to be verified, and could not be.
        """
        spec = self._put_spec(
            container,
            name,
            source,
            meta_data=meta_data,
            content_type=content_type,
            content_encoding=content_encoding,
            conditions=checked_conditions(if_match, if_none_match),
            headers=headers,
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
    ) -> ObjectT:
        """As ``upload_object``, of pieces whose total length nobody has to know.

        Args:
            iterator: Pieces of the content, of any size; a download's stream is one.
            container: Where to.
            name: The object's name.
            meta_data: As for ``upload_object``, like all that follow.
            content_type: MIME type.
            content_encoding: What the content was packed with beforehand.
            if_match: See the class.
            if_none_match: See the class.
            headers: See the class.
            integrity: See the class.
            part_size: Bytes of a part.
            concurrency: Parts under way at the same time.
            progress: See the class.

        Raises:
            ContainerNotFound: The container does not exist.
            PreconditionFailed: A condition does not hold.
            ChecksumMismatch: The content was damaged on the way. What is stored is left there.
            NotVerified: It is stored, was to be verified, and could not be.
        """
        spec = self._put_spec(
            container,
            name,
            None,
            meta_data=meta_data,
            content_type=content_type,
            content_encoding=content_encoding,
            conditions=checked_conditions(if_match, if_none_match),
            headers=headers,
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
    ) -> ObjectT:
        """Write an object's content to a file.

        A path is written under a temporary name and renamed when the content is whole and verified:
        it is there completely or not at all.

        Args:
            obj: The object.
            destination: A path, or a binary file open for writing.
            overwrite_existing: Whether an existing file is replaced.
            if_match: See the class.
            if_none_match: See the class.
            if_modified_since: See the class.
            if_unmodified_since: See the class.
            headers: See the class.
            integrity: See the class.
            part_size: Bytes of a range in which a large object comes, several at a time; None for what suits its
                size and the way to it. Ignored where it comes in one answer anyway, as from all but S3 and its kin.
            concurrency: Ranges under way at the same time; memory holds one more. 1 for one answer.
            progress: See the class.

        Returns:
            The object that was read.

        Raises:
            FileExists: The destination exists, and ``overwrite_existing`` is false.
            ObjectNotFound: The object does not exist.
            PreconditionFailed: A condition does not hold.
            ChecksumMismatch: The content was damaged on the way.
            NotVerified: It was to be verified, and could not be.
            Conflict: The object was changed while it was read.
        """
        conditions = checked_conditions(if_match, if_none_match, if_modified_since, if_unmodified_since)
        spec = self._read_spec(obj, conditions=conditions, headers=headers, integrity=integrity)
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
    ) -> AsyncObjectStream[ObjectT]:
        """An object's content piece by piece; see ``ObjectStream``. Nothing is sent yet.

        Args:
            obj: The object.
            chunk_size: Bytes of each piece that iteration gives (the last one is shorter); None for
                pieces as they arrive.
            if_match: See the class.
            if_none_match: See the class.
            if_modified_since: See the class.
            if_unmodified_since: See the class.
            headers: See the class.
            integrity: See the class.
            progress: See the class.
        """
        conditions = checked_conditions(if_match, if_none_match, if_modified_since, if_unmodified_since)
        spec = self._read_spec(obj, conditions=conditions, headers=headers, integrity=integrity)
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
    ) -> ObjectT:
        """As ``download_object``, of a part of the content. Its length is verified; only whole contents have hashes.

        Args:
            obj: The object.
            destination: A path, or a binary file open for writing.
            start_bytes: The first byte, from 0; negative for so many from the end, or all of a shorter object.
            end_bytes: The byte behind the last one; None, or one beyond the end, for the end of the object. None
                where ``start_bytes`` is negative.
            overwrite_existing: Whether an existing file is replaced.
            if_match: See the class.
            headers: See the class.
            integrity: See the class.
            part_size: See ``download_object``.
            concurrency: See there.
            progress: See the class.

        Raises:
            InvalidRequest: The range is empty, or begins at or beyond the end of the object.
            FileExists, ObjectNotFound, PreconditionFailed, Conflict: As for ``download_object``.
        """
        spec = self._range_spec(obj, start_bytes, end_bytes, if_match, headers, integrity)
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
    ) -> AsyncObjectStream[ObjectT]:
        """As ``download_object_as_stream``, of a part of the content, given as for ``download_object_range``."""
        spec = self._range_spec(obj, start_bytes, end_bytes, if_match, headers, integrity)
        return self._stream(spec, chunk_size, progress)

    def open_object(
        self,
        obj: ObjectLike,
        *,
        buffer_size: int = BUFFER,
        if_match: str | None = None,
        headers: Mapping[str, str] | None = None,
        integrity: Integrity | None = None,
    ) -> AsyncObjectFile[ObjectT]:
        """An object as a binary file that is read here and there; see ``ObjectFile``. Nothing is sent yet.

        Args:
            obj: The object.
            buffer_size: Bytes that are asked for at least.
            if_match: See the class.
            headers: See the class.
            integrity: See the class; ``"required"`` cannot be had.

        Raises:
            NotVerified: ``integrity`` is ``"required"``, of this call or of the client: ranges cannot be verified.
        """
        return self._file(self._file_spec(obj, if_match, headers, integrity), buffer_size)

    async def delete_object(self, obj: ObjectLike, *, if_match: str | None = None) -> None:
        """Delete an object.

        Args:
            obj: The object.
            if_match: See the class.

        Raises:
            ObjectNotFound: It does not exist. Some providers (S3) do not tell: nothing is raised there, unless
                there is a condition.
            PreconditionFailed: The condition does not hold.
        """
        self._require(StorageCapability.DELETE_OBJECT)
        wanted = self._delete_condition(if_match)
        await self._do(self._driver.delete_object(self._address(obj), if_match=wanted))

    async def delete_objects(self, objs: Iterable[ObjectLike] | AsyncIterable[ObjectLike]) -> list[DeleteResult]:
        """Delete many objects, in as few requests as the provider allows.

        Args:
            objs: The objects, in any number and of any containers; a listing will do.

        Returns:
            For each object, in order, whether it is gone. A failure of one is reported there and
            does not keep the others from being deleted.
        """
        self._require(StorageCapability.DELETE_OBJECT)
        return await self._do(delete_all(self._driver, objs, self._address))

    async def copy_object(
        self,
        obj: ObjectLike,
        container: Container | str,
        name: str,
        *,
        meta_data: Mapping[str, str] | None = None,
        content_type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ObjectT:
        """Copy an object within the provider; the content does not pass through here.

        Args:
            obj: What to copy.
            container: Where to.
            name: The copy's name.
            meta_data: The copy's user metadata; None for the original's.
            content_type: The copy's MIME type; None for the original's.
            headers: See the class.

        Raises:
            ObjectNotFound: There is nothing to copy.
            ContainerNotFound: The target's container does not exist.
        """
        self._require(StorageCapability.COPY_OBJECT)
        spec = CopySpec(
            source=self._address(obj),
            target=self._address((container, name)),
            meta_data=None if meta_data is None else self._meta_data(meta_data),
            content_type=None if content_type is None else content_type_of(content_type, name),
            headers=self._headers(headers, "copy"),
        )
        return await self._do(self._driver.copy_object(spec))

    # URLs

    async def get_object_url(
        self,
        obj: ObjectLike,
        *,
        expires_in: float = 3600.0,
        method: Literal["GET", "PUT"] = "GET",
        content_type: str | None = None,
    ) -> str:
        """A URL that works without credentials for a while. Whoever has it may do what it allows.

        Args:
            obj: The object; for PUT it need not exist yet.
            expires_in: Seconds from now, at least 1.
            method: What the URL allows: reading the object, or storing it.
            content_type: For PUT: the ``Content-Type`` that has to be sent with it, where the
                provider can insist on one.
        """
        self._require(StorageCapability.GET_OBJECT_URL)
        if method == "PUT":
            self._require(StorageCapability.PUT_OBJECT_URL)
        spec = UrlSpec(
            address=self._address(obj),
            method=method,
            expires_in=checked_expiry(expires_in),
            content_type=None if content_type is None else content_type_of(content_type, ""),
        )
        return await self._do(self._driver.object_url(spec))

    async def get_container_cdn_url(self, container: Container | str) -> str:
        """The address of a container on the provider's content delivery network.

        Raises:
            ContainerNotFound: It does not exist, or is not on the network.
        """
        self._require(StorageCapability.GET_CONTAINER_CDN_URL)
        return await self._do(self._driver.container_cdn_url(self._container(container)))

    async def enable_container_cdn(self, container: Container | str) -> None:
        """Publish a container on the provider's content delivery network: everybody may read it then.

        Raises:
            ContainerNotFound: It does not exist.
        """
        self._require(StorageCapability.ENABLE_CONTAINER_CDN)
        await self._do(self._driver.enable_container_cdn(self._container(container)))

    async def get_object_cdn_url(self, obj: ObjectLike) -> str:
        """The address of an object on the provider's content delivery network.

        Raises:
            ContainerNotFound: Its container is not on the network.
        """
        self._require(StorageCapability.GET_OBJECT_CDN_URL)
        return await self._do(self._driver.object_cdn_url(self._address(obj)))

    # For the clients of providers

    async def _create_container(self, spec: ContainerSpec) -> ContainerT:
        self._require(StorageCapability.CREATE_CONTAINER)
        self._driver.check_container_name(spec.name)
        return await self._do(self._driver.create_container(spec))

    def _container(self, container: Container | str) -> str:
        """The checked name of a container."""
        name = container_name(container, self.provider)
        self._driver.check_container_name(name)
        return name

    def _address(self, obj: ObjectLike) -> Address:
        """The checked address of an object. Providers override it to honour what their models know more."""
        container, name = object_names(obj, self.provider)
        self._driver.check_container_name(container)
        self._driver.check_object_name(name)
        return Address(container=container, name=name)

    def _integrity_of(self, integrity: Integrity | None) -> Integrity:
        return self._integrity if integrity is None else checked_integrity(integrity)

    def _headers(self, headers: Mapping[str, str] | None, verb: Verb) -> dict[str, str]:
        if headers:
            self._require(StorageCapability.HEADERS)
        return checked_headers(headers, verb)

    def _meta_data(self, meta_data: Mapping[str, str] | None) -> dict[str, str]:
        if meta_data:
            self._require(StorageCapability.META_DATA)
        return checked_meta_data(meta_data)

    def _read_spec(
        self,
        obj: ObjectLike,
        *,
        start: int = 0,
        end: int | None = None,
        conditions: Conditions,
        headers: Mapping[str, str] | None,
        integrity: Integrity | None = None,
    ) -> ReadSpec:
        """The checked portable part of what a read was asked for."""
        if conditions.if_match is not None:
            self._require(StorageCapability.READ_IF_MATCH)
        if conditions.if_none_match is not None:
            self._require(StorageCapability.READ_IF_NONE_MATCH)
        if conditions.if_modified_since is not None:
            self._require(StorageCapability.READ_IF_MODIFIED_SINCE)
        if conditions.if_unmodified_since is not None:
            self._require(StorageCapability.READ_IF_UNMODIFIED_SINCE)
        return ReadSpec(
            address=self._address(obj),
            start=start,
            end=end,
            known=(obj.etag, obj.size) if isinstance(obj, Object) and obj.etag is not None else None,
            conditions=conditions,
            headers=self._headers(headers, "read"),
            integrity=self._integrity_of(integrity),
        )

    def _delete_condition(self, if_match: str | None) -> str | None:
        """The checked condition of a deletion."""
        if if_match is not None:
            self._require(StorageCapability.DELETE_IF_MATCH)
        return checked_conditions(if_match).if_match

    def _range_spec(
        self,
        obj: ObjectLike,
        start: int,
        end: int | None,
        if_match: str | None,
        headers: Mapping[str, str] | None,
        integrity: Integrity | None = None,
    ) -> ReadSpec:
        self._require(StorageCapability.DOWNLOAD_RANGE)
        checked_range(start, end)
        return self._read_spec(
            obj,
            start=start,
            end=end,
            conditions=checked_conditions(if_match),
            headers=headers,
            integrity=integrity,
        )

    def _put_spec(
        self,
        container: Container | str,
        name: str,
        source: object,
        *,
        meta_data: Mapping[str, str] | None,
        content_type: str | None,
        content_encoding: str | None,
        conditions: Conditions,
        headers: Mapping[str, str] | None,
        integrity: Integrity | None = None,
    ) -> PutSpec:
        """The checked portable part of what an upload was asked for."""
        self._require(StorageCapability.UPLOAD_OBJECT)
        if conditions.if_match is not None:
            self._require(StorageCapability.PUT_IF_MATCH)
        if conditions.if_none_match is not None:
            self._require(StorageCapability.PUT_IF_NONE_MATCH)
            if conditions.if_none_match != "*":
                raise InvalidRequest('if_none_match of an upload takes "*" only: no object of that name may exist')
        if content_encoding is not None:
            self._require(StorageCapability.CONTENT_ENCODING)
            content_encoding = content_type_of(content_encoding, "")
        address = self._address((container, name))
        return PutSpec(
            address=address,
            content_type=content_type_of(content_type, address.name, source),
            content_encoding=content_encoding,
            meta_data=self._meta_data(meta_data),
            conditions=conditions,
            headers=self._headers(headers, "put"),
            integrity=self._integrity_of(integrity),
        )

    async def _upload(
        self, source: SourceLike, spec: PutSpec, *, part_size: int | None, concurrency: int, progress: Progress | None
    ) -> ObjectT:
        """Store what the source holds."""
        plan = _plan(part_size, concurrency, progress)
        opened = self._driver.caller.runtime.source(source)
        return await self._do(upload(self._driver, spec, opened, plan))

    def _reader(self, spec: ReadSpec, progress: Progress | None) -> Reader[ObjectT]:
        self._require(StorageCapability.DOWNLOAD_OBJECT)
        driver = self._driver
        return Reader(driver, spec, lambda wanted: self._do(driver.read_object(wanted)), progress)

    async def _download(
        self,
        spec: ReadSpec,
        destination: str | PathLike[str] | BinaryIO,
        overwrite_existing: bool,
        *,
        part_size: int | None,
        concurrency: int,
        progress: Progress | None,
    ) -> ObjectT:
        """Write what the spec asks for to a file."""
        plan = _plan(part_size, concurrency, progress)
        reader = self._reader(spec, progress)
        sink = self._driver.caller.runtime.sink(destination, overwrite=overwrite_existing)
        return await self._do(download(self._driver, reader, sink, plan))

    def _stream(self, spec: ReadSpec, chunk_size: int | None, progress: Progress | None) -> AsyncObjectStream[ObjectT]:
        """What the spec asks for, piece by piece."""
        if chunk_size is not None:
            checked_count(chunk_size, "chunk_size")
        return AsyncObjectStream(self._reader(spec, progress), chunk_size)

    def _file_spec(
        self,
        obj: ObjectLike,
        if_match: str | None,
        headers: Mapping[str, str] | None,
        integrity: Integrity | None,
    ) -> ReadSpec:
        """The checked portable part of what a file was asked for."""
        for capability in (
            StorageCapability.DOWNLOAD_OBJECT,
            StorageCapability.DOWNLOAD_RANGE,
            StorageCapability.GET_OBJECT,
        ):
            self._require(capability)
        spec = self._read_spec(obj, conditions=checked_conditions(if_match), headers=headers, integrity=integrity)
        if spec.integrity == "required":
            raise NotVerified(
                f"{spec.address.name}: a file is read in ranges, which nothing can verify, and integrity is "
                '"required"; download the object, or open it with integrity="if possible"',
                provider=self.provider,
            )
        # What a listing says of the size need not be that of the content (Swift's large objects).
        return msgspec.structs.replace(spec, known=None)

    def _file(self, spec: ReadSpec, buffer_size: int) -> AsyncObjectFile[ObjectT]:
        """What the spec asks for, as a file."""
        checked_count(buffer_size, "buffer_size")
        driver = self._driver

        def reader(wanted: ReadSpec, etag: str) -> Reader[ObjectT]:
            return Reader(driver, wanted, lambda asked: self._do(driver.read_object(asked)), etag=etag)

        return AsyncObjectFile(spec, lambda wanted: self._do(driver.head_object(wanted)), reader, buffer_size)

    def _require(self, capability: StorageCapability) -> None:
        self.capabilities.require(capability, provider=self.provider)

    def _iterate_objects(
        self, container: Container | str, prefix: str | None, delimiter: str | None, start_after: str | None
    ) -> AsyncIterator[ObjectT | Prefix]:
        query = self._list_query(container, prefix, delimiter, start_after)
        driver = self._driver
        return self._pages(lambda cursor: driver.list_objects(query, cursor=cursor), key=_kind_and_name, order=_name)

    def _list_query(
        self, container: Container | str, prefix: str | None, delimiter: str | None, start_after: str | None
    ) -> ListQuery:
        """The checked portable part of what a listing was asked for."""
        self._require(StorageCapability.LIST_OBJECTS)
        if delimiter:
            self._require(StorageCapability.LIST_DELIMITER)
        if start_after:
            self._require(StorageCapability.LIST_START_AFTER)
        return ListQuery(
            container=self._container(container),
            prefix=checked_text(prefix, "a prefix") if prefix else "",
            delimiter=checked_text(delimiter, "a delimiter") if delimiter else "",
            start_after=checked_text(start_after, "an object") if start_after else "",
        )


def _plan(part_size: int | None, concurrency: int, progress: Progress | None) -> MovePlan:
    """How one transfer is to be done.

    Raises:
        InvalidRequest: A number is none that counts something.
    """
    if part_size is not None:
        checked_count(part_size, "part_size")
    checked_count(concurrency, "concurrency")
    return MovePlan(part_size=part_size, concurrency=concurrency, progress=progress)


def _name(item: Container | Object | Prefix) -> str:
    return item.name


def _kind_and_name(item: Object | Prefix) -> tuple[bool, str]:
    return isinstance(item, Prefix), item.name
