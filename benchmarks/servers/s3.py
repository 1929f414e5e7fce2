"""One bucket of S3, as cheap as Linux allows: the client is what is measured.

One thread, one epoll loop. What is uploaded is thrown away inside the kernel (MSG_TRUNC), and large
downloads leave from a file in memory (sendfile), so a byte is never copied here. Every object has
the same content, as long as it needs to be; that way the server knows the ETag and the CRC32 of what
it did not look at, and peers that verify them have something to verify.
"""

from __future__ import annotations

import base64
import os
import random
import select
import socket
import sys
import zlib
from bisect import bisect_right
from functools import lru_cache
from hashlib import md5
from urllib.parse import parse_qsl, unquote

MIB = 1024 * 1024
LARGE = 256 * MIB
SMALL = 4096
COUNT = 2_000
LISTED = 10_000
BUCKET = "bench"
# Objects of the listing; the small ones that are read; the large one.
LISTING = [f"data/2026/11/part-{n:05d}.parquet" for n in range(LISTED)]

BLOCK = random.Random(1).randbytes(MIB)
STAMP = "Sun, 01 Nov 2026 08:30:00 GMT"
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
ALWAYS = "x-amz-request-id: 4442587FB7D0A2F9\r\nDate: Sun, 01 Nov 2026 08:30:00 GMT\r\nServer: AmazonS3\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def content(size: int) -> bytes:
    """What every object of this size holds."""
    return (BLOCK * (size // MIB + 1))[:size]


@lru_cache(maxsize=256)
def sums(size: int) -> tuple[str, str]:
    """MD5 in hexadecimal and CRC32 in base64 of the content of this size."""
    hasher, crc, left = md5(usedforsecurity=False), 0, size
    while left:
        piece = BLOCK[:left]
        hasher.update(piece)
        crc = zlib.crc32(piece, crc)
        left -= len(piece)
    return hasher.hexdigest(), base64.b64encode(crc.to_bytes(4, "big")).decode()


def answer(status: str = "200 OK", body: bytes = b"", extra: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\n{ALWAYS}{extra}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def document(text: str, status: str = "200 OK") -> bytes:
    return answer(status, (XML + text).encode(), "Content-Type: application/xml\r\n")


def refusal(status: str, code: str) -> bytes:
    return document(f"<Error><Code>{code}</Code><Message>{code}</Message></Error>", status)


@lru_cache(maxsize=64)
def listing(query: str) -> bytes:
    """A page of the listing, by version 1 or 2 of the operation."""
    asked = dict(parse_qsl(query, keep_blank_values=True))
    second = asked.get("list-type") == "2"
    after = asked.get("continuation-token" if second else "marker", "") or asked.get("start-after", "")
    names = [name for name in LISTING if name.startswith(asked.get("prefix", ""))]
    start = bisect_right(names, after)
    page = names[start : start + int(asked.get("max-keys", "1000"))]
    more = start + len(page) < len(names)
    etag = sums(SMALL)[0]
    parts = [
        XML, f"<ListBucketResult{NAMESPACE}><Name>{BUCKET}</Name><Prefix>{asked.get('prefix', '')}</Prefix>",
        f"<KeyCount>{len(page)}</KeyCount>" if second else f"<Marker>{after}</Marker>",
        f"<MaxKeys>{asked.get('max-keys', '1000')}</MaxKeys>",
        "<EncodingType>url</EncodingType>" if asked.get("encoding-type") == "url" else "",
        f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>",
    ]  # fmt: skip
    if more:
        word = "NextContinuationToken" if second else "NextMarker"
        parts.append(f"<{word}>{page[-1]}</{word}>")
    parts += [
        f"<Contents><Key>{name}</Key><LastModified>2026-11-01T08:30:00.000Z</LastModified>"
        f"<ETag>&quot;{etag}&quot;</ETag><ChecksumAlgorithm>CRC32</ChecksumAlgorithm>"
        f"<ChecksumType>FULL_OBJECT</ChecksumType><Size>{SMALL}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        for name in page
    ]
    parts.append("</ListBucketResult>")
    return answer(body="".join(parts).encode(), extra="Content-Type: application/xml\r\n")


class Store:
    """What is stored, and the answers to everything but the bytes of a GET."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {"large": LARGE} | {f"small/{n:04d}": SMALL for n in range(COUNT)}
        self.uploads: dict[str, dict[int, tuple[str, int]]] = {}
        self.etags: dict[str, str] = {}
        self.made = 0

    def put(self, target: str, headers: dict[str, str], size: int) -> bytes:
        path, _, query = target.partition("?")
        bucket, _, key = unquote(path[1:]).partition("/")
        if bucket != BUCKET or not key:
            return refusal("404 Not Found", "NoSuchBucket")
        asked = dict(parse_qsl(query)) if query else {}
        etag = sums(size)[0]
        if "uploadId" in asked:
            parts = self.uploads.get(asked["uploadId"])
            if parts is None:
                return refusal("404 Not Found", "NoSuchUpload")
            parts[int(asked["partNumber"])] = etag, size
        else:
            self.sizes[key] = size
            self.etags.pop(key, None)
        extra = f'ETag: "{etag}"\r\n'
        crc = headers.get("x-amz-checksum-crc32")
        if crc is not None or "x-amz-trailer" in headers:
            if crc not in {None, sums(size)[1]}:
                return refusal("400 Bad Request", "BadDigest")
            extra += f"x-amz-checksum-crc32: {sums(size)[1]}\r\nx-amz-checksum-type: FULL_OBJECT\r\n"
        return answer(extra=extra)

    def post(self, target: str, body: bytes) -> bytes:
        path, _, query = target.partition("?")
        key = unquote(path[1:]).partition("/")[2]
        asked = dict(parse_qsl(query, keep_blank_values=True))
        if "uploads" in asked:
            self.made += 1
            upload = f"upload-{self.made}"
            self.uploads[upload] = {}
            return document(
                f"<InitiateMultipartUploadResult{NAMESPACE}><Bucket>{BUCKET}</Bucket><Key>{key}</Key>"
                f"<UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
            )
        parts = self.uploads.pop(asked.get("uploadId", ""), None)
        if parts is None:
            return refusal("404 Not Found", "NoSuchUpload")
        if body.count(b"<PartNumber>") != len(parts) or sorted(parts) != list(range(1, len(parts) + 1)):
            return refusal("400 Bad Request", "InvalidPart")
        joined = b"".join(bytes.fromhex(parts[number][0]) for number in sorted(parts))
        etag = f"{md5(joined, usedforsecurity=False).hexdigest()}-{len(parts)}"
        size = self.sizes[key] = sum(size for _, size in parts.values())
        self.etags[key] = etag
        return document(
            f"<CompleteMultipartUploadResult{NAMESPACE}><Location>/{BUCKET}/{key}</Location><Bucket>{BUCKET}</Bucket>"
            f"<Key>{key}</Key><ETag>&quot;{etag}&quot;</ETag><ChecksumCRC32>{sums(size)[1]}</ChecksumCRC32>"
            "<ChecksumType>FULL_OBJECT</ChecksumType></CompleteMultipartUploadResult>"
        )

    def read(self, method: str, target: str, headers: dict[str, str]) -> tuple[bytes, int, int]:
        """A head, and from where to where the content follows it."""
        path, _, query = target.partition("?")
        bucket, _, key = unquote(path[1:]).partition("/")
        if bucket != BUCKET:
            return refusal("404 Not Found", "NoSuchBucket"), 0, 0
        if not key:
            return (answer() if method == "HEAD" else listing(query)), 0, 0
        size = self.sizes.get(key)
        if size is None:
            return (answer("404 Not Found") if method == "HEAD" else refusal("404 Not Found", "NoSuchKey")), 0, 0
        start, end, status, extra = 0, size, "200 OK", ""
        wanted = headers.get("range")
        if wanted is not None:
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start, end = int(first), min(size, int(last) + 1) if last else size
            if start >= size:
                return refusal("416 Requested Range Not Satisfiable", "InvalidRange"), 0, 0
            status, extra = "206 Partial Content", f"Content-Range: bytes {start}-{end - 1}/{size}\r\n"
        elif headers.get("x-amz-checksum-mode") == "ENABLED":
            extra = f"x-amz-checksum-crc32: {sums(size)[1]}\r\nx-amz-checksum-type: FULL_OBJECT\r\n"
        etag = self.etags.get(key) or sums(size)[0]
        head = (
            f'HTTP/1.1 {status}\r\n{ALWAYS}{extra}Last-Modified: {STAMP}\r\nETag: "{etag}"\r\n'
            "x-amz-server-side-encryption: AES256\r\nAccept-Ranges: bytes\r\nContent-Type: application/octet-stream\r\n"
            f"Content-Length: {end - start}\r\n\r\n"
        )  # fmt: skip
        return head.encode(), start, start if method == "HEAD" else end


class Connection:
    """A client's connection: what of a request is still to come, and of an answer still to go."""

    def __init__(self, server: Server, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self.fd = sock.fileno()
        self.buffer = b""
        self.sinking = 0
        self.ending = b""
        self.out = b""
        self.start = self.end = 0
        self.writing = False

    def readable(self) -> bool:
        """False when the peer is gone."""
        try:
            if self.sinking:
                return self.sink()
            data = self.sock.recv(MIB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not data:
            return False
        self.buffer = self.buffer + data if self.buffer else data
        while self.buffer and not self.sinking and not self.writing and self.request():
            pass
        return True

    def sink(self) -> bool:
        """Throw away what has arrived of a body."""
        count = self.sock.recv_into(self.server.scratch, min(self.sinking, len(self.server.scratch)), socket.MSG_TRUNC)
        self.sinking -= count
        if not self.sinking:
            self.send(self.ending)
        return count > 0

    def request(self) -> bool:
        """Take one request from the buffer. False when it is not whole yet."""
        head, separator, rest = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return False
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        if "X-Amz-Signature" not in target and not headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 "):
            raise SystemExit(f"unsigned: {head!r}")
        length = int(headers.get("content-length", "0"))
        if "transfer-encoding" in headers:
            raise SystemExit(f"not understood: {head!r}")
        if method in {"GET", "HEAD"}:
            self.buffer = rest
            head, self.start, self.end = self.server.store.read(method, target, headers)
            if self.end - self.start <= SMALL:
                head += BLOCK[self.start : self.end] if self.end <= MIB else content(self.end)[self.start :]
                self.start = self.end
            self.send(head)
            return True
        if method == "PUT":
            size = int(headers.get("x-amz-decoded-content-length", length))
            self.ending = self.server.store.put(target, headers, size)
            self.buffer = rest[length:]
            self.sinking = max(0, length - len(rest))
            if self.sinking and "expect" in headers:
                self.sock.send(CONTINUE)
            if not self.sinking:
                self.send(self.ending)
            return True
        if method == "POST":
            if len(rest) < length:
                return False
            self.buffer = rest[length:]
            self.send(self.server.store.post(target, rest[:length]))
            return True
        if method == "DELETE":
            self.buffer = rest[length:]
            self.send(answer("204 No Content").replace(b"Content-Length: 0\r\n", b""))
            return True
        raise SystemExit(f"not understood: {head!r}")

    def send(self, head: bytes) -> None:
        self.out = head
        self.writable()

    def writable(self) -> None:
        """Send as much as the peer takes; the loop calls again for the rest."""
        try:
            while self.out:
                sent = self.sock.send(self.out, socket.MSG_MORE if self.start < self.end else 0)
                self.out = self.out[sent:]
            while self.start < self.end:
                self.start += os.sendfile(self.fd, self.server.file, self.start, self.end - self.start)
        except BlockingIOError:
            if not self.writing:
                self.writing = True
                self.server.epoll.modify(self.fd, select.EPOLLOUT)
            return
        except OSError:
            self.start = self.end
            self.out = b""
        if self.writing:
            self.writing = False
            self.server.epoll.modify(self.fd, select.EPOLLIN)


class Server:
    """The loop."""

    def __init__(self) -> None:
        self.store = Store()
        self.epoll = select.epoll()
        self.scratch = bytearray(8 * MIB)
        self.file = os.memfd_create("content")
        for _ in range(LARGE // MIB):
            os.write(self.file, BLOCK)
        sums(LARGE)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.listener.settimeout(0)

    def run(self) -> None:
        connections: dict[int, Connection] = {}
        listener, epoll = self.listener.fileno(), self.epoll
        epoll.register(listener, select.EPOLLIN)
        epoll.register(sys.stdin.fileno(), select.EPOLLIN | select.EPOLLHUP)
        print(self.listener.getsockname()[1], flush=True)
        while True:
            for fd, event in epoll.poll():
                connection = connections.get(fd)
                if connection is None:
                    if fd != listener:
                        return
                    sock, _ = self.listener.accept()
                    sock.settimeout(0)
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    connections[sock.fileno()] = Connection(self, sock)
                    epoll.register(sock.fileno(), select.EPOLLIN)
                elif event & select.EPOLLOUT:
                    connection.writable()
                elif not connection.readable():
                    del connections[fd]
                    epoll.unregister(fd)
                    connection.sock.close()


def serve() -> None:
    Server().run()
