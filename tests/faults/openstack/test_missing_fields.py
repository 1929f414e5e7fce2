"""A field that is null, or not there at all, costs no listing; one of the wrong type is no answer of OpenStack's.

What identifies a thing stays needed.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from polycloud.compute.models import NodeState
from polycloud.errors import MalformedResponse
from tests.faults.keepalive import Exchange, reply
from tests.faults.openstack.cloud import Cloud

Connect = Callable[..., Any]
Call = Callable[[Any], Awaitable[Any]]

SERVER = {
    "id": "s",
    "status": "ACTIVE",
    "name": "web",
    "metadata": {"a": "b"},
    "addresses": {"net": [{"addr": "10.0.0.1", "version": 4, "OS-EXT-IPS:type": "fixed"}]},
    "flavor": {"id": "1"},
    "image": {"id": "img"},
    "created": "2026-01-02T03:04:05Z",
    "updated": "2026-01-02T03:04:05Z",
    "key_name": "k",
    "tenant_id": "p",
    "user_id": "u",
    "hostId": "h",
    "progress": 0,
    "config_drive": "",
    "security_groups": [{"name": "default"}],
    "accessIPv4": "",
    "OS-EXT-STS:task_state": None,
    "OS-EXT-STS:vm_state": "active",
    "OS-EXT-STS:power_state": 1,
    "OS-EXT-AZ:availability_zone": "nova",
    "os-extended-volumes:volumes_attached": [{"id": "v"}],
}
FLAVOR = {
    "id": "1",
    "name": "small",
    "ram": 512,
    "disk": 1,
    "vcpus": 1,
    "swap": "",
    "OS-FLV-EXT-DATA:ephemeral": 0,
    "os-flavor-access:is_public": True,
    "rxtx_factor": 1.0,
}
IMAGE = {
    "id": "i",
    "name": "cirros",
    "status": "active",
    "owner": "p",
    "created_at": "2026-01-02T03:04:05Z",
    "visibility": "public",
    "size": 7,
    "min_disk": 0,
    "min_ram": 0,
    "disk_format": "qcow2",
    "description": "d",
}
VOLUME = {
    "id": "v",
    "status": "available",
    "size": 1,
    "name": "data",
    "description": "d",
    "availability_zone": "nova",
    "snapshot_id": "x",
    "created_at": "2026-01-02T03:04:05.000000",
    "metadata": {"a": "b"},
    "attachments": [{"server_id": "s", "device": "/dev/vdb"}],
    "volume_type": "ssd",
    "bootable": "false",
    "encrypted": False,
}
SNAPSHOT = {
    "id": "x",
    "status": "available",
    "name": "n",
    "volume_id": "v",
    "size": 1,
    "created_at": "2026-01-02T03:04:05.000000",
    "metadata": {},
}
NETWORK = {
    "id": "n",
    "name": "net",
    "status": "ACTIVE",
    "subnets": ["s"],
    "project_id": "p",
    "admin_state_up": True,
    "shared": False,
    "router:external": False,
    "mtu": 1500,
    "description": "",
}
SUBNET = {
    "id": "s",
    "network_id": "n",
    "cidr": "10.0.0.0/24",
    "ip_version": 4,
    "name": "",
    "gateway_ip": "10.0.0.1",
    "enable_dhcp": True,
    "dns_nameservers": [],
    "allocation_pools": [{"start": "10.0.0.2", "end": "10.0.0.9"}],
    "project_id": "p",
}
PORT = {
    "id": "p",
    "network_id": "n",
    "name": "",
    "status": "ACTIVE",
    "mac_address": "fa:16:3e:00:00:01",
    "fixed_ips": [{"ip_address": "10.0.0.1", "subnet_id": "s"}],
    "device_id": "",
    "device_owner": "",
    "security_groups": ["g"],
    "admin_state_up": True,
    "project_id": "p",
}
ROUTER = {
    "id": "r",
    "name": "",
    "status": "ACTIVE",
    "admin_state_up": True,
    "external_gateway_info": {"network_id": "n", "enable_snat": True, "external_fixed_ips": []},
    "project_id": "p",
}
FLOATING_IP = {
    "id": "f",
    "floating_ip_address": "203.0.113.1",
    "floating_network_id": "n",
    "status": "DOWN",
    "port_id": "p",
    "fixed_ip_address": "10.0.0.1",
    "router_id": "r",
    "project_id": "p",
    "description": "",
}
RULE = {"id": "u", "security_group_id": "g", "direction": "ingress", "ethertype": "IPv4", "description": ""}
GROUP = {"id": "g", "name": "default", "description": "", "security_group_rules": [RULE], "project_id": "p"}

LISTINGS: dict[str, tuple[Call, dict[str, Any], set[str]]] = {
    "servers": (lambda nova: nova.list_nodes(), SERVER, {"id", "status"}),
    "flavors": (lambda nova: nova.list_sizes(), FLAVOR, {"id"}),
    "images": (lambda nova: nova.list_images(), IMAGE, {"id"}),
    "volumes": (lambda nova: nova.list_volumes(), VOLUME, {"id", "status"}),
    "snapshots": (lambda nova: nova.list_volume_snapshots(), SNAPSHOT, {"id", "status"}),
    "networks": (lambda nova: nova.ex_list_networks(), NETWORK, {"id"}),
    "subnets": (lambda nova: nova.ex_list_subnets(), SUBNET, {"id"}),
    "ports": (lambda nova: nova.ex_list_ports(), PORT, {"id"}),
    "routers": (lambda nova: nova.ex_list_routers(), ROUTER, {"id"}),
    "floatingips": (lambda nova: nova.ex_list_floating_ips(), FLOATING_IP, {"id", "floating_ip_address"}),
    "security_groups": (lambda nova: nova.ex_list_security_groups(), GROUP, {"id"}),
}


@pytest.fixture
def show(cloud: Cloud) -> Callable[[str, Any], None]:
    """Says what a listing holds."""
    documents: dict[str, bytes] = {}

    def answer(exchange: Exchange) -> bytes:
        path = urlsplit(exchange.target).path.removesuffix("/detail")
        return reply(200, documents[path.rpartition("/")[2].replace("-", "_")])

    cloud.others = cloud.before = answer
    return lambda root, record: documents.__setitem__(root, json.dumps({root: [record]}).encode())


@pytest.mark.parametrize("root", LISTINGS)
async def test_what_is_null_or_missing_is_left_out(
    cloud: Cloud, connect: Connect, show: Callable[[str, Any], None], root: str
) -> None:
    call, record, needed = LISTINGS[root]
    client = connect(endpoints=cloud.endpoints)
    for name in record:
        for changed in ({**record, name: None}, {key: value for key, value in record.items() if key != name}):
            show(root, changed)
            if name in needed:
                with pytest.raises(MalformedResponse, match="shape"):
                    await call(client)
            else:
                [found] = await call(client)
                assert found.id == record["id"], name
    only = {name: record[name] for name in needed}
    for least in (only, {**dict.fromkeys(record), **only}):
        show(root, least)
        [found] = await call(client)
        assert found.id == record["id"]


@pytest.mark.parametrize("root", LISTINGS)
async def test_what_is_of_the_wrong_type_is_an_error(
    cloud: Cloud, connect: Connect, show: Callable[[str, Any], None], root: str
) -> None:
    call, record, _ = LISTINGS[root]
    client = connect(endpoints=cloud.endpoints)
    for name in record:
        # A null elsewhere does not make up for it.
        others = {key: None if key not in {"id", "status"} else value for key, value in record.items()}
        for changed in ({**record, name: [[7]]}, {**others, name: [[7]]}):
            show(root, changed)
            with pytest.raises(MalformedResponse, match="shape"):
                await call(client)


async def test_nulls_within_a_server(connect: Connect, show: Callable[[str, Any], None]) -> None:
    inside = {
        "addresses": {"net": [{"addr": None}, {"addr": "10.0.0.1", "version": None}], "none": None},
        "flavor": {"id": None},
        "image": {"id": None},
        "metadata": {"a": None, "b": "c"},
        "security_groups": [{"name": None}, {"name": "web"}],
        "os-extended-volumes:volumes_attached": [{"id": None}],
        "fault": {"message": None},
    }
    show("servers", {**SERVER, **inside})
    [node] = await connect().list_nodes()
    assert (node.state, node.private_ips, node.size, node.image) == (NodeState.RUNNING, ("10.0.0.1",), None, None)
    assert (node.tags, node.security_groups, node.volumes) == ({"b": "c"}, ("web",), ())
    assert [address.address for address in node.addresses["net"]] == ["10.0.0.1"]


async def test_a_server_in_a_listing_of_sound_ones_is_read_as_they_are(
    connect: Connect, show: Callable[[str, Any], None]
) -> None:
    show("servers", SERVER)
    [sound] = await connect().list_nodes()
    show("servers", {**SERVER, "progress": None, "description": None, "metadata": {"a": "b", "x": None}})
    [other] = await connect().list_nodes()
    assert {**{f: getattr(sound, f) for f in sound.__struct_fields__}, "progress": None} == {
        f: getattr(other, f) for f in other.__struct_fields__
    }


async def test_a_catalog_with_nulls(cloud: Cloud, connect: Connect) -> None:
    """Services that were registered without a name have none."""
    cloud.add_servers(1)
    endpoint = {"interface": "public", "region": None, "region_id": None, "url": f"{cloud.server.origin}/compute/v2.1"}
    services = [
        {"type": "compute", "name": None, "endpoints": [endpoint]},
        {"type": None, "name": "odd", "endpoints": None},
    ]

    def identity(_exchange: Exchange) -> bytes:
        cloud.tokens.add("t")
        body = {"token": {"user": None, "project": {"id": "p", "name": None}, "roles": None, "catalog": services}}
        return reply(201, json.dumps(body).encode(), ("X-Subject-Token", "t"))

    cloud.identity = identity
    assert len(await connect().list_nodes()) == 1
