"""What Example Cloud sends, field by field, and how it becomes models. Pure functions."""

from __future__ import annotations

import datetime as dt

import msgspec
from cumuli import (
    AlreadyExists,
    AuthenticationError,
    CloudError,
    Conflict,
    ImageNotFound,
    ImageState,
    InvalidRequest,
    NodeImage,
    NodeLocation,
    NodeNotFound,
    NodeSize,
    NodeState,
    NotFound,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
    SizeNotFound,
)

from cumuli_example.models import ExampleNode

PROVIDER = "example"

STATES = {
    "building": NodeState.PENDING,
    "active": NodeState.RUNNING,
    "rebooting": NodeState.REBOOTING,
    "off": NodeState.STOPPED,
}
CODES: dict[str, type[CloudError]] = {
    "server_not_found": NodeNotFound,
    "size_not_found": SizeNotFound,
    "image_not_found": ImageNotFound,
    "name_taken": AlreadyExists,
}
STATUSES: dict[int, type[CloudError]] = {
    401: AuthenticationError,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}


class Server(msgspec.Struct):
    id: str
    name: str
    status: str
    size: str
    image: str
    location: str
    created: dt.datetime
    addresses: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    rack: str | None = None


class Servers(msgspec.Struct):
    servers: list[Server]
    next: int | None = None


class Size(msgspec.Struct):
    id: str
    memory: int
    disk: int
    cpus: int


class Image(msgspec.Struct):
    id: str
    title: str


class Location(msgspec.Struct):
    id: str
    city: str
    country: str


class Catalog(msgspec.Struct):
    sizes: list[Size]
    images: list[Image]
    locations: list[Location]


class Failure(msgspec.Struct):
    code: str = ""
    message: str = ""


def node_of(server: Server) -> ExampleNode:
    """The node."""
    return ExampleNode(
        id=server.id,
        name=server.name,
        state=STATES.get(server.status, NodeState.UNKNOWN),
        provider=PROVIDER,
        provider_state=server.status,
        public_ips=server.addresses,
        size=server.size,
        image=server.image,
        location=server.location,
        created_at=server.created,
        tags=server.labels,
        rack=server.rack,
    )


def size_of(size: Size) -> NodeSize:
    """The size."""
    return NodeSize(id=size.id, name=size.id, ram=size.memory, disk=size.disk, cpus=size.cpus, provider=PROVIDER)


def image_of(image: Image) -> NodeImage:
    """The image. What Example Cloud lists, nodes can be made from."""
    return NodeImage(id=image.id, name=image.title, state=ImageState.AVAILABLE, provider=PROVIDER)


def location_of(location: Location) -> NodeLocation:
    """The location."""
    return NodeLocation(id=location.id, name=location.city, country=location.country, provider=PROVIDER)


def error_of(status: int, body: bytes) -> CloudError:
    """What a failure means."""
    try:
        failure = msgspec.json.decode(body, type=Failure)
    except (msgspec.MsgspecError, RecursionError):
        failure = Failure()
    kind = CODES.get(failure.code) or STATUSES.get(status)
    if kind is None:
        kind = ProviderUnavailable if status >= 500 else InvalidRequest
    message = failure.message or "an answer that is not from its API; check the endpoint, or try later"
    return kind(message, status=status, code=failure.code or None)
