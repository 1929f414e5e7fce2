"""An element that is empty, not there, or of another type costs no listing; what identifies a thing, that one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import cumuli
from cumuli.cli.app import run
from cumuli.errors import MalformedResponse
from tests.faults.ec2.conftest import MakeClient
from tests.faults.ec2.strict import StrictEC2, answer_of
from tests.faults.keepalive import reply
from tests.support.odd_values import differences, odd_elements, unfit_moments

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
VOLUME_LISTING = "<volumeSet><item>%s</item></volumeSet>"
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
        VOLUME_LISTING,
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
            with cumuli.left_out() as lost:
                found = await call(ec2)
            # Left out or empty, an id names nothing.
            assert (len(found), len(lost)) == ((0, 1) if position < 2 else (1, 0)), (name, inside)


@pytest.mark.parametrize("action", LISTINGS)
@pytest.mark.parametrize("long", [False, True], ids=["short", "long"])
async def test_no_odd_element_costs_a_listing(
    client: MakeClient, action: str, caplog: pytest.LogCaptureFixture, *, long: bool
) -> None:
    """A long listing is read in a way of its own."""
    call, listing, record, needed = LISTINGS[action]
    odd = [each for each in odd_elements(record) if each[0] != needed]
    start = re.escape(f"<{needed}>") + "[^<]+"
    records = [re.sub(start, f"<{needed}>odd-{number}", changed, count=1) for number, (*_, changed) in enumerate(odd)]
    head, _, tail = listing.partition("%s")
    between = (
        "</item><item>" if action != "DescribeInstances" else "</item></instancesSet></item><item><instancesSet><item>"
    )
    plain = [re.sub(start, f"<{needed}>plain-{number}", record, count=1) for number in range(100 if long else 1)]
    body = answer_of(action, head + between.join([*plain, *records]) + tail)
    with StrictEC2(reply(200, body)) as server, cumuli.left_out() as lost:
        sound, *found = await call(client(server.origin, retry=False))
    models = {model.id: model for model in found}
    for number, (name, text, _) in enumerate(odd):
        model = models.get(f"odd-{number}")
        assert model is not None, (name, text)
        # The dates of attachments and the like are inside.
        assert len(differences(sound, model) - {"id"}) <= 3, (name, text)
        assert unfit_moments(model) == []
    assert [error for error in lost if "fromPort" not in str(error)] == []
    assert "not quite what its protocol promises" in caplog.text or "fromPort" in str(lost)


async def test_one_thing_that_cannot_be_read_is_an_error_that_names_it(client: MakeClient) -> None:
    body = answer_of("DescribeVolumes", "<volumeSet><item><volumeId/><size>1</size></item></volumeSet>")
    keys = answer_of("DescribeKeyPairs", "<keySet><item><keyPairId>key-1</keyPairId></item></keySet>")
    with StrictEC2(reply(200, body), reply(200, keys)) as server, cumuli.left_out() as lost:
        ec2 = client(server.origin)
        with pytest.raises(MalformedResponse, match="volumeId") as caught:
            await ec2.get_volume("vol-1")
        assert (caught.value.operation, caught.value.provider) == ("DescribeVolumes", "ec2")
        with pytest.raises(MalformedResponse, match="keyName"):
            await ec2.get_key_pair("me")
        assert lost == []


def test_the_command_line_says_that_something_was_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    odd = VOLUME_LISTING % "<volumeId>vol-1</volumeId></item><item><size>1</size>"
    plain = VOLUME_LISTING % "<volumeId>vol-1</volumeId>"
    for inside, status in ((odd, 1), (plain, 0)):
        with StrictEC2(reply(200, answer_of("DescribeVolumes", inside))) as server:
            place = ["--provider", "ec2", "--region", "eu-west-1", "--endpoint", server.origin]
            assert run([*place, "volumes", "list"]) == status
        assert "vol-1" in capsys.readouterr().out
    assert caplog.text.count("left out of a listing: ec2 DescribeVolumes: volumeSet[1] cannot be read") == 1


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2013-02-28T00:00:00", 28),
        ("2013-02-28 00:00:00", 28),
        ("2013-02-28T01:00:00+01:00", 28),
        ("2013-02-28T00:00:00 +0000", 28),
        ("20130228T000000Z", 28),
        ("Thu, 28 Feb 2013 00:00:00 GMT", 28),
        ("Thu, 28 Feb 2013 01:00:00 +0100", 28),
        ("1362009600", 28),
        ("1362009600000", 28),
        ("2013-02-29T00:00:00Z", None),
        ("0000-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+05:00", None),
        ("yesterday", None),
    ],
)
async def test_dates_of_every_form(client: MakeClient, text: str, day: int | None) -> None:
    body = answer_of("DescribeVolumes", VOLUME_LISTING % VOLUME.replace("2026-01-02T03:04:05Z", text))
    with StrictEC2(reply(200, body)) as server:
        [volume] = await client(server.origin).list_volumes()
    moment = None if day is None else dt.datetime(2013, 2, day, tzinfo=dt.UTC)
    assert (volume.created_at, volume.attachments[0].attached_at) == (moment, moment)
    assert moment is None or volume.created_at.tzinfo is dt.UTC


async def test_a_list_that_comes_again_goes_on(client: MakeClient) -> None:
    volumes = "".join(f"<volumeSet><item><volumeId>vol-{n}</volumeId></item></volumeSet>" for n in (1, 2))
    with StrictEC2(reply(200, answer_of("DescribeVolumes", volumes))) as server:
        assert [volume.id for volume in await client(server.origin).list_volumes()] == ["vol-1", "vol-2"]
