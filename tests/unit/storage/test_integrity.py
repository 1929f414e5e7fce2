"""``integrity`` and ``verified_by``, where content is kept in memory and in a folder."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cumuli import errors
from cumuli.providers.local.aio import AsyncLocalStorage
from cumuli.providers.local.client import LocalStorage
from cumuli.providers.memory.storage.aio import AsyncMemoryStorage
from cumuli.providers.memory.storage.client import MemoryStorage
from cumuli.testing.flavours import Flavour

CONTENT = b"content" * 1000


@pytest.fixture(params=["memory", "local"])
def cloud(request: pytest.FixtureRequest, flavour: Flavour, tmp_path: Path) -> Iterator[Any]:
    if request.param == "memory":
        made: Any = (AsyncMemoryStorage if flavour.name == "async" else MemoryStorage)(integrity="required")
    else:
        made = (AsyncLocalStorage if flavour.name == "async" else LocalStorage)(tmp_path, integrity="required")
    client = flavour.shape(made)
    flavour.run(client.create_container("box"))
    yield client
    flavour.run(client.aclose())


async def test_what_is_verified_says_by_what(cloud: Any) -> None:
    made = await cloud.upload_object(CONTENT, "box", "o")
    assert made.verified_by == "md5"
    assert (await cloud.upload_object_via_stream([CONTENT, CONTENT], "box", "s")).verified_by == "md5"
    target = io.BytesIO()
    assert (await cloud.download_object(made, target)).verified_by == "md5"
    assert target.getvalue() == CONTENT
    async with cloud.download_object_as_stream(made) as stream:
        await stream.read()
        assert stream.object.verified_by == "md5"
    assert (await cloud.get_object("box", "o")).verified_by is None
    assert (await cloud.download_object(made, io.BytesIO(), integrity="off")).verified_by is None


async def test_a_part_of_it_cannot_be_verified(cloud: Any, tmp_path: Path) -> None:
    made = await cloud.upload_object(CONTENT, "box", "o")
    with pytest.raises(errors.NotVerified, match="nothing was kept"):
        await cloud.download_object_range(made, tmp_path / "part", 1, 5)
    assert not (tmp_path / "part").exists()
    got = await cloud.download_object_range(made, io.BytesIO(), 1, 5, integrity="if possible")
    assert got.verified_by is None
    # All of it is no part.
    assert (await cloud.download_object_range(made, io.BytesIO(), 0)).verified_by == "md5"
