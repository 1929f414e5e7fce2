"""What is retried, what never is, and what a retry carries."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.compute.auth import SSHKey
from cumuli.errors import (
    CloudError,
    ConnectionFailed,
    IdempotencyMismatch,
    ImageNotFound,
    ProviderUnavailable,
    RateLimited,
)
from tests.faults.ec2.conftest import MakeClient
from tests.faults.ec2.strict import Paging, Parameters, StrictEC2, error
from tests.faults.keepalive import Exchange, reply

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPFxRBzQfQf7Yd7+1PNz2cQJ1GOrfUn5Zp8XWz5 someone@example.org"


def cut(exchange: Exchange, parameters: Parameters) -> None:
    """The request was read, and the answer is lost."""
    exchange.close()


def reset(exchange: Exchange, parameters: Parameters) -> None:
    exchange.reset()


def cut_within(exchange: Exchange, parameters: Parameters) -> None:
    """The answer breaks off before its declared end."""
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<DescribeInstancesResponse>")
    exchange.close()


def plainly(exchange: Exchange, parameters: Parameters) -> bytes:
    server = exchange.server
    assert isinstance(server, StrictEC2)
    return server.plainly(parameters)


FAULTS: dict[str, tuple[Any, type[CloudError]]] = {
    "cut": (cut, ConnectionFailed),
    "reset": (reset, ConnectionFailed),
    "cut within": (cut_within, ConnectionFailed),
    "500": (error(500, "InternalError"), ProviderUnavailable),
    "503": (error(503, "Unavailable"), ProviderUnavailable),
    "503 by a proxy": (reply(503, b"<html>busy</html>"), ProviderUnavailable),
    "502 without a body": (reply(502), ProviderUnavailable),
    "429": (reply(429, b""), RateLimited),
    "429, Retry-After": (reply(429, b"", ("Retry-After", "0")), RateLimited),
    "throttled, 503": (error(503, "RequestLimitExceeded"), RateLimited),
    "throttled, 400": (error(400, "Throttling"), RateLimited),
}

Call = Callable[[Any], Awaitable[Any]]

# Reads, and what says the same thing twice without harm.
REPEATABLE: dict[str, Call] = {
    "DescribeInstances": lambda ec2: ec2.list_nodes(),
    "RunInstances": lambda ec2: ec2.create_node("web", "t3.micro", "ami-1"),
    "CreateVolume": lambda ec2: ec2.create_volume(1, "data", location="eu-west-1a"),
    "CopyImage": lambda ec2: ec2.copy_image("us-east-1", "ami-1", "copy"),
    "StartInstances": lambda ec2: ec2.start_node("i-1"),
    "StopInstances": lambda ec2: ec2.stop_node("i-1"),
    "TerminateInstances": lambda ec2: ec2.destroy_node("i-1"),
    "DeleteVolume": lambda ec2: ec2.destroy_volume("vol-1"),
    "CreateTags": lambda ec2: ec2.ex_create_tags("i-1", {"a": "1"}),
    "DeleteTags": lambda ec2: ec2.ex_delete_tags("i-1", ["a"]),
    "ModifyInstanceAttribute": lambda ec2: ec2.ex_change_node_size("i-1", "t3.small"),
    "ReleaseAddress": lambda ec2: ec2.ex_release_address("eipalloc-1"),
    "DescribeRegions": lambda ec2: ec2.ex_call("DescribeRegions"),
    "CreateFleet": lambda ec2: ec2.ex_call("CreateFleet", ClientToken="mine"),
}
# What would happen a second time, or fail because of the first time.
ONCE: dict[str, Call] = {
    "RebootInstances": lambda ec2: ec2.reboot_node("i-1"),
    "AllocateAddress": lambda ec2: ec2.ex_allocate_address(),
    "CreateSnapshot": lambda ec2: ec2.create_volume_snapshot("vol-1"),
    "CreateImage": lambda ec2: ec2.create_image("i-1", "golden"),
    "CreateKeyPair": lambda ec2: ec2.create_key_pair("me"),
    "AttachVolume": lambda ec2: ec2.attach_volume("i-1", "vol-1", device="/dev/sdf"),
    "CreateSecurityGroup": lambda ec2: ec2.ex_create_security_group("web", "x"),
    "CreateVpc": lambda ec2: ec2.ex_call("CreateVpc", CidrBlock="10.0.0.0/16"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_read_is_retried_after(client: MakeClient, fault: str) -> None:
    behaviour, _ = FAULTS[fault]
    with StrictEC2(behaviour, behaviour) as server:
        [node] = await client(server.origin).list_nodes()
        assert node.id == "i-1"
        assert server.actions == ["DescribeInstances"] * 3


@pytest.mark.parametrize("action", REPEATABLE)
@pytest.mark.parametrize("fault", ["cut", "503"])
async def test_what_is_repeatable_is_retried(client: MakeClient, action: str, fault: str) -> None:
    behaviour, _ = FAULTS[fault]
    with StrictEC2(behaviour) as server:
        await REPEATABLE[action](client(server.origin))
        assert server.actions == [action, action]
        assert server.requests[0] == server.requests[1]


@pytest.mark.parametrize("action", ONCE)
@pytest.mark.parametrize("fault", ["cut", "503", "429, Retry-After"])
async def test_what_may_not_be_repeated_is_sent_once(client: MakeClient, action: str, fault: str) -> None:
    behaviour, kind = FAULTS[fault]
    with StrictEC2(behaviour) as server:
        with pytest.raises(kind) as caught:
            await ONCE[action](client(server.origin))
        assert server.actions == [action]
        assert (caught.value.provider, caught.value.operation) == ("ec2", action)


async def test_it_gives_up_in_the_end(client: MakeClient) -> None:
    with StrictEC2(*[error(503, "Unavailable")] * 10) as server:
        with pytest.raises(ProviderUnavailable) as caught:
            await client(server.origin).list_nodes()
        assert len(server.requests) == 4
        assert (caught.value.status, caught.value.code, caught.value.request_id) == (503, "Unavailable", "req-2")


async def test_retry_after_is_waited_for(client: MakeClient) -> None:
    with StrictEC2(error(503, "RequestLimitExceeded", ("Retry-After", "1"))) as server:
        started = time.monotonic()
        await client(server.origin).list_nodes()
        assert time.monotonic() - started >= 1.0
        assert len(server.requests) == 2


async def test_a_lost_reply_to_run_instances_is_asked_for_again_with_the_same_token(client: MakeClient) -> None:
    with StrictEC2(cut, cut_within, error(503, "Unavailable")) as server:
        ec2 = client(server.origin)
        await ec2.create_node("web", "t3.micro", "ami-1", ex_userdata="#!/bin/sh")
        assert server.actions == ["RunInstances"] * 4
        first = server.requests[0]
        assert len(first["ClientToken"]) == 36
        assert all(request == first for request in server.requests)
        await ec2.create_node("web", "t3.micro", "ami-1")
        assert server.requests[-1]["ClientToken"] != first["ClientToken"]


async def test_a_token_of_ones_own_is_sent_as_it_is(client: MakeClient) -> None:
    with StrictEC2(cut) as server:
        await client(server.origin).ex_create_nodes(2, "web", "t3.micro", "ami-1", ex_clienttoken="mine")
        assert [request["ClientToken"] for request in server.requests] == ["mine", "mine"]


async def test_a_token_with_other_arguments_is_an_error_of_its_own(client: MakeClient) -> None:
    with StrictEC2(error(400, "IdempotentParameterMismatch")) as server:
        with pytest.raises(IdempotencyMismatch, match="new token"):
            await client(server.origin).create_node("web", "t3.micro", "ami-1", ex_clienttoken="mine")
        assert len(server.requests) == 1


async def test_a_key_that_was_imported_for_nothing_stays_and_is_told(client: MakeClient) -> None:
    """Its name follows from the key: another create that uses it may be under way."""
    with StrictEC2(
        error(400, "InvalidKeyPair.NotFound"),
        plainly,
        error(400, "InvalidAMIID.NotFound"),
    ) as server:
        with pytest.raises(ImageNotFound) as caught:
            await client(server.origin).create_node("web", "t3.micro", "ami-1", auth=SSHKey(PUBLIC_KEY))
        assert server.actions == ["DescribeKeyPairs", "ImportKeyPair", "RunInstances"]
        assert server.requests[1]["KeyName"] == server.requests[2]["KeyName"]
        assert f"the key pair {server.requests[1]['KeyName']} was imported for it and stays" in str(caught.value)


async def test_a_key_that_ec2_does_not_know_yet_is_waited_for(client: MakeClient) -> None:
    gone = error(400, "InvalidKeyPair.NotFound")
    with StrictEC2(gone, plainly, gone, gone) as server:
        await client(server.origin).create_node("web", "t3.micro", "ami-1", auth=SSHKey(PUBLIC_KEY))
        assert server.actions == ["DescribeKeyPairs", "ImportKeyPair", *["RunInstances"] * 3]
        assert len({request["ClientToken"] for request in server.requests[2:]}) == 1


async def test_a_key_that_was_there_before_stays(client: MakeClient) -> None:
    with StrictEC2(plainly, error(400, "InvalidAMIID.NotFound")) as server:
        with pytest.raises(ImageNotFound):
            await client(server.origin).create_node("web", "t3.micro", "ami-1", auth=SSHKey(PUBLIC_KEY))
        assert server.actions == ["DescribeKeyPairs", "RunInstances"]


async def test_a_key_that_another_process_imported_meanwhile_is_used(client: MakeClient) -> None:
    with StrictEC2(error(400, "InvalidKeyPair.NotFound"), error(400, "InvalidKeyPair.Duplicate")) as server:
        await client(server.origin).create_node("web", "t3.micro", "ami-1", auth=SSHKey(PUBLIC_KEY))
        assert server.actions == ["DescribeKeyPairs", "ImportKeyPair", "RunInstances"]


@pytest.mark.parametrize("code", ["RequestLimitExceeded", "Throttling"])
async def test_what_ec2_itself_throttles_is_asked_again_whatever_it_is(client: MakeClient, code: str) -> None:
    with StrictEC2(*[error(503, code)] * 6) as server:
        key = await client(server.origin).create_key_pair("me")
        assert key.name == "me"
        assert server.actions == ["CreateKeyPair"] * 7


async def test_a_listing_goes_on_after_throttling_in_its_middle(client: MakeClient) -> None:
    class Throttled(Paging):
        left = 12

        def plainly(self, parameters: Parameters) -> bytes:
            if "NextToken" in parameters and self.left:
                self.left -= 1
                return error(503, "RequestLimitExceeded")
            return super().plainly(parameters)

    with Throttled(30, 10, repeat=-1, empty=-1) as server:
        nodes = await client(server.origin, retry=RetryPolicy(base=0.01, cap=0.02)).list_nodes()
        assert len(nodes) == 30
        assert server.left == 0


@pytest.mark.parametrize("arguments", [{}, {"ex_reboot": False}, {"ex_reboot": True}])
async def test_an_image_reboots_the_node_only_if_it_is_told_to(client: MakeClient, arguments: dict[str, bool]) -> None:
    with StrictEC2() as server:
        await client(server.origin).create_image("i-1", "golden", **arguments)
        expected = "false" if arguments.get("ex_reboot") else "true"
        assert [request["NoReboot"] for request in server.requests] == [expected]
