"""What takes several requests does not wait for a connection that it holds itself."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cumuli.runtime.deadline import deadline
from cumuli.testing.flavours import Flavour
from tests.faults.storage.stores import Store

PIECE = bytes(range(256)) * 4096
PART = 5 * 1024 * 1024
_numbers = count(1)


@pytest.fixture(params=["moto", "swift", "ceph"])
def store(request: pytest.FixtureRequest) -> Store:
    found: Store = request.getfixturevalue(request.param)
    return found


async def test_all_of_a_large_object_over_one_connection(store: Store, flavour: Flavour, tmp_path: Path) -> None:
    cloud: Any = store.client(flavour, store.endpoint, max_connections=1)
    container = f"one-connection-{next(_numbers)}-{id(cloud):x}"
    with deadline(60.0):
        await cloud.create_container(container)
        made = await cloud.upload_object_via_stream([PIECE] * 12, container, "o", part_size=PART)
        for number, obj in enumerate((made, (container, "o"))):
            await cloud.download_object(obj, tmp_path / f"{number}")
            assert (tmp_path / f"{number}").read_bytes() == PIECE * 12
        copy = await cloud.copy_object(made, container, "copy")
        results = await cloud.delete_objects([made, copy])
        assert [result.error for result in results] == [None, None]
        await cloud.delete_container(container)
    await cloud.aclose()
