"""What is read of S3's answers: one Struct for each root element."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec

from cumuli.wire.lenient import NEEDED, Identity, Needed

Size = Annotated[int, msgspec.Meta(ge=0), NEEDED]
"""Bytes, of which there cannot be fewer than none. Whoever compares or sums them must not see a made-up figure."""


class Item(msgspec.Struct, frozen=True, rename="pascal"):
    """Part of an answer."""


class Answer(Item, frozen=True):
    """A whole answer. The subclass's name is the root element."""


class Setting(Answer, frozen=True):
    """What users read, change and put back whole; what is not declared here would be lost on the way and is refused."""


# Buckets


class BucketItem(Item, frozen=True):
    name: Identity
    creation_date: dt.datetime | None = None
    bucket_region: str | None = None


class BucketList(Item, frozen=True):
    bucket: list[BucketItem] = []


class ListAllMyBucketsResult(Answer, frozen=True):
    buckets: BucketList | None = None
    continuation_token: str | None = None


# Listings of objects


class Owner(Item, frozen=True):
    id: str = msgspec.field(name="ID", default="")
    display_name: str | None = None


class ContentItem(Item, frozen=True):
    key: Identity
    size: Size = 0
    last_modified: dt.datetime | None = None
    etag: str | None = msgspec.field(name="ETag", default=None)
    storage_class: str | None = None
    owner: Owner | None = None


class PrefixItem(Item, frozen=True):
    prefix: Identity


class ListBucketResult(Answer, frozen=True):
    contents: list[ContentItem] = []
    common_prefixes: list[PrefixItem] = []
    encoding_type: str | None = None
    is_truncated: Needed[bool] | None = None
    next_continuation_token: str | None = None
    # Of the first version of the call, and what tells the second one.
    marker: str | None = None
    next_marker: str | None = None
    key_count: int | None = None
    max_keys: int | None = None


class VersionItem(Item, frozen=True):
    key: Identity
    version_id: str | None = None
    is_latest: Needed[bool] = False
    size: Size = 0
    last_modified: dt.datetime | None = None
    etag: str | None = msgspec.field(name="ETag", default=None)
    storage_class: str | None = None
    owner: Owner | None = None


class MarkerItem(Item, frozen=True):
    key: Identity
    version_id: str | None = None
    is_latest: Needed[bool] = False
    last_modified: dt.datetime | None = None
    owner: Owner | None = None


class ListVersionsResult(Answer, frozen=True):
    version: list[VersionItem] = []
    delete_marker: list[MarkerItem] = []
    encoding_type: str | None = None
    is_truncated: Needed[bool] = False
    next_key_marker: str | None = None
    next_version_id_marker: str | None = None


class UploadItem(Item, frozen=True):
    key: Identity
    upload_id: Identity
    initiated: dt.datetime | None = None
    storage_class: str | None = None


class ListMultipartUploadsResult(Answer, frozen=True):
    upload: list[UploadItem] = []
    encoding_type: str | None = None
    is_truncated: Needed[bool] = False
    next_key_marker: str | None = None
    next_upload_id_marker: str | None = None


# Uploads in parts, copies, deletions


class InitiateMultipartUploadResult(Answer, frozen=True):
    upload_id: Identity


class CompleteMultipartUploadResult(Answer, frozen=True):
    etag: str = msgspec.field(name="ETag", default="")
    checksum_crc32: str | None = msgspec.field(name="ChecksumCRC32", default=None)


class CopyObjectResult(Answer, frozen=True):
    etag: str = msgspec.field(name="ETag", default="")
    last_modified: dt.datetime | None = None


class CopyPartResult(Answer, frozen=True):
    etag: str = msgspec.field(name="ETag", default="")


class DeleteError(Item, frozen=True):
    key: str = ""
    version_id: str | None = None
    code: str = ""
    message: str = ""


class DeleteResult(Answer, frozen=True):
    error: list[DeleteError] = []


# Settings of buckets and objects


class Tag(Item, frozen=True):
    key: Identity
    value: str = ""


class TagSet(Item, frozen=True):
    tag: list[Tag] = []


class Tagging(Setting, frozen=True):
    tag_set: TagSet | None = None


class VersioningConfiguration(Answer, frozen=True):
    status: str | None = None


class Grantee(Item, frozen=True):
    id: str | None = msgspec.field(name="ID", default=None)
    uri: str | None = msgspec.field(name="URI", default=None)
    email_address: str | None = None
    display_name: str | None = None
    # What AWS says by the attribute xsi:type; MinIO by an element besides.
    type: str | None = None


class GrantItem(Item, frozen=True):
    grantee: Grantee
    permission: Identity


class GrantList(Item, frozen=True):
    grant: list[GrantItem] = []


