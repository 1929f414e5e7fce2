"""S3 that damages, forgets or misreports what goes up and comes down."""

from __future__ import annotations

import asyncio
import io
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cumuli import errors
from cumuli.testing.flavours import Flavour
from tests.faults.keepalive import reply
from tests.faults.s3.strict import Asked, StrictS3, fault

MIB = 1024 * 1024
LARGE = bytes(range(256)) * (44 * 1024)  # 11 MiB: three parts of 5 MiB
CHECKSUMS = ["md5", "crc32"]


def once(operation: str, answer: Callable[[Asked], bytes | None]) -> Callable[[Asked], bytes | None]:
    """Misbehaves at the first request of an operation."""
    done: list[bool] = []

    def misbehave(asked: Asked) -> bytes | None:
        if asked.operation != operation or done:
            return None
        done.append(True)
        return answer(asked)

    return misbehave


def always(operation: str, answer: bytes) -> Callable[[Asked], bytes | None]:
    return lambda asked: answer if asked.operation == operation else None


async def put_large(s3: Any, **options: Any) -> Any:
    return await s3.upload_object(LARGE, "bucket", "name", part_size=5 * MIB, **options)


@pytest.mark.parametrize("checksum", [*CHECKSUMS, "sha256"])
async def test_what_is_good(client: Callable[..., Any], checksum: str) -> None:
    with StrictS3() as server:
        if checksum == "sha256":
            server._check = lambda _: None  # type: ignore[method-assign]
        s3 = client(server.origin, checksum=checksum)
        await s3.upload_object(b"small", "bucket", "small")
        made = await put_large(s3)
        assert made.size == len(LARGE)
        target = io.BytesIO()
        await s3.download_object(made, target)
        assert target.getvalue() == LARGE
        assert server.uploads == {}


# A completion that fails under status 200


@pytest.mark.parametrize("checksum", CHECKSUMS)
async def test_a_completion_that_fails_late_is_tried_again(client: Callable[..., Any], checksum: str) -> None:
    with StrictS3(once("CompleteMultipartUpload", lambda _: fault(200, "InternalError"))) as server:
        made = await put_large(client(server.origin, checksum=checksum))
        assert server.objects["name"][0] == LARGE
        assert made.etag == server.objects["name"][1]
        assert server.operations.count("CompleteMultipartUpload") == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (fault(200, "InternalError"), errors.ProviderUnavailable),
        (fault(200, "InvalidPart"), errors.InvalidRequest),
        (reply(200, b"\n \n" + fault(200, "SlowDown").partition(b"\r\n\r\n")[2]), errors.RateLimited),
        (reply(200), errors.MalformedResponse),
        (reply(200, b"<html>fine</html>"), errors.MalformedResponse),
        (reply(200, b"<CompleteMultipartUploadResult><ETag>"), errors.MalformedResponse),
        (fault(403, "AccessDenied"), errors.PermissionDenied),
    ],
    ids=range(7),
)
async def test_a_completion_that_fails_leaves_no_upload(
    client: Callable[..., Any], answer: bytes, kind: type[errors.CloudError]
) -> None:
    with StrictS3(always("CompleteMultipartUpload", answer)) as server:
        with pytest.raises(kind):
            # A service that slows its callers down is waited for as long as one call may take.
            await put_large(client(server.origin, timeout=10.0))
        assert server.uploads == {}
        assert server.operations[-1] == "AbortMultipartUpload"


async def test_a_completion_whose_answer_got_lost_is_found(client: Callable[..., Any]) -> None:
    with StrictS3() as server:

        def lost(asked: Asked) -> bytes:
            server.answer_to(asked)
            return fault(500, "InternalError")

        server.misbehave = once("CompleteMultipartUpload", lost)
        made = await put_large(client(server.origin))
        assert (made.size, made.etag) == (len(LARGE), server.objects["name"][1])
        assert server.operations[-2:] == ["CompleteMultipartUpload", "HeadObject"]


@pytest.mark.parametrize("condition", [{"if_none_match": "*"}, {}])
@pytest.mark.parametrize("checksum", CHECKSUMS)
async def test_that_there_is_no_upload_to_remove_proves_its_completion(
    client: Callable[..., Any], checksum: str, condition: dict[str, str]
) -> None:
    """The answer is cut off, every time, and the upload may not be repeated or is not."""
    with StrictS3() as server:

        def lost(asked: Asked) -> bytes | None:
            if asked.operation != "CompleteMultipartUpload":
                return None
            if asked.query["uploadId"] in server.uploads:
                server.answer_to(asked)
            asked.exchange.reset()
            return b""

        server.misbehave = lost
        made = await put_large(client(server.origin, checksum=checksum, retry=False), **condition)
        assert (made.size, made.etag) == (len(LARGE), server.objects["name"][1])
        assert server.operations[-3:] == ["CompleteMultipartUpload", "AbortMultipartUpload", "HeadObject"]


