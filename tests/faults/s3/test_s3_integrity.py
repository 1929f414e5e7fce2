"""What verifies content, what does not, and what becomes of content that cannot be verified."""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import zlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from cumuli import errors
from cumuli.storage import verify
from tests.faults.keepalive import reply
from tests.faults.s3.strict import Asked, StrictS3

MIB = 1024 * 1024
CONTENT = b"not damaged"
WRONG = b"NOT damaged"
LARGE = bytes(range(256)) * (44 * 1024)


def encrypting(server: StrictS3) -> StrictS3:
    """A gateway that encrypts without saying so: its etags look like MD5, and are of something else."""
    plain = server.answer_to

    def answer_to(asked: Asked) -> bytes:
        answer = plain(asked)
        etag = hashlib.md5(b"salt" + asked.body).hexdigest()
        if asked.operation == "PutObject":
            answer = answer.replace(server.objects[asked.key][1].encode(), etag.encode())
            server.objects[asked.key] = (asked.body, etag)
        elif asked.operation == "UploadPart":
            answer = answer.replace(hashlib.md5(asked.body).hexdigest().encode(), etag.encode())
        # It knows none of S3's newer checksums.
        head, _, body = answer.partition(b"\r\n\r\n")
        kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"x-amz-checksum")]
        return b"\r\n".join(kept) + b"\r\n\r\n" + body

    server.answer_to = answer_to  # type: ignore[method-assign]
    server._check = lambda _: None  # type: ignore[method-assign]
    return server


@pytest.mark.parametrize(
    ("settings", "by"),
    [
        ({}, "md5"),
        ({"checksum": "crc32"}, "sha256"),
        ({"checksum": "sha256"}, "sha256"),
        ({"checksum": "crc32", "sign_payload": False}, None),
    ],
    ids=["md5", "crc32", "sha256", "unsigned"],
)
async def test_an_etag_that_is_no_md5_deletes_nothing(
    client: Callable[..., Any], settings: dict[str, Any], by: str | None
) -> None:
    with encrypting(StrictS3()) as server:
        server.objects["name"] = (b"older content", "0" * 32)
        made = await client(server.origin, **settings).upload_object(CONTENT, "bucket", "name")
        assert (made.verified_by, made.hash, made.size) == (by, None, len(CONTENT))
        assert server.objects["name"][0] == CONTENT
        large = await client(server.origin, **settings).upload_object(LARGE, "bucket", "large", part_size=5 * MIB)
        assert (large.verified_by, server.objects["large"][0]) == (by, LARGE)
        assert "DeleteObject" not in server.operations
        assert "AbortMultipartUpload" not in server.operations


