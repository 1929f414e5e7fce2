"""What fails leaves no node behind, or names it; and the error tells what there is to know."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import cumuli
from cumuli import (
    ConnectionFailed,
    Deployment,
    DeploymentError,
    MemoryAccount,
    MemoryCompute,
    NodeFailed,
    PermissionDenied,
    ProviderUnavailable,
    QuotaExceeded,
    ScriptDeployment,
)
from cumuli.providers.memory.compute import driver
from cumuli.testing.flavours import Flavour
from tests.support.ssh_server import SSHServer

HANGS = ScriptDeployment("#!/bin/sh\nsleep 1000 &\necho $! $$ > pids\nwait", timeout=0.7)


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def gone(pids: list[int], within: float = 10.0) -> bool:
    end = time.monotonic() + within
    while any(map(alive, pids)):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def when(condition: Callable[[], object], act: Callable[[], object]) -> threading.Thread:
    """Act as soon as something is so."""

    def wait() -> None:
        end = time.monotonic() + 60
        while not condition() and time.monotonic() < end:
            time.sleep(0.02)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


async def test_an_exit_code(compute: Any, login: dict[str, Any]) -> None:
    told: list[Any] = []
    steps = [
        ScriptDeployment("echo fine"),
        ScriptDeployment("echo out; echo it broke >&2; exit 3", name="setup.sh"),
        ScriptDeployment("never"),
    ]
    with pytest.raises(DeploymentError) as caught:
        await compute.deploy_node("web", "small", "debian", steps, on_progress=told.append, **login)
    error = caught.value
    assert str(error) == (
        "memory: web (node-1) could not be deployed: ScriptDeployment setup.sh failed: exit code 3\nit broke\n"
        "the node node-1 was destroyed"
    )
    assert (error.step, error.exit_code, error.output) == ("ScriptDeployment setup.sh", 3, "it broke\n")
    assert [(step.exit_code, step.stdout) for step in error.steps] == [(0, "fine\n"), (3, "out\n")]
    assert error.node is not None
    assert error.node.id == "node-1"
    assert error.destroyed
    assert await compute.list_nodes() == []
    assert [each.phase for each in told][-2:] == ["destroying", "failed"]
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.node.id, copy.node.password, str(copy)) == ("node-1", None, str(error))


async def test_a_node_that_is_kept(compute: Any, login: dict[str, Any]) -> None:
    with pytest.raises(DeploymentError, match="the node node-1 is kept, as asked") as caught:
        await compute.deploy_node("web", "small", "debian", ScriptDeployment("exit 3"), on_failure="keep", **login)
    assert not caught.value.destroyed
    assert caught.value.node is not None
    assert caught.value.node.password is not None  # it is never told again
    assert [node.id for node in await compute.list_nodes()] == ["node-1"]


async def test_a_destroy_that_fails_too(make: Callable[..., Any], login: dict[str, Any]) -> None:
    compute = make(fail_call={"destroy_node": PermissionDenied("not you")})
    with pytest.raises(DeploymentError, match="node-1 could NOT be destroyed: not you; destroy it") as caught:
        await compute.deploy_node("web", "small", "debian", ScriptDeployment("exit 3"), **login)
    assert isinstance(caught.value.cleanup_error, PermissionDenied)
    assert not caught.value.destroyed


async def test_a_destroy_that_fails_at_first(make: Callable[..., Any], login: dict[str, Any]) -> None:
    busy = [ProviderUnavailable("busy", retryable=False)] * 2
    compute = make(fail_call={"destroy_node": busy})
    with pytest.raises(DeploymentError, match="was destroyed"):
        await compute.deploy_node("web", "small", "debian", ScriptDeployment("exit 3"), **login)
    assert await compute.list_nodes() == []


async def test_a_script_that_hangs_is_ended_with_what_it_started(
    compute: Any, machine: SSHServer, login: dict[str, Any]
) -> None:
    with pytest.raises(DeploymentError, match=r"did not end within 0.7 s, and was ended"):
        await compute.deploy_node("web", "small", "debian", HANGS, **login)
    pids = [int(word) for word in (machine.home / "pids").read_text().split()]
    assert len(pids) == 2
    assert gone(pids)
    assert await compute.list_nodes() == []


async def test_a_connection_that_is_cut(compute: Any, machine: SSHServer, login: dict[str, Any]) -> None:
    thread = when((machine.home / "pids").exists, machine.cut)
    with pytest.raises(DeploymentError, match=r"the connection to web \(node-1\) was lost") as caught:
        await compute.deploy_node("web", "small", "debian", ScriptDeployment("touch pids; exec sleep 5"), **login)
    thread.join()
    assert isinstance(caught.value.__cause__, ConnectionFailed)
    assert await compute.list_nodes() == []


async def test_sshd_starts_late(compute: Any, machine: SSHServer, login: dict[str, Any]) -> None:
    machine.stop()
    timer = threading.Timer(2.0, machine.start)
    timer.start()
    done = await compute.deploy_node("web", "small", "debian", ScriptDeployment("echo up"), **login)
    timer.join()
    assert done.steps[0].stdout == "up\n"


async def test_nobody_answers(compute: Any, machine: SSHServer, login: dict[str, Any]) -> None:
    machine.stop()
    with pytest.raises(DeploymentError, match=r"no login at 127.0.0.1 port \d+ within \d s: no SSH at"):
        await compute.deploy_node("web", "small", "debian", **{**login, "ssh_timeout": 1})
    assert await compute.list_nodes() == []


async def test_a_machine_that_dies_while_it_is_waited_for(
    compute: Any, machine: SSHServer, login: dict[str, Any], account: MemoryAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cumuli.compute.deploying.ALIVE_EVERY", 0.3)
    machine.stop()

    def stop(progress: Any) -> None:
        if progress.phase == "connecting":
            with MemoryCompute(account) as other:
                other.stop_node(progress.node)

    started = time.monotonic()
    with pytest.raises(DeploymentError, match="node-1 will not answer: it is stopped") as caught:
        await compute.deploy_node("web", "small", "debian", on_progress=stop, **login)
    assert isinstance(caught.value.__cause__, NodeFailed)
    assert time.monotonic() - started < 60  # of 300
    assert await compute.list_nodes() == []


async def test_an_outage_is_waited_through(make: Callable[..., Any], login: dict[str, Any]) -> None:
    compute = make(fail_call={"list_nodes": [ProviderUnavailable("down", retryable=False)] * 3})
    done = await compute.deploy_node("web", "small", "debian", ScriptDeployment("true"), **login)
    assert done.steps[0].exit_code == 0


async def test_a_function_that_raises(compute: Any, login: dict[str, Any], flavour: Flavour) -> None:
    def fails(_: Any) -> Any:
        raise ZeroDivisionError("by zero")

    with pytest.raises(DeploymentError, match="fails failed: ZeroDivisionError: by zero"):
        await compute.deploy_node("web", "small", "debian", fails, **login)
    with pytest.raises(DeploymentError, match="listener"):
        await compute.deploy_node("web", "small", "debian", on_progress=listener, **login)
    assert await compute.list_nodes() == []


def listener(progress: Any) -> None:
    if progress.phase == "connecting":
        raise RuntimeError("the listener's own")


async def test_a_listener_that_raises_at_the_end(compute: Any, login: dict[str, Any]) -> None:
    """Nobody gets the node then."""

    def at_the_end(progress: Any) -> None:
        if progress.phase == "done":
            raise RuntimeError("no more room")

    with pytest.raises(DeploymentError, match="no more room\nthe node node-1 was destroyed"):
        await compute.deploy_node("web", "small", "debian", on_progress=at_the_end, **login)
    assert await compute.list_nodes() == []


async def test_a_refused_creation_is_told_as_it_is(make: Callable[..., Any], login: dict[str, Any]) -> None:
    compute = make(fail_call={"create_node": QuotaExceeded("too many")})
    with pytest.raises(QuotaExceeded):
        await compute.deploy_node("web", "small", "debian", **login)


async def test_a_creation_whose_answer_is_lost(
    compute: Any, account: MemoryAccount, login: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The node is there, and only its tag says whose it is."""
    original = driver.MemoryDriver.create_node

    async def lost(self: Any, spec: Any) -> Any:
        await original(self, spec)
        raise ConnectionFailed("the answer was lost")

    monkeypatch.setattr(driver.MemoryDriver, "create_node", lost)
    with pytest.raises(ConnectionFailed) as caught:
        await compute.deploy_node("web", "small", "debian", **login)
    assert caught.value.__notes__ == ["the node node-1 was destroyed"]
    assert await compute.list_nodes() == []


