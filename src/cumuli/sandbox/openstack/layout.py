"""Where things are, and which ports they listen on."""

from __future__ import annotations

import contextlib
import random
import shutil
import socket
from dataclasses import dataclass, field
from pathlib import Path

LOCK_FILE = Path(__file__).with_name("openstack.lock")
DEBIAN_PACKAGES = ("mariadb-server", "rabbitmq-server")
# Not every user's PATH has it.
MARIADB = "mariadbd" if shutil.which("mariadbd") else "/usr/sbin/mariadbd"
RABBIT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")

# Everything that listens. The snapshot remembers the ports it was made with.
PORTS = ("mariadb", "rabbit", "rabbit_dist", "epmd", "keystone", "placement", "glance", "neutron", "nova", "cinder")

ADMIN_PASSWORD = "admin"
DEMO_PASSWORD = "sandbox-openstack-key"


def free_ports() -> dict[str, int]:
    """A free loopback port for everything that listens.

    They are below the range from which the system takes ports for outgoing connections, so that
    none of those is in the way when a service gets to listening.
    """
    ports: dict[str, int] = {}
    for name in PORTS:
        while name not in ports:
            candidate = random.randrange(20_000, 32_000)
            with socket.socket() as probe, contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", candidate))
                if candidate not in ports.values():
                    ports[name] = candidate
    return ports


def missing_programs() -> list[str]:
    """The Debian packages that are needed and not there."""
    there = {"mariadb-server": shutil.which(MARIADB) is not None, "rabbitmq-server": RABBIT.exists()}
    return [package for package in DEBIAN_PACKAGES if not there[package]]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One run's folders and ports.

    Attributes:
        home: What is made once: the environment, and the snapshot.
        ports: Of everything that listens.
        folder: What this run keeps; below ``home`` if nothing is said.
        password: Of the user ``demo``.
        kept: What the snapshot is called; one for each password.
    """

    home: Path
    ports: dict[str, int] = field(default_factory=free_ports)
    folder: Path | None = None
    password: str = DEMO_PASSWORD
    kept: str = "snapshot.tar"

    @property
    def venv(self) -> Path:
        return self.home / "venv"

    @property
    def run(self) -> Path:
        return self.folder or self.home / "run"

    @property
    def etc(self) -> Path:
        return self.run / "etc"

    @property
    def log(self) -> Path:
        return self.run / "log"

    @property
    def snapshot(self) -> Path:
        return self.home / self.kept

    @property
    def mariadb(self) -> Path:
        return self.run / "mysql"

    @property
    def mariadb_socket(self) -> Path:
        return self.run / "mysql.sock"

    def url(self, service: str, path: str = "") -> str:
        return f"http://127.0.0.1:{self.ports[service]}{path}"

    def database(self, name: str) -> str:
        return f"mysql+pymysql://os:os@127.0.0.1:{self.ports['mariadb']}/{name}"

    def bin(self, name: str) -> str:
        return str(self.venv / "bin" / name)

    def clear(self) -> None:
        """Forget the last run."""
        if self.run.exists():
            shutil.rmtree(self.run)
        for folder in (self.etc, self.log, self.run / "lock"):
            folder.mkdir(parents=True)
