"""S3's own models and the fields it adds to the portable ones."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from cumuli.storage.driver import Address, ContainerSpec, ListQuery, UrlSpec
from cumuli.storage.models import Container, Object
from cumuli.wire.xml import XMLValue

__all__ = [
    "AccessControl",
    "BucketEncryption",
    "BucketLogging",
    "BucketNotifications",
    "BucketWebsite",
    "CORSRule",
    "CephLogging",
    "Grant",
    "LifecycleRule",
    "LockMode",
    "NotificationRule",
    "ObjectAttributes",
    "ObjectLock",
    "ObjectPart",
    "PostSpec",
    "PresignedPost",
    "PublicAccessBlock",
    "Retention",
    "S3Address",
    "S3Answer",
    "S3Container",
    "S3ContainerSpec",
    "S3ListQuery",
    "S3Object",
    "S3ObjectVersion",
    "S3Part",
    "S3Upload",
    "S3UrlSpec",
    "Transition",
    "WebsiteRedirect",
]

PROVIDER = "s3"

LockMode = Literal["GOVERNANCE", "COMPLIANCE"]
"""How hard a lock is; see ``Retention``."""


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """Until when a version of an object can be neither deleted nor overwritten.

    Attributes:
        mode: ``"GOVERNANCE"`` (who has the right to may delete it all the same, by ``ex_bypass_governance=True``)
            or ``"COMPLIANCE"`` (nobody may).
        until: An aware datetime.
    """

    mode: LockMode
    until: dt.datetime


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
    objects that were not uploaded in parts and not encrypted with KMS or the caller's keys. Listings tell nothing of
    encryption, so it is None there, unless etags are MD5 by the service's word however it encrypts (Ceph).

    Attributes:
        version_id: Which version this is, in a bucket that keeps versions; None elsewhere and in
            listings. An object given to a method stands for its newest version, whatever is here.
        storage_class: As S3 calls it; None where it was not told, which in ``get_object`` means
            ``"STANDARD"``.
        encryption: How S3 encrypted it (``"AES256"``, ``"aws:kms"``), or None where it was not told.
        checksum: CRC32 of the content as eight hexadecimal digits, where S3 keeps it and was asked.
        retention: Until when it can be neither deleted nor overwritten; None for not, and where it was not told.
        legal_hold: Whether it is kept until somebody says otherwise; None where it was not told.
        owner: Canonical id of its owner, in a listing that was asked for it (``ex_fetch_owner=True``) or of versions.
    """

    version_id: str | None = None
    storage_class: str | None = None
    encryption: str | None = None
    checksum: str | None = None
    retention: Retention | None = None
    legal_hold: bool | None = None
    owner: str | None = None

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
    """Which object, and which version of it (None: the newest).

    ``bypass_governance``: for a deletion, whether a retention of the mode ``GOVERNANCE`` is passed over.
    """

    version_id: str | None = None
    bypass_governance: bool = False


class S3ContainerSpec(ContainerSpec, frozen=True, kw_only=True):
    """A bucket to be made.

    Attributes:
        region: Where; None for the client's region.
        headers: Request headers for what else was asked.
    """

    region: str | None = None
    headers: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class S3ListQuery(ListQuery, frozen=True, kw_only=True):
    """A listing of objects; ``fetch_owner``: with their owners."""

    fetch_owner: bool = False


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
        name: The object's name, perhaps with ``${filename}`` at its end.
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

    def __repr__(self) -> str:
        # Whoever reads the fields may upload, and some have a security token in them: show only which there are.
        return f"PresignedPost(url={self.url!r}, expires_at={self.expires_at!r}, fields of {list(self.fields)})"


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
        keep_old: Only among ``old_transitions``: so many old versions stay where they are whatever their age.
    """

    storage_class: str
    days: int | None = None
    date: dt.datetime | None = None
    keep_old: int | None = None


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


class CORSRule(msgspec.Struct, frozen=True, kw_only=True):
    """Which pages of other places a browser may let ask for a bucket's objects, and how.

    Attributes:
        allowed_methods: Such as ``"GET"`` and ``"PUT"``.
        allowed_origins: Such as ``"https://example.org"``, with one ``*`` at most in each.
        allowed_headers: Request headers that may be sent.
        expose_headers: Headers of answers that pages may read.
        max_age_seconds: How long browsers may remember this.
        id: Its name, or None.
    """

    allowed_methods: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    allowed_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age_seconds: int | None = None
    id: str | None = None


class BucketEncryption(msgspec.Struct, frozen=True, kw_only=True):
    """How a bucket encrypts objects of which their uploads do not say it.

    Attributes:
        algorithm: ``"AES256"``, ``"aws:kms"`` or ``"aws:kms:dsse"``; None where only other things are said.
        kms_key: Id or ARN of the KMS key, or None for AWS's own.
        bucket_key: Whether one key for the bucket spares requests to KMS.
        blocked: What uploads may not ask for (``"SSE-C"``).
    """

    algorithm: str | None = "AES256"
    kms_key: str | None = None
    bucket_key: bool = False
    blocked: tuple[str, ...] = ()


class WebsiteRedirect(msgspec.Struct, frozen=True, kw_only=True):
    """Where a bucket's website sends some requests. At least one thing of what it changes is given.

    Attributes:
        key_prefix: Requests of names that start so; None for all.
        error_code: Requests that would get this HTTP status (``"404"``).
        host_name: Another host.
        protocol: ``"http"`` or ``"https"``.
        status: HTTP status of the redirect (``"302"``); S3's default is 301.
        replace_key_prefix: In place of ``key_prefix``.
        replace_key: In place of the whole name.
    """

    key_prefix: str | None = None
    error_code: str | None = None
    host_name: str | None = None
    protocol: str | None = None
    status: str | None = None
    replace_key_prefix: str | None = None
    replace_key: str | None = None


class BucketWebsite(msgspec.Struct, frozen=True, kw_only=True):
    """How a bucket serves a website. Give ``index_document``, or ``redirect_all_to`` and nothing else but its protocol.

    Attributes:
        index_document: What is behind the address of a folder: ``"index.html"``.
        error_document: Name of the object that is shown for errors.
        redirects: Where some requests are sent.
        redirect_all_to: The host where all requests are sent.
        redirect_all_protocol: ``"http"`` or ``"https"``, for that; None for the request's.
    """

    index_document: str | None = None
    error_document: str | None = None
    redirects: tuple[WebsiteRedirect, ...] = ()
    redirect_all_to: str | None = None
    redirect_all_protocol: str | None = None


class PublicAccessBlock(msgspec.Struct, frozen=True, kw_only=True):
    """What keeps a bucket from becoming public, whatever lists and policies say.

    Attributes:
        block_public_acls: New access control lists that are public are refused.
        ignore_public_acls: Those that are there have no effect.
        block_public_policy: New policies that are public are refused.
        restrict_public_buckets: Under a public policy only the account itself has access.
    """

    block_public_acls: bool = True
    ignore_public_acls: bool = True
    block_public_policy: bool = True
    restrict_public_buckets: bool = True


class NotificationRule(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is told of as it happens to a bucket's objects.

    Attributes:
        kind: What the target is: a topic of SNS, a queue of SQS, a function of Lambda.
        target: Its ARN.
        events: Such as ``"s3:ObjectCreated:*"``.
        prefix: Only objects whose names start so.
        suffix: Only objects whose names end so.
        id: Its name, or None: S3 makes one.
    """

    kind: Literal["topic", "queue", "function"]
    target: str
    events: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""
    id: str | None = None


