"""OpenStack itself: Keystone, Nova, Placement, Glance, Neutron and Cinder."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from cumuli.errors import ConfigurationError
from cumuli.sandbox.environments import cache_folder, made, make
from cumuli.sandbox.openstack.layout import DEMO_PASSWORD, LOCK_FILE, missing_programs
from cumuli.sandbox.server import Address, Profile, Server

__all__ = ["SERVER"]

USER = PROJECT = "demo"
DOMAIN = "Default"
REGION = "RegionOne"


class OpenStackSandbox(Server):
    """A cloud over MariaDB and RabbitMQ, whose hypervisor and volumes are fake: servers boot, and run nothing."""

    name = "openstack"
    summary = "OpenStack's own services"
    modules: Sequence[str] = ()
    # The databases are made at the first start.
    patience = 900.0

    def lacking(self) -> str:
        """Programs of the system, or its environment."""
        if (problem := _missing()) or made(_folder() / "venv", LOCK_FILE):
            return problem
        return "the openstack sandbox needs 700 MB of packages; to get them, once: cumuli sandbox run openstack -- true"

    def prepare(self, told: Callable[[str], None]) -> None:
        """Make its environment in the cache folder, once: 700 MB, some minutes. System packages are others' to add."""
        if problem := _missing():
            raise ConfigurationError(problem)
        folder = _folder()
        if not made(folder / "venv", LOCK_FILE):
            # It was made by other versions.
            (folder / "sandbox.tar").unlink(missing_ok=True)
        make(folder / "venv", LOCK_FILE, told)
        told("starting OpenStack: some 20 seconds, and a minute more the first time")

    def command(self, address: Address) -> list[str]:
        """All of it, by the Python that runs this."""
        return [
            sys.executable, "-m", "cumuli.sandbox.openstack", "--port", str(address.port),
            "--folder", str(address.home / "run"), "--cache", str(_folder()),
        ]  # fmt: skip

    def environment(self, address: Address) -> Mapping[str, str]:
        """Where MariaDB and RabbitMQ are, which not every user's PATH says."""
        return {"PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"}

    def ready(self, address: Address, log: str) -> bool:
        """It says so once each of the services has answered."""
        return f"OpenStack at {address.endpoint}" in log

    def ports(self, address: Address) -> Sequence[int]:
        """Keystone's, and those that its catalog tells."""
        told = json.loads((address.home / "run" / "cloud.json").read_text(encoding="utf-8"))
        urls: dict[str, str] = told["urls"]
        ports = [port for url in urls.values() if (port := urlsplit(url).port) is not None]
        return (address.port, *(port for port in ports if port != address.port))

    def profiles(self, address: Address) -> dict[str, Profile]:
        """``sandbox-openstack``."""
        return {
            "sandbox-openstack": {
                "provider": "openstack",
                "auth_url": f"{address.endpoint}/v3",
                "username": USER,
                "password": DEMO_PASSWORD,
                "project_name": PROJECT,
                "user_domain_name": DOMAIN,
                "project_domain_name": DOMAIN,
                "region": REGION,
            }
        }

    def exports(self, address: Address) -> dict[str, str]:
        """What the ``openstack`` command and openstacksdk read."""
        return {
            "OS_AUTH_TYPE": "password",
            "OS_AUTH_URL": f"{address.endpoint}/v3",
            "OS_USERNAME": USER,
            "OS_PASSWORD": DEMO_PASSWORD,
            "OS_PROJECT_NAME": PROJECT,
            "OS_USER_DOMAIN_NAME": DOMAIN,
            "OS_PROJECT_DOMAIN_NAME": DOMAIN,
            "OS_REGION_NAME": REGION,
            "OS_IDENTITY_API_VERSION": "3",
        }


def _missing() -> str:
    """What the system has to have and has not, with how to get it."""
    missing = missing_programs()
    if not missing:
        return ""
    return (
        f"the openstack sandbox needs {' and '.join(missing)} of the system; on Debian and Ubuntu, as root: "
        f"apt-get install --no-install-recommends {' '.join(missing)}"
    )


def _folder() -> Path:
    return cache_folder() / "openstack"


SERVER: Server = OpenStackSandbox()
