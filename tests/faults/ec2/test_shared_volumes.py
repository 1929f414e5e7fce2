"""Volumes of several instances, and device names that somebody else was quicker to take."""

from __future__ import annotations

import pytest

from cumuli.compute.models import VolumeState
from cumuli.errors import CloudError, Conflict
from tests.faults.ec2.conftest import MakeClient
from tests.faults.ec2.strict import StrictEC2, answer_of
from tests.faults.keepalive import reply


def volume(*nodes: str, **others: str) -> bytes:
    words = dict.fromkeys(nodes, "attached") | {name.replace("_", "-"): word for name, word in others.items()}
    items = "".join(
        f"<item><instanceId>{node}</instanceId><device>/dev/sdf</device><status>{word}</status></item>"
        for node, word in words.items()
    )
    inside = f"<item><volumeId>vol-1</volumeId><status>in-use</status><attachmentSet>{items}</attachmentSet></item>"
    return reply(200, answer_of("DescribeVolumes", f"<volumeSet>{inside}</volumeSet>"))


async def test_which_node_is_to_be_said(client: MakeClient) -> None:
    detached = reply(200, answer_of("DetachVolume", "<volumeId>vol-1</volumeId>"))
    both = volume("i-1", "i-2")
    with StrictEC2(both, both, both, detached, volume("i-1")) as server:
        ec2 = client(server.origin)
        with pytest.raises(Conflict, match="several nodes, i-1, i-2; give node="):
            await ec2.detach_volume("vol-1")
        with pytest.raises(Conflict, match="not attached to i-3"):
            await ec2.detach_volume("vol-1", node="i-3")
        assert (await ec2.detach_volume("vol-1", node="i-2")).attached_to == ("i-1",)
        assert server.requests[3]["InstanceId"] == "i-2"


async def test_it_is_waited_for_until_it_is_attached_to_that_node(client: MakeClient) -> None:
    with StrictEC2(volume("i-1", i_2="attaching"), volume("i-1", "i-2")) as server:
        [found] = await client(server.origin).wait_until_volume_attached(["vol-1"], node="i-2", timeout=30)
        assert [each.state for each in found.attachments] == ["attached", "attached"]
        assert len(server.requests) == 2


async def test_what_another_attachment_does_is_not_waited_for(client: MakeClient) -> None:
    with StrictEC2(volume("i-1", i_2="attaching"), volume("i-1", i_2="detaching")) as server:
        ec2 = client(server.origin)
        for _ in range(2):
            [found] = await ec2.wait_until_volume_attached(["vol-1"], node="i-1", timeout=30)
            assert found.state_on("i-1") is VolumeState.IN_USE is not found.state
        assert len(server.requests) == 2


async def test_what_comes_to_another_node_is_detached(client: MakeClient) -> None:
    with StrictEC2(volume(i_1="detaching", i_2="attached"), volume(i_2="attaching")) as server:
        [found] = await client(server.origin).wait_until_volume_detached(["vol-1"], node="i-1", timeout=30)
        assert found.attached_to == ("i-2",)
        assert len(server.requests) == 2


def taken(device: str) -> bytes:
    message = f"Invalid value '{device}' for unixDevice. Attachment point {device} is already in use"
    return reply(
        400,
        f"<Response><Errors><Error><Code>InvalidParameterValue</Code><Message>{message}</Message></Error></Errors>"
        "<RequestID>r</RequestID></Response>".encode(),
    )


async def test_a_name_of_our_choice_that_was_taken_meanwhile_is_chosen_anew(client: MakeClient) -> None:
    instance = reply(
        200,
        answer_of(
            "DescribeInstances",
            "<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId></item></instancesSet></item>"
            "</reservationSet>",
        ),
    )
    attached = reply(200, answer_of("AttachVolume", "<volumeId>vol-1</volumeId>"))
    with StrictEC2(
        instance, taken("/dev/sdf"), instance, taken("/dev/sdg"), instance, attached, volume("i-1")
    ) as server:
        await client(server.origin).attach_volume("i-1", "vol-1")
        asked = [request["Device"] for request in server.requests if request["Action"] == "AttachVolume"]
        assert asked == ["/dev/sdf", "/dev/sdg", "/dev/sdh"]


async def test_a_name_of_the_callers_is_not(client: MakeClient) -> None:
    with StrictEC2(taken("/dev/sdf")) as server:
        with pytest.raises(CloudError, match="already in use"):
            await client(server.origin).attach_volume("i-1", "vol-1", device="/dev/sdf")
        assert server.actions == ["AttachVolume"]
