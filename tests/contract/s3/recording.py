"""A runtime that records what is sent and answers as S3 would."""

from __future__ import annotations

import base64
import hashlib
import zlib
from typing import Any

from cumuli.runtime import blocking_runtime
from cumuli.runtime.messages import Headers, Request, Response
from cumuli.runtime.protocol import TransportSettings
from cumuli.runtime.timeouts import Patience

__all__ = ["RecordingRuntime"]

CONTENT = b"content"
# Between the moments that the cases name.
STORED = ("last-modified", "Thu, 02 Jan 2020 00:00:00 GMT")
BODIES = {
    "ListBuckets": (
        "<ListAllMyBucketsResult><Buckets><Bucket><Name>bucket</Name></Bucket></Buckets>{token}"
        "</ListAllMyBucketsResult>"
    ),
    "ListObjectsV2": (
        "<ListBucketResult><Contents><Key>a+%26%2Bb</Key><Size>7</Size><ETag>&quot;e&quot;</ETag></Contents>"
        "<EncodingType>url</EncodingType><IsTruncated>{more}</IsTruncated><NextContinuationToken>t/+</NextContinuationToken>"
        "</ListBucketResult>"
    ),
    "ListObjectVersions": (
        "<ListVersionsResult><Version><Key>a &amp;</Key><VersionId>v</VersionId></Version>"
        "<IsTruncated>{more}</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker></ListVersionsResult>"
    ),
    "ListMultipartUploads": (
        "<ListMultipartUploadsResult><Upload><Key>a</Key><UploadId>u</UploadId></Upload><IsTruncated>{more}</IsTruncated>"
        "<NextKeyMarker>a</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker></ListMultipartUploadsResult>"
    ),
    "CreateMultipartUpload": (
        "<InitiateMultipartUploadResult><UploadId>up/+load</UploadId></InitiateMultipartUploadResult>"
    ),
    "CompleteMultipartUpload": "<CompleteMultipartUploadResult/>",
    "CopyObject": "<CopyObjectResult><ETag>&quot;x&quot;</ETag></CopyObjectResult>",
    "UploadPartCopy": "<CopyPartResult><ETag>&quot;x&quot;</ETag></CopyPartResult>",
    "DeleteObjects": "<DeleteResult/>",
    "GetBucketAcl": "<AccessControlPolicy/>",
    "GetObjectAcl": "<AccessControlPolicy/>",
    "GetBucketTagging": "<Tagging/>",
    "GetObjectTagging": "<Tagging/>",
    "GetBucketVersioning": "<VersioningConfiguration/>",
    "GetBucketLifecycleConfiguration": "<LifecycleConfiguration/>",
    "GetBucketPolicy": "{{}}",
    "ListParts": (
        "<ListPartsResult><Part><PartNumber>1</PartNumber><Size>7</Size></Part><IsTruncated>{more}</IsTruncated>"
        "<NextPartNumberMarker>1</NextPartNumberMarker></ListPartsResult>"
    ),
    "GetObjectAttributes": (
        "<GetObjectAttributesResponse><ObjectParts><IsTruncated>{more}</IsTruncated>"
        "<NextPartNumberMarker>1</NextPartNumberMarker><Part><PartNumber>1</PartNumber><Size>7</Size></Part>"
        "</ObjectParts></GetObjectAttributesResponse>"
    ),
    "GetBucketCors": "<CORSConfiguration/>",
    "GetBucketEncryption": "<ServerSideEncryptionConfiguration/>",
    "GetBucketWebsite": "<WebsiteConfiguration/>",
    "GetPublicAccessBlock": "<PublicAccessBlockConfiguration/>",
    "GetBucketNotificationConfiguration": "<NotificationConfiguration/>",
    "GetBucketLogging": "<BucketLoggingStatus/>",
    "GetObjectLockConfiguration": "<ObjectLockConfiguration/>",
    "GetObjectRetention": "<Retention/>",
    "GetObjectLegalHold": "<LegalHold/>",
}


class Stream:
    def __init__(self, answer: Response) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self._body = answer.body

    async def read(self, size: int) -> bytes:
        data, self._body = self._body[:size], self._body[size:]
        return data

    async def close(self) -> None:
        pass


class RecordingRuntime:
    """The blocking runtime but for the network."""

    def __init__(self, size: int = len(CONTENT)) -> None:
        self.sent: list[Request] = []
        self._size = size
        self._runtime = blocking_runtime(TransportSettings(proxy=""))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runtime, name)

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        self.sent.append(request)
        operation, query = request.operation, request.target.partition("?")[2]
        if operation == "HeadBucket":
            return Response(status=404, headers=Headers(), body=b"")
        body = request.body if isinstance(request.body, bytes) else b""
        headers = [("etag", f'"{hashlib.md5(body).hexdigest()}"')]
        if operation == "HeadObject" and request.header("if-match"):
            # The same object as is read.
            headers = [("etag", '"x"')]
        checksum = request.header("x-amz-checksum-crc32")
        if checksum is not None:
            assert checksum == base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode() or body[:1] == b"<"
            headers.append(("x-amz-checksum-crc32", checksum))
        if operation == "HeadObject":
            headers += [("content-length", str(self._size)), STORED]
        more = not any(word in query for word in ("continuation-token", "key-marker", "part-number-marker"))
        more = more and request.header("x-amz-part-number-marker") is None
        token = "<ContinuationToken>t</ContinuationToken>" if more else ""
        text = BODIES.get(operation, "").format(more="true" if more else "false", token=token)
        return Response(status=200, headers=Headers(tuple(headers)), body=text.encode())

    async def stream(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Stream:
        self.sent.append(request)
        part = CONTENT
        headers = [("etag", '"x"'), ("content-length", str(len(CONTENT))), STORED]
        asked = request.header("range")
        status = 200
        if asked is not None:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            if not first:
                first, last = str(len(CONTENT) - int(last)), ""
            part = CONTENT[int(first) : int(last or len(CONTENT)) + 1]
            headers = [
                ("etag", '"x"'),
                STORED,
                ("content-length", str(len(part))),
                ("content-range", f"bytes {first}-{int(first) + len(part) - 1}/{len(CONTENT)}"),
            ]
            status = 206
        return Stream(Response(status=status, headers=Headers(tuple(headers)), body=part))
