"""Volumes that several nodes have: which one is meant is said, and the microversion is the one that it takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.errors import Conflict
from tests.faults.keepalive import Exchange, Hangup, reply
from tests.faults.openstack.cloud import Cloud

Connect = Callable[..., Any]
OLD = {
    "badRequest": {
        "code": 400,
        "message": "Multiattach volumes are only supported starting with compute API version 2.60.",
    }
}


class Shared:
    """Cinder and Nova, as far as one volume goes."""

    def __init__(self, cloud: Cloud, *nodes: str) -> None:
        self.nodes = list(nodes)
        self.calls: list[tuple[str, str, str | None]] = []
        self.status = "in-use"
        cloud.others = self._cinder
        cloud.before = self._nova

    def _cinder(self, _exchange: Exchange) -> bytes:
        attachments = [{"server_id": node, "device": "/dev/vdb"} for node in self.nodes]
        status = self.status if self.nodes else "available"
        volume = {"id": "vol", "status": status, "multiattach": True, "attachments": attachments}
        return reply(200, json.dumps({"volume": volume}).encode())

    def _nova(self, exchange: Exchange) -> bytes:
        node = urlsplit(exchange.target).path.split("/")[4]
        microversion = exchange.get("x-openstack-nova-api-version")
        self.calls.append((exchange.method, node, microversion))
        if exchange.method == "DELETE":
            self.nodes.remove(node)
            return reply(202)
        exchange.body()
        if microversion != "2.60":
            return reply(400, json.dumps(OLD).encode())
        self.nodes.append(node)
        return reply(200, b'{"volumeAttachment": {"volumeId": "vol"}}')


async def test_which_node_is_to_be_said(cloud: Cloud, connect: Connect) -> None:
    shared = Shared(cloud, "a", "b")
    nova = connect(endpoints=cloud.endpoints)
    with pytest.raises(Conflict, match="several nodes, a, b; give node="):
        await nova.detach_volume("vol")
    with pytest.raises(Conflict, match="not attached to c; it is attached to a, b"):
        await nova.detach_volume("vol", node="c")
    assert shared.calls == []
    assert (await nova.detach_volume("vol", node="b")).attached_to == ("a",)
    assert (await nova.detach_volume("vol")).attached_to == ()
    assert [call[:2] for call in shared.calls] == [("DELETE", "b"), ("DELETE", "a")]
    with pytest.raises(Conflict, match="not attached to a node; its state is available"):
        await nova.detach_volume("vol")


@pytest.mark.parametrize("left", [True, False])
async def test_another_nodes_detachment_is_not_taken_for_this_one(cloud: Cloud, connect: Connect, left: bool) -> None:
    """The volume's state does not tell which of several nodes it leaves."""
    shared = Shared(cloud, "a", "b")

    def lose_and_refuse(exchange: Exchange) -> bytes:
        shared.calls.append((exchange.method, "b", None))
        if len(shared.calls) == 1:
            if left:
                shared.nodes.remove("b")
            shared.status = "detaching"
            exchange.reset()
            raise Hangup
        return reply(409, b'{"conflictingRequest": {"code": 409, "message": "Volume status must be in-use."}}')

    cloud.before = lambda exchange: lose_and_refuse(exchange) if exchange.method == "DELETE" else None
    nova = connect(endpoints=cloud.endpoints, retry=RetryPolicy(base=0.01))
    if left:
        assert (await nova.detach_volume("vol", node="b")).attached_to == ("a",)
    else:
        with pytest.raises(Conflict, match="must be in-use"):
            await nova.detach_volume("vol", node="b")
    assert len(shared.calls) == 2


async def test_attaching_takes_the_microversion_that_it_needs(cloud: Cloud, connect: Connect) -> None:
    shared = Shared(cloud, "a")
    volume = await connect(endpoints=cloud.endpoints).attach_volume("b", "vol")
    assert volume.attached_to == ("a", "b")
    assert shared.calls == [("POST", "b", "2.36"), ("POST", "b", "2.60")]


async def test_an_old_nova_says_so(cloud: Cloud, connect: Connect) -> None:
    shared = Shared(cloud, "a")
    version = {"id": "v2.1", "version": "2.42", "min_version": "2.1", "status": "CURRENT"}
    cloud.discovery = lambda _exchange: reply(200, json.dumps({"version": version}).encode())
    with pytest.raises(Conflict, match="this Nova is too old"):
        await connect(endpoints=cloud.endpoints).attach_volume("b", "vol")
    assert len(shared.calls) == 1
