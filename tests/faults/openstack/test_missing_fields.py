"""A field that is null, not there at all, or of another type than it should be costs no listing.

What identifies a thing, and its status, stay needed: without them that one is left out, and named.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import cumuli
from cumuli.compute.models import NodeState
from cumuli.errors import MalformedResponse
from tests.faults.keepalive import Exchange, reply
from tests.faults.openstack.cloud import Cloud
from tests.secrets_used import ACCOUNT_PASSWORD
from tests.support.odd_values import ODD, differences, odd_records, unfit_moments

Connect = Callable[..., Any]
Call = Callable[[Any], Awaitable[Any]]

SERVER: dict[str, Any] = {
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
FLAVOR: dict[str, Any] = {
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
IMAGE: dict[str, Any] = {
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
    "container_format": "bare",
    "protected": False,
    "os_hidden": False,
    "checksum": "0",
    "tags": ["t"],
    "os_distro": "debian",
    "updated_at": "2026-01-02T03:04:05Z",
}
VOLUME: dict[str, Any] = {
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
SNAPSHOT: dict[str, Any] = {
    "id": "x",
    "status": "available",
    "name": "n",
    "volume_id": "v",
    "size": 1,
    "created_at": "2026-01-02T03:04:05.000000",
    "metadata": {},
}
NETWORK: dict[str, Any] = {
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
SUBNET: dict[str, Any] = {
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
PORT: dict[str, Any] = {
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
    "description": "",
    "allowed_address_pairs": [{"ip_address": "10.1.0.1"}],
    "port_security_enabled": True,
}
ROUTER: dict[str, Any] = {
    "id": "r",
    "name": "",
    "status": "ACTIVE",
    "admin_state_up": True,
    "external_gateway_info": {"network_id": "n", "enable_snat": True, "external_fixed_ips": []},
    "project_id": "p",
}
FLOATING_IP: dict[str, Any] = {
    "id": "f",
    "floating_ip_address": "203.0.113.1",
    "floating_network_id": "n",
    "status": "DOWN",
    "port_id": "p",
    "fixed_ip_address": "10.0.0.1",
    "router_id": "r",
    "project_id": "p",
    "description": "",
    "port_details": {"device_id": "s", "device_owner": "compute:nova"},
}
RULE: dict[str, Any] = {
    "id": "u",
    "security_group_id": "g",
    "direction": "ingress",
    "ethertype": "IPv4",
    "description": "",
}
GROUP: dict[str, Any] = {
    "id": "g",
    "name": "default",
    "description": "",
    "security_group_rules": [RULE],
    "project_id": "p",
}

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


MOMENT = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
# How one thing is asked for by itself.
SINGLE: dict[str, tuple[str, Call]] = {
    "servers": ("server", lambda nova: nova.get_node("s")),
    "flavors": ("flavor", lambda nova: nova.get_size("1")),
    "volumes": ("volume", lambda nova: nova.get_volume("v")),
}


@pytest.fixture
def show(cloud: Cloud) -> Callable[..., None]:
    """Says what a listing holds."""
    # Looked at for floating IPs that do not tell what they lead to.
    documents = {"ports": b'{"ports": []}'}

    def answer(exchange: Exchange) -> bytes:
        path = urlsplit(exchange.target).path.removesuffix("/detail")
        return reply(200, documents[path.rpartition("/")[2].replace("-", "_")])

    cloud.others = cloud.before = answer

    def shown(root: str, *records: Any) -> None:
        documents[root] = json.dumps({root: list(records)}).encode()

    return shown


@pytest.mark.parametrize("root", LISTINGS)
async def test_what_is_null_or_missing_is_left_out(
    cloud: Cloud, connect: Connect, show: Callable[..., None], root: str
) -> None:
    call, record, needed = LISTINGS[root]
    client = connect(endpoints=cloud.endpoints)
    for name in record:
        for changed in ({**record, name: None}, {key: value for key, value in record.items() if key != name}):
            show(root, changed)
            with cumuli.left_out() as lost:
                found = await call(client)
            if name in needed:
                assert found == []
                [error] = lost
                assert isinstance(error, MalformedResponse)
                assert (name in error.message, error.provider) == (True, "openstack")
                assert name == "id" or repr(record["id"]) in error.message
            else:
                assert [each.id for each in found] == [record["id"]], name
    only = {name: record[name] for name in needed}
    for least in (only, {**dict.fromkeys(record), **only}):
        show(root, least)
        [found] = await call(client)
        assert found.id == record["id"]


@pytest.mark.parametrize("root", LISTINGS)
async def test_no_odd_field_costs_a_listing(
    cloud: Cloud, connect: Connect, show: Callable[..., None], root: str, caplog: pytest.LogCaptureFixture
) -> None:
    call, record, needed = LISTINGS[root]
    client = connect(endpoints=cloud.endpoints)
    odd = [each for each in odd_records(record) if each[0] != "id"]
    records = [{**changed, "id": f"odd-{number}"} for number, (_, _, changed) in enumerate(odd)]
    show(root, record, *records)
    with cumuli.left_out() as lost:
        sound, *found = await call(client)
    models = {model.id: model for model in found}
    for number, (name, value, _) in enumerate(odd):
        identity = f"odd-{number}"
        model = models.get(identity)
        if model is None:
            assert name in needed, (name, value)
            assert sum(repr(identity) in error.message for error in lost) == 1
        else:
            # The others are what they are without it; an id that stands for two fields is at most in four.
            assert len(differences(sound, model) - {"id"}) <= 4, (name, value)
            assert unfit_moments(model) == []
    assert models
    assert not [error for error in lost if not isinstance(error, MalformedResponse)]
    assert caplog.text.count("not quite what its protocol promises") == 1


@pytest.mark.parametrize("root", LISTINGS)
async def test_an_odd_id_costs_one_thing_at_most(
    cloud: Cloud, connect: Connect, show: Callable[..., None], root: str
) -> None:
    call, record, _ = LISTINGS[root]
    client = connect(endpoints=cloud.endpoints)
    for value in ODD:
        show(root, record, {**record, "id": value}, {**record, "id": "last"})
        with cumuli.left_out() as lost:
            first, *between, last = [each.id for each in await call(client)]
        assert (first, last) == (record["id"], "last")
        known = isinstance(value, bool | int | float) or (isinstance(value, str) and value != "")
        assert (len(between), len(lost)) == ((1, 0) if known else (0, 1)), value
        assert not known or isinstance(value, bool) or between[0] in {str(value), "1e+20"}


@pytest.mark.parametrize("root", SINGLE)
async def test_one_thing_that_cannot_be_read_is_an_error_that_names_it(
    cloud: Cloud, connect: Connect, root: str
) -> None:
    _, record, needed = LISTINGS[root]
    wrapper, call = SINGLE[root]
    client = connect(endpoints=cloud.endpoints)
    for name in needed:
        body = reply(200, json.dumps({wrapper: {**record, name: [[7]]}}).encode())
        cloud.others = cloud.before = lambda _exchange, body=body: body
        with cumuli.left_out() as lost, pytest.raises(MalformedResponse, match=f"{name} cannot be read"):
            await call(client)
        assert lost == []


@pytest.mark.parametrize(
    ("root", "field", "sent", "shown", "right"),
    [
        ("servers", "id", 7, "id", "7"),
        ("servers", "created", "2026-01-02 03:04:05", "created_at", MOMENT),
        ("servers", "created", 1_767_323_045, "created_at", MOMENT),
        ("servers", "created", "2026-01-02T05:04:05+02:00", "created_at", MOMENT),
        ("servers", "metadata", {"a": 1, "b": [], "c": True}, "tags", {"a": "1", "c": "true"}),
        ("servers", "fault", {"code": "500", "message": "No host"}, "state_reason", "No host"),
        ("servers", "security_groups", {"name": "web"}, "security_groups", ("web",)),
        ("servers", "flavor", [{"id": 1}], "size", "1"),
        ("snapshots", "created_at", "2013-02-29T00:00:00", "created_at", None),
        ("snapshots", "created_at", "", "created_at", None),
        ("flavors", "ram", "512", "ram", 512),
        ("flavors", "disk", 512.5, "disk", 512),
        ("flavors", "vcpus", "many", "cpus", None),
        ("flavors", "swap", "64", "swap", 64),
        ("networks", "admin_state_up", "False", "admin_state_up", False),
        ("networks", "shared", "True", "shared", True),
        ("routers", "external_gateway_info", "", "gateway", None),
        ("volumes", "encrypted", "true", "encrypted", True),
        ("images", "size", "much", "size", None),
    ],
)  # fmt: skip
async def test_what_is_odd_is_read_as_what_it_means(
    cloud: Cloud, connect: Connect, show: Callable[..., None], root: str, field: str, sent: Any, shown: str, right: Any
) -> None:
    call, record, _ = LISTINGS[root]
    show(root, {**record, field: sent})
    [found] = await call(connect(endpoints=cloud.endpoints))
    assert getattr(found, shown) == right
    assert type(getattr(found, shown)) is type(right)


async def test_a_rule_that_is_not_understood_is_left_out_and_told(
    cloud: Cloud, connect: Connect, show: Callable[..., None]
) -> None:
    rules = [RULE, {**RULE, "id": "odd", "port_range_min": "web"}, {**RULE, "id": "22", "port_range_min": "22"}]
    show("security_groups", {**GROUP, "security_group_rules": rules})
    with cumuli.left_out() as lost:
        [group] = await connect(endpoints=cloud.endpoints).ex_list_security_groups()
    assert [(rule.id, rule.port_range_min) for rule in group.rules] == [("u", None), ("22", 22)]
    [error] = lost
    assert "'odd'" in error.message
    assert "port_range_min" in error.message


async def test_nodes_by_their_ids_are_asked_for_singly_where_the_listing_leaves_them_out(
    connect: Connect, cloud: Cloud
) -> None:
    servers = [{**SERVER, "id": f"s-{number}"} for number in range(30)]
    del servers[7]["status"]

    def answer(exchange: Exchange) -> bytes:
        path = urlsplit(exchange.target).path
        if path.endswith("/detail"):
            return reply(200, json.dumps({"servers": servers}).encode())
        return reply(200, json.dumps({"server": servers[int(path.rpartition("-")[2])]}).encode())

    cloud.before = answer
    with pytest.raises(MalformedResponse, match="status"):
        await connect().list_nodes(ids=[server["id"] for server in servers])


async def test_a_page_with_something_left_out_is_not_taken_for_the_last(connect: Connect, cloud: Cloud) -> None:
    servers = [{**SERVER, "id": f"s-{number}"} for number in range(5)]
    servers[1]["status"] = None

    def answer(exchange: Exchange) -> bytes:
        marker = parse_qs(urlsplit(exchange.target).query).get("marker", [""])[0]
        start = next((position + 1 for position, server in enumerate(servers) if server["id"] == marker), 0)
        return reply(200, json.dumps({"servers": servers[start : start + 2]}).encode())

    cloud.before = answer
    with cumuli.left_out() as lost:
        found = await connect(page_size=2).list_nodes()
    assert [node.id for node in found] == ["s-0", "s-2", "s-3", "s-4"]
    assert {"'s-1'" in error.message for error in lost} == {True}


async def test_what_is_no_listing_at_all_is_an_error(connect: Connect, cloud: Cloud) -> None:
    documents: list[Any] = [
        7,
        [],
        {},
        {"servers": 7},
        {"servers": [7]},
        {"servers": {}},
        {"servers": {"error": "no"}},
        {"servers": None},
    ]
    for document in documents:
        cloud.before = lambda _exchange, document=document: reply(200, json.dumps(document).encode())
        with pytest.raises(MalformedResponse, match="shape"):
            await connect().list_nodes()


async def test_secrets_are_not_told(
    connect: Connect, show: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    show(
        "servers", {**SERVER, "adminPass": 12345678, "metadata": {"password": ["hunter2"]}, "name": [ACCOUNT_PASSWORD]}
    )
    await connect().list_nodes()
    assert "servers[].adminPass: a number, read as text" in caplog.text
    assert not any(secret in caplog.text for secret in ("12345678", "hunter2", ACCOUNT_PASSWORD))


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
