"""What each kind of step does on the machine, and what is kept of it."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from cumuli import (
    CloudInit,
    DeploymentError,
    FileDeployment,
    InvalidRequest,
    MultiStepDeployment,
    NotSupported,
    Reboot,
    ScriptDeployment,
    ScriptFileDeployment,
    Secret,
    SSHKeyDeployment,
    WaitFor,
)
from cumuli.testing.flavours import Flavour
from tests.support.ssh_server import SSHServer

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPF me@example.org"


@pytest.fixture
def deploy(compute: Any, login: dict[str, Any]) -> Any:
    """Runs steps on a new machine."""

    async def run(*steps: Any, **more: Any) -> Any:
        return (await compute.deploy_node("web", "small", "debian", steps, **{**login, **more})).steps

    return run


async def test_a_key_is_added_once(deploy: Any, machine: SSHServer) -> None:
    place = machine.home / ".ssh" / "authorized_keys"
    await deploy(SSHKeyDeployment(KEY), SSHKeyDeployment(KEY))
    assert place.read_text() == f"{KEY}\n"
    assert place.stat().st_mode & 0o777 == 0o600
    place.write_text("somebody's without an end")
    await deploy(SSHKeyDeployment(KEY))
    assert place.read_text() == f"somebody's without an end\n{KEY}\n"


async def test_files_and_trees_with_their_modes(deploy: Any, machine: SSHServer, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "deep" / "er").mkdir(parents=True)
    (tree / "deep" / "er" / "run.sh").write_bytes(b"#!/bin/sh\n")
    (tree / "deep" / "er" / "run.sh").chmod(0o750)
    (tree / "data").write_bytes(bytes(range(256)) * 1000)
    (tree / "link").symlink_to("data")
    tree.chmod(0o711)
    await deploy(
        FileDeployment(tree, "there"),
        FileDeployment(tree / "data", "secret", mode=0o600),
        FileDeployment(tree, "there"),  # again: into the same place, not into itself
    )
    there = machine.home / "there"
    assert sorted(str(path.relative_to(there)) for path in there.rglob("*")) == [
        "data",
        "deep",
        "deep/er",
        "deep/er/run.sh",
        "link",
    ]
    assert (there / "data").read_bytes() == (tree / "data").read_bytes()
    assert (there / "link").readlink() == Path("data")
    assert (there / "deep" / "er" / "run.sh").stat().st_mode & 0o777 == 0o750
    assert there.stat().st_mode & 0o777 == 0o711
    assert (machine.home / "secret").stat().st_mode & 0o777 == 0o600


async def test_a_secret_file_is_never_open_to_others(
    deploy: Any, machine: SSHServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: dict[str, Any] = {}
    original = asyncssh.SFTPServer.open

    def note(self: Any, path: bytes, pflags: int, attrs: Any) -> Any:
        opened.setdefault(path.decode(), attrs.permissions)
        return original(self, path, pflags, attrs)

    monkeypatch.setattr(asyncssh.SFTPServer, "open", note)
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "key").write_text("private")
    (tree / "key").chmod(0o600)
    (tree / "page").write_text("public")
    (tree / "page").chmod(0o644)
    await deploy(
        FileDeployment(tree, "tree"), FileDeployment(tree / "key", "one"), FileDeployment(tree / "page", "two", 0o400)
    )
    assert {name for name, mode in opened.items() if mode == 0o600} == {"tree/key", "one", "two"}
    assert (machine.home / "two").stat().st_mode & 0o777 == 0o400
    assert (machine.home / "tree" / "key").read_text() == "private"


async def test_pipes_are_not_waited_for(deploy: Any, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    os.mkfifo(tree / "pipe")
    with pytest.raises(InvalidRequest, match="neither a file nor a folder"):
        await deploy(FileDeployment(tree / "pipe", "pipe"))
    with pytest.raises(DeploymentError, match="tree/pipe' cannot be copied: it is neither"):
        await deploy(FileDeployment(tree, "tree"))


async def test_a_script_in_a_file(deploy: Any, machine: SSHServer, tmp_path: Path) -> None:
    script = tmp_path / "setup.sh"
    script.write_text('#!/bin/sh\nprintf "%s|" "$0" "$@"\n')
    pieces: list[Any] = []
    [step] = await deploy(
        ScriptFileDeployment(script, ["a b", "c'd"], "kept.sh", on_output=lambda *piece: pieces.append(piece))
    )
    assert step.stdout == "./kept.sh|a b|c'd|"
    assert step.step == f"ScriptFileDeployment {script}"
    assert "".join(text for name, text in pieces if name == "stdout") == step.stdout
    assert (machine.home / "kept.sh").stat().st_mode & 0o777 == 0o700
    await deploy(ScriptFileDeployment(script, (), "kept.sh", delete=True))
    assert not (machine.home / "kept.sh").exists()


async def test_a_script_is_removed_also_if_the_time_is_up(
    compute: Any, login: dict[str, Any], machine: SSHServer
) -> None:
    """Scripts hold passwords."""
    with pytest.raises(DeploymentError, match="time"):
        await compute.deploy_node(
            "web",
            "small",
            "debian",
            ScriptDeployment("touch begun; exec sleep 1000"),
            **{**login, "timeout": 3},
            on_failure="keep",
        )
    assert [path.name for path in machine.home.iterdir()] == ["begun"]


async def test_a_slow_listener_is_told_everything(deploy: Any) -> None:
    """Longer than a command's output is waited for when something that it left running holds that open."""
    told: list[str] = []

    def listen(_: str, text: str) -> None:
        told.append(text)
        time.sleep(0.2)

    [step] = await deploy(ScriptDeployment("head -c 700000 /dev/zero | tr '\\0' x; echo end", on_output=listen))
    assert step.stdout_size == 700_004
    assert "".join(told).endswith("xend\n")


