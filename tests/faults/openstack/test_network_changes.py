"""What is sent to change ports, routers, interfaces and quotas, and how a floating IP finds its node."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from cumuli.errors import CloudError, Conflict, InvalidRequest, NodeNotFound, NotFound
from cumuli.providers.openstack.compute.models import QuotaUsage, QuotaUse
from cumuli.providers.openstack.network.models import AddressPair, AllocationPool, FixedIP, HostRoute
from tests.faults.keepalive import Exchange, reply
from tests.faults.openstack.cloud import Cloud

Connect = Callable[..., Any]
Call = Callable[[Any], Awaitable[Any]]

PORT = {"port": {"id": "p"}}
ROUTER = {"router": {"id": "r"}}
NETWORK = {"network": {"id": "n"}}
SUBNET = {"subnet": {"id": "s"}}


class Neutron:
    """Answers everything with what was set, and keeps what it was asked."""

    def __init__(self, cloud: Cloud) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, str, Any]] = []
        cloud.others = self.answer
        cloud.before = self.answer

    def answer(self, exchange: Exchange) -> bytes:
        _, service, _, path = urlsplit(exchange.target).path.split("/", 3)
        body = exchange.body()
        self.asked.append((exchange.method, f"{service}/{path}", json.loads(body) if body else None))
        return reply(200, json.dumps(self.answers[path.partition("/")[0]]).encode())


@pytest.fixture
def neutron(cloud: Cloud) -> Neutron:
    return Neutron(cloud)


CHANGES: dict[str, tuple[Call, tuple[str, str, Any]]] = {
    "port": (
        lambda nova: nova.ex_update_port(
            "p",
            name="",
            security_groups=[],
            fixed_ips=[FixedIP(ip_address="10.0.0.1"), FixedIP(subnet_id="s")],
            allowed_address_pairs=[AddressPair(ip_address="10.1.0.0/24")],
            port_security_enabled=False,
        ),
        (
            "PUT", "network/ports/p",
            {
                "port": {
                    "name": "", "security_groups": [], "fixed_ips": [{"ip_address": "10.0.0.1"}, {"subnet_id": "s"}],
                    "allowed_address_pairs": [{"ip_address": "10.1.0.0/24"}], "port_security_enabled": False,
                }
            },
        ),
    ),
    "network": (
        lambda nova: nova.ex_update_network(
            "n", name="", description="d", admin_state_up=False, shared=True, external=False, mtu=1400
        ),
        (
            "PUT", "network/networks/n",
            {
                "network": {
                    "name": "", "description": "d", "admin_state_up": False, "shared": True, "router:external": False,
                    "mtu": 1400,
                }
            },
        ),
    ),
    "subnet": (
        lambda nova: nova.ex_update_subnet(
            "s",
            name="",
            description="d",
            gateway_ip="10.0.0.9",
            enable_dhcp=False,
            dns_nameservers=[],
            allocation_pools=[AllocationPool(start="10.0.0.10", end="10.0.0.20")],
            host_routes=[HostRoute(destination="10.1.0.0/16", nexthop="10.0.0.2")],
        ),
        (
            "PUT", "network/subnets/s",
            {
                "subnet": {
                    "name": "", "description": "d", "gateway_ip": "10.0.0.9", "enable_dhcp": False,
                    "dns_nameservers": [], "allocation_pools": [{"start": "10.0.0.10", "end": "10.0.0.20"}],
                    "host_routes": [{"destination": "10.1.0.0/16", "nexthop": "10.0.0.2"}],
                }
            },
        ),
    ),
    "no gateway of a subnet": (
        lambda nova: nova.ex_update_subnet("s", gateway_ip=""),
        ("PUT", "network/subnets/s", {"subnet": {"gateway_ip": None}}),
    ),
    "new network": (
        lambda nova: nova.ex_create_network("n", description="d"),
        ("POST", "network/networks", {"network": {"name": "n", "description": "d", "admin_state_up": True}}),
    ),
    "new subnet": (
        lambda nova: nova.ex_create_subnet(
            "n", "10.0.0.0/24", description="d", host_routes=[HostRoute(destination="10.1.0.0/16", nexthop="10.0.0.9")]
        ),
        (
            "POST", "network/subnets",
            {
                "subnet": {
                    "network_id": "n", "cidr": "10.0.0.0/24", "name": "", "description": "d", "ip_version": 4,
                    "enable_dhcp": True, "host_routes": [{"destination": "10.1.0.0/16", "nexthop": "10.0.0.9"}],
                }
            },
        ),
    ),
    "new router": (
        lambda nova: nova.ex_create_router("r", description="d"),
        ("POST", "network/routers", {"router": {"name": "r", "description": "d", "admin_state_up": True}}),
    ),
    "policy": (
        lambda nova: nova.ex_update_port("p", qos_policy="q"),
        ("PUT", "network/ports/p", {"port": {"qos_policy_id": "q"}}),
    ),
    "no policy": (
        lambda nova: nova.ex_update_port("p", qos_policy=""),
        ("PUT", "network/ports/p", {"port": {"qos_policy_id": None}}),
    ),
    "one network": (lambda nova: nova.ex_get_network("n"), ("GET", "network/networks/n", None)),
    "one subnet": (lambda nova: nova.ex_get_subnet("s"), ("GET", "network/subnets/s", None)),
    "router": (
        lambda nova: nova.ex_update_router("r", admin_state_up=False),
        ("PUT", "network/routers/r", {"router": {"admin_state_up": False}}),
    ),
    "gateway": (
        lambda nova: nova.ex_set_router_gateway(
            "r", "n", enable_snat=False, fixed_ips=[FixedIP(ip_address="203.0.113.7")]
        ),
        (
            "PUT", "network/routers/r",
            {
                "router": {
                    "external_gateway_info": {
                        "network_id": "n", "enable_snat": False, "external_fixed_ips": [{"ip_address": "203.0.113.7"}],
                    }
                }
            },
        ),
    ),
    "no gateway": (
        lambda nova: nova.ex_remove_router_gateway("r"),
        ("PUT", "network/routers/r", {"router": {"external_gateway_info": {}}}),
    ),
    "router port": (
        lambda nova: nova.ex_add_router_port("r", "p"),
        ("PUT", "network/routers/r/add_router_interface", {"port_id": "p"}),
    ),
    "no router port": (
        lambda nova: nova.ex_remove_router_port("r", "p"),
        ("PUT", "network/routers/r/remove_router_interface", {"port_id": "p"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
async def test_changes(cloud: Cloud, neutron: Neutron, connect: Connect, what: str) -> None:
    call, asked = CHANGES[what]
    neutron.answers = {"ports": PORT, "routers": ROUTER, "networks": NETWORK, "subnets": SUBNET}
    await call(connect(endpoints=cloud.endpoints))
    assert neutron.asked == [asked]


async def test_no_change_is_told_before_anything_is_sent(cloud: Cloud, connect: Connect) -> None:
    nova = connect(endpoints=cloud.endpoints)
    for call in (
        nova.ex_update_port("p"),
        nova.ex_update_router("r"),
        nova.ex_update_network("n"),
        nova.ex_update_subnet("s"),
        nova.ex_set_quota("p"),
    ):
        with pytest.raises(InvalidRequest):
            await call
    assert cloud.server.seen == []


async def test_quotas_are_set_where_they_are_kept(cloud: Cloud, neutron: Neutron, connect: Connect) -> None:
    neutron.answers = {"os-quota-sets": {"quota_set": {}}, "quotas": {"quota": {"floatingip": 3}}}
    nova = connect(endpoints=cloud.endpoints)
    quota = await nova.ex_set_quota("p", cores=7, floating_ips=3, gigabytes=-1)
    assert quota.floating_ips == 3
    assert [asked for asked in neutron.asked if asked[0] == "PUT"] == [
        ("PUT", "compute/os-quota-sets/p", {"quota_set": {"cores": 7}}),
        ("PUT", "network/quotas/p", {"quota": {"floatingip": 3}}),
        ("PUT", "block-storage/os-quota-sets/p", {"quota_set": {"gigabytes": -1}}),
    ]
    neutron.asked.clear()
    await nova.ex_set_quota("p", routers=0)
    assert [path for method, path, _ in neutron.asked if method == "PUT"] == ["network/quotas/p"]


async def test_usage_of_quotas(cloud: Cloud, neutron: Neutron, connect: Connect) -> None:
    use = {"limit": 10, "in_use": 3, "reserved": 1}
    neutron.answers = {
        "os-quota-sets": {"quota_set": {"id": "p", "cores": use, "gigabytes": use}},
        "quotas": {"quota": {"port": {"limit": -1, "used": 5, "reserved": 0}}},
    }
    found = await connect(endpoints=cloud.endpoints).ex_get_quota_usage("p")
    assert found == QuotaUsage(
        cores=QuotaUse(limit=10, used=3, reserved=1),
        gigabytes=QuotaUse(limit=10, used=3, reserved=1),
        ports=QuotaUse(limit=-1, used=5, reserved=0),
    )
    assert [path for _, path, _ in neutron.asked] == [
        "compute/os-quota-sets/p/detail",
        "network/quotas/p/details",
        "block-storage/os-quota-sets/p",
    ]


async def test_limits_alone_where_neutron_does_not_tell_the_usage(
    cloud: Cloud, neutron: Neutron, connect: Connect
) -> None:
    neutron.answers = {"os-quota-sets": {"quota_set": {}}, "quotas": {"quota": {"port": 7}}}
    told = neutron.answer

    def without_details(exchange: Exchange) -> bytes:
        return reply(404, b"{}") if exchange.target.endswith("/details") else told(exchange)

    cloud.others = cloud.before = without_details
    found = await connect(endpoints=cloud.endpoints).ex_get_quota_usage("p")
    assert (found.ports, found.networks) == (QuotaUse(limit=7), QuotaUse())


def floating(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"f{number}", "floating_ip_address": f"203.0.113.{number}", **more}


async def test_a_floating_ip_tells_its_node(cloud: Cloud, neutron: Neutron, connect: Connect) -> None:
    neutron.answers["floatingips"] = {
        "floatingips": [
            floating(1, port_id="p1", port_details={"device_id": "s1", "device_owner": "compute:nova"}),
            floating(2, port_id="p2", port_details={"device_id": "lb", "device_owner": "Octavia"}),
            floating(3, port_id=None, port_details=None),
        ]
    }
    found = await connect(endpoints=cloud.endpoints).ex_list_floating_ips()
    assert [each.node_id for each in found] == ["s1", None, None]
    assert len(neutron.asked) == 1


async def test_where_neutron_does_not_tell_one_listing_of_ports_does(
    cloud: Cloud, neutron: Neutron, connect: Connect
) -> None:
    neutron.answers = {
        "floatingips": {"floatingips": [floating(number, port_id=f"p{number}") for number in range(1, 5)]},
        "ports": {
            "ports": [
                {"id": f"p{number}", "device_id": f"s{number}", "device_owner": "compute:az1"} for number in (1, 2, 4)
            ]
        },
    }
    nova = connect(endpoints=cloud.endpoints)
    found = await nova.ex_list_floating_ips()
    assert [each.node_id for each in found] == ["s1", "s2", None, "s4"]
    assert len(neutron.asked) == 2
    neutron.answers["floatingips"] = {"floatingip": floating(2, port_id="p2")}
    assert (await nova.ex_get_floating_ip("f2")).node_id == "s2"


REFUSALS = [
    (404, "Instance server-0000 could not be found.", NodeNotFound),
    (404, "Port p could not be found.", NotFound),
    (400, "Port p is still in use.", Conflict),
    (400, "Fixed IP 10.0.0.1 is already in use.", Conflict),
    (409, "Cannot 'attach_interface' instance while it is in vm_state building", Conflict),
    (400, "No.", InvalidRequest),
]


@pytest.mark.parametrize(("status", "message", "kind"), REFUSALS)
async def test_refused_interfaces(
    cloud: Cloud, connect: Connect, status: int, message: str, kind: type[CloudError]
) -> None:
    cloud.before = lambda _exchange: reply(status, json.dumps({"fault": {"message": message}}).encode())
    nova = connect()
    for call in (nova.ex_attach_port_interface("s", "p"), nova.ex_detach_port_interface("s", "p")):
        with pytest.raises(kind) as caught:
            await call
        assert type(caught.value) is kind


async def test_an_interface_is_asked_for_once(cloud: Cloud, connect: Connect) -> None:
    asked: list[Any] = []

    def answer(exchange: Exchange) -> bytes:
        asked.append(json.loads(exchange.body()))
        return reply(503, b"{}")

    cloud.before = answer
    nova = connect()
    for call in (
        nova.ex_attach_port_interface("s", "p"),
        nova.ex_attach_network_interface("s", "n", fixed_ip="10.0.0.7"),
    ):
        with pytest.raises(CloudError):
            await call
    assert asked == [
        {"interfaceAttachment": {"port_id": "p"}},
        {"interfaceAttachment": {"net_id": "n", "fixed_ips": [{"ip_address": "10.0.0.7"}]}},
    ]


@pytest.mark.parametrize(
    ("given", "ports"),
    [
        ({"protocol": "tcp", "port_min": 22}, (22, 22)),
        ({"protocol": "udp", "port_min": 60000, "port_max": 61000}, (60000, 61000)),
        ({"protocol": "6", "port_min": 22}, (22, 22)),
        *(({"protocol": icmp, "port_min": 8}, (8, None)) for icmp in ("icmp", "1")),
        *(({"protocol": icmp, "port_min": 128}, (128, None)) for icmp in ("icmpv6", "ipv6-icmp", "58")),
        ({"protocol": "icmp", "port_min": 3, "port_max": 4}, (3, 4)),
        ({"protocol": "icmp", "port_min": 8, "port_max": 0}, (8, 0)),
        ({"protocol": "icmp"}, (None, None)),
        ({"protocol": None}, (None, None)),
    ],
)
async def test_a_rule_for_one_port_and_one_for_a_kind_of_icmp(
    connect: Connect, cloud: Cloud, neutron: Neutron, given: dict[str, Any], ports: tuple[int | None, int | None]
) -> None:
    rule = {"id": "rule", "security_group_id": "g", "direction": "ingress"}
    neutron.answers["security-group-rules"] = {"security_group_rule": rule}
    await connect(endpoints=cloud.endpoints).ex_create_security_group_rule("g", **given)
    [(_, _, body)] = neutron.asked
    sent = body["security_group_rule"]
    assert (sent.get("port_range_min"), sent.get("port_range_max")) == ports
