"""What podman sends, as far as it is read, and how it becomes models. Pure functions.

Lists of containers come from the Docker-compatible half of the API, which tells addresses; podman's own list does not.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote, unquote

import msgspec

from cumuli.compute.models import ImageState, NodeState, VolumeState
from cumuli.errors import CloudError, MalformedResponse
from cumuli.providers.machines.models import LocalMachine, LocalMachineImage, LocalMachineVolume
from cumuli.providers.machines.sizes import LOCATION, PROVIDER
from cumuli.wire.lenient import Identity, Needed

__all__ = [
    "DESCRIPTION",
    "IMAGE",
    "KEY",
    "LOOPBACK",
    "MACHINE",
    "NAME",
    "PUBLIC_KEY",
    "SIZE",
    "SSH",
    "VOLUME",
    "Container",
    "Failure",
    "Image",
    "Info",
    "Made",
    "Volume",
    "image_of",
    "labels_of",
    "node_of",
    "printed",
    "quoted",
    "slug",
    "users_of",
    "volume_of",
    "why",
]

# Labels by which what is ours is known, by whichever client. They can be seen and searched with podman's own command.
MACHINE = "io.cumuli.machine"
NAME = "io.cumuli.name"
SIZE = "io.cumuli.size"
TAG = "io.cumuli.tag."
# The keys of a machine's tags: an image of a machine hands its labels on to the machines that are made of it.
TAGS = "io.cumuli.tags"
VOLUME = "io.cumuli.volume"
KEY = "io.cumuli.key"
PUBLIC_KEY = "io.cumuli.public-key"
IMAGE = "io.cumuli.image"
DESCRIPTION = "io.cumuli.description"

SSH = 22
LOOPBACK = "127.0.0.1"
# What ``boot.sh`` ends with if it cannot do what it is for; EX_CONFIG of sysexits.h.
CANNOT_BOOT = 78
STATES = {
    "created": NodeState.STARTING,
    "configured": NodeState.STARTING,
    "initialized": NodeState.STARTING,
    "running": NodeState.RUNNING,
    "paused": NodeState.PAUSED,
    "restarting": NodeState.REBOOTING,
    "stopping": NodeState.STOPPING,
    "stopped": NodeState.STOPPED,
    "exited": NodeState.STOPPED,
    "removing": NodeState.TERMINATED,
    "dead": NodeState.ERROR,
}
EXITED = re.compile(r"Exited \(([0-9]+)\)")


class Endpoint(msgspec.Struct, rename={"address": "IPAddress", "address6": "GlobalIPv6Address"}):
    """A network's end in a container."""

    address: str = ""
    address6: str = ""


class Networks(msgspec.Struct, rename={"networks": "Networks"}):
    """The networks that a container is in."""

    networks: dict[str, Endpoint] | None = None


class Port(msgspec.Struct, rename={"private": "PrivatePort", "public": "PublicPort"}):
    """A port of this computer that leads to one of a container."""

    private: int = 0
    public: int = 0


class Mount(msgspec.Struct, rename={"kind": "Type", "name": "Name"}):
    """What of this computer is mounted in a container."""

    kind: str = ""
    name: str = ""


class Container(
    msgspec.Struct,
    rename={
        "id": "Id",
        "names": "Names",
        "image": "ImageID",
        "created": "Created",
        "ports": "Ports",
        "labels": "Labels",
        "state": "State",
        "status": "Status",
        "network": "NetworkSettings",
        "mounts": "Mounts",
    },
):
    """A container, in a list."""

    id: Identity
    state: Needed[str]
    names: list[str] | None = None
    image: str = ""
    created: float | None = None
    ports: list[Port] | None = None
    labels: dict[str, str] | None = None
    status: str = ""
    network: Networks | None = None
    mounts: list[Mount] | None = None


class Volume(
    msgspec.Struct,
    rename={"name": "Name", "labels": "Labels", "created": "CreatedAt", "folder": "Mountpoint"},
):
    """A volume, in a list or alone."""

    name: Identity
    labels: dict[str, str] | None = None
    created: dt.datetime | None = None
    folder: str = ""


class Made(msgspec.Struct, rename={"id": "Id"}):
    """The answer to what makes something."""

    id: Identity


class Image(
    msgspec.Struct,
    rename={"id": "Id", "names": "RepoTags", "labels": "Labels", "size": "Size", "created": "Created"},
):
    """An image, in a list or alone."""

    id: Identity
    names: list[str] | None = None
    labels: dict[str, str] | None = None
    size: int = 0
    created: float | dt.datetime | None = None


class Failure(msgspec.Struct):
    """The body of an answer that is no success."""

    message: str = ""
    cause: str = ""


class Security(msgspec.Struct, frozen=True):
    """What podman may do."""

    rootless: bool = False


class Host(msgspec.Struct, frozen=True, rename="camel"):
    """This computer, as podman sees it."""

    cgroup_controllers: list[str] | None = None
    security: Security = Security()


class Info(msgspec.Struct):
    """What podman says of itself."""

    host: Host = Host()


