"""Getting what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess

PROGRAMS = {
    "radosgw": "radosgw",
    "ceph-mon": "ceph-mon",
    "ceph-osd": "ceph-osd",
    "ceph-mgr": "ceph-mgr",
    "ceph-common": "radosgw-admin",
}
"""The Debian packages, and a program of each."""


def missing_packages() -> list[str]:
    """The Debian packages that are needed and not there."""
    return [package for package, program in PROGRAMS.items() if shutil.which(program) is None]


def install() -> None:
    """Install what is missing, or say how.

    Raises:
        SystemExit: Debian packages are missing and this user may not install them.
    """
    missing = missing_packages()
    if not missing:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SystemExit(f"Ceph needs {' and '.join(missing)}. As root: {' '.join(command)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print("Installing", *missing, "...", flush=True)
    subprocess.run(["apt-get", "update", "--quiet=2"], check=True, env=quiet)
    subprocess.run([*command, "--quiet=2"], check=True, env=quiet, stdout=subprocess.DEVNULL)
