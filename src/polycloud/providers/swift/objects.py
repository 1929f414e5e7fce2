"""Objects: reading, putting and deleting them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

import msgspec

from polycloud.errors import (
    AuthenticationError,
    CloudError,
    InvalidRequest,
    MalformedResponse,
    NotFound,
    ObjectNotFound,
    PermissionDenied,
)
from polycloud.providers.swift.dynamic import Dynamic
from polycloud.providers.swift.models import SwiftAddress, SwiftObject
from polycloud.providers.swift.verified import VerifiedBody
from polycloud.runtime.messages import Response, ResponseStream, Source
from polycloud.runtime.outcomes import creating, deleting
from polycloud.storage.driver import PERHAPS_STORED, Address, Download, PutSpec, ReadSpec, Stored
from polycloud.storage.models import DeleteResult
from polycloud.storage.verify import Digest
from polycloud.wire.headers import bare, conditional, extent, http_date, merged, number
from polycloud.wire.swift import (
    MD5,
    OBJECT_META,
    BulkAnswer,
    Segment,
    bulk_line,
    decode_bulk,
    decode_manifest,
    decode_names,
    is_large,
    is_md5,
    meta_headers,
    moment_of,
    read_meta_data,
    segments_container,
    segments_prefix,
    unquoted,
)
from polycloud.wire.swift_faults import error_of, error_of_status

__all__ = ["PUT_OBJECT", "Objects", "check_bulk", "raise_for", "split_path"]

log = logging.getLogger("polycloud.swift")

BULK_HEADERS = (("Accept", "application/json"), ("Content-Type", "text/plain"))
PUT_OBJECT = "Create or replace object"
LOOKS_AT_ONCE = 16
LARGE_DELETES_AT_ONCE = 4


class Objects(Dynamic):
    """The calls on objects."""

    # Reading

    async def head_object(self, spec: ReadSpec) -> SwiftObject:
        try:
            found = await self._head(spec)
        except ObjectNotFound as error:
            raise await self.missing(error, spec.address.container) from error.__cause__
        if found.manifest is not None and not found.size:
            segments = await self.dynamic_segments(found.manifest)
            return msgspec.structs.replace(found, size=sum(each.bytes for each in segments))
        return found

    async def _head(self, spec: ReadSpec) -> SwiftObject:
        """What Swift says of an object, which is not all of a dynamic one."""
        address = spec.address
        answer = await self.send(
            "Show object metadata",
            "HEAD",
            address.container,
            address.name,
            headers=merged(conditional(spec.conditions), spec.headers),
        )
        known = dict(answer.headers.pairs())
        return self._object(address, known, number(known.get("content-length")) or 0)

    async def read_object(self, spec: ReadSpec) -> Download[SwiftObject]:
        try:
            return await self._read(spec)
        except ObjectNotFound as error:
            raise await self.missing(error, spec.address.container) from error.__cause__

    async def _read(self, spec: ReadSpec) -> Download[SwiftObject]:
        # What the caller has of the object may tell already that it is large.
        manifest = await self._manifest(spec.address) if _large(spec.address) and spec.end is None else None
        answer, known = await self._get_object(spec)
        if not answer.object.large or spec.end is not None:
            return answer
        if manifest is None:
            # Not beside the open answer: downloads that hold all connections would wait for each other's.
            await answer.body.close()
            manifest = await self._manifest(spec.address)
            answer, known = await self._get_object(spec)
        segments = _whole_segments(answer.object, known, manifest)
        if not segments:
            return answer
        return msgspec.structs.replace(
            answer, body=VerifiedBody(answer.body, segments, answer.start, spec.address.name)
        )

    async def _manifest(self, address: Address) -> tuple[str | None, list[Segment]] | None:
        try:
            return await self.segments(address)
        except ObjectNotFound:
            # Replaced in this moment, by what is no large object; or deleted, as the next answer will say.
            return None

    async def _get_object(self, spec: ReadSpec) -> tuple[Download[SwiftObject], dict[str, str]]:
        """The content, and the headers of the answer."""
        body, known = await self._begin(spec)
        if "x-object-manifest" in known and not (spec.whole and "content-length" in known):
            # A dynamic object of which Swift may not know all. Not beside the open answer, as above.
            await body.close()
            found = await self._head(spec)
            if found.manifest is not None and not found.size:
                return await self._joined(spec, found, found.manifest), known
            body, known = await self._begin(spec)
        try:
            return self._download(spec.address, body, known), known
        except BaseException:
            await body.close()
            raise

    async def _begin(self, spec: ReadSpec) -> tuple[ResponseStream, dict[str, str]]:
        headers = conditional(spec.conditions)
        if not spec.whole:
            headers.append(("Range", f"bytes={spec.start}-{'' if spec.end is None else spec.end - 1}"))
        body = await self.receive(
            "Get object content and metadata",
            spec.address.container,
            spec.address.name,
            headers=merged(headers, spec.headers),
        )
        return body, dict(body.headers.pairs())

    async def _joined(self, spec: ReadSpec, found: SwiftObject, manifest: str) -> Download[SwiftObject]:
        """The content of a dynamic object, segment by segment."""
        segments = await self.dynamic_segments(manifest)
        size = sum(each.bytes for each in segments)
        if spec.start and spec.start >= size:
            raise InvalidRequest("the range begins at or beyond the end of the object")
        end = size if spec.end is None else min(spec.end, size)
        return Download(
            object=msgspec.structs.replace(found, size=size),
            body=self.dynamic_body(segments, spec.start, end, found.name),
            start=spec.start,
            length=end - spec.start,
        )

    def _download(self, address: Address, body: ResponseStream, known: Mapping[str, str]) -> Download[SwiftObject]:
        length = number(known.get("content-length"))
        start, size = extent(address.name, body.status, known)
        obj = self._object(address, known, size or 0)
        digest = Digest("md5", obj.hash) if obj.hash else None
        return Download(
            object=obj,
            body=body,
            start=start,
            length=length,
            digest=digest,
            sized=size is not None,
            delimited=length is not None or "transfer-encoding" in known,
        )

    async def segments(self, address: Address) -> tuple[str | None, list[Segment]]:
        """The manifest of a static large object: its etag, and the segments in order."""
        answer = await self.send(
            "Get object content and metadata",
            "GET",
            address.container,
            address.name,
            query="multipart-manifest=get",
        )
        if not is_large(dict(answer.headers.pairs())):
            raise ObjectNotFound(f"{address.name} is no static large object, and has no segments")
        return bare(answer.headers.get("etag")), decode_manifest(answer.body)

    # Putting

    async def put_object(self, spec: PutSpec, body: bytes | Source, *, digest: Digest | None) -> Stored[SwiftObject]:
        replaced = await self.own_segments(spec)
        headers = [*self.put_headers(spec), *conditional(spec.conditions)]
        if digest is not None:
            headers.append(("ETag", digest.value))
        conditional_put = spec.conditions.if_none_match is not None
        sent = self.send(
            PUT_OBJECT,
            "PUT",
            spec.address.container,
            spec.address.name,
            headers=merged(headers, spec.headers),
            body=body,
            repeatable=not conditional_put,
        )
        answer = await (creating(sent, operation=PUT_OBJECT, advice=PERHAPS_STORED) if conditional_put else sent)
        await self.forget(replaced)
        etag = bare(answer.headers.get("etag"))
        size = len(body) if isinstance(body, bytes) else body.length or 0
        reported = Digest("md5", etag) if etag is not None and MD5.fullmatch(etag) else None
        return Stored(object=self.new_object(spec, size, etag, large=False), digest=reported)

    def put_headers(self, spec: PutSpec) -> list[tuple[str, str]]:
        """What the object is to become, but for the caller's own headers."""
        headers = [("Content-Type", spec.content_type)]
        if spec.content_encoding is not None:
            headers.append(("Content-Encoding", spec.content_encoding))
        return headers + meta_headers(OBJECT_META, spec.meta_data)

    def new_object(self, spec: PutSpec, size: int, etag: str | None, *, large: bool) -> SwiftObject:
        """What was put."""
        return SwiftObject(
            container=spec.address.container,
            name=spec.address.name,
            size=size,
            provider=self.provider,
            hash=etag if etag and not large and MD5.fullmatch(etag) else None,
            etag=etag,
            content_type=spec.content_type,
            content_encoding=spec.content_encoding,
            meta_data=spec.meta_data,
            large=large,
        )

    async def own_segments(self, spec: PutSpec) -> list[tuple[str, str]]:
        """The segments, made by polycloud, of the large object that an upload is to replace."""
        if self.leave_segments or spec.conditions.if_none_match is not None:
            return []
        address = spec.address
        try:
            if not (await self._head(ReadSpec(address=address))).large:
                return []
            if await self.keeps_versions(address.container):
                return []
            _, segments = await self.segments(address)
        except (NotFound, PermissionDenied):
            return []
        ours = f"/{segments_container(address.container)}/{segments_prefix(address.name)}"
        return [split_path(each.name) for each in segments if each.name.startswith(ours)]

    async def forget(self, segments: Sequence[tuple[str, str]]) -> None:
        """Delete segments that nothing is made of any more. What was put is there all the same."""
        if not segments:
            return
        try:
            failed = await self.delete_paths(segments)
        except CloudError as error:
            failed = dict.fromkeys(segments, error)
        for (container, name), reason in failed.items():
            log.warning("the segment %s/%s of a replaced object could not be deleted: %s", container, name, reason)

    # Deleting

    async def delete_object(self, address: Address) -> None:
        try:
            large = await self._has_segments(address) and not await self.keeps_versions(address.container)
        except ObjectNotFound as error:
            raise await self.missing(error, address.container) from error.__cause__
        except PermissionDenied:
            # Who may write need not be allowed to read. Whether there are segments is not to be known then: the
            # deletion that takes them along reads the manifest as this user, and follows links to other objects'.
            await deleting(self.send("Delete object", "DELETE", address.container, address.name))
            return
        await self._delete(address, large=large)

    async def _has_segments(self, address: Address) -> bool:
        """Whether an object is large itself, and no link to one, whose segments are not its own."""
        answer = await self.send("Show object metadata", "HEAD", address.container, address.name, query="symlink=get")
        return is_large(dict(answer.headers.pairs()))

    async def _delete(self, address: Address, *, large: bool) -> None:
        """Delete what is known to be there; that it is gone in the meantime is no error."""
        if large:
            answer = await self.send(
                "Delete object",
                "DELETE",
                address.container,
                address.name,
                query="multipart-manifest=delete",
                headers=(("Accept", "application/json"),),
                check=check_bulk,
            )
            result = decode_bulk(answer.body)
            if not any("Not an SLO" in words for _, words in result.errors):
                raise_for(result, address.name)
                return
        with suppress(ObjectNotFound):
            await self.send("Delete object", "DELETE", address.container, address.name)

    async def delete_objects(self, container: str, addresses: Sequence[Address]) -> list[DeleteResult]:
        # What is known to be large may be known by a link to it.
        unknown = dict.fromkeys(address.name for address in addresses if _large(address) is not False)
        large: dict[str, bool] = {}
        failed: dict[str, CloudError] = {}

        async def look(name: str) -> None:
            try:
                if await self._has_segments(Address(container=container, name=name)):
                    large[name] = True
            except (ObjectNotFound, PermissionDenied):
                # Not to be read, and perhaps to be deleted: as ``delete_object``.
                pass
            except CloudError as error:
                failed[name] = error

        async def delete(name: str) -> None:
            try:
                await self._delete(Address(container=container, name=name), large=True)
            except CloudError as error:
                failed[name] = error

        gather = self.caller.runtime.gather
        await gather([partial(look, name) for name in unknown], limit=LOOKS_AT_ONCE)
        if large and await self.keeps_versions(container):
            large.clear()
        plain = dict.fromkeys(
            (container, address.name)
            for address in addresses
            if address.name not in large and address.name not in failed
        )
        failed.update({name: error for (_, name), error in (await self.delete_paths(list(plain))).items()})
        await gather([partial(delete, name) for name in large], limit=LARGE_DELETES_AT_ONCE)
        return [
            DeleteResult(container=container, name=address.name, error=failed.get(address.name))
            for address in addresses
        ]

    async def delete_paths(self, paths: Sequence[tuple[str, str]]) -> dict[tuple[str, str], CloudError]:
        """Delete plain objects in one request, and give those that are still there. Swift's operation: Bulk delete."""
        lines = {path: bulk_line(*path) for path in paths}
        together = [line for line in lines.values() if line is not None]
        failed: dict[tuple[str, str], CloudError] = {}
        if together:
            answer = await self.send(
                "Bulk delete",
                "POST",
                query="bulk-delete",
                headers=BULK_HEADERS,
                body=b"\n".join(together),
                check=check_bulk,
            )
            result = decode_bulk(answer.body)
            if result.code >= 400 and not result.errors:
                raise error_of_status(f"{result.status} {result.body}")
            errors = decode_names(result.errors)
            for container, name in paths:
                status = errors.pop(f"/{container}/{name}", None)
                if status is not None:
                    failed[container, name] = error_of_status(status)
            # It gives up after too many failures, and says nothing of the rest.
            if errors or result.deleted + result.not_found + len(failed) < len(together):
                raise MalformedResponse(
                    f"{len(together)} objects were to be deleted, and the answer does not tell of each of them; "
                    "list the container to see which are left"
                )
        for (container, name), line in lines.items():
            if line is None:
                try:
                    await self._delete(Address(container=container, name=name), large=False)
                except CloudError as error:
                    failed[container, name] = error
        return failed

    # Models

    def _object(self, address: Address, known: Mapping[str, str], size: int) -> SwiftObject:
        """What an answer's headers tell of an object."""
        etag = bare(known.get("etag"))
        modified = known.get("last-modified")
        dynamic = known.get("x-object-manifest")
        return SwiftObject(
            container=address.container,
            name=address.name,
            size=size,
            provider=self.provider,
            hash=etag if is_md5(etag, known) else None,
            etag=etag,
            content_type=known.get("content-type"),
            content_encoding=known.get("content-encoding"),
            last_modified=http_date(modified) if modified else None,
            meta_data=read_meta_data(OBJECT_META, known.items()),
            large=is_large(known),
            manifest=None if dynamic is None else unquoted(dynamic),
            delete_at=moment_of(known.get("x-delete-at")),
        )


