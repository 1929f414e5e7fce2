"""``cumuli certify`` as people run it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from cumuli import sandbox
from cumuli.certify.runs import Header, JournalWriter, RunId, journals
from cumuli.providers.aws.s3.client import S3
from tests.conformance.certify.conftest import Certify, evidence, outcomes, profile

SOME = "key_pairs,tags,not_found,nothing_is_left_behind"


def test_a_provider_is_certified_and_what_is_kept_is_compared(certify: Certify, tmp_path: Path) -> None:
    whole = ("memory", "--service", "compute", "--report", "report", "--evidence", "kept")
    # What people set for tests of their own, and what stands in their folder, changes nothing.
    (tmp_path / "msgspec.py").write_text("raise SystemExit('this is no module of yours')")
    done = certify(*whole, "--flavour", "sync", "--update", PYTEST_ADDOPTS="-k sizes")
    assert done.returncode == 0, done.stderr
    assert len(outcomes(tmp_path, "memory-compute")) > 40
    arguments = (*whole, "--only", SOME)
    done = certify(*arguments)
    assert done.returncode == 0, done.stderr
    assert "makes at most, at a time: 7 servers of the size medium (90 in all)" in done.stderr
    assert outcomes(tmp_path, "memory-compute") == dict.fromkeys(sorted(SOME.split(",")), "pass")
    seen = evidence(tmp_path, "memory-compute")
    assert (seen["endpoint"], seen["flavours"]) == ("real server", ["sync", "async"])
    assert seen["behaviours"]["key_pairs"]["requests"] > 0
    assert seen["measured"]["made"] == {"key_pair": 2, "node": 2}
    assert "| ✓ | key pairs |" in (tmp_path / "report" / "report.md").read_text()
    assert ET.parse(tmp_path / "report" / "junit.xml").getroot()[0].get("tests") == "4"
    assert list((tmp_path / "journals").iterdir()) == []
    kept = tmp_path / "kept" / "memory-compute.json"
    assert "measured" not in kept.read_text()
    kept.write_text(
        kept.read_text().replace('"key_pairs": {\n      "outcome": "pass"', '"key_pairs": {\n      "outcome": "fail"')
    )
    done = certify(*arguments)
    assert done.returncode == 1
    assert "memory-compute: key_pairs: fail in the evidence, pass now" in done.stderr


@pytest.mark.heavy
def test_a_live_account_is_only_read_unless_cost_is_allowed(certify: Certify, tmp_path: Path) -> None:
    with sandbox.running("s3") as server:
        settings = {**server.profiles["sandbox-s3"], "proxy": ""}
        profile(tmp_path, "work", **settings)
        with S3("testing", "testing", region="us-east-1", endpoint=server.endpoint, proxy="") as client:
            client.create_container("somebody-elses")
            some = ("--only", "containers,copies,a_closed_client_says_so", "--report", "report", "--flavour", "sync")
            done = certify("work", "--kind", "live", *some)
            assert done.returncode == 0, done.stderr
            assert outcomes(tmp_path, "s3-storage") == {
                "a_closed_client_says_so": "pass",
                "containers": "untried",
                "copies": "untried",
            }
            assert "--allow-cost" in evidence(tmp_path, "s3-storage")["behaviours"]["copies"]["reason"]
            assert "work is a live account" in done.stderr
            planned = certify("work", "--dry-run", "--kind", "live", "--allow-cost")
            assert (planned.returncode, planned.stdout) == (0, "")
            assert "makes at most 4 containers at a time" in planned.stderr
            done = certify("work", "--kind", "live", "--allow-cost", *some)
            assert set(outcomes(tmp_path, "s3-storage").values()) == {"pass"}, done.stderr
            assert [container.name for container in client.list_containers()] == ["somebody-elses"]


@pytest.mark.heavy
def test_a_failure_shows_the_exchange_and_no_secret(certify: Certify, tmp_path: Path) -> None:
    """Moto makes nodes of images and sizes that there are not."""
    with sandbox.running("ec2") as server:
        settings = {**server.profiles["sandbox-ec2"], "proxy": "", "secret": "sEcReT-of-this-test-never-shown"}
        # Not the sandbox's own profile, of which it is known that moto takes any image.
        profile(tmp_path, "work", **settings)
        only = "a_node_of_unknown_parts_is_not_made,tags"
        done = certify("work", "--only", only, "--flavour", "sync", "--report", "report")
    assert done.returncode == 1
    assert outcomes(tmp_path, "ec2-compute") == {"a_node_of_unknown_parts_is_not_made": "fail", "tags": "pass"}
    [failure] = evidence(tmp_path, "ec2-compute")["behaviours"]["a_node_of_unknown_parts_is_not_made"]["failures"]
    assert "DID NOT RAISE" in failure["expected"]
    shown = "\n".join(failure["exchange"])
    assert "RunInstances" in shown
    assert "< 200" in shown
    for path in (tmp_path / "report").iterdir():
        assert "sEcReT" not in path.read_text()
    assert "sEcReT" not in done.stdout + done.stderr


@pytest.mark.heavy
def test_interrupted_it_takes_away_what_it_made(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUMULI_CERTIFY_HOME", environment["CUMULI_CERTIFY_HOME"])
    with sandbox.running("s3") as server:
        profile(tmp_path, "work", **server.profiles["sandbox-s3"], proxy="")
        command = subprocess.Popen(
            [sys.executable, "-m", "cumuli", "certify", "work", "--report", "report"],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        end = time.monotonic() + 120
        while not any(path.read_bytes().count(b"\n") > 2 for path in (tmp_path / "journals").glob("*.jsonl")):
            assert command.poll() is None
            assert time.monotonic() < end
            time.sleep(0.01)
        os.kill(command.pid, signal.SIGINT)
        _, errors = command.communicate(timeout=120)
        assert command.returncode == 130, errors
        with S3("testing", "testing", region="us-east-1", endpoint=server.endpoint, proxy="") as client:
            assert client.list_containers() == []
        # A call that was cut short may still come to something on a provider that is slow.
        left = journals(provider="s3", service="storage")
        assert all(journal.in_doubt for journal in left)
        assert (b"cumuli certify sweep" in errors) == bool(left)


def test_a_behaviour_that_there_is_not_is_told(certify: Certify) -> None:
    done = certify("memory", "--service", "compute", "--only", "no_such", "--report", "report")
    assert done.returncode == 1
    assert "error: memory: there is no behaviour no_such\n" in done.stderr
    assert "Fatal Python error" not in done.stderr


def test_a_sweep_shows_first_and_leaves_what_is_under_way(
    certify: Certify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RunId.new()
    monkeypatch.setenv("CUMULI_CERTIFY_HOME", str(tmp_path / "journals"))
    root = tmp_path / "root"
    profile(tmp_path, "here", provider="local", root=str(root))
    header = Header(run=run.text, name="here", provider="local", service="storage", started="now")
    journal = JournalWriter(header)
    for name in (f"{run.prefix}-1-x", f"{run.prefix}-2-x"):
        journal.creating("container", name)
        (root / name).mkdir(parents=True)
        (root / name / "o").touch()
    (root / f"{run.prefix}-3-x").mkdir()
    everything = {path.name for path in root.iterdir()}
    alive = certify("sweep", "here", "--yes")
    assert f"the run {run.text} is under way" in alive.stderr
    assert {path.name for path in root.iterdir()} == everything
    journal.close()
    shown = certify("sweep", "here", "--dry-run", "-o", "ids")
    assert shown.stdout.split() == [f"{run.prefix}-1-x", f"{run.prefix}-2-x"]
    assert {path.name for path in root.iterdir()} == everything
    assert certify("sweep", "here").returncode == 2, "there is nobody to ask"
    done = certify("sweep", "here", "--yes")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in root.iterdir()} == {f"{run.prefix}-3-x"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "say what to certify"),
        (("nobody",), "'nobody' is neither a profile"),
        (("memory", "--service", "weather"), "--service takes compute, storage"),
        (("--sandbox", "azure"), "by the name 'azure'"),
        (("memory", "--update"), "--update needs --evidence"),
        (("memory", "--update", "--evidence", "kept", "--only", "tags"), "--update writes all"),
        (("memory", "memory"), "would write the same files"),
        (("memory", "--jobs", "0"), "--jobs takes a number from 1"),
        (("memory", "--flavour", "blue"), "--flavour takes sync or async"),
        (("sweep",), "say where to sweep"),
    ],
)
def test_mistakes_are_told(certify: Certify, arguments: tuple[str, ...], words: str) -> None:
    done = certify(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
