"""``--wait`` outlives looks that failed."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.cli.conftest import Cli, add_profile
from tests.faults.ec2.strict import StrictEC2, answer_of, error
from tests.faults.keepalive import reply
from tests.secrets_used import AWS_SECRET

NODE = (
    "<reservationId>r-1</reservationId><instancesSet><item><instanceId>i-1</instanceId>"
    "<instanceState><name>{state}</name></instanceState><ipAddress>192.0.2.1</ipAddress></item></instancesSet>"
)


def look(state: str) -> bytes:
    inside = f"<reservationSet><item>{NODE.format(state=state)}</item></reservationSet>"
    return reply(200, answer_of("DescribeInstances", inside))


def test_a_look_that_failed_says_nothing(here_at: Cli, nobodys: Path) -> None:
    made = reply(200, answer_of("RunInstances", NODE.format(state="pending")))
    page, gone = reply(200, b"<html>Bad Gateway</html>"), error(400, "InvalidInstanceID.NotFound")
    with StrictEC2(made, look("pending"), page, gone, look("running")) as server:
        add_profile(
            nobodys,
            "prod",
            {"provider": "ec2", "region": "eu-west-1", "endpoint": server.origin, "key": "key", "secret": AWS_SECRET},
        )
        words = "nodes create web --size t3.micro --image ami-1 --wait --json --profile prod"
        result = here_at(*words.split())
    assert (result.status, result.err) == (0, "")
    assert (result.json["id"], result.json["state"]) == ("i-1", "running")
