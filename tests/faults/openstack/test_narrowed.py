"""Nova, Glance and Cinder are asked for less where only some of a listing is wanted, and never for too little."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.faults.keepalive import Exchange, reply
from tests.faults.openstack.cloud import Cloud

Connect = Callable[..., Any]

JSON = ("Content-Type", "application/json")
NAMES = ("web", "Web", "web1", "a web", "we.b", "weXb", "w[e]b (2)", "^web$", "wéb*", "a|b", "50%", "a\\b", "a-b c")


@pytest.mark.parametrize("name", NAMES)
async def test_names_of_servers_are_no_patterns(cloud: Cloud, connect: Connect, name: str) -> None:
    cloud.add_servers(100)
    for number, each in enumerate(NAMES):
        cloud.servers[f"server-{number:04}"]["name"] = each
    [node] = await connect(page_size=5).list_nodes(name=name)
    assert node.name == name
    # The server was asked for these alone, or there would have been twenty pages.
    assert len([target for _, target in cloud.server.seen if "/servers/detail" in target]) == 1


async def test_a_state_is_looked_for_among_all(cloud: Cloud, connect: Connect) -> None:
    """A status of Nova's may be several states of ours, by the task: it is not asked for."""
    cloud.add_servers(12)
    cloud.servers["server-0003"]["OS-EXT-STS:task_state"] = "powering-off"
    cloud.servers["server-0007"]["status"] = "SHELVED_OFFLOADED"
    client = connect(page_size=5)
    assert [node.id for node in await client.list_nodes(state="stopping")] == ["server-0003"]
    assert [node.id for node in await client.list_nodes(state=["stopped", "error"])] == ["server-0007"]


def _answers(cloud: Cloud, key: str, things: list[dict[str, Any]], asked: list[dict[str, list[str]]]) -> None:
    def others(exchange: Exchange) -> bytes:
        asked.append(parse_qs(urlsplit(exchange.target).query))
        if exchange.target.endswith(("/v3/", "/v2/")):
            return reply(200, json.dumps({"versions": []}).encode(), JSON)
        return reply(200, json.dumps({key: things}).encode(), JSON)

    cloud.others = others


@pytest.mark.parametrize(("name", "sent"), [("golden", True), ("in:golden,other", False), ("a:b", False)])
async def test_names_of_images_are_no_operators(cloud: Cloud, connect: Connect, name: str, sent: bool) -> None:
    asked: list[dict[str, list[str]]] = []
    things = [{"id": str(number), "name": each, "status": "active"} for number, each in enumerate((name, "other"))]
    _answers(cloud, "images", things, asked)
    images = await connect(endpoints=cloud.endpoints).list_images(name=name, state="available")
    assert [image.name for image in images] == [name]
    assert ("name" in asked[-1]) is sent


@pytest.mark.parametrize(("name", "sent"), [("data disk.1", True), ("12", False), ("True", False), ("'a'", False)])
@pytest.mark.parametrize(("verb", "key"), [("list_volumes", "volumes"), ("list_volume_snapshots", "snapshots")])
async def test_names_of_volumes_are_no_literals(
    cloud: Cloud, connect: Connect, verb: str, key: str, name: str, *, sent: bool
) -> None:
    asked: list[dict[str, list[str]]] = []
    things = [{"id": str(number), "name": each, "status": "available"} for number, each in enumerate((name, "other"))]
    _answers(cloud, key, things, asked)
    found = await getattr(connect(endpoints=cloud.endpoints), verb)(name=name)
    assert [each.name for each in found] == [name]
    assert ("name" in asked[-1]) is sent
