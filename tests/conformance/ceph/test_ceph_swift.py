"""Ceph's RADOS Gateway by its Swift API, against the storage suite."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from polycloud.capabilities import StorageCapability as Can
from polycloud.providers.swift.aio import AsyncSwift
from polycloud.providers.swift.client import Swift
from tests.conformance.ceph.conftest import swift_settings
from tests.conformance.s3.conftest import filler
from tests.conformance.storage_suite import StorageSuite, StorageTarget
from tests.conformance.swift.conftest import eyes_of, fetch, open_uploads_of, writer_of

NO_CDN = "Swift has no such thing"
PART = 1024 * 1024


class TestCephSwift(StorageSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def target(cls, ceph: Mapping[str, str], eyes: Any) -> StorageTarget:
        settings = swift_settings(ceph)
        return StorageTarget(
            name="swift (ceph)",
            sync_client=partial(Swift, **settings),
            async_client=partial(AsyncSwift, **settings),
            small_pages={"page_size": 3},
            part_size=PART,
            eyes=eyes_of(eyes),
            write=writer_of(eyes),
            open_uploads=open_uploads_of(eyes),
            # The same containers, by the way that is faster there.
            fill=filler(ceph["endpoint"], ceph["access_key"], ceph["secret_key"]),
            fetch=fetch,
            gaps={
                Can.PUT_IF_MATCH: "Swift has no such condition",
                Can.GET_CONTAINER_CDN_URL: NO_CDN,
                Can.ENABLE_CONTAINER_CDN: NO_CDN,
                Can.GET_OBJECT_CDN_URL: NO_CDN,
                # Faults of ours, to be mended.
                "an_upload_that_never_overwrites": "Ceph ignores the condition",
                "large_content_goes_up_in_parts": "the second eyes find no manifest",
                "deleting_many": "bulk deletion does not find names with question marks",
                "generated_names": "bulk deletion does not find names with question marks",
                "a_thousand_folders": "a page below the limit ends the listing",
            },
        )
