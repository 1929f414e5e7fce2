"""What only machines do: host keys, logging in, user data, ports, and what is said when something is missing."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cumuli.compute.auth import SSHKey
from cumuli.compute.models import NodeState
from cumuli.deploy.steps import ScriptDeployment
from cumuli.errors import Conflict, InvalidRequest, NodeNotFound, ProviderUnavailable, VolumeNotFound
from cumuli.providers.machines.aio import AsyncLocalMachines
from cumuli.providers.machines.client import LocalMachines
from cumuli.providers.machines.models import LocalMachine, ssh_address
from cumuli.runtime.ssh.login import HostKeyWarning
from cumuli.testing.flavours import Flavour, eventually
from tests.conformance.machines.conftest import Podman

WITHIN = 60.0
SCRIPT = '#!/bin/sh\nmkdir -p /srv/web\necho "hello from $(hostname)" > /srv/web/index.html\n'
SERVE = "nohup python3 -m http.server --directory /srv/web 80 > /dev/null 2>&1 < /dev/null & echo started"


@pytest.fixture
def cloud(endpoint: str, flavour: Flavour) -> Iterator[Any]:
    make = AsyncLocalMachines if flavour.name == "async" else LocalMachines
    client = flavour.shape(make(endpoint=endpoint))
    yield client
    flavour.run(client.aclose())


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


@pytest.fixture
def login(tmp_path: Path, key: Path) -> Callable[..., str]:
    """OpenSSH's client, which trusts the host keys that cumuli told and no others."""

    def call(node: LocalMachine, host_keys: tuple[str, ...], command: str, *, user: str = "root") -> str:
        [address] = node.private_ips
        known = tmp_path / "known"
        known.write_text("".join(f"{address} {line}\n" for line in host_keys))
        options = {
            "BatchMode": "yes",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": str(known),
            "IdentityFile": str(key),
            "ConnectTimeout": "20",
            # The sshd opens its port within a second of its host keys.
            "ConnectionAttempts": "20",
        }
        given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        done = subprocess.run(
            ["ssh", "-F", "none", *given, f"{user}@{address}", command], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return call


@pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh")
async def test_a_machine_is_logged_in_to_by_the_keys_that_are_told(
    cloud: Any, flavour: Flavour, image: str, key: Path, login: Callable[..., str]
) -> None:
    public = SSHKey(key.with_suffix(".pub").read_text())
    node = await cloud.create_node("Web 1!", "small", image, auth=public, ex_userdata=SCRIPT, ex_ports=[80])
    try:
        keys = await cloud.ex_host_keys(node)
        assert {line.split()[0] for line in keys} == {"ssh-ed25519", "ecdsa-sha2-nistp256"}
        assert login(node, keys, "hostname; id -u").split() == ["web-1", "0"]
        assert login(node, keys, "sudo id -u", user="debian") == "0"
        # The script has run once, and a port of this computer leads to what it made.
        assert login(node, keys, SERVE) == "started"

        async def page() -> str:
            connection = http.client.HTTPConnection("127.0.0.1", node.ports[80], timeout=10)
            try:
                connection.request("GET", "/")
                return connection.getresponse().read().decode()
            except OSError as error:
                return str(error)
            finally:
                connection.close()

        await eventually(flavour, page, lambda text: text == "hello from web-1\n", within=WITHIN)
        # A restart keeps files and host keys; the address may be another one.
        await cloud.reboot_node(node)
        node = await cloud.get_node(node)
        assert await cloud.ex_host_keys(node) == keys
        assert login(node, keys, "cat /srv/web/index.html") == "hello from web-1"
        assert "Accepted publickey for root" in await cloud.ex_get_console_output(node)
        # And so does one from within.
        login(node, keys, "(sleep 0.2; reboot) > /dev/null 2>&1 & exit 0")

        async def processes() -> int:
            return (await cloud.ex_get_console_output(node)).count("Server listening on 0.0.0.0")

        await eventually(flavour, processes, lambda count: count == 3, within=WITHIN)
        await cloud.stop_node(node)
        stopped = await cloud.get_node(node)
        assert (stopped.state, stopped.state_reason, stopped.private_ips) == (NodeState.STOPPED, None, ())
    finally:
        await cloud.destroy_node(node)


async def test_user_data_that_nobody_would_read_is_refused_and_nothing_is_left(
    cloud: Any, image: str, podman: Podman
) -> None:
    name = "cumuli-userdata-refused"
    with pytest.raises(InvalidRequest, match="no cloud-init"):
        await cloud.create_node(name, "small", image, ex_userdata="#cloud-config\npackages: [nginx]\n")
    assert name not in podman("ps", "--all")
    for port in (0, 65536):
        with pytest.raises(InvalidRequest, match="is no port"):
            await cloud.create_node(name, "small", image, ex_ports=[port])


async def test_an_image_without_an_sshd_says_so(cloud: Any, flavour: Flavour, image: str, podman: Podman) -> None:
    """``podman`` makes one; the machine of it fails, and tells why."""
    name = f"localhost/cumuli/no-sshd-{flavour.name}"
    container = podman("create", image, "true").strip()
    podman("rm", container)
    made = podman("run", "--detach", "--network", "none", image, "rm", "/usr/sbin/sshd").strip()
    podman("wait", made)
    podman("commit", "--quiet", made, name)
    node = None
    try:
        [bare] = [each for each in await cloud.list_images() if each.name == f"{name}:latest"]
        node = await cloud.create_node("bare", "small", bare)

        async def looked() -> LocalMachine:
            found: LocalMachine = await cloud.get_node(node)
            return found

        seen = await eventually(flavour, looked, lambda seen: seen.state is NodeState.ERROR, within=WITHIN)
        assert "ex_get_console_output" in str(seen.state_reason)
        assert "no /usr/sbin/sshd" in await cloud.ex_get_console_output(node)
        with pytest.raises(Conflict, match="has never been up"):
            await cloud.ex_host_keys(node)
    finally:
        if node is not None:
            await cloud.destroy_node(node)
        podman("rm", "--force", made)
        podman("rmi", "--force", name)


async def test_limits_are_those_of_the_size(cloud: Any, image: str, podman: Podman) -> None:
    node = await cloud.create_node("limits", "tiny", image)
    try:
        [found] = json.loads(podman("container", "inspect", node.id))
        assert found["HostConfig"]["Memory"] == 256 * 2**20
        assert found["HostConfig"]["CpuQuota"] == found["HostConfig"]["CpuPeriod"] / 2
        assert found["Name"] == node.container
        assert found["Config"]["Hostname"] == "limits"
    finally:
        await cloud.destroy_node(node)


def use(key: Path, private: str) -> None:
    """Log in by this key from now on; OpenSSH goes by the public half beside it, if there is one."""
    key.with_suffix(".pub").unlink()
    key.write_text(private)


@pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh")
async def test_a_volume_outlives_the_machine_and_a_key_pair_opens_it(
    cloud: Any, image: str, key: Path, login: Callable[..., str]
) -> None:
    name = f"cumuli-key-of-{id(cloud):x}"
    pair = await cloud.create_key_pair(name)
    use(key, pair.private_key.reveal())
    volume = await cloud.create_volume(1, "data")
    try:
        for command in ("echo kept > /data/file", "cat /data/file"):
            node = await cloud.create_node("db", "small", image, ex_keyname=pair, ex_volumes={"/data": volume})
            try:
                said = login(node, await cloud.ex_host_keys(node), command)
                assert (await cloud.get_volume(volume)).attached_to == (node.id,)
                assert [each.id for each in await cloud.list_volumes(node=node)] == [volume.id]
                with pytest.raises(Conflict):
                    await cloud.destroy_volume(volume)
            finally:
                await cloud.destroy_node(node)
        assert said == "kept"
        with pytest.raises(VolumeNotFound):
            await cloud.create_node("db", "small", image, ex_volumes={"/data": "cumuli-no-such-volume"})
        for folder in ("data", "/da:ta"):
            with pytest.raises(InvalidRequest, match="absolute path"):
                await cloud.create_node("db", "small", image, ex_volumes={folder: volume})
    finally:
        await cloud.destroy_volume(volume)
        await cloud.delete_key_pair(pair)


async def test_what_cumuli_has_not_made_is_left_alone(cloud: Any, podman: Podman, flavour: Flavour) -> None:
    name = f"somebody-elses-{flavour.name}"
    podman("volume", "create", name)
    try:
        assert name not in {volume.id for volume in await cloud.list_volumes()}
        with pytest.raises(VolumeNotFound, match="not made by cumuli"):
            await cloud.destroy_volume(name)
        assert name in podman("volume", "ls")
    finally:
        podman("volume", "rm", name)


async def test_containers_of_others_are_no_machines(cloud: Any, podman: Podman, flavour: Flavour, image: str) -> None:
    """Podman itself takes their names, and the beginning of any id, for that of a container to be removed."""
    name = f"somebody-elses-machine-{flavour.name}"
    theirs = podman("run", "--detach", "--name", name, image, "sleep", "1000").strip()
    try:
        for verb in (
            cloud.destroy_node,
            cloud.stop_node,
            cloud.start_node,
            cloud.reboot_node,
            cloud.ex_get_console_output,
        ):
            for node_id in (name, theirs, theirs[:6]):
                with pytest.raises(NodeNotFound):
                    await verb(node_id)
        assert podman("inspect", "--format", "{{.State.Status}}", name).strip() == "running"
    finally:
        podman("rm", "--force", "--time", "0", name)


@pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh")
async def test_a_machine_of_an_image_has_its_files_and_keys_and_tags_of_its_own(
    cloud: Any, image: str, key: Path, login: Callable[..., str]
) -> None:
    public = SSHKey(key.with_suffix(".pub").read_text())
    first = await cloud.create_node("first", "small", image, auth=public, tags={"first": "yes"})
    made = second = None
    try:
        keys = await cloud.ex_host_keys(first)
        login(first, keys, "echo mine > /root/file")
        made = await cloud.create_image(first, "Mine, with %41 & spaces", description="what it says: 100 %")
        assert (made.name, made.description) == ("Mine, with %41 & spaces", "what it says: 100 %")
        second = await cloud.create_node("second", "small", made, auth=public)
        assert second.tags == {}
        others = await cloud.ex_host_keys(second)
        assert not set(others) & set(keys)
        assert login(second, others, "cat /root/file; hostname").split() == ["mine", "second"]
        with pytest.raises(Conflict):
            await cloud.delete_image(made)
    finally:
        for node in filter(None, (first, second)):
            await cloud.destroy_node(node)
        if made is not None:
            await cloud.delete_image(made)


async def test_an_archive_becomes_an_image(cloud: Any, tmp_path: Path) -> None:
    path = tmp_path / "root.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("hello"))
    made = await cloud.ex_import_image(path, "An archive's")
    try:
        assert made.name == "An archive's"
        assert made in await cloud.list_images(owner="self")
    finally:
        await cloud.delete_image(made)
    with pytest.raises(ProviderUnavailable):
        await cloud.ex_import_image(b"this is no archive", "none")


@pytest.mark.parametrize("interface", ["private", ssh_address], ids=["private", "ssh_address"])
async def test_a_machine_is_deployed_by_its_own_host_keys(
    cloud: Any, image: str, key: Path, tmp_path: Path, interface: Any, recwarn: pytest.WarningsRecorder
) -> None:
    public = SSHKey(key.with_suffix(".pub").read_text())
    script = ScriptDeployment("hostname; id -un")
    done = await cloud.deploy_node(
        "deployed", "small", image, script, auth=public, ssh_key=key, ssh_interface=interface,
        ssh_known_hosts=tmp_path / "known_hosts",
    )  # fmt: skip
    try:
        [result] = done.steps
        assert result.stdout.split() == ["deployed", "root"]
        # What podman tells of host keys leaves nothing to be trusted at first sight.
        assert not [warned for warned in recwarn if issubclass(warned.category, HostKeyWarning)]
    finally:
        await cloud.destroy_node(done.node)


async def test_a_public_address_is_not_waited_for(cloud: Any, image: str) -> None:
    with pytest.raises(InvalidRequest, match='ssh_interface="private"'):
        await cloud.deploy_node("never", "small", image)
