"""What S3's client has beyond the portable API, on servers, in both flavours; boto3 is the second pair of eyes.

Moto ignores the caller's own keys (``ex_customer_key``) and what an object's access control list says in
detail; that those are sent as AWS describes them is the contract tests' part.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from typing import Any

import pytest

from cumuli.errors import InvalidRequest, NotFound, ObjectNotFound
from cumuli.providers.aws.s3.driver import S3Driver
from cumuli.providers.aws.s3.models import AccessControl, Grant, LifecycleRule, Transition
from cumuli.providers.aws.s3_presets.aio import AsyncCephS3
from cumuli.providers.aws.s3_presets.client import CephS3
from cumuli.testing.flavours import Flavour
from tests.conformance.s3.conftest import NUMBERS, Place, content_of, fetch

MIB = 1024 * 1024
CONTENT = random.Random(3).randbytes(12 * MIB + 5)
EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"


# Versions


async def test_versions(either: Place) -> None:
    cloud, bucket = either.cloud, await either.bucket()
    assert await cloud.ex_get_bucket_versioning(bucket) is None
    await cloud.ex_put_bucket_versioning(bucket, enabled=True)
    assert await cloud.ex_get_bucket_versioning(bucket) == "Enabled"
    assert either.boto.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"

    first = await cloud.upload_object(b"first", bucket, "a b/ü", meta_data={"n": "1"})
    second = await cloud.upload_object(b"second!", bucket, "a b/ü", meta_data={"n": "2"})
    other = await cloud.upload_object(b"other", bucket, "other")
    assert len({first.version_id, second.version_id, other.version_id, None}) == 4

    newest, oldest, single = await cloud.ex_list_object_versions(bucket)
    assert [(each.name, each.version_id, each.size, each.is_latest) for each in (newest, oldest, single)] == [
        ("a b/ü", second.version_id, 7, True),
        ("a b/ü", first.version_id, 5, False),
        ("other", other.version_id, 5, True),
    ]
    listed = either.boto.list_object_versions(Bucket=bucket)["Versions"]
    assert {entry["VersionId"] for entry in listed} == {first.version_id, second.version_id, other.version_id}
    assert [each.name for each in await cloud.ex_list_object_versions(bucket, prefix="o")] == ["other"]

    assert await content_of(cloud, (bucket, "a b/ü")) == b"second!"
    assert await content_of(cloud, (bucket, "a b/ü"), version_id=first.version_id) == b"first"
    assert await content_of(cloud, oldest) == b"first"
    seen = await cloud.get_object(bucket, "a b/ü", version_id=first.version_id)
    assert (seen.version_id, seen.size, seen.meta_data) == (first.version_id, 5, {"n": "1"})


async def test_deleted_objects_come_back_from_their_versions(either: Place) -> None:
    cloud, bucket = either.cloud, await either.bucket(versions=True)
    kept = await cloud.upload_object(b"content", bucket, "o")
    await cloud.delete_object((bucket, "o"))
    with pytest.raises(ObjectNotFound):
        await cloud.get_object(bucket, "o")
    assert await cloud.list_container_objects(bucket) == []
    marker, version = await cloud.ex_list_object_versions(bucket)
    assert (marker.delete_marker, marker.is_latest, version.delete_marker, version.is_latest) == (
        True, True, False, False,
    )  # fmt: skip
    assert await content_of(cloud, version) == b"content"

    await cloud.delete_object(marker)
    assert await content_of(cloud, (bucket, "o")) == b"content"
    await cloud.upload_object(b"newer content", bucket, "o")
    copy = await cloud.copy_object((bucket, "o"), bucket, "copy", version_id=kept.version_id)
    assert await content_of(cloud, copy) == b"content"
    await cloud.delete_object((bucket, "o"), version_id=kept.version_id)
    assert [each.name for each in await cloud.ex_list_object_versions(bucket)] == ["copy", "o"]
    assert [entry["Size"] for entry in either.boto.list_object_versions(Bucket=bucket)["Versions"]] == [7, 13]
    with pytest.raises(NotFound):
        await cloud.get_object(bucket, "o", version_id=kept.version_id)


async def test_versions_of_many_objects_are_listed_page_by_page(either: Place) -> None:
    cloud, bucket = either.client(page_size=3), await either.bucket(versions=True)
    for turn in range(4):
        for name in ("a", "b?&", "c/ü"):
            await cloud.upload_object(b"x" * turn, bucket, name)
    await cloud.delete_object((bucket, "b?&"))
    versions = await cloud.ex_list_object_versions(bucket)
    assert [(each.name, each.size if not each.delete_marker else None) for each in versions] == [
        ("a", 3), ("a", 2), ("a", 1), ("a", 0),
        ("b?&", None), ("b?&", 3), ("b?&", 2), ("b?&", 1), ("b?&", 0),
        ("c/ü", 3), ("c/ü", 2), ("c/ü", 1), ("c/ü", 0),
    ]  # fmt: skip
    assert [each.name for each in versions if each.is_latest] == ["a", "b?&", "c/ü"]
    lazily = cloud.ex_iterate_object_versions(bucket)
    assert (await anext(aiter(lazily))) == versions[0]
    results = await cloud.delete_objects(versions)
    assert [result.error for result in results] == [None] * len(versions)
    assert await cloud.ex_list_object_versions(bucket) == []


async def test_versions_are_suspended(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket(versions=True)
    await cloud.ex_put_bucket_versioning(bucket, enabled=False)
    assert await cloud.ex_get_bucket_versioning(bucket) == "Suspended"
    made = await cloud.upload_object(b"x", bucket, "o")
    assert made.version_id is None


# Access


async def test_ready_made_access(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    obj = await cloud.upload_object(b"x", bucket, "o", ex_acl="public-read")
    acl = await cloud.ex_get_object_acl(obj)
    assert [(grant.permission, grant.uri) for grant in acl.grants if grant.uri] == [("READ", EVERYBODY)]
    await cloud.ex_put_object_acl(obj, "private")
    assert [grant.permission for grant in (await cloud.ex_get_object_acl(obj)).grants] == ["FULL_CONTROL"]
    await cloud.ex_put_bucket_acl(bucket, "public-read")
    seen = place.boto.get_bucket_acl(Bucket=bucket)["Grants"]
    assert [entry["Permission"] for entry in seen if entry["Grantee"].get("URI") == EVERYBODY] == ["READ"]
    acl = await cloud.ex_get_bucket_acl(bucket)
    assert [(grant.permission, grant.uri) for grant in acl.grants if grant.uri] == [("READ", EVERYBODY)]


async def test_access_in_detail(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    owner = (await cloud.ex_get_bucket_acl(bucket)).owner
    given = AccessControl(
        owner=owner, grants=(Grant(permission="FULL_CONTROL", id=owner), Grant(permission="READ_ACP", uri=EVERYBODY))
    )
    await cloud.ex_put_bucket_acl(bucket, given)
    seen = await cloud.ex_get_bucket_acl(bucket)
    assert seen.owner == owner
    assert [(grant.permission, grant.id, grant.uri) for grant in seen.grants] == [
        ("FULL_CONTROL", owner, None), ("READ_ACP", None, EVERYBODY),
    ]  # fmt: skip
    grants = place.boto.get_bucket_acl(Bucket=bucket)["Grants"]
    assert [entry["Permission"] for entry in grants] == ["FULL_CONTROL", "READ_ACP"]


async def test_bucket_policies(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    assert await cloud.ex_get_bucket_policy(bucket) is None
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/ü/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    await cloud.ex_put_bucket_policy(bucket, json.dumps(policy))
    assert json.loads(await cloud.ex_get_bucket_policy(bucket)) == policy
    assert json.loads(place.boto.get_bucket_policy(Bucket=bucket)["Policy"]) == policy
    await cloud.ex_delete_bucket_policy(bucket)
    assert await cloud.ex_get_bucket_policy(bucket) is None


# Listings


async def test_listings_tell_owners_where_they_are_asked(place: Place) -> None:
    cloud, bucket = place.client(page_size=2), await place.bucket(versions=True)
    for name in ("a", "b", "c/d"):
        await cloud.upload_object(b"x", bucket, name)
    owner = (await cloud.ex_get_bucket_acl(bucket)).owner
    assert [obj.owner for obj in await cloud.list_container_objects(bucket, ex_fetch_owner=True)] == [owner] * 3
    assert [obj.owner for obj in await cloud.list_container_objects(bucket)] == [None] * 3
    folders = [each async for each in cloud.iterate_container_objects(bucket, delimiter="/", ex_fetch_owner=True)]
    assert [getattr(each, "owner", "a folder") for each in folders] == [owner, owner, "a folder"]
    assert [version.owner for version in await cloud.ex_list_object_versions(bucket)] == [owner] * 3


async def test_listings_tell_hashes_by_the_services_word(place: Place, flavour: Flavour) -> None:
    bucket = await place.bucket()
    made = await place.cloud.upload_object(b"content", bucket, "whole")
    await place.cloud.upload_object_via_stream([CONTENT], bucket, "parts", part_size=5 * MIB)
    make = AsyncCephS3 if flavour.name == "async" else CephS3
    client = flavour.shape(make("testing", "testing", endpoint=place.boto.meta.endpoint_url, proxy=""))
    try:
        assert [(obj.name, obj.hash) for obj in await client.list_container_objects(bucket)] == [
            ("parts", None),
            ("whole", made.etag),
        ]
    finally:
        await client.aclose()
    assert [obj.hash for obj in await place.cloud.list_container_objects(bucket)] == [None, None]


# Tags and lifecycle


async def test_tags_of_objects(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    obj = await cloud.upload_object(b"x", bucket, "o", ex_tags={"stage": "1 + 1 = 2", "a/b:c": "d@e.f"})
    assert await cloud.ex_get_object_tagging(obj) == {"stage": "1 + 1 = 2", "a/b:c": "d@e.f"}
    seen = place.boto.get_object_tagging(Bucket=bucket, Key="o")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in seen} == {"stage": "1 + 1 = 2", "a/b:c": "d@e.f"}
    await cloud.ex_put_object_tagging(obj, {"only": "this"})
    assert await cloud.ex_get_object_tagging(obj) == {"only": "this"}
    copy = await cloud.copy_object(obj, bucket, "copy")
    assert await cloud.ex_get_object_tagging(copy) == {"only": "this"}
    other = await cloud.copy_object(obj, bucket, "other", ex_tags={"other": "tags"})
    assert await cloud.ex_get_object_tagging(other) == {"other": "tags"}
    await cloud.ex_delete_object_tagging(obj)
    assert await cloud.ex_get_object_tagging(obj) == {}


async def test_tags_of_buckets(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    assert await cloud.ex_get_bucket_tagging(bucket) == {}
    await cloud.ex_put_bucket_tagging(bucket, {"team": "a + b", "a/b:c": "d@e.f"})
    assert await cloud.ex_get_bucket_tagging(bucket) == {"team": "a + b", "a/b:c": "d@e.f"}
    seen = place.boto.get_bucket_tagging(Bucket=bucket)["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in seen} == {"team": "a + b", "a/b:c": "d@e.f"}
    await cloud.ex_delete_bucket_tagging(bucket)
    assert await cloud.ex_get_bucket_tagging(bucket) == {}


async def test_lifecycle_rules(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket(versions=True)
    assert await cloud.ex_get_bucket_lifecycle(bucket) == []
    rules = [
        LifecycleRule(
            id="logs",
            prefix="logs/",
            transitions=(Transition(storage_class="GLACIER", days=30),),
            expire_days=365,
            abort_uploads_days=7,
        ),
        LifecycleRule(id="off", enabled=False, expire_date=dt.datetime(2040, 1, 1, tzinfo=dt.UTC)),
        LifecycleRule(
            id="old versions",
            prefix="v/",
            tags={"keep": "no"},
            expire_old_days=10,
            old_transitions=(Transition(storage_class="STANDARD_IA", days=5),),
        ),
    ]
    await cloud.ex_put_bucket_lifecycle(bucket, rules)
    assert sorted(await cloud.ex_get_bucket_lifecycle(bucket), key=lambda rule: rule.id) == rules
    seen = {rule["ID"]: rule for rule in place.boto.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    assert seen["logs"]["Transitions"] == [{"Days": 30, "StorageClass": "GLACIER"}]
    assert seen["logs"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert seen["off"]["Status"] == "Disabled"
    assert seen["old versions"]["Filter"]["And"]["Tags"] == [{"Key": "keep", "Value": "no"}]
    await cloud.ex_delete_bucket_lifecycle(bucket)
    assert await cloud.ex_get_bucket_lifecycle(bucket) == []
    with pytest.raises(InvalidRequest):
        await cloud.ex_put_bucket_lifecycle(bucket, [])


# Storage classes and encryption


async def test_storage_classes(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    obj = await cloud.upload_object(b"x", bucket, "o", ex_storage_class="STANDARD_IA")
    assert (await cloud.get_object(bucket, "o")).storage_class == "STANDARD_IA"
    assert place.boto.head_object(Bucket=bucket, Key="o")["StorageClass"] == "STANDARD_IA"
    [listed] = await cloud.list_container_objects(bucket)
    assert listed.storage_class == "STANDARD_IA"
    await cloud.copy_object(obj, bucket, "copy", ex_storage_class="ONEZONE_IA")
    assert place.boto.head_object(Bucket=bucket, Key="copy")["StorageClass"] == "ONEZONE_IA"


async def test_encryption_by_the_service(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    await cloud.upload_object(b"x", bucket, "own", ex_encryption="AES256")
    await cloud.upload_object(b"x", bucket, "kms", ex_encryption="aws:kms", ex_kms_key="key-1")
    assert (await cloud.get_object(bucket, "own")).encryption == "AES256"
    kms = await cloud.get_object(bucket, "kms")
    assert (kms.encryption, kms.hash) == ("aws:kms", None)
    assert place.boto.head_object(Bucket=bucket, Key="kms")["SSEKMSKeyId"] == "key-1"
    parts = await cloud.upload_object_via_stream(
        [CONTENT[: 5 * MIB], b"rest"], bucket, "parts", part_size=5 * MIB, ex_encryption="aws:kms", ex_kms_key="key-2"
    )
    assert place.boto.head_object(Bucket=bucket, Key="parts")["SSEKMSKeyId"] == "key-2"
    assert await content_of(cloud, parts) == CONTENT[: 5 * MIB] + b"rest"


# Regions, uploads, copies, URLs, and anything


async def test_buckets_of_other_regions(place: Place) -> None:
    bucket = f"elsewhere-{next(NUMBERS)}-{id(place):x}"
    made = await place.cloud.create_container(bucket, ex_region="eu-central-1")
    assert made.region == "eu-central-1"
    assert place.boto.get_bucket_location(Bucket=bucket)["LocationConstraint"] == "eu-central-1"
    assert (await place.cloud.get_container(bucket)).region in {"eu-central-1", None}


async def test_unfinished_uploads_are_found_and_removed(either: Place) -> None:
    cloud, bucket = either.cloud, await either.bucket()
    begun = {
        either.boto.create_multipart_upload(Bucket=bucket, Key=name)["UploadId"]
        for name in ("a", "ü &/b", "ü &/c", "z")
    }
    small = either.client(page_size=2)
    uploads = await small.ex_list_multipart_uploads(bucket)
    assert {upload.id for upload in uploads} == begun
    assert sorted(upload.name for upload in uploads) == ["a", "z", "ü &/b", "ü &/c"]
    below = await small.ex_list_multipart_uploads(bucket, prefix="ü")
    assert sorted(upload.name for upload in below) == ["ü &/b", "ü &/c"]
    for upload in uploads:
        await cloud.ex_abort_multipart_upload(upload)
    await cloud.ex_abort_multipart_upload(uploads[0])
    assert await cloud.ex_list_multipart_uploads(bucket) == []
    assert "Uploads" not in either.boto.list_multipart_uploads(Bucket=bucket)


def driver_of(client: Any) -> S3Driver:
    inner = client._s3
    driver = inner if isinstance(inner, S3Driver) else inner._s3
    assert isinstance(driver, S3Driver)
    return driver


async def test_what_is_too_large_for_one_copy_is_copied_in_parts(either: Place) -> None:
    """As beyond 5 GiB, with limits that a test can afford: 12 MiB in parts of 5."""
    cloud, bucket = either.client(), await either.bucket()
    target = await either.bucket()
    driver = driver_of(cloud)
    driver.copies.largest_copy, driver.copies.copy_part = 6 * MIB, 5 * MIB
    source = await cloud.upload_object(
        CONTENT, bucket, "a b/ü?", meta_data={"key": "ü"}, content_type="text/x-large", part_size=16 * MIB
    )
    copy = await cloud.copy_object(source, target, "copy/é")
    assert (copy.size, copy.container, copy.name) == (len(CONTENT), target, "copy/é")
    found = await cloud.get_object(target, "copy/é")
    assert (found.size, found.content_type, found.meta_data) == (len(CONTENT), "text/x-large", {"key": "ü"})
    assert found.etag.endswith("-3"), "three parts make such an etag"
    seen = either.boto.get_object(Bucket=target, Key="copy/é")
    assert seen["Body"].read() == CONTENT
    changed = await cloud.copy_object(source, bucket, "changed", meta_data={"new": "1"}, content_type="text/new")
    found = await cloud.get_object(bucket, changed.name)
    assert (found.meta_data, found.content_type) == ({"new": "1"}, "text/new")
    assert await cloud.ex_list_multipart_uploads(bucket) == []
    assert await cloud.ex_list_multipart_uploads(target) == []


async def test_a_copy_in_parts_that_fails_leaves_no_upload_open(either: Place) -> None:
    cloud, bucket = either.client(), await either.bucket()
    driver = driver_of(cloud)
    driver.copies.largest_copy, driver.copies.copy_part = 6 * MIB, 5 * MIB
    source = await cloud.upload_object(CONTENT, bucket, "source", part_size=16 * MIB)
    with pytest.raises(NotFound):
        await cloud.copy_object(source, f"{bucket}-missing", "copy")
    send = driver.calls.send

    async def then_gone(operation: str, *arguments: Any, **more: Any) -> Any:
        found = await send(operation, *arguments, **more)
        if operation == "HeadObject":
            either.boto.delete_object(Bucket=bucket, Key="source")
        return found

    # The object goes away between the look at it and the copies of its parts.
    driver.calls.send = then_gone  # type: ignore[method-assign]
    with pytest.raises(NotFound):
        await cloud.copy_object(source, bucket, "copy")
    assert await cloud.ex_list_multipart_uploads(bucket) == []
    assert await cloud.list_container_objects(bucket) == []


async def test_urls_of_versions_and_for_puts_of_a_type(either: Place) -> None:
    cloud, bucket = either.cloud, await either.bucket(versions=True)
    first = await cloud.upload_object(b"first", bucket, "ü o")
    await cloud.upload_object(b"second", bucket, "ü o")
    assert fetch("GET", await cloud.get_object_url((bucket, "ü o")), b"", {}) == (200, b"second")
    url = await cloud.get_object_url((bucket, "ü o"), version_id=first.version_id)
    assert fetch("GET", url, b"", {}) == (200, b"first")
    put = await cloud.get_object_url((bucket, "new"), method="PUT", content_type="text/x-signed")
    assert fetch("PUT", put, b"written", {"Content-Type": "text/x-signed"})[0] == 200
    seen = either.boto.get_object(Bucket=bucket, Key="new")
    assert (seen["Body"].read(), seen["ContentType"]) == (b"written", "text/x-signed")
    if either.name == "swift":  # moto looks at no signature
        assert fetch("PUT", put, b"other", {"Content-Type": "text/plain"})[0] == 403
        assert fetch("GET", url.replace("Signature=", "Signature=0"), b"", {})[0] == 403


async def test_any_other_call(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    with pytest.raises(NotFound) as caught:
        await cloud.ex_call("GET", bucket, query={"cors": ""})
    assert caught.value.code == "NoSuchCORSConfiguration"
    body = (
        b"<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>"
        b"<AllowedOrigin>https://example.org</AllowedOrigin></CORSRule></CORSConfiguration>"
    )
    assert (await cloud.ex_call("PUT", bucket, query={"cors": ""}, body=body)).status == 200
    answer = await cloud.ex_call("GET", bucket, query={"cors": ""})
    assert answer.xml["CORSRule"] == {"AllowedMethod": ["GET", "PUT"], "AllowedOrigin": "https://example.org"}
    assert answer.headers["content-type"].startswith("application/xml") or answer.body.startswith(b"<")
    assert place.boto.get_bucket_cors(Bucket=bucket)["CORSRules"][0]["AllowedMethods"] == ["GET", "PUT"]


async def test_settings_of_what_is_missing(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    for call in (cloud.ex_get_object_acl, cloud.ex_get_object_tagging):
        with pytest.raises(NotFound):
            await call((bucket, "missing"))
    for call in (cloud.ex_get_bucket_tagging, cloud.ex_get_bucket_acl, cloud.ex_get_bucket_lifecycle):
        with pytest.raises(NotFound):
            await call(f"{bucket}-missing")
    with pytest.raises(place.boto.exceptions.ClientError):
        place.boto.get_bucket_acl(Bucket=f"{bucket}-missing")


async def test_parts_of_many_sizes_are_read_where_equal_ones_are_verified(place: Place, flavour: Flavour) -> None:
    """Programs that put logs together make such objects: so many parts as equal ones would be, and others."""
    bucket = await place.bucket()
    pieces = [CONTENT[: 6 * MIB], CONTENT[: 5 * MIB], CONTENT[: 5 * MIB]]
    upload = place.boto.create_multipart_upload(Bucket=bucket, Key="o")["UploadId"]
    known = {"Bucket": bucket, "Key": "o", "UploadId": upload}
    parts = [
        {"PartNumber": number, "ETag": place.boto.upload_part(**known, PartNumber=number, Body=piece)["ETag"]}
        for number, piece in enumerate(pieces, 1)
    ]
    place.boto.complete_multipart_upload(**known, MultipartUpload={"Parts": parts})
    make = AsyncCephS3 if flavour.name == "async" else CephS3
    client = flavour.shape(make("testing", "testing", endpoint=place.boto.meta.endpoint_url, proxy=""))
    try:
        assert await content_of(client, (bucket, "o")) == b"".join(pieces)
    finally:
        await client.aclose()


@pytest.mark.parametrize("in_parts", [False, True])
async def test_what_is_said_of_an_object_stays_with_its_copies(either: Place, in_parts: bool) -> None:
    cloud, bucket = either.client(), await either.bucket()
    if in_parts:
        driver = driver_of(cloud)
        driver.copies.largest_copy, driver.copies.copy_part = 5 * MIB, 6 * MIB
    said = {"Cache-Control": "max-age=5", "Content-Disposition": "attachment", "Content-Language": "de"}
    if either.name == "swift":
        del said["Content-Language"]  # which its S3 does not keep
    source = await cloud.upload_object(CONTENT, bucket, "o", headers=said, part_size=16 * MIB)
    await cloud.copy_object(source, bucket, "same")
    await cloud.copy_object(source, bucket, "new", meta_data={"a": "b"}, headers={"cache-control": "no-cache"})
    seen = either.boto.head_object(Bucket=bucket, Key="same")
    assert {key: seen[key.replace("-", "")] for key in said} == said
    seen = either.boto.head_object(Bucket=bucket, Key="new")
    assert {key: seen[key.replace("-", "")] for key in said} == {**said, "Cache-Control": "no-cache"}
    assert seen["Metadata"] == {"a": "b"}


TAGS = {"team": "a b", "x-1": "+="}


def tags_at(place: Place, bucket: str, name: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in place.boto.get_object_tagging(Bucket=bucket, Key=name)["TagSet"]}


def told_of(place: Place, bucket: str, name: str) -> dict[str, Any]:
    """All that S3 says of an object, but for what a copy has of its own."""
    seen = place.boto.head_object(Bucket=bucket, Key=name)
    own = ("ResponseMetadata", "LastModified", "ETag", "ChecksumCRC32", "ChecksumType")
    return {**{key: value for key, value in seen.items() if key not in own}, "tags": tags_at(place, bucket, name)}


async def test_a_copy_in_parts_is_as_a_copy_in_one(place: Place) -> None:
    cloud, bucket = place.client(), await place.bucket()
    said = {
        "Cache-Control": "max-age=5",
        "Content-Disposition": "attachment",
        "Content-Language": "de",
        "Expires": "Thu, 01 Jan 2099 00:00:00 GMT",
        "x-amz-website-redirect-location": "/elsewhere",
    }
    source = await cloud.upload_object(
        CONTENT, bucket, "o", part_size=16 * MIB, meta_data={"key": "ü"}, content_type="text/x-large",
        content_encoding="x-packed", headers=said, ex_tags=TAGS, ex_storage_class="STANDARD_IA",
    )  # fmt: skip
    asked: list[dict[str, Any]] = [
        {},
        {"meta_data": {"new": "1"}, "content_type": "text/new"},
        {"ex_tags": {"other": "tag"}},
        {"ex_tags": {}},
        {"ex_storage_class": "ONEZONE_IA", "ex_encryption": "aws:kms", "ex_kms_key": "some-key"},
        {"headers": {"Cache-Control": "no-cache", "x-amz-website-redirect-location": "/other"}},
        {"headers": {"X-Amz-Tagging-Directive": "REPLACE", "X-Amz-Tagging": "a=b"}},
    ]
    for number, more in enumerate(asked):
        await cloud.copy_object(source, bucket, f"one-{number}", **more)
    driver = driver_of(cloud)
    driver.copies.largest_copy, driver.copies.copy_part = 5 * MIB, 6 * MIB
    for number, more in enumerate(asked):
        await cloud.copy_object(source, bucket, f"parts-{number}", **more)
        assert told_of(place, bucket, f"parts-{number}") == told_of(place, bucket, f"one-{number}"), more
    first = told_of(place, bucket, "parts-0")
    assert first["tags"] == TAGS
    assert (first["Metadata"], first["ContentType"], first["ContentEncoding"]) == (
        {"key": "=?UTF-8?B?w7w=?="}, "text/x-large", "x-packed",
    )  # fmt: skip
    assert (first["WebsiteRedirectLocation"], first.get("StorageClass", "STANDARD")) == ("/elsewhere", "STANDARD")
    assert told_of(place, bucket, "parts-4")["StorageClass"] == "ONEZONE_IA"


async def test_a_version_is_copied_in_parts_with_its_own_tags(place: Place) -> None:
    cloud, bucket = place.client(), await place.bucket(versions=True)
    first = await cloud.upload_object(CONTENT, bucket, "o", part_size=16 * MIB, ex_tags={"which": "first"})
    await cloud.upload_object(b"second", bucket, "o", ex_tags={"which": "second"})
    driver = driver_of(cloud)
    driver.copies.largest_copy, driver.copies.copy_part = 5 * MIB, 6 * MIB
    await cloud.copy_object((bucket, "o"), bucket, "copy", version_id=first.version_id)
    assert tags_at(place, bucket, "copy") == {"which": "first"}