async def test_several_steps_as_one(deploy: Any, machine: SSHServer) -> None:
    steps = await deploy(
        MultiStepDeployment([ScriptDeployment("echo 1"), MultiStepDeployment([ScriptDeployment("echo 2")])]),
        ScriptDeployment("echo 3"),
    )
    assert [step.stdout for step in steps] == ["1\n", "2\n", "3\n"]


async def test_a_function_of_ones_own(deploy: Any, machine: SSHServer, flavour: Flavour, tmp_path: Path) -> None:
    if flavour.name == "async":

        async def own(connection: Any) -> None:
            done = await connection.run(["cat"], stdin="given")
            await connection.write(done.stdout * 2, "twice", mode=0o640)
            assert await connection.read("twice") == b"givengiven"
            await connection.get("twice", tmp_path / "back")
            assert (await connection.run("exit 7")).exit_code == 7
            assert connection.username == "root"
    else:

        def own(connection: Any) -> None:  # type: ignore[misc]
            done = connection.run(["cat"], stdin="given")
            connection.write(done.stdout * 2, "twice", mode=0o640)
            assert connection.read("twice") == b"givengiven"
            connection.get("twice", tmp_path / "back")
            assert connection.run("exit 7").exit_code == 7
            assert connection.username == "root"

    [step] = await deploy(own)
    assert step.step == "own"
    assert (tmp_path / "back").read_text() == "givengiven"
    assert (machine.home / "twice").stat().st_mode & 0o777 == 0o640


async def test_waiting_for_a_file_a_port_and_a_command(deploy: Any, machine: SSHServer) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]

        def later() -> None:
            time.sleep(0.6)
            (machine.home / "ready").touch()
            listener.listen()

        thread = threading.Thread(target=later)
        thread.start()
        [step] = await deploy(WaitFor(file="ready", port=port, command="test -e ready && echo yes", timeout=60))
        thread.join()
    assert step.stdout == "yes\n"
    assert (step.ended_at - step.started_at).total_seconds() > 0.5


async def test_a_wait_that_is_too_long(deploy: Any) -> None:
    with pytest.raises(DeploymentError, match=r"WaitFor file never failed: after 0.3 s there is no never"):
        await deploy(WaitFor(file="never", timeout=0.3))


async def test_a_reboot_is_waited_for(
    deploy: Any, compute: Any, machine: SSHServer, login: dict[str, Any], account: Any
) -> None:
    def start(command: str) -> bytes | None:
        """The machine's first process is as old as its latest reboot by the provider."""
        if "boot_id" not in command:
            return None
        [node] = account_nodes(account)
        return f"boot {node.reboots}\n".encode()

    machine.on_command = start
    steps = await deploy(Reboot(timeout=60), ScriptDeployment("echo after"))
    assert [step.step for step in steps] == ["Reboot", "ScriptDeployment"]
    [node] = await compute.list_nodes()
    assert node.reboots == 1


def account_nodes(account: Any) -> Any:
    from cumuli import MemoryCompute

    with MemoryCompute(account) as other:
        return other.list_nodes()


async def test_steps_that_cannot_be_make_nothing(deploy: Any, compute: Any, tmp_path: Path) -> None:
    for step, words in (
        (FileDeployment(tmp_path / "nowhere", "x"), "cannot be read"),
        (ScriptFileDeployment(tmp_path / "nowhere"), "cannot be read"),
        (SSHKeyDeployment("no key"), "not one"),
        (WaitFor(), "waits for nothing"),
        (ScriptDeployment("true", environment={"A-B": "x"}), "'A-B' is no name for a variable"),
        (WaitFor, "no step"),
        ("echo", "a list of|no step"),
    ):
        with pytest.raises(InvalidRequest, match=words):
            await deploy(step)
    with pytest.raises(NotSupported, match="no user data"):
        await deploy(CloudInit("#cloud-config\n"))
    assert await compute.list_nodes() == []


async def test_secrets_are_in_nothing_that_is_kept(
    deploy: Any, machine: SSHServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    step = ScriptDeployment(
        "#!/bin/sh\n# in-the-script\necho $WORD; ps -ef 2>/dev/null || cat /proc/*/cmdline; exit 3",
        environment={"WORD": Secret("in-the-variable")},
    )
    with pytest.raises(DeploymentError) as caught:
        await deploy(step)
    error = caught.value
    told = "\n".join(
        [repr(step), str(error), repr(error), repr(error.steps), error.output, caplog.text, *machine.commands]
    )
    assert "in-the-script" not in told
    assert "in-the-variable" not in told
    assert error.steps[0].stdout.startswith("********\n")
    both = {"SHORT": Secret("words"), "LONG": Secret("words-and-more")}
    steps = await deploy(ScriptDeployment("echo $LONG", environment=both))
    assert steps[0].stdout == "********\n"
