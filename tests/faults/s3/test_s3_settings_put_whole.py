"""Settings that are read, changed and put back whole: what is not known here must not be lost on the way."""

from __future__ import annotations

from typing import Any

import pytest

from cumuli.errors import MalformedResponse
from cumuli.providers.aws.s3.configurations_xml import logging_document
from cumuli.providers.aws.s3.models import BucketLogging, CephLogging, LifecycleRule, Transition
from cumuli.testing.flavours import Flavour
from tests.faults.listings.canned import Answers, client_of

OBJ = ("bucket", "o")
LIFECYCLE = ("ex_get_bucket_lifecycle", "GetBucketLifecycleConfiguration", "bucket")
NOTIFICATIONS = ("ex_get_bucket_notification", "GetBucketNotificationConfiguration", "bucket")
CORS = ("ex_get_bucket_cors", "GetBucketCors", "bucket")
ENCRYPTION = ("ex_get_bucket_encryption", "GetBucketEncryption", "bucket")
WEBSITE = ("ex_get_bucket_website", "GetBucketWebsite", "bucket")
LOGGING = ("ex_get_bucket_logging", "GetBucketLogging", "bucket")
BLOCK = ("ex_get_public_access_block", "GetPublicAccessBlock", "bucket")
LOCK = ("ex_get_object_lock_configuration", "GetObjectLockConfiguration", "bucket")
RETENTION = ("ex_get_object_retention", "GetObjectRetention", OBJ)
ACL = ("ex_get_object_acl", "GetObjectAcl", OBJ)
TAGS = ("ex_get_object_tagging", "GetObjectTagging", OBJ)
HOLD = ("ex_get_object_legal_hold", "GetObjectLegalHold", OBJ)

XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
RULE = f"<LifecycleConfiguration {XMLNS}><Rule><ID>r</ID><Status>Enabled</Status>{{}}</Rule></LifecycleConfiguration>"
QUEUE = (
    f"<NotificationConfiguration {XMLNS}><QueueConfiguration><Id>q</Id><Queue>arn:q</Queue><Event>e</Event>{{}}"
    "</QueueConfiguration></NotificationConfiguration>"
)
LOGS = "<BucketLoggingStatus><LoggingEnabled><TargetBucket>l</TargetBucket>{}</LoggingEnabled></BucketLoggingStatus>"
LOCKED = (
    "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>{}"
    "</DefaultRetention></Rule></ObjectLockConfiguration>"
)
KEPT = "<Retention>{}</Retention>"
EVENTS = f"<NotificationConfiguration {XMLNS}>{{}}</NotificationConfiguration>"
PAGES = (
    "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>{}</CORSRule>"
    "</CORSConfiguration>"
)
ENCRYPTED = "<ServerSideEncryptionConfiguration><Rule>{}</Rule></ServerSideEncryptionConfiguration>"
SITE = (
    "<WebsiteConfiguration><RoutingRules><RoutingRule><Redirect/>{}</RoutingRule></RoutingRules></WebsiteConfiguration>"
)
BLOCKED = "<PublicAccessBlockConfiguration>{}</PublicAccessBlockConfiguration>"
GRANTED = (
    "<AccessControlPolicy><Owner><ID>o</ID><DisplayName>me</DisplayName></Owner><AccessControlList><Grant><Grantee>"
    "<ID>o</ID><DisplayName>me</DisplayName><Type>CanonicalUser</Type></Grantee><Permission>READ</Permission>{}</Grant>"
    "</AccessControlList></AccessControlPolicy>"
)
HELD = "<LegalHold><Status>OFF</Status>{}</LegalHold>"

# By where it stands: how the setting is read, the document, and what is put in there that is not known.
UNKNOWN: dict[str, tuple[tuple[str, str, Any], str, str]] = {
    # Ceph's own: rules of an archive, filters by metadata and tags, what a log was to hold before its release.
    "Rule.Filter.ArchiveZone": (
        LIFECYCLE,
        RULE,
        "<Filter><ArchiveZone/></Filter><Expiration><Days>1</Days></Expiration>",
    ),
    "QueueConfiguration.Filter.S3Tags": (
        NOTIFICATIONS,
        QUEUE,
        "<Filter><S3Tags><FilterRule><Name>a</Name><Value>b</Value></FilterRule></S3Tags></Filter>",
    ),
    "QueueConfiguration.Filter.S3Metadata": (NOTIFICATIONS, QUEUE, "<Filter><S3Metadata/></Filter>"),
    "LoggingEnabled.EventType": (LOGGING, LOGS, "<EventType>Read</EventType>"),
    # MinIO's own.
    "Rule.DelMarkerExpiration": (LIFECYCLE, RULE, "<DelMarkerExpiration><Days>1</Days></DelMarkerExpiration>"),
    # AWS's.
    "Rule.DefaultRetention.DefaultEventHold": (LOCK, LOCKED, "<DefaultEventHold>ON</DefaultEventHold>"),
    "EventHold": (RETENTION, KEPT, "<EventHold>ON</EventHold>"),
    "EventHoldDuration": (RETENTION, KEPT, "<EventHoldDuration><Days>1</Days></EventHoldDuration>"),
    # What may come.
    "Rule.Filter.And.Owner": (LIFECYCLE, RULE, "<Filter><And><Prefix>a</Prefix><Owner>o</Owner></And></Filter>"),
    "Rule.Filter.Prefix.Not": (LIFECYCLE, RULE, "<Filter><Prefix><Not>a</Not></Prefix></Filter>"),
    "Rule.Filter.item": (LIFECYCLE, RULE, "<Filter><item/></Filter>"),
    "EventBridgeConfiguration.Bus": (
        NOTIFICATIONS,
        EVENTS,
        "<EventBridgeConfiguration><Bus>b</Bus></EventBridgeConfiguration>",
    ),
    "CORSRule.OnlyFrom": (CORS, PAGES, "<OnlyFrom>x</OnlyFrom>"),
    "Rule.Only": (ENCRYPTION, ENCRYPTED, "<Only>x</Only>"),
    "RoutingRules.RoutingRule.Condition.Country": (WEBSITE, SITE, "<Condition><Country>x</Country></Condition>"),
    "BlockAll": (BLOCK, BLOCKED, "<BlockAll>true</BlockAll>"),
    "AccessControlList.Grant.Until": (ACL, GRANTED, "<Until>2040-01-01</Until>"),
    "TagSet.Tag.Locked": (TAGS, "<Tagging><TagSet><Tag><Key>a</Key>{}</Tag></TagSet></Tagging>", "<Locked/>"),
    "Until": (HOLD, HELD, "<Until>x</Until>"),
    # Of two where one is due, one would be lost.
    "a second Rule.Filter.Tag": (
        LIFECYCLE,
        RULE,
        "<Filter><Tag><Key>a</Key></Tag><Tag><Key>b</Key></Tag></Filter>",
    ),
    # Whatever its prefix.
    "Rule.Elsewhere": (LIFECYCLE, RULE.replace("xmlns=", "xmlns:s3="), "<s3:Elsewhere/>"),
}


