"""Names in the place of ids: what is called so is looked for, and must be the only one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol

from cumuli.cli.looking import looking
from cumuli.cli.output import listed
from cumuli.cli.session import output
from cumuli.cli.suggestions import closest
from cumuli.cli.usage import UsageError
from cumuli.compute.client import Compute
from cumuli.compute.models import NodeState, VolumeState
from cumuli.errors import NotSupported

__all__ = [
    "SURELY_AN_ID",
    "Named",
    "called",
    "given",
    "image_named",
    "location_named",
    "node_named",
    "nodes_named",
    "one_of",
    "size_named",
    "snapshot_named",
    "snapshots_named",
    "volume_named",
    "volumes_named",
]

# What can only be an id: EC2's, and UUIDs. For these nothing is looked up.
SURELY_AN_ID = re.compile(
    r"(?:i|ami|vol|snap|vpc|subnet|sg|sgr|eni|eipalloc|eipassoc|rtb|igw)-[0-9a-f]+"
    r"|[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}"
)
# Where sizes and locations have no names but their ids, and images are everybody's.
NAMED_BY_IDS = frozenset({"ec2"})
GONE = frozenset({NodeState.TERMINATED, VolumeState.DELETED})
# As many as fit into a message.
SHOWN = 5


class Named(Protocol):
    """A model that has an id and a name."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str | None: ...


def one_of(text: str, what: str, listing: Callable[[], Iterable[Named]]) -> str:
    """The id of the only thing that is called so; the text itself if it is an id, or nothing is called so.

    Args:
        text: As it was typed.
        what: What is looked for: ``"node"``.
        listing: Everything of that kind.

    Raises:
        UsageError: Several are called so, or something is nearly called so.
    """
    return _found([text], what, listing)[0]


def given(text: str, what: str) -> str:
    """The text itself.

    Raises:
        UsageError: It is empty, as an unset variable of a shell is, and would mean whatever has no name.
    """
    if not text:
        raise UsageError(f"an empty text names no {what}; is a variable of the shell not set?")
    return text


def _found(texts: Sequence[str], what: str, listing: Callable[[], Iterable[Named]]) -> list[str]:
    for text in texts:
        given(text, what)
    if all(SURELY_AN_ID.fullmatch(text) for text in texts):
        return list(texts)
    try:
        with looking():
            known = list(listing())
    except NotSupported:
        # Who cannot list them has ids only.
        return list(texts)
    return [_one(text, what, known) for text in texts]


def _one(text: str, what: str, known: Sequence[Named]) -> str:
    if SURELY_AN_ID.fullmatch(text) or any(item.id == text for item in known):
        return text
    # What is gone is listed for an hour by some, and nobody means it where there is another one of the name.
    named = [item for item in known if item.name == text]
    called = [item.id for item in named if getattr(item, "state", None) not in GONE] or [item.id for item in named]
    if len(called) > 1:
        shown = listed(called[:SHOWN]) + (f" and {len(called) - SHOWN} more" if len(called) > SHOWN else "")
        raise UsageError(f"{len(called)} {what}s are called {text!r}; say which by its id: {shown}")
    if called:
        return called[0]
    # The provider says that there is none; what may have been meant it does not say.
    near = closest(text, [name for item in known if (name := item.name)])
    if near is not None:
        output().note(f"no {what} is called {text!r}; did you mean {near!r}?")
    return text


def node_named(client: Compute, text: str) -> str:
    """The id of a node; see ``one_of``."""
    return one_of(text, "node", client.list_nodes)


def nodes_named(client: Compute, texts: Sequence[str]) -> list[str]:
    """As ``node_named``, of several, with one listing."""
    return _found(texts, "node", client.list_nodes)


def volume_named(client: Compute, text: str) -> str:
    """The id of a volume."""
    return one_of(text, "volume", client.list_volumes)


def volumes_named(client: Compute, texts: Sequence[str]) -> list[str]:
    """The ids of volumes."""
    return _found(texts, "volume", client.list_volumes)


def snapshots_named(client: Compute, texts: Sequence[str]) -> list[str]:
    """The ids of snapshots."""
    return _found(texts, "snapshot", client.list_volume_snapshots)


def called(texts: Sequence[str], ids: Sequence[str]) -> str:
    """Things as they were typed, with their ids where those are others."""
    return listed(text if text == found else f"{found} ({text})" for text, found in zip(texts, ids, strict=True))


def snapshot_named(client: Compute, text: str) -> str:
    """The id of a snapshot."""
    return one_of(text, "snapshot", client.list_volume_snapshots)


def size_named(client: Compute, text: str) -> str:
    """The id of a size."""
    if client.provider in NAMED_BY_IDS:
        return given(text, "size")
    return one_of(text, "size", client.list_sizes)


def location_named(client: Compute, text: str) -> str:
    """The id of a location."""
    if client.provider in NAMED_BY_IDS:
        return given(text, "location")
    return one_of(text, "location", client.list_locations)


def image_named(client: Compute, text: str) -> str:
    """The id of an image."""
    # All the world's images would be listed, among which no name is the only one.
    own = client.provider in NAMED_BY_IDS
    return one_of(text, "image", partial(client.list_images, owner="self") if own else client.list_images)
