"""What EC2 tells of images, volumes and snapshots, and its filters, on moto, boto3 looking on, in both flavours."""

from __future__ import annotations

from typing import Any

import pytest

from cumuli.errors import ImageNotFound, InvalidRequest, VolumeNotFound
from cumuli.providers.aws.ec2.models import BlockDeviceMapping, EC2Image, EC2Snapshot, VolumeModification
from tests.conformance.ec2.conftest import instance, tags_of

UNKNOWN_VOLUME = "vol-00000000000000000"


async def collected(items: Any) -> list[Any]:
    return [item async for item in items]


# Filters


async def test_filters_of_nodes(ec2: Any, boto: Any, image: str, name: str) -> None:
    made = [await ec2.create_node(f"{name}-{kind}", "t3.micro", image, tags={name: kind}) for kind in ("a", "b", "c")]
    ids = [node.id for node in made]
    assert [node.id for node in await ec2.list_nodes(ex_filters={f"tag:{name}": "b"})] == [ids[1]]
    both = await ec2.list_nodes(ex_filters={f"tag:{name}": ["a", "c"], "instance-type": "t3.micro"})
    assert {node.id for node in both} == {ids[0], ids[2]}
    assert {node.id for node in await ec2.list_nodes(ex_filters={"tag:Name": f"{name}-?"})} == set(ids)
    assert await ec2.list_nodes(ex_filters={f"tag:{name}": "d"}) == []
    assert await ec2.list_nodes(ids=[], ex_filters={f"tag:{name}": "a"}) == []
    walked = await collected(ec2.iterate_nodes(ex_filters={f"tag:{name}": "c"}))
    assert [node.id for node in walked] == [ids[2]]
    seen = boto.describe_instances(Filters=[{"Name": f"tag:{name}", "Values": ["a", "c"]}])["Reservations"]
    assert {each["InstanceId"] for reservation in seen for each in reservation["Instances"]} == {ids[0], ids[2]}
    for node in made:
        await ec2.destroy_node(node)


async def test_a_filter_that_is_none(ec2: Any) -> None:
    for wrong in ({"vpc-id": []}, {"": "x"}, {"vpc-id": 7}, ["vpc-id"], "vpc-id"):
        with pytest.raises(InvalidRequest):
            await ec2.list_nodes(ex_filters=wrong)
    with pytest.raises(InvalidRequest):
        await ec2.list_volumes(ex_filters={"size": []})
    with pytest.raises(InvalidRequest):
        await ec2.list_images(ex_filters={"name": ()})
    with pytest.raises(InvalidRequest):
        await ec2.list_volume_snapshots(ex_filters={"status": []})


async def test_filters_on_what_nodes_are_made_of(ec2: Any, boto: Any, name: str) -> None:
    """Filters of sizes, key pairs, zones and tags."""
    wanted = {"bare-metal": "true"}
    seen = boto.describe_instance_types(Filters=[{"Name": "bare-metal", "Values": ["true"]}])["InstanceTypes"]
    found = await ec2.list_sizes(ex_filters=wanted)
    assert {each["InstanceType"] for each in seen} <= {size.id for size in found}
    assert 0 < len(found) < len(await ec2.list_sizes())
    there = {size.id for size in await ec2.list_sizes(location="us-east-1a")}
    here = {size.id for size in await ec2.list_sizes(location="us-east-1a", ex_filters=wanted)}
    assert here == {size.id for size in found} & there
    for each in ("a", "b"):
        await ec2.create_key_pair(f"{name}-{each}")
    assert [pair.name for pair in await ec2.list_key_pairs(ex_filters={"key-name": f"{name}-a"})] == [f"{name}-a"]
    both = await ec2.list_key_pairs(ex_filters={"key-name": [f"{name}-a", f"{name}-b"]})
    assert {pair.name for pair in both} == {f"{name}-a", f"{name}-b"}
    for each in ("a", "b"):
        await ec2.delete_key_pair(f"{name}-{each}")
    [first, *_] = zones = await ec2.ex_list_availability_zones()
    assert await ec2.ex_list_availability_zones(filters={"zone-name": first.name}) == [first]
    names = await ec2.ex_list_availability_zones(only_available=False, filters={"region-name": first.region})
    assert names == zones
    volume = await ec2.create_volume(1, name, ex_tags={"a": "1", "b": "2"})
    assert await ec2.ex_describe_tags(volume, filters={"key": "a"}) == {"a": "1"}
    assert await ec2.ex_describe_tags(volume) == {"Name": name, "a": "1", "b": "2"}
    await ec2.destroy_volume(volume)
    for listing in (ec2.list_sizes, ec2.list_key_pairs):
        with pytest.raises(InvalidRequest):
            await listing(ex_filters={"": "x"})
    with pytest.raises(InvalidRequest):
        await ec2.ex_list_availability_zones(filters={"state": []})
    with pytest.raises(InvalidRequest):
        await ec2.ex_describe_tags("vol-1", filters={"key": []})


