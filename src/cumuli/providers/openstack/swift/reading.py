"""Reading objects, and what they are made of."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import msgspec

from cumuli.calls.left_out import tell_left_out
from cumuli.calls.paging import iterate_pages
from cumuli.errors import (
    ContainerNotFound,
    InvalidRequest,
    MalformedResponse,
    NotFound,
    NotSupported,
    ObjectNotFound,
    PermissionDenied,
)
from cumuli.providers.openstack.swift.dynamic import Dynamic
from cumuli.providers.openstack.swift.models import SwiftAddress, SwiftObject
from cumuli.providers.openstack.swift.verified import VerifiedBody
from cumuli.providers.openstack.swift.wire import (
    OBJECT_META,
    Segment,
    decode_manifest,
    is_large,
    is_md5,
    manifest_etag,
    moment_of,
    read_meta_data,
    segment_of,
    segments_container,
    segments_prefix,
    unquoted,
)
from cumuli.runtime.messages import ResponseStream
from cumuli.storage.driver import Address, Download, ListQuery, ReadSpec
from cumuli.storage.headers import bare, conditional, extent, http_date, merged, number
from cumuli.storage.models import Prefix
from cumuli.storage.verify import Digest

__all__ = ["Reading", "known_large", "split_path"]

log = logging.getLogger("cumuli.swift")

GET_OBJECT = "Get object content and metadata"


class Reading(Dynamic):
    """The calls that read objects."""

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
            etag, segments = await self.segments(address, lost)
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
            found = await self._head(ReadSpec(address=address))
            segments = await self.segments_by_name(found) if found.large else []
        except (NotFound, PermissionDenied):
            return None
        return (found.etag, segments) if segments else None

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
            GET_OBJECT,
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

    async def segments(
        self, address: Address, lost: list[MalformedResponse] | None = None
    ) -> tuple[str | None, list[Segment]]:
        """The manifest of a static large object: its etag, and the segments in order.

        Args:
            address: Of the object.
            lost: Takes an error for each segment that cannot be read; None raises it.
        """
        answer = await self.send(
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

    async def list_segments(self, address: Address) -> list[Segment]:
        """The segments of a static large object, in order; those that cannot be read are left out, and told.

        Raises:
            ObjectNotFound: It is none.
            NotSupported: The service does not tell.
        """
        lost: list[MalformedResponse] = []
        try:
            _, segments = await self.segments(address, lost)
        except ObjectNotFound as error:
            return await self._segments_not_shown(address, error)
        tell_left_out(lost, provider=self.provider, operation=GET_OBJECT)
        return segments

    async def _segments_not_shown(self, address: Address, error: ObjectNotFound) -> list[Segment]:
        found = await self._head(ReadSpec(address=address))
        if not found.large:
            raise error
        segments = await self.segments_by_name(found)
        if not segments:
            raise NotSupported(f"the service does not show of which segments {address.name} is made")
        return segments

    async def known_segments(self, obj: SwiftObject) -> list[Segment]:
        """The segments of a static large object, in order; empty where nothing tells them."""
        try:
            return (await self.segments(Address(container=obj.container, name=obj.name)))[1]
        except ObjectNotFound:
            return await self.segments_by_name(obj)

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
                lambda cursor: self.page_of_objects(query, cursor=cursor, whole=True), key=_name, order=_name
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


def split_path(path: str) -> tuple[str, str]:
    """The container and the name of a segment's path."""
    container, _, name = path.lstrip("/").partition("/")
    return container, name


def known_large(address: Address) -> bool | None:
    """Whether an object is large, as far as the caller knows."""
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


def _name(entry: SwiftObject | Prefix) -> str:
    return entry.name
