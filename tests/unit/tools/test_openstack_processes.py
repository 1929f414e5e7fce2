"""The processes of the real OpenStack are gone after a run, however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.openstack_services.processes import Processes, kill_left_over

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the services are started on Linux only")

RUN = """
import sys, time
from pathlib import Path
from tools.openstack_services.processes import Processes
processes = Processes(Path(sys.argv[1]))
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


def ends(pid: int, within: float = 10.0) -> bool:
    end = time.monotonic() + within
    while is_there(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not is_there(pid)


def test_they_end_with_a_run_that_is_killed_and_the_next_run_ends_the_deaf(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"started\n"
        sleeper, deaf = (int((tmp_path / f"{name}.pid").read_text()) for name in ("sleeper", "deaf"))
        assert is_there(sleeper)
        assert is_there(deaf)
        run.kill()
    assert ends(sleeper)
    assert is_there(deaf)
    # Another program that got the same id later would not mention the run's folder.
    kill_left_over(tmp_path, Path("/another/run"))
    assert is_there(deaf)
    (tmp_path / "deaf.pid").write_text(str(deaf))
    os.kill(deaf, 0)
    kill_left_over(tmp_path, tmp_path)
    assert ends(deaf)
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
