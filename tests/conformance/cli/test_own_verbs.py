"""What providers call by names of their own, against moto; boto3 sees what came of it."""

from __future__ import annotations

from typing import Any

from tests.conformance.cli.conftest import Cli

CREATE = "nodes create {name} --size t3.micro --image ami-12c6146b --json"


def seen(aws: Any, node: str) -> Any:
    return aws.describe_instances(InstanceIds=[node])["Reservations"][0]["Instances"][0]


def test_nodes(cli: Cli, aws: Any) -> None:
    node = cli(CREATE.format(name="verbs")).json["id"]
    assert cli("nodes wait verbs").out == f"running {node}\n"
    assert cli("nodes tag verbs env=prod owner=me").status == 0
    assert cli("nodes tag verbs owner=").status == 0
    assert cli("nodes rename verbs other").status == 0
    assert {tag["Key"]: tag["Value"] for tag in seen(aws, node)["Tags"]} == {"Name": "other", "env": "prod"}
    assert cli("nodes list -o ids --filter tags.env=prod").out == f"{node}\n"
    assert cli("nodes stop other --wait").status == 0
    assert cli("nodes resize other t3.small --wait").out == f"resized {node} to t3.small\n"
    assert seen(aws, node)["InstanceType"] == "t3.small"
    assert cli("nodes console other").status == 0
    late = cli("nodes wait other --to running --timeout 1s")
    assert late.status == 7
    assert f"waited for {node} to be running: not ready after 1 s: {node} is stopped (" in late.err
    assert late.err.endswith("). It may still come: look again, or wait longer with --timeout\n")
    made = cli("images create other golden --wait --json").json
    assert aws.describe_images(ImageIds=[made["id"]])["Images"][0]["Name"] == "golden"
    assert cli("images show golden --json").json["id"] == made["id"]
    assert cli("images search GOLD --owner self -o ids").out == f"{made['id']}\n"
    assert cli("images delete golden --yes --wait").out == f"deleted {made['id']}\n"
    assert cli("images list --owner self -o ids").out == ""
    assert cli("nodes destroy other --yes").status == 0
    assert cli("nodes wait other --to gone").status == 0
    never = cli("nodes wait nosuch --to gone")
    assert (never.status, never.out) == (0, "gone nosuch\n")
    assert "there is no node nosuch: it is gone already, or none was ever called so" in never.err


def test_networks_addresses_and_groups(cli: Cli, aws: Any) -> None:
    vpcs = {vpc["VpcId"] for vpc in aws.describe_vpcs()["Vpcs"]}
    assert set(cli("networks list -o ids").out.split()) == vpcs
    subnets = {subnet["SubnetId"]: subnet for subnet in aws.describe_subnets()["Subnets"]}
    assert set(cli("networks subnets -o ids").out.split()) == set(subnets)
    subnet = min(subnets)
    volume = cli(f"volumes create extra --size 1 --location {subnets[subnet]['AvailabilityZone']} --json").json["id"]
    node = cli(CREATE.format(name="placed") + f" --subnet {subnet} --volume extra").json["id"]
    assert seen(aws, node)["SubnetId"] == subnet
    assert volume in {each["Ebs"]["VolumeId"] for each in seen(aws, node)["BlockDeviceMappings"]}
    refused = cli(CREATE.format(name="x") + f" --network {min(vpcs)}")
    assert refused.status == 8
    assert "--network" in refused.error["message"]

    address = cli("addresses create --json").json
    assert cli(f"addresses attach {address['id']} placed").status == 0
    theirs = aws.describe_addresses(AllocationIds=[address["id"]])["Addresses"][0]
    assert theirs["InstanceId"] == node
    assert cli(f"addresses detach {theirs['PublicIp']}").status == 0
    assert cli(f"addresses release {theirs['PublicIp']} --yes").status == 0
    assert cli("addresses list -o ids").out == ""

    group = cli("security-groups create cli-verbs --description x --json").json
    assert cli("security-groups show cli-verbs").status == 0
    assert cli("security-groups delete cli-verbs --yes").status == 0
    left = {each["GroupId"] for each in aws.describe_security_groups()["SecurityGroups"]}
    assert (group if isinstance(group, str) else group["id"]) not in left
    assert cli("security-groups show cli-verbs").status == 3


def test_any_verb_and_any_call(cli: Cli, aws: Any) -> None:
    node = cli(CREATE.format(name="any")).json["id"]
    assert cli("ex create-tags any env=demo,owner=me").out == "create-tags: done\n"
    assert cli("ex describe-tags any --json").json == {"Name": "any", "env": "demo", "owner": "me"}
    assert cli("ex delete-tags any tags=env").status == 0
    assert {tag["Key"] for tag in seen(aws, node)["Tags"]} == {"Name", "owner"}
    zones = {zone["ZoneName"] for zone in aws.describe_availability_zones()["AvailabilityZones"]}
    assert {zone["name"] for zone in cli("ex list-availability-zones --json").json} == zones
    regions = cli("call DescribeRegions RegionName=eu-west-1 --json")
    assert regions.status == 0
    assert "eu-west-1" in regions.out
    shown = cli("call TerminateInstances InstanceId=i-1 --dry-run")
    assert "TerminateInstances" in shown.out
    assert cli("call NoSuchThing").status != 0
    assert cli("quota").status in {0, 8}
