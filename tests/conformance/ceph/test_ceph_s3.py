"""Ceph's RADOS Gateway by its S3 API, against the storage suite."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from cumuli.providers.aws.s3_presets.aio import AsyncCephS3
from cumuli.providers.aws.s3_presets.client import CephS3
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.testing.suites.storage_suite import StorageSuite, StorageTarget
from tests.conformance.ceph.conftest import s3_settings
from tests.conformance.s3.conftest import eyes_of, fetch, filler, open_uploads_of, writer_of


class TestCephS3(StorageSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def target(cls, ceph: Mapping[str, str], boto: Any) -> StorageTarget:
        settings = s3_settings(ceph)
        return StorageTarget(
            name="ceph-s3",
            sync_client=partial(CephS3, **settings),
            async_client=partial(AsyncCephS3, **settings),
            small_pages={"page_size": 3},
            eyes=eyes_of(boto),
            write=writer_of(boto),
            open_uploads=open_uploads_of(boto),
            fill=filler(ceph["endpoint"], ceph["access_key"], ceph["secret_key"]),
            fetch=fetch,
            gaps={
                Can.GET_CONTAINER_CDN_URL: "S3 has no such thing",
                Can.ENABLE_CONTAINER_CDN: "S3 has no such thing",
                Can.GET_OBJECT_CDN_URL: "S3 has no such thing",
                Can.DELETE_IF_MATCH: "this release does not know it, and would delete whatever is there",
                "deleting_what_is_missing_is_told": "S3 does not tell",
            },
        )
