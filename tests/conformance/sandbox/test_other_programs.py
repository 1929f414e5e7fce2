"""Unmodified programs of others, each from its package, work with nothing but what `cumuli sandbox env` prints.

cumuli is installed by pip into a fresh environment, the programs into another: they want other versions than moto.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.processes import nothing_left, with_temporary

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[3]
UV = Path(sys.executable).with_name("uv")
SCRIPT = """
import boto3
s3 = boto3.client("s3")
s3.create_bucket(Bucket="by-boto3")
s3.put_object(Bucket="by-boto3", Key="a/b", Body=b"content")
assert s3.get_object(Bucket="by-boto3", Key="a/b")["Body"].read() == b"content"
[node] = boto3.client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"]
print(node["InstanceId"])
"""

Run = Callable[..., str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("programs")


def installed(folder: Path, *arguments: str) -> Path:
    """A fresh environment, with what pip is told to install; gives its folder of programs."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run(
        [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", *arguments],
        check=True,
        cwd=ROOT,
    )
    return folder / "bin"


@pytest.fixture(scope="module")
def run(folder: Path) -> Iterator[Run]:
    """Runs a command in a shell that has read what `cumuli sandbox env` printed, and knows nothing else."""
    locked = (ROOT / "requirements" / "dev.lock").read_text()
    pins = re.findall(r"^[\w.-]+==[^\s\\]+(?: ; [^\\\n]+)?", locked, re.MULTILINE)
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(pins))
    ours = installed(folder / "cumuli", "--constraint", str(constraints), ".[sandbox,cli]")
    # The programs' own installer would take minutes for the same files.
    theirs = folder / "clients"
    subprocess.run([UV, "--quiet", "venv", "--python", sys.executable, theirs], check=True)
    lock = ["--require-hashes", "--no-deps", "-r", str(ROOT / "requirements" / "clients.lock")]
    subprocess.run([UV, "--quiet", "pip", "install", "--python", theirs / "bin" / "python", *lock], check=True)
    home = folder / "home"
    home.mkdir()
    (home / "file").write_text("sun, sand, sea")
    environment = {"PATH": f"{theirs / 'bin'}:{ours}:/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(folder)}
    if index := os.environ.get("PIP_INDEX_URL"):
        environment["PIP_INDEX_URL"] = index

    def run(command: str, *, bare: bool = False) -> str:
        shell = command if bare else f'eval "$(cumuli sandbox env)"\n{command}'
        done = subprocess.run(
            ["sh", "-e", "-c", shell], env=environment, cwd=home, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    before = with_temporary(folder)
    assert not before
    run("cumuli sandbox up", bare=True)
    try:
        yield run
    finally:
        run("cumuli sandbox down", bare=True)
        nothing_left(folder)


def test_the_aws_command_line(run: Run) -> None:
    run("aws s3 mb s3://by-aws && aws s3 cp file s3://by-aws/notes.txt")
    assert run("aws s3 cp s3://by-aws/notes.txt -") == "sun, sand, sea"
    made = json.loads(run("aws ec2 run-instances --image-id ami-12c6146b --output json"))["Instances"][0]["InstanceId"]
    assert made in run("cumuli --profile sandbox-ec2 nodes list", bare=True), "cumuli sees the same server"


def test_boto3(run: Run, folder: Path) -> None:
    (folder / "script.py").write_text(SCRIPT)
    assert run(f"{folder}/clients/bin/python {folder}/script.py").startswith("i-")


def test_the_swift_command(run: Run) -> None:
    run("swift upload by-swift file")
    assert run("swift list by-swift").split() == ["file"]
    assert run("swift download by-swift file --output -") == "sun, sand, sea"
    assert run("cumuli cat sandbox-swift:by-swift/file", bare=True) == "sun, sand, sea"


@pytest.mark.parametrize("remote", ["sandbox_s3", "sandbox_swift"])
def test_rclone(run: Run, remote: str) -> None:
    run(f"rclone mkdir {remote}:by-rclone && rclone copy file {remote}:by-rclone")
    assert run(f"rclone lsf {remote}:by-rclone").split() == ["file"]
    assert run(f"rclone cat {remote}:by-rclone/file") == "sun, sand, sea"


def test_the_openstack_command_reaches_swift(run: Run) -> None:
    run("openstack container create by-openstack && openstack object create by-openstack file")
    [found] = json.loads(run("openstack object list by-openstack -f json"))
    assert found["Name"] == "file"


def test_a_bad_day(run: Run) -> None:
    """The AWS command line tries again, and stores what it was told to."""
    command = "aws s3 mb s3://bad-day && aws s3 cp file s3://bad-day/x && aws s3 cp s3://bad-day/x -"
    words = "503=0.3,reset=0.1,slow=5ms"
    told = run(f"cumuli sandbox run s3 --faults {words} --seed 3 -- sh -e -c '{command}'", bare=True)
    assert told.endswith("sun, sand, sea")
