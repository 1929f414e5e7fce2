"""Acme Cloud against the compute suite.

One test fails and says what is to be written next. What the provider cannot do goes into ``gaps``, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from cumuli.errors import AuthenticationError
from cumuli.providers.acme.aio import AsyncAcme
from cumuli.providers.acme.client import Acme
from cumuli.testing.suites.compute_suite import ComputeSuite, ComputeTarget
from cumuli.testing.suites.compute_target import Bench
from tests.conformance.acme.server import serving
from tests.secrets_used import API_SECRET


@pytest.fixture(scope="module")
def target() -> Iterator[ComputeTarget]:
    with serving(API_SECRET) as server:
        given: dict[str, Any] = {"token": API_SECRET, "endpoint": server.endpoint, "proxy": ""}

        def eyes(kind: str, thing_id: str) -> Mapping[str, object] | None:
            """The server's own books, by the names of cumuli's fields."""
            seen = server.servers.get(thing_id) if kind == "node" else None
            return seen and {"name": seen["name"]}

        yield ComputeTarget(
            name="acme",
            sync_client=partial(Acme, **given),
            async_client=partial(AsyncAcme, **given),
            size="small",
            image="debian",
            unknown={"node": "srv-0", "size": "huge", "image": "none", "volume": "vol-0", "snapshot": "snap-0"},
            small_pages={"page_size": 2},
            gaps={},
            eyes=eyes,
        )


class TestAcme(ComputeSuite):
    """What every provider does, and what only this one has."""

    async def test_what_the_server_has_is_seen(self, bench: Bench) -> None:
        node = await bench.cloud.get_node("srv-1")
        assert (node.name, node.state, node.provider) == ("web-1", "running", "acme")
        assert node in await bench.cloud.list_nodes()
        bench.look("node", node.id, name=node.name)

    async def test_any_call(self, bench: Bench) -> None:
        client: Any = bench.cloud
        assert (await client.ex_call("GET", "/servers/srv-1"))["host"] == "h7"

    async def test_a_wrong_token_is_told(self, bench: Bench) -> None:
        async with bench.client(token=API_SECRET[:-1]) as stranger:
            with pytest.raises(AuthenticationError, match="this token is not known"):
                await stranger.list_nodes()
