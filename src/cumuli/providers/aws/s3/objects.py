"""Objects: reading, putting, deleting them."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from cumuli.calls.lost_answers import creating
from cumuli.errors import CloudError, Conflict, MalformedResponse, NotFound, ObjectNotFound, PreconditionFailed
from cumuli.providers.aws.s3 import wire
from cumuli.providers.aws.s3.calls import S3Calls
from cumuli.providers.aws.s3.dialect import Checksum
from cumuli.providers.aws.s3.faults import error_of_code
from cumuli.providers.aws.s3.headers import (
    bare,
    bypassing,
    composite_of,
    conditional,
    crc32_of,
    digest_of_whole,
    etag_digest,
    hexadecimal,
    http_date,
    is_made_of,
    is_md5,
    legal_hold_told,
    made_version,
    merged,
    number,
    retention_told,
    stored_encoding,
    version_of,
    version_query,
    xml_headers,
)
from cumuli.providers.aws.s3.metadata import read_meta_data, written_meta_data
from cumuli.providers.aws.s3.models import S3Object
from cumuli.providers.aws.s3.names import in_xml, xml_text
from cumuli.providers.aws.sigv4 import UNSIGNED_PAYLOAD
from cumuli.runtime.messages import ResponseStream, Source
from cumuli.storage.driver import (
    PERHAPS_STORED,
    UNCONDITIONAL,
    Address,
    Conditions,
    Download,
    PutSpec,
    ReadSpec,
    Stored,
)
from cumuli.storage.etags import same_etag
from cumuli.storage.headers import check_conditions, extent, ranged
from cumuli.storage.models import DeleteResult
from cumuli.storage.upload import LEFT
from cumuli.storage.verify import OFFLOAD_FROM, Algorithm, Digest, agreed, digest_of, new_hasher

__all__ = ["Objects", "everywhere"]

log = logging.getLogger("cumuli.storage")

CHECKSUM_HEADERS = {"md5": "Content-MD5", "crc32": "x-amz-checksum-crc32", "sha256": "x-amz-checksum-sha256"}
# Bodies from this size on are read twice rather than held in memory; only what may not go up in parts is as large.
HASHED_FIRST_FROM = 64 * 1024 * 1024
PIECE = 1024 * 1024
# What of the caller's own headers belongs to every request of an upload, and not only to its beginning.
EVERYWHERE = ("x-amz-server-side-encryption-customer-", "x-amz-request-payer", "x-amz-expected-bucket-owner")
PERHAPS_DELETED = "it may be deleted all the same: look at it before you try again, when it would not be found"
ASK_CHECKSUM = ("x-amz-checksum-mode", "ENABLED")


class Objects:
    """The calls on objects.

    Args:
        calls: Sends the requests.
        checksum: How content is verified.
        sign_payload: Whether the content's hash is part of the signature; None where the connection is
            not encrypted.
    """

    def __init__(self, calls: S3Calls, *, checksum: Checksum, sign_payload: bool | None) -> None:
        self._calls = calls
        self.checksum: Checksum = checksum
        self._sign_payload = sign_payload
        # Of which conditions it was told that they are looked at here.
        self._warned: set[str] = set()

    # Reading

    async def head_object(self, spec: ReadSpec) -> S3Object:
        address = spec.address
        try:
            answer = await self._calls.send(
                "HeadObject",
                "HEAD",
                address.container,
                address.name,
                query=version_query(address),
                headers=self._read_headers(spec),
            )
        except ObjectNotFound as error:
            raise await self._calls.missing(error, address.container) from error.__cause__
        known = dict(answer.headers.pairs())
        obj = self.object_of(address, known, number(known.get("content-length")) or 0)
        check_conditions(spec.conditions, obj)
        return obj

    async def read_object(self, spec: ReadSpec) -> Download[S3Object]:
        if not spec.whole or spec.integrity == "off":
            return (await self._get_object(spec))[0]
        # What the caller has of the object may tell already that it came in parts.
        etags = self._calls.dialect.composite_etags
        guess = composite_of(spec.known[0], {}, etags=etags) if spec.known is not None else None
        parts = None if guess is None else await self._parts(spec, guess)
        answer, known = await self._get_object(spec)
        composite = composite_of(answer.object.etag, known, etags=etags)
        if answer.digest is not None or composite is None:
            return answer
        if parts is None or parts[0].value != composite.value:
            # Not beside the open answer: downloads that hold all connections would wait for each other's.
            await answer.body.close()
            parts = await self._parts(spec, composite)
            answer, known = await self._get_object(spec)
            composite = composite_of(answer.object.etag, known, etags=etags)
        if parts is None or composite is None or parts[0].value != composite.value:
            return answer
        return msgspec.structs.replace(answer, digest=parts[0]) if is_made_of(answer.object, *parts) else answer

    async def _parts(self, spec: ReadSpec, composite: Digest) -> tuple[Digest, int] | None:
        """A hash of parts' hashes with the size of the first part, and the size of the last one.

        None where that is not to be had.
        """
        count = int(composite.value.partition("-")[2])
        first = await self._part_size(spec, 1)
        last = first if first is None or count == 1 else await self._part_size(spec, count)
        return (msgspec.structs.replace(composite, part_size=first), last) if first and last else None

    async def _part_size(self, spec: ReadSpec, part: int) -> int | None:
        query = "&".join(filter(None, (f"partNumber={part}", version_query(spec.address))))
        try:
            answer = await self._calls.send(
                "HeadObject", "HEAD", spec.address.container, spec.address.name, query=query,
                headers=list(spec.headers.items()),
            )  # fmt: skip
        except CloudError:
            # Not every gateway knows parts of objects; then there is nothing to compare with.
            return None
        if answer.headers.get("x-amz-mp-parts-count") is None:
            return None
        return number(answer.headers.get("content-length"))

    async def _get_object(self, spec: ReadSpec) -> tuple[Download[S3Object], dict[str, str]]:
        address = spec.address
        headers = self._read_headers(spec) + ranged(spec)
        body = await self._calls.receive(
            "GetObject", address.container, address.name, query=version_query(address), headers=headers
        )
        try:
            answer = self._download(address, body)
            check_conditions(spec.conditions, answer.object)
            return answer, dict(body.headers.pairs())
        except BaseException:
            await body.close()
            raise

    def _download(self, address: Address, body: ResponseStream) -> Download[S3Object]:
        known = dict(body.headers.pairs())
        length = number(known.get("content-length"))
        start, size = extent(address.name, body.status, known)
        obj = self.object_of(address, known, size or 0)
        digest = digest_of_whole(obj.etag, known, md5_etags=self._calls.dialect.md5_etags)
        return Download(
            object=obj,
            body=body,
            start=start,
            length=length,
            digest=digest,
            sized=size is not None,
            delimited=length is not None or "transfer-encoding" in known,
        )

    def _read_headers(self, spec: ReadSpec) -> list[tuple[str, str]]:
        headers = conditional(spec.conditions)
        if self.checksum != "md5" and spec.whole:
            headers.append(ASK_CHECKSUM)
        return merged(headers, spec.headers)

    # Putting

    async def put_object(self, spec: PutSpec, body: bytes | Source, *, digest: Digest | None) -> Stored[S3Object]:
        address = spec.address
        size = (len(body) if isinstance(body, bytes) else body.length) or 0
        if not isinstance(body, bytes) and (size < HASHED_FIRST_FROM or not body.rewindable):
            # Its hash has to be known before it is sent.
            data = await body.read(size)
            while more := await body.read(len(data) + 1):
                data += more
            body = data
            digest = None
        if not isinstance(body, bytes):
            content_headers = await self._hashed_first(spec, body)
        else:
            if digest is None and spec.integrity != "off":
                digest = await digest_of(self._calls.runtime, self.checksum, body)
            content_headers = await self.content_headers(address.container, body, digest)
        conditional_put = spec.conditions != UNCONDITIONAL
        await self.look_before(spec)
        sent = self._calls.send(
            "PutObject",
            "PUT",
            address.container,
            address.name,
            headers=merged(
                [
                    *self.put_headers(spec),
                    *self.put_conditions(spec),
                    *content_headers,
                ],
                spec.headers,
            ),
            body=body,
            repeatable=not conditional_put,
        )
        answer = await (creating(sent, operation="PutObject", advice=PERHAPS_STORED) if conditional_put else sent)
        known = dict(answer.headers.pairs())
        obj = self.new_object(spec, known, size, bare(known.get("etag")))
        await self.look_after(spec, obj)
        reported = self.reported(known)
        checked: Algorithm | None = None
        if spec.integrity != "off":
            checked = await self.checked(content_headers, body, known, address.name, LEFT)
        return Stored(object=obj, digest=reported, checked=checked)

    async def _hashed_first(self, spec: PutSpec, body: Source) -> list[tuple[str, str]]:
        """As ``content_headers``, of a body that is read for its hashes before it is read to be sent."""
        runtime = self._calls.runtime
        signed = self._sign_payload
        if signed is None:
            signed = not (await self._calls.session.site(spec.address.container)).secure
        hasher = new_hasher(self.checksum) if spec.integrity != "off" else None
        sha256 = new_hasher("sha256") if signed else None
        hashers = [each for each in (hasher, sha256) if each is not None]
        while hashers and (piece := await body.read(PIECE)):
            for each in hashers:
                await runtime.offload(partial(each.update, piece))
        await body.rewind()
        headers: list[tuple[str, str]] = []
        if hasher is not None:
            headers.append((CHECKSUM_HEADERS[self.checksum], base64.b64encode(hasher.digest()).decode("ascii")))
        headers.append(("x-amz-content-sha256", sha256.hexdigest() if sha256 else UNSIGNED_PAYLOAD))
        return headers

    # Conditions of uploads

    def put_conditions(self, spec: PutSpec) -> list[tuple[str, str]]:
        """The headers that make an upload conditional."""
        if_match = spec.conditions.if_match
        if if_match is not None and self._calls.dialect.bare_if_match:
            return [("If-Match", if_match)]
        return conditional(spec.conditions)

    async def look_before(self, spec: PutSpec) -> None:
        """See that an upload's condition holds, where it is not known that the service looks itself.

        Raises:
            PreconditionFailed: It does not.
        """
        if spec.conditions == UNCONDITIONAL or self._calls.dialect.put_conditions != "not known":
            return
        self._warn("uploads", "and after them; what others store there in between may be replaced")
        try:
            found = await self._look(spec.address, everywhere(spec))
        except NotFound:
            # Whether there is a bucket is told by the upload.
            if spec.conditions.if_match is not None:
                raise PreconditionFailed(f"{spec.address.name}: there is no such object to be replaced") from None
            return
        check_conditions(spec.conditions, found)

    async def look_after(self, spec: PutSpec, obj: S3Object) -> None:
        """See that an upload was not replaced by another one at once, where ``look_before`` looked.

        Raises:
            Conflict: It was.
        """
        if spec.conditions == UNCONDITIONAL or self._calls.dialect.put_conditions != "not known":
            return
        found = await self._look(spec.address, everywhere(spec))
        if obj.etag is not None and not same_etag(found.etag, obj.etag):
            raise Conflict(
                f"{obj.name}: somebody else stored other content at the same moment, and it is not known that "
                f"{self._calls.dialect.title} keeps the conditions of uploads; look at what is there now"
            )

    async def _look(self, address: Address, headers: Mapping[str, str]) -> S3Object:
        answer = await self._calls.send(
            "HeadObject", "HEAD", address.container, address.name, headers=list(headers.items())
        )
        known = dict(answer.headers.pairs())
        return self.object_of(address, known, number(known.get("content-length")) or 0)

    def put_headers(self, spec: PutSpec) -> list[tuple[str, str]]:
        """What the object is to become, but for the caller's own headers."""
        headers = [("Content-Type", spec.content_type)]
        if spec.content_encoding is not None:
            headers.append(("Content-Encoding", spec.content_encoding))
        if spec.meta_data:
            headers += written_meta_data(spec.meta_data)
        return headers

    async def content_headers(self, container: str, body: bytes, digest: Digest | None) -> list[tuple[str, str]]:
        """The headers by which S3 verifies a body, and how its signature covers it."""
        headers: list[tuple[str, str]] = []
        if digest is not None:
            value = base64.b64encode(bytes.fromhex(digest.value)).decode("ascii")
            headers.append((CHECKSUM_HEADERS[digest.algorithm], value))
        signed = self._sign_payload
        if signed is None:
            # On an encrypted way the signed checksum says as much.
            signed = not (await self._calls.session.site(container)).secure
        if not signed:
            headers.append(("x-amz-content-sha256", UNSIGNED_PAYLOAD))
        elif digest is not None and digest.algorithm == "sha256":
            headers.append(("x-amz-content-sha256", digest.value))
        elif len(body) >= OFFLOAD_FROM:
            # The signer would compute it as well, holding up all other work meanwhile.
            sha256 = await digest_of(self._calls.runtime, "sha256", body)
            headers.append(("x-amz-content-sha256", sha256.value))
        return headers

    async def checked(
        self, sent: Sequence[tuple[str, str]], body: bytes | Source, known: Mapping[str, str], what: str, outcome: str
    ) -> Algorithm | None:
        """By what a body was verified, where its checksum does not come back; None where it was not.

        Args:
            sent: What ``content_headers`` gave.
            body: The content.
            known: Headers of the answer.
            what: For errors.
            outcome: What has become of it, for errors.

        Raises:
            ChecksumMismatch: The service stored something else.
        """
        names = {name for name, _ in sent}
        # What every service of the protocol compares before it stores anything.
        checked: Algorithm | None = "md5" if "Content-MD5" in names else None
        if checked is None and ("x-amz-content-sha256", UNSIGNED_PAYLOAD) not in sent:
            checked = "sha256"
        etag = self._etag_digest(known)
        if isinstance(body, bytes) and etag is not None and self.checksum != "md5" and self.reported(known) is None:
            computed = await digest_of(self._calls.runtime, "md5", body)
            # What came with a signed hash need not be warned of.
            if etag.sure or checked is None or computed.value == etag.value:
                checked = agreed(computed, etag, what, outcome) or checked
        return checked

    def _etag_digest(self, known: Mapping[str, str]) -> Digest | None:
        """The hash that an etag is, or looks like."""
        return etag_digest(bare(known.get("etag")), known, md5_etags=self._calls.dialect.md5_etags)

    def reported(self, known: Mapping[str, str]) -> Digest | None:
        """The hash, of the kind that is sent, that S3 reports of what it stored."""
        if self.checksum == "md5":
            digest = self._etag_digest(known)
            # The service compared what came with the content. An etag that is no hash tells nothing beside that.
            return digest if digest is None or digest.sure else None
        if self.checksum == "crc32":
            crc32 = crc32_of(known)
            return Digest("crc32", crc32) if crc32 else None
        sha256 = hexadecimal(known.get("x-amz-checksum-sha256"), 32)
        return Digest("sha256", sha256) if sha256 else None

    def new_object(self, spec: PutSpec, known: Mapping[str, str], size: int, etag: str | None) -> S3Object:
        """What was put, by what was asked and by the answer's headers."""
        address = spec.address
        return S3Object(
            container=address.container,
            name=address.name,
            size=size,
            provider=self._calls.provider,
            hash=etag if etag and self._calls.dialect.md5_etags and is_md5(etag, known) else None,
            etag=etag,
            content_type=spec.content_type,
            content_encoding=spec.content_encoding,
            meta_data=spec.meta_data,
            version_id=made_version(known),
            encryption=known.get("x-amz-server-side-encryption"),
            checksum=crc32_of(known),
        )

    # Deleting

    async def delete_object(self, address: Address, *, if_match: str | None = None) -> None:
        if if_match is not None:
            await self._look_before_deleting(address, if_match)
        # Repeatable: in a bucket with versions it would make one more mark of the deletion.
        sent = self._calls.send(
            "DeleteObject",
            "DELETE",
            address.container,
            address.name,
            query=version_query(address),
            headers=[*conditional(Conditions(if_match=if_match)), *bypassing([address])],
            repeatable=if_match is None,
        )
        await (sent if if_match is None else creating(sent, operation="DeleteObject", advice=PERHAPS_DELETED))

    async def _look_before_deleting(self, address: Address, if_match: str) -> None:
        """See that a deletion's condition holds, where it is not known that the service looks itself.

        Raises:
            PreconditionFailed: It does not.
        """
        if self._calls.dialect.delete_conditions:
            return
        self._warn("deletions", "them; what others store there in between may be deleted")
        try:
            found = await self._look(address, {})
        except ObjectNotFound as error:
            raise await self._calls.missing(error, address.container) from error.__cause__
        check_conditions(Conditions(if_match=if_match), found)

    def _warn(self, of: str, outcome: str) -> None:
        """Tell, once, that conditions are looked at here."""
        if of not in self._warned:
            self._warned.add(of)
            log.warning(
                "it is not known whether %s keeps the conditions of %s, so the object is looked at before %s",
                self._calls.dialect.title,
                of,
                outcome,
            )

    async def delete_objects(self, container: str, addresses: Sequence[Address]) -> list[DeleteResult]:
        together = [address for address in addresses if in_xml(address.name)]
        failed: dict[tuple[str, str | None], CloudError] = {}
        if together:
            failed = await self._delete_together(container, together)
        for address in addresses:
            # XML has no way to write some control characters, so these go one by one.
            if not in_xml(address.name):
                try:
                    await self.delete_object(address)
                except CloudError as error:
                    failed[address.name, version_of(address)] = error
        return [
            DeleteResult(container=container, name=address.name, error=failed.get((address.name, version_of(address))))
            for address in addresses
        ]

    async def _delete_together(
        self, container: str, addresses: Sequence[Address]
    ) -> dict[tuple[str, str | None], CloudError]:
        parts = ['<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>']
        for address in addresses:
            version = version_of(address)
            parts.append(
                f"<Object><Key>{xml_text(address.name)}</Key>"
                f"{f'<VersionId>{xml_text(version)}</VersionId>' if version is not None else ''}</Object>"
            )
        parts.append("</Delete>")
        body = "".join(parts).encode()
        answer = await self._calls.ask(
            wire.DeleteResult,
            "DeleteObjects",
            "POST",
            container,
            query="delete",
            headers=[*xml_headers(body), *bypassing(addresses)],
            body=body,
            late=True,
        )
        asked = {(address.name, version_of(address)) for address in addresses}
        failed: dict[tuple[str, str | None], CloudError] = {}
        for item in answer.error:
            # An object that was not there is as gone as it was to be.
            if item.code in {"NoSuchKey", "NoSuchVersion"}:
                continue
            # Some services name a version where none was asked for, or none where one was.
            found = [known for known in ((item.key, item.version_id or None), (item.key, None)) if known in asked]
            if not found and not item.version_id:
                of_that_name = [known for known in asked if known[0] == item.key]
                found = of_that_name if len(of_that_name) == 1 else []
            if not found:
                raise MalformedResponse(
                    f"{len(asked)} objects were to be deleted, and the answer tells of a failure with another one, "
                    f"{item.key!r} ({item.code}); list the bucket to see which are left"
                )
            failed[found[0]] = error_of_code(item.code, item.message)
        return failed

    # Models

    def object_of(self, address: Address, known: Mapping[str, str], size: int) -> S3Object:
        """What an answer's headers tell of an object."""
        etag = bare(known.get("etag"))
        encryption = known.get("x-amz-server-side-encryption")
        modified = known.get("last-modified")
        return S3Object(
            container=address.container,
            name=address.name,
            size=size,
            provider=self._calls.provider,
            hash=etag if etag and self._calls.dialect.md5_etags and is_md5(etag, known) else None,
            etag=etag,
            content_type=known.get("content-type"),
            content_encoding=stored_encoding(known.get("content-encoding")),
            last_modified=http_date(modified) if modified else None,
            meta_data=read_meta_data(known.items()),
            version_id=made_version(known),
            storage_class=known.get("x-amz-storage-class"),
            encryption=encryption,
            checksum=crc32_of(known),
            retention=retention_told(known),
            legal_hold=legal_hold_told(known),
        )


def everywhere(spec: PutSpec) -> dict[str, str]:
    """What of the caller's own headers belongs to every request of an upload."""
    return {name: value for name, value in spec.headers.items() if name.lower().startswith(EVERYWHERE)}
