"""Swift's protocol: names, metadata, listings, manifests and signatures. Pure.

Cloud Files speaks it as well. Headers carry ASCII only, so text is percent-encoded UTF-8 in them, in
values and in the names of metadata alike; that is what Swift's documentation asks for, and what
other clients decode.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, TypeVar, cast
from urllib.parse import quote, unquote

import msgspec

from cumuli.errors import MalformedResponse
from cumuli.storage.driver import refuse
from cumuli.wire.lenient import NEEDED, Identity, Needed, decode_json

__all__ = [
    "ACCOUNT_META",
    "CONTAINER_META",
    "DESCRIBING",
    "DIGESTS",
    "MD5",
    "NOTHING_MORE",
    "OBJECT_META",
    "TEMP_URL_KEYS",
    "BulkAnswer",
    "ContainerEntry",
    "ListedObject",
    "Segment",
    "TempUrlDigest",
    "TempUrlExtra",
    "bulk_line",
    "check_container",
    "check_object",
    "decode_bulk",
    "decode_containers",
    "decode_items",
    "decode_listing",
    "decode_manifest",
    "decode_names",
    "decode_with",
    "goes_along",
    "header_text",
    "in_path",
    "in_query",
    "is_large",
    "is_md5",
    "is_openstack",
    "manifest",
    "manifest_etag",
    "manifest_of",
    "meta_headers",
    "moment_of",
    "names_in",
    "read_meta_data",
    "segment_name",
    "segment_of",
    "segments_container",
    "segments_prefix",
    "sent_again",
    "status_code",
    "temp_url_query",
    "unquoted",
]

ACCOUNT_META = "x-account-meta-"
CONTAINER_META = "x-container-meta-"
OBJECT_META = "x-object-meta-"
# What else Swift keeps of an object, and gives with it as it was put.
DESCRIBING = ("cache-control", "content-disposition", "content-language", "expires", "x-robots-tag")
# Among the metadata of accounts and containers: what temporary URLs are signed with.
TEMP_URL_KEYS = ("temp-url-key", "temp-url-key-2")

MAX_CONTAINER = 256
MAX_OBJECT = 1024
# What is left of an object's name in the names of its segments; the rest of 1,024 bytes is for the upload's own.
NAME_IN_SEGMENTS = 900
SEGMENTS = "_segments"
# Where rclone keeps segments that are to be in no container of their own (use_segments_container), and Cyberduck all.
SEGMENTS_FOLDER = ".file-segments/"
PLAIN = re.compile(r"(?:[!-$&-~]+(?: [!-$&-~]+)*)?")
# Printable ASCII but the percent sign, and the space: those at the ends of a value are cut off on the way.
UNCHANGED = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) != "%")
# What Swift takes as a line, in the words of its code: a container, an object and two slashes.
MAX_LINE = MAX_CONTAINER + MAX_OBJECT + 2
MD5 = re.compile(r"[0-9a-f]{32}")
SEGMENT_PATH = re.compile(r"/?[^/]+/.")
OUR_SEGMENT = re.compile(r"(.*/slo/)([^/]+)/([0-9]{8})", re.DOTALL)
# Every version of OpenStack's is a 2.x since 2014, and Ceph's gateway tells Ceph's own (16.2.15).
OPENSTACK = re.compile(r"2\.([0-9]{1,4})(?:\..*)?")
# From where on the listings tell of manifests, for certain.
FIRST_THAT_TELLS = 18
# Where Ceph's gateway keeps that an object is large. Who stores it makes an object large that is none.
CEPHS_OWN = "static-large-object"

T = TypeVar("T")

TempUrlDigest = Literal["sha1", "sha256", "sha512"]
"""The hash that a temporary URL is signed with."""

DIGESTS: tuple[TempUrlDigest, ...] = ("sha256", "sha512", "sha1")


# Names


def check_container(name: str) -> None:
    """Raise ``InvalidRequest`` for what Swift takes as no container's name."""
    if "/" in name:
        raise refuse(name, "a container", "it has a slash in it")
    if "\0" in name:
        raise refuse(name, "a container", "it has a NUL in it")
    if len(name) > MAX_CONTAINER:
        raise refuse(name, "a container", f"it has more than {MAX_CONTAINER} characters")


def check_object(name: str) -> None:
    """Raise ``InvalidRequest`` for what Swift takes as no object's name."""
    if "\0" in name:
        raise refuse(name, "an object", "it has a NUL in it")
    if len(name) * 4 > MAX_OBJECT and len(name.encode()) > MAX_OBJECT:
        raise refuse(name, "an object", f"it has more than {MAX_OBJECT} bytes in UTF-8")


