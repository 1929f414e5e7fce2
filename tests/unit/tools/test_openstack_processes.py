"""The processes of the real OpenStack are gone after a run, however it ends."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cumuli.sandbox.openstack.processes import Processes, kill_left_over
from tests.support.processes import nothing_left

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the services are started on Linux only")

ROOT = Path(__file__).parents[3]
RUN = """
import sys, time
from pathlib import Path
from tests.support.processes import nothing_left
from cumuli.sandbox.openstack.processes import Processes
processes = Processes(Path(sys.argv[1]), patience=1.0)
processes.start("sleeper", ["sleep", "600"])
processes.start("deaf", ["sh", "-c", f"trap '' TERM; echo ready; while :; do sleep 0.1; done # {sys.argv[1]}"])
processes.wait_for("deaf", lambda: "ready" in processes.log("deaf").read_text())
print("started", flush=True)
time.sleep(600)
"""


def is_there(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def ends(pid: int, within: float = 60.0) -> bool:
    end = time.monotonic() + within
    while is_there(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not is_there(pid)


@pytest.fixture
def killed_run(tmp_path: Path) -> Callable[[], dict[str, int]]:
    """Starts processes by a run that is killed then, and gives their ids."""

    def start() -> dict[str, int]:
        command = [sys.executable, "-c", RUN, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as run:
            assert run.stdout is not None
            assert run.stdout.readline() == b"started\n"
            pids = {name: int((tmp_path / f"{name}.pid").read_text()) for name in ("sleeper", "deaf")}
            assert all(map(is_there, pids.values()))
            run.kill()
        return pids

    return start


def test_they_end_with_a_run_that_is_killed_also_those_that_do_not_listen(
    killed_run: Callable[[], dict[str, int]],
) -> None:
    pids = killed_run()
    assert ends(pids["sleeper"])
    assert ends(pids["deaf"])


@pytest.mark.parametrize("number", range(6))
def test_a_run_that_is_killed_at_any_moment_leaves_nothing(tmp_path: Path, number: int) -> None:
    """Also a process that does not listen, and that nobody but itself has told the guard of."""
    script = """
import sys
from pathlib import Path
from tests.support.processes import nothing_left
from cumuli.sandbox.openstack.processes import Processes
processes = Processes(Path(sys.argv[1]), patience=0.5)
print("begins", flush=True)
for number in range(1000):
    processes.start(f"deaf-{number}", ["sh", "-c", "trap '' TERM; sleep 60 & while :; do sleep 0.1; done"])
"""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"begins\n"
        time.sleep(random.Random(number).uniform(0, 0.2))
        run.kill()
    nothing_left(tmp_path)


def test_what_a_group_leaves_when_its_leader_ends_is_ended(tmp_path: Path) -> None:
    processes = Processes(tmp_path, patience=0.3)
    processes.start("leader", ["sh", "-c", "sleep 600 & echo $!; exec sleep 600"])
    processes.wait_for("leader", lambda: "\n" in processes.log("leader").read_text())
    child = int(processes.log("leader").read_text())
    assert is_there(child)
    processes.stop()
    assert ends(child)


def test_a_command_that_is_run_to_its_end_gives_its_status(tmp_path: Path) -> None:
    processes = Processes(tmp_path, patience=0.3)
    assert processes.finish("one", ["sh", "-c", "echo done; exit 3"], env=dict(os.environ), cwd=tmp_path) == 3
    assert processes.log("one").read_text() == "done\n"
    processes.stop()


def test_the_next_run_ends_what_is_left_and_nothing_else(tmp_path: Path) -> None:
    """Whatever carries the run's folder on its command line; another program may have the id by now."""
    deaf = ["sh", "-c", f"trap '' TERM; echo ready; while :; do sleep 0.1; done # {tmp_path}"]
    with subprocess.Popen(deaf, stdout=subprocess.PIPE, start_new_session=True) as left:
        assert left.stdout is not None
        assert left.stdout.readline() == b"ready\n"
        (tmp_path / "deaf.pid").write_text(str(left.pid))
        kill_left_over(tmp_path, Path("/another/run"))
        assert is_there(left.pid)
        (tmp_path / "deaf.pid").write_text(str(left.pid))
        kill_left_over(tmp_path, tmp_path)
    assert not is_there(left.pid)
    assert not list(tmp_path.glob("*.pid"))


def test_stopping_kills_what_does_not_listen(tmp_path: Path) -> None:
    processes = Processes(tmp_path, patience=0.3)
    processes.start("deaf", ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"])
    processes.wait_for("deaf", lambda: "ready" in processes.log("deaf").read_text())
    pid = int((tmp_path / "deaf.pid").read_text())
    processes.stop()
    assert not is_there(pid)
    assert not list(tmp_path.glob("*.pid"))


def test_one_that_ends_early_is_said_with_its_last_words(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    processes.start("brief", ["sh", "-c", "echo no database here; exit 3"])
    with pytest.raises(SystemExit, match="brief ended with 3:\nno database here"):
        processes.wait_for("brief", lambda: False)
    processes.stop()