async def test_a_creation_that_may_yet_succeed(
    make: Callable[..., Any], login: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cumuli.compute.deploying.LOOKED_FOR_AFTER", (0.0, 0.1))
    told: list[Any] = []
    compute = make(fail_call={"create_node": ConnectionFailed("the answer was lost", retryable=False)})
    with pytest.raises(ConnectionFailed) as caught:
        await compute.deploy_node("web", "small", "debian", on_progress=told.append, **login)
    [note] = caught.value.__notes__
    assert note == f"no node with the tag cumuli-deployment={told[0].tag} is listed; look again later"


async def test_the_deadline_is_up(compute: Any, machine: SSHServer, login: dict[str, Any]) -> None:
    slow = ScriptDeployment("echo $$ > pids; exec sleep 1000")
    with pytest.raises(DeploymentError, match=r"the time of cumuli\.deadline"), cumuli.deadline(3):
        await compute.deploy_node("web", "small", "debian", slow, **login)
    with pytest.raises(DeploymentError, match="time"):
        await compute.deploy_node("web", "small", "debian", slow, **{**login, "timeout": 3})
    assert gone([int((machine.home / "pids").read_text())])
    assert await compute.list_nodes() == []


def test_control_c(machine: SSHServer, login: dict[str, Any], account: MemoryAccount) -> None:
    thread = when((machine.home / "pids").exists, lambda: os.kill(os.getpid(), signal.SIGINT))
    with MemoryCompute(account) as compute:
        with pytest.raises(KeyboardInterrupt) as caught:
            compute.deploy_node("web", "small", "debian", ScriptDeployment("touch pids; exec sleep 1000"), **login)
        thread.join()
        assert caught.value.__notes__ == ["the node node-1 was destroyed"]
        assert compute.list_nodes() == []


def test_cancellation(machine: SSHServer, login: dict[str, Any], account: MemoryAccount) -> None:
    async def main() -> None:
        async with cumuli.AsyncMemoryCompute(account) as compute:
            script = ScriptDeployment("touch pids; exec sleep 1000")
            task = asyncio.create_task(compute.deploy_node("web", "small", "debian", script, **login))
            while not (machine.home / "pids").exists():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            for _ in range(50):  # again and again, while it cleans up
                task.cancel()
                await asyncio.sleep(0)
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await compute.list_nodes() == []

    asyncio.run(main())


def deployments(compute: Any, flavour: Flavour, names: list[str], step: Any, login: dict[str, Any]) -> list[Any]:
    real = compute if flavour.name == "async" else compute._client
    return [partial(real.deploy_node, name, "small", "debian", step(name), **login) for name in names]


async def test_a_fleet_loses_nobody_when_one_fails(
    compute: Any, machine: SSHServer, login: dict[str, Any], flavour: Flavour, account: MemoryAccount
) -> None:
    names = [f"web-{number}" for number in range(20)]
    found = await compute.deploy_nodes(
        deployments(compute, flavour, names, lambda name: ScriptDeployment(f"test {name} != web-7"), login),
        concurrency=20,
    )
    failed = found.pop(7)
    assert isinstance(failed, DeploymentError)
    assert failed.exit_code == 1
    assert all(isinstance(each, Deployment) for each in found)
    names.remove("web-7")
    assert [each.node.name for each in found] == names
    assert sorted(node.name for node in await compute.list_nodes()) == sorted(names)


async def test_nobody_looks_for_a_node_that_is_gone(
    compute: Any, login: dict[str, Any], flavour: Flavour, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    original = driver.MemoryDriver.list_nodes

    async def list_nodes(self: Any, *, ids: Any, cursor: Any) -> Any:
        asked.append(ids)
        return await original(self, ids=ids, cursor=cursor)

    monkeypatch.setattr(driver.MemoryDriver, "list_nodes", list_nodes)
    failed: list[int] = []

    def told(progress: Any) -> None:
        if progress.phase == "failed":
            failed.append(len(asked))

    def address(node: Any) -> tuple[str, int] | None:
        # The second one has none before the first is gone, and has been looked at without it.
        ready = node.name == "first" or (failed and len(asked) > failed[0] + 2)
        return login["ssh_interface"](node) if ready else None

    real = compute if flavour.name == "async" else compute._client
    given = {**login, "ssh_interface": address, "on_progress": told}
    steps = {"first": ScriptDeployment("exit 1"), "second": ScriptDeployment("true")}
    jobs = [partial(real.deploy_node, name, "small", "debian", step, **given) for name, step in steps.items()]
    first, second = await compute.deploy_nodes(jobs)
    assert isinstance(first, DeploymentError)
    assert isinstance(second, Deployment)
    assert all(len(ids) == 1 for ids in asked[failed[0] :])


def test_control_c_in_a_fleet(machine: SSHServer, login: dict[str, Any], account: MemoryAccount) -> None:
    def all_run() -> bool:
        return len(list(machine.home.glob("*.pid"))) == 4

    thread = when(all_run, lambda: os.kill(os.getpid(), signal.SIGINT))
    with MemoryCompute(account) as compute:
        jobs = [
            partial(
                compute.deploy_node,
                name,
                "small",
                "debian",
                ScriptDeployment(f"touch {name}.pid; exec sleep 1000"),
                **login,
            )
            for name in "abcd"
        ]
        done = partial(compute.deploy_node, "done", "small", "debian", **login)
        with pytest.raises(KeyboardInterrupt) as caught:
            compute.deploy_nodes([done, *jobs], concurrency=4)
        thread.join()
        [there] = compute.list_nodes()
        assert there.name == "done"
        notes = sorted(caught.value.__notes__)
        assert notes[0] == f"the node {there.id} (done) was deployed, and is there"
        assert len(notes) == 5
        assert all(note.endswith(" was destroyed") for note in notes[1:])
