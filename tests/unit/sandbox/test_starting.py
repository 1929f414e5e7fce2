"""Starting servers, and that they are gone afterwards, whatever happens."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest

from cumuli import sandbox
from cumuli.errors import ConfigurationError, ConnectionFailed
from cumuli.sandbox.processes import Process, identify, is_running, stop
from cumuli.sandbox.server import Address
from cumuli.sandbox.starting import start
from tests.support.processes import nothing_left
from tests.unit.sandbox.stub import Stub

ROOT = Path(__file__).parents[3]


def gone(process: Process, *, within: float = 60.0) -> bool:
    end = time.monotonic() + within
    while is_running(process):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_a_tied_server_ends_when_it_is_closed(tmp_path: Path) -> None:
    started = start(Stub(), tmp_path, tied=True)
    assert is_running(started.process)
    with socket.create_connection(("127.0.0.1", started.address.port), timeout=5):
        pass
    started.close()
    assert not is_running(started.process)


def test_a_detached_server_outlives_its_starter(tmp_path: Path) -> None:
    script = """
        import sys
        from pathlib import Path
        from cumuli.sandbox.starting import start
        from tests.unit.sandbox.stub import Stub
        started = start(Stub(), Path(sys.argv[1]), tied=False)
        started.keep()
        print(started.process.pid)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), tmp_path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    process = identify(int(done.stdout))
    assert process is not None, "it ended with its starter"
    assert stop(process)
    assert gone(process)
    assert not stop(process)


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name
)
@pytest.mark.parametrize("thread", [False, True], ids=["main thread", "a thread that ends"])
def test_a_tied_server_dies_with_its_starter(tmp_path: Path, number: signal.Signals, thread: bool) -> None:
    script = """
        import sys, threading, time
        from pathlib import Path
        from cumuli.sandbox.starting import start
        from tests.unit.sandbox.stub import Stub

        kept = []
        def work():
            kept.append(start(Stub(), Path(sys.argv[1]), tied=True))
        if sys.argv[2] == "True":
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        else:
            work()
        print(kept[0].process.pid, flush=True)
        sys.stdin.read()
    """
    starter = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), tmp_path, str(thread)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert starter.stdin is not None
    assert starter.stdout is not None
    with starter.stdin, starter.stdout:
        process = identify(int(starter.stdout.readline()))
        assert process is not None, "it died with the thread that started it"
        starter.send_signal(number)
        starter.wait(120)
        assert gone(process)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills a child whose parent was killed")
def test_a_tied_server_dies_with_its_launcher(tmp_path: Path) -> None:
    started = start(Stub(), tmp_path, tied=True)
    launcher = int(Path(f"/proc/{started.process.pid}/stat").read_text().rpartition(")")[2].split()[1])
    assert launcher != os.getpid()
    os.kill(launcher, signal.SIGKILL)
    assert gone(started.process)
    started.close()


