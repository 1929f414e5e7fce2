"""What dead runs left in an account, and taking it away: that, and nothing else.

A thing is of a run if the run's journal has its kind and its name (which nobody guesses), and the thing has the run's
tag where the provider has tags. What was given no name is known by its id, and by the volume that it is of. Where this
machine has no journal of a run, a thing is of it if its name begins with the run's mark, whose check is right, and the
run expired an hour ago, since clocks differ (and it has the tag). What a run is still making is left alone, by the lock
of its journal.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from typing import Any

import msgspec

from cumuli.certify.hints import hints_of
from cumuli.certify.places import Place
from cumuli.certify.runs import RUN_TAG, Entry, Journal, RunId, journals
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.models import NodeState
from cumuli.errors import CloudError, ContainerNotFound, NotFound, NotSupported
from cumuli.providers.aws.s3.client import S3Access

__all__ = ["Left", "Sweep", "find", "inventory", "only_named", "remove", "sweep"]

SEGMENTS = "_segments"
# What EC2, and moto, say of the snapshots that they make of an image; not of what is made of the image later.
IMAGE_OF = re.compile(
    r"(?:Created by CreateImage\([^)]*\) for|Copied for DestinationAmi|Auto-created snapshot for AMI) (ami-[0-9a-f]+)\b"
)
KEY_OF_A_NODE = re.compile(r"cumuli-[0-9a-f]{32}")
PATIENCE = 120.0
SETTLED = 300.0
POLL = 0.1
SLOWEST = 5.0
OTHER_CLOCKS = dt.timedelta(hours=1)
# What stands on what: first what holds on to others.
ORDER = ("node", "image", "snapshot", "volume", "key_pair", "container")


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a dead run left.

    Attributes:
        kind: ``"node"``, ``"volume"`` and so on.
        id: Its id.
        name: Its name.
        run: The run that made it.
        on_the_way: Whether it came with something else, and does not go with it: on EC2, the snapshots of an image,
            and the key pair of a node's key.
    """

    kind: str
    id: str
    name: str
    run: str
    on_the_way: bool = False


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is in an account.

    Attributes:
        kind: ``"node"``, ``"volume"`` and so on.
        id: Its id.
        name: Its name.
        tags: Its tags, of what was made with tags; None where there are no tags.
        volume: Of a snapshot: the id of its volume.
        description: Of a snapshot, where it has one.
    """

    kind: str
    id: str
    name: str
    tags: dict[str, str] | None = None
    volume: str = ""
    description: str = ""


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep came to.

    Attributes:
        removed: What it took away.
        failed: What it could not take away, and why.
        alive: The runs that are under way, of which it touched nothing.
        in_doubt: Whether a call of the run may still make something, since nobody heard what became of it.
    """

    removed: list[Left]
    failed: dict[str, str]
    alive: list[str]
    in_doubt: bool = False


def inventory(client: Any, unlisted: Collection[str] = ()) -> list[Thing]:
    """Everything in an account that a run could have made.

    Args:
        client: A sync client.
        unlisted: Kinds of things that the place has no list of.
    """
    return list(_inventory(client, unlisted))


def _inventory(client: Any, unlisted: Collection[str]) -> Iterator[Thing]:
    if hasattr(client, "list_containers"):
        yield from (Thing(kind="container", id=each.name, name=each.name) for each in client.iterate_containers())
        return
    can = client.capabilities.supported
    tagged = ComputeCapability.CREATE_NODE_TAGS in can
    if ComputeCapability.LIST_NODES in can:
        for node in client.iterate_nodes():
            if node.state is not NodeState.TERMINATED:
                yield Thing(kind="node", id=node.id, name=node.name, tags=dict(node.tags) if tagged else None)
    if ComputeCapability.LIST_VOLUMES in can and "volume" not in unlisted:
        yield from (Thing(kind="volume", id=each.id, name=each.name) for each in client.list_volumes())
    if ComputeCapability.LIST_VOLUME_SNAPSHOTS in can and "snapshot" not in unlisted:
        for snapshot in client.list_volume_snapshots():
            yield Thing(
                kind="snapshot",
                id=snapshot.id,
                name=snapshot.name or "",
                volume=snapshot.volume or "",
                description=getattr(snapshot, "description", None) or "",
            )
    if {ComputeCapability.LIST_IMAGES, ComputeCapability.DELETE_IMAGE} <= can:
        yield from (Thing(kind="image", id=each.id, name=each.name) for each in client.list_images(owner="self"))
    if ComputeCapability.LIST_KEY_PAIRS in can:
        yield from (Thing(kind="key_pair", id=each.name, name=each.name) for each in client.list_key_pairs())


