"""This machine's clock is wrong, as S3 tells."""

from __future__ import annotations

import datetime as dt
import time
from email.utils import formatdate

import pytest

from cumuli.errors import AuthenticationError
from tests.faults.keepalive import reply
from tests.faults.s3.conftest import MakeClient
from tests.faults.s3.strict import Asked, StrictS3

AHEAD = 3600.0


def stamped(text: str) -> float:
    """A time in the form of AWS's signatures, in seconds since 1970."""
    return dt.datetime.strptime(f"{text}+0000", "%Y%m%dT%H%M%SZ%z").timestamp()


def elsewhen(asked: Asked) -> bytes | None:
    if abs(stamped(asked.exchange.get("x-amz-date") or "") - time.time() - AHEAD) < 300:
        return None
    date = ("Date", formatdate(time.time() + AHEAD, usegmt=True))
    if asked.method == "HEAD":
        # Without a body nothing says why.
        return f"HTTP/1.1 403 Forbidden\r\n{date[0]}: {date[1]}\r\n\r\n".encode()
    body = b"<Error><Code>RequestTimeTooSkewed</Code><Message>The difference is too large.</Message></Error>"
    return reply(403, body, date)


@pytest.mark.parametrize("first", ["GET", "HEAD", "PUT"])
async def test_a_wrong_clock_is_set_right(client: MakeClient, first: str) -> None:
    with StrictS3(elsewhen) as server:
        server.objects["name"] = (b"content", "9a0364b9e99bb480dd25e1f0284c8555")
        s3 = client(server.origin)
        if first == "GET":
            assert await s3.download_object_as_stream(("bucket", "name")).read() == b"content"
        elif first == "HEAD":
            await s3.get_object("bucket", "name")
        else:
            await s3.upload_object(b"content", "bucket", "name")
        url = await s3.get_object_url(("bucket", "name"))
        assert abs(stamped(url.partition("X-Amz-Date=")[2].partition("&")[0]) - time.time() - AHEAD) < 300
        asked = len(server.seen)
        await s3.get_object("bucket", "name")
        assert len(server.seen) == asked + 1


@pytest.mark.parametrize(("off", "tries"), [(0.0, 1), (AHEAD, 2)])
async def test_a_wrong_secret_is_signed_with_once_more_at_most(client: MakeClient, off: float, tries: int) -> None:
    body = b"<Error><Code>SignatureDoesNotMatch</Code><Message>Wrong.</Message></Error>"

    def refuse(_: Asked) -> bytes:
        return reply(403, body, ("Date", formatdate(time.time() + off, usegmt=True)))

    with StrictS3(refuse) as server:
        with pytest.raises(AuthenticationError, match="secret"):
            await client(server.origin).upload_object(b"content", "bucket", "name")
        assert len(server.seen) == tries
