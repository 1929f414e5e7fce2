"""Every page is read, whatever the server does with its tokens."""

from __future__ import annotations

import pytest

from cumuli.errors import InvalidRequest, MalformedResponse
from tests.faults.ec2.conftest import MakeClient
from tests.faults.ec2.strict import Paging, StrictEC2, answer_of, error, instance
from tests.faults.keepalive import Exchange, reply

EVERYTHING = [f"i-{number:017x}" for number in range(2345)]


async def test_2345_instances_are_listed_completely(client: MakeClient) -> None:
    with Paging(2345, 100, repeat=5, empty=9) as server:
        nodes = await client(server.origin).list_nodes()
        assert [node.id for node in nodes] == EVERYTHING
        # 24 pages, one of them twice, and the empty one.
        assert len(server.requests) == 26
        assert [node.reservation_id for node in nodes[97:107]] == ["r-13"] + ["r-14"] * 7 + ["r-15"] * 2


async def test_the_first_node_comes_after_one_request(client: MakeClient) -> None:
    with Paging(2345, 100, repeat=5, empty=9) as server:
        nodes = client(server.origin).iterate_nodes()
        assert server.requests == []
        assert (await anext(nodes)).id == EVERYTHING[0]
        assert len(server.requests) == 1
        seen = [node.id async for node in nodes]
        assert [EVERYTHING[0], *seen] == EVERYTHING


async def test_a_listing_that_fails_halfway_is_no_short_listing(client: MakeClient) -> None:
    with Paging(500, 100, repeat=-1, empty=-1) as server:
        plainly = server.plainly
        server.plainly = lambda parameters: (  # type: ignore[method-assign]  # this one object's
            error(400, "InvalidNextToken") if len(server.requests) == 3 else plainly(parameters)
        )
        with pytest.raises(InvalidRequest) as caught:
            await client(server.origin).list_nodes()
        assert caught.value.code == "InvalidNextToken"


async def test_a_listing_that_never_ends_is_an_error(client: MakeClient) -> None:
    items = f"<item><instancesSet>{instance(1)}</instancesSet></item>"
    body = answer_of("DescribeInstances", f"<reservationSet>{items}</reservationSet><nextToken>again</nextToken>")

    def always(exchange: Exchange, parameters: dict[str, str]) -> bytes:
        return reply(200, body)

    with StrictEC2(*[always] * 1000) as server:
        with pytest.raises(MalformedResponse, match="does not end"):
            await client(server.origin).list_nodes()
        assert len(server.requests) < 20


async def test_many_ids_are_asked_for_in_slices_and_never_with_max_results(client: MakeClient) -> None:
    with StrictEC2() as server:
        ids = [f"i-{number}" for number in range(1201)]
        await client(server.origin).list_nodes(ids=ids)
        slices = [
            [value for name, value in request.items() if name.startswith("InstanceId.")] for request in server.requests
        ]
        assert [len(each) for each in slices] == [500, 500, 201]
        assert [each for part in slices for each in part] == ids
        assert not any("MaxResults" in request for request in server.requests)
