"""``SwiftContainers``: the account, and what containers are set to.

Generated from aio_containers.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Mapping

from cumuli.providers.openstack.swift.aio_containers import AsyncSwiftContainers
from cumuli.providers.openstack.swift.models import (
    JSONValue,
    SwiftAccount,
    SwiftContainer,
    SwiftObject,
)
from cumuli.runtime.blocking.drive import run
from cumuli.secret import Secret
from cumuli.storage.client import Storage
from cumuli.storage.models import Container

__all__ = ["SwiftContainers"]


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
