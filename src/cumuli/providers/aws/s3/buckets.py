"""Buckets."""

from __future__ import annotations

from cumuli.calls.paging import Page
from cumuli.errors import ContainerExists, ContainerNotFound, PermissionDenied
from cumuli.providers.aws.s3 import wire
from cumuli.providers.aws.s3.calls import S3Calls
from cumuli.providers.aws.s3.models import S3Container, S3ContainerSpec
from cumuli.providers.aws.s3.names import check_new_bucket, in_query, xml_text
from cumuli.providers.aws.s3.session import DEFAULT_REGION
from cumuli.storage.driver import ContainerSpec
from cumuli.wire.timestamps import utc

__all__ = ["Buckets"]


class Buckets:
    """The calls on buckets."""

    def __init__(self, calls: S3Calls) -> None:
        self._calls = calls

    async def list_containers(self, *, cursor: str | None) -> Page[S3Container]:
        query = ""
        if self._calls.dialect.paged_buckets:
            query = f"max-buckets={self._calls.page_size}"
            if cursor is not None:
                query += f"&continuation-token={in_query(cursor)}"
        answer = await self._calls.ask(wire.ListAllMyBucketsResult, "ListBuckets", "GET", query=query, whole=False)
        buckets = answer.buckets.bucket if answer.buckets else []
        found = [
            S3Container(
                name=item.name,
                provider=self._calls.provider,
                created_at=utc(item.creation_date),
                region=item.bucket_region,
            )
            for item in buckets
        ]
        return Page(found, answer.continuation_token or None)

    async def get_container(self, name: str) -> S3Container:
        answer = await self._calls.send("HeadBucket", "HEAD", name)
        return S3Container(
            name=name, provider=self._calls.provider, region=answer.headers.get("x-amz-bucket-region") or None
        )

    async def create_container(self, spec: ContainerSpec) -> S3Container:
        wanted = spec if isinstance(spec, S3ContainerSpec) else S3ContainerSpec(name=spec.name)
        check_new_bucket(wanted.name, self._calls.dialect.new_names)
        # Some regions of AWS, and other services, answer that a bucket was made which one has already.
        if await self._exists(wanted.name):
            raise ContainerExists(f"the bucket {wanted.name} exists; choose another name, or use the bucket")
        if wanted.region is not None:
            await self._calls.session.learn(wanted.name, wanted.region)
        site = await self._calls.session.site(wanted.name)
        region = wanted.region or (site.region if self._calls.dialect.paged_buckets else None)
        body = b""
        if region is not None and region != DEFAULT_REGION:
            body = (
                '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
                f"<LocationConstraint>{xml_text(region)}</LocationConstraint></CreateBucketConfiguration>"
            ).encode()
        await self._calls.send(
            "CreateBucket", "PUT", wanted.name, headers=wanted.headers.items(), body=body, repeatable=False
        )
        return S3Container(name=wanted.name, provider=self._calls.provider, region=region)

    async def _exists(self, name: str) -> bool:
        try:
            await self.get_container(name)
        except ContainerNotFound:
            return False
        except PermissionDenied:
            # Somebody else's, or this key may not look: creating it tells.
            return False
        return True

    async def delete_container(self, name: str) -> None:
        await self._calls.send("DeleteBucket", "DELETE", name, repeatable=False)
