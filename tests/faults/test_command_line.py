"""The command line on services that fail, or tell less than they should."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from cumuli.cli.app import run
from tests.faults.ec2.strict import Behaviour, StrictEC2, answer_of, error
from tests.faults.ec2.test_ec2_retries import cut, plainly
from tests.faults.ec2.test_ec2_waiting import look
from tests.faults.keepalive import Server, reply
from tests.faults.s3.strict import StrictS3
from tests.faults.s3.test_s3_integrity import CONTENT, encrypting

CREATE = "nodes create web --size t3.micro --image ami-1 --wait --json -p ec2 --region eu-west-1 --endpoint"
GONE = error(400, "InvalidInstanceID.NotFound")
UNAVAILABLE = error(503, "Unavailable")

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """Runs one command: its exit status, and what it printed."""
    monkeypatch.setenv("CUMULI_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = run(arguments)
        return status, *capsys.readouterr()

    return call


@pytest.mark.parametrize("failed", [UNAVAILABLE, cut, GONE], ids=["503", "cut", "not seen"])
def test_what_fails_in_the_middle_does_not_end_waiting(cli: Cli, failed: Behaviour | bytes) -> None:
    # More of them than one call repeats.
    with StrictEC2(plainly, look("pending"), *[failed] * 5, look("running")) as server:
        status, out, err = cli(*CREATE.split(), server.origin)
        assert (status, err) == (0, "")
        assert json.loads(out)["state"] == "running"
        assert server.actions == ["RunInstances", *["DescribeInstances"] * 7]


WAIT = "nodes wait i-1 -p ec2 --region eu-west-1 --to {to} --endpoint"


def test_a_node_that_does_not_exist_is_not_waited_for(cli: Cli) -> None:
    with StrictEC2(GONE) as server:
        status, out, _ = cli(*WAIT.format(to="running").split(), server.origin)
        assert (status, out) == (3, "")
        assert server.actions == ["DescribeInstances"]
    # Unless that is what is waited for; one look may have been at an old copy.
    with StrictEC2(GONE, GONE) as server:
        assert cli(*WAIT.format(to="gone").split(), server.origin) == (0, "gone i-1\n", "")


def test_a_node_runs_without_any_address(cli: Cli) -> None:
    item = "<instanceId>i-1</instanceId><instanceState><name>running</name></instanceState>"
    inside = f"<reservationSet><item><instancesSet><item>{item}</item></instancesSet></item></reservationSet>"
    with StrictEC2(look("pending"), reply(200, answer_of("DescribeInstances", inside))) as server:
        assert cli(*WAIT.format(to="running").split(), server.origin) == (0, "running i-1\n", "")


@pytest.mark.parametrize(("to", "verb"), [("running", "run"), ("stopped", "stop")])
def test_what_never_comes_ends_waiting(cli: Cli, to: str, verb: str) -> None:
    with StrictEC2(look("stopping"), look("stopping"), look("terminated")) as server:
        status, out, err = cli(*WAIT.format(to=to).split(), server.origin)
    assert (status, out) == (1, "")
    assert f"i-1 will not {verb}: it is terminated" in err


def test_content_that_could_not_be_verified_is_warned_of(cli: Cli, tmp_path: Path) -> None:
    where = ("-p", "s3", "--region", "us-east-1", "--endpoint")
    with encrypting(StrictS3()) as server:
        server.objects["name"] = (CONTENT, "0" * 32)
        status, _, err = cli("get", "s3:bucket/name", str(tmp_path / "one"), *where, server.origin)
        assert status == 0
        [told] = [line for line in err.splitlines() if "could not be verified" in line]
        assert told.startswith("warning: ")
        status, out, err = cli("get", "s3:bucket/name", str(tmp_path / "two"), "--json", *where, server.origin)
        assert status == 0
        assert json.loads(out)["fetched"][0]["object"]["verified_by"] is None
        [warning] = [json.loads(line)["warning"] for line in err.splitlines()]
        assert "could not be verified" in warning["message"]
        assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes() == CONTENT


@pytest.mark.filterwarnings("always::cumuli.InsecureTLSWarning")
def test_certificates_are_verified_unless_told_otherwise(cli: Cli, tmp_path: Path) -> None:
    ca = trustme.CA()
    bundle = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(bundle))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    with Server(lambda _: look("running"), context) as server:
        words = ["nodes", "list", "-p", "ec2", "--region", "eu-west-1", "--output", "ids", "--endpoint", server.origin]
        status, out, err = cli(*words)
        assert (status, out, server.seen) == (7, "", [])
        assert "--ca-bundle" in err
        assert cli(*words, "--ca-bundle", str(bundle)) == (0, "i-1\n", "")
        status, out, err = cli(*words, "--no-verify")
        assert (status, out) == (0, "i-1\n")
        assert "not verified" in err


@pytest.mark.parametrize("retries", [0, 2])
def test_retries(cli: Cli, retries: int) -> None:
    with StrictEC2(*[UNAVAILABLE] * 3) as server:
        words = "nodes list -p ec2 --region eu-west-1 --retries"
        assert cli(*words.split(), str(retries), "--endpoint", server.origin)[0] == 7
        assert len(server.actions) == retries + 1


def test_requests_are_told_and_no_secret_of_them(cli: Cli) -> None:
    with StrictEC2(look("running")) as server:
        words = ["nodes", "list", "-p", "ec2", "--region", "eu-west-1", "--endpoint", server.origin, "--verbose"]
        status, out, err = cli(*words)
    assert status == 0
    assert "ID" in out
    [line] = err.splitlines()
    assert line.startswith(f"POST {server.origin}/ 200 in ")
    assert "DescribeInstances" in line
    assert "secret" not in err
    assert "Signature" not in err