def raise_for(result: BulkAnswer, what: str) -> None:
    """Raise the first error that an answer about many objects tells of, if there is one."""
    if result.errors:
        path, status = result.errors[0]
        error = error_of_status(status)
        error.message = f"{what}: {path}: {error.message}"
        raise error
    if result.code >= 400:
        raise error_of_status(f"{result.status} {result.body}")


def check_bulk(answer: Response) -> CloudError | None:
    """The error of a call about many objects, or None.

    Such an answer has the status 200 from its first byte on; that the token is not accepted comes later.
    """
    error = error_of(answer, method="POST", subject="account")
    if error is not None:
        return error
    result = decode_bulk(answer.body)
    if result.code == 401 or any(words.startswith("401") for _, words in result.errors):
        return AuthenticationError("the token is not accepted", status=401)
    return None


def split_path(path: str) -> tuple[str, str]:
    """The container and the name of a segment's path."""
    container, _, name = path.lstrip("/").partition("/")
    return container, name


def _large(address: Address) -> bool | None:
    return address.large if isinstance(address, SwiftAddress) else None


def _whole_segments(
    obj: SwiftObject, known: Mapping[str, str], manifest: tuple[str | None, list[Segment]] | None
) -> list[Segment]:
    """The segments by which the content can be verified; empty where it cannot."""
    etag, segments = manifest or (None, [])
    # Replaced in the meantime, or made of ranges and of other large objects, whose hashes are of something else.
    if etag != bare(known.get("x-manifest-etag", etag)) or any(each.range or each.sub_slo for each in segments):
        return []
    return segments if sum(each.bytes for each in segments) == obj.size else []
