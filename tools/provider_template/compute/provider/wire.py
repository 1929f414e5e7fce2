"""What Acme Cloud sends, field by field, and how it becomes models. Pure functions."""

from __future__ import annotations

import datetime as dt

import msgspec

from cumuli.compute.models import NodeState
from cumuli.errors import (
    AuthenticationError,
    CloudError,
    Conflict,
    InvalidRequest,
    NodeNotFound,
    NotFound,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
)
from cumuli.providers.acme.models import AcmeNode

__all__ = ["PROVIDER", "Server", "Servers", "error_of", "node_of"]

PROVIDER = "acme"

# The API's words for what a server is doing. One that is not here becomes UNKNOWN, and stays readable.
STATES = {
    "building": NodeState.PENDING,
    "active": NodeState.RUNNING,
    "off": NodeState.STOPPED,
}
# What went wrong, by the API's own codes, and by the status where the code says no more.
CODES: dict[str, type[CloudError]] = {
    "server_not_found": NodeNotFound,
}
STATUSES: dict[int, type[CloudError]] = {
    401: AuthenticationError,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}


class Server(msgspec.Struct):
    """A server, with the fields that are read here."""

    id: str
    name: str
    status: str
    size: str | None = None
    image: str | None = None
    created: dt.datetime | None = None
    addresses: tuple[str, ...] = ()
    host: str | None = None


class Servers(msgspec.Struct):
    """One page of servers."""

    servers: list[Server]
    next: int | None = None


class Failure(msgspec.Struct):
    """The body of an answer that is no success."""

    code: str = ""
    message: str = ""


def node_of(server: Server) -> AcmeNode:
    """The node."""
    return AcmeNode(
        id=server.id,
        name=server.name,
        state=STATES.get(server.status, NodeState.UNKNOWN),
        provider=PROVIDER,
        provider_state=server.status,
        public_ips=server.addresses,
        size=server.size,
        image=server.image,
        created_at=server.created,
        host=server.host,
    )


def error_of(status: int, body: bytes) -> CloudError:
    """What an answer that is no success means."""
    try:
        failure = msgspec.json.decode(body, type=Failure)
    except (msgspec.MsgspecError, RecursionError):
        failure = Failure()
    kind = CODES.get(failure.code) or STATUSES.get(status)
    if kind is None:
        kind = ProviderUnavailable if status >= 500 else InvalidRequest
    message = failure.message or "an answer that is not from its API; check the endpoint, or try later"
    return kind(message, status=status, code=failure.code or None)
