"""The XML that configurations of buckets and locks of objects are written in, and what is read of it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, cast

from cumuli.errors import InvalidRequest, MalformedResponse
from cumuli.providers.aws.s3 import wire
from cumuli.providers.aws.s3.models import (
    BucketEncryption,
    BucketLogging,
    BucketNotifications,
    BucketWebsite,
    CephLogging,
    CORSRule,
    LockMode,
    NotificationRule,
    ObjectLock,
    PublicAccessBlock,
    Retention,
    WebsiteRedirect,
)
from cumuli.providers.aws.s3.names import xml_text
from cumuli.providers.aws.s3.settings_xml import document, grants_of, grants_text, wrapped
from cumuli.wire.timestamps import utc

__all__ = [
    "access_block_document",
    "access_block_of",
    "cors_document",
    "cors_of",
    "encryption_document",
    "encryption_of",
    "legal_hold_document",
    "lock_document",
    "lock_of",
    "logging_document",
    "logging_of",
    "moment_text",
    "notifications_document",
    "notifications_of",
    "retention_document",
    "retention_of",
    "website_document",
    "website_of",
]

# Element by element of a notification's target: the outer one, the target's own, and what it is called here.
TARGETS: dict[Literal["topic", "queue", "function"], tuple[str, str]] = {
    "topic": ("TopicConfiguration", "Topic"),
    "queue": ("QueueConfiguration", "Queue"),
    "function": ("CloudFunctionConfiguration", "CloudFunction"),
}


# Pages of other places


def cors_of(answer: wire.CORSConfiguration) -> list[CORSRule]:
    """The rules for pages of other places."""
    return [
        CORSRule(
            allowed_methods=tuple(item.allowed_method),
            allowed_origins=tuple(item.allowed_origin),
            allowed_headers=tuple(item.allowed_header),
            expose_headers=tuple(item.expose_header),
            max_age_seconds=item.max_age_seconds,
            id=item.id,
        )
        for item in answer.rule
    ]


def cors_document(rules: Sequence[CORSRule]) -> bytes:
    """The rules as they are put.

    Raises:
        InvalidRequest: There are none, or one allows nothing.
    """
    if not rules:
        raise InvalidRequest("there are no rules; to remove those of a bucket, use ex_delete_bucket_cors")
    if not all(rule.allowed_methods and rule.allowed_origins for rule in rules):
        raise InvalidRequest("a CORSRule has at least one of allowed_methods and one of allowed_origins")
    return document("CORSConfiguration", "".join(map(_cors_rule, rules)))


def _cors_rule(rule: CORSRule) -> str:
    inside = _optional("ID", rule.id)
    for element, values in (
        ("AllowedHeader", rule.allowed_headers),
        ("AllowedMethod", rule.allowed_methods),
        ("AllowedOrigin", rule.allowed_origins),
        ("ExposeHeader", rule.expose_headers),
    ):
        inside += _each(element, values)
    if rule.max_age_seconds is not None:
        inside += wrapped("MaxAgeSeconds", rule.max_age_seconds)
    return wrapped("CORSRule", inside)


# Encryption


def encryption_of(answer: wire.ServerSideEncryptionConfiguration) -> BucketEncryption | None:
    """How a bucket encrypts.

    Raises:
        MalformedResponse: There are several rules, of which S3 knows no more than one.
    """
    if len(answer.rule) > 1:
        raise MalformedResponse("a bucket has several rules of encryption; read them by ex_call")
    if not answer.rule:
        return None
    [rule] = answer.rule
    return BucketEncryption(
        algorithm=rule.default.algorithm if rule.default else None,
        kms_key=rule.default.kms_key if rule.default else None,
        bucket_key=rule.bucket_key_enabled,
        blocked=tuple(rule.blocked_encryption_types.encryption_type) if rule.blocked_encryption_types else (),
    )


def encryption_document(encryption: BucketEncryption) -> bytes:
    """How a bucket encrypts, as it is put.

    Raises:
        InvalidRequest: It names a key for an algorithm without one.
    """
    if encryption.kms_key is not None and not (encryption.algorithm or "").startswith("aws:"):
        raise InvalidRequest('kms_key goes with the algorithm "aws:kms" or "aws:kms:dsse"')
    inside = ""
    if encryption.algorithm is not None:
        default = wrapped("SSEAlgorithm", xml_text(encryption.algorithm))
        default += _optional("KMSMasterKeyID", encryption.kms_key)
        inside = wrapped("ApplyServerSideEncryptionByDefault", default)
        inside += wrapped("BucketKeyEnabled", _truth(encryption.bucket_key))
    if encryption.blocked:
        inside += wrapped("BlockedEncryptionTypes", _each("EncryptionType", encryption.blocked))
    return document("ServerSideEncryptionConfiguration", wrapped("Rule", inside))


# Websites


def website_of(answer: wire.WebsiteConfiguration) -> BucketWebsite:
    """How a bucket serves a website."""
    everything = answer.redirect_all_requests_to
    rules = answer.routing_rules.routing_rule if answer.routing_rules else []
    return BucketWebsite(
        index_document=answer.index_document.suffix if answer.index_document else None,
        error_document=answer.error_document.key if answer.error_document else None,
        redirects=tuple(map(_redirect_of, rules)),
        redirect_all_to=everything.host_name if everything else None,
        redirect_all_protocol=everything.protocol if everything else None,
    )


def _redirect_of(item: wire.RoutingRuleItem) -> WebsiteRedirect:
    condition = item.condition or wire.RoutingCondition()
    redirect = item.redirect or wire.RoutingRedirect()
    return WebsiteRedirect(
        key_prefix=condition.key_prefix_equals,
        error_code=condition.http_error_code_returned_equals,
        host_name=redirect.host_name,
        protocol=redirect.protocol,
        status=redirect.http_redirect_code,
        replace_key_prefix=redirect.replace_key_prefix_with,
        replace_key=redirect.replace_key_with,
    )


def website_document(website: BucketWebsite) -> bytes:
    """How a bucket serves a website, as it is put.

    Raises:
        InvalidRequest: It says nothing, or two things at once.
    """
    others = website.index_document or website.error_document or website.redirects
    if (website.redirect_all_to is None) == (website.index_document is None) or (website.redirect_all_to and others):
        raise InvalidRequest(
            "a website has an index_document, or redirect_all_to and nothing else; give one of the two"
        )
    if website.redirect_all_to is not None:
        inside = wrapped("HostName", xml_text(website.redirect_all_to))
        inside += _optional("Protocol", website.redirect_all_protocol)
        return document("WebsiteConfiguration", wrapped("RedirectAllRequestsTo", inside))
    inside = (
        wrapped("ErrorDocument", wrapped("Key", xml_text(website.error_document))) if website.error_document else ""
    )
    inside += wrapped("IndexDocument", wrapped("Suffix", xml_text(website.index_document or "")))
    if website.redirects:
        inside += wrapped("RoutingRules", "".join(map(_routing_rule, website.redirects)))
    return document("WebsiteConfiguration", inside)


def _routing_rule(rule: WebsiteRedirect) -> str:
    condition = _optional("HttpErrorCodeReturnedEquals", rule.error_code)
    condition += _optional("KeyPrefixEquals", rule.key_prefix)
    redirect = _optional("HostName", rule.host_name)
    redirect += _optional("HttpRedirectCode", rule.status)
    redirect += _optional("Protocol", rule.protocol)
    redirect += _optional("ReplaceKeyPrefixWith", rule.replace_key_prefix)
    redirect += _optional("ReplaceKeyWith", rule.replace_key)
    if not redirect or (rule.replace_key_prefix is not None and rule.replace_key is not None):
        raise InvalidRequest(
            "a WebsiteRedirect changes something, and one of replace_key_prefix and replace_key at most"
        )
    return wrapped(
        "RoutingRule", (wrapped("Condition", condition) if condition else "") + wrapped("Redirect", redirect)
    )


# What is public


def access_block_of(answer: wire.PublicAccessBlockConfiguration) -> PublicAccessBlock:
    """What keeps a bucket from becoming public."""
    return PublicAccessBlock(
        block_public_acls=answer.block_public_acls,
        ignore_public_acls=answer.ignore_public_acls,
        block_public_policy=answer.block_public_policy,
        restrict_public_buckets=answer.restrict_public_buckets,
    )


def access_block_document(block: PublicAccessBlock) -> bytes:
    """The same as it is put."""
    inside = wrapped("BlockPublicAcls", _truth(block.block_public_acls))
    inside += wrapped("IgnorePublicAcls", _truth(block.ignore_public_acls))
    inside += wrapped("BlockPublicPolicy", _truth(block.block_public_policy))
    inside += wrapped("RestrictPublicBuckets", _truth(block.restrict_public_buckets))
    return document("PublicAccessBlockConfiguration", inside)


# Notifications and logs


def notifications_of(answer: wire.NotificationConfiguration, *, event_bridge: bool) -> BucketNotifications:
    """Who is told of what happens.

    Args:
        answer: What was read.
        event_bridge: Whether the answer has the empty element that stands for EventBridge.

    Raises:
        MalformedResponse: A rule says something that is not known here; put back, it would be another one.
    """
    rules = [_notification("topic", item.topic, item) for item in answer.topic_configuration]
    rules += [_notification("queue", item.queue, item) for item in answer.queue_configuration]
    rules += [_notification("function", item.cloud_function, item) for item in answer.cloud_function_configuration]
    return BucketNotifications(rules=tuple(rules), event_bridge=event_bridge)


def _notification(
    kind: Literal["topic", "queue", "function"], target: str, item: wire.NotificationItem
) -> NotificationRule:
    found = item.filter.key.filter_rule if item.filter and item.filter.key else []
    # S3 answers with both cases of these words, as they were put.
    filters = {rule.name.lower(): rule.value for rule in found}
    if not filters.keys() <= {"prefix", "suffix"}:
        raise MalformedResponse(
            f"the notification {item.id} has a filter that is not known here: {sorted(filters)}; "
            "read and change this setting by ex_call"
        )
    return NotificationRule(
        kind=kind,
        target=target,
        events=tuple(item.event),
        prefix=filters.get("prefix", ""),
        suffix=filters.get("suffix", ""),
        id=item.id,
    )


def notifications_document(notifications: BucketNotifications) -> bytes:
    """Who is told, as it is put.

    Raises:
        InvalidRequest: A rule has no target, or nothing to tell.
    """
    inside = ""
    for rule in notifications.rules:
        if rule.kind not in TARGETS or not rule.target or not rule.events:
            raise InvalidRequest(
                f"a NotificationRule has a kind ({', '.join(TARGETS)}), the target's ARN and at least one event"
            )
        outer, element = TARGETS[rule.kind]
        text = _optional("Id", rule.id) + wrapped(element, xml_text(rule.target)) + _each("Event", rule.events)
        filters = _filter_rules({"prefix": rule.prefix, "suffix": rule.suffix})
        if filters:
            text += wrapped("Filter", wrapped("S3Key", filters))
        inside += wrapped(outer, text)
    if notifications.event_bridge:
        inside += "<EventBridgeConfiguration></EventBridgeConfiguration>"
    return document("NotificationConfiguration", inside)


def logging_of(answer: wire.BucketLoggingStatus) -> BucketLogging | None:
    """Where requests are written down, or None: nowhere."""
    enabled = answer.logging_enabled
    if enabled is None:
        return None
    how = enabled.target_object_key_format
    partitioned = how.partitioned_prefix if how else None
    source = partitioned.partition_date_source if partitioned else None
    if source not in {None, "EventTime", "DeliveryTime"}:
        raise MalformedResponse(f"logs are partitioned by {source!r}, which is not known here; read it by ex_call")
    return BucketLogging(
        target_container=enabled.target_bucket,
        target_prefix=enabled.target_prefix,
        partitioned_by=cast("Literal['EventTime', 'DeliveryTime'] | None", source),
        grants=grants_of(enabled.target_grants),
        ceph=_ceph_logging(enabled),
    )


def _ceph_logging(enabled: wire.LoggingEnabled) -> CephLogging | None:
    """What Ceph's gateway says besides, or None."""
    told = (enabled.logging_type, enabled.object_roll_time, enabled.records_batch_size, enabled.filter)
    if told == (None,) * 4:
        return None
    if enabled.logging_type not in {None, "", "Standard", "Journal"}:
        raise MalformedResponse(
            f"logs are of the type {enabled.logging_type!r}, which is not known here; read and change this setting by "
            "ex_call"
        )
    found = enabled.filter.key.filter_rule if enabled.filter and enabled.filter.key else []
    filters = {rule.name.lower(): rule.value for rule in found}
    if not filters.keys() <= {"prefix", "suffix", "regex"}:
        raise MalformedResponse(
            f"logs have a filter that is not known here: {sorted(filters)}; read and change this setting by ex_call"
        )
    return CephLogging(
        records=cast("Literal['Standard', 'Journal'] | None", enabled.logging_type or None),
        roll_time=enabled.object_roll_time,
        batch_size=enabled.records_batch_size,
        prefix=filters.get("prefix", ""),
        suffix=filters.get("suffix", ""),
        regex=filters.get("regex", ""),
    )


