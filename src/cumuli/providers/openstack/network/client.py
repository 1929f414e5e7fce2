"""``Neutron``: routers and floating IPs beside networks.

Generated from aio.py and aio_*.py by python -m cumuli.generate. Change those files and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Literal

from cumuli.compute.client import Compute
from cumuli.compute.models import Node
from cumuli.providers.openstack.compute.models import (
    NovaNodeT,
    OpenStackImage,
    OpenStackNode,
    OpenStackSnapshot,
    OpenStackVolume,
)
from cumuli.providers.openstack.network.aio import AsyncNeutron
from cumuli.providers.openstack.network.aio_networks import AsyncNetworks
from cumuli.providers.openstack.network.models import (
    AddressPair,
    AllocationPool,
    FixedIP,
    FloatingIP,
    FloatingIPPool,
    HostRoute,
    Network,
    Port,
    Router,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
)
from cumuli.runtime.blocking.drive import run

__all__ = ["Networks", "Neutron"]


class Networks(Compute[NovaNodeT, OpenStackVolume, OpenStackImage, OpenStackSnapshot], Generic[NovaNodeT]):
    """What every Neutron has: networks, subnets, ports and security groups."""

    def __init__(self, client: AsyncNetworks[NovaNodeT]) -> None:
        super().__init__(client)
        self._networks = client

    def ex_list_networks(self) -> list[Network]:
        """Every network that the project can see. Neutron's operation: List networks."""
        return run(self._networks.ex_list_networks())

    def ex_create_network(
        self,
        name: str,
        *,
        description: str | None = None,
        admin_state_up: bool = True,
        shared: bool | None = None,
        external: bool | None = None,
    ) -> Network:
        """Create a network. Neutron's operation: Create network.

        Args:
            name: Its display name.
            description: Its description.
            admin_state_up: Whether it is switched on.
            shared: Whether every project may use it; administrators only.
            external: Whether it leads outside; administrators only.

        Raises:
            QuotaExceeded: The project may not have another one.
        """
        return run(
            self._networks.ex_create_network(
                name, description=description, admin_state_up=admin_state_up, shared=shared, external=external
            )
        )

    def ex_get_network(self, network: Network | str) -> Network:
        """One network as it is now. Neutron's operation: Show network details.

        Raises:
            NotFound: It does not exist.
        """
        return run(self._networks.ex_get_network(network))

    def ex_update_network(
        self,
        network: Network | str,
        *,
        name: str | None = None,
        description: str | None = None,
        admin_state_up: bool | None = None,
        shared: bool | None = None,
        external: bool | None = None,
        mtu: int | None = None,
    ) -> Network:
        """Change a network; what is None stays as it is. Neutron's operation: Update network.

        Args:
            network: The network.
            name: Its display name.
            description: Its description.
            admin_state_up: Whether it is switched on.
            shared: Whether every project may use it; administrators only.
            external: Whether it leads outside; administrators only.
            mtu: Largest packet in bytes.

        Returns:
            The network as it is now.

        Raises:
            NotFound: It does not exist.
            Conflict: It is used in a way that does not go with the change.
            InvalidRequest: There is nothing to change, or a value cannot be.
            PermissionDenied: The change is for administrators.
        """
        return run(
            self._networks.ex_update_network(
                network,
                name=name,
                description=description,
                admin_state_up=admin_state_up,
                shared=shared,
                external=external,
                mtu=mtu,
            )
        )

    def ex_delete_network(self, network: Network | str) -> None:
        """Delete a network. Neutron's operation: Delete network.

        Raises:
            NotFound: It does not exist.
            Conflict: There are ports on it.
        """
        run(self._networks.ex_delete_network(network))

    def ex_list_subnets(self, network: Network | str | None = None) -> list[Subnet]:
        """Every subnet, or those of one network. Neutron's operation: List subnets."""
        return run(self._networks.ex_list_subnets(network))

    def ex_create_subnet(
        self,
        network: Network | str,
        cidr: str,
        *,
        name: str = "",
        description: str | None = None,
        ip_version: Literal[4, 6] = 4,
        gateway_ip: str | None = None,
        enable_dhcp: bool = True,
        dns_nameservers: Sequence[str] = (),
        host_routes: Sequence[HostRoute] = (),
    ) -> Subnet:
        """Create a subnet. Neutron's operation: Create subnet.

        Args:
            network: The network it belongs to.
            cidr: Its addresses, such as ``"10.0.0.0/24"``.
            name: Its display name.
            description: Its description.
            ip_version: 4 or 6.
            gateway_ip: Address of its gateway; None for the first address.
            enable_dhcp: Whether DHCP serves it.
            dns_nameservers: Addresses of the name servers that DHCP announces.
            host_routes: Routes that DHCP announces.

        Raises:
            NotFound: The network does not exist.
            InvalidRequest: The addresses are none, or overlap with another subnet.
        """
        return run(
            self._networks.ex_create_subnet(
                network,
                cidr,
                name=name,
                description=description,
                ip_version=ip_version,
                gateway_ip=gateway_ip,
                enable_dhcp=enable_dhcp,
                dns_nameservers=dns_nameservers,
                host_routes=host_routes,
            )
        )

    def ex_get_subnet(self, subnet: Subnet | str) -> Subnet:
        """One subnet as it is now. Neutron's operation: Show subnet details.

        Raises:
            NotFound: It does not exist.
        """
        return run(self._networks.ex_get_subnet(subnet))

    def ex_update_subnet(
        self,
        subnet: Subnet | str,
        *,
        name: str | None = None,
        description: str | None = None,
        gateway_ip: str | None = None,
        enable_dhcp: bool | None = None,
        dns_nameservers: Sequence[str] | None = None,
        allocation_pools: Sequence[AllocationPool] | None = None,
        host_routes: Sequence[HostRoute] | None = None,
    ) -> Subnet:
        """Change a subnet; what is None stays as it is. Neutron's operation: Update subnet.

        Args:
            subnet: The subnet.
            name: Its display name.
            description: Its description.
            gateway_ip: Address of its gateway; empty for no gateway any more.
            enable_dhcp: Whether DHCP serves it.
            dns_nameservers: All of the name servers that DHCP announces, instead of those that it does.
            allocation_pools: All of the addresses that are given out, likewise.
            host_routes: All of the routes that DHCP announces, likewise.

        Returns:
            The subnet as it is now.

        Raises:
            NotFound: It does not exist.
            Conflict: The gateway, or an address, is in use or given out.
            InvalidRequest: There is nothing to change, or a value cannot be.
        """
        return run(
            self._networks.ex_update_subnet(
                subnet,
                name=name,
                description=description,
                gateway_ip=gateway_ip,
                enable_dhcp=enable_dhcp,
                dns_nameservers=dns_nameservers,
                allocation_pools=allocation_pools,
                host_routes=host_routes,
            )
        )

    def ex_delete_subnet(self, subnet: Subnet | str) -> None:
        """Delete a subnet. Neutron's operation: Delete subnet.

        Raises:
            NotFound: It does not exist.
            Conflict: Ports have addresses of it.
        """
        run(self._networks.ex_delete_subnet(subnet))

    def ex_list_ports(self, *, node: Node | str | None = None, network: Network | str | None = None) -> list[Port]:
        """Every port, or those of one node or network. Neutron's operation: List ports."""
        return run(self._networks.ex_list_ports(node=node, network=network))

    def ex_create_port(
        self,
        network: Network | str,
        *,
        name: str = "",
        description: str | None = None,
        fixed_ip: str | None = None,
        subnet: Subnet | str | None = None,
        security_groups: Sequence[SecurityGroup | str] | None = None,
        admin_state_up: bool = True,
    ) -> Port:
        """Create a port. Neutron's operation: Create port.

        Args:
            network: The network it is on.
            name: Its display name.
            description: Its description.
            fixed_ip: Its address; None for any free one.
            subnet: Subnet of the address; None for any.
            security_groups: Its security groups; None for the project's default.
            admin_state_up: Whether it is switched on.

        Raises:
            NotFound: The network or the subnet does not exist.
            Conflict: The address is taken.
            QuotaExceeded: The project may not have another one.
        """
        return run(
            self._networks.ex_create_port(
                network,
                name=name,
                description=description,
                fixed_ip=fixed_ip,
                subnet=subnet,
                security_groups=security_groups,
                admin_state_up=admin_state_up,
            )
        )

    def ex_get_port(self, port: Port | str) -> Port:
        """One port as it is now. Neutron's operation: Show port details.

        Raises:
            NotFound: It does not exist.
        """
        return run(self._networks.ex_get_port(port))

    def ex_update_port(
        self,
        port: Port | str,
        *,
        name: str | None = None,
        description: str | None = None,
        admin_state_up: bool | None = None,
        security_groups: Sequence[SecurityGroup | str] | None = None,
        fixed_ips: Sequence[FixedIP] | None = None,
        allowed_address_pairs: Sequence[AddressPair] | None = None,
        port_security_enabled: bool | None = None,
        qos_policy: str | None = None,
    ) -> Port:
        """Change a port; what is None stays as it is. Neutron's operation: Update port.

        Args:
            port: The port.
            name: Its display name.
            description: Its description.
            admin_state_up: Whether it is switched on.
            security_groups: All of its security groups, instead of those that it has.
            fixed_ips: All of its addresses, instead of those that it has; each an address, a subnet or both.
            allowed_address_pairs: All that it may send from besides its own addresses, instead of what it may.
            port_security_enabled: Whether Neutron looks at what it sends, where the cloud has that. It is
                switched off for a port without security groups and address pairs only.
            qos_policy: Id of the policy on the quality of its service, where the cloud has that; empty for none.

        Returns:
            The port as it is now.

        Raises:
            NotFound: The port, or a security group, does not exist.
            Conflict: An address is taken, or the port still has what it must not have.
            InvalidRequest: There is nothing to change, or the cloud has no port security, or no such policies.
        """
        return run(
            self._networks.ex_update_port(
                port,
                name=name,
                description=description,
                admin_state_up=admin_state_up,
                security_groups=security_groups,
                fixed_ips=fixed_ips,
                allowed_address_pairs=allowed_address_pairs,
                port_security_enabled=port_security_enabled,
                qos_policy=qos_policy,
            )
        )

    def ex_delete_port(self, port: Port | str) -> None:
        """Delete a port. Neutron's operation: Delete port.

        Raises:
            NotFound: It does not exist.
            Conflict: A router has it.
        """
        run(self._networks.ex_delete_port(port))

    def ex_list_security_groups(self) -> list[SecurityGroup]:
        """The project's security groups with their rules. Neutron's operation: List security groups."""
        return run(self._networks.ex_list_security_groups())

    def ex_create_security_group(self, name: str, *, description: str = "") -> SecurityGroup:
        """Create a security group that lets everything out and nothing in.

        Neutron's operation: Create security group.

        Raises:
            QuotaExceeded: The project may not have another one.
        """
        return run(self._networks.ex_create_security_group(name, description=description))

    def ex_delete_security_group(self, group: SecurityGroup | str) -> None:
        """Delete a security group. Neutron's operation: Delete security group.

        Raises:
            NotFound: It does not exist.
            Conflict: Ports have it.
        """
        run(self._networks.ex_delete_security_group(group))

    def ex_create_security_group_rule(
        self,
        group: SecurityGroup | str,
        *,
        direction: Literal["ingress", "egress"] = "ingress",
        protocol: str | None = "tcp",
        port_min: int | None = None,
        port_max: int | None = None,
        cidr: str | None = None,
        remote_group: SecurityGroup | str | None = None,
        ethertype: Literal["IPv4", "IPv6"] = "IPv4",
        description: str | None = None,
    ) -> SecurityGroupRule:
        """Let something through. Neutron's operation: Create security group rule.

        Args:
            group: The group.
            direction: ``"ingress"`` for what comes in, ``"egress"`` for what goes out.
            protocol: ``"tcp"``, ``"udp"``, ``"icmp"`` or a number as text; None for any.
            port_min: First port (ICMP: type); None for any.
            port_max: Last port; None for the same as ``port_min``. Of ICMP it is the code; None for any.
            cidr: Addresses of the other side; None for any.
            remote_group: Security group of the other side, instead of ``cidr``.
            ethertype: ``"IPv4"`` or ``"IPv6"``.
            description: What it is for.

        Raises:
            NotFound: The group does not exist.
            Conflict: The rule exists.
            QuotaExceeded: The project may not have another one.
        """
        return run(
            self._networks.ex_create_security_group_rule(
                group,
                direction=direction,
                protocol=protocol,
                port_min=port_min,
                port_max=port_max,
                cidr=cidr,
                remote_group=remote_group,
                ethertype=ethertype,
                description=description,
            )
        )

    def ex_delete_security_group_rule(self, rule: SecurityGroupRule | str) -> None:
        """Delete a rule. Neutron's operation: Delete security group rule.

        Raises:
            NotFound: It does not exist.
        """
        run(self._networks.ex_delete_security_group_rule(rule))


