"""EC2 does not know for some seconds what it gave the id of (its documentation: "eventual consistency")."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cumuli.compute.models import Node, NodeState
from cumuli.errors import KeyPairNotFound, NodeNotFound, NotFound
from cumuli.providers.aws.ec2.models import SecurityGroupRule
from tests.faults.ec2.conftest import MakeClient
from tests.faults.ec2.strict import Parameters, StrictEC2, answer_of, error
from tests.faults.keepalive import reply

RULE = SecurityGroupRule(protocol="tcp", from_port=22, to_port=22, cidr="192.0.2.0/24")
KINDS = {"i-": "InvalidInstanceID", "vol-": "InvalidVolume", "sg-": "InvalidGroup", "snap-": "InvalidSnapshot"}
NODE = (
    "<reservationSet><item><reservationId>r-1</reservationId><instancesSet><item><instanceId>i-1</instanceId>"
    "<instanceState><name>running</name></instanceState></item></instancesSet></item></reservationSet>"
)
VOLUME = "<volumeSet><item><volumeId>vol-1</volumeId><size>1</size><status>available</status></item></volumeSet>"


class Forgetful(StrictEC2):
    """Gives ids, and then does not know them for the first calls that name them."""

    def __init__(self, misses: int) -> None:
        super().__init__()
        self.misses = misses
        self._missed: dict[str, int] = {}

    def plainly(self, parameters: Parameters) -> bytes:
        action = parameters["Action"]
        for value in [value for name, value in parameters.items() if name != "ClientToken"]:
            kind = next((kind for beginning, kind in KINDS.items() if value.startswith(beginning)), None)
            if kind is not None and self._missed.setdefault(value, 0) < self.misses:
                self._missed[value] += 1
                return error(400, f"{kind}.NotFound")
        inside = {
            "DescribeInstances": NODE,
            "DescribeVolumes": VOLUME,
            "CreateSecurityGroup": "<groupId>sg-1</groupId>",
        }
        if action in inside:
            return reply(200, answer_of(action, inside[action]))
        return super().plainly(parameters)


CALLS: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "get_node": lambda ec2: ec2.get_node("i-1"),
    "list_nodes": lambda ec2: ec2.list_nodes(ids=["i-1"]),
    "ex_create_tags": lambda ec2: ec2.ex_create_tags("i-1", {"a": "b"}),
    "reboot_node": lambda ec2: ec2.reboot_node("i-1"),
    "destroy_node": lambda ec2: ec2.destroy_node("i-1"),
    "attach_volume": lambda ec2: ec2.attach_volume("i-1", "vol-1"),
    "create_volume_snapshot": lambda ec2: ec2.create_volume_snapshot("vol-1"),
    "destroy_volume": lambda ec2: ec2.destroy_volume("vol-1"),
    "rules": lambda ec2: ec2.ex_authorize_security_group_ingress("sg-1", [RULE]),
    "ex_call": lambda ec2: ec2.ex_call("MonitorInstances", InstanceId=["i-1"]),
}


async def made_by(ec2: Any) -> None:
    await ec2.create_node("web", "t3.micro", "ami-1")
    await ec2.create_volume(1, "data", location="a")
    await ec2.ex_create_security_group("web", "x")


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_what_was_made_a_moment_ago_is_waited_for(
    client: MakeClient, call: Callable[[Any], Awaitable[Any]]
) -> None:
    with Forgetful(misses=2) as server:
        ec2 = client(server.origin)
        await made_by(ec2)
        await call(ec2)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_what_others_made_is_believed_to_be_missing(
    client: MakeClient, call: Callable[[Any], Awaitable[Any]]
) -> None:
    with Forgetful(misses=1000) as server:
        with pytest.raises(NotFound):
            await call(client(server.origin))
        assert len(server.requests) == 1


async def test_what_was_destroyed_is_believed_to_be_gone(client: MakeClient) -> None:
    with Forgetful(misses=0) as server:
        ec2 = client(server.origin)
        await made_by(ec2)
        await ec2.destroy_node("i-1")
        server.misses = 1000
        before = len(server.requests)
        with pytest.raises(NodeNotFound):
            await ec2.get_node("i-1")
        assert len(server.requests) == before + 1
        node = Node(id="i-1", name="web", state=NodeState.RUNNING, provider="ec2")
        with pytest.raises(NodeNotFound, match="i-1 does not exist: this client destroyed it"):
            await ec2.wait_until_running([node], timeout=30)
        assert len(server.requests) == before + 2


async def test_a_wrong_id_beside_one_of_a_moment_ago_is_told_at_once(client: MakeClient) -> None:
    """A subnet that there is not, with a key pair that was made a moment ago."""
    body = (
        "<Response><Errors><Error><Code>InvalidSubnetID.NotFound</Code>"
        "<Message>The subnet ID 'subnet-9' does not exist</Message></Error></Errors></Response>"
    )
    with Forgetful(misses=0) as server:
        ec2 = client(server.origin)
        await ec2.create_key_pair("me")
        await ec2.ex_create_security_group("web", "x")
        server.plainly = lambda _parameters: reply(400, body.encode())  # type: ignore[method-assign]
        with pytest.raises(NotFound, match="subnet-9"):
            await ec2.create_node(
                "web", "t3.micro", "ami-1", ex_keyname="me", ex_subnet="subnet-9", ex_security_groups=["sg-1"]
            )
        assert server.actions.count("RunInstances") == 1


async def test_an_error_about_something_else_is_told_at_once(client: MakeClient) -> None:
    """A new node that is named beside a key pair that there is not."""
    gone = error(400, "InvalidKeyPair.NotFound")
    with StrictEC2() as server:
        ec2 = client(server.origin)
        await ec2.create_node("web", "t3.micro", "ami-1")
        server.plainly = lambda _parameters: gone  # type: ignore[method-assign]
        with pytest.raises(KeyPairNotFound):
            await ec2.ex_call("DescribeInstances", InstanceId=["i-1"])
        assert len(server.requests) == 2


async def test_without_retries_nothing_is_repeated(client: MakeClient) -> None:
    with Forgetful(misses=1000) as server:
        ec2 = client(server.origin, retry=False)
        await ec2.create_node("web", "t3.micro", "ami-1")
        with pytest.raises(NodeNotFound):
            await ec2.get_node("i-1")
        assert len(server.requests) == 2
