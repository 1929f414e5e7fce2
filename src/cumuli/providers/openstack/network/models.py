"""Neutron's networks and what belongs to them."""

from __future__ import annotations

import msgspec

from cumuli.wire.lenient import Identity, Needed

__all__ = [
    "AddressPair",
    "AllocationPool",
    "FixedIP",
    "FloatingIP",
    "FloatingIPPool",
    "FloatingIPPort",
    "HostRoute",
    "Network",
    "NodeInterface",
    "Port",
    "Router",
    "SecurityGroup",
    "SecurityGroupRule",
    "Subnet",
]


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """A network.

    Attributes:
        id: Its id.
        name: Its display name; empty where it has none.
        status: ``"ACTIVE"``, ``"DOWN"``, ``"BUILD"`` or ``"ERROR"``.
        subnets: Ids of its subnets.
        project_id: The project that owns it.
        admin_state_up: Whether it is switched on.
        shared: Whether every project may use it.
        external: Whether it leads outside, so that floating IPs come from it.
        mtu: Largest packet in bytes, or None where Neutron does not tell.
        description: Its description.
    """

    id: Identity
    name: str = ""
    status: str = ""
    subnets: tuple[str, ...] = ()
    project_id: str = ""
    admin_state_up: bool = True
    shared: bool = False
    external: bool = msgspec.field(default=False, name="router:external")
    mtu: int | None = None
    description: str = ""


class AllocationPool(msgspec.Struct, frozen=True, kw_only=True):
    """The addresses of a subnet that are given out.

    Attributes:
        start: The first one.
        end: The last one.
    """

    start: str
    end: str


class HostRoute(msgspec.Struct, frozen=True, kw_only=True):
    """A route that a subnet's DHCP announces.

    Attributes:
        destination: The addresses that it is for, such as ``"10.1.0.0/16"``.
        nexthop: Address of the router that they go to.
    """

    destination: str
    nexthop: str


class Subnet(msgspec.Struct, frozen=True, kw_only=True):
    """A range of addresses of a network.

    Attributes:
        id: Its id.
        name: Its display name; empty where it has none.
        network_id: The network it belongs to; empty where Neutron does not tell.
        cidr: The range, such as ``"10.0.0.0/24"``; empty where Neutron does not tell.
        ip_version: 4 or 6; 0 where Neutron does not tell.
        gateway_ip: Address of the gateway, or None for none.
        enable_dhcp: Whether DHCP serves it.
        dns_nameservers: Addresses of the name servers that DHCP announces.
        allocation_pools: The addresses that are given out.
        project_id: The project that owns it.
        host_routes: The routes that DHCP announces.
        description: Its description.
    """

    id: Identity
    network_id: str = ""
    cidr: str = ""
    ip_version: int = 0
    name: str = ""
    gateway_ip: str | None = None
    enable_dhcp: bool = True
    dns_nameservers: tuple[str, ...] = ()
    allocation_pools: tuple[AllocationPool, ...] = ()
    project_id: str = ""
    host_routes: tuple[HostRoute, ...] = ()
    description: str = ""


class FixedIP(msgspec.Struct, frozen=True, kw_only=True):
    """An address of a port.

    Attributes:
        ip_address: The address.
        subnet_id: The subnet it comes from.
    """

    ip_address: str | None = None
    subnet_id: str | None = None


class AddressPair(msgspec.Struct, frozen=True, kw_only=True):
    """What a port may send from besides its own addresses.

    Attributes:
        ip_address: Address or range.
        mac_address: MAC address; None for the port's own.
    """

    ip_address: str
    mac_address: str | None = None


class Port(msgspec.Struct, frozen=True, kw_only=True):
    """A network interface.

    Attributes:
        id: Its id.
        name: Its display name; empty where it has none.
        status: ``"ACTIVE"``, ``"DOWN"``, ``"BUILD"`` or ``"ERROR"``.
        network_id: The network it is on; empty where Neutron does not tell.
        mac_address: Its MAC address.
        fixed_ips: Its addresses.
        device_id: Id of the node, router or other device that has it; empty for none.
        device_owner: What kind of device that is (``"compute:nova"``); empty for none.
        security_groups: Ids of its security groups.
        admin_state_up: Whether it is switched on.
        project_id: The project that owns it.
        description: Its description.
        allowed_address_pairs: What it may send from besides its own addresses.
        port_security_enabled: Whether Neutron looks at what it sends and lets security groups work; None where
            Neutron does not tell.
        qos_policy_id: The policy on the quality of its service, or None.
    """

    id: Identity
    network_id: str = ""
    name: str = ""
    status: str = ""
    mac_address: str = ""
    fixed_ips: tuple[FixedIP, ...] = ()
    device_id: str = ""
    device_owner: str = ""
    security_groups: tuple[str, ...] = ()
    admin_state_up: bool = True
    project_id: str = ""
    description: str = ""
    allowed_address_pairs: tuple[AddressPair, ...] = ()
    port_security_enabled: bool | None = None
    qos_policy_id: str | None = None


