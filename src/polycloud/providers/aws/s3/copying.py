"""Copies within S3."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import msgspec

from polycloud.errors import CloudError
from polycloud.providers.aws.s3 import wire
from polycloud.providers.aws.s3.headers import bare, merged, number, version_of, version_query
from polycloud.providers.aws.s3.models import S3Object
from polycloud.providers.aws.s3.multipart import Multipart
from polycloud.providers.aws.s3.names import in_path, in_query
from polycloud.runtime.deadline import grace
from polycloud.storage.driver import Address, CopySpec, MultipartUpload, Part, PutSpec

__all__ = ["Copying"]

GIB = 1024 * 1024 * 1024
CONCURRENCY = 8
CLEAN_UP_SECONDS = 30.0
# What else is said of an object, and is lost where its metadata is given anew.
DESCRIBING = ("cache-control", "content-disposition", "content-language", "expires", "x-amz-website-redirect-location")
# The caller's headers about the source, by what a read of it calls them.
ABOUT_SOURCE = "x-amz-copy-source-server-side-encryption-customer-"


class Copying(Multipart):
    """Copies: in one request, and from 5 GiB on in parts that S3 copies at the same time.

    Attributes:
        largest_copy: Most bytes that one request copies.
        copy_part: Bytes of each part of a larger copy; grows where there would be too many.
    """

    largest_copy = 5 * GIB
    copy_part = GIB

    async def copy_object(self, spec: CopySpec) -> S3Object:
        answer = await self.send(
            "HeadObject",
            "HEAD",
            spec.source.container,
            spec.source.name,
            query=version_query(spec.source),
            headers=_source_headers(spec.headers).items(),
        )
        known = dict(answer.headers.pairs())
        source = self._object(spec.source, known, number(known.get("content-length")) or 0)
        described = {name: known[name] for name in DESCRIBING if known.get(name) and known[name].isascii()}
        # Only what was looked at is copied: its size and metadata are taken for the copy's.
        origin = [("x-amz-copy-source", _location(spec.source))]
        if source.etag is not None:
            origin.append(("x-amz-copy-source-if-match", f'"{source.etag}"'))
        put = PutSpec(
            address=spec.target,
            content_type=spec.content_type or source.content_type or "application/octet-stream",
            content_encoding=source.content_encoding,
            meta_data=source.meta_data if spec.meta_data is None else spec.meta_data,
            headers=dict(merged(list(spec.headers.items()), described)),
        )
        if source.size > self.largest_copy:
            return await self._copy_in_parts(put, origin, source.size)
        headers = list(origin)
        replaced = spec.content_type is not None or spec.meta_data is not None
        if replaced:
            headers += [("x-amz-metadata-directive", "REPLACE"), *self.put_headers(put)]
        answer = await self.send(
            "CopyObject",
            "PUT",
            spec.target.container,
            spec.target.name,
            headers=merged(headers, put.headers if replaced else spec.headers),
            late=True,
        )
        result = self.read(wire.CopyObjectResult, "CopyObject", answer)
        known = dict(answer.headers.pairs())
        copy = self.new_object(put, known, source.size, bare(result.etag))
        return msgspec.structs.replace(copy, last_modified=result.last_modified)

    async def _copy_in_parts(self, put: PutSpec, origin: list[tuple[str, str]], size: int) -> S3Object:
        upload = await self._start_copy(put)
        step = max(self.copy_part, -(-size // self.rules.max_parts))
        ranges = [(start, min(start + step, size)) for start in range(0, size, step)]
        jobs = [
            partial(self._copy_part, put, upload, origin, number, start, end)
            for number, (start, end) in enumerate(ranges, 1)
        ]
        try:
            parts = await self.caller.runtime.gather(jobs, limit=CONCURRENCY)
            return (await self.complete_multipart(put, upload, parts, digest=None)).object
        except BaseException as error:
            await self._give_up(put.address, upload, error)
            raise

    async def _start_copy(self, put: PutSpec) -> MultipartUpload:
        answer = await self.ask(
            wire.InitiateMultipartUploadResult,
            "CreateMultipartUpload",
            "POST",
            put.address.container,
            put.address.name,
            query="uploads",
            headers=merged(self.put_headers(put), _without_source(put.headers)),
            repeatable=False,
        )
        return MultipartUpload(id=answer.upload_id)

    async def _copy_part(
        self, put: PutSpec, upload: MultipartUpload, origin: list[tuple[str, str]], number: int, start: int, end: int
    ) -> Part:
        answer = await self.ask(
            wire.CopyPartResult,
            "UploadPartCopy",
            "PUT",
            put.address.container,
            put.address.name,
            query=f"partNumber={number}&uploadId={in_query(upload.id)}",
            headers=merged([*origin, ("x-amz-copy-source-range", f"bytes={start}-{end - 1}")], _keys(put.headers)),
            late=True,
        )
        return Part(number=number, size=end - start, etag=bare(answer.etag) or "")

    async def _give_up(self, address: Address, upload: MultipartUpload, error: BaseException) -> None:
        try:
            with grace(CLEAN_UP_SECONDS):
                await self.abort_upload(address, upload.id)
        except CloudError as second:
            error.add_note(f"the unfinished copy {upload.id} of {address.name} could not be removed: {second}")


def _location(source: Address) -> str:
    version = version_of(source)
    path = f"{source.container}/{in_path(source.name)}"
    return path if version is None else f"{path}?versionId={in_query(version)}"


def _source_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """What a read of the source needs of the headers of its copy."""
    return {
        name.lower().replace("copy-source-", ""): value
        for name, value in headers.items()
        if name.lower().startswith(ABOUT_SOURCE)
    }


def _without_source(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.lower().startswith("x-amz-copy-source-")}


def _keys(headers: Mapping[str, str]) -> dict[str, str]:
    """The caller's headers that belong to each part of a copy: whose keys, and who pays."""
    wanted = (
        "x-amz-server-side-encryption-customer-",
        ABOUT_SOURCE,
        "x-amz-request-payer",
        "x-amz-expected-bucket-owner",
    )
    return {name: value for name, value in headers.items() if name.lower().startswith(wanted)}
