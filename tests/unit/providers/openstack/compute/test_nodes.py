"""Nodes made of Nova's servers: states, addresses, and what is missing."""

from __future__ import annotations

import datetime as dt
import dis
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cumuli.compute.models import NodeState
from cumuli.providers.openstack.compute.models import NodeAddress, OpenStackNode
from cumuli.providers.openstack.compute.wire import (
    STATES,
    Server,
    SoundServer,
    node_of,
    node_state,
    split_addresses,
)


def server(**fields: Any) -> Server:
    return msgspec.json.decode(json.dumps({"id": "s", "status": "ACTIVE", **fields}).encode(), type=Server)


# Nova's API guide, "Server status"; RESCUED and STOPPED are words of older ones.
STATUSES = """ACTIVE BUILD DELETED ERROR HARD_REBOOT MIGRATING PASSWORD PAUSED REBOOT REBUILD RESCUE RESIZE
    REVERT_RESIZE SHELVED SHELVED_OFFLOADED SHUTOFF SOFT_DELETED SUSPENDED UNKNOWN VERIFY_RESIZE""".split()


def test_every_status_of_novas_has_a_state() -> None:
    assert set(STATUSES) <= STATES.keys()
    for status in STATUSES:
        assert node_state(status, None) is not NodeState.UNKNOWN or status == "UNKNOWN"


@pytest.mark.parametrize(
    ("status", "task", "state"),
    [
        ("ACTIVE", None, NodeState.RUNNING),
        ("active", None, NodeState.RUNNING),
        ("ACTIVE", "powering-off", NodeState.STOPPING),
        ("SHUTOFF", "powering-on", NodeState.STARTING),
        ("ACTIVE", "deleting", NodeState.STOPPING),
        ("ACTIVE", "image_uploading", NodeState.RUNNING),
        ("ACTIVE(deleting)", None, NodeState.RUNNING),
        ("SHUTOFF", None, NodeState.STOPPED),
        ("BUILD", "spawning", NodeState.PENDING),
        ("TOMORROWS_WORD", None, NodeState.UNKNOWN),
        ("", None, NodeState.UNKNOWN),
    ],
)
def test_states(status: str, task: str | None, state: NodeState) -> None:
    assert node_state(status, task) is state


@pytest.mark.parametrize(
    ("network", "kind", "address", "public"),
    [
        ("net", "floating", "172.24.4.5", True),
        ("net", "floating", "8.8.8.8", True),
        ("net", "fixed", "10.0.0.1", False),
        ("net", "fixed", "8.8.8.8", True),
        ("net", "fixed", "192.168.1.1", False),
        ("net", "fixed", "172.16.0.1", False),
        ("net", "fixed", "172.15.0.1", True),
        ("net", "fixed", "100.64.0.1", False),
        ("net", "fixed", "169.254.1.1", False),
        ("net", "fixed", "2600::1", True),
        ("net", "fixed", "fd00:9::1", False),
        ("net", "fixed", "fe80::1", False),
        ("public", None, "10.1.1.1", True),
        ("private", None, "8.8.8.8", False),
        ("public", "fixed", "10.1.1.1", False),
        ("ext", None, "8.8.8.8", True),
        ("ext", None, "not an address", False),
    ],
)
def test_addresses_are_told_apart(network: str, kind: str | None, address: str, public: bool) -> None:
    found = split_addresses({network: [NodeAddress(address=address, version=4, kind=kind)]})
    assert found == (((address,), ()) if public else ((), (address,)))


def test_addresses_keep_their_order_and_come_once() -> None:
    entries = [NodeAddress(address=f"10.0.0.{last}", version=4) for last in (2, 1, 2)]
    assert split_addresses({"a": entries, "b": entries}) == ((), ("10.0.0.2", "10.0.0.1"))


def test_a_whole_server() -> None:
    node = node_of(
        server(
            name="web",
            flavor={"id": "2", "links": []},
            image={"id": "img"},
            created="2026-01-02T03:04:05Z",
            updated="2026-01-02T03:04:06Z",
            metadata={"a": "b"},
            tenant_id="p",
            user_id="u",
            hostId="h",
            key_name="k",
            config_drive="True",
            accessIPv4="1.2.3.4",
            accessIPv6="",
            locked=True,
            description="d",
            security_groups=[{"name": "default"}, {"name": "default"}, {"name": "web"}],
            addresses={
                "net": [
                    {
                        "addr": "10.0.0.1",
                        "version": 4,
                        "OS-EXT-IPS:type": "fixed",
                        "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:00:00:01",
                    }
                ]
            },
            **{
                "OS-EXT-STS:task_state": None,
                "OS-EXT-STS:vm_state": "active",
                "OS-EXT-STS:power_state": 1,
                "OS-EXT-AZ:availability_zone": "nova",
                "os-extended-volumes:volumes_attached": [{"id": "v1"}],
            },
        ),
        "openstack",
        OpenStackNode,
    )
    assert (node.id, node.name, node.state, node.provider_state) == ("s", "web", NodeState.RUNNING, "ACTIVE")
    assert (node.size, node.image, node.location, node.tags) == ("2", "img", "nova", {"a": "b"})
    assert node.created_at == dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    assert (node.host_id, node.key_name, node.config_drive, node.locked) == ("h", "k", True, True)
    assert (node.security_groups, node.volumes, node.power_state) == (("default", "web"), ("v1",), 1)
    assert (node.access_ipv4, node.access_ipv6, node.project_id, node.user_id) == ("1.2.3.4", "", "p", "u")
    assert node.addresses["net"][0].mac == "fa:16:3e:00:00:01"
    assert node.private_ips == ("10.0.0.1",)


