"""Deployments of EC2's nodes, which are moto's; the machine behind their addresses is a server on loopback."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from cumuli import CloudInit, DeploymentError, InvalidRequest, ScriptDeployment, SSHKey
from cumuli.providers.aws.ec2.instances import Instances
from cumuli.providers.aws.ec2.models import ConsoleOutput
from tests.support.ssh_server import SSHServer

KEY = asyncssh.generate_private_key("ssh-ed25519")
PUBLIC = KEY.export_public_key("openssh").decode().strip()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HOME", str(tmp_path))
    place = tmp_path / "machine"
    place.mkdir()
    server = SSHServer(place, keys=(PUBLIC,)).start()
    yield server
    server.close()


@pytest.fixture
def login(machine: SSHServer, tmp_path: Path) -> dict[str, Any]:
    KEY.write_private_key(tmp_path / "key")
    return {"ssh_key": tmp_path / "key", "ssh_interface": lambda node: node.public_ips and ("127.0.0.1", machine.port)}


async def left(ec2: Any, name: str) -> list[Any]:
    return [node for node in await ec2.list_nodes(name=name) if node.state not in {"terminated", "stopping"}]


async def test_the_console_tells_the_host_key(
    ec2: Any,
    image: str,
    name: str,
    machine: SSHServer,
    login: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    boto: Any,
) -> None:
    """No warning, which would be an error here. EC2's own arguments go along. Moto's console is a fixed text."""

    async def console(self: Any, node_id: str, *, latest: bool) -> ConsoleOutput:
        assert latest
        text = f"boot\n-----BEGIN SSH HOST KEY KEYS-----\n{machine.host_key_line}\n-----END SSH HOST KEY KEYS-----\n"
        return ConsoleOutput(node=node_id, output=text, timestamp=None)

    monkeypatch.setattr(Instances, "get_console_output", console)
    machine.on_command = lambda command: b"" if "cloud-init" in command else None
    done = await ec2.deploy_node(
        name,
        "t3.micro",
        image,
        [CloudInit("#cloud-config\n"), ScriptDeployment("echo configured")],
        auth=SSHKey(PUBLIC),
        tags={"env": "test"},
        ex_metadata={"more": "tags"},
        ssh_host_key="strict",
        **login,
    )
    assert done.steps[-1].stdout == "configured\n"
    assert {"env": "test", "more": "tags"}.items() <= done.node.tags.items()
    told = boto.describe_instance_attribute(InstanceId=done.node.id, Attribute="userData")
    assert base64.b64decode(told["UserData"]["Value"]) == b"#cloud-config\n"
    with pytest.raises(InvalidRequest, match="user data once"):
        await ec2.deploy_node(name, "t3.micro", image, CloudInit("x"), ex_userdata="y", **login)
    await ec2.destroy_node(done.node)


async def test_a_failure_leaves_no_node(
    ec2: Any, image: str, name: str, machine: SSHServer, login: dict[str, Any]
) -> None:
    login["ssh_host_key"] = machine.host_key_line
    with pytest.raises(DeploymentError, match="exit code 3") as caught:
        await ec2.deploy_node(name, "t3.micro", image, ScriptDeployment("exit 3"), **login)
    assert caught.value.destroyed
    assert await left(ec2, name) == []
