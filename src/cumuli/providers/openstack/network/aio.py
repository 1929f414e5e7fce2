"""``AsyncNeutron``: routers and floating IPs beside networks. ``Neutron`` is generated from it."""

from __future__ import annotations

from collections.abc import Sequence

from cumuli.compute.arguments import checked_name, id_of
from cumuli.compute.models import Node
from cumuli.providers.openstack.compute.arguments import reference
from cumuli.providers.openstack.compute.models import OpenStackNode
from cumuli.providers.openstack.network.aio_networks import AsyncNetworks
from cumuli.providers.openstack.network.arguments import changes, parts
from cumuli.providers.openstack.network.models import (
    FixedIP,
    FloatingIP,
    FloatingIPPool,
    Network,
    Port,
    Router,
    Subnet,
)

__all__ = ["AsyncNeutron"]


class AsyncNeutron(AsyncNetworks[OpenStackNode]):
    """What Neutron can do: networks, subnets, ports, routers, floating IPs and security groups."""

    # Routers

    async def ex_get_router(self, router: Router | str) -> Router:
        """One router as it is now. Neutron's operation: Show router details.

        Raises:
            NotFound: It does not exist.
        """
        return await self._do(self._neutron.router(reference(router, "router")))

    async def ex_update_router(
        self,
        router: Router | str,
        *,
        name: str | None = None,
        description: str | None = None,
        admin_state_up: bool | None = None,
    ) -> Router:
        """Change a router; what is None stays as it is. Neutron's operation: Update router.

        Args:
            router: The router.
            name: Its display name.
            description: Its description.
            admin_state_up: Whether it is switched on.

        Returns:
            The router as it is now.

        Raises:
            NotFound: It does not exist.
            InvalidRequest: There is nothing to change.
        """
        given: dict[str, object] = {"name": name, "description": description, "admin_state_up": admin_state_up}
        identity = reference(router, "router")
        return await self._do(self._neutron.update_router(identity, changes(given, f"the router {identity}")))

    async def ex_set_router_gateway(
        self,
        router: Router | str,
        external_network: Network | str,
        *,
        enable_snat: bool | None = None,
        fixed_ips: Sequence[FixedIP] | None = None,
    ) -> Router:
        """Let a router lead outside, by another way than before if it does already. Neutron's operation: Update router.

        Args:
            router: The router.
            external_network: Where it leads to.
            enable_snat: Whether it hides private addresses behind its own; None for the cloud's choice. As a
                rule only administrators may say.
            fixed_ips: Its addresses there, each an address, a subnet or both; None for any free one. As a
                rule only administrators may name an address.

        Returns:
            The router as it is now.

        Raises:
            NotFound: The router, or the network, does not exist.
            Conflict: Floating IPs lead through it as it is.
            PermissionDenied: One may not say what has been said.
        """
        gateway: dict[str, object] = {
            "network_id": reference(external_network, "network"),
            "enable_snat": enable_snat,
            "external_fixed_ips": parts(fixed_ips),
        }
        return await self._gateway(router, {name: value for name, value in gateway.items() if value is not None})

    async def ex_remove_router_gateway(self, router: Router | str) -> Router:
        """Let a router lead outside no longer. Neutron's operation: Update router.

        Raises:
            NotFound: It does not exist.
            Conflict: Floating IPs lead through it.
        """
        return await self._gateway(router, {})

    async def _gateway(self, router: Router | str, gateway: dict[str, object]) -> Router:
        body = {"external_gateway_info": gateway}
        return await self._do(self._neutron.update_router(reference(router, "router"), body))

    async def ex_list_routers(self) -> list[Router]:
        """Every router. Neutron's operation: List routers."""
        return await self._do(self._neutron.routers())

    async def ex_create_router(
        self,
        name: str,
        *,
        description: str | None = None,
        external_network: Network | str | None = None,
        admin_state_up: bool = True,
    ) -> Router:
        """Create a router. Neutron's operation: Create router.

        Args:
            name: Its display name.
            description: Its description.
            external_network: Where it leads outside to; None for nowhere.
            admin_state_up: Whether it is switched on.

        Raises:
            NotFound: The external network does not exist.
            QuotaExceeded: The project may not have another one.
        """
        outside = {"network_id": reference(external_network, "network")} if external_network is not None else None
        body: dict[str, object] = {
            "name": checked_name(name, "a router"),
            "description": description,
            "admin_state_up": admin_state_up,
            "external_gateway_info": outside,
        }
        return await self._make(self._neutron.create_router(body))

    async def ex_delete_router(self, router: Router | str) -> None:
        """Delete a router. Neutron's operation: Delete router.

        Raises:
            NotFound: It does not exist.
            Conflict: Subnets are connected to it.
        """
        await self._do(self._neutron.delete_router(reference(router, "router")))

    async def ex_add_router_subnet(self, router: Router | str, subnet: Subnet | str) -> None:
        """Connect a subnet to a router. Neutron's operation: Add interface to router.

        Raises:
            NotFound: One of them does not exist.
            Conflict, InvalidRequest: The subnet is connected already, or has no gateway.
        """
        await self._do(
            self._neutron.connect_router(
                reference(router, "router"), "add_router_interface", {"subnet_id": reference(subnet, "subnet")}
            )
        )

    async def ex_remove_router_subnet(self, router: Router | str, subnet: Subnet | str) -> None:
        """Disconnect a subnet from a router. Neutron's operation: Remove interface from router.

        Raises:
            NotFound: One of them does not exist, or they are not connected.
            Conflict: Floating IPs lead through it.
        """
        await self._do(
            self._neutron.connect_router(
                reference(router, "router"), "remove_router_interface", {"subnet_id": reference(subnet, "subnet")}
            )
        )

    async def ex_add_router_port(self, router: Router | str, port: Port | str) -> None:
        """Connect a port that is there to a router, such as one with an address of one's choice.

        Neutron's operation: Add interface to router.

        Raises:
            NotFound: One of them does not exist.
            Conflict, InvalidRequest: The port is in use, or its subnet is connected already.
        """
        await self._do(
            self._neutron.connect_router(
                reference(router, "router"), "add_router_interface", {"port_id": reference(port, "port")}
            )
        )

    async def ex_remove_router_port(self, router: Router | str, port: Port | str) -> None:
        """Disconnect a port from a router, which deletes the port. Neutron's operation: Remove interface from router.

        Raises:
            NotFound: One of them does not exist, or they are not connected.
            Conflict: Floating IPs lead through it.
        """
        await self._do(
            self._neutron.connect_router(
                reference(router, "router"), "remove_router_interface", {"port_id": reference(port, "port")}
            )
        )

    # Floating IPs

    async def ex_list_floating_ip_pools(self) -> list[FloatingIPPool]:
        """Where floating IPs can come from. Neutron's operation: List networks, the external ones."""
        return await self._do(self._neutron.floating_ip_pools())

    async def ex_get_floating_ip(self, floating_ip: FloatingIP | str) -> FloatingIP:
        """One floating IP as it is now; its ``node_id`` is the node that it leads to.

        Neutron's operation: Show floating IP details; List floating IPs for an address.

        Args:
            floating_ip: The floating IP, its id or its address.

        Raises:
            NotFound: It does not exist.
        """
        return await self._do(self._neutron.floating_ip_with_node(reference(floating_ip, "floating IP")))

    async def ex_list_floating_ips(self) -> list[FloatingIP]:
        """The project's floating IPs, each with the ``node_id`` that it leads to.

        Neutron's operation: List floating IPs; List ports too where Neutron does not tell what a port belongs to.
        """
        return await self._do(self._neutron.floating_ips())

    async def ex_create_floating_ip(self, pool: FloatingIPPool | Network | str | None = None) -> FloatingIP:
        """Get a floating IP. Neutron's operation: Create floating IP.

        Args:
            pool: Where it comes from, or the id of that network; None if there is only one.

        Raises:
            NotFound: There is no such pool.
            InvalidRequest: There are several pools, and none is named.
            QuotaExceeded: The project may not have another one.
        """
        identity = reference(pool, "floating IP pool") if pool is not None else None
        return await self._make(self._neutron.create_floating_ip(identity))

    async def ex_attach_floating_ip(
        self, node: Node | str, floating_ip: FloatingIP | str, *, fixed_ip: str | None = None
    ) -> FloatingIP:
        """Let a floating IP lead to a node. Neutron's operation: Update floating IP.

        Args:
            node: The node.
            floating_ip: The floating IP, its id or its address.
            fixed_ip: Which of the node's addresses it leads to; None for its first IPv4 address.

        Raises:
            NotFound: The node or the floating IP does not exist, or no router connects them.
            Conflict: It leads elsewhere already, or the node has no such address.
        """
        return await self._do(
            self._neutron.attach_floating_ip(
                id_of(node, Node, self.provider), reference(floating_ip, "floating IP"), fixed_ip
            )
        )

    async def ex_detach_floating_ip(self, floating_ip: FloatingIP | str) -> FloatingIP:
        """Let a floating IP lead nowhere, and keep it. Neutron's operation: Update floating IP.

        Raises:
            NotFound: It does not exist.
        """
        return await self._do(self._neutron.detach_floating_ip(reference(floating_ip, "floating IP")))

    async def ex_delete_floating_ip(self, floating_ip: FloatingIP | str) -> None:
        """Give a floating IP back. Neutron's operation: Delete floating IP.

        Raises:
            NotFound: It does not exist.
        """
        await self._do(self._neutron.delete_floating_ip(reference(floating_ip, "floating IP")))
