"""The link as a process of its own, which the sandbox starts as it starts servers."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence

from cumuli.sandbox.server import Address, Profile, Server

__all__ = ["PORTS", "LinkServer"]

PORTS = "ports.json"


class LinkServer(Server):
    """The faulty link before a server.

    Args:
        kind: The server's name.
        behind: The ports that users of it talk to.
        faults: What goes wrong, in words.
        seed: What it follows from.
        fronts: The ports that the link has to have, or none for any.
    """

    modules: Sequence[str] = ()
    summary = "a faulty link"

    def __init__(self, kind: str, behind: Sequence[int], faults: str, seed: int, fronts: Sequence[int] = ()) -> None:
        self.name = f"{kind} link"
        self._kind = kind
        self._behind = behind
        self._faults = faults
        self._seed = seed
        self._fronts = fronts

    def command(self, address: Address) -> list[str]:
        """The link, by the Python that runs this."""
        fronts = [address.port, *(self._fronts[1:] or [0] * (len(self._behind) - 1))]
        doors = [f"{port}:{own}" for port, own in zip(self._behind, fronts, strict=True)]
        return [
            sys.executable, "-m", "cumuli.sandbox.faulty", "--kind", self._kind, "--faults", self._faults,
            "--seed", str(self._seed), "--home", str(address.home), *doors,
        ]  # fmt: skip

    def environment(self, address: Address) -> Mapping[str, str]:
        """Nothing that is not usual."""
        return {}

    def ready(self, address: Address, log: str) -> bool:
        """It listens once it says so."""
        return f"A faulty link at {address.endpoint}" in log

    def ports(self, address: Address) -> Sequence[int]:
        """One for each of the server's."""
        ports: list[int] = json.loads((address.home / PORTS).read_text(encoding="utf-8"))
        return ports

    def profiles(self, address: Address) -> dict[str, Profile]:
        """None of its own."""
        return {}

    def exports(self, address: Address) -> dict[str, str]:
        """None of its own."""
        return {}
