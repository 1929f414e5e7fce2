"""``Server``: what the sandbox knows of one kind of server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

__all__ = ["Address", "Profile", "Server", "rclone_remote"]

HOST = "127.0.0.1"

Profile = dict[str, str | bool]
"""The settings of one profile of the config file: ``provider``, ``endpoint``, ``region``, credentials …"""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where one running server is.

    Attributes:
        port: On the loopback interface.
        home: A folder of its own, for what it keeps on disk.
    """

    port: int
    home: Path

    @property
    def endpoint(self) -> str:
        """Its address as a URL without a path."""
        return f"http://{HOST}:{self.port}"


def rclone_remote(name: str, **options: str) -> dict[str, str]:
    """A remote of rclone's, told by the variables that rclone reads instead of its config file."""
    return {f"RCLONE_CONFIG_{name.upper()}_{option.upper()}": value for option, value in options.items()}


class Server(Protocol):
    """One kind of server that the sandbox can start. Each is one file in ``servers/``, with a class that inherits this.

    Attributes:
        name: What people type: ``"ec2"``.
        summary: What it is, in a line.
        modules: What must be importable for it to start; the extra ``cumuli[sandbox]`` brings it.
        patience: Seconds within which it has to answer.
    """

    name: str
    summary: str
    modules: Sequence[str]
    patience: float = 120.0

    def prepare(self, told: Callable[[str], None]) -> None:
        """Get what it needs besides modules, if that is not there yet. ``told`` is told what takes long.

        Raises:
            ConfigurationError: It cannot be had here; the message says what to do.
        """
        del told

    def lacking(self) -> str:
        """What large thing it needs that is not there yet, and how to get it; empty if it can be started as it is.

        Raises:
            ConfigurationError: That cannot be found out.
        """
        return ""

    def checking(self) -> Server:
        """The same server, made to check signatures and passwords. Most do so anyway, and are what they are.

        Raises:
            ConfigurationError: This one cannot.
        """
        return self

    def ports(self, address: Address) -> Sequence[int]:
        """Every port that users talk to, once it answers: the address's own first."""
        return (address.port,)

    def command(self, address: Address) -> list[str]:
        """The command line that serves at this address in the foreground."""
        ...

    def environment(self, address: Address) -> Mapping[str, str]:
        """Environment variables that the process needs besides the usual ones."""
        ...

    def ready(self, address: Address, log: str) -> bool:
        """Whether it really answers, tried once. ``log`` is all that it has printed so far.

        May raise ``CloudError`` while it does not. It must be sure that it is this process that
        answers, and not another one that was quicker to take the port.
        """
        ...

    def profiles(self, address: Address) -> dict[str, Profile]:
        """The profiles by which cumuli reaches it: name and settings."""
        ...

    def exports(self, address: Address) -> dict[str, str]:
        """Environment variables by which other programs reach it."""
        ...
