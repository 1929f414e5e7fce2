"""``AsyncSwiftContainers``: the account, and what containers are set to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, overload

from cumuli.errors import InvalidRequest
from cumuli.providers.openstack.identity.keystone import KeystoneIdentity
from cumuli.providers.openstack.swift.access import SwiftAccess
from cumuli.providers.openstack.swift.arguments import (
    access_headers,
    changed_meta_data,
    checked_key,
    checked_sync,
    page_name,
    with_public,
)
from cumuli.providers.openstack.swift.driver import SwiftDriver
from cumuli.providers.openstack.swift.models import (
    JSONValue,
    SwiftAccount,
    SwiftContainer,
    SwiftContainerSpec,
    SwiftListQuery,
    SwiftObject,
)
from cumuli.providers.openstack.swift.wire import ACCOUNT_META, CONTAINER_META, header_text, in_path
from cumuli.secret import Secret
from cumuli.storage.aio import AsyncStorage
from cumuli.storage.arguments import checked_headers, checked_text
from cumuli.storage.models import Container, Prefix

__all__ = ["AsyncSwiftContainers"]

INDEX = "X-Container-Meta-Web-Index"
ERROR = "X-Container-Meta-Web-Error"
LISTINGS = "X-Container-Meta-Web-Listings"


class AsyncSwiftContainers(AsyncStorage[SwiftContainer, SwiftObject]):
    """The account and the containers' settings."""

    _swift: SwiftDriver

    async def create_container(
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
        headers: list[tuple[str, str]] = []
        if ex_storage_policy is not None:
            headers.append(("X-Storage-Policy", ex_storage_policy))
        if ex_meta_data:
            headers += changed_meta_data(CONTAINER_META, ex_meta_data)
        if ex_read_acl is not None or ex_write_acl is not None:
            headers += access_headers(ex_read_acl, ex_write_acl)
        spec = SwiftContainerSpec(name=checked_text(name, "a container"), headers=checked_headers(dict(headers)))
        return await self._create_container(spec)

    # The account

    async def ex_get_meta_data(self) -> SwiftAccount:
        """What the account holds, and its user metadata. Swift's operation: Show account metadata."""
        return await self._do(self._swift.containers.account())

    async def ex_update_account_meta_data(self, meta_data: Mapping[str, str | None]) -> None:
        """Change some of the account's user metadata; the rest stays.

        Swift's operation: Create, update, or delete account metadata.

        Args:
            meta_data: New values; None removes a key.
        """
        await self._do(self._swift.containers.update_account(changed_meta_data(ACCOUNT_META, meta_data)))

    async def ex_set_account_metadata_temp_url_key(self, key: str | Secret, *, second: bool = False) -> None:
        """Set the key that temporary URLs of the account are signed with; URLs of the old key end at once.

        Swift's operation: Create, update, or delete account metadata.

        Args:
            key: The key: a long random text. Whoever knows it can make URLs for every object.
            second: Whether it is the second one of two. Both are accepted, so that they can be changed in
                turns without ending URLs that are in use.
        """
        name = "Temp-URL-Key-2" if second else "Temp-URL-Key"
        await self._do(self._swift.containers.update_account([(f"X-Account-Meta-{name}", checked_key(key))]))

    async def ex_get_capabilities(self) -> dict[str, JSONValue]:
        """What the service has and allows, by middleware; empty where it does not say.

        Swift's operation: List activated capabilities (``/info``).
        """
        return await self._do(self._swift.calls.information())

    # Listings

    @overload
    async def list_container_objects(
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
    async def list_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str,
        start_after: str | None = None,
        ex_end_marker: str | None = None,
        ex_reverse: bool = False,
    ) -> list[SwiftObject | Prefix]: ...
    async def list_container_objects(
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
        listing = self._iterate_swift(container, prefix, delimiter, start_after, ex_end_marker, reverse=ex_reverse)
        return [item async for item in listing]

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
    ) -> AsyncIterator[SwiftObject]: ...
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
    ) -> AsyncIterator[SwiftObject | Prefix]: ...
    def iterate_container_objects(
        self,
        container: Container | str,
        *,
        prefix: str | None = None,
        delimiter: str | None = None,
        start_after: str | None = None,
        ex_end_marker: str | None = None,
        ex_reverse: bool = False,
    ) -> AsyncIterator[Any]:
        """As ``list_container_objects``, lazily: the first is given while later pages are still unread."""
        return self._iterate_swift(container, prefix, delimiter, start_after, ex_end_marker, reverse=ex_reverse)

    def _iterate_swift(
        self,
        container: Container | str,
        prefix: str | None,
        delimiter: str | None,
        start_after: str | None,
        end_marker: str | None,
        *,
        reverse: bool,
    ) -> AsyncIterator[SwiftObject | Prefix]:
        if end_marker is None and not reverse:
            return self._iterate_objects(container, prefix, delimiter, start_after)
        query = self._list_query(container, prefix, delimiter, start_after)
        wanted = SwiftListQuery(
            container=query.container,
            prefix=query.prefix,
            delimiter=query.delimiter,
            start_after=query.start_after,
            end_marker=checked_text(end_marker, "an object") if end_marker else "",
            reverse=reverse,
        )
        swift = self._swift
        return self._pages(lambda cursor: swift.list_objects(wanted, cursor=cursor), key=_kind_and_name)

    # Containers

    async def ex_update_container_meta_data(
        self, container: Container | str, meta_data: Mapping[str, str | None]
    ) -> None:
        """Change some of a container's user metadata; the rest stays.

        Swift's operation: Create, update, or delete container metadata.

        Args:
            container: The container.
            meta_data: New values; None removes a key.

        Raises:
            ContainerNotFound: It does not exist.
        """
        name = self._container(container)
        await self._do(self._swift.containers.update_container(name, changed_meta_data(CONTAINER_META, meta_data)))

    async def ex_set_container_acl(
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
        name = self._container(container)
        await self._do(self._swift.containers.update_container(name, access_headers(read, write)))

    async def ex_set_container_temp_url_key(
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
        name = "Temp-URL-Key-2" if second else "Temp-URL-Key"
        headers = [(f"X-Container-Meta-{name}", checked_key(key))]
        await self._do(self._swift.containers.update_container(self._container(container), headers))

    async def ex_set_container_quota(
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
        if min(size or 0, objects or 0) < 0:
            raise InvalidRequest("a quota is not negative")
        headers = [
            ("X-Container-Meta-Quota-Bytes", "" if size is None else str(size)),
            ("X-Container-Meta-Quota-Count", "" if objects is None else str(objects)),
        ]
        await self._do(self._swift.containers.update_container(self._container(container), headers))

    async def ex_set_container_versions(self, container: Container | str, *, enabled: bool) -> None:
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
        await self._do(self._swift.containers.set_versions(self._container(container), enabled=enabled))

    async def ex_set_container_versions_location(
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
        if location is None:
            headers = [("X-Remove-Versions-Location", "x"), ("X-Remove-History-Location", "x")]
        else:
            header = "X-History-Location" if history else "X-Versions-Location"
            headers = [(header, in_path(self._container(location)))]
        await self._do(self._swift.containers.update_container(self._container(container), headers))

    async def ex_set_container_sync(
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
        headers = checked_sync(to, key)
        await self._do(self._swift.containers.update_container(self._container(container), headers))

    # Static websites

    async def ex_enable_static_website(
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
        headers = [(INDEX, header_text(page_name(index_page, "index_page")))]
        if error_page is not None:
            headers.append((ERROR, header_text(page_name(error_page, "error_page"))))
        headers.append((LISTINGS, "true" if listings else ""))
        name = self._container(container)
        await self._do(self._publish(name, headers))

    async def _publish(self, name: str, headers: list[tuple[str, str]]) -> None:
        acl = (await self._swift.containers.get_container(name)).read_acl
        headers.append(("X-Container-Read", with_public(acl)))
        await self._swift.containers.update_container(name, headers)

    async def ex_set_index_page(self, container: Container | str, file_name: str = "index.html") -> None:
        """Say which object stands for a folder of a website. Who may read it stays as it is.

        Swift's operation: Create, update, or delete container metadata.

        Args:
            container: The container.
            file_name: Name of the object, in every folder.

        Raises:
            ContainerNotFound: It does not exist.
        """
        headers = [(INDEX, header_text(page_name(file_name, "file_name")))]
        await self._do(self._swift.containers.update_container(self._container(container), headers))

    async def ex_get_identity(self) -> KeystoneIdentity:
        """Who the cloud takes this client for: user, project and roles, as they came with the token.

        The identity service's operation: Password authentication, or whichever way the token was got. A new token is
        got only if there is none that is still good.

        Raises:
            AuthenticationError: The credentials are wrong.
        """
        return await self._do(self._swift.calls.session.identity())

    async def ex_set_error_page(self, container: Container | str, file_name: str = "error.html") -> None:
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
        headers = [(ERROR, header_text(page_name(file_name, "file_name")))]
        await self._do(self._swift.containers.update_container(self._container(container), headers))


def _kind_and_name(item: SwiftObject | Prefix) -> tuple[bool, str]:
    return isinstance(item, Prefix), item.name
