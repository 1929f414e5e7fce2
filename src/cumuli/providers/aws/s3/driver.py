"""``S3Driver``: what is called of S3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from cumuli.calls.caller import Caller
from cumuli.calls.options import ClientOptions, make_caller
from cumuli.calls.paging import Page
from cumuli.errors import ConfigurationError
from cumuli.providers.aws.s3 import names
from cumuli.providers.aws.s3.attributes import Attributes
from cumuli.providers.aws.s3.buckets import Buckets
from cumuli.providers.aws.s3.calls import S3Calls
from cumuli.providers.aws.s3.configurations import Configurations
from cumuli.providers.aws.s3.copying import Copies
from cumuli.providers.aws.s3.dialect import Checksum, Dialect, rules_for
from cumuli.providers.aws.s3.listings import Listings
from cumuli.providers.aws.s3.locks import Locks
from cumuli.providers.aws.s3.models import S3Container, S3Object
from cumuli.providers.aws.s3.multipart import Multipart
from cumuli.providers.aws.s3.objects import Objects
from cumuli.providers.aws.s3.session import S3Session
from cumuli.providers.aws.s3.settings import Settings
from cumuli.providers.aws.s3.urls import Urls
from cumuli.runtime.messages import Source
from cumuli.runtime.protocol import Runtime
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
    UrlSpec,
    refuse,
)
from cumuli.storage.models import DeleteResult, Prefix
from cumuli.storage.verify import Digest

__all__ = ["S3Driver", "open_driver"]

CHECKSUMS = frozenset({"crc32", "sha256", "md5"})


class S3Driver(StorageDriver[S3Container, S3Object]):
    """Everything that cumuli calls of S3: a part for each group of calls.

    Args:
        caller: Sends requests; its authorizer is the session.
        session: Knows where buckets are.
        dialect: The service's ways.
        checksum: How content is verified.
        sign_payload: Whether the content's hash is part of the signature; None where the connection is
            not encrypted.
        page_size: Most names in a page of a listing.
        request_payer: Whether the caller's account pays.
    """

    def __init__(
        self,
        caller: Caller,
        session: S3Session,
        dialect: Dialect,
        *,
        checksum: Checksum,
        sign_payload: bool | None,
        page_size: int,
        request_payer: bool = False,
    ) -> None:
        super().__init__(caller)
        self.dialect = dialect
        self.provider = dialect.provider
        self.capabilities = dialect.capabilities
        self.rules = rules_for(
            checksum,
            equal_parts=dialect.equal_parts,
            conditional_parts=dialect.put_conditions != "one request",
        )
        calls = S3Calls(caller, session, dialect, page_size=page_size, request_payer=request_payer)
        self.calls = calls
        self.buckets = Buckets(calls)
        self.listings = Listings(calls)
        self.objects = Objects(calls, checksum=checksum, sign_payload=sign_payload)
        self.multipart = Multipart(calls, self.objects)
        self.copies = Copies(calls, self.objects, self.multipart, max_parts=self.rules.max_parts)
        self.settings = Settings(calls)
        self.configurations = Configurations(calls)
        self.locks = Locks(calls)
        self.attributes = Attributes(calls)
        self.urls = Urls(calls)

    # What the portable client calls

    def check_container_name(self, name: str) -> None:
        names.check_bucket(name)

    def check_object_name(self, name: str) -> None:
        names.check_key(name)
        if "\0" in name and not self.dialect.nul_names:
            raise refuse(name, "an object", f"{self.dialect.title} takes no NUL in it")
        if not self.dialect.relative_names:
            names.check_relative(name)

    async def list_containers(self, *, cursor: str | None) -> Page[S3Container]:
        return await self.buckets.list_containers(cursor=cursor)

    async def get_container(self, name: str) -> S3Container:
        return await self.buckets.get_container(name)

    async def create_container(self, spec: ContainerSpec) -> S3Container:
        return await self.buckets.create_container(spec)

    async def delete_container(self, name: str) -> None:
        await self.buckets.delete_container(name)

    async def list_objects(self, query: ListQuery, *, cursor: str | None) -> Page[S3Object | Prefix]:
        return await self.listings.list_objects(query, cursor=cursor)

    async def head_object(self, spec: ReadSpec) -> S3Object:
        return await self.objects.head_object(spec)

    async def read_object(self, spec: ReadSpec) -> Download[S3Object]:
        return await self.objects.read_object(spec)

    async def put_object(self, spec: PutSpec, body: bytes | Source, *, digest: Digest | None) -> Stored[S3Object]:
        return await self.objects.put_object(spec, body, digest=digest)

    async def delete_object(self, address: Address, *, if_match: str | None = None) -> None:
        await self.objects.delete_object(address, if_match=if_match)

    async def delete_objects(self, container: str, addresses: Sequence[Address]) -> list[DeleteResult]:
        return await self.objects.delete_objects(container, addresses)

    async def copy_object(self, spec: CopySpec) -> S3Object:
        return await self.copies.copy_object(spec)

    async def start_multipart(self, spec: PutSpec) -> MultipartUpload:
        return await self.multipart.start_multipart(spec)

    async def upload_part(
        self, spec: PutSpec, upload: MultipartUpload, number: int, body: bytes, *, digest: Digest | None
    ) -> Part:
        return await self.multipart.upload_part(spec, upload, number, body, digest=digest)

    async def complete_multipart(
        self, spec: PutSpec, upload: MultipartUpload, parts: Sequence[Part], *, digest: Digest | None
    ) -> Stored[S3Object]:
        return await self.multipart.complete_multipart(spec, upload, parts, digest=digest)

    async def abort_multipart(self, spec: PutSpec, upload: MultipartUpload) -> None:
        await self.multipart.abort_upload(spec.address, upload.id)

    def composite_etag(self, parts: Sequence[Part]) -> str | None:
        return self.multipart.composite_etag(parts)

    async def object_url(self, spec: UrlSpec) -> str:
        return await self.urls.object_url(spec)


def open_driver(
    runtime: Runtime,
    session: S3Session,
    dialect: Dialect,
    options: ClientOptions,
    *,
    checksum: Checksum | None,
    sign_payload: bool | None,
    md5_etags: bool | None = None,
    page_size: int,
    request_payer: Literal["requester"] | None = None,
) -> S3Driver:
    """The driver of a client.

    Raises:
        ConfigurationError: A setting has no meaning.
    """
    if checksum is not None and checksum not in CHECKSUMS:
        raise ConfigurationError(f"checksum is {checksum!r}; it is one of {', '.join(sorted(CHECKSUMS))}")
    if not 1 <= page_size <= 1000:
        raise ConfigurationError(f"page_size is {page_size}; it is between 1 and 1000")
    if request_payer not in {None, "requester"}:
        raise ConfigurationError(f'request_payer is {request_payer!r}; it is "requester", or left out')
    if md5_etags is not None:
        dialect = msgspec.structs.replace(dialect, md5_etags=md5_etags)
    session.caller = make_caller(runtime, options, provider=dialect.provider, authorizer=session, redirects=False)
    return S3Driver(
        session.caller,
        session,
        dialect,
        checksum=checksum or dialect.checksum,
        sign_payload=sign_payload,
        page_size=page_size,
        request_payer=request_payer is not None,
    )
