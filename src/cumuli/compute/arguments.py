"""Checks of what callers pass, before any I/O."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from unicodedata import category

from cumuli.compute.auth import SSHKey, looks_like_public_key, public_key_in
from cumuli.compute.models import (
    KeyPair,
    Node,
    NodeImage,
    NodeLocation,
    NodeSize,
    Volume,
    VolumeSnapshot,
)
from cumuli.errors import Conflict, InvalidRequest
from cumuli.runtime.protocol import Runtime

__all__ = [
    "checked_name",
    "checked_public_key",
    "checked_tags",
    "id_of",
    "ids_of",
    "is_text",
    "is_unfit",
    "optional_id_of",
]

Model = Node | NodeSize | NodeImage | NodeLocation | Volume | VolumeSnapshot | KeyPair

MAX_PUBLIC_KEY = 64 * 1024
# Control characters, and halves of surrogate pairs, which no encoding has.
UNFIT = frozenset({"Cc", "Cs"})
# The control characters that XML and JSON can carry: a value read from a provider may hold them, and may go back.
WHITE = str.maketrans("", "", "\t\n\r")


def id_of(value: Model | str, kind: type[Model], provider: str) -> str:
    """The id of a model, or the id itself.

    Raises:
        InvalidRequest: It is empty, no text, of another kind, or of another provider.
    """
    what = kind.__name__
    if isinstance(value, str):
        if not is_text(value):
            raise InvalidRequest(f"{value!r} cannot be the id of a {what}: it is empty or has control characters")
        return value
    if not isinstance(value, kind):
        raise InvalidRequest(f"this call takes a {what} or its id, not a {type(value).__name__}")
    if value.provider != provider:
        raise InvalidRequest(f"the {what} {value.id} is of {value.provider}, and this client is of {provider}")
    return value.id


def attached_node(volume: Volume, node_id: str | None) -> str:
    """The node that a volume is to be detached from.

    Raises:
        Conflict: It is attached to nothing, to others, or to several and it was not said to which.
    """
    nodes = ", ".join(volume.attached_to)
    if not nodes:
        raise Conflict(
            f"the volume {volume.id} is not attached to a node; its state is {volume.provider_state or volume.state}"
        )
    if node_id is None:
        first, *others = volume.attached_to
        if others:
            raise Conflict(f"the volume {volume.id} is attached to several nodes, {nodes}; give node=")
        return first
    if node_id not in volume.attached_to:
        raise Conflict(f"the volume {volume.id} is not attached to {node_id}; it is attached to {nodes}")
    return node_id


def optional_id_of(value: Model | str | None, kind: type[Model], provider: str) -> str | None:
    """As ``id_of``; None stays None."""
    return None if value is None else id_of(value, kind, provider)


def ids_of(values: Sequence[Model | str], kind: type[Model], provider: str) -> list[str]:
    """The ids of several models, without repetitions, in order.

    Raises:
        InvalidRequest: As for ``id_of``, or a single string where a list was due.
    """
    if isinstance(values, str) or not isinstance(values, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
        raise InvalidRequest(f"give a list of {kind.__name__} models or ids, not a single {type(values).__name__}")
    return list(dict.fromkeys(id_of(value, kind, provider) for value in values))


def checked_name(name: str, what: str) -> str:
    """The name.

    Raises:
        InvalidRequest: It is empty, no text, or has control characters.
    """
    if not is_text(name):
        raise InvalidRequest(f"{name!r} cannot be the name of {what}: it is empty or has control characters")
    return name


def checked_tags(tags: Mapping[str, str] | None) -> dict[str, str]:
    """The tags as a dict of its own.

    Raises:
        InvalidRequest: A key is empty or has control characters, a key or value is not text, or a value has
            control characters other than tabs and line ends.
    """
    if tags is not None and not isinstance(tags, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
        raise InvalidRequest(f"tags are a dict of texts, such as {{'purpose': 'web'}}, not a {type(tags).__name__}")
    checked = dict(tags or {})
    for key, value in checked.items():
        if not is_text(key) or not isinstance(value, str) or is_unfit(value.translate(WHITE)):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
            raise InvalidRequest(
                f"tags are a dict of texts without control characters, and {key!r} or its value is not such a text"
            )
    return checked


def is_text(value: object) -> bool:
    """Whether it is text, not empty, that every provider's encoding can carry."""
    return isinstance(value, str) and value != "" and not is_unfit(value)


def is_unfit(text: str) -> bool:
    """Whether it has characters that no provider's encoding can carry, or that are for control."""
    return any(category(character) in UNFIT for character in text)


async def checked_public_key(runtime: Runtime, public_key: str | os.PathLike[str]) -> str:
    """The text of a public key that was given as text or as a path.

    Raises:
        InvalidRequest: It is no public key, or the file cannot be read.
    """
    if isinstance(public_key, str) and ("\n" in public_key.strip() or looks_like_public_key(public_key)):
        return SSHKey(public_key).text
    source = runtime.source(public_key)
    try:
        data = await source.read(MAX_PUBLIC_KEY)
    except (OSError, ValueError) as error:
        # A name that cannot be one (with a null character) is a ValueError.
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidRequest(f"the public key file {os.fspath(public_key)!r} cannot be read: {reason}") from error
    finally:
        await source.close()
    return SSHKey(public_key_in(data)).text
