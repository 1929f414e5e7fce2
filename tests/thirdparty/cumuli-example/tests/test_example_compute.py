"""Example Cloud, found by its entry point, against the compute suite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import cumuli
import pytest
from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.testing.flavours import Flavour
from cumuli.testing.suites import ComputeSuite, ComputeTarget
from example_server import ExampleServer, serving

TOKEN = "the token of these tests"
NO_VOLUMES = "Example Cloud sells no volumes"
NO_KEYS = "Example Cloud keeps no keys"
NO_IMAGES = "Example Cloud makes no images"


@pytest.fixture(scope="module")
def cloud_server() -> Iterator[ExampleServer]:
    with serving(TOKEN) as server:
        yield server


@pytest.fixture(scope="module")
def target(cloud_server: ExampleServer) -> ComputeTarget:
    given: dict[str, Any] = {"token": TOKEN, "endpoint": cloud_server.endpoint, "proxy": ""}

    def eyes(kind: str, thing_id: str) -> Mapping[str, object] | None:
        """The server's own books."""
        assert kind == "node"
        machine = cloud_server.machines.get(thing_id)
        if machine is None:
            return None
        facts = machine.facts
        state = {"active": "running", "off": "stopped"}.get(machine.status)
        return {key: facts[key] for key in ("name", "size", "image", "location")} | {
            "tags": facts["labels"],
            "state": state,
        }

    gaps: dict[Can | str, str] = {
        **dict.fromkeys((can for can in Can if "volume" in can.value), NO_VOLUMES),
        **dict.fromkeys((can for can in Can if "key_pair" in can.value), NO_KEYS),
        **dict.fromkeys((Can.CREATE_IMAGE, Can.COPY_IMAGE, Can.DELETE_IMAGE), NO_IMAGES),
        Can.CREATE_NODE_SSH_KEY: NO_KEYS,
        Can.CREATE_NODE_PASSWORD: "Example Cloud sets no passwords",
        Can.LIST_IMAGES_TAGS: "Example Cloud labels servers only",
    }
    return ComputeTarget(
        name="example",
        sync_client=partial(cumuli.compute, "example", **given),
        async_client=partial(cumuli.async_compute, "example", **given),
        size="small",
        image="debian",
        unknown={"node": "srv-0", "size": "huge", "image": "plan9", "volume": "v-0", "snapshot": "s-0"},
        small_pages={"page_size": 2},
        gaps=gaps,
        eyes=eyes,
        patience=20.0,
    )


class TestExample(ComputeSuite):
    async def test_its_own_methods_and_models(self, target: ComputeTarget, flavour: Flavour) -> None:
        make = target.async_client if flavour.name == "async" else target.sync_client
        client: Any = flavour.shape(make())
        node = await client.create_node("racked", target.size, target.image)
        assert (type(node).__name__, node.rack) == ("ExampleNode", "R7")
        assert await client.ex_rack(node) == "R7"
        await client.destroy_node(node)
        await client.aclose()
