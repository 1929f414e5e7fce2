"""``MemoryStorageAccount``: the server side of the in-memory object store.

Everything that a real provider does behind its endpoint happens here; the driver beside it only
sees requests and answers. What a request asks for is its ``operation``; its arguments are a JSON
object behind the ``?`` of its target, its body is content.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from cumuli.runtime.messages import Headers, Request, Response
from cumuli.runtime.mutex import Mutex
from cumuli.storage.driver import Conditions, CopySpec, ListQuery, Part, PutSpec, ReadSpec, UrlSpec
from cumuli.storage.listing import common_prefix, names_page
from cumuli.storage.models import Container, Object, Prefix

__all__ = ["OPERATIONS", "PROVIDER", "Listed", "MemoryStorageAccount"]

PROVIDER = "memory"


class Listed(msgspec.Struct):
    """One page of a listing of objects."""

    objects: list[Object]
    prefixes: list[Prefix]
    next: str | None


class _Refusal(Exception):
    """How the account says no: a status and a code, as a provider's API would."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class _Kept(msgspec.Struct):
    """An object and its content.

    Attributes:
        object: The object.
        content: Its content.
        since: Since when there is one of that name.
    """

    object: Object
    content: bytes
    since: dt.datetime


class _Upload(msgspec.Struct):
    """An upload in parts under way."""

    spec: PutSpec
    parts: dict[int, bytes]


class _Bucket(msgspec.Struct):
    """A container and what it holds."""

    container: Container
    objects: dict[str, _Kept]
    uploads: dict[str, _Upload]
    published: bool = False


class MemoryStorageAccount:
    """An account with the in-memory object store. Give it to several clients, and they see the same things.

    It may be shared by threads, and by sync and async clients.
    """

    def __init__(self) -> None:
        self._lock = Mutex()
        self._buckets: dict[str, _Bucket] = {}
        self._numbers = 0
        self._calls: list[str] = []

    @property
    def calls(self) -> tuple[str, ...]:
        """The operation of every request that has arrived, oldest first."""
        return tuple(self._calls)

    @property
    def open_uploads(self) -> int:
        """How many uploads in parts were neither completed nor aborted."""
        with self._lock:
            return sum(len(bucket.uploads) for bucket in self._buckets.values())

    def answer(self, request: Request, *, region: str, now: float, unlisted: float) -> Response:
        """Do what a request asks, at once.

        Args:
            request: Its operation is one of ``_Work``'s methods; its body is bytes.
            region: Not used: an account's containers are the same everywhere.
            now: Seconds since 1970, for times.
            unlisted: Seconds for which what is new is not listed.
        """
        with self._lock:
            self._calls.append(request.operation)
            self._numbers += 1
            moment = dt.datetime.fromtimestamp(now, dt.UTC)
            body = request.body if isinstance(request.body, bytes) else b""
            work = _Work(self._buckets, body, moment, self._numbers, dt.timedelta(seconds=unlisted))
            verb: Callable[[bytes], Response] = getattr(work, request.operation)
            try:
                return verb(request.target.partition("?")[2].encode())
            except _Refusal as refusal:
                return _json({"code": refusal.code, "message": str(refusal)}, refusal.status)


def _json(answer: object, status: int = 200) -> Response:
    return Response(status=status, headers=Headers(), body=msgspec.json.encode(answer))


class _InBucket(msgspec.Struct):
    """Arguments of what concerns one container."""

    container: str


class _Listing(msgspec.Struct):
    query: ListQuery
    cursor: str | None
    limit: int | None


class _Containers(msgspec.Struct):
    cursor: str | None
    limit: int | None


class _Put(msgspec.Struct):
    spec: PutSpec
    md5: str | None


class _PutPart(msgspec.Struct):
    spec: PutSpec
    upload: str
    number: int
    md5: str | None


class _Finish(msgspec.Struct):
    spec: PutSpec
    upload: str
    parts: list[Part] = []


class _Delete(msgspec.Struct):
    container: str
    names: list[str]
    if_match: str | None = None