async def test_what_cannot_be_proven_is_told(client: Callable[..., Any]) -> None:
    """The upload is gone, and what is there may be another object of the same size."""
    with StrictS3() as server:

        def lost(asked: Asked) -> bytes | None:
            if asked.operation != "CompleteMultipartUpload":
                return None
            server.uploads.clear()
            server.objects["name"] = (LARGE, "0" * 32 + "-3")
            return fault(500, "InternalError")

        server.misbehave = lost
        with pytest.raises(errors.ProviderUnavailable, match="look at bucket/name before you try again"):
            await put_large(client(server.origin, retry=False))
        assert server.objects["name"][0] == LARGE


async def test_a_completion_that_did_not_happen_is_a_failure_and_leaves_nothing(client: Callable[..., Any]) -> None:
    with StrictS3(always("CompleteMultipartUpload", fault(500, "InternalError"))) as server:
        with pytest.raises(errors.ProviderUnavailable) as caught:
            await put_large(client(server.origin, retry=False))
        assert "may have been completed" not in str(caught.value)
        assert (server.uploads, server.objects) == ({}, {})


@pytest.mark.parametrize("completed", [True, False])
async def test_a_completion_that_is_given_up_tells_what_it_may_have_done(
    client: Callable[..., Any], flavour: Flavour, caplog: pytest.LogCaptureFixture, completed: bool
) -> None:
    """Ctrl-C, or a task that is cancelled, while the service completes: nobody reads its answer."""
    over = threading.Event()
    give_up: list[Callable[[], object]] = []
    with StrictS3() as server:

        def hang(asked: Asked) -> bytes | None:
            if asked.operation == "CompleteMultipartUpload":
                if completed:
                    server.answer_to(asked)
                give_up[0]()
                over.wait(60)
            return None

        server.misbehave = hang
        s3 = client(server.origin)
        if flavour.name == "async":
            loop, task = asyncio.get_running_loop(), asyncio.ensure_future(put_large(s3))
            give_up.append(lambda: loop.call_soon_threadsafe(task.cancel))
            with pytest.raises(asyncio.CancelledError):
                await task
        else:
            main = threading.main_thread().ident
            assert main is not None
            give_up.append(lambda: signal.pthread_kill(main, signal.SIGINT))
            with pytest.raises(KeyboardInterrupt):
                await put_large(s3)
        over.set()
        assert server.uploads == {}
        assert ("name" in server.objects) is completed
    told = "bucket/name may have been stored all the same" in caplog.text
    assert told is completed


async def test_an_upload_that_somebody_else_removed_is_an_error(client: Callable[..., Any]) -> None:
    with StrictS3(always("CompleteMultipartUpload", fault(404, "NoSuchUpload"))) as server:
        server.objects["name"] = (LARGE, "0" * 32 + "-3")
        with pytest.raises(errors.NotFound):
            await put_large(client(server.origin))


async def test_the_start_of_an_upload_is_not_repeated(client: Callable[..., Any]) -> None:
    with StrictS3(once("CreateMultipartUpload", lambda _: fault(500, "InternalError"))) as server:
        with pytest.raises(errors.ProviderUnavailable):
            await put_large(client(server.origin))
        assert server.operations == ["CreateMultipartUpload"]


async def test_a_part_that_fails_is_tried_again_and_then_given_up(client: Callable[..., Any]) -> None:
    with StrictS3(once("UploadPart", lambda _: fault(503, "SlowDown"))) as server:
        await put_large(client(server.origin))
        assert server.objects["name"][0] == LARGE
    with StrictS3(always("UploadPart", fault(403, "AccessDenied"))) as server:
        with pytest.raises(errors.PermissionDenied):
            await put_large(client(server.origin))
        assert server.uploads == {}
        assert server.objects == {}


# Damage on the way


