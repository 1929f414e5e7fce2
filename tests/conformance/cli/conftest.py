"""The command line against moto."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest

from polycloud import sandbox
from polycloud.cli.app import run
from polycloud.sandbox import SandboxServer


class Result(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)["error"]


Cli = Callable[..., Result]


@pytest.fixture(scope="session")
def moto() -> Iterator[SandboxServer]:
    with sandbox.running("ec2") as server:
        yield server


@pytest.fixture
def settings(moto: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's own settings and credentials, and a profile ``moto``."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "POLYCLOUD_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    config = tmp_path / "config.toml"
    config.write_text(
        f'[profiles.moto]\nprovider = "ec2"\nregion = "us-east-1"\nendpoint = "{moto.endpoint}"\n'
        'key = "testing"\nsecret = "testing"\n'
    )
    config.chmod(0o600)
    monkeypatch.setenv("POLYCLOUD_CONFIG", str(config))
    return config


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], settings: Path) -> Cli:
    """Runs a command with the profile ``moto`` inside of the test."""

    def call(line: str) -> Result:
        capsys.readouterr()
        status = run(["--profile", "moto", *line.split()])
        return Result(status, *capsys.readouterr())

    return call


@pytest.fixture
def process(settings: Path) -> Cli:
    """Runs a command as a process of its own, as it would be typed."""

    def call(line: str) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "polycloud", *line.split()], capture_output=True, text=True, timeout=120
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def aws(moto: SandboxServer) -> Iterator[Any]:
    """The second pair of eyes."""
    client: Any = boto3.client(
        "ec2",
        region_name="us-east-1",
        endpoint_url=moto.endpoint,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    yield client
    client.close()
