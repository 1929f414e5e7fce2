"""How EC2 launches nodes: templates, spot, metadata, interfaces, on moto, boto3 looking on, in both flavours."""

from __future__ import annotations

import base64
import ipaddress
from typing import Any

import pytest

from cumuli.errors import AlreadyExists, ImageNotFound, InvalidRequest, NodeNotFound, NotFound
from cumuli.providers.aws.ec2.models import (
    BlockDeviceMapping,
    InterfaceSpec,
    LaunchPermissions,
    MetadataOptions,
    SpotOptions,
)
from tests.conformance.ec2.conftest import instance, tags_of

UNKNOWN_NODE = "i-00000000000000000"


def addresses_in(subnet: Any) -> list[str]:
    """Addresses of a subnet that nobody has, from its end."""
    network = ipaddress.ip_network(subnet["CidrBlock"])
    return [str(network[-number]) for number in range(10, 200)]


async def test_spot_metadata_and_tags(ec2: Any, boto: Any, image: str, name: str) -> None:
    node = await ec2.create_node(
        name,
        "t3.micro",
        image,
        ex_spot=SpotOptions(max_price="0.05"),
        ex_metadata_options=MetadataOptions(http_tokens="required", hop_limit=2, tags=True),
        ex_monitoring=True,
        ex_ebs_optimized=True,
        ex_volume_tags={"v": name},
    )
    seen = instance(boto, node.id)
    assert seen["InstanceLifecycle"] == "spot" == node.instance_lifecycle
    assert seen["MetadataOptions"]["HttpTokens"] == "required"
    assert seen["MetadataOptions"]["HttpPutResponseHopLimit"] == 2
    assert seen["Monitoring"]["State"] == "enabled"
    read = await ec2.get_node(node)
    assert read.metadata_options.http_tokens == "required"
    assert read.metadata_options.hop_limit == 2
    assert read.metadata_options.http_endpoint is True
    assert read.metadata_options.state == seen["MetadataOptions"]["State"]
    assert read.monitoring == "enabled"
    assert (read.ebs_optimized, seen["EbsOptimized"]) == (True, True)
    [device] = seen["BlockDeviceMappings"]
    [volume] = boto.describe_volumes(VolumeIds=[device["Ebs"]["VolumeId"]])["Volumes"]
    assert tags_of(volume)["v"] == name
    assert "v" not in tags_of(seen)
    await ec2.destroy_node(node)
    ordinary = await ec2.create_node(name, "t3.micro", image)
    assert "InstanceLifecycle" not in instance(boto, ordinary.id)
    await ec2.destroy_node(ordinary)


async def test_metadata_options_of_a_node_that_runs(ec2: Any, boto: Any, node_id: str) -> None:
    changed = await ec2.ex_modify_instance_metadata_options(node_id, MetadataOptions(http_tokens="required"))
    seen = instance(boto, node_id)["MetadataOptions"]
    assert seen["HttpTokens"] == "required" == changed.http_tokens
    assert (await ec2.get_node(node_id)).metadata_options.http_tokens == "required"
    await ec2.ex_modify_instance_metadata_options(node_id, MetadataOptions(hop_limit=3, http_endpoint=False))
    seen = instance(boto, node_id)["MetadataOptions"]
    assert (seen["HttpPutResponseHopLimit"], seen["HttpEndpoint"]) == (3, "disabled")
    with pytest.raises(InvalidRequest):
        await ec2.ex_modify_instance_metadata_options(node_id, {"http_tokens": "required"})
    with pytest.raises(NodeNotFound):
        await ec2.ex_modify_instance_metadata_options(UNKNOWN_NODE, MetadataOptions(http_tokens="required"))


async def test_an_address_of_ones_own(ec2: Any, boto: Any, image: str, name: str) -> None:
    subnet = boto.describe_subnets()["Subnets"][0]
    used = {each["PrivateIpAddress"] for each in boto.describe_network_interfaces()["NetworkInterfaces"]}
    wanted = next(each for each in addresses_in(subnet) if each not in used)
    node = await ec2.create_node(name, "t3.micro", image, ex_subnet=subnet["SubnetId"], ex_private_ip=wanted)
    assert instance(boto, node.id)["PrivateIpAddress"] == wanted
    assert (await ec2.get_node(node)).private_ips == (wanted,)
    await ec2.destroy_node(node)


