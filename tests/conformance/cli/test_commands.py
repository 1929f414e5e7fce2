"""Every command of the command line against moto; boto3 sees what came of it."""

from __future__ import annotations

import base64
import stat
from pathlib import Path
from typing import Any

from tests.conformance.cli.conftest import Cli

CREATE = "nodes create {name} --size t3.micro --image ami-12c6146b"


def state(aws: Any, node: str) -> str:
    found: str = aws.describe_instances(InstanceIds=[node])["Reservations"][0]["Instances"][0]["State"]["Name"]
    return found


def test_the_life_of_nodes(cli: Cli, aws: Any) -> None:
    one = cli(CREATE.format(name="cli-one") + " --tag env=demo --wait --json").json
    assert one["state"] == "running"
    assert one["public_ips"]
    seen = aws.describe_instances(InstanceIds=[one["id"]])["Reservations"][0]["Instances"][0]
    assert {tag["Key"]: tag["Value"] for tag in seen["Tags"]} == {"Name": "cli-one", "env": "demo"}
    two = cli(CREATE.format(name="cli-two") + " --json").json

    listed = {node["id"]: node for node in cli("nodes list --json").json}
    assert listed.keys() >= {one["id"], two["id"]}
    assert [node["id"] for node in cli(f"nodes list {two['id']} --json").json] == [two["id"]]
    assert cli(f"nodes show {one['id']} --json").json == listed[one["id"]]
    table = cli("nodes list").out
    assert one["id"] in table
    assert "cli-two" in table
    assert "env=demo" in cli(f"nodes show {one['id']}").out

    assert cli(f"nodes stop {one['id']} --json").json == {"stopping": [one["id"]]}
    assert state(aws, one["id"]) == "stopped"
    assert cli(f"nodes start {one['id']} --wait").out == f"started {one['id']}\n"
    assert state(aws, one["id"]) == "running"
    assert cli(f"nodes reboot {one['id']} {two['id']}").status == 0

    refused = cli(f"nodes destroy {one['id']}")
    assert refused.status == 2
    assert state(aws, one["id"]) == "running"
    partly = cli(f"nodes destroy {one['id']} i-00000000000000000 {two['id']} --yes --json")
    assert partly.status == 3
    assert partly.json == {"destroying": [one["id"], two["id"]]}
    assert partly.error["type"] == "NodeNotFound"
    assert partly.error["operation"] == "TerminateInstances"
    assert state(aws, one["id"]) == state(aws, two["id"]) == "terminated"


