"""Uploads under conditions, on services that keep them, keep some of them, or do not look at them at all."""

from __future__ import annotations

import datetime as dt
import io
import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from cumuli import errors
from cumuli.providers.aws.s3_presets.aio import AsyncBackblazeB2, AsyncCephS3, AsyncDigitalOceanSpaces
from cumuli.providers.aws.s3_presets.client import BackblazeB2, CephS3, DigitalOceanSpaces
from cumuli.testing.flavours import Flavour
from tests.faults.keepalive import reply
from tests.faults.s3.strict import Asked, StrictS3, fault

MIB = 1024 * 1024
LATER = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
LARGE = bytes(range(256)) * (44 * 1024)  # 11 MiB


PRESETS: dict[str, tuple[Any, Any, dict[str, str]]] = {
    "ceph": (CephS3, AsyncCephS3, {}),
    "spaces": (DigitalOceanSpaces, AsyncDigitalOceanSpaces, {"region": "fra1"}),
    "b2": (BackblazeB2, AsyncBackblazeB2, {"region": "us-west-004"}),
}


@pytest.fixture
def preset(flavour: Flavour) -> Iterator[Callable[[str, StrictS3], Any]]:
    """Makes clients of services by their names."""
    made: list[Any] = []

    def make(name: str, server: StrictS3) -> Any:
        sync_kind, async_kind, settings = PRESETS[name]
        kind = async_kind if flavour.name == "async" else sync_kind
        made.append(flavour.shape(kind("key", "secret", endpoint=server.origin, proxy="", **settings)))
        return made[-1]

    yield make
    for each in made:
        flavour.run(each.aclose())


@pytest.fixture
def ceph(preset: Callable[[str, StrictS3], Any]) -> Callable[[StrictS3], Any]:
    return partial(preset, "ceph")


# StrictS3 looks at no condition of an upload.


@pytest.mark.parametrize("size", [3, len(LARGE)], ids=["one request", "parts"])
async def test_nothing_is_overwritten_where_conditions_are_ignored(
    client: Callable[..., Any], caplog: pytest.LogCaptureFixture, size: int
) -> None:
    with StrictS3() as server, caplog.at_level(logging.WARNING, "cumuli.storage"):
        s3 = client(server.origin)
        made = await s3.upload_object(LARGE[:size], "bucket", "name", if_none_match="*")
        with pytest.raises(errors.PreconditionFailed):
            await s3.upload_object(b"other", "bucket", "name", if_none_match="*")
        with pytest.raises(errors.PreconditionFailed):
            await s3.upload_object(LARGE, "bucket", "name", if_none_match="*")
        with pytest.raises(errors.PreconditionFailed):
            await s3.upload_object(b"other", "bucket", "name", if_match="0" * 32)
        with pytest.raises(errors.PreconditionFailed):
            await s3.upload_object(b"other", "bucket", "missing", if_match="0" * 32)
        assert server.objects["name"][0] == LARGE[:size]
        assert [*server.objects] == ["name"]
        assert server.uploads == {}
        await s3.upload_object(b"newer", "bucket", "name", if_match=made.etag)
        assert server.objects["name"][0] == b"newer"
        assert caplog.text.count("it is not known whether") == 1


async def test_what_appears_before_the_end_of_an_upload_in_parts_stays(client: Callable[..., Any]) -> None:
    with StrictS3() as server:

        def appears(asked: Asked) -> None:
            if asked.operation == "UploadPart":
                server.objects["name"] = (b"theirs", "e" * 32)

        server.misbehave = appears
        with pytest.raises(errors.PreconditionFailed):
            await client(server.origin).upload_object(LARGE, "bucket", "name", if_none_match="*")
        assert server.objects["name"][0] == b"theirs"
        assert server.uploads == {}


async def test_what_replaced_an_upload_at_once_is_told(client: Callable[..., Any]) -> None:
    with StrictS3() as server:

        def replaced(asked: Asked) -> bytes | None:
            if asked.operation != "PutObject":
                return None
            answer = server.answer_to(asked)
            server.objects["name"] = (b"theirs", "e" * 32)
            return answer

        server.misbehave = replaced
        with pytest.raises(errors.Conflict, match="at the same moment"):
            await client(server.origin).upload_object(b"ours", "bucket", "name", if_none_match="*")


@pytest.mark.parametrize(
    "condition", [{"if_match": "other"}, {"if_none_match": "e" * 32}], ids=["if_match", "if_none_match"]
)
async def test_reads_under_conditions_that_are_ignored(client: Callable[..., Any], condition: dict[str, str]) -> None:
    def ignores(asked: Asked) -> bytes | None:
        asked.exchange.fields = [pair for pair in asked.exchange.fields if pair[0].lower() != "if-match"]
        return None

    with StrictS3(ignores) as server:
        server.objects["name"] = (b"content", "e" * 32)
        s3 = client(server.origin)
        with pytest.raises(errors.PreconditionFailed):
            await s3.get_object("bucket", "name", **condition)
        with pytest.raises(errors.PreconditionFailed):
            await s3.download_object(("bucket", "name"), io.BytesIO(), **condition)


