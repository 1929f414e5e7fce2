"""The command line; see the package's docstring."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from cumuli import sandbox
from cumuli.errors import CloudError
from cumuli.sandbox.machines.image import PROGRAMS, missing_packages
from cumuli.sandbox.openstack.processes import run_beside

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".cache" / "machines-service"
STARTS = 3
LEFT_OUT = """\
************************************************************************
PODMAN DID NOT START. THE TESTS OF MACHINES ARE LEFT OUT OF THIS RUN:
NOTHING IS SHOWN OF LOCAL MACHINES, AND NOTHING IS DEPLOYED TO ONE
************************************************************************"""


class Machines:
    """Podman's service, as long as it is wanted."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def start(self) -> str:
        """Start it; gives its endpoint.

        Raises:
            CloudError: It did not start.
        """
        return self._stack.enter_context(sandbox.running("machines")).endpoint

    def stop(self) -> None:
        """End it, and every machine of it."""
        self._stack.close()


def started(machines: Machines) -> str | None:
    """Where the service listens; None when it will not start, or makes no machines."""
    for number in range(1, STARTS + 1):
        began = time.monotonic()
        try:
            endpoint = machines.start()
        except CloudError as error:
            machines.stop()
            print(f"Start {number} of {STARTS} failed after {time.monotonic() - began:.0f} s: {error}", flush=True)
        else:
            print(f"Podman answers after {time.monotonic() - began:.0f} s", flush=True)
            return endpoint
    print(LEFT_OUT, flush=True)
    return None


def install() -> None:
    """Install what is missing, or say how.

    Raises:
        SystemExit: Debian packages are missing and this user may not install them.
    """
    if not missing_packages():
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *PROGRAMS.values()]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SystemExit(f"Machines need {' and '.join(missing_packages())}. As root: {' '.join(command)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print("Installing", *missing_packages(), "...", flush=True)
    subprocess.run(["apt-get", "update", "--quiet=2"], check=True, env=quiet)
    subprocess.run([*command, "--quiet=2"], check=True, env=quiet, stdout=subprocess.DEVNULL)


def run(command: list[str]) -> int:
    """Start the service, run the command, stop the service."""
    # With the other things that `make clean` removes.
    os.environ["CUMULI_SANDBOX_CACHE"] = str(ROOT / ".cache")
    return run_beside(HOME, "podman", Machines, started, command, "CUMULI_MACHINES")


def main() -> int:
    action, *command = sys.argv[1:] or [""]
    if action == "install":
        install()
        return 0
    if action == "run" and command:
        install()
        return run(command)
    print(sys.modules["tools.machines_service"].__doc__)
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