class BucketNotifications(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told of what happens to a bucket's objects.

    Attributes:
        rules: Topics, queues and functions.
        event_bridge: Whether Amazon EventBridge is told of everything.
    """

    rules: tuple[NotificationRule, ...] = ()
    event_bridge: bool = False


class CephLogging(msgspec.Struct, frozen=True, kw_only=True):
    """What Ceph's gateway, from its version Tentacle on, takes and tells of a bucket's logs besides.

    Attributes:
        records: ``"Standard"`` for what AWS's logs say of every request, ``"Journal"`` for what changes the bucket;
            None for the gateway's default.
        roll_time: Seconds after which a log becomes an object, and another one begins; None for the gateway's default.
        batch_size: How many records are written at once; None for the gateway's default, which is each at once.
        prefix: Only objects whose names start so, of a journal.
        suffix: Only objects whose names end so, likewise.
        regex: Only objects whose names match this expression, likewise.
    """

    records: Literal["Standard", "Journal"] | None = None
    roll_time: int | None = None
    batch_size: int | None = None
    prefix: str = ""
    suffix: str = ""
    regex: str = ""


class BucketLogging(msgspec.Struct, frozen=True, kw_only=True):
    """Where the requests to a bucket are written down.

    Attributes:
        target_container: Name of the bucket that gets the logs.
        target_prefix: How their names begin.
        partitioned_by: ``"EventTime"`` or ``"DeliveryTime"``: names have folders by account, region, bucket and day.
        grants: Who may read them besides, where that bucket has access control lists.
        ceph: What Ceph's gateway says besides; None elsewhere, where it is refused.
    """

    target_container: str
    target_prefix: str = ""
    partitioned_by: Literal["EventTime", "DeliveryTime"] | None = None
    grants: tuple[Grant, ...] = ()
    ceph: CephLogging | None = None


class ObjectLock(msgspec.Struct, frozen=True, kw_only=True):
    """The lock of a bucket's objects, and how long new versions are kept by default.

    Attributes:
        mode: ``"GOVERNANCE"`` (some may delete them all the same) or ``"COMPLIANCE"`` (nobody may); None: new
            versions are kept only as long as is said of each.
        days: So many days.
        years: Or so many years.
    """

    mode: LockMode | None = None
    days: int | None = None
    years: int | None = None


class S3Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an unfinished upload.

    Attributes:
        number: From 1.
        size: Bytes.
        etag: S3's tag of it, without quotes.
        last_modified: When it was stored, in UTC.
        checksum: Its CRC32 as eight hexadecimal digits, where S3 keeps that.
    """

    number: int
    size: int
    etag: str | None = None
    last_modified: dt.datetime | None = None
    checksum: str | None = None


class ObjectPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of which an object was made.

    Attributes:
        number: From 1.
        size: Bytes.
        checksums: Its checksums in hexadecimal, by ``"crc32"``, ``"sha256"``, …
    """

    number: int
    size: int
    checksums: dict[str, str] = {}


class ObjectAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """What S3 knows of an object's content without giving it.

    Attributes:
        size: Bytes.
        etag: S3's tag of it, without quotes.
        storage_class: As S3 calls it; None means ``"STANDARD"``.
        version_id: Which version this is, in a bucket that keeps versions.
        last_modified: When it was stored, in UTC.
        checksums: Its checksums by ``"crc32"``, ``"sha256"``, …: in hexadecimal, with ``-N`` behind one that is made of
            the checksums of N parts.
        whole: Whether the checksums are of the whole content; None where that was not told.
        part_count: Of how many parts it was made; None where of none.
        parts: They, where S3 keeps their checksums.
    """

    size: int | None = None
    etag: str | None = None
    storage_class: str | None = None
    version_id: str | None = None
    last_modified: dt.datetime | None = None
    checksums: dict[str, str] = {}
    whole: bool | None = None
    part_count: int | None = None
    parts: tuple[ObjectPart, ...] = ()


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