async def test_several_interfaces(ec2: Any, boto: Any, image: str, name: str) -> None:
    first, second, *_ = boto.describe_subnets()["Subnets"]
    group = boto.create_security_group(GroupName=name, Description="x", VpcId=first["VpcId"])["GroupId"]
    own = boto.create_network_interface(SubnetId=second["SubnetId"])["NetworkInterface"]
    node = await ec2.create_node(
        name,
        "t3.micro",
        image,
        ex_network_interfaces=[
            InterfaceSpec(subnet=first["SubnetId"], security_groups=(group,), description="front"),
            InterfaceSpec(id=own["NetworkInterfaceId"]),
        ],
    )
    seen = {each["Attachment"]["DeviceIndex"]: each for each in instance(boto, node.id)["NetworkInterfaces"]}
    assert [each["GroupId"] for each in seen[0]["Groups"]] == [group]
    assert seen[1]["NetworkInterfaceId"] == own["NetworkInterfaceId"]
    read = await ec2.get_node(node)
    found = {each.device_index: each for each in read.interfaces}
    assert found.keys() == {0, 1}
    assert (found[1].id, found[1].mac, found[1].subnet) == (
        own["NetworkInterfaceId"],
        own["MacAddress"],
        second["SubnetId"],
    )
    assert {address for each in read.interfaces for address in each.private_ips} == set(read.private_ips)
    await ec2.destroy_node(node)


async def test_fewer_than_asked(ec2: Any, boto: Any, image: str, name: str) -> None:
    # Moto has room for the minimum, always.
    nodes = await ec2.ex_create_nodes(5, name, "t3.micro", image, minimum=2)
    assert len(nodes) == 2
    for node in nodes:
        assert tags_of(instance(boto, node.id)) == {"Name": name}
        await ec2.destroy_node(node)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ex_network_interfaces": [InterfaceSpec(subnet="subnet-1")], "ex_subnet": "subnet-1"},
        {"ex_network_interfaces": [InterfaceSpec(subnet="subnet-1")], "ex_security_groups": ["sg-1"]},
        {"ex_network_interfaces": [InterfaceSpec(subnet="subnet-1")], "ex_assign_public_ip": False},
        {"ex_network_interfaces": InterfaceSpec(subnet="subnet-1")},
        {"ex_metadata_options": "required"},
        {"ex_spot": "yes"},
        {"ex_volume_tags": {"": "x"}},
        {"ex_placement_group": ""},
        {"ex_launch_template": ""},
    ],
)
async def test_what_contradicts_itself_is_not_sent(ec2: Any, boto: Any, image: str, wrong: Any) -> None:
    before = len(boto.describe_instances()["Reservations"])
    with pytest.raises(InvalidRequest):
        await ec2.create_node("wrong", "t3.micro", image, **wrong)
    with pytest.raises(InvalidRequest):
        await ec2.ex_create_nodes(2, "wrong", "t3.micro", image, **wrong)
    for without in ((None, image), ("t3.micro", None)):
        with pytest.raises(InvalidRequest, match="launch template"):
            await ec2.create_node("wrong", *without)
    for minimum in (0, 3):
        with pytest.raises(InvalidRequest, match="minimum"):
            await ec2.ex_create_nodes(2, "wrong", "t3.micro", image, minimum=minimum)
    assert len(boto.describe_instances()["Reservations"]) == before


# Launch templates


async def test_a_launch_template_from_making_to_deleting(ec2: Any, boto: Any, image: str, name: str) -> None:
    template = await ec2.ex_create_launch_template(
        name,
        size="t3.small",
        image=image,
        user_data="#!/bin/sh",
        metadata_options=MetadataOptions(http_tokens="required"),
        node_tags={"made": "by template"},
        description="the first",
        tags={"a": "1"},
    )
    [seen] = boto.describe_launch_templates(LaunchTemplateIds=[template.id])["LaunchTemplates"]
    assert (template.name, template.default_version, template.latest_version) == (name, 1, 1)
    assert (seen["LaunchTemplateName"], tags_of(seen)) == (name, {"a": "1"})
    [version] = boto.describe_launch_template_versions(LaunchTemplateId=template.id)["LaunchTemplateVersions"]
    data = version["LaunchTemplateData"]
    assert (data["InstanceType"], data["ImageId"], version["VersionDescription"]) == ("t3.small", image, "the first")
    assert base64.b64decode(data["UserData"]) == b"#!/bin/sh"
    assert data["MetadataOptions"] == {"HttpTokens": "required"}
    [read] = await ec2.ex_list_launch_templates(ids=[template])
    assert (read.id, read.name, read.tags, read.created_at) == (template.id, name, {"a": "1"}, seen["CreateTime"])
    assert template.id in {each.id for each in await ec2.ex_list_launch_templates()}
    found = await ec2.ex_list_launch_templates(filters={"launch-template-name": name})
    assert [each.id for each in found] == [template.id]
    assert await ec2.ex_list_launch_templates(ids=[]) == []

    node = await ec2.create_node(f"{name}-1", None, None, ex_launch_template=template)
    seen = instance(boto, node.id)
    assert (seen["InstanceType"], seen["ImageId"]) == ("t3.small", image)
    assert tags_of(seen)["Name"] == f"{name}-1"
    other = await ec2.create_node(
        f"{name}-2", "t3.large", None, ex_launch_template=name, ex_launch_template_version="1"
    )
    assert instance(boto, other.id)["InstanceType"] == "t3.large"
    for each in (node, other):
        await ec2.destroy_node(each)

    with pytest.raises(AlreadyExists):
        await ec2.ex_create_launch_template(name, size="t3.small")
    assert await ec2.ex_delete_launch_template(template) is None
    assert (
        boto.describe_launch_templates(Filters=[{"Name": "launch-template-name", "Values": [name]}])["LaunchTemplates"]
        == []
    )
    with pytest.raises(NotFound):
        await ec2.ex_delete_launch_template(template)