class _Work:
    """One request's work on the account. Each public method is an operation."""

    def __init__(
        self, buckets: dict[str, _Bucket], content: bytes, now: dt.datetime, number: int, unlisted: dt.timedelta
    ) -> None:
        self._buckets = buckets
        self._content = content
        self._now = now
        self._number = number
        self._unlisted = unlisted

    # Containers

    def list_containers(self, arguments: bytes) -> Response:
        asked = msgspec.json.decode(arguments, type=_Containers)
        known = [name for name, bucket in self._buckets.items() if self._is_listed(bucket.container.created_at)]
        names, rest = names_page(sorted(known), ListQuery(container=""), cursor=asked.cursor, limit=asked.limit)
        return _json({"items": [self._counted(self._buckets[name]) for name in names], "next": rest})

    def get_container(self, arguments: bytes) -> Response:
        return _json(self._counted(self._bucket(msgspec.json.decode(arguments, type=_InBucket).container)))

    def create_container(self, arguments: bytes) -> Response:
        name = msgspec.json.decode(arguments, type=_InBucket).container
        if name in self._buckets:
            raise _Refusal(409, "ContainerExists", f"there is a container {name!r} already")
        container = Container(name=name, provider=PROVIDER, created_at=self._now, object_count=0, size=0)
        self._buckets[name] = _Bucket(container, {}, {})
        return _json(container)

    def delete_container(self, arguments: bytes) -> Response:
        name = msgspec.json.decode(arguments, type=_InBucket).container
        if self._bucket(name).objects:
            raise _Refusal(409, "NotEmpty", f"the container {name!r} still holds objects; delete them first")
        del self._buckets[name]
        return _json(None)

    # Objects

    def list_objects(self, arguments: bytes) -> Response:
        asked = msgspec.json.decode(arguments, type=_Listing)
        kept = self._bucket(asked.query.container).objects
        objects = {name: each for name, each in kept.items() if self._is_listed(each.since)}
        results, rest = names_page(sorted(objects), asked.query, cursor=asked.cursor, limit=asked.limit)
        return _json(
            Listed(
                [
                    replace(objects[name].object, meta_data={})
                    for name in results
                    if common_prefix(name, asked.query) is None
                ],
                [
                    Prefix(container=asked.query.container, name=name, provider=PROVIDER)
                    for name in results
                    if common_prefix(name, asked.query) is not None
                ],
                rest,
            )
        )

    def head_object(self, arguments: bytes) -> Response:
        spec = msgspec.json.decode(arguments, type=ReadSpec)
        return _json(self._readable(spec).object)

    def read_object(self, arguments: bytes) -> Response:
        spec = msgspec.json.decode(arguments, type=ReadSpec)
        kept = self._readable(spec)
        if spec.start > 0 and spec.start >= len(kept.content):
            raise _Refusal(
                416, "InvalidRange", f"the range starts at {spec.start}, and the object has {len(kept.content)} bytes"
            )
        content = kept.content if spec.whole else kept.content[spec.start_in(len(kept.content)) : spec.end]
        return Response(
            status=200, headers=Headers((("object", msgspec.json.encode(kept.object).decode()),)), body=content
        )

    def put_object(self, arguments: bytes) -> Response:
        asked = msgspec.json.decode(arguments, type=_Put)
        self._check_arrived(asked.md5)
        return _json(self._keep(asked.spec, self._content, None))

    def delete_object(self, arguments: bytes) -> Response:
        asked = msgspec.json.decode(arguments, type=_Delete)
        bucket = self._bucket(asked.container)
        for name in asked.names:
            _check_conditions(Conditions(if_match=asked.if_match), self._kept(bucket, name).object)
            del bucket.objects[name]
        return _json(None)

    def delete_objects(self, arguments: bytes) -> Response:
        asked = msgspec.json.decode(arguments, type=_Delete)
        bucket = self._bucket(asked.container)
        for name in asked.names:
            bucket.objects.pop(name, None)
        return _json(None)

    def copy_object(self, arguments: bytes) -> Response:
        spec = msgspec.json.decode(arguments, type=CopySpec)
        source = self._kept(self._bucket(spec.source.container), spec.source.name)
        old = source.object
        put = PutSpec(
            address=spec.target,
            content_type=spec.content_type or old.content_type or "",
            content_encoding=old.content_encoding,
            meta_data=old.meta_data if spec.meta_data is None else spec.meta_data,
        )
        return _json(self._keep(put, source.content, old.etag))

    # Uploads in parts

    def start_multipart(self, arguments: bytes) -> Response:
        asked = msgspec.json.decode(arguments, type=_Put)
        bucket = self._bucket(asked.spec.address.container)
        upload = f"upload-{self._number}"
        bucket.uploads[upload] = _Upload(asked.spec, {})
        return _json({"id": upload})

    def upload_part(self, arguments: bytes) -> Response:
        asked = msgspec.json.decode(arguments, type=_PutPart)
        self._check_arrived(asked.md5)
        self._upload(asked.spec, asked.upload).parts[asked.number] = self._content
        return _json({"md5": _md5(self._content)})

    def complete_multipart(self, arguments: bytes) -> Response:
        asked = msgspec.json.decode(arguments, type=_Finish)
        parts = self._upload(asked.spec, asked.upload).parts
        for part in asked.parts:
            if part.etag != _md5(parts.get(part.number, b"")):
                raise _Refusal(400, "InvalidRequest", f"there is no part {part.number} with the etag {part.etag}")
        content = b"".join(parts[part.number] for part in asked.parts)
        hashes = b"".join(bytes.fromhex(part.etag) for part in asked.parts)
        stored = self._keep(asked.spec, content, f"{_md5(hashes)}-{len(asked.parts)}")
        del self._bucket(asked.spec.address.container).uploads[asked.upload]
        return _json(stored)

    def abort_multipart(self, arguments: bytes) -> Response:
        asked = msgspec.json.decode(arguments, type=_Finish)
        self._bucket(asked.spec.address.container).uploads.pop(asked.upload, None)
        return _json(None)

    # URLs

    def object_url(self, arguments: bytes) -> Response:
        spec = msgspec.json.decode(arguments, type=UrlSpec)
        until = int(self._now.timestamp()) + spec.expires_in
        path = f"{quote(spec.address.container, safe='')}/{quote(spec.address.name)}"
        return _json(f"https://storage.invalid/{path}?method={spec.method}&expires={until}")

    def enable_container_cdn(self, arguments: bytes) -> Response:
        self._bucket(msgspec.json.decode(arguments, type=_InBucket).container).published = True
        return _json(None)

    def container_cdn_url(self, arguments: bytes) -> Response:
        name = msgspec.json.decode(arguments, type=_InBucket).container
        if not self._bucket(name).published:
            raise _Refusal(404, "ContainerNotFound", f"the container {name!r} is not published; enable its CDN first")
        return _json(f"https://{quote(name, safe='')}.cdn.invalid")

    # What operations share

    def _is_listed(self, since: dt.datetime | None) -> bool:
        return not self._unlisted or since is None or self._now - since >= self._unlisted

    def _bucket(self, name: str) -> _Bucket:
        if name not in self._buckets:
            raise _Refusal(404, "ContainerNotFound", f"there is no container {name!r}; create it first")
        return self._buckets[name]

    def _upload(self, spec: PutSpec, upload: str) -> _Upload:
        uploads = self._bucket(spec.address.container).uploads
        if upload not in uploads:
            raise _Refusal(404, "UploadNotFound", f"there is no upload {upload!r}")
        return uploads[upload]

    @staticmethod
    def _kept(bucket: _Bucket, name: str) -> _Kept:
        if name not in bucket.objects:
            raise _Refusal(404, "ObjectNotFound", f"there is no object {name!r} in {bucket.container.name!r}")
        return bucket.objects[name]

    def _readable(self, spec: ReadSpec) -> _Kept:
        kept = self._kept(self._bucket(spec.address.container), spec.address.name)
        _check_conditions(spec.conditions, kept.object)
        return kept

    def _check_arrived(self, md5: str | None) -> None:
        if md5 is not None and md5 != _md5(self._content):
            raise _Refusal(400, "BadDigest", "the content that arrived does not have the MD5 that came with it")

    def _keep(self, spec: PutSpec, content: bytes, etag: str | None) -> Object:
        address = spec.address
        bucket = self._bucket(address.container)
        before = bucket.objects.get(address.name)
        _check_conditions(spec.conditions, before.object if before else None)
        md5 = _md5(content)
        stored = Object(
            container=address.container,
            name=address.name,
            size=len(content),
            provider=PROVIDER,
            hash=md5,
            etag=etag or md5,
            content_type=spec.content_type,
            content_encoding=spec.content_encoding,
            last_modified=self._now,
            meta_data=spec.meta_data,
        )
        bucket.objects[address.name] = _Kept(stored, content, before.since if before else self._now)
        return stored

    @staticmethod
    def _counted(bucket: _Bucket) -> Container:
        return replace(
            bucket.container,
            object_count=len(bucket.objects),
            size=sum(len(kept.content) for kept in bucket.objects.values()),
        )


def _check_conditions(conditions: Conditions, found: Object | None) -> None:
    etag = None if found is None else found.etag
    wanted, unwanted, since = conditions.if_match, conditions.if_none_match, conditions.if_modified_since
    modified, until = None if found is None else found.last_modified, conditions.if_unmodified_since
    failed = None
    if wanted is not None and (etag is None or wanted not in {"*", etag}):
        failed = "if_match"
    elif etag is not None and unwanted in {"*", etag}:
        failed = "if_none_match"
    elif since is not None and modified is not None and modified <= since:
        failed = "if_modified_since"
    elif until is not None and modified is not None and modified > until:
        failed = "if_unmodified_since"
    if failed is not None:
        raise _Refusal(412, "PreconditionFailed", f"the condition {failed} does not hold")


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


OPERATIONS = frozenset(name for name in vars(_Work) if not name.startswith("_"))
