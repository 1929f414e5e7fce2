"""Checks of Neutron's arguments, before any I/O."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cumuli.errors import InvalidRequest
from cumuli.providers.openstack.compute.arguments import reference
from cumuli.providers.openstack.network.models import AddressPair, AllocationPool, FixedIP, HostRoute, SecurityGroup

__all__ = ["changes", "parts", "references"]


def references(groups: Sequence[SecurityGroup | str] | None) -> list[str] | None:
    """The ids of security groups; None where nothing was said."""
    return [reference(group, "security group") for group in groups] if groups is not None else None


def parts(
    things: Sequence[AddressPair | AllocationPool | FixedIP | HostRoute] | None,
) -> list[dict[str, object]] | None:
    """What was said of each; None for nothing at all."""
    if things is None:
        return None
    return [
        {name: value for name, value in msgspec.structs.asdict(thing).items() if value is not None} for thing in things
    ]


def changes(given: dict[str, object], what: str) -> dict[str, object]:
    """What is to change.

    Raises:
        InvalidRequest: That is nothing.
    """
    found = {name: value for name, value in given.items() if value is not None}
    if not found:
        raise InvalidRequest(f"nothing of {what} is to be changed; say what")
    return found
