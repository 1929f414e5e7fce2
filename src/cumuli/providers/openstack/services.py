"""How the drivers of OpenStack call its services: one place for addresses, versions, errors and pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Protocol, TypeVar, cast
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import msgspec

from cumuli.calls.caller import Caller, Check
from cumuli.calls.left_out import tell_left_out
from cumuli.calls.lost_answers import creating, deleting
from cumuli.errors import (
    AlreadyExists,
    CloudError,
    ConfigurationError,
    InvalidRequest,
    MalformedResponse,
    NotFound,
)
from cumuli.providers.openstack.faults import fault_error
from cumuli.providers.openstack.identity.session import KeystoneSession
from cumuli.runtime.messages import Request, Response
from cumuli.wire.lenient import NEEDED, decode_json

__all__ = [
    "BLOCK_STORAGE",
    "COMPUTE",
    "IMAGE",
    "NETWORK",
    "JSONValue",
    "Link",
    "Links",
    "Listing",
    "OpenStackServices",
    "decoded",
    "identified",
    "quoted",
]

T = TypeVar("T")
W = TypeVar("W", bound="Listing")

JSONValue = None | bool | int | float | str | list["JSONValue"] | dict[str, "JSONValue"]
"""Whatever stands in an answer that the library does not model."""

COMPUTE = "compute"
IMAGE = "image"
NETWORK = "network"
BLOCK_STORAGE = "block-storage"

# Services cap it at their own maximum, which is 1,000 by default everywhere.
PAGE_SIZE = 1000
# What a marker stands for may be deleted between two pages; the items before it are tried then.
MARKERS = 5
# Newest microversion of Nova's that the drivers here understand: from 2.37 on networks must be
# named on create, and from 2.47 on a server no longer tells the id of its flavor.
NOVA_MICROVERSION = "2.36"

# What separates the parts of an address, in the eyes of some server or proxy even when it is encoded.
UNFIT = frozenset("/\\?#")
# What stands where an id would stand and is none.
LISTINGS = frozenset({"detail", "summary"})


class Link(msgspec.Struct):
    """A link of an answer."""

    href: str = ""
    rel: str = ""


Links = Annotated[list[Link], NEEDED]
"""The links of a page: without them a listing would end too early."""


class Listing(Protocol):
    """One page as a service sends it."""

    @property
    def links(self) -> Sequence[Link]: ...

    def markers(self) -> list[str]:
        """What identifies the items, in order."""
        ...


class OpenStackServices:
    """The services of one cloud.

    Args:
        caller: Sends requests, with ``session`` as its authorizer.
        session: Knows the addresses.
        names: Name in the catalog of the service to use, by type, where several have that type.
        page_size: How many items to ask for at a time.
    """

    def __init__(
        self,
        caller: Caller,
        session: KeystoneSession,
        *,
        names: Mapping[str, str] | None = None,
        page_size: int = PAGE_SIZE,
    ) -> None:
        if page_size < 1:
            raise ConfigurationError(f"page_size is {page_size}; ask for at least 1 item", provider=caller.provider)
        self.caller = caller
        self.session = session
        self.provider = caller.provider
        self.page_size = page_size
        self._names = dict(names or {})

    async def send(
        self,
        service: str,
        method: str,
        path: str,
        *,
        operation: str,
        body: object = None,
        query: Sequence[tuple[str, str]] = (),
        repeatable: bool | None = None,
        check: Check = fault_error,
        microversion: str | None = None,
        content_type: str = "application/json",
    ) -> Response:
        """One call of a service.

        Args:
            service: Its type.
            method: HTTP method.
            path: Below the service's versioned address, quoted.
            operation: The service's own name of the call.
            body: Encoded as JSON; None for no body.
            query: The query.
            repeatable: Whether it may be sent twice; None for what the method says.
            check: Tells errors from successes.
            microversion: The microversion to use; None for what was negotiated.
            content_type: What the body is; Glance has kinds of JSON of its own.
        """
        place = await self.session.versioned_endpoint(service, name=self._names.get(service))
        headers = [("Accept", "application/json")]
        if body is not None:
            headers.append(("Content-Type", content_type))
        if microversion is None and service == COMPUTE:
            microversion = await self.session.microversion(place, NOVA_MICROVERSION)
        if microversion is not None:
            # Cinder refuses its own official type here.
            named = "volume" if service == BLOCK_STORAGE else service
            headers.append(("OpenStack-API-Version", f"{named} {microversion}"))
            if service == COMPUTE:
                # Understood by every Nova that has microversions; the other one from 2.27 on.
                headers.append(("X-OpenStack-Nova-API-Version", microversion))
        return await self.caller.call(
            Request(
                method=method,
                origin=place.origin,
                target=place.path + path + (f"?{urlencode(query)}" if query else ""),
                headers=tuple(headers),
                body=b"" if body is None else msgspec.json.encode(body),
                operation=operation,
            ),
            check=check,
            repeatable=method in {"GET", "HEAD", "PUT", "DELETE"} if repeatable is None else repeatable,
        )

    async def call(
        self,
        service: str,
        method: str,
        path: str,
        *,
        body: object,
        query: Sequence[tuple[str, str]],
        microversion: str | None,
    ) -> dict[str, JSONValue]:
        """Any call, and the JSON object of its answer; empty if it has none."""
        answer = await self.send(
            service,
            method,
            path,
            operation=f"{method} {path.partition('?')[0]}",
            body=body,
            query=query,
            microversion=microversion,
        )
        if not answer.body:
            return {}
        return cast("dict[str, JSONValue]", decoded(answer, dict[str, object]))

    async def get(
        self,
        service: str,
        path: str,
        kind: type[T],
        *,
        operation: str,
        query: Sequence[tuple[str, str]] = (),
        not_found: type[NotFound] = NotFound,
        lost: list[MalformedResponse] | None = None,
    ) -> T:
        """Read one thing, or several that come in one answer; see ``decode_json`` for ``lost``, which is told of."""
        answer = await self.send(
            service, "GET", path, operation=operation, query=query, check=lambda a: fault_error(a, not_found=not_found)
        )
        lost = [] if lost is None else lost
        found = decoded(answer, kind, lost)
        tell_left_out(lost, provider=self.provider, operation=operation)
        return found

    async def post(
        self,
        service: str,
        path: str,
        body: object,
        kind: type[T],
        *,
        operation: str,
        not_found: type[NotFound] = NotFound,
        exists: type[AlreadyExists] | None = None,
        check: Check | None = None,
        makes: str,
    ) -> T:
        """Make one thing. Nothing in OpenStack takes a client token, so it is sent once only.

        Args:
            service: Its type.
            path: Of the collection.
            body: What to make.
            kind: What the answer is.
            operation: The service's own name of the call.
            not_found: What a 404 means.
            exists: What a 409 means, where it means that a name is taken.
            check: Tells errors from successes, if it takes more than these two.
            makes: What it is, in words, for errors that leave open whether it was made.
        """

        async def make() -> T:
            answer = await self.send(
                service,
                "POST",
                path,
                operation=operation,
                body=body,
                repeatable=False,
                check=check or (lambda a: fault_error(a, not_found=not_found, exists=exists)),
            )
            return decoded(answer, kind)

        advice = f"whether {makes} was made is not known: look for it before you try again"
        return await creating(make(), operation=operation, advice=advice)

    async def put(
        self,
        service: str,
        path: str,
        body: object,
        kind: type[T],
        *,
        operation: str,
        not_found: type[NotFound] = NotFound,
    ) -> T:
        """Change one thing."""
        answer = await self.send(
            service, "PUT", path, operation=operation, body=body, check=lambda a: fault_error(a, not_found=not_found)
        )
        return decoded(answer, kind)

    async def delete(
        self,
        service: str,
        path: str,
        *,
        operation: str,
        not_found: type[NotFound] = NotFound,
        check: Check | None = None,
        done: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """Delete one thing.

        Args:
            service: Its type.
            path: Of the thing.
            operation: The service's own name of the call.
            not_found: What a 404 means.
            check: Tells errors from successes, if it takes more than ``not_found``.
            done: Looks whether the thing is gone or going; see ``deleting``.
        """
        call = self.send(
            service,
            "DELETE",
            path,
            operation=operation,
            check=check or (lambda a: fault_error(a, not_found=not_found)),
        )
        await deleting(call, done=done)

    async def page(
        self,
        service: str,
        path: str,
        kind: type[W],
        *,
        operation: str,
        cursor: str | None,
        query: Sequence[tuple[str, str]] = (),
        short: Callable[[W], bool] = lambda _page: False,
        read: Callable[[Response, list[MalformedResponse]], W] | None = None,
    ) -> tuple[W, str | None]:
        """One page of a listing by markers, and the cursor of the next.

        The cursor is a list of markers, one a line: the last item given so far, and a few before it
        in case that one is deleted before the next page is asked for.

        Args:
            service: Its type.
            path: The listing.
            kind: What a page is.
            operation: The service's own name of the call.
            cursor: The cursor, or None for the first page.
            query: What else to ask for.
            short: Whether a page with fewer items than asked for, and without a link, may have
                another one after it all the same.
            read: Makes a page of an answer, as ``decoded`` does; None for that.
        """
        limit = self.page_size
        markers = cursor.split("\n") if cursor else [None]
        for position, marker in enumerate(markers):
            paging = [("limit", str(limit)), *([("marker", marker)] if marker else [])]
            try:
                answer = await self.send(service, "GET", path, operation=operation, query=[*query, *paging])
            except (InvalidRequest, NotFound) as error:
                if marker is None or position == len(markers) - 1 or not _marker_is_gone(error):
                    raise
                continue
            lost: list[MalformedResponse] = []
            found = decoded(answer, kind, lost) if read is None else read(answer, lost)
            tell_left_out(lost, provider=self.provider, operation=operation)
            identities = found.markers()
            count = len(identities) + len(lost)
            # A service that does not page takes no notice of limit and marker: it gives everything, each time.
            whole = count > limit or marker in identities
            more = any(link.rel in {"", "next"} for link in found.links) or short(found)
            last = _next_link(found) is None and (whole or not count or (count < limit and not more))
            return found, None if last else _next_cursor(found, [known for known in markers if known])
        raise AssertionError  # the loop above returns or raises at its last marker


def _marker_is_gone(error: CloudError) -> bool:
    return "marker" in error.message.lower() or isinstance(error, NotFound)


def _next_link(page: Listing) -> str | None:
    return next((link.href for link in page.links if link.rel == "next"), None)


def _next_cursor(page: Listing, before: Sequence[str]) -> str | None:
    identities, link = page.markers(), _next_link(page)
    # Only the marker of a link is taken: behind a proxy the rest of it may name another host.
    named = parse_qs(urlsplit(link).query).get("marker", [])[:1] if link is not None else []
    markers = dict.fromkeys([*named, *identities[: -MARKERS - 1 : -1], *before])
    return "\n".join(list(markers)[:MARKERS]) or None


def decoded(answer: Response, kind: type[T], lost: list[MalformedResponse] | None = None) -> T:
    """What an answer says; see ``decode_json`` for ``lost``.

    Raises:
        MalformedResponse: It says something else.
    """
    try:
        return decode_json(answer.body, kind, lost)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise MalformedResponse(
            f"the answer does not have the shape that the protocol promises: {error}", status=answer.status
        ) from error


def quoted(segment: str) -> str:
    """Text as one segment of a path.

    Raises:
        InvalidRequest: It can be none. Servers and proxies resolve dots, and take encoded slashes for slashes: to
            delete the item ".." of something would be to delete the thing itself.
    """
    if segment in {"", ".", ".."} or not UNFIT.isdisjoint(segment):
        raise InvalidRequest(f"{segment!r} cannot be an id or a name: it cannot be part of a path")
    try:
        return quote(segment, safe="")
    except UnicodeEncodeError:
        raise InvalidRequest(f"{segment!r} is not text that can be sent") from None


def identified(identity: str) -> str:
    """An id as one segment of a path.

    Raises:
        InvalidRequest: It can be none, or it is the word by which the services know a whole listing.
    """
    if identity in LISTINGS:
        raise InvalidRequest(f"{identity!r} is the name of a listing, not an id")
    return quoted(identity)
