"""Uploads in parts."""

from __future__ import annotations

import base64
import logging
from collections.abc import Sequence
from contextlib import suppress
from hashlib import md5

from cumuli.calls.lost_answers import doubtful
from cumuli.errors import CloudError, MalformedResponse, NotFound
from cumuli.providers.aws.s3 import wire
from cumuli.providers.aws.s3.calls import S3Calls
from cumuli.providers.aws.s3.headers import bare, merged
from cumuli.providers.aws.s3.models import S3Object
from cumuli.providers.aws.s3.names import in_query
from cumuli.providers.aws.s3.objects import Objects, everywhere
from cumuli.runtime.deadline import grace
from cumuli.storage.driver import Address, MultipartUpload, Part, PutSpec, ReadSpec, Stored
from cumuli.storage.verify import KEPT_NOTHING, Digest, digest_of

__all__ = ["Multipart", "composite", "parts_document"]

log = logging.getLogger("cumuli.storage")

CLEAN_UP_SECONDS = 30.0
ELEMENTS = {"crc32": "ChecksumCRC32", "sha256": "ChecksumSHA256"}


class Multipart:
    """The calls on uploads in parts."""

    def __init__(self, calls: S3Calls, objects: Objects) -> None:
        self._calls = calls
        self._objects = objects

    async def start_multipart(self, spec: PutSpec) -> MultipartUpload:
        # Before anything is sent in vain, and again before its end.
        await self._objects.look_before(spec)
        headers = self._objects.put_headers(spec)
        if spec.integrity == "off":
            # Parts without checksums, of which S3 would ask them else.
            pass
        elif self._objects.checksum == "crc32":
            headers += [("x-amz-checksum-algorithm", "CRC32"), ("x-amz-checksum-type", "FULL_OBJECT")]
        elif self._objects.checksum == "sha256":
            headers.append(("x-amz-checksum-algorithm", "SHA256"))
        # Not repeated: what came of a first attempt would stay there, and cost, and nobody would know of it.
        answer = await self._calls.ask(
            wire.InitiateMultipartUploadResult,
            "CreateMultipartUpload",
            "POST",
            spec.address.container,
            spec.address.name,
            query="uploads",
            headers=merged(headers, spec.headers),
            repeatable=False,
        )
        return MultipartUpload(id=answer.upload_id)

    async def upload_part(
        self, spec: PutSpec, upload: MultipartUpload, number: int, body: bytes, *, digest: Digest | None
    ) -> Part:
        if digest is None and spec.integrity != "off":
            digest = await digest_of(self._calls.runtime, self._objects.checksum, body)
        address = spec.address
        content_headers = await self._objects.content_headers(address.container, body, digest)
        answer = await self._calls.send(
            "UploadPart",
            "PUT",
            address.container,
            address.name,
            query=f"partNumber={number}&uploadId={in_query(upload.id)}",
            headers=merged(content_headers, everywhere(spec)),
            body=body,
        )
        known = dict(answer.headers.pairs())
        etag = bare(known.get("etag"))
        if etag is None:
            raise MalformedResponse(f"{address.name}: S3 stored part {number} and gave no etag for it")
        what = f"part {number} of {address.name}"
        checked = (
            await self._objects.checked(content_headers, body, known, what, KEPT_NOTHING)
            if digest is not None
            else None
        )
        return Part(number=number, size=len(body), etag=etag, digest=self._objects.reported(known), checked=checked)

    async def complete_multipart(
        self, spec: PutSpec, upload: MultipartUpload, parts: Sequence[Part], *, digest: Digest | None
    ) -> Stored[S3Object]:
        conditions = self._objects.put_conditions(spec)
        headers = [("Content-Type", "application/xml"), *conditions]
        if digest is not None and digest.algorithm == "crc32" and all(part.digest is not None for part in parts):
            value = base64.b64encode(bytes.fromhex(digest.value)).decode("ascii")
            headers += [("x-amz-checksum-crc32", value), ("x-amz-checksum-type", "FULL_OBJECT")]
        size = sum(part.size for part in parts)
        await self._objects.look_before(spec)
        try:
            answer = await self._calls.send(
                "CompleteMultipartUpload",
                "POST",
                spec.address.container,
                spec.address.name,
                query=f"uploadId={in_query(upload.id)}",
                headers=merged(headers, everywhere(spec)),
                body=parts_document(parts),
                repeatable=not conditions,
                late=True,
            )
            result = self._calls.read(wire.CompleteMultipartUploadResult, "CompleteMultipartUpload", answer)
        except NotFound as error:
            found = None if error.code != "NoSuchUpload" else await self._completed_before(spec, parts, size, digest)
            if found is None:
                if error.repeated:
                    error.message += _perhaps(spec)
                raise
            return Stored(object=found)
        except CloudError as error:
            if not doubtful(error, "CompleteMultipartUpload"):
                raise
            with grace(CLEAN_UP_SECONDS):
                if not await self._is_gone(spec, upload, error):
                    raise
                found = await self._completed_before(spec, parts, size, digest)
            if found is None:
                error.message += _perhaps(spec)
                raise
            return Stored(object=found)
        except BaseException:
            # Interrupted or cancelled, so that nobody reads the answer.
            with grace(CLEAN_UP_SECONDS), suppress(CloudError):
                await self._tell_if_gone(spec, upload)
            raise
        known = dict(answer.headers.pairs())
        if result.checksum_crc32:
            known["x-amz-checksum-crc32"] = result.checksum_crc32
        obj = self._objects.new_object(spec, known, size, bare(result.etag))
        await self._objects.look_after(spec, obj)
        return Stored(object=obj, digest=self._objects.reported(known) if self._objects.checksum == "crc32" else None)

    async def _is_gone(self, spec: PutSpec, upload: MultipartUpload, error: CloudError) -> bool:
        """Whether an upload is not open any more: one that was completed is not there to be removed."""
        try:
            await self._abort(spec.address, upload.id)
        except NotFound:
            return True
        except CloudError as second:
            error.message += f"; whether it was completed could not be found out ({second.message}){_perhaps(spec)}"
        return False

    async def _tell_if_gone(self, spec: PutSpec, upload: MultipartUpload) -> None:
        """Remove an upload that was given up while it was completed; if it is gone already, say what that means."""
        try:
            await self._abort(spec.address, upload.id)
        except NotFound:
            log.warning(
                "%s/%s may have been stored all the same: its upload was given up while it was completed, and is gone; "
                "look at it before you try again",
                spec.address.container,
                spec.address.name,
            )

    async def _completed_before(
        self, spec: PutSpec, parts: Sequence[Part], size: int, digest: Digest | None
    ) -> S3Object | None:
        """The object, if an attempt whose answer got lost has surely made it of these parts."""
        try:
            found = await self._objects.head_object(ReadSpec(address=spec.address, headers=everywhere(spec)))
        except CloudError:
            return None
        same = found.etag == composite(parts) or (
            digest is not None and digest.algorithm == "crc32" and found.checksum == digest.value
        )
        return found if found.size == size and same else None

    async def abort_upload(self, address: Address, upload_id: str) -> None:
        """Remove an unfinished upload and its parts."""
        with suppress(NotFound):
            await self._abort(address, upload_id)

    async def _abort(self, address: Address, upload_id: str) -> None:
        await self._calls.send(
            "AbortMultipartUpload", "DELETE", address.container, address.name, query=f"uploadId={in_query(upload_id)}"
        )

    def composite_etag(self, parts: Sequence[Part]) -> str | None:
        if not self._calls.dialect.composite_etags or any(
            part.digest is None or part.digest.algorithm != "md5" for part in parts
        ):
            return None
        return composite(parts)


def _perhaps(spec: PutSpec) -> str:
    return (
        f"; the upload may have been completed all the same: look at {spec.address.container}/{spec.address.name} "
        "before you try again"
    )


def composite(parts: Sequence[Part]) -> str | None:
    """The etag that S3 gives to an object of these parts, if their etags are their MD5."""
    try:
        joined = b"".join(bytes.fromhex(part.etag) for part in parts)
    except ValueError:
        return None
    return f"{md5(joined, usedforsecurity=False).hexdigest()}-{len(parts)}"


def parts_document(parts: Sequence[Part]) -> bytes:
    """The body that completes an upload."""
    lines = ['<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">']
    for part in parts:
        checksum = ""
        if part.digest is not None and part.digest.algorithm in ELEMENTS:
            element = ELEMENTS[part.digest.algorithm]
            value = base64.b64encode(bytes.fromhex(part.digest.value)).decode("ascii")
            checksum = f"<{element}>{value}</{element}>"
        lines.append(
            f"<Part><ETag>&quot;{part.etag}&quot;</ETag>{checksum}<PartNumber>{part.number}</PartNumber></Part>"
        )
    lines.append("</CompleteMultipartUpload>")
    return "".join(lines).encode()
