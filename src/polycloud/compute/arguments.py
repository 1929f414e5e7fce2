"""Checks of what callers pass, before any I/O."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from polycloud.compute.auth import SSHKey
from polycloud.compute.models import (
    KeyPair,
    Node,
    NodeImage,
    NodeLocation,
    NodeSize,
    Volume,
    VolumeSnapshot,
)
from polycloud.errors import InvalidRequest
from polycloud.runtime.protocol import Runtime

__all__ = ["checked_name", "checked_public_key", "checked_tags", "id_of", "ids_of", "optional_id_of"]

Model = Node | NodeSize | NodeImage | NodeLocation | Volume | VolumeSnapshot | KeyPair

MAX_PUBLIC_KEY = 64 * 1024


def id_of(value: Model | str, kind: type[Model], provider: str) -> str:
    """The id of a model, or the id itself.

    Raises:
        InvalidRequest: It is empty, of another kind, or of another provider.
    """
    what = kind.__name__
    if isinstance(value, str):
        if not value:
            raise InvalidRequest(f"the id of a {what} is empty")
        return value
    if not isinstance(value, kind):
        raise InvalidRequest(f"this call takes a {what} or its id, not a {type(value).__name__}")
    if value.provider != provider:
        raise InvalidRequest(f"the {what} {value.id} is of {value.provider}, and this client is of {provider}")
    return value.id


def optional_id_of(value: Model | str | None, kind: type[Model], provider: str) -> str | None:
    """As ``id_of``; None stays None."""
    return None if value is None else id_of(value, kind, provider)


def ids_of(values: Sequence[Model | str], kind: type[Model], provider: str) -> list[str]:
    """The ids of several models, without repetitions, in order.

    Raises:
        InvalidRequest: As for ``id_of``, or a single string where a list was due.
    """
    if isinstance(values, str):
        raise InvalidRequest(f"give a list of {kind.__name__} ids, not the single text {values!r}")
    return list(dict.fromkeys(id_of(value, kind, provider) for value in values))


def checked_name(name: str, what: str) -> str:
    """The name.

    Raises:
        InvalidRequest: It is empty or has control characters.
    """
    if not name or any(ord(character) < 32 or ord(character) == 127 for character in name):
        raise InvalidRequest(f"{name!r} cannot be the name of {what}: it is empty or has control characters")
    return name


def checked_tags(tags: Mapping[str, str] | None) -> dict[str, str]:
    """The tags as a dict of its own.

    Raises:
        InvalidRequest: A key is empty, or a key or value is not text.
    """
    checked = dict(tags or {})
    for key, value in checked.items():
        if not key or not isinstance(key, str) or not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
            raise InvalidRequest(f"tags are text by text: {key!r} is not a key with a text as its value")
    return checked


async def checked_public_key(runtime: Runtime, public_key: str | os.PathLike[str]) -> str:
    """The text of a public key that was given as text or as a path.

    Raises:
        InvalidRequest: It is no public key, or the file cannot be read.
    """
    if isinstance(public_key, str) and (" " in public_key.strip() or "\n" in public_key.strip()):
        return SSHKey(public_key).text
    source = runtime.source(public_key)
    try:
        data = await source.read(MAX_PUBLIC_KEY)
    except OSError as error:
        raise InvalidRequest(
            f"the public key file {os.fspath(public_key)!r} cannot be read: {error.strerror}"
        ) from error
    finally:
        await source.close()
    return SSHKey(data.decode("utf-8", "replace")).text
