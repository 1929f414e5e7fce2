"""Copies within S3."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlencode

import msgspec

from cumuli.errors import (
    ChecksumMismatch,
    CloudError,
    MalformedResponse,
    NotFound,
    NotSupported,
    ObjectNotFound,
    PermissionDenied,
    PreconditionFailed,
)
from cumuli.providers.aws.s3 import wire
from cumuli.providers.aws.s3.calls import S3Calls
from cumuli.providers.aws.s3.dialect import Feature
from cumuli.providers.aws.s3.headers import bare, completed, merged, number, version_of, version_query
from cumuli.providers.aws.s3.models import S3Address, S3Object
from cumuli.providers.aws.s3.multipart import Multipart
from cumuli.providers.aws.s3.names import in_path, in_query
from cumuli.providers.aws.s3.objects import Objects, everywhere
from cumuli.runtime.deadline import grace
from cumuli.storage.driver import Address, CopySpec, MultipartUpload, Part, PutSpec, ReadSpec
from cumuli.storage.etags import is_weak, same_etag
from cumuli.wire.timestamps import utc

__all__ = ["Copies"]

log = logging.getLogger("cumuli.storage")

GIB = 1024 * 1024 * 1024
CONCURRENCY = 8
CLEAN_UP_SECONDS = 30.0
# What else is said of an object, and is lost where its metadata is given anew.
REDIRECT = "x-amz-website-redirect-location"
DESCRIBING = ("cache-control", "content-disposition", "content-language", "expires", REDIRECT)
# What S3 ignores of a copy's own headers where it takes the original's metadata.
IGNORED = {"cache-control", "content-disposition", "content-encoding", "content-language", "expires"}
# The caller's headers about the source, by what a read of it calls them.
ABOUT_SOURCE = "x-amz-copy-source-server-side-encryption-customer-"
# Conditions of the source's, but for its etag, which is asked for anyway.
SOURCE_CONDITIONS = "x-amz-copy-source-if-"
SOURCE_IF_MATCH = "x-amz-copy-source-if-match"
ENCODING = "content-encoding"
SOURCES_OWNER = "x-amz-source-expected-bucket-owner"
TAGGING = "x-amz-tagging"
# What says how one request copies, and has no meaning where an upload in parts begins.
DIRECTIVES = ("x-amz-metadata-directive", "x-amz-tagging-directive")


class Copies:
    """Copies: in one request, and from 5 GiB on in parts that S3 copies at the same time.

    Args:
        calls: Sends the requests.
        objects: Looks at originals and copies.
        multipart: Ends the uploads that larger copies are.
        max_parts: Most parts of a copy.

    Attributes:
        largest_copy: Most bytes that one request copies.
        copy_part: Bytes of each part of a larger copy; grows where there would be too many.
    """

    largest_copy = 5 * GIB
    copy_part = GIB

    def __init__(self, calls: S3Calls, objects: Objects, multipart: Multipart, *, max_parts: int) -> None:
        self._calls = calls
        self._objects = objects
        self._multipart = multipart
        self._max_parts = max_parts

    async def copy_object(self, spec: CopySpec) -> S3Object:
        spec, wanted, encoding = _taken_out(spec)
        try:
            answer = await self._calls.send(
                "HeadObject",
                "HEAD",
                spec.source.container,
                spec.source.name,
                query=version_query(spec.source),
                headers=_source_headers(spec.headers).items(),
            )
        except ObjectNotFound as error:
            raise await self._calls.missing(error, spec.source.container) from error.__cause__
        known = dict(answer.headers.pairs())
        source = self._objects.object_of(spec.source, known, number(known.get("content-length")) or 0)
        if wanted is not None and bare(wanted) != source.etag:
            raise PreconditionFailed(f"{source.name}: its etag is {source.etag}, and not {wanted}; it was not copied")
        described = {name: known[name] for name in DESCRIBING if known.get(name) and known[name].isascii()}
        # Only what was looked at is copied: its size and metadata are taken for the copy's.
        origin = [("x-amz-copy-source", _location(spec.source))]
        if source.etag is not None and not is_weak(source.etag):
            origin.append(("x-amz-copy-source-if-match", f'"{source.etag}"'))
        put = PutSpec(
            address=spec.target,
            content_type=spec.content_type or source.content_type or "application/octet-stream",
            content_encoding=source.content_encoding if encoding is None else encoding,
            meta_data=source.meta_data if spec.meta_data is None else spec.meta_data,
            headers=completed(spec.headers, described),
        )
        if source.size > self.largest_copy:
            tags = await self._tags_for(spec)
            return await self._verified_copy(put, source, await self._copy_in_parts(put, origin, source.size, tags))
        headers = list(origin)
        # The only one of them that S3 leaves behind by itself.
        left = {name: value for name, value in described.items() if name == REDIRECT}
        replaced = (
            spec.content_type is not None
            or spec.meta_data is not None
            or encoding is not None
            or any(name.lower() in IGNORED for name in spec.headers)
        )
        if replaced:
            headers += [("x-amz-metadata-directive", "REPLACE"), *self._objects.put_headers(put)]
        answer = await self._calls.send(
            "CopyObject",
            "PUT",
            spec.target.container,
            spec.target.name,
            headers=merged(headers, put.headers if replaced else completed(spec.headers, left)),
            late=True,
        )
        result = self._calls.read(wire.CopyObjectResult, "CopyObject", answer)
        known = dict(answer.headers.pairs())
        copy = self._objects.new_object(put, known, source.size, bare(result.etag))
        return await self._verified_copy(
            put, source, msgspec.structs.replace(copy, last_modified=utc(result.last_modified))
        )

    async def _verified_copy(self, put: PutSpec, source: S3Object, copy: S3Object) -> S3Object:
        """A copy as the service has it: a success that was announced need not be one.

        Args:
            put: What the copy was to become.
            source: What was copied.
            copy: What the answer told of it.

        Raises:
            ChecksumMismatch: There is something else than what was copied.
        """
        address = S3Address(container=copy.container, name=copy.name, version_id=copy.version_id)
        spec = ReadSpec(address=address, headers=everywhere(put))
        try:
            found = await self._objects.head_object(spec)
        except PermissionDenied:
            log.warning("%s was copied, but these credentials may not read it, so the copy was not checked", copy.name)
            return copy
        if copy.etag is not None and not same_etag(found.etag, copy.etag):
            # Somebody else stored another one since, which says nothing of the copy.
            return copy
        ways = ((found.size, source.size), (found.hash, source.hash), (found.checksum, source.checksum))
        if any(None not in way and way[0] != way[1] for way in ways):
            raise ChecksumMismatch(
                f"the copy {copy.container}/{copy.name} has {found.size} bytes or a hash that differs from those of "
                f"{source.container}/{source.name} ({source.size} bytes); the original was left as it is. Copy again"
            )
        return found

    async def _tags_for(self, spec: CopySpec) -> str | None:
        """The tags of a copy in parts, as their header, or None: one request copies them by itself, parts have none.

        Raises:
            PermissionDenied, MalformedResponse: The original's tags are not told.
        """
        given = {name.lower(): value for name, value in spec.headers.items()}
        if TAGGING in given or given.get("x-amz-tagging-directive", "").upper() == "REPLACE":
            return given.get(TAGGING)
        if Feature.OBJECT_TAGS not in self._calls.dialect.features:
            return None
        version = version_query(spec.source)
        try:
            found = await self._calls.ask(
                wire.Tagging,
                "GetObjectTagging",
                "GET",
                spec.source.container,
                spec.source.name,
                query=f"tagging&{version}" if version else "tagging",
                headers=_source_headers(spec.headers, keys=False).items(),
            )
        except NotSupported:
            # A service without tags.
            return None
        except NotFound as error:
            if error.code == "NoSuchTagSet":
                return None
            raise
        except (PermissionDenied, MalformedResponse) as error:
            error.message = (
                f"{spec.source.name} is copied in parts, and its tags, which the copy is to have, cannot be read: "
                f"{error.message}; allow it (s3:GetObjectTagging), or give the copy's tags by ex_tags ({{}} for none)"
            )
            raise
        tags = found.tag_set.tag if found.tag_set else []
        return urlencode([(tag.key, tag.value) for tag in tags])

    async def _copy_in_parts(
        self, put: PutSpec, origin: list[tuple[str, str]], size: int, tags: str | None
    ) -> S3Object:
        upload = await self._start_copy(put, tags)
        step = max(self.copy_part, -(-size // self._max_parts))
        ranges = [(start, min(start + step, size)) for start in range(0, size, step)]
        jobs = [
            partial(self._copy_part, put, upload, origin, number, start, end)
            for number, (start, end) in enumerate(ranges, 1)
        ]
        try:
            parts = await self._calls.runtime.gather(jobs, limit=CONCURRENCY)
            return (await self._multipart.complete_multipart(put, upload, parts, digest=None)).object
        except BaseException as error:
            await self._give_up(put.address, upload, error)
            raise

    async def _start_copy(self, put: PutSpec, tags: str | None) -> MultipartUpload:
        headers = self._objects.put_headers(put)
        if tags:
            headers.append((TAGGING, tags))
        answer = await self._calls.ask(
            wire.InitiateMultipartUploadResult,
            "CreateMultipartUpload",
            "POST",
            put.address.container,
            put.address.name,
            query="uploads",
            headers=merged(headers, _of_the_upload(put.headers)),
            repeatable=False,
        )
        return MultipartUpload(id=answer.upload_id)

    async def _copy_part(
        self, put: PutSpec, upload: MultipartUpload, origin: list[tuple[str, str]], number: int, start: int, end: int
    ) -> Part:
        answer = await self._calls.ask(
            wire.CopyPartResult,
            "UploadPartCopy",
            "PUT",
            put.address.container,
            put.address.name,
            query=f"partNumber={number}&uploadId={in_query(upload.id)}",
            headers=merged([*origin, ("x-amz-copy-source-range", f"bytes={start}-{end - 1}")], _keys(put.headers)),
            late=True,
        )
        etag = bare(answer.etag)
        if etag is None:
            raise MalformedResponse(f"{put.address.name}: S3 copied part {number} and gave no etag for it")
        return Part(number=number, size=end - start, etag=etag)

    async def _give_up(self, address: Address, upload: MultipartUpload, error: BaseException) -> None:
        try:
            with grace(CLEAN_UP_SECONDS):
                await self._multipart.abort_upload(address, upload.id)
        except CloudError as second:
            error.add_note(f"the unfinished copy {upload.id} of {address.name} could not be removed: {second}")


def _location(source: Address) -> str:
    version = version_of(source)
    path = f"{source.container}/{in_path(source.name)}"
    return path if version is None else f"{path}?versionId={in_query(version)}"


def _source_headers(headers: Mapping[str, str], *, keys: bool = True) -> dict[str, str]:
    """What a read of the source needs of the headers of its copy: its keys, who pays, and whose it has to be."""
    found: dict[str, str] = {}
    for name, value in headers.items():
        lower = name.lower()
        if keys and lower.startswith(ABOUT_SOURCE):
            found[lower.replace("copy-source-", "")] = value
        elif lower == "x-amz-request-payer":
            found[lower] = value
        elif lower == SOURCES_OWNER:
            found["x-amz-expected-bucket-owner"] = value
    return found


def _of_the_upload(headers: Mapping[str, str]) -> dict[str, str]:
    """What the beginning of an upload in parts takes of the headers of a copy; its tags are told apart."""
    return {
        name: value
        for name, value in headers.items()
        if not name.lower().startswith("x-amz-copy-source-")
        and name.lower() not in {*DIRECTIVES, SOURCES_OWNER, TAGGING}
    }


def _taken_out(spec: CopySpec) -> tuple[CopySpec, str | None, str | None]:
    """A copy without the headers that are looked at here: the etag that the source has to have, the copy's encoding."""
    given = {name.lower(): value for name, value in spec.headers.items()}
    if SOURCE_IF_MATCH not in given and ENCODING not in given:
        return spec, None, None
    rest = {name: value for name, value in spec.headers.items() if name.lower() not in {SOURCE_IF_MATCH, ENCODING}}
    return msgspec.structs.replace(spec, headers=rest), given.get(SOURCE_IF_MATCH), given.get(ENCODING)


def _keys(headers: Mapping[str, str]) -> dict[str, str]:
    """The caller's headers that belong to each part of a copy: whose keys, who pays, and conditions of the source."""
    wanted = (
        "x-amz-server-side-encryption-customer-",
        ABOUT_SOURCE,
        SOURCE_CONDITIONS,
        "x-amz-request-payer",
        "x-amz-expected-bucket-owner",
        SOURCES_OWNER,
    )
    return {name: value for name, value in headers.items() if name.lower().startswith(wanted)}
