"""Neutron: networks, subnets, ports, routers, floating IPs and security groups, openstacksdk looking on."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cumuli.errors import CloudError, Conflict, InvalidRequest, NodeNotFound, NotFound, PermissionDenied
from cumuli.providers.openstack.compute.models import NetworkAttachment
from cumuli.providers.openstack.network.models import (
    AddressPair,
    AllocationPool,
    FixedIP,
    FloatingIPPool,
    HostRoute,
    Network,
    Router,
)
from cumuli.testing.flavours import Flavour, eventually
from tests.conformance.openstack.bench import PATIENCE, Bench
from tests.conformance.openstack.place import NOWHERE, QUIET, VARIABLE

pytestmark = QUIET


class Neutron:
    """Makes things of Neutron's, which are deleted afterwards, the newest first."""

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud
        self.made: list[tuple[str, Any]] = []

    async def make(self, kind: str, *arguments: Any, **more: Any) -> Any:
        thing = await getattr(self.cloud, f"ex_create_{kind}")(*arguments, **more)
        self.made.append((kind, thing))
        return thing

    async def tidy(self) -> None:
        for kind, thing in reversed(self.made):
            try:
                await getattr(self.cloud, f"ex_delete_{kind}")(thing)
            except NotFound:
                continue


@pytest.fixture
def neutron(connect: Any, flavour: Flavour) -> Iterator[Neutron]:
    """In a project without servers: a second network in that of the tests would leave Nova to choose."""
    neutron = Neutron(connect(project_name="small"))
    yield neutron
    flavour.run(neutron.tidy())


@pytest.fixture
def beside_servers(cloud: Any, flavour: Flavour) -> Iterator[Neutron]:
    """In the project that the tests' servers are in."""
    neutron = Neutron(cloud)
    yield neutron
    flavour.run(neutron.tidy())


