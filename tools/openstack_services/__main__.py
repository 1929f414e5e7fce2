"""The command line; see the package's docstring."""

from __future__ import annotations

import sys
from pathlib import Path

from cumuli.sandbox.openstack.cloud import Cloud, timed_start
from cumuli.sandbox.openstack.layout import Layout, missing_programs
from cumuli.sandbox.openstack.processes import run_beside
from tools.openstack_services.install import install

HOME = Path(__file__).resolve().parents[2] / ".cache" / "openstack"
# The tests look for this text wherever the library shows anything.
PASSWORD = "sEcReT-account-CumuliTestsOnlyNeverShown05"


def layout() -> Layout:
    return Layout(home=HOME, password=PASSWORD)


def run(command: list[str]) -> int:
    """Start the services, run the command, stop the services."""
    return run_beside(HOME, "the services", lambda: Cloud(layout()), timed_start, command, "CUMULI_OPENSTACK")


def main() -> int:
    action, *command = sys.argv[1:] or [""]
    if action == "install":
        install(layout())
        return 0
    if action == "run" and command:
        if missing_programs():
            install(layout())
        return run(command)
    print(sys.modules["tools.openstack_services"].__doc__)
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
