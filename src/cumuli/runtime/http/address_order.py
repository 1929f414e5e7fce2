"""In which order the addresses of a name are tried, for both runtimes (RFC 8305, "happy eyeballs"). Pure."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from itertools import zip_longest
from typing import Any, Final

__all__ = ["ATTEMPT_DELAY", "Address", "Reachability", "unix_address"]

# The type of an address is different for every family; it is only handed on.
Address = tuple[socket.AddressFamily, tuple[Any, ...] | str]

# Seconds until the next address is tried beside one that has not answered; RFC 8305, section 8.
ATTEMPT_DELAY: Final = 0.25
# Seconds without an answer that tell something of an address: a little less, for timers that fire early.
LONG_ENOUGH: Final = 0.8 * ATTEMPT_DELAY
# Seconds for which an address that did not answer is tried after the others.
REMEMBERED: Final = 60.0

_monotonic = time.monotonic


def unix_address(path: str) -> Address:
    """The address of a Unix socket.

    Raises:
        OSError: This system has none.
    """
    family: socket.AddressFamily | None = getattr(socket, "AF_UNIX", None)
    if family is None:
        raise OSError("this system has no Unix sockets")
    return family, path


class Reachability:
    """What a client knows of addresses: which of them did not answer lately. Shared by its threads."""

    __slots__ = ("_silent",)

    def __init__(self) -> None:
        self._silent: dict[Address, float] = {}

    def order(self, found: Iterable[Address]) -> list[Address]:
        """The addresses in the order in which they are to be tried.

        Args:
            found: As the resolver prefers them; each once in the answer.
        """
        families: dict[socket.AddressFamily, dict[Address, None]] = {}
        for address in found:
            families.setdefault(address[0], {})[address] = None
        # One of each family in turns: a family that leads nowhere costs one delay and not many.
        turns = zip_longest(*families.values())
        mixed = [address for turn in turns for address in turn if address is not None]
        silent = self._silent
        if not silent:
            return mixed
        now = _monotonic()
        since = {address: silent.get(address, 0.0) for address in mixed}
        return sorted(mixed, key=lambda address: since[address] if now - since[address] < REMEMBERED else 0.0)

    def given_up(self, address: Address, began: float) -> None:
        """An attempt ends without an answer: another one came first, or the time is up."""
        if _monotonic() - began >= LONG_ENOUGH:
            self.did_not_answer(address)

    def did_not_answer(self, address: Address) -> None:
        """An attempt failed, or nothing came of it for long enough."""
        now = _monotonic()
        for other, since in list(self._silent.items()):
            if now - since >= REMEMBERED:
                self._silent.pop(other, None)
        self._silent[address] = now

    def answered(self, address: Address) -> None:
        """A connection was made."""
        self._silent.pop(address, None)
