"""Getting what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess

from cumuli.sandbox.environments import made, make
from cumuli.sandbox.openstack.layout import LOCK_FILE, Layout, missing_programs


def install(layout: Layout) -> None:
    """Install what is missing, or say how.

    Raises:
        SystemExit: Debian packages are missing and this user may not install them.
    """
    missing = missing_programs()
    if missing:
        command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise SystemExit(f"The real OpenStack needs {' and '.join(missing)}. As root: {' '.join(command)}")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        print("Installing", *missing, "...", flush=True)
        subprocess.run(["apt-get", "update", "--quiet=2"], check=True, env=quiet)
        subprocess.run([*command, "--quiet=2"], check=True, env=quiet, stdout=subprocess.DEVNULL)
    if not made(layout.venv, LOCK_FILE):
        layout.snapshot.unlink(missing_ok=True)
    make(layout.venv, LOCK_FILE, lambda what: print(f"{what}: 700 MB, which takes some minutes ...", flush=True))


def installed(layout: Layout) -> bool:
    return not missing_programs() and made(layout.venv, LOCK_FILE)
