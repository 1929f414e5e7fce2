"""The in-memory provider against the compute suite."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import msgspec
import pytest

from cumuli.providers.memory.compute.account import MemoryAccount
from cumuli.providers.memory.compute.aio import AsyncMemoryCompute
from cumuli.providers.memory.compute.client import MemoryCompute
from cumuli.testing.suites.compute_suite import ComputeSuite, ComputeTarget


@pytest.fixture(scope="module")
def target() -> ComputeTarget:
    account = MemoryAccount()

    def eyes(kind: str, thing_id: str) -> Mapping[str, object] | None:
        """The account as a client of its own sees it."""
        with MemoryCompute(account) as other:
            listings = {
                "node": other.list_nodes,
                "volume": other.list_volumes,
                "snapshot": other.list_volume_snapshots,
                "image": other.list_images,
                "key_pair": other.list_key_pairs,
            }
            found = [thing for thing in listings[kind]() if thing.id == thing_id]
        return msgspec.structs.asdict(found[0]) if found else None

    return ComputeTarget(
        name="memory",
        sync_client=partial(MemoryCompute, account, polls_until_running=1),
        async_client=partial(AsyncMemoryCompute, account, polls_until_running=1),
        size="medium",
        image="debian",
        unknown={
            "node": "node-0",
            "size": "enormous",
            "image": "image-0",
            "volume": "volume-0",
            "snapshot": "snapshot-0",
        },
        source_region="memory-1",
        small_pages={"page_size": 2},
        eyes=eyes,
    )


class TestMemory(ComputeSuite):
    pass
