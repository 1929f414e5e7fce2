"""Listings of which only some is wanted, on moto, boto3 having made what is listed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cumuli.compute.models import ImageState


@pytest.fixture
def made(boto: Any, node_id: str, name: str) -> Iterator[dict[str, str]]:
    """A volume, its snapshot, and an image: what boto3 gives tags that are patterns to AWS."""
    volume = boto.create_volume(
        Size=1, AvailabilityZone=boto.describe_availability_zones()["AvailabilityZones"][0]["ZoneName"]
    )
    snapshot = boto.create_snapshot(VolumeId=volume["VolumeId"])
    image = boto.create_image(InstanceId=node_id, Name=name)
    ids = {
        "list_volumes": volume["VolumeId"],
        "list_volume_snapshots": snapshot["SnapshotId"],
        "list_images": image["ImageId"],
        "list_nodes": node_id,
    }
    tags = [
        {"Key": "mark", "Value": name},
        {"Key": "pattern", "Value": "a*b?c\\d"},
        {"Key": "pat*tern", "Value": "x"},
        {"Key": "nothing", "Value": ""},
    ]
    boto.create_tags(Resources=list(ids.values()), Tags=tags)
    yield ids
    boto.deregister_image(ImageId=image["ImageId"])
    boto.delete_snapshot(SnapshotId=snapshot["SnapshotId"])
    boto.delete_volume(VolumeId=volume["VolumeId"])


@pytest.mark.parametrize("verb", ["list_nodes", "list_volumes", "list_volume_snapshots", "list_images"])
async def test_tags_of_everything_that_has_some(ec2: Any, made: dict[str, str], name: str, verb: str) -> None:
    async def found(**tags: str | None) -> list[str]:
        return [each.id for each in await getattr(ec2, verb)(tags={"mark": name, **tags})]

    mine = [made[verb]]
    assert await found() == mine
    assert await found(pattern="a*b?c\\d") == mine
    assert await found(**{"pat*tern": None}) == mine
    assert await found(nothing="") == mine
    assert await found(nothing=None, pattern=None) == mine
    for absent in ({"pattern": "a*"}, {"pattern": "*"}, {"nothing": "*"}, {"patXtern": None}, {"mark": f"{name}x"}):
        assert await found(**absent) == [], absent


async def test_the_name_of_an_image_is_its_own(ec2: Any, made: dict[str, str], name: str) -> None:
    """And no tag, as it is of everything else."""
    [image] = await ec2.list_images(owner="self", name=name)
    assert (image.id, image.state, image.tags["mark"]) == (made["list_images"], ImageState.AVAILABLE, name)
    assert await ec2.list_images(owner="self", name=name, state=["error", "creating"]) == []
