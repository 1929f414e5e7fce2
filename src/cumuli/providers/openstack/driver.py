"""The OpenStack driver, put together from its parts."""

from __future__ import annotations

from cumuli.capabilities import Capabilities, ComputeCapability
from cumuli.providers.openstack.account import AccountCalls
from cumuli.providers.openstack.actions import ServerActions
from cumuli.providers.openstack.base import NovaNodeT
from cumuli.providers.openstack.models import OpenStackNode
from cumuli.providers.openstack.network import NetworkCalls
from cumuli.providers.openstack.places import PlacesDriver
from cumuli.providers.openstack.services import OpenStackServices
from cumuli.providers.openstack.volumes import VolumesDriver
from cumuli.providers.openstack.wire_servers import Server, node_of

__all__ = ["CAPABILITIES", "NovaDriver", "OpenStackDriver"]

CAPABILITIES = Capabilities(
    frozenset(ComputeCapability) - {ComputeCapability.COPY_IMAGE, ComputeCapability.CREATE_NODE_IDEMPOTENT},
    {
        ComputeCapability.COPY_IMAGE: "download the image and upload it in the other region, "
        "or ask its Glance for an import by URL (ex_call)",
        ComputeCapability.CREATE_NODE_IDEMPOTENT: "look for the node by a tag of your own before you create it again",
    },
)


class NovaDriver(
    ServerActions[NovaNodeT],
    PlacesDriver[NovaNodeT],
    VolumesDriver[NovaNodeT],
):
    """Every portable verb, on Nova, Glance and Cinder.

    Attributes:
        account: Calls about the project and the installation.
        network: Neutron's calls.
    """

    def __init__(self, services: OpenStackServices) -> None:
        super().__init__(services)
        self.account = AccountCalls(services)
        self.network = NetworkCalls(services)


class OpenStackDriver(NovaDriver[OpenStackNode]):
    """Any OpenStack cloud."""

    provider = "openstack"
    capabilities = CAPABILITIES

    def _node(self, server: Server) -> OpenStackNode:
        return node_of(server, self.provider)
