"""What a provider can do, as typed flags, checked before any I/O."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from cumuli.errors import NotSupported

__all__ = ["Capabilities", "Capability"]


class Capability(StrEnum):
    """One thing that a provider may or may not be able to do: each service has an enumeration of its own."""


class Capabilities(msgspec.Struct, frozen=True):
    """What one provider can do.

    Attributes:
        supported: The capabilities it has.
        alternatives: For one that it lacks, what to do there instead, as the end of a sentence:
            ``{ComputeCapability.STOP_NODE: "destroy the node, or use ex_suspend"}``.
    """

    supported: frozenset[Capability]
    alternatives: Mapping[Capability, str] = {}

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
