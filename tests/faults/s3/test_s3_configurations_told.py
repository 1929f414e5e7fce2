"""What is read of configurations, locks and attributes, where no server of the tests answers so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cumuli.errors import InvalidRequest, MalformedResponse
from cumuli.providers.aws.s3.client import S3
from cumuli.providers.aws.s3.configurations_xml import moment_text
from cumuli.providers.aws.s3.models import (
    BucketEncryption,
    BucketLogging,
    BucketNotifications,
    Grant,
    NotificationRule,
    ObjectPart,
    Retention,
)
from cumuli.testing.flavours import Flavour
from tests.faults.listings.canned import Answers, client_of

UNTIL = dt.datetime(2040, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
OBJ = ("bucket", "o")


async def told(flavour: Flavour, verb: str, operation: str, *documents: str, obj: Any = "bucket") -> Any:
    """What a method makes of these answers."""
    answers = Answers()
    client = client_of("s3", flavour, answers)
    answers.show({operation: [document.encode() for document in documents]}, {})
    try:
        return await getattr(client, verb)(obj)
    finally:
        await client.aclose()


async def test_retention(flavour: Flavour) -> None:
    document = (
        "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2040-01-02T03:04:05.000Z</RetainUntilDate></Retention>"
    )
    found = await told(flavour, "ex_get_object_retention", "GetObjectRetention", document, obj=OBJ)
    assert found == Retention(mode="COMPLIANCE", until=UNTIL)
    assert await told(flavour, "ex_get_object_retention", "GetObjectRetention", "<Retention/>", obj=OBJ) is None
    for odd in (
        document.replace("COMPLIANCE", "FRIENDLY"),
        document.replace("2040-01-02T03:04:05.000Z", "tomorrow"),
    ):
        with pytest.raises(MalformedResponse):
            await told(flavour, "ex_get_object_retention", "GetObjectRetention", odd, obj=OBJ)


def notified(inside: str) -> tuple[str, str, str]:
    return (
        "ex_get_bucket_notification",
        "GetBucketNotificationConfiguration",
        f"<NotificationConfiguration>{inside}</NotificationConfiguration>",
    )


async def test_notifications(flavour: Flavour) -> None:
    filters = (
        "<Filter><S3Key><FilterRule><Name>Prefix</Name><Value>a/</Value></FilterRule>"
        "<FilterRule><Name>Suffix</Name><Value>.jpg</Value></FilterRule></S3Key></Filter>"
    )
    inside = (
        "<TopicConfiguration><Id>t</Id><Topic>arn:t</Topic><Event>s3:ObjectCreated:*</Event></TopicConfiguration>"
        f"<QueueConfiguration><Id>q</Id><Queue>arn:q</Queue><Event>a</Event><Event>b</Event>{filters}"
        "</QueueConfiguration><EventBridgeConfiguration/>"
    )
    assert await told(flavour, *notified(inside)) == BucketNotifications(
        rules=(
            NotificationRule(kind="topic", target="arn:t", events=("s3:ObjectCreated:*",), id="t"),
            NotificationRule(kind="queue", target="arn:q", events=("a", "b"), prefix="a/", suffix=".jpg", id="q"),
        ),
        event_bridge=True,
    )
    with pytest.raises(MalformedResponse, match="filter that is not known"):
        await told(flavour, *notified(inside.replace("Suffix", "Size")))
    with pytest.raises(MalformedResponse):
        await told(flavour, *notified(inside.replace("<Queue>arn:q</Queue>", "")))


async def test_encryption_and_logs(flavour: Flavour) -> None:
    rule = "<Rule><BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule>"
    document = f"<ServerSideEncryptionConfiguration>{rule}</ServerSideEncryptionConfiguration>"
    read = ("ex_get_bucket_encryption", "GetBucketEncryption")
    assert await told(flavour, *read, document) == BucketEncryption(algorithm=None, blocked=("SSE-C",))
    with pytest.raises(MalformedResponse, match="several"):
        await told(flavour, *read, document.replace(rule, rule * 2))
    document = (
        "<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket><TargetPrefix>p/</TargetPrefix>"
        "<TargetGrants><Grant><Grantee><ID>me</ID></Grantee><Permission>READ</Permission></Grant></TargetGrants>"
        "<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>EventTime</PartitionDateSource>"
        "</PartitionedPrefix></TargetObjectKeyFormat></LoggingEnabled></BucketLoggingStatus>"
    )
    assert await told(flavour, "ex_get_bucket_logging", "GetBucketLogging", document) == BucketLogging(
        target_container="logs",
        target_prefix="p/",
        partitioned_by="EventTime",
        grants=(Grant(permission="READ", id="me"),),
    )
    with pytest.raises(MalformedResponse):
        await told(flavour, "ex_get_bucket_logging", "GetBucketLogging", document.replace("EventTime", "Someday"))


def part(number: int) -> str:
    return f"<Part><PartNumber>{number}</PartNumber><Size>5</Size><ChecksumCRC32>AAAAAQ==</ChecksumCRC32></Part>"


def attributes(first: int, *, more: bool, behind: int) -> str:
    return (
        "<GetObjectAttributesResponse><ETag>e</ETag><Checksum><ChecksumCRC32>AAAAAQ==-3</ChecksumCRC32>"
        "<ChecksumType>COMPOSITE</ChecksumType></Checksum><ObjectSize>15</ObjectSize><ObjectParts>"
        f"<PartsCount>3</PartsCount><IsTruncated>{str(more).lower()}</IsTruncated>"
        f"<NextPartNumberMarker>{behind}</NextPartNumberMarker>{part(first)}</ObjectParts></GetObjectAttributesResponse>"
    )


async def test_attributes_come_in_pages(flavour: Flavour) -> None:
    read = ("ex_get_object_attributes", "GetObjectAttributes")
    pages = [attributes(number, more=number < 3, behind=number) for number in (1, 2, 3)]
    found = await told(flavour, *read, *pages, obj=OBJ)
    assert (found.size, found.etag, found.part_count, found.whole) == (15, "e", 3, False)
    assert found.checksums == {"crc32": "00000001-3"}
    assert found.parts == tuple(
        ObjectPart(number=number, size=5, checksums={"crc32": "00000001"}) for number in (1, 2, 3)
    )
    with pytest.raises(MalformedResponse, match="go on"):
        await told(flavour, *read, attributes(1, more=True, behind=1), obj=OBJ)


def test_a_retention_is_never_shorter_than_was_asked() -> None:

    assert moment_text(UNTIL) == "2040-01-02T03:04:05.000Z"
    assert moment_text(UNTIL + dt.timedelta(microseconds=1)) == "2040-01-02T03:04:05.001Z"
    assert moment_text(UNTIL + dt.timedelta(microseconds=999_001)) == "2040-01-02T03:04:06.000Z"
    east = dt.timezone(dt.timedelta(hours=3))
    assert moment_text(UNTIL.astimezone(east)) == "2040-01-02T03:04:05.000Z"


def test_what_cannot_be_locked_is_refused_before_anything_is_sent() -> None:
    with S3("k", "s", region="eu-west-1") as cloud, pytest.raises(InvalidRequest, match="time zone"):
        cloud.ex_put_object_retention(OBJ, Retention(mode="GOVERNANCE", until=UNTIL.replace(tzinfo=None)))
