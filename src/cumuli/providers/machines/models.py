"""What only machines on this computer have, as typed fields."""

from __future__ import annotations

import msgspec

from cumuli.compute.driver import NodeSpec
from cumuli.compute.models import Node, NodeImage, Volume

__all__ = ["LocalMachine", "LocalMachineImage", "LocalMachineSpec", "LocalMachineVolume", "ssh_address"]


class LocalMachine(Node, frozen=True, kw_only=True):
    """A machine on this computer.

    Its addresses are private ones, of podman's bridge, which this computer alone reaches. Where podman runs without
    root there is no such bridge: the address is 127.0.0.1 then, and ``ssh_port`` a port of this computer.

    Attributes:
        container: Name of its container, for podman's own commands (``podman exec -it NAME bash``).
        ssh_port: Where its sshd is reached at its address: 22, or a port of 127.0.0.1 (see above).
        ports: Ports of 127.0.0.1 that lead to it, by its own ports (``{80: 40123}``).
    """

    container: str = ""
    ssh_port: int = 22
    ports: dict[int, int] = msgspec.field(default_factory=dict)


def ssh_address(node: LocalMachine) -> tuple[str, int] | None:
    """Where a machine's sshd is reached, for ``deploy_node(ssh_interface=…)``; None while it has no address."""
    return (node.private_ips[0], node.ssh_port) if node.private_ips else None


class LocalMachineImage(NodeImage, frozen=True, kw_only=True):
    """An image that podman has.

    Attributes:
        names: Everything that it is called in podman's store (``"docker.io/library/debian:12"``).
        description: As ``create_image`` gave it, or None.
        size: MiB that it takes.
    """

    names: tuple[str, ...] = ()
    description: str | None = None
    size: int = 0


class LocalMachineVolume(Volume, frozen=True, kw_only=True):
    """A volume of podman's. Its size is what was asked for, and nothing keeps it from growing.

    Attributes:
        folder: Where its files are on this computer.
    """

    folder: str = ""


class LocalMachineSpec(NodeSpec, frozen=True, kw_only=True):
    """What ``create_node`` was asked for, the arguments that only machines have included."""

    key_pair: str | None = None
    user_data: str | None = None
    ports: tuple[int, ...] = ()
    volumes: dict[str, str] = msgspec.field(default_factory=dict)
