"""The in-memory object store against the storage suite."""

from __future__ import annotations

from functools import partial

import pytest

from cumuli.providers.memory.storage.account import MemoryStorageAccount
from cumuli.providers.memory.storage.aio import AsyncMemoryStorage
from cumuli.providers.memory.storage.client import MemoryStorage
from cumuli.testing.suites.storage_suite import StorageSuite, StorageTarget
from cumuli.testing.suites.storage_target import Seen

PART = 10_000


class TestMemory(StorageSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def target(cls) -> StorageTarget:
        account = MemoryStorageAccount()
        other = MemoryStorage(account)

        def eyes(container: str, name: str) -> Seen | None:
            """The account as a client of its own sees it."""
            found = [obj for obj in other.list_container_objects(container, prefix=name) if obj.name == name]
            if not found:
                return None
            obj = other.get_object(container, name)
            return Seen(
                content=other.download_object_as_stream(obj).read(),
                content_type=obj.content_type,
                meta_data=obj.meta_data,
            )

        def write(container: str, name: str, seen: Seen) -> None:
            other.upload_object(seen.content, container, name, content_type=seen.content_type, meta_data=seen.meta_data)

        return StorageTarget(
            name="memory",
            sync_client=partial(MemoryStorage, account, part_size=PART),
            async_client=partial(AsyncMemoryStorage, account, part_size=PART),
            small_pages={"page_size": 3},
            part_size=PART,
            eyes=eyes,
            write=write,
            open_uploads=lambda _container: account.open_uploads,
            gaps={
                "a_url_reads_without_credentials": "its URLs lead nowhere",
                "a_url_writes_without_credentials": "its URLs lead nowhere",
            },
        )
