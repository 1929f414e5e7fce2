"""The command line against real servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest
import swiftclient

from cumuli import sandbox
from cumuli.cli.app import run
from cumuli.sandbox import SandboxServer
from cumuli.testing.suites.storage_target import Seen
from tests.conformance.s3.conftest import boto_client, eyes_of
from tests.secrets_used import AWS_KEY, AWS_SECRET
from tests.support.printed import Cli, Result


class Raw(NamedTuple):
    """As ``Result``, of a command that moves bytes."""

    status: int
    out: bytes
    err: str


class Cloud(NamedTuple):
    """Where the commands about objects are tried.

    Attributes:
        name: The profile's.
        seen: What the second pair of eyes sees of an object, or None.
    """

    name: str
    seen: Callable[[str, str], Seen | None]


@pytest.fixture(scope="session")
def moto() -> Iterator[SandboxServer]:
    with sandbox.running("ec2") as server:
        yield server


@pytest.fixture(scope="session")
def s3() -> Iterator[SandboxServer]:
    with sandbox.running("s3") as server:
        yield server


@pytest.fixture(scope="session")
def swift() -> Iterator[SandboxServer]:
    with sandbox.running("swift") as server:
        yield server


@pytest.fixture
def nobodys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's own settings and credentials; the config file, which is empty."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "CUMULI_", "OS_", "ST_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    config = tmp_path / "config.toml"
    config.touch(mode=0o600)
    monkeypatch.setenv("CUMULI_CONFIG", str(config))
    return config


@pytest.fixture
def settings(moto: SandboxServer, nobodys: Path) -> Path:
    """The config file, with a profile ``moto``."""
    add_profile(nobodys, "moto", {**moto.profiles["sandbox-ec2"], "key": AWS_KEY, "secret": AWS_SECRET})
    return nobodys


def add_profile(config: Path, name: str, profile: Mapping[str, object]) -> None:
    lines = [f"[profiles.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in profile.items())]
    config.write_text(config.read_text() + "\n".join(lines) + "\n")


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
            [sys.executable, "-m", "cumuli", *line.split()], capture_output=True, text=True, timeout=300
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


@pytest.fixture(params=["s3", "swift", "local"])
def cloud(request: pytest.FixtureRequest, nobodys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Each of the clouds, as a profile, and a folder to work in."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    if request.param == "s3":
        server: SandboxServer = request.getfixturevalue("s3")
        account = {"key": AWS_KEY, "secret": AWS_SECRET, "md5_etags": True}
        add_profile(nobodys, "s3x", server.profiles["sandbox-s3"] | account)
        return Cloud("s3x", eyes_of(boto_client(server.endpoint)))
    if request.param == "swift":
        server = request.getfixturevalue("swift")
        add_profile(nobodys, "swiftx", dict(server.profiles["sandbox-swift"]))
        return Cloud("swiftx", swift_eyes(server))
    root = tmp_path / "account"
    add_profile(nobodys, "disk", {"provider": "local", "root": str(root)})
    return Cloud("disk", lambda container, name: local_eyes(root / container / name))


def swift_eyes(server: SandboxServer) -> Callable[[str, str], Seen | None]:
    variables = server.environment

    def look(container: str, name: str) -> Seen | None:
        theirs = swiftclient.Connection(variables["ST_AUTH"], variables["ST_USER"], variables["ST_KEY"], retries=1)
        try:
            headers, content = theirs.get_object(container, name)
        except swiftclient.ClientException as error:
            if error.http_status == 404:
                return None
            raise
        finally:
            theirs.close()
        prefix = "x-object-meta-"
        meta_data = {key.removeprefix(prefix): value for key, value in headers.items() if key.startswith(prefix)}
        return Seen(content=content, content_type=headers["content-type"], meta_data=meta_data)

    return look


def local_eyes(path: Path) -> Seen | None:
    return Seen(content=path.read_bytes()) if path.is_file() else None


@pytest.fixture
def pc(cloud: Cloud) -> Callable[..., Raw]:
    """Runs a command as a process of its own, in the working folder."""

    def call(*words: str, stdin: bytes = b"") -> Raw:
        done = subprocess.run(
            [sys.executable, "-m", "cumuli", *words], input=stdin, capture_output=True, timeout=300, check=False
        )
        return Raw(done.returncode, done.stdout, done.stderr.decode())

    return call


@pytest.fixture
def here_at(capsys: pytest.CaptureFixture[str], nobodys: Path) -> Cli:
    """Runs a command inside of the test."""

    def call(*words: str) -> Result:
        capsys.readouterr()
        status = run(words)
        return Result(status, *capsys.readouterr())

    return call


@pytest.fixture
def here(here_at: Cli, cloud: Cloud) -> Cli:
    """As ``here_at``, once with each cloud, in the working folder."""
    return here_at
