"""Large objects: segments in a container of their own, and a manifest that makes one object of them (SLO)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import msgspec

from cumuli.calls.lost_answers import creating, doubtful
from cumuli.errors import (
    CloudError,
    Conflict,
    ContainerNotFound,
    InvalidRequest,
    MalformedResponse,
    NotFound,
    NotSupported,
    ObjectNotFound,
    PermissionDenied,
)
from cumuli.providers.openstack.swift.calls import SwiftCalls
from cumuli.providers.openstack.swift.containers import Containers
from cumuli.providers.openstack.swift.faults import error_of
from cumuli.providers.openstack.swift.models import SwiftObject, SwiftSegment, SwiftUpload
from cumuli.providers.openstack.swift.objects import Objects
from cumuli.providers.openstack.swift.segments import Segments
from cumuli.providers.openstack.swift.uploads import PUT_OBJECT, Uploads
from cumuli.providers.openstack.swift.wire import (
    MD5,
    decode_bulk,
    manifest,
    manifest_etag,
    manifest_of,
    segment_name,
    segments_container,
)
from cumuli.runtime.messages import Response, Source
from cumuli.storage.driver import PERHAPS_STORED, Address, MultipartUpload, Part, PutSpec, ReadSpec, Stored
from cumuli.storage.headers import bare, conditional, merged
from cumuli.storage.verify import Digest

__all__ = ["InParts", "Multipart", "upload_of"]

log = logging.getLogger("cumuli.swift")

# What of the caller's own headers holds for the segments as well: they are to go when the object goes.
EVERYWHERE = ("x-delete-at", "x-delete-after")
DELETE_BATCH = 1000
LOOKS_AT_ONCE = 16
# Seconds after which segments that were cut off on their way are deleted once more.
UNTIL_READ = (0.1, 0.4)


class Multipart:
    """The calls that make large objects."""

    def __init__(
        self, calls: SwiftCalls, containers: Containers, segments: Segments, objects: Objects, uploads: Uploads
    ) -> None:
        self._calls = calls
        self._containers = containers
        self._segments = segments
        self._objects = objects
        self._uploads = uploads

    async def start_multipart(self, spec: PutSpec) -> SwiftUpload:
        container = spec.address.container
        await self._uploads.look_before(spec)
        # The segments are kept by the same policy as the object. Whoever may only write is not told which.
        policy: str | None = None
        with suppress(PermissionDenied):
            policy = (await self._containers.get_container(container)).storage_policy
        replaced = await self._uploads.own_segments(spec)
        segments = segments_container(container)
        try:
            await self._containers.get_container(segments)
        except ContainerNotFound:
            headers = [("X-Storage-Policy", policy)] if policy else []
            await self._calls.send("Create container", "PUT", segments, headers=headers)
        except PermissionDenied:
            # Whether it is there is told by the first segment.
            pass
        return SwiftUpload(id=self._calls.runtime.token(), container=segments, replaced=replaced)

    async def upload_part(
        self, spec: PutSpec, upload: MultipartUpload, number: int, body: bytes, *, digest: Digest | None
    ) -> Part:
        ours = upload_of(upload)
        headers = [("Content-Type", "application/octet-stream")]
        if digest is not None:
            headers.append(("ETag", digest.value))
        return await self.put_segment(spec, ours, number, len(body), headers, body)

    async def put_segment(
        self,
        spec: PutSpec,
        upload: SwiftUpload,
        number: int,
        size: int,
        headers: list[tuple[str, str]],
        body: bytes = b"",
    ) -> Part:
        """Store a segment, from a body, or (by its headers) from what Swift has."""
        upload.sent.add(number)
        everywhere = {name: value for name, value in spec.headers.items() if name.lower() in EVERYWHERE}
        answer = await self._calls.send(
            PUT_OBJECT,
            "PUT",
            upload.container,
            segment_name(spec.address.name, upload.id, number),
            headers=merged(headers, everywhere),
            body=body,
            answers_late=not body,  # a copy, of up to a gibibyte
        )
        etag = bare(answer.headers.get("etag"))
        if etag is None or not MD5.fullmatch(etag):
            raise MalformedResponse(f"{spec.address.name}: segment {number} was stored, and has no MD5 for an etag")
        upload.stored.add(number)
        return Part(number=number, size=size, etag=etag, digest=Digest("md5", etag))

    async def complete_multipart(
        self, spec: PutSpec, upload: MultipartUpload, parts: Sequence[Part], *, digest: Digest | None
    ) -> Stored[SwiftObject]:
        ours = upload_of(upload)
        looked = await self._uploads.look_before(spec)
        ours.sent.add(0)
        size = sum(part.size for part in parts)
        expected = manifest_etag(part.etag for part in parts)
        try:
            body = manifest(
                ours.container,
                ((segment_name(spec.address.name, ours.id, part.number), part.etag, part.size) for part in parts),
            )
            etag = await self._put_manifest(spec, ours.container, body) or expected
        except CloudError as error:
            if doubtful(error, PUT_OBJECT) or error.repeated:
                # Nobody answered, and it may have arrived.
                if not await self._is_there(spec.address, expected, size):
                    raise
                etag = expected
            else:
                # Refused, so that nobody has to look whether it arrived.
                ours.sent.discard(0)
                raise
        if looked:
            await self._uploads.look_after(spec, etag)
        await self._uploads.forget(ours.replaced)
        return Stored(object=self._uploads.new_object(spec, size, etag, large=True))

    async def create_manifest(self, spec: PutSpec, segments: Sequence[SwiftSegment]) -> SwiftObject:
        """Make one object of those that are there.

        Raises:
            NotSupported: A range is wanted of one, and the service is not known to take any.
        """
        if any(each.range is not None for each in segments) and not await self._calls.is_openstack():
            # Whoever does not know ranges would take all of each segment.
            raise NotSupported("the service is not known to make objects of ranges of segments; leave the range out")
        looked = await self._uploads.look_before(spec)
        replaced = await self._uploads.own_segments(spec)
        complete = await self._calls.runtime.gather(
            [partial(self._complete, segment) for segment in segments], limit=LOOKS_AT_ONCE
        )
        replaced = await self._not_needed(replaced, complete)
        body = manifest_of((each.container, each.name, each.hash or "", each.size, each.range) for each in complete)
        sent = self._put_manifest(spec, "the segments", body)
        etag = await creating(sent, operation=PUT_OBJECT, advice=PERHAPS_STORED)
        if looked:
            await self._uploads.look_after(spec, etag)
        await self._uploads.forget(replaced)
        return await self._objects.head_object(ReadSpec(address=spec.address))

    async def _not_needed(
        self, replaced: Sequence[tuple[str, str]], segments: Sequence[SwiftSegment]
    ) -> list[tuple[str, str]]:
        """Those segments of what is replaced that its successor is not made of, not even by way of other objects."""
        used = {(segment.container, segment.name) for segment in segments}
        spare = [each for each in replaced if each not in used]
        if not spare:
            return []

        async def may_need_them(container: str, name: str) -> bool:
            try:
                return await self._objects.stands_for_others(Address(container=container, name=name))
            except (NotFound, PermissionDenied):
                return True

        others = used.difference(replaced)
        found = await self._calls.runtime.gather(
            [partial(may_need_them, *each) for each in others], limit=LOOKS_AT_ONCE
        )
        if any(found):
            log.warning(
                "%d segments of a replaced object stay, the first is %s/%s: a segment of the new one is a large object "
                "or a link, and may be made of them",
                len(spare),
                *spare[0],
            )
            return []
        return spare

    async def _complete(self, segment: SwiftSegment) -> SwiftSegment:
        """A segment with its size and its etag, by which Swift sees that it is the one that is meant."""
        if segment.hash is not None and segment.size >= 0:
            return segment
        found = await self._objects.head_object(
            ReadSpec(address=Address(container=segment.container, name=segment.name))
        )
        return msgspec.structs.replace(segment, hash=found.etag, size=found.size)

    async def _put_manifest(self, spec: PutSpec, container: str, body: bytes) -> str | None:
        """Make one object of its segments, and give its etag."""
        name = spec.address.name
        # Swift looks at every segment before it answers. With its heartbeat it sends white space meanwhile, and says in
        # the body how it went.
        heartbeat = await self._calls.is_openstack()
        own = [*self._uploads.put_headers(spec), *conditional(spec.conditions)]
        if heartbeat:
            own.append(("Accept", "application/json"))
        try:
            answer = await self._calls.send(
                PUT_OBJECT,
                "PUT",
                spec.address.container,
                name,
                query="multipart-manifest=put&heartbeat=on" if heartbeat else "multipart-manifest=put",
                headers=merged(own, spec.headers),
                body=body,
                repeatable=spec.conditions.if_none_match is None,
                check=_check_manifest,
                kept_alive=True,
            )
        except InvalidRequest as error:
            if "403 Forbidden" not in error.message:
                raise
            # Swift looks at each segment for whoever puts the manifest.
            raise PermissionDenied(
                f"{name}: Swift makes a large object only for those who may read its segments; ask for an ACL that "
                f"lets you read the container {container}, or upload it in one piece",
                status=error.status,
            ) from error
        if answer.status == 202 and heartbeat:
            return bare(decode_bulk(answer.body).etag)
        if answer.status != 201:
            raise MalformedResponse(
                f"{name}: the segments are stored, and Swift does not say that it made an object of them",
                status=answer.status,
                operation=PUT_OBJECT,
            )
        return bare(answer.headers.get("etag"))

    async def _is_there(self, address: Address, etag: str, size: int) -> bool:
        """Whether a large object of these segments is there; what cannot be told is a no."""
        try:
            found = await self._objects.head(ReadSpec(address=address))
        except CloudError:
            return False
        return found.large and (found.etag, found.size) == (etag, size)

    async def abort_multipart(self, spec: PutSpec, upload: MultipartUpload) -> None:
        ours = upload_of(upload)
        prefix = f"/{ours.container}/{segment_name(spec.address.name, ours.id, 0)[:-8]}"
        if 0 in ours.sent and await self._is_made_of(spec.address, prefix):
            # Nobody answered to the manifest, and it arrived. What was there before is gone: this is not to go as well.
            log.warning(
                "%s/%s was stored all the same; it is whole, and left there", spec.address.container, spec.address.name
            )
            await self._uploads.forget(ours.replaced)
            return
        # By name and not by a listing: a segment that is still being stored is deleted before it is there,
        # since Swift goes by the time of the request.
        await self._delete_segments(spec, ours, ours.sent - {0})
        # What nobody answered to may lie in a buffer on its way, and be younger than its deletion when it is read.
        unanswered = ours.sent - ours.stored - {0}
        if unanswered:
            for pause in UNTIL_READ:
                await self._calls.runtime.sleep(pause)
                await self._delete_segments(spec, ours, unanswered)

    async def _delete_segments(self, spec: PutSpec, upload: SwiftUpload, numbers: set[int]) -> None:
        names = [segment_name(spec.address.name, upload.id, number) for number in sorted(numbers)]
        for start in range(0, len(names), DELETE_BATCH):
            paths = [(upload.container, name) for name in names[start : start + DELETE_BATCH]]
            stored = {
                (upload.container, segment_name(spec.address.name, upload.id, number)) for number in upload.stored
            }
            for failure in (await self._objects.delete_paths(paths, there=stored)).values():
                raise failure

    async def _is_made_of(self, address: Address, prefix: str) -> bool:
        """Whether an object is made of segments whose paths begin so.

        Raises:
            Conflict: That cannot be told, so nothing of it may be deleted.
        """
        try:
            found = await self._objects.head(ReadSpec(address=address))
        except ObjectNotFound:
            return False
        if not found.large:
            return False
        segments = await self._segments.known_segments(found)
        if not segments:
            raise Conflict(
                f"{address.name} is a large object, and the service does not tell whether it is made of the segments "
                f"below {prefix}; they are left there"
            )
        return any(each.name.startswith(prefix) for each in segments)


def _check_manifest(answer: Response) -> CloudError | None:
    """The error of a manifest, or None. With a heartbeat the answer has the status 202 from its first byte on."""
    if answer.status != 202:
        return error_of(answer, method="PUT", subject="object")
    result = decode_bulk(answer.body)
    if result.code < 400:
        return None
    words = "; ".join([result.body, *(f"{path}: {status}" for path, status in result.errors)])
    told = Response(status=result.code, headers=answer.headers, body=words.encode())
    return error_of(told, method="PUT", subject="object")


def upload_of(upload: MultipartUpload) -> SwiftUpload:
    """The upload as this driver began it."""
    assert isinstance(upload, SwiftUpload)  # noqa: S101 - the engine gives back what start_multipart gave
    return upload


class InParts:
    """A source that does not tell its length, so that it goes up in parts whatever it is."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._count = 0

    @property
    def length(self) -> int | None:
        """Not told."""
        return None

    @property
    def rewindable(self) -> bool:
        """As of the source."""
        return self._source.rewindable

    async def read(self, size: int) -> bytes:
        """As of the source, which has to be as long as it said."""
        data = await self._source.read(size)
        self._count += len(data)
        due = self._source.length
        if due is not None and len(data) < size and self._count != due:
            raise InvalidRequest(f"the content has {self._count} bytes, and was said to have {due}")
        return data

    async def rewind(self) -> None:
        """As of the source."""
        await self._source.rewind()
        self._count = 0

    async def close(self) -> None:
        """As of the source."""
        await self._source.close()
