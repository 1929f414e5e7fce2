"""Names in the place of ids, against moto."""

from __future__ import annotations

from typing import Any

from tests.conformance.cli.conftest import Cli

CREATE = "nodes create {name} --size t3.micro --image ami-12c6146b --json"


def state(aws: Any, node: str) -> str:
    found: str = aws.describe_instances(InstanceIds=[node])["Reservations"][0]["Instances"][0]["State"]["Name"]
    return found


def test_names_do_where_they_are_unique(cli: Cli, aws: Any) -> None:
    node = cli(CREATE.format(name="named-one")).json["id"]
    assert cli("nodes show named-one --json").json["id"] == node
    assert cli("nodes list named-one -o ids").out == f"{node}\n"
    assert cli("nodes stop named-one --wait").out == f"stopped {node}\n"
    assert state(aws, node) == "stopped"
    shown = cli("nodes start named-one --dry-run --json")
    assert shown.status == 0
    assert shown.json["dry_run"]["body"]["InstanceId.1"] == node
    assert state(aws, node) == "stopped"
    volume = cli("volumes create named-disk --size 1 --location us-east-1a --wait --json").json["id"]
    assert cli("volumes show named-disk --json").json["id"] == volume
    snapshot = cli("snapshots create named-disk --name named-copy --wait --json").json["id"]
    assert cli("snapshots list --volume named-disk -o ids").out == f"{snapshot}\n"
    assert cli("snapshots destroy named-copy --yes --wait").out == f"destroyed {snapshot}\n"
    assert cli("volumes destroy named-disk --yes --wait").out == f"destroyed {volume}\n"
    assert cli("nodes destroy named-one --yes --wait").out == f"destroyed {node}\n"
    assert state(aws, node) == "terminated"


def test_what_two_are_called_is_not_guessed(cli: Cli, aws: Any) -> None:
    ids = [cli(CREATE.format(name="twin")).json["id"] for _ in range(2)]
    refused = cli("nodes stop twin")
    assert refused.status == 2
    assert "2 nodes are called 'twin'" in refused.err
    for node in ids:
        assert node in refused.err
        assert state(aws, node) == "running"
    near = cli("nodes show twni")
    assert near.status != 0
    assert "did you mean 'twin'?" in near.err