@pytest.fixture
def alone_with_pools() -> Iterator[None]:
    """Every project sees every external network, so a test that makes one and one that counts them take turns."""
    with Path(os.environ[VARIABLE]).with_name("pools.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def elsewhere(admin: Any, admin_sdk: Any, services: Mapping[str, Any], flavour: Flavour) -> Iterator[Bench]:
    """A place to make servers in the administrator's project."""
    bench = Bench(admin, admin_sdk, services, flavour)
    yield bench
    flavour.run(bench.tidy())


def seen(sdk: Any, path: str) -> Any:
    """What openstacksdk's session gets, or None."""
    answer = sdk.network.get(path)
    if answer.status_code == 404:
        return None
    assert answer.status_code == 200
    [thing] = answer.json().values()
    return thing


async def test_networks_and_subnets(neutron: Neutron, admin_sdk: Any) -> None:
    cloud = neutron.cloud
    network = await neutron.make("network", "Größe ✓", description="nets")
    assert network.description == "nets"
    assert (network.name, network.status, network.external, network.shared) == ("Größe ✓", "ACTIVE", False, False)
    subnet = await neutron.make(
        "subnet", network, "10.20.0.0/24", name="four", dns_nameservers=["10.20.0.2"], gateway_ip="10.20.0.254"
    )
    route = HostRoute(destination="fd00:30::/64", nexthop="fd00:20::9")
    six = await neutron.make(
        "subnet", network.id, "fd00:20::/64", ip_version=6, enable_dhcp=False, description="six", host_routes=[route]
    )
    assert (six.description, six.host_routes) == ("six", (route,))
    assert (subnet.network_id, subnet.cidr, subnet.ip_version) == (network.id, "10.20.0.0/24", 4)
    assert (subnet.gateway_ip, subnet.dns_nameservers, subnet.enable_dhcp) == ("10.20.0.254", ("10.20.0.2",), True)
    assert [(pool.start, pool.end) for pool in subnet.allocation_pools] == [("10.20.0.1", "10.20.0.253")]
    assert (six.ip_version, six.enable_dhcp) == (6, False)
    assert seen(admin_sdk, f"/networks/{network.id}")["name"] == "Größe ✓"
    assert set(seen(admin_sdk, f"/networks/{network.id}")["subnets"]) == {subnet.id, six.id}
    assert seen(admin_sdk, f"/subnets/{subnet.id}")["dns_nameservers"] == ["10.20.0.2"]

    [listed] = [found for found in await cloud.ex_list_networks() if found.id == network.id]
    assert set(listed.subnets) == {subnet.id, six.id}
    assert {found.id for found in await cloud.ex_list_subnets(network)} == {subnet.id, six.id}
    assert {subnet, six} <= set(await cloud.ex_list_subnets())
    with pytest.raises(InvalidRequest):
        await cloud.ex_create_subnet(network, "10.20.0.0/25")
    with pytest.raises(InvalidRequest):
        await cloud.ex_create_subnet(network, "nonsense")
    with pytest.raises(NotFound):
        await cloud.ex_create_subnet(NOWHERE, "10.21.0.0/24")

    await cloud.ex_delete_subnet(six)
    assert seen(admin_sdk, f"/subnets/{six.id}") is None
    await cloud.ex_delete_network(network)
    assert seen(admin_sdk, f"/networks/{network.id}") is None
    for delete in (cloud.ex_delete_network, cloud.ex_delete_subnet, cloud.ex_delete_port, cloud.ex_delete_router):
        with pytest.raises(NotFound):
            await delete(NOWHERE)


async def test_ports(neutron: Neutron, admin_sdk: Any) -> None:
    cloud = neutron.cloud
    network = await neutron.make("network", "for ports")
    subnet = await neutron.make("subnet", network, "10.22.0.0/24")
    group = await neutron.make("security_group", "for ports")
    port = await neutron.make(
        "port", network, name="p", fixed_ip="10.22.0.77", subnet=subnet, security_groups=[group], admin_state_up=False
    )
    bare = await neutron.make("port", network.id, security_groups=[])
    assert (port.network_id, port.name, port.admin_state_up, port.device_id) == (network.id, "p", False, "")
    assert port.fixed_ips == (FixedIP(ip_address="10.22.0.77", subnet_id=subnet.id),)
    assert port.security_groups == (group.id,)
    assert bare.security_groups == ()
    assert seen(admin_sdk, f"/ports/{port.id}")["mac_address"] == port.mac_address
    assert set(await cloud.ex_list_ports(network=network)) == {port, bare}
    assert {port, bare} <= set(await cloud.ex_list_ports())
    with pytest.raises(Conflict):
        await cloud.ex_create_port(network, fixed_ip="10.22.0.77")
    with pytest.raises(Conflict):
        await cloud.ex_delete_network(network)
    changed = await cloud.ex_update_port(
        port,
        name="q",
        description="d",
        admin_state_up=True,
        security_groups=[],
        fixed_ips=[FixedIP(ip_address="10.22.0.78", subnet_id=subnet.id)],
        allowed_address_pairs=[AddressPair(ip_address="10.99.0.0/24")],
    )
    assert (changed.name, changed.description, changed.admin_state_up) == ("q", "d", True)
    assert (changed.security_groups, [each.ip_address for each in changed.fixed_ips]) == ((), ["10.22.0.78"])
    assert [pair.ip_address for pair in changed.allowed_address_pairs] == ["10.99.0.0/24"]
    assert await cloud.ex_get_port(port) == changed
    there = seen(admin_sdk, f"/ports/{port.id}")
    assert (there["name"], there["fixed_ips"][0]["ip_address"]) == ("q", "10.22.0.78")
    assert (await cloud.ex_update_port(port.id, security_groups=[group])).security_groups == (group.id,)
    # This cloud has no such extension.
    with pytest.raises(InvalidRequest, match="port_security_enabled"):
        await cloud.ex_update_port(port, port_security_enabled=False)
    with pytest.raises(InvalidRequest, match="qos_policy_id"):
        await cloud.ex_update_port(port, qos_policy=NOWHERE)
    await cloud.ex_delete_port(port)
    assert seen(admin_sdk, f"/ports/{port.id}") is None
    for call in (cloud.ex_get_port(port), cloud.ex_update_port(port, name="gone")):
        with pytest.raises(NotFound):
            await call


async def test_every_page_of_a_listing(connect: Any, neutron: Neutron) -> None:
    """By pages of two, which Neutron links to one another."""
    network = await neutron.make("network", "many ports")
    made = {(await neutron.make("port", network)).id for _ in range(5)}
    listed = [port.id for port in await connect(project_name="small", page_size=2).ex_list_ports(network=network)]
    assert sorted(listed) == sorted(made)


async def test_routers(neutron: Neutron, admin_sdk: Any, services: Mapping[str, Any]) -> None:
    cloud = neutron.cloud
    outside = services["public_network"]
    network = await neutron.make("network", "routed")
    subnet = await neutron.make("subnet", network, "10.23.0.0/24")
    router: Router = await neutron.make("router", "way out", external_network=outside, description="to the world")
    assert router.description == "to the world"
    assert router.gateway is not None
    assert (router.name, router.gateway.network_id) == ("way out", outside)
    assert seen(admin_sdk, f"/routers/{router.id}")["external_gateway_info"]["network_id"] == outside
    await cloud.ex_add_router_subnet(router, subnet)
    [port] = [port for port in await cloud.ex_list_ports(network=network) if port.device_id == router.id]
    assert port.device_owner == "network:router_interface"
    assert router.id in {found.id for found in await cloud.ex_list_routers()}
    with pytest.raises(Conflict):
        await cloud.ex_delete_router(router)
    with pytest.raises((Conflict, InvalidRequest)):
        await cloud.ex_add_router_subnet(router, subnet)
    await cloud.ex_remove_router_subnet(router, subnet)
    assert [port for port in await cloud.ex_list_ports(network=network) if port.device_id == router.id] == []
    with pytest.raises((NotFound, Conflict)):
        await cloud.ex_remove_router_subnet(router, subnet)
    changed = await cloud.ex_update_router(router, name="no way out", description="d", admin_state_up=False)
    assert (changed.name, changed.description, changed.admin_state_up) == ("no way out", "d", False)
    assert (await cloud.ex_remove_router_gateway(router)).gateway is None
    assert seen(admin_sdk, f"/routers/{router.id}")["external_gateway_info"] is None
    again = await cloud.ex_set_router_gateway(router, outside)
    assert again.gateway is not None
    assert again.gateway.network_id == outside
    assert (await cloud.ex_get_router(router)).gateway == again.gateway
    assert seen(admin_sdk, f"/routers/{router.id}")["name"] == "no way out"
    with pytest.raises(PermissionDenied):
        await cloud.ex_set_router_gateway(router, outside, enable_snat=False)
    with pytest.raises(NotFound):
        await cloud.ex_set_router_gateway(router, NOWHERE)

    door = await neutron.make("port", network, fixed_ip="10.23.0.99")
    await cloud.ex_add_router_port(router, door)
    assert seen(admin_sdk, f"/ports/{door.id}")["device_id"] == router.id
    with pytest.raises(Conflict):
        await cloud.ex_add_router_port(router, door)
    await cloud.ex_remove_router_port(router, door)
    assert seen(admin_sdk, f"/ports/{door.id}") is None
    with pytest.raises((NotFound, Conflict)):
        await cloud.ex_remove_router_port(router, door)

    await cloud.ex_delete_router(router)
    assert seen(admin_sdk, f"/routers/{router.id}") is None
    for call in (cloud.ex_get_router(router), cloud.ex_update_router(router, name="gone")):
        with pytest.raises(NotFound):
            await call


@pytest.mark.usefixtures("alone_with_pools")
async def test_floating_ips(beside_servers: Neutron, bench: Bench, sdk: Any, services: Mapping[str, Any]) -> None:
    cloud = beside_servers.cloud
    outside = services["public_network"]
    pools = await cloud.ex_list_floating_ip_pools()
    assert pools == [FloatingIPPool(id=outside, name="public")]
    floating = await beside_servers.make("floating_ip")
    other = await beside_servers.make("floating_ip", pools[0])
    assert floating.address.startswith("172.24.4.")
    assert (floating.pool, floating.port_id, floating.fixed_ip) == (outside, None, None)
    assert {floating, other} <= set(await cloud.ex_list_floating_ips())

    node = await bench.running("with a floating address")
    private = next(address for address in node.private_ips if "." in address)
    attached = await cloud.ex_attach_floating_ip(node, floating)
    assert (attached.id, attached.fixed_ip) == (floating.id, private)
    assert seen(sdk, f"/floatingips/{floating.id}")["fixed_ip_address"] == private
    assert attached.node_id == node.id
    listed = {each.id: each for each in await cloud.ex_list_floating_ips()}
    assert (listed[floating.id].node_id, listed[other.id].node_id) == (node.id, None)
    assert await cloud.ex_get_floating_ip(floating.address) == listed[floating.id]
    assert (await cloud.ex_get_floating_ip(floating)).node_id == node.id
    with pytest.raises(Conflict):
        await cloud.ex_attach_floating_ip(node, other.address)

    # Nova shows it once its own books are up to date, and a client waits for it as a public address.
    [(ready, addresses)] = await cloud.wait_until_running([node], timeout=PATIENCE)
    assert addresses == [floating.address]
    assert ready.public_ips == (floating.address,)
    assert set(ready.private_ips) == set(node.private_ips)
    kinds = {entry.address: entry.kind for entry in ready.addresses["private"]}
    assert kinds == {floating.address: "floating", **dict.fromkeys(node.private_ips, "fixed")}

    assert (await cloud.ex_detach_floating_ip(floating.address)).port_id is None
    assert seen(sdk, f"/floatingips/{floating.id}")["port_id"] is None
    assert (await cloud.ex_attach_floating_ip(node, other.id, fixed_ip=private)).fixed_ip == private
    with pytest.raises(Conflict, match=r"10\.99\.0\.1"):
        await cloud.ex_attach_floating_ip(node, floating, fixed_ip="10.99.0.1")
    await cloud.ex_delete_floating_ip(other)
    assert seen(sdk, f"/floatingips/{other.id}") is None
    await cloud.ex_delete_floating_ip(floating.address)
    assert seen(sdk, f"/floatingips/{floating.id}") is None
    for wrong in (floating.address, floating.id):
        with pytest.raises(NotFound):
            await cloud.ex_delete_floating_ip(wrong)
    with pytest.raises(NotFound):
        await cloud.ex_create_floating_ip(NOWHERE)


async def test_security_groups(beside_servers: Neutron, bench: Bench, sdk: Any) -> None:
    cloud = beside_servers.cloud
    group = await beside_servers.make("security_group", "web", description="from the tests")
    inner = await beside_servers.make("security_group", "inner")
    assert (group.name, group.description) == ("web", "from the tests")
    assert {(rule.direction, rule.ethertype) for rule in group.rules} == {("egress", "IPv4"), ("egress", "IPv6")}
    rule = await cloud.ex_create_security_group_rule(group, port_min=80, cidr="10.0.0.0/8", description="http")
    assert (rule.direction, rule.protocol, rule.port_range_min, rule.port_range_max) == ("ingress", "tcp", 80, 80)
    assert (rule.remote_ip_prefix, rule.description, rule.security_group_id) == ("10.0.0.0/8", "http", group.id)
    within = await cloud.ex_create_security_group_rule(
        group.id, protocol="udp", port_min=53, port_max=54, remote_group=inner, ethertype="IPv6"
    )
    assert (within.remote_group_id, within.ethertype, within.port_range_max) == (inner.id, "IPv6", 54)
    everything = await cloud.ex_create_security_group_rule(inner, protocol=None, direction="ingress")
    assert (everything.protocol, everything.port_range_min) == (None, None)
    [listed] = [found for found in await cloud.ex_list_security_groups() if found.id == group.id]
    assert {rule, within} <= set(listed.rules)
    watched = {found["id"] for found in seen(sdk, f"/security-groups/{group.id}")["security_group_rules"]}
    assert watched == {found.id for found in listed.rules}
    with pytest.raises(Conflict):
        await cloud.ex_create_security_group_rule(group, port_min=80, cidr="10.0.0.0/8")
    with pytest.raises(InvalidRequest):
        await cloud.ex_create_security_group_rule(group, port_min=90, port_max=80)

    node = await bench.running("grouped")
    await cloud.ex_add_security_group(node, group)
    assert "web" in (await cloud.get_node(node)).security_groups
    with pytest.raises(Conflict):
        await cloud.ex_delete_security_group(group)
    await cloud.ex_remove_security_group(node, group)
    assert "web" not in (await cloud.get_node(node)).security_groups
    with pytest.raises(CloudError):
        await cloud.ex_add_security_group(node, NOWHERE)

    await cloud.ex_delete_security_group_rule(rule)
    assert seen(sdk, f"/security-group-rules/{rule.id}") is None
    await cloud.ex_delete_security_group(group)
    assert seen(sdk, f"/security-groups/{group.id}") is None
    for delete in (cloud.ex_delete_security_group, cloud.ex_delete_security_group_rule):
        with pytest.raises(NotFound):
            await delete(NOWHERE)


async def test_a_server_on_networks_of_ones_own(elsewhere: Bench, flavour: Flavour) -> None:
    neutron = Neutron(elsewhere.cloud)
    try:
        first: Network = await neutron.make("network", "first")
        await neutron.make("subnet", first, "10.24.0.0/24")
        second: Network = await neutron.make("network", "second")
        await neutron.make("subnet", second, "10.25.0.0/24")
        port = await neutron.make("port", second, fixed_ip="10.25.0.9")
        with pytest.raises(Conflict, match="Multiple possible networks"):
            await elsewhere.make("never")
        node = await elsewhere.running("on two networks", ex_networks=[first, port])
        assert set(node.addresses) == {"first", "second"}
        assert "10.25.0.9" in node.private_ips
        ports = await elsewhere.cloud.ex_list_ports(node=node)
        assert {found.network_id for found in ports} == {first.id, second.id}
        assert set(elsewhere.seen(node)["addresses"]) == {"first", "second"}

        fixed = NetworkAttachment(network=second.id, fixed_ip="10.25.0.7")
        by_id = await elsewhere.running("by id", ex_networks=[first.id, fixed])
        assert by_id.addresses["second"][0].address == "10.25.0.7"
        assert set(by_id.addresses) == {"first", "second"}
        for made in (node, by_id):
            await elsewhere.cloud.destroy_node(made)
            await elsewhere.until_gone(made)
    finally:
        await neutron.tidy()


async def test_interfaces_come_and_go(
    bench: Bench, beside_servers: Neutron, flavour: Flavour, sdk: Any, services: Mapping[str, Any]
) -> None:
    cloud = bench.cloud
    node = await bench.running("with more interfaces")
    [first] = await cloud.ex_list_interfaces(node)
    assert first.network_id == services["private_network"]
    assert {each.ip_address for each in first.fixed_ips} == set(node.private_ips)

    async def ports() -> set[str]:
        return {each.port_id for each in await cloud.ex_list_interfaces(node)}

    async def settled(wanted: set[str]) -> None:
        await eventually(flavour, ports, lambda found: found == wanted, within=PATIENCE)

    port = await beside_servers.make("port", services["private_network"], name="second")
    second = await cloud.ex_attach_port_interface(node, port)
    assert (second.port_id, second.mac_address) == (port.id, port.mac_address)
    await settled({first.port_id, port.id})
    assert seen(sdk, f"/ports/{port.id}")["device_id"] == node.id
    assert {each.id for each in await cloud.ex_list_ports(node=node)} == {first.port_id, port.id}
    with pytest.raises(Conflict):
        await cloud.ex_attach_port_interface(node, port)

    address = {"sync": "10.9.78.7", "async": "10.9.78.8"}[flavour.name]
    third = await cloud.ex_attach_network_interface(node, services["private_network"], fixed_ip=address)
    assert address in {each.ip_address for each in third.fixed_ips}
    await settled({first.port_id, port.id, third.port_id})
    found = sdk.compute.get(f"/servers/{node.id}/os-interface").json()["interfaceAttachments"]
    assert {each["port_id"] for each in found} == {first.port_id, port.id, third.port_id}

    await cloud.ex_detach_port_interface(node, third)
    await settled({first.port_id, port.id})
    await cloud.ex_detach_port_interface(node, port)
    await settled({first.port_id})
    # What was given stays, what was made goes.
    await eventually(flavour, lambda: cloud.ex_get_port(port), lambda it: it.device_id == "", within=PATIENCE)
    with pytest.raises(NotFound):
        await cloud.ex_get_port(third.port_id)
    # Nova says 202 to this, and finds out later that there is nothing to do.
    await cloud.ex_detach_port_interface(node, third)
    with pytest.raises(NotFound):
        await cloud.ex_attach_port_interface(node, NOWHERE)
    with pytest.raises(NodeNotFound):
        await cloud.ex_list_interfaces(NOWHERE)
    for verb in (cloud.ex_attach_port_interface, cloud.ex_detach_port_interface):
        with pytest.raises(NodeNotFound):
            await verb(NOWHERE, port)


@pytest.mark.usefixtures("alone_with_pools")
async def test_a_network_of_an_administrator(admin: Any, flavour: Flavour) -> None:
    network = await admin.ex_create_network("outside too", external=True, shared=False, admin_state_up=False)
    try:
        assert (network.external, network.shared, network.admin_state_up) == (True, False, False)
        pools = {pool.name for pool in await admin.ex_list_floating_ip_pools()}
        assert pools == {"public", "outside too"}
        with pytest.raises(InvalidRequest, match="outside too, public"):
            await admin.ex_create_floating_ip()
    finally:
        await admin.ex_delete_network(network)
    await eventually(
        flavour, admin.ex_list_networks, lambda found: network.id not in {other.id for other in found}, within=PATIENCE
    )


async def test_networks_and_subnets_changed(neutron: Neutron) -> None:
    sdk = neutron.cloud
    network = await neutron.make("network", "before")
    subnet = await neutron.make("subnet", network, "10.77.0.0/24", name="before")
    changed = await sdk.ex_update_network(network, name="after", description="d", admin_state_up=False, mtu=1400)
    assert changed == await sdk.ex_get_network(network)
    assert (changed.name, changed.description, changed.admin_state_up, changed.mtu) == ("after", "d", False, 1400)
    changed = await sdk.ex_update_subnet(
        subnet,
        name="after",
        description="d",
        gateway_ip="10.77.0.9",
        enable_dhcp=False,
        dns_nameservers=["10.77.0.2"],
        allocation_pools=[AllocationPool(start="10.77.0.10", end="10.77.0.20")],
        host_routes=[HostRoute(destination="10.78.0.0/16", nexthop="10.77.0.3")],
    )
    assert changed == await sdk.ex_get_subnet(subnet)
    assert (changed.name, changed.description, changed.gateway_ip) == ("after", "d", "10.77.0.9")
    assert (changed.enable_dhcp, changed.dns_nameservers) == (False, ("10.77.0.2",))
    assert changed.allocation_pools == (AllocationPool(start="10.77.0.10", end="10.77.0.20"),)
    assert changed.host_routes == (HostRoute(destination="10.78.0.0/16", nexthop="10.77.0.3"),)
    assert (await sdk.ex_update_subnet(subnet, gateway_ip="")).gateway_ip is None
    assert (await sdk.ex_update_subnet(subnet, dns_nameservers=[], host_routes=[])).host_routes == ()
    port = await neutron.make("port", network, description="what it is for")
    assert port.description == "what it is for"
    with pytest.raises(NotFound):
        await sdk.ex_update_network(NOWHERE, name="x")
    with pytest.raises(NotFound):
        await sdk.ex_get_subnet(NOWHERE)
    with pytest.raises(CloudError):
        await sdk.ex_update_subnet(subnet, gateway_ip="10.99.0.1x")
    with pytest.raises(PermissionDenied):
        await sdk.ex_update_network(network, shared=True)
