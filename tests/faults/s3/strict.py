"""S3's protocol, small and strict, with a place for misbehaviour."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable
from urllib.parse import parse_qs, unquote

from tests.faults.keepalive import Exchange, Server, reply

__all__ = ["Asked", "StrictS3", "fault"]


def fault(status: int, code: str, more: str = "", *headers: tuple[str, str]) -> bytes:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>Said so.</Message>{more}</Error>"
    return reply(status, body.encode(), *headers)


def crc32_of(content: bytes) -> str:
    return base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()


class Asked:
    """One request, taken apart."""

    def __init__(self, exchange: Exchange) -> None:
        path, _, query = exchange.target.partition("?")
        bucket, _, key = path.removeprefix("/").partition("/")
        self.exchange = exchange
        self.method = exchange.method
        self.bucket, self.key = unquote(bucket), unquote(key)
        self.query = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
        self.body = exchange.body()
        self.region = (exchange.get("authorization") or "///").split("/")[2]

    @property
    def operation(self) -> str:
        upload = "uploadId" in self.query
        names = {
            ("PUT", True): "UploadPart" if upload else "PutObject",
            ("GET", True): "GetObject",
            ("HEAD", True): "HeadObject",
            ("HEAD", False): "HeadBucket",
            ("DELETE", True): "AbortMultipartUpload" if upload else "DeleteObject",
            ("POST", True): "CompleteMultipartUpload" if upload else "CreateMultipartUpload",
            ("POST", False): "DeleteObjects",
            ("GET", False): "GetBucketLocation" if "location" in self.query else "ListObjectsV2",
        }
        return names[self.method, bool(self.key)]


class StrictS3(Server):
    """One bucket. ``misbehave`` sees every request first: what it returns is the answer, if it is not None."""

    def __init__(self, misbehave: Callable[[Asked], bytes | None] = lambda _: None) -> None:
        super().__init__(self.serve)
        self.misbehave = misbehave
        self.operations: list[str] = []
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        # Whether it tells the CRC32 of what is read.
        self.knows_crc32 = False

    def serve(self, exchange: Exchange) -> bytes | None:
        asked = Asked(exchange)
        self.operations.append(asked.operation)
        sent = exchange.get("x-amz-content-sha256") or ""
        assert sent in {"UNSIGNED-PAYLOAD", hashlib.sha256(asked.body).hexdigest()}, "the signed hash is another one"
        wrong = self.misbehave(asked)
        if wrong is not None:
            return wrong
        return self.answer_to(asked)

    def answer_to(self, asked: Asked) -> bytes:
        operation, key, body = asked.operation, asked.key, asked.body
        if operation in {"PutObject", "UploadPart"}:
            self._check(asked)
        if operation == "PutObject":
            etag = hashlib.md5(body).hexdigest()
            self.objects[key] = (body, etag)
            return reply(200, b"", ("ETag", f'"{etag}"'), *_echo(asked))
        if operation in {"GetObject", "HeadObject"}:
            if key not in self.objects:
                return fault(404, "NoSuchKey") if operation == "GetObject" else reply(404)
            content, etag = self.objects[key]
            headers = [("ETag", f'"{etag}"'), ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")]
            if operation == "HeadObject":
                head = reply(200, b"", *headers).partition(b"Content-Length")[0]
                return head + f"Content-Length: {len(content)}\r\n\r\n".encode()
            if asked.exchange.get("if-match") not in {None, f'"{etag}"'}:
                return fault(412, "PreconditionFailed")
            asked_range = asked.exchange.get("range")
            if asked_range is not None:
                first, _, last = asked_range.removeprefix("bytes=").partition("-")
                piece = content[int(first) : int(last) + 1 if last else None]
                headers.append(("Content-Range", f"bytes {first}-{int(first) + len(piece) - 1}/{len(content)}"))
                return reply(206, piece, *headers)
            if self.knows_crc32 and asked.exchange.get("x-amz-checksum-mode"):
                headers += [("x-amz-checksum-crc32", crc32_of(content)), ("x-amz-checksum-type", "FULL_OBJECT")]
            return reply(200, content, *headers)
        if operation == "DeleteObject":
            self.objects.pop(key, None)
            return reply(204)
        return self._multipart(asked)

    def _multipart(self, asked: Asked) -> bytes:
        operation, key, body = asked.operation, asked.key, asked.body
        if operation == "CreateMultipartUpload":
            upload = f"u{len(self.operations)}"
            self.uploads[upload] = {}
            text = f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
            return reply(200, text.encode())
        if operation == "AbortMultipartUpload":
            if self.uploads.pop(asked.query["uploadId"], None) is None:
                return fault(404, "NoSuchUpload")
            return reply(204)
        if operation == "UploadPart":
            # A part that was on its way when its upload was removed comes too late.
            if asked.query["uploadId"] not in self.uploads:
                return fault(404, "NoSuchUpload")
            self.uploads[asked.query["uploadId"]][int(asked.query["partNumber"])] = body
            return reply(200, b"", ("ETag", f'"{hashlib.md5(body).hexdigest()}"'), *_echo(asked))
        if operation == "CompleteMultipartUpload":
            parts = self.uploads.pop(asked.query["uploadId"], None)
            if parts is None:
                return fault(404, "NoSuchUpload")
            ordered = [parts[number] for number in sorted(parts)]
            joined = b"".join(hashlib.md5(part).digest() for part in ordered)
            etag = f"{hashlib.md5(joined).hexdigest()}-{len(parts)}"
            self.objects[key] = (b"".join(ordered), etag)
            crc32 = crc32_of(self.objects[key][0])
            told = f"<ChecksumCRC32>{crc32}</ChecksumCRC32>" if asked.exchange.get("x-amz-checksum-crc32") else ""
            text = (
                f"<CompleteMultipartUploadResult><ETag>&quot;{etag}&quot;</ETag>{told}</CompleteMultipartUploadResult>"
            )
            return reply(200, text.encode())
        raise AssertionError(f"nothing is known of {operation}")

    @staticmethod
    def _check(asked: Asked) -> None:
        md5, crc32 = asked.exchange.get("content-md5"), asked.exchange.get("x-amz-checksum-crc32")
        assert md5 or crc32, "content came without a checksum"
        assert md5 in {None, base64.b64encode(hashlib.md5(asked.body).digest()).decode()}
        assert crc32 in {None, crc32_of(asked.body)}


def _echo(asked: Asked) -> list[tuple[str, str]]:
    crc32 = asked.exchange.get("x-amz-checksum-crc32")
    return [] if crc32 is None else [("x-amz-checksum-crc32", crc32)]