class NodeInterface(msgspec.Struct, frozen=True, kw_only=True):
    """A network interface of a node, as Nova tells of it.

    Attributes:
        port_id: Id of the port that it is.
        network_id: The network it is on; empty where Nova does not tell.
        mac_address: Its MAC address; empty where Nova does not tell.
        state: ``"ACTIVE"``, ``"DOWN"``, ``"BUILD"`` or ``"ERROR"``; empty where Nova does not tell.
        fixed_ips: Its addresses.
    """

    port_id: Identity
    network_id: str = msgspec.field(default="", name="net_id")
    mac_address: str = msgspec.field(default="", name="mac_addr")
    state: str = msgspec.field(default="", name="port_state")
    fixed_ips: tuple[FixedIP, ...] = ()

    @property
    def id(self) -> str:
        """The port, which tells the interfaces of a node apart."""
        return self.port_id


class ExternalGateway(msgspec.Struct, frozen=True, kw_only=True):
    """How a router leads outside.

    Attributes:
        network_id: The external network; empty where Neutron does not tell.
        enable_snat: Whether it hides private addresses behind its own; None where Neutron does not tell.
        external_fixed_ips: Its addresses there.
    """

    network_id: str = ""
    enable_snat: bool | None = None
    external_fixed_ips: tuple[FixedIP, ...] = ()


class Router(msgspec.Struct, frozen=True, kw_only=True):
    """A router.

    Attributes:
        id: Its id.
        name: Its display name; empty where it has none.
        status: ``"ACTIVE"``, ``"DOWN"`` or ``"ERROR"``.
        admin_state_up: Whether it is switched on.
        gateway: How it leads outside, or None.
        project_id: The project that owns it.
        description: Its description.
    """

    id: Identity
    name: str = ""
    status: str = ""
    admin_state_up: bool = True
    gateway: ExternalGateway | None = msgspec.field(default=None, name="external_gateway_info")
    project_id: str = ""
    description: str = ""


class FloatingIPPool(msgspec.Struct, frozen=True, kw_only=True):
    """Where floating IPs come from: an external network.

    Attributes:
        id: Id of the network.
        name: Its name.
    """

    id: Identity
    name: str


class FloatingIPPort(msgspec.Struct, frozen=True, kw_only=True):
    """What has the port that a floating IP leads to.

    Attributes:
        device_id: Id of the node or other device; empty for none.
        device_owner: What kind of device that is (``"compute:nova"``); empty for none.
    """

    device_id: str = ""
    device_owner: str = ""


class FloatingIP(msgspec.Struct, frozen=True, kw_only=True):
    """A public address that can be moved between nodes.

    Attributes:
        id: Its id.
        address: The public address.
        pool: Id of the external network it comes from.
        status: ``"ACTIVE"``, ``"DOWN"`` or ``"ERROR"``.
        port_id: The port it leads to, or None.
        fixed_ip: The private address it leads to, or None.
        router_id: The router that leads there, or None.
        project_id: The project that owns it.
        description: Its description.
        port_details: What has that port; None if it leads nowhere, or where Neutron does not tell.
    """

    id: Identity
    address: Identity = msgspec.field(name="floating_ip_address")
    pool: str = msgspec.field(default="", name="floating_network_id")
    status: str = ""
    port_id: str | None = None
    fixed_ip: str | None = msgspec.field(default=None, name="fixed_ip_address")
    router_id: str | None = None
    project_id: str = ""
    description: str = ""
    port_details: FloatingIPPort | None = None

    @property
    def node_id(self) -> str | None:
        """Id of the node that it leads to; None for none, or for something else than a node."""
        port = self.port_details
        return port.device_id or None if port is not None and port.device_owner.startswith("compute:") else None


class SecurityGroupRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a security group lets through.

    Attributes:
        id: Its id.
        security_group_id: The group it belongs to; empty where Neutron does not tell.
        direction: ``"ingress"`` or ``"egress"``.
        ethertype: ``"IPv4"`` or ``"IPv6"``.
        protocol: ``"tcp"``, ``"udp"``, ``"icmp"``, a number as text; None for any.
        port_range_min: First port (ICMP: type), or None for any.
        port_range_max: Last port (ICMP: code), or None for any.
        remote_ip_prefix: Range of addresses of the other side, or None for any.
        remote_group_id: Security group of the other side, or None.
        description: Its description.
    """

    id: Identity
    # A rule that is not understood is not shown as one that lets more through.
    direction: Identity
    security_group_id: str = ""
    ethertype: str = "IPv4"
    protocol: Needed[str] | None = None
    port_range_min: Needed[int] | None = None
    port_range_max: Needed[int] | None = None
    remote_ip_prefix: Needed[str] | None = None
    remote_group_id: Needed[str] | None = None
    description: str | None = None


class SecurityGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A set of rules for what reaches a node.

    Attributes:
        id: Its id.
        name: Its name; several groups may have the same, and empty where it has none.
        description: Its description.
        rules: Its rules.
        project_id: The project that owns it.
    """

    id: Identity
    name: str = ""
    description: str = ""
    rules: tuple[SecurityGroupRule, ...] = msgspec.field(default=(), name="security_group_rules")
    project_id: str = ""
