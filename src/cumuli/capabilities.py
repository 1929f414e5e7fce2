"""What a provider can do, as typed flags, checked before any I/O."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Literal

import msgspec

from cumuli.errors import NotSupported

__all__ = ["Capabilities", "Capability", "CapabilityEvidence"]


class Capability(StrEnum):
    """One thing that a provider may or may not be able to do: each service has an enumeration of its own."""


class CapabilityEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of one capability of one provider when it was certified.

    Attributes:
        outcome: ``"pass"``: every behaviour that is about it passed where it was tried. ``"fail"``: one failed.
            ``"unsupported"``: the provider does not have it. ``"untried"``: nobody has looked.
        endpoint: What was tried: ``"live"``, ``"real server"``, ``"vendor's emulator"``, ``"vendor's description"``.
        server: Who answered, with the version where that is known: ``"moto 5.2.5"``.
        date: The day, in UTC: ``"2026-11-29"``.
    """

    outcome: Literal["pass", "fail", "unsupported", "untried"]
    endpoint: str
    server: str
    date: str


class Capabilities(msgspec.Struct, frozen=True):
    """What one provider can do.

    Attributes:
        supported: The capabilities it has.
        alternatives: For one that it lacks, what to do there instead, as the end of a sentence:
            ``{ComputeCapability.STOP_NODE: "destroy the node, or use ex_suspend"}``.
        provider: The provider's registry name, if it is a client that tells of them.
    """

    supported: frozenset[Capability]
    alternatives: Mapping[Capability, str] = {}
    provider: str = ""

    def evidence(self, capability: Capability) -> CapabilityEvidence | None:
        """What was seen of a capability when cumuli's own copy of the provider was certified.

        It is what this release brings: evidence for the providers of cumuli, against the servers of its sandbox. It
        says nothing about your account; ``cumuli certify`` does. It is read from a file of the package, once.

        Args:
            capability: Which.

        Returns:
            None where there is no evidence at all of the provider.
        """
        found = _evidence().get((self.provider, type(capability).__name__))
        if found is None:
            return None
        return CapabilityEvidence(
            outcome=found.capabilities.get(capability.value, "untried"),
            endpoint=found.endpoint,
            server=found.server,
            date=found.date,
        )

    def __contains__(self, capability: object) -> bool:
        return capability in self.supported

    def require(self, capability: Capability, *, provider: str) -> None:
        """Do nothing if the capability is there.

        Raises:
            NotSupported: It is not; the message names the provider's alternative if there is one.
        """
        if capability in self.supported:
            return
        alternative = self.alternatives.get(capability)
        hint = f"; instead, {alternative}" if alternative else ""
        raise NotSupported(f"{provider} does not support {capability.value}{hint}", provider=provider)


class _Seen(msgspec.Struct, frozen=True):
    """A row of ``evidence.json``, which tools/generate_capabilities.py writes."""

    provider: str
    service: str
    enumeration: str
    endpoint: str
    server: str
    date: str
    capabilities: dict[str, Literal["pass", "fail", "unsupported", "untried"]]


@cache
def _evidence() -> dict[tuple[str, str], _Seen]:
    """The evidence by the provider and the name of its service's enumeration of capabilities."""
    from importlib.resources import files

    text = (files("cumuli") / "evidence.json").read_bytes()
    return {(row.provider, row.enumeration): row for row in msgspec.json.decode(text, type=list[_Seen])}
