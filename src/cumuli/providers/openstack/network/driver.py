"""Neutron's calls: networks, subnets, ports, routers, floating IPs and security groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from cumuli.errors import CloudError, Conflict, InvalidRequest, NotFound
from cumuli.providers.openstack.network.models import (
    FloatingIP,
    FloatingIPPool,
    FloatingIPPort,
    Network,
    Port,
    Router,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
)
from cumuli.providers.openstack.services import NETWORK, Links, OpenStackServices, identified
from cumuli.wire.lenient import decode_json

__all__ = ["NetworkCalls"]

WORDS = {"floatingip": "floating IP", "security_group": "security group", "security_group_rule": "rule"}

T = TypeVar("T", Network, Subnet, Port, Router, FloatingIP, SecurityGroup, SecurityGroupRule)


class _Networks(msgspec.Struct):
    items: list[Network] = msgspec.field(name="networks")
    links: Links = msgspec.field(default_factory=list, name="networks_links")

    def markers(self) -> list[str]:
        return [item.id for item in self.items]


class _Subnets(msgspec.Struct):
    items: list[Subnet] = msgspec.field(name="subnets")
    links: Links = msgspec.field(default_factory=list, name="subnets_links")

    def markers(self) -> list[str]:
        return [item.id for item in self.items]


class _Ports(msgspec.Struct):
    items: list[Port] = msgspec.field(name="ports")
    links: Links = msgspec.field(default_factory=list, name="ports_links")

    def markers(self) -> list[str]:
        return [item.id for item in self.items]


class _Routers(msgspec.Struct):
    items: list[Router] = msgspec.field(name="routers")
    links: Links = msgspec.field(default_factory=list, name="routers_links")

    def markers(self) -> list[str]:
        return [item.id for item in self.items]


class _FloatingIPs(msgspec.Struct):
    items: list[FloatingIP] = msgspec.field(name="floatingips")
    links: Links = msgspec.field(default_factory=list, name="floatingips_links")

    def markers(self) -> list[str]:
        return [item.id for item in self.items]


class _SecurityGroups(msgspec.Struct):
    items: list[SecurityGroup] = msgspec.field(name="security_groups")
    links: Links = msgspec.field(default_factory=list, name="security_groups_links")

    def markers(self) -> list[str]:
        return [item.id for item in self.items]


PagesT = TypeVar("PagesT", _Networks, _Subnets, _Ports, _Routers, _FloatingIPs, _SecurityGroups)
Query = Sequence[tuple[str, str]]


class NetworkCalls:
    """What Neutron can do."""

    def __init__(self, services: OpenStackServices) -> None:
        self._services = services

    async def _pages(self, path: str, kind: type[PagesT], query: Query = ()) -> list[PagesT]:
        pages: list[PagesT] = []
        known: set[str] = set()
        cursor: str | None = None
        while True:
            page, cursor = await self._services.page(
                NETWORK, path, kind, operation=f"List {path[1:]}", query=query, cursor=cursor
            )
            # Neutron links to a next page that turns out to be empty; one that does not page gives everything again.
            if known.issuperset(page.markers()):
                return pages
            known.update(page.markers())
            pages.append(page)
            if cursor is None:
                return pages

    async def _make(self, path: str, root: str, body: dict[str, object], kind: type[T]) -> T:
        answer = await self._services.post(
            NETWORK,
            path,
            {root: {name: value for name, value in body.items() if value is not None}},
            dict[str, msgspec.Raw],
            operation=f"Create {root}",
            makes=f"the {WORDS.get(root, root)}",
        )
        return _unwrapped(answer, root, kind)

    async def _show(self, path: str, root: str, identity: str, kind: type[T]) -> T:
        answer = await self._services.get(
            NETWORK,
            f"{path}/{identified(identity)}",
            dict[str, msgspec.Raw],
            operation=f"Show {WORDS.get(root, root)} details",
        )
        return _unwrapped(answer, root, kind)

    async def _change(self, path: str, root: str, identity: str, body: Mapping[str, object], kind: type[T]) -> T:
        answer = await self._services.put(
            NETWORK,
            f"{path}/{identified(identity)}",
            {root: body},
            dict[str, msgspec.Raw],
            operation=f"Update {WORDS.get(root, root)}",
        )
        return _unwrapped(answer, root, kind)

    async def _remove(self, path: str, identity: str) -> None:
        await self._services.delete(NETWORK, f"{path}/{identified(identity)}", operation=f"Delete {path[1:]}")

    # Networks and subnets

    async def networks(self, query: Query = ()) -> list[Network]:
        return [item for page in await self._pages("/networks", _Networks, query) for item in page.items]

    async def network(self, identity: str) -> Network:
        return await self._show("/networks", "network", identity, Network)

    async def update_network(self, identity: str, body: Mapping[str, object]) -> Network:
        return await self._change("/networks", "network", identity, body, Network)

    async def create_network(self, body: dict[str, object]) -> Network:
        return await self._make("/networks", "network", body, Network)

    async def delete_network(self, identity: str) -> None:
        await self._remove("/networks", identity)

    async def subnets(self, query: Query = ()) -> list[Subnet]:
        return [item for page in await self._pages("/subnets", _Subnets, query) for item in page.items]

    async def subnet(self, identity: str) -> Subnet:
        return await self._show("/subnets", "subnet", identity, Subnet)

    async def update_subnet(self, identity: str, body: Mapping[str, object]) -> Subnet:
        return await self._change("/subnets", "subnet", identity, body, Subnet)

    async def create_subnet(self, body: dict[str, object]) -> Subnet:
        return await self._make("/subnets", "subnet", body, Subnet)

    async def delete_subnet(self, identity: str) -> None:
        await self._remove("/subnets", identity)

    # Ports and routers

    async def ports(self, query: Query = ()) -> list[Port]:
        return [item for page in await self._pages("/ports", _Ports, query) for item in page.items]

    async def port(self, identity: str) -> Port:
        return await self._show("/ports", "port", identity, Port)

    async def update_port(self, identity: str, body: Mapping[str, object]) -> Port:
        return await self._change("/ports", "port", identity, body, Port)

    async def create_port(self, body: dict[str, object]) -> Port:
        return await self._make("/ports", "port", body, Port)

    async def delete_port(self, identity: str) -> None:
        await self._remove("/ports", identity)

    async def routers(self) -> list[Router]:
        return [item for page in await self._pages("/routers", _Routers) for item in page.items]

    async def router(self, identity: str) -> Router:
        return await self._show("/routers", "router", identity, Router)

    async def update_router(self, identity: str, body: Mapping[str, object]) -> Router:
        return await self._change("/routers", "router", identity, body, Router)

    async def create_router(self, body: dict[str, object]) -> Router:
        return await self._make("/routers", "router", body, Router)

    async def delete_router(self, identity: str) -> None:
        await self._remove("/routers", identity)

    async def connect_router(self, identity: str, action: str, to: Mapping[str, str]) -> None:
        """``add_router_interface`` or ``remove_router_interface``, to a subnet or a port."""
        await self._services.send(
            NETWORK,
            "PUT",
            f"/routers/{identified(identity)}/{action}",
            operation=action,
            body=to,
            repeatable=False,
        )

    # Floating IPs

    async def floating_ip_pools(self) -> list[FloatingIPPool]:
        networks = await self.networks([("router:external", "true")])
        return [FloatingIPPool(id=network.id, name=network.name) for network in networks]

    async def _floating_ips(self, query: Query = ()) -> list[FloatingIP]:
        return [item for page in await self._pages("/floatingips", _FloatingIPs, query) for item in page.items]

    async def floating_ips(self) -> list[FloatingIP]:
        return await self._with_ports(await self._floating_ips())

    async def _with_ports(self, found: list[FloatingIP]) -> list[FloatingIP]:
        """The same, with what has their ports; one more listing where Neutron does not tell by itself."""
        untold = {each.port_id for each in found if each.port_id is not None and each.port_details is None}
        if not untold:
            return found
        query = [("id", untold.pop())] if len(untold) == 1 else []
        ports = {
            port.id: FloatingIPPort(device_id=port.device_id, device_owner=port.device_owner)
            for port in await self.ports(query)
        }
        return [
            msgspec.structs.replace(each, port_details=each.port_details or ports.get(each.port_id or ""))
            for each in found
        ]

    async def create_floating_ip(self, pool: str | None) -> FloatingIP:
        if pool is None:
            pools = await self.floating_ip_pools()
            if len(pools) != 1:
                names = ", ".join(sorted(found.name for found in pools)) or "none"
                raise InvalidRequest(f"which pool should the floating IP come from? There are: {names}")
            pool = pools[0].id
        body: dict[str, object] = {"floating_network_id": pool}
        return await self._make("/floatingips", "floatingip", body, FloatingIP)

    async def floating_ip(self, named: str) -> FloatingIP:
        """By its id or its address."""
        if "." in named or ":" in named:
            found = await self._floating_ips([("floating_ip_address", named)])
            if not found:
                raise NotFound(f"the project has no floating IP {named}")
            return found[0]
        return await self._show("/floatingips", "floatingip", named, FloatingIP)

    async def floating_ip_with_node(self, named: str) -> FloatingIP:
        """By its id or its address, and what it leads to."""
        return (await self._with_ports([await self.floating_ip(named)]))[0]

    async def attach_floating_ip(self, node_id: str, named: str, fixed_ip: str | None) -> FloatingIP:
        floating = await self.floating_ip(named)
        ports = await self.ports([("device_id", node_id)])
        if not ports:
            raise NotFound(f"the node {node_id} has no network port, or does not exist")
        if floating.port_id is not None and floating.port_id not in {port.id for port in ports}:
            # Neutron would take it away from there without a word.
            raise Conflict(f"the floating IP {floating.address} leads to another port already; detach it first")
        candidates = [
            (port.id, address.ip_address)
            for port in ports
            for address in port.fixed_ips
            if address.ip_address is not None
            and (address.ip_address == fixed_ip if fixed_ip else ":" not in address.ip_address)
        ]
        if not candidates:
            raise Conflict(f"the node {node_id} has no {fixed_ip or 'IPv4 address'} that a floating IP could lead to")
        port_id, address = candidates[0]
        try:
            return await self._lead(floating.id, {"port_id": port_id, "fixed_ip_address": address})
        except CloudError as error:
            if fixed_ip is None and len(candidates) > 1:
                known = ", ".join(each for _, each in candidates)
                error.message += f"; the node has several addresses, {known}: say to which one it is to lead: fixed_ip="
            raise

    async def detach_floating_ip(self, named: str) -> FloatingIP:
        return await self._lead((await self.floating_ip(named)).id, {"port_id": None})

    async def _lead(self, identity: str, to: dict[str, str | None]) -> FloatingIP:
        return await self._change("/floatingips", "floatingip", identity, to, FloatingIP)

    async def delete_floating_ip(self, named: str) -> None:
        identity = (await self.floating_ip(named)).id if "." in named or ":" in named else named
        await self._remove("/floatingips", identity)

    # Security groups

    async def security_groups(self, query: Query = ()) -> list[SecurityGroup]:
        return [item for page in await self._pages("/security-groups", _SecurityGroups, query) for item in page.items]

    async def create_security_group(self, body: dict[str, object]) -> SecurityGroup:
        return await self._make("/security-groups", "security_group", body, SecurityGroup)

    async def delete_security_group(self, identity: str) -> None:
        await self._remove("/security-groups", identity)

    async def create_rule(self, body: dict[str, object]) -> SecurityGroupRule:
        return await self._make("/security-group-rules", "security_group_rule", body, SecurityGroupRule)

    async def delete_rule(self, identity: str) -> None:
        await self._remove("/security-group-rules", identity)


def _unwrapped(answer: dict[str, msgspec.Raw], root: str, kind: type[T]) -> T:
    if root not in answer:
        raise msgspec.ValidationError(f"the answer has no {root}")
    return decode_json(answer[root], kind)