async def test_filters_of_volumes_and_snapshots(ec2: Any, boto: Any, node_id: str, name: str) -> None:
    zone = instance(boto, node_id)["Placement"]["AvailabilityZone"]
    volume = await ec2.create_volume(2, name, location=zone, ex_tags={name: "1"})
    other = await ec2.create_volume(3, name, location=zone, ex_tags={name: "2"})
    assert [each.id for each in await ec2.list_volumes(ex_filters={f"tag:{name}": "1"})] == [volume.id]
    assert {each.id for each in await ec2.list_volumes(ex_filters={"tag:Name": name})} == {volume.id, other.id}
    await ec2.attach_volume(node_id, volume)
    there = await ec2.list_volumes(ex_filters={"attachment.instance-id": node_id})
    assert volume.id in {each.id for each in there}
    assert other.id not in {each.id for each in there}
    await ec2.detach_volume(volume)
    first = await ec2.create_volume_snapshot(volume, name=name, ex_description=f"{name} nightly")
    second = await ec2.create_volume_snapshot(volume, name=name, ex_tags={name: "2"})
    found = await ec2.list_volume_snapshots(ex_filters={"description": f"{name} nightly"})
    assert [each.id for each in found] == [first.id]
    found = await ec2.list_volume_snapshots(volume, ex_filters={f"tag:{name}": "2"})
    assert [each.id for each in found] == [second.id]
    for snapshot in (first, second):
        await ec2.destroy_volume_snapshot(snapshot)
    for each in (volume, other):
        await ec2.destroy_volume(each)


# Images


async def test_an_image_tells_what_boto3_sees(ec2: Any, boto: Any) -> None:
    some = ["amzn-ami-hvm-*", "Windows_Server-2016-English-*"]
    listed = await ec2.list_images(owner="amazon", ex_filters={"name": some})
    assert {type(image) for image in listed} == {EC2Image}
    assert len({image.platform for image in listed}) > 1
    filters = [{"Name": "name", "Values": some}]
    seen = {each["ImageId"]: each for each in boto.describe_images(Owners=["amazon"], Filters=filters)["Images"]}
    assert {image.id for image in listed} == seen.keys()
    for image in listed:
        there = seen[image.id]
        assert (image.name, image.architecture, image.type) == (
            there["Name"], there["Architecture"], there["ImageType"]
        )  # fmt: skip
        assert (image.description, image.public) == (there.get("Description", ""), there["Public"])
        assert (image.platform or "").lower() == there.get("Platform", "").lower()
        assert (image.root_device, image.root_device_type) == (there["RootDeviceName"], there["RootDeviceType"])
        assert (image.virtualization_type, image.hypervisor) == (there["VirtualizationType"], there["Hypervisor"])
        assert image.owner == there["OwnerId"]
        [disk] = image.block_devices
        [device] = there["BlockDeviceMappings"]
        ebs = device["Ebs"]
        assert disk == BlockDeviceMapping(
            device=device["DeviceName"],
            size=ebs["VolumeSize"],
            type=ebs["VolumeType"],
            snapshot=ebs["SnapshotId"],
            encrypted=ebs.get("Encrypted"),
            delete_on_termination=ebs["DeleteOnTermination"],
        )


async def test_tags_and_filters_of_images(ec2: Any, boto: Any, node_id: str, name: str) -> None:
    image = await ec2.create_image(node_id, name, description="as it was")
    assert (type(image), image.description) == (EC2Image, "")
    await ec2.ex_create_tags(image, {"a": name})
    read = await ec2.get_image(image)
    assert (read.tags, read.description, read.public) == ({"a": name}, "as it was", False)
    assert [each.id for each in await ec2.list_images(owner="self", ex_filters={"tag:a": name})] == [image.id]
    assert [each.id for each in await ec2.list_images(ids=[image], ex_filters={"name": name})] == [image.id]
    assert await ec2.list_images(owner="self", ex_filters={"name": f"{name}-not"}) == []
    await ec2.delete_image(image)


async def test_the_newest_image_that_matches(ec2: Any, boto: Any) -> None:
    seen = boto.describe_images(Owners=["amazon"], Filters=[{"Name": "name", "Values": ["amzn-ami-hvm-*"]}])["Images"]
    newest = max(seen, key=lambda each: (each["CreationDate"], each["ImageId"]))
    found = await ec2.ex_get_newest_image(owner="amazon", name="amzn-ami-hvm-*")
    assert (found.id, found.name) == (newest["ImageId"], newest["Name"])
    windows = await ec2.ex_get_newest_image(owner="amazon", architecture="x86_64", filters={"platform": "windows"})
    assert (windows.platform or "").lower() == "windows"
    with pytest.raises(ImageNotFound, match="no image of amazon with state available, name no-such-\\*"):
        await ec2.ex_get_newest_image(owner="amazon", name="no-such-*")
    with pytest.raises(InvalidRequest):
        await ec2.ex_get_newest_image(owner="")
    with pytest.raises(InvalidRequest):
        await ec2.ex_get_newest_image(owner="amazon", architecture="vax")


# Volumes and snapshots