async def told(flavour: Flavour, read: tuple[str, str, Any], document: str) -> Any:
    verb, operation, what = read
    answers = Answers()
    client = client_of("s3", flavour, answers)
    answers.show({operation: [document.encode()]}, {})
    try:
        return await getattr(client, verb)(what)
    finally:
        await client.aclose()


@pytest.mark.parametrize("path", UNKNOWN)
async def test_what_is_not_known_is_refused(flavour: Flavour, path: str) -> None:
    read, document, unknown = UNKNOWN[path]
    await told(flavour, read, document.format(""))
    with pytest.raises(MalformedResponse, match=f"has {path}, which is not known here.*ex_call") as caught:
        await told(flavour, read, document.format(unknown))
    assert caught.value.status == 200


async def test_what_says_nothing_more_is_taken(flavour: Flavour) -> None:
    simple = "<TargetPrefix/><TargetObjectKeyFormat><SimplePrefix/></TargetObjectKeyFormat>"
    found = await told(flavour, LOGGING, LOGS.format(simple))
    assert (found.target_container, found.partitioned_by) == ("l", None)
    assert (await told(flavour, NOTIFICATIONS, EVENTS.format("<EventBridgeConfiguration/>"))).event_bridge
    assert not (await told(flavour, NOTIFICATIONS, EVENTS.format(""))).event_bridge


# As Ceph's gateway answers (its rgw_bucket_logging.cc, which dumps it): all but the filter is always there.
CEPHS = (
    "<TargetPrefix>p/</TargetPrefix><ObjectRollTime>300</ObjectRollTime>{}<RecordsBatchSize>0</RecordsBatchSize>"
    "<TargetObjectKeyFormat><SimplePrefix></SimplePrefix></TargetObjectKeyFormat>"
)
JOURNAL = (
    "<LoggingType>Journal</LoggingType><Filter><S3Key><FilterRule><Name>prefix</Name><Value>a/&amp;</Value></FilterRule>"
    "<FilterRule><Name>suffix</Name><Value>.csv</Value></FilterRule><FilterRule><Name>regex</Name><Value>[a-z]+</Value>"
    "</FilterRule></S3Key></Filter>"
)


@pytest.mark.parametrize(
    ("inside", "ceph"),
    [
        ("<LoggingType>Standard</LoggingType>", CephLogging(records="Standard", roll_time=300, batch_size=0)),
        ("<LoggingType></LoggingType>", CephLogging(roll_time=300, batch_size=0)),
        (
            JOURNAL,
            CephLogging(records="Journal", roll_time=300, batch_size=0, prefix="a/&", suffix=".csv", regex="[a-z]+"),
        ),
    ],
)
async def test_logs_of_cephs_are_put_back_whole(flavour: Flavour, inside: str, ceph: CephLogging) -> None:
    document = LOGS.format(CEPHS.format(inside))
    found = await told(flavour, LOGGING, document)
    assert found == BucketLogging(target_container="l", target_prefix="p/", ceph=ceph)
    assert await told(flavour, LOGGING, logging_document(found).decode()) == found
    plain = BucketLogging(target_container="l")
    assert await told(flavour, LOGGING, logging_document(plain).decode()) == plain


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ("<LoggingType>Short</LoggingType>", "of the type 'Short'"),
        (JOURNAL.replace("regex", "size"), "a filter that is not known here"),
        ("<ObjectRollTime>soon</ObjectRollTime>", "ObjectRollTime"),
    ],
)
async def test_logs_of_cephs_that_are_not_known_are_refused(flavour: Flavour, inside: str, says: str) -> None:
    with pytest.raises(MalformedResponse, match=says):
        await told(flavour, LOGGING, LOGS.format(inside))


async def test_old_versions_that_stay_where_they_are(flavour: Flavour) -> None:
    inside = (
        "<NoncurrentVersionTransition><NoncurrentDays>3</NoncurrentDays><StorageClass>GLACIER</StorageClass>"
        "<NewerNoncurrentVersions>4</NewerNoncurrentVersions></NoncurrentVersionTransition>"
    )
    transition = Transition(storage_class="GLACIER", days=3, keep_old=4)
    assert await told(flavour, LIFECYCLE, RULE.format(inside)) == [LifecycleRule(id="r", old_transitions=(transition,))]
