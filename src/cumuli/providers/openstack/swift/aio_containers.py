"""``AsyncSwiftContainers``: the account, and what containers are set to."""

from __future__ import annotations

from collections.abc import Mapping

from cumuli.errors import InvalidRequest
from cumuli.providers.openstack.swift.arguments import (
    access_headers,
    changed_meta_data,
    checked_key,
    page_name,
    with_public,
)
from cumuli.providers.openstack.swift.driver import SwiftDriver
from cumuli.providers.openstack.swift.models import (
    JSONValue,
    SwiftAccount,
    SwiftContainer,
    SwiftContainerSpec,
    SwiftObject,
)
from cumuli.providers.openstack.swift.wire import ACCOUNT_META, CONTAINER_META, header_text
from cumuli.secret import Secret
from cumuli.storage.aio import AsyncStorage
from cumuli.storage.arguments import checked_headers, checked_text
from cumuli.storage.models import Container

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
        ex_read_acl: str | None = None,
        ex_write_acl: str | None = None,
    ) -> SwiftContainer:
        """Create a container.

        Swift's operation: Create container.

        Args:
            name: The container's name: up to 256 characters without a slash.
            ex_storage_policy: Name of the policy by which its objects are kept; it cannot be changed later.
            ex_meta_data: User metadata of the container.
            ex_read_acl: Who may read it (``X-Container-Read``), such as ``".r:*"`` for everybody.
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
        self, container: Container | str, *, read: str | None = None, write: str | None = None
    ) -> None:
        """Say who may read a container and write to it, besides the account's own users.

        Swift's operation: Create, update, or delete container metadata.

        Args:
            container: The container.
            read: A list (``X-Container-Read``): ``".r:*"`` is everybody, ``".rlistings"`` with it lets them
                list as well, ``"project:user"`` is somebody; ``""`` is nobody; None leaves it as it is.
            write: Likewise (``X-Container-Write``), without the first two.

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
