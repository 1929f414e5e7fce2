"""S3 by rclone, which checks every signature, against the storage suite."""

from __future__ import annotations

from functools import partial

import pytest

from polycloud.capabilities import StorageCapability as Can
from polycloud.providers.aws.s3.aio import AsyncS3
from polycloud.providers.aws.s3.client import S3
from tests.conformance.s3.conftest import REGION, boto_client, eyes_of, fetch, filler, writer_of
from tests.conformance.storage_suite import StorageSuite, StorageTarget
from tests.support.rclone import KEY, SECRET


class TestRclone(StorageSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def target(cls, rclone_endpoint: str) -> StorageTarget:
        settings = {"region": REGION, "endpoint": rclone_endpoint, "proxy": ""}
        boto = boto_client(rclone_endpoint, KEY, SECRET)
        return StorageTarget(
            name="s3 (rclone)",
            sync_client=partial(S3, KEY, SECRET, **settings),
            async_client=partial(AsyncS3, KEY, SECRET, **settings),
            small_pages={"page_size": 3},
            eyes=eyes_of(boto),
            write=writer_of(boto),
            fill=filler(rclone_endpoint, KEY, SECRET),
            fetch=fetch,
            gaps={
                Can.GET_CONTAINER_CDN_URL: "S3 has no such thing",
                Can.ENABLE_CONTAINER_CDN: "S3 has no such thing",
                Can.GET_OBJECT_CDN_URL: "S3 has no such thing",
                "deleting_what_is_missing_is_told": "S3 does not tell",
            },
        )
