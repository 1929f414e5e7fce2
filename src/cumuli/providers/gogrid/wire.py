"""What GoGrid sends, field by field, and how it becomes models. Pure functions."""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import Annotated, Generic, TypeVar

import msgspec

from cumuli.compute.models import ImageState, NodeLocation, NodeSize, NodeState
from cumuli.errors import MalformedResponse
from cumuli.providers.gogrid.models import GoGridImage, GoGridIP, GoGridNode, GoGridPassword
from cumuli.secret import Secret
from cumuli.wire.lenient import NEEDED, Identity, Needed, decode_json

__all__ = [
    "Answer",
    "Failure",
    "IPAddress",
    "Image",
    "Option",
    "Password",
    "Server",
    "decode",
    "failure_of",
    "image_of",
    "ip_of",
    "location_of",
    "node_of",
    "password_of",
    "size_of",
]

T = TypeVar("T")

log = logging.getLogger("cumuli.gogrid")

PROVIDER = "gogrid"

# The API names the memory of a size and not its disk; GoGrid sold them in these pairs (MiB: GiB).
DISKS = {512: 30, 1024: 60, 2048: 120, 4096: 240, 8192: 480, 16384: 960, 24576: 960}
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
UNITS = {"MB": 1, "GB": 1024}
MEMORY = re.compile(r"\s*([0-9]{1,9})\s*(MB|GB)", re.IGNORECASE)

STATES = {
    "Starting": NodeState.STARTING,
    "On": NodeState.RUNNING,
    "Off": NodeState.STOPPED,
    "Restarting": NodeState.REBOOTING,
    "Saving": NodeState.UPDATING,
    "Restoring": NodeState.REBUILDING,
}
IMAGE_STATES = {"Saving": ImageState.CREATING, "Available": ImageState.AVAILABLE}


class Summary(msgspec.Struct, frozen=True):
    """How much of a listing an answer holds."""

    total: Needed[int] = 0
    start: Needed[int] = 0
    returned: Needed[int] = 0


class Answer(msgspec.Struct, Generic[T]):
    """The envelope of every answer."""

    status: str
    items: list[T] = msgspec.field(name="list")
    # Without it a listing would end too early.
    summary: Annotated[Summary, NEEDED] = Summary()


class Failure(msgspec.Struct):
    """What the envelope of a failure holds."""

    errorcode: str = ""
    message: str = ""


class Option(msgspec.Struct):
    """One value of an enumeration of GoGrid's: a datacenter, a size, a state."""

    id: int
    name: str = ""
    description: str = ""


class Word(msgspec.Struct):
    """One value of an enumeration of which only the name is read."""

    name: str = ""


class Owner(msgspec.Struct):
    """The account that an image belongs to."""

    id: int
    name: str = ""


class IPAddress(msgspec.Struct):
    """An address. Inside of a server it comes with fewer fields."""

    ip: Identity
    id: Needed[int] | None = None
    public: bool | str = True
    subnet: str | None = None
    state: Word | None = None
    datacenter: Option | None = None


class Image(msgspec.Struct, rename="camel"):
    """A server image. Inside of a server it comes with fewer fields."""

    id: int
    name: str = ""
    friendly_name: str = ""
    description: str | None = None
    is_active: bool | str = True
    is_public: bool | str = False
    owner: Owner | None = None
    os: Word | None = None
    state: Word | None = None
    created_time: float | None = None


class Server(msgspec.Struct, rename="camel"):
    """A server. It has no id in the first minutes of its life."""

    state: Word
    name: str = ""
    ip: IPAddress | None = None
    ram: Option | None = None
    id: Needed[int] | None = None
    description: str | None = None
    is_sandbox: bool | str = False
    image: Image | None = None
    datacenter: Option | None = None
    os: Word | None = None


class ServerReference(msgspec.Struct):
    """The server that a password belongs to."""

    id: Needed[int] | None = None


class Password(msgspec.Struct):
    """A password, of a server or of another service."""

    id: int
    password: str = ""
    username: str = ""
    # A password is not shown as one of no server.
    server: Needed[ServerReference] | None = None

    def __repr__(self) -> str:
        # Tracebacks show it, and what else it holds is a secret.
        return f"{type(self).__name__}(id={self.id})"


