"""Where one podman keeps everything, how it is called, and how all of it is taken away again."""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from cumuli.runtime.file_locks import lock

__all__ = ["LOCK", "Place", "alone", "place_in_use", "places", "podman", "storage_driver"]

NETWORK = "cumuli"
LIMITS = {"nofile": (resource.RLIMIT_NOFILE, 65_536), "nproc": (resource.RLIMIT_NPROC, 16_384)}
ELSEWHERE = ("CONTAINER_", "CONTAINERS_")
# Tells whoever clears up after a service that was killed what it was.
OWN = "place.json"
# Whoever uses a place has the lock of this file in it.
LOCK = "lock"


class Place:
    """A folder that one podman has for itself: its storage, its network, its settings.

    Args:
        home: The folder.
        driver: Podman's storage driver.
        images: A folder with images besides its own, which are not changed; None for none.
        brief: Where to keep what belongs to the running system, by paths of no more than 50 characters, as podman
            wants them; None for the folder itself.
    """

    def __init__(self, home: Path, driver: str, images: Path | None = None, brief: Path | None = None) -> None:
        self.home = home
        self.driver = driver
        self.images = images
        self.root = home / "root"
        self.run = (brief or home) / "run"
        self.temporary = (brief or home) / "tmp"
        self.networks = home / "net"
        self.settings = home / "containers.conf"

    def prepare(self) -> None:
        """Make the folder and write the settings."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.networks.mkdir(exist_ok=True)
        (self.home / OWN).write_text(json.dumps({"driver": self.driver, "images": self.images and str(self.images)}))
        self.settings.write_text(
            "\n".join(
                (
                    "[containers]",
                    # Podman's own default is more than a process without CAP_SYS_RESOURCE may ask for.
                    f"default_ulimits = [{', '.join(_limits())}]",
                    "[engine]",
                    'runtime = "runc"',
                    'cgroup_manager = "cgroupfs"',
                    'events_logger = "file"',
                    "[network]",
                    'network_backend = "netavark"',
                    f'network_config_dir = "{self.networks}"',
                    f'default_network = "{NETWORK}"',
                    "",
                )
            )
        )
        (self.networks / f"{NETWORK}.json").write_text(json.dumps(_network(str(self.home))))

    @classmethod
    def found(cls, home: Path) -> Place:
        """The place that a folder has been made to be; of one that was not finished there is nothing but files."""
        try:
            told = json.loads((home / OWN).read_text())
        except (OSError, ValueError):
            return cls(home, "vfs")
        return cls(home, told["driver"], Path(told["images"]) if told["images"] else None)

    def environment(self) -> dict[str, str]:
        """The variables for podman: those of this process, without what leads to another podman or its storage."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(ELSEWHERE)}
        return {**own, "CONTAINERS_CONF": str(self.settings)}

    def clear(self) -> None:
        """End every container, and take everything away, whatever state it is in."""
        if not self.home.exists():
            return
        if self.settings.exists():
            everything = [*podman(self), "rm", "--all", "--force", "--time", "0", "--volumes"]
            quietly(everything, self)
        _unmount(self.home)
        shutil.rmtree(self.home, ignore_errors=True)


def places() -> Path:
    """The folder of all that this user's services have. Nobody else may look into it, or have made it.

    Raises:
        OSError: Somebody else has.
    """
    folder = Path(tempfile.gettempdir()) / f"cumuli-machines-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not a folder of one's own that nobody else may open; remove it")
    return folder


@contextmanager
def place_in_use() -> Generator[Path]:
    """A new folder among the places, which nobody takes away as long as it is in use; it is removed at the end."""
    with alone():
        home = Path(tempfile.mkdtemp(dir=places()))
        file = (home / LOCK).open("wb")
        lock(file.fileno())
    with file:
        try:
            yield home
        finally:
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def alone() -> Generator[None]:
    """As long as nobody else makes a place or looks whose places are in use."""
    folder = os.open(places(), os.O_RDONLY)
    try:
        lock(folder)
        yield
    finally:
        os.close(folder)


def podman(place: Place) -> list[str]:
    """The beginning of podman's command line for what is in a place."""
    command = [
        *("podman", "--root", str(place.root), "--runroot", str(place.run), "--tmpdir", str(place.temporary)),
        *("--storage-driver", place.driver),
    ]
    if place.images is not None:
        command += ["--storage-opt", f"{place.driver}.imagestore={place.images / 'root'}"]
    return command


def quietly(command: list[str], place: Place) -> subprocess.CompletedProcess[bytes]:
    """Run a command whose failure is no news."""
    return subprocess.run(
        command,
        env=place.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


@cache
def storage_driver() -> str:
    """``overlay`` where the system has it, whose machines are made in no time; ``vfs``, which copies, elsewhere."""
    with place_in_use() as scratch:
        place = Place(scratch / "try", "overlay")
        place.prepare()
        works = quietly([*podman(place), "info"], place).returncode == 0
        place.clear()
    return "overlay" if works else "vfs"


def _limits() -> list[str]:
    """What this process may always hand on: no more than it has, and less than some part of podman lowers it to."""
    limits: list[str] = []
    for name, (which, most) in LIMITS.items():
        hard = resource.getrlimit(which)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        limits.append(f'"{name}={value}:{value}"')
    return limits


def _network(seed: str) -> dict[str, object]:
    """A bridge of its own: the one that every podman has would be shared with others, who give the same addresses."""
    identity = hashlib.sha256(seed.encode()).hexdigest()
    taken = _routes()
    while True:
        # Apart from what podman chooses by itself, 10.88 to 10.89.
        prefix = f"10.{random.randrange(128, 250)}.{random.randrange(256)}"  # noqa: S311 - no secret
        if prefix not in taken:
            break
    return {
        "name": NETWORK,
        "id": identity,
        "driver": "bridge",
        "network_interface": f"cumuli{identity[:8]}",
        "created": "2026-01-01T00:00:00Z",
        "subnets": [{"subnet": f"{prefix}.0/24", "gateway": f"{prefix}.1"}],
        "ipv6_enabled": False,
        "internal": False,
        "dns_enabled": False,
        "ipam_options": {"driver": "host-local"},
    }


def _routes() -> set[str]:
    """The first three numbers of the networks that this computer has routes to."""
    try:
        lines = Path("/proc/net/route").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return set()
    found = (bytes.fromhex(line.split()[1])[::-1] for line in lines if line.split())
    return {".".join(map(str, address[:3])) for address in found}


def _unmount(home: Path) -> None:
    """Podman leaves its storage mounted onto itself."""
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    inside = [line.split()[1] for line in lines if line.split()[1].startswith(f"{home}/")]
    for mounted in reversed(inside):
        subprocess.run(["umount", "--lazy", mounted], capture_output=True, check=False)  # noqa: S607 - wherever it is
