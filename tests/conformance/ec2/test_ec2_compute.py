"""EC2 by moto against the compute suite, with boto3 as the second pair of eyes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.providers.aws.ec2.aio import AsyncEC2
from cumuli.providers.aws.ec2.client import EC2
from cumuli.testing.suites.compute_suite import ComputeSuite, ComputeTarget
from tests.conformance.ec2.conftest import REGION
from tests.secrets_used import AWS_KEY, AWS_SECRET


class BotoEyes:
    """What boto3 sees, by the names of cumuli's fields."""

    def __init__(self, boto: Any) -> None:
        self._boto = boto

    def __call__(self, kind: str, thing_id: str) -> Mapping[str, object] | None:
        try:
            seen: Mapping[str, object] | None = getattr(self, kind)(thing_id)
        except ClientError as error:
            if ".NotFound" in error.response["Error"]["Code"] or ".Unavailable" in error.response["Error"]["Code"]:
                return None
            raise
        return seen

    def node(self, node_id: str) -> Mapping[str, object] | None:
        [reservation] = self._boto.describe_instances(InstanceIds=[node_id])["Reservations"]
        [item] = reservation["Instances"]
        tags = self._tags(item)
        if item["State"]["Name"] == "terminated":
            return None
        return {
            "name": tags["Name"],
            "size": item["InstanceType"],
            "image": item["ImageId"],
            "location": item["Placement"]["AvailabilityZone"],
            "state": item["State"]["Name"],
            "tags": tags,
        }

    def volume(self, volume_id: str) -> Mapping[str, object]:
        [item] = self._boto.describe_volumes(VolumeIds=[volume_id])["Volumes"]
        attached = tuple(each["InstanceId"] for each in item["Attachments"])
        return {"name": self._tags(item).get("Name"), "size": item["Size"], "attached_to": attached}

    def snapshot(self, snapshot_id: str) -> Mapping[str, object]:
        [item] = self._boto.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"]
        return {"name": self._tags(item).get("Name"), "volume": item["VolumeId"]}

    def image(self, image_id: str) -> Mapping[str, object] | None:
        found = self._boto.describe_images(ImageIds=[image_id])["Images"]
        # Moto answers with an empty list for a while where AWS has an error.
        return {"name": found[0]["Name"]} if found else None

    def key_pair(self, name: str) -> Mapping[str, object]:
        [item] = self._boto.describe_key_pairs(KeyNames=[name])["KeyPairs"]
        return {"fingerprint": item["KeyFingerprint"]}

    @staticmethod
    def _tags(item: Mapping[str, Any]) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in item.get("Tags", [])}


def ec2_target(moto: str, boto: Any) -> ComputeTarget:
    settings = {"region": REGION, "endpoint": moto, "proxy": ""}
    [image, *_] = boto.describe_images(Owners=["amazon"])["Images"]
    return ComputeTarget(
        name="ec2 (moto)",
        sync_client=partial(EC2, AWS_KEY, AWS_SECRET, **settings),
        async_client=partial(AsyncEC2, AWS_KEY, AWS_SECRET, **settings),
        size="t3.micro",
        image=image["ImageId"],
        unknown={
            "node": "i-00000000000000000",
            "size": "t3.enormous",
            "image": "ami-00000000000000000",
            "volume": "vol-00000000000000000",
            "snapshot": "snap-00000000000000000",
        },
        source_region=REGION,
        gaps={
            Can.CREATE_NODE_PASSWORD: "EC2 has no such thing",
            "every_page_and_lazily": "AWS gives no fewer than 5 in a page; a strict server of the tests pages",
            "an_attached_volume_is_not_attached_again": "moto attaches it twice",
            "a_node_of_unknown_parts_is_not_made": "moto takes any image and any size",
        },
        eyes=BotoEyes(boto),
    )


@pytest.fixture(scope="module")
def target(moto: str, boto: Any) -> ComputeTarget:
    return ec2_target(moto, boto)


class TestEC2(ComputeSuite):
    pass
