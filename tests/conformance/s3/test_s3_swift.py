"""S3 as OpenStack Swift speaks it, by its s3api, against the storage suite."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from cumuli import sandbox
from cumuli.errors import NotSupported
from cumuli.providers.aws.s3.aio import AsyncS3
from cumuli.providers.aws.s3.client import S3
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.testing.names import KNOWN_BAD, generated_names
from cumuli.testing.suites.storage_suite import StorageSuite, StorageTarget
from cumuli.testing.suites.storage_target import Bench
from tests.conformance.s3.conftest import boto_client, eyes_of, fetch, open_uploads_of, writer_of
from tests.support.swift import filler

NUL = "Swift takes no name with a NUL in it"


@pytest.fixture(scope="module")
def swift() -> Iterator[sandbox.SandboxServer]:
    with sandbox.running("swift") as server:
        yield server


class TestSwift(StorageSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def target(cls, swift: sandbox.SandboxServer) -> StorageTarget:
        profile = swift.profiles["sandbox-swift-s3"]
        key, secret, endpoint = (str(profile[name]) for name in ("key", "secret", "endpoint"))
        settings = {"region": profile["region"], "endpoint": endpoint, "proxy": ""}
        boto = boto_client(endpoint, key, secret)
        return StorageTarget(
            name="s3 (swift)",
            sync_client=partial(S3, key, secret, **settings),
            async_client=partial(AsyncS3, key, secret, **settings),
            small_pages={"page_size": 3},
            eyes=eyes_of(boto),
            write=writer_of(boto),
            open_uploads=open_uploads_of(boto),
            fill=filler(swift),
            fetch=fetch,
            gaps={
                Can.GET_CONTAINER_CDN_URL: "S3 has no such thing",
                Can.ENABLE_CONTAINER_CDN: "S3 has no such thing",
                Can.GET_OBJECT_CDN_URL: "S3 has no such thing",
                "deleting_what_is_missing_is_told": "S3 does not tell",
                "an_upload_that_replaces_what_it_knows": "Swift answers that it has no PUT with If-Match",
                "names_with_nul": NUL,
            },
        )

    async def test_what_swift_has_not_is_said_so(self, bench: Bench) -> None:
        container = await bench.container()
        made = await bench.cloud.upload_object(b"first", container, "o")
        with pytest.raises(NotSupported):
            await bench.cloud.upload_object(b"second", container, "o", if_match=made.etag)
        assert await bench.read(made) == b"first"

    async def test_names_that_hurt(self, bench: Bench) -> None:
        await self._round_trip(bench, [name for name in KNOWN_BAD if "\0" not in name])

    async def test_generated_names(self, bench: Bench) -> None:
        await self._round_trip(bench, [name for name in generated_names(100) if "\0" not in name])

    async def test_names_with_nul(self, bench: Bench) -> None:
        await self._round_trip(bench, [name for name in (*KNOWN_BAD, *generated_names(300)) if "\0" in name])
