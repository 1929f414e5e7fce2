"""Settings of buckets and objects: access, tags, versions, lifecycle, policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.errors import NotFound
from cumuli.providers.aws.s3 import wire
from cumuli.providers.aws.s3.calls import S3Calls
from cumuli.providers.aws.s3.headers import about, xml_headers
from cumuli.providers.aws.s3.models import AccessControl, LifecycleRule
from cumuli.providers.aws.s3.settings_xml import (
    acl_document,
    acl_of,
    lifecycle_document,
    rules_of,
    tagging_document,
    versioning_document,
)
from cumuli.storage.driver import Address

__all__ = ["Settings"]


class Settings:
    """The calls on settings. A bucket's address has the empty name."""

    def __init__(self, calls: S3Calls) -> None:
        self._calls = calls

    # Access control lists

    async def get_acl(self, address: Address) -> AccessControl:
        operation = "GetObjectAcl" if address.name else "GetBucketAcl"
        answer = await self._calls.ask(
            wire.AccessControlPolicy, operation, "GET", address.container, address.name, query=about("acl", address)
        )
        return acl_of(answer)

    async def put_acl(self, address: Address, acl: AccessControl | str) -> None:
        operation = "PutObjectAcl" if address.name else "PutBucketAcl"
        body = b"" if isinstance(acl, str) else acl_document(acl)
        headers = xml_headers(body)
        if isinstance(acl, str):
            headers.append(("x-amz-acl", acl))
        await self._calls.send(
            operation, "PUT", address.container, address.name, query=about("acl", address), headers=headers, body=body
        )

    # Tags

    async def get_tags(self, address: Address) -> dict[str, str]:
        operation = "GetObjectTagging" if address.name else "GetBucketTagging"
        try:
            answer = await self._calls.ask(
                wire.Tagging, operation, "GET", address.container, address.name, query=about("tagging", address)
            )
        except NotFound as error:
            if error.code == "NoSuchTagSet":
                return {}
            raise
        return {tag.key: tag.value for tag in answer.tag_set.tag} if answer.tag_set else {}

    async def put_tags(self, address: Address, tags: Mapping[str, str]) -> None:
        operation = "PutObjectTagging" if address.name else "PutBucketTagging"
        body = tagging_document(tags)
        await self._calls.send(
            operation,
            "PUT",
            address.container,
            address.name,
            query=about("tagging", address),
            headers=xml_headers(body),
            body=body,
        )

    async def delete_tags(self, address: Address) -> None:
        operation = "DeleteObjectTagging" if address.name else "DeleteBucketTagging"
        await self._calls.send(operation, "DELETE", address.container, address.name, query=about("tagging", address))

    # Versions

    async def get_versioning(self, container: str) -> str | None:
        answer = await self._calls.ask(
            wire.VersioningConfiguration, "GetBucketVersioning", "GET", container, query="versioning"
        )
        return answer.status

    async def put_versioning(self, container: str, *, enabled: bool) -> None:
        body = versioning_document(enabled=enabled)
        await self._calls.send(
            "PutBucketVersioning", "PUT", container, query="versioning", headers=xml_headers(body), body=body
        )

    # Lifecycle

    async def get_lifecycle(self, container: str) -> list[LifecycleRule]:
        try:
            answer = await self._calls.ask(
                wire.LifecycleConfiguration, "GetBucketLifecycleConfiguration", "GET", container, query="lifecycle"
            )
        except NotFound as error:
            if error.code == "NoSuchLifecycleConfiguration":
                return []
            raise
        return rules_of(answer)

    async def put_lifecycle(self, container: str, rules: Sequence[LifecycleRule]) -> None:
        body = lifecycle_document(rules)
        await self._calls.send(
            "PutBucketLifecycleConfiguration",
            "PUT",
            container,
            query="lifecycle",
            headers=xml_headers(body),
            body=body,
        )

    async def delete_lifecycle(self, container: str) -> None:
        await self._calls.send("DeleteBucketLifecycle", "DELETE", container, query="lifecycle")

    # Policies

    async def get_policy(self, container: str) -> str | None:
        try:
            answer = await self._calls.send("GetBucketPolicy", "GET", container, query="policy")
        except NotFound as error:
            if error.code == "NoSuchBucketPolicy":
                return None
            raise
        return answer.body.decode("utf-8", "replace")

    async def put_policy(self, container: str, policy: str) -> None:
        body = policy.encode()
        headers = [("Content-Type", "application/json"), xml_headers(body)[1]]
        await self._calls.send("PutBucketPolicy", "PUT", container, query="policy", headers=headers, body=body)

    async def delete_policy(self, container: str) -> None:
        await self._calls.send("DeleteBucketPolicy", "DELETE", container, query="policy")
