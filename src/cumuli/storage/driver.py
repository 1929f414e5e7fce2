"""The SPI of object storage: what a provider implements.

A driver makes its provider's calls and nothing else. Argument checks, capability checks, paging,
hashing and comparing, splitting of large uploads, resumption of broken downloads and batching are
the portable client's and the transfer engine's (``upload.py``, ``download.py``), written once. A driver

* implements the methods whose capabilities it declares, and no others: the client never calls the rest;
* awaits only ``self.caller`` and the runtime behind it (``self.caller.runtime``);
* takes names and specs, never models; providers subclass the specs for their ``ex_`` arguments;
* gives one page per call of a listing and passes the provider's own cursor through ``Page.next``;
* raises ``ContainerNotFound`` or ``ObjectNotFound`` where the provider says that something is missing
  (of an object in a missing container it is the container, if need be by one more look),
  ``PreconditionFailed`` where a condition does not hold (304 and 412 alike), and ``InvalidRequest``
  where a range starts at or beyond the end of the object (416);
* reports the hashes that the provider reports, and leaves comparing them to the engine; says of a tag that may be
  no hash of the content that it is not sure (``Digest.sure``);
* deletes nothing that it has stored because a hash looks wrong: it may be all that there is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeVar, runtime_checkable

import msgspec

from cumuli.calls.caller import Caller
from cumuli.calls.paging import Page
from cumuli.capabilities import Capabilities
from cumuli.errors import ContainerNotFound, InvalidRequest, NotFound, NotSupported, ObjectNotFound
from cumuli.runtime.messages import Source
from cumuli.storage.models import Container, DeleteResult, Object, Prefix
from cumuli.storage.verify import Algorithm, Digest, Integrity

if TYPE_CHECKING:
    # Only checkers know the defaults of type variables on Python 3.11.
    from typing_extensions import TypeVar as TypeVarWithDefault

    ContainerT = TypeVarWithDefault("ContainerT", bound=Container, default=Container, covariant=True)
    ObjectT = TypeVarWithDefault("ObjectT", bound=Object, default=Object, covariant=True)
else:
    ContainerT = TypeVar("ContainerT")
    ObjectT = TypeVar("ObjectT")

__all__ = [
    "PERHAPS_STORED",
    "UNCONDITIONAL",
    "Address",
    "Body",
    "Conditions",
    "ContainerSpec",
    "CopySpec",
    "Download",
    "ListQuery",
    "MultipartUpload",
    "Part",
    "PutSpec",
    "ReadSpec",
    "StorageDriver",
    "Stored",
    "TransferRules",
    "UrlSpec",
    "VerifyingBody",
    "named",
    "refuse",
]

MIB = 1024 * 1024
MAX_SHOWN = 80
PERHAPS_STORED = (
    "it may have been stored all the same: look before you try again, since a second upload would find the first one's "
    "object"
)
"""For a conditional put whose answer was lost, and which is not repeated for that."""


class TransferRules(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider wants objects moved.

    Attributes:
        put_hash: The hash by which an object that is put in one request is verified: the one that
            the provider reports in its answer. None where it reports none.
        part_hash: Likewise for one part of a multipart upload.
        whole_hash: A hash of the whole content that a multipart upload is to be finished with
            (``complete_multipart(digest=)``), or None.
        multipart_from: Objects of this many bytes or more, known beforehand, go up in parts.
        max_put: Largest object, in bytes, that goes up in one request.
        part_size: Bytes of a part, all but the last one; grows for objects that would need more
            than ``max_parts``.
        max_parts: Most parts of one upload.
        largest_part: Most bytes of one part.
        equal_parts: Whether all parts but the last one must have the same size, however long the content.
        unknown_length: Whether one request may carry a body of unknown length (chunked). Used where
            there is no multipart upload; otherwise content of unknown length is tried as one part.
        delete_batch: Most objects of one ``delete_objects``.
        conditional_parts: Whether the end of an upload in parts takes conditions. Otherwise content under a
            condition goes up in one request, up to ``max_put``.
        read_part: Bytes of a range in which large objects are downloaded, several ranges at a time; None for
            one request for all of it.
    """

    put_hash: Algorithm | None = "md5"
    part_hash: Algorithm | None = "md5"
    whole_hash: Algorithm | None = None
    multipart_from: int = 16 * MIB
    max_put: int = 5 * 1024 * MIB
    part_size: int = 8 * MIB
    max_parts: int = 10_000
    largest_part: int = 5 * 1024 * MIB
    equal_parts: bool = False
    unknown_length: bool = False
    delete_batch: int = 1000
    conditional_parts: bool = True
    read_part: int | None = None


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Which object: the names of its container and of itself. Providers subclass it (a version)."""

    container: str
    name: str


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """Under which a call is to take effect; otherwise ``PreconditionFailed``.

    Attributes:
        if_match: Only if the object's etag is this one (given without quotes; ``"*"``: it exists).
        if_none_match: Only if it is not this one, weak or not (``"*"``: there is no object).
        if_modified_since: Only if it was stored after this moment, in UTC.
        if_unmodified_since: Only if it was not stored after this moment, in UTC.
    """

    if_match: str | None = None
    if_none_match: str | None = None
    if_modified_since: dt.datetime | None = None
    if_unmodified_since: dt.datetime | None = None


UNCONDITIONAL = Conditions()


class ContainerSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What ``create_container`` was asked for. Providers subclass it for their ``ex_`` arguments."""

    name: str


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What a listing of objects was asked for.

    Attributes:
        container: Name of the container.
        prefix: Only names that start so; empty for all.
        delimiter: Names are given up to the first delimiter after the prefix, as one ``Prefix`` for
            all that share it; empty for none.
        start_after: Only names behind this one in the order of their UTF-8 bytes; empty for all.
    """

    container: str
    prefix: str = ""
    delimiter: str = ""
    start_after: str = ""


class ReadSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What to read of an object, or (``head_object``) to tell about it.

    Attributes:
        address: Which object.
        start: First byte; negative for so many from the end of the object (``end`` is None then), which is all of a
            shorter one.
        end: The byte behind the last one, or None for the end of the object.
        conditions: Under which it is read.
        headers: Extra request headers of the caller's.
        known: Etag and size of the object as the caller has them, or None. What has the same etag and
            another size was damaged on the way.
        integrity: What is asked of its verification.
    """

    address: Address
    start: int = 0
    end: int | None = None
    known: tuple[str, int] | None = None
    conditions: Conditions = UNCONDITIONAL
    headers: dict[str, str] = {}
    integrity: Integrity = "if possible"

    @property
    def whole(self) -> bool:
        """Whether this is all of the object: no range is to be asked for then."""
        return self.start == 0 and self.end is None

    def start_in(self, size: int) -> int:
        """The first byte that is wanted of an object of this size."""
        return self.start if self.start >= 0 else max(0, size + self.start)


class PutSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What an upload is to become. Providers subclass it for their ``ex_`` arguments.

    Attributes:
        address: Which object.
        content_type: MIME type; never empty.
        content_encoding: Value for ``Content-Encoding``, or None.
        meta_data: User metadata; keys are HTTP tokens in lower case, values any text. The driver
            encodes what its wire cannot carry, and decodes it on reading.
        conditions: Under which it is put (etags only). A conditional put is not
            repeatable: its own first attempt may be what a second one meets.
        headers: Extra request headers of the caller's.
        integrity: What is asked of its verification. ``"off"``: no hash need be computed.
    """

    address: Address
    content_type: str
    content_encoding: str | None = None
    meta_data: dict[str, str] = {}
    conditions: Conditions = UNCONDITIONAL
    headers: dict[str, str] = {}
    integrity: Integrity = "if possible"


class CopySpec(msgspec.Struct, frozen=True, kw_only=True):
    """A copy within the provider.

    Attributes:
        source: What to copy.
        target: Where to.
        content_type: The copy's MIME type, or None for the source's.
        meta_data: The copy's user metadata instead of the source's, or None for the source's.
        headers: Extra request headers of the caller's.
    """

    source: Address
    target: Address
    content_type: str | None = None
    meta_data: dict[str, str] | None = None
    headers: dict[str, str] = {}


class UrlSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A time-limited URL.

    Attributes:
        address: Which object.
        method: What the URL allows; HEAD and DELETE where the provider's client offers them.
        expires_in: Seconds from now.
        content_type: For PUT: the ``Content-Type`` that has to be sent, or None.
    """

    address: Address
    method: Literal["GET", "PUT", "HEAD", "DELETE"]
    expires_in: int
    content_type: str | None = None


