"""Nova's servers as they come over the wire, and the nodes made of them. Pure."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from cumuli.compute.models import NodeState
from cumuli.providers.openstack.compute.models import NodeAddress, OpenStackNode
from cumuli.providers.openstack.services import Links
from cumuli.secret import Secret
from cumuli.wire.lenient import Identity
from cumuli.wire.timestamps import utc

__all__ = [
    "Address",
    "Created",
    "Server",
    "ServerAnswer",
    "ServerList",
    "SoundServer",
    "SoundServerList",
    "node_of",
    "node_state",
    "split_addresses",
]

N = TypeVar("N", bound=OpenStackNode)

STATES: Mapping[str, NodeState] = {
    "ACTIVE": NodeState.RUNNING,
    "BUILD": NodeState.PENDING,
    "DELETED": NodeState.TERMINATED,
    "ERROR": NodeState.ERROR,
    "HARD_REBOOT": NodeState.REBOOTING,
    "MIGRATING": NodeState.MIGRATING,
    "PASSWORD": NodeState.UPDATING,
    "PAUSED": NodeState.PAUSED,
    "REBOOT": NodeState.REBOOTING,
    "REBUILD": NodeState.REBUILDING,
    # A rescued server runs a rescue system, not its own.
    "RESCUE": NodeState.UPDATING,
    "RESCUED": NodeState.UPDATING,
    "RESIZE": NodeState.RECONFIGURING,
    "REVERT_RESIZE": NodeState.RECONFIGURING,
    "SHELVED": NodeState.STOPPED,
    "SHELVED_OFFLOADED": NodeState.STOPPED,
    "SHUTOFF": NodeState.STOPPED,
    "SOFT_DELETED": NodeState.TERMINATED,
    "STOPPED": NodeState.STOPPED,
    "SUSPENDED": NodeState.SUSPENDED,
    "UNKNOWN": NodeState.UNKNOWN,
    # It runs with its new size and waits for ex_confirm_resize or ex_revert_resize.
    "VERIFY_RESIZE": NodeState.RUNNING,
}
# The status stays what it was while Nova works; these tasks tell more.
TASKS: Mapping[str, NodeState] = {
    "powering-off": NodeState.STOPPING,
    "powering-on": NodeState.STARTING,
    "deleting": NodeState.STOPPING,
    "soft-deleting": NodeState.STOPPING,
}


class Address(msgspec.Struct):
    """One address."""

    addr: str = ""
    version: int = 4
    kind: str | None = msgspec.field(default=None, name="OS-EXT-IPS:type")
    mac: str | None = msgspec.field(default=None, name="OS-EXT-IPS-MAC:mac_addr")


class _Reference(msgspec.Struct, gc=False):
    id: str = ""


class _Group(msgspec.Struct, gc=False):
    name: str = ""


class _Fault(msgspec.Struct, gc=False):
    message: str = ""


class _Server(msgspec.Struct, gc=False):
    """A server of ``/servers/detail``, but for its addresses.

    Nothing that comes out of a decoder refers to itself, and a thousand servers that the collector of garbage
    looks at again and again cost a quarter more.
    """

    id: Identity
    status: str
    name: str | None = None
    metadata: dict[str, str] = {}
    flavor: _Reference | None = None
    image: _Reference | str | None = None
    created: dt.datetime | None = None
    updated: dt.datetime | None = None
    key_name: str | None = None
    tenant_id: str = ""
    user_id: str = ""
    progress: int | None = None
    locked: bool | None = None
    description: str | None = None
    fault: _Fault | None = None
    config_drive: str | bool | None = None
    security_groups: list[_Group] = []
    host_id: str = msgspec.field(default="", name="hostId")
    access_ipv4: str | None = msgspec.field(default=None, name="accessIPv4")
    access_ipv6: str | None = msgspec.field(default=None, name="accessIPv6")
    admin_pass: str | None = msgspec.field(default=None, name="adminPass")
    task_state: str | None = msgspec.field(default=None, name="OS-EXT-STS:task_state")
    vm_state: str | None = msgspec.field(default=None, name="OS-EXT-STS:vm_state")
    power_state: int | None = msgspec.field(default=None, name="OS-EXT-STS:power_state")
    zone: str | None = msgspec.field(default=None, name="OS-EXT-AZ:availability_zone")
    volumes: list[_Reference] = msgspec.field(default_factory=list, name="os-extended-volumes:volumes_attached")

    def __repr__(self) -> str:
        # Tracebacks show it, and a new one has its password in it.
        return f"{type(self).__name__}(id={self.id!r}, status={self.status!r})"


class Server(_Server, gc=False):
    """A server, whatever its addresses lack."""

    addresses: dict[str, list[Address]] = {}


class SoundServer(_Server, gc=False):
    """A server with the addresses as Nova always sends them, so that they come out of the decoder as a node's."""

    addresses: dict[str, tuple[NodeAddress, ...]] = {}


