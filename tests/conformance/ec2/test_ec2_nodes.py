"""EC2's own ways with nodes, images and snapshots on moto, boto3 looking on and taking part, in both flavours."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cumuli.compute.auth import SSHKey
from cumuli.errors import (
    Conflict,
    InvalidRequest,
    NodeNotFound,
    NotFound,
    SnapshotNotFound,
)
from cumuli.providers.aws.ec2.models import BlockDeviceMapping, EC2Node, EC2Volume
from tests.conformance.ec2.conftest import boto_client, instance, tags_of

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPFxRBzQfQf7Yd7+1PNz2cQJ1GOrfUn5Zp8XWz5 someone@example.org"
UNKNOWN_NODE = "i-00000000000000000"


# Creating nodes


async def test_create_node_with_everything(ec2: Any, boto: Any, image: str, name: str) -> None:
    boto.create_key_pair(KeyName=name)
    subnet = boto.describe_subnets()["Subnets"][1]
    group = boto.create_security_group(GroupName=name, Description="x", VpcId=subnet["VpcId"])["GroupId"]
    node = await ec2.create_node(
        name,
        "t3.small",
        image,
        location=subnet["AvailabilityZone"],
        tags={"team": "web"},
        ex_clienttoken=f"token-{name}",
        ex_keyname=name,
        ex_security_groups=[group],
        ex_subnet=subnet["SubnetId"],
        ex_userdata="#!/bin/sh\necho ünïcode\n",
        ex_metadata={"cost": "42"},
        ex_blockdevicemappings=[BlockDeviceMapping(device="/dev/sdf", size=3, type="gp3", delete_on_termination=True)],
        ex_terminate_on_shutdown=True,
    )
    assert type(node) is EC2Node
    seen = instance(boto, node.id)
    assert tags_of(seen) == {"team": "web", "cost": "42", "Name": name} == node.tags
    assert (seen["InstanceType"], seen["ImageId"], seen["KeyName"]) == ("t3.small", image, name)
    assert seen["ClientToken"] == f"token-{name}"
    assert seen["SubnetId"] == subnet["SubnetId"]
    assert [each["GroupId"] for each in seen["SecurityGroups"]] == [group]
    attribute = boto.describe_instance_attribute(InstanceId=node.id, Attribute="userData")["UserData"]["Value"]
    assert base64.b64decode(attribute).decode() == "#!/bin/sh\necho ünïcode\n"
    behavior = boto.describe_instance_attribute(InstanceId=node.id, Attribute="instanceInitiatedShutdownBehavior")[
        "InstanceInitiatedShutdownBehavior"
    ]
    assert behavior == {"Value": "terminate"}
    volumes = {each["DeviceName"]: each["Ebs"]["VolumeId"] for each in seen["BlockDeviceMappings"]}
    [volume] = boto.describe_volumes(VolumeIds=[volumes["/dev/sdf"]])["Volumes"]
    assert volume["Size"] == 3

    again = await ec2.get_node(node)
    assert (again.key_name, again.vpc_id, again.subnet_id) == (name, subnet["VpcId"], subnet["SubnetId"])
    assert (again.location, again.client_token) == (subnet["AvailabilityZone"], f"token-{name}")
    assert [(each.id, each.name) for each in again.security_groups] == [(group, name)]
    assert {each.device: each.volume for each in again.block_devices} == volumes
    assert (again.architecture, again.root_device_type, again.launch_index) == (
        seen["Architecture"],
        seen["RootDeviceType"],
        0,
    )
    assert (again.public_dns, again.private_dns) == (seen["PublicDnsName"], seen["PrivateDnsName"])
    assert again.created_at == seen["LaunchTime"]
    await ec2.destroy_node(node)


async def test_create_node_on_an_interface_takes_names_of_groups(ec2: Any, boto: Any, image: str, name: str) -> None:
    subnet = boto.describe_subnets()["Subnets"][0]
    group = boto.create_security_group(GroupName=name, Description="x", VpcId=subnet["VpcId"])["GroupId"]
    with_address = await ec2.create_node(
        name, "t3.micro", image, ex_subnet=subnet["SubnetId"], ex_security_groups=[name], ex_assign_public_ip=True
    )
    without = await ec2.create_node(name, "t3.micro", image, ex_security_groups=[name], ex_assign_public_ip=False)
    seen = instance(boto, with_address.id)
    [interface] = seen["NetworkInterfaces"]
    assert [each["GroupId"] for each in interface["Groups"]] == [group]
    assert (await ec2.get_node(with_address)).network_interfaces == (interface["NetworkInterfaceId"],)
    assert (await ec2.get_node(with_address)).public_ips == (seen["PublicIpAddress"],)
    assert "PublicIpAddress" not in instance(boto, without.id)
    assert (await ec2.get_node(without)).public_ips == ()
    with pytest.raises(NotFound, match="no security group named"):
        await ec2.create_node(name, "t3.micro", image, ex_security_groups=["no such"], ex_assign_public_ip=True)
    await ec2.destroy_node(with_address)
    await ec2.destroy_node(without)


async def test_create_nodes_makes_them_at_once(ec2: Any, boto: Any, image: str, name: str) -> None:
    nodes = await ec2.ex_create_nodes(3, name, "t3.micro", image, tags={"a": "1"})
    assert len({node.id for node in nodes}) == 3
    assert len({node.reservation_id for node in nodes}) == 1
    assert sorted(node.launch_index for node in nodes) == [0, 1, 2]
    for node in nodes:
        assert tags_of(instance(boto, node.id)) == {"a": "1", "Name": name}
    listed = {node.id: node for node in await ec2.list_nodes(ids=nodes)}
    assert listed.keys() == {node.id for node in nodes}
    for node in nodes:
        await ec2.destroy_node(node)


async def test_an_instance_profile(ec2: Any, boto: Any, image: str, name: str, moto: str) -> None:
    iam = boto_client("iam", moto)
    arn = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Arn"]
    for given in (name, arn):
        node = await ec2.create_node(name, "t3.micro", image, ex_iamprofile=given)
        assert instance(boto, node.id)["IamInstanceProfile"]["Arn"] == arn
        assert (await ec2.get_node(node)).iam_profile == arn
        await ec2.destroy_node(node)


async def test_an_ssh_key_is_imported_once(ec2: Any, boto: Any, image: str, name: str) -> None:
    one = await ec2.create_node(name, "t3.micro", image, auth=SSHKey(PUBLIC_KEY))
    two = await ec2.create_node(name, "t3.micro", image, auth=SSHKey(PUBLIC_KEY.replace("someone", "else")))
    assert one.key_name == two.key_name
    assert one.key_name.startswith("cumuli-")
    assert [pair["KeyName"] for pair in boto.describe_key_pairs(KeyNames=[one.key_name])["KeyPairs"]] == [one.key_name]
    boto.delete_key_pair(KeyName=one.key_name)
    await ec2.destroy_node(one)
    await ec2.destroy_node(two)


async def test_a_failed_creation_leaves_its_key_pair_to_others(ec2: Any, boto: Any, image: str, name: str) -> None:
    """Its name follows from the key, so another creation may be using it."""
    with pytest.raises(NotFound):
        await ec2.create_node(name, "t3.micro", image, auth=SSHKey(PUBLIC_KEY), ex_subnet="subnet-00000000")
    without_comment = " ".join(PUBLIC_KEY.split()[:2])
    own = f"cumuli-{hashlib.sha256(without_comment.encode()).hexdigest()[:32]}"
    assert own in {pair["KeyName"] for pair in boto.describe_key_pairs()["KeyPairs"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"auth": SSHKey(PUBLIC_KEY), "ex_keyname": "me"},
        {"ex_userdata": "x" * 16_385},
        {"ex_clienttoken": "x" * 65},
        {"ex_clienttoken": ""},
        {"tags": {"Name": "another"}},
        {"ex_metadata": {"": "x"}},
        {"ex_security_groups": "sg-1"},
        {"ex_subnet": ""},
    ],
)
async def test_wrong_arguments_are_refused_before_any_request(ec2: Any, boto: Any, image: str, wrong: Any) -> None:
    before = len(boto.describe_instances()["Reservations"])
    with pytest.raises(InvalidRequest):
        await ec2.create_node("wrong", "t3.micro", image, **wrong)
    with pytest.raises(InvalidRequest):
        await ec2.ex_create_nodes(0, "wrong", "t3.micro", image)
    assert len(boto.describe_instances()["Reservations"]) == before


# Instances, images, snapshots


async def test_attributes_of_a_node(ec2: Any, boto: Any, node_id: str, name: str) -> None:
    def attribute(which: str, key: str) -> Any:
        return boto.describe_instance_attribute(InstanceId=node_id, Attribute=which)[key]

    await ec2.stop_node(node_id)
    await ec2.ex_change_node_size(node_id, "t3.large")
    assert instance(boto, node_id)["InstanceType"] == "t3.large"
    await ec2.ex_modify_instance_attribute(node_id, size="t3.small")
    assert (await ec2.get_node(node_id)).size == "t3.small"
    await ec2.ex_modify_instance_attribute(node_id, source_dest_check=False)
    assert (await ec2.get_node(node_id)).source_dest_check is False
    await ec2.ex_modify_instance_attribute(node_id, ebs_optimized=True)
    assert (await ec2.get_node(node_id)).ebs_optimized is True
    await ec2.ex_modify_instance_attribute(node_id, shutdown_behavior="terminate")
    assert attribute("instanceInitiatedShutdownBehavior", "InstanceInitiatedShutdownBehavior")["Value"] == "terminate"
    await ec2.ex_modify_instance_attribute(node_id, user_data="#!/bin/sh")
    assert base64.b64decode(attribute("userData", "UserData")["Value"]) == b"#!/bin/sh"
    group = await ec2.ex_create_security_group(name, "x")
    await ec2.ex_modify_instance_attribute(node_id, security_groups=[group])
    assert [each["GroupId"] for each in attribute("groupSet", "Groups")] == [group.id]
    await ec2.ex_modify_instance_attribute(node_id, disable_api_termination=True)
    assert attribute("disableApiTermination", "DisableApiTermination")["Value"] is True
    with pytest.raises(Conflict):
        await ec2.destroy_node(node_id)
    await ec2.ex_modify_instance_attribute(node_id, disable_api_termination=False)
    for wrong in ({}, {"size": "t3.micro", "ebs_optimized": True}, {"security_groups": []}):
        with pytest.raises(InvalidRequest):
            await ec2.ex_modify_instance_attribute(node_id, **wrong)
    with pytest.raises(NodeNotFound):
        await ec2.ex_change_node_size(UNKNOWN_NODE, "t3.small")


async def test_console_output(ec2: Any, boto: Any, node_id: str) -> None:
    seen = boto.get_console_output(InstanceId=node_id)["Output"]
    console = await ec2.ex_get_console_output(node_id)
    assert console.node == node_id
    assert console.output == seen
    assert console.output.startswith("Linux version")
    with pytest.raises(NodeNotFound):
        await ec2.ex_get_console_output(UNKNOWN_NODE)


async def test_a_registered_image(ec2: Any, boto: Any, name: str) -> None:
    volume = await ec2.create_volume(1, name)
    snapshot = await ec2.create_volume_snapshot(volume)
    image = await ec2.ex_register_image(
        name,
        description="made of a snapshot",
        architecture="x86_64",
        root_device="/dev/xvda",
        block_device_mappings=[BlockDeviceMapping(device="/dev/xvda", snapshot=snapshot.id)],
        virtualization_type="hvm",
        ena_support=True,
    )
    [seen] = boto.describe_images(ImageIds=[image.id])["Images"]
    assert (seen["Name"], seen["Description"]) == (name, "made of a snapshot")
    read = await ec2.get_image(image)
    assert (read.id, read.name, read.provider_state) == (image.id, name, "available")
    await ec2.delete_image(image)


async def test_who_may_use_a_snapshot(ec2: Any, boto: Any, name: str) -> None:
    snapshot = await ec2.create_volume_snapshot(await ec2.create_volume(1, name))

    def allowed() -> list[dict[str, str]]:
        answer = boto.describe_snapshot_attribute(SnapshotId=snapshot.id, Attribute="createVolumePermission")
        return sorted(answer["CreateVolumePermissions"], key=str)

    await ec2.ex_modify_snapshot_attribute(snapshot, add_accounts=["111122223333", "444455556666"])
    assert allowed() == [{"UserId": "111122223333"}, {"UserId": "444455556666"}]
    await ec2.ex_modify_snapshot_attribute(snapshot.id, remove_accounts=["111122223333"])
    assert allowed() == [{"UserId": "444455556666"}]
    await ec2.ex_modify_snapshot_attribute(snapshot, public=True)
    assert {"Group": "all"} in allowed()
    await ec2.ex_modify_snapshot_attribute(snapshot, public=False)
    assert allowed() == [{"UserId": "444455556666"}]
    for wrong in ({}, {"add_accounts": ["1"], "remove_accounts": ["2"]}, {"add_accounts": "111122223333"}):
        with pytest.raises(InvalidRequest):
            await ec2.ex_modify_snapshot_attribute(snapshot, **wrong)
    with pytest.raises(SnapshotNotFound):
        await ec2.ex_modify_snapshot_attribute("snap-00000000", public=True)


async def test_what_boto3_makes_is_read(ec2: Any, boto: Any, node_id: str, name: str) -> None:
    tags = [{"Key": "Name", "Value": name}, {"Key": "a", "Value": "1"}]
    zone = instance(boto, node_id)["Placement"]["AvailabilityZone"]
    made = boto.create_volume(
        Size=5,
        AvailabilityZone=zone,
        VolumeType="gp3",
        Encrypted=True,
        Iops=4000,
        Throughput=200,
        TagSpecifications=[{"ResourceType": "volume", "Tags": tags}],
    )
    volume = await ec2.get_volume(made["VolumeId"])
    assert (volume.name, volume.size, volume.location, volume.tags["a"]) == (name, 5, zone, "1")
    assert (volume.type, volume.encrypted, volume.iops, volume.throughput) == ("gp3", True, 4000, 200)
    assert volume.created_at == made["CreateTime"]
    boto.attach_volume(VolumeId=volume.id, InstanceId=node_id, Device="/dev/sdh")
    volume = await ec2.get_volume(volume)
    assert (volume.attached_to, volume.attachments[0].device) == ((node_id,), "/dev/sdh")
    snapshot_id = boto.create_snapshot(
        VolumeId=volume.id, TagSpecifications=[{"ResourceType": "snapshot", "Tags": tags}]
    )["SnapshotId"]
    [snapshot] = await ec2.list_volume_snapshots(volume)
    assert (snapshot.id, snapshot.name, snapshot.size, snapshot.tags["a"]) == (snapshot_id, name, 5, "1")
    image_id = boto.create_image(InstanceId=node_id, Name=name)["ImageId"]
    image = await ec2.get_image(image_id)
    assert (image.name, image.owner) == (name, boto.describe_images(ImageIds=[image_id])["Images"][0]["OwnerId"])
    assert image in await ec2.list_images(owner="self")
    material = boto.import_key_pair(KeyName=name, PublicKeyMaterial=PUBLIC_KEY.encode())
    pair = await ec2.get_key_pair(name)
    assert pair.fingerprint == material["KeyFingerprint"]
    boto.stop_instances(InstanceIds=[node_id])
    assert (await ec2.get_node(node_id)).state == "stopped"
    await ec2.detach_volume(volume)
    await ec2.destroy_volume_snapshot(snapshot_id)
    await ec2.destroy_volume(volume)
    await ec2.delete_key_pair(name)
    await ec2.delete_image(image)
    with pytest.raises(ClientError):
        boto.describe_volumes(VolumeIds=[volume.id])


async def test_a_volume_gets_a_free_device(ec2: Any, boto: Any, node_id: str, name: str) -> None:
    zone = instance(boto, node_id)["Placement"]["AvailabilityZone"]
    first = await ec2.create_volume(1, f"{name}-1", location=zone)
    second = await ec2.create_volume(1, f"{name}-2", location=zone)
    one = await ec2.attach_volume(node_id, first)
    two = await ec2.attach_volume(node_id, second)
    assert type(one) is EC2Volume
    assert [each.device for each in (*one.attachments, *two.attachments)] == ["/dev/sdf", "/dev/sdg"]
    assert {each["DeviceName"] for each in instance(boto, node_id)["BlockDeviceMappings"]} >= {"/dev/sdf", "/dev/sdg"}
    for volume in (first, second):
        await ec2.detach_volume(volume)
        await ec2.destroy_volume(volume)


async def test_sizes_of_one_zone(ec2: Any, boto: Any) -> None:
    everything = {size.id: size for size in await ec2.list_sizes()}
    offered = boto.get_paginator("describe_instance_type_offerings").paginate(
        LocationType="availability-zone", Filters=[{"Name": "location", "Values": ["us-east-1e"]}]
    )
    there = {each["InstanceType"] for page in offered for each in page["InstanceTypeOfferings"]}
    assert {size.id for size in await ec2.list_sizes(location="us-east-1e")} == there & everything.keys()
    [seen] = boto.describe_instance_types(InstanceTypes=["m5d.24xlarge"])["InstanceTypes"]
    size = everything["m5d.24xlarge"]
    assert size.ram == seen["MemoryInfo"]["SizeInMiB"]
    assert size.cpus == seen["VCpuInfo"]["DefaultVCpus"]
    assert size.disk == round(seen["InstanceStorageInfo"]["TotalSizeInGB"] * 1000**3 / 1024**3)
    assert size.bandwidth == 25_000
    assert size.price is None


# The raw call


async def test_any_call(ec2: Any, boto: Any, name: str) -> None:
    answer = await ec2.ex_call("DescribeRegions", RegionName=["eu-west-1"])
    [region] = answer["regionInfo"]
    assert region["regionEndpoint"] == "ec2.eu-west-1.amazonaws.com"
    made = await ec2.ex_call("CreateInternetGateway")
    gateway = made["internetGateway"]["internetGatewayId"]
    assert boto.describe_internet_gateways(InternetGatewayIds=[gateway])["InternetGateways"]
    assert await ec2.ex_call("DeleteInternetGateway", InternetGatewayId=gateway, DryRun=None)
    with pytest.raises(NotFound) as caught:
        await ec2.ex_call("DeleteInternetGateway", InternetGatewayId=gateway)
    assert caught.value.operation == "DeleteInternetGateway"
    with pytest.raises(InvalidRequest):
        await ec2.ex_call("Describe Regions")
    with pytest.raises(InvalidRequest):
        await ec2.ex_call("DescribeRegions", Filter=object())