# Services that tell no etag, so that nobody knows whether a condition holds


def without_etag(asked: Asked, server: StrictS3) -> bytes | None:
    """As StrictS3 answers, but for the etag of what is looked at."""
    if asked.operation != "HeadObject" or asked.key not in server.objects:
        return None
    return reply(200, b"", ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"))


@pytest.mark.parametrize("size", [3, len(LARGE)], ids=["one request", "parts"])
async def test_nothing_is_overwritten_where_no_etag_is_told(client: Callable[..., Any], size: int) -> None:
    with StrictS3() as server:
        server.misbehave = lambda asked: without_etag(asked, server)
        server.objects["name"] = (b"theirs", "e" * 32)
        with pytest.raises(errors.PreconditionFailed, match="no etag"):
            await client(server.origin).upload_object(LARGE[:size], "bucket", "name", if_match="e" * 32)
        assert set(server.operations) == {"HeadObject"}
        assert server.objects["name"][0] == b"theirs"


async def test_nothing_is_deleted_where_no_etag_is_told(client: Callable[..., Any]) -> None:
    with StrictS3() as server:
        server.misbehave = lambda asked: without_etag(asked, server)
        server.objects["name"] = (b"theirs", "e" * 32)
        s3 = client(server.origin)
        with pytest.raises(errors.PreconditionFailed, match="no etag"):
            await s3.delete_object(("bucket", "name"), if_match="e" * 32)
        assert server.operations == ["HeadObject"]
        await s3.delete_object(("bucket", "name"), if_match="*")
        assert [*server.objects] == []


@pytest.mark.parametrize("told", [[], [("ETag", '"other"')], [("ETag", 'W/"e"')]], ids=["none", "another", "weak"])
async def test_nothing_is_read_of_which_the_etag_does_not_say_that_it_is_the_one(
    client: Callable[..., Any], told: list[tuple[str, str]]
) -> None:
    headers = [("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"), *told]
    with StrictS3() as server:
        server.objects["name"] = (b"theirs", "e")
        server.misbehave = lambda _: reply(200, b"theirs", *headers)
        s3, words = client(server.origin), "does not hold" if told else "no etag"
        with pytest.raises(errors.PreconditionFailed, match=words):
            await s3.get_object("bucket", "name", if_match="e")
        with pytest.raises(errors.PreconditionFailed, match=words):
            await s3.download_object(("bucket", "name"), io.BytesIO(), if_match="e")
        assert (await s3.get_object("bucket", "name", if_match="*")).size == 6
        # What is not the object that the caller has is wanted.
        assert (await s3.get_object("bucket", "name", if_none_match="mine")).size == 6
        assert (await s3.get_object("bucket", "name", if_unmodified_since=LATER)).size == 6


async def test_nothing_is_read_of_which_nobody_knows_when_it_was_changed(client: Callable[..., Any]) -> None:
    with StrictS3() as server:
        server.objects["name"] = (b"theirs", "e")
        server.misbehave = lambda _: reply(200, b"", ("ETag", '"e"'))
        s3 = client(server.origin)
        with pytest.raises(errors.PreconditionFailed, match="not when it was changed"):
            await s3.get_object("bucket", "name", if_unmodified_since=LATER)
        assert (await s3.get_object("bucket", "name", if_modified_since=LATER)).etag == "e"


# Deletions


async def test_nothing_else_is_deleted_where_conditions_are_ignored(
    client: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    with StrictS3() as server, caplog.at_level(logging.WARNING, "cumuli.storage"):
        server.objects["name"] = (b"theirs", "e" * 32)
        s3 = client(server.origin)
        for _ in range(2):
            with pytest.raises(errors.PreconditionFailed):
                await s3.delete_object(("bucket", "name"), if_match="f" * 32)
        assert "DeleteObject" not in server.operations
        assert server.objects["name"][0] == b"theirs"
        await s3.delete_object(("bucket", "name"), if_match="e" * 32)
        assert [*server.objects] == []
        assert caplog.text.count("keeps the conditions of deletions") == 1


async def test_a_conditional_deletion_is_not_repeated(client: Callable[..., Any]) -> None:
    """Its own first attempt would be what it does not find."""
    sent: list[str | None] = []

    def loses(asked: Asked) -> bytes | None:
        if asked.operation != "DeleteObject":
            return None
        sent.append(asked.exchange.get("if-match"))
        server.answer_to(asked)
        return reply(503)

    with StrictS3(loses) as server:
        server.objects["name"] = (b"content", "e" * 32)
        with pytest.raises(errors.ProviderUnavailable, match="may be deleted all the same"):
            await client(server.origin).delete_object(("bucket", "name"), if_match="e" * 32)
        assert sent == [f'"{"e" * 32}"']


@pytest.mark.parametrize("service", PRESETS)
async def test_services_that_would_delete_anyway_are_not_asked(
    preset: Callable[[str, StrictS3], Any], service: str
) -> None:
    with StrictS3() as server:
        cloud = preset(service, server)
        with pytest.raises(errors.NotSupported, match="if_match"):
            await cloud.delete_object(("bucket", "name"), if_match="e" * 32)
        assert server.operations == []


async def test_a_condition_is_of_the_newest_version(client: Callable[..., Any]) -> None:
    with StrictS3() as server:
        with pytest.raises(errors.InvalidRequest, match="newest version"):
            await client(server.origin).delete_object(("bucket", "name"), if_match="e" * 32, version_id="v")
        assert server.operations == []


# Ceph: conditions of one request only, and If-Match without quotes


def strict_ceph(asked: Asked, server: StrictS3) -> bytes | None:
    """As RGW: puts compare If-Match as it came; the end of an upload in parts has no conditions."""
    if asked.operation == "PutObject":
        etag = server.objects.get(asked.key, (b"", None))[1]
        wanted = asked.exchange.get("if-match")
        if wanted is not None and wanted != etag:
            return fault(412, "PreconditionFailed")
        if asked.exchange.get("if-none-match") == "*" and etag is not None:
            return fault(412, "PreconditionFailed")
    return None


@pytest.mark.parametrize("name", ["ceph", "spaces"])
async def test_ceph_takes_conditions_in_one_request(preset: Callable[[str, StrictS3], Any], name: str) -> None:
    with StrictS3() as server:
        server.misbehave = lambda asked: strict_ceph(asked, server)
        cloud = preset(name, server)
        made = await cloud.upload_object(LARGE, "bucket", "name", if_none_match="*", part_size=5 * MIB)
        assert (made.verified_by, made.size) == ("md5", len(LARGE))
        with pytest.raises(errors.PreconditionFailed):
            await cloud.upload_object(b"other", "bucket", "name", if_none_match="*")
        await cloud.upload_object(b"newer", "bucket", "name", if_match=made.etag)
        with pytest.raises(errors.PreconditionFailed):
            await cloud.upload_object(b"newest", "bucket", "name", if_match=made.etag)
        pieces = [LARGE[: 6 * MIB], LARGE[6 * MIB :]]
        await cloud.upload_object_via_stream(pieces, "bucket", "streamed", if_none_match="*")
        assert server.objects["streamed"][0] == LARGE
        assert server.objects["name"][0] == b"newer"
        assert set(server.operations) == {"PutObject"}


async def test_ceph_takes_no_more_than_one_request_under_a_condition(ceph: Callable[[StrictS3], Any]) -> None:
    with StrictS3() as server:
        cloud = ceph(server)
        with pytest.raises(errors.NotSupported, match="one request"):
            await cloud.upload_object_via_stream((b"x" * MIB for _ in range(65)), "bucket", "name", if_none_match="*")
        assert server.operations == []


class Watched(io.BytesIO):
    """A file that counts how much is read of it, and how much at a time."""

    total = most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.total, self.most = self.total + len(data), max(self.most, len(data))
        return data


async def test_a_large_body_under_a_condition_is_read_twice_and_not_held(ceph: Callable[[StrictS3], Any]) -> None:
    content = LARGE * 6
    file = Watched(content)
    with StrictS3() as server:
        made = await ceph(server).upload_object(file, "bucket", "name", if_none_match="*")
        assert server.objects["name"][0] == content
        assert (made.verified_by, server.operations) == ("md5", ["PutObject"])
    assert file.total == 2 * len(content)
    assert file.most <= 8 * MIB


async def test_b2_has_no_conditions_and_says_so(preset: Callable[[str, StrictS3], Any]) -> None:
    with StrictS3() as server:
        cloud = preset("b2", server)
        for condition in ({"if_none_match": "*"}, {"if_match": "0" * 32}):
            with pytest.raises(errors.NotSupported):
                await cloud.upload_object(b"x", "bucket", "name", **condition)
        assert server.operations == []


# Names


@pytest.mark.parametrize("service", PRESETS)
async def test_a_nul_is_refused_before_anything_is_sent(preset: Callable[[str, StrictS3], Any], service: str) -> None:
    with StrictS3() as server:
        cloud = preset(service, server)
        source = await cloud.upload_object(b"x", "bucket", "name")
        for tried in (
            cloud.upload_object(b"x", "bucket", "a\0b"),
            cloud.upload_object_via_stream([b"x"], "bucket", "a\0b"),
            cloud.get_object("bucket", "a\0b"),
            cloud.download_object(("bucket", "a\0b"), io.BytesIO()),
            cloud.copy_object(source, "bucket", "a\0b"),
            cloud.delete_object(("bucket", "a\0b")),
        ):
            with pytest.raises(errors.InvalidRequest, match="takes no NUL in it"):
                await tried
        assert server.operations == ["PutObject"]


async def test_a_nul_goes_where_nothing_is_said_against_it(client: Callable[..., Any]) -> None:
    with StrictS3() as server:
        await client(server.origin).upload_object(b"x", "bucket", "a\0b")
        assert [*server.objects] == ["a\0b"]


async def test_a_service_that_never_said_so_has_no_warning_without_a_condition(
    client: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    with StrictS3(lambda asked: reply(500) if asked.operation == "HeadObject" else None) as server:
        await client(server.origin).upload_object(b"x", "bucket", "name")
        assert server.operations == ["PutObject"]
        assert "not known" not in caplog.text
