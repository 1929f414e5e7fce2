"""Copies of what is too large for one request, on a service that refuses, forgets or knows less than S3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cumuli import errors
from cumuli.providers.aws.s3_presets.aio import AsyncCloudflareR2
from cumuli.providers.aws.s3_presets.client import CloudflareR2
from cumuli.testing.flavours import Flavour
from tests.faults.keepalive import Exchange, Server, reply
from tests.faults.s3.strict import Asked, fault

GIB = 1024**3
SIZE = 6 * GIB


class Copier(Server):
    """Holds one object of 6 GiB, of which it knows all but the content.

    Args:
        tagging: What is answered to a question for its tags.
        part: What is answered to the copy of a part.
    """

    def __init__(self, tagging: bytes, part: bytes | None = None) -> None:
        super().__init__(self.serve)
        self.tagging = tagging
        self.part = part or reply(200, b"<CopyPartResult><ETag>&quot;e&quot;</ETag></CopyPartResult>")
        self.asked: list[tuple[str, dict[str, str]]] = []

    def serve(self, exchange: Exchange) -> bytes:
        asked = Asked(exchange)
        tagging = "tagging" in asked.query
        self.asked.append(("GetObjectTagging" if tagging else asked.operation, dict(exchange.fields)))
        if tagging:
            return self.tagging
        answers = {
            "HeadObject": reply(200, b"", ("ETag", '"e-7"')).replace(b"Length: 0", f"Length: {SIZE}".encode()),
            "CreateMultipartUpload": reply(
                200, b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
            ),
            "UploadPart": self.part,
            "CompleteMultipartUpload": reply(200, b"<CompleteMultipartUploadResult/>"),
            "AbortMultipartUpload": reply(204),
        }
        return answers[asked.operation]

    @property
    def operations(self) -> list[str]:
        return [operation for operation, _ in self.asked]

    def sent(self, operation: str) -> dict[str, str]:
        """The headers of the first request of an operation, by lower-case name."""
        return next(
            {key.lower(): value for key, value in fields.items()} for name, fields in self.asked if name == operation
        )


TAGGED = reply(200, b"<Tagging><TagSet><Tag><Key>a b</Key><Value>&amp;</Value></Tag></TagSet></Tagging>")


async def test_tags_go_with_a_copy_in_parts(client: Callable[..., Any]) -> None:
    with Copier(TAGGED) as server:
        copy = await client(server.origin).copy_object(("bucket", "o"), "bucket", "copy")
        assert copy.size == SIZE
        assert server.sent("CreateMultipartUpload")["x-amz-tagging"] == "a+b=%26"
        assert server.operations[:3] == ["HeadObject", "GetObjectTagging", "CreateMultipartUpload"]
        assert server.operations.count("UploadPart") == 6


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (fault(403, "AccessDenied"), errors.PermissionDenied),
        (reply(200, b"<html>content</html>"), errors.MalformedResponse),
    ],
    ids=("refused", "another"),
)
async def test_tags_that_cannot_be_read_are_not_lost_in_silence(
    client: Callable[..., Any], answer: bytes, kind: type[errors.CloudError]
) -> None:
    with Copier(answer) as server:
        cloud = client(server.origin)
        with pytest.raises(kind, match=r"s3:GetObjectTagging.*ex_tags"):
            await cloud.copy_object(("bucket", "o"), "bucket", "copy")
        assert server.operations == ["HeadObject", "GetObjectTagging"]
        await cloud.copy_object(("bucket", "o"), "bucket", "copy", ex_tags={})
        assert server.operations.count("GetObjectTagging") == 1
        assert "x-amz-tagging" not in server.sent("CreateMultipartUpload")


@pytest.mark.parametrize(
    "answer", [fault(501, "NotImplemented"), fault(404, "NoSuchTagSet"), reply(200, b"<Tagging/>")], ids=(501, 404, 200)
)
async def test_a_service_without_tags_copies_in_parts(client: Callable[..., Any], answer: bytes) -> None:
    with Copier(answer) as server:
        await client(server.origin).copy_object(("bucket", "o"), "bucket", "copy")
        assert "x-amz-tagging" not in server.sent("CreateMultipartUpload")


async def test_a_class_that_knows_no_tags_does_not_ask_for_them(flavour: Flavour) -> None:
    with Copier(fault(400, "Unexpected")) as server:
        kind = AsyncCloudflareR2 if flavour.name == "async" else CloudflareR2
        cloud = flavour.shape(kind("key", "secret", endpoint=server.origin, proxy=""))
        try:
            await cloud.copy_object(("bucket", "o"), "bucket", "copy")
        finally:
            await cloud.aclose()
        assert "GetObjectTagging" not in server.operations


async def test_who_pays_and_whose_it_is_goes_with_each_request(client: Callable[..., Any]) -> None:
    given = {
        "x-amz-request-payer": "requester",
        "x-amz-source-expected-bucket-owner": "111111111111",
        "x-amz-expected-bucket-owner": "222222222222",
        "x-amz-metadata-directive": "COPY",
    }
    with Copier(TAGGED) as server:
        await client(server.origin).copy_object(("bucket", "o"), "bucket", "copy", headers=given)
        for about_source in ("HeadObject", "GetObjectTagging"):
            sent = server.sent(about_source)
            assert (sent["x-amz-request-payer"], sent["x-amz-expected-bucket-owner"]) == ("requester", "111111111111")
        begun, part = server.sent("CreateMultipartUpload"), server.sent("UploadPart")
        assert {"x-amz-source-expected-bucket-owner", "x-amz-metadata-directive"}.isdisjoint(begun)
        assert begun["x-amz-expected-bucket-owner"] == part["x-amz-expected-bucket-owner"] == "222222222222"
        assert part["x-amz-source-expected-bucket-owner"] == "111111111111"


async def test_a_part_without_an_etag_ends_the_copy(client: Callable[..., Any]) -> None:
    with Copier(TAGGED, part=reply(200, b"<CopyPartResult/>")) as server:
        with pytest.raises(errors.MalformedResponse, match="etag"):
            await client(server.origin).copy_object(("bucket", "o"), "bucket", "copy")
        # Not in their order: the server may come to a part that was under way after it was told to forget them.
        assert server.operations.count("AbortMultipartUpload") == 1
        assert "CompleteMultipartUpload" not in server.operations
