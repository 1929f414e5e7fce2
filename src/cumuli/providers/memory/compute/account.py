"""``MemoryAccount``: the server side of the in-memory cloud. It answers requests and keeps what they made.

Everything that a real provider does behind its endpoint happens here; the driver beside it only
sees requests and answers, as the driver of any provider does. What a request asks for is its
``operation``; the arguments are a JSON object, and so is the answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar, cast

import msgspec
from msgspec.structs import replace

from cumuli.compute.models import (
    ImageState,
    KeyPair,
    NodeLocation,
    NodeSize,
    NodeState,
    SnapshotState,
    VolumeSnapshot,
    VolumeState,
)
from cumuli.providers.memory.compute.models import MemoryImage, MemoryNode, MemoryVolume
from cumuli.runtime.messages import Headers, Request, Response
from cumuli.runtime.mutex import Mutex

__all__ = ["OPERATIONS", "PROVIDER", "MemoryAccount", "Refusal"]

PROVIDER = "memory"
OWN = "self"
STOCK = "memory-cloud"


class _Identified(Protocol):
    """What the models have in common."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Identified)


class Refusal(Exception):
    """How the account says no: a status and a code, as a provider's API would."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class _Moment:
    """When the request that is being answered came, and for how long its client does not see what is new."""

    def __init__(self) -> None:
        self.now = dt.datetime.fromtimestamp(0, dt.UTC)
        self.unlisted = dt.timedelta()

    def sees(self, since: dt.datetime | None) -> bool:
        """Whether what is there since then, or always was, is no longer new."""
        return not self.unlisted or since is None or self.now - since >= self.unlisted


class _Row(msgspec.Struct, Generic[T]):
    """A thing, its number in the order of creation, and since when it is there; None for always."""

    number: int
    thing: T
    since: dt.datetime | None


class _Table(Generic[T]):
    """The things of one kind in one region, in the order of their creation."""

    def __init__(self, kind: str, moment: _Moment, stock: Iterable[T] = ()) -> None:
        self.kind = kind
        self._moment = moment
        self._rows: dict[str, _Row[T]] = {}
        self._last = 0
        for thing in stock:
            self._add(thing, None)

    def __contains__(self, thing_id: str) -> bool:
        """Whether it is there, new or not."""
        return thing_id in self._rows

    def __iter__(self) -> Iterator[T]:
        """Everything that is there, new or not."""
        return iter([row.thing for row in self._rows.values()])

    def add(self, thing: T) -> T:
        return self._add(thing, self._moment.now)

    def get(self, thing_id: str, *, new: bool = False) -> T:
        """What a request names; ``new`` if it is given to who is not to see it yet as well."""
        row = self._rows.get(thing_id)
        if row is None or not (new or self._moment.sees(row.since)):
            raise Refusal(404, f"{self.kind}NotFound", f"there is no {self.kind.lower()} {thing_id!r}")
        return row.thing

    def put(self, thing: T) -> T:
        """Replace a thing, which keeps its place in listings."""
        self._rows[thing.id].thing = thing
        return thing

    def remove(self, thing_id: str) -> None:
        self.get(thing_id)
        del self._rows[thing_id]

    def page(self, limit: int | None, cursor: str | None, wanted: Callable[[T], bool]) -> tuple[list[T], str | None]:
        """What is wanted of the rows after the cursor, at most ``limit``, and the cursor of the rest.

        A cursor is the number of the last row that was given, so that rows which disappear between
        two pages shift nothing.
        """
        after = int(cursor or 0)
        sees = self._moment.sees
        rows = [row for row in self._rows.values() if row.number > after and sees(row.since) and wanted(row.thing)]
        if limit is None or len(rows) <= limit:
            return [row.thing for row in rows], None
        return [row.thing for row in rows[:limit]], str(rows[limit - 1].number)

    def _add(self, thing: T, since: dt.datetime | None) -> T:
        self._last += 1
        self._rows[thing.id] = _Row(self._last, thing, since)
        return thing


class _Region:
    """What one region holds."""

    def __init__(self, name: str, moment: _Moment) -> None:
        self.name = name
        self.nodes: _Table[MemoryNode] = _Table("Node", moment)
        self.polls: dict[str, int] = {}
        self.volumes: _Table[MemoryVolume] = _Table("Volume", moment)
        self.snapshots: _Table[VolumeSnapshot] = _Table("Snapshot", moment)
        self.key_pairs: _Table[KeyPair] = _Table("KeyPair", moment)
        self.sizes = _Table(
            "Size",
            moment,
            [
                NodeSize(id="small", name="Small", ram=1024, disk=20, cpus=1, provider=PROVIDER),
                NodeSize(id="medium", name="Medium", ram=4096, disk=40, cpus=2, provider=PROVIDER),
                NodeSize(id="large", name="Large", ram=16384, disk=80, cpus=4, provider=PROVIDER),
            ],
        )
        self.images = _Table(
            "Image",
            moment,
            [
                MemoryImage(
                    id=image_id,
                    name=name,
                    owner=STOCK,
                    provider=PROVIDER,
                    state=ImageState.AVAILABLE,
                    provider_state="available",
                )
                for image_id, name in (("debian", "Debian"), ("fedora", "Fedora"), ("ubuntu", "Ubuntu"))
            ],
        )
        self.locations = _Table(
            "Location",
            moment,
            [NodeLocation(id=f"{name}-{zone}", name=f"{name}-{zone}", region=name, provider=PROVIDER) for zone in "ab"],
        )


class MemoryAccount:
    """An account with the in-memory cloud. Give it to several clients, and they see the same things.

    Ids count up from 1 by kind (``"node-1"``, ``"volume-1"``), so that a test can know them
    beforehand. It may be shared by threads, and by sync and async clients.
    """

    def __init__(self) -> None:
        self._lock = Mutex()
        self._moment = _Moment()
        self._regions: dict[str, _Region] = {}
        self._numbers: dict[str, int] = {}
        self._tokens: dict[tuple[str, str], str] = {}
        self._calls: list[str] = []

    @property
    def calls(self) -> tuple[str, ...]:
        """The operation of every request that has arrived, oldest first."""
        return tuple(self._calls)

    def answer(self, request: Request, *, region: str, now: float, unlisted: float) -> Response:
        """Do what a request asks, at once.

        Args:
            request: Its operation is a verb of the compute API.
            region: Where.
            now: Seconds since 1970, for ``created_at``.
            unlisted: Seconds for which what is new is neither listed nor known by its id.
        """
        arguments = msgspec.json.decode(cast("bytes", request.body), type=dict[str, Any])
        with self._lock:
            self._calls.append(request.operation)
            self._moment.now = dt.datetime.fromtimestamp(now, dt.UTC)
            self._moment.unlisted = dt.timedelta(seconds=unlisted)
            place = self._regions.setdefault(region, _Region(region, self._moment))
            work = _Work(place, self._regions, self._numbers, self._tokens, self._moment)
            verb: Callable[..., object] = getattr(work, request.operation)
            try:
                body = msgspec.json.encode(verb(**arguments))
                return Response(status=200, headers=Headers(), body=body)
            except Refusal as refusal:
                body = msgspec.json.encode({"code": refusal.code, "message": str(refusal)})
                return Response(status=refusal.status, headers=Headers(), body=body)


class _Work:
    """One request's work on the account. Each public method is an operation."""

    def __init__(
        self,
        place: _Region,
        regions: dict[str, _Region],
        numbers: dict[str, int],
        tokens: dict[tuple[str, str], str],
        moment: _Moment,
    ) -> None:
        self._place = place
        self._regions = regions
        self._numbers = numbers
        self._tokens = tokens
        self._moment = moment
        self._now = moment.now

    # Nodes

    def list_nodes(self, ids: list[str] | None, limit: int | None, cursor: str | None) -> object:
        for node_id in ids or ():
            self._place.nodes.get(node_id)
        nodes, rest = self._place.nodes.page(limit, cursor, lambda node: ids is None or node.id in ids)
        return {"items": [self._polled(node) for node in nodes], "next": rest}

    def get_node(self, node_id: str) -> object:
        return self._polled(self._place.nodes.get(node_id))

    def create_node(
        self,
        name: str,
        size: str,
        image: str,
        location: str | None,
        tags: dict[str, str],
        public_key: str | None,
        own_password: bool,
        polls: int,
        token: str,
    ) -> object:
        place = self._place
        known = self._tokens.get((place.name, token))
        if known is not None:
            return {"node": place.nodes.get(known, new=True)}
        place.sizes.get(size)
        place.images.get(image)
        location = self._location(location)
        number = self._number("node")
        node = MemoryNode(
            id=f"node-{number}",
            name=name,
            state=NodeState.PENDING,
            provider=PROVIDER,
            provider_state="building",
            private_ips=(_address(10, number),),
            size=size,
            image=image,
            location=location,
            created_at=self._now,
            tags=tags,
            public_key=public_key,
        )
        place.nodes.add(node)
        place.polls[node.id] = polls
        if polls == 0:
            node = self._running(node)
        self._tokens[place.name, token] = node.id
        wants_password = public_key is None and not own_password
        return {"node": node, "password": f"password-of-{node.id}" if wants_password else None}

    def start_node(self, node_id: str, polls: int) -> None:
        node = self._place.nodes.get(node_id)
        if node.state is not NodeState.STOPPED:
            return
        self._place.polls[node_id] = polls
        if polls == 0:
            self._running(node)
        else:
            self._place.nodes.put(replace(node, state=NodeState.STARTING, provider_state="starting"))

    def stop_node(self, node_id: str) -> None:
        node = self._place.nodes.get(node_id)
        self._place.nodes.put(replace(node, state=NodeState.STOPPED, provider_state="stopped", public_ips=()))

    def reboot_node(self, node_id: str) -> None:
        node = self._place.nodes.get(node_id)
        if node.state is not NodeState.RUNNING:
            raise Refusal(409, "Conflict", f"{node_id} is {node.state}; only a running node can be rebooted")
        self._place.nodes.put(replace(node, reboots=node.reboots + 1))

    def destroy_node(self, node_id: str) -> None:
        self._place.nodes.remove(node_id)
        del self._place.polls[node_id]
        for volume in self._place.volumes:
            if node_id in volume.attached_to:
                self._detached(volume)

    # What nodes are made of

    def list_sizes(self, location: str | None, limit: int | None, cursor: str | None) -> object:
        self._location(location)
        sizes, rest = self._place.sizes.page(limit, cursor, _every)
        return {"items": sizes, "next": rest}

    def get_size(self, size_id: str) -> object:
        return self._place.sizes.get(size_id)

    def list_images(
        self, location: str | None, owner: str | None, ids: list[str] | None, limit: int | None, cursor: str | None
    ) -> object:
        self._location(location)
        for image_id in ids or ():
            self._place.images.get(image_id)
        images, rest = self._place.images.page(
            limit, cursor, lambda image: (ids is None or image.id in ids) and owner in {None, image.owner}
        )
        return {"items": images, "next": rest}

    def get_image(self, image_id: str) -> object:
        return self._place.images.get(image_id)

    def list_locations(self, limit: int | None, cursor: str | None) -> object:
        locations, rest = self._place.locations.page(limit, cursor, _every)
        return {"items": locations, "next": rest}

    # Volumes and snapshots

    def list_volumes(self, limit: int | None, cursor: str | None) -> object:
        volumes, rest = self._place.volumes.page(limit, cursor, _every)
        return {"items": volumes, "next": rest}

    def get_volume(self, volume_id: str) -> object:
        return self._place.volumes.get(volume_id)

    def create_volume(self, size: int, name: str, location: str | None, snapshot: str | None) -> object:
        if snapshot is not None:
            smallest = self._place.snapshots.get(snapshot).size or 1
            if size < smallest:
                raise Refusal(400, "InvalidRequest", f"the snapshot needs a volume of {smallest} GiB or more")
        volume = MemoryVolume(
            id=f"volume-{self._number('volume')}",
            name=name,
            size=size,
            state=VolumeState.AVAILABLE,
            provider=PROVIDER,
            provider_state="available",
            location=self._location(location),
            snapshot=snapshot,
            created_at=self._now,
        )
        return self._place.volumes.add(volume)

    def attach_volume(self, node_id: str, volume_id: str, device: str | None) -> object:
        node = self._place.nodes.get(node_id)
        volume = self._place.volumes.get(volume_id)
        if volume.attached_to:
            raise Refusal(409, "Conflict", f"{volume_id} is attached to {volume.attached_to[0]}; detach it first")
        if volume.location != node.location:
            raise Refusal(409, "Conflict", f"{volume_id} is in {volume.location} and {node_id} in {node.location}")
        return self._place.volumes.put(
            replace(volume, state=VolumeState.IN_USE, provider_state="in-use", attached_to=(node_id,), device=device)
        )

    def detach_volume(self, volume_id: str, node_id: str | None) -> object:
        volume = self._place.volumes.get(volume_id)
        if not volume.attached_to or node_id not in {None, *volume.attached_to}:
            raise Refusal(409, "Conflict", f"{volume_id} is not attached to {node_id or 'a node'}")
        return self._detached(volume)

    def destroy_volume(self, volume_id: str) -> None:
        if self._place.volumes.get(volume_id).attached_to:
            raise Refusal(409, "Conflict", f"{volume_id} is attached; detach it first")
        self._place.volumes.remove(volume_id)

    def list_volume_snapshots(self, volume_id: str | None, limit: int | None, cursor: str | None) -> object:
        snapshots, rest = self._place.snapshots.page(
            limit, cursor, lambda snapshot: volume_id in {None, snapshot.volume}
        )
        return {"items": snapshots, "next": rest}

    def create_volume_snapshot(self, volume_id: str, name: str | None) -> object:
        volume = self._place.volumes.get(volume_id)
        snapshot = VolumeSnapshot(
            id=f"snapshot-{self._number('snapshot')}",
            name=name or "",
            state=SnapshotState.AVAILABLE,
            provider=PROVIDER,
            provider_state="available",
            volume=volume_id,
            size=volume.size,
            created_at=self._now,
        )
        return self._place.snapshots.add(snapshot)

    def destroy_volume_snapshot(self, snapshot_id: str) -> None:
        self._place.snapshots.remove(snapshot_id)

    # Images of one's own

    def create_image(self, node_id: str, name: str, description: str | None) -> object:
        self._place.nodes.get(node_id)
        return self._new_image(name, description)

    def copy_image(self, source_region: str, image_id: str, name: str, description: str | None) -> object:
        self._regions.setdefault(source_region, _Region(source_region, self._moment)).images.get(image_id)
        return self._new_image(name, description)

    def delete_image(self, image_id: str) -> None:
        if self._place.images.get(image_id).owner != OWN:
            raise Refusal(403, "PermissionDenied", f"{image_id} belongs to the cloud, not to this account")
        self._place.images.remove(image_id)

    # Key pairs

    def list_key_pairs(self, limit: int | None, cursor: str | None) -> object:
        pairs, rest = self._place.key_pairs.page(limit, cursor, _every)
        return {"items": pairs, "next": rest}

    def get_key_pair(self, name: str) -> object:
        return self._place.key_pairs.get(name)

    def create_key_pair(self, name: str) -> object:
        number = self._number("key")
        pair = self._new_key_pair(name, f"ssh-ed25519 memory{number} {name}")
        return {"key_pair": pair, "private_key": f"private-key-{number}"}

    def import_key_pair(self, name: str, public_key: str) -> object:
        return self._new_key_pair(name, public_key)

    def delete_key_pair(self, name: str) -> None:
        self._place.key_pairs.remove(name)

    # What several operations do

    def _number(self, kind: str) -> int:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return self._numbers[kind]

    def _location(self, location: str | None) -> str:
        return self._place.locations.get(location or f"{self._place.name}-a").id

    def _running(self, node: MemoryNode) -> MemoryNode:
        public = (_address(198, int(node.id.partition("-")[2])),)
        return self._place.nodes.put(
            replace(node, state=NodeState.RUNNING, provider_state="running", public_ips=public)
        )

    def _polled(self, node: MemoryNode) -> MemoryNode:
        """The node as one more look at it shows it: nodes start as they are watched."""
        if node.state not in {NodeState.PENDING, NodeState.STARTING}:
            return node
        self._place.polls[node.id] -= 1
        return node if self._place.polls[node.id] > 0 else self._running(node)

    def _detached(self, volume: MemoryVolume) -> MemoryVolume:
        return self._place.volumes.put(
            replace(volume, state=VolumeState.AVAILABLE, provider_state="available", attached_to=(), device=None)
        )

    def _new_image(self, name: str, description: str | None) -> MemoryImage:
        image = MemoryImage(
            id=f"image-{self._number('image')}",
            name=name,
            provider=PROVIDER,
            state=ImageState.AVAILABLE,
            provider_state="available",
            owner=OWN,
            created_at=self._now,
            description=description,
        )
        return self._place.images.add(image)

    def _new_key_pair(self, name: str, public_key: str) -> KeyPair:
        if name in self._place.key_pairs:
            raise Refusal(409, "KeyPairExists", f"there is a key pair {name!r} already; choose another name")
        fingerprint = f"memory:{len(public_key)}:{name}"
        return self._place.key_pairs.add(
            KeyPair(name=name, provider=PROVIDER, fingerprint=fingerprint, public_key=public_key)
        )


def _every(_thing: object) -> bool:
    return True


def _address(first: int, number: int) -> str:
    # 198.18.0.0/15 is set aside for tests; no program reaches anybody by mistake.
    second = {10: 0, 198: 18}[first]
    return f"{first}.{second}.{number // 250 % 250}.{number % 250 + 1}"


OPERATIONS = frozenset(name for name in vars(_Work) if not name.startswith("_"))
