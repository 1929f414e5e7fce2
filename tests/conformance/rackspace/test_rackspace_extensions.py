"""What is Rackspace's own, on mimic: identity, regions, RackConnect, and what its servers can do besides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cumuli.compute.models import NodeState
from cumuli.errors import (
    AuthenticationError,
    ConfigurationError,
    Conflict,
    DeadlineExceeded,
    ImageNotFound,
    InvalidRequest,
    NodeFailed,
    NodeNotFound,
    NotFound,
    PermissionDenied,
    ProviderUnavailable,
    QuotaExceeded,
    RateLimited,
)
from cumuli.providers.rackspace.compute.models import PUBLIC_NET, SERVICE_NET, RackspaceNode
from cumuli.secret import Secret
from cumuli.testing.flavours import Flavour, eventually
from cumuli.testing.gaps import gap
from tests.conformance.rackspace.conftest import REGION
from tests.secrets_used import ACCOUNT_PASSWORD, API_KEY, NODE_PASSWORD
from tests.support.mimic import Account

NOWHERE = "11111111-2222-3333-4444-555555555555"
SIZE, BIGGER = "2", "3"
MIMIC = "rackspace (mimic)"


@pytest.fixture
def image(eyes: Account) -> str:
    """An image of Rackspace's own."""
    found: str = eyes.get("/images")["images"][0]["id"]
    return found


@pytest.fixture
def node(cloud: Any, image: str, flavour: Flavour) -> RackspaceNode:
    """A server that runs; it goes with its account."""
    made: RackspaceNode = flavour.run(cloud.create_node("web-1", SIZE, image, tags={"colour": "blue"}))
    return made


# Identity