def in_path(name: str) -> str:
    """A name in a path: encoded once, slashes kept."""
    return quote(name, safe="/-._~")


def in_query(text: str) -> str:
    """A value in a query."""
    return quote(text, safe="-._~")


def segments_container(container: str) -> str:
    """The container that the segments of another one's large objects are in."""
    name = container + SEGMENTS
    if len(name) <= MAX_CONTAINER:
        return name
    digest = hashlib.md5(container.encode(), usedforsecurity=False).hexdigest()
    return f"{container[: MAX_CONTAINER - len(SEGMENTS) - 33]}-{digest}{SEGMENTS}"


def segments_prefix(name: str) -> str:
    """How the names of all segments begin that cumuli makes for an object.

    Without percent signs: Ceph's gateway decodes the paths in manifests, and so misses segments as it deletes them.
    """
    cut = name.encode()[:NAME_IN_SEGMENTS].decode("utf-8", "ignore").replace("%", "_")
    return f"{cut}/slo/"


def segment_name(name: str, upload: str, number: int) -> str:
    """The name of one segment of an upload of an object."""
    return f"{segments_prefix(name)}{upload}/{number:08}"


def segment_of(name: str) -> tuple[str, str, int] | None:
    """What cumuli named a segment by: its object's prefix, the upload and the number; None for others' names."""
    match = OUR_SEGMENT.fullmatch(name)
    return (match[1], match[2], int(match[3])) if match else None


# Services


def is_openstack(information: Mapping[str, object]) -> bool:
    """Whether a service is OpenStack's own Swift, and not too old, by what it says of itself at ``/info``."""
    swift = information.get("swift")
    version: object = cast("dict[str, object]", swift).get("version") if isinstance(swift, dict) else None
    match = OPENSTACK.fullmatch(version) if isinstance(version, str) else None
    return match is not None and int(match[1]) >= FIRST_THAT_TELLS


# Metadata and other headers


def header_text(value: str) -> str:
    """Any text as the value of a header."""
    return value if PLAIN.fullmatch(value) else quote(value, safe=UNCHANGED)


def meta_headers(prefix: str, meta_data: Mapping[str, str]) -> list[tuple[str, str]]:
    """The request headers of metadata. Servers drop headers with an underscore in their name without a word."""
    return [
        (prefix + key.replace("%", "%25").replace("_", "%5F"), header_text(value)) for key, value in meta_data.items()
    ]