class Body(Protocol):
    """An object's bytes as they arrive. A ``ResponseStream`` is one."""

    async def read(self, size: int) -> bytes:
        """Between 1 and ``size`` bytes; ``b""`` only at the end of a whole body, else ``ConnectionFailed``."""
        ...

    async def close(self) -> None:
        """Release what it holds; idempotent."""
        ...


@runtime_checkable
class VerifyingBody(Body, Protocol):
    """A body that verifies itself while it is read, where the hash of the whole is not known."""

    @property
    def verified_by(self) -> Algorithm | None:
        """By what all of what was read was verified, once it was; None where some of it could not be."""
        ...

    def take_over(self, before: Body) -> None:
        """Go on where another body of the same object broke off, with what that one knows of the bytes before."""
        ...


class Download(msgspec.Struct, Generic[ObjectT], frozen=True, kw_only=True):
    """An answer to ``read_object``.

    Attributes:
        object: What is being read, from the answer's headers; ``size`` is that of the whole object, or 0 where the
            answer does not tell it (``sized``).
        body: Its bytes; closed by the engine.
        start: Where in the object the body begins, as the answer says (``Content-Range``; 0 when it
            has none).
        length: Bytes in the body as the answer declares, or None where it does not.
        digest: The hash of the whole object that the provider reports, or None: none, or one that
            is not a hash of the plain content (a multipart etag).
        sized: Whether the answer tells the size of the object.
        delimited: Whether the body's end is part of it, so that one that was cut does not look whole. The end of the
            connection is no such end.
    """

    object: ObjectT
    body: Body
    start: int = 0
    length: int | None = None
    digest: Digest | None = None
    sized: bool = True
    delimited: bool = True


class Stored(msgspec.Struct, Generic[ObjectT], frozen=True, kw_only=True):
    """An answer to a put.

    Attributes:
        object: What is stored now. ``size`` is the size sent where the answer does not tell.
        digest: The hash that the provider reports of what it stored, or None.
        checked: The hash that the provider was sent along with the content, and compares before it stores it, by
            its protocol; None where there was none, or it is not known to look.
    """

    object: ObjectT
    digest: Digest | None = None
    checked: Algorithm | None = None


