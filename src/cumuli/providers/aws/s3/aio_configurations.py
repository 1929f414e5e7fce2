"""``AsyncS3Configurations``: the part of S3's client that is about configurations of buckets."""

from __future__ import annotations

from collections.abc import Sequence

from cumuli.providers.aws.s3.dialect import Feature
from cumuli.providers.aws.s3.driver import S3Driver
from cumuli.providers.aws.s3.models import (
    BucketEncryption,
    BucketLogging,
    BucketNotifications,
    BucketWebsite,
    CORSRule,
    ObjectLock,
    PublicAccessBlock,
    S3Container,
    S3Object,
)
from cumuli.storage.aio import AsyncStorage
from cumuli.storage.models import Container

__all__ = ["AsyncS3Configurations"]


class AsyncS3Configurations(AsyncStorage[S3Container, S3Object]):
    """Configurations of buckets. Each is read and put whole: what is put takes the place of what was there."""

    _s3: S3Driver

    # Pages of other places

    async def ex_get_bucket_cors(self, container: Container | str) -> list[CORSRule]:
        """Which pages of other places a browser may let ask for a bucket's objects; empty for none.

        S3's operation: ``GetBucketCors``.
        """
        self._s3.dialect.require(Feature.CORS)
        return await self._do(self._s3.configurations.get_cors(self._container(container)))

    async def ex_put_bucket_cors(self, container: Container | str, rules: Sequence[CORSRule]) -> None:
        """Say which pages of other places a browser may let ask for a bucket's objects.

        S3's operation: ``PutBucketCors``.

        Args:
            container: The bucket.
            rules: At least one; the first that fits a request holds.

        Raises:
            InvalidRequest: A rule allows nothing, or S3 does not understand it.
        """
        self._s3.dialect.require(Feature.CORS)
        await self._do(self._s3.configurations.put_cors(self._container(container), rules))

    async def ex_delete_bucket_cors(self, container: Container | str) -> None:
        """Let pages of other places no longer ask for a bucket's objects. S3's operation: ``DeleteBucketCors``."""
        self._s3.dialect.require(Feature.CORS)
        await self._do(self._s3.configurations.delete_cors(self._container(container)))

    # Encryption

    async def ex_get_bucket_encryption(self, container: Container | str) -> BucketEncryption | None:
        """How a bucket encrypts by default, or None where that is not said. S3's operation: ``GetBucketEncryption``."""
        self._s3.dialect.require(Feature.BUCKET_ENCRYPTION)
        return await self._do(self._s3.configurations.get_encryption(self._container(container)))

    async def ex_put_bucket_encryption(self, container: Container | str, encryption: BucketEncryption) -> None:
        """Say how a bucket encrypts objects of which their uploads do not say it.

        S3's operation: ``PutBucketEncryption``.

        Args:
            container: The bucket.
            encryption: How.

        Raises:
            InvalidRequest: It contradicts itself.
        """
        self._s3.dialect.require(Feature.BUCKET_ENCRYPTION)
        await self._do(self._s3.configurations.put_encryption(self._container(container), encryption))

    async def ex_delete_bucket_encryption(self, container: Container | str) -> None:
        """Have a bucket encrypt as S3 does by itself. S3's operation: ``DeleteBucketEncryption``."""
        self._s3.dialect.require(Feature.BUCKET_ENCRYPTION)
        await self._do(self._s3.configurations.delete_encryption(self._container(container)))

    # Websites

    async def ex_get_bucket_website(self, container: Container | str) -> BucketWebsite | None:
        """How a bucket serves a website, or None: it does not. S3's operation: ``GetBucketWebsite``."""
        self._s3.dialect.require(Feature.WEBSITE)
        return await self._do(self._s3.configurations.get_website(self._container(container)))

    async def ex_put_bucket_website(self, container: Container | str, website: BucketWebsite) -> None:
        """Have a bucket serve a website.

        S3's operation: ``PutBucketWebsite``.

        Args:
            container: The bucket.
            website: What is shown, and where requests are sent on.

        Raises:
            InvalidRequest: It says nothing, or two things at once.
        """
        self._s3.dialect.require(Feature.WEBSITE)
        await self._do(self._s3.configurations.put_website(self._container(container), website))

    async def ex_delete_bucket_website(self, container: Container | str) -> None:
        """Have a bucket serve no website any more. S3's operation: ``DeleteBucketWebsite``."""
        self._s3.dialect.require(Feature.WEBSITE)
        await self._do(self._s3.configurations.delete_website(self._container(container)))

    # What is public

    async def ex_get_public_access_block(self, container: Container | str) -> PublicAccessBlock | None:
        """What keeps a bucket from becoming public, or None where nothing is said.

        S3's operation: ``GetPublicAccessBlock``.
        """
        self._s3.dialect.require(Feature.PUBLIC_ACCESS_BLOCK)
        return await self._do(self._s3.configurations.get_access_block(self._container(container)))

    async def ex_put_public_access_block(self, container: Container | str, block: PublicAccessBlock) -> None:
        """Keep a bucket from becoming public.

        S3's operation: ``PutPublicAccessBlock``.

        Args:
            container: The bucket.
            block: From what; ``PublicAccessBlock()`` is from everything.
        """
        self._s3.dialect.require(Feature.PUBLIC_ACCESS_BLOCK)
        await self._do(self._s3.configurations.put_access_block(self._container(container), block))

    async def ex_delete_public_access_block(self, container: Container | str) -> None:
        """No longer keep a bucket from becoming public. S3's operation: ``DeletePublicAccessBlock``."""
        self._s3.dialect.require(Feature.PUBLIC_ACCESS_BLOCK)
        await self._do(self._s3.configurations.delete_access_block(self._container(container)))

    # Notifications and logs

    async def ex_get_bucket_notification(self, container: Container | str) -> BucketNotifications:
        """Who is told of what happens to a bucket's objects. S3's operation: ``GetBucketNotificationConfiguration``."""
        self._s3.dialect.require(Feature.NOTIFICATIONS)
        return await self._do(self._s3.configurations.get_notifications(self._container(container)))

    async def ex_put_bucket_notification(self, container: Container | str, notifications: BucketNotifications) -> None:
        """Say who is told of what happens to a bucket's objects. S3 asks the targets whether it may.

        S3's operation: ``PutBucketNotificationConfiguration``.

        Args:
            container: The bucket.
            notifications: Who, and of what.

        Raises:
            InvalidRequest: A rule says nothing, or S3 may not tell its target.
        """
        self._s3.dialect.require(Feature.NOTIFICATIONS)
        await self._do(self._s3.configurations.put_notifications(self._container(container), notifications))

    async def ex_delete_bucket_notification(self, container: Container | str) -> None:
        """Tell nobody any more. S3's operation: ``PutBucketNotificationConfiguration``, of nothing."""
        self._s3.dialect.require(Feature.NOTIFICATIONS)
        nobody = BucketNotifications()
        await self._do(self._s3.configurations.put_notifications(self._container(container), nobody))

    async def ex_get_bucket_logging(self, container: Container | str) -> BucketLogging | None:
        """Where the requests to a bucket are written down, or None: nowhere. S3's operation: ``GetBucketLogging``."""
        self._s3.dialect.require(Feature.LOGGING)
        return await self._do(self._s3.configurations.get_logging(self._container(container)))

    async def ex_put_bucket_logging(self, container: Container | str, logging: BucketLogging) -> None:
        """Have the requests to a bucket written down.

        S3's operation: ``PutBucketLogging``.

        Args:
            container: The bucket.
            logging: Where.

        Raises:
            InvalidRequest: S3 may not write there.
        """
        self._s3.dialect.require(Feature.LOGGING)
        await self._do(self._s3.configurations.put_logging(self._container(container), logging))

    async def ex_delete_bucket_logging(self, container: Container | str) -> None:
        """Have requests to a bucket no longer written down. S3's operation: ``PutBucketLogging``, of nothing."""
        self._s3.dialect.require(Feature.LOGGING)
        await self._do(self._s3.configurations.put_logging(self._container(container), None))

    # Locks

    async def ex_get_object_lock_configuration(self, container: Container | str) -> ObjectLock | None:
        """The lock of a bucket's objects, or None: they have none. S3's operation: ``GetObjectLockConfiguration``."""
        self._s3.dialect.require(Feature.LOCKS)
        return await self._do(self._s3.configurations.get_lock(self._container(container)))

    async def ex_put_object_lock_configuration(self, container: Container | str, lock: ObjectLock) -> None:
        """Lock a bucket's objects: switched on once, it cannot be switched off. The bucket has to keep versions.

        S3's operation: ``PutObjectLockConfiguration``.

        Args:
            container: The bucket.
            lock: How long new versions are kept by default; ``ObjectLock()`` for only as long as is said of each.

        Raises:
            InvalidRequest: How long, or how hard, is not said.
            Conflict: The bucket keeps no versions.
        """
        self._s3.dialect.require(Feature.LOCKS)
        await self._do(self._s3.configurations.put_lock(self._container(container), lock))