async def test_content_that_no_hash_tells_of_is_given_and_told(
    client: Callable[..., Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with encrypting(StrictS3()) as server:
        s3 = client(server.origin)
        await s3.upload_object(CONTENT, "bucket", "name")
        with caplog.at_level(logging.WARNING, "cumuli.storage"):
            got = await s3.download_object(("bucket", "name"), tmp_path / "there")
        assert got.verified_by is None
        assert "could not be verified" in caplog.text
        assert (tmp_path / "there").read_bytes() == CONTENT
        for tried in (
            s3.download_object(("bucket", "name"), tmp_path / "other", integrity="required"),
            client(server.origin, integrity="required").download_object(("bucket", "name"), tmp_path / "other"),
        ):
            with pytest.raises(errors.NotVerified, match="nothing was kept"):
                await tried
        assert [path.name for path in tmp_path.iterdir()] == ["there"]  # noqa: ASYNC240 - there is no loop to hold up
        strict = client(server.origin, integrity="required")
        assert await strict.download_object_as_stream(("bucket", "name"), integrity="off").read() == CONTENT
        with pytest.raises(errors.NotVerified):
            await strict.download_object_range(("bucket", "name"), io.BytesIO(), 1)


async def test_an_upload_that_was_to_be_verified_and_was_not_is_left_and_told(client: Callable[..., Any]) -> None:
    with encrypting(StrictS3()) as server:
        s3 = client(server.origin, checksum="crc32", sign_payload=False)
        with pytest.raises(errors.NotVerified, match="left there"):
            await s3.upload_object(CONTENT, "bucket", "name", integrity="required")
        assert server.objects["name"][0] == CONTENT
        assert server.operations == ["PutObject"]


async def test_an_etag_that_is_the_md5_proves_it_anywhere(client: Callable[..., Any]) -> None:
    with StrictS3() as server:
        s3 = client(server.origin, integrity="required")
        await s3.upload_object(CONTENT, "bucket", "name")
        assert (await s3.download_object(("bucket", "name"), io.BytesIO())).verified_by == "md5"


async def test_nothing_is_hashed_where_nobody_asked_for_it(client: Callable[..., Any]) -> None:
    with StrictS3() as server:
        server._check = lambda asked: seen.append(  # type: ignore[method-assign]
            {name.lower() for name, _ in asked.exchange.fields} & {"content-md5", "x-amz-checksum-crc32"}
        )
        seen: list[set[str]] = []
        for checksum in ("md5", "crc32"):
            s3 = client(server.origin, checksum=checksum, integrity="off")
            assert (await s3.upload_object(CONTENT, "bucket", "name")).verified_by is None
            large = await s3.upload_object(LARGE, "bucket", "large", part_size=5 * MIB)
            server.objects["large"] = (LARGE, "0" * 32)
            assert (await s3.download_object(large, io.BytesIO())).verified_by is None
        assert seen == [set()] * 8


async def test_a_word_that_is_none(client: Callable[..., Any]) -> None:
    with pytest.raises(errors.ConfigurationError, match="if possible"):
        client("http://127.0.0.1:9", integrity="strict")
    with pytest.raises(errors.InvalidRequest, match="if possible"):
        await client("http://127.0.0.1:9").upload_object(CONTENT, "bucket", "name", integrity=True)


# Hashes that S3 keeps with the content


def hashed(algorithm: str, data: bytes) -> bytes:
    if algorithm in {"sha1", "sha256"}:
        return hashlib.new(algorithm, data).digest()
    if algorithm == "crc32":
        return zlib.crc32(data).to_bytes(4, "big")
    function = getattr(import_module("awscrt.checksums"), algorithm)
    return int(function(data)).to_bytes(8 if algorithm == "crc64nvme" else 4, "big")


class Kept(StrictS3):
    """Has one object, of which it tells this hash only, to those who ask for it.

    Args:
        algorithm: Which one.
        content: What is given.
        parts: Of which parts it was made when its hash is one of theirs, else empty.
    """

    def __init__(self, algorithm: str, content: bytes, parts: tuple[bytes, ...] = ()) -> None:
        super().__init__()
        self.content = content
        self.parts = parts
        value = hashed(algorithm, b"".join(hashed(algorithm, part) for part in parts) if parts else CONTENT)
        told = base64.b64encode(value).decode() + (f"-{len(parts)}" if parts else "")
        kind = "COMPOSITE" if parts else "FULL_OBJECT"
        self.told = ((f"x-amz-checksum-{algorithm}", told), ("x-amz-checksum-type", kind))

    def answer_to(self, asked: Asked) -> bytes:
        headers = [("ETag", '"opaque"'), ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")]
        if asked.exchange.get("x-amz-checksum-mode") == "ENABLED":
            headers += self.told
        if "partNumber" in asked.query:
            part = self.parts[int(asked.query["partNumber"]) - 1]
            head = reply(206, b"", ("x-amz-mp-parts-count", str(len(self.parts))), *headers)
            return head.partition(b"Content-Length")[0] + f"Content-Length: {len(part)}\r\n\r\n".encode()
        return reply(200, self.content, *headers)


ALGORITHMS = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"]


@pytest.mark.parametrize("parts", [(), (b"not ", b"dama", b"ged")], ids=["whole", "parts"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_every_hash_of_s3_verifies(
    client: Callable[..., Any], tmp_path: Path, algorithm: str, parts: tuple[bytes, ...]
) -> None:
    with Kept(algorithm, CONTENT, parts) as server:
        got = await client(server.origin, checksum="crc32").download_object(("bucket", "name"), tmp_path / "there")
        assert got.verified_by == algorithm
    with Kept(algorithm, WRONG, parts) as server:
        with pytest.raises(errors.ChecksumMismatch):
            await client(server.origin, checksum="crc32").download_object(("bucket", "name"), tmp_path / "other")
        assert [path.name for path in tmp_path.iterdir()] == ["there"]  # noqa: ASYNC240 - as above


async def test_a_hash_of_parts_that_cannot_be_asked_for_is_told_of_nothing(client: Callable[..., Any]) -> None:
    """The hash of parts' hashes is not taken for one of the whole."""
    with Kept("crc32", CONTENT, (b"not ", b"damaged")) as server:
        server.misbehave = lambda asked: reply(400) if "partNumber" in asked.query else None
        got = await client(server.origin, checksum="crc32").download_object(("bucket", "name"), io.BytesIO())
        assert got.verified_by is None


async def test_a_hash_of_parts_without_their_number_is_told_of_nothing(client: Callable[..., Any]) -> None:
    """As some gateways give it: only its type says that it is none of the whole."""
    with Kept("crc32", CONTENT, (b"not ", b"damaged")) as server:
        (name, value), kind = server.told
        server.told = ((name, value.partition("-")[0]), kind)
        got = await client(server.origin, checksum="crc32").download_object(("bucket", "name"), io.BytesIO())
        assert got.verified_by is None


async def test_parts_of_other_sizes_than_the_first_are_told_of_nothing(client: Callable[..., Any]) -> None:
    """Their hash cannot be made again from the size of one of them."""
    with Kept("crc32", CONTENT, (b"not", b" dama", b"ged")) as server:
        got = await client(server.origin, checksum="crc32").download_object(("bucket", "name"), io.BytesIO())
        assert got.verified_by is None


async def test_an_extra_that_is_missing_is_told(
    client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    verify.can_compute.cache_clear()
    monkeypatch.setattr(verify, "find_spec", lambda _: None)
    with Kept("crc64nvme", CONTENT) as server, caplog.at_level(logging.WARNING, "cumuli.storage"):
        for _ in range(2):
            got = await client(server.origin, checksum="crc32").download_object(("bucket", "name"), io.BytesIO())
            assert got.verified_by is None
    assert caplog.text.count("[checksums]") == 1
    verify.can_compute.cache_clear()
