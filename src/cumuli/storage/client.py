"""``Storage``: the portable object storage client.

Generated from aio.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from types import TracebackType
from typing import Any, BinaryIO, Generic, Literal, Self, overload

from cumuli.capabilities import Capabilities
from cumuli.runtime.blocking.drive import iterate, run
from cumuli.storage.aio import AsyncStorage
from cumuli.storage.driver import ContainerT, ObjectT
from cumuli.storage.file.aio import BUFFER
from cumuli.storage.file.client import ObjectFile
from cumuli.storage.models import Container, DeleteResult, ObjectLike, Prefix
from cumuli.storage.stream.client import ObjectStream
from cumuli.storage.upload import CONCURRENCY, Progress
from cumuli.storage.verify import Integrity

__all__ = ["Storage"]


class Storage(Generic[ContainerT, ObjectT]):
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

    def __init__(self, client: AsyncStorage[ContainerT, ObjectT]) -> None:
        self._storage = client

    @property
    def provider(self) -> str:
        """The provider's registry name, such as ``"ec2"``."""
        return self._storage.provider

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do; asking for more raises ``NotSupported`` before any I/O."""
        return self._storage.capabilities

    def close(self) -> None:
        """Close every connection. The client cannot be used afterwards; closing twice is fine."""
        run(self._storage.aclose())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {id(self):#x}>"

    def list_containers(self) -> list[ContainerT]:
        """Every container of the account, from every page, in the order of their names."""
        return run(self._storage.list_containers())

    def iterate_containers(self) -> Iterator[ContainerT]:
        """As ``list_containers``, lazily: the first one is given while later pages are still unread."""
        return iterate(self._storage.iterate_containers())

    def get_container(self, container: Container | str) -> ContainerT:
        """One container as it is now.

        Raises:
            ContainerNotFound: It does not exist.
        """
        return run(self._storage.get_container(container))

    def create_container(self, name: str) -> ContainerT:
        """Create a container.

        Raises:
            ContainerExists: The name is taken.
        """
        return run(self._storage.create_container(name))

    def delete_container(self, container: Container | str) -> None:
        """Delete an empty container.

        Raises:
            ContainerNotFound: It does not exist.
            NotEmpty: It still holds objects.
        """
        run(self._storage.delete_container(container))

    @overload
    def list_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: None = None,
        start_after: str | None = None,
    ) -> list[ObjectT]: ...

    @overload
    def list_container_objects(
        self, container: Container | str, *, prefix: str | None = None, delimiter: str, start_after: str | None = None
    ) -> list[ObjectT | Prefix]: ...

    def list_container_objects(
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
        return run(
            self._storage.list_container_objects(container, prefix=prefix, delimiter=delimiter, start_after=start_after)
        )

    @overload
    def iterate_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: None = None,
        start_after: str | None = None,
    ) -> Iterator[ObjectT]: ...

    @overload
    def iterate_container_objects(
        self, container: Container | str, *, prefix: str | None = None, delimiter: str, start_after: str | None = None
    ) -> Iterator[ObjectT | Prefix]: ...

    def iterate_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str | None = None,
        start_after: str | None = None,
    ) -> Iterator[Any]:
        """As ``list_container_objects``, lazily: the first is given while later pages are still unread."""
        return iterate(
            self._storage.iterate_container_objects(
                container, prefix=prefix, delimiter=delimiter, start_after=start_after
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
    ) -> ObjectT:
        """What the provider knows of one object, metadata included; the content is not read.

        Raises:
            ObjectNotFound, ContainerNotFound: It does not exist.
            PreconditionFailed: A condition does not hold.
        """
        return run(
            self._storage.get_object(
                container,
                name,
                if_match=if_match,
                if_none_match=if_none_match,
                if_modified_since=if_modified_since,
                if_unmodified_since=if_unmodified_since,
                headers=headers,
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
        return run(
            self._storage.upload_object(
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
        return run(
            self._storage.upload_object_via_stream(
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
        return run(
            self._storage.download_object(
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
    ) -> ObjectStream[ObjectT]:
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
        return ObjectStream(
            self._storage.download_object_as_stream(
                obj,
                chunk_size=chunk_size,
                if_match=if_match,
                if_none_match=if_none_match,
                if_modified_since=if_modified_since,
                if_unmodified_since=if_unmodified_since,
                headers=headers,
                integrity=integrity,
                progress=progress,
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
        return run(
            self._storage.download_object_range(
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
    ) -> ObjectStream[ObjectT]:
        """As ``download_object_as_stream``, of a part of the content, given as for ``download_object_range``."""
        return ObjectStream(
            self._storage.download_object_range_as_stream(
                obj,
                start_bytes,
                end_bytes,
                chunk_size=chunk_size,
                if_match=if_match,
                headers=headers,
                integrity=integrity,
                progress=progress,
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
    ) -> ObjectFile[ObjectT]:
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
        return ObjectFile(
            self._storage.open_object(
                obj, buffer_size=buffer_size, if_match=if_match, headers=headers, integrity=integrity
            )
        )

    def delete_object(self, obj: ObjectLike, *, if_match: str | None = None) -> None:
        """Delete an object.

        Args:
            obj: The object.
            if_match: See the class.

        Raises:
            ObjectNotFound: It does not exist. Some providers (S3) do not tell: nothing is raised there, unless
                there is a condition.
            PreconditionFailed: The condition does not hold.
        """
        run(self._storage.delete_object(obj, if_match=if_match))

    def delete_objects(self, objs: Iterable[ObjectLike]) -> list[DeleteResult]:
        """Delete many objects, in as few requests as the provider allows.

        Args:
            objs: The objects, in any number and of any containers; a listing will do.

        Returns:
            For each object, in order, whether it is gone. A failure of one is reported there and
            does not keep the others from being deleted.
        """
        return run(self._storage.delete_objects(objs))

    def copy_object(
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
        return run(
            self._storage.copy_object(
                obj, container, name, meta_data=meta_data, content_type=content_type, headers=headers
            )
        )

    def get_object_url(
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
        return run(self._storage.get_object_url(obj, expires_in=expires_in, method=method, content_type=content_type))

    def get_container_cdn_url(self, container: Container | str) -> str:
        """The address of a container on the provider's content delivery network.

        Raises:
            ContainerNotFound: It does not exist, or is not on the network.
        """
        return run(self._storage.get_container_cdn_url(container))

    def enable_container_cdn(self, container: Container | str) -> None:
        """Publish a container on the provider's content delivery network: everybody may read it then.

        Raises:
            ContainerNotFound: It does not exist.
        """
        run(self._storage.enable_container_cdn(container))

    def get_object_cdn_url(self, obj: ObjectLike) -> str:
        """The address of an object on the provider's content delivery network.

        Raises:
            ContainerNotFound: Its container is not on the network.
        """
        return run(self._storage.get_object_cdn_url(obj))
