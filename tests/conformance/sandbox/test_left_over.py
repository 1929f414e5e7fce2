"""Whatever starts servers, and however it ends: the servers end with it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cumuli.sandbox import NAMES
from tests.support.mimic import VENV as MIMIC
from tests.support.processes import nothing_left, with_temporary
from tests.support.tiers import not_run

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="what is left is found by what Linux tells of processes"
)

ROOT = Path(__file__).parents[3]
UNTIL_KILLED = "    print('started', flush=True)\n    sys.stdin.read()\n"
HEAD = "import os, sys\nfrom pathlib import Path\nhere = Path(os.environ['TMPDIR'])\n"
STARTED = """
from cumuli.sandbox.starting import start
from {module} import {name}
kept = start({name}(), here, tied=True)
if True:
"""
SCRIPTS = {
    **{name: f"from cumuli import sandbox\nwith sandbox.running({name!r}):\n" for name in NAMES},
    "mimic": STARTED.format(module="tests.support.mimic", name="Mimic"),
    "rclone": STARTED.format(module="tests.support.rclone", name="Rclone"),
    **{
        f"benchmarks of {kind}": f"from benchmarks.__main__ import canned_server\nwith canned_server({kind!r}):\n"
        for kind in ("ec2", "nova", "s3")
    },
}

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Start]:
    """Starts programs by whose temporary folder all that they start is known; ends those that still run."""
    started: list[subprocess.Popen[str]] = []

    def start(*command: str | Path) -> subprocess.Popen[str]:
        mine = {
            "TMPDIR": str(tmp_path),
            "CUMULI_SANDBOX_HOME": str(tmp_path / "state"),
            "CUMULI_CONFIG": str(tmp_path / "config.toml"),
        }
        started.append(
            subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env={**os.environ, **mine},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        )
        return started[-1]

    yield start
    for program in started:
        program.kill()
        program.communicate()


def line_of(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline()


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_server_ends_with_the_process_that_started_it(tmp_path: Path, starter: Start, name: str) -> None:
    if name == "mimic" and not (MIMIC / ".ready").exists():
        not_run("mimic", "make test")
    program = starter("-c", HEAD + SCRIPTS[name] + UNTIL_KILLED)
    assert line_of(program) == "started\n"
    assert with_temporary(tmp_path) > {program.pid}, "its server is there"
    program.kill()
    nothing_left(tmp_path)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("signals", [[signal.SIGKILL], [signal.SIGINT] * 2, [signal.SIGHUP], [signal.SIGTERM]], ids=str)
def test_the_command_that_brings_servers_up_leaves_none_but_those_that_down_finds(
    tmp_path: Path, starter: Start, signals: list[signal.Signals], seed: int
) -> None:
    program = starter("-m", "cumuli", "sandbox", "up", "gogrid", "s3")
    time.sleep(random.Random(f"{signals}{seed}").uniform(0.1, 3.0))
    for each in signals:
        program.send_signal(each)
        time.sleep(0.02)
    program.wait(300)
    down = starter("-m", "cumuli", "sandbox", "down")
    assert down.wait(300) == 0
    nothing_left(tmp_path)


KILLED_AS_IT_RECORDS = """
import os, signal, sys
from cumuli import sandbox
from cumuli.sandbox.state import StateFolder
record = StateFolder.write
def killed(folder, what):
    if sys.argv[1] == "after":
        record(folder, what)
    os.kill(os.getpid(), signal.SIGKILL)
StateFolder.write = killed
sandbox.up("gogrid")
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_server_is_not_kept_before_it_is_recorded(tmp_path: Path, starter: Start, when: str) -> None:
    program = starter("-c", KILLED_AS_IT_RECORDS, when)
    assert program.wait(300) == -signal.SIGKILL
    assert len(list(tmp_path.glob("state/*/state.json"))) == (when == "after")
    nothing_left(tmp_path)
    assert starter("-m", "cumuli", "sandbox", "down").wait(300) == 0
    assert not list(tmp_path.glob("state/*/state.json"))


@pytest.mark.parametrize("signals", [[signal.SIGKILL], [signal.SIGINT] * 2, [signal.SIGHUP]], ids=str)
def test_nothing_is_left_of_a_demo_that_ends_early(
    tmp_path: Path, starter: Start, signals: list[signal.Signals]
) -> None:
    demo = starter("-u", "examples/demo.py")
    while " at http://127.0.0.1:" not in (told := line_of(demo)):
        assert told, "it ended before its first server answered"
    for each in signals:
        demo.send_signal(each)
        time.sleep(0.02)
    demo.communicate(timeout=300)
    nothing_left(tmp_path)


def test_an_image_is_not_put_together_for_nobody(tmp_path: Path, starter: Start) -> None:
    program = tmp_path / "mmdebstrap"
    program.write_text("#!/bin/sh\necho started\nexec sleep 600\n")
    program.chmod(0o755)
    build = (
        "import subprocess\nfrom cumuli.sandbox.machines import image\nrun = subprocess.run\n"
        "def told(command, **words):\n    run(command, **{**words, 'capture_output': False})\n"
        "subprocess.run = told\nos.environ['PATH'] = f'{here}:' + os.environ['PATH']\nimage._build(here / 'tar')\n"
    )
    starting = starter("-c", HEAD + build)
    assert line_of(starting) == "started\n"
    starting.kill()
    nothing_left(tmp_path)


TESTS = """
import os, time
from pathlib import Path
import pytest
from cumuli import sandbox
from tests.support.sandboxes import taken_down_afterwards

@pytest.fixture(scope="session")
def server():
    with sandbox.running("gogrid") as server:
        yield server

def test_for_ever(server):
    with taken_down_afterwards():
        sandbox.up("s3")
        print("started", os.getpid(), flush=True, file=open(os.environ["TMPDIR"] + "/told", "w"))
        time.sleep(600)
"""


@pytest.mark.parametrize("killed", ["pytest", "its worker"])
def test_a_run_of_tests_that_is_killed_leaves_no_server(tmp_path: Path, starter: Start, killed: str) -> None:
    """Neither those that end with their test nor those that would outlive it."""
    (tmp_path / "test_killed.py").write_text(TESTS)
    told = tmp_path / "told"
    run = starter("-m", "pytest", "-q", "-n", "1", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path)
    end = time.monotonic() + 300
    while not (told.exists() and told.read_text().endswith("\n")):
        assert time.monotonic() < end
        assert run.poll() is None, run.communicate()[0]
        time.sleep(0.05)
    worker = int(told.read_text().split()[1])
    assert worker != run.pid
    assert len(with_temporary(tmp_path)) >= 5, "two servers, pytest, its worker and the guard"
    os.kill(run.pid if killed == "pytest" else worker, signal.SIGKILL)
    nothing_left(tmp_path)
