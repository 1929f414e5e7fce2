"""``AsyncCloudFiles``: Cloud Files' client. ``CloudFiles`` is generated from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import ClassVar, Unpack, get_args

from cumuli.calls.options import ClientOptions
from cumuli.credential_arguments import CredentialArguments
from cumuli.errors import InvalidRequest
from cumuli.providers.openstack.swift.aio_storage import AsyncSwiftStorage
from cumuli.providers.openstack.swift.calls import PAGE_SIZE
from cumuli.providers.openstack.swift.driver import open_driver
from cumuli.providers.openstack.swift.identity import OBJECT_STORE
from cumuli.providers.openstack.swift.wire import TempUrlDigest
from cumuli.providers.rackspace.cloudfiles.driver import CloudFilesDriver
from cumuli.providers.rackspace.cloudfiles.identity import cloudfiles_settings
from cumuli.providers.rackspace.cloudfiles.models import CDNContainer, CDNUrl
from cumuli.providers.rackspace.identity import RACKSPACE
from cumuli.runtime import asynchronous_runtime
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.models import Container, ObjectLike
from cumuli.storage.verify import Integrity

__all__ = ["AsyncCloudFiles"]

SHORTEST_TTL = 900
LONGEST_TTL = 31_536_000


class AsyncCloudFiles(AsyncSwiftStorage):
    """Rackspace Cloud Files: Swift, with a content delivery network (CDN) in front of it.

    A client works in one region. ``CloudFiles(username, api_key, region="DFW")`` logs in at
    Rackspace's identity service; an ``auth_url`` that ends in ``/v1.0`` in the way of before.
    """

    credential_arguments: ClassVar[CredentialArguments] = RACKSPACE

    def __init__(
        self,
        username: str | None = None,
        api_key: str | Secret | None = None,
        *,
        region: str | None = None,
        password: str | Secret | None = None,
        token: str | Secret | None = None,
        project_id: str | None = None,
        endpoint: str | None = None,
        endpoints: Mapping[str, str] | None = None,
        auth_url: str | None = None,
        interface: str = "public",
        page_size: int = PAGE_SIZE,
        temp_url_key: str | Secret | None = None,
        temp_url_digest: TempUrlDigest | None = None,
        leave_segments: bool = False,
        integrity: Integrity = "if possible",
        _runtime: RuntimeFactory = asynchronous_runtime,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client; nothing is sent.

        Args:
            username: Name of the user; without it, ``RS_USERNAME`` and ``RS_API_KEY``.
            api_key: The user's API key.
            region: ``"DFW"``, ``"IAD"``, …; None for ``RS_REGION_NAME``, else the user's own default.
            password: The user's password, instead of the API key.
            token: A token that was got elsewhere. With ``endpoint`` it resumes a session without a
                call to the identity service.
            project_id: The account's number (tenant); None for the user's own.
            endpoint: Address of the account (``https://…/v1/MossoCloudFS_…``), instead of the catalog's.
            endpoints: Addresses of services by type, instead of the catalog's: ``"object-store"``, and
                ``"rax:object-cdn"`` for the CDN's management.
            auth_url: The identity service, instead of Rackspace's.
            interface: ``"public"``, or ``"internal"`` for ServiceNet addresses.
            page_size: How many names a listing asks for at a time, 10,000 at most.
            temp_url_key: The key that temporary URLs are signed with. Default: the account's, which is
                asked for every time, or the container's.
            temp_url_digest: ``"sha1"``, ``"sha256"`` or ``"sha512"``. Default: what the service says
                that it takes.
            leave_segments: Whether the segments of a large object stay when another object takes its
                place. Uploads look whether there is one first; True spares that request.
            integrity: What is asked of the verification of contents; see ``Storage``.

        Raises:
            ConfigurationError: Something is missing or contradictory.
        """
        settings = cloudfiles_settings(
            username,
            api_key,
            password=password,
            token=token,
            auth_url=auth_url,
            project_id=project_id,
            region=region,
            interface=interface,
            endpoints={**(endpoints or {}), **({OBJECT_STORE: endpoint} if endpoint else {})},
        )
        self._files = open_driver(
            CloudFilesDriver,
            _runtime,
            options,
            settings,
            page_size=page_size,
            temp_url_key=temp_url_key,
            temp_url_digest=temp_url_digest,
            leave_segments=leave_segments,
        )
        self._swift = self._files
        super().__init__(self._files, integrity)

    async def enable_container_cdn(
        self, container: Container | str, *, ex_ttl: int | None = None, ex_log_retention: bool | None = None
    ) -> None:
        """Publish a container on the CDN: everybody may read it then.

        Cloud Files' operation: CDN-enable a container.

        Args:
            container: The container.
            ex_ttl: For how many seconds the CDN's servers keep an object before they look again, 900 to
                31,536,000. Default: three days.
            ex_log_retention: Whether logs of accesses are stored in the container ``.CDN_ACCESS_LOGS``.

        Raises:
            ContainerNotFound: It does not exist.
        """
        self._require(StorageCapability.ENABLE_CONTAINER_CDN)
        name = self._container(container)
        await self._do(self._files.cdn.publish(name, ttl=_checked_ttl(ex_ttl), log_retention=ex_log_retention))

    async def get_container_cdn_url(self, container: Container | str, *, ex_kind: CDNUrl = "plain") -> str:
        """The address of a container on the CDN.

        Cloud Files' operation: Show CDN-enabled container metadata.

        Args:
            container: The container.
            ex_kind: Which one: ``"plain"`` (http), ``"ssl"`` (https), ``"streaming"`` or ``"ios"``.

        Raises:
            ContainerNotFound: It does not exist, or is not published.
        """
        self._require(StorageCapability.GET_CONTAINER_CDN_URL)
        return await self._do(self._files.cdn.cdn_url(self._container(container), _checked_kind(ex_kind)))

    async def get_object_cdn_url(self, obj: ObjectLike, *, ex_kind: CDNUrl = "plain") -> str:
        """The address of an object on the CDN; whether the object exists is not looked at.

        Args:
            obj: The object.
            ex_kind: As for ``get_container_cdn_url``.

        Raises:
            ContainerNotFound: Its container is not published.
        """
        self._require(StorageCapability.GET_OBJECT_CDN_URL)
        return await self._do(self._files.cdn.object_url(self._address(obj), _checked_kind(ex_kind)))

    async def ex_get_container_cdn(self, container: Container | str) -> CDNContainer:
        """How a container is published. Cloud Files' operation: Show CDN-enabled container metadata.

        Raises:
            ContainerNotFound: It never was.
        """
        return await self._do(self._files.cdn.cdn_container(self._container(container)))

    async def ex_list_cdn_containers(self, *, enabled_only: bool = False) -> list[CDNContainer]:
        """Every container that the CDN knows. Cloud Files' operation: List CDN-enabled containers.

        Args:
            enabled_only: Only those that are published now.
        """
        return [found async for found in self.ex_iterate_cdn_containers(enabled_only=enabled_only)]

    def ex_iterate_cdn_containers(self, *, enabled_only: bool = False) -> AsyncIterator[CDNContainer]:
        """As ``ex_list_cdn_containers``, lazily."""
        cdn = self._files.cdn
        return self._pages(lambda cursor: cdn.list_cdn(enabled_only=enabled_only, cursor=cursor), key=_name)

    async def ex_update_container_cdn(
        self, container: Container | str, *, ttl: int | None = None, log_retention: bool | None = None
    ) -> None:
        """Change how a container is published. Cloud Files' operation: Update CDN-enabled container metadata.

        Args:
            container: The container.
            ttl: As ``ex_ttl`` of ``enable_container_cdn``; None leaves it as it is.
            log_retention: As ``ex_log_retention``; None leaves it as it is.

        Raises:
            ContainerNotFound: It was never published.
        """
        if ttl is None and log_retention is None:
            raise InvalidRequest("nothing to change: give ttl or log_retention")
        name = self._container(container)
        await self._do(
            self._files.cdn.update_cdn(name, enabled=None, ttl=_checked_ttl(ttl), log_retention=log_retention)
        )

    async def ex_disable_container_cdn(self, container: Container | str) -> None:
        """Publish a container no longer; copies are given out until their TTL is over.

        Cloud Files' operation: Update CDN-enabled container metadata.

        Raises:
            ContainerNotFound: It was never published.
        """
        name = self._container(container)
        await self._do(self._files.cdn.update_cdn(name, enabled=False, ttl=None, log_retention=None))

    async def ex_purge_object_from_cdn(self, obj: ObjectLike, *, email: str | Sequence[str] | None = None) -> None:
        """Have the CDN forget its copies of an object before their TTL is over; 25 objects a day at most.

        Cloud Files' operation: Purge CDN-enabled objects.

        Args:
            obj: The object.
            email: Address, or addresses, to write to when it is done.

        Raises:
            ObjectNotFound: The CDN knows no such object.
            RateLimited: These were more than 25 today.
        """
        emails = [email] if isinstance(email, str) else list(email or ())
        for address in emails:
            if not address.isascii() or not address.isprintable() or "@" not in address or "," in address:
                raise InvalidRequest(f"{address!r} is not an e-mail address")
        await self._do(self._files.cdn.purge(self._address(obj), emails))


def _name(container: CDNContainer) -> str:
    return container.name


def _checked_ttl(ttl: int | None) -> int | None:
    if ttl is not None and not SHORTEST_TTL <= ttl <= LONGEST_TTL:
        raise InvalidRequest(f"a TTL of {ttl} seconds is not possible; it is between {SHORTEST_TTL} and {LONGEST_TTL}")
    return ttl


def _checked_kind(kind: CDNUrl) -> CDNUrl:
    if kind not in get_args(CDNUrl):
        raise InvalidRequest(f"ex_kind is {kind!r}; it is one of {', '.join(get_args(CDNUrl))}")
    return kind
