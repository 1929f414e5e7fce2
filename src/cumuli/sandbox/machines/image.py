"""The image that the sandbox's machines are made from: Debian's own packages, put together once and kept.

No registry is needed for it, and no init: an image of minutes and hundreds of megabytes more would boot systemd in a
container, where it wants rights that few hosts give. What a machine has is an sshd, sudo, Python and cloud-init.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cumuli.errors import ConfigurationError
from cumuli.runtime.file_locks import lock
from cumuli.sandbox.environments import cache_folder
from cumuli.sandbox.launcher import die_with
from cumuli.sandbox.machines.settings import Place, place_in_use, podman

__all__ = ["IMAGE", "PROGRAMS", "check_programs", "image_store", "is_made", "missing_packages"]

IMAGE = "localhost/cumuli/debian:12"
# What has to be there, and the package of Debian's that brings it.
PROGRAMS = {
    "podman": "podman",
    "runc": "runc",
    "netavark": "netavark",
    "iptables": "iptables",
    "mmdebstrap": "mmdebstrap",
}
# Where Debian keeps programs that nobody calls by name.
BESIDE = "/usr/lib/podman"
SUITE = "bookworm"
PACKAGES = "openssh-server,sudo,python3,iproute2,procps,ca-certificates"
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/man/*", "/usr/share/info/*")
DONE = "done"
HOOK = r"""
set -e
chroot "$1" useradd --create-home --shell /bin/bash --password '*' debian
printf 'debian ALL=(ALL) NOPASSWD:ALL\n' > "$1/etc/sudoers.d/debian"
chmod 440 "$1/etc/sudoers.d/debian"
printf '#!/bin/sh\nkill -INT 1\n' > "$1/usr/sbin/reboot"
printf '#!/bin/sh\nkill -TERM 1\n' > "$1/usr/sbin/poweroff"
chmod 755 "$1/usr/sbin/reboot" "$1/usr/sbin/poweroff"
rm -f "$1"/etc/ssh/ssh_host_* "$1/etc/hostname"
"""


def check_programs() -> None:
    """Look whether everything is there.

    Raises:
        ConfigurationError: It is not; the message says how to get it.
    """
    if missing := missing_packages():
        raise ConfigurationError(
            f"the machines sandbox needs {', '.join(missing)}; on Debian, as root: "
            f"apt-get install --no-install-recommends {' '.join(PROGRAMS.values())}"
        )
    if os.geteuid() != 0:
        raise ConfigurationError(
            "the machines sandbox needs root, for its own network and storage; without root, podman's own service "
            "can be used (systemctl --user start podman.socket, endpoint unix:///run/user/UID/podman/podman.sock)"
        )


def missing_packages() -> list[str]:
    """The Debian packages that are needed and not there."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", BESIDE))
    return [package for program, package in PROGRAMS.items() if shutil.which(program, path=path) is None]


def image_store(driver: str, told: Callable[[str], None]) -> Path:
    """The folder in which podman finds the image; it is made if it is not there yet, which takes a minute.

    Args:
        driver: Podman's storage driver.
        told: Is told that it is made.

    Raises:
        ConfigurationError: It could not be made.
    """
    store = _store(driver)
    cache = store.parent
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    done = store / DONE
    with (cache / "lock").open("wb") as file:
        lock(file.fileno())
        if not done.exists():
            Place(store, driver).clear()
            for old in cache.glob(f"*-{driver}"):
                # Of an earlier recipe. What a running sandbox has mounted of it stays until that ends.
                Place(old, driver).clear()
            told("making an image of Debian's packages for machines, once")
            tar = cache / "image.tar"
            try:
                _build(tar)
                with place_in_use() as brief:
                    _import(tar, Place(store, driver, brief=brief))
            finally:
                tar.unlink(missing_ok=True)
            done.touch()
    return store


def is_made(driver: str) -> bool:
    """Whether there is an image already."""
    return (_store(driver) / DONE).exists()


def _store(driver: str) -> Path:
    recipe = hashlib.sha256("\n".join((SUITE, PACKAGES, *LEFT_OUT, HOOK)).encode()).hexdigest()[:12]
    return cache_folder() / "machines" / f"{SUITE}-{recipe}-{driver}"


def _build(tar: Path) -> None:
    excluded = [f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT]
    # With mounts of its own: killed at once, it leaves none of /proc and /sys where others take folders away.
    alone = ["unshare", "--mount", "--propagation", "private", "--"]
    command = [*alone, "mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", *excluded]
    _run([*command, f"--customize-hook={HOOK}", SUITE, str(tar)], "put Debian's packages together")


def _import(tar: Path, place: Place) -> None:
    place.prepare()
    _run([*podman(place), "import", "--change", 'CMD ["/bin/sh"]', str(tar), IMAGE], "give the image to podman", place)


def _run(command: list[str], what: str, place: Place | None = None) -> None:
    environment = place.environment() if place is not None else None
    done = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        # Nothing is put together that nobody waits for; asked to end, it takes away what it has unpacked.
        preexec_fn=partial(die_with, os.getpid(), signal.SIGTERM),
    )
    if done.returncode:
        raise ConfigurationError(f"the machines sandbox could not {what}: {done.stderr[-800:]}")