def logging_document(log: BucketLogging | None) -> bytes:
    """Where requests are to be written down, as it is put; None for nowhere.

    Raises:
        InvalidRequest: A grant has no grantee, or several.
    """
    if log is None:
        return document("BucketLoggingStatus", "")
    inside = wrapped("TargetBucket", xml_text(log.target_container))
    if log.grants:
        inside += wrapped("TargetGrants", grants_text(log.grants))
    inside += wrapped("TargetPrefix", xml_text(log.target_prefix))
    if log.partitioned_by is not None:
        source = wrapped("PartitionDateSource", xml_text(log.partitioned_by))
        inside += wrapped("TargetObjectKeyFormat", wrapped("PartitionedPrefix", source))
    if log.ceph is not None:
        inside += _ceph_text(log.ceph)
    return document("BucketLoggingStatus", wrapped("LoggingEnabled", inside))


def _ceph_text(log: CephLogging) -> str:
    numbers = (("ObjectRollTime", log.roll_time), ("RecordsBatchSize", log.batch_size))
    text = _optional("LoggingType", log.records)
    text += "".join(wrapped(element, number) for element, number in numbers if number is not None)
    filters = _filter_rules({"prefix": log.prefix, "suffix": log.suffix, "regex": log.regex})
    return text + (wrapped("Filter", wrapped("S3Key", filters)) if filters else "")


