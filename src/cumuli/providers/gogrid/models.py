"""GoGrid's own models and the fields it adds to the portable ones."""

from __future__ import annotations

import msgspec

from cumuli.compute.driver import NodeSpec
from cumuli.compute.models import Node, NodeImage
from cumuli.secret import Secret

__all__ = ["GoGridIP", "GoGridImage", "GoGridNode", "GoGridNodeSpec", "GoGridPassword", "PendingNode"]


class GoGridNode(Node, frozen=True, kw_only=True):
    """A GoGrid server.

    Attributes:
        description: Its description, or None.
        is_sandbox: Whether it is a sandbox: a server that images are made from.
        os: Name of its operating system, or None.
    """

    description: str | None = None
    is_sandbox: bool = False
    os: str | None = None


class GoGridImage(NodeImage, frozen=True, kw_only=True):
    """A GoGrid server image.

    Attributes:
        description: Its description, or None.
        is_public: Whether every account sees it.
        is_active: Whether servers can be made from it.
        os: Name of its operating system, or None.
    """

    description: str | None = None
    is_public: bool = False
    is_active: bool = True
    os: str | None = None


class GoGridIP(msgspec.Struct, frozen=True, kw_only=True):
    """An address of the account's.

    Attributes:
        id: GoGrid's id.
        address: The IP address.
        public: Whether it is reachable from the Internet.
        assigned: Whether a server has it.
        subnet: The subnet it belongs to (``"204.51.240.0/255.255.255.240"``), or None.
        location: Id of its datacenter, or None.
    """

    id: str
    address: str
    public: bool
    assigned: bool
    subnet: str | None = None
    location: str | None = None


class GoGridPassword(msgspec.Struct, frozen=True, kw_only=True):
    """A password that GoGrid made.

    Attributes:
        id: GoGrid's id.
        username: Whose password it is (``"root"``).
        password: The password; ``reveal()`` gives its text.
        node: Id of the server it opens, or None when it is for another of GoGrid's services.
    """

    id: str
    username: str
    password: Secret
    node: str | None = None


class PendingNode(msgspec.Struct, frozen=True, kw_only=True):
    """A server that GoGrid has accepted and not given an id yet. Its address identifies it.

    Attributes:
        name: Its name.
        ip: The address that it was given.
        size: Id of its size.
        image: Id of its image.
    """

    name: str
    ip: str
    size: str
    image: str


class GoGridNodeSpec(NodeSpec, frozen=True, kw_only=True):
    """What ``create_node`` was asked for, GoGrid's own arguments included."""

    ip: str | None = None
    description: str | None = None
    is_sandbox: bool = False