def find(things: Iterable[Thing], known: Iterable[Journal]) -> list[Left]:
    """What of these things dead runs left.

    Args:
        things: What is in the account.
        known: The journals of this machine, of this provider and service.
    """
    everything = list(things)
    by_run = {journal.header.run: journal for journal in known}
    images = {thing.id: _by_its_name(thing, by_run) for thing in everything if thing.kind == "image"}
    books = [_Book(journal) for journal in by_run.values() if not journal.alive]
    found: list[Left] = []
    for thing in everything:
        book = next((book for book in books if book.has(thing)), None)
        run = (_by_its_name(thing, by_run) or images.get(_image_of(thing) or "")) if book is None else book.run
        if run is not None:
            on_the_way = book is not None and book.came_along(thing)
            found.append(Left(kind=thing.kind, id=thing.id, name=thing.name, run=run.text, on_the_way=on_the_way))
    return sorted(found, key=lambda left: (ORDER.index(left.kind), left.name, left.id))


def _by_its_name(thing: Thing, by_run: dict[str, Journal]) -> RunId | None:
    """The run that a thing's name is marked with, if this machine knows nothing of it and it has expired."""
    run = RunId.of_name(thing.name)
    if run is None or run.text in by_run or dt.datetime.now(dt.UTC) < run.expires + OTHER_CLOCKS:
        return None
    if thing.tags is not None and thing.tags.get(RUN_TAG) != run.text:
        return None
    return run


class _Book:
    """The journal of a dead run, to look things up in."""

    def __init__(self, journal: Journal) -> None:
        self.run = journal.run
        # By name and not by id: a call that was sent twice makes two things of one name, and learns one id.
        self._named = {
            (entry.kind, entry.name)
            for entry in journal.entries
            # Whatever a journal says: what has no mark of the run, and did not come with something of it, is not its.
            if _came_along(entry) or RunId.of_name(entry.name) == self.run
        }
        nameless = [entry for entry in journal.entries if not entry.name]
        self._ids = {(entry.kind, entry.id, entry.volume) for entry in nameless if entry.id}
        made = Counter((entry.kind, entry.volume) for entry in nameless if entry.what == "made")
        being_made = Counter((entry.kind, entry.volume) for entry in nameless if entry.what == "creating")
        self._along = {(entry.kind, entry.name) for entry in journal.entries if _came_along(entry)}
        self._images = {entry.id for entry in journal.entries if entry.kind == "image" and entry.id}
        # Of these volumes a snapshot was being made whose id was not learnt.
        self._unknown = set(being_made - made)

    def has(self, thing: Thing) -> bool:
        """Whether the run made it."""
        if thing.tags is not None and thing.tags.get(RUN_TAG) != self.run.text:
            return False
        if (thing.kind, thing.name) in self._named:
            return True
        if thing.kind == "container" and thing.name.endswith(SEGMENTS):
            # Swift keeps the parts of large objects there.
            return ("container", thing.name.removesuffix(SEGMENTS)) in self._named
        if self._is_of_an_image(thing):
            return True
        if not thing.volume:
            return False
        return (thing.kind, thing.id, thing.volume) in self._ids or (thing.kind, thing.volume) in self._unknown

    def came_along(self, thing: Thing) -> bool:
        """Whether it came with something else that the run made."""
        return (thing.kind, thing.name) in self._along or self._is_of_an_image(thing)

    def _is_of_an_image(self, thing: Thing) -> bool:
        """EC2 keeps an image's snapshots when the image goes. It has them say of which image they are."""
        return thing.kind == "snapshot" and _image_of(thing) in self._images


def _came_along(entry: Entry) -> bool:
    return entry.on_the_way and entry.kind == "key_pair" and KEY_OF_A_NODE.fullmatch(entry.name) is not None


def _image_of(thing: Thing) -> str | None:
    found = IMAGE_OF.match(thing.description)
    return None if found is None else found[1]


def only_named(journal: Journal) -> Journal:
    """What of a journal counts in another place than its own: ids may mean something else there, marks do not."""
    return msgspec.structs.replace(
        journal,
        entries=[
            msgspec.structs.replace(entry, id="")
            for entry in journal.entries
            if RunId.of_name(entry.name) == journal.run
        ],
    )


