"""What Rackspace's client does besides the portable verbs, on Nova itself behind an identity service as Rackspace's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from cumuli.compute.models import NodeState
from cumuli.errors import (
    AuthenticationError,
    ConfigurationError,
    Conflict,
    ImageNotFound,
    InvalidRequest,
    NodeNotFound,
    NotFound,
    SizeNotFound,
)
from cumuli.providers.rackspace.compute.aio import AsyncRackspace
from cumuli.providers.rackspace.compute.client import Rackspace
from cumuli.providers.rackspace.compute.models import RackspaceNode
from cumuli.sandbox.openstack.http import login
from cumuli.testing.flavours import Flavour, eventually
from tests.conformance.openstack.bench import upload
from tests.conformance.openstack.eyes import server_seen
from tests.conformance.openstack.identity_front import DEFAULT_REGION, REGIONS, IdentityFront
from tests.conformance.openstack.place import NOWHERE, PATIENCE, PATIENT, QUIET
from tests.secrets_used import API_KEY, NODE_PASSWORD

SIZE, BIGGER = "1", "2"
pytestmark = QUIET


@pytest.fixture
def front(services: Mapping[str, Any]) -> Iterator[IdentityFront]:
    with IdentityFront(services) as front:
        yield front


@pytest.fixture
def networks(services: Mapping[str, Any], admin_sdk: Any, flavour: Flavour) -> Iterator[Any]:
    """A client in a project without servers: a second network beside them would leave Nova to choose."""
    project = next(found.id for found in admin_sdk.identity.projects() if found.name == "small")
    kind = AsyncRackspace if flavour.name == "async" else Rackspace
    with IdentityFront({**services, "project": project}) as front:
        client = flavour.shape(kind("demo", API_KEY, auth_url=front.auth_url, proxy="", timeout=PATIENT))
        yield client
        flavour.run(client.aclose())


@pytest.fixture
def connect(front: IdentityFront, flavour: Flavour) -> Iterator[Callable[..., Any]]:
    """Makes clients of either flavour; they are closed afterwards."""
    clients: list[Any] = []

    def make(**settings: Any) -> Any:
        kind = AsyncRackspace if flavour.name == "async" else Rackspace
        given: dict[str, Any] = {
            "username": "demo",
            "api_key": API_KEY,
            "auth_url": front.auth_url,
            "proxy": "",
            "timeout": PATIENT,
            **settings,
        }
        clients.append(flavour.shape(kind(**{name: value for name, value in given.items() if value is not None})))
        return clients[-1]

    yield make
    for client in clients:
        flavour.run(client.aclose())


@pytest.fixture
def cloud(connect: Callable[..., Any]) -> Any:
    return connect()


@pytest.fixture
def node(cloud: Any, services: Mapping[str, Any], flavour: Flavour) -> Iterator[RackspaceNode]:
    """A server that runs; destroyed afterwards."""
    made = flavour.run(cloud.create_node("rackspace", SIZE, services["image"], tags={"colour": "blue"}))
    try:
        [(ready, _)] = flavour.run(cloud.wait_until_running([made], ssh_interface="private", timeout=PATIENCE))
        yield ready
    finally:
        flavour.run(cloud.destroy_node(made))


async def until(cloud: Any, flavour: Flavour, node: RackspaceNode, status: str) -> RackspaceNode:
    """The server, once Nova says this of it and does nothing more to it."""
    seen: RackspaceNode = await eventually(
        flavour,
        lambda: cloud.get_node(node),
        lambda seen: seen.provider_state == status and seen.task_state is None,
        within=PATIENCE,
    )
    return seen


async def test_the_ways_in(connect: Callable[..., Any], front: IdentityFront, services: Mapping[str, Any]) -> None:
    await connect().list_nodes()
    await connect(api_key=None, password=services["demo_password"]).list_nodes()
    await connect(project_id=services["project"]).list_nodes()
    assert front.requests == [
        ["RAX-KSKEY:apiKeyCredentials"],
        ["passwordCredentials"],
        ["RAX-KSKEY:apiKeyCredentials", "tenantId"],
    ]
    for wrong in ({"api_key": "wrong"}, {"api_key": None, "password": "wrong"}, {"username": "nobody"}):
        with pytest.raises(AuthenticationError) as caught:
            await connect(**wrong).list_nodes()
        assert caught.value.status == 401
        assert caught.value.provider == "rackspace"


async def test_one_token_for_all_calls(
    connect: Callable[..., Any], front: IdentityFront, services: Mapping[str, Any], cloud: Any
) -> None:
    await cloud.list_sizes()
    await cloud.list_nodes()
    await cloud.list_volumes()
    assert front.given == 1
    token = login(services["auth_url"], "demo", services["demo_password"], "demo")
    again = connect(username=None, api_key=None, token=token)
    await again.list_sizes()
    assert front.requests[-1] == ["token"]


async def test_regions(connect: Callable[..., Any], cloud: Any) -> None:
    assert [location.id for location in await cloud.list_locations()] == [DEFAULT_REGION]
    other = connect(region=REGIONS[1])
    assert [location.id for location in await other.list_locations()] == [REGIONS[1]]
    with pytest.raises(ConfigurationError, match=f"its regions are {', '.join(REGIONS)}"):
        await connect(region="MOON").list_nodes()


async def test_rebooting_and_resizing(cloud: Any, sdk: Any, flavour: Flavour, node: RackspaceNode) -> None:
    await cloud.ex_soft_reboot_node(node)
    await until(cloud, flavour, node, "ACTIVE")
    await cloud.ex_hard_reboot_node(node.id)
    await until(cloud, flavour, node, "ACTIVE")
    await cloud.ex_resize(node, BIGGER)
    seen = await until(cloud, flavour, node, "VERIFY_RESIZE")
    assert (seen.state, seen.size) == (NodeState.RUNNING, BIGGER)
    await cloud.ex_revert_resize(node)
    assert (await until(cloud, flavour, node, "ACTIVE")).size == SIZE
    await cloud.ex_resize(node, await cloud.get_size(BIGGER))
    await until(cloud, flavour, node, "VERIFY_RESIZE")
    await cloud.ex_confirm_resize(node)
    await until(cloud, flavour, node, "ACTIVE")
    assert server_seen(sdk, node.id)["flavor"]["id"] == BIGGER
    for again in (cloud.ex_confirm_resize, cloud.ex_revert_resize):
        with pytest.raises(Conflict):
            await again(node)
        with pytest.raises(NodeNotFound):
            await again(NOWHERE)
    with pytest.raises((SizeNotFound, InvalidRequest)):
        await cloud.ex_resize(node, "nothing")


async def test_saving_and_rebuilding(cloud: Any, sdk: Any, flavour: Flavour, node: RackspaceNode) -> None:
    image = await cloud.ex_save_image(node, "saved by Rackspace's tests", metadata={"colour": "blue"})
    try:
        upload(sdk, image.id)
        saved = await eventually(
            flavour, lambda: cloud.get_image(image), lambda seen: seen.provider_state == "ACTIVE", within=PATIENCE
        )
        assert saved.name == "saved by Rackspace's tests"
        assert sdk.image.get(f"/images/{image.id}").json()["colour"] == "blue"
        assert image.id in {found.id for found in await cloud.list_images(owner="self")}
        assert image.id not in {found.id for found in await cloud.list_images(owner="rackspace")}
        with pytest.raises(InvalidRequest, match="tells images of"):
            await cloud.list_images(owner="somebody")
        await until(cloud, flavour, node, "ACTIVE")
        rebuilt = await cloud.ex_rebuild(node, image, name="rebuilt", metadata={"x": "y"}, admin_pass=NODE_PASSWORD)
        assert rebuilt.id == node.id
        seen = await until(cloud, flavour, node, "ACTIVE")
        assert (seen.name, seen.image, seen.tags) == ("rebuilt", image.id, {"x": "y"})
    finally:
        await cloud.delete_image(image)
    with pytest.raises((ImageNotFound, InvalidRequest)):
        await cloud.ex_rebuild(node, NOWHERE)


async def test_what_is_read_and_changed(cloud: Any, sdk: Any, flavour: Flavour, node: RackspaceNode) -> None:
    assert await cloud.ex_get_node_details(NOWHERE) is None
    assert (await cloud.ex_get_node_details(node)).id == node.id
    await cloud.ex_set_password(node, NODE_PASSWORD)
    await until(cloud, flavour, node, "ACTIVE")
    assert (await cloud.ex_set_server_name(node, "renamed")).name == "renamed"
    assert server_seen(sdk, node.id)["name"] == "renamed"
    with pytest.raises(NodeNotFound):
        await cloud.ex_set_server_name(NOWHERE, "renamed")
    addresses = await cloud.ex_list_ip_addresses(node)
    assert {address for found in addresses.values() for address in found} == {*node.public_ips, *node.private_ips}
    limits = (await cloud.ex_limits()).absolute
    assert limits.max_total_instances
    assert await cloud.ex_set_metadata(node, {"b": "Größe ✓"}) == {"b": "Größe ✓"}
    await cloud.ex_delete_metadata_item(node, "b")
    assert server_seen(sdk, node.id)["metadata"] == {}
    with pytest.raises(NotFound):
        await cloud.ex_delete_metadata_item(node, "b")


async def test_cloud_networks(networks: Any, admin_sdk: Any) -> None:
    """Networks, subnets, ports and security groups: what Cloud Networks has of Neutron."""
    network = await networks.ex_create_network("rackspace")
    subnet = await networks.ex_create_subnet(network, "10.31.0.0/24", name="four")
    group = await networks.ex_create_security_group("rackspace", description="d")
    port = None
    try:
        rule = await networks.ex_create_security_group_rule(group, port_min=22, cidr="10.0.0.0/8")
        port = await networks.ex_create_port(network, fixed_ip="10.31.0.9", security_groups=[group])
        assert network.id in {each.id for each in await networks.ex_list_networks()}
        assert [each.id for each in await networks.ex_list_subnets(network)] == [subnet.id]
        assert await networks.ex_list_ports(network=network) == [port]
        [listed] = [each for each in await networks.ex_list_security_groups() if each.id == group.id]
        assert rule in listed.rules
        changed = await networks.ex_update_port(port, name="p", security_groups=[])
        assert (await networks.ex_get_port(port)) == changed
        there = admin_sdk.network.get(f"/ports/{port.id}").json()["port"]
        assert (there["name"], there["security_groups"]) == ("p", [])
        await networks.ex_delete_security_group_rule(rule)
    finally:
        if port is not None:
            await networks.ex_delete_port(port)
        await networks.ex_delete_security_group(group)
        await networks.ex_delete_subnet(subnet)
        await networks.ex_delete_network(network)
    for path in (f"/networks/{network.id}", f"/subnets/{subnet.id}", f"/security-groups/{group.id}"):
        assert admin_sdk.network.get(path).status_code == 404
    with pytest.raises(NotFound):
        await networks.ex_delete_network(network)


async def test_images_that_are_shared_and_volume_types(cloud: Any, sdk: Any, admin_sdk: Any) -> None:
    """By Cloud Images, which is Glance, though images are listed by Nova."""
    member = next(found.id for found in admin_sdk.identity.projects() if found.name == "small")
    image = sdk.image.post("/images", json={"name": "rackspace"}).json()["id"]
    try:
        assert (await cloud.ex_update_image(image, properties={"colour": "blue"})).properties == {"colour": "blue"}
        assert (await cloud.get_image(image)).properties["colour"] == "blue"
        made = await cloud.ex_create_image_member(image, member)
        assert await cloud.ex_list_image_members(image) == [made]
        await cloud.ex_delete_image_member(image, made)
        assert sdk.image.get(f"/images/{image}/members").json()["members"] == []
    finally:
        sdk.image.delete(f"/images/{image}")
    assert "__DEFAULT__" in {kind.name for kind in await cloud.ex_list_volume_types()}
    assert await cloud.ex_get_size_extra_specs(SIZE) == {}


async def test_rackconnect(cloud: Any, node: RackspaceNode) -> None:
    """As its automation does, by metadata: the server is not there yet while it is at work."""
    await cloud.ex_set_metadata(node, {"rackconnect_automation_status": "DEPLOYING"})
    assert (await cloud.get_node(node)).state is NodeState.PENDING
    await cloud.ex_set_metadata(node, {"rackconnect_automation_status": "DEPLOYED"})
    [(ready, _)] = await cloud.wait_until_running([node], ssh_interface="private", timeout=PATIENCE)
    assert ready.rackconnect_status == "DEPLOYED"
