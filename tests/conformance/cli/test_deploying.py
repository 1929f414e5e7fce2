"""``nodes deploy``, ``nodes ssh`` and ``nodes cp``, against moto; what is behind its addresses says ~/.ssh/config."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.conformance.cli.conftest import Cli
from tests.support.ssh_server import SSHServer

DEPLOY = "nodes deploy {names} --size t3.micro --image ami-12c6146b --ssh-key {key}.pub --script {script}"
KEY = asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture
def machine(tmp_path: Path, settings: Path) -> Iterator[SSHServer]:
    place = tmp_path / "machine"
    place.mkdir()
    KEY.write_private_key(tmp_path / "key")
    KEY.write_public_key(tmp_path / "key.pub")
    server = SSHServer(place, keys=(KEY.export_public_key("openssh").decode().strip(),)).start()
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text(f"Host *\n  HostName 127.0.0.1\n  Port {server.port}\n")
    yield server
    server.close()


def running(aws: Any, name: str) -> list[str]:
    filters = [{"Name": "tag:Name", "Values": [name]}, {"Name": "instance-state-name", "Values": ["running"]}]
    found = aws.describe_instances(Filters=filters)["Reservations"]
    return [each["InstanceId"] for one in found for each in one["Instances"]]


@pytest.mark.filterwarnings("ignore::cumuli.HostKeyWarning")
def test_nodes_are_deployed(cli: Cli, aws: Any, machine: SSHServer, tmp_path: Path) -> None:
    (tmp_path / "setup.sh").write_text("cat site; test ! -e stop")
    (tmp_path / "site").write_text("hello")
    line = DEPLOY.format(names="cli-web-1 cli-web-2", key=tmp_path / "key", script=tmp_path / "setup.sh")
    done = cli(f"{line} --put {tmp_path}/site=site --tag env=demo")
    assert done.status == 0, done.err
    assert sorted(line.split(" (")[0] for line in done.out.splitlines()) == ["deployed cli-web-1", "deployed cli-web-2"]
    # Without a terminal: a line for each thing that begins, with the node's name.
    told = [text for text in done.err.splitlines() if text.startswith("cli-web-1: ")]
    assert told[0] == "cli-web-1: creating"
    assert told[-1] == "cli-web-1: done"
    assert f"cli-web-1: ScriptFileDeployment {tmp_path}/setup.sh (2 of 2)" in told
    assert len(running(aws, "cli-web-1")) == 1
    found = cli(f"{line.replace('cli-web-1 cli-web-2', 'cli-web-3')} --json").json
    [one] = found["deployed"]
    assert one["steps"][0]["stdout"] == "hello"
    assert one["node"]["name"] == "cli-web-3"


@pytest.mark.filterwarnings("ignore::cumuli.HostKeyWarning")
def test_one_that_fails(cli: Cli, aws: Any, machine: SSHServer, tmp_path: Path) -> None:
    (tmp_path / "setup.sh").write_text("echo it broke >&2; exit 3")
    line = DEPLOY.format(names="cli-broken", key=tmp_path / "key", script=tmp_path / "setup.sh")
    done = cli(line)
    assert done.status == 1
    assert "failed: exit code 3" in done.err
    assert "it broke" in done.err
    assert "was destroyed" in done.err
    assert running(aws, "cli-broken") == []
    kept = cli(f"{line} --keep")
    assert "is kept, as asked" in kept.err
    assert len(running(aws, "cli-broken")) == 1


def test_ssh_and_scp_get_the_nodes_own_host_keys(
    cli: Cli, settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenSSH's programs read the settings of whoever runs the tests; what they are told is looked at."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, status in (("ssh", 7), ("scp", 0)):
        (programs / name).write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/{name}.told\nexit {status}\n')
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    node = cli("nodes create cli-ssh --size t3.micro --image ami-12c6146b --wait --json").json
    known = f"UserKnownHostsFile={tmp_path}/.local/share/cumuli/known_hosts/ec2-{node['id']}"
    [address] = node["public_ips"]
    assert cli("nodes ssh cli-ssh --user admin -- ls -l /").status == 7
    told = (tmp_path / "ssh.told").read_text().splitlines()
    alias = f"HostKeyAlias=ec2-{node['id']}"
    strict = "StrictHostKeyChecking=accept-new"
    assert told == ["-o", known, "-o", alias, "-o", strict, f"admin@{address}", "ls", "-l", "/"]
    # ssh makes no folder for what it accepts.
    assert Path(known.partition("=")[2]).parent.is_dir()
    assert cli(f"nodes cp {tmp_path}/key cli-ssh:/tmp/there").status == 0
    assert (tmp_path / "scp.told").read_text().splitlines()[-2:] == [f"{tmp_path}/key", f"root@{address}:/tmp/there"]
    assert cli("nodes cp one two").status == 2


def test_help_tells_what_there_is(cli: Cli, settings: Path) -> None:
    assert "nodes deploy" in cli("nodes deploy --help").out
