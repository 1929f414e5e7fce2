"""``Server``: what the sandbox knows of one kind of server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

__all__ = ["Address", "Profile", "Server"]

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


class Server(Protocol):
    """One kind of server that the sandbox can start. Each is one file in ``servers/``.

    Attributes:
        name: What people type: ``"ec2"``.
        summary: What it is, in a line.
        modules: What must be importable for it to start; the extra ``cumuli[sandbox]`` brings it.
    """

    @property
    def name(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def modules(self) -> Sequence[str]: ...

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
