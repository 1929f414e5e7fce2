"""What Acme Cloud adds to the portable models."""

from __future__ import annotations

from cumuli.compute.models import Node

__all__ = ["AcmeNode"]


class AcmeNode(Node, frozen=True, kw_only=True):
    """A server of Acme Cloud's.

    Attributes:
        host: Name of the machine that it is on, or None.
    """

    host: str | None = None
