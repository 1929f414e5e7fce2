"""Starting processes, and being sure that they are gone afterwards."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Protocol, TypeVar

from cumuli.sandbox.openstack import guard

PR_SET_PDEATHSIG = 1


class DidNotStart(SystemExit):
    """Something that was started has ended, or did not come in time."""


def die_with(parent: int) -> None:
    """Ask Linux to end this process when the one that started it ends, however it ends; it may have done so already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)


class Services(Protocol):
    """What is started for a run."""

    def stop(self) -> None: ...


ServicesT = TypeVar("ServicesT", bound=Services)


def run_beside(
    home: Path,
    what: str,
    make: Callable[[], ServicesT],
    start: Callable[[ServicesT], Path | str | None],
    command: Sequence[str],
    name: str,
) -> int:
    """Start services, run a command beside them, stop them; one run in a checkout at a time.

    Args:
        home: Where the services live.
        what: What they are called in a sentence.
        make: Makes them. It may clear up what a run before has left, so it is called when that is surely over.
        start: Starts them; gives the path of their description, or where they listen, or None when the command is to
            be left out.
        command: The command.
        name: The variable that tells it what ``start`` gave.

    Returns:
        Its exit status, or 0 when it was left out.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Another run in this checkout is using {what}; waiting for it to end ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupted)
        services = make()
        try:
            description = start(services)
            if description is None:
                return 0
            return subprocess.run(
                command,
                check=False,
                env={**os.environ, name: str(description)},
                preexec_fn=partial(die_with, os.getpid()),
            ).returncode
        finally:
            services.stop()


def _interrupted(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


class Processes:
    """The processes of one run, by name; their ids are written down for the next one.

    Args:
        folder: Where the output and the ids go.
        patience: Seconds in which they stop by themselves.
    """

    def __init__(self, folder: Path, *, patience: float = 15.0) -> None:
        self._patience = patience
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        # Ends those that do not end with a run that is killed: Cinder waits for a queue that is gone, for ever.
        self._guard: subprocess.Popen[bytes] | None = None

    def log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def start(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        parent, pipe = os.getpid(), self._to_guard()

        def begin() -> None:
            # The process itself tells the guard of it, before it is anything: this one may be killed at any moment.
            os.write(pipe, _line(os.getpid()))
            die_with(parent)

        with self.log(name).open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                cwd=cwd,
                start_new_session=True,
                preexec_fn=begin,
            )
        self._running[name] = process
        (self._folder / f"{name}.pid").write_text(str(process.pid))

    def finish(self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> int:
        """Run a command to its end; gives its exit status. May be called in threads."""
        with (
            self.log(name).open("ab") as output,
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                start_new_session=True,
            ) as process,
        ):
            os.write(self._to_guard(), _line(process.pid))
            return process.wait()

    def ended(self, name: str, *, within: float) -> int:
        """Wait for one that was started to end; gives its exit status. It is killed when the seconds are over."""
        process = self._running.pop(name)
        try:
            return process.wait(within)
        except subprocess.TimeoutExpired:
            kill_group(process.pid)
            return process.wait()
        finally:
            (self._folder / f"{name}.pid").unlink(missing_ok=True)

    def _to_guard(self) -> int:
        """Where to tell the guard of a process."""
        if self._guard is None:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", guard.__file__, str(self._patience)],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )
        assert self._guard.stdin is not None
        return self._guard.stdin.fileno()

    def stop(self, *names: str) -> None:
        """Stop these, or all: all are asked at once, newest first, and killed if they do not listen."""
        chosen = [name for name in reversed(self._running) if not names or name in names]
        for name in chosen:
            self._running[name].terminate()
        end = time.monotonic() + self._patience
        for name in chosen:
            process = self._running.pop(name)
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                kill_group(process.pid)
                process.wait()
            (self._folder / f"{name}.pid").unlink(missing_ok=True)
        if not self._running and self._guard is not None:
            self._guard.communicate()
            self._guard = None

    def kill(self) -> None:
        """End all of them at once, and what they have started."""
        for process in self._running.values():
            kill_group(process.pid)
        for name, process in self._running.items():
            process.wait()
            (self._folder / f"{name}.pid").unlink(missing_ok=True)
        self._running.clear()
        if self._guard is not None:
            self._guard.communicate()
            self._guard = None

    def wait_for(self, what: str, look: Callable[[], bool], *, within: float = 900.0) -> None:
        """Look until it is there.

        Raises:
            DidNotStart: A process has ended, or the time is up; the logs say why.
        """
        end = time.monotonic() + within
        while not look():
            for name, process in self._running.items():
                if process.poll() is not None:
                    raise DidNotStart(f"{name} ended with {process.returncode}:\n{tail(self.log(name))}")
            if time.monotonic() > end:
                raise DidNotStart(f"{what} did not come in {within:.0f} s; the logs are in {self._folder}")
            time.sleep(0.1)


def _line(pid: int) -> bytes:
    return f"{pid} {guard.started_at(pid)}\n".encode()


def tail(path: Path, lines: int = 30) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def kill_left_over(folder: Path, mark: Path) -> None:
    """End what a run that was itself killed has left: the ids it wrote down, if they are still its processes."""
    for file in folder.glob("*.pid"):
        pid = int(file.read_text() or 0)
        try:
            process = Path(f"/proc/{pid}")
            about = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            about = b""
        if pid and str(mark).encode() in about:
            kill_group(pid)
        file.unlink()
