"""``Swift``: the client of any OpenStack Swift.

Generated from aio.py and aio_*.py by python -m cumuli.generate. Change those files and run ``make format``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, BinaryIO, ClassVar, Literal, Unpack, overload

from cumuli.calls.options import ClientOptions
from cumuli.credential_arguments import CredentialArguments
from cumuli.providers.openstack.identity.keystone import KeystoneCredentials, KeystoneIdentity
from cumuli.providers.openstack.swift.access import SwiftAccess
from cumuli.providers.openstack.swift.aio import AsyncSwift
from cumuli.providers.openstack.swift.aio_containers import AsyncSwiftContainers
from cumuli.providers.openstack.swift.aio_storage import DAY, MIB, AsyncSwiftStorage
from cumuli.providers.openstack.swift.arguments import TempUrlMethod
from cumuli.providers.openstack.swift.calls import PAGE_SIZE
from cumuli.providers.openstack.swift.identity import OBJECT_STORE
from cumuli.providers.openstack.swift.models import (
    ArchiveFormat,
    ArchiveResult,
    JSONValue,
    SwiftAccount,
    SwiftAnswer,
    SwiftContainer,
    SwiftDeadUpload,
    SwiftObject,
    SwiftSegment,
)
from cumuli.providers.openstack.swift.wire import TempUrlDigest
from cumuli.runtime import blocking_runtime
from cumuli.runtime.blocking.drive import iterate, run
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret
from cumuli.storage.client import Storage
from cumuli.storage.models import Container, ObjectLike, Prefix
from cumuli.storage.upload import CONCURRENCY, Progress
from cumuli.storage.verify import Integrity

__all__ = ["Swift", "SwiftContainers", "SwiftStorage"]


class SwiftContainers(Storage[SwiftContainer, SwiftObject]):
    """The account and the containers' settings."""

    def __init__(self, client: AsyncSwiftContainers) -> None:
        super().__init__(client)
        self._swift_containers = client

    def create_container(
        self,
        name: str,
        *,
        ex_storage_policy: str | None = None,
        ex_meta_data: Mapping[str, str] | None = None,
        ex_read_acl: str | SwiftAccess | None = None,
        ex_write_acl: str | SwiftAccess | None = None,
    ) -> SwiftContainer:
        """Create a container.

        Swift's operation: Create container.

        Args:
            name: The container's name: up to 256 characters without a slash.
            ex_storage_policy: Name of the policy by which its objects are kept; it cannot be changed later.
            ex_meta_data: User metadata of the container.
            ex_read_acl: Who may read it (``X-Container-Read``): a ``SwiftAccess``, or the text of such a list.
            ex_write_acl: Who may write to it (``X-Container-Write``).

        Raises:
            ContainerExists: The account has a container of that name.
            InvalidRequest: There is no such policy.
        """
        return run(
            self._swift_containers.create_container(
                name,
                ex_storage_policy=ex_storage_policy,
                ex_meta_data=ex_meta_data,
                ex_read_acl=ex_read_acl,
                ex_write_acl=ex_write_acl,
            )
        )

    def ex_get_meta_data(self) -> SwiftAccount:
        """What the account holds, and its user metadata. Swift's operation: Show account metadata."""
        return run(self._swift_containers.ex_get_meta_data())

    def ex_update_account_meta_data(self, meta_data: Mapping[str, str | None]) -> None:
        """Change some of the account's user metadata; the rest stays.

        Swift's operation: Create, update, or delete account metadata.

        Args:
            meta_data: New values; None removes a key.
        """
        run(self._swift_containers.ex_update_account_meta_data(meta_data))

    def ex_set_account_metadata_temp_url_key(self, key: str | Secret, *, second: bool = False) -> None:
        """Set the key that temporary URLs of the account are signed with; URLs of the old key end at once.

        Swift's operation: Create, update, or delete account metadata.

        Args:
            key: The key: a long random text. Whoever knows it can make URLs for every object.
            second: Whether it is the second one of two. Both are accepted, so that they can be changed in
                turns without ending URLs that are in use.
        """
        run(self._swift_containers.ex_set_account_metadata_temp_url_key(key, second=second))

    def ex_get_capabilities(self) -> dict[str, JSONValue]:
        """What the service has and allows, by middleware; empty where it does not say.

        Swift's operation: List activated capabilities (``/info``).
        """
        return run(self._swift_containers.ex_get_capabilities())

    @overload
    def list_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: None = None,
        start_after: str | None = None,
        ex_end_marker: str | None = None,
        ex_reverse: bool = False,
    ) -> list[SwiftObject]: ...

    @overload
    def list_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str,
        start_after: str | None = None,
        ex_end_marker: str | None = None,
        ex_reverse: bool = False,
    ) -> list[SwiftObject | Prefix]: ...

    def list_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str | None = None,
        start_after: str | None = None,
        ex_end_marker: str | None = None,
        ex_reverse: bool = False,
    ) -> list[Any]:
        """Every object of a container, from every page, in the order of the names' UTF-8 bytes or in the reverse one.

        Swift's operation: Show container details and list objects.

        Args:
            container: The container.
            prefix: Only names that start so.
            delimiter: As for ``Storage``: what lies below a "folder" is one ``Prefix``.
            start_after: Only names behind this one; in the reverse order those are the ones before it.
            ex_end_marker: Only names that come before this one, in the listing's order.
            ex_reverse: Whether the last name comes first.

        Raises:
            ContainerNotFound: The container does not exist.
            NotSupported: The service is not known to list in the reverse order (Ceph's).
        """
        return run(
            self._swift_containers.list_container_objects(
                container,
                prefix=prefix,
                delimiter=delimiter,
                start_after=start_after,
                ex_end_marker=ex_end_marker,
                ex_reverse=ex_reverse,
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
        ex_end_marker: str | None = None,
        ex_reverse: bool = False,
    ) -> Iterator[SwiftObject]: ...

    @overload
    def iterate_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str,
        start_after: str | None = None,
        ex_end_marker: str | None = None,
        ex_reverse: bool = False,
    ) -> Iterator[SwiftObject | Prefix]: ...

    def iterate_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str | None = None,
        start_after: str | None = None,
        ex_end_marker: str | None = None,
        ex_reverse: bool = False,
    ) -> Iterator[Any]:
        """As ``list_container_objects``, lazily: the first is given while later pages are still unread."""
        return iterate(
            self._swift_containers.iterate_container_objects(
                container,
                prefix=prefix,
                delimiter=delimiter,
                start_after=start_after,
                ex_end_marker=ex_end_marker,
                ex_reverse=ex_reverse,
            )
        )

    def ex_update_container_meta_data(self, container: Container | str, meta_data: Mapping[str, str | None]) -> None:
        """Change some of a container's user metadata; the rest stays.

        Swift's operation: Create, update, or delete container metadata.

        Args:
            container: The container.
            meta_data: New values; None removes a key.

        Raises:
            ContainerNotFound: It does not exist.
        """
        run(self._swift_containers.ex_update_container_meta_data(container, meta_data))

    def ex_set_container_acl(
        self,
        container: Container | str,
        *,
        read: str | SwiftAccess | None = None,
        write: str | SwiftAccess | None = None,
    ) -> None:
        """Say who may read a container and write to it, besides the account's own users.

        Swift's operation: Create, update, or delete container metadata.

        Args:
            container: The container.
            read: A ``SwiftAccess``, or the text of a list (``X-Container-Read``): ``".r:*"`` is everybody,
                ``".rlistings"`` with it lets them list as well, ``"project:user"`` is somebody; ``""`` is nobody;
                None leaves it as it is.
            write: Likewise (``X-Container-Write``), of users only.

        Raises:
            ContainerNotFound: It does not exist.
        """
        run(self._swift_containers.ex_set_container_acl(container, read=read, write=write))

    def ex_set_container_temp_url_key(
        self, container: Container | str, key: str | Secret, *, second: bool = False
    ) -> None:
        """Set a key for temporary URLs of one container; see ``ex_set_account_metadata_temp_url_key``.

        Swift's operation: Create, update, or delete container metadata.

        Args:
            container: The container.
            key: The key.
            second: Whether it is the second one of two.

        Raises:
            ContainerNotFound: It does not exist.
        """
        run(self._swift_containers.ex_set_container_temp_url_key(container, key, second=second))

    def ex_set_container_quota(
        self, container: Container | str, *, size: int | None = None, objects: int | None = None
    ) -> None:
        """Limit what a container may hold; uploads beyond it raise ``QuotaExceeded``.

        Swift's operation: Create, update, or delete container metadata.

        Args:
            container: The container.
            size: Most bytes, or None for no limit.
            objects: Most objects, or None for no limit.

        Raises:
            ContainerNotFound: It does not exist.
        """
        run(self._swift_containers.ex_set_container_quota(container, size=size, objects=objects))

    def ex_set_container_versions(self, container: Container | str, *, enabled: bool) -> None:
        """Have a container keep the versions of its objects that are replaced or deleted, or no more.

        They are listed by ``GET ?versions`` and read by ``?version-id=`` (``ex_call``), and kept when this is switched
        off. Swift's operation: Create, update, or delete container metadata (``X-Versions-Enabled``).

        Args:
            container: The container.
            enabled: Whether it is to keep them.

        Raises:
            ContainerNotFound: It does not exist.
            NotSupported: The service has no such versions (Ceph's).
        """
        run(self._swift_containers.ex_set_container_versions(container, enabled=enabled))

    def ex_set_container_versions_location(
        self, container: Container | str, location: Container | str | None, *, history: bool = False
    ) -> None:
        """Have a container keep what is replaced in another one, in Swift's older way, or no more.

        Swift's operation: Create, update, or delete container metadata (``X-Versions-Location``,
        ``X-History-Location``).

        Args:
            container: The container.
            location: Where to keep it, which has to be there; None to keep nothing any more.
            history: Whether what is deleted is kept there as well; otherwise deleting brings the one before back.

        Raises:
            ContainerNotFound: It does not exist.
        """
        run(self._swift_containers.ex_set_container_versions_location(container, location, history=history))

    def ex_set_container_sync(
        self, container: Container | str, to: str | None, *, key: str | Secret | None = None
    ) -> None:
        """Have Swift keep a container the same as another one, mostly of another cluster, or no more.

        Both have the same key, and lead to each other for both ways. Swift's operation: Create, update, or delete
        container metadata (``X-Container-Sync-To``, ``X-Container-Sync-Key``).

        Args:
            container: The container.
            to: The other one: ``"//realm/cluster/account/container"``, or its URL where the cluster allows that; None
                to end it.
            key: What both know; needed with ``to``.

        Raises:
            ContainerNotFound: It does not exist.
            InvalidRequest: The cluster allows no such place.
        """
        run(self._swift_containers.ex_set_container_sync(container, to, key=key))

    def ex_enable_static_website(
        self,
        container: Container | str,
        *,
        index_page: str = "index.html",
        error_page: str | None = None,
        listings: bool = False,
    ) -> None:
        """Publish a container as a website, below the account's address: everybody may read and list it then.

        Swift's operation: Create, update, or delete container metadata (middleware: Static web).

        Args:
            container: The container.
            index_page: Name of the object that stands for a folder.
            error_page: See ``ex_set_error_page``; None leaves it as it is.
            listings: Whether folders without such an object are shown as pages that list them.

        Raises:
            ContainerNotFound: It does not exist.
        """
        run(
            self._swift_containers.ex_enable_static_website(
                container, index_page=index_page, error_page=error_page, listings=listings
            )
        )

    def ex_set_index_page(self, container: Container | str, file_name: str = "index.html") -> None:
        """Say which object stands for a folder of a website. Who may read it stays as it is.

        Swift's operation: Create, update, or delete container metadata.

        Args:
            container: The container.
            file_name: Name of the object, in every folder.

        Raises:
            ContainerNotFound: It does not exist.
        """
        run(self._swift_containers.ex_set_index_page(container, file_name))

    def ex_get_identity(self) -> KeystoneIdentity:
        """Who the cloud takes this client for: user, project and roles, as they came with the token.

        The identity service's operation: Password authentication, or whichever way the token was got. A new token is
        got only if there is none that is still good.

        Raises:
            AuthenticationError: The credentials are wrong.
        """
        return run(self._swift_containers.ex_get_identity())

    def ex_set_error_page(self, container: Container | str, file_name: str = "error.html") -> None:
        """Say which objects are shown for errors of a website.

        Swift puts the status before the name: ``404error.html`` is shown for what is missing,
        ``401error.html`` for what may not be read. Swift's operation: Create, update, or delete
        container metadata.

        Args:
            container: The container.
            file_name: The end of the objects' names.

        Raises:
            ContainerNotFound: It does not exist.
        """
        run(self._swift_containers.ex_set_error_page(container, file_name))


