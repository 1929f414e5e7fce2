"""The answer to what makes something is lost: the error says what may exist, and nothing is left unknown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cumuli.compute.auth import SSHKey
from cumuli.errors import (
    AuthenticationError,
    CloudError,
    ConnectionFailed,
    ImageNotFound,
    MalformedResponse,
    QuotaExceeded,
)
from tests.faults.ec2.conftest import MakeClient
from tests.faults.ec2.strict import StrictEC2, error
from tests.faults.ec2.test_ec2_retries import PUBLIC_KEY, cut
from tests.faults.keepalive import reply

Call = Callable[[Any], Awaitable[Any]]

MAKES: dict[str, tuple[Call, str]] = {
    "RunInstances": (lambda ec2: ec2.create_node("web", "t3.micro", "ami-1"), "the node was made is not known: look"),
    "CreateVolume": (lambda ec2: ec2.create_volume(1, "data", location="a"), "a volume named 'data' was made"),
    "CreateSnapshot": (lambda ec2: ec2.create_volume_snapshot("vol-1"), "a snapshot of vol-1 was made"),
    "CreateImage": (lambda ec2: ec2.create_image("i-1", "golden"), "the image 'golden' was made"),
    "CopyImage": (lambda ec2: ec2.copy_image("us-east-1", "ami-1", "copy"), "the image 'copy' was made"),
    "CreateKeyPair": (lambda ec2: ec2.create_key_pair("me"), "its private key is lost; delete it"),
    "ImportKeyPair": (lambda ec2: ec2.import_key_pair("me", PUBLIC_KEY), "the key pair 'me' was made"),
    "AllocateAddress": (lambda ec2: ec2.ex_allocate_address(), "look for it with ex_describe_all_addresses"),
    "ModifyVolume": (lambda ec2: ec2.ex_modify_volume("vol-1", size=9), "whether the change of vol-1 was made"),
    "CreateVpc": (lambda ec2: ec2.ex_create_network("10.0.0.0/16"), "look for it with ex_list_networks"),
    "CreateSubnet": (lambda ec2: ec2.ex_create_subnet("vpc-1", "10.0.0.0/24"), "look for it with ex_list_subnets"),
    "CreateNetworkInterface": (
        lambda ec2: ec2.ex_create_network_interface("subnet-1"),
        "look for it with ex_list_network_interfaces",
    ),
    "AttachNetworkInterface": (
        lambda ec2: ec2.ex_attach_network_interface_to_node("eni-1", "i-1", 1),
        "whether the attachment was made",
    ),
    "CreateInternetGateway": (
        lambda ec2: ec2.ex_create_internet_gateway(),
        "look for it with ex_list_internet_gateways",
    ),
    "CreateRouteTable": (lambda ec2: ec2.ex_create_route_table("vpc-1"), "look for it with ex_list_route_tables"),
    "CreateLaunchTemplate": (
        lambda ec2: ec2.ex_create_launch_template("web", image="ami-1"),
        "the launch template 'web' was made",
    ),
    "CreateLaunchTemplateVersion": (
        lambda ec2: ec2.ex_create_launch_template_version("web", image="ami-1"),
        "a version of web was made",
    ),
    "CreatePlacementGroup": (lambda ec2: ec2.ex_create_placement_group("near"), "the placement group 'near' was made"),
    "CreateSecurityGroup": (lambda ec2: ec2.ex_create_security_group("web", "x"), "the security group 'web' was made"),
}
ENDS: dict[str, tuple[Any, type[CloudError]]] = {
    "cut": (cut, ConnectionFailed),
    "HTML": (reply(200, b"<html>"), MalformedResponse),
}


@pytest.mark.parametrize("action", MAKES)
@pytest.mark.parametrize("end", ENDS)
async def test_what_may_exist_is_said(client: MakeClient, action: str, end: str) -> None:
    call, words = MAKES[action]
    answer, kind = ENDS[end]
    with StrictEC2(*[answer] * 4) as server:
        with pytest.raises(kind) as caught:
            await call(client(server.origin))
        assert "is not known" in caught.value.message
        assert words in caught.value.message
        if action == "RunInstances":
            assert f"ex_clienttoken='{server.requests[0]['ClientToken']}'" in caught.value.message


@pytest.mark.parametrize("action", MAKES)
@pytest.mark.parametrize(
    ("refusal", "kind"),
    [(error(401, "AuthFailure"), AuthenticationError), (error(400, "InstanceLimitExceeded"), QuotaExceeded)],
)
async def test_what_was_refused_does_not_exist(
    client: MakeClient, action: str, refusal: bytes, kind: type[CloudError]
) -> None:
    with StrictEC2(refusal) as server:
        with pytest.raises(kind) as caught:
            await MAKES[action][0](client(server.origin))
        assert "not known" not in caught.value.message


async def test_what_was_never_sent_does_not_exist(client: MakeClient) -> None:
    with pytest.raises(ConnectionFailed) as caught:
        await client("http://127.0.0.1:1", retry=False).create_node("web", "t3.micro", "ami-1")
    assert "not known" not in caught.value.message


async def test_a_key_whose_import_was_lost_is_told(client: MakeClient) -> None:
    with StrictEC2(error(400, "InvalidKeyPair.NotFound"), cut, cut, cut, cut) as server:
        with pytest.raises(ConnectionFailed, match=r"the key pair cumuli-[0-9a-f]+ may have been imported, and stays"):
            await client(server.origin).create_node("web", "t3.micro", "ami-1", auth=SSHKey(PUBLIC_KEY))
        assert server.actions == ["DescribeKeyPairs", *["ImportKeyPair"] * 4]


async def test_a_key_that_a_lost_attempt_imported_is_told_with_the_node(client: MakeClient) -> None:
    with StrictEC2(
        error(400, "InvalidKeyPair.NotFound"),
        cut,
        error(400, "InvalidKeyPair.Duplicate"),
        error(400, "InvalidAMIID.NotFound"),
    ) as server:
        with pytest.raises(ImageNotFound, match="was imported for it and stays"):
            await client(server.origin).create_node("web", "t3.micro", "ami-1", auth=SSHKey(PUBLIC_KEY))
        assert server.actions == ["DescribeKeyPairs", "ImportKeyPair", "ImportKeyPair", "RunInstances"]