class AccessControlPolicy(Setting, frozen=True):
    owner: Owner | None = None
    access_control_list: GrantList | None = None


class FilterAnd(Item, frozen=True):
    prefix: str = ""
    tag: list[Tag] = []
    object_size_greater_than: Needed[int] | None = None
    object_size_less_than: Needed[int] | None = None


class RuleFilter(Item, frozen=True):
    prefix: str = ""
    # Without it a rule would be one for every object.
    tag: Needed[Tag] | None = None
    object_size_greater_than: Needed[int] | None = None
    object_size_less_than: Needed[int] | None = None
    and_: Needed[FilterAnd] | None = msgspec.field(name="And", default=None)


class Expiration(Item, frozen=True):
    days: Needed[int] | None = None
    date: Needed[dt.datetime] | None = None
    expired_object_delete_marker: Needed[bool] = False


class TransitionItem(Item, frozen=True):
    storage_class: str = ""
    days: Needed[int] | None = None
    date: Needed[dt.datetime] | None = None


class NoncurrentTransition(Item, frozen=True):
    storage_class: str = ""
    noncurrent_days: Needed[int] | None = None
    newer_noncurrent_versions: Needed[int] | None = None


class NoncurrentExpiration(Item, frozen=True):
    noncurrent_days: Needed[int] | None = None
    newer_noncurrent_versions: Needed[int] | None = None


class AbortUploads(Item, frozen=True):
    days_after_initiation: Needed[int] | None = None


class RuleItem(Item, frozen=True):
    # Whoever puts a rule back would switch it off.
    status: Identity
    id: str = msgspec.field(name="ID", default="")
    prefix: str = ""
    filter: Needed[RuleFilter] | None = None
    expiration: Needed[Expiration] | None = None
    transition: list[TransitionItem] = []
    noncurrent_version_expiration: Needed[NoncurrentExpiration] | None = None
    noncurrent_version_transition: list[NoncurrentTransition] = []
    abort_incomplete_multipart_upload: Needed[AbortUploads] | None = None


class LifecycleConfiguration(Setting, frozen=True):
    rule: list[RuleItem] = []


# Configurations of buckets


class CORSRuleItem(Item, frozen=True):
    # A rule that allows nothing is none that S3 would have kept.
    allowed_method: Needed[list[str]]
    allowed_origin: Needed[list[str]]
    allowed_header: Needed[list[str]] = []
    expose_header: Needed[list[str]] = []
    max_age_seconds: Needed[int] | None = None
    id: str | None = msgspec.field(name="ID", default=None)


class CORSConfiguration(Setting, frozen=True):
    rule: list[CORSRuleItem] = msgspec.field(name="CORSRule", default_factory=list[CORSRuleItem])


class DefaultEncryption(Item, frozen=True):
    algorithm: Identity = msgspec.field(name="SSEAlgorithm")
    kms_key: Needed[str] | None = msgspec.field(name="KMSMasterKeyID", default=None)


class BlockedEncryptionTypes(Item, frozen=True):
    encryption_type: Needed[list[str]] = []


class EncryptionRule(Item, frozen=True):
    default: Needed[DefaultEncryption] | None = msgspec.field(name="ApplyServerSideEncryptionByDefault", default=None)
    bucket_key_enabled: Needed[bool] = False
    blocked_encryption_types: Needed[BlockedEncryptionTypes] | None = None


class ServerSideEncryptionConfiguration(Setting, frozen=True):
    rule: list[EncryptionRule] = []


class IndexDocument(Item, frozen=True):
    suffix: Identity


class ErrorDocument(Item, frozen=True):
    key: Identity


class RedirectAll(Item, frozen=True):
    host_name: Identity
    protocol: Needed[str] | None = None


class RoutingCondition(Item, frozen=True):
    http_error_code_returned_equals: Needed[str] | None = None
    key_prefix_equals: Needed[str] | None = None


class RoutingRedirect(Item, frozen=True):
    host_name: Needed[str] | None = None
    http_redirect_code: Needed[str] | None = None
    protocol: Needed[str] | None = None
    replace_key_prefix_with: Needed[str] | None = None
    replace_key_with: Needed[str] | None = None


class RoutingRuleItem(Item, frozen=True):
    redirect: Needed[RoutingRedirect] | None = None
    condition: Needed[RoutingCondition] | None = None


class RoutingRules(Item, frozen=True):
    routing_rule: list[RoutingRuleItem] = []


class WebsiteConfiguration(Setting, frozen=True):
    index_document: Needed[IndexDocument] | None = None
    error_document: Needed[ErrorDocument] | None = None
    redirect_all_requests_to: Needed[RedirectAll] | None = None
    routing_rules: Needed[RoutingRules] | None = None


