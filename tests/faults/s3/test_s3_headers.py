"""Headers of the caller's own: honoured or refused, and never dropped without a word."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from cumuli import errors
from tests.faults.keepalive import reply
from tests.faults.s3.strict import Asked, StrictS3, fault

HASHES = ["Content-MD5", "ETag", "x-amz-checksum-sha256", "x-amz-content-sha256", "X-Amz-Sdk-Checksum-Algorithm"]


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Content-Type": "a/b"}, "content_type="),
        ({"content-encoding": "gzip"}, "content_encoding="),
        ({"If-Match": "e"}, "if_match="),
        ({"if-none-match": "*"}, "if_none_match="),
        *(({name: "x"}, "integrity=") for name in HASHES),
        ({"Authorization": "x"}, "credentials"),
        ({"X-Amz-Date": "x"}, "credentials"),
        ({"X-Thing": "1", "x-thing": "2"}, "twice"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
async def test_what_an_upload_refuses(client: Callable[..., Any], headers: dict[str, str], words: str) -> None:
    with StrictS3() as server:
        s3 = client(server.origin)
        with pytest.raises(errors.InvalidRequest, match=words):
            await s3.upload_object(b"x", "bucket", "name", headers=headers)
        with pytest.raises(errors.InvalidRequest, match=words):
            await s3.upload_object_via_stream([b"x"], "bucket", "name", headers=headers)
        assert server.operations == []


async def test_what_reads_and_copies_refuse(client: Callable[..., Any]) -> None:
    with StrictS3() as server:
        s3 = client(server.origin)
        for name, words in (("If-Match", "if_match="), ("If-None-Match", "if_none_match="), ("Authorization", "cred")):
            with pytest.raises(errors.InvalidRequest, match=words):
                await s3.get_object("bucket", "name", headers={name: "x"})
            with pytest.raises(errors.InvalidRequest, match=words):
                await s3.download_object(("bucket", "name"), io.BytesIO(), headers={name: "x"})
        with pytest.raises(errors.InvalidRequest, match="cumuli sets the request header"):
            await client(server.origin, checksum="crc32").download_object(
                ("bucket", "name"), io.BytesIO(), headers={"X-Amz-Checksum-Mode": "DISABLED"}
            )
        for name, words in (("Content-Type", "content_type="), ("x-amz-copy-source", "obj=")):
            with pytest.raises(errors.InvalidRequest, match=words):
                await s3.copy_object(("bucket", "name"), "bucket", "copy", headers={name: "x"})
        assert server.operations == []


async def test_two_ways_to_say_one_thing(client: Callable[..., Any]) -> None:
    with StrictS3() as server:
        s3 = client(server.origin)
        with pytest.raises(errors.InvalidRequest, match="one of the two"):
            await s3.upload_object(
                b"x", "bucket", "name", headers={"X-Amz-Storage-Class": "GLACIER"}, ex_storage_class="STANDARD"
            )
        with pytest.raises(errors.InvalidRequest, match="x-amz-meta-a"):
            await s3.upload_object(b"x", "bucket", "name", headers={"x-amz-meta-a": "1"}, meta_data={"a": "2"})
        assert server.operations == []


class Copies(StrictS3):
    """Copies as it is told to.

    Args:
        made: What a copy becomes, of the content.
    """

    def __init__(self, made: Callable[[bytes], bytes] = bytes) -> None:
        super().__init__(self.copy)
        self.objects["name"] = (b"content", "e" * 32)
        self.made = made
        self.sent: dict[str, str] = {}

    def copy(self, asked: Asked) -> bytes | None:
        if asked.operation != "PutObject":
            return None
        self.sent = {name.lower(): value for name, value in asked.exchange.fields}
        content = self.made(b"content")
        self.objects[asked.key] = (content, "c" * 32)
        return reply(200, b"<CopyObjectResult><ETag>&quot;%s&quot;</ETag></CopyObjectResult>" % (b"c" * 32))


async def test_what_copies_honour(client: Callable[..., Any]) -> None:
    with Copies() as server:
        s3 = client(server.origin)
        with pytest.raises(errors.PreconditionFailed, match="was not copied"):
            await s3.copy_object(
                ("bucket", "name"), "bucket", "copy", headers={"X-Amz-Copy-Source-If-Match": '"another"'}
            )
        assert server.operations == ["HeadObject"]
        headers = {
            "x-amz-copy-source-if-match": f'"{"e" * 32}"',
            "X-Amz-Copy-Source-If-Unmodified-Since": "Sun, 06 Nov 2094 08:49:37 GMT",
            "Content-Encoding": "x-packed",
        }
        made = await s3.copy_object(("bucket", "name"), "bucket", "copy", headers=headers)
        assert (made.name, made.size) == ("copy", 7)
        assert server.sent["x-amz-copy-source-if-match"] == f'"{"e" * 32}"'
        assert server.sent["x-amz-copy-source-if-unmodified-since"] == headers["X-Amz-Copy-Source-If-Unmodified-Since"]
        assert (server.sent["content-encoding"], server.sent["x-amz-metadata-directive"]) == ("x-packed", "REPLACE")


# What a copy is, and not what was asked for


async def test_a_copy_that_is_another_one_is_an_error(client: Callable[..., Any]) -> None:
    with Copies(lambda _: b"") as server:
        with pytest.raises(errors.ChecksumMismatch, match="the original was left"):
            await client(server.origin).copy_object(("bucket", "name"), "bucket", "copy")
        assert server.objects["name"][0] == b"content"
        assert "DeleteObject" not in server.operations


async def test_a_copy_that_may_not_be_looked_at(client: Callable[..., Any]) -> None:
    with Copies() as server:
        server.misbehave = lambda asked: (
            reply(403) if asked.operation == "HeadObject" and asked.key == "copy" else server.copy(asked)
        )
        assert (await client(server.origin).copy_object(("bucket", "name"), "bucket", "copy")).size == 7


# A 400 without a word


async def test_a_bare_400_says_what_is_known(client: Callable[..., Any]) -> None:
    with StrictS3(lambda asked: reply(400) if asked.key else fault(404, "NoSuchBucket")) as server:
        s3 = client(server.origin)
        for tried in (
            s3.upload_object(b"x", "bucket", "name"),
            s3.download_object(("bucket", "name"), io.BytesIO()),
        ):
            with pytest.raises(errors.InvalidRequest, match=r"HTTP 400.*no reason.*name"):
                await tried
        server.misbehave = lambda asked: reply(400) if asked.key else reply(200, b"<LocationConstraint/>")
        with pytest.raises(errors.InvalidRequest, match=r"HTTP 400.*no reason.*expired"):
            await s3.get_object("bucket", "name")
