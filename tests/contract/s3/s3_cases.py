"""A call of every method of S3's client, with every argument at least once."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, field
from typing import Any

from cumuli.providers.aws.s3.models import (
    AccessControl,
    BucketEncryption,
    BucketLogging,
    BucketNotifications,
    BucketWebsite,
    CORSRule,
    Grant,
    LifecycleRule,
    NotificationRule,
    ObjectLock,
    PublicAccessBlock,
    Retention,
    S3ObjectVersion,
    S3Upload,
    Transition,
    WebsiteRedirect,
)

__all__ = ["CASES", "OBJ", "Case"]


def nothing(_moved: int, _total: int | None) -> None:
    """What a transfer's progress is told to."""


MIB = 1024 * 1024
LARGE = b"x" * (10 * MIB)
KEY = bytes(range(32))
SINCE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
LATER = dt.datetime(2020, 1, 3, tzinfo=dt.UTC)
NAME = "folder/ü ?&=%41+b"
OBJ = ("bucket", NAME)
VERSION = S3ObjectVersion(container="bucket", name="a", size=1, provider="s3", version_id="v/+ 1")
ACL = AccessControl(
    owner="o",
    grants=(
        Grant(permission="READ", id="canonical"),
        Grant(permission="WRITE_ACP", email="a@example.org"),
        Grant(permission="FULL_CONTROL", uri="http://acs.amazonaws.com/groups/global/AllUsers"),
    ),
)
RULES = [
    LifecycleRule(id="<&>", prefix="logs/", expire_days=30, abort_uploads_days=7),
    LifecycleRule(id="plain", enabled=False, expire_date=SINCE),
    LifecycleRule(id="size", larger_than=5, expire_markers=True),
    LifecycleRule(id="tag", tags={"a": "b"}, transitions=(Transition(storage_class="GLACIER", date=SINCE),)),
    LifecycleRule(
        id="all",
        prefix="a",
        tags={"a": "1", "b": "2"},
        larger_than=5,
        smaller_than=50,
        transitions=(Transition(storage_class="STANDARD_IA", days=30), Transition(storage_class="GLACIER", days=90)),
        expire_old_days=3,
        keep_old=2,
        old_transitions=(
            Transition(storage_class="STANDARD_IA", days=2),
            Transition(storage_class="GLACIER", days=3, keep_old=4),
        ),
    ),
]
CORS = [
    CORSRule(
        allowed_methods=("GET", "PUT"), allowed_origins=("https://*.example.org", "<&>"), allowed_headers=("*",),
        expose_headers=("ETag", "x-amz-request-id"), max_age_seconds=300, id="first & best",
    ),
    CORSRule(allowed_methods=("HEAD",), allowed_origins=("*",)),
]  # fmt: skip
WEBSITE = BucketWebsite(
    index_document="index.html",
    error_document="errors/<ü>.html",
    redirects=(
        WebsiteRedirect(
            key_prefix="old &/", error_code="404", host_name="example.org", protocol="https", status="302",
            replace_key_prefix="new/",
        ),
        WebsiteRedirect(replace_key="other"),
    ),
)  # fmt: skip
NOTIFICATIONS = BucketNotifications(
    rules=(
        NotificationRule(kind="topic", target="arn:t", events=("s3:ObjectCreated:*",), id="one"),
        NotificationRule(
            kind="queue",
            target="arn:q",
            events=("s3:ObjectCreated:Put", "s3:ObjectRemoved:*"),
            prefix="a &",
            suffix=".jpg",
        ),
        NotificationRule(kind="function", target="arn:f", events=("s3:ObjectRestore:Post",), suffix="x"),
    ),
    event_bridge=True,
)
RETENTION = Retention(mode="GOVERNANCE", until=dt.datetime(2040, 1, 2, 3, 4, 5, 678_900, dt.UTC))
PUT: dict[str, Any] = {
    "meta_data": {"a": "1", "b": "ü"},
    "content_type": "text/plain",
    "content_encoding": "gzip",
    "headers": {"Cache-Control": "no-cache"},
    "ex_storage_class": "STANDARD_IA",
    "ex_acl": "bucket-owner-full-control",
    "ex_tags": {"a": "1 &", "b": ""},
    "ex_encryption": "aws:kms",
    "ex_kms_key": "arn:key",
    "ex_retention": RETENTION,
    "ex_legal_hold": True,
}
READ: dict[str, Any] = {
    "if_match": "x",
    "headers": {"x-amz-request-payer": "requester"},
    "version_id": "v/+ 1",
    "ex_customer_key": KEY,
}
CONDITIONS: dict[str, Any] = {"if_none_match": "e", "if_modified_since": SINCE, "if_unmodified_since": LATER}
RESPONSE: dict[str, Any] = {
    "ex_response_content_type": "text/plain; charset=utf-8",
    "ex_response_content_disposition": 'attachment; filename="ü &.txt"',
    "ex_response_content_encoding": "gzip",
    "ex_response_content_language": "de",
    "ex_response_cache_control": "no-store",
    "ex_response_expires": SINCE,
}
UP: dict[str, Any] = {"integrity": "if possible", "part_size": 5 * MIB, "concurrency": 2, "progress": nothing}
RANGED: dict[str, Any] = {"part_size": 8 << 20, "concurrency": 2}
DOWN: dict[str, Any] = {"integrity": "off", "progress": nothing}
COPIED = ("CreateMultipartUpload", *["UploadPartCopy"] * 7, "CompleteMultipartUpload", "HeadObject")


