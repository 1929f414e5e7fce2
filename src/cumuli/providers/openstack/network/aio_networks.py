"""``AsyncNetworks``: networks, ports and security groups. ``Networks`` is generated from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Literal

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_name, id_of
from cumuli.compute.models import Node
from cumuli.providers.openstack.compute.arguments import reference
from cumuli.providers.openstack.compute.models import NovaNodeT, OpenStackImage, OpenStackSnapshot, OpenStackVolume
from cumuli.providers.openstack.network.arguments import changes, parts, references
from cumuli.providers.openstack.network.driver import NetworkCalls
from cumuli.providers.openstack.network.models import (
    AddressPair,
    AllocationPool,
    FixedIP,
    HostRoute,
    Network,
    Port,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
)

__all__ = ["AsyncNetworks"]

# Protocols of which a rule's ports are a type and a code (Neutron, "Create security group rule").
ICMP = frozenset({"icmp", "icmpv6", "ipv6-icmp", "1", "58"})


class AsyncNetworks(AsyncCompute[NovaNodeT, OpenStackVolume, OpenStackImage, OpenStackSnapshot], Generic[NovaNodeT]):
    """What every Neutron has: networks, subnets, ports and security groups."""

    _neutron: NetworkCalls

    # Networks

    async def ex_list_networks(self) -> list[Network]:
        """Every network that the project can see. Neutron's operation: List networks."""
        return await self._do(self._neutron.networks())

    async def ex_create_network(
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
        body: dict[str, object] = {
            "name": checked_name(name, "a network"),
            "description": description,
            "admin_state_up": admin_state_up,
            "shared": shared,
            "router:external": external,
        }
        return await self._make(self._neutron.create_network(body))

    async def ex_get_network(self, network: Network | str) -> Network:
        """One network as it is now. Neutron's operation: Show network details.

        Raises:
            NotFound: It does not exist.
        """
        return await self._do(self._neutron.network(reference(network, "network")))

    async def ex_update_network(
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
        given: dict[str, object] = {
            "name": name,
            "description": description,
            "admin_state_up": admin_state_up,
            "shared": shared,
            "router:external": external,
            "mtu": mtu,
        }
        identity = reference(network, "network")
        return await self._do(self._neutron.update_network(identity, changes(given, f"the network {identity}")))

    async def ex_delete_network(self, network: Network | str) -> None:
        """Delete a network. Neutron's operation: Delete network.

        Raises:
            NotFound: It does not exist.
            Conflict: There are ports on it.
        """
        await self._do(self._neutron.delete_network(reference(network, "network")))

    async def ex_list_subnets(self, network: Network | str | None = None) -> list[Subnet]:
        """Every subnet, or those of one network. Neutron's operation: List subnets."""
        query = [("network_id", reference(network, "network"))] if network is not None else []
        return await self._do(self._neutron.subnets(query))

    async def ex_create_subnet(
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
        body: dict[str, object] = {
            "network_id": reference(network, "network"),
            "cidr": cidr,
            "name": name,
            "description": description,
            "ip_version": ip_version,
            "gateway_ip": gateway_ip,
            "enable_dhcp": enable_dhcp,
            "dns_nameservers": list(dns_nameservers) or None,
            "host_routes": parts(host_routes) or None,
        }
        return await self._make(self._neutron.create_subnet(body))

    async def ex_get_subnet(self, subnet: Subnet | str) -> Subnet:
        """One subnet as it is now. Neutron's operation: Show subnet details.

        Raises:
            NotFound: It does not exist.
        """
        return await self._do(self._neutron.subnet(reference(subnet, "subnet")))

    async def ex_update_subnet(
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
        given: dict[str, object] = {
            "name": name,
            "description": description,
            "enable_dhcp": enable_dhcp,
            "dns_nameservers": None if dns_nameservers is None else list(dns_nameservers),
            "allocation_pools": parts(allocation_pools),
            "host_routes": parts(host_routes),
            "gateway_ip": gateway_ip,
        }
        identity = reference(subnet, "subnet")
        body = changes(given, f"the subnet {identity}")
        # Neutron's word for none is null.
        body = {**body, "gateway_ip": None} if gateway_ip == "" else body
        return await self._do(self._neutron.update_subnet(identity, body))

    async def ex_delete_subnet(self, subnet: Subnet | str) -> None:
        """Delete a subnet. Neutron's operation: Delete subnet.

        Raises:
            NotFound: It does not exist.
            Conflict: Ports have addresses of it.
        """
        await self._do(self._neutron.delete_subnet(reference(subnet, "subnet")))

    # Ports

    async def ex_list_ports(
        self, *, node: Node | str | None = None, network: Network | str | None = None
    ) -> list[Port]:
        """Every port, or those of one node or network. Neutron's operation: List ports."""
        query: list[tuple[str, str]] = []
        if node is not None:
            query.append(("device_id", id_of(node, Node, self.provider)))
        if network is not None:
            query.append(("network_id", reference(network, "network")))
        return await self._do(self._neutron.ports(query))

    async def ex_create_port(
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
        address: dict[str, str] = {
            **({"ip_address": fixed_ip} if fixed_ip else {}),
            **({"subnet_id": reference(subnet, "subnet")} if subnet is not None else {}),
        }
        body: dict[str, object] = {
            "network_id": reference(network, "network"),
            "name": name,
            "description": description,
            "admin_state_up": admin_state_up,
            "fixed_ips": [address] if address else None,
            "security_groups": references(security_groups),
        }
        return await self._make(self._neutron.create_port(body))

    async def ex_get_port(self, port: Port | str) -> Port:
        """One port as it is now. Neutron's operation: Show port details.

        Raises:
            NotFound: It does not exist.
        """
        return await self._do(self._neutron.port(reference(port, "port")))

    async def ex_update_port(
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
        given: dict[str, object] = {
            "name": name,
            "description": description,
            "admin_state_up": admin_state_up,
            "security_groups": references(security_groups),
            "fixed_ips": parts(fixed_ips),
            "allowed_address_pairs": parts(allowed_address_pairs),
            "port_security_enabled": port_security_enabled,
            "qos_policy_id": qos_policy,
        }
        identity = reference(port, "port")
        body = changes(given, f"the port {identity}")
        # Neutron's word for none is null.
        body = {**body, "qos_policy_id": None} if qos_policy == "" else body
        return await self._do(self._neutron.update_port(identity, body))

    async def ex_delete_port(self, port: Port | str) -> None:
        """Delete a port. Neutron's operation: Delete port.

        Raises:
            NotFound: It does not exist.
            Conflict: A router has it.
        """
        await self._do(self._neutron.delete_port(reference(port, "port")))

    # Security groups

    async def ex_list_security_groups(self) -> list[SecurityGroup]:
        """The project's security groups with their rules. Neutron's operation: List security groups."""
        return await self._do(self._neutron.security_groups())

    async def ex_create_security_group(self, name: str, *, description: str = "") -> SecurityGroup:
        """Create a security group that lets everything out and nothing in.

        Neutron's operation: Create security group.

        Raises:
            QuotaExceeded: The project may not have another one.
        """
        body: dict[str, object] = {"name": checked_name(name, "a security group"), "description": description}
        return await self._make(self._neutron.create_security_group(body))

    async def ex_delete_security_group(self, group: SecurityGroup | str) -> None:
        """Delete a security group. Neutron's operation: Delete security group.

        Raises:
            NotFound: It does not exist.
            Conflict: Ports have it.
        """
        await self._do(self._neutron.delete_security_group(reference(group, "security group")))

    async def ex_create_security_group_rule(
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
        if port_max is None and (protocol or "").lower() not in ICMP:
            port_max = port_min
        body: dict[str, object] = {
            "security_group_id": reference(group, "security group"),
            "direction": direction,
            "protocol": protocol,
            "port_range_min": port_min,
            "port_range_max": port_max,
            "remote_ip_prefix": cidr,
            "remote_group_id": reference(remote_group, "security group") if remote_group is not None else None,
            "ethertype": ethertype,
            "description": description,
        }
        return await self._make(self._neutron.create_rule(body))

    async def ex_delete_security_group_rule(self, rule: SecurityGroupRule | str) -> None:
        """Delete a rule. Neutron's operation: Delete security group rule.

        Raises:
            NotFound: It does not exist.
        """
        await self._do(self._neutron.delete_rule(reference(rule, "security group rule")))
