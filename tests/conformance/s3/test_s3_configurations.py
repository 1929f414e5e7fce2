"""Configurations of buckets and locks of objects, on moto, in both flavours; boto3 is the second pair of eyes.

That they are sent as AWS describes them is the contract tests' part.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import zlib
from typing import Any

import pytest

from cumuli.errors import CloudError, InvalidRequest, NotFound, ObjectNotFound, PermissionDenied
from cumuli.providers.aws.s3.models import (
    BucketEncryption,
    BucketLogging,
    BucketNotifications,
    BucketWebsite,
    CORSRule,
    Grant,
    NotificationRule,
    ObjectLock,
    PublicAccessBlock,
    Retention,
    S3Upload,
    WebsiteRedirect,
)
from tests.conformance.s3.conftest import NUMBERS, Place

MIB = 1024 * 1024
LATER = dt.datetime(2040, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


async def test_cors(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    assert await cloud.ex_get_bucket_cors(bucket) == []
    rules = [
        CORSRule(
            allowed_methods=("GET", "PUT"),
            allowed_origins=("https://example.org", "http://*.test"),
            allowed_headers=("*",),
            expose_headers=("ETag", "x-amz-request-id"),
            max_age_seconds=300,
            id="first",
        ),
        CORSRule(allowed_methods=("HEAD",), allowed_origins=("*",)),
    ]
    await cloud.ex_put_bucket_cors(bucket, rules)
    assert await cloud.ex_get_bucket_cors(bucket) == rules
    seen = place.boto.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert seen[0]["AllowedOrigins"] == ["https://example.org", "http://*.test"]
    assert (seen[0]["MaxAgeSeconds"], seen[1]["AllowedMethods"]) == (300, ["HEAD"])
    with pytest.raises(InvalidRequest):
        await cloud.ex_put_bucket_cors(bucket, [])
    with pytest.raises(InvalidRequest):
        await cloud.ex_put_bucket_cors(bucket, [CORSRule(allowed_methods=("GET",), allowed_origins=())])
    await cloud.ex_delete_bucket_cors(bucket)
    assert await cloud.ex_get_bucket_cors(bucket) == []


async def test_encryption_by_default(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    await cloud.ex_delete_bucket_encryption(bucket)
    wanted = BucketEncryption(algorithm="aws:kms", kms_key="key-1", bucket_key=True)
    await cloud.ex_put_bucket_encryption(bucket, wanted)
    assert await cloud.ex_get_bucket_encryption(bucket) == wanted
    [rule] = place.boto.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "key-1"}
    assert rule["BucketKeyEnabled"] is True
    await cloud.upload_object(b"x", bucket, "o")
    assert (await cloud.get_object(bucket, "o")).encryption == "aws:kms"
    with pytest.raises(InvalidRequest):
        await cloud.ex_put_bucket_encryption(bucket, BucketEncryption(kms_key="key-1"))
    await cloud.ex_delete_bucket_encryption(bucket)
    assert await cloud.ex_get_bucket_encryption(bucket) in {None, BucketEncryption()}


async def test_websites(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    assert await cloud.ex_get_bucket_website(bucket) is None
    website = BucketWebsite(
        index_document="index.html",
        error_document="errors/<ü>.html",
        redirects=(
            WebsiteRedirect(key_prefix="old/", error_code="404", host_name="example.org", replace_key_prefix="new/"),
            WebsiteRedirect(key_prefix="gone/", protocol="https", status="302", replace_key="sorry.html"),
        ),
    )
    await cloud.ex_put_bucket_website(bucket, website)
    assert await cloud.ex_get_bucket_website(bucket) == website
    seen = place.boto.get_bucket_website(Bucket=bucket)
    assert seen["ErrorDocument"] == {"Key": "errors/<ü>.html"}
    assert seen["RoutingRules"][1] == {
        "Condition": {"KeyPrefixEquals": "gone/"},
        "Redirect": {"Protocol": "https", "HttpRedirectCode": "302", "ReplaceKeyWith": "sorry.html"},
    }
    everything = BucketWebsite(redirect_all_to="example.org", redirect_all_protocol="https")
    await cloud.ex_put_bucket_website(bucket, everything)
    assert await cloud.ex_get_bucket_website(bucket) == everything
    for wrong in (
        BucketWebsite(),
        BucketWebsite(index_document="i", redirect_all_to="h"),
        BucketWebsite(error_document="e", redirect_all_to="h"),
        BucketWebsite(index_document="i", redirects=(WebsiteRedirect(key_prefix="a"),)),
        BucketWebsite(index_document="i", redirects=(WebsiteRedirect(replace_key="a", replace_key_prefix="b"),)),
    ):
        with pytest.raises(InvalidRequest):
            await cloud.ex_put_bucket_website(bucket, wrong)
    await cloud.ex_delete_bucket_website(bucket)
    assert await cloud.ex_get_bucket_website(bucket) is None


async def test_blocks_of_public_access(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    assert await cloud.ex_get_public_access_block(bucket) is None
    block = PublicAccessBlock(ignore_public_acls=False, restrict_public_buckets=False)
    await cloud.ex_put_public_access_block(bucket, block)
    assert await cloud.ex_get_public_access_block(bucket) == block
    assert place.boto.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": False,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": False,
    }
    await cloud.ex_delete_public_access_block(bucket)
    assert await cloud.ex_get_public_access_block(bucket) is None


async def test_notifications(place: Place) -> None:
    cloud, bucket = place.cloud, await place.bucket()
    assert await cloud.ex_get_bucket_notification(bucket) == BucketNotifications()
    target = "arn:aws:lambda:us-east-1:123456789012:function:f"
    rules = (
        NotificationRule(
            kind="function", target=target, events=("s3:ObjectCreated:*",), prefix="a &/", suffix=".jpg", id="one"
        ),
        NotificationRule(
            kind="function", target=target, events=("s3:ObjectRemoved:*", "s3:ObjectRestore:Post"), id="two"
        ),
    )
    wanted = BucketNotifications(rules=rules)
    await cloud.ex_put_bucket_notification(bucket, wanted)
    assert await cloud.ex_get_bucket_notification(bucket) == wanted
    seen = place.boto.get_bucket_notification_configuration(Bucket=bucket)["LambdaFunctionConfigurations"]
    assert [(each["Id"], each["LambdaFunctionArn"], each["Events"]) for each in seen] == [
        ("one", target, ["s3:ObjectCreated:*"]),
        ("two", target, ["s3:ObjectRemoved:*", "s3:ObjectRestore:Post"]),
    ]
    filters = {each["Name"].lower(): each["Value"] for each in seen[0]["Filter"]["Key"]["FilterRules"]}
    assert filters == {"prefix": "a &/", "suffix": ".jpg"}
    with pytest.raises(InvalidRequest):
        await cloud.ex_put_bucket_notification(
            bucket, BucketNotifications(rules=(NotificationRule(kind="queue", target="arn", events=()),))
        )
    await cloud.ex_delete_bucket_notification(bucket)
    assert await cloud.ex_get_bucket_notification(bucket) == BucketNotifications()


async def test_logs(place: Place) -> None:
    cloud, bucket, logs = place.cloud, await place.bucket(), await place.bucket()
    assert await cloud.ex_get_bucket_logging(bucket) is None
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{logs}/*",
    }
    await cloud.ex_put_bucket_policy(logs, json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    wanted = BucketLogging(target_container=logs, target_prefix="of/<&>/")
    await cloud.ex_put_bucket_logging(bucket, wanted)
    assert await cloud.ex_get_bucket_logging(bucket) == wanted
    seen = place.boto.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]
    assert (seen["TargetBucket"], seen["TargetPrefix"]) == (logs, "of/<&>/")
    with pytest.raises(InvalidRequest):
        await cloud.ex_put_bucket_logging(
            bucket, BucketLogging(target_container=logs, grants=(Grant(permission="READ"),))
        )
    await cloud.ex_delete_bucket_logging(bucket)
    assert await cloud.ex_get_bucket_logging(bucket) is None


# Locks


async def locked_bucket(place: Place) -> str:
    name = f"locked-{next(NUMBERS)}-{id(place):x}"
    await place.cloud.create_container(name, ex_object_lock=True)
    return name


async def test_locks_of_buckets(place: Place) -> None:
    cloud, bucket = place.cloud, await locked_bucket(place)
    assert await cloud.ex_get_bucket_versioning(bucket) == "Enabled"
    assert await cloud.ex_get_object_lock_configuration(bucket) == ObjectLock()
    for lock in (ObjectLock(mode="COMPLIANCE", years=2), ObjectLock(mode="GOVERNANCE", days=1)):
        await cloud.ex_put_object_lock_configuration(bucket, lock)
        assert await cloud.ex_get_object_lock_configuration(bucket) == lock
    seen = place.boto.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    default = seen["Rule"]["DefaultRetention"]
    assert (default["Mode"], default["Days"]) == ("GOVERNANCE", 1)
    for wrong in (ObjectLock(mode="GOVERNANCE"), ObjectLock(days=1), ObjectLock(mode="GOVERNANCE", days=1, years=1)):
        with pytest.raises(InvalidRequest):
            await cloud.ex_put_object_lock_configuration(bucket, wrong)
    assert await cloud.ex_get_object_lock_configuration(await place.bucket()) is None


async def test_retention(place: Place) -> None:
    cloud, bucket = place.cloud, await locked_bucket(place)
    kept = Retention(mode="GOVERNANCE", until=LATER)
    made = await cloud.upload_object(b"content", bucket, "o", ex_retention=kept)
    # moto answers to GetObjectRetention with the object: tests/faults/s3 has the answer that AWS documents.
    assert (await cloud.get_object(bucket, "o")).retention == kept
    seen = place.boto.head_object(Bucket=bucket, Key="o")
    assert (seen["ObjectLockMode"], seen["ObjectLockRetainUntilDate"]) == ("GOVERNANCE", LATER)
    longer = Retention(mode="GOVERNANCE", until=LATER + dt.timedelta(days=1))
    await cloud.ex_put_object_retention(made, longer, version_id=made.version_id)
    assert (await cloud.get_object(bucket, "o")).retention == longer

    with pytest.raises(PermissionDenied):
        await cloud.delete_object(made, version_id=made.version_id)
    [version] = await cloud.ex_list_object_versions(bucket)
    [result] = await cloud.delete_objects([version])
    assert isinstance(result.error, PermissionDenied)
    [result] = await cloud.delete_objects([version], ex_bypass_governance=True)
    assert result.error is None
    assert await cloud.ex_list_object_versions(bucket) == []

    again = await cloud.upload_object(b"again", bucket, "o", ex_retention=kept)
    await cloud.delete_object(again, version_id=again.version_id, ex_bypass_governance=True)
    assert await cloud.ex_list_object_versions(bucket) == []
    with pytest.raises(InvalidRequest):
        await cloud.upload_object(
            b"x", bucket, "o", ex_retention=Retention(mode="GOVERNANCE", until=LATER.replace(tzinfo=None))
        )


async def test_holds(place: Place) -> None:
    cloud, bucket = place.cloud, await locked_bucket(place)
    held = await cloud.upload_object(b"content", bucket, "o", ex_legal_hold=True)
    assert await cloud.ex_get_object_legal_hold(held) is True
    assert (await cloud.get_object(bucket, "o")).legal_hold is True
    with pytest.raises(PermissionDenied):
        await cloud.delete_object(held, version_id=held.version_id, ex_bypass_governance=True)
    await cloud.ex_put_object_legal_hold(held, enabled=False)
    assert await cloud.ex_get_object_legal_hold(held, version_id=held.version_id) is False
    assert place.boto.get_object_legal_hold(Bucket=bucket, Key="o")["LegalHold"]["Status"] == "OFF"
    plain = await cloud.upload_object(b"content", bucket, "plain")
    assert await cloud.ex_get_object_legal_hold(plain) is False
    assert (await cloud.get_object(bucket, "plain")).retention is None


# What else is told


async def test_parts_of_an_unfinished_upload(either: Place) -> None:
    bucket = await either.bucket()
    upload = either.boto.create_multipart_upload(Bucket=bucket, Key="ü &/o")["UploadId"]
    pieces = {1: b"a" * 5 * MIB, 2: b"b" * (5 * MIB + 1), 5: b"last"}
    etags = {
        number: either.boto.upload_part(Bucket=bucket, Key="ü &/o", UploadId=upload, PartNumber=number, Body=piece)[
            "ETag"
        ]
        for number, piece in pieces.items()
    }
    small = either.client(page_size=2)
    [unfinished] = await small.ex_list_multipart_uploads(bucket)
    parts = await small.ex_list_parts(unfinished)
    assert [(part.number, part.size, f'"{part.etag}"') for part in parts] == [
        (number, len(piece), etags[number]) for number, piece in pieces.items()
    ]
    assert all(part.last_modified is not None for part in parts)
    await small.ex_abort_multipart_upload(unfinished)
    with pytest.raises(NotFound):
        await small.ex_list_parts(S3Upload(container=bucket, name="ü &/o", id=upload))


async def test_attributes_of_objects(place: Place) -> None:
    cloud, bucket = place.client(checksum="crc32"), await place.bucket(versions=True)
    content = b"content"
    first = await cloud.upload_object(content, bucket, "o", ex_storage_class="STANDARD_IA")
    await cloud.upload_object(b"newer", bucket, "o")
    told = await cloud.ex_get_object_attributes((bucket, "o"), version_id=first.version_id)
    assert (told.size, told.etag, told.storage_class, told.version_id) == (
        7,
        first.etag,
        "STANDARD_IA",
        first.version_id,
    )
    assert told.checksums.get("crc32", f"{zlib.crc32(content):08x}") == f"{zlib.crc32(content):08x}"
    seen = place.boto.get_object_attributes(
        Bucket=bucket, Key="o", VersionId=first.version_id, ObjectAttributes=["Checksum", "ObjectSize"]
    )
    known = {name.removeprefix("Checksum").lower(): value for name, value in seen.get("Checksum", {}).items()}
    assert {name: base64.b64encode(bytes.fromhex(value)).decode() for name, value in told.checksums.items()} == {
        name: value for name, value in known.items() if name in told.checksums
    }
    with pytest.raises(ObjectNotFound):
        await cloud.ex_get_object_attributes((bucket, "missing"))


@pytest.mark.parametrize("verb", ["cors", "encryption", "website", "logging", "notification"])
async def test_configurations_of_what_is_missing(place: Place, verb: str) -> None:
    call: Any = getattr(place.cloud, f"ex_get_bucket_{verb}")
    with pytest.raises(CloudError) as caught:
        await call(f"missing-{next(NUMBERS)}-{id(place):x}")
    assert isinstance(caught.value, NotFound)
    with pytest.raises(place.boto.exceptions.ClientError):
        place.boto.get_bucket_website(Bucket="missing")
