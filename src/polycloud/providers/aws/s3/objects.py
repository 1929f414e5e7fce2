"""Objects: listing, reading, putting, deleting them."""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import md5

from polycloud.errors import ChecksumMismatch, CloudError, MalformedResponse
from polycloud.providers.aws.s3 import wire
from polycloud.providers.aws.s3.calls import S3Calls
from polycloud.providers.aws.s3.faults import error_of_code
from polycloud.providers.aws.s3.metadata import read_meta_data, written_meta_data
from polycloud.providers.aws.s3.models import S3Address, S3Object, S3ObjectVersion, S3Upload
from polycloud.providers.aws.s3.names import decoded, in_query, in_xml, xml_text
from polycloud.runtime.messages import ResponseStream, Source
from polycloud.runtime.paging import Page
from polycloud.storage.driver import (
    Address,
    Conditions,
    Download,
    ListQuery,
    PutSpec,
    ReadSpec,
    Stored,
    UrlSpec,
)
from polycloud.storage.models import DeleteResult, Object, Prefix
from polycloud.storage.verify import OFFLOAD_FROM, Digest, compare, digest_of
from polycloud.wire.sigv4 import UNSIGNED_PAYLOAD

__all__ = ["Objects", "bare", "conditional", "is_md5", "merged", "version_of", "version_query", "xml_headers"]

MD5 = re.compile(r"[0-9a-f]{32}")
RANGE = re.compile(r"bytes ([0-9]+)-([0-9]+)/([0-9]+)")
MONTHS = {
    name: number
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}
CHECKSUM_HEADERS = {"md5": "Content-MD5", "crc32": "x-amz-checksum-crc32", "sha256": "x-amz-checksum-sha256"}
ASK_CHECKSUM = ("x-amz-checksum-mode", "ENABLED")


