"""What Rackspace's servers have besides OpenStack's fields."""

from __future__ import annotations

from cumuli.providers.openstack.compute.models import OpenStackNode

__all__ = ["PUBLIC_NET", "SERVICE_NET", "RackspaceNode"]

PUBLIC_NET = "00000000-0000-0000-0000-000000000000"
"""The network that leads to the Internet, the same in every account: ``ex_networks=[PUBLIC_NET, …]``."""

SERVICE_NET = "11111111-1111-1111-1111-111111111111"
"""The network of a region that reaches Rackspace's other services, likewise."""


class RackspaceNode(OpenStackNode, frozen=True, kw_only=True):
    """A cloud server.

    In accounts with RackConnect a server is public only once the automation has given it an
    address; until then its ``state`` is ``PENDING``, and the address, which Rackspace calls
    ``accessIPv4``, is among its ``public_ips``.

    Attributes:
        rackconnect_status: ``"DEPLOYING"``, ``"DEPLOYED"``, ``"FAILED"`` or ``"UNPROCESSABLE"``; None
            without RackConnect.
        rackconnect_details: Why it failed, or None.
    """

    rackconnect_status: str | None = None
    rackconnect_details: str | None = None

    def __hash__(self) -> int:
        return hash((self.provider, "node", self.id))
