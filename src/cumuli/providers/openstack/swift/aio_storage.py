"""``AsyncSwiftStorage``: what the clients of Swift and of Cloud Files have in common."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from os import PathLike
from typing import BinaryIO, Literal

from cumuli.errors import InvalidRequest
from cumuli.providers.openstack.swift.aio_containers import AsyncSwiftContainers
from cumuli.providers.openstack.swift.arguments import (
    METHODS,
    TempUrlMethod,
    checked_age,
    checked_format,
    checked_range,
    expiry_headers,
    posted_headers,
)
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
from cumuli.providers.openstack.swift.wire import TempUrlExtra, in_path
from cumuli.storage.aio import AsyncStorage
from cumuli.storage.arguments import (
    checked_conditions,
    checked_expiry,
    checked_headers,
    checked_text,
    content_type_of,
    with_own,
)
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.driver import Address
from cumuli.storage.models import Container, Object, ObjectLike
from cumuli.storage.upload import CONCURRENCY, MovePlan, Progress, upload
from cumuli.storage.verify import Integrity

__all__ = ["AsyncSwiftStorage"]

MIB = 1024 * 1024
DAY = 86_400.0


class AsyncSwiftStorage(AsyncSwiftContainers):
    """Containers and objects of Swift, and of what speaks its protocol.

    Large content goes up as segments, several at a time, into the container ``…_segments`` beside
    its own, and a manifest makes one object of them (a static large object, SLO). They are deleted
    with the object, and when another one takes its place; objects that a manifest was made of afterwards
    (``ex_create_manifest``) stay. Dynamic large objects (DLO) are read like
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

    async def ex_update_object(
        self,
        obj: ObjectLike,
        *,
        content_type: str | None = None,
        delete_at: dt.datetime | Literal["never"] | None = None,
        delete_after: float | None = None,
        meta_data: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> SwiftObject:
        """Describe an object anew; its content, and what is not said here, stays.

        Swift itself forgets at such a change what is not said again, so the object is looked at before: of two
        changes at the same moment one may be lost. The segments of a large object stay as they are, so that those of
        one that expires are left (``ex_list_dead_segments``).

        Swift's operation: Create or update object metadata.

        Args:
            obj: The object.
            content_type: Its MIME type from now on.
            delete_at: When Swift is to delete it (``X-Delete-At``), to the second; ``"never"`` takes that back.
            delete_after: In how many seconds, instead (``X-Delete-After``).
            meta_data: Its user metadata from now on, in place of all that it had; None for what it has.
            headers: Other headers that Swift keeps with it and gives out (``Cache-Control``,
                ``Content-Disposition``, ``Content-Encoding``, …); None takes one away.

        Returns:
            The object as it is now.

        Raises:
            ObjectNotFound: It does not exist.
            InvalidRequest: Nothing is to change; or the moment is over.
        """
        changes = expiry_headers(delete_at, delete_after) + posted_headers(headers or {})
        if content_type is not None:
            changes.append(("Content-Type", content_type_of(content_type, "")))
        if not changes and meta_data is None:
            raise InvalidRequest("nothing to change: say at least one thing")
        wanted = None if meta_data is None else self._meta_data(meta_data)
        return await self._do(self._swift.objects.update_object(self._address(obj), changes, wanted))

    async def delete_object(
        self, obj: ObjectLike, *, if_match: str | None = None, ex_leave_segments: bool | None = None
    ) -> None:
        """Delete an object, and of a static large one the segments, if nobody but it can need them.

        Those go that lie where cumuli, python-swiftclient and rclone put segments: in a container whose name ends in
        ``_segments``, or in the folder ``.file-segments``. A single one that lies elsewhere, or that cumuli made for
        another object, may be an object in its own right, as those of ``ex_create_manifest`` are: then all of them
        stay, which the log tells. So do they where the manifest may not be read, or is not shown.

        Swift's operation: Delete object (``multipart-manifest=delete``, after a look at the manifest).

        Args:
            obj: The object.
            if_match: Swift has no conditions of deletions: ``NotSupported``.
            ex_leave_segments: Whether the segments of a static large object stay: None as above, True always; with
                False they go wherever they lie. In a container that keeps versions they always stay.

        Raises:
            ObjectNotFound: It does not exist.
        """
        self._require(StorageCapability.DELETE_OBJECT)
        self._delete_condition(if_match)
        address = self._address(obj)
        await self._do(self._swift.objects.delete_object(address, leave_segments=ex_leave_segments))

    async def ex_create_manifest(
        self,
        segments: Sequence[ObjectLike | SwiftSegment],
        container: Container | str,
        name: str,
        *,
        meta_data: Mapping[str, str] | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        if_none_match: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> SwiftObject:
        """Make one static large object of objects that are there; no content is copied or sent.

        They stay objects in their own right, also when the large object is deleted or replaced; only
        ``delete_object(ex_leave_segments=False)`` takes them along, and so does any deletion if all of them lie where
        tools keep segments (``delete_object``). What is changed or deleted among them breaks the large object. Swift
        compares the size and the etag of each, as they were given or are now.

        Swift's operation: Create or replace object (``multipart-manifest=put``).

        Args:
            segments: The objects, in order, up to 1,000; large ones may be among them.
            container: Where to.
            name: The large object's name.
            meta_data: As for ``upload_object``, like all that follow.
            content_type: MIME type.
            content_encoding: What the content is packed with.
            if_none_match: ``"*"`` never overwrites.
            headers: Extra request headers.

        Raises:
            ContainerNotFound: The container does not exist.
            ObjectNotFound: A segment does not exist.
            InvalidRequest: There are none, too many, or one of them is not what it was any more, or its range is none.
            NotSupported: A range is given, and the service is not known to take any.
            PreconditionFailed: The object exists, and was not to be overwritten.
        """
        if not 0 < len(segments) <= self._swift.rules.max_parts:
            raise InvalidRequest(
                f"a large object is made of 1 to {self._swift.rules.max_parts} segments, and not of {len(segments)}"
            )
        spec = self._put_spec(
            container,
            name,
            None,
            meta_data=meta_data,
            content_type=content_type,
            content_encoding=content_encoding,
            conditions=checked_conditions(None, if_none_match),
            headers=headers,
        )
        wanted = [self._segment(segment) for segment in segments]
        return await self._do(self._swift.multipart.create_manifest(spec, wanted))

    def _segment(self, segment: ObjectLike | SwiftSegment) -> SwiftSegment:
        if isinstance(segment, SwiftSegment):
            self._swift.check_container_name(segment.container)
            self._swift.check_object_name(segment.name)
            checked_range(segment.range)
            return segment
        address = self._address(segment)
        known = segment if isinstance(segment, Object) and segment.etag and segment.hash else None
        return SwiftSegment(
            container=address.container,
            name=address.name,
            size=-1 if known is None else known.size,
            hash=None if known is None else known.hash,
        )

    async def ex_create_dynamic_manifest(
        self,
        segments: Container | str,
        prefix: str,
        container: Container | str,
        name: str,
        *,
        meta_data: Mapping[str, str] | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        if_none_match: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> SwiftObject:
        """Make a dynamic large object (DLO): whatever objects have names that begin so, whenever it is read.

        It grows with them, and nothing verifies it as a whole. Deleting it leaves them.

        Swift's operation: Create or replace object (``X-Object-Manifest``).

        Args:
            segments: The container that they are in.
            prefix: How their names begin; they are joined in the order of their names.
            container: Where the large object is to be.
            name: Its name, which does not begin so if it is in the same container.
            meta_data: As for ``upload_object``, like all that follow.
            content_type: MIME type.
            content_encoding: What the content is packed with.
            if_none_match: ``"*"`` never overwrites.
            headers: Extra request headers.

        Raises:
            ContainerNotFound: The container does not exist.
            PreconditionFailed: The object exists, and was not to be overwritten.
        """
        source = AsyncStorage._address(self, (segments, prefix))  # noqa: SLF001 - the base's own check
        spec = self._put_spec(
            container,
            name,
            None,
            meta_data=meta_data,
            content_type=content_type,
            content_encoding=content_encoding,
            conditions=checked_conditions(None, if_none_match),
            headers=with_own(headers, {"X-Object-Manifest": f"{in_path(source.container)}/{in_path(source.name)}"}),
        )
        if source.container == spec.address.container and spec.address.name.startswith(source.name):
            raise InvalidRequest(f"{name!r} begins with {prefix!r} itself, and would be one of its own segments")
        return await self._do(self._swift.uploads.put_dynamic_manifest(spec))

    async def ex_list_segments(self, obj: ObjectLike) -> list[SwiftSegment]:
        """The segments of a static large object, in order, with which ``ex_create_manifest`` makes the same again.

        Swift's operation: Get object content and metadata (``multipart-manifest=get``). Ceph's gateway shows no
        manifest; there the segments of what cumuli uploaded are found by their names.

        Raises:
            ObjectNotFound: It does not exist, or is no static large object.
            NotSupported: The service does not show them; or the manifest has content in it besides segments.
            MalformedResponse: One of them cannot be read, and the rest would be another content.
        """
        segments = await self._do(self._swift.objects.list_segments(self._address(obj)))
        found: list[SwiftSegment] = []
        for segment in segments:
            container, name = split_path(segment.name)
            found.append(
                SwiftSegment(container=container, name=name, size=segment.bytes, hash=segment.hash, range=segment.range)
            )
        return found

    async def ex_list_dead_segments(
        self, container: Container | str, *, older_than: float = DAY
    ) -> list[SwiftDeadUpload]:
        """What uploads have left that never ended, because their program was killed.

        They are segments that cumuli named, and that no object of the container is made of. Objects in other
        containers are not looked at: what another program has copied there as a manifest still needs its segments.
        Every large object is looked at, every empty one, which may be dynamic, and where listings do not tell which
        are large (Ceph), every object.

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

    async def get_object_url(
        self,
        obj: ObjectLike,
        *,
        expires_in: float = 3600.0,
        method: TempUrlMethod = "GET",
        content_type: str | None = None,
        ex_file_name: str | None = None,
        ex_inline: bool = False,
        ex_ip_range: str | None = None,
    ) -> str:
        """A URL that works without credentials for a while. Whoever has it may do what it allows.

        Swift's middleware: Temporary URL.

        Args:
            obj: The object; for PUT it need not exist yet.
            expires_in: Seconds from now, at least 1.
            method: What the URL allows: ``"GET"`` (and HEAD with it), ``"HEAD"``, ``"PUT"`` (and HEAD), ``"POST"`` (of
                metadata, and HEAD) or ``"DELETE"``.
            content_type: Swift cannot insist on one; it is ignored.
            ex_file_name: The name under which browsers store it, instead of the object's.
            ex_inline: Whether browsers are to show it rather than to store it.
            ex_ip_range: From which addresses it works: one, or a network such as ``"203.0.113.0/24"``. Proxies in
                front of Swift hide those of the users.

        Raises:
            NotSupported: The service makes no such URLs.
        """
        self._require(StorageCapability.GET_OBJECT_URL)
        if content_type is not None:
            content_type_of(content_type, "")
        address = self._address(obj)
        extra = TempUrlExtra(file_name=ex_file_name, inline=ex_inline, ip_range=ex_ip_range)
        return await self._do(
            self._swift.temp_urls.temp_url(
                address.container, address.name, method, checked_expiry(expires_in), extra=extra
            )
        )

    async def ex_get_prefix_url(
        self,
        container: Container | str,
        prefix: str,
        *,
        expires_in: float = 3600.0,
        method: TempUrlMethod = "GET",
        ip_range: str | None = None,
    ) -> str:
        """A URL that works without credentials for all objects whose names begin in some way.

        The rest of an object's name goes between the path and the query. Swift's middleware: Temporary
        URL, with ``temp_url_prefix``.

        Args:
            container: The container.
            prefix: How the names begin.
            expires_in: Seconds from now, at least 1.
            method: What the URL allows, as for ``get_object_url``.
            ip_range: As ``ex_ip_range`` there.
        """
        address = AsyncStorage._address(self, (container, prefix))  # noqa: SLF001 - the base's own check
        return await self._do(
            self._swift.temp_urls.temp_url(
                address.container,
                address.name,
                method,
                checked_expiry(expires_in),
                prefix=True,
                extra=TempUrlExtra(ip_range=ip_range),
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
