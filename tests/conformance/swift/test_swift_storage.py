"""Swift, as ``Swift`` and as ``CloudFiles``, against the storage suite."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from cumuli import sandbox
from cumuli.providers.openstack.swift.aio import AsyncSwift
from cumuli.providers.openstack.swift.client import Swift
from cumuli.providers.rackspace.cloudfiles.aio import AsyncCloudFiles
from cumuli.providers.rackspace.cloudfiles.client import CloudFiles
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.testing.names import KNOWN_BAD, generated_names
from cumuli.testing.suites.storage_suite import StorageSuite, StorageTarget
from cumuli.testing.suites.storage_target import Bench
from tests.conformance.swift.conftest import eyes_of, fetch, filler, open_uploads_of, settings_of, writer_of
from tests.faults.swift.cdn import CDN

NO_CONDITION = "Swift has no such condition"
NO_CDN = "Swift has no such thing"
PART = 1024 * 1024


def swift_target(server: sandbox.SandboxServer, eyes: Any) -> StorageTarget:
    settings = settings_of(server)
    return StorageTarget(
        name="swift",
        sync_client=partial(Swift, **settings),
        async_client=partial(AsyncSwift, **settings),
        small_pages={"page_size": 3},
        part_size=PART,
        eyes=eyes_of(eyes),
        write=writer_of(eyes),
        open_uploads=open_uploads_of(eyes),
        fill=filler(server),
        fetch=fetch,
        gaps={
            Can.PUT_IF_MATCH: NO_CONDITION,
            Can.DELETE_IF_MATCH: NO_CONDITION,
            Can.GET_CONTAINER_CDN_URL: NO_CDN,
            Can.ENABLE_CONTAINER_CDN: NO_CDN,
            Can.GET_OBJECT_CDN_URL: NO_CDN,
        },
    )


class TestSwift(StorageSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def target(cls, server: sandbox.SandboxServer, eyes: Any) -> StorageTarget:
        return swift_target(server, eyes)

    async def test_generated_names(self, bench: Bench) -> None:
        # Each takes four requests; both flavours write targets by the same code.
        names = generated_names(300)
        await self._round_trip(bench, names if bench.flavour.name == "sync" else names[::4])


class TestCloudFiles(StorageSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def target(cls, server: sandbox.SandboxServer, eyes: Any, cdn: CDN) -> StorageTarget:
        settings = {**settings_of(server, "sandbox-cloudfiles"), "endpoints": {"rax:object-cdn": cdn.url}}
        return StorageTarget(
            name="cloudfiles (on Swift)",
            sync_client=partial(CloudFiles, **settings),
            async_client=partial(AsyncCloudFiles, **settings),
            small_pages={"page_size": 3},
            part_size=PART,
            eyes=eyes_of(eyes),
            write=writer_of(eyes),
            open_uploads=open_uploads_of(eyes),
            fill=filler(server),
            fetch=fetch,
            gaps={
                Can.PUT_IF_MATCH: NO_CONDITION,
                Can.DELETE_IF_MATCH: NO_CONDITION,
                "twelve_thousand_objects": "the same Swift is asked for them as swift",
                "a_thousand_folders": "the same Swift is asked for them as swift",
            },
        )

    async def test_names_that_hurt(self, bench: Bench) -> None:
        # The code is Swift's, which is given all of them; likewise below.
        await self._round_trip(bench, KNOWN_BAD[::4])

    async def test_generated_names(self, bench: Bench) -> None:
        await self._round_trip(bench, generated_names(20))

    @pytest.fixture(scope="class")
    @classmethod
    def cdn(cls, eyes: Any) -> Iterator[CDN]:
        with CDN(eyes.get_auth()[0]) as running:
            yield running