async def test_create_volume_with_everything(ec2: Any, boto: Any, name: str) -> None:
    volume = await ec2.create_volume(
        4,
        name,
        ex_volume_type="gp3",
        ex_iops=4000,
        ex_throughput=200,
        ex_encrypted=True,
        ex_kms_key_id="alias/mine",
        ex_tags={"a": "1"},
    )
    [seen] = boto.describe_volumes(VolumeIds=[volume.id])["Volumes"]
    assert (seen["VolumeType"], seen["Iops"], seen["Throughput"]) == ("gp3", 4000, 200)
    assert (seen["Encrypted"], tags_of(seen)) == (True, {"a": "1", "Name": name})
    assert (volume.type, volume.iops, volume.throughput, volume.encrypted) == ("gp3", 4000, 200, True)
    assert (volume.tags, volume.name) == ({"a": "1", "Name": name}, name)
    before = len(boto.describe_volumes()["Volumes"])
    for wrong in ({"ex_volume_type": "floppy"}, {"ex_tags": {"Name": "another"}}, {"ex_tags": {"": "x"}}):
        with pytest.raises(InvalidRequest):
            await ec2.create_volume(4, name, **wrong)
    with pytest.raises(InvalidRequest):
        await ec2.create_volume(0, name, ex_volume_type="gp3")
    assert len(boto.describe_volumes()["Volumes"]) == before
    await ec2.destroy_volume(volume)


async def test_a_volume_grows_in_use(ec2: Any, boto: Any, name: str) -> None:
    volume = await ec2.create_volume(4, name, ex_volume_type="gp2")
    change = await ec2.ex_modify_volume(volume, size=8, volume_type="gp3")
    assert type(change) is VolumeModification
    assert (change.id, change.original_size, change.size) == (volume.id, 4, 8)
    assert (change.original_type, change.type) == ("gp2", "gp3")
    [seen] = boto.describe_volumes_modifications(VolumeIds=[volume.id])["VolumesModifications"]
    [read] = await ec2.ex_list_volume_modifications(ids=[volume])
    assert (read.state, read.progress) == (seen["ModificationState"], seen["Progress"])
    assert (read.started_at, read.size) == (seen["StartTime"], seen["TargetSize"])
    assert volume.id in {each.id for each in await ec2.ex_list_volume_modifications()}
    assert await ec2.ex_list_volume_modifications(ids=[]) == []
    assert (await ec2.get_volume(volume)).size == 8
    with pytest.raises(InvalidRequest, match="nothing is given"):
        await ec2.ex_modify_volume(volume)
    with pytest.raises(VolumeNotFound):
        await ec2.ex_modify_volume(UNKNOWN_VOLUME, size=9)
    await ec2.destroy_volume(volume)


async def test_a_volume_is_taken_away(ec2: Any, boto: Any, node_id: str, name: str) -> None:
    zone = instance(boto, node_id)["Placement"]["AvailabilityZone"]
    volume = await ec2.create_volume(1, name, location=zone)
    await ec2.attach_volume(node_id, volume)
    await ec2.detach_volume(volume, ex_force=True)
    assert boto.describe_volumes(VolumeIds=[volume.id])["Volumes"][0]["State"] == "available"
    await ec2.destroy_volume(volume)


async def test_a_snapshot_tells_how_far_it_is(ec2: Any, boto: Any, name: str) -> None:
    volume = await ec2.create_volume(1, name, ex_encrypted=True)
    made = await ec2.create_volume_snapshot(volume, name=name, ex_description="nightly", ex_tags={"a": "1"})
    assert (type(made), made.description, made.tags) == (EC2Snapshot, "nightly", {"a": "1", "Name": name})
    [seen] = boto.describe_snapshots(SnapshotIds=[made.id])["Snapshots"]
    [read] = await ec2.list_volume_snapshots(volume)
    assert (read.description, f"{read.progress}%") == (seen["Description"], seen["Progress"])
    assert (read.owner, read.encrypted) == (seen["OwnerId"], seen["Encrypted"])
    assert tags_of(seen) == {"a": "1", "Name": name}
    with pytest.raises(InvalidRequest):
        await ec2.create_volume_snapshot(volume, name=name, ex_tags={"Name": "another"})
    await ec2.destroy_volume_snapshot(made)
    await ec2.destroy_volume(volume)


# Interfaces


async def test_a_node_tells_of_its_interfaces(ec2: Any, boto: Any, node_id: str) -> None:
    [seen] = instance(boto, node_id)["NetworkInterfaces"]
    node = await ec2.get_node(node_id)
    [interface] = node.interfaces
    assert node.network_interfaces == (interface.id,) == (seen["NetworkInterfaceId"],)
    assert (interface.mac, interface.subnet) == (seen["MacAddress"], seen["SubnetId"])
    assert interface.device_index == seen["Attachment"]["DeviceIndex"]
    assert interface.delete_on_termination == seen["Attachment"]["DeleteOnTermination"]
    assert interface.private_ips == tuple(each["PrivateIpAddress"] for each in seen["PrivateIpAddresses"])
    assert set(interface.private_ips) <= set(node.private_ips)
