"""The command line; see the package's docstring."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from cumuli.sandbox.openstack.processes import DidNotStart, run_beside
from tools.ceph_service.cluster import HOME, Cluster
from tools.ceph_service.install import install

STARTS = 3
LEFT_OUT = """\
************************************************************************
CEPH DID NOT START. ITS TESTS ARE LEFT OUT OF THIS RUN: NOTHING IS SHOWN
OF CEPH'S S3 AND SWIFT. The logs are in {logs}
************************************************************************"""


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
    print(LEFT_OUT.format(logs=cluster.log), flush=True)
    return None


def run(command: list[str]) -> int:
    """Start the cluster, run the command, stop the cluster."""
    return run_beside(HOME, "Ceph", Cluster, started, command, "CUMULI_CEPH")


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
