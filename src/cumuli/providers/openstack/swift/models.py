"""Swift's own models, and the fields that it adds to the portable ones."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from cumuli.providers.openstack.swift.access import SwiftAccess
from cumuli.storage.driver import Address, ContainerSpec, ListQuery, MultipartUpload
from cumuli.storage.models import Container, Object

__all__ = [
    "ArchiveFormat",
    "ArchiveResult",
    "JSONValue",
    "SwiftAccount",
    "SwiftAddress",
    "SwiftAnswer",
    "SwiftContainer",
    "SwiftContainerSpec",
    "SwiftDeadUpload",
    "SwiftListQuery",
    "SwiftObject",
    "SwiftSegment",
    "SwiftUpload",
]

ArchiveFormat = Literal["tar", "tar.gz", "tar.bz2"]
"""How an archive is packed that is to be taken apart."""

JSONValue = None | bool | int | float | str | list["JSONValue"] | dict[str, "JSONValue"]
"""Whatever stands in an answer that the library does not model."""


class SwiftContainer(Container, frozen=True, kw_only=True):
    """A container. Swift counts late: what was just put may not be in ``object_count`` and ``size`` yet.

    The keys of temporary URLs are not among its metadata.

    Attributes:
        storage_policy: The policy by which its objects are kept, or None where that was not told.
        read_acl: Who may read it (``X-Container-Read``); None in listings, or where it is not told.
        write_acl: Who may write to it (``X-Container-Write``), likewise.
        keeps_versions: Whether it keeps what is replaced or deleted as versions (``X-Versions-Enabled``); None where
            that is not told, as in all that follows.
        versions_location: The container in which it keeps what is replaced (``X-Versions-Location``).
        history_location: The one in which it keeps what is deleted as well (``X-History-Location``).
        sync_to: With which container it is kept the same (``X-Container-Sync-To``).
    """

    storage_policy: str | None = None
    read_acl: str | None = None
    write_acl: str | None = None
    keeps_versions: bool | None = None
    versions_location: str | None = None
    history_location: str | None = None
    sync_to: str | None = None

    __hash__ = Container.__hash__

    @property
    def readers(self) -> SwiftAccess:
        """Who may read it, as ``read_acl`` says."""
        return SwiftAccess.parse(self.read_acl)

    @property
    def writers(self) -> SwiftAccess:
        """Who may write to it, as ``write_acl`` says."""
        return SwiftAccess.parse(self.write_acl)


class SwiftObject(Object, frozen=True, kw_only=True):
    """An object of Swift.

    ``hash`` is None of large objects: their etag is made of their segments' hashes.

    Attributes:
        large: Whether it is a static large object (SLO): made of segments by a manifest. Some services' listings do
            not tell, and say False; ``delete_objects`` looks by itself there. In listings of Ceph's gateway ``size``
            is that of the manifest.
        manifest: Of a dynamic large object (DLO), ``container/prefix`` of its segments; None of
            others, and in listings.
        delete_at: When Swift is to delete it, in UTC, or None.
    """

    large: bool = False
    manifest: str | None = None
    delete_at: dt.datetime | None = None

    __hash__ = Object.__hash__


class SwiftAddress(Address, frozen=True, kw_only=True):
    """Which object, and what is known of it.

    Attributes:
        large: As of ``SwiftObject``; None where it is not known.
    """

    large: bool | None = None


class SwiftContainerSpec(ContainerSpec, frozen=True, kw_only=True):
    """What ``create_container`` was asked for.

    Attributes:
        headers: Further request headers.
    """

    headers: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class SwiftListQuery(ListQuery, frozen=True, kw_only=True):
    """What a listing of objects was asked for.

    Attributes:
        end_marker: Only names in front of this one, in the listing's order; empty for all.
        reverse: Whether the last name comes first.
    """

    end_marker: str = ""
    reverse: bool = False


class SwiftUpload(MultipartUpload, frozen=True, kw_only=True):
    """A large object in the making.

    Attributes:
        container: Where its segments are.
        sent: The numbers of the segments that were begun, and 0 once the manifest was: the only
            thing here that changes, with ``stored``. All that may be there is known by it, also what nobody
            answered to.
        stored: The numbers of the segments that Swift said it has.
        replaced: The segments of the object that this one takes the place of: container and name.
    """

    container: str
    sent: set[int] = msgspec.field(default_factory=set[int])
    stored: set[int] = msgspec.field(default_factory=set[int])
    replaced: list[tuple[str, str]] = msgspec.field(default_factory=list[tuple[str, str]])


class SwiftSegment(msgspec.Struct, frozen=True, kw_only=True):
    """A segment of a static large object.

    Attributes:
        container: Name of its container.
        name: Its name.
        size: Bytes; of the whole segment, even where only a range of it is used.
        hash: MD5 of its content, the etag of what is a large object itself, or None.
        range: The bytes of it that are used, as Swift writes them: ``"0-99"`` are the first hundred, ``"100-"`` all
            behind them, ``"-5"`` the last five. None for all of it.
    """

    container: str
    name: str
    size: int
    hash: str | None = None
    range: str | None = None


class SwiftDeadUpload(msgspec.Struct, frozen=True, kw_only=True):
    """An upload that never became an object.

    Attributes:
        container: Where the object was to be.
        name: What it was to be called, as far as its segments tell: up to 900 bytes, ``%`` as ``_``.
        id: The upload's own.
        segments: What is there of it, in order.
        last_modified: When the last of them was stored, in UTC.
    """

    container: str
    name: str
    id: str
    segments: list[SwiftSegment]
    last_modified: dt.datetime

    @property
    def size(self) -> int:
        """Bytes of all segments."""
        return sum(segment.size for segment in self.segments)


class SwiftAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What an account holds. Swift counts late.

    Attributes:
        container_count: Its containers.
        object_count: Their objects.
        size: Their bytes.
        meta_data: The account's user metadata; keys in lower case. The keys of temporary URLs are
            not among them: ``has_temp_url_key`` tells whether there is one.
        quota: Most bytes that it may hold, or None.
        has_temp_url_key: Whether temporary URLs can be made.
    """

    container_count: int
    object_count: int
    size: int
    meta_data: dict[str, str] = {}
    quota: int | None = None
    has_temp_url_key: bool = False


class ArchiveResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an archive that was to be taken apart.

    Attributes:
        created: Objects that were stored.
        errors: What was not, by its path, with the reason.
    """

    created: int
    errors: dict[str, str] = {}


class SwiftAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to ``ex_call``.

    Attributes:
        status: HTTP status.
        headers: Headers by lower-case name.
        data: The answer's JSON, or None where it is none.
        body: The answer as it came.
    """

    status: int
    headers: dict[str, str]
    data: JSONValue
    body: bytes

    def __repr__(self) -> str:
        # Headers may hold keys of temporary URLs.
        return f"SwiftAnswer(status={self.status}, {len(self.body)} bytes)"
