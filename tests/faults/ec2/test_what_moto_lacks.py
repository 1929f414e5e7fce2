"""EC2's calls that moto does not have: a small strict server, with boto3 reading the same answers."""

from __future__ import annotations

from typing import Any

import pytest

from cumuli.errors import AlreadyExists, CloudError, Conflict, NotFound
from cumuli.providers.aws.ec2.models import (
    BlockDeviceMapping,
    InterfaceSpec,
    LaunchTemplate,
    LaunchTemplateVersion,
    PlacementGroup,
)
from tests.conformance.ec2.conftest import boto_client
from tests.faults.ec2.conftest import MakeClient
from tests.faults.ec2.strict import Parameters, StrictEC2, answer_of, error
from tests.faults.keepalive import reply

GROUP = """<groupName>near</groupName><groupId>pg-1</groupId><state>available</state><strategy>partition</strategy>
<partitionCount>3</partitionCount><tagSet><item><key>a</key><value>1</value></item></tagSet>"""
RESERVED = """<reservedInstancesSet><item><reservedInstancesId>r-1</reservedInstancesId>
<instanceType>m5.large</instanceType><start>2026-01-02T03:04:05.000Z</start><end>2027-01-02T03:04:05.000Z</end>
<duration>31536000</duration><fixedPrice>100.5</fixedPrice><usagePrice>0.01</usagePrice><instanceCount>2</instanceCount>
<productDescription>Linux/UNIX</productDescription><state>active</state><instanceTenancy>default</instanceTenancy>
<currencyCode>USD</currencyCode><offeringClass>standard</offeringClass><offeringType>All Upfront</offeringType>
<scope>Region</scope></item></reservedInstancesSet>"""


def told(action: str, inside: str = "<return>true</return>") -> bytes:
    return reply(200, answer_of(action, inside))


def boto_of(server: StrictEC2) -> Any:
    return boto_client("ec2", server.origin, "key", "secret")


def without_version(parameters: Parameters) -> Parameters:
    return {key: value for key, value in parameters.items() if key not in {"Version", "ClientToken"}}


async def test_placement_groups(client: MakeClient) -> None:
    listed = f"<placementGroupSet><item>{GROUP}</item></placementGroupSet>"
    answers = [
        told("CreatePlacementGroup", f"<placementGroup>{GROUP}</placementGroup>"),
        told("DescribePlacementGroups", listed),
        told("DeletePlacementGroup"),
    ]
    with StrictEC2(*answers, *answers) as server:
        ec2, boto = client(server.origin), boto_of(server)
        made = await ec2.ex_create_placement_group("near", strategy="partition", partition_count=3, tags={"a": "1"})
        assert await ec2.ex_list_placement_groups(names=["near"]) == [made]
        assert await ec2.ex_list_placement_groups(names=[]) == []
        assert await ec2.ex_delete_placement_group(made) is None
        seen = boto.create_placement_group(
            GroupName="near",
            Strategy="partition",
            PartitionCount=3,
            TagSpecifications=[{"ResourceType": "placement-group", "Tags": [{"Key": "a", "Value": "1"}]}],
        )["PlacementGroup"]
        assert boto.describe_placement_groups(GroupNames=["near"])["PlacementGroups"] == [seen]
        boto.delete_placement_group(GroupName="near")
        sent = [without_version(request) for request in server.requests]
    assert sent[:3] == sent[3:]
    assert made == PlacementGroup(
        name=seen["GroupName"],
        group_id=seen["GroupId"],
        state=seen["State"],
        strategy=seen["Strategy"],
        partition_count=seen["PartitionCount"],
        tags={"a": "1"},
    )


UNDELETED = """<unsuccessfullyDeletedLaunchTemplateVersionSet><item><versionNumber>{number}</versionNumber>
<responseError><code>{code}</code><message>No.</message></responseError></item>
</unsuccessfullyDeletedLaunchTemplateVersionSet>"""


async def test_versions_of_launch_templates_deleted(client: MakeClient) -> None:
    action = "DeleteLaunchTemplateVersions"
    gone = UNDELETED.format(number=2, code="launchTemplateVersionDoesNotExist")
    answers = [told(action, "<x/>"), told(action, gone)]
    with StrictEC2(*answers, *answers) as server:
        ec2, boto = client(server.origin), boto_of(server)
        for template, by in ((LaunchTemplate(id="lt-1"), "LaunchTemplateId"), ("web", "LaunchTemplateName")):
            versions = [2, LaunchTemplateVersion(template="lt-1", number=3)]
            assert await ec2.ex_delete_launch_template_versions(template, versions) is None
            name = template if isinstance(template, str) else template.id
            boto.delete_launch_template_versions(**{by: name}, Versions=["2", "3"])
        assert await ec2.ex_delete_launch_template_versions("web", []) is None
        sent = [without_version(request) for request in server.requests]
    assert sent[:4:2] == sent[1:4:2]


