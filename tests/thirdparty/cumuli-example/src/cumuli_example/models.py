"""What Example Cloud adds to the portable models."""

from __future__ import annotations

from cumuli import Node

__all__ = ["ExampleNode"]


class ExampleNode(Node, frozen=True, kw_only=True):
    """A server of Example Cloud's.

    Attributes:
        rack: Where in the datacenter it stands, or None.
    """

    rack: str | None = None
