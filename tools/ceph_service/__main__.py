"""The command line; see the package's docstring."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from types import FrameType

from tools.ceph_service.cluster import HOME, Cluster
from tools.ceph_service.install import install
from tools.openstack_services.processes import DidNotStart, die_with

STARTS = 3
LEFT_OUT = """\
************************************************************************
CEPH DID NOT START. ITS TESTS ARE LEFT OUT OF THIS RUN: NOTHING IS SHOWN
OF CEPH'S S3 AND SWIFT. The logs are in {logs}
************************************************************************"""


def interrupted(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def started(cluster: Cluster) -> Path | None:
    """The description of the cluster once it answers; None when it will not start."""
    for number in range(1, STARTS + 1):
        began = time.monotonic()
        try:
            description = cluster.start()
        except DidNotStart as error:
            cluster.stop()
            print(f"Start {number} of {STARTS} failed after {time.monotonic() - began:.0f} s: {error}", flush=True)
        else:
            print(f"Ceph answers after {time.monotonic() - began:.0f} s", flush=True)
            return description
    return None


def run(command: list[str]) -> int:
    """Start the cluster, run the command, stop the cluster."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another run in this checkout is using Ceph; waiting for it to end ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, interrupted)
        cluster = Cluster()
        try:
            description = started(cluster)
            if description is None:
                print(LEFT_OUT.format(logs=cluster.log), flush=True)
                return 0
            return subprocess.run(
                command,
                check=False,
                env={**os.environ, "CUMULI_CEPH": str(description)},
                preexec_fn=partial(die_with, os.getpid()),
            ).returncode
        finally:
            cluster.stop()


def main() -> int:
    action, *command = sys.argv[1:] or [""]
    if action == "install":
        install()
        return 0
    if action == "run" and command:
        install()
        return run(command)
    print(sys.modules["tools.ceph_service"].__doc__)
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