def _filter_rules(filters: Mapping[str, str]) -> str:
    """Filters by the names of objects, those that are not empty."""
    return "".join(
        wrapped("FilterRule", wrapped("Name", name) + wrapped("Value", xml_text(value)))
        for name, value in filters.items()
        if value
    )


# Locks


def lock_of(answer: wire.ObjectLockConfiguration) -> ObjectLock | None:
    """The lock of a bucket, or None where it has none."""
    if answer.object_lock_enabled != "Enabled":
        return None
    default = (answer.rule.default_retention if answer.rule else None) or wire.DefaultRetention()
    mode = None if default.mode is None else _mode(default.mode)
    return ObjectLock(mode=mode, days=default.days or None, years=default.years or None)


def lock_document(lock: ObjectLock) -> bytes:
    """The lock of a bucket as it is put.

    Raises:
        InvalidRequest: How long, or how hard, is not said, or said twice.
    """
    inside = wrapped("ObjectLockEnabled", "Enabled")
    if (lock.mode is not None) != ((lock.days is not None) + (lock.years is not None) == 1) or (
        lock.days is not None and lock.years is not None
    ):
        raise InvalidRequest("an ObjectLock has a mode and one of days and years, or none of the three")
    if lock.mode is not None:
        length = wrapped("Days", lock.days) if lock.days is not None else wrapped("Years", lock.years)
        inside += wrapped("Rule", wrapped("DefaultRetention", wrapped("Mode", xml_text(lock.mode)) + length))
    return document("ObjectLockConfiguration", inside)


