"""Ids that would lead to something else than one thing are refused before any request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cumuli.errors import InvalidRequest
from cumuli.providers.rackspace.compute.aio import AsyncRackspace
from cumuli.providers.rackspace.compute.client import Rackspace
from cumuli.testing.flavours import Flavour
from tests.faults.openstack.cloud import Cloud
from tests.secrets_used import API_KEY

Connect = Callable[..., Any]
Call = Callable[[Any, str], Awaitable[Any]]

WORDS = ["", ".", "..", "a/b", "/servers", "a?b", "a#b", "a\\b", "../flavors", "7/metadata/key"]
# The names under which the services list everything.
LISTINGS = ["detail"]

# On both clouds.
SERVERS: dict[str, Call] = {
    "get_node": lambda nova, odd: nova.get_node(odd),
    "list_nodes": lambda nova, odd: nova.list_nodes(ids=[odd]),
    "wait_until_running": lambda nova, odd: nova.wait_until_running([odd], timeout=1),
    "wait_until_stopped": lambda nova, odd: nova.wait_until_stopped([odd], timeout=1),
    "wait_until_volume_available": lambda nova, odd: nova.wait_until_volume_available([odd], timeout=1),
    "start_node": lambda nova, odd: nova.start_node(odd),
    "stop_node": lambda nova, odd: nova.stop_node(odd),
    "reboot_node": lambda nova, odd: nova.reboot_node(odd),
    "destroy_node": lambda nova, odd: nova.destroy_node(odd),
    "create_image": lambda nova, odd: nova.create_image(odd, "n"),
    "get_size": lambda nova, odd: nova.get_size(odd),
    "get_image": lambda nova, odd: nova.get_image(odd),
    "delete_image": lambda nova, odd: nova.delete_image(odd),
    "get_volume": lambda nova, odd: nova.get_volume(odd),
    "attach_volume": lambda nova, odd: nova.attach_volume(odd, "vol"),
    "detach_volume": lambda nova, odd: nova.detach_volume(odd),
    "destroy_volume": lambda nova, odd: nova.destroy_volume(odd),
    "destroy_volume_snapshot": lambda nova, odd: nova.destroy_volume_snapshot(odd),
    "ex_get_volume_snapshot": lambda nova, odd: nova.ex_get_volume_snapshot(odd),
    "ex_get_node_details": lambda nova, odd: nova.ex_get_node_details(odd),
    "ex_rebuild": lambda nova, odd: nova.ex_rebuild(odd, "img"),
    "ex_set_server_name": lambda nova, odd: nova.ex_set_server_name(odd, "n"),
    "ex_get_metadata": lambda nova, odd: nova.ex_get_metadata(odd),
    "ex_set_metadata": lambda nova, odd: nova.ex_set_metadata(odd, {"a": "b"}),
    "ex_delete_metadata_item": lambda nova, odd: nova.ex_delete_metadata_item(odd, "k"),
    "ex_list_ip_addresses": lambda nova, odd: nova.ex_list_ip_addresses(odd),
    "ex_update_image": lambda nova, odd: nova.ex_update_image(odd, min_disk=1),
    "ex_list_image_members": lambda nova, odd: nova.ex_list_image_members(odd),
    "ex_create_image_member": lambda nova, odd: nova.ex_create_image_member(odd, "p"),
    "ex_get_image_member": lambda nova, odd: nova.ex_get_image_member(odd, "p"),
    "ex_get_image_member, the member": lambda nova, odd: nova.ex_get_image_member("i", odd),
    "ex_delete_image_member": lambda nova, odd: nova.ex_delete_image_member(odd, "p"),
    "ex_delete_image_member, the member": lambda nova, odd: nova.ex_delete_image_member("i", odd),
    "ex_accept_image_member": lambda nova, odd: nova.ex_accept_image_member(odd, "p"),
    "ex_accept_image_member, the member": lambda nova, odd: nova.ex_accept_image_member("i", odd),
    "ex_reject_image_member": lambda nova, odd: nova.ex_reject_image_member(odd, "p"),
    "ex_get_size_extra_specs": lambda nova, odd: nova.ex_get_size_extra_specs(odd),
    "ex_set_size_extra_specs": lambda nova, odd: nova.ex_set_size_extra_specs(odd, {"a": "b"}),
    "ex_delete_size_extra_spec": lambda nova, odd: nova.ex_delete_size_extra_spec(odd, "k"),
}
NAMES: dict[str, Call] = {
    "get_key_pair": lambda nova, odd: nova.get_key_pair(odd),
    "delete_key_pair": lambda nova, odd: nova.delete_key_pair(odd),
    "ex_delete_metadata_item, the key": lambda nova, odd: nova.ex_delete_metadata_item("server-0000", odd),
    "ex_delete_size_extra_spec, the key": lambda nova, odd: nova.ex_delete_size_extra_spec("1", odd),
}
# Of Neutron's, on both as well.
NETWORKS: dict[str, Call] = {
    "ex_delete_network": lambda nova, odd: nova.ex_delete_network(odd),
    "ex_get_network": lambda nova, odd: nova.ex_get_network(odd),
    "ex_get_subnet": lambda nova, odd: nova.ex_get_subnet(odd),
    "ex_update_subnet": lambda nova, odd: nova.ex_update_subnet(odd, name="n"),
    "ex_delete_subnet": lambda nova, odd: nova.ex_delete_subnet(odd),
    "ex_delete_port": lambda nova, odd: nova.ex_delete_port(odd),
    "ex_get_port": lambda nova, odd: nova.ex_get_port(odd),
    "ex_update_port": lambda nova, odd: nova.ex_update_port(odd, name="n"),
    "ex_delete_security_group": lambda nova, odd: nova.ex_delete_security_group(odd),
    "ex_delete_security_group_rule": lambda nova, odd: nova.ex_delete_security_group_rule(odd),
}
OPENSTACK: dict[str, Call] = {
    **SERVERS,
    **NAMES,
    **NETWORKS,
    "ex_delete_router": lambda nova, odd: nova.ex_delete_router(odd),
    "ex_get_router": lambda nova, odd: nova.ex_get_router(odd),
    "ex_update_router": lambda nova, odd: nova.ex_update_router(odd, name="n"),
    "ex_set_router_gateway": lambda nova, odd: nova.ex_set_router_gateway(odd, "n"),
    "ex_remove_router_gateway": lambda nova, odd: nova.ex_remove_router_gateway(odd),
    "ex_add_router_port": lambda nova, odd: nova.ex_add_router_port(odd, "p"),
    "ex_remove_router_port": lambda nova, odd: nova.ex_remove_router_port(odd, "p"),
    "ex_list_interfaces": lambda nova, odd: nova.ex_list_interfaces(odd),
    "ex_attach_port_interface": lambda nova, odd: nova.ex_attach_port_interface(odd, "p"),
    "ex_attach_network_interface": lambda nova, odd: nova.ex_attach_network_interface(odd, "n"),
    "ex_detach_port_interface": lambda nova, odd: nova.ex_detach_port_interface(odd, "p"),
    "ex_detach_port_interface, the port": lambda nova, odd: nova.ex_detach_port_interface("server-0000", odd),
    "ex_set_quota": lambda nova, odd: nova.ex_set_quota(odd, cores=1),
    "ex_add_router_subnet": lambda nova, odd: nova.ex_add_router_subnet(odd, "s"),
    "ex_delete_server_group": lambda nova, odd: nova.ex_delete_server_group(odd),
    "ex_get_server_group": lambda nova, odd: nova.ex_get_server_group(odd),
    "ex_get_quota": lambda nova, odd: nova.ex_get_quota(odd),
}


@pytest.mark.parametrize("verb", OPENSTACK)
async def test_openstack(cloud: Cloud, connect: Connect, verb: str) -> None:
    nova = connect(endpoints=cloud.endpoints)
    odd_ones = WORDS if verb in NAMES else [*WORDS, *LISTINGS]
    for odd in odd_ones:
        with pytest.raises(InvalidRequest) as caught:
            await OPENSTACK[verb](nova, odd)
        assert caught.value.provider in {"openstack", None}
    assert cloud.server.seen == []


@pytest.mark.parametrize("verb", [*SERVERS, *NETWORKS])
async def test_rackspace(cloud: Cloud, flavour: Flavour, verb: str) -> None:
    kind = AsyncRackspace if flavour.name == "async" else Rackspace
    auth_url = f"{cloud.server.origin}/v2.0"
    rackspace = flavour.shape(kind("user", API_KEY, auth_url=auth_url, region="DFW", proxy=""))
    for odd in [*WORDS, *LISTINGS]:
        with pytest.raises(InvalidRequest):
            await OPENSTACK[verb](rackspace, odd)
    assert cloud.server.seen == []
    await rackspace.aclose()


async def test_odd_addresses_of_floating_ips_are_looked_for_and_not_followed(cloud: Cloud, connect: Connect) -> None:
    nova = connect(endpoints=cloud.endpoints)
    for odd in ("a/b", "detail", "a?b"):
        with pytest.raises(InvalidRequest):
            await nova.ex_delete_floating_ip(odd)
    assert cloud.server.seen == []