class PublicAccessBlockConfiguration(Setting, frozen=True):
    block_public_acls: Needed[bool] = False
    ignore_public_acls: Needed[bool] = False
    block_public_policy: Needed[bool] = False
    restrict_public_buckets: Needed[bool] = False


class NotificationFilterRule(Item, frozen=True):
    name: Identity
    value: str = ""


class NotificationKey(Item, frozen=True):
    filter_rule: list[NotificationFilterRule] = []


class NotificationFilter(Item, frozen=True):
    key: Needed[NotificationKey] | None = msgspec.field(name="S3Key", default=None)


class NotificationItem(Item, frozen=True):
    id: str | None = None
    event: Needed[list[str]] = []
    filter: Needed[NotificationFilter] | None = None


class TopicItem(NotificationItem, frozen=True, kw_only=True):
    topic: Identity


class QueueItem(NotificationItem, frozen=True, kw_only=True):
    queue: Identity


class FunctionItem(NotificationItem, frozen=True, kw_only=True):
    cloud_function: Identity


class EventBridge(Item, frozen=True):
    """Is there or not, and says nothing more."""


class NotificationConfiguration(Setting, frozen=True):
    topic_configuration: list[TopicItem] = []
    queue_configuration: list[QueueItem] = []
    cloud_function_configuration: list[FunctionItem] = []
    event_bridge_configuration: EventBridge | None = None


class PartitionedPrefix(Item, frozen=True):
    partition_date_source: Needed[str] | None = None


class SimplePrefix(Item, frozen=True):
    """How keys are made where nothing is said."""


class LogKeyFormat(Item, frozen=True):
    simple_prefix: SimplePrefix | None = None
    partitioned_prefix: Needed[PartitionedPrefix] | None = None


class LoggingEnabled(Item, frozen=True):
    target_bucket: Identity
    target_prefix: str = ""
    target_grants: Needed[GrantList] | None = None
    target_object_key_format: Needed[LogKeyFormat] | None = None
    # Ceph's gateway's own (PutBucketLogging in its documentation); it tells all but the filter always.
    logging_type: Needed[str] | None = None
    object_roll_time: Needed[int] | None = None
    records_batch_size: Needed[int] | None = None
    filter: Needed[NotificationFilter] | None = None


class BucketLoggingStatus(Setting, frozen=True):
    logging_enabled: Needed[LoggingEnabled] | None = None


# Locks


class DefaultRetention(Item, frozen=True):
    mode: Needed[str] | None = None
    days: Needed[int] | None = None
    years: Needed[int] | None = None


class LockRule(Item, frozen=True):
    default_retention: Needed[DefaultRetention] | None = None


class ObjectLockConfiguration(Setting, frozen=True):
    object_lock_enabled: str | None = None
    rule: Needed[LockRule] | None = None


class Retention(Setting, frozen=True):
    mode: Needed[str] | None = None
    retain_until_date: Needed[dt.datetime] | None = None


class LegalHold(Setting, frozen=True):
    status: Needed[str] | None = None


# What else is told of objects and uploads


class PartItem(Item, frozen=True):
    part_number: Annotated[int, msgspec.Meta(ge=1), NEEDED]
    size: Size = 0
    etag: str | None = msgspec.field(name="ETag", default=None)
    last_modified: dt.datetime | None = None
    checksum_crc32: str | None = msgspec.field(name="ChecksumCRC32", default=None)


class ListPartsResult(Answer, frozen=True):
    part: list[PartItem] = []
    is_truncated: Needed[bool] = False
    next_part_number_marker: Needed[int] | None = None


class Checksums(Item, frozen=True):
    crc32: str | None = msgspec.field(name="ChecksumCRC32", default=None)
    crc32c: str | None = msgspec.field(name="ChecksumCRC32C", default=None)
    crc64nvme: str | None = msgspec.field(name="ChecksumCRC64NVME", default=None)
    sha1: str | None = msgspec.field(name="ChecksumSHA1", default=None)
    sha256: str | None = msgspec.field(name="ChecksumSHA256", default=None)


class ObjectPart(Checksums, frozen=True, kw_only=True):
    part_number: Annotated[int, msgspec.Meta(ge=1), NEEDED]
    size: Size = 0


class WholeChecksums(Checksums, frozen=True):
    checksum_type: str | None = None


class ObjectParts(Item, frozen=True):
    parts_count: int | None = None
    is_truncated: Needed[bool] = False
    next_part_number_marker: Needed[int] | None = None
    part: list[ObjectPart] = []


class GetObjectAttributesOutput(Answer, frozen=True):
    etag: str | None = msgspec.field(name="ETag", default=None)
    checksum: WholeChecksums | None = None
    object_parts: ObjectParts | None = None
    storage_class: str | None = None
    object_size: Size | None = None
