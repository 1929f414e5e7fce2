"""``SwiftDriver``: what is called of Swift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, TypeVar, Unpack

from cumuli.calls.caller import Caller
from cumuli.calls.options import ClientOptions, make_caller, make_runtime
from cumuli.calls.paging import Page
from cumuli.capabilities import Capabilities
from cumuli.errors import ConfigurationError
from cumuli.providers.openstack.identity.clouds_yaml import CloudSettings
from cumuli.providers.openstack.swift.calls import PAGE_SIZE, SwiftCalls, SwiftSession
from cumuli.providers.openstack.swift.containers import Containers
from cumuli.providers.openstack.swift.copying import Copies
from cumuli.providers.openstack.swift.dead_segments import DeadSegments
from cumuli.providers.openstack.swift.downloads import Downloads
from cumuli.providers.openstack.swift.identity import V1Settings, client_options, session_of
from cumuli.providers.openstack.swift.models import SwiftContainer, SwiftObject, SwiftUpload
from cumuli.providers.openstack.swift.multipart import Multipart
from cumuli.providers.openstack.swift.objects import Objects
from cumuli.providers.openstack.swift.segments import Segments
from cumuli.providers.openstack.swift.temp_urls import TempUrls
from cumuli.providers.openstack.swift.uploads import Uploads
from cumuli.providers.openstack.swift.wire import (
    DIGESTS,
    TempUrlDigest,
    check_container,
    check_object,
    manifest_etag,
)
from cumuli.runtime.messages import Source
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.driver import (
    Address,
    ContainerSpec,
    CopySpec,
    Download,
    ListQuery,
    MultipartUpload,
    Part,
    PutSpec,
    ReadSpec,
    StorageDriver,
    Stored,
    TransferRules,
    UrlSpec,
)
from cumuli.storage.models import DeleteResult, Prefix
from cumuli.storage.verify import Digest

__all__ = ["CAPABILITIES", "DriverOptions", "SwiftDriver", "open_driver"]

MIB = 1024 * 1024
GIB = 1024 * MIB

CAPABILITIES = Capabilities(
    supported=frozenset(StorageCapability).difference(
        {
            StorageCapability.PUT_IF_MATCH,
            StorageCapability.DELETE_IF_MATCH,
            StorageCapability.GET_CONTAINER_CDN_URL,
            StorageCapability.ENABLE_CONTAINER_CDN,
            StorageCapability.GET_OBJECT_CDN_URL,
        }
    ),
    alternatives={
        StorageCapability.PUT_IF_MATCH: 'use if_none_match="*" with a new name, or keep versions of the container',
        StorageCapability.DELETE_IF_MATCH: "keep versions of the container, so that what is deleted comes back",
        StorageCapability.GET_CONTAINER_CDN_URL: "give out get_object_url, or publish it with ex_enable_static_website",
        StorageCapability.ENABLE_CONTAINER_CDN: "publish it with ex_enable_static_website",
        StorageCapability.GET_OBJECT_CDN_URL: "give out get_object_url",
    },
)
D = TypeVar("D", bound="SwiftDriver")


class DriverOptions(TypedDict):
    """What a driver is told besides who one is.

    Attributes:
        page_size: Most names in a page of a listing.
        temp_url_key: The key of temporary URLs, where the account's own is not to be asked for.
        temp_url_digest: The hash that they are signed with, or None: the best one that the service takes.
        leave_segments: Whether segments stay when their large object is replaced.
    """

    page_size: int
    temp_url_key: str | Secret | None
    temp_url_digest: TempUrlDigest | None
    leave_segments: bool


class SwiftDriver(StorageDriver[SwiftContainer, SwiftObject]):
    """Everything that cumuli calls of Swift: a part for each group of calls.

    Args:
        caller: Sends requests; its authorizer is the session.
        session: Knows where the account is.
        options: See ``DriverOptions``.
    """

    provider = "swift"
    capabilities = CAPABILITIES
    rules = TransferRules(
        put_hash="md5",
        part_hash="md5",
        whole_hash=None,
        multipart_from=64 * MIB,
        max_put=5 * GIB,
        part_size=8 * MIB,
        max_parts=1000,
        delete_batch=1000,
    )

    def __init__(self, caller: Caller, session: SwiftSession, **options: Unpack[DriverOptions]) -> None:
        super().__init__(caller)
        key = options["temp_url_key"]
        calls = SwiftCalls(caller, session, provider=self.provider, page_size=options["page_size"])
        self.calls = calls
        self.containers = Containers(calls)
        self.segments = Segments(calls, self.containers)
        self.objects = Objects(calls, self.containers, self.segments)
        self.downloads = Downloads(calls, self.objects, self.segments)
        self.uploads = Uploads(
            calls, self.containers, self.segments, self.objects, leave_segments=options["leave_segments"]
        )
        self.multipart = Multipart(calls, self.containers, self.segments, self.objects, self.uploads)
        self.copies = Copies(
            calls, self.objects, self.segments, self.uploads, self.multipart, max_parts=self.rules.max_parts
        )
        self.dead_segments = DeadSegments(calls, self.containers, self.segments, self.objects)
        self.temp_urls = TempUrls(
            calls, key=key.reveal() if isinstance(key, Secret) else key, digest=options["temp_url_digest"]
        )

    # What the portable client calls

    def check_container_name(self, name: str) -> None:
        check_container(name)

    def check_object_name(self, name: str) -> None:
        check_object(name)

    async def list_containers(self, *, cursor: str | None) -> Page[SwiftContainer]:
        return await self.containers.list_containers(cursor=cursor)

    async def get_container(self, name: str) -> SwiftContainer:
        return await self.containers.get_container(name)

    async def create_container(self, spec: ContainerSpec) -> SwiftContainer:
        return await self.containers.create_container(spec)

    async def delete_container(self, name: str) -> None:
        await self.containers.delete_container(name)

    async def list_objects(self, query: ListQuery, *, cursor: str | None) -> Page[SwiftObject | Prefix]:
        return await self.containers.list_objects(query, cursor=cursor)

    async def head_object(self, spec: ReadSpec) -> SwiftObject:
        return await self.objects.head_object(spec)

    async def read_object(self, spec: ReadSpec) -> Download[SwiftObject]:
        return await self.downloads.read_object(spec)

    async def put_object(self, spec: PutSpec, body: bytes | Source, *, digest: Digest | None) -> Stored[SwiftObject]:
        return await self.uploads.put_object(spec, body, digest=digest)

    async def delete_object(self, address: Address, *, if_match: str | None = None) -> None:
        await self.objects.delete_object(address)

    async def delete_objects(self, container: str, addresses: Sequence[Address]) -> list[DeleteResult]:
        return await self.objects.delete_objects(container, addresses)

    async def copy_object(self, spec: CopySpec) -> SwiftObject:
        return await self.copies.copy_object(spec)

    async def start_multipart(self, spec: PutSpec) -> SwiftUpload:
        return await self.multipart.start_multipart(spec)

    async def upload_part(
        self, spec: PutSpec, upload: MultipartUpload, number: int, body: bytes, *, digest: Digest | None
    ) -> Part:
        return await self.multipart.upload_part(spec, upload, number, body, digest=digest)

    async def complete_multipart(
        self, spec: PutSpec, upload: MultipartUpload, parts: Sequence[Part], *, digest: Digest | None
    ) -> Stored[SwiftObject]:
        return await self.multipart.complete_multipart(spec, upload, parts, digest=digest)

    async def abort_multipart(self, spec: PutSpec, upload: MultipartUpload) -> None:
        await self.multipart.abort_multipart(spec, upload)

    def composite_etag(self, parts: Sequence[Part]) -> str | None:
        return manifest_etag(part.etag for part in parts)

    async def object_url(self, spec: UrlSpec) -> str:
        return await self.temp_urls.object_url(spec)


def open_driver(
    kind: type[D],
    factory: RuntimeFactory,
    options: ClientOptions,
    settings: V1Settings | CloudSettings,
    **own: Unpack[DriverOptions],
) -> D:
    """The driver of a client.

    Raises:
        ConfigurationError: A setting has no meaning.
    """
    page_size, digest = own["page_size"], own["temp_url_digest"]
    if not 1 <= page_size <= PAGE_SIZE:
        raise ConfigurationError(f"page_size is {page_size}; it is between 1 and {PAGE_SIZE}", provider=kind.provider)
    if digest is not None and digest not in DIGESTS:
        raise ConfigurationError(
            f"temp_url_digest is {digest!r}; it is one of {', '.join(DIGESTS)}", provider=kind.provider
        )
    options = client_options(options, settings)
    runtime = make_runtime(factory, options)
    session = session_of(runtime, options, settings, provider=kind.provider)
    return kind(make_caller(runtime, options, provider=kind.provider, authorizer=session), session, **own)