class Neutron(Networks[OpenStackNode]):
    """What Neutron can do: networks, subnets, ports, routers, floating IPs and security groups."""

    def __init__(self, client: AsyncNeutron) -> None:
        super().__init__(client)
        self._neutron = client

    def ex_get_router(self, router: Router | str) -> Router:
        """One router as it is now. Neutron's operation: Show router details.

        Raises:
            NotFound: It does not exist.
        """
        return run(self._neutron.ex_get_router(router))

    def ex_update_router(
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
        return run(
            self._neutron.ex_update_router(router, name=name, description=description, admin_state_up=admin_state_up)
        )

    def ex_set_router_gateway(
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
        return run(
            self._neutron.ex_set_router_gateway(router, external_network, enable_snat=enable_snat, fixed_ips=fixed_ips)
        )

    def ex_remove_router_gateway(self, router: Router | str) -> Router:
        """Let a router lead outside no longer. Neutron's operation: Update router.

        Raises:
            NotFound: It does not exist.
            Conflict: Floating IPs lead through it.
        """
        return run(self._neutron.ex_remove_router_gateway(router))

    def ex_list_routers(self) -> list[Router]:
        """Every router. Neutron's operation: List routers."""
        return run(self._neutron.ex_list_routers())

    def ex_create_router(
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
        return run(
            self._neutron.ex_create_router(
                name, description=description, external_network=external_network, admin_state_up=admin_state_up
            )
        )

    def ex_delete_router(self, router: Router | str) -> None:
        """Delete a router. Neutron's operation: Delete router.

        Raises:
            NotFound: It does not exist.
            Conflict: Subnets are connected to it.
        """
        run(self._neutron.ex_delete_router(router))

    def ex_add_router_subnet(self, router: Router | str, subnet: Subnet | str) -> None:
        """Connect a subnet to a router. Neutron's operation: Add interface to router.

        Raises:
            NotFound: One of them does not exist.
            Conflict, InvalidRequest: The subnet is connected already, or has no gateway.
        """
        run(self._neutron.ex_add_router_subnet(router, subnet))

    def ex_remove_router_subnet(self, router: Router | str, subnet: Subnet | str) -> None:
        """Disconnect a subnet from a router. Neutron's operation: Remove interface from router.

        Raises:
            NotFound: One of them does not exist, or they are not connected.
            Conflict: Floating IPs lead through it.
        """
        run(self._neutron.ex_remove_router_subnet(router, subnet))

    def ex_add_router_port(self, router: Router | str, port: Port | str) -> None:
        """Connect a port that is there to a router, such as one with an address of one's choice.

        Neutron's operation: Add interface to router.

        Raises:
            NotFound: One of them does not exist.
            Conflict, InvalidRequest: The port is in use, or its subnet is connected already.
        """
        run(self._neutron.ex_add_router_port(router, port))

    def ex_remove_router_port(self, router: Router | str, port: Port | str) -> None:
        """Disconnect a port from a router, which deletes the port. Neutron's operation: Remove interface from router.

        Raises:
            NotFound: One of them does not exist, or they are not connected.
            Conflict: Floating IPs lead through it.
        """
        run(self._neutron.ex_remove_router_port(router, port))

    def ex_list_floating_ip_pools(self) -> list[FloatingIPPool]:
        """Where floating IPs can come from. Neutron's operation: List networks, the external ones."""
        return run(self._neutron.ex_list_floating_ip_pools())

    def ex_get_floating_ip(self, floating_ip: FloatingIP | str) -> FloatingIP:
        """One floating IP as it is now; its ``node_id`` is the node that it leads to.

        Neutron's operation: Show floating IP details; List floating IPs for an address.

        Args:
            floating_ip: The floating IP, its id or its address.

        Raises:
            NotFound: It does not exist.
        """
        return run(self._neutron.ex_get_floating_ip(floating_ip))

    def ex_list_floating_ips(self) -> list[FloatingIP]:
        """The project's floating IPs, each with the ``node_id`` that it leads to.

        Neutron's operation: List floating IPs; List ports too where Neutron does not tell what a port belongs to.
        """
        return run(self._neutron.ex_list_floating_ips())

    def ex_create_floating_ip(self, pool: FloatingIPPool | Network | str | None = None) -> FloatingIP:
        """Get a floating IP. Neutron's operation: Create floating IP.

        Args:
            pool: Where it comes from, or the id of that network; None if there is only one.

        Raises:
            NotFound: There is no such pool.
            InvalidRequest: There are several pools, and none is named.
            QuotaExceeded: The project may not have another one.
        """
        return run(self._neutron.ex_create_floating_ip(pool))

    def ex_attach_floating_ip(
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
        return run(self._neutron.ex_attach_floating_ip(node, floating_ip, fixed_ip=fixed_ip))

    def ex_detach_floating_ip(self, floating_ip: FloatingIP | str) -> FloatingIP:
        """Let a floating IP lead nowhere, and keep it. Neutron's operation: Update floating IP.

        Raises:
            NotFound: It does not exist.
        """
        return run(self._neutron.ex_detach_floating_ip(floating_ip))

    def ex_delete_floating_ip(self, floating_ip: FloatingIP | str) -> None:
        """Give a floating IP back. Neutron's operation: Delete floating IP.

        Raises:
            NotFound: It does not exist.
        """
        run(self._neutron.ex_delete_floating_ip(floating_ip))