@pytest.mark.parametrize(
    ("code", "kind"), [("unexpectedError", Conflict), ("launchTemplateNameDoesNotExist", NotFound)]
)
async def test_versions_that_stay_are_told(client: MakeClient, code: str, kind: type[CloudError]) -> None:
    answer = told("DeleteLaunchTemplateVersions", UNDELETED.format(number=2, code=code))
    words = r"not all versions of web were deleted: 2 \(No\.\)"
    with StrictEC2(answer) as server, pytest.raises(kind, match=words) as caught:
        await client(server.origin).ex_delete_launch_template_versions("web", [1, 2])
    assert caught.value.code == code


INTERFACES = """<launchTemplateVersionSet><item><launchTemplateId>lt-1</launchTemplateId>
<versionNumber>3</versionNumber>
<launchTemplateData><blockDeviceMappingSet><item><deviceName>/dev/sdh</deviceName><noDevice/></item>
</blockDeviceMappingSet><networkInterfaceSet><item><deviceIndex>1</deviceIndex><subnetId>subnet-1</subnetId>
<groupSet><groupId>sg-1</groupId><groupId>sg-2</groupId></groupSet><privateIpAddressesSet>
<item><primary>true</primary><privateIpAddress>10.0.0.5</privateIpAddress></item>
<item><primary>false</primary><privateIpAddress>10.0.0.6</privateIpAddress></item></privateIpAddressesSet>
<ipv6AddressesSet><item><ipv6Address>2001:db8::5</ipv6Address></item></ipv6AddressesSet></item></networkInterfaceSet>
<securityGroupIdSet><item>sg-3</item></securityGroupIdSet></launchTemplateData></item></launchTemplateVersionSet>"""


async def test_interfaces_of_launch_templates(client: MakeClient) -> None:
    with StrictEC2(*[told("DescribeLaunchTemplateVersions", INTERFACES)] * 2) as server:
        [version] = await client(server.origin).ex_list_launch_template_versions("web", versions=[3])
        [seen] = boto_of(server).describe_launch_template_versions(LaunchTemplateName="web", Versions=["3"])[
            "LaunchTemplateVersions"
        ]
        sent = [without_version(request) for request in server.requests]
    assert sent[0] == sent[1]
    [interface] = seen["LaunchTemplateData"]["NetworkInterfaces"]
    assert version.data.interfaces == (
        InterfaceSpec(
            device_index=interface["DeviceIndex"],
            subnet=interface["SubnetId"],
            security_groups=tuple(interface["Groups"]),
            private_ip="10.0.0.5",
            secondary_private_ips=("10.0.0.6",),
            ipv6_addresses=("2001:db8::5",),
        ),
    )
    assert version.data.block_devices == (BlockDeviceMapping(device="/dev/sdh", no_device=True),)
    assert version.data.security_groups == tuple(seen["LaunchTemplateData"]["SecurityGroupIds"])


async def test_placement_groups_that_are_not_to_be(client: MakeClient) -> None:
    refusals = ["InvalidPlacementGroup.Duplicate", "InvalidPlacementGroup.InUse", "InvalidPlacementGroup.Unknown"]
    with StrictEC2(*(error(400, code) for code in refusals)) as server:
        ec2 = client(server.origin)
        with pytest.raises(AlreadyExists):
            await ec2.ex_create_placement_group("near")
        with pytest.raises(Conflict):
            await ec2.ex_delete_placement_group("near")
        with pytest.raises(NotFound):
            await ec2.ex_delete_placement_group("near")


async def test_monitoring_on_and_off(client: MakeClient) -> None:
    inside = "<instancesSet><item><instanceId>i-1</instanceId></item></instancesSet>"
    answers = [told("MonitorInstances", inside), told("UnmonitorInstances", inside)]
    with StrictEC2(*answers, *answers) as server:
        ec2, boto = client(server.origin), boto_of(server)
        await ec2.ex_monitor_nodes([])
        await ec2.ex_monitor_nodes(["i-1", "i-2"])
        await ec2.ex_unmonitor_nodes(["i-1"])
        boto.monitor_instances(InstanceIds=["i-1", "i-2"])
        boto.unmonitor_instances(InstanceIds=["i-1"])
        sent = [without_version(request) for request in server.requests]
    assert sent[:2] == sent[2:]
    assert [each["Action"] for each in sent[:2]] == ["MonitorInstances", "UnmonitorInstances"]


