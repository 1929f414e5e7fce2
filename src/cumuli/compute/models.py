"""The portable compute models: frozen plain data.

Equality is a snapshot of every field; the hash is by provider, kind and id, so that two listings
of the same node meet in a set or a dict. What only one provider knows is a typed field of its
subclass. Wherever a client accepts a model, it accepts the model's id as well.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec

from cumuli.secret import Secret

__all__ = [
    "ImageState",
    "KeyPair",
    "Node",
    "NodeImage",
    "NodeLocation",
    "NodeSize",
    "NodeState",
    "Price",
    "SnapshotState",
    "Volume",
    "VolumeSnapshot",
    "VolumeState",
]


class NodeState(StrEnum):
    """What a node is doing. A word of the provider's that nobody knew becomes ``UNKNOWN``."""

    RUNNING = "running"
    STARTING = "starting"
    STOPPING = "stopping"
    STOPPED = "stopped"
    REBOOTING = "rebooting"
    TERMINATED = "terminated"
    PENDING = "pending"
    SUSPENDED = "suspended"
    PAUSED = "paused"
    ERROR = "error"
    RECONFIGURING = "reconfiguring"
    REBUILDING = "rebuilding"
    MIGRATING = "migrating"
    UPDATING = "updating"
    UNKNOWN = "unknown"


class VolumeState(StrEnum):
    """What a volume is doing."""

    CREATING = "creating"
    AVAILABLE = "available"
    ATTACHING = "attaching"
    IN_USE = "in_use"
    DETACHING = "detaching"
    DELETING = "deleting"
    DELETED = "deleted"
    BACKING_UP = "backing_up"
    UPDATING = "updating"
    ERROR = "error"
    UNKNOWN = "unknown"


# Where the nodes that have it tell more than the volume's own state.
ATTACHED_SOMEWHERE = frozenset({VolumeState.ATTACHING, VolumeState.IN_USE, VolumeState.DETACHING})


class SnapshotState(StrEnum):
    """What a snapshot is doing."""

    CREATING = "creating"
    AVAILABLE = "available"
    RESTORING = "restoring"
    UPDATING = "updating"
    DELETING = "deleting"
    ERROR = "error"
    UNKNOWN = "unknown"


class ImageState(StrEnum):
    """What an image is doing. An inactive one is there, and nodes cannot be made of it."""

    CREATING = "creating"
    AVAILABLE = "available"
    INACTIVE = "inactive"
    DELETING = "deleting"
    DELETED = "deleted"
    ERROR = "error"
    UNKNOWN = "unknown"


