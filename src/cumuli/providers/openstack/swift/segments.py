"""What large objects are made of: static ones (SLO) and dynamic ones (DLO)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec

from cumuli.calls.paging import iterate_pages
from cumuli.errors import Conflict, ContainerNotFound, MalformedResponse, ObjectNotFound, PreconditionFailed
from cumuli.providers.openstack.swift.calls import SwiftCalls
from cumuli.providers.openstack.swift.containers import Containers
from cumuli.providers.openstack.swift.models import SwiftObject
from cumuli.providers.openstack.swift.segment_bodies import JoinedBody, VerifiedBody
from cumuli.providers.openstack.swift.wire import (
    MD5,
    Segment,
    decode_manifest,
    goes_along,
    is_large,
    manifest_etag,
    segment_of,
    segments_container,
    segments_prefix,
)
from cumuli.runtime.messages import ResponseStream
from cumuli.storage.driver import Address, Conditions, ListQuery
from cumuli.storage.headers import bare, conditional, extent
from cumuli.storage.models import Prefix

__all__ = ["GET_OBJECT", "Segments", "split_path"]

log = logging.getLogger("cumuli.swift")

GET_OBJECT = "Get object content and metadata"


class Segments:
    """The calls on manifests and on segments.

    A dynamic large object is whatever begins with its manifest's prefix at the moment. Swift makes one of the first
    page of that listing, of 10,000 names. Where there are more, it tells no size (to ``HEAD``: 0), gives the content
    without its length, and ignores ranges. Such objects are read segment by segment.
    """

    def __init__(self, calls: SwiftCalls, containers: Containers) -> None:
        self._calls = calls
        self._containers = containers

    async def manifest(
        self, address: Address, lost: list[MalformedResponse] | None = None
    ) -> tuple[str | None, list[Segment]]:
        """The manifest of a static large object: its etag, and the segments in order.

        Args:
            address: Of the object.
            lost: Takes an error for each segment that cannot be read; None raises it.
        """
        answer = await self._calls.send(
            GET_OBJECT,
            "GET",
            address.container,
            address.name,
            query="multipart-manifest=get",
        )
        if not is_large(dict(answer.headers.pairs())):
            raise ObjectNotFound(f"{address.name} is no static large object, and has no segments")
        unread: list[MalformedResponse] = [] if lost is None else lost
        try:
            segments = decode_manifest(answer.body, unread)
        except msgspec.MsgspecError as error:
            raise MalformedResponse(
                f"the manifest of {address.name} is none: {error}", operation=GET_OBJECT, status=answer.status
            ) from error
        if lost is None and unread:
            unread[0].operation = GET_OBJECT
            raise unread[0]
        return bare(answer.headers.get("etag")), segments

    async def known_segments(self, obj: SwiftObject) -> list[Segment]:
        """The segments of a static large object, in order; empty where nothing tells them."""
        try:
            return (await self.manifest(Address(container=obj.container, name=obj.name)))[1]
        except ObjectNotFound:
            return await self.segments_by_name(obj)

    async def may_go(self, obj: SwiftObject) -> bool:
        """Whether what a static large object is made of may be deleted with it; where it may not, the log tells why."""
        address = Address(container=obj.container, name=obj.name)
        lost: list[MalformedResponse] = []
        try:
            _, segments = await self.manifest(address, lost)
        except ObjectNotFound:
            segments = await self.segments_by_name(obj)
        others = [each.name for each in segments if each.data is None and not goes_along(each, obj.container, obj.name)]
        if others:
            reason = f"{others[0][1:]} may be an object in its own right"
        elif any(each.data is not None for each in segments):
            reason = "its manifest has content in it that is no segment, which no tool does that keeps segments so"
        elif lost or not segments:
            reason = "the service does not tell which they are"
        else:
            return True
        log.warning("the segments of %s/%s, which is being deleted, stay: %s", obj.container, obj.name, reason)
        return False

    async def segments_by_name(self, obj: SwiftObject) -> list[Segment]:
        """The segments of an object that cumuli uploaded, without its manifest, which Ceph's gateway shows nobody.

        Several uploads may have left segments of an object's name. Those that it is made of are told by its etag, which
        is made of theirs; where two sets of them would do, nothing is told.
        """
        container = segments_container(obj.container)
        query = ListQuery(container=container, prefix=segments_prefix(obj.name))
        uploads: dict[str, list[Segment]] = {}
        try:
            async for entry in iterate_pages(
                lambda cursor: self._containers.page_of_objects(query, cursor=cursor, whole=True),
                key=_name,
                order=_name,
            ):
                told = segment_of(entry.name)
                if told is not None and isinstance(entry, SwiftObject):
                    segment = Segment(name=f"/{container}/{entry.name}", bytes=entry.size, hash=entry.hash)
                    uploads.setdefault(told[1], []).append(segment)
        except ContainerNotFound:
            return []
        fitting = [
            segments
            for segments in uploads.values()
            if manifest_etag(each.hash or "" for each in segments) == obj.etag
            and sum(each.bytes for each in segments) == obj.size
        ]
        return fitting[0] if len(fitting) == 1 else []

    async def dynamic_segments(self, manifest: str) -> list[Segment]:
        """All the segments that a manifest (``container/prefix``) stands for, in order."""
        container, _, prefix = manifest.partition("/")
        query = ListQuery(container=container, prefix=prefix)
        found: list[Segment] = []
        async for entry in iterate_pages(
            lambda cursor: self._containers.page_of_objects(query, cursor=cursor, whole=True), key=_name, order=_name
        ):
            # Without a delimiter there are objects only.
            if isinstance(entry, SwiftObject):
                md5 = entry.hash if entry.hash is not None and MD5.fullmatch(entry.hash) else None
                found.append(Segment(name=f"/{container}/{entry.name}", bytes=entry.size, hash=md5))
        return found

    def dynamic_body(self, segments: Sequence[Segment], start: int, end: int, name: str) -> VerifiedBody:
        """The content of these segments from one byte to before another one; each is verified by its own hash."""
        return VerifiedBody(JoinedBody(self._open_segment, segments, start, end, name), segments, start, name)

    async def _open_segment(self, segment: Segment, start: int, end: int) -> ResponseStream:
        container, _, name = segment.name[1:].partition("/")
        # The same that was listed, or none: the object would be made of two others.
        headers = conditional(Conditions(if_match=segment.hash))
        if (start, end) != (0, segment.bytes):
            headers.append(("Range", f"bytes={start}-{end - 1}"))
        changed = Conflict(f"the segment {container}/{name} was changed while the object was being read; start again")
        try:
            body = await self._calls.receive(GET_OBJECT, container, name, headers=headers)
        except PreconditionFailed as error:
            raise changed from error
        try:
            if extent(name, body.status, dict(body.headers.pairs())) != (start, segment.bytes):
                raise changed  # noqa: TRY301 - the body is closed in one place
        except BaseException:
            await body.close()
            raise
        return body


def split_path(path: str) -> tuple[str, str]:
    """The container and the name of a segment's path."""
    container, _, name = path.lstrip("/").partition("/")
    return container, name


def _name(entry: SwiftObject | Prefix) -> str:
    return entry.name
