"""SIGKILL at every step of up, reset and down, and of every process: another down and another up put all in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from cumuli import config, sandbox
from tests.support.processes import nothing_left, with_temporary

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="what is left is found by what Linux tells of processes"
)

ROOT = Path(__file__).parents[3]
# Whatever a process does to anything outside of itself, Python tells its auditors of it just before.
KILLED_AT_A_STEP = """
import os, signal, sys
from cumuli import sandbox
from cumuli.sandbox import kept
left, action = int(sys.argv[1]), sys.argv[2]
STEPS = {"subprocess.Popen", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.kill", "signal.pidfd_send_signal"}
def told(event, arguments):
    global left
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wa+")
    if event in STEPS or writes:
        left -= 1
        if left == -1:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(told)
if action == "up":
    sandbox.up("gogrid", faults="slow=1ms")
elif action == "reset":
    sandbox.reset()
else:
    sandbox.down()
"""


@pytest.fixture
def here(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder by which everything that is started is known."""
    monkeypatch.setenv("TMPDIR", str(home))
    yield home
    sandbox.down()
    nothing_left(home)


def killed_at(step: int, action: str) -> bool:
    """Whether it was killed before it was through."""
    done = subprocess.run([sys.executable, "-c", KILLED_AT_A_STEP, str(step), action], cwd=ROOT, capture_output=True)
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr.decode()
    return done.returncode != 0


def walk(here: Path, action: str, steps: Iterator[int]) -> int:
    """Kill at these steps, until one is beyond the last; gives that one."""
    for step in steps:
        if action != "up":
            sandbox.up("gogrid", faults="slow=1ms")
        if not killed_at(step, action):
            sandbox.down()
            nothing_left(here)
            return step
        if step % 2:
            # A fresh up needs no down before it.
            [server] = sandbox.up("gogrid", faults="slow=1ms")
            assert server.running
            assert "sandbox-gogrid" in config.load_profiles()
            assert sandbox.reset()[0].endpoint == server.endpoint
        sandbox.down()
        nothing_left(here)
        assert sandbox.status() == []
        assert config.load_profiles() == {}
    raise AssertionError("there is no last step")


@pytest.mark.parametrize(("action", "every"), [("up", 9), ("down", 9)])
def test_killed_now_and_then(here: Path, action: str, every: int) -> None:
    assert walk(here, action, count(3, every)) > 10


@pytest.mark.heavy
@pytest.mark.parametrize("action", ["up", "reset", "down"])
def test_killed_at_every_step(here: Path, action: str) -> None:
    assert walk(here, action, count()) > 10


def test_every_process_may_be_killed(here: Path) -> None:
    sandbox.up("gogrid", faults="slow=1ms")
    pids = sorted(with_temporary(here))
    assert len(pids) == 2, "the server and the link before it; their launchers have left"
    for number in range(2):
        [before] = sandbox.up("gogrid")
        os.kill(sorted(with_temporary(here))[number], signal.SIGKILL)
        while all(server.running for server in sandbox.status()):
            pass
        [after] = sandbox.up("gogrid", faults="slow=1ms")
        assert after.running
        assert after.pid != before.pid
        assert len(with_temporary(here)) == 2, "the other one was not left"
