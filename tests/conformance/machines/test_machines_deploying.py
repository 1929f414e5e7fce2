"""Deployments of machines that are real: containers with OpenSSH's server, whose host keys podman tells."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cumuli import (
    Deployment,
    DeploymentError,
    MultiStepDeployment,
    Password,
    Reboot,
    ScriptDeployment,
    SSHKey,
    WaitFor,
)
from cumuli.providers.machines.aio import AsyncLocalMachines
from cumuli.providers.machines.client import LocalMachines
from cumuli.testing.flavours import Flavour

SERVER = "apt-get --version > /dev/null; mkdir -p /srv/web; echo hello > /srv/web/index.html\n"


@pytest.fixture
def cloud(endpoint: str, flavour: Flavour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    make = AsyncLocalMachines if flavour.name == "async" else LocalMachines
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    client = flavour.shape(make(endpoint=endpoint))
    yield client
    flavour.run(client.aclose())


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


@pytest.fixture
def login(key: Path) -> dict[str, Any]:
    """No warning about host keys, which would be an error here: podman tells them."""
    return {
        "auth": SSHKey(key.with_suffix(".pub").read_text()),
        "ssh_key": key,
        "ssh_interface": "private",
        "ssh_host_key": "strict",
    }


@pytest.fixture
def name(flavour: Flavour, request: pytest.FixtureRequest) -> str:
    return f"deploy-{request.node.originalname}-{flavour.name}"


async def left(cloud: Any, name: str) -> list[str]:
    return [node.name for node in await cloud.list_nodes() if node.name.startswith(name)]


async def test_a_reboot_a_daemon_and_another_user(cloud: Any, image: str, name: str, login: dict[str, Any]) -> None:
    serve = "nohup python3 -m http.server --directory /srv/web 8000 > /dev/null 2>&1 < /dev/null &"
    done = await cloud.deploy_node(
        name,
        "small",
        image,
        MultiStepDeployment(
            [
                ScriptDeployment(SERVER),
                Reboot(timeout=120),
                ScriptDeployment(serve),
                WaitFor(port=8000, file="/srv/web/index.html", timeout=60),
                ScriptDeployment(
                    "useradd -m -p '*' someone && mkdir -p ~someone/.ssh && "
                    "cp ~/.ssh/authorized_keys ~someone/.ssh/ && chown -R someone: ~someone/.ssh"
                ),
            ]
        ),
        **login,
    )
    try:
        assert [step.exit_code for step in done.steps if step.step == "ScriptDeployment"] == [0, 0, 0]
        del login["auth"]
        who = await cloud.deploy(done.node, ScriptDeployment("id -un"), ssh_username="someone", **login)
        assert who.steps[0].stdout == "someone\n"
        with pytest.raises(DeploymentError, match="exit code"):
            # There is no sudo for that user; and deploy keeps the machine.
            await cloud.deploy(done.node, ScriptDeployment("true", sudo=True), ssh_username="someone", **login)
    finally:
        await cloud.destroy_node(done.node)
    assert await left(cloud, name) == []


async def test_passwords(cloud: Any, image: str, name: str) -> None:
    done = await cloud.deploy_node(
        name,
        "small",
        image,
        ScriptDeployment("id -un", sudo=True),
        auth=Password("correct horse"),
        ssh_interface="private",
    )
    assert done.steps[0].stdout == "root\n"
    await cloud.destroy_node(done.node)


async def test_a_failure_leaves_no_machine(cloud: Any, image: str, name: str, login: dict[str, Any]) -> None:
    for script, words in (("exit 3", "exit code 3"), ("sleep 1000", "did not end within")):
        with pytest.raises(DeploymentError, match=words) as caught:
            await cloud.deploy_node(name, "small", image, ScriptDeployment(script, timeout=2), **login)
        assert caught.value.destroyed
    assert await left(cloud, name) == []


async def test_a_machine_that_dies_while_a_script_runs(
    cloud: Any, image: str, name: str, login: dict[str, Any], podman: Any
) -> None:
    def kill(progress: Any) -> None:
        if progress.phase == "running":
            podman("kill", progress.node)

    started = time.monotonic()
    with pytest.raises(DeploymentError, match=r"was lost.*will not answer: it is stopped"):
        await cloud.deploy_node(name, "small", image, ScriptDeployment("sleep 100"), on_progress=kill, **login)
    assert time.monotonic() - started < 90
    assert await left(cloud, name) == []


async def test_five_at_once(cloud: Any, image: str, name: str, login: dict[str, Any], flavour: Flavour) -> None:
    real = cloud if flavour.name == "async" else cloud._client
    found = await cloud.deploy_nodes(
        [
            partial(
                real.deploy_node, f"{name}-{number}", "small", image, ScriptDeployment(f"test {number} != 2"), **login
            )
            for number in range(5)
        ]
    )
    assert [isinstance(each, Deployment) for each in found] == [True, True, False, True, True]
    assert sorted(await left(cloud, name)) == [f"{name}-{number}" for number in (0, 1, 3, 4)]
    for each in found:
        if isinstance(each, Deployment):
            await cloud.destroy_node(each.node)


async def test_the_time_of_true(cloud: Any, image: str, name: str, login: dict[str, Any]) -> None:
    """The figure of docs/guide/deploy.md; bounded by seconds above it."""
    started = time.monotonic()
    done = await cloud.deploy_node(name, "small", image, ScriptDeployment("true"), **login)
    took = time.monotonic() - started
    await cloud.destroy_node(done.node)
    print(f"from deploy_node to a finished true: {took:.2f} s")
    assert took < 60
