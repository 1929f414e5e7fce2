"""``S3Buckets``: the part of S3's client that is about buckets' settings, and any other call.

Generated from aio_buckets.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.providers.aws.s3.aio_buckets import AsyncS3Buckets
from cumuli.providers.aws.s3.arguments import CannedACL
from cumuli.providers.aws.s3.models import AccessControl, LifecycleRule, S3Answer, S3Container, S3Object
from cumuli.runtime.blocking.drive import run
from cumuli.storage.client import Storage
from cumuli.storage.models import Container

__all__ = ["S3Buckets"]


class S3Buckets(Storage[S3Container, S3Object]):
    """Settings of buckets."""

    def __init__(self, client: AsyncS3Buckets) -> None:
        super().__init__(client)
        self._s3_buckets = client

    def ex_get_bucket_versioning(self, container: Container | str) -> str | None:
        """Whether a bucket keeps versions: ``"Enabled"``, ``"Suspended"``, or None if it never did.

        S3's operation: ``GetBucketVersioning``.
        """
        return run(self._s3_buckets.ex_get_bucket_versioning(container))

    def ex_put_bucket_versioning(self, container: Container | str, *, enabled: bool) -> None:
        """Have a bucket keep versions of its objects, or stop that; versions that are there stay.

        S3's operation: ``PutBucketVersioning``.

        Args:
            container: The bucket.
            enabled: True to keep versions from now on, False to suspend that.
        """
        run(self._s3_buckets.ex_put_bucket_versioning(container, enabled=enabled))

    def ex_get_bucket_acl(self, container: Container | str) -> AccessControl:
        """Who may do what with a bucket. S3's operation: ``GetBucketAcl``."""
        return run(self._s3_buckets.ex_get_bucket_acl(container))

    def ex_put_bucket_acl(self, container: Container | str, acl: AccessControl | CannedACL) -> None:
        """Say who may do what with a bucket, in place of what was said before.

        S3's operation: ``PutBucketAcl``.

        Args:
            container: The bucket.
            acl: The list, or the name of a ready-made one.

        Raises:
            InvalidRequest: The bucket has access control lists switched off.
        """
        run(self._s3_buckets.ex_put_bucket_acl(container, acl))

    def ex_get_bucket_policy(self, container: Container | str) -> str | None:
        """A bucket's policy as JSON, or None if it has none. S3's operation: ``GetBucketPolicy``."""
        return run(self._s3_buckets.ex_get_bucket_policy(container))

    def ex_put_bucket_policy(self, container: Container | str, policy: str) -> None:
        """Give a bucket a policy, in place of the one that it has.

        S3's operation: ``PutBucketPolicy``.

        Args:
            container: The bucket.
            policy: The policy's JSON.

        Raises:
            InvalidRequest: It is no JSON object, or S3 does not understand it.
        """
        run(self._s3_buckets.ex_put_bucket_policy(container, policy))

    def ex_delete_bucket_policy(self, container: Container | str) -> None:
        """Take a bucket's policy away. S3's operation: ``DeleteBucketPolicy``."""
        run(self._s3_buckets.ex_delete_bucket_policy(container))

    def ex_get_bucket_tagging(self, container: Container | str) -> dict[str, str]:
        """A bucket's tags; empty if it has none. S3's operation: ``GetBucketTagging``."""
        return run(self._s3_buckets.ex_get_bucket_tagging(container))

    def ex_put_bucket_tagging(self, container: Container | str, tags: Mapping[str, str]) -> None:
        """Give a bucket these tags, in place of those that it has. S3's operation: ``PutBucketTagging``."""
        run(self._s3_buckets.ex_put_bucket_tagging(container, tags))

    def ex_delete_bucket_tagging(self, container: Container | str) -> None:
        """Take all tags from a bucket. S3's operation: ``DeleteBucketTagging``."""
        run(self._s3_buckets.ex_delete_bucket_tagging(container))

    def ex_get_bucket_lifecycle(self, container: Container | str) -> list[LifecycleRule]:
        """A bucket's lifecycle rules; empty if it has none. S3's operation: ``GetBucketLifecycleConfiguration``."""
        return run(self._s3_buckets.ex_get_bucket_lifecycle(container))

    def ex_put_bucket_lifecycle(self, container: Container | str, rules: Sequence[LifecycleRule]) -> None:
        """Give a bucket these lifecycle rules, in place of those that it has.

        S3's operation: ``PutBucketLifecycleConfiguration``.

        Args:
            container: The bucket.
            rules: At least one.

        Raises:
            InvalidRequest: A rule says nothing, or contradicts itself.
        """
        run(self._s3_buckets.ex_put_bucket_lifecycle(container, rules))

    def ex_delete_bucket_lifecycle(self, container: Container | str) -> None:
        """Take a bucket's lifecycle rules away. S3's operation: ``DeleteBucketLifecycle``."""
        run(self._s3_buckets.ex_delete_bucket_lifecycle(container))

    def ex_call(
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

        For operations that have no method here: ``GetBucketCors`` is
        ``ex_call("GET", "bucket", query={"cors": ""})``. S3's operation: the one that is described.

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
        return run(
            self._s3_buckets.ex_call(
                method, container, name, query=query, headers=headers, body=body, repeatable=repeatable
            )
        )