@pytest.mark.parametrize("checksum", CHECKSUMS)
@pytest.mark.parametrize("operation", ["PutObject", "UploadPart"])
async def test_damage_on_the_way_up(client: Callable[..., Any], operation: str, checksum: str) -> None:
    """The server stores one byte more or less, and says so by its hashes; it knows no CRC32."""
    with StrictS3() as server:
        plain = server.answer_to

        def damaged(asked: Asked) -> bytes:
            if asked.operation == operation:
                asked.body = b"X" + asked.body[1:]
                server._check = lambda _: None  # type: ignore[method-assign]
                asked.exchange.fields = [pair for pair in asked.exchange.fields if "checksum" not in pair[0].lower()]
            return plain(asked)

        server.answer_to = damaged  # type: ignore[method-assign]
        s3 = client(server.origin, checksum=checksum, md5_etags=True)
        with pytest.raises(errors.ChecksumMismatch):
            await (put_large(s3) if operation == "UploadPart" else s3.upload_object(b"small", "bucket", "name"))
        # Parts are ours alone; what is an object is left.
        assert [*server.objects] == ([] if operation == "UploadPart" else ["name"])
        assert server.uploads == {}


async def test_a_whole_of_other_bytes_than_its_parts(client: Callable[..., Any]) -> None:
    with StrictS3() as server:

        def swapped(asked: Asked) -> None:
            if asked.operation == "CompleteMultipartUpload":
                parts = server.uploads[asked.query["uploadId"]]
                parts[1], parts[2] = parts[2], parts[1][::-1]

        server.misbehave = swapped
        with pytest.raises(errors.ChecksumMismatch, match="left there"):
            await put_large(client(server.origin, checksum="crc32"))
        assert [*server.objects] == ["name"]
        assert "DeleteObject" not in server.operations


async def test_bad_digest_is_said(client: Callable[..., Any]) -> None:
    with StrictS3(always("PutObject", fault(400, "BadDigest"))) as server:
        with pytest.raises(errors.ChecksumMismatch):
            await client(server.origin, retry=False).upload_object(b"x", "bucket", "name")
        assert server.operations == ["PutObject"]


async def test_damage_on_the_way_down(client: Callable[..., Any], tmp_path: Path) -> None:
    with StrictS3() as server:
        s3 = client(server.origin, md5_etags=True)
        await s3.upload_object(b"content", "bucket", "name")
        etag = server.objects["name"][1]
        server.objects["name"] = (b"CONTENT", etag)
        with pytest.raises(errors.ChecksumMismatch):
            await s3.download_object(("bucket", "name"), tmp_path / "file")
        assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - there is no loop to hold up


async def test_a_body_that_is_cut_is_fetched_on(client: Callable[..., Any]) -> None:
    with StrictS3() as server:

        def cut(asked: Asked) -> bytes:
            whole = server.answer_to(asked)
            asked.exchange.send(whole[: len(whole) - 4 * MIB])
            asked.exchange.close()
            return b""

        server.objects["name"] = (LARGE, "e-1")
        server.misbehave = once("GetObject", cut)
        target = io.BytesIO()
        await client(server.origin).download_object(("bucket", "name"), target)
        assert target.getvalue() == LARGE
        assert server.operations == ["GetObject", "GetObject"]


# Conditions


@pytest.mark.parametrize("condition", [{"if_none_match": "*"}, {"if_match": "e"}])
async def test_a_conditional_put_is_not_repeated(client: Callable[..., Any], condition: dict[str, str]) -> None:
    with StrictS3(once("PutObject", lambda _: fault(500, "InternalError"))) as server:
        if "if_match" in condition:
            server.objects["name"] = (b"there", "e")
        with pytest.raises(errors.ProviderUnavailable, match="may have been stored all the same"):
            await client(server.origin).upload_object(b"x", "bucket", "name", **condition)
        assert server.operations == ["HeadObject", "PutObject"]


async def test_a_condition_that_does_not_hold_leaves_nothing_open(client: Callable[..., Any]) -> None:
    with StrictS3(always("PutObject", fault(412, "PreconditionFailed"))) as server:
        with pytest.raises(errors.PreconditionFailed) as caught:
            await client(server.origin).upload_object(b"x", "bucket", "name", if_none_match="*")
        assert "may have been stored" not in str(caught.value)


async def test_a_plain_put_is_repeated(client: Callable[..., Any]) -> None:
    with StrictS3(once("PutObject", lambda _: fault(500, "InternalError"))) as server:
        await client(server.origin).upload_object(b"x", "bucket", "name")
        assert server.operations == ["PutObject", "PutObject"]