def test_what_only_some_providers_have(cli: Cli, aws: Any, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_bytes(b"#!/bin/sh\necho \xff\n")
    aws.create_key_pair(KeyName="opens-it")
    groups = [aws.create_security_group(GroupName=name, Description="x")["GroupId"] for name in ("cli-web", "cli-ssh")]
    made = cli(
        CREATE.format(name="cli-more")
        + f" --key-name opens-it --user-data {script} --security-group cli-web --security-group {groups[1]} --json"
    )
    assert made.status == 0, made.err
    seen = aws.describe_instances(InstanceIds=[made.json["id"]])["Reservations"][0]["Instances"][0]
    assert seen["KeyName"] == "opens-it"
    assert {group["GroupId"] for group in seen["SecurityGroups"]} == set(groups)
    theirs = aws.describe_instance_attribute(InstanceId=made.json["id"], Attribute="userData")["UserData"]["Value"]
    assert base64.b64decode(theirs) == script.read_bytes()


def test_dry_runs_change_nothing(cli: Cli, aws: Any) -> None:
    node = cli(CREATE.format(name="dry") + " --json").json["id"]
    before = len(aws.describe_instances()["Reservations"])
    shown = cli(CREATE.format(name="dry-two") + " --tag env=demo --wait --dry-run --json")
    assert shown.status == 0
    request = shown.json["dry_run"]
    assert request["method"] == "POST"
    assert request["headers"]["Authorization"] == "********"
    assert request["body"]["Action"] == "RunInstances"
    assert len(request["body"]["ClientToken"]) == 36
    assert "demo" in request["body"].values()
    for_people = cli(CREATE.format(name="dry-two") + " --dry-run")
    assert "RunInstances" in for_people.out
    assert "nothing was sent" in for_people.err
    assert len(aws.describe_instances()["Reservations"]) == before

    destroying = cli(f"nodes destroy {node} i-2 --dry-run")
    assert destroying.status == 0
    assert destroying.out.count("TerminateInstances") == 2
    assert state(aws, node) == "running"
    assert cli(f"nodes list --dry-run --debug {node}").status == 0


def test_the_life_of_volumes(cli: Cli, aws: Any) -> None:
    node = cli(CREATE.format(name="disk-holder") + " --location us-east-1a --wait --json").json["id"]
    volume = cli("volumes create data --size 7 --location us-east-1a --json").json
    assert (volume["name"], volume["size"], volume["location"]) == ("data", 7, "us-east-1a")
    seen = aws.describe_volumes(VolumeIds=[volume["id"]])["Volumes"][0]
    assert seen["Size"] == 7

    attached = cli(f"volumes attach {volume['id']} {node} --device /dev/sdf --json").json
    assert attached["attached_to"] == [node]
    assert volume["id"] in {found["id"] for found in cli("volumes list --json").json}
    assert node in cli(f"volumes show {volume['id']}").out
    assert cli(f"volumes destroy {volume['id']} --yes").status == 5
    assert cli(f"volumes detach {volume['id']} --node i-0 --json").status == 5
    assert cli(f"volumes detach {volume['id']} --node {node} --json").json["attached_to"] == []
    assert cli(f"volumes attach {volume['id']} {node} --json").json["attached_to"] == [node]
    assert cli(f"volumes detach {volume['id']} --json").json["attached_to"] == []

    snapshot = cli(f"volumes snapshots create {volume['id']} --name kept --json").json
    assert snapshot["volume"] == volume["id"]
    [listed] = cli(f"volumes snapshots list --volume {volume['id']} --json").json
    assert listed["id"] == snapshot["id"]
    copy = cli(f"volumes create copy --size 7 --snapshot {snapshot['id']} --json").json
    assert copy["snapshot"] == snapshot["id"]
    assert cli(f"volumes snapshots destroy {snapshot['id']} --yes").status == 0
    assert cli(f"volumes destroy {volume['id']} {copy['id']} --yes").status == 0
    left = {found["VolumeId"] for found in aws.describe_volumes()["Volumes"]}
    assert not left & {volume["id"], copy["id"]}
    assert cli(f"volumes show {volume['id']} --json").error["type"] == "VolumeNotFound"


def test_the_life_of_keys(cli: Cli, aws: Any, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    created = cli(f"keys create cli-key --out {path} --json").json
    assert created["private_key"] == "********"
    assert path.read_text().startswith("-----BEGIN")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert aws.describe_key_pairs(KeyNames=["cli-key"])["KeyPairs"][0]["KeyFingerprint"] == created["fingerprint"]
    assert cli(f"keys create cli-key --out {tmp_path / 'again'}").status == 5
    assert not (tmp_path / "again").exists()
    assert cli("keys create cli-shown --stdout").out.startswith("-----BEGIN")
    assert cli("keys create cli-json --stdout --json").json["private_key"].startswith("-----BEGIN")

    public = tmp_path / "id.pub"
    public.write_text(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0yX5e3GWzLr7vVJxKc3yW3yqJ5i7wRrTgF1bq0pXhC me@example.com\n"
    )
    assert cli(f"keys import cli-mine {public} --json").json["name"] == "cli-mine"
    assert {key["name"] for key in cli("keys list --json").json} >= {"cli-key", "cli-shown", "cli-mine"}
    assert cli("keys show cli-mine --json").json["name"] == "cli-mine"
    assert cli("keys delete cli-key cli-shown cli-json cli-mine --yes").status == 0
    assert not [key for key in aws.describe_key_pairs()["KeyPairs"] if key["KeyName"].startswith("cli-")]


def test_what_nodes_are_made_of(cli: Cli, aws: Any) -> None:
    sizes = {size["id"]: size for size in cli("sizes list --json").json}
    assert sizes["t3.micro"]["ram"] == 1024
    images = cli("images list --json").json
    assert len(images) > 1000
    assert [image["id"] for image in cli("images list ami-12c6146b --json").json] == ["ami-12c6146b"]
    zones = {zone["ZoneName"] for zone in aws.describe_availability_zones()["AvailabilityZones"]}
    assert {location["id"] for location in cli("locations list --json").json} == zones


def test_as_a_process_of_its_own(process: Cli) -> None:
    done = process("nodes list --profile moto --json")
    assert (done.status, done.err) == (0, "")
    assert isinstance(done.json, list)