async def test_versions_of_a_launch_template(ec2: Any, boto: Any, image: str, name: str) -> None:
    template = await ec2.ex_create_launch_template(name, size="t3.small", image=image, user_data="#!/bin/sh")
    second = await ec2.ex_create_launch_template_version(
        template,
        source_version=1,
        size="t3.large",
        image=image,
        key_name="me",
        location="eu-west-1a",
        iam_profile="web",
        block_devices=[BlockDeviceMapping(device="/dev/sdf", size=9, type="gp3", encrypted=True)],
        terminate_on_shutdown=False,
        spot=SpotOptions(max_price="0.05"),
        metadata_options=MetadataOptions(http_tokens="required"),
        monitoring=True,
        node_tags={"n": "1"},
        volume_tags={"v": "1"},
        description="the second",
    )
    assert (second.template, second.number, second.is_default) == (template.id, 2, False)
    first, read = await ec2.ex_list_launch_template_versions(name)
    seen = boto.describe_launch_template_versions(LaunchTemplateId=template.id)["LaunchTemplateVersions"]
    assert [each["VersionNumber"] for each in seen] == [1, 2] == [first.number, read.number]
    assert (first.is_default, first.data.size, first.data.image) == (True, "t3.small", image)
    assert base64.b64decode(first.data.user_data.reveal()) == b"#!/bin/sh"
    assert "IyE" not in repr(first)
    data = seen[1]["LaunchTemplateData"]
    assert (read.data.size, read.data.key_name, read.data.location) == (
        data["InstanceType"],
        data["KeyName"],
        data["Placement"]["AvailabilityZone"],
    )
    assert (read.data.iam_profile, read.description) == ("web", seen[1]["VersionDescription"])
    [device] = data["BlockDeviceMappings"]
    assert read.data.block_devices == (BlockDeviceMapping(device="/dev/sdf", size=9, type="gp3", encrypted=True),)
    assert (device["DeviceName"], device["Ebs"]["VolumeSize"]) == ("/dev/sdf", 9)
    assert (read.data.terminate_on_shutdown, read.data.monitoring, read.data.spot) == (
        False,
        True,
        SpotOptions(max_price="0.05"),
    )
    assert read.data.metadata_options.http_tokens == "required"
    assert (read.data.node_tags, read.data.volume_tags, read.data.interface_tags) == ({"n": "1"}, {"v": "1"}, {})
    assert (read.created_at, read.template_name) == (seen[1]["CreateTime"], name)

    assert [each.number for each in await ec2.ex_list_launch_template_versions(name, versions=[read])] == [2]
    latest = await ec2.ex_list_launch_template_versions(template, versions=["$Latest"])
    assert [each.number for each in latest] == [2]
    assert await ec2.ex_list_launch_template_versions(template, versions=[]) == []
    for wrong in ("2", [0], [True], [""]):
        with pytest.raises(InvalidRequest):
            await ec2.ex_list_launch_template_versions(template, versions=wrong)
    with pytest.raises(NotFound):
        await ec2.ex_list_launch_template_versions("lt-00000000000000000")

    changed = await ec2.ex_set_default_launch_template_version(template, read)
    assert (changed.id, changed.default_version, changed.latest_version) == (template.id, 2, 2)
    node = await ec2.create_node(name, None, None, ex_launch_template=template)
    assert instance(boto, node.id)["InstanceType"] == "t3.large"
    await ec2.destroy_node(node)
    await ec2.ex_delete_launch_template(template)


# Spot requests