class Node(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A server.

    Attributes:
        id: The provider's id.
        name: Its display name; empty where it has none.
        state: What it is doing.
        provider_state: The provider's own word for the state (``"shutting-down"``).
        state_reason: Why it is in that state, in the provider's words, or None.
        public_ips: IP addresses reachable from the Internet, IPv4 and IPv6, no duplicates.
        private_ips: Other IP addresses, likewise.
        size: Id of its ``NodeSize``, or None where the provider does not tell.
        image: Id of the ``NodeImage`` it was made from, or None.
        location: Id of its ``NodeLocation``, or None.
        created_at: When it was created (launched), in UTC, or None.
        tags: The portable name for EC2 tags and OpenStack metadata.
        provider: Registry name of the provider (``"ec2"``).
        password: Its administrator's password; only on the node that ``create_node`` returned, and
            only where the provider makes one.
    """

    id: str
    name: str
    state: NodeState
    provider: str
    provider_state: str = ""
    state_reason: str | None = None
    public_ips: tuple[str, ...] = ()
    private_ips: tuple[str, ...] = ()
    size: str | None = None
    image: str | None = None
    location: str | None = None
    created_at: dt.datetime | None = None
    tags: dict[str, str] = {}
    password: Secret | None = None

    def __hash__(self) -> int:
        return hash((self.provider, "node", self.id))


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """A price and where it comes from.

    Attributes:
        usd_per_hour: US dollars per hour, on demand, without taxes.
        source: Where the figure was read.
        date: When.
    """

    usd_per_hour: float
    source: str
    date: dt.date


class NodeSize(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A kind of server on offer (instance type, flavor).

    Attributes:
        id: The provider's id.
        name: Its display name.
        ram: Memory in MiB.
        disk: Local disk in GiB; 0 where there is none.
        cpus: Virtual CPUs; fractions where the provider sells them; None where it does not tell.
        bandwidth: Network bandwidth in Mbit/s, or None where the provider does not tell.
        price: What it costs, or None where it is not known.
        provider: Registry name of the provider.
    """

    id: str
    name: str
    ram: int
    provider: str
    disk: int = 0
    cpus: float | None = None
    bandwidth: int | None = None
    price: Price | None = None

    def __hash__(self) -> int:
        return hash((self.provider, "size", self.id))


class NodeImage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a node is made from.

    Attributes:
        id: The provider's id.
        name: Its display name.
        provider: Registry name of the provider.
        state: What it is doing; unknown where the provider does not tell.
        provider_state: The provider's own word for its state (``"available"``), or empty.
        state_reason: As on ``Node``.
        owner: Id of the account that owns it, or None.
        created_at: When it was created, in UTC, or None.
        tags: As on ``Node``.
    """

    id: str
    name: str
    provider: str
    state: ImageState = ImageState.UNKNOWN
    provider_state: str = ""
    state_reason: str | None = None
    owner: str | None = None
    created_at: dt.datetime | None = None
    tags: dict[str, str] = {}

    def __hash__(self) -> int:
        return hash((self.provider, "image", self.id))


class NodeLocation(msgspec.Struct, frozen=True, kw_only=True):
    """A place where nodes can be: an availability zone, a datacenter.

    Attributes:
        id: The provider's id, as ``create_node(location=…)`` takes it.
        name: Its display name.
        provider: Registry name of the provider.
        region: The region it belongs to, or None.
        country: ISO 3166 code of the country, or None where the provider does not tell.
    """

    id: str
    name: str
    provider: str
    region: str | None = None
    country: str | None = None

    def __hash__(self) -> int:
        return hash((self.provider, "location", self.id))


class Volume(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A disk that lives by itself.

    Attributes:
        id: The provider's id.
        name: Its display name; empty where it has none.
        size: GiB.
        state: What it is doing.
        provider: Registry name of the provider.
        provider_state: The provider's own word for the state.
        state_reason: As on ``Node``.
        location: Id of its ``NodeLocation``, or None.
        attached_to: Ids of the nodes it is attached to.
        snapshot: Id of the ``VolumeSnapshot`` it was made from, or None.
        created_at: When it was created, in UTC, or None.
        tags: As on ``Node``.
    """

    id: str
    name: str
    size: int
    state: VolumeState
    provider: str
    provider_state: str = ""
    state_reason: str | None = None
    location: str | None = None
    attached_to: tuple[str, ...] = ()
    snapshot: str | None = None
    created_at: dt.datetime | None = None
    tags: dict[str, str] = {}

    def state_on(self, node: Node | str) -> VolumeState:
        """What it is doing as far as one node goes, of a volume that several nodes may have.

        ``ATTACHING``, ``IN_USE`` or ``DETACHING`` is then that node's attachment, ``AVAILABLE`` says that the node does
        not have it, whatever the others do. States such as ``ERROR`` and ``CREATING`` are those of the whole volume.
        Where a provider does not tell which of several attachments moves, each of them counts as moving.

        Args:
            node: The node, by model or id.
        """
        node_id = node if isinstance(node, str) else node.id
        others = self.attached_to and node_id not in self.attached_to
        return VolumeState.AVAILABLE if others and self.state in ATTACHED_SOMEWHERE else self.state

    def __hash__(self) -> int:
        return hash((self.provider, "volume", self.id))


class VolumeSnapshot(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A copy of a volume at one moment.

    Attributes:
        id: The provider's id.
        name: Its display name; empty where it has none.
        volume: Id of the volume it was taken of, or None when that is not known.
        size: GiB of that volume.
        state: What it is doing.
        provider: Registry name of the provider.
        provider_state: The provider's own word for the state.
        state_reason: As on ``Node``.
        created_at: When it was started, in UTC, or None.
        tags: As on ``Node``.
    """

    id: str
    name: str
    state: SnapshotState
    provider: str
    provider_state: str = ""
    state_reason: str | None = None
    volume: str | None = None
    size: int | None = None
    created_at: dt.datetime | None = None
    tags: dict[str, str] = {}

    def __hash__(self) -> int:
        return hash((self.provider, "snapshot", self.id))


class KeyPair(msgspec.Struct, frozen=True, kw_only=True):
    """An SSH key that the provider puts on new nodes.

    Attributes:
        name: Its name, which is its id as well.
        fingerprint: As the provider computes it; empty where it does not tell.
        provider: Registry name of the provider.
        public_key: In OpenSSH form, or None where the provider does not give it back.
        private_key: In PEM form; only on the key pair that ``create_key_pair`` returned.
    """

    name: str
    provider: str
    fingerprint: str = ""
    public_key: str | None = None
    private_key: Secret | None = None

    @property
    def id(self) -> str:
        """The name, which identifies a key pair."""
        return self.name

    def __hash__(self) -> int:
        return hash((self.provider, "key pair", self.name))
