"""The portable storage models: frozen plain data.

Equality is a snapshot of every field; the hash is by provider, kind and name. What only one
provider knows is a typed field of its subclass. Wherever a client accepts a container, it accepts
the container's name as well; wherever it accepts an object, a pair of container and name will do.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from cumuli.errors import CloudError
from cumuli.storage.verify import Algorithm

__all__ = ["Container", "DeleteResult", "Object", "ObjectLike", "Prefix"]


class Container(msgspec.Struct, frozen=True, kw_only=True):
    """A container of objects (S3: a bucket; LocalStorage: a folder).

    Attributes:
        name: Its name, which is its id as well.
        provider: Registry name of the provider (``"s3"``).
        object_count: Objects in it, or None where the provider does not tell. Some providers
            count late.
        size: Bytes in it, likewise.
        created_at: When it was created, in UTC, or None.
        meta_data: User metadata of the container, where the provider has it and was asked for it
            (``get_container``); keys in lower case.
    """

    name: str
    provider: str
    object_count: int | None = None
    size: int | None = None
    created_at: dt.datetime | None = None
    meta_data: dict[str, str] = {}

    @property
    def id(self) -> str:
        """The name, which identifies a container."""
        return self.name

    def __hash__(self) -> int:
        return hash((self.provider, "container", self.name))


class Object(msgspec.Struct, frozen=True, kw_only=True):
    """An object as it was when the provider told of it.

    Listings tell less than ``get_object``: content type and metadata may be missing there.

    Attributes:
        container: Name of its container.
        name: Its name (S3: its key), any text that the provider takes.
        size: Bytes.
        provider: Registry name of the provider.
        hash: MD5 of the content in hexadecimal, or None where the provider does not know it.
        etag: The provider's own tag of this content, without quotes, as ``if_match=`` takes it;
            None where it has none. One that a proxy has weakened is ``W/"…"``: it is no ``if_match=``.
        content_type: MIME type, or None where it was not told.
        content_encoding: As it was stored; cumuli neither packs nor unpacks. None for none.
        last_modified: When this content was stored, in UTC, or None.
        meta_data: User metadata; keys in lower case. Empty in listings.
        verified_by: Of an object that an upload or a download gave: the hash by which its content was verified, here
            or by the provider that was sent it along; large uploads perhaps part by part. None where nothing but
            the length could be, and wherever no content has moved.
    """

    container: str
    name: str
    size: int
    provider: str
    hash: str | None = None
    etag: str | None = None
    content_type: str | None = None
    content_encoding: str | None = None
    last_modified: dt.datetime | None = None
    meta_data: dict[str, str] = {}
    verified_by: Algorithm | None = None

    def __hash__(self) -> int:
        return hash((self.provider, "object", self.container, self.name))


class Prefix(msgspec.Struct, frozen=True, kw_only=True):
    """What a listing with a delimiter gives in the place of all objects below one "folder".

    Attributes:
        container: Name of the container.
        name: The names' common beginning, up to and with the delimiter: ``"photos/2024/"``.
        provider: Registry name of the provider.
    """

    container: str
    name: str
    provider: str

    def __hash__(self) -> int:
        return hash((self.provider, "prefix", self.container, self.name))


class DeleteResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one object of ``delete_objects``.

    Attributes:
        container: Name of its container.
        name: Its name.
        error: Why it is still there, or None: it is gone. One that was not there in the first
            place counts as gone.
    """

    container: str
    name: str
    error: CloudError | None = None


ObjectLike = Object | tuple[Container | str, str]
"""How an object is given: as the model, or as a pair of its container (or its name) and its name."""