def retention_of(answer: wire.Retention) -> Retention | None:
    """Until when a version is kept, or None."""
    until = utc(answer.retain_until_date)
    return None if answer.mode is None or until is None else Retention(mode=_mode(answer.mode), until=until)


def retention_document(retention: Retention | None) -> bytes:
    """Until when a version is to be kept, as it is put; None for no longer.

    Raises:
        InvalidRequest: The moment has no time zone.
    """
    if retention is None:
        return document("Retention", "")
    until = wrapped("RetainUntilDate", moment_text(retention.until))
    return document("Retention", wrapped("Mode", xml_text(retention.mode)) + until)


def legal_hold_document(*, enabled: bool) -> bytes:
    """Whether a version is kept until somebody says otherwise, as it is put."""
    return document("LegalHold", wrapped("Status", "ON" if enabled else "OFF"))


def moment_text(moment: dt.datetime) -> str:
    """A moment of a retention, in milliseconds, rounded up: never shorter than was asked.

    Raises:
        InvalidRequest: It has no time zone.
    """
    if moment.tzinfo is None:
        raise InvalidRequest("the end of a Retention has no time zone; give an aware datetime, for example in UTC")
    moment = moment.astimezone(dt.UTC) + dt.timedelta(microseconds=999)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _mode(text: str) -> LockMode:
    if text not in {"GOVERNANCE", "COMPLIANCE"}:
        raise MalformedResponse(f"a lock has the mode {text!r}, which is not known here")
    return cast("LockMode", text)


def _optional(element: str, value: str | None) -> str:
    return "" if value is None else wrapped(element, xml_text(value))


def _each(element: str, values: Iterable[str]) -> str:
    return "".join(wrapped(element, xml_text(value)) for value in values)


def _truth(value: bool) -> str:
    return "true" if value else "false"
