"""Listings by marker, while things change between the pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cumuli.errors import MalformedResponse
from tests.faults.keepalive import Exchange, reply
from tests.faults.openstack.cloud import Cloud

Connect = Callable[..., Any]


def pages_asked_for(cloud: Cloud) -> list[str]:
    return [target for _, target in cloud.server.seen if "/servers/detail" in target]


async def test_fifteen_hundred_servers_come_in_two_pages(cloud: Cloud, connect: Connect) -> None:
    cloud.add_servers(1500)
    nodes = await connect().list_nodes()
    assert [node.id for node in nodes] == list(cloud.servers)
    assert len(pages_asked_for(cloud)) == 2


@pytest.mark.parametrize("gone", ["server-0500", "server-0999", "server-1000"])
async def test_a_server_deleted_between_two_pages(cloud: Cloud, connect: Connect, gone: str) -> None:
    """Before the marker, the marker itself, and after it: the rest is listed, each once."""
    cloud.add_servers(1500)

    def delete(exchange: Exchange) -> None:
        if "marker" in exchange.target and gone in cloud.servers:
            cloud.delete(gone)

    cloud.before = delete
    nodes = [node.id async for node in connect().iterate_nodes()]
    already_seen = [gone] if gone < "server-1000" else []
    assert sorted(nodes) == sorted([*cloud.servers, *already_seen])
    assert len(nodes) == len(set(nodes))


async def test_many_servers_deleted_around_the_marker_are_an_error_and_not_a_short_list(
    cloud: Cloud, connect: Connect
) -> None:
    cloud.add_servers(1500)

    def delete(exchange: Exchange) -> None:
        if "marker" in exchange.target:
            for number in range(990, 1000):
                if f"server-{number:04}" in cloud.servers:
                    cloud.delete(f"server-{number:04}")

    cloud.before = delete
    with pytest.raises(Exception, match="marker"):
        await connect().list_nodes()


async def test_a_service_with_a_smaller_limit_is_followed_to_the_end(
    flavour: object, connect: Connect, cloud: Cloud
) -> None:
    cloud.max_limit = 7
    cloud.add_servers(50)
    assert len(await connect().list_nodes()) == 50
    assert len(pages_asked_for(cloud)) == 8


async def test_pages_are_lazy(cloud: Cloud, connect: Connect) -> None:
    cloud.add_servers(1500)
    async for node in connect().iterate_nodes():
        assert node.id == "server-0000"
        break
    assert len(pages_asked_for(cloud)) == 1


async def test_ids_beyond_single_reads_are_picked_from_the_listing(cloud: Cloud, connect: Connect) -> None:
    cloud.add_servers(1200)
    wanted = [f"server-{number:04}" for number in range(1199, 0, -40)]
    assert [node.id for node in await connect().list_nodes(ids=wanted)] == wanted
    assert len(pages_asked_for(cloud)) == 2


async def test_an_answer_without_servers_is_malformed_and_not_empty(cloud: Cloud, connect: Connect) -> None:
    for body in (b"{}", b"[]", b"<html>", b"", b'{"servers": null}', b'{"servers": [7]}', b"[" * 100_000):
        cloud.before = lambda _exchange, body=body: reply(200, body)
        with pytest.raises(MalformedResponse):
            await connect(retry=False).list_nodes()


async def test_markers_of_small_pages_may_be_deleted_too(cloud: Cloud, connect: Connect) -> None:
    """With two items a page, the marker and the item before it are all of the page."""
    cloud.add_servers(12)

    def delete(exchange: Exchange) -> None:
        if "marker=server-0005" in exchange.target and "server-0005" in cloud.servers:
            cloud.delete("server-0005")
            cloud.delete("server-0004")

    cloud.before = delete
    assert len(await connect(page_size=2).list_nodes()) == 12
    assert len(cloud.servers) == 10


async def test_a_short_page_without_a_link_while_servers_are_built_is_not_the_end(
    cloud: Cloud, connect: Connect
) -> None:
    """Nova counts a server whose build has just begun twice for the limit of a page, and gives it once."""
    cloud.add_servers(6)
    cloud.servers["server-0000"]["status"] = "BUILD"

    def cut_short(exchange: Exchange) -> bytes | None:
        if "/servers/detail" in exchange.target and "marker" not in exchange.target:
            return reply(200, json.dumps({"servers": [cloud.servers["server-0000"]]}).encode())
        return None

    cloud.before = cut_short
    assert [node.id for node in await connect(page_size=2).list_nodes()] == list(cloud.servers)


async def test_nothing_more_is_asked_for_when_no_server_is_being_built(cloud: Cloud, connect: Connect) -> None:
    cloud.add_servers(6)
    await connect().list_nodes()
    assert len(pages_asked_for(cloud)) == 1


async def test_a_service_that_does_not_page_gives_everything_once(cloud: Cloud, connect: Connect) -> None:
    """Nova's key pairs before microversion 2.35: limit and marker mean nothing to it."""
    keys = [{"keypair": {"name": f"key-{number}"}} for number in range(4)]
    cloud.before = lambda _exchange: reply(200, json.dumps({"keypairs": keys}).encode())
    for page_size in (1, 4, 5):
        pairs = await connect(page_size=page_size).list_key_pairs()
        assert [pair.name for pair in pairs] == ["key-0", "key-1", "key-2", "key-3"]


async def test_networks_that_come_again_and_again_end(cloud: Cloud, connect: Connect) -> None:
    networks = [{"id": f"net-{number}"} for number in range(4)]
    cloud.before = lambda _exchange: reply(200, json.dumps({"networks": networks}).encode())
    client = connect(page_size=4, endpoints={"network": f"{cloud.server.origin}/compute/v2.1"})
    assert [network.id for network in await client.ex_list_networks()] == ["net-0", "net-1", "net-2", "net-3"]


async def test_picking_from_a_listing_that_goes_in_a_circle_ends(cloud: Cloud, connect: Connect) -> None:
    page = {
        "servers": [{"id": "a", "status": "ACTIVE"}, {"id": "b", "status": "ACTIVE"}],
        "servers_links": [{"rel": "next", "href": "http://nova.internal/servers?marker=b"}],
    }
    cloud.before = lambda _exchange: reply(200, json.dumps(page).encode())
    with pytest.raises(MalformedResponse, match="does not end"):
        await connect().list_nodes(ids=[f"server-{number}" for number in range(30)])