async def test_reserved_nodes(client: MakeClient) -> None:
    answer = told("DescribeReservedInstances", RESERVED)
    with StrictEC2(answer, answer, answer) as server:
        ec2, boto = client(server.origin), boto_of(server)
        [found] = await ec2.ex_list_reserved_nodes(filters={"state": "active"})
        [seen] = boto.describe_reserved_instances(Filters=[{"Name": "state", "Values": ["active"]}])[
            "ReservedInstances"
        ]
        assert await ec2.ex_list_reserved_nodes(ids=[found]) == [found]
        sent = [without_version(request) for request in server.requests]
    assert sent[0] == sent[1]
    assert (found.id, found.size, found.count) == (
        seen["ReservedInstancesId"], seen["InstanceType"], seen["InstanceCount"]
    )  # fmt: skip
    assert (found.started_at, found.ends_at, found.duration) == (seen["Start"], seen["End"], seen["Duration"])
    assert (found.fixed_price, found.usage_price, found.currency) == (
        seen["FixedPrice"], seen["UsagePrice"], seen["CurrencyCode"]
    )  # fmt: skip
    assert (found.state, found.scope, found.location) == (seen["State"], seen["Scope"], None)
    assert (found.platform, found.tenancy) == (seen["ProductDescription"], seen["InstanceTenancy"])
    assert (found.offering_class, found.offering_type) == (seen["OfferingClass"], seen["OfferingType"])


async def test_launch_permissions_are_reset(client: MakeClient) -> None:
    with StrictEC2() as server:
        ec2, boto = client(server.origin), boto_of(server)
        await ec2.ex_reset_launch_permissions("ami-1")
        boto.reset_image_attribute(ImageId="ami-1", Attribute="launchPermission")
        one, other = [without_version(request) for request in server.requests]
    assert one == other


async def test_a_description_of_an_image(client: MakeClient) -> None:
    with StrictEC2() as server:
        ec2, boto = client(server.origin), boto_of(server)
        await ec2.ex_modify_image_attribute("ami-1", description="as it was")
        boto.modify_image_attribute(ImageId="ami-1", Description={"Value": "as it was"})
        one, other = [without_version(request) for request in server.requests]
    assert one == other


async def test_ipv6_addresses_of_an_interface(client: MakeClient) -> None:
    inside = "<assignedIpv6Addresses><item>2001:db8::5</item></assignedIpv6Addresses>"
    answers = [told("AssignIpv6Addresses", inside), told("UnassignIpv6Addresses")]
    with StrictEC2(*answers, *answers) as server:
        ec2, boto = client(server.origin), boto_of(server)
        found = await ec2.ex_assign_ipv6_addresses("eni-1", addresses=["2001:db8::5"])
        await ec2.ex_unassign_ipv6_addresses("eni-1", ["2001:db8::5"])
        await ec2.ex_unassign_ipv6_addresses("eni-1", [])
        seen = boto.assign_ipv6_addresses(NetworkInterfaceId="eni-1", Ipv6Addresses=["2001:db8::5"])
        boto.unassign_ipv6_addresses(NetworkInterfaceId="eni-1", Ipv6Addresses=["2001:db8::5"])
        sent = [without_version(request) for request in server.requests]
    assert found == seen["AssignedIpv6Addresses"] == ["2001:db8::5"]
    assert sent[:2] == sent[2:]


async def test_an_interface_that_ends_with_its_node(client: MakeClient) -> None:
    attached = "<attachment><attachmentId>eni-attach-1</attachmentId></attachment>"
    item = f"<item><networkInterfaceId>eni-1</networkInterfaceId>{attached}</item>"
    described = told("DescribeNetworkInterfaces", f"<networkInterfaceSet>{item}</networkInterfaceSet>")
    with StrictEC2(described) as server:
        ec2, boto = client(server.origin), boto_of(server)
        await ec2.ex_modify_network_interface_attribute("eni-1", delete_on_termination=True)
        attachment = {"AttachmentId": "eni-attach-1", "DeleteOnTermination": True}
        boto.modify_network_interface_attribute(NetworkInterfaceId="eni-1", Attachment=attachment)
        _, one, other = [without_version(request) for request in server.requests]
    assert one == other


async def test_a_permissive_group_whose_answer_was_lost(client: MakeClient) -> None:
    duplicate = error(400, "InvalidPermission.Duplicate")
    with StrictEC2(error(503, "Unavailable"), duplicate, duplicate) as server:
        await client(server.origin).ex_authorize_security_group_permissive("sg-1")
        assert server.actions == ["AuthorizeSecurityGroupIngress"] * 3


async def test_a_lost_answer_makes_no_second_template(client: MakeClient) -> None:
    template = (
        "<launchTemplate><launchTemplateId>lt-1</launchTemplateId><launchTemplateName>web</launchTemplateName>"
        "</launchTemplate>"
    )
    with StrictEC2(error(503, "Unavailable"), told("CreateLaunchTemplate", template)) as server:
        made = await client(server.origin).ex_create_launch_template("web", image="ami-1")
        assert made.id == "lt-1"
        first, second = server.requests
    assert first["ClientToken"] == second["ClientToken"]
