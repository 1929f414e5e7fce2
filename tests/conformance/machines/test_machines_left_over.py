"""Nothing is left of a sandbox of machines, however it ends: containers, their processes, networks, files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cumuli import LocalMachines, sandbox
from cumuli.sandbox.machines.settings import storage_driver
from cumuli.sandbox.processes import Process, identify, is_running

WITHIN = 60.0
# Starts a sandbox with a machine in it, says where everything is, and waits to be killed.
STARTER = """
import json, pathlib, subprocess, time
from cumuli import LocalMachines, sandbox
with sandbox.running("machines") as server, LocalMachines(endpoint=server.endpoint) as cloud:
    def podman(*arguments):
        return json.loads(subprocess.check_output(["podman", "--url", server.endpoint, *arguments]))
    [image] = cloud.list_images()
    node = cloud.create_node("left", "small", image)
    state = podman("inspect", node.id)[0]["State"]
    place = pathlib.Path(podman("info", "--format", "json")["store"]["graphRoot"]).parent
    network = json.loads((place / "net" / "cumuli.json").read_text())["network_interface"]
    print(json.dumps([server.pid, state["Pid"], state["ConmonPid"], str(place), network]), flush=True)
    time.sleep(600)
"""


class Started:
    """A process with a sandbox of its own, and what of it must go."""

    def __init__(self) -> None:
        self.starter = subprocess.Popen([sys.executable, "-c", STARTER], stdout=subprocess.PIPE, text=True)
        assert self.starter.stdout is not None
        *pids, place, network = json.loads(self.starter.stdout.readline())
        self.folder = Path(place)
        self.network = Path("/sys/class/net", network)
        assert self.network.exists()
        found = [identify(int(pid)) for pid in pids]
        assert all(found), "it was over before it could be killed"
        self.service, *self.others = [process for process in found if process is not None]

    @property
    def processes(self) -> list[Process]:
        return [self.service, *self.others]

    def is_gone(self) -> bool:
        left = [process for process in self.processes if is_running(process)]
        return not (left or self.folder.exists() or self.network.exists())

    def close(self) -> None:
        self.starter.kill()
        self.starter.communicate()


@pytest.fixture
def started() -> Iterator[Started]:
    made = Started()
    yield made
    made.close()


def test_a_sandbox_is_its_own_where_the_variables_lead_to_another_podman(
    monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("CONTAINER_HOST", endpoint)
    storage_driver.cache_clear()
    with sandbox.running("machines") as server, LocalMachines(endpoint=server.endpoint) as cloud:
        assert cloud.list_nodes() == []
        assert len(cloud.list_images()) == 1


def soon(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + WITHIN
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_nothing_is_left_of_a_program_that_is_killed(started: Started) -> None:
    started.starter.kill()
    assert soon(started.is_gone)


def test_what_a_killed_service_has_left_the_next_one_takes_away(started: Started) -> None:
    os.kill(started.service.pid, signal.SIGKILL)
    started.starter.kill()
    assert soon(lambda: not is_running(started.service))
    # Podman's machines do not end with podman.
    assert is_running(started.others[0])
    with sandbox.running("machines"):
        assert started.is_gone()
