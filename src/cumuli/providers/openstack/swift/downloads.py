"""Reading objects."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import msgspec

from cumuli.errors import (
    InvalidRequest,
    MalformedResponse,
    NotFound,
    ObjectNotFound,
    PermissionDenied,
    PreconditionFailed,
)
from cumuli.providers.openstack.swift.calls import SwiftCalls
from cumuli.providers.openstack.swift.models import SwiftObject
from cumuli.providers.openstack.swift.objects import Objects, known_large, without_match
from cumuli.providers.openstack.swift.segment_bodies import VerifiedBody
from cumuli.providers.openstack.swift.segments import GET_OBJECT, Segments
from cumuli.providers.openstack.swift.wire import (
    Segment,
)
from cumuli.runtime.messages import ResponseStream
from cumuli.storage.driver import Address, Download, ReadSpec
from cumuli.storage.headers import bare, check_conditions, conditional, extent, merged, number, ranged
from cumuli.storage.verify import Digest

__all__ = ["Downloads"]

log = logging.getLogger("cumuli.swift")


class Downloads:
    """The calls that read objects."""

    def __init__(self, calls: SwiftCalls, objects: Objects, segments: Segments) -> None:
        self._calls = calls
        self._objects = objects
        self._segments = segments

    async def read_object(self, spec: ReadSpec) -> Download[SwiftObject]:
        try:
            return await self._read(spec)
        except ObjectNotFound as error:
            raise await self._calls.missing(error, spec.address.container) from error.__cause__

    async def _read(self, spec: ReadSpec) -> Download[SwiftObject]:
        # What the caller has of the object may tell already that it is large.
        manifest = await self._manifest(spec.address) if known_large(spec.address) and spec.end is None else None
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
        lost: list[MalformedResponse] = []
        try:
            etag, segments = await self._segments.manifest(address, lost)
        except ObjectNotFound:
            # Not shown by Ceph's gateway. Or replaced in this moment by what is no large object; or deleted, as the
            # next answer will say.
            return await self._manifest_by_name(address)
        if lost:
            log.warning("%s cannot be verified: its manifest has something odd: %s", address.name, lost[0].message)
            return None
        return etag, segments

    async def _manifest_by_name(self, address: Address) -> tuple[str | None, list[Segment]] | None:
        try:
            found = await self._objects.head(ReadSpec(address=address))
            segments = await self._segments.segments_by_name(found) if found.large else []
        except (NotFound, PermissionDenied):
            return None
        return (found.etag, segments) if segments else None

    async def _get_object(self, spec: ReadSpec) -> tuple[Download[SwiftObject], dict[str, str]]:
        """The content, and the headers of the answer."""
        body, known = await self._begin(spec)
        if "x-object-manifest" in known and not (spec.whole and "content-length" in known):
            # A dynamic object of which Swift may not know all. Not beside the open answer, as above.
            await body.close()
            found = await self._objects.head(spec)
            if found.manifest is not None and not found.size:
                return await self._joined(spec, found, found.manifest), known
            body, known = await self._begin(spec)
        try:
            answer = self._download(spec.address, body, known)
            check_conditions(spec.conditions, answer.object)
            return answer, known
        except BaseException:
            await body.close()
            raise

    async def _begin(self, spec: ReadSpec) -> tuple[ResponseStream, dict[str, str]]:
        headers = conditional(spec.conditions) + ranged(spec)
        try:
            body = await self._calls.receive(
                GET_OBJECT,
                spec.address.container,
                spec.address.name,
                headers=merged(headers, spec.headers),
            )
        except PreconditionFailed as error:
            await self._objects.matched(spec, error)
            body, known = await self._begin(without_match(spec))
            if bare(known.get("etag")) != spec.conditions.if_match:
                await body.close()
                raise
            return body, known
        return body, dict(body.headers.pairs())

    async def _joined(self, spec: ReadSpec, found: SwiftObject, manifest: str) -> Download[SwiftObject]:
        """The content of a dynamic object, segment by segment."""
        segments = await self._segments.dynamic_segments(manifest)
        size = sum(each.bytes for each in segments)
        start = spec.start_in(size)
        if spec.start > 0 and start >= size:
            raise InvalidRequest("the range begins at or beyond the end of the object")
        end = size if spec.end is None else min(spec.end, size)
        return Download(
            object=msgspec.structs.replace(found, size=size),
            body=self._segments.dynamic_body(segments, start, end, found.name),
            start=start,
            length=end - start,
        )

    def _download(self, address: Address, body: ResponseStream, known: Mapping[str, str]) -> Download[SwiftObject]:
        length = number(known.get("content-length"))
        start, size = extent(address.name, body.status, known)
        obj = self._objects.object_of(address, known, size or 0)
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


def _whole_segments(
    obj: SwiftObject, known: Mapping[str, str], manifest: tuple[str | None, list[Segment]] | None
) -> list[Segment]:
    """The segments by which the content can be verified; empty where it cannot."""
    etag, segments = manifest or (None, [])
    # Replaced in the meantime, or made of ranges and of other large objects, whose hashes are of something else.
    if etag != bare(known.get("x-manifest-etag", etag)) or any(
        each.range or each.sub_slo or each.data is not None for each in segments
    ):
        return []
    return segments if sum(each.bytes for each in segments) == obj.size else []
