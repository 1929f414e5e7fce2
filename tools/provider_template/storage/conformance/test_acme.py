"""Acme Cloud against the storage suite.

One test fails and says what is to be written next. What the provider cannot do goes into ``gaps``, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from cumuli.errors import AuthenticationError, ContainerNotFound
from cumuli.providers.acme.aio import AsyncAcme
from cumuli.providers.acme.client import Acme
from cumuli.testing.suites.storage_suite import StorageSuite, StorageTarget
from cumuli.testing.suites.storage_target import Bench
from tests.conformance.acme.server import serving
from tests.secrets_used import API_SECRET


@pytest.fixture(scope="module")
def target() -> Iterator[StorageTarget]:
    with serving(API_SECRET) as server:
        given: dict[str, Any] = {"token": API_SECRET, "endpoint": server.endpoint, "proxy": ""}
        yield StorageTarget(
            name="acme",
            sync_client=partial(Acme, **given),
            async_client=partial(AsyncAcme, **given),
            small_pages={"page_size": 2},
            gaps={},
        )


class TestAcme(StorageSuite):
    """What every provider does, and what only this one has."""

    async def test_what_the_server_has_is_seen(self, bench: Bench) -> None:
        container: Any = await bench.cloud.get_container("photos")
        assert (container.name, container.vault, container.provider) == ("photos", "v7", "acme")
        assert container in await bench.cloud.list_containers()

    async def test_what_it_has_not_is_told(self, bench: Bench) -> None:
        with pytest.raises(ContainerNotFound, match="there is no folder other"):
            await bench.cloud.get_container("other")

    async def test_any_call(self, bench: Bench) -> None:
        client: Any = bench.cloud
        assert (await client.ex_call("GET", "/folders/photos"))["vault"] == "v7"

    async def test_a_wrong_token_is_told(self, bench: Bench) -> None:
        async with bench.client(token=API_SECRET[:-1]) as stranger:
            with pytest.raises(AuthenticationError, match="this token is not known"):
                await stranger.list_containers()
