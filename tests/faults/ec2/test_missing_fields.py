"""An element that is empty, or not there at all, costs no listing; what identifies a thing stays needed."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from polycloud.errors import MalformedResponse
from tests.faults.ec2.conftest import MakeClient
from tests.faults.ec2.strict import StrictEC2, answer_of
from tests.faults.keepalive import reply

Call = Callable[[Any], Awaitable[Any]]

INSTANCE = """<instanceId>i-1</instanceId><imageId>ami-1</imageId><instanceState><name>running</name></instanceState>
<instanceType>t3.micro</instanceType><launchTime>2026-01-02T03:04:05Z</launchTime>
<placement><availabilityZone>a</availabilityZone></placement><ipAddress>203.0.113.1</ipAddress>
<networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId></item></networkInterfaceSet>
<tagSet><item><key>k</key><value>v</value></item></tagSet><amiLaunchIndex>0</amiLaunchIndex>
<blockDeviceMapping><item><deviceName>sda</deviceName><ebs><volumeId>v</volumeId>
<deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>
<monitoring><state>disabled</state></monitoring><ebsOptimized>false</ebsOptimized>"""
VOLUME = """<volumeId>vol-1</volumeId><size>1</size><status>available</status>
<createTime>2026-01-02T03:04:05Z</createTime>
<attachmentSet><item><instanceId>i-1</instanceId><attachTime>2026-01-02T03:04:05Z</attachTime></item></attachmentSet>
<iops>3000</iops><encrypted>false</encrypted><multiAttachEnabled>false</multiAttachEnabled>"""
IMAGE = """<imageId>ami-1</imageId><name>n</name><imageState>available</imageState>
<creationDate>2026-01-02T03:04:05.000Z</creationDate>"""
SUBNET = """<subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/24</cidrBlock>
<availableIpAddressCount>9</availableIpAddressCount><defaultForAz>true</defaultForAz>"""
GROUP = """<groupId>sg-1</groupId><groupName>web</groupName><ipPermissions><item><ipProtocol>tcp</ipProtocol>
<fromPort>22</fromPort></item></ipPermissions>"""

LISTINGS: dict[str, tuple[Call, str, str, str]] = {
    "DescribeInstances": (
        lambda ec2: ec2.list_nodes(),
        "<reservationSet><item><instancesSet><item>%s</item></instancesSet></item></reservationSet>",
        INSTANCE,
        "instanceId",
    ),
    "DescribeVolumes": (
        lambda ec2: ec2.list_volumes(),
        "<volumeSet><item>%s</item></volumeSet>",
        VOLUME,
        "volumeId",
    ),
    "DescribeImages": (lambda ec2: ec2.list_images(), "<imagesSet><item>%s</item></imagesSet>", IMAGE, "imageId"),
    "DescribeSubnets": (
        lambda ec2: ec2.ex_list_subnets(),
        "<subnetSet><item>%s</item></subnetSet>",
        SUBNET,
        "subnetId",
    ),
    "DescribeSecurityGroups": (
        lambda ec2: ec2.ex_list_security_groups(),
        "<securityGroupInfo><item>%s</item></securityGroupInfo>",
        GROUP,
        "groupId",
    ),
}
LEAF = re.compile(r"<(\w+)>[^<]+</\1>")


@pytest.mark.parametrize("action", LISTINGS)
async def test_what_is_empty_or_missing_is_left_out(client: MakeClient, action: str) -> None:
    call, listing, record, needed = LISTINGS[action]
    changed = [
        (leaf[1], record.replace(leaf[0], instead))
        for leaf in LEAF.finditer(record)
        for instead in ("", f"<{leaf[1]}/>")
    ]
    # The thing's own id comes first in it.
    assert changed[0][0] == needed
    with StrictEC2(*[reply(200, answer_of(action, listing % inside)) for _, inside in changed]) as server:
        ec2 = client(server.origin, retry=False)
        for position, (name, inside) in enumerate(changed):
            if position == 0:
                with pytest.raises(MalformedResponse):
                    await call(ec2)
            else:
                [found] = await call(ec2)
                assert position == 1 or found.id, (name, inside)


@pytest.mark.parametrize("action", LISTINGS)
async def test_what_is_of_the_wrong_type_is_an_error(client: MakeClient, action: str) -> None:
    call, listing, record, _ = LISTINGS[action]
    numbers = [leaf for leaf in LEAF.finditer(record) if re.search(r">(\d|true|false)", leaf[0]) and "." not in leaf[0]]
    wrong = [record.replace(leaf[0], f"<{leaf[1]}>soon</{leaf[1]}>") for leaf in numbers]
    with StrictEC2(*[reply(200, answer_of(action, listing % inside)) for inside in wrong]) as server:
        ec2 = client(server.origin, retry=False)
        for _ in wrong:
            with pytest.raises(MalformedResponse):
                await call(ec2)


async def test_a_list_that_comes_again_goes_on(client: MakeClient) -> None:
    volumes = "".join(f"<volumeSet><item><volumeId>vol-{n}</volumeId></item></volumeSet>" for n in (1, 2))
    with StrictEC2(reply(200, answer_of("DescribeVolumes", volumes))) as server:
        assert [volume.id for volume in await client(server.origin).list_volumes()] == ["vol-1", "vol-2"]
