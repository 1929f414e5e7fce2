"""Who is let in, and whose host key is believed."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import asyncssh
import pytest

import cumuli.runtime.ssh.library
from cumuli import (
    AuthenticationError,
    ConfigurationError,
    DeploymentError,
    HostKeyRefused,
    HostKeyWarning,
    Password,
    ScriptDeployment,
    Secret,
    SSHKey,
)
from tests.support.ssh_server import SSHServer

WHO = ScriptDeployment("echo in")


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
async def test_keys_of_each_kind(compute: Any, login: dict[str, Any], key_folder: Path, kind: str) -> None:
    text = Secret((key_folder / kind).read_text())
    for key in (key_folder / kind, text):
        done = await compute.deploy_node("web", "small", "debian", WHO, **{**login, "ssh_key": key})
        assert done.steps[0].stdout == "in\n"


async def test_an_encrypted_key(compute: Any, login: dict[str, Any], key_folder: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.write_bytes(
        asyncssh.read_private_key(key_folder / "ed25519").export_private_key("pkcs8-pem", passphrase="opens")
    )
    await compute.deploy_node("web", "small", "debian", **{**login, "ssh_key": locked, "ssh_key_password": "opens"})
    with pytest.raises(ConfigurationError, match="encrypted: give ssh_key_password="):
        await compute.deploy_node("no", "small", "debian", **{**login, "ssh_key": locked})
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        await compute.deploy_node("no", "small", "debian", **{**login, "ssh_key": tmp_path / "nowhere"})
    assert [node.name for node in await compute.list_nodes()] == ["web"]


async def test_the_key_of_habit(compute: Any, login: dict[str, Any], key_folder: Path, at_home: Path) -> None:
    (at_home / ".ssh").mkdir()
    (at_home / ".ssh" / "id_ed25519").write_text((key_folder / "ed25519").read_text())
    auth = SSHKey((key_folder / "ed25519.pub").read_text())
    done = await compute.deploy_node("web", "small", "debian", WHO, auth=auth, **{**login, "ssh_key": None})
    assert done.steps[0].exit_code == 0


async def test_passwords(compute: Any, machine: SSHServer, login: dict[str, Any]) -> None:
    del login["ssh_key"]
    done = await compute.deploy_node("web", "small", "debian", WHO, **login)  # the one that the provider made
    assert done.node.password is not None
    machine.password = lambda user, password: (user, password) == ("root", "my own")
    await compute.deploy_node("web", "small", "debian", WHO, auth=Password("my own"), **login)
    await compute.deploy_node("web", "small", "debian", WHO, ssh_password="my own", **login)


async def test_other_users_are_tried(compute: Any, machine: SSHServer, login: dict[str, Any]) -> None:
    machine.refused, machine.turned_away = ("nobody",), ("root",)
    names = {"ssh_username": "root", "ssh_alternate_usernames": ["nobody", "debian"]}
    done = await compute.deploy_node("web", "small", "debian", WHO, **login, **names)
    assert done.username == "debian"
    assert done.steps[0].stdout == "in\n"


async def test_a_key_that_is_not_let_in(
    compute: Any, machine: SSHServer, login: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cumuli.compute.deploying.LET_IN_WITHIN", 0.5)
    machine.keys, machine.password = (), lambda *_: False
    with pytest.raises(DeploymentError, match="does not let root in with these keys") as caught:
        await compute.deploy_node("web", "small", "debian", WHO, **login)
    assert isinstance(caught.value.__cause__, AuthenticationError)
    assert await compute.list_nodes() == []


async def test_a_jump_host_of_the_users_config(
    compute: Any, machine: SSHServer, login: dict[str, Any], at_home: Path, key_folder: Path, tmp_path: Path
) -> None:
    place = tmp_path / "jump"
    place.mkdir()
    jump = SSHServer(place, keys=machine.keys).start()
    try:
        (at_home / ".ssh").mkdir()
        (at_home / ".ssh" / "config").write_text(
            f"Host jump\n  HostName 127.0.0.1\n  Port {jump.port}\n  User hopper\n  IdentityFile {key_folder}/rsa\n"
            f"Host 127.0.0.*\n  ProxyJump jump\n".replace("Host 127.0.0.*", "Host localhost")
        )
        (at_home / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{jump.port} {jump.host_key_line}\n")
        login["ssh_interface"] = lambda _: ("localhost", machine.port)
        done = await compute.deploy_node("web", "small", "debian", WHO, **login)
        assert done.steps[0].stdout == "in\n"
        assert set(jump.users) == {"hopper"}
    finally:
        jump.close()


async def test_the_first_key_is_taken_into_the_nodes_own_file_with_a_warning(
    compute: Any, machine: SSHServer, login: dict[str, Any], at_home: Path
) -> None:
    del login["ssh_host_key"]
    with pytest.warns(HostKeyWarning, match=r"accepting the host key SHA256:.* of web \(node-1\) at 127.0.0.1"):
        done = await compute.deploy_node("web", "small", "debian", WHO, **login)
    assert done.known_hosts == str(at_home / ".local/share/cumuli/known_hosts/memory-node-1")
    key = " ".join(machine.host_key_line.split()[:2])
    assert (
        at_home / ".local/share/cumuli/known_hosts/memory-node-1"
    ).read_text() == f"[127.0.0.1]:{machine.port},memory-node-1 {key}\n"
    # Known from now on: no warning, which would be an error here.
    await compute.deploy(done.node, WHO, **login)
    machine.stop()
    machine.host_key = asyncssh.generate_private_key("ssh-ed25519")
    machine.start()
    commands = len(machine.commands)
    with pytest.raises(DeploymentError, match="has changed to SHA256:") as caught:
        await compute.deploy(done.node, WHO, **login)
    assert isinstance(caught.value.__cause__, HostKeyRefused)
    assert len(machine.commands) == commands
    assert len(await compute.list_nodes()) == 1  # deploy destroys nothing


async def test_keys_that_were_told_are_in_the_nodes_own_file(
    compute: Any, machine: SSHServer, login: dict[str, Any], at_home: Path, tmp_path: Path
) -> None:
    """``nodes ssh``, and whoever takes ``known_hosts`` from the result, would else accept any key."""
    done = await compute.deploy_node("web", "small", "debian", WHO, **login)
    known = at_home / ".local/share/cumuli/known_hosts/memory-node-1"
    assert done.known_hosts == str(known)
    key = " ".join(machine.host_key_line.split()[:2])
    assert known.read_text() == f"[127.0.0.1]:{machine.port},memory-node-1 {key}\n"
    # Told again after the machine was made anew: the old one is not believed any more.
    machine.stop()
    machine.host_key = asyncssh.generate_private_key("ssh-ed25519")
    machine.start()
    await compute.deploy(done.node, WHO, **{**login, "ssh_host_key": machine.host_key_line})
    assert key not in known.read_text()
    assert len(known.read_text().splitlines()) == 1
    # What is in a file of the caller's stays.
    theirs = tmp_path / "theirs"
    theirs.write_text(f"other {key}\n")
    await compute.deploy(done.node, WHO, **{**login, "ssh_host_key": machine.host_key_line, "ssh_known_hosts": theirs})
    assert theirs.read_text() == f"other {key}\n"


async def test_a_new_node_does_not_inherit_the_keys_of_another_with_its_id(
    compute: Any, machine: SSHServer, login: dict[str, Any], at_home: Path
) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key("openssh").decode()
    known = at_home / ".local/share/cumuli/known_hosts/memory-node-1"
    known.parent.mkdir(parents=True)
    known.write_text(f"somewhere {other}")
    del login["ssh_host_key"]
    with pytest.warns(HostKeyWarning):
        await compute.deploy_node("web", "small", "debian", WHO, **login)
    assert machine.host_key_line.split()[1] in known.read_text()


async def test_the_warning_can_be_an_error(compute: Any, machine: SSHServer, login: dict[str, Any]) -> None:
    del login["ssh_host_key"]
    with warnings.catch_warnings():
        warnings.simplefilter("error", HostKeyWarning)
        with pytest.raises(DeploymentError) as caught:
            await compute.deploy_node("web", "small", "debian", WHO, **login)
    assert isinstance(caught.value.__cause__, HostKeyWarning)
    assert machine.commands == []
    assert await compute.list_nodes() == []


async def test_only_keys_that_somebody_told(compute: Any, machine: SSHServer, login: dict[str, Any]) -> None:
    with pytest.raises(DeploymentError, match="nobody has told the host key of web"):
        await compute.deploy_node(
            "web", "small", "debian", WHO, **{**login, "ssh_host_key": "strict", "ssh_timeout": 1}
        )
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key("openssh").decode()
    with pytest.raises(DeploymentError, match="none of those that were told"):
        await compute.deploy_node("web", "small", "debian", WHO, **{**login, "ssh_host_key": other})
    with pytest.raises(ConfigurationError, match="no host key"):
        await compute.deploy_node("web", "small", "debian", WHO, **{**login, "ssh_host_key": "yes please"})
    assert machine.commands == []
    assert await compute.list_nodes() == []


async def test_without_the_extra(compute: Any, login: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cumuli.runtime.ssh.library, "find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match=r"SSH needs asyncssh, .* pip install .*\[ssh\]"):
        await compute.deploy_node("web", "small", "debian", WHO, **login)
    assert await compute.list_nodes() == []
