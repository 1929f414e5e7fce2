"""The driver of the in-memory object store, which is also the one to read before writing another.

Every method says what the provider is to be asked, whether asking twice is safe, and what the
answer means. Arguments, capabilities, paging, hashing, parts, resumption, retries and deadlines are
done around it, once for all providers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote

import msgspec

from cumuli import errors
from cumuli.calls.caller import Caller
from cumuli.calls.paging import Page
from cumuli.capabilities import Capabilities
from cumuli.providers.memory.storage.account import PROVIDER, Listed
from cumuli.runtime.messages import Request, Response, Source
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
from cumuli.storage.models import Container, DeleteResult, Object, Prefix
from cumuli.storage.verify import Digest

__all__ = ["EVERYTHING", "MemoryStorageDriver"]

T = TypeVar("T")

EVERYTHING = Capabilities(supported=frozenset(StorageCapability))
ERRORS: dict[str, type[errors.CloudError]] = {
    "BadDigest": errors.ChecksumMismatch,
    "ContainerExists": errors.ContainerExists,
    "ContainerNotFound": errors.ContainerNotFound,
    "InvalidRange": errors.InvalidRequest,
    "InvalidRequest": errors.InvalidRequest,
    "NotEmpty": errors.NotEmpty,
    "ObjectNotFound": errors.ObjectNotFound,
    "PreconditionFailed": errors.PreconditionFailed,
    "UploadNotFound": errors.NotFound,
}


class _Refused(msgspec.Struct):
    """The body of an answer that is no success."""

    code: str
    message: str


class _PartStored(msgspec.Struct):
    """The answer to upload_part."""

    md5: str


def check(answer: Response) -> errors.CloudError | None:
    """The error that an answer tells of, or None."""
    if answer.status < 300:
        return None
    refused = msgspec.json.decode(answer.body, type=_Refused)
    return ERRORS.get(refused.code, errors.CloudError)(refused.message, status=answer.status, code=refused.code)


class MemoryStorageDriver(StorageDriver[Container, Object]):
    """Calls of the in-memory object store.

    Args:
        caller: Sends the requests.
        page_size: Most items in one page of a listing; None for all in one.
        capabilities: What it is to be able to do.
        rules: How content is moved.
    """

    provider = PROVIDER

    def __init__(
        self, caller: Caller, *, page_size: int | None, capabilities: Capabilities, rules: TransferRules
    ) -> None:
        super().__init__(caller)
        self.capabilities = capabilities
        self.rules = rules
        self._page_size = page_size

    @staticmethod
    def _request(operation: str, arguments: object, body: bytes | Source = b"") -> Request:
        target = f"/{operation}?{msgspec.json.encode(arguments).decode()}"
        return Request(method="POST", origin="memory://storage", target=target, body=body, operation=operation)

    async def _ask(self, operation: str, answer: type[T], **arguments: object) -> T:
        """Ask for something; asking again is always safe."""
        return await self._send(self._request(operation, arguments), answer, repeatable=True)

    async def _send(self, request: Request, answer: type[T], *, repeatable: bool) -> T:
        response = await self.caller.call(request, check=check, repeatable=repeatable)
        return msgspec.json.decode(response.body, type=answer)

    # Containers

    async def list_containers(self, *, cursor: str | None) -> Page[Container]:
        return await self._ask("list_containers", Page[Container], cursor=cursor, limit=self._page_size)

    async def get_container(self, name: str) -> Container:
        return await self._ask("get_container", Container, container=name)

    async def create_container(self, spec: ContainerSpec) -> Container:
        request = self._request("create_container", {"container": spec.name})
        return await self._send(request, Container, repeatable=False)

    async def delete_container(self, name: str) -> None:
        await self._send(self._request("delete_container", {"container": name}), type(None), repeatable=False)

    # Objects

    async def list_objects(self, query: ListQuery, *, cursor: str | None) -> Page[Object | Prefix]:
        listed = await self._ask("list_objects", Listed, query=query, cursor=cursor, limit=self._page_size)
        return Page(sorted([*listed.objects, *listed.prefixes], key=lambda item: item.name), listed.next)

    async def head_object(self, spec: ReadSpec) -> Object:
        return await self._send(self._request("head_object", spec), Object, repeatable=True)

    async def read_object(self, spec: ReadSpec) -> Download[Object]:
        body = await self.caller.stream(self._request("read_object", spec), check=check)
        found = msgspec.json.decode(body.headers.get("object") or "", type=Object)
        digest = Digest("md5", found.hash) if found.hash else None
        return Download(object=found, body=body, start=spec.start_in(found.size), digest=digest)

    async def put_object(self, spec: PutSpec, body: bytes | Source, *, digest: Digest | None) -> Stored[Object]:
        request = self._request("put_object", {"spec": spec, "md5": digest.value if digest else None}, body)
        return _stored(await self._send(request, Object, repeatable=_unconditional(spec)))

    async def delete_object(self, address: Address, *, if_match: str | None = None) -> None:
        arguments = {"container": address.container, "names": [address.name], "if_match": if_match}
        await self._send(self._request("delete_object", arguments), type(None), repeatable=False)

    async def delete_objects(self, container: str, addresses: Sequence[Address]) -> list[DeleteResult]:
        names = [address.name for address in addresses]
        await self._ask("delete_objects", type(None), container=container, names=names)
        return [DeleteResult(container=container, name=name) for name in names]

    async def copy_object(self, spec: CopySpec) -> Object:
        return await self._send(self._request("copy_object", spec), Object, repeatable=True)

    # Uploads in parts

    async def start_multipart(self, spec: PutSpec) -> MultipartUpload:
        # Repeating it would leave an upload behind that nobody knows of.
        request = self._request("start_multipart", {"spec": spec, "md5": None})
        return await self._send(request, MultipartUpload, repeatable=False)

    async def upload_part(
        self, spec: PutSpec, upload: MultipartUpload, number: int, body: bytes, *, digest: Digest | None
    ) -> Part:
        arguments = {"spec": spec, "upload": upload.id, "number": number, "md5": digest.value if digest else None}
        answer = await self._send(self._request("upload_part", arguments, body), _PartStored, repeatable=True)
        return Part(number=number, size=len(body), etag=answer.md5, digest=Digest("md5", answer.md5))

    async def complete_multipart(
        self, spec: PutSpec, upload: MultipartUpload, parts: Sequence[Part], *, digest: Digest | None
    ) -> Stored[Object]:
        request = self._request("complete_multipart", {"spec": spec, "upload": upload.id, "parts": parts})
        return _stored(await self._send(request, Object, repeatable=False))

    async def abort_multipart(self, spec: PutSpec, upload: MultipartUpload) -> None:
        await self._ask("abort_multipart", type(None), spec=spec, upload=upload.id)

    # URLs

    async def object_url(self, spec: UrlSpec) -> str:
        return await self._send(self._request("object_url", spec), str, repeatable=True)

    async def container_cdn_url(self, name: str) -> str:
        return await self._ask("container_cdn_url", str, container=name)

    async def enable_container_cdn(self, name: str) -> None:
        await self._ask("enable_container_cdn", type(None), container=name)

    async def object_cdn_url(self, address: Address) -> str:
        return f"{await self.container_cdn_url(address.container)}/{quote(address.name)}"


def _stored(obj: Object) -> Stored[Object]:
    return Stored(object=obj, digest=Digest("md5", obj.hash) if obj.hash else None)


def _unconditional(spec: PutSpec) -> bool:
    return spec.conditions.if_match is None and spec.conditions.if_none_match is None
