"""The driver of local folders. What touches files is in ``runtime/localfs``; here it is only asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import msgspec

from cumuli.calls.caller import Caller
from cumuli.calls.paging import Page
from cumuli.capabilities import Capabilities
from cumuli.errors import ChecksumMismatch, InvalidRequest, PreconditionFailed
from cumuli.providers.local.models import LocalObject
from cumuli.runtime.closed_client import closed_error
from cumuli.runtime.localfs.files import Check, Found, OpenFile
from cumuli.runtime.localfs.metadata import Record
from cumuli.runtime.localfs.names import pieces_of, too_long, usable
from cumuli.runtime.localfs.store import LocalStore
from cumuli.runtime.messages import Source
from cumuli.runtime.protocol import Runtime
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.driver import (
    Address,
    Conditions,
    ContainerSpec,
    CopySpec,
    Download,
    ListQuery,
    PutSpec,
    ReadSpec,
    StorageDriver,
    Stored,
    TransferRules,
    refuse,
)
from cumuli.storage.listing import behind, common_prefix
from cumuli.storage.models import Container, Prefix
from cumuli.storage.verify import Digest

__all__ = ["CAPABILITIES", "PROVIDER", "LocalDriver"]

T = TypeVar("T")

PROVIDER = "local"
PIECE = 1024 * 1024
FIRST_PAGE = 1000
LATER_PAGE = 10_000
LONGEST_NAME = 4096
OPEN_TO_ALL = "give out LocalObject.path"
CAPABILITIES = Capabilities(
    supported=frozenset(StorageCapability)
    - {
        StorageCapability.BULK_DELETE,
        StorageCapability.MULTIPART,
        StorageCapability.HEADERS,
        StorageCapability.GET_OBJECT_URL,
        StorageCapability.PUT_OBJECT_URL,
        StorageCapability.GET_CONTAINER_CDN_URL,
        StorageCapability.ENABLE_CONTAINER_CDN,
        StorageCapability.GET_OBJECT_CDN_URL,
    },
    alternatives={
        StorageCapability.GET_OBJECT_URL: OPEN_TO_ALL,
        StorageCapability.GET_OBJECT_CDN_URL: OPEN_TO_ALL,
        StorageCapability.HEADERS: "leave them out: no request is sent",
    },
)


class LocalDriver(StorageDriver[Container, LocalObject]):
    """Containers and objects in a folder.

    Args:
        caller: For its runtime; nothing is sent.
        root: The folder.
        fsync: Whether an upload returns only when its content is on the disk.
    """

    provider = PROVIDER
    capabilities = CAPABILITIES
    # The hash is computed where the content is written; the file system itself reports none.
    rules = TransferRules(put_hash=None, part_hash=None, unknown_length=True, max_put=1 << 62)

    def __init__(self, caller: Caller, *, root: str, fsync: bool) -> None:
        super().__init__(caller)
        self._store = LocalStore(root, fsync=fsync)
        self._closed = False

    @property
    def _open_store(self) -> LocalStore:
        """Where every operation begins; what is under way when the client closes still tidies up."""
        if self._closed:
            raise closed_error()
        return self._store

    async def close(self) -> None:
        self._closed = True

    async def _off(self, function: Callable[[], T]) -> T:
        return await self.caller.runtime.offload(function)

    # Names

    def check_container_name(self, name: str) -> None:
        if "/" in name or not usable(name):
            raise refuse(name, "a container", "no folder can have this name")
        if too_long(name):
            raise refuse(name, "a container", "a folder's name has at most 255 bytes")

    def check_object_name(self, name: str) -> None:
        if len(name.encode()) > LONGEST_NAME or any(too_long(piece) for piece in pieces_of(name)):
            raise refuse(
                name, "an object", f"it has more than {LONGEST_NAME} bytes, or more than 255 between two slashes"
            )

    # Containers

    async def list_containers(self, *, cursor: str | None) -> Page[Container]:
        return Page([_container(name) for name, _ in await self._off(self._open_store.containers)])

    async def get_container(self, name: str) -> Container:
        await self._off(partial(self._open_store.container, name))
        return _container(name)

    async def create_container(self, spec: ContainerSpec) -> Container:
        await self._off(partial(self._open_store.make_container, spec.name))
        return _container(spec.name)

    async def delete_container(self, name: str) -> None:
        await self._off(partial(self._open_store.remove_container, name))

    # Objects

    async def list_objects(self, query: ListQuery, *, cursor: str | None) -> Page[LocalObject | Prefix]:
        # The first text behind another one is that one with a NUL.
        start = cursor or (f"{query.start_after}\0" if query.start_after else "")
        # Every page reads its folder from the start, so whoever goes on past the first is given larger ones.
        limit = LATER_PAGE if cursor else FIRST_PAGE
        work = partial(self._open_store.page, query.container, query.prefix, start, partial(_fold, query), limit)
        results, rest = await self._off(work)
        items: list[LocalObject | Prefix] = [
            Prefix(container=query.container, name=name, provider=PROVIDER)
            if found is None
            else msgspec.structs.replace(_object(Address(container=query.container, name=name), found), meta_data={})
            for name, found in results
        ]
        return Page(items, rest)

    async def head_object(self, spec: ReadSpec) -> LocalObject:
        file = await self._open(spec.address, spec.conditions)
        await self._off(file.close)
        return _object(spec.address, file.found)

    async def read_object(self, spec: ReadSpec) -> Download[LocalObject]:
        file = await self._open(spec.address, spec.conditions)
        found = file.found
        start = spec.start_in(found.size)
        if spec.start > 0 and start >= found.size:
            await self._off(file.close)
            raise InvalidRequest(f"the range starts at byte {spec.start}, and the object has {found.size} bytes")
        length = file.limit(start, spec.end)
        return Download(
            object=_object(spec.address, found),
            body=_Body(file, self.caller.runtime),
            start=start,
            length=length,
            digest=Digest("md5", found.md5) if found.md5 else None,
        )

    async def put_object(self, spec: PutSpec, body: bytes | Source, *, digest: Digest | None) -> Stored[LocalObject]:
        address = spec.address
        record = Record(
            content_type=spec.content_type, content_encoding=spec.content_encoding, meta_data=spec.meta_data
        )
        if isinstance(body, bytes):
            found = await self._off(partial(self._write_at_once, address, body, record, _check(spec.conditions)))
            return _stored(address, found)
        writer = await self._off(partial(self._open_store.writer, address.container))
        try:
            while piece := await body.read(PIECE):
                await self._off(partial(writer.write, piece))
            if body.length is not None and writer.size != body.length:
                raise InvalidRequest(  # noqa: TRY301 - what ends a write is handled in one place
                    f"the content has {writer.size} bytes, and {body.length} were announced"
                )
            found = await self._off(partial(writer.commit, address.name, record, _check(spec.conditions)))
        except BaseException:
            await self._off(writer.abort)
            raise
        return _stored(address, found)

    async def delete_object(self, address: Address, *, if_match: str | None = None) -> None:
        check = _check(Conditions(if_match=if_match))
        await self._off(partial(self._open_store.remove, address.container, address.name, check))

    async def copy_object(self, spec: CopySpec) -> LocalObject:
        file = await self._open(spec.source, Conditions())
        old = file.found.record
        record = Record(
            content_type=spec.content_type or old.content_type,
            content_encoding=old.content_encoding,
            meta_data=old.meta_data if spec.meta_data is None else spec.meta_data,
        )
        try:
            writer = await self._off(partial(self._open_store.writer, spec.target.container))
            try:
                while piece := await self._off(partial(file.read, PIECE)):
                    await self._off(partial(writer.write, piece))
                found = await self._off(partial(writer.commit, spec.target.name, record, _anything))
            except BaseException:
                await self._off(writer.abort)
                raise
        finally:
            await self._off(file.close)
        return _object(spec.target, found)

    async def _open(self, address: Address, conditions: Conditions) -> OpenFile:
        return await self._off(partial(self._open_store.open, address.container, address.name, _check(conditions)))

    def _write_at_once(self, address: Address, data: bytes, record: Record, check: Check) -> Found:
        writer = self._open_store.writer(address.container)
        try:
            writer.write(data)
            return writer.commit(address.name, record, check)
        except BaseException:
            writer.abort()
            raise


class _Body:
    """A file's content as the engine reads it."""

    def __init__(self, file: OpenFile, runtime: Runtime) -> None:
        self._file = file
        self._runtime = runtime

    async def read(self, size: int) -> bytes:
        data = await self._runtime.offload(partial(self._file.read, size))
        if not data and self._file.left:
            raise ChecksumMismatch(f"{self._file.found.path} became shorter while it was read; none of it was kept")
        return data

    async def close(self) -> None:
        await self._runtime.offload(self._file.close)