class MultipartUpload(msgspec.Struct, frozen=True, kw_only=True):
    """An upload in parts under way. Providers subclass it for what else they need to remember.

    Attributes:
        id: The provider's id of it.
    """

    id: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part that is up.

    Attributes:
        number: From 1.
        size: Bytes.
        etag: The provider's tag of it, without quotes.
        digest: The hash that the provider reports of it, or None.
        checked: As for ``Stored``.
    """

    number: int
    size: int
    etag: str
    digest: Digest | None = None
    checked: Algorithm | None = None


class StorageDriver(Generic[ContainerT, ObjectT]):
    """Base of storage drivers; see the module's docstring for the rules.

    Attributes:
        provider: Registry name (``"s3"``).
        capabilities: What the provider can do; an instance may have its own.
        rules: How it wants objects moved; an instance may have its own.
        caller: Sends requests.
    """

    provider: str
    capabilities: Capabilities
    rules: TransferRules = TransferRules()

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    async def close(self) -> None:
        """Release what the driver holds besides the runtime, which the client closes."""

    def _lacking(self, verb: str) -> NotSupported:
        # Reached only when a driver declares a capability and forgets its method.
        return NotSupported(f"the {self.provider} driver declares {verb} and does not implement it")

    # Names: pure checks, called before any I/O with every name that a caller gives

    def check_container_name(self, name: str) -> None:
        """Raise ``InvalidRequest`` for a name that the provider cannot have. The name is not empty and
        can be encoded in UTF-8: the client has made sure of that.
        """

    def check_object_name(self, name: str) -> None:
        """Likewise for objects."""

    # Containers

    async def list_containers(self, *, cursor: str | None) -> Page[ContainerT]:
        raise self._lacking("list_containers")

    async def get_container(self, name: str) -> ContainerT:
        """One container, or ``ContainerNotFound``."""
        raise self._lacking("get_container")

    async def create_container(self, spec: ContainerSpec) -> ContainerT:
        """A new container; ``ContainerExists`` where the name is taken, even by this account."""
        raise self._lacking("create_container")

    async def delete_container(self, name: str) -> None:
        """Delete an empty container; ``NotEmpty`` or ``ContainerNotFound`` otherwise."""
        raise self._lacking("delete_container")

    # Objects

    async def list_objects(self, query: ListQuery, *, cursor: str | None) -> Page[ObjectT | Prefix]:
        """One page, in the order of the names' UTF-8 bytes; ``ContainerNotFound`` for a missing container."""
        raise self._lacking("list_container_objects")

    async def head_object(self, spec: ReadSpec) -> ObjectT:
        """What ``get_object`` tells of an object, without its content. No range is asked for."""
        raise self._lacking("get_object")

    async def read_object(self, spec: ReadSpec) -> Download[ObjectT]:
        """Begin to read an object: returns when the headers are there."""
        raise self._lacking("download_object")

    async def put_object(self, spec: PutSpec, body: bytes | Source, *, digest: Digest | None) -> Stored[ObjectT]:
        """Put an object in one request.

        Args:
            spec: What it is to become.
            body: Its content. A source has a known length, unless ``rules.unknown_length``.
            digest: The content's ``rules.put_hash`` when it is known beforehand (``body`` is bytes): to be
                sent along, so that the provider refuses damaged content (``ChecksumMismatch`` then).
        """
        raise self._lacking("upload_object")

    async def delete_object(self, address: Address, *, if_match: str | None = None) -> None:
        """Delete an object; ``ObjectNotFound`` where the provider tells that there is none.

        With ``if_match`` (``DELETE_IF_MATCH``) only if its etag is this one, else ``PreconditionFailed``; of an object
        that is not there either error will do. It is not repeated then: its own first attempt may be what it meets.
        """
        raise self._lacking("delete_object")

    async def delete_objects(self, container: str, addresses: Sequence[Address]) -> list[DeleteResult]:
        """Delete up to ``rules.delete_batch`` objects of one container in one request; a result for
        each, in order. Only for ``BULK_DELETE``; without it the client deletes them one by one.
        """
        raise self._lacking("delete_objects")

    async def copy_object(self, spec: CopySpec) -> ObjectT:
        """Copy within the provider, of any size, in several requests if need be."""
        raise self._lacking("copy_object")

    # Uploads in parts, for MULTIPART

    async def start_multipart(self, spec: PutSpec) -> MultipartUpload:
        raise self._lacking("start_multipart")

    async def upload_part(
        self, spec: PutSpec, upload: MultipartUpload, number: int, body: bytes, *, digest: Digest | None
    ) -> Part:
        """Put one part (from 1); several at the same time. ``digest`` as for ``put_object``, by ``rules.part_hash``."""
        raise self._lacking("upload_part")

    async def complete_multipart(
        self, spec: PutSpec, upload: MultipartUpload, parts: Sequence[Part], *, digest: Digest | None
    ) -> Stored[ObjectT]:
        """Make one object of the parts (in order). ``digest`` is the whole content's, by ``rules.whole_hash``."""
        raise self._lacking("complete_multipart")

    async def abort_multipart(self, spec: PutSpec, upload: MultipartUpload) -> None:
        """Remove an unfinished upload and its parts. An upload that is already gone is no error."""
        raise self._lacking("abort_multipart")

    def composite_etag(self, parts: Sequence[Part]) -> str | None:
        """The etag that an object of these parts has to have, or None where that is not known."""
        return None

    # URLs

    async def object_url(self, spec: UrlSpec) -> str:
        raise self._lacking("get_object_url")

    async def container_cdn_url(self, name: str) -> str:
        raise self._lacking("get_container_cdn_url")

    async def enable_container_cdn(self, name: str) -> None:
        raise self._lacking("enable_container_cdn")

    async def object_cdn_url(self, address: Address) -> str:
        raise self._lacking("get_object_cdn_url")


def named(error: NotFound, container: str, name: str) -> NotFound:
    """An error of what is not there, whose message says what that is."""
    if isinstance(error, ContainerNotFound | ObjectNotFound) and container:
        what = f"{container}/{name}" if name and isinstance(error, ObjectNotFound) else container
        error.message = f"{_shortened(what)!r}: {error.message}"
    return error


def refuse(name: str, what: str, reason: str) -> InvalidRequest:
    """The error for a name that cannot be; ``what`` reads like "a container"."""
    shown = _shortened(name)
    return InvalidRequest(f"{shown!r} cannot be the name of {what}: {reason}")


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 3]}…"
