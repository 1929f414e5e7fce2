"""S3 by rclone, which checks every signature, against the storage suite."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pytest

from cumuli.providers.aws.s3.aio import AsyncS3
from cumuli.providers.aws.s3.client import S3
from cumuli.sandbox.server import Address
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.testing.names import KNOWN_BAD, generated_names
from cumuli.testing.suites.storage_suite import StorageSuite, StorageTarget
from cumuli.testing.suites.storage_target import Bench
from tests.conformance.s3.conftest import REGION, boto_client, eyes_of, fetch, writer_of
from tests.support.rclone import KEY, SECRET

FILES = "rclone keeps objects as files of these names"


def rclone_target(rclone_address: Address) -> StorageTarget:
    endpoint = rclone_address.endpoint
    settings = {"region": REGION, "endpoint": endpoint, "proxy": ""}
    boto = boto_client(endpoint, KEY, SECRET)

    def fill(container: str, names: Iterable[str]) -> None:
        for name in names:
            (rclone_address.home / "buckets" / container / name).touch()

    return StorageTarget(
        name="s3 (rclone)",
        sync_client=partial(S3, KEY, SECRET, **settings),
        async_client=partial(AsyncS3, KEY, SECRET, **settings),
        small_pages={"page_size": 3},
        eyes=eyes_of(boto),
        write=writer_of(boto),
        fill=fill,
        fetch=fetch,
        gaps={
            Can.GET_CONTAINER_CDN_URL: "S3 has no such thing",
            Can.ENABLE_CONTAINER_CDN: "S3 has no such thing",
            Can.GET_OBJECT_CDN_URL: "S3 has no such thing",
            "deleting_what_is_missing_is_told": "S3 does not tell",
            "copies": "rclone adds metadata of its own to copies",
            "a_thousand_folders": FILES,
            "listings_are_in_order": FILES,
            "listings_start_after": FILES,
            "listings_with_a_delimiter": FILES,
        },
    )


class TestRclone(StorageSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def target(cls, rclone_address: Address) -> StorageTarget:
        return rclone_target(rclone_address)

    async def test_names_that_hurt(self, bench: Bench) -> None:
        await self._round_trip(bench, as_files(KNOWN_BAD))

    async def test_generated_names(self, bench: Bench) -> None:
        await self._round_trip(bench, as_files(generated_names(100)))


def is_file_name(name: str) -> bool:
    """Whether rclone can keep an object of this name, beside the others, as a file."""
    parts = name.split("/")
    return all(part.strip(". ") and len(part.encode()) < 250 for part in parts) and all(
        character >= " " and character not in "\x7f\ufffe\uffff" for character in name
    )


def as_files(names: Iterable[str]) -> list[str]:
    """Those of the names that can be files, none of them a file and a folder at once."""
    files: set[str] = set()
    folders: set[str] = set()
    for name in filter(is_file_name, names):
        above = {name[:at] for at, character in enumerate(name) if character == "/"}
        if name not in folders and not above & files:
            files.add(name)
            folders |= above
    return sorted(files)
