"""Internet gateways and route tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.calls.lost_answers import deleting
from cumuli.calls.paging import Page
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import EC2Calls, exact, named, next_cursor, page_of, tag_specification, tags_of
from cumuli.providers.aws.ec2.models import InternetGateway, Route, RouteTable, RouteTableAssociation
from cumuli.providers.aws.query import filters

__all__ = ["Routing"]

# Most that AWS gives in a page of route tables (DescribeRouteTables, MaxResults).
TABLES = 100


class Routing:
    """The calls on internet gateways and route tables."""

    def __init__(self, calls: EC2Calls) -> None:
        self._calls = calls

    # Internet gateways

    async def list_gateways(
        self, *, ids: Sequence[str] | None, matching: Filters, cursor: str | None
    ) -> Page[InternetGateway]:
        answer = await self._calls.ask(
            wire.DescribeInternetGatewaysResponse,
            {**page_of("InternetGatewayId", ids, cursor), "Filter": filters(matching)},
            whole=ids is not None,
        )
        found = [gateway_of(item) for item in answer.internet_gateway_set]
        return Page(found, next_cursor(ids, cursor, answer.next_token))

    async def create_gateway(self, *, name: str, tags: Mapping[str, str]) -> InternetGateway:
        # Not repeatable: AWS has no client token here, and the second one would make a second gateway.
        answer = await self._calls.make(
            wire.CreateInternetGatewayResponse,
            {"TagSpecification": tag_specification("internet-gateway", {**tags, **named(name)})},
            what="the internet gateway",
            look="look for it with ex_list_internet_gateways before you try again",
        )
        return gateway_of(answer.internet_gateway)

    async def delete_gateway(self, gateway_id: str) -> None:
        # Repeatable: ids are never used again.
        await deleting(self._calls.act("DeleteInternetGateway", {"InternetGatewayId": gateway_id}, repeatable=True))

    async def attach_gateway(self, gateway_id: str, network_id: str) -> None:
        # Not repeatable: AWS refuses to attach what is attached.
        await self._calls.act(
            "AttachInternetGateway", {"InternetGatewayId": gateway_id, "VpcId": network_id}, repeatable=False
        )

    async def detach_gateway(self, gateway_id: str, network_id: str) -> None:
        # Repeatable: AWS refuses to detach what is detached, and then a look shows that it is.
        await deleting(
            self._calls.act(
                "DetachInternetGateway", {"InternetGatewayId": gateway_id, "VpcId": network_id}, repeatable=True
            ),
            done=lambda: self._is_detached(gateway_id, network_id),
        )

    async def _is_detached(self, gateway_id: str, network_id: str) -> bool:
        found = (await self.list_gateways(ids=[gateway_id], matching={}, cursor=None)).items
        return all(gateway.network != network_id for gateway in found)

    # Route tables

    async def list_tables(
        self, *, ids: Sequence[str] | None, matching: Filters, cursor: str | None
    ) -> Page[RouteTable]:
        page = page_of("RouteTableId", ids, cursor)
        if ids is None:
            page["MaxResults"] = TABLES
        answer = await self._calls.ask(
            wire.DescribeRouteTablesResponse, {**page, "Filter": filters(matching)}, whole=ids is not None
        )
        found = [table_of(item) for item in answer.route_table_set]
        return Page(found, next_cursor(ids, cursor, answer.next_token))

    async def create_table(self, network_id: str, *, name: str, tags: Mapping[str, str]) -> RouteTable:
        # Repeatable: it carries a client token.
        answer = await self._calls.make(
            wire.CreateRouteTableResponse,
            {
                "VpcId": network_id,
                "TagSpecification": tag_specification("route-table", {**tags, **named(name)}),
                "ClientToken": self._calls.runtime.token(),
            },
            what="the route table",
            look="look for it with ex_list_route_tables before you try again",
            repeatable=True,
        )
        return table_of(answer.route_table)

    async def delete_table(self, table_id: str) -> None:
        # Repeatable, as for gateways.
        await deleting(self._calls.act("DeleteRouteTable", {"RouteTableId": table_id}, repeatable=True))

    async def associate_table(self, table_id: str, subnet_id: str) -> str:
        # Not repeatable: AWS refuses to associate what is associated.
        answer = await self._calls.make(
            wire.AssociateRouteTableResponse,
            {"RouteTableId": table_id, "SubnetId": subnet_id},
            what="the association",
            look=f"look at {table_id} with ex_list_route_tables before you try again",
        )
        return answer.association_id

    async def dissociate_table(self, association_id: str) -> None:
        # Repeatable: AWS does not find what is gone, and then a look shows that it is.
        await deleting(
            self._calls.act("DisassociateRouteTable", {"AssociationId": association_id}, repeatable=True),
            done=lambda: self._is_dissociated(association_id),
        )

    async def _is_dissociated(self, association_id: str) -> bool:
        matching = {"association.route-table-association-id": exact(association_id)}
        return not (await self.list_tables(ids=None, matching=matching, cursor=None)).items

    async def replace_association(self, association_id: str, table_id: str) -> str:
        # Not repeatable: the association has another id afterwards.
        answer = await self._calls.make(
            wire.ReplaceRouteTableAssociationResponse,
            {"AssociationId": association_id, "RouteTableId": table_id},
            what="the association",
            look=f"look at {table_id} with ex_list_route_tables before you try again",
        )
        return answer.new_association_id

    # Routes

    async def create_route(self, table_id: str, destination: str, target: Mapping[str, object]) -> None:
        # Not repeatable: AWS refuses a route for addresses that have one.
        await self._calls.act(
            "CreateRoute", {"RouteTableId": table_id, _kind_of(destination): destination, **target}, repeatable=False
        )

    async def replace_route(self, table_id: str, destination: str, target: Mapping[str, object]) -> None:
        # Repeatable: it sets the same target again.
        await self._calls.act(
            "ReplaceRoute", {"RouteTableId": table_id, _kind_of(destination): destination, **target}, repeatable=True
        )

    async def delete_route(self, table_id: str, destination: str) -> None:
        # Repeatable: a route that is gone is what was wanted.
        await deleting(
            self._calls.act(
                "DeleteRoute", {"RouteTableId": table_id, _kind_of(destination): destination}, repeatable=True
            )
        )


def _kind_of(destination: str) -> str:
    """The parameter that takes a destination."""
    if destination.startswith("pl-"):
        return "DestinationPrefixListId"
    return "DestinationIpv6CidrBlock" if ":" in destination else "DestinationCidrBlock"


def gateway_of(item: wire.GatewayItem) -> InternetGateway:
    """The model of one internet gateway."""
    tags = tags_of(item.tag_set)
    # A gateway has one network at a time.
    attachment = next(iter(item.attachment_set), None)
    return InternetGateway(
        id=item.internet_gateway_id,
        name=tags.get("Name", ""),
        network=attachment.vpc_id if attachment else None,
        state=attachment.state if attachment else "",
        owner=item.owner_id,
        tags=tags,
    )


def table_of(item: wire.RouteTableItem) -> RouteTable:
    """The model of one route table."""
    tags = tags_of(item.tag_set)
    return RouteTable(
        id=item.route_table_id,
        name=tags.get("Name", ""),
        network=item.vpc_id,
        routes=tuple(_route(each) for each in item.route_set),
        associations=tuple(
            RouteTableAssociation(
                id=each.route_table_association_id, subnet=each.subnet_id, gateway=each.gateway_id, main=each.main
            )
            for each in item.association_set
        ),
        owner=item.owner_id,
        tags=tags,
    )


def _route(item: wire.RouteItem) -> Route:
    destinations = (item.destination_cidr_block, item.destination_ipv6_cidr_block, item.destination_prefix_list_id)
    targets = (
        item.gateway_id,
        item.nat_gateway_id,
        item.transit_gateway_id,
        item.vpc_peering_connection_id,
        item.egress_only_internet_gateway_id,
        item.local_gateway_id,
        item.carrier_gateway_id,
        item.network_interface_id,
        item.instance_id,
    )
    return Route(
        destination=next(filter(None, destinations), ""),
        target=next(filter(None, targets), ""),
        node=item.instance_id or None,
        state=item.state,
        origin=item.origin,
    )
