"""S3's own models and the fields it adds to the portable ones."""

from __future__ import annotations

import datetime as dt

import msgspec

from cumuli.storage.driver import Address, ContainerSpec, UrlSpec
from cumuli.storage.models import Container, Object
from cumuli.wire.xml import XMLValue

__all__ = [
    "AccessControl",
    "Grant",
    "LifecycleRule",
    "PostSpec",
    "PresignedPost",
    "S3Address",
    "S3Answer",
    "S3Container",
    "S3ContainerSpec",
    "S3Object",
    "S3ObjectVersion",
    "S3Upload",
    "S3UrlSpec",
    "Transition",
]

PROVIDER = "s3"


class S3Container(Container, frozen=True, kw_only=True):
    """A bucket.

    Attributes:
        region: The region it is in, or None where that was not told.
    """

    region: str | None = None

    __hash__ = Container.__hash__


class S3Object(Object, frozen=True, kw_only=True):
    """An object of S3.

    ``hash`` is known where the service says that its etags are the content's MD5 (AWS, Ceph, or ``md5_etags=True``): of
    objects that were not uploaded in parts and not encrypted with KMS or the caller's keys. Listings do not tell, so
    it is None there.

    Attributes:
        version_id: Which version this is, in a bucket that keeps versions; None elsewhere and in
            listings. An object given to a method stands for its newest version, whatever is here.
        storage_class: As S3 calls it; None where it was not told, which in ``get_object`` means
            ``"STANDARD"``.
        encryption: How S3 encrypted it (``"AES256"``, ``"aws:kms"``), or None where it was not told.
        checksum: CRC32 of the content as eight hexadecimal digits, where S3 keeps it and was asked.
    """

    version_id: str | None = None
    storage_class: str | None = None
    encryption: str | None = None
    checksum: str | None = None

    __hash__ = Object.__hash__


class S3ObjectVersion(S3Object, frozen=True, kw_only=True):
    """One version of an object, of ``ex_list_object_versions``. Given to a method it stands for just this version.

    Attributes:
        is_latest: Whether it is the object's newest version.
        delete_marker: Whether it is the mark of a deletion rather than content.
    """

    is_latest: bool = False
    delete_marker: bool = False

    __hash__ = Object.__hash__


class S3Address(Address, frozen=True, kw_only=True):
    """Which object, and which version of it (None: the newest)."""

    version_id: str | None = None


class S3ContainerSpec(ContainerSpec, frozen=True, kw_only=True):
    """A bucket to be made.

    Attributes:
        region: Where; None for the client's region.
        headers: Request headers for what else was asked.
    """

    region: str | None = None
    headers: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class S3UrlSpec(UrlSpec, frozen=True, kw_only=True):
    """A time-limited URL.

    Attributes:
        response: Parameters that replace headers of the answer, by their names in the query.
    """

    response: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class PostSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A form that may upload an object; see ``ex_get_presigned_post``.

    Attributes:
        container: Name of the bucket.
        name: The object's name, perhaps with ``${filename}`` in it.
        expires_in: Seconds from now.
        fields: The form's other fields, checked.
        starts_with: How values have to begin that the form's user chooses, by field.
        length_range: The fewest and the most bytes of the content, or None.
    """

    container: str
    name: str
    expires_in: int
    fields: dict[str, str] = {}
    starts_with: dict[str, str] = {}
    length_range: tuple[int, int] | None = None


class PresignedPost(msgspec.Struct, frozen=True, kw_only=True):
    """What an HTML form, or any client, needs to upload an object without credentials.

    Send it as ``multipart/form-data``: these fields, and behind them the content as the field ``file``.

    Attributes:
        url: Where to.
        fields: The form's fields, in the order in which they are to be sent.
        expires_at: Until when it works, in UTC.
    """

    url: str
    fields: dict[str, str]
    expires_at: dt.datetime


class S3Upload(msgspec.Struct, frozen=True, kw_only=True):
    """An upload in parts that nobody has finished yet; its parts are stored, and cost.

    Attributes:
        container: Name of the bucket.
        name: What it is to become.
        id: S3's id of it.
        started_at: When it was begun, in UTC.
        storage_class: As S3 calls it.
    """

    container: str
    name: str
    id: str
    started_at: dt.datetime | None = None
    storage_class: str | None = None


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A permission of an access control list. One of the grantees is given.

    Attributes:
        permission: ``"READ"``, ``"WRITE"``, ``"READ_ACP"``, ``"WRITE_ACP"`` or ``"FULL_CONTROL"``.
        id: Canonical id of an account.
        email: Its address (only to put; S3 answers with the id).
        uri: A group: ``"http://acs.amazonaws.com/groups/global/AllUsers"``.
        display_name: S3's name of the account, where it tells.
    """

    permission: str
    id: str | None = None
    email: str | None = None
    uri: str | None = None
    display_name: str | None = None


class AccessControl(msgspec.Struct, frozen=True, kw_only=True):
    """Who may do what with a bucket or an object.

    Attributes:
        owner: Canonical id of the owner.
        grants: The permissions.
    """

    owner: str
    grants: tuple[Grant, ...] = ()


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """A change of storage class. Give either days or date.

    Attributes:
        storage_class: The class it goes to.
        days: So many days after it was stored (of an old version: after it became one).
        date: At that day, in UTC.
    """

    storage_class: str
    days: int | None = None
    date: dt.datetime | None = None


class LifecycleRule(msgspec.Struct, frozen=True, kw_only=True):
    """What S3 does by itself with objects as they grow old.

    Attributes:
        id: Its name.
        enabled: Whether it is in force.
        prefix: Objects whose names start so; empty for all.
        tags: Objects that have all of these tags.
        larger_than: Objects of more bytes than this.
        smaller_than: Objects of fewer bytes than this.
        expire_days: Objects are deleted so many days after they were stored.
        expire_date: Objects are deleted at that day, in UTC.
        expire_markers: Whether marks of deletions behind which nothing is left are removed.
        transitions: Changes of storage class.
        expire_old_days: Old versions are deleted so many days after they became old.
        keep_old: So many old versions are kept whatever their age.
        old_transitions: Changes of old versions' storage class, by days.
        abort_uploads_days: Unfinished uploads are removed so many days after they were begun.
    """

    id: str
    enabled: bool = True
    prefix: str = ""
    tags: dict[str, str] = {}
    larger_than: int | None = None
    smaller_than: int | None = None
    expire_days: int | None = None
    expire_date: dt.datetime | None = None
    expire_markers: bool = False
    transitions: tuple[Transition, ...] = ()
    expire_old_days: int | None = None
    keep_old: int | None = None
    old_transitions: tuple[Transition, ...] = ()
    abort_uploads_days: int | None = None


class S3Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What ``ex_call`` gives.

    Attributes:
        status: HTTP status.
        headers: Headers, names in lower case.
        body: The body as it came.
        xml: The body's elements by name where it is XML: text, dicts, and lists for what is
            repeated; empty otherwise.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    xml: dict[str, XMLValue] = {}
