"""``AsyncEC2Routing``: the part of EC2's client that is about internet gateways and route tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_name, optional_id_of
from cumuli.compute.models import Node
from cumuli.providers.aws.ec2.arguments import Filters, checked_filters, only, own_id, own_ids, tags_beside
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.models import (
    EC2Image,
    EC2Node,
    EC2Snapshot,
    EC2Volume,
    InternetGateway,
    Network,
    NetworkInterface,
    RouteTable,
    RouteTableAssociation,
    Subnet,
)

__all__ = ["AsyncEC2Routing"]


class AsyncEC2Routing(AsyncCompute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Internet gateways, route tables and routes."""

    _ec2: EC2Driver

    async def ex_list_internet_gateways(
        self, *, ids: Sequence[InternetGateway | str] | None = None, filters: Filters | None = None
    ) -> list[InternetGateway]:
        """Every internet gateway of the account in this region, from every page.

        EC2's operation: ``DescribeInternetGateways``.

        Args:
            ids: Only these. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"attachment.vpc-id": "vpc-1"}``).

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        wanted = None if ids is None else own_ids(ids, InternetGateway)
        if wanted == []:
            return []
        matching = checked_filters(filters)
        pages = self._pages(
            lambda cursor: self._ec2.routing.list_gateways(ids=wanted, matching=matching, cursor=cursor),
            key=lambda gateway: gateway.id,
        )
        return [gateway async for gateway in pages]

    async def ex_create_internet_gateway(
        self, *, name: str | None = None, tags: Mapping[str, str] | None = None
    ) -> InternetGateway:
        """Create an internet gateway; it leads nowhere until it is attached, and a route leads to it.

        EC2's operation: ``CreateInternetGateway``.

        Args:
            name: Its display name: the tag ``Name``.
            tags: Tags to put on it.

        Raises:
            QuotaExceeded: The account may not have another one.
        """
        return await self._make(self._ec2.routing.create_gateway(name=name or "", tags=tags_beside(name, tags)))

    async def ex_delete_internet_gateway(self, gateway: InternetGateway | str) -> None:
        """Delete an internet gateway, which must not be attached.

        EC2's operation: ``DeleteInternetGateway``.

        Args:
            gateway: The gateway.

        Raises:
            NotFound: It does not exist.
            Conflict: It is attached.
        """
        await self._do(self._ec2.routing.delete_gateway(own_id(gateway, InternetGateway)))

    async def ex_attach_internet_gateway(self, gateway: InternetGateway | str, network: Network | str) -> None:
        """Attach an internet gateway to a network.

        EC2's operation: ``AttachInternetGateway``.

        Args:
            gateway: The gateway.
            network: The network, which has none yet.

        Raises:
            NotFound: One of them does not exist.
            Conflict: The gateway is attached.
        """
        await self._do(self._ec2.routing.attach_gateway(own_id(gateway, InternetGateway), own_id(network, Network)))

    async def ex_detach_internet_gateway(self, gateway: InternetGateway | str, network: Network | str) -> None:
        """Detach an internet gateway from a network.

        EC2's operation: ``DetachInternetGateway``.

        Args:
            gateway: The gateway.
            network: The network.

        Raises:
            NotFound: One of them does not exist.
            Conflict: The gateway is not attached to it, or nodes of the network have public addresses.
        """
        await self._do(self._ec2.routing.detach_gateway(own_id(gateway, InternetGateway), own_id(network, Network)))

    async def ex_list_route_tables(
        self, *, ids: Sequence[RouteTable | str] | None = None, filters: Filters | None = None
    ) -> list[RouteTable]:
        """Every route table of the account in this region, from every page, with its routes.

        EC2's operation: ``DescribeRouteTables``.

        Args:
            ids: Only these. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"vpc-id": "vpc-1", "association.main": "true"}``).

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        wanted = None if ids is None else own_ids(ids, RouteTable)
        if wanted == []:
            return []
        matching = checked_filters(filters)
        pages = self._pages(
            lambda cursor: self._ec2.routing.list_tables(ids=wanted, matching=matching, cursor=cursor),
            key=lambda table: table.id,
        )
        return [table async for table in pages]

    async def ex_create_route_table(
        self, network: Network | str, *, name: str | None = None, tags: Mapping[str, str] | None = None
    ) -> RouteTable:
        """Create a route table of a network, which routes within the network and nowhere else.

        EC2's operation: ``CreateRouteTable``, with a ``ClientToken``, so that a retry cannot create a second one.

        Args:
            network: The network.
            name: Its display name: the tag ``Name``.
            tags: Tags to put on it.

        Raises:
            NotFound: The network does not exist.
            QuotaExceeded: The network may not have another one.
        """
        network_id = own_id(network, Network)
        return await self._make(
            self._ec2.routing.create_table(network_id, name=name or "", tags=tags_beside(name, tags))
        )

    async def ex_delete_route_table(self, table: RouteTable | str) -> None:
        """Delete a route table, which must be no subnet's, and not the main one.

        EC2's operation: ``DeleteRouteTable``.

        Args:
            table: The route table.

        Raises:
            NotFound: It does not exist.
            Conflict: It is a subnet's.
        """
        await self._do(self._ec2.routing.delete_table(own_id(table, RouteTable)))

    async def ex_associate_route_table(self, table: RouteTable | str, subnet: Subnet | str) -> str:
        """Make a route table a subnet's, instead of the network's main one.

        EC2's operation: ``AssociateRouteTable``.

        Args:
            table: The route table.
            subnet: The subnet, of the same network.

        Returns:
            The id of the association.

        Raises:
            NotFound: One of them does not exist.
            Conflict: The subnet has another one; ``ex_replace_route_table_association`` changes that.
        """
        return await self._do(self._ec2.routing.associate_table(own_id(table, RouteTable), own_id(subnet, Subnet)))

    async def ex_dissociate_route_table(self, association: RouteTableAssociation | str) -> None:
        """Let a subnet have the network's main route table again.

        EC2's operation: ``DisassociateRouteTable``.

        Args:
            association: The association, by model or id.

        Raises:
            Conflict: There is no such association.
        """
        await self._do(self._ec2.routing.dissociate_table(own_id(association, RouteTableAssociation)))

    async def ex_replace_route_table_association(
        self, association: RouteTableAssociation | str, table: RouteTable | str
    ) -> str:
        """Give a subnet another route table, or a network another main one.

        EC2's operation: ``ReplaceRouteTableAssociation``.

        Args:
            association: The association as it is, by model or id.
            table: The route table that is to be in it.

        Returns:
            The id of the new association.

        Raises:
            NotFound: There is no such route table.
            Conflict: There is no such association.
        """
        return await self._do(
            self._ec2.routing.replace_association(own_id(association, RouteTableAssociation), own_id(table, RouteTable))
        )

    async def ex_create_route(
        self,
        table: RouteTable | str,
        destination: str,
        *,
        gateway: InternetGateway | str | None = None,
        node: Node | str | None = None,
        network_interface: NetworkInterface | str | None = None,
        nat_gateway: str | None = None,
        peering_connection: str | None = None,
        transit_gateway: str | None = None,
        egress_only_gateway: str | None = None,
    ) -> None:
        """Say where a route table sends what is for some addresses; exactly one target is given.

        EC2's operation: ``CreateRoute``.

        Args:
            table: The route table.
            destination: The addresses: an IPv4 or IPv6 block such as ``"0.0.0.0/0"``, or the id of a prefix list.
            gateway: An internet gateway, or the id of a virtual private gateway.
            node: A node with one interface, for NAT.
            network_interface: A network interface.
            nat_gateway: Id of a NAT gateway.
            peering_connection: Id of a peering connection of networks.
            transit_gateway: Id of a transit gateway.
            egress_only_gateway: Id of an egress-only internet gateway, for IPv6.

        Raises:
            NotFound: There is no such table or target.
            AlreadyExists: The table has a route for these addresses; ``ex_replace_route`` changes it.
            InvalidRequest: No target is given, or several.
        """
        target = self._target(
            gateway, node, network_interface, nat_gateway, peering_connection, transit_gateway, egress_only_gateway
        )
        where = checked_name(destination, "a destination")
        await self._do(self._ec2.routing.create_route(own_id(table, RouteTable), where, target))

    async def ex_replace_route(
        self,
        table: RouteTable | str,
        destination: str,
        *,
        gateway: InternetGateway | str | None = None,
        node: Node | str | None = None,
        network_interface: NetworkInterface | str | None = None,
        nat_gateway: str | None = None,
        peering_connection: str | None = None,
        transit_gateway: str | None = None,
        egress_only_gateway: str | None = None,
    ) -> None:
        """Change where a route table sends what is for some addresses; exactly one target is given.

        EC2's operation: ``ReplaceRoute``.

        Args:
            table: The route table.
            destination: The addresses: an IPv4 or IPv6 block such as ``"0.0.0.0/0"``, or the id of a prefix list.
            gateway: An internet gateway, or the id of a virtual private gateway.
            node: A node with one interface, for NAT.
            network_interface: A network interface.
            nat_gateway: Id of a NAT gateway.
            peering_connection: Id of a peering connection of networks.
            transit_gateway: Id of a transit gateway.
            egress_only_gateway: Id of an egress-only internet gateway, for IPv6.

        Raises:
            NotFound: There is no such table, route or target.
            InvalidRequest: No target is given, or several.
        """
        target = self._target(
            gateway, node, network_interface, nat_gateway, peering_connection, transit_gateway, egress_only_gateway
        )
        where = checked_name(destination, "a destination")
        await self._do(self._ec2.routing.replace_route(own_id(table, RouteTable), where, target))

    async def ex_delete_route(self, table: RouteTable | str, destination: str) -> None:
        """Delete a route.

        EC2's operation: ``DeleteRoute``.

        Args:
            table: The route table.
            destination: The addresses that the route is for.

        Raises:
            NotFound: There is no such table or route.
        """
        where = checked_name(destination, "a destination")
        await self._do(self._ec2.routing.delete_route(own_id(table, RouteTable), where))

    def _target(
        self,
        gateway: InternetGateway | str | None,
        node: Node | str | None,
        network_interface: NetworkInterface | str | None,
        nat_gateway: str | None,
        peering_connection: str | None,
        transit_gateway: str | None,
        egress_only_gateway: str | None,
    ) -> dict[str, object]:
        """The one target that is given."""
        interface = None if network_interface is None else own_id(network_interface, NetworkInterface)
        return only(
            {
                "GatewayId": None if gateway is None else own_id(gateway, InternetGateway),
                "InstanceId": optional_id_of(node, Node, self.provider),
                "NetworkInterfaceId": interface,
                "NatGatewayId": nat_gateway,
                "VpcPeeringConnectionId": peering_connection,
                "TransitGatewayId": transit_gateway,
                "EgressOnlyInternetGatewayId": egress_only_gateway,
            },
            "targets",
        )
