"""What only the in-memory cloud knows of its nodes, images and volumes, as typed fields."""

from __future__ import annotations

from cumuli.compute.models import Node, NodeImage, Volume

__all__ = ["MemoryImage", "MemoryNode", "MemoryVolume"]


class MemoryNode(Node, frozen=True, kw_only=True):
    """A node of the in-memory cloud.

    Attributes:
        public_key: The public key that ``create_node(auth=SSHKey(…))`` gave, or None.
        reboots: How often it was rebooted.
    """

    public_key: str | None = None
    reboots: int = 0


class MemoryImage(NodeImage, frozen=True, kw_only=True):
    """An image of the in-memory cloud.

    Attributes:
        description: As ``create_image`` or ``copy_image`` gave it, or None.
    """

    description: str | None = None


class MemoryVolume(Volume, frozen=True, kw_only=True):
    """A volume of the in-memory cloud.

    Attributes:
        device: The device that ``attach_volume(device=…)`` named, or None.
    """

    device: str | None = None