async def test_spot_requests(ec2: Any, boto: Any, image: str, name: str) -> None:
    # Moto makes no request for RunInstances, so these are made the older way.
    made = boto.request_spot_instances(
        SpotPrice="0.5",
        InstanceCount=3,
        Type="one-time",
        InstanceInterruptionBehavior="stop",
        LaunchSpecification={"ImageId": image, "InstanceType": "t3.micro"},
        TagSpecifications=[{"ResourceType": "spot-instances-request", "Tags": [{"Key": "n", "Value": name}]}],
    )["SpotInstanceRequests"]
    ids = [each["SpotInstanceRequestId"] for each in made]
    found = await ec2.ex_list_spot_requests(filters={"spot-instance-request-id": ids})
    assert {each.id for each in found} == set(ids) <= {each.id for each in await ec2.ex_list_spot_requests()}
    [request] = await ec2.ex_list_spot_requests(ids=ids[:1])
    [seen] = boto.describe_spot_instance_requests(SpotInstanceRequestIds=ids[:1])["SpotInstanceRequests"]
    assert (request.state, request.status, request.node) == ("active", "fulfilled", seen["InstanceId"])
    assert (request.type, float(request.max_price), request.interruption) == ("one-time", 0.5, "stop")
    assert (request.size, request.image, request.tags) == ("t3.micro", image, {"n": name})
    assert request.created_at == seen["CreateTime"]
    assert await ec2.ex_describe_tags(request) == {"n": name}
    assert await ec2.ex_list_spot_requests(ids=[]) == []
    assert await ec2.ex_cancel_spot_request(request) is None
    assert await ec2.ex_cancel_spot_requests(ids[1:]) is None
    assert await ec2.ex_cancel_spot_requests([]) is None
    assert {each.id for each in await ec2.ex_list_spot_requests()} & set(ids) == set()
    for wrong in ("sir-1", [""], [7]):
        with pytest.raises(InvalidRequest):
            await ec2.ex_cancel_spot_requests(wrong)
    for node in found:
        await ec2.destroy_node(node.node)


# Who may launch from an image, and how much


async def test_launch_permissions(ec2: Any, boto: Any, node_id: str, name: str) -> None:
    image = await ec2.create_image(node_id, name)
    assert await ec2.ex_get_launch_permissions(image) == LaunchPermissions()
    await ec2.ex_modify_image_attribute(image, add_accounts=["111122223333", "444455556666"])
    await ec2.ex_modify_image_attribute(image, add_accounts=["777788889999"], remove_accounts=["444455556666"])
    await ec2.ex_modify_image_attribute(image, public=True)
    seen = boto.describe_image_attribute(ImageId=image.id, Attribute="launchPermission")["LaunchPermissions"]
    assert sorted(seen, key=str) == [{"Group": "all"}, {"UserId": "111122223333"}, {"UserId": "777788889999"}]
    shared = await ec2.list_images(ex_executable_by="111122223333")
    assert image.id in {each.id for each in shared}
    found = await ec2.ex_get_launch_permissions(image)
    assert (found.public, sorted(found.accounts)) == (True, ["111122223333", "777788889999"])
    assert (await ec2.get_image(image)).public is True
    await ec2.ex_modify_image_attribute(image, public=False)
    assert (await ec2.ex_get_launch_permissions(image)).public is False
    for wrong in ({}, {"public": True, "description": "x"}, {"add_accounts": "111122223333"}):
        with pytest.raises(InvalidRequest):
            await ec2.ex_modify_image_attribute(image, **wrong)
    await ec2.delete_image(image)
    with pytest.raises(ImageNotFound):
        await ec2.ex_modify_image_attribute("ami-00000000000000000", public=True)


async def test_regions(ec2: Any, boto: Any) -> None:
    for only_enabled in (True, False):
        seen = boto.describe_regions(AllRegions=not only_enabled)["Regions"]
        found = await ec2.ex_list_regions(only_enabled=only_enabled)
        assert [(region.name, region.endpoint, region.opt_in) for region in found] == [
            (each["RegionName"], each["Endpoint"], each["OptInStatus"]) for each in seen
        ]
    assert found


async def test_limits(ec2: Any, boto: Any) -> None:
    seen = boto.describe_account_attributes()["AccountAttributes"]
    attributes = await ec2.ex_describe_account_attributes()
    assert attributes == {
        each["AttributeName"]: [value["AttributeValue"] for value in each["AttributeValues"]] for each in seen
    }
    limits = await ec2.ex_get_limits()
    assert limits["max-instances"] == 20
    assert limits.keys() == attributes.keys() - {"supported-platforms", "default-vpc"}
