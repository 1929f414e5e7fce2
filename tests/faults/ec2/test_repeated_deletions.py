"""A deletion whose answer is lost is sent again; that there is nothing left to delete is its success."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cumuli.errors import CloudError, Conflict, NodeNotFound, NotFound, VolumeNotFound
from tests.faults.ec2.conftest import MakeClient
from tests.faults.ec2.strict import StrictEC2, answer_of, error
from tests.faults.ec2.test_ec2_retries import cut
from tests.faults.keepalive import reply

Call = Callable[[Any], Awaitable[Any]]


def volume(status: str, attachment: str = "") -> bytes:
    attached = f"<item><instanceId>i-1</instanceId><status>{attachment}</status></item>" if attachment else ""
    inside = (
        f"<volumeSet><item><volumeId>vol-1</volumeId><size>1</size><status>{status}</status>"
        f"<attachmentSet>{attached}</attachmentSet></item></volumeSet>"
    )
    return reply(200, answer_of("DescribeVolumes", inside))


def address(association: str = "") -> bytes:
    inside = (
        "<addressesSet><item><publicIp>203.0.113.9</publicIp><allocationId>eipalloc-1</allocationId>"
        f"<associationId>{association}</associationId></item></addressesSet>"
    )
    return reply(200, answer_of("DescribeAddresses", inside))


def interface(attachment: str = "") -> bytes:
    attached = f"<attachment><attachmentId>a-1</attachmentId><status>{attachment}</status></attachment>"
    item = f"<item><networkInterfaceId>eni-1</networkInterfaceId>{attached if attachment else ''}</item>"
    return reply(200, answer_of("DescribeNetworkInterfaces", f"<networkInterfaceSet>{item}</networkInterfaceSet>"))


def gateway(network: str = "") -> bytes:
    attached = f"<attachmentSet><item><vpcId>{network}</vpcId></item></attachmentSet>" if network else ""
    item = f"<item><internetGatewayId>igw-1</internetGatewayId>{attached}</item>"
    return reply(200, answer_of("DescribeInternetGateways", f"<internetGatewaySet>{item}</internetGatewaySet>"))


def tables(*ids: str) -> bytes:
    items = "".join(f"<item><routeTableId>{each}</routeTableId></item>" for each in ids)
    return reply(200, answer_of("DescribeRouteTables", f"<routeTableSet>{items}</routeTableSet>"))


KEY = reply(200, answer_of("DescribeKeyPairs", "<keySet><item><keyName>k</keyName></item></keySet>"))

GONE: dict[str, tuple[Call, list[Any]]] = {
    "TerminateInstances": (lambda ec2: ec2.destroy_node("i-1"), [cut, error(400, "InvalidInstanceID.NotFound")]),
    "DeleteVolume": (lambda ec2: ec2.destroy_volume("vol-1"), [cut, error(400, "InvalidVolume.NotFound")]),
    "DeleteVolume, deleting": (
        lambda ec2: ec2.destroy_volume("vol-1"),
        [cut, error(400, "IncorrectState"), volume("deleting")],
    ),
    "DeleteSnapshot": (
        lambda ec2: ec2.destroy_volume_snapshot("snap-1"),
        [cut, error(400, "InvalidSnapshot.NotFound")],
    ),
    "DeregisterImage": (lambda ec2: ec2.delete_image("ami-1"), [cut, error(400, "InvalidAMIID.Unavailable")]),
    "DeleteKeyPair": (lambda ec2: ec2.delete_key_pair("k"), [KEY, cut, error(400, "InvalidKeyPair.NotFound")]),
    "DeleteSecurityGroup": (
        lambda ec2: ec2.ex_delete_security_group("sg-1"),
        [cut, error(400, "InvalidGroup.NotFound")],
    ),
    "ReleaseAddress": (
        lambda ec2: ec2.ex_release_address("eipalloc-1"),
        [cut, error(400, "InvalidAllocationID.NotFound")],
    ),
    "DisassociateAddress": (
        lambda ec2: ec2.ex_disassociate_address("eipalloc-1"),
        [address("eipassoc-1"), cut, error(400, "InvalidAssociationID.NotFound"), address()],
    ),
    "DetachVolume": (
        lambda ec2: ec2.detach_volume("vol-1"),
        [volume("in-use", "attached"), cut, error(400, "IncorrectState"), volume("available"), volume("available")],
    ),
    "DetachVolume, busy": (
        lambda ec2: ec2.detach_volume("vol-1"),
        [volume("in-use", "attached"), cut, error(400, "IncorrectState"), *[volume("in-use", "busy")] * 2],
    ),
    "DeleteVpc": (lambda ec2: ec2.ex_delete_network("vpc-1"), [cut, error(400, "InvalidVpcID.NotFound")]),
    "DeleteSubnet": (lambda ec2: ec2.ex_delete_subnet("subnet-1"), [cut, error(400, "InvalidSubnetID.NotFound")]),
    "DeleteNetworkInterface": (
        lambda ec2: ec2.ex_delete_network_interface("eni-1"),
        [cut, error(400, "InvalidNetworkInterfaceID.NotFound")],
    ),
    "DetachNetworkInterface": (
        lambda ec2: ec2.ex_detach_network_interface("eni-1"),
        [interface("attached"), cut, error(400, "IncorrectState"), interface()],
    ),
    "DetachNetworkInterface, detaching": (
        lambda ec2: ec2.ex_detach_network_interface("eni-1"),
        [interface("attached"), cut, error(400, "IncorrectState"), interface("detaching")],
    ),
    "DeleteInternetGateway": (
        lambda ec2: ec2.ex_delete_internet_gateway("igw-1"),
        [cut, error(400, "InvalidInternetGatewayID.NotFound")],
    ),
    "DetachInternetGateway": (
        lambda ec2: ec2.ex_detach_internet_gateway("igw-1", "vpc-1"),
        [cut, error(400, "Gateway.NotAttached"), gateway()],
    ),
    "DeleteRouteTable": (
        lambda ec2: ec2.ex_delete_route_table("rtb-1"),
        [cut, error(400, "InvalidRouteTableID.NotFound")],
    ),
    "DisassociateRouteTable": (
        lambda ec2: ec2.ex_dissociate_route_table("rtbassoc-1"),
        [cut, error(400, "InvalidAssociationID.NotFound"), tables()],
    ),
    "DeleteRoute": (
        lambda ec2: ec2.ex_delete_route("rtb-1", "0.0.0.0/0"),
        [cut, error(400, "InvalidRoute.NotFound")],
    ),
    "DeletePlacementGroup": (
        lambda ec2: ec2.ex_delete_placement_group("near"),
        [cut, error(400, "InvalidPlacementGroup.Unknown")],
    ),
    "DeleteLaunchTemplate": (
        lambda ec2: ec2.ex_delete_launch_template("lt-1"),
        [cut, error(400, "InvalidLaunchTemplateId.NotFound")],
    ),
    "DeleteLaunchTemplateVersions": (
        lambda ec2: ec2.ex_delete_launch_template_versions("lt-1", [2]),
        [
            cut,
            reply(
                200,
                answer_of(
                    "DeleteLaunchTemplateVersions",
                    "<unsuccessfullyDeletedLaunchTemplateVersionSet><item><versionNumber>2</versionNumber>"
                    "<responseError><code>launchTemplateVersionDoesNotExist</code></responseError></item>"
                    "</unsuccessfullyDeletedLaunchTemplateVersionSet>",
                ),
            ),
        ],
    ),
    "DetachVolume, detaching": (
        lambda ec2: ec2.detach_volume("vol-1"),
        [
            volume("in-use", "attached"),
            cut,
            error(400, "IncorrectState"),
            volume("in-use", "detaching"),
            volume("in-use", "detaching"),
        ],
    ),
}


@pytest.mark.parametrize("what", GONE)
async def test_what_the_first_attempt_has_deleted_is_deleted(client: MakeClient, what: str) -> None:
    call, answers = GONE[what]
    with StrictEC2(*answers) as server:
        await call(client(server.origin))
        assert server.actions.count(what.partition(",")[0]) == 2
        assert len(server.actions) == len(answers)


STAYS: dict[str, tuple[Call, list[Any], type[CloudError]]] = {
    "a volume": (
        lambda ec2: ec2.destroy_volume("vol-1"),
        [cut, error(400, "VolumeInUse"), volume("in-use", "attached")],
        Conflict,
    ),
    "an attachment": (
        lambda ec2: ec2.detach_volume("vol-1"),
        [volume("in-use", "attached"), cut, error(400, "IncorrectState"), volume("in-use", "attached")],
        Conflict,
    ),
    "an association": (
        lambda ec2: ec2.ex_disassociate_address("eipalloc-1"),
        [address("eipassoc-1"), cut, error(400, "IncorrectState"), address("eipassoc-1")],
        Conflict,
    ),
    "an interface's attachment": (
        lambda ec2: ec2.ex_detach_network_interface("eni-1"),
        [interface("attached"), cut, error(400, "IncorrectState"), interface("attached")],
        Conflict,
    ),
    "a gateway's attachment": (
        lambda ec2: ec2.ex_detach_internet_gateway("igw-1", "vpc-1"),
        [cut, error(400, "DependencyViolation"), gateway("vpc-1")],
        Conflict,
    ),
    "a route table's association": (
        lambda ec2: ec2.ex_dissociate_route_table("rtbassoc-1"),
        [cut, error(400, "InvalidAssociationID.NotFound"), tables("rtb-1")],
        Conflict,
    ),
    "a group": (
        lambda ec2: ec2.ex_delete_security_group("sg-1"),
        [cut, error(400, "DependencyViolation")],
        Conflict,
    ),
}


@pytest.mark.parametrize("what", STAYS)
async def test_what_is_there_still_was_not_deleted(client: MakeClient, what: str) -> None:
    call, answers, kind = STAYS[what]
    with StrictEC2(*answers) as server:
        with pytest.raises(kind):
            await call(client(server.origin))
        assert len(server.actions) == len(answers)


NEVER: list[tuple[Call, str, type[CloudError]]] = [
    (lambda ec2: ec2.destroy_node("i-1"), "InvalidInstanceID.NotFound", NodeNotFound),
    (lambda ec2: ec2.destroy_volume("vol-1"), "InvalidVolume.NotFound", VolumeNotFound),
    (lambda ec2: ec2.ex_delete_security_group("sg-1"), "InvalidGroup.NotFound", NotFound),
]


@pytest.mark.parametrize(("call", "code", "kind"), NEVER)
async def test_what_was_never_there_is_not_found(
    client: MakeClient, call: Call, code: str, kind: type[CloudError]
) -> None:
    # A refusal that says that nothing happened leaves nothing open.
    with StrictEC2(error(400, "Throttling"), error(400, code)) as server:
        with pytest.raises(kind):
            await call(client(server.origin))
        assert len(server.actions) == 2


UNSEEN: list[tuple[Call, list[Any], str]] = [
    (
        lambda ec2: ec2.attach_volume("i-1", "vol-1", device="/dev/sdf"),
        [reply(200, answer_of("AttachVolume", "")), error(403, "UnauthorizedOperation")],
        "the volume vol-1 is being attached to i-1 all the same",
    ),
    (
        lambda ec2: ec2.detach_volume("vol-1"),
        [volume("in-use", "attached"), reply(200, answer_of("DetachVolume", "")), error(403, "UnauthorizedOperation")],
        "the volume vol-1 is being detached all the same",
    ),
]


@pytest.mark.parametrize(("call", "answers", "words"), UNSEEN)
async def test_what_was_done_and_cannot_be_seen_is_told(
    client: MakeClient, call: Call, answers: list[Any], words: str
) -> None:
    with StrictEC2(*answers) as server, pytest.raises(CloudError, match=words):
        await call(client(server.origin))
