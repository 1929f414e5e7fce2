"""Checks of what callers pass to ``ex_`` methods, before any I/O; and the headers that they are on the wire."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import get_args

from cumuli.errors import InvalidRequest
from cumuli.providers.openstack.swift.models import ArchiveFormat
from cumuli.providers.openstack.swift.wire import meta_headers
from cumuli.secret import Secret
from cumuli.storage.arguments import checked_meta_data

__all__ = [
    "access_headers",
    "changed_meta_data",
    "checked_age",
    "checked_format",
    "checked_key",
    "page_name",
    "with_public",
]

METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE"})
ANYBODY = ".r:*"
LISTINGS = ".rlistings"


def changed_meta_data(prefix: str, meta_data: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """The headers that change some of the metadata of an account or a container; None removes a key.

    Raises:
        InvalidRequest: A key or a value cannot be sent, or a value is empty, which would remove the key.
    """
    if not meta_data:
        raise InvalidRequest("nothing to change: give at least one key")
    empty = [key for key, value in meta_data.items() if value == ""]
    if empty:
        raise InvalidRequest(f"the value of {empty[0]!r} is empty, which Swift cannot keep; None removes the key")
    checked = checked_meta_data({key: value or "" for key, value in meta_data.items()})
    return meta_headers(prefix, checked)


def checked_key(key: str | Secret) -> str:
    """A key for temporary URLs.

    Raises:
        InvalidRequest: It cannot be a header's value.
    """
    text = key.reveal() if isinstance(key, Secret) else key
    if not text or not text.isascii() or not text.isprintable() or text != text.strip() or "%" in text:
        raise InvalidRequest("a key for temporary URLs is printable ASCII without percent signs, and not empty")
    return text


def page_name(name: str, what: str) -> str:
    """The name of a page of a website.

    Raises:
        InvalidRequest: It is empty.
    """
    if not isinstance(name, str) or not name or "/" in name:  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
        raise InvalidRequest(f"{what} is {name!r}; it is the name of a file, without a folder")
    return name


def access_headers(read: str | None, write: str | None) -> list[tuple[str, str]]:
    """The headers that say who may read a container and write to it.

    Raises:
        InvalidRequest: There is nothing to say, or it cannot be said.
    """
    headers = [
        (name, value) for name, value in (("X-Container-Read", read), ("X-Container-Write", write)) if value is not None
    ]
    if not headers:
        raise InvalidRequest('nothing to change: give read or write; "" takes everything back')
    for name, value in headers:
        if not value.isascii() or (value and not value.isprintable()):
            raise InvalidRequest(f"{name} is {value!r}, which cannot be sent; it is a list such as '.r:*,.rlistings'")
    return headers


def with_public(acl: str | None) -> str:
    """A list of who may read a container, and with them everybody. The page of the container takes both words."""
    entries = [entry.strip() for entry in (acl or "").split(",") if entry.strip()]
    entries += [wanted for wanted in (ANYBODY, LISTINGS) if wanted not in entries]
    return ",".join(entries)


def checked_format(kind: ArchiveFormat) -> ArchiveFormat:
    """How an archive is packed.

    Raises:
        InvalidRequest: Swift cannot unpack it.
    """
    if kind not in get_args(ArchiveFormat):
        raise InvalidRequest(f"format is {kind!r}; it is one of {', '.join(get_args(ArchiveFormat))}")
    return kind


def checked_age(seconds: float) -> float:
    """A time span of seconds.

    Raises:
        InvalidRequest: It is none.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
        raise InvalidRequest(f"older_than is {seconds!r}; it is a number of seconds, not negative")
    return float(seconds)
