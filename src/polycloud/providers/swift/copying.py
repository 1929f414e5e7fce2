"""Copies within Swift."""

from __future__ import annotations

from functools import partial

import msgspec

from polycloud.errors import CloudError, NotSupported, ObjectNotFound
from polycloud.providers.swift.models import SwiftObject, SwiftUpload
from polycloud.providers.swift.multipart import Multipart
from polycloud.runtime.deadline import grace
from polycloud.storage.driver import CopySpec, Part, PutSpec
from polycloud.wire.headers import bare, http_date, merged, number
from polycloud.wire.swift import DESCRIBING, in_path

__all__ = ["Copying"]

GIB = 1024 * 1024 * 1024
CONCURRENCY = 8
CLEAN_UP_SECONDS = 30.0


class Copying(Multipart):
    """Copies: in one request, and from 5 GiB on as a large object whose segments Swift copies at the same time.

    Attributes:
        largest_copy: Most bytes that one request copies.
        copy_part: Bytes of each segment of a larger copy; grows where there would be too many.
    """

    largest_copy = 5 * GIB
    copy_part = GIB

    async def copy_object(self, spec: CopySpec) -> SwiftObject:
        try:
            answer = await self.send("Show object metadata", "HEAD", spec.source.container, spec.source.name)
        except ObjectNotFound as error:
            raise await self.missing(error, spec.source.container) from error.__cause__
        known = dict(answer.headers.pairs())
        source = self._object(spec.source, known, number(known.get("content-length")) or 0)
        if source.manifest is not None and not source.size and await self.dynamic_segments(source.manifest):
            raise NotSupported(
                f"{source.name} is a dynamic large object of more segments than Swift looks at, and is not copied by "
                "it; download and upload it"
            )
        described = {name: known[name] for name in DESCRIBING if known.get(name, "").isascii() and known.get(name)}
        # Only what was looked at is copied: its size and metadata are taken for the copy's.
        origin = [("X-Copy-From", f"/{in_path(spec.source.container)}/{in_path(spec.source.name)}")]
        if source.etag is not None:
            origin.append(("If-Match", f'"{source.etag}"'))
        put = PutSpec(
            address=spec.target,
            content_type=spec.content_type or source.content_type or "application/octet-stream",
            content_encoding=source.content_encoding,
            meta_data=source.meta_data if spec.meta_data is None else spec.meta_data,
            headers=dict(merged(list(spec.headers.items()), described)),
        )
        if source.size > self.largest_copy:
            return await self._copy_in_parts(put, origin, source.size)
        replaced = await self.own_segments(put)
        answer = await self.send(
            "Copy object",
            "PUT",
            spec.target.container,
            spec.target.name,
            headers=merged([*origin, ("X-Fresh-Metadata", "true"), *self.put_headers(put)], put.headers),
        )
        await self.forget(replaced)
        etag = bare(answer.headers.get("etag"))
        modified = answer.headers.get("last-modified")
        copy = self.new_object(put, source.size, etag, large=False)
        return msgspec.structs.replace(copy, last_modified=http_date(modified) if modified else None)

    async def _copy_in_parts(self, put: PutSpec, origin: list[tuple[str, str]], size: int) -> SwiftObject:
        upload = await self.start_multipart(put)
        step = max(self.copy_part, -(-size // self.rules.max_parts))
        ranges = [(start, min(start + step, size)) for start in range(0, size, step)]
        failures: list[CloudError] = []

        async def copy(number: int, start: int, end: int) -> Part | None:
            if failures:
                return None
            try:
                return await self._copy_part(put, upload, origin, number, start, end)
            except CloudError as error:
                failures.append(error)
                return None

        jobs = [partial(copy, number, start, end) for number, (start, end) in enumerate(ranges, 1)]
        try:
            # One that fails does not cut the others off: Swift would go on copying, and store the
            # segment when everything else was removed already.
            parts = await self.caller.runtime.gather(jobs, limit=CONCURRENCY)
            if failures:
                raise failures[0]  # noqa: TRY301 - one place tidies up
            whole = [part for part in parts if part is not None]
            return (await self.complete_multipart(put, upload, whole, digest=None)).object
        except BaseException as error:
            await self._give_up(put, upload, error)
            raise

    async def _copy_part(
        self, put: PutSpec, upload: SwiftUpload, origin: list[tuple[str, str]], number: int, start: int, end: int
    ) -> Part:
        headers = [*origin, ("Range", f"bytes={start}-{end - 1}"), ("X-Fresh-Metadata", "true")]
        headers.append(("Content-Type", "application/octet-stream"))
        return await self.put_segment(put, upload, number, end - start, headers)

    async def _give_up(self, put: PutSpec, upload: SwiftUpload, error: BaseException) -> None:
        try:
            with grace(CLEAN_UP_SECONDS):
                await self.abort_multipart(put, upload)
        except CloudError as second:
            error.add_note(f"the unfinished copy {upload.id} of {put.address.name} could not be removed: {second}")
