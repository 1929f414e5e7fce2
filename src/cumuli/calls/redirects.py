"""Redirects: which are followed, what goes along, and what is told of the others. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from cumuli.errors import CloudError, ConfigurationError, MalformedResponse
from cumuli.runtime.http.headers import parse_origin
from cumuli.runtime.messages import Request, Response, ResponseStream

if TYPE_CHECKING:
    from cumuli.calls.caller import Authorizer

__all__ = ["REDIRECTS", "Redirect", "Way", "not_followed"]

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# The only request headers that may follow a redirect to another host: nothing that identifies us.
PUBLIC_HEADERS = frozenset({"accept", "accept-encoding", "range", "if-none-match", "if-modified-since", "content-type"})
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


class Redirect(NamedTuple):
    """An answer that names another place."""

    status: int
    location: str


class Way:
    """Where one call goes, as redirects lead it.

    Attributes:
        request: What is sent next, without credentials.
        authorizer: Puts credentials on it. None where it leads to another host than the provider's.
    """

    def __init__(self, request: Request, authorizer: Authorizer | None) -> None:
        self.request = request
        self.authorizer = authorizer
        self._hops = 0
        # In words, once something had to stay behind.
        self._moved = ""

    def follow(self, redirect: Redirect) -> None:
        """Go on as an answer says.

        Raises:
            MalformedResponse: There is no following it.
        """
        self._hops += 1
        before, self.request = self.request, _follow(self.request, redirect, self._hops)
        if not _same_place(before.origin, self.request.origin):
            if self.authorizer is not None or len(self.request.headers) < len(before.headers):
                self._moved = f"{before.origin} redirects to {self.request.origin}"
            self.authorizer = None

    def check(self, answer: Response | ResponseStream) -> None:
        """Look at what seems to be a success. What is downloaded may be anything.

        Raises:
            MalformedResponse: It is a page for people, which a login is asked for on, from another host.
        """
        page = (answer.headers.get("content-type") or "").startswith("text/html")
        if self._moved and page and isinstance(answer, Response):
            raise MalformedResponse("the answer is an HTML page", status=answer.status)

    def told(self, error: CloudError) -> CloudError:
        """What an error means for who asked, behind redirects."""
        moved = self._moved
        if not moved:
            return error
        if error.status is None or error.retryable or isinstance(error, MalformedResponse):
            error.message += f" ({moved}; correct the endpoint)"
            return error
        # What is forbidden or missing there says nothing of what was asked for.
        return MalformedResponse(
            f"{moved}, which was asked without credentials and answers HTTP {error.status}; correct the endpoint",
            status=error.status,
            request_id=error.request_id,
        )


def not_followed(request: Request, refusal: MalformedResponse, location: str) -> MalformedResponse:
    """The error for a redirect of what is not to be said to another address unasked.

    Args:
        request: What was sent.
        refusal: What the provider's own check made of the answer.
        location: Where it leads.
    """
    try:
        parts = urlsplit(urljoin(request.origin + request.target, location))
        host = parts.netloc.rpartition("@")[2]
        # The query may carry a signature.
        where = f"{parts.scheme}://{host}{parts.path}"
    except ValueError:
        host = where = "something that is not a web address"
    error = refusal
    if f"redirects to {host}" not in refusal.message:
        error = MalformedResponse(
            f"{request.origin} redirects to {where}, and nothing was done; correct the endpoint",
            status=refusal.status,
        )
    error.refused = True
    return error


def _follow(request: Request, redirect: Redirect, hops: int) -> Request:
    """The request that follows a redirect, still without credentials.

    To the same origin, or the same host by TLS, it goes on as it is, and is authorised anew: a signature
    covers the target. To another one it goes without anything that identifies the caller.

    Raises:
        MalformedResponse: There is no following it.
    """
    if hops > MAX_REDIRECTS:
        raise MalformedResponse(f"more than {MAX_REDIRECTS} redirects; check the endpoint", status=redirect.status)
    try:
        parts = urlsplit(urljoin(request.origin + request.target, redirect.location))
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()
        there = parse_origin(origin)
    except (ValueError, ConfigurationError):
        raise MalformedResponse(
            f"{request.origin} redirects to something that is not a web address; check the endpoint",
            status=redirect.status,
        ) from None
    if request.origin.startswith("https:") and there.scheme == "http":
        raise MalformedResponse(
            f"{request.origin} redirects to {origin}, which is not encrypted, and was not followed; check the endpoint",
            status=redirect.status,
        )
    # Some servers send a Location as it would be shown, not as it is encoded.
    target = quote(
        (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=PRINTABLE, errors="surrogateescape"
    )
    if there == parse_origin(request.origin):
        return msgspec.structs.replace(request, target=target)
    if _same_place(request.origin, origin):
        return msgspec.structs.replace(request, origin=origin, target=target)
    public = tuple(pair for pair in request.headers if pair[0].lower() in PUBLIC_HEADERS)
    return msgspec.structs.replace(request, origin=origin, target=target, headers=public)


def _same_place(here: str, there: str) -> bool:
    """Whether what is said to one origin may be said to another: the same, or the same host by TLS."""
    a, b = parse_origin(here), parse_origin(there)
    # Who could tell of another address in the place of the host has been told the credentials already.
    return a == b or (a.host == b.host and a.scheme == "http" and b.scheme == "https")
