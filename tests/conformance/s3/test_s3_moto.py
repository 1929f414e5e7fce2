"""S3 by moto against the storage suite."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from cumuli.providers.aws.s3.aio import AsyncS3
from cumuli.providers.aws.s3.client import S3
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.testing.names import KNOWN_BAD, generated_names
from cumuli.testing.suites.storage_suite import StorageSuite, StorageTarget
from cumuli.testing.suites.storage_target import Bench
from tests.conformance.s3.conftest import (
    REGION,
    eyes_of,
    fetch,
    filler,
    open_uploads_of,
    writer_of,
)

NEWLINE = "moto's web server routes no path with a line feed in it"


def moto_target(moto: str, boto: Any) -> StorageTarget:
    settings = {"region": REGION, "endpoint": moto, "proxy": ""}
    return StorageTarget(
        name="s3 (moto)",
        sync_client=partial(S3, "testing", "testing", **settings),
        async_client=partial(AsyncS3, "testing", "testing", **settings),
        small_pages={"page_size": 3},
        eyes=eyes_of(boto),
        write=writer_of(boto),
        open_uploads=open_uploads_of(boto),
        fill=filler(moto, "testing", "testing"),
        fetch=fetch,
        gaps={
            Can.GET_CONTAINER_CDN_URL: "S3 has no such thing",
            Can.ENABLE_CONTAINER_CDN: "S3 has no such thing",
            Can.GET_OBJECT_CDN_URL: "S3 has no such thing",
            "deleting_what_is_missing_is_told": "S3 does not tell",
            "a_url_reads_without_credentials": "moto lets anybody write; rclone checks URLs",
            "names_with_line_feeds": NEWLINE,
            "twelve_thousand_objects": "moto takes minutes to store them; rclone lists them",
        },
    )


class TestMoto(StorageSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def target(cls, moto: str, boto: Any) -> StorageTarget:
        return moto_target(moto, boto)

    async def test_names_that_hurt(self, bench: Bench) -> None:
        await self._round_trip(bench, [name for name in KNOWN_BAD if "\n" not in name])

    async def test_generated_names(self, bench: Bench) -> None:
        await self._round_trip(bench, [name for name in generated_names(100) if "\n" not in name])

    async def test_names_with_line_feeds(self, bench: Bench) -> None:
        await self._round_trip(bench, [name for name in (*KNOWN_BAD, *generated_names(300)) if "\n" in name])
