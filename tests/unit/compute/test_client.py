"""What the portable client does around any driver, good or bad."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

import cumuli
from cumuli.calls.options import make_caller
from cumuli.calls.paging import Page
from cumuli.capabilities import Capabilities
from cumuli.compute.aio import AsyncCompute
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.client import Compute
from cumuli.compute.driver import ComputeDriver
from cumuli.compute.models import Node, NodeState, Volume
from cumuli.errors import CloudError, MalformedResponse, NodeNotFound, NotSupported
from cumuli.runtime.protocol import TransportSettings
from cumuli.testing.flavours import Flavour


class OddDriver(ComputeDriver[Node, Volume]):
    """A driver that lets through what it should not."""

    provider = "odd"
    capabilities = Capabilities(
        supported=frozenset(ComputeCapability) - {ComputeCapability.STOP_NODE},
        alternatives={ComputeCapability.STOP_NODE: "destroy the node"},
    )
    closed = False

    async def get_node(self, node_id: str) -> Node:
        match node_id:
            case "bare":
                raise NodeNotFound("there is none")
            case "shape":
                return msgspec.json.decode(b'{"id": 7}', type=Node)
            case "deep":
                return msgspec.json.decode(b"[" * 100_000 + b"]" * 100_000, type=Node)
            case _:
                return Node(id=node_id, name="", state=NodeState.RUNNING, provider="odd")

    async def list_nodes(self, *, ids: Sequence[str] | None, cursor: str | None) -> Page[Node]:
        if ids:
            return Page([await self.get_node(node_id) for node_id in ids])
        return Page([], next="round and round")

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def driver(flavour: Flavour) -> OddDriver:
    from cumuli.runtime import asynchronous_runtime, blocking_runtime

    factory = asynchronous_runtime if flavour.name == "async" else blocking_runtime
    return OddDriver(make_caller(factory(TransportSettings()), {}, provider="odd"))


@pytest.fixture
def cloud(driver: OddDriver, flavour: Flavour) -> AsyncCompute[Node, Volume]:
    client = AsyncCompute[Node, Volume](driver)
    shaped: AsyncCompute[Node, Volume] = flavour.shape(client if flavour.name == "async" else Compute(client))
    return shaped


async def test_errors_get_the_providers_name(cloud: AsyncCompute) -> None:
    with pytest.raises(NodeNotFound) as caught:
        await cloud.get_node("bare")
    assert str(caught.value) == "odd: there is none"


@pytest.mark.parametrize("wrong", ["shape", "deep"])
async def test_only_errors_of_the_tree_come_out(cloud: AsyncCompute, wrong: str) -> None:
    for work in (cloud.get_node(wrong), cloud.list_nodes(ids=[wrong])):
        with pytest.raises(MalformedResponse) as caught:
            await work
        assert caught.value.provider == "odd"


async def test_a_listing_that_never_ends_is_an_error_with_a_name(cloud: AsyncCompute) -> None:
    with pytest.raises(MalformedResponse, match="does not end") as caught:
        await cloud.list_nodes()
    assert caught.value.provider == "odd"


async def test_an_alternative_is_named(cloud: AsyncCompute) -> None:
    with pytest.raises(NotSupported, match="odd does not support stop_node; instead, destroy the node"):
        await cloud.stop_node("n-1")


async def test_what_a_driver_forgot_is_not_supported(cloud: AsyncCompute) -> None:
    with pytest.raises(NotSupported, match="the odd driver declares reboot_node and does not implement it"):
        await cloud.reboot_node("n-1")


async def test_closing_closes_the_driver_and_may_be_done_twice(cloud: AsyncCompute, driver: OddDriver) -> None:
    await cloud.aclose()
    assert driver.closed
    await cloud.aclose()


async def test_leaving_the_block_closes_even_after_a_failure(cloud: AsyncCompute, driver: OddDriver) -> None:
    with pytest.raises(CloudError):
        async with cloud as same:
            await same.get_node("bare")
    assert driver.closed


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-8-sig"])
async def test_a_file_of_a_public_key_may_be_in_any_encoding(flavour: Flavour, tmp_path: Path, encoding: str) -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPFxRBzQfQf7Yd7+1PNz2cQ Jürgen"
    path = tmp_path / "key.pub"
    path.write_bytes(f"{key}\r\n".encode(encoding))
    cls = cumuli.AsyncMemoryCompute if flavour.name == "async" else cumuli.MemoryCompute
    client: Any = flavour.shape(cls())
    async with client:
        assert (await client.import_key_pair("mine", path)).public_key == key
