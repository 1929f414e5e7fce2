"""``AsyncSwiftStorage``: what the clients of Swift and of Cloud Files have in common."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from os import PathLike
from typing import BinaryIO, Literal

from cumuli.errors import InvalidRequest
from cumuli.providers.openstack.swift.aio_containers import AsyncSwiftContainers
from cumuli.providers.openstack.swift.arguments import METHODS, checked_age, checked_format
from cumuli.providers.openstack.swift.identity import OBJECT_STORE
from cumuli.providers.openstack.swift.models import (
    ArchiveFormat,
    ArchiveResult,
    SwiftAddress,
    SwiftAnswer,
    SwiftDeadUpload,
    SwiftObject,
    SwiftSegment,
)
from cumuli.providers.openstack.swift.multipart import InParts
from cumuli.providers.openstack.swift.segments import split_path
from cumuli.storage.aio import AsyncStorage
from cumuli.storage.arguments import checked_conditions, checked_expiry, checked_headers, checked_text
from cumuli.storage.driver import Address
from cumuli.storage.models import Container, ObjectLike
from cumuli.storage.upload import CONCURRENCY, MovePlan, Progress, upload
from cumuli.storage.verify import Integrity

__all__ = ["AsyncSwiftStorage"]

MIB = 1024 * 1024
DAY = 86_400.0


class AsyncSwiftStorage(AsyncSwiftContainers):
    """Containers and objects of Swift, and of what speaks its protocol.

    Large content goes up as segments, several at a time, into the container ``…_segments`` beside
    its own, and a manifest makes one object of them (a static large object, SLO). They are deleted
    with the object, and when another one takes its place. Dynamic large objects (DLO) are read like
    any other; of those, deleting takes the manifest only. In a container that keeps versions, segments
    stay, since the old version is made of them; of a link, deleting takes the link only.

    Every content is verified on its way, by MD5: whole objects by their etag, large ones segment by
    segment.

    User metadata may be any text; what is not plain ASCII is percent-encoded UTF-8 on the wire, as
    Swift's documentation asks for. Swift limits it to 256 bytes a value as it is sent.
    """

    def _address(self, obj: ObjectLike) -> Address:
        """As of every client; that an object is large is kept, so that its segments go with it."""
        address = super()._address(obj)
        large = obj.large if isinstance(obj, SwiftObject) else None
        return SwiftAddress(container=address.container, name=address.name, large=large)

    async def ex_set_object_meta_data(self, obj: ObjectLike, meta_data: Mapping[str, str]) -> None:
        """Give an object this user metadata in place of all that it had; its content stays.

        Swift's operation: Create or update object metadata.

        Args:
            obj: The object.
            meta_data: As for ``upload_object``.

        Raises:
            ObjectNotFound: It does not exist.
        """
        address = self._address(obj)
        await self._do(self._swift.objects.set_object_meta_data(address, self._meta_data(meta_data)))

    async def ex_list_segments(self, obj: ObjectLike) -> list[SwiftSegment]:
        """The segments of a static large object, in order.

        Swift's operation: Get object content and metadata (``multipart-manifest=get``). Ceph's gateway shows no
        manifest; there the segments of what cumuli uploaded are found by their names.

        Raises:
            ObjectNotFound: It does not exist, or is no static large object.
        """
        segments = await self._do(self._swift.objects.list_segments(self._address(obj)))
        found: list[SwiftSegment] = []
        for segment in segments:
            container, name = split_path(segment.name)
            found.append(SwiftSegment(container=container, name=name, size=segment.bytes, hash=segment.hash))
        return found

    async def ex_list_dead_segments(
        self, container: Container | str, *, older_than: float = DAY
    ) -> list[SwiftDeadUpload]:
        """What uploads have left that never ended, because their program was killed.

        They are segments that cumuli named, and that no object of the container is made of. Objects in other
        containers are not looked at: what another program has copied there as a manifest still needs its segments.
        Every large object is looked at, and where listings do not tell which are large (Ceph), every object.

        Swift's operation: Show container details and list objects.

        Args:
            container: Where the objects were to be; the segments are in the one beside it.
            older_than: Seconds since the last segment was stored: what is younger may be under way.

        Raises:
            ContainerNotFound: It does not exist.
            NotSupported: It keeps versions, whose segments nobody tells.
        """
        name = self._container(container)
        return await self._do(self._swift.dead_segments.dead_uploads(name, older_than=checked_age(older_than)))

    async def ex_delete_dead_segments(
        self, container: Container | str, *, older_than: float = DAY
    ) -> list[SwiftDeadUpload]:
        """Delete what ``ex_list_dead_segments`` gives, and give what it was.

        Swift's operation: Bulk delete.

        Args:
            container: Where the objects were to be.
            older_than: As for ``ex_list_dead_segments``.

        Raises:
            ContainerNotFound: It does not exist.
            NotSupported: It keeps versions, whose segments nobody tells.
        """
        name = self._container(container)
        return await self._do(self._swift.dead_segments.delete_dead_uploads(name, older_than=checked_age(older_than)))

    async def ex_multipart_upload_object(
        self,
        source: str | PathLike[str] | bytes | BinaryIO | Iterable[bytes] | AsyncIterable[bytes],
        container: Container | str,
        name: str,
        *,
        chunk_size: int = 32 * MIB,
        meta_data: Mapping[str, str] | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        if_none_match: str | None = None,
        headers: Mapping[str, str] | None = None,
        integrity: Integrity | None = None,
        concurrency: int = CONCURRENCY,
        progress: Progress | None = None,
    ) -> SwiftObject:
        """Store content as a static large object, however small it is, as long as it is more than one segment.

        ``upload_object`` does so by itself from 64 MiB on. Swift's operation: Create or replace object
        (``multipart-manifest=put``).

        Args:
            source: A path, bytes, a binary file, or pieces of the content.
            container: Where to.
            name: The object's name.
            chunk_size: Bytes of a segment; grows where there would be more than 1,000 of them.
            meta_data: As for ``upload_object``, like all that follow.
            content_type: MIME type.
            content_encoding: What the content was packed with beforehand.
            if_none_match: ``"*"`` never overwrites.
            headers: Extra request headers.
            integrity: As for ``upload_object``.
            concurrency: Segments under way at the same time.
            progress: Called with the bytes moved so far, and None.

        Raises:
            ContainerNotFound: The container does not exist.
            PreconditionFailed: The object exists, and was not to be overwritten.
            ChecksumMismatch: The content was damaged on the way. What is stored is left there.
        """
        if chunk_size < 1 or concurrency < 1:
            raise InvalidRequest("chunk_size and concurrency are at least 1")
        spec = self._put_spec(
            container,
            name,
            source,
            meta_data=meta_data,
            content_type=content_type,
            content_encoding=content_encoding,
            conditions=checked_conditions(None, if_none_match),
            headers=headers,
            integrity=integrity,
        )
        opened = self._swift.caller.runtime.source(source)
        needed = -(-(opened.length or 0) // self._swift.rules.max_parts)
        plan = MovePlan(part_size=max(chunk_size, needed), concurrency=concurrency, progress=progress)
        return await self._do(upload(self._swift, spec, InParts(opened), plan))

    async def ex_upload_archive(
        self,
        source: str | PathLike[str] | bytes | BinaryIO | Iterable[bytes] | AsyncIterable[bytes],
        container: Container | str,
        *,
        format: ArchiveFormat = "tar.gz",  # noqa: A002 - the word for it
        prefix: str = "",
    ) -> ArchiveResult:
        """Have Swift store every file of a tar archive as an object; the container is created if need be.

        Swift's operation: Bulk upload (``extract-archive``).

        Args:
            source: The archive: a path, bytes, a binary file, or pieces of it.
            container: Where to.
            format: How it is packed.
            prefix: What the names of the objects begin with, mostly a folder with its slash.

        Returns:
            How many objects were stored, and which were not.
        """
        name = self._container(container)
        if prefix:
            self._swift.check_object_name(checked_text(prefix, "a prefix"))
        opened = self._swift.caller.runtime.source(source)
        try:
            return await self._do(self._swift.uploads.extract(name, prefix, opened, checked_format(format)))
        finally:
            await opened.close()

    async def ex_get_prefix_url(
        self,
        container: Container | str,
        prefix: str,
        *,
        expires_in: float = 3600.0,
        method: Literal["GET", "PUT"] = "GET",
    ) -> str:
        """A URL that works without credentials for all objects whose names begin in some way.

        The rest of an object's name goes between the path and the query. Swift's middleware: Temporary
        URL, with ``temp_url_prefix``.

        Args:
            container: The container.
            prefix: How the names begin.
            expires_in: Seconds from now, at least 1.
            method: What the URL allows.
        """
        if method not in {"GET", "PUT"}:
            raise InvalidRequest(f'method is {method!r}; it takes "GET" or "PUT"')
        address = AsyncStorage._address(self, (container, prefix))  # noqa: SLF001 - the base's own check
        return await self._do(
            self._swift.temp_urls.temp_url(
                address.container, address.name, method, checked_expiry(expires_in), prefix=True
            )
        )

    async def ex_call(
        self,
        method: str,
        path: str = "",
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        service: str = OBJECT_STORE,
    ) -> SwiftAnswer:
        """Any call that the library does not know by name, with the client's token.

        Args:
            method: HTTP method.
            path: Container, or container and object (``"c/o"``), not encoded; empty for the account.
            query: Encoded already, without its question mark.
            headers: Of the request.
            body: Of the request.
            service: Type of the service in the catalog.

        Raises:
            CloudError: Whatever the service answers.
        """
        if method not in METHODS:
            raise InvalidRequest(f"method is {method!r}; it is one of {', '.join(sorted(METHODS))}")
        target = checked_text(path, "a path").lstrip("/") if path else ""
        return await self._do(
            self._swift.calls.any_call(service, method, target, query, checked_headers(headers), body)
        )
