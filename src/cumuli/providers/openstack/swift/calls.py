"""``SwiftCalls``: what every one of Swift's calls is made with."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Protocol, cast

import msgspec

from cumuli.calls.caller import Authorizer, Caller, Check
from cumuli.capabilities import Capabilities
from cumuli.errors import (
    AuthenticationError,
    CloudError,
    ContainerNotFound,
    InvalidRequest,
    NotFound,
    NotSupported,
    ObjectNotFound,
    PermissionDenied,
)
from cumuli.providers.openstack.catalog import ServiceEndpoint
from cumuli.providers.openstack.swift.faults import Subject, error_of
from cumuli.providers.openstack.swift.identity import OBJECT_STORE
from cumuli.providers.openstack.swift.models import JSONValue, SwiftContainer, SwiftObject
from cumuli.providers.openstack.swift.wire import (
    TempUrlDigest,
    check_container,
    check_object,
    decode_with,
    in_path,
    is_openstack,
)
from cumuli.runtime.messages import Request, Response, ResponseStream, Source
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.driver import StorageDriver, TransferRules, named

__all__ = ["PAGE_SIZE", "Pairs", "SwiftCalls", "SwiftSession"]

Pairs = Iterable[tuple[str, str]]
"""Request headers."""

MIB = 1024 * 1024
GIB = 1024 * MIB
PAGE_SIZE = 10_000
# The documented address is /info beside /v1; Ceph's gateway has it below its prefix.
VERSION = "/v1"

CAPABILITIES = Capabilities(
    supported=frozenset(StorageCapability).difference(
        {
            StorageCapability.PUT_IF_MATCH,
            StorageCapability.GET_CONTAINER_CDN_URL,
            StorageCapability.ENABLE_CONTAINER_CDN,
            StorageCapability.GET_OBJECT_CDN_URL,
        }
    ),
    alternatives={
        StorageCapability.PUT_IF_MATCH: 'use if_none_match="*" with a new name, or keep versions of the container',
        StorageCapability.GET_CONTAINER_CDN_URL: "give out get_object_url, or publish it with ex_enable_static_website",
        StorageCapability.ENABLE_CONTAINER_CDN: "publish it with ex_enable_static_website",
        StorageCapability.GET_OBJECT_CDN_URL: "give out get_object_url",
    },
)


class SwiftSession(Authorizer, Protocol):
    """A token and the addresses that come with it: a ``KeystoneSession``, or a ``SwiftV1Session``."""

    async def endpoint(self, service_type: str) -> ServiceEndpoint:
        """Where a service is."""
        ...


class SwiftCalls(StorageDriver[SwiftContainer, SwiftObject]):
    """Sends Swift's calls and reads their answers.

    Args:
        caller: Sends requests; its authorizer is the session.
        session: Knows where the account is.
        page_size: Most names in a page of a listing.
        temp_url_key: The key of temporary URLs, where the account's own is not to be asked for.
        temp_url_digest: The hash that they are signed with, or None: the best one that the service takes.
        leave_segments: Whether segments stay when their large object is replaced.
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

    def __init__(
        self,
        caller: Caller,
        session: SwiftSession,
        *,
        page_size: int = PAGE_SIZE,
        temp_url_key: str | None = None,
        temp_url_digest: TempUrlDigest | None = None,
        leave_segments: bool = False,
    ) -> None:
        super().__init__(caller)
        self.session = session
        self.page_size = page_size
        self.leave_segments = leave_segments
        self._temp_url_key = temp_url_key
        self._temp_url_digest: TempUrlDigest | None = temp_url_digest
        self._openstack: bool | None = None
        self._checks: dict[tuple[str, Subject], Check] = {}

    def check_container_name(self, name: str) -> None:
        check_container(name)

    def check_object_name(self, name: str) -> None:
        check_object(name)

    async def send(
        self,
        operation: str,
        method: str,
        container: str = "",
        name: str = "",
        *,
        query: str = "",
        headers: Pairs = (),
        body: bytes | Source = b"",
        repeatable: bool = True,
        check: Check | None = None,
        service: str = OBJECT_STORE,
        kept_alive: bool = False,
    ) -> Response:
        """One call.

        Args:
            operation: The name that the documentation of the API has for it.
            method: HTTP method.
            container: Name of the container; empty for the account.
            name: Name of the object; empty for the container.
            query: Encoded already.
            headers: Of the request.
            body: Of the request.
            repeatable: Whether it may be sent again after an attempt that may have taken effect.
            check: Tells errors from successes; None for what the status says.
            service: Type of the service.
            kept_alive: Whether Swift works for minutes and sends white space meanwhile.
        """
        request = await self._request(operation, method, container, name, query, headers, body, service)
        try:
            return await self.caller.call(
                request,
                check=check or self._check(method, container, name),
                repeatable=repeatable,
                kept_alive=kept_alive,
            )
        except NotFound as error:
            raise named(error, container, name) from error.__cause__

    async def receive(
        self, operation: str, container: str, name: str, *, query: str = "", headers: Pairs = ()
    ) -> ResponseStream:
        """As ``send``, for GET: the answer's body is not read yet."""
        request = await self._request(operation, "GET", container, name, query, headers, b"", OBJECT_STORE)
        try:
            return await self.caller.stream(request, check=self._check("GET", container, name))
        except NotFound as error:
            raise named(error, container, name) from error.__cause__

    async def missing(self, error: ObjectNotFound, container: str) -> NotFound:
        """What is not there: the object, or its container as well. Swift tells of an object only; a look tells more."""
        try:
            await self.send("Show container metadata", "HEAD", container)
        except ContainerNotFound as other:
            return other
        except CloudError:
            # What was found out first is worth more.
            return error
        return error

    async def information(self) -> dict[str, JSONValue]:
        """What the service says that it has; empty where it does not say."""
        place = await self.session.endpoint(OBJECT_STORE)
        request = Request(
            method="GET",
            origin=place.origin,
            target=f"{place.path.partition(VERSION)[0]}/info",
            headers=(("Accept", "application/json"),),
            operation="List activated capabilities",
        )
        try:
            answer = await self.caller.call(request, check=_check_information, repeatable=True)
        except (AuthenticationError, InvalidRequest, NotFound, NotSupported, PermissionDenied):
            return {}
        return cast("dict[str, JSONValue]", decode_with(_information, answer.body))

    async def is_openstack(self) -> bool:
        """Whether this is OpenStack's own Swift. It is asked once.

        Others differ where it matters. Ceph's gateway ignores the conditions of uploads, tells in no listing what is
        large, shows no manifest, and copies manifests instead of what they stand for, or nothing at all.
        """
        if self._openstack is None:
            try:
                self._openstack = is_openstack(await self.information())
            except (CloudError, msgspec.MsgspecError):
                # It cannot be told now, and the careful way is right everywhere.
                return False
        return self._openstack

    async def _request(
        self,
        operation: str,
        method: str,
        container: str,
        name: str,
        query: str,
        headers: Pairs,
        body: bytes | Source,
        service: str,
    ) -> Request:
        place = await self.session.endpoint(service)
        target = place.path
        if container:
            target += f"/{in_path(container)}"
        if name:
            target += f"/{in_path(name)}"
        target = target or "/"
        return Request(
            method=method,
            origin=place.origin,
            target=f"{target}?{query}" if query else target,
            headers=tuple(headers),
            body=body,
            operation=operation,
        )

    def _check(self, method: str, container: str, name: str) -> Check:
        subject: Subject = "object" if name else "container" if container else "account"
        check = self._checks.get((method, subject))
        if check is None:
            check = self._checks[method, subject] = partial(error_of, method=method, subject=subject)
        return check


_information = msgspec.json.Decoder(dict[str, object])
_check_information = partial(error_of, method="GET", subject="account")
