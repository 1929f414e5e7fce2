"""Rackspace's API, by mimic, which Rackspace wrote for its own tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cumuli.errors import ConfigurationError
from cumuli.runtime import blocking_runtime
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.messages import Request, Response
from cumuli.runtime.protocol import TransportSettings
from cumuli.sandbox.environments import cache_folder, make
from cumuli.sandbox.server import HOST, Address, Profile, Server

__all__ = ["LOCK", "SERVER"]

LOCK = Path(__file__).parents[1] / "rackspace" / "mimic.lock"
USERNAME, API_KEY = "sandbox", "sandbox-rackspace-key"
PATIENCE = 10.0


class RackspaceSandbox(Server):
    """It keeps everything in memory, makes an account when it first hears of it, and refuses no credentials."""

    name = "rackspace"
    summary = "Rackspace, by its mock mimic"
    modules: Sequence[str] = ()

    def prepare(self, told: Callable[[str], None]) -> None:
        """Make its environment in the cache folder, once: some twenty packages, half a minute."""
        make(_environment(), LOCK, told)

    def checking(self) -> Server:
        """It cannot."""
        raise ConfigurationError("rackspace cannot be started with signatures and passwords checked: mimic takes any")

    def command(self, address: Address) -> list[str]:
        """mimic, by the Python of its own environment."""
        return [
            str(_environment() / "bin" / "twistd"), "--pidfile=", "--nodaemon", "mimic", "--realtime",
            "--listen", f"tcp:{address.port}:interface={HOST}",
        ]  # fmt: skip

    def environment(self, address: Address) -> Mapping[str, str]:
        """Nothing that is not usual."""
        return {}

    def ready(self, address: Address, log: str) -> bool:
        """Ask for its front page, once it says that it has the port."""
        if f"Site starting on {address.port}" not in log:
            return False
        return run(_asked(address)).status == 200

    def profiles(self, address: Address) -> dict[str, Profile]:
        """``sandbox-rackspace``."""
        return {
            "sandbox-rackspace": {
                "provider": "rackspace",
                "auth_url": f"{address.endpoint}/identity/v2.0",
                "username": USERNAME,
                "api_key": API_KEY,
                "region": "ORD",
            }
        }

    def exports(self, address: Address) -> dict[str, str]:
        """Nothing: the openstack command does not know Rackspace's keys."""
        return {}


def _environment() -> Path:
    return cache_folder() / "mimic"


async def _asked(address: Address) -> Response:
    runtime = blocking_runtime(TransportSettings(proxy=""))
    try:
        request = Request(method="GET", origin=address.endpoint, target="/", operation="GET /")
        return await runtime.send(request, deadline=runtime.monotonic() + PATIENCE)
    finally:
        await runtime.close()


SERVER: Server = RackspaceSandbox()
