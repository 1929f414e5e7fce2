"""The command line; see the package's docstring."""

from __future__ import annotations

import sys

from tools.openstack_services.cloud import Cloud, timed_start
from tools.openstack_services.install import install, missing_programs
from tools.openstack_services.layout import HOME, Layout
from tools.openstack_services.processes import run_beside


def run(command: list[str]) -> int:
    """Start the services, run the command, stop the services."""
    return run_beside(HOME, "the services", Cloud, timed_start, command, "CUMULI_OPENSTACK")


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
