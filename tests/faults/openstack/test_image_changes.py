"""Glance's patches: what they say, and when they may be sent twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.errors import AlreadyExists, CloudError, ImageNotFound, InvalidRequest
from tests.faults.keepalive import Exchange, Hangup, reply
from tests.faults.openstack.cloud import Cloud

Connect = Callable[..., Any]

IMAGE = {"id": "i", "name": "n", "status": "active", "min_disk": 4, "a/b": "c", "count": 7, "odd": {"x": 1}}


class Glance:
    """One image; the first answers to patches may be lost."""

    def __init__(self, cloud: Cloud, losses: int = 0) -> None:
        self.patches: list[Any] = []
        self.losses = losses
        cloud.others = self.answer

    def answer(self, exchange: Exchange) -> bytes:
        assert exchange.target == "/image/v2/images/i"
        if exchange.method == "PATCH":
            assert exchange.get("content-type") == "application/openstack-images-v2.1-json-patch"
            self.patches.append(json.loads(exchange.body()))
            if len(self.patches) <= self.losses:
                exchange.reset()
                raise Hangup
        return reply(200, json.dumps(IMAGE).encode())


async def test_a_patch(cloud: Cloud, connect: Connect) -> None:
    glance = Glance(cloud)
    image = await connect(endpoints=cloud.endpoints).ex_update_image(
        "i",
        name="n",
        visibility="shared",
        min_disk=4,
        hidden=False,
        tags=["t"],
        properties={"a/b~c": "d", "gone": None},
    )
    assert glance.patches == [
        [
            {"op": "add", "path": "/name", "value": "n"},
            {"op": "add", "path": "/visibility", "value": "shared"},
            {"op": "add", "path": "/min_disk", "value": 4},
            {"op": "add", "path": "/os_hidden", "value": False},
            {"op": "add", "path": "/tags", "value": ["t"]},
            {"op": "add", "path": "/a~1b~0c", "value": "d"},
            {"op": "remove", "path": "/gone"},
        ]
    ]
    assert (image.id, image.min_disk, image.properties) == ("i", 4, {"a/b": "c", "count": "7"})


async def test_what_sets_is_sent_again_and_what_removes_is_not(cloud: Cloud, connect: Connect) -> None:
    glance = Glance(cloud, losses=1)
    nova = connect(retry=RetryPolicy(base=0.01), endpoints=cloud.endpoints)
    await nova.ex_update_image("i", properties={"a": "b"})
    assert len(glance.patches) == 2
    glance = Glance(cloud, losses=1)
    with pytest.raises(CloudError):
        await nova.ex_update_image("i", properties={"a": None})
    assert len(glance.patches) == 1


@pytest.mark.parametrize(
    "arguments", [{}, {"properties": {}}, {"properties": {"min_disk": "4"}}, {"properties": {"": "x"}}, {"name": ""}]
)
async def test_no_change_is_told_before_anything_is_sent(
    cloud: Cloud, connect: Connect, arguments: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest):
        await connect(endpoints=cloud.endpoints).ex_update_image("i", **arguments)
    assert cloud.server.seen == []


async def test_members_that_are_there_already_or_of_no_image(cloud: Cloud, connect: Connect) -> None:
    nova = connect(endpoints=cloud.endpoints)
    cloud.others = lambda _exchange: reply(409, b"{}")
    with pytest.raises(AlreadyExists):
        await nova.ex_create_image_member("i", "p")
    cloud.others = lambda _exchange: reply(404, b"{}")
    for call in (nova.ex_create_image_member("i", "p"), nova.ex_list_image_members("i")):
        with pytest.raises(ImageNotFound):
            await call