def decode(body: bytes, kind: type[T], lost: list[MalformedResponse] | None = None) -> Answer[T]:
    """The envelope of an answer with items of one kind; see ``decode_json`` for ``lost``.

    Raises:
        MalformedResponse: It is no JSON, or not of that shape. Passwords may be in it, so the error
            does not quote it.
    """
    try:
        return decode_json(body, Answer[kind], lost)  # type: ignore[valid-type]  # a type that is a value
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        if body.lstrip()[:1] == b"<":
            raise MalformedResponse(
                "GoGrid answered with a page where JSON was promised; check the endpoint, or try later"
            ) from None
        raise MalformedResponse(f"GoGrid's answer is not what its API promises: {error}") from None


def failure_of(body: bytes) -> Failure | None:
    """What went wrong, as the envelope tells it; None when it tells of a success, or is none."""
    if b'"failure"' not in body[:4096]:
        return None
    try:
        answer = decode_json(body, Answer[Failure])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    if answer.status != "failure":
        return None
    return answer.items[0] if answer.items else Failure()


def truth(value: bool | str) -> bool:
    """A truth value, which arrives as JSON's or as the text "true" or "false"."""
    return value if isinstance(value, bool) else value.lower() == "true"


def node_of(server: Server) -> GoGridNode | None:
    """The node, or None while the server has no id."""
    if server.id is None:
        return None
    address = (server.ip.ip,) if server.ip else ()
    public = server.ip is not None and truth(server.ip.public)
    return GoGridNode(
        id=str(server.id),
        name=server.name,
        state=STATES.get(server.state.name, NodeState.UNKNOWN),
        provider=PROVIDER,
        provider_state=server.state.name,
        public_ips=address if public else (),
        private_ips=() if public else address,
        size=str(server.ram.id) if server.ram else None,
        image=str(server.image.id) if server.image else None,
        location=str(server.datacenter.id) if server.datacenter else None,
        description=server.description,
        is_sandbox=truth(server.is_sandbox),
        os=server.os.name if server.os else None,
    )


def image_of(image: Image) -> GoGridImage:
    """The image; its display name is the friendly one."""
    return GoGridImage(
        id=str(image.id),
        name=image.friendly_name or image.name,
        provider=PROVIDER,
        state=IMAGE_STATES.get(image.state.name, ImageState.UNKNOWN) if image.state else ImageState.UNKNOWN,
        provider_state=image.state.name if image.state else "",
        owner=str(image.owner.id) if image.owner else None,
        created_at=_moment(image),
        description=image.description,
        is_public=truth(image.is_public),
        is_active=truth(image.is_active),
        os=image.os.name if image.os else None,
    )


def _moment(image: Image) -> dt.datetime | None:
    try:
        return None if image.created_time is None else EPOCH + dt.timedelta(milliseconds=image.created_time)
    except OverflowError:
        log.warning(
            "GoGrid says of the image %s that it was created at %s, which is no time", image.id, image.created_time
        )
        return None


def size_of(option: Option) -> NodeSize:
    """The size that a value of ``server.ram`` stands for.

    Raises:
        MalformedResponse: Its name is not an amount of memory.
    """
    amount = MEMORY.fullmatch(option.name)
    if amount is None:
        raise MalformedResponse(
            f"GoGrid offers {option.name[:100]!r} as the memory of the size {option.id}, which is no number of MB or GB"
        )
    ram = int(amount[1]) * UNITS[amount[2].upper()]
    return NodeSize(id=str(option.id), name=option.name, ram=ram, disk=DISKS.get(ram, 0), provider=PROVIDER)


def location_of(option: Option) -> NodeLocation:
    """The datacenter."""
    country = "US" if option.name.startswith("US-") else None
    return NodeLocation(id=str(option.id), name=option.name, provider=PROVIDER, country=country)


def ip_of(address: IPAddress) -> GoGridIP:
    """The address.

    Raises:
        MalformedResponse: It has no id.
    """
    if address.id is None:
        raise MalformedResponse(f"GoGrid lists the address {address.ip} without an id")
    return GoGridIP(
        id=str(address.id),
        address=address.ip,
        public=truth(address.public),
        assigned=address.state is not None and address.state.name == "Assigned",
        subnet=address.subnet,
        location=str(address.datacenter.id) if address.datacenter else None,
    )


def password_of(password: Password) -> GoGridPassword:
    """The password."""
    server = password.server.id if password.server else None
    return GoGridPassword(
        id=str(password.id),
        username=password.username,
        password=Secret(password.password),
        node=None if server is None else str(server),
    )