def test_a_server_that_hears_no_sigterm_is_killed(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + Stub().script
    started = start(Stub(deaf), tmp_path, tied=False)
    started.keep()
    assert stop(started.process)
    assert gone(started.process)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which signals a process ignores")
def test_a_server_hears_what_its_starter_is_deaf_to(tmp_path: Path) -> None:
    """As one that was started in the background, under nohup, or by some build systems."""
    script = """
        import sys
        from pathlib import Path
        from cumuli.sandbox.starting import start
        from tests.unit.sandbox.stub import Stub
        started = start(Stub(), Path(sys.argv[1]), tied=True)
        for process in ("self", str(started.process.pid)):
            print(Path("/proc", process, "status").read_text().partition("SigIgn:")[2].split()[0])
        started.close()
    """
    deaf = ["sh", "-c", "trap '' TERM INT HUP; exec \"$@\"", "sh", sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run([*deaf, tmp_path], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    starters, servers = (int(mask, 16) for mask in done.stdout.split())
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        assert (starters >> number - 1 & 1, servers >> number - 1 & 1) == (1, 0), number


def test_a_detached_server_that_is_not_kept_ends_when_it_is_closed(tmp_path: Path) -> None:
    started = start(Stub(), tmp_path, tied=False)
    started.close()
    assert not is_running(started.process)


STARTING = """
import os, sys
from pathlib import Path
from cumuli.sandbox.starting import start
from tests.unit.sandbox.stub import Stub
print("begins", flush=True)
kept = []
for number in range(20):
    home = Path(os.environ["TMPDIR"], str(number))
    home.mkdir()
    kept.append(start(Stub(), home, tied=sys.argv[1] == "tied"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what is left is found by what Linux tells of processes")
@pytest.mark.parametrize("signals", [[signal.SIGKILL], [signal.SIGINT] * 2, [signal.SIGHUP]], ids=str)
@pytest.mark.parametrize("mode", ["tied", "detached"])
def test_nothing_is_left_of_a_starter_that_ends_at_any_moment(
    tmp_path: Path, mode: str, signals: list[signal.Signals]
) -> None:
    """Before its server's launcher is there, while that starts it, while it is waited for; kept none of them is."""
    for number in range(4):
        starter = subprocess.Popen(
            [sys.executable, "-c", STARTING, mode],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )
        assert starter.stdout is not None
        with starter.stdout:
            assert starter.stdout.readline() == b"begins\n"
            time.sleep(random.Random(f"{mode}{signals}{number}").uniform(0, 0.4))
            for each in signals:
                starter.send_signal(each)
                time.sleep(0.01)
            assert starter.wait(120) != 0, "it went on to its end"
        nothing_left(tmp_path)
        for home in tmp_path.iterdir():
            shutil.rmtree(home)


def test_a_server_that_cannot_be_started_is_said_with_the_reason(tmp_path: Path) -> None:
    class Missing(Stub):
        def command(self, address: Address) -> list[str]:
            return ["/nowhere/server"]

    with pytest.raises(ConnectionFailed, match=r"No such file or directory: '/nowhere/server'"):
        start(Missing(), tmp_path, tied=True)


def test_what_a_server_printed_is_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(ConnectionFailed, match="no such table: servers"):
        start(Stub("raise SystemExit('no such table: servers')"), tmp_path, tied=True)


def test_a_taken_port_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    once = tmp_path / "once"
    quarrel = f"""
import pathlib, sys
once = pathlib.Path({str(once)!r})
if not once.exists():
    once.touch()
    sys.exit("OSError: [Errno 98] Address already in use")
{Stub().script}
"""
    started = start(Stub(quarrel), tmp_path / "home", tied=True)
    assert once.exists()
    started.close()


def test_a_missing_extra_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"needs no_such_module.*pip install .*\[sandbox\]'"):
        start(Stub(modules=["no_such_module"]), tmp_path, tied=True)


def test_credentials_are_not_handed_to_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "somebody's own")
    telling = "import os; print('AWS' in ' '.join(os.environ), flush=True);" + Stub().script
    started = start(Stub(telling), tmp_path, tied=True)
    started.close()
    assert started.log.read_text().startswith("False")


def test_a_pid_that_was_used_again_is_left_alone() -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    assert stranger.stdin is not None
    with stranger.stdin:
        real = identify(stranger.pid)
        assert real is not None
        before = Process(pid=stranger.pid, started="boot/1")
        assert not is_running(before)
        assert not stop(before)
        assert stranger.poll() is None
    stranger.wait(120)
    assert identify(stranger.pid) is None


@pytest.mark.parametrize("what", ["state folder is a file", "no folder for what is temporary", "no server program"])
def test_what_the_system_refuses_is_told_as_such(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("")
    if what == "state folder is a file":
        monkeypatch.setenv("CUMULI_SANDBOX_HOME", str(file))
        for call in (lambda: sandbox.up("gogrid"), sandbox.down):
            with pytest.raises(ConfigurationError, match=r"cannot use .*file: (File exists|Not a directory)"):
                call()
    elif what == "no folder for what is temporary":
        monkeypatch.setattr(tempfile, "tempdir", str(file))
        with pytest.raises(ConfigurationError, match=r"cannot use .*Not a directory"), sandbox.running("gogrid"):
            pass
    else:
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
        with pytest.raises(ConfigurationError, match=r"python: No such file"), sandbox.running("gogrid"):
            pass
