"""The OpenStack driver, put together from its parts."""

from __future__ import annotations

from cumuli.capabilities import Capabilities
from cumuli.compute.capabilities import ComputeCapability
from cumuli.providers.openstack.compute.account import AccountCalls
from cumuli.providers.openstack.compute.actions import ServerActions
from cumuli.providers.openstack.compute.base import NovaNodeT
from cumuli.providers.openstack.compute.models import OpenStackNode
from cumuli.providers.openstack.compute.sizes import PlacesDriver
from cumuli.providers.openstack.compute.volumes import VolumesDriver
from cumuli.providers.openstack.compute.wire import Server, node_of
from cumuli.providers.openstack.network.driver import NetworkCalls
from cumuli.providers.openstack.services import OpenStackServices

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
