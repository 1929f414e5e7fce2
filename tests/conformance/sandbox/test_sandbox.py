"""The sandbox with its real servers: up, found again, down, and nothing left."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3
import pytest

from cumuli import EC2, config, sandbox
from cumuli import async_storage as async_storage_named
from cumuli import compute as compute_named
from cumuli import storage as storage_named
from cumuli.cli.app import run
from cumuli.sandbox.processes import identify
from cumuli.testing.flavours import Flavour
from tests.secrets_used import AWS_KEY, AWS_SECRET

ROOT = Path(__file__).parents[3]


def gone(pid: int, *, within: float = 60.0) -> bool:
    end = time.monotonic() + within
    while identify(pid) is not None:
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_running_is_for_the_length_of_a_block() -> None:
    with sandbox.running("ec2") as server, sandbox.running("ec2") as other:
        assert server.port != other.port
        with EC2(AWS_KEY, AWS_SECRET, region="us-east-1", endpoint=server.endpoint) as client:
            assert client.list_nodes() == []
            client.create_node("one", "t3.micro", "ami-12c6146b")
        with EC2(AWS_KEY, AWS_SECRET, region="us-east-1", endpoint=other.endpoint) as client:
            assert client.list_nodes() == []
    for stopped in (server, other):
        assert identify(stopped.pid) is None
        assert not Path(stopped.log).exists()


def test_up_and_down(home: Path) -> None:
    [server] = sandbox.up("ec2")
    assert sandbox.status() == [server]
    [again] = sandbox.up("ec2")
    assert again == server, "one that runs is left alone"

    assert config.get_profile("sandbox-ec2").provider == "ec2"
    with compute_named("sandbox-ec2") as client:
        client.create_node("kept", "t3.micro", "ami-12c6146b")
    with compute_named("sandbox-ec2") as client:
        assert [node.name for node in client.list_nodes()] == ["kept"]

    assert sandbox.down() == ["ec2"]
    assert identify(server.pid) is None
    assert "sandbox-ec2" not in config.load_profiles()
    assert sandbox.status() == []
    assert sandbox.down() == []
    assert not (home / "state" / "ec2").exists()


async def test_hashes_of_objects_are_known(home: Path, flavour: Flavour) -> None:
    """Moto's etags are MD5, as AWS's are; its profile has to say so."""
    sandbox.up("s3")
    content, md5 = b"content", hashlib.md5(b"content").hexdigest()
    named = async_storage_named if flavour.name == "async" else storage_named
    async with flavour.shape(named("sandbox-s3")) as client:
        await client.create_container("hashes")
        assert (await client.upload_object(content, "hashes", "one")).hash == md5
        assert (await client.get_object("hashes", "one")).hash == md5
    assert sandbox.down() == ["s3"]


def test_other_programs_find_it_by_the_environment(home: Path) -> None:
    sandbox.up("ec2")
    done = subprocess.run(
        [sys.executable, "-m", "cumuli", "sandbox", "env", "--shell", "sh"], capture_output=True, text=True, cwd=ROOT
    )
    exports = dict(re.fullmatch(r"export (\w+)=(.*)", line).groups() for line in done.stdout.splitlines())  # type: ignore[union-attr, misc]
    values = {name: shlex.split(value)[0] for name, value in exports.items()}
    script = "import boto3; print(len(boto3.client('ec2').describe_regions()['Regions']))"
    seen = subprocess.run([sys.executable, "-c", script], env={**os.environ, **values}, capture_output=True, text=True)
    assert int(seen.stdout) > 10, seen.stderr


def test_one_that_was_killed_is_started_anew(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sandbox", "list"]) == 0
    assert "run: cumuli sandbox up" in capsys.readouterr().err
    [server] = sandbox.up("ec2")
    assert run(["sandbox", "list"]) == 0
    assert re.search(rf"ec2 .* {server.endpoint} .* {server.pid} +running", capsys.readouterr().out)
    os.kill(server.pid, signal.SIGKILL)
    assert gone(server.pid)
    [known] = sandbox.status()
    assert not known.running
    assert run(["sandbox", "list"]) == 0
    assert re.search(rf" {server.pid} +gone", capsys.readouterr().out)
    [anew] = sandbox.up("ec2")
    assert anew.running
    assert anew.pid != server.pid


def test_down_never_ends_a_stranger(home: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    assert stranger.stdin is not None
    with stranger.stdin:
        folder = home / "state" / "ec2"
        folder.mkdir(parents=True)
        record: Any = {
            "name": "ec2",
            "port": 1,
            "process": {"pid": stranger.pid, "started": "another boot/1"},
            "profiles": ["sandbox-ec2"],
        }
        (folder / "state.json").write_text(json.dumps(record))
        assert sandbox.down() == []
        assert stranger.poll() is None
        assert sandbox.status() == []
    stranger.wait(120)


def test_two_at_the_same_time_start_one(home: Path) -> None:
    command = [sys.executable, "-m", "cumuli", "sandbox", "up", "ec2", "--json"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) for _ in range(2)]
    pids = {json.loads(child.communicate(timeout=300)[0])[0]["pid"] for child in both}
    assert len(pids) == 1


def test_a_record_that_cannot_be_read_is_said_so(home: Path) -> None:
    folder = home / "state" / "ec2"
    folder.mkdir(parents=True)
    (folder / "state.json").write_text("{")
    done = subprocess.run([sys.executable, "-m", "cumuli", "sandbox", "down"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2
    assert str(folder / "state.json") in done.stderr
    (folder / "state.json").unlink()


def test_boto3_agrees_that_it_is_ec2() -> None:
    with sandbox.running("ec2") as server:
        client: Any = boto3.client(
            "ec2",
            endpoint_url=server.endpoint,
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="y",
        )
        assert client.describe_images(ImageIds=["ami-12c6146b"])["Images"]
        client.close()
