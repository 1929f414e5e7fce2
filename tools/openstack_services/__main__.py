"""The command line; see the package's docstring."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from functools import partial
from types import FrameType

from tools.openstack_services.cloud import Cloud, timed_start
from tools.openstack_services.install import install, missing_programs
from tools.openstack_services.layout import HOME, Layout
from tools.openstack_services.processes import die_with


def interrupted(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def run(command: list[str]) -> int:
    """Start the services, run the command, stop the services."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another run in this checkout is using the services; waiting for it to end ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, interrupted)
        cloud = Cloud()
        try:
            description = timed_start(cloud)
            return subprocess.run(
                command,
                check=False,
                env={**os.environ, "CUMULI_OPENSTACK": str(description)},
                preexec_fn=partial(die_with, os.getpid()),
            ).returncode
        finally:
            cloud.stop()


def main() -> int:
    action, *command = sys.argv[1:] or [""]
    if action == "install":
        install(Layout())
        return 0
    if action == "run" and command:
        if missing_programs():
            install(Layout())
        return run(command)
    print(sys.modules["tools.openstack_services"].__doc__)
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