RECORDED = (Path(__file__).parent / "server.json").read_bytes()


def test_both_ways_of_reading_a_server_make_the_same_node() -> None:
    sound = msgspec.json.decode(RECORDED, type=SoundServer)
    node = node_of(sound, "openstack", OpenStackNode)
    assert node == node_of(msgspec.json.decode(RECORDED, type=Server), "openstack", OpenStackNode)
    assert node.addresses
    # What the decoder made is what the node has.
    assert all(node.addresses[name] is entries for name, entries in sound.addresses.items())


@pytest.mark.parametrize("entry", [{"version": 4}, {"addr": "", "version": 4}, {"addr": "10.0.0.1"}])
def test_addresses_that_lack_something_are_read_the_other_way(entry: dict[str, Any]) -> None:
    body = json.dumps({"id": "s", "status": "ACTIVE", "addresses": {"net": [entry]}}).encode()
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=SoundServer)
    node = node_of(msgspec.json.decode(body, type=Server), "openstack", OpenStackNode)
    assert [each.address for each in node.addresses["net"]] == [addr for addr in [entry.get("addr")] if addr]


def test_a_server_of_which_little_is_known() -> None:
    node = node_of(server(image="", flavor=None, name=None, status="BUILD"), "openstack", OpenStackNode)
    assert (node.image, node.size, node.name, node.location, node.created_at) == (None, None, "", None, None)
    assert node.state is NodeState.PENDING


def test_why_a_server_is_in_error() -> None:
    node = node_of(
        server(status="ERROR", fault={"code": 500, "message": "No valid host was found."}), "openstack", OpenStackNode
    )
    assert (node.state, node.state_reason) == (NodeState.ERROR, "No valid host was found.")


def test_a_password_is_a_secret() -> None:
    node = node_of(server(adminPass="hunter2"), "openstack", OpenStackNode)
    assert node.password is not None
    assert node.password.reveal() == "hunter2"
    assert "hunter2" not in repr(node)


def test_no_node_is_made_by_way_of_a_dict() -> None:
    """Python does that with more keywords than it likes, and a listing of many nodes takes half as long again."""
    assert "CALL_FUNCTION_EX" not in {instruction.opname for instruction in dis.get_instructions(node_of)}


def test_every_field_of_a_node_comes_from_somewhere() -> None:
    """``replace`` takes what it is given, and a field that nobody fills stays empty without a word."""
    whole = json.loads(RECORDED) | {
        "fault": {"message": "why"}, "adminPass": "secret", "progress": 50, "locked": True, "description": "words",
        "accessIPv4": "192.0.2.1", "accessIPv6": "2001:db8::1", "config_drive": "True", "key_name": "key",
        "security_groups": [{"name": "web"}], "OS-EXT-STS:task_state": "deleting", "metadata": {"a": "b"},
        "image": {"id": "image"}, "os-extended-volumes:volumes_attached": [{"id": "volume"}],
        "addresses": {"net": [{"addr": "10.0.0.1", "version": 4}, {"addr": "8.8.8.8", "version": 4}]},
    }  # fmt: skip
    node = node_of(msgspec.json.decode(json.dumps(whole), type=SoundServer), "openstack", OpenStackNode)
    unfilled = [
        field.name
        for field in msgspec.structs.fields(OpenStackNode)
        if not field.required and getattr(node, field.name) in (None, "", (), {}, False)
    ]
    assert unfilled == []


def test_no_field_is_read_that_was_misspelt() -> None:
    """Nova's names are checked against a listing of a real one."""
    recorded = json.loads(RECORDED)
    names = {field.encode_name for kind in (Server, SoundServer) for field in msgspec.structs.fields(kind)}
    # Told only at times: of a broken or a new server, while something is going on, by newer ones.
    names -= {"fault", "adminPass", "progress", "locked", "description"}
    assert names <= recorded.keys()