class Objects(S3Calls):
    """The calls on objects."""

    # Listings

    async def list_objects(self, query: ListQuery, *, cursor: str | None) -> Page[S3Object | Prefix]:
        parameters = [f"list-type=2&encoding-type=url&max-keys={self._page_size}"]
        if query.prefix:
            parameters.append(f"prefix={in_query(query.prefix)}")
        if query.delimiter:
            parameters.append(f"delimiter={in_query(query.delimiter)}")
        if cursor is not None:
            parameters.append(f"continuation-token={in_query(cursor)}")
        elif query.start_after:
            parameters.append(f"start-after={in_query(query.start_after)}")
        answer = await self.ask(
            wire.ListBucketResult, "ListObjectsV2", "GET", query.container, query="&".join(parameters)
        )
        encoded = answer.encoding_type == "url"
        container, provider = query.container, self.provider
        items: list[S3Object | Prefix] = [
            S3Object(
                container=container,
                name=decoded(item.key) if encoded else item.key,
                size=item.size,
                provider=provider,
                etag=bare(item.etag),
                last_modified=item.last_modified,
                storage_class=item.storage_class,
            )
            for item in answer.contents
        ]
        if answer.common_prefixes:
            items += [
                Prefix(container=container, name=decoded(each.prefix) if encoded else each.prefix, provider=provider)
                for each in answer.common_prefixes
            ]
            items.sort(key=_name)
        token = answer.next_continuation_token if answer.is_truncated else None
        if answer.is_truncated and not token:
            raise MalformedResponse(
                "the listing goes on, and S3 gave no token to go on with; the listing is incomplete"
            )
        return Page(items, token)

    async def list_versions(
        self, container: str, prefix: str, *, cursor: tuple[str, str] | None
    ) -> tuple[list[S3ObjectVersion], tuple[str, str] | None]:
        """One page of the versions of objects, the newest of each first, and the cursor of the next page."""
        parameters = [f"versions&encoding-type=url&max-keys={self._page_size}"]
        if prefix:
            parameters.append(f"prefix={in_query(prefix)}")
        if cursor is not None:
            parameters.append(f"key-marker={in_query(cursor[0])}")
            if cursor[1]:
                parameters.append(f"version-id-marker={in_query(cursor[1])}")
        answer = await self.ask(
            wire.ListVersionsResult, "ListObjectVersions", "GET", container, query="&".join(parameters)
        )
        encoded = answer.encoding_type == "url"
        found = [
            S3ObjectVersion(
                container=container,
                name=decoded(item.key) if encoded else item.key,
                size=item.size,
                provider=self.provider,
                etag=bare(item.etag),
                last_modified=item.last_modified,
                storage_class=item.storage_class,
                version_id=item.version_id,
                is_latest=item.is_latest,
            )
            for item in answer.version
        ]
        found += [
            S3ObjectVersion(
                container=container,
                name=decoded(item.key) if encoded else item.key,
                size=0,
                provider=self.provider,
                last_modified=item.last_modified,
                version_id=item.version_id,
                is_latest=item.is_latest,
                delete_marker=True,
            )
            for item in answer.delete_marker
        ]
        # S3 gives versions and markers of deletions mixed, each key's newest first.
        found.sort(key=_age)
        if not answer.is_truncated:
            return found, None
        if not answer.next_key_marker:
            raise MalformedResponse(
                "the listing goes on, and S3 gave no marker to go on with; the listing is incomplete"
            )
        marker = decoded(answer.next_key_marker) if encoded else answer.next_key_marker
        return found, (marker, answer.next_version_id_marker or "")

    async def list_uploads(
        self, container: str, prefix: str, *, cursor: tuple[str, str] | None
    ) -> tuple[list[S3Upload], tuple[str, str] | None]:
        """One page of the unfinished uploads, and the cursor of the next page."""
        parameters = [f"uploads&encoding-type=url&max-uploads={self._page_size}"]
        if prefix:
            parameters.append(f"prefix={in_query(prefix)}")
        if cursor is not None:
            parameters.append(f"key-marker={in_query(cursor[0])}&upload-id-marker={in_query(cursor[1])}")
        answer = await self.ask(
            wire.ListMultipartUploadsResult, "ListMultipartUploads", "GET", container, query="&".join(parameters)
        )
        encoded = answer.encoding_type == "url"
        found = [
            S3Upload(
                container=container,
                name=decoded(item.key) if encoded else item.key,
                id=item.upload_id,
                started_at=item.initiated,
                storage_class=item.storage_class,
            )
            for item in answer.upload
        ]
        if not answer.is_truncated or not answer.next_key_marker:
            return found, None
        marker = decoded(answer.next_key_marker) if encoded else answer.next_key_marker
        return found, (marker, answer.next_upload_id_marker or "")

    # Reading

    async def head_object(self, spec: ReadSpec) -> S3Object:
        address = spec.address
        answer = await self.send(
            "HeadObject",
            "HEAD",
            address.container,
            address.name,
            query=version_query(address),
            headers=self._read_headers(spec),
        )
        known = dict(answer.headers.pairs())
        return self._object(address, known, _number(known.get("content-length")) or 0)

    async def read_object(self, spec: ReadSpec) -> Download[S3Object]:
        address = spec.address
        headers = self._read_headers(spec)
        if not spec.whole:
            headers.append(("Range", f"bytes={spec.start}-{'' if spec.end is None else spec.end - 1}"))
        body = await self.receive(
            "GetObject", address.container, address.name, query=version_query(address), headers=headers
        )
        try:
            return self._download(address, body)
        except BaseException:
            await body.close()
            raise

    def _download(self, address: Address, body: ResponseStream) -> Download[S3Object]:
        known = dict(body.headers.pairs())
        length = _number(known.get("content-length"))
        start, size = 0, length
        if body.status == 206:
            match = RANGE.fullmatch(known.get("content-range", ""))
            if match is None:
                raise MalformedResponse(f"{address.name}: S3 gives a part of the content and does not say which one")
            start, size = int(match[1]), int(match[3])
        if size is None:
            raise MalformedResponse(f"{address.name}: S3 does not say how long the content is")
        obj = self._object(address, known, size)
        return Download(object=obj, body=body, start=start, length=length, digest=_digest_of_whole(obj, known))

    def _read_headers(self, spec: ReadSpec) -> list[tuple[str, str]]:
        headers = conditional(spec.conditions)
        if self._checksum != "md5" and spec.whole:
            headers.append(ASK_CHECKSUM)
        return merged(headers, spec.headers)

    # Putting

    async def put_object(self, spec: PutSpec, body: bytes | Source, *, digest: Digest | None) -> Stored[S3Object]:
        if not isinstance(body, bytes):
            # Smaller than what goes up in parts. Its hash has to be known before it is sent.
            data = await body.read(body.length or 0)
            while more := await body.read(len(data) + 1):
                data += more
            body = data
            digest = None
        if digest is None:
            digest = await digest_of(self.caller.runtime, self._checksum, body)
        address = spec.address
        answer = await self.send(
            "PutObject",
            "PUT",
            address.container,
            address.name,
            headers=merged(
                [
                    *self.put_headers(spec),
                    *conditional(spec.conditions),
                    *await self.content_headers(address.container, body, digest),
                ],
                spec.headers,
            ),
            body=body,
            repeatable=spec.conditions.if_match is None and spec.conditions.if_none_match is None,
        )
        known = dict(answer.headers.pairs())
        obj = self.new_object(spec, known, len(body), bare(known.get("etag")))
        reported = self.reported(known)
        if reported is None and obj.hash is not None:
            try:
                await self.check_etag(obj.hash, body, address.name)
            except ChecksumMismatch:
                await self.discard(obj)
                raise
        return Stored(object=obj, digest=reported)

    def put_headers(self, spec: PutSpec) -> list[tuple[str, str]]:
        """What the object is to become, but for the caller's own headers."""
        headers = [("Content-Type", spec.content_type)]
        if spec.content_encoding is not None:
            headers.append(("Content-Encoding", spec.content_encoding))
        if spec.meta_data:
            headers += written_meta_data(spec.meta_data)
        return headers

    async def content_headers(self, container: str, body: bytes, digest: Digest) -> list[tuple[str, str]]:
        """The headers by which S3 verifies a body, and how its signature covers it."""
        value = base64.b64encode(bytes.fromhex(digest.value)).decode("ascii")
        headers = [(CHECKSUM_HEADERS[digest.algorithm], value)]
        signed = self._sign_payload
        if signed is None:
            # On an encrypted way the signed checksum says as much.
            signed = not (await self.session.site(container)).secure
        if not signed:
            headers.append(("x-amz-content-sha256", UNSIGNED_PAYLOAD))
        elif digest.algorithm == "sha256":
            headers.append(("x-amz-content-sha256", digest.value))
        elif len(body) >= OFFLOAD_FROM:
            # The signer would compute it as well, holding up all other work meanwhile.
            sha256 = await digest_of(self.caller.runtime, "sha256", body)
            headers.append(("x-amz-content-sha256", sha256.value))
        return headers

    async def check_etag(self, etag: str, body: bytes, what: str) -> None:
        """Verify by the etag what a service stored that does not know the checksum that was sent.

        Raises:
            ChecksumMismatch: It stored something else.
        """
        compare(await digest_of(self.caller.runtime, "md5", body), Digest("md5", etag), what)

    def reported(self, known: Mapping[str, str]) -> Digest | None:
        """The hash, of the kind that is sent, that S3 reports of what it stored."""
        if self._checksum == "md5":
            etag = bare(known.get("etag"))
            return Digest("md5", etag) if etag and is_md5(etag, known) else None
        if self._checksum == "crc32":
            crc32 = _crc32(known)
            return Digest("crc32", crc32) if crc32 else None
        sha256 = _hexadecimal(known.get("x-amz-checksum-sha256"), 32)
        return Digest("sha256", sha256) if sha256 else None

    def new_object(self, spec: PutSpec, known: Mapping[str, str], size: int, etag: str | None) -> S3Object:
        """What was put, by what was asked and by the answer's headers."""
        address = spec.address
        return S3Object(
            container=address.container,
            name=address.name,
            size=size,
            provider=self.provider,
            hash=etag if etag and is_md5(etag, known) else None,
            etag=etag,
            content_type=spec.content_type,
            content_encoding=spec.content_encoding,
            meta_data=spec.meta_data,
            version_id=_version(known),
            encryption=known.get("x-amz-server-side-encryption"),
            checksum=_crc32(known),
        )

    # Deleting

    async def delete_object(self, address: Address) -> None:
        # Repeatable: in a bucket with versions it would make one more mark of the deletion.
        await self.send(
            "DeleteObject", "DELETE", address.container, address.name, query=version_query(address), repeatable=True
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
        try:
            answer = await self.ask(
                wire.DeleteResult,
                "DeleteObjects",
                "POST",
                container,
                query="delete",
                headers=xml_headers(body),
                body=body,
                late=True,
            )
        except CloudError as error:
            return {(address.name, version_of(address)): error for address in addresses}
        # An object that was not there is as gone as it was to be.
        return {
            (item.key, item.version_id or None): error_of_code(item.code, item.message)
            for item in answer.error
            if item.code not in {"NoSuchKey", "NoSuchVersion"}
        }

    async def discard(self, obj: Object) -> None:
        version = obj.version_id if isinstance(obj, S3Object) else None
        if version is None:
            await super().discard(obj)
        else:
            await self.delete_object(S3Address(container=obj.container, name=obj.name, version_id=version))

    # URLs

    async def object_url(self, spec: UrlSpec) -> str:
        address = spec.address
        site = await self.session.site(address.container)
        headers = [("Content-Type", spec.content_type)] if spec.content_type and spec.method == "PUT" else []
        operation = "GetObject" if spec.method == "GET" else "PutObject"
        request = self._request(site, operation, spec.method, address.name, version_query(address), headers, b"")
        return await self.session.presign(request, expires_in=spec.expires_in, payload_hash=UNSIGNED_PAYLOAD)

    # Models

    def _object(self, address: Address, known: Mapping[str, str], size: int) -> S3Object:
        """What an answer's headers tell of an object."""
        etag = bare(known.get("etag"))
        encryption = known.get("x-amz-server-side-encryption")
        modified = known.get("last-modified")
        return S3Object(
            container=address.container,
            name=address.name,
            size=size,
            provider=self.provider,
            hash=etag if etag and is_md5(etag, known) else None,
            etag=etag,
            content_type=known.get("content-type"),
            content_encoding=_stored_encoding(known.get("content-encoding")),
            last_modified=http_date(modified) if modified else None,
            meta_data=read_meta_data(known.items()),
            version_id=_version(known),
            storage_class=known.get("x-amz-storage-class"),
            encryption=encryption,
            checksum=_crc32(known),
        )


def version_query(address: Address) -> str:
    """The query that asks for the address's version."""
    version = version_of(address)
    return "" if version is None else f"versionId={in_query(version)}"


def version_of(address: Address) -> str | None:
    """The version that an address names."""
    return address.version_id if isinstance(address, S3Address) else None


def xml_headers(body: bytes) -> list[tuple[str, str]]:
    """The headers of a request whose body is XML; S3 asks for its hash with most of them."""
    digest = base64.b64encode(md5(body, usedforsecurity=False).digest()).decode("ascii")
    return [("Content-Type", "application/xml"), ("Content-MD5", digest)]


def bare(etag: str | None) -> str | None:
    """An etag without its quotes, or None."""
    return etag.strip('"') or None if etag else None


def http_date(text: str) -> dt.datetime | None:
    """The moment in a header such as ``Sun, 06 Nov 1994 08:49:37 GMT``; None for what is none."""
    try:
        if len(text) == 29 and text.endswith(" GMT"):
            # What S3 sends, read ten times as fast.
            return dt.datetime(
                int(text[12:16]), MONTHS[text[8:11]], int(text[5:7]),
                int(text[17:19]), int(text[20:22]), int(text[23:25]), tzinfo=dt.UTC,
            )  # fmt: skip
        return parsedate_to_datetime(text).astimezone(dt.UTC)
    except (ValueError, KeyError, OverflowError):
        return None


def conditional(conditions: Conditions) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    if conditions.if_match is not None:
        headers.append(("If-Match", _quoted(conditions.if_match)))
    if conditions.if_none_match is not None:
        headers.append(("If-None-Match", _quoted(conditions.if_none_match)))
    if conditions.if_modified_since is not None:
        headers.append(("If-Modified-Since", format_datetime(conditions.if_modified_since, usegmt=True)))
    return headers


def _quoted(etag: str) -> str:
    return etag if etag == "*" else f'"{etag}"'


def merged(own: list[tuple[str, str]], callers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Headers of ours, and those of the caller's that do not replace them."""
    if not callers:
        return own
    taken = {name.lower() for name, _ in own}
    return own + [pair for pair in callers.items() if pair[0].lower() not in taken]


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


def is_md5(etag: str, known: Mapping[str, str]) -> bool:
    """Whether an etag is the MD5 of the content: not of what came in parts, or is encrypted with other keys."""
    return (
        MD5.fullmatch(etag) is not None
        and not known.get("x-amz-server-side-encryption", "").startswith("aws:kms")
        and "x-amz-server-side-encryption-customer-algorithm" not in known
    )


def _hexadecimal(value: str | None, size: int) -> str | None:
    """Base64 as hexadecimal, if it is of so many bytes: S3 appends ``-N`` to what is not of the plain content."""
    if value is None:
        return None
    try:
        data = base64.b64decode(value, validate=True)
    except ValueError:
        return None
    return data.hex() if len(data) == size else None


def _crc32(known: Mapping[str, str]) -> str | None:
    # Of an upload in parts there may be a checksum of checksums instead.
    if known.get("x-amz-checksum-type") == "COMPOSITE":
        return None
    return _hexadecimal(known.get("x-amz-checksum-crc32"), 4)


def _digest_of_whole(obj: S3Object, known: Mapping[str, str]) -> Digest | None:
    """The best hash of the whole content that an answer has."""
    if obj.checksum is not None:
        return Digest("crc32", obj.checksum)
    sha256 = _hexadecimal(known.get("x-amz-checksum-sha256"), 32)
    if sha256 is not None and known.get("x-amz-checksum-type") != "COMPOSITE":
        return Digest("sha256", sha256)
    return Digest("md5", obj.hash) if obj.hash else None


def _version(known: Mapping[str, str]) -> str | None:
    """The version that a bucket that keeps versions made; ``null`` stands for content that is of none."""
    version = known.get("x-amz-version-id")
    return None if version == "null" else version


def _stored_encoding(value: str | None) -> str | None:
    """What the content was packed with; ``aws-chunked`` is only how it once travelled."""
    if not value:
        return None
    kept = [word for word in (part.strip() for part in value.split(",")) if word and word != "aws-chunked"]
    return ", ".join(kept) or None


def _name(item: S3Object | Prefix) -> str:
    return item.name


def _age(version: S3ObjectVersion) -> tuple[str, bool, float]:
    stored = version.last_modified.timestamp() if version.last_modified else 0.0
    return version.name, not version.is_latest, -stored
