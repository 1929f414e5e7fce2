"""``AsyncS3Buckets``: the part of S3's client that is about buckets' settings, and any other call."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from cumuli.errors import InvalidRequest, MalformedResponse
from cumuli.providers.aws.s3.aio_configurations import AsyncS3Configurations
from cumuli.providers.aws.s3.arguments import CannedACL, checked_tags
from cumuli.providers.aws.s3.dialect import Feature
from cumuli.providers.aws.s3.models import AccessControl, LifecycleRule, S3Answer
from cumuli.storage.arguments import checked_headers, checked_text
from cumuli.storage.driver import Address
from cumuli.storage.models import Container
from cumuli.wire.xml import XMLValue, decode_untyped

__all__ = ["AsyncS3Buckets"]

METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE"})
ROOT = re.compile(rb"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s/>]")


class AsyncS3Buckets(AsyncS3Configurations):
    """Settings of buckets."""

    # Versions

    async def ex_get_bucket_versioning(self, container: Container | str) -> str | None:
        """Whether a bucket keeps versions: ``"Enabled"``, ``"Suspended"``, or None if it never did.

        S3's operation: ``GetBucketVersioning``.
        """
        self._s3.dialect.require(Feature.VERSIONS)
        return await self._do(self._s3.settings.get_versioning(self._container(container)))

    async def ex_put_bucket_versioning(self, container: Container | str, *, enabled: bool) -> None:
        """Have a bucket keep versions of its objects, or stop that; versions that are there stay.

        S3's operation: ``PutBucketVersioning``.

        Args:
            container: The bucket.
            enabled: True to keep versions from now on, False to suspend that.
        """
        self._s3.dialect.require(Feature.VERSIONING_SWITCH)
        await self._do(self._s3.settings.put_versioning(self._container(container), enabled=enabled))

    # Access

    async def ex_get_bucket_acl(self, container: Container | str) -> AccessControl:
        """Who may do what with a bucket. S3's operation: ``GetBucketAcl``."""
        self._s3.dialect.require(Feature.ACL)
        return await self._do(self._s3.settings.get_acl(self._bucket(container)))

    async def ex_put_bucket_acl(self, container: Container | str, acl: AccessControl | CannedACL) -> None:
        """Say who may do what with a bucket, in place of what was said before.

        S3's operation: ``PutBucketAcl``.

        Args:
            container: The bucket.
            acl: The list, or the name of a ready-made one.

        Raises:
            InvalidRequest: The bucket has access control lists switched off.
        """
        self._s3.dialect.require(Feature.ACL)
        await self._do(self._s3.settings.put_acl(self._bucket(container), acl))

    async def ex_get_bucket_policy(self, container: Container | str) -> str | None:
        """A bucket's policy as JSON, or None if it has none. S3's operation: ``GetBucketPolicy``."""
        self._s3.dialect.require(Feature.POLICY)
        return await self._do(self._s3.settings.get_policy(self._container(container)))

    async def ex_put_bucket_policy(self, container: Container | str, policy: str) -> None:
        """Give a bucket a policy, in place of the one that it has.

        S3's operation: ``PutBucketPolicy``.

        Args:
            container: The bucket.
            policy: The policy's JSON.

        Raises:
            InvalidRequest: It is no JSON object, or S3 does not understand it.
        """
        self._s3.dialect.require(Feature.POLICY)
        try:
            import json  # slow to import, and few come here

            good = isinstance(json.loads(policy), dict)
        except (ValueError, TypeError, RecursionError):
            good = False
        if not good:
            raise InvalidRequest("a policy is a JSON object, given as text")
        await self._do(self._s3.settings.put_policy(self._container(container), policy))

    async def ex_delete_bucket_policy(self, container: Container | str) -> None:
        """Take a bucket's policy away. S3's operation: ``DeleteBucketPolicy``."""
        self._s3.dialect.require(Feature.POLICY)
        await self._do(self._s3.settings.delete_policy(self._container(container)))

    # Tags

    async def ex_get_bucket_tagging(self, container: Container | str) -> dict[str, str]:
        """A bucket's tags; empty if it has none. S3's operation: ``GetBucketTagging``."""
        self._s3.dialect.require(Feature.BUCKET_TAGS)
        return await self._do(self._s3.settings.get_tags(self._bucket(container)))

    async def ex_put_bucket_tagging(self, container: Container | str, tags: Mapping[str, str]) -> None:
        """Give a bucket these tags, in place of those that it has. S3's operation: ``PutBucketTagging``."""
        self._s3.dialect.require(Feature.BUCKET_TAGS)
        await self._do(self._s3.settings.put_tags(self._bucket(container), checked_tags(tags)))

    async def ex_delete_bucket_tagging(self, container: Container | str) -> None:
        """Take all tags from a bucket. S3's operation: ``DeleteBucketTagging``."""
        self._s3.dialect.require(Feature.BUCKET_TAGS)
        await self._do(self._s3.settings.delete_tags(self._bucket(container)))

    # Lifecycle

    async def ex_get_bucket_lifecycle(self, container: Container | str) -> list[LifecycleRule]:
        """A bucket's lifecycle rules; empty if it has none. S3's operation: ``GetBucketLifecycleConfiguration``."""
        self._s3.dialect.require(Feature.LIFECYCLE)
        return await self._do(self._s3.settings.get_lifecycle(self._container(container)))

    async def ex_put_bucket_lifecycle(self, container: Container | str, rules: Sequence[LifecycleRule]) -> None:
        """Give a bucket these lifecycle rules, in place of those that it has.

        S3's operation: ``PutBucketLifecycleConfiguration``.

        Args:
            container: The bucket.
            rules: At least one.

        Raises:
            InvalidRequest: A rule says nothing, or contradicts itself.
        """
        self._s3.dialect.require(Feature.LIFECYCLE)
        await self._do(self._s3.settings.put_lifecycle(self._container(container), rules))

    async def ex_delete_bucket_lifecycle(self, container: Container | str) -> None:
        """Take a bucket's lifecycle rules away. S3's operation: ``DeleteBucketLifecycle``."""
        self._s3.dialect.require(Feature.LIFECYCLE)
        await self._do(self._s3.settings.delete_lifecycle(self._container(container)))

    # Anything

    async def ex_call(
        self,
        method: str,
        container: Container | str | None = None,
        name: str | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        repeatable: bool | None = None,
    ) -> S3Answer:
        """Make any call of S3's, signed, and give its answer.

        For operations that have no method here: ``GetBucketInventoryConfiguration`` is ``ex_call("GET",
        "bucket", query={"inventory": "", "id": "report"})``. S3's operation: the one that is described.

        Args:
            method: ``"GET"``, ``"HEAD"``, ``"PUT"``, ``"POST"`` or ``"DELETE"``.
            container: The bucket; None for a call about the account.
            name: The object; None for a call about the bucket.
            query: Parameters of the query; an empty value for those that have none.
            headers: Request headers.
            body: The request's body.
            repeatable: Whether it may be sent again after an attempt that may have taken effect.
                Default: all but POST.

        Returns:
            The answer; its body is held in memory.

        Raises:
            InvalidRequest: S3 knows no such call, or a parameter is wrong.
        """
        if method not in METHODS:
            raise InvalidRequest(f"{method!r} is not a method of S3's; there are {', '.join(sorted(METHODS))}")
        if name is not None and container is None:
            raise InvalidRequest("an object is in a bucket; give the container as well")
        bucket = "" if container is None else self._container(container)
        if name is not None:
            self._s3.check_object_name(checked_text(name, "an object"))
        sent = checked_headers(headers)
        if name is not None and "accept-encoding" not in map(str.lower, sent):
            # An object is given as it is stored, and not unpacked.
            sent["Accept-Encoding"] = "identity"
        answer = await self._do(
            self._s3.calls.any_call(
                method,
                bucket,
                name or "",
                query=urlencode(query or {}, quote_via=quote),
                headers=sent,
                body=body,
                repeatable=method != "POST" if repeatable is None else repeatable,
            )
        )
        return S3Answer(
            status=answer.status,
            headers=dict(answer.headers.pairs()),
            body=answer.body,
            xml=_untyped(answer.body),
        )

    def _bucket(self, container: Container | str) -> Address:
        return Address(container=self._container(container), name="")


def _untyped(body: bytes) -> dict[str, XMLValue]:
    start = body[:1024].lstrip()
    root = ROOT.search(start) if start.startswith(b"<") else None
    if root is None:
        return {}
    try:
        return decode_untyped(body.strip(), root=root[2].decode())
    except MalformedResponse:
        return {}