@dataclass(frozen=True)
class Case:
    """One call.

    Attributes:
        method: Of ``AsyncS3``.
        arguments: By position.
        options: By name.
        operations: What it sends, in order, where that is not one request of its own.
        settings: Of the client.
        size: Of the object that S3 tells of.
    """

    method: str
    arguments: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    operations: tuple[str, ...] | None = None
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    size: int = 7


def case(method: str, *arguments: Any, **options: Any) -> Case:
    return Case(method, arguments, options)


PARTS = ("CreateMultipartUpload", "UploadPart", "UploadPart", "CompleteMultipartUpload")
CASES = [
    Case("list_containers", operations=("ListBuckets", "ListBuckets")),
    case("iterate_containers"),
    case("get_container", "bucket"),
    Case("create_container", ("bucket",), {"ex_acl": "private"}, ("HeadBucket", "CreateBucket")),
    case("create_container", "bucket", ex_region="eu-west-1"),
    case("create_container", "bucket", ex_object_lock=True),
    case("delete_container", "bucket"),
    Case(
        "list_container_objects",
        ("bucket",),
        {"prefix": "a &", "delimiter": "/", "start_after": "ü?", "ex_fetch_owner": True},
        ("ListObjectsV2", "ListObjectsV2"),
    ),
    case("iterate_container_objects", "bucket", prefix="a", delimiter="/", start_after="b", ex_fetch_owner=True),
    case("get_object", *OBJ, **{**READ, "if_match": "*"}),
    case("get_object", *OBJ, **CONDITIONS),
    Case("get_object", OBJ, settings={"checksum": "md5"}),
    Case("upload_object", (b"content", *OBJ), PUT | UP, ("PutObject",)),
    Case("upload_object", (b"content", *OBJ), {"if_match": "e", "ex_encryption": "AES256"}, ("PutObject",)),
    Case("upload_object", (b"content", *OBJ), {"if_none_match": "*", "ex_customer_key": KEY}, ("PutObject",)),
    Case("upload_object", (LARGE, *OBJ), PUT | UP, PARTS),
    Case("upload_object", (LARGE, *OBJ), {"ex_customer_key": KEY, "if_none_match": "*", **UP}, PARTS),
    Case("upload_object", (LARGE, *OBJ), UP, PARTS, {"checksum": "md5"}),
    Case("upload_object", (LARGE, *OBJ), UP, PARTS, {"checksum": "sha256", "sign_payload": True}),
    Case("upload_object_via_stream", ([b"a", b"b"], *OBJ), PUT | UP, ("PutObject",)),
    Case("upload_object_via_stream", ([LARGE], *OBJ), {"if_match": "e", "ex_customer_key": KEY, **UP}, PARTS),
    Case("upload_object_via_stream", ([b"a"], *OBJ), {"if_none_match": "*"}, ("PutObject",)),
    case("download_object", OBJ, io.BytesIO(), overwrite_existing=True, **RANGED, **DOWN, **READ),
    case("download_object", VERSION, io.BytesIO(), **CONDITIONS),
    case("download_object_as_stream", OBJ, chunk_size=3, **DOWN, **READ),
    case("download_object_as_stream", OBJ, **CONDITIONS),
    case("download_object_range", OBJ, io.BytesIO(), 1, 3, overwrite_existing=True, **RANGED, **DOWN, **READ),
    case("download_object_range_as_stream", OBJ, 1, 3, chunk_size=2, **DOWN, **READ),
    case("download_object_range_as_stream", OBJ, -3, **DOWN, **READ),
    Case("open_object", (OBJ,), READ | {"if_match": "*", "integrity": "off", "buffer_size": 1},
         operations=("HeadObject", "GetObject")),
    case("delete_object", OBJ, version_id="v"),
    case("delete_object", OBJ),
    case("delete_object", VERSION, ex_bypass_governance=True),
    Case("delete_objects", ([VERSION, OBJ],), {"ex_bypass_governance": True}, ("DeleteObjects",)),
    case("delete_object", OBJ, if_match="e"),
    Case("delete_objects", ([OBJ, VERSION, ("bucket", "<&>\r\n\t]]>"), ("bucket", "nul\0")],),
         operations=("DeleteObjects", "DeleteObject")),
    Case("copy_object", (OBJ, "bucket", "copy"), {"version_id": "v &"}, ("HeadObject", "CopyObject", "HeadObject")),
    Case(
        "copy_object",
        (OBJ, "bucket", NAME),
        {key: value for key, value in PUT.items() if key != "content_encoding"},
        ("HeadObject", "CopyObject", "HeadObject"),
    ),
    Case(
        "copy_object",
        (OBJ, "bucket", "copy"),
        {"ex_storage_class": "GLACIER", "meta_data": {"a": "b"}, "version_id": "v &"},
        ("HeadObject", "GetObjectTagging", *COPIED),
        size=6 * 1024 * MIB + 1,
    ),
    Case(
        "copy_object",
        (OBJ, "bucket", "copy"),
        {"ex_tags": {"a &": "b"}},
        ("HeadObject", *COPIED),
        size=6 * 1024 * MIB + 1,
    ),
    Case("get_object_url", (OBJ,), {"expires_in": 60, "method": "GET", "version_id": "v"}, ()),
    Case("get_object_url", (OBJ,), {"expires_in": 60, "method": "PUT", "content_type": "text/plain"}, ()),
    Case("get_object_url", (OBJ,), {"method": "DELETE", "version_id": "v/+ 1"}, ()),
    Case("get_object_url", (OBJ,), {"method": "HEAD", **RESPONSE}, ()),
    Case("get_object_url", (OBJ,), RESPONSE, ()),
    Case("ex_get_presigned_post", OBJ, {"expires_in": 60, "fields": {"acl": "private"}, "starts_with": {"key": ""},
         "length_range": (1, 2)}, ()),
    Case("ex_list_object_versions", ("bucket",), {"prefix": "a &"}, ("ListObjectVersions", "ListObjectVersions")),
    case("ex_iterate_object_versions", "bucket", prefix="a"),
    Case("ex_list_multipart_uploads", ("bucket",), {"prefix": "a"}, ("ListMultipartUploads", "ListMultipartUploads")),
    Case("ex_abort_multipart_upload", (S3Upload(container="bucket", name=NAME, id="u/+"),),
         operations=("AbortMultipartUpload",)),
    Case("ex_list_parts", (S3Upload(container="bucket", name=NAME, id="u/+"),), {"ex_customer_key": KEY},
         ("ListParts", "ListParts")),
    Case("ex_get_object_attributes", (OBJ,), {"version_id": "v &", "ex_customer_key": KEY},
         ("GetObjectAttributes", "GetObjectAttributes")),
    case("ex_get_object_retention", OBJ, version_id="v"),
    case("ex_put_object_retention", OBJ, RETENTION, version_id="v", ex_bypass_governance=True),
    case("ex_put_object_retention", OBJ, None, ex_bypass_governance=True),
    case("ex_put_object_retention", VERSION, RETENTION),
    case("ex_get_object_legal_hold", OBJ, version_id="v"),
    case("ex_put_object_legal_hold", OBJ, enabled=True, version_id="v"),
    case("ex_put_object_legal_hold", OBJ, enabled=False),
    case("ex_get_object_acl", OBJ, version_id="v"),
    case("ex_put_object_acl", OBJ, ACL, version_id="v"),
    case("ex_put_object_acl", OBJ, "public-read"),
    case("ex_get_object_tagging", OBJ, version_id="v"),
    case("ex_put_object_tagging", OBJ, {"a <": "&"}, version_id="v"),
    case("ex_delete_object_tagging", OBJ, version_id="v"),
    case("ex_get_bucket_versioning", "bucket"),
    case("ex_put_bucket_versioning", "bucket", enabled=True),
    case("ex_put_bucket_versioning", "bucket", enabled=False),
    case("ex_get_bucket_acl", "bucket"),
    case("ex_put_bucket_acl", "bucket", ACL),
    case("ex_put_bucket_acl", "bucket", "private"),
    case("ex_get_bucket_policy", "bucket"),
    case("ex_put_bucket_policy", "bucket", "{}"),
    case("ex_delete_bucket_policy", "bucket"),
    case("ex_get_bucket_tagging", "bucket"),
    case("ex_put_bucket_tagging", "bucket", {"a": "b"}),
    case("ex_delete_bucket_tagging", "bucket"),
    case("ex_get_bucket_lifecycle", "bucket"),
    case("ex_put_bucket_lifecycle", "bucket", RULES),
    case("ex_delete_bucket_lifecycle", "bucket"),
    case("ex_get_bucket_cors", "bucket"),
    case("ex_put_bucket_cors", "bucket", CORS),
    case("ex_delete_bucket_cors", "bucket"),
    case("ex_get_bucket_encryption", "bucket"),
    case("ex_put_bucket_encryption", "bucket", BucketEncryption()),
    case("ex_put_bucket_encryption", "bucket", BucketEncryption(algorithm="aws:kms", kms_key="k", bucket_key=True)),
    case("ex_put_bucket_encryption", "bucket", BucketEncryption(algorithm=None, blocked=("SSE-C",))),
    case("ex_delete_bucket_encryption", "bucket"),
    case("ex_get_bucket_website", "bucket"),
    case("ex_put_bucket_website", "bucket", WEBSITE),
    case("ex_put_bucket_website", "bucket", BucketWebsite(redirect_all_to="a.example", redirect_all_protocol="https")),
    case("ex_delete_bucket_website", "bucket"),
    case("ex_get_public_access_block", "bucket"),
    case("ex_put_public_access_block", "bucket", PublicAccessBlock(block_public_acls=False)),
    case("ex_delete_public_access_block", "bucket"),
    case("ex_get_bucket_notification", "bucket"),
    case("ex_put_bucket_notification", "bucket", NOTIFICATIONS),
    case("ex_delete_bucket_notification", "bucket"),
    case("ex_get_bucket_logging", "bucket"),
    case("ex_put_bucket_logging", "bucket", BucketLogging(target_container="logs", target_prefix="<&>")),
    case("ex_put_bucket_logging", "bucket",
         BucketLogging(target_container="l", partitioned_by="EventTime", grants=(Grant(permission="READ", id="c"),))),
    case("ex_delete_bucket_logging", "bucket"),
    case("ex_get_object_lock_configuration", "bucket"),
    case("ex_put_object_lock_configuration", "bucket", ObjectLock()),
    case("ex_put_object_lock_configuration", "bucket", ObjectLock(mode="GOVERNANCE", days=1)),
    case("ex_put_object_lock_configuration", "bucket", ObjectLock(mode="COMPLIANCE", years=1)),
]  # fmt: skip
