"""What the parts of the OpenStack driver stand on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeVar

import msgspec

from cumuli.compute.driver import ComputeDriver
from cumuli.providers.openstack.compute.models import OpenStackNode, OpenStackVolume
from cumuli.providers.openstack.compute.wire import Server
from cumuli.providers.openstack.services import OpenStackServices
from cumuli.secret import Secret

__all__ = ["NovaNodeT", "OpenStackBase"]

NovaNodeT = TypeVar("NovaNodeT", bound=OpenStackNode, covariant=True)


class OpenStackBase(ComputeDriver[NovaNodeT, OpenStackVolume], ABC):
    """A driver that calls OpenStack's services."""

    def __init__(self, services: OpenStackServices) -> None:
        super().__init__(services.caller)
        self.services = services

    @abstractmethod
    def _node(self, server: Server) -> NovaNodeT:
        """The node that a server is, in this provider's class."""

    def _node_with_password(self, server: Server, password: str | None) -> NovaNodeT:
        node = self._node(server)
        return msgspec.structs.replace(node, password=Secret(password)) if password else node
