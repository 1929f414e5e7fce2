"""A floating IP for a node with several addresses: which one it leads to can be said, and the error says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cumuli.errors import NotFound
from tests.faults.keepalive import Exchange, reply
from tests.faults.openstack.cloud import Cloud

Connect = Callable[..., Any]
FLOATING = {"id": "f", "floating_ip_address": "203.0.113.1"}
REFUSED = {"NeutronError": {"type": "ExternalGatewayForFloatingIPNotFound", "message": "not reachable from subnet s1."}}


async def test_which_address_is_to_be_said(cloud: Cloud, connect: Connect) -> None:
    asked: list[dict[str, Any]] = []

    def neutron(exchange: Exchange) -> bytes:
        if exchange.method == "PUT":
            asked.append(json.loads(exchange.body())["floatingip"])
            good = asked[-1]["port_id"] == "p2"
            return (
                reply(200, json.dumps({"floatingip": FLOATING}).encode())
                if good
                else reply(404, json.dumps(REFUSED).encode())
            )
        if "/ports" in exchange.target:
            ports = [{"id": f"p{n}", "fixed_ips": [{"ip_address": f"10.0.{n}.5"}]} for n in (1, 2)]
            return reply(200, json.dumps({"ports": ports}).encode())
        return reply(200, json.dumps({"floatingip": FLOATING}).encode())

    cloud.others = neutron
    nova = connect(endpoints=cloud.endpoints)
    with pytest.raises(NotFound, match=r"10\.0\.1\.5, 10\.0\.2\.5: say to which one it is to lead: fixed_ip="):
        await nova.ex_attach_floating_ip("node", "f")
    await nova.ex_attach_floating_ip("node", "f", fixed_ip="10.0.2.5")
    assert asked[-1] == {"port_id": "p2", "fixed_ip_address": "10.0.2.5"}


@pytest.mark.parametrize("region", ["RegionOne", "regionone", "REGIONONE"])
async def test_a_region_is_found_in_either_case(cloud: Cloud, connect: Connect, region: str) -> None:
    cloud.add_servers(1)
    nova = connect(region=region)
    assert len(await nova.list_nodes()) == 1
    zones = {"availabilityZoneInfo": [{"zoneName": "nova"}]}
    cloud.before = lambda _exchange: reply(200, json.dumps(zones).encode())
    assert [place.region for place in await nova.list_locations()] == ["RegionOne"]