class ServerList(msgspec.Struct):
    """The answer of ``GET /servers/detail``."""

    servers: list[Server]
    links: Links = msgspec.field(default_factory=list, name="servers_links")


class SoundServerList(msgspec.Struct):
    """``ServerList`` of sound servers."""

    servers: list[SoundServer]
    links: Links = msgspec.field(default_factory=list, name="servers_links")


class ServerAnswer(msgspec.Struct):
    """The answer of ``GET /servers/{id}``."""

    server: Server


class _Created(msgspec.Struct):
    id: Identity
    admin_pass: str | None = msgspec.field(default=None, name="adminPass")

    def __repr__(self) -> str:
        # Tracebacks show it, and what else it holds is a secret.
        return f"{type(self).__name__}(id={self.id!r})"


class Created(msgspec.Struct):
    """The answer of ``POST /servers``, which tells next to nothing of the new server."""

    server: _Created


def node_state(status: str, task: str | None) -> NodeState:
    """The portable state for Nova's status and task."""
    state = STATES.get(status) if task is None else TASKS.get(task)
    if state is None:
        # Old Novas append the task: "ACTIVE(deleting)".
        state = STATES.get(status.partition("(")[0].upper(), NodeState.UNKNOWN)
    return state


def split_addresses(addresses: Mapping[str, Iterable[NodeAddress]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The public and the private addresses of a server.

    A floating address is public. A fixed one is what it is by itself. Where Nova does not tell
    which of the two it is, the network's name decides if it is ``public`` or ``private``.
    """
    public: dict[str, None] = {}
    private: dict[str, None] = {}
    for network, entries in addresses.items():
        for entry in entries:
            address, kind = entry.address, entry.kind
            if kind is None and network in {"public", "private"}:
                outside = network == "public"
            else:
                outside = kind == "floating" or _is_global(address)
            (public if outside else private)[address] = None
    return tuple(public), tuple(private)


@lru_cache(maxsize=4096)
def _is_global(address: str) -> bool:
    # Most addresses of a cloud are of these, and taking one apart costs more than the rest of a node.
    if address.startswith(("10.", "192.168.", "fd", "fe80:")):
        return False
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


def _names(groups: list[_Group]) -> tuple[str, ...]:
    # Most servers have one, and a thousand servers are read at a time.
    if len(groups) == 1 and groups[0].name:
        return (groups[0].name,)
    return tuple(dict.fromkeys([group.name for group in groups if group.name]))


def _node_addresses(server: Server) -> dict[str, tuple[NodeAddress, ...]]:
    return {
        network: tuple(
            NodeAddress(address=entry.addr, version=entry.version, kind=entry.kind, mac=entry.mac)
            for entry in entries
            if entry.addr
        )
        for network, entries in server.addresses.items()
    }


def node_of(server: Server | SoundServer, provider: str, kind: type[N]) -> N:
    """The node that a server is, of a provider's own class."""
    addresses = server.addresses if isinstance(server, SoundServer) else _node_addresses(server)
    public, private = split_addresses(addresses)
    flavor, image = server.flavor, server.image
    # In two steps, because Python makes a dict of more than 15 keywords, or of 14 and another argument, which takes
    # longer than all the rest.
    node = kind(
        id=server.id,
        name=server.name or "",
        state=node_state(server.status, server.task_state),
        provider=provider,
        provider_state=server.status,
        public_ips=public,
        private_ips=private,
        size=flavor.id or None if flavor is not None else None,
        # A server that boots from a volume has an empty text where its image would be.
        image=image.id or None if isinstance(image, _Reference) else None,
        location=server.zone or None,
        created_at=utc(server.created),
        tags=server.metadata,
        addresses=addresses,
        progress=server.progress,
        updated_at=utc(server.updated),
    )
    node = replace(
        node,
        host_id=server.host_id,
        key_name=server.key_name,
        task_state=server.task_state,
        vm_state=server.vm_state or "",
        power_state=server.power_state,
        project_id=server.tenant_id,
        user_id=server.user_id,
        security_groups=_names(server.security_groups),
        volumes=tuple([volume.id for volume in server.volumes if volume.id]),
        config_drive=server.config_drive in {"True", "true", True},
        access_ipv4=server.access_ipv4 or "",
        access_ipv6=server.access_ipv6 or "",
        description=server.description,
        locked=server.locked,
    )
    if server.fault is not None:
        node = replace(node, state_reason=server.fault.message or None)
    return replace(node, password=Secret(server.admin_pass)) if server.admin_pass else node