def read_meta_data(prefix: str, headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The metadata among the headers of an answer, whose names are in lower case."""
    return {
        key: unquoted(value)
        for name, value in headers
        if name.startswith(prefix) and (key := unquoted(name[len(prefix) :]).lower()) != CEPHS_OWN
    }


def sent_again(prefix: str, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The metadata among the headers of an answer as request headers, as other tools wrote it.

    To decode and encode it would change what was encoded otherwise: ``a%2Fb`` to ``a/b``. Only what is no ASCII, which
    cannot be sent so, is encoded.
    """
    return [
        (name, quote(value, safe=UNCHANGED + "% \t", errors="surrogateescape"))
        for name, value in headers
        if name.startswith(prefix) and unquoted(name[len(prefix) :]).lower() != CEPHS_OWN
    ]


def unquoted(text: str) -> str:
    """What a header's value, or a metadata's name, stands for."""
    if "%" not in text:
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text


def is_large(known: Mapping[str, str]) -> bool:
    """Whether an object is a static large object, by its headers."""
    return known.get("x-static-large-object", "").lower() == "true"


def is_md5(etag: str | None, known: Mapping[str, str]) -> bool:
    """Whether an etag is the MD5 of the content: not of what is made of segments."""
    return etag is not None and not is_large(known) and "x-object-manifest" not in known and bool(MD5.fullmatch(etag))


# Listings

Count = Annotated[int, msgspec.Meta(ge=0)]
"""A number that a service cannot mean to be negative."""
Size = Annotated[int, msgspec.Meta(ge=0), NEEDED]
"""Bytes. Whoever compares or sums them must not see a made-up figure."""


class ContainerEntry(msgspec.Struct):
    """A container in a listing of the account."""

    name: Identity
    count: Count | None = None
    bytes: Count | None = None
    storage_policy: str | None = None


class ListedObject(msgspec.Struct):
    """An object in a listing; without a name, a common prefix."""

    name: Needed[str] | None = None
    subdir: Needed[str] | None = None
    bytes: Size = 0
    hash: str | None = None
    content_type: str | None = None
    last_modified: dt.datetime | None = None
    # Whether it is a large object hangs on it.
    slo_etag: Needed[str] | None = None


class _Named(msgspec.Struct):
    name: str | None = None
    subdir: str | None = None


class Segment(msgspec.Struct):
    """A segment in the manifest of a static large object, as Swift tells it.

    Attributes:
        name: ``/container/object``; empty where ``data`` is.
        bytes: Its size; of the whole segment, even where only a range of it is used.
        hash: MD5 of its content.
        range: The range of it that is used, or None: all of it.
        sub_slo: Whether it is itself a large object.
        data: Content that stands in the manifest itself, in Base64, in place of a segment.
    """

    name: Needed[str] = ""
    bytes: Size = 0
    hash: str | None = None
    # Whether the hash is of what is used hangs on these two.
    range: Needed[str] | None = None
    sub_slo: Needed[bool] = False
    data: Needed[str] | None = None


def decode_with(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """What a JSON answer says.

    Raises:
        msgspec.MsgspecError: It is not of that shape.
        MalformedResponse: It is not UTF-8.
    """
    try:
        return decoder.decode(body)
    except UnicodeDecodeError:
        # msgspec's own error has no place in its tree.
        raise MalformedResponse("the answer has text in it that is no UTF-8") from None


def decode_items(body: bytes, kind: type[T], lost: list[MalformedResponse]) -> list[T]:
    """A page of a listing.

    Args:
        body: The answer's.
        kind: What the items are.
        lost: Takes an error for each item that cannot be read.

    Raises:
        msgspec.MsgspecError: It is none.
        MalformedResponse: It is not UTF-8.
    """
    try:
        return decode_json(body, list[kind], lost)  # type: ignore[valid-type]  # a type that is a value
    except UnicodeDecodeError:
        raise MalformedResponse("the answer has text in it that is no UTF-8") from None


def decode_containers(body: bytes, lost: list[MalformedResponse]) -> list[ContainerEntry]:
    """A page of a listing of the account; see ``decode_items``."""
    return decode_items(body, ContainerEntry, lost)


def decode_listing(body: bytes, lost: list[MalformedResponse]) -> list[ListedObject]:
    """A page of a listing of a container; see ``decode_items``."""
    found = decode_items(body, ListedObject, lost)
    if all(entry.name or entry.subdir for entry in found):
        return found
    for position, entry in enumerate(found):
        if not entry.name and not entry.subdir:
            lost.append(MalformedResponse(f"entry {position} of the listing cannot be read: it has no name"))
    return [entry for entry in found if entry.name or entry.subdir]


def names_in(body: bytes) -> list[str]:
    """The names in a page of a listing, those of entries that cannot be read otherwise among them."""
    return [name for entry in decode_items(body, _Named, []) if (name := entry.name or entry.subdir)]


def moment_of(timestamp: str | None) -> dt.datetime | None:
    """The moment of a header such as ``1795436048.01244``; None for what is none."""
    try:
        return None if timestamp is None else dt.datetime.fromtimestamp(float(timestamp), dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None


# Large objects


def manifest(container: str, segments: Iterable[tuple[str, str, int]]) -> bytes:
    """The manifest of a static large object: name, etag and size of each segment of one container, in order."""
    return manifest_of((container, *segment, None) for segment in segments)


def manifest_of(segments: Iterable[tuple[str, str, str, int, str | None]]) -> bytes:
    """As ``manifest``, of segments of any containers, each with its own, and with the range that is used of it."""
    entries: list[dict[str, str | int]] = []
    for container, name, etag, size, used in segments:
        entry: dict[str, str | int] = {"path": f"/{container}/{name}", "etag": etag, "size_bytes": size}
        if used is not None:
            entry["range"] = used
        entries.append(entry)
    return msgspec.json.encode(entries)


def manifest_etag(etags: Iterable[str]) -> str:
    """The etag that a static large object of these segments has."""
    return hashlib.md5("".join(etags).encode(), usedforsecurity=False).hexdigest()


def goes_along(segment: Segment, container: str, name: str) -> bool:
    """Whether a segment goes when the large object goes that it was found in: it lies where tools keep segments.

    Whatever lies elsewhere may be an object in its own right. So may what was named for another object, which is still
    made of it, and a large object: nobody has looked at what that one is made of.

    Args:
        segment: It.
        container: Of the large object.
        name: Of the large object.
    """
    if segment.sub_slo:
        return False
    theirs, _, path = segment.name.lstrip("/").partition("/")
    told = segment_of(path)
    if told is not None:
        return (theirs, told[0]) == (segments_container(container), segments_prefix(name))
    return theirs.endswith(SEGMENTS) or path.startswith(SEGMENTS_FOLDER)


def decode_manifest(body: bytes, lost: list[MalformedResponse]) -> list[Segment]:
    """The segments of a static large object, as ``?multipart-manifest=get`` gives them; see ``decode_items``."""
    readable: list[Segment] = []
    for position, segment in enumerate(decode_items(body, Segment, lost)):
        if segment.data is not None or SEGMENT_PATH.match(segment.name):
            readable.append(segment)
        else:
            lost.append(MalformedResponse(f"[{position}] cannot be read: {segment.name[:100]!r} is no path"))
    return readable


# Calls about many objects


class BulkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a call about many objects; its HTTP status says nothing of that.

    Attributes:
        status: The status as a whole (``"200 OK"``, ``"400 Bad Request"``).
        body: Words about it.
        deleted: How many were deleted.
        not_found: How many were not there.
        created: How many files of an archive were stored.
        errors: What failed: the path, percent-encoded, and the status.
        etag: Of a large object that was made.
    """

    status: str = msgspec.field(name="Response Status")
    body: str = msgspec.field(default="", name="Response Body")
    deleted: int = msgspec.field(default=0, name="Number Deleted")
    not_found: int = msgspec.field(default=0, name="Number Not Found")
    created: int = msgspec.field(default=0, name="Number Files Created")
    errors: list[tuple[str, str]] = msgspec.field(default_factory=list[tuple[str, str]], name="Errors")
    etag: str | None = msgspec.field(default=None, name="Etag")

    @property
    def code(self) -> int:
        """The status as a number; 500 where it is none."""
        return status_code(self.status)


def status_code(status: str) -> int:
    """The number of a status such as ``404 Not Found``; 500 where there is none."""
    number = status.partition(" ")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) == 3 else 500


def decode_bulk(body: bytes) -> BulkAnswer:
    """The answer to a call about many objects. White space before it keeps the connection alive.

    Raises:
        MalformedResponse: It is none: the service does not know such calls.
    """
    try:
        return msgspec.json.decode(body.strip(), type=BulkAnswer)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise MalformedResponse(
            "the answer is not that of a service with bulk calls; list the container to see what was done"
        ) from None


def bulk_line(container: str, name: str) -> bytes | None:
    """The line of an object in a bulk deletion; None for one that does not fit, and has to be deleted by itself.

    It is read as a path: Ceph's gateway takes a question mark for its end, and a plus for a space.
    """
    line = f"/{in_path(container)}/{in_path(name)}".encode()
    return line if len(line) <= MAX_LINE else None


def decode_names(errors: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The errors of a call about many objects, by ``/container/object``."""
    return {"/" + unquote(path, errors="surrogateescape").lstrip("/"): status for path, status in errors}


# Temporary URLs


class TempUrlExtra(msgspec.Struct, frozen=True, kw_only=True):
    """What a temporary URL says besides what it allows.

    Attributes:
        file_name: The name under which browsers are to store it, or None for the object's.
        inline: Whether browsers are to show it, and not to store it.
        ip_range: From which addresses it works: one, or a network (``203.0.113.0/24``); None for all.
    """

    file_name: str | None = None
    inline: bool = False
    ip_range: str | None = None


NOTHING_MORE = TempUrlExtra()


def temp_url_query(
    key: str,
    path: str,
    *,
    method: str,
    expires: int,
    digest: TempUrlDigest,
    prefix: str | None = None,
    extra: TempUrlExtra = NOTHING_MORE,
) -> str:
    """The query that makes a URL work without credentials.

    Args:
        key: The account's or container's key.
        path: The object's path, from ``/v1`` on, not encoded; with ``prefix``, that of the prefix.
        method: What the URL allows.
        expires: Until when, in seconds since 1970.
        digest: The hash to sign with.
        prefix: Every object whose name begins so may be asked for; None for one object.
        extra: What else it is to say.
    """
    signed = path if prefix is None else f"prefix:{path}"
    addresses = "" if extra.ip_range is None else f"ip={extra.ip_range}\n"
    message = f"{addresses}{method}\n{expires}\n{signed}".encode()
    signature = hmac.new(key.encode(), message, digest).hexdigest()
    parts = [f"temp_url_sig={signature}", f"temp_url_expires={expires}"]
    if prefix is not None:
        parts.append(f"temp_url_prefix={in_query(prefix)}")
    if extra.ip_range is not None:
        parts.append(f"temp_url_ip_range={in_query(extra.ip_range)}")
    if extra.file_name is not None:
        parts.append(f"filename={in_query(extra.file_name)}")
    if extra.inline:
        parts.append("inline")
    return "&".join(parts)
