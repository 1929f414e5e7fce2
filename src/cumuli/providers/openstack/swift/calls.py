"""``SwiftCalls``: what every one of Swift's calls is made with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Protocol, cast

import msgspec

from cumuli.calls.caller import Authorizer, Caller, Check
from cumuli.calls.left_out import tell_left_out
from cumuli.errors import (
    AuthenticationError,
    CloudError,
    ContainerNotFound,
    InvalidRequest,
    MalformedResponse,
    NotFound,
    NotSupported,
    ObjectNotFound,
    PermissionDenied,
)
from cumuli.providers.openstack.catalog import ServiceEndpoint
from cumuli.providers.openstack.identity.keystone import KeystoneIdentity
from cumuli.providers.openstack.swift.faults import Subject, error_of
from cumuli.providers.openstack.swift.identity import OBJECT_STORE
from cumuli.providers.openstack.swift.models import JSONValue, SwiftAnswer
from cumuli.providers.openstack.swift.wire import (
    decode_with,
    in_path,
    is_openstack,
    names_in,
)
from cumuli.runtime.messages import Request, Response, ResponseStream, Source
from cumuli.storage.driver import named

__all__ = ["PAGE_SIZE", "Named", "Pairs", "SwiftCalls", "SwiftSession"]

Pairs = Iterable[tuple[str, str]]
"""Request headers."""

PAGE_SIZE = 10_000
# The documented address is /info beside /v1; Ceph's gateway has it below its prefix.
VERSION = "/v1"


class SwiftSession(Authorizer, Protocol):
    """A token and the addresses that come with it: a ``KeystoneSession``, or a ``SwiftV1Session``."""

    async def endpoint(self, service_type: str) -> ServiceEndpoint:
        """Where a service is."""
        ...

    async def identity(self) -> KeystoneIdentity:
        """Who one is."""
        ...


class Named(Protocol):
    """What a listing holds."""

    @property
    def name(self) -> str: ...


class SwiftCalls:
    """Sends Swift's calls and reads their answers.

    Args:
        caller: Sends requests; its authorizer is the session.
        session: Knows where the account is.
        provider: Registry name of whose Swift it is.
        page_size: Most names in a page of a listing.

    Attributes:
        runtime: The caller's.
    """

    def __init__(self, caller: Caller, session: SwiftSession, *, provider: str, page_size: int) -> None:
        self.caller = caller
        self.runtime = caller.runtime
        self.session = session
        self.provider = provider
        self.page_size = page_size
        self._openstack: bool | None = None
        self._checks: dict[tuple[str, Subject], Check] = {}

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
        answers_late: bool = False,
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
            answers_late: Whether it works for minutes and sends nothing meanwhile.
        """
        request = await self._request(operation, method, container, name, query, headers, body, service)
        try:
            return await self.caller.call(
                request,
                check=check or self._check(method, container, name),
                repeatable=repeatable,
                kept_alive=kept_alive,
                answers_late=answers_late,
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

    async def any_call(
        self, service: str, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> SwiftAnswer:
        """A call that nothing here knows by name."""
        place = await self.session.endpoint(service)
        target = place.path + (f"/{in_path(path)}" if path else "") or "/"
        request = Request(
            method=method,
            origin=place.origin,
            target=f"{target}?{query}" if query else target,
            headers=tuple(headers.items()),
            body=body,
            operation=f"{method} {path}".strip(),
        )
        answer = await self.caller.call(
            request,
            check=lambda seen: error_of(
                seen, method=method, subject="object" if "/" in path else "container" if path else "account"
            ),
            repeatable=method in {"GET", "HEAD", "PUT", "DELETE"},
        )
        data: JSONValue = None
        if "json" in (answer.headers.get("content-type") or "") and answer.body:
            data = cast("JSONValue", decode_with(_anything, answer.body))
        return SwiftAnswer(status=answer.status, headers=dict(answer.headers.pairs()), data=data, body=answer.body)

    def behind(
        self,
        found: Sequence[Named],
        lost: Sequence[MalformedResponse],
        answer: Response,
        operation: str,
        *,
        first: bool,
    ) -> str | None:
        """Where the page behind a page of a listing begins, or None after the last; tells of what is left out.

        An empty page ends a listing and nothing else does: services and proxies cut pages wherever they like. Ceph's
        gateway says that its limit is 10,000, and gives pages of 1,000, of 868 and of 135 names.
        """
        if not lost:
            return found[-1].name if found else None
        # What is left out may have a name all the same.
        names = names_in(answer.body)
        if first and not names:
            raise lost[0]
        tell_left_out(lost, provider=self.provider, operation=operation)
        return names[-1] if names else None

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


_anything = msgspec.json.Decoder(object)
_information = msgspec.json.Decoder(dict[str, object])
_check_information = partial(error_of, method="GET", subject="account")