async def test_the_way_in_is_a_user_and_an_api_key(
    connect: Callable[..., Any], identity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await connect().list_nodes() == []
    assert await connect(api_key=None, password=ACCOUNT_PASSWORD).list_nodes() == []
    # What the rack tool reads.
    monkeypatch.setenv("RS_USERNAME", "by-environment")
    monkeypatch.setenv("RS_API_KEY", API_KEY)
    monkeypatch.setenv("RS_AUTH_URL", identity)
    monkeypatch.setenv("RS_REGION_NAME", "IAD")
    client = connect(username=None, api_key=None, auth_url=None, region=None)
    assert [location.id for location in await client.list_locations()] == ["IAD"]


async def test_who_one_is(connect: Callable[..., Any], username: str) -> None:
    assert (await connect().ex_get_identity()).user_name == username


async def test_a_key_without_its_user_is_no_way_in(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RS_USERNAME", "RS_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for missing in ("username", "api_key"):
        with pytest.raises(ConfigurationError, match="RS_USERNAME and RS_API_KEY"):
            connect(**{missing: None})


async def test_a_session_is_resumed_without_the_identity_service(
    connect: Callable[..., Any], eyes: Account, node: RackspaceNode
) -> None:
    token = eyes.token
    client = connect(username=None, api_key=None, auth_url=None, token=token, endpoint=eyes.compute)
    assert [found.id for found in await client.list_nodes()] == [node.id]
    assert token not in repr(client)


async def test_a_wrong_key(request: pytest.FixtureRequest, connect: Callable[..., Any]) -> None:
    client = connect(api_key="wrong")
    try:
        await client.list_nodes()
    except AuthenticationError:
        return
    gap(request, MIMIC, "a wrong key", "mimic refuses no key; Keystone behind identity v2.0 does")


# Regions


async def test_regions(connect: Callable[..., Any], eyes: Account, node: RackspaceNode) -> None:
    default, elsewhere, here = connect(region=None), connect(region="IAD"), connect()
    assert [location.id for location in await default.list_locations()] == ["DFW"], "the user's own region"
    assert [(place.id, place.region) for place in await here.list_locations()] == [(REGION, REGION)]
    assert await elsewhere.list_nodes() == []
    assert [found.id for found in await here.list_nodes()] == [node.id]
    assert node.location == REGION
    with pytest.raises(NodeNotFound):
        await elsewhere.get_node(node)


async def test_a_region_that_is_not_there(connect: Callable[..., Any], cloud: Any, image: str) -> None:
    with pytest.raises(ConfigurationError, match="its regions are DFW, IAD, ORD"):
        await connect(region="MOON").list_nodes()
    with pytest.raises(InvalidRequest, match="region='IAD'"):
        await cloud.create_node("never", SIZE, image, location="IAD")
    assert await cloud.list_nodes() == []


# Networks


async def test_default_networks(cloud: Any, eyes: Account, image: str, node: RackspaceNode) -> None:
    """A server that names no networks is on PublicNet and ServiceNet."""
    addresses = await cloud.ex_list_ip_addresses(node)
    seen = eyes.get(f"/servers/{node.id}/ips")["addresses"]
    assert addresses == {name: tuple(entry["addr"] for entry in found) for name, found in seen.items()}
    assert addresses.keys() == {"public", "private"}
    assert set(addresses["public"]) <= set(node.public_ips)
    assert addresses["private"] == node.private_ips
    assert any(":" in address for address in node.public_ips)
    named = await cloud.create_node("web-2", SIZE, image, ex_networks=[PUBLIC_NET, SERVICE_NET])
    assert named.public_ips
    with pytest.raises(NodeNotFound):
        await cloud.ex_list_ip_addresses(NOWHERE)


async def test_with_rackconnect_a_server_runs_once_the_automation_is_through(
    cloud: Any, flavour: Flavour, node: RackspaceNode
) -> None:
    assert (node.state, node.rackconnect_status) == (NodeState.RUNNING, None)
    await cloud.ex_set_metadata(node, {"rackconnect_automation_status": "DEPLOYING"})
    seen = await cloud.get_node(node)
    assert (seen.state, seen.provider_state) == (NodeState.PENDING, "ACTIVE")
    assert seen.rackconnect_status == "DEPLOYING"
    assert "RackConnect" in seen.state_reason
    with pytest.raises(DeadlineExceeded):
        await cloud.wait_until_running([node], timeout=0.5)
    await cloud.ex_set_metadata(node, {"rackconnect_automation_status": "DEPLOYED"})
    [(ready, addresses)] = await cloud.wait_until_running([node], timeout=30)
    assert ready.access_ipv4 in addresses, "the address on RackConnect's router"
    await cloud.ex_set_metadata(
        node,
        {"rackconnect_automation_status": "FAILED", "rackconnect_automation_status_details": "no address is left"},
    )
    seen = await cloud.get_node(node)
    assert (seen.state, seen.state_reason) == (NodeState.RUNNING, "RackConnect: no address is left")
    assert seen.rackconnect_details == "no address is left"


async def test_cloud_networks(cloud: Any) -> None:
    """mimic's listing has no network in it, whatever is made; the others are tried on Neutron."""
    assert await cloud.ex_list_networks() == []


# A server's life


async def test_rebooting(cloud: Any, eyes: Account, flavour: Flavour, node: RackspaceNode) -> None:
    await cloud.ex_soft_reboot_node(node)
    assert eyes.get(f"/servers/{node.id}")["server"]["status"] == "REBOOT"
    assert (await cloud.get_node(node)).state is NodeState.REBOOTING
    await until(cloud, flavour, node, "ACTIVE")
    await cloud.ex_hard_reboot_node(node.id)
    assert eyes.get(f"/servers/{node.id}")["server"]["status"] == "HARD_REBOOT"
    assert (await cloud.get_node(node)).state is NodeState.REBOOTING
    with pytest.raises(Conflict):
        await cloud.ex_set_password(node, NODE_PASSWORD)
    await until(cloud, flavour, node, "ACTIVE")
    for reboot in (cloud.ex_soft_reboot_node, cloud.ex_hard_reboot_node):
        with pytest.raises(NodeNotFound):
            await reboot(NOWHERE)


async def test_another_size(cloud: Any, eyes: Account, node: RackspaceNode) -> None:
    await cloud.ex_resize(node, BIGGER)
    seen = await cloud.get_node(node)
    assert (seen.provider_state, seen.size) == ("VERIFY_RESIZE", BIGGER)
    await cloud.ex_revert_resize(node)
    assert (await cloud.get_node(node)).size == SIZE
    await cloud.ex_resize(node, await cloud.get_size(BIGGER))
    await cloud.ex_confirm_resize(node)
    assert eyes.get(f"/servers/{node.id}")["server"]["flavor"]["id"] == BIGGER
    for again in (cloud.ex_confirm_resize, cloud.ex_revert_resize):
        with pytest.raises(Conflict):
            await again(node)
        with pytest.raises(NodeNotFound):
            await again(NOWHERE)


async def test_rebuilding(cloud: Any, eyes: Account, flavour: Flavour, node: RackspaceNode) -> None:
    other = eyes.get("/images")["images"][1]["id"]
    rebuilt = await cloud.ex_rebuild(node, other, admin_pass=NODE_PASSWORD)
    assert (rebuilt.id, rebuilt.state) == (node.id, NodeState.REBUILDING)
    with pytest.raises(Conflict):
        await cloud.ex_rebuild(node, other)
    await until(cloud, flavour, node, "ACTIVE")
    assert eyes.get(f"/servers/{node.id}")["server"]["image"]["id"] == other
    with pytest.raises(NodeNotFound):
        await cloud.ex_rebuild(NOWHERE, other)


async def test_details_password_metadata_and_rescue(cloud: Any, eyes: Account, node: RackspaceNode) -> None:
    assert isinstance(node.password, Secret)
    assert await cloud.ex_get_node_details(node.id) == await cloud.get_node(node)
    assert await cloud.ex_get_node_details(NOWHERE) is None
    await cloud.ex_set_password(node, NODE_PASSWORD)
    with pytest.raises(NodeNotFound):
        await cloud.ex_set_password(NOWHERE, NODE_PASSWORD)
    assert await cloud.ex_get_metadata(node) == {"colour": "blue"}
    assert await cloud.ex_set_metadata(node, {"purpose": "Größe ✓"}) == {"purpose": "Größe ✓"}
    assert eyes.get(f"/servers/{node.id}/metadata")["metadata"] == {"purpose": "Größe ✓"}
    with pytest.raises((QuotaExceeded, RateLimited, PermissionDenied)):
        await cloud.ex_set_metadata(node, {f"key-{number}": "" for number in range(41)})
    given = await cloud.ex_rescue(node)
    assert isinstance(given, Secret)
    assert (await cloud.get_node(node)).provider_state == "RESCUE"
    await cloud.ex_unrescue(node)
    assert (await cloud.get_node(node)).state is NodeState.RUNNING


async def test_limits(cloud: Any, node: RackspaceNode) -> None:
    absolute = (await cloud.ex_limits()).absolute
    assert (absolute.max_total_instances, absolute.max_server_meta) == (200, 40)


async def test_any_other_call(cloud: Any, node: RackspaceNode) -> None:
    answer = await cloud.ex_call("compute", "GET", f"/servers/{node.id}/ips")
    assert answer["addresses"].keys() == {"public", "private"}


async def test_the_states_of_new_servers(cloud: Any, eyes: Account, image: str) -> None:
    eyes.behave("slow", "build", {"duration": 0.5})
    node = await cloud.create_node("slow", SIZE, image)
    assert node.state is NodeState.PENDING
    [(ready, _)] = await cloud.wait_until_running([node], timeout=30)
    assert ready.state is NodeState.RUNNING
    eyes.behave("broken", "error", {})
    node = await cloud.create_node("broken", SIZE, image)
    with pytest.raises(NodeFailed):
        await cloud.wait_until_running([node], timeout=30)


async def test_a_create_that_may_have_happened_is_not_sent_again(cloud: Any, eyes: Account, image: str) -> None:
    eyes.behave("twice", "false-negative", {"code": 500})
    with pytest.raises(ProviderUnavailable):
        await cloud.create_node("twice", SIZE, image)
    assert len(eyes.get("/servers")["servers"]) == 1


# What mimic lacks: each is tried, so that a gap that closes is seen.


async def test_saving_an_image(request: pytest.FixtureRequest, cloud: Any, eyes: Account, node: RackspaceNode) -> None:
    with pytest.raises(ImageNotFound):
        await cloud.ex_save_image(node, "saved by the tests")
    [image] = [found for found in await cloud.list_images() if found.name == "saved by the tests"]
    assert (await cloud.get_image(image)) == image
    gap(request, MIMIC, "ex_save_image", "mimic saves the image and names another address")


LACKING: dict[str, tuple[Any, ...]] = {
    "ex_set_server_name": ("renamed",),
    "ex_delete_metadata_item": ("colour",),
    "ex_pause_node": (),
    "ex_unpause_node": (),
    "ex_suspend_node": (),
    "ex_resume_node": (),
    "ex_lock_node": (),
    "ex_unlock_node": (),
    "ex_shelve_node": (),
    "ex_unshelve_node": (),
    "ex_get_console_output": (),
    "ex_get_console_url": (),
}


@pytest.mark.parametrize("method", LACKING)
async def test_what_mimic_lacks(request: pytest.FixtureRequest, cloud: Any, node: RackspaceNode, method: str) -> None:
    with pytest.raises(InvalidRequest, match=r"no such action|HTTP 405"):
        await getattr(cloud, method)(node, *LACKING[method])
    gap(request, MIMIC, method, "mimic has no such call; Nova itself has")


NOT_IN_MIMIC: dict[str, tuple[Any, ...]] = {
    "ex_list_subnets": (),
    "ex_list_ports": (),
    "ex_list_security_groups": (),
    "ex_list_image_members": (NOWHERE,),
}


@pytest.mark.parametrize("method", NOT_IN_MIMIC)
async def test_services_that_mimic_lacks(request: pytest.FixtureRequest, cloud: Any, method: str) -> None:
    with pytest.raises((ConfigurationError, ImageNotFound, NotFound)):
        await getattr(cloud, method)(*NOT_IN_MIMIC[method])
    gap(request, MIMIC, method, "mimic lists networks, and nothing else of Neutron or Glance")


async def until(cloud: Any, flavour: Flavour, node: RackspaceNode, status: str) -> None:
    await eventually(flavour, lambda: cloud.get_node(node), lambda seen: seen.provider_state == status, within=120)
