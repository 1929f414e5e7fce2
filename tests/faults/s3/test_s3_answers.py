"""S3 that is elsewhere, lists badly, or deletes by halves."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import cumuli
from cumuli import errors
from cumuli.providers.aws.s3.client import S3
from tests.faults.keepalive import reply
from tests.faults.s3.strict import Asked, StrictS3, fault
from tests.support.odd_values import differences, odd_elements, unfit_moments

MOMENT = dt.datetime(1994, 11, 6, 8, 49, 37, tzinfo=dt.UTC)


def elsewhere(region: str, answer: Callable[[Asked], bytes]) -> Callable[[Asked], bytes | None]:
    """Takes only what is signed for a region."""
    return lambda asked: None if asked.region == region else answer(asked)


def told(asked: Asked) -> bytes:
    if asked.method == "HEAD":
        return reply(400)
    return fault(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>")


@pytest.mark.parametrize(
    "answer",
    [
        told,
        lambda _: reply(301, b"", ("x-amz-bucket-region", "eu-west-1")),
        lambda _: fault(301, "PermanentRedirect", "", ("x-amz-bucket-region", "eu-west-1")),
        lambda _: fault(
            307,
            "TemporaryRedirect",
            "",
            ("x-amz-bucket-region", "eu-west-1"),
            ("Location", "http://127.0.0.1:1/bucket"),
        ),
    ],
    ids=["malformed", "head", "permanent", "temporary"],
)
async def test_a_region_is_learned_and_remembered(client: Callable[..., Any], answer: Callable[[Asked], bytes]) -> None:
    with StrictS3(elsewhere("eu-west-1", answer)) as server:
        s3 = client(server.origin)
        await s3.upload_object(b"x", "bucket", "name")
        assert server.operations == ["PutObject", "PutObject"]
        assert (await s3.get_object("bucket", "name")).size == 1
        assert await s3.download_object_as_stream(("bucket", "name")).read() == b"x"
        assert server.operations[2:] == ["HeadObject", "GetObject"]


async def test_head_alone_finds_the_region(client: Callable[..., Any]) -> None:
    with StrictS3(elsewhere("eu-west-1", told)) as server:
        plain = server.answer_to
        server.answer_to = lambda asked: (  # type: ignore[method-assign]
            reply(200, b"<LocationConstraint/>") if asked.operation == "GetBucketLocation" else plain(asked)
        )
        server.objects["name"] = (b"abc", "e")
        assert (await client(server.origin).get_object("bucket", "name")).size == 3
        assert server.operations == ["HeadObject", "GetBucketLocation", "GetBucketLocation", "HeadObject"]


async def test_head_tells_of_expired_credentials(client: Callable[..., Any]) -> None:
    def expired(asked: Asked) -> bytes:
        return reply(400) if asked.method == "HEAD" else fault(400, "ExpiredToken")

    with StrictS3(expired) as server, pytest.raises(errors.AuthenticationError, match="log in again"):
        await client(server.origin).get_object("bucket", "name")


async def test_a_bucket_that_is_nowhere_is_not_looked_for_without_end(client: Callable[..., Any]) -> None:
    regions = iter(range(100))

    def moving(asked: Asked) -> bytes:
        return fault(400, "AuthorizationHeaderMalformed", f"<Region>eu-west-{next(regions)}</Region>")

    with StrictS3(moving) as server:
        with pytest.raises(errors.InvalidRequest):
            await client(server.origin).upload_object(b"x", "bucket", "name")
        assert len(server.operations) == 3
    with StrictS3(lambda _: fault(301, "PermanentRedirect")) as server, pytest.raises(errors.InvalidRequest):
        await client(server.origin).upload_object(b"x", "bucket", "name")


def test_many_threads_learn_at_once() -> None:
    with (
        StrictS3(elsewhere("eu-west-1", told)) as server,
        S3("key", "secret", region="us-east-1", endpoint=server.origin, proxy="") as s3,
        ThreadPoolExecutor(8) as pool,
    ):
        made = list(pool.map(lambda number: s3.upload_object(b"x", "bucket", f"{number}"), range(40)))
        assert len(made) == len(server.objects) == 40


# Listings


def listing(*names: str, more: str = "") -> bytes:
    items = "".join(f"<Contents><Key>{name}</Key><Size>1</Size></Contents>" for name in names)
    return reply(200, f"<ListBucketResult>{items}{more}</ListBucketResult>".encode())


TRUNCATED = "<IsTruncated>true</IsTruncated>"


@pytest.mark.parametrize(
    "answer",
    [
        listing("a", more=TRUNCATED),
        listing(more=f"{TRUNCATED}<NextContinuationToken>same</NextContinuationToken>"),
        listing("a", more=f"{TRUNCATED}<NextContinuationToken>same</NextContinuationToken>"),
        reply(200, b"<ListAllMyBucketsResult/>"),
        # Whether it goes on is not known.
        listing("a", more="<IsTruncated>perhaps</IsTruncated>"),
        reply(200, b"<ListBucketResult>"),
        reply(200, b""),
    ],
    ids=range(7),
)
async def test_listings_that_are_none(client: Callable[..., Any], answer: bytes) -> None:
    with StrictS3(lambda _: answer) as server, pytest.raises(errors.MalformedResponse):
        await client(server.origin).list_container_objects("bucket")


async def test_a_list_that_comes_again_goes_on(client: Callable[..., Any]) -> None:
    buckets = "".join(f"<Buckets><Bucket><Name>{name}</Name></Bucket></Buckets>" for name in "ab")
    answer = reply(200, f"<ListAllMyBucketsResult>{buckets}</ListAllMyBucketsResult>".encode())
    with StrictS3(lambda _: answer) as server:
        assert [each.name for each in await client(server.origin).list_containers()] == ["a", "b"]


OBJECT = (
    "<Key>k</Key><Size>7</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;e&quot;</ETag>"
    "<StorageClass>STANDARD</StorageClass><VersionId>v</VersionId><UploadId>u</UploadId>"
    "<Initiated>2026-01-02T03:04:05.000Z</Initiated>"
)
IN_BUCKET: dict[str, tuple[Callable[[Any], Any], str, str, set[str]]] = {
    "objects": (lambda s3: s3.list_container_objects("bucket"), "ListBucketResult", "Contents", {"Size"}),
    "versions": (
        lambda s3: s3.ex_list_object_versions("bucket"), "ListVersionsResult", "Version", {"Size", "IsLatest"},
    ),
    "uploads": (
        lambda s3: s3.ex_list_multipart_uploads("bucket"), "ListMultipartUploadsResult", "Upload", {"UploadId"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", IN_BUCKET)
async def test_no_odd_element_costs_a_listing(client: Callable[..., Any], what: str) -> None:
    call, root, element, needed = IN_BUCKET[what]
    record = f"{OBJECT}<IsLatest>true</IsLatest>" if what == "versions" else OBJECT
    odd = [each for each in odd_elements(record) if each[0] != "Key"]
    records = [
        record,
        *(
            changed.replace(">k<", f">odd-{number}<").replace(">u<", f">u-{number}<")
            for number, (*_, changed) in enumerate(odd)
        ),
    ]
    body = "".join(f"<{element}>{each}</{element}>" for each in records)
    answer = reply(200, f"<{root}>{body}</{root}>".encode())
    with StrictS3(lambda _: answer) as server, cumuli.left_out() as lost:
        found = await call(client(server.origin))
    models = {each.name: each for each in found}
    for number, (name, text, _) in enumerate(odd):
        model = models.get(f"odd-{number}")
        if model is None:
            assert name in needed, (name, text)
            assert sum(f"'odd-{number}'" in error.message for error in lost) == 1
        else:
            assert len(differences(models["k"], model) - {"name", "id"}) <= 1, (name, text)
            assert unfit_moments(model) == []
    assert len(models) > len(needed)


async def test_objects_that_cannot_be_read_are_left_out_and_named(client: Callable[..., Any]) -> None:
    odd = "".join(f"<Contents>{each}</Contents>" for each in (
        "<Size>1</Size>", "<Key>many</Key><Size>much</Size>", "<Key>less</Key><Size>-1</Size>", "<Key/><Size>1</Size>",
    ))  # fmt: skip
    with StrictS3(lambda _: listing("a", more=odd)) as server, cumuli.left_out() as lost:
        assert [each.name for each in await client(server.origin).list_container_objects("bucket")] == ["a"]
    told = [error.message for error in lost]
    assert [word in text for word, text in zip(("Contents[1]", "'many'", "'less'", "Contents[4]"), told, strict=True)]
    assert {(error.provider, error.operation) for error in lost} == {("s3", "ListObjectsV2")}


async def test_buckets_with_odd_dates_are_listed(client: Callable[..., Any]) -> None:
    for text, day in (("Fri, 02 Jan 2026 00:00:00 GMT", 2), ("2026-01-02", 2), ("2026-01-02 00:00", 2), ("-", None)):
        bucket = f"<Bucket><Name>b</Name><CreationDate>{text}</CreationDate></Bucket><Bucket/>"
        body = f"<ListAllMyBucketsResult><Buckets>{bucket}</Buckets></ListAllMyBucketsResult>"
        answer = reply(200, body.encode())
        with StrictS3(lambda _, answer=answer: answer) as server, cumuli.left_out() as lost:
            [found] = await client(server.origin).list_containers()
        assert found.created_at == (dt.datetime(2026, 1, day, tzinfo=dt.UTC) if day else None)
        assert len(lost) == 1


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Sun, 06 Nov 1994 08:49:37 -0000", MOMENT),
        ("1994-11-06T08:49:37Z", MOMENT),
        ("Sunday, 06-Nov-94 08:49:37 GMT", MOMENT),
        ("Sun Nov  6 08:49:37 1994", MOMENT),
        ("Sun, 06 Nov 0000 08:49:37 GMT", None),
        ("Sun, 31 Feb 1994 08:49:37 GMT", None),
        ("", None),
    ],
)
async def test_odd_headers_of_an_object(client: Callable[..., Any], text: str, right: dt.datetime | None) -> None:
    answer = reply(200, b"", ("Last-Modified", text), ("x-amz-checksum-crc32", "odd"))
    with StrictS3(lambda _: answer) as server:
        found = await client(server.origin).get_object("bucket", "o")
    assert (found.last_modified, found.size) == (right, 0)


COMMON = "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>"


@pytest.mark.parametrize(
    "answer",
    [
        listing("a b/1", "a+b/2", "other"),
        listing("a b/1", "a%20b/2"),
        listing("a%20b/1", "a%2520b/2", more="<EncodingType>url</EncodingType>"),
        listing("a b/1", more=COMMON.format("a b")),
    ],
    ids=range(4),
)
async def test_names_that_were_not_asked_for(client: Callable[..., Any], answer: bytes) -> None:
    """What is listed below a folder may be deleted next."""
    with StrictS3(lambda _: answer) as server, pytest.raises(errors.MalformedResponse, match="'a b/'"):
        await client(server.origin).list_container_objects("bucket", prefix="a b/")


async def test_names_that_were_asked_for(client: Callable[..., Any]) -> None:
    for plus in ("+", "%20"):
        body = listing(
            f"a{plus}b/", f"a{plus}b/1", more=f"<EncodingType>url</EncodingType>{COMMON.format(f'a{plus}b/c/')}"
        )
        with StrictS3(lambda _, body=body: body) as server:
            found = await client(server.origin).list_container_objects("bucket", prefix="a b/")
            assert [each.name for each in found] == ["a b/", "a b/1", "a b/c/"]


@pytest.mark.parametrize(("call", "root"), [("object_versions", "Versions"), ("multipart_uploads", "MultipartUploads")])
async def test_versions_and_uploads_that_were_not_asked_for(client: Callable[..., Any], call: str, root: str) -> None:
    item = "Version" if root == "Versions" else "Upload"
    text = f"<List{root}Result><{item}><Key>b</Key><UploadId>u</UploadId><Size>1</Size></{item}></List{root}Result>"
    with StrictS3(lambda _: reply(200, text.encode())) as server, pytest.raises(errors.MalformedResponse, match="'a'"):
        await getattr(client(server.origin), f"ex_list_{call}")("bucket", prefix="a")


async def test_names_are_decoded_only_if_they_were_encoded(client: Callable[..., Any]) -> None:
    with StrictS3(lambda _: listing("a%20b+c")) as server:
        [obj] = await client(server.origin).list_container_objects("bucket")
        assert obj.name == "a%20b+c"
    with StrictS3(lambda _: listing("a%20b+c", more="<EncodingType>url</EncodingType>")) as server:
        [obj] = await client(server.origin).list_container_objects("bucket")
        assert obj.name == "a b c"


# Deletion of many


async def test_each_deletion_has_its_own_result(client: Callable[..., Any]) -> None:
    def by_halves(asked: Asked) -> bytes | None:
        if asked.operation != "DeleteObjects":
            return None
        assert b"<Key>a&amp;b</Key>" in asked.body
        assert b"nul" not in asked.body
        return reply(
            200,
            b"<DeleteResult><Error><Key>a&amp;b</Key><Code>AccessDenied</Code><Message>No.</Message></Error>"
            b"<Error><Key>gone</Key><Code>NoSuchKey</Code></Error></DeleteResult>",
        )

    with StrictS3(by_halves) as server:
        names = ["first", "a&b", "nul\0", "gone"]
        results = await client(server.origin).delete_objects([("bucket", name) for name in names])
        assert [result.name for result in results] == names
        assert [type(result.error) for result in results] == [
            type(None), errors.PermissionDenied, type(None), type(None)
        ]  # fmt: skip
        assert server.operations == ["DeleteObjects", "DeleteObject"]


async def test_a_failure_counts_whatever_version_it_names(client: Callable[..., Any]) -> None:
    def failing(key: str) -> Callable[[Asked], bytes]:
        more = f"<Key>{key}</Key><VersionId>null</VersionId><Code>AccessDenied</Code>"
        return lambda _: reply(200, f"<DeleteResult><Error>{more}</Error></DeleteResult>".encode())

    objs = [("bucket", "a"), ("bucket", "b")]
    with StrictS3(failing("b")) as server:
        results = await client(server.origin).delete_objects(objs)
        assert [type(result.error) for result in results] == [type(None), errors.PermissionDenied]
    with StrictS3(failing("c")) as server:
        results = await client(server.origin).delete_objects(objs)
        assert [type(result.error) for result in results] == [errors.MalformedResponse] * 2


@pytest.mark.parametrize("bad", [0, 499, 999])
@pytest.mark.parametrize("answer", [fault(500, "InternalError"), fault(400, "MalformedXML")])
async def test_one_that_spoils_a_batch_is_found(client: Callable[..., Any], answer: bytes, bad: int) -> None:
    deleted: set[str] = set()

    def spoilt(asked: Asked) -> bytes:
        if asked.operation == "HeadBucket":
            return reply(200)
        keys = set(re.findall("<Key>(.*?)</Key>", asked.body.decode()))
        if f"n{bad:03}" in keys:
            return answer
        deleted.update(keys)
        return reply(200, b"<DeleteResult></DeleteResult>")

    names = [f"n{number:03}" for number in range(1000)]
    with StrictS3(spoilt) as server:
        results = await client(server.origin).delete_objects([("bucket", name) for name in names])
    assert [result.name for result in results] == names
    assert [result.name for result in results if result.error] == [names[bad]]
    assert deleted == set(names) - {names[bad]}


async def test_a_service_that_is_down_is_not_asked_for_each(client: Callable[..., Any]) -> None:
    with StrictS3(lambda _: fault(503, "ServiceUnavailable")) as server:
        results = await client(server.origin).delete_objects([("bucket", f"n{number}") for number in range(1000)])
        assert server.operations == ["DeleteObjects"] * 4 + ["HeadBucket"] * 4
    assert [type(result.error) for result in results] == [errors.ProviderUnavailable] * 1000

    def no_deletions(asked: Asked) -> bytes:
        return reply(200) if asked.operation == "HeadBucket" else fault(500, "InternalError")

    with StrictS3(no_deletions) as server:
        results = await client(server.origin).delete_objects([("bucket", f"n{number}") for number in range(1000)])
        assert server.operations.count("DeleteObjects") <= 16 * 4
    assert [type(result.error) for result in results] == [errors.ProviderUnavailable] * 1000


async def test_a_whole_batch_that_is_refused(client: Callable[..., Any]) -> None:
    with StrictS3(lambda _: fault(403, "AccessDenied")) as server:
        results = await client(server.origin).delete_objects([("bucket", name) for name in ("a", "b", "c\1")])
        assert [type(result.error) for result in results] == [errors.PermissionDenied] * 3


async def test_redirects_are_not_followed_with_or_without_credentials(client: Callable[..., Any]) -> None:
    with StrictS3() as trap, StrictS3(lambda _: reply(302, b"", ("Location", f"{trap.origin}/bucket/name"))) as server:
        with pytest.raises(errors.MalformedResponse, match="redirects"):
            await client(server.origin).download_object_as_stream(("bucket", "name")).read()
        assert trap.operations == []