def _container(name: str) -> Container:
    return Container(name=name, provider=PROVIDER)


def _object(address: Address, found: Found) -> LocalObject:
    return LocalObject(
        container=address.container,
        name=address.name,
        size=found.size,
        provider=PROVIDER,
        hash=found.md5,
        etag=_etag(found),
        content_type=found.record.content_type,
        content_encoding=found.record.content_encoding,
        last_modified=_moment(found),
        meta_data=found.record.meta_data,
        path=found.path,
    )


def _stored(address: Address, found: Found) -> Stored[LocalObject]:
    """What was put. Its hash is of the bytes as they were written; nobody else had them in between."""
    return Stored(object=_object(address, found), checked="md5" if found.md5 else None)


def _etag(found: Found) -> str:
    return found.md5 or f"{found.inode:x}-{found.changed:x}-{found.size:x}"


def _moment(found: Found) -> dt.datetime:
    try:
        return dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=found.changed // 1000)
    except OverflowError:
        # Files may claim to be from after the year 9999, or from before the year 1.
        far = dt.datetime.max.replace(tzinfo=dt.UTC)
        return far if found.changed > 0 else dt.datetime.min.replace(tzinfo=dt.UTC)


def _fold(query: ListQuery, name: str) -> tuple[str, str] | None:
    common = common_prefix(name, query)
    return None if common is None else (common, behind(common))


def _anything(found: Found | None) -> None:
    """Whatever is there may be replaced."""


def _check(conditions: Conditions) -> Check:
    """What raises where a condition does not hold."""

    def check(found: Found | None) -> None:
        etag = None if found is None else _etag(found)
        wanted, unwanted, since = conditions.if_match, conditions.if_none_match, conditions.if_modified_since
        modified, until = None if found is None else _moment(found), conditions.if_unmodified_since
        failed: str | None = None
        if wanted is not None and (etag is None or wanted not in {"*", etag}):
            failed = "if_match"
        elif etag is not None and unwanted in {"*", etag}:
            failed = "if_none_match"
        elif since is not None and modified is not None and modified <= since:
            failed = "if_modified_since"
        elif until is not None and modified is not None and modified > until:
            failed = "if_unmodified_since"
        if failed is not None:
            raise PreconditionFailed(f"the condition {failed} does not hold")

    return check
