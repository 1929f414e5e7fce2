"""Processes that are surely ours: a pid and the moment it started, so that a re-used pid is left alone."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from pathlib import Path

import msgspec

__all__ = ["Process", "identify", "is_running", "stop"]

PATIENCE = 5.0
POLL = 0.02


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One process, for ever: pids are used again, but not with the same start.

    Attributes:
        pid: Its number.
        started: When it started, as the system writes it, with the system's own start where known.
    """

    pid: int
    started: str


def identify(pid: int) -> Process | None:
    """The process that has this pid now, or None when there is none (or only its remains)."""
    try:
        # After the last parenthesis (the name may hold any character): the state, and as number 20 the start.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
    except ProcessLookupError:
        return None
    else:
        return None if fields[0] in "ZX" else Process(pid=pid, started=f"{boot}/{fields[19]}")
    # No /proc here: a system such as macOS.
    listed = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)],  # noqa: S607 - wherever the system keeps it
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout.split(maxsplit=1)
    return None if not listed or listed[0].startswith("Z") else Process(pid=pid, started=listed[1].strip())


def is_running(process: Process) -> bool:
    """Whether exactly this process still runs."""
    return identify(process.pid) == process


def stop(process: Process) -> bool:
    """End exactly this process: by SIGTERM, and by SIGKILL if it takes more than five seconds.

    Returns:
        Whether it was there to be ended.
    """
    handle = _handle(process.pid)
    try:
        # Identified after the handle is taken: from here on the handle means this very process.
        if not is_running(process):
            return False
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not _send(process, handle, number) or _wait(process, handle):
                return True
        return True
    finally:
        if handle is not None:
            os.close(handle)


def _handle(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _send(process: Process, handle: int | None, number: signal.Signals) -> bool:
    """Send a signal; False when the process is gone."""
    try:
        if handle is not None:
            signal.pidfd_send_signal(handle, number)
        elif is_running(process):
            os.kill(process.pid, number)
        else:
            return False
    except ProcessLookupError:
        return False
    return True


def _wait(process: Process, handle: int | None) -> bool:
    """Wait until the process is gone; False when it takes too long."""
    if handle is not None:
        poller = select.poll()
        poller.register(handle, select.POLLIN)
        return bool(poller.poll(PATIENCE * 1000))
    end = time.monotonic() + PATIENCE
    while is_running(process):
        if time.monotonic() > end:
            return False
        time.sleep(POLL)
    return True