def sweep(
    place: Place,
    *,
    dry: bool = False,
    own: RunId | None = None,
    shown: Collection[Left] | None = None,
    client: Any = None,
) -> Sweep:
    """Find what dead runs left in a place, and take it away.

    Args:
        place: Where.
        dry: Whether to look only.
        own: A run to take everything away of, whether or not it is over; None for all that are dead.
        shown: Take away nothing but these; None for all that is found.
        client: A sync client of the place; None to make one.

    Raises:
        CloudError: The account cannot be looked at.
    """
    if client is None:
        with _client(place) as made:
            return sweep(place, dry=dry, own=own, shown=shown, client=made)
    known = [
        journal if journal.header.name == place.name else only_named(journal)
        for journal in journals(provider=place.provider, service=place.service)
    ]
    if own is not None:
        known = [
            msgspec.structs.replace(journal, alive=journal.alive and journal.header.run != own.text)
            for journal in known
        ]
    unlisted = hints_of(place.provider, place.service, place.stand).unlisted
    left = find(inventory(client, unlisted), known)
    if own is not None:
        left = [each for each in left if each.run == own.text]
    hidden = [each for each in left if shown is not None and each not in shown]
    left = [each for each in left if each not in hidden]
    alive = [journal.header.run for journal in known if journal.alive]
    if dry:
        return Sweep(removed=left, failed={}, alive=alive)
    failed = remove(client, left)
    removed = [each for each in left if f"{each.kind} {each.id}" not in failed]
    if not failed and not hidden:
        _forget(journal for journal in known if _is_done(journal, place, own))
    in_doubt = own is not None and any(each.in_doubt for each in known if each.header.run == own.text)
    return Sweep(removed=removed, failed=failed, alive=alive, in_doubt=in_doubt)


def _client(place: Place) -> Any:
    return place.client()


def _is_done(journal: Journal, place: Place, own: RunId | None) -> bool:
    """Whether there is nothing more to be learnt from a journal: its account was looked at, or it is too old."""
    if own is not None:
        return journal.header.run == own.text and not journal.in_doubt
    if journal.alive:
        return False
    with suppress(OSError):
        # A request of a process that was killed may still arrive.
        if time.time() - journal.path.stat().st_mtime < SETTLED:
            return False
    return journal.header.name == place.name or journal.stale


def _forget(done: Iterable[Journal]) -> None:
    for journal in done:
        with suppress(OSError):
            journal.path.unlink()


def remove(client: Any, left: Iterable[Left]) -> dict[str, str]:
    """Take things away; gives what that failed for, and why.

    Args:
        client: A sync client.
        left: What, in the order of ``find``.
    """
    failed: dict[str, str] = {}
    by_kind: dict[str, list[Left]] = {}
    for each in left:
        by_kind.setdefault(each.kind, []).append(each)
    for kind, several in by_kind.items():
        for each in several:
            try:
                _remove_one(client, kind, each.id)
            except NotFound:
                continue
            except CloudError as error:
                failed[f"{each.kind} {each.id}"] = error.message
        if kind == "node":
            # What is attached to a node is free when that is gone.
            gone = [each.id for each in several if f"node {each.id}" not in failed]
            try:
                client.wait_until_destroyed(gone, timeout=PATIENCE)
            except CloudError as error:
                failed |= {f"node {node_id}": error.message for node_id in gone if not _is_gone(client, node_id)}
    return failed


def _is_gone(client: Any, node_id: str) -> bool:
    try:
        return client.get_node(node_id).state is NodeState.TERMINATED
    except CloudError as error:
        return isinstance(error, NotFound)


def _remove_one(client: Any, kind: str, thing_id: str) -> None:
    if kind == "container":
        _remove_container(client, thing_id)
    elif kind == "node":
        client.destroy_node(thing_id)
    elif kind == "volume":
        _patiently(lambda: client.destroy_volume(thing_id))
    elif kind == "snapshot":
        _patiently(lambda: client.destroy_volume_snapshot(thing_id))
    elif kind == "image":
        client.delete_image(thing_id)
    else:
        client.delete_key_pair(thing_id)


def _patiently(act: Callable[[], object]) -> None:
    """A volume may be in use for a while after its node is gone, or has a snapshot that is being made."""
    from cumuli.errors import Conflict

    end, wait = time.monotonic() + PATIENCE, POLL
    while True:
        try:
            act()
        except Conflict:
            if time.monotonic() > end:
                raise
            time.sleep(wait)
            wait = min(2 * wait, SLOWEST)
        else:
            return


def _remove_container(client: Any, name: str) -> None:
    try:
        if isinstance(client, S3Access):
            for upload in client.ex_list_multipart_uploads(name):
                with suppress(NotFound, NotSupported):
                    client.ex_abort_multipart_upload(upload)
        results = client.delete_objects(client.iterate_container_objects(name))
        error = next((result.error for result in results if result.error is not None), None)
        if error is not None:
            raise error
        client.delete_container(name)
    except ContainerNotFound:
        return
