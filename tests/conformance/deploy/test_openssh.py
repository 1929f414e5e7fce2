"""Deployments by OpenSSH's own server, which nobody here wrote; the nodes are EC2's on moto, their addresses mapped."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cumuli import (
    ConnectionFailed,
    DeploymentError,
    FileDeployment,
    HostKeyRefused,
    ScriptDeployment,
    WaitFor,
    sandbox,
)
from cumuli.providers.aws.ec2.aio import AsyncEC2
from cumuli.providers.aws.ec2.client import EC2
from cumuli.testing.flavours import Flavour
from tests.conformance.deploy.daemon import SSHD, Daemon
from tests.secrets_used import AWS_KEY, AWS_SECRET
from tests.support.tiers import skip_without

pytestmark = [] if SSHD else [skip_without("OpenSSH's server", "make test-machines")]

USER = os.environ.get("USER") or "root"


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with sandbox.running("ec2") as server:
        yield server.endpoint


@pytest.fixture
def daemon(tmp_path: Path, key_folder: Path) -> Iterator[Daemon]:
    with Daemon(tmp_path / "sshd", [path.read_text() for path in key_folder.glob("*.pub")]) as daemon:
        yield daemon


@pytest.fixture
def ec2(moto: str, flavour: Flavour) -> Iterator[Any]:
    kind = AsyncEC2 if flavour.name == "async" else EC2
    client = flavour.shape(kind(AWS_KEY, AWS_SECRET, region="us-east-1", endpoint=moto, proxy=""))
    yield client
    flavour.run(client.aclose())


@pytest.fixture
def deploy(ec2: Any, daemon: Daemon, key_folder: Path, request: pytest.FixtureRequest) -> Any:
    name = request.node.name

    async def run(*steps: Any, **more: Any) -> Any:
        login = {
            "ssh_username": USER,
            "ssh_key": key_folder / "ed25519",
            "ssh_interface": lambda _: ("127.0.0.1", daemon.port),
            "ssh_host_key": daemon.host_key,
            **more,
        }
        try:
            done = await ec2.deploy_node(name, "t3.micro", "ami-12c6146b", list(steps), **login)
        except DeploymentError:
            assert [node for node in await ec2.list_nodes(name=name) if node.state == "running"] == []
            raise
        await ec2.destroy_node(done.node)
        return done

    return run


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
async def test_keys_of_each_kind(deploy: Any, key_folder: Path, kind: str) -> None:
    done = await deploy(ScriptDeployment("echo in"), ssh_key=key_folder / kind)
    assert done.steps[0].stdout == "in\n"


async def test_the_whole_way(deploy: Any, daemon: Daemon, tmp_path: Path) -> None:
    source = tmp_path / "file"
    source.write_text("content")
    target = tmp_path / "there" / "file"
    target.parent.mkdir()
    done = await deploy(
        FileDeployment(source, str(target), mode=0o640),
        ScriptDeployment(
            f"#!/bin/sh\ncat {target}; echo $SECRET | wc -c", environment={"SECRET": "word"}, sudo=USER == "root"
        ),
        WaitFor(port=daemon.port, file=str(target), command="true"),
    )
    assert done.steps[1].stdout.split() == ["content5"]
    assert target.stat().st_mode & 0o777 == 0o640


async def test_exit_3(deploy: Any) -> None:
    with pytest.raises(DeploymentError) as caught:
        await deploy(ScriptDeployment("echo so >&2; exit 3"))
    assert (caught.value.exit_code, caught.value.output) == (3, "so\n")


async def test_a_daemon_that_the_script_leaves_running(deploy: Any, tmp_path: Path) -> None:
    started = time.monotonic()
    done = await deploy(ScriptDeployment(f"sleep 60 & echo $! > {tmp_path}/pid; echo done"))
    assert time.monotonic() - started < 30
    assert done.steps[0].stdout == "done\n"
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)


async def test_a_script_that_hangs(deploy: Any, tmp_path: Path) -> None:
    script = f"trap '' TERM\nsleep 1000 &\necho $! $$ > {tmp_path}/pids\nwait; sleep 1000"
    with pytest.raises(DeploymentError, match="did not end within 1 s"):
        await deploy(ScriptDeployment(script, timeout=1))
    for pid in (tmp_path / "pids").read_text().split():
        assert gone(int(pid))


def gone(pid: int) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            if "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]:
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


async def test_a_connection_that_is_cut(deploy: Any, daemon: Daemon) -> None:
    with pytest.raises(DeploymentError, match="was lost") as caught:
        # The parent of the login's shell is the daemon's process for this connection.
        await deploy(
            ScriptDeployment(
                "p=$PPID; while :; do "
                "q=$(cut -d' ' -f4 /proc/$p/stat); "
                f"[ $q = {daemon.pid} ] && break; p=$q; done; kill -9 $p; sleep 30"
            )
        )
    assert isinstance(caught.value.__cause__, ConnectionFailed)


async def test_a_host_key_that_changed(deploy: Any, daemon: Daemon, tmp_path: Path) -> None:
    known = tmp_path / "known"
    with pytest.warns(UserWarning, match="accepting the host key"):
        await deploy(ssh_host_key="accept-new", ssh_known_hosts=known)
    daemon.new_host_key()
    with pytest.raises(DeploymentError, match="has changed") as caught:
        await deploy(ssh_host_key="accept-new", ssh_known_hosts=known)
    assert isinstance(caught.value.__cause__, HostKeyRefused)


async def test_a_tree_of_50_megabytes(deploy: Any, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for number in range(50):
        folder = tree / str(number % 7)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.bin").write_bytes(os.urandom(1024) * 1024)
    await deploy(FileDeployment(tree, str(tmp_path / "copy")))
    copied = tmp_path / "copy"
    assert {path.relative_to(copied): path.read_bytes() for path in copied.rglob("*.bin")} == {
        path.relative_to(tree): path.read_bytes() for path in tree.rglob("*.bin")
    }


async def test_a_script_that_prints_100_megabytes(deploy: Any) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = await deploy(ScriptDeployment("head -c 100000000 /dev/zero | tr '\\0' x; echo end"))
    step = done.steps[0]
    assert (step.stdout_size, step.stdout[-5:]) == (100_000_004, "xend\n")
    assert len(step.stdout) == 64 * 1024
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    assert grown < 50, f"{grown} MiB"