class SwiftStorage(SwiftContainers):
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

    def __init__(self, client: AsyncSwiftStorage) -> None:
        super().__init__(client)
        self._swift_storage = client

    def ex_set_object_meta_data(self, obj: ObjectLike, meta_data: Mapping[str, str]) -> None:
        """Give an object this user metadata in place of all that it had; its content stays.

        Swift's operation: Create or update object metadata.

        Args:
            obj: The object.
            meta_data: As for ``upload_object``.

        Raises:
            ObjectNotFound: It does not exist.
        """
        run(self._swift_storage.ex_set_object_meta_data(obj, meta_data))

    def ex_update_object(
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
        return run(
            self._swift_storage.ex_update_object(
                obj,
                content_type=content_type,
                delete_at=delete_at,
                delete_after=delete_after,
                meta_data=meta_data,
                headers=headers,
            )
        )

    def delete_object(
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
        run(self._swift_storage.delete_object(obj, if_match=if_match, ex_leave_segments=ex_leave_segments))

    def ex_create_manifest(
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
        return run(
            self._swift_storage.ex_create_manifest(
                segments,
                container,
                name,
                meta_data=meta_data,
                content_type=content_type,
                content_encoding=content_encoding,
                if_none_match=if_none_match,
                headers=headers,
            )
        )

    def ex_create_dynamic_manifest(
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
        return run(
            self._swift_storage.ex_create_dynamic_manifest(
                segments,
                prefix,
                container,
                name,
                meta_data=meta_data,
                content_type=content_type,
                content_encoding=content_encoding,
                if_none_match=if_none_match,
                headers=headers,
            )
        )

    def ex_list_segments(self, obj: ObjectLike) -> list[SwiftSegment]:
        """The segments of a static large object, in order, with which ``ex_create_manifest`` makes the same again.

        Swift's operation: Get object content and metadata (``multipart-manifest=get``). Ceph's gateway shows no
        manifest; there the segments of what cumuli uploaded are found by their names.

        Raises:
            ObjectNotFound: It does not exist, or is no static large object.
            NotSupported: The service does not show them; or the manifest has content in it besides segments.
            MalformedResponse: One of them cannot be read, and the rest would be another content.
        """
        return run(self._swift_storage.ex_list_segments(obj))

    def ex_list_dead_segments(self, container: Container | str, *, older_than: float = DAY) -> list[SwiftDeadUpload]:
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
        return run(self._swift_storage.ex_list_dead_segments(container, older_than=older_than))

    def ex_delete_dead_segments(self, container: Container | str, *, older_than: float = DAY) -> list[SwiftDeadUpload]:
        """Delete what ``ex_list_dead_segments`` gives, and give what it was.

        Swift's operation: Bulk delete.

        Args:
            container: Where the objects were to be.
            older_than: As for ``ex_list_dead_segments``.

        Raises:
            ContainerNotFound: It does not exist.
            NotSupported: It keeps versions, whose segments nobody tells.
        """
        return run(self._swift_storage.ex_delete_dead_segments(container, older_than=older_than))

    def ex_multipart_upload_object(
        self,
        source: str | PathLike[str] | bytes | BinaryIO | Iterable[bytes],
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
        return run(
            self._swift_storage.ex_multipart_upload_object(
                source,
                container,
                name,
                chunk_size=chunk_size,
                meta_data=meta_data,
                content_type=content_type,
                content_encoding=content_encoding,
                if_none_match=if_none_match,
                headers=headers,
                integrity=integrity,
                concurrency=concurrency,
                progress=progress,
            )
        )

    def ex_upload_archive(
        self,
        source: str | PathLike[str] | bytes | BinaryIO | Iterable[bytes],
        container: Container | str,
        *,
        format: ArchiveFormat = "tar.gz",
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
        return run(self._swift_storage.ex_upload_archive(source, container, format=format, prefix=prefix))

    def get_object_url(
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
        return run(
            self._swift_storage.get_object_url(
                obj,
                expires_in=expires_in,
                method=method,
                content_type=content_type,
                ex_file_name=ex_file_name,
                ex_inline=ex_inline,
                ex_ip_range=ex_ip_range,
            )
        )

    def ex_get_prefix_url(
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
        return run(
            self._swift_storage.ex_get_prefix_url(
                container, prefix, expires_in=expires_in, method=method, ip_range=ip_range
            )
        )

    def ex_call(
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
        return run(self._swift_storage.ex_call(method, path, query=query, headers=headers, body=body, service=service))


class Swift(SwiftStorage):
    """OpenStack Swift, or another service that speaks its protocol (object storage API v1).

    ``Swift(cloud="devstack")`` reads ``clouds.yaml`` where the OpenStack tools do; ``Swift()`` takes
    ``OS_CLOUD``, the other ``OS_*`` variables, or ``ST_AUTH``, ``ST_USER`` and ``ST_KEY``;
    ``Swift(auth_url="https://…/auth/v1.0", username="account:user", key="…")`` gets its token in
    Swift's own way, ``Swift(auth_url="https://…/v3", username=…, password=…, project_name=…)`` from
    Keystone.
    """

    credential_arguments: ClassVar[CredentialArguments] = AsyncSwift.credential_arguments

    def __init__(
        self,
        *,
        cloud: str | None = None,
        auth_url: str | None = None,
        username: str | None = None,
        key: str | Secret | None = None,
        password: str | Secret | None = None,
        user_id: str | None = None,
        user_domain_name: str | None = None,
        user_domain_id: str | None = None,
        project_name: str | None = None,
        project_id: str | None = None,
        project_domain_name: str | None = None,
        project_domain_id: str | None = None,
        domain_name: str | None = None,
        domain_id: str | None = None,
        system_scope: str | None = None,
        application_credential_id: str | None = None,
        application_credential_name: str | None = None,
        application_credential_secret: str | Secret | None = None,
        token: str | Secret | None = None,
        endpoint: str | None = None,
        endpoints: Mapping[str, str] | None = None,
        region: str | None = None,
        interface: str | None = None,
        credentials: KeystoneCredentials | None = None,
        page_size: int = PAGE_SIZE,
        temp_url_key: str | Secret | None = None,
        temp_url_digest: TempUrlDigest | None = None,
        leave_segments: bool = False,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = blocking_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; files are read, nothing is sent.

        Args:
            cloud: Name of an entry of ``clouds.yaml``. Arguments given beside it go before it.
            auth_url: Where tokens are given. If it ends in ``/v1.0``, in Swift's own way; else by
                Keystone, with or without its version.
            username: Name of the user; in Swift's own way mostly ``account:user``.
            key: The user's key, in Swift's own way.
            password: The user's password.
            user_id: Id of the user, instead of the name.
            user_domain_name: Domain of the user; without it, the domain with the id ``default``.
            user_domain_id: Or the domain's id.
            project_name: Project whose account it is.
            project_id: Or its id.
            project_domain_name: Domain of the project; without it, the user's.
            project_domain_id: Or the domain's id.
            domain_name: Domain to work on, instead of a project.
            domain_id: Or its id.
            system_scope: ``"all"`` to work on the system, instead of a project.
            application_credential_id: Id of an application credential.
            application_credential_name: Or its name, with the user.
            application_credential_secret: Its secret.
            token: A token that was got elsewhere. With ``endpoint`` it resumes a session without a
                call to the identity service.
            endpoint: Address of the account (``https://…/v1/AUTH_…``), instead of the catalog's.
            endpoints: Addresses of services by type, instead of the catalog's.
            region: The region; may be left out where the cloud has one only.
            interface: ``"public"`` (default), ``"internal"`` or ``"admin"``.
            credentials: All of Keystone's credentials in one object, instead of the single arguments.
            page_size: How many names a listing asks for at a time; services give 10,000 at most.
            temp_url_key: The key that temporary URLs are signed with. Default: the account's, which is
                asked for every time, or the container's.
            temp_url_digest: ``"sha1"``, ``"sha256"`` or ``"sha512"``. Default: what the service says
                that it takes.
            leave_segments: Whether the segments of a large object stay when another object takes its
                place. Uploads look whether there is one first; True spares that request.
            integrity: What is asked of the verification of contents; see ``Storage``.

        Raises:
            ConfigurationError: Something is missing or contradictory, or a file has an error.
        """
        self._swift = AsyncSwift(
            cloud=cloud,
            auth_url=auth_url,
            username=username,
            key=key,
            password=password,
            user_id=user_id,
            user_domain_name=user_domain_name,
            user_domain_id=user_domain_id,
            project_name=project_name,
            project_id=project_id,
            project_domain_name=project_domain_name,
            project_domain_id=project_domain_id,
            domain_name=domain_name,
            domain_id=domain_id,
            system_scope=system_scope,
            application_credential_id=application_credential_id,
            application_credential_name=application_credential_name,
            application_credential_secret=application_credential_secret,
            token=token,
            endpoint=endpoint,
            endpoints=endpoints,
            region=region,
            interface=interface,
            credentials=credentials,
            page_size=page_size,
            temp_url_key=temp_url_key,
            temp_url_digest=temp_url_digest,
            leave_segments=leave_segments,
            integrity=integrity,
            _runtime=_runtime,
            **options,
        )
        super().__init__(self._swift)
