"""Configurations of buckets: CORS, encryption, websites, what is public, notifications, logs, locks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from cumuli.errors import NotFound
from cumuli.providers.aws.s3 import wire
from cumuli.providers.aws.s3.calls import S3Calls
from cumuli.providers.aws.s3.configurations_xml import (
    access_block_document,
    access_block_of,
    cors_document,
    cors_of,
    encryption_document,
    encryption_of,
    lock_document,
    lock_of,
    logging_document,
    logging_of,
    notifications_document,
    notifications_of,
    website_document,
    website_of,
)
from cumuli.providers.aws.s3.headers import xml_headers
from cumuli.providers.aws.s3.models import (
    BucketEncryption,
    BucketLogging,
    BucketNotifications,
    BucketWebsite,
    CORSRule,
    ObjectLock,
    PublicAccessBlock,
)

__all__ = ["Configurations"]

A = TypeVar("A", bound=wire.Answer)


class Configurations:
    """The calls on configurations of buckets."""

    def __init__(self, calls: S3Calls) -> None:
        self._calls = calls

    async def get_cors(self, container: str) -> list[CORSRule]:
        found = await self._get(wire.CORSConfiguration, "GetBucketCors", container, "cors", "NoSuchCORSConfiguration")
        return [] if found is None else cors_of(found)

    async def put_cors(self, container: str, rules: Sequence[CORSRule]) -> None:
        await self._put("PutBucketCors", container, "cors", cors_document(rules))

    async def delete_cors(self, container: str) -> None:
        await self._delete("DeleteBucketCors", container, "cors")

    async def get_encryption(self, container: str) -> BucketEncryption | None:
        found = await self._get(
            wire.ServerSideEncryptionConfiguration,
            "GetBucketEncryption",
            container,
            "encryption",
            "ServerSideEncryptionConfigurationNotFoundError",
        )
        return None if found is None else encryption_of(found)

    async def put_encryption(self, container: str, encryption: BucketEncryption) -> None:
        await self._put("PutBucketEncryption", container, "encryption", encryption_document(encryption))

    async def delete_encryption(self, container: str) -> None:
        await self._delete("DeleteBucketEncryption", container, "encryption")

    async def get_website(self, container: str) -> BucketWebsite | None:
        found = await self._get(
            wire.WebsiteConfiguration, "GetBucketWebsite", container, "website", "NoSuchWebsiteConfiguration"
        )
        return None if found is None else website_of(found)

    async def put_website(self, container: str, website: BucketWebsite) -> None:
        await self._put("PutBucketWebsite", container, "website", website_document(website))

    async def delete_website(self, container: str) -> None:
        await self._delete("DeleteBucketWebsite", container, "website")

    async def get_access_block(self, container: str) -> PublicAccessBlock | None:
        found = await self._get(
            wire.PublicAccessBlockConfiguration,
            "GetPublicAccessBlock",
            container,
            "publicAccessBlock",
            "NoSuchPublicAccessBlockConfiguration",
        )
        return None if found is None else access_block_of(found)

    async def put_access_block(self, container: str, block: PublicAccessBlock) -> None:
        await self._put("PutPublicAccessBlock", container, "publicAccessBlock", access_block_document(block))

    async def delete_access_block(self, container: str) -> None:
        await self._delete("DeletePublicAccessBlock", container, "publicAccessBlock")

    async def get_notifications(self, container: str) -> BucketNotifications:
        operation = "GetBucketNotificationConfiguration"
        answer = await self._calls.send(operation, "GET", container, query="notification")
        # By its former name in moto's answers.
        found = self._calls.read(wire.NotificationConfiguration, "GetBucketNotification", answer)
        # An element without content, which the decoder takes for none.
        return notifications_of(found, event_bridge=b"<EventBridgeConfiguration" in answer.body)

    async def put_notifications(self, container: str, notifications: BucketNotifications) -> None:
        body = notifications_document(notifications)
        # The only one that S3 asks no hash for.
        headers = [("Content-Type", "application/xml")]
        operation = "PutBucketNotificationConfiguration"
        await self._calls.send(operation, "PUT", container, query="notification", headers=headers, body=body)

    async def get_logging(self, container: str) -> BucketLogging | None:
        return logging_of(
            await self._calls.ask(wire.BucketLoggingStatus, "GetBucketLogging", "GET", container, query="logging")
        )

    async def put_logging(self, container: str, log: BucketLogging | None) -> None:
        await self._put("PutBucketLogging", container, "logging", logging_document(log))

    async def get_lock(self, container: str) -> ObjectLock | None:
        found = await self._get(
            wire.ObjectLockConfiguration,
            "GetObjectLockConfiguration",
            container,
            "object-lock",
            "ObjectLockConfigurationNotFoundError",
        )
        return None if found is None else lock_of(found)

    async def put_lock(self, container: str, lock: ObjectLock) -> None:
        await self._put("PutObjectLockConfiguration", container, "object-lock", lock_document(lock))

    async def _get(self, kind: type[A], operation: str, container: str, query: str, missing: str) -> A | None:
        """A configuration, or None where the bucket has none, which the code ``missing`` tells."""
        try:
            return await self._calls.ask(kind, operation, "GET", container, query=query)
        except NotFound as error:
            if error.code == missing:
                return None
            raise

    async def _put(self, operation: str, container: str, query: str, body: bytes) -> None:
        await self._calls.send(operation, "PUT", container, query=query, headers=xml_headers(body), body=body)

    async def _delete(self, operation: str, container: str, query: str) -> None:
        await self._calls.send(operation, "DELETE", container, query=query)
