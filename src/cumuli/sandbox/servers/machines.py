"""Machines on this computer, by a podman of the sandbox's own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cumuli.errors import ConfigurationError
from cumuli.runtime import blocking_runtime
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.http.headers import unix_origin
from cumuli.runtime.messages import Request, Response
from cumuli.runtime.protocol import TransportSettings
from cumuli.sandbox.machines.image import check_programs, image_store, is_made
from cumuli.sandbox.machines.settings import storage_driver
from cumuli.sandbox.server import Address, Profile, Server

__all__ = ["SERVER"]

PATIENCE = 10.0


class MachinesSandbox(Server):
    """It has its own storage and network, and takes every machine away when it ends.

    It listens on a Unix socket in a folder that nobody else may open, and not on a port: whoever may speak to podman
    may do everything on this computer.
    """

    name = "machines"
    summary = "machines with an sshd, by podman"
    modules: Sequence[str] = ()

    def lacking(self) -> str:
        """Programs of the system, root, or the image."""
        try:
            check_programs()
        except ConfigurationError as error:
            return error.message
        if not is_made(storage_driver()):
            return (
                "the machines sandbox needs an image of Debian; to make it, once: cumuli sandbox run machines -- true"
            )
        return ""

    def prepare(self, told: Callable[[str], None]) -> None:
        """The first time an image is made for it."""
        check_programs()
        image_store(storage_driver(), told)

    def ports(self, address: Address) -> Sequence[int]:
        """There are none, so that no link can be put before it."""
        raise ConfigurationError("podman listens on a Unix socket, and no faults can be put before that")

    def command(self, address: Address) -> list[str]:
        """Podman's service."""
        driver = storage_driver()
        images = image_store(driver, _unheard)
        return [
            *(sys.executable, "-m", "cumuli.sandbox.machines"),
            *("--socket", str(_socket(address)), "--images", str(images), "--driver", driver),
        ]

    def environment(self, address: Address) -> Mapping[str, str]:
        """Nothing that is not usual."""
        return {}

    def ready(self, address: Address, log: str) -> bool:
        """Ask podman how it is."""
        if f"podman at unix://{_socket(address)}" not in log:
            return False
        return run(_ping(address)).status == 200

    def profiles(self, address: Address) -> dict[str, Profile]:
        """``sandbox-machines``."""
        return {"sandbox-machines": {"provider": "machines", "endpoint": f"unix://{_socket(address)}"}}

    def exports(self, address: Address) -> dict[str, str]:
        """What ``podman --remote`` reads."""
        return {"CONTAINER_HOST": f"unix://{_socket(address)}"}


def _socket(address: Address) -> Path:
    return address.home / "podman.sock"


async def _ping(address: Address) -> Response:
    runtime = blocking_runtime(TransportSettings())
    try:
        request = Request(
            method="GET", origin=unix_origin(str(_socket(address))), target="/_ping", operation="SystemPing"
        )
        return await runtime.send(request, deadline=runtime.monotonic() + PATIENCE)
    finally:
        await runtime.close()


def _unheard(_what: str) -> None:
    """Nobody listens: all is there."""


SERVER: Server = MachinesSandbox()
