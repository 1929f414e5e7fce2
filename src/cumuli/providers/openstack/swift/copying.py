"""Copies within Swift."""

from __future__ import annotations

import logging
from functools import partial

from cumuli.errors import ChecksumMismatch, CloudError, NotSupported, ObjectNotFound, PermissionDenied
from cumuli.providers.openstack.swift.calls import SwiftCalls
from cumuli.providers.openstack.swift.models import SwiftObject, SwiftUpload
from cumuli.providers.openstack.swift.multipart import Multipart
from cumuli.providers.openstack.swift.objects import Objects
from cumuli.providers.openstack.swift.segments import Segments, split_path
from cumuli.providers.openstack.swift.uploads import CopiedSpec, Uploads
from cumuli.providers.openstack.swift.wire import DESCRIBING, OBJECT_META, in_path, meta_headers, sent_again
from cumuli.runtime.deadline import grace
from cumuli.storage.driver import CopySpec, Part, PutSpec, ReadSpec
from cumuli.storage.headers import bare, completed, merged, number

__all__ = ["Copies"]

log = logging.getLogger("cumuli.swift")

GIB = 1024 * 1024 * 1024
CONCURRENCY = 8
CLEAN_UP_SECONDS = 30.0


class Copies:
    """Copies: in one request, and from 5 GiB on as a large object whose segments Swift copies at the same time.

    Args:
        calls: Sends the requests.
        objects: Looks at originals and copies.
        segments: Tells what large originals are made of.
        uploads: Knows how objects are put.
        multipart: Makes the copies that are large objects.
        max_parts: Most segments of a copy.

    Attributes:
        largest_copy: Most bytes that one request copies.
        copy_part: Bytes of each segment of a larger copy; grows where there would be too many.
    """

    largest_copy = 5 * GIB
    copy_part = GIB

    def __init__(
        self,
        calls: SwiftCalls,
        objects: Objects,
        segments: Segments,
        uploads: Uploads,
        multipart: Multipart,
        *,
        max_parts: int,
    ) -> None:
        self._calls = calls
        self._objects = objects
        self._segments = segments
        self._uploads = uploads
        self._multipart = multipart
        self._max_parts = max_parts

    async def copy_object(self, spec: CopySpec) -> SwiftObject:
        try:
            answer = await self._calls.send("Show object metadata", "HEAD", spec.source.container, spec.source.name)
        except ObjectNotFound as error:
            raise await self._calls.missing(error, spec.source.container) from error.__cause__
        known = dict(answer.headers.pairs())
        source = self._objects.object_of(spec.source, known, number(known.get("content-length")) or 0)
        if source.manifest is not None and not source.size and await self._segments.dynamic_segments(source.manifest):
            raise NotSupported(
                f"{source.name} is a dynamic large object with more segments than Swift looks at, so Swift cannot copy "
                "it; download it and upload it"
            )
        described = {name: known[name] for name in DESCRIBING if known.get(name, "").isascii() and known.get(name)}
        theirs = sent_again(OBJECT_META, known.items())
        put = CopiedSpec(
            address=spec.target,
            content_type=spec.content_type or source.content_type or "application/octet-stream",
            content_encoding=source.content_encoding,
            meta_data=source.meta_data if spec.meta_data is None else spec.meta_data,
            meta_headers=theirs if spec.meta_data is None else meta_headers(OBJECT_META, spec.meta_data),
            headers=completed(spec.headers, described),
        )
        if (source.large or source.manifest is not None) and not await self._calls.is_openstack():
            return await self._copied(put, source, await self._copy_segments(put, source))
        # Only what was looked at is copied: its size and metadata are taken for the copy's.
        origin = _origin(spec.source.container, spec.source.name, source.etag)
        if source.size > self.largest_copy and await self._calls.is_openstack():
            step = max(self.copy_part, -(-source.size // self._max_parts))
            ranges = [(start, min(start + step, source.size)) for start in range(0, source.size, step)]
            pieces = [([*origin, ("Range", f"bytes={start}-{end - 1}")], end - start) for start, end in ranges]
            return await self._copied(put, source, await self._copy_in_parts(put, pieces))
        replaced = await self._uploads.own_segments(put)
        answer = await self._calls.send(
            "Copy object",
            "PUT",
            spec.target.container,
            spec.target.name,
            headers=merged([*origin, ("X-Fresh-Metadata", "true"), *self._uploads.put_headers(put)], put.headers),
            # Swift's copy middleware sends its answer when the copy is whole, without a heartbeat before.
            answers_late=True,
        )
        copy = self._uploads.new_object(put, source.size, bare(answer.headers.get("etag")), large=False)
        copy = await self._copied(put, source, copy)
        await self._uploads.forget(replaced)
        return copy

    async def _copied(self, put: PutSpec, source: SwiftObject, copy: SwiftObject) -> SwiftObject:
        """The copy as the service tells of it, which has to be what the source is.

        Raises:
            ChecksumMismatch: It is not.
        """
        spec = ReadSpec(address=put.address, headers={"X-Newest": "true"})
        try:
            seen = await self._objects.head_object(spec)
        except PermissionDenied:
            name = put.address.name
            log.warning("%s was copied, but these credentials may not read it, so the copy was not checked", name)
            return copy
        hashes = {each.hash for each in (source, seen) if each.hash is not None}
        if seen.size != source.size or len(hashes) > 1:
            raise ChecksumMismatch(
                f"{put.address.container}/{put.address.name} has {seen.size} bytes after the copy, and the source has "
                f"{source.size}: the service did not store the same. The source {source.name} is as it was, and what "
                "was stored is left there"
            )
        return seen

    async def _copy_segments(self, put: PutSpec, source: SwiftObject) -> SwiftObject:
        """A large object's copy, segment by segment.

        Ceph's gateway copies the manifest, so that the copy would lose its content with its source, or (as metadata of
        its own is to be given) an empty object.
        """
        if source.manifest is not None:
            segments = await self._segments.dynamic_segments(source.manifest)
        else:
            segments = await self._segments.known_segments(source)
        whole = sum(each.bytes for each in segments) == source.size and not any(
            each.range or each.sub_slo for each in segments
        )
        if not whole or len(segments) > self._max_parts:
            raise NotSupported(
                f"{source.name} is a large object whose segments this service does not show, or which has more than "
                f"{self._max_parts} of them, so the service cannot copy it; download it and upload it"
            )
        pieces = [
            (_origin(*split_path(segment.name), segment.hash), segment.bytes) for segment in segments if segment.bytes
        ]
        return await self._copy_in_parts(put, pieces)

    async def _copy_in_parts(self, put: PutSpec, pieces: list[tuple[list[tuple[str, str]], int]]) -> SwiftObject:
        """A large object, each of whose segments is copied from somewhere: by these headers, so many bytes."""
        upload = await self._multipart.start_multipart(put)
        failures: list[CloudError] = []

        async def copy(number: int, origin: list[tuple[str, str]], size: int) -> Part | None:
            if failures:
                return None
            headers = [*origin, ("X-Fresh-Metadata", "true"), ("Content-Type", "application/octet-stream")]
            try:
                return await self._multipart.put_segment(put, upload, number, size, headers)
            except CloudError as error:
                failures.append(error)
                return None

        jobs = [partial(copy, number, origin, size) for number, (origin, size) in enumerate(pieces, 1)]
        try:
            # One that fails does not cut the others off: Swift would go on copying, and store the
            # segment when everything else was removed already.
            parts = await self._calls.runtime.gather(jobs, limit=CONCURRENCY)
            if failures:
                raise failures[0]  # noqa: TRY301 - one place tidies up
            whole = [part for part in parts if part is not None]
            return (await self._multipart.complete_multipart(put, upload, whole, digest=None)).object
        except BaseException as error:
            await self._give_up(put, upload, error)
            raise

    async def _give_up(self, put: PutSpec, upload: SwiftUpload, error: BaseException) -> None:
        try:
            with grace(CLEAN_UP_SECONDS):
                await self._multipart.abort_multipart(put, upload)
        except CloudError as second:
            error.add_note(f"the unfinished copy {upload.id} of {put.address.name} could not be removed: {second}")


def _origin(container: str, name: str, etag: str | None) -> list[tuple[str, str]]:
    """The headers that say what to copy: this, as long as it has this etag."""
    origin = [("X-Copy-From", f"/{in_path(container)}/{in_path(name)}")]
    if etag is not None:
        origin.append(("If-Match", f'"{etag}"'))
    return origin
