"""Bodies without a length, weak etags, and answers that come packed."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cumuli import errors
from cumuli.runtime.http import decompression
from tests.faults.keepalive import reply
from tests.faults.s3.strict import Asked, StrictS3, fault

MIB = 1024 * 1024
CONTENT = bytes(range(256)) * 8192  # 2 MiB
MD5 = hashlib.md5(CONTENT).hexdigest()
DATE = ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")


def chunked(asked: Asked, content: bytes = CONTENT) -> bytes | None:
    """The content in chunks, and no word of how long it is."""
    if asked.operation != "GetObject":
        return None
    head = f'HTTP/1.1 200 OK\r\nETag: "{MD5}"\r\nTransfer-Encoding: chunked\r\n\r\n'.encode()
    pieces = [content[at : at + 100_000] for at in range(0, len(content), 100_000)]
    return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def until_close(asked: Asked, content: bytes = CONTENT, etag: str = MD5) -> bytes | None:
    if asked.operation != "GetObject":
        return None
    asked.exchange.send(f'HTTP/1.1 200 OK\r\nETag: "{etag}"\r\n\r\n'.encode() + content)
    asked.exchange.close()
    return b""


def _with(answer: Callable[..., bytes | None], content: bytes, asked: Asked) -> bytes | None:
    return answer(asked, content)


def _always(answer: bytes, _: Asked) -> bytes:
    return answer


@pytest.mark.parametrize("answer", [chunked, until_close])
async def test_a_body_without_a_length(
    client: Callable[..., Any], tmp_path: Path, answer: Callable[[Asked], bytes | None]
) -> None:
    with StrictS3(answer) as server:
        server.objects["name"] = (CONTENT, MD5)
        s3 = client(server.origin)
        told: list[tuple[int, int | None]] = []
        got = await s3.download_object(
            ("bucket", "name"), tmp_path / "there", progress=lambda *state: told.append(state)
        )
        assert (tmp_path / "there").read_bytes() == CONTENT
        assert (got.size, got.verified_by) == (len(CONTENT), "md5")
        assert told[-1] == (len(CONTENT), None)
        async with s3.download_object_as_stream(("bucket", "name")) as stream:
            assert await stream.read() == CONTENT
            assert stream.object.size == len(CONTENT)
        # What the caller has of the object tells how long it is.
        known = await s3.get_object("bucket", "name")
        await s3.download_object(known, io.BytesIO(), progress=lambda *state: told.append(state))
        assert told[-1] == (len(CONTENT), len(CONTENT))


async def test_an_empty_body_without_a_length(client: Callable[..., Any]) -> None:
    with StrictS3(lambda asked: chunked(asked, b"")) as server:
        assert await client(server.origin).download_object_as_stream(("bucket", "name")).read() == b""


@pytest.mark.parametrize("answer", [chunked, until_close])
async def test_damage_in_a_body_without_a_length(
    client: Callable[..., Any], tmp_path: Path, answer: Callable[..., bytes | None]
) -> None:
    for wrong in (CONTENT[:-1], b"x" + CONTENT[1:], CONTENT + b"x"):
        with StrictS3(partial(_with, answer, wrong)) as server, pytest.raises(errors.ChecksumMismatch):
            await client(server.origin, md5_etags=True).download_object(("bucket", "name"), tmp_path / "there")
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - there is no loop to hold up


async def test_an_end_of_the_connection_that_came_too_soon(client: Callable[..., Any], tmp_path: Path) -> None:
    """Where no hash tells, the object is looked at: a cut looks like an end."""
    with StrictS3(lambda asked: until_close(asked, CONTENT[:-1], "opaque")) as server:
        server.objects["name"] = (CONTENT, "opaque")
        with pytest.raises(errors.ChecksumMismatch, match="the connection ended after"):
            await client(server.origin).download_object(("bucket", "name"), tmp_path / "there")
        server.misbehave = lambda asked: until_close(asked, CONTENT, "opaque")
        assert await client(server.origin).download_object_as_stream(("bucket", "name")).read() == CONTENT
        server.misbehave = lambda asked: until_close(asked, CONTENT, "opaque") or fault(403, "AccessDenied")
        assert await client(server.origin).download_object_as_stream(("bucket", "name")).read() == CONTENT
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - as above


# Weak etags


class Weak(StrictS3):
    """Behind a proxy that weakens etags, and compares If-Match as it should: a weak one never matches."""

    def __init__(self, content: bytes) -> None:
        super().__init__(self.weak)
        self.objects["name"] = (content, hashlib.md5(content).hexdigest())
        self.conditions: list[str | None] = []

    def weak(self, asked: Asked) -> bytes | None:
        if asked.operation not in {"GetObject", "HeadObject"}:
            return None
        self.conditions.append(asked.exchange.get("if-match"))
        if self.conditions[-1] is not None:
            return fault(412, "PreconditionFailed")
        return self.answer_to(asked).replace(b'ETag: "', b'ETag: W/"')


async def test_weak_etags(client: Callable[..., Any]) -> None:
    content = CONTENT * 17
    with Weak(content) as server:
        s3 = client(server.origin, md5_etags=True)
        found = await s3.get_object("bucket", "name")
        assert (found.etag, found.hash) == (f'W/"{hashlib.md5(content).hexdigest()}"', None)
        target = io.BytesIO()
        got = await s3.download_object(found, target)
        assert (target.getvalue() == content, got.verified_by) == (True, "md5")
        # In one: that ranges are of the same bytes is not known.
        assert server.operations == ["HeadObject", "GetObject"]
        assert set(server.conditions) == {None}
        with pytest.raises(errors.InvalidRequest, match="weak"):
            await s3.get_object("bucket", "name", if_match=found.etag)
        for etag in (found.etag, found.etag[2:]):
            with pytest.raises(errors.PreconditionFailed):
                await s3.get_object("bucket", "name", if_none_match=etag)


async def test_what_broke_is_not_gone_on_with_by_a_weak_etag(client: Callable[..., Any]) -> None:
    """It does not say that the rest is of the same bytes."""
    with Weak(CONTENT) as server:
        plain = server.weak

        def cut(asked: Asked) -> bytes | None:
            answer = plain(asked)
            assert answer is not None
            asked.exchange.send(answer[: len(answer) - MIB])
            asked.exchange.close()
            return b""

        server.misbehave = cut
        with pytest.raises(errors.ConnectionFailed):
            await client(server.origin).download_object(("bucket", "name"), io.BytesIO())
        assert server.operations == ["GetObject"]


async def test_a_hash_of_the_content_goes_on_with_what_broke_without_a_condition(client: Callable[..., Any]) -> None:
    """It tells whether the rest is of the same bytes, which the weak etag does not; as a condition that never holds."""
    with Weak(CONTENT) as server:
        server.knows_crc32 = True
        plain = server.weak

        def cut(asked: Asked) -> bytes | None:
            answer = plain(asked)
            assert answer is not None
            if asked.exchange.get("range") is None:
                asked.exchange.send(answer[: len(answer) - MIB])
                asked.exchange.close()
                return b""
            return answer

        server.misbehave = cut
        target = io.BytesIO()
        got = await client(server.origin, checksum="crc32").download_object(("bucket", "name"), target)
        assert (target.getvalue() == CONTENT, got.verified_by) == (True, "crc32")
        assert (server.operations, server.conditions) == (["GetObject"] * 2, [None] * 2)


# Packed answers

LISTING = b"<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>k</Key></Contents></ListBucketResult>"


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("gzip", gzip.compress),
        ("X-GZIP", lambda data: gzip.compress(data[:20]) + gzip.compress(data[20:])),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("gzip", bytes),
        ("deflate", bytes),
        ("identity", bytes),
    ],
    ids=["gzip", "members", "zlib", "deflate", "not-gzip", "not-deflate", "identity"],
)
async def test_an_answer_that_comes_packed(
    client: Callable[..., Any], name: str, pack: Callable[[bytes], bytes]
) -> None:
    asked_for: list[str | None] = []

    def packed(asked: Asked) -> bytes | None:
        asked_for.append(asked.exchange.get("accept-encoding"))
        if asked.operation == "ListObjectsV2":
            return reply(200, pack(LISTING), ("Content-Encoding", name))
        if asked.operation == "PutObject":
            whole = fault(403, "AccessDenied").partition(b"\r\n\r\n")[2]
            return reply(403, pack(whole), ("Content-Encoding", name))
        return fault(404, "NoSuchKey")

    with StrictS3(packed) as server:
        s3 = client(server.origin)
        assert [obj.name for obj in await s3.list_container_objects("bucket")] == ["k"]
        with pytest.raises(errors.PermissionDenied) as caught:
            await s3.upload_object(b"x", "bucket", "name")
        assert caught.value.code == "AccessDenied"
        with pytest.raises(errors.ObjectNotFound):
            await s3.download_object(("bucket", "name"), io.BytesIO())
    # Nobody asked for it.
    assert asked_for == ["identity"] * 3


async def test_what_unpacks_to_no_end_is_refused(client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decompression, "MAX_INFLATED", 1000)
    bomb = gzip.compress(LISTING + b" " * 1000)
    for body, words in ((bomb, "more than 1000 bytes"), (gzip.compress(LISTING)[:-9], "damaged")):
        served = StrictS3(partial(_always, reply(200, body, ("Content-Encoding", "gzip"))))
        with served as server, pytest.raises(errors.MalformedResponse, match=words):
            await client(server.origin).list_container_objects("bucket")


async def test_what_is_stored_packed_is_given_packed(client: Callable[..., Any]) -> None:
    stored = gzip.compress(CONTENT)

    def answer(asked: Asked) -> bytes:
        return reply(200, stored, ("Content-Encoding", "gzip"), ("ETag", '"e"'), DATE)

    with StrictS3(answer) as server:
        s3 = client(server.origin)
        stream = s3.download_object_as_stream(("bucket", "name"))
        assert await stream.read() == stored
        assert stream.object.content_encoding == "gzip"
        assert (await s3.ex_call("GET", "bucket", "name")).body == stored
