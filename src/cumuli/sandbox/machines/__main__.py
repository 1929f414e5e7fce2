"""``python -m cumuli.sandbox.machines``: podman's service on a Unix socket, until it is ended; then nothing is left.

Everything is in a folder of its own, whose lock says that somebody is there. Whoever starts takes the folders away
first whose lock is free: those of services that were killed.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from cumuli.runtime.file_locks import lock
from cumuli.sandbox.machines.settings import LOCK, Place, alone, place_in_use, places, podman

__all__ = ["sweep"]

PR_SET_PDEATHSIG = 1
PATIENCE = 2.0


def main() -> int:
    """Serve; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m cumuli.sandbox.machines", description="podman's service")
    parser.add_argument("--socket", required=True)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--driver", required=True)
    given = parser.parse_args()
    # From here on an end is one that clears up.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _leave)
    sweep()
    with place_in_use() as home:
        place = Place(home, given.driver, given.images)
        try:
            place.prepare()
            return _serve(place, given.socket)
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            place.clear()


def sweep() -> None:
    """Take away what services have left that were killed: containers, networks, files."""
    for home in places().iterdir():
        with suppress(OSError), (home / LOCK).open("ab") as file:
            # Who is just making a place has not got its lock yet.
            with alone():
                lock(file.fileno(), wait=False)
            Place.found(home).clear()


def _serve(place: Place, socket: str) -> int:
    watcher = os.getpid()

    def die_with_us() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != watcher:
                os._exit(1)

    command = [*podman(place), "system", "service", "--time", "0", f"unix://{socket}"]
    # This process has one thread, so running Python after the fork is safe.
    service = subprocess.Popen(command, env=place.environment(), preexec_fn=die_with_us)  # noqa: PLW1509
    print(f"podman at unix://{socket}", flush=True)  # noqa: T201 - what its starter reads
    try:
        return service.wait()
    finally:
        service.terminate()
        try:
            service.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            service.kill()


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    raise SystemExit(main())
