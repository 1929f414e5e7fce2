"""Getting what is missing."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.openstack_services.layout import DEBIAN_PACKAGES, LOCK_FILE, RABBIT, Layout


def missing_programs() -> list[str]:
    """The Debian packages that are needed and not there."""
    there = {"mariadb-server": shutil.which("mariadbd") is not None, "rabbitmq-server": RABBIT.exists()}
    return [package for package in DEBIAN_PACKAGES if not there[package]]


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
    ready = layout.venv / ".ready"
    wanted = hashlib.sha256(LOCK_FILE.read_bytes()).hexdigest()
    if ready.exists() and ready.read_text() == wanted:
        return
    print(f"Installing what {LOCK_FILE.name} pins, 700 MB, which takes some minutes ...", flush=True)
    layout.home.mkdir(parents=True, exist_ok=True)
    layout.snapshot.unlink(missing_ok=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(layout.venv)], check=True)
    pip = [layout.bin("python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    subprocess.run([*pip, "--no-deps", "--require-hashes", "-r", str(LOCK_FILE)], check=True)
    ready.write_text(wanted)


def installed(layout: Layout) -> bool:
    return not missing_programs() and Path(layout.venv, ".ready").exists()