def node_of(container: Container, *, rootless: bool) -> LocalMachine:
    """The node that a container is.

    Args:
        container: As podman lists it.
        rootless: Whether podman runs without root, so that nobody reaches the container's own address.
    """
    labels = container.labels or {}
    ports = {port.private: port.public for port in container.ports or () if port.public}
    ends = list((container.network.networks or {}).values()) if container.network else []
    own = tuple(dict.fromkeys(address for end in ends for address in (end.address, end.address6) if address))
    state, reason = _state(container)
    running = state in {NodeState.RUNNING, NodeState.PAUSED}
    behind = rootless and SSH in ports
    return LocalMachine(
        id=container.id,
        name=labels.get(NAME, ""),
        state=state,
        provider=PROVIDER,
        provider_state=container.state,
        state_reason=reason,
        private_ips=((LOOPBACK,) if running and behind else ()) if rootless else own,
        size=labels.get(SIZE),
        image=container.image.removeprefix("sha256:") or None,
        location=LOCATION,
        created_at=_moment(container.created),
        tags=_tags(labels),
        container=(container.names or [""])[0].removeprefix("/"),
        ssh_port=ports[SSH] if behind else SSH,
        ports=ports,
    )


def _state(container: Container) -> tuple[NodeState, str | None]:
    state = STATES.get(container.state.lower(), NodeState.UNKNOWN)
    found = EXITED.match(container.status)
    code = int(found[1]) if found else 0
    if state is not NodeState.STOPPED or not code:
        return state, None
    if code == CANNOT_BOOT:
        return NodeState.ERROR, "the image cannot be booted; ex_get_console_output() tells why"
    return state, f"its first process ended with the status {code}"


def image_of(image: Image) -> LocalMachineImage:
    """The image."""
    labels = image.labels or {}
    names = tuple(name for name in image.names or () if name != "<none>:<none>")
    own = IMAGE in labels
    created = image.created
    return LocalMachineImage(
        id=image.id.removeprefix("sha256:"),
        name=unquote(labels.get(IMAGE, "")) or (names[0] if names else ""),
        provider=PROVIDER,
        state=ImageState.AVAILABLE,
        owner="self" if own else None,
        created_at=_moment(created.timestamp() if isinstance(created, dt.datetime) else created),
        names=names,
        description=unquote(labels.get(DESCRIPTION, "")) or None,
        size=image.size // 2**20,
    )


def _moment(seconds: float | None) -> dt.datetime | None:
    """The whole second, since lists tell no more of it than that."""
    try:
        return None if seconds is None else dt.datetime.fromtimestamp(int(seconds), dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _tags(labels: Mapping[str, str]) -> dict[str, str]:
    keys = [unquote(key) for key in labels.get(TAGS, "").split()]
    return {key: labels[TAG + key] for key in keys if TAG + key in labels}


def labels_of(tags: Mapping[str, str]) -> dict[str, str]:
    """The labels that a machine's tags are."""
    own = {TAG + key: value for key, value in tags.items()}
    return {**own, TAGS: " ".join(quote(key, safe="") for key in tags)}


def users_of(containers: Iterable[Container]) -> dict[str, tuple[str, ...]]:
    """The machines that have each volume, by its name."""
    found: dict[str, tuple[str, ...]] = {}
    for container in containers:
        for mount in container.mounts or ():
            if mount.kind == "volume":
                found[mount.name] = (*found.get(mount.name, ()), container.id)
    return found


def volume_of(volume: Volume, users: Mapping[str, tuple[str, ...]]) -> LocalMachineVolume:
    """The volume, and who has it."""
    labels = volume.labels or {}
    attached = users.get(volume.name, ())
    size = labels.get(SIZE, "")
    return LocalMachineVolume(
        id=volume.name,
        name=labels.get(NAME, ""),
        size=int(size) if size.isascii() and size.isdecimal() else 0,
        state=VolumeState.IN_USE if attached else VolumeState.AVAILABLE,
        provider=PROVIDER,
        provider_state="in use" if attached else "available",
        location=LOCATION,
        attached_to=attached,
        created_at=_moment(volume.created.timestamp() if volume.created else None),
        folder=volume.folder,
    )


def slug(name: str) -> str:
    """A name as hostnames, containers and images may have one."""
    kept = "".join(character if character.isascii() and character.isalnum() else "-" for character in name)
    return re.sub("-+", "-", kept).strip("-")[:40].strip("-").lower() or "unnamed"


def quoted(thing_id: str) -> str:
    """An id in a path; what is none is the id of nothing, whatever it would mean there."""
    return quote(thing_id, safe="")


def why(lost: Sequence[MalformedResponse], missing: CloudError) -> CloudError:
    """Why something was not found: perhaps it is what could not be read."""
    if not lost:
        return missing
    lost[0].operation = lost[0].operation or missing.operation
    return lost[0]


def printed(body: bytes) -> str:
    """What a container printed, out of the frames in which podman sends it, behind eight bytes with their length."""
    parts: list[bytes] = []
    position = 0
    while position + 8 <= len(body):
        length = int.from_bytes(body[position + 4 : position + 8], "big")
        parts.append(body[position + 8 : position + 8 + length])
        position += 8 + length
    return b"".join(parts).decode("utf-8", "replace")
