"""Starting one server, and waiting until it really answers."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from cumuli.errors import CloudError, ConfigurationError, ConnectionFailed
from cumuli.extras import how_to_install
from cumuli.sandbox.launcher import KEEP
from cumuli.sandbox.processes import Process, identify, is_running, stop
from cumuli.sandbox.server import HOST, Address, Server
from cumuli.sandbox.state import usable

__all__ = ["Started", "start"]

LAUNCHER = Path(__file__).with_name("launcher.py")
POLL = 0.05
ATTEMPTS = 3
TAIL = 800
# Real credentials are none of a sandbox's business, and warnings turned into errors would end other people's code.
WITHHELD_PREFIXES = ("AWS_", "OS_", "CUMULI_", "PYTHONWARNINGS", "PYTHONDEVMODE")


class Started:
    """A server that answers.

    Attributes:
        address: Where.
        process: The server itself.
        log: What it prints.
    """

    def __init__(self, address: Address, process: Process, log: Path, launcher: subprocess.Popen[str]) -> None:
        self.address = address
        self.process = process
        self.log = log
        self._launcher = launcher

    def keep(self) -> None:
        """Let a detached server run on by itself from here on. Until then it ends with this process, as a tied one."""
        _say(self._launcher, KEEP)
        self._launcher.wait()

    def close(self) -> None:
        """End the server, unless it is kept."""
        _say(self._launcher, "")
        self._launcher.wait()


def start(server: Server, home: Path, *, tied: bool, port: int = 0, given_up: threading.Event | None = None) -> Started:
    """Start a server on a free port and wait until it answers.

    Args:
        server: Which.
        home: An existing folder of its own.
        tied: Whether it always ends with this process; else it outlives it once it is kept.
        port: The port that it has to have; 0 for any.
        given_up: Set when nobody waits for it any more: it is ended then.

    Raises:
        ConfigurationError: The extra that brings the server is not installed, or the system lets it have no folder,
            port or process.
        ConnectionFailed: It ended, or did not answer within its patience (two minutes for most); the message shows
            what it printed.
    """
    _require_modules(server)
    with usable(str(home)):
        return _start(server, home, tied=tied, port=port, given_up=given_up or threading.Event())


def _start(server: Server, home: Path, *, tied: bool, port: int, given_up: threading.Event) -> Started:
    log = home / "log"
    for attempt in range(ATTEMPTS):
        log.write_bytes(b"")
        address = Address(port=port or _free_port(), home=home)
        launcher = _launch(server, address, log, tied=tied)
        process = None
        try:
            process = _server_of(launcher)
            if process is not None and _answers(server, address, process, log, given_up):
                return Started(address, process, log, launcher)
        except BaseException:
            _abandon(process, launcher)
            raise
        _abandon(process, launcher)
        printed = log.read_text("utf-8", "replace")
        if given_up.is_set():
            raise ConnectionFailed(f"the {server.name} sandbox was not waited for")
        if "address already in use" not in printed.lower() or attempt == ATTEMPTS - 1:
            raise ConnectionFailed(f"the {server.name} sandbox did not start; it printed:\n{printed[-TAIL:].strip()}")
    raise AssertionError("the last attempt returns or raises")


def _require_modules(server: Server) -> None:
    if missing := [module for module in server.modules if importlib.util.find_spec(module) is None]:
        raise ConfigurationError(
            f"the {server.name} sandbox needs {' and '.join(missing)}, which is not installed; "
            f"run: {how_to_install('sandbox')}"
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _launch(server: Server, address: Address, log: Path, *, tied: bool) -> subprocess.Popen[str]:
    """Start the launcher, and through it the server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(WITHHELD_PREFIXES)}
    return subprocess.Popen(
        [sys.executable, "-I", "-S", LAUNCHER, log, "tied" if tied else "detached", *server.command(address)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**kept, **server.environment(address)},
        start_new_session=True,
    )


def _server_of(launcher: subprocess.Popen[str]) -> Process | None:
    """The server that a launcher has started; None when it is gone again, or could not be started."""
    assert launcher.stdout is not None  # noqa: S101 - asked for above
    with launcher.stdout:
        pid = launcher.stdout.readline()
    return identify(int(pid)) if pid else None


def _answers(server: Server, address: Address, process: Process, log: Path, given_up: threading.Event) -> bool:
    """Wait until it answers; False when it ended before, or is not waited for any more.

    Raises:
        ConnectionFailed: It neither answered nor ended in time.
    """
    end = time.monotonic() + server.patience
    problem = ""
    while is_running(process) and not given_up.is_set():
        try:
            if server.ready(address, log.read_text("utf-8", "replace")):
                return True
        except CloudError as error:
            problem = f" ({error.message})"
        if time.monotonic() > end:
            printed = log.read_text("utf-8", "replace")[-TAIL:].strip()
            raise ConnectionFailed(
                f"the {server.name} sandbox runs but does not answer at {address.endpoint} within "
                f"{server.patience:.0f} seconds{problem}; it printed:\n{printed}"
            )
        time.sleep(POLL)
    return False


def _say(launcher: subprocess.Popen[str], word: str) -> None:
    """Say the last word to a launcher; that there is no more tells it to end its server."""
    assert launcher.stdin is not None  # noqa: S101 - asked for when it was started
    # It is gone already when the server has ended by itself.
    with contextlib.suppress(BrokenPipeError):
        if word:
            launcher.stdin.write(word)
        launcher.stdin.close()


def _abandon(process: Process | None, launcher: subprocess.Popen[str]) -> None:
    _say(launcher, "")
    if process is not None:
        stop(process)
    launcher.wait()
