"""Checks of what callers pass to ``ex_`` methods, before any I/O; and the headers that they are on the wire."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Literal, get_args

from cumuli.errors import InvalidRequest
from cumuli.providers.openstack.swift.access import SwiftAccess
from cumuli.providers.openstack.swift.models import ArchiveFormat
from cumuli.providers.openstack.swift.wire import meta_headers
from cumuli.secret import Secret
from cumuli.storage.arguments import checked_headers, checked_meta_data

__all__ = [
    "METHODS",
    "TempUrlMethod",
    "access_headers",
    "changed_meta_data",
    "checked_age",
    "checked_format",
    "checked_key",
    "checked_range",
    "checked_sync",
    "expiry_headers",
    "page_name",
    "posted_headers",
    "with_public",
]

METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE"})
TempUrlMethod = Literal["GET", "HEAD", "PUT", "POST", "DELETE"]
"""What a temporary URL allows."""
# As Swift takes it; of more digits no object has bytes.
SEGMENT_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})?|-[0-9]{1,18}")
ANYBODY = ".r:*"
LISTINGS = ".rlistings"
ARGUMENTS = {
    "content-type": "give content_type",
    "etag": "the content stays",
    "x-delete-after": "give delete_after",
    "x-delete-at": "give delete_at",
}


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


def checked_sync(to: str | None, key: str | Secret | None) -> list[tuple[str, str]]:
    """The headers that keep a container the same as another one, or end that.

    Raises:
        InvalidRequest: One of the two is missing, or cannot be sent.
    """
    if to is None:
        if key is not None:
            raise InvalidRequest("key says nothing without to, the other container")
        return [("X-Container-Sync-To", ""), ("X-Container-Sync-Key", "")]
    text = key.reveal() if isinstance(key, Secret) else key
    if not text or not text.isascii() or not text.isprintable() or text != text.strip():
        raise InvalidRequest("key is what both containers know: printable ASCII, and not empty")
    if not to or not to.isascii() or not to.isprintable() or to != to.strip():
        raise InvalidRequest(f"to is {to!r}; it is '//realm/cluster/account/container', or the container's URL")
    return [("X-Container-Sync-To", to), ("X-Container-Sync-Key", text)]


def expiry_headers(
    delete_at: dt.datetime | Literal["never"] | None, delete_after: float | None
) -> list[tuple[str, str | None]]:
    """The headers that say when an object is to go; None for one that is to be left out.

    Raises:
        InvalidRequest: Both say it, or it cannot be said.
    """
    if delete_at is not None and delete_after is not None:
        raise InvalidRequest("delete_at and delete_after say the same thing; give one of the two")
    if delete_at == "never":
        return [("X-Delete-At", None)]
    if delete_at is not None:
        if not isinstance(delete_at, dt.datetime) or delete_at.tzinfo is None:  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
            raise InvalidRequest('delete_at has no time zone; give an aware datetime, for example in UTC, or "never"')
        return [("X-Delete-At", str(math.ceil(delete_at.timestamp())))]
    if delete_after is not None:
        if not 1 <= delete_after < math.inf:
            raise InvalidRequest(f"delete_after is {delete_after!r}; it is a number of seconds, at least 1")
        return [("X-Delete-At", None), ("X-Delete-After", str(math.ceil(delete_after)))]
    return []


def posted_headers(headers: Mapping[str, str | None]) -> list[tuple[str, str | None]]:
    """Further headers of an object; None for one that is to be left out.

    Raises:
        InvalidRequest: One cannot be sent, or is said in another way.
    """
    for name in headers:
        lower = name.lower()
        if lower in ARGUMENTS or lower.startswith("x-object-"):
            raise InvalidRequest(
                f"the request header {name} cannot be set here; {ARGUMENTS.get(lower, 'give meta_data')}"
            )
    checked_headers({name: value or "" for name, value in headers.items()})
    return list(headers.items())


def page_name(name: str, what: str) -> str:
    """The name of a page of a website.

    Raises:
        InvalidRequest: It is empty.
    """
    if not isinstance(name, str) or not name or "/" in name:  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
        raise InvalidRequest(f"{what} is {name!r}; it is the name of a file, without a folder")
    return name


def access_headers(read: str | SwiftAccess | None, write: str | SwiftAccess | None) -> list[tuple[str, str]]:
    """The headers that say who may read a container and write to it.

    Raises:
        InvalidRequest: There is nothing to say, or it cannot be said.
    """
    if isinstance(write, SwiftAccess) and (write.everybody or write.listings or write.referrers):
        raise InvalidRequest("who may write is said by users= alone: everybody, listings and referrers are of readers")
    headers = [
        (name, value.text if isinstance(value, SwiftAccess) else value)
        for name, value in (("X-Container-Read", read), ("X-Container-Write", write))
        if value is not None
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


def checked_range(used: str | None) -> None:
    """Raise ``InvalidRequest`` for what is no range of a segment."""
    if used is None:
        return
    match = SEGMENT_RANGE.fullmatch(used)
    if match is None or (match[2] is not None and int(match[1]) > int(match[2])):
        raise InvalidRequest(
            f'{used!r} is no range of a segment; it is the first and the last byte ("0-99"), the first ("100-"), or '
            'how many from the end ("-5")'
        )


def checked_age(seconds: float) -> float:
    """A time span of seconds.

    Raises:
        InvalidRequest: It is none.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
        raise InvalidRequest(f"older_than is {seconds!r}; it is a number of seconds, not negative")
    return float(seconds)
