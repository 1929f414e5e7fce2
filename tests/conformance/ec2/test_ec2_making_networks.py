"""EC2's networks from making to deleting, on moto, boto3 looking on and taking part, in both flavours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cumuli.errors import AlreadyExists, Conflict, InvalidRequest, NotFound
from cumuli.providers.aws.ec2.models import Network, NetworkAttributes, Route, Subnet
from tests.conformance.ec2.conftest import instance, tags_of


@pytest.fixture
def network(boto: Any) -> Iterator[str]:
    """A network that boto3 made."""
    made: str = boto.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    yield made
    boto.delete_vpc(VpcId=made)


@pytest.fixture
def subnet(boto: Any, network: str) -> Iterator[str]:
    """A subnet of it."""
    made: str = boto.create_subnet(VpcId=network, CidrBlock="10.7.1.0/24")["Subnet"]["SubnetId"]
    yield made
    boto.delete_subnet(SubnetId=made)


# Networks and subnets


async def test_a_network_from_making_to_deleting(ec2: Any, boto: Any, name: str) -> None:
    network = await ec2.ex_create_network("10.8.0.0/16", name=name, tenancy="dedicated", tags={"a": "1"})
    assert type(network) is Network
    [seen] = boto.describe_vpcs(VpcIds=[network.id])["Vpcs"]
    assert (seen["CidrBlock"], seen["InstanceTenancy"]) == ("10.8.0.0/16", "dedicated")
    assert tags_of(seen) == {"Name": name, "a": "1"} == network.tags
    assert (network.name, network.cidrs, network.tenancy) == (name, ("10.8.0.0/16",), "dedicated")
    assert [each.id for each in await ec2.ex_list_networks(filters={"tag:Name": name})] == [network.id]
    [read] = await ec2.ex_list_networks(ids=[network])
    assert (read.name, read.is_default) == (name, False)

    subnet = await ec2.ex_create_subnet(
        network, "10.8.1.0/24", name=f"{name}-front", location="us-east-1b", tags={"b": "2"}
    )
    assert type(subnet) is Subnet
    [seen] = boto.describe_subnets(SubnetIds=[subnet.id])["Subnets"]
    assert (seen["VpcId"], seen["CidrBlock"], seen["AvailabilityZone"]) == (network.id, "10.8.1.0/24", "us-east-1b")
    assert tags_of(seen) == {"Name": f"{name}-front", "b": "2"} == subnet.tags
    assert (subnet.network, subnet.location, subnet.cidrs) == (network.id, "us-east-1b", ("10.8.1.0/24",))
    assert [each.id for each in await ec2.ex_list_subnets(network=network, filters={"tag:b": "2"})] == [subnet.id]
    assert await ec2.ex_list_subnets(network=network, filters={"tag:b": "3"}) == []

    assert not subnet.assigns_public_ip
    await ec2.ex_modify_subnet_attribute(subnet, assign_public_ip=True)
    assert boto.describe_subnets(SubnetIds=[subnet.id])["Subnets"][0]["MapPublicIpOnLaunch"] is True
    await ec2.ex_modify_subnet_attribute(subnet, assign_ipv6=True)
    [read] = await ec2.ex_list_subnets(ids=[subnet])
    assert (read.assigns_public_ip, read.assigns_ipv6) == (True, True)

    with pytest.raises(Conflict):
        await ec2.ex_create_subnet(network, "10.8.1.0/25")
    with pytest.raises(NotFound):
        await ec2.ex_create_subnet("vpc-00000000", "10.8.2.0/24")
    assert await ec2.ex_delete_subnet(subnet) is None
    with pytest.raises(NotFound):
        await ec2.ex_delete_subnet(subnet)
    assert await ec2.ex_delete_network(network) is None
    with pytest.raises(boto.exceptions.ClientError):
        boto.describe_vpcs(VpcIds=[network.id])
    with pytest.raises(NotFound):
        await ec2.ex_delete_network(network.id)


async def test_a_network_with_ipv6(ec2: Any, boto: Any) -> None:
    network = await ec2.ex_create_network("10.9.0.0/16", ipv6=True)
    [seen] = boto.describe_vpcs(VpcIds=[network.id])["Vpcs"]
    [block] = seen["Ipv6CidrBlockAssociationSet"]
    assert (await ec2.ex_list_networks(ids=[network]))[0].cidrs == ("10.9.0.0/16", block["Ipv6CidrBlock"])
    part = block["Ipv6CidrBlock"].replace("/56", "/64")
    subnet = await ec2.ex_create_subnet(network, "10.9.1.0/24", ipv6_cidr=part)
    assert subnet.cidrs == ("10.9.1.0/24", part)
    await ec2.ex_delete_subnet(subnet)
    await ec2.ex_delete_network(network)


async def test_attributes_of_a_network(ec2: Any, boto: Any, network: str) -> None:
    assert await ec2.ex_get_network_attributes(network) == NetworkAttributes(dns_support=True, dns_hostnames=False)
    assert await ec2.ex_modify_network_attribute(network, dns_hostnames=True) is None
    seen = boto.describe_vpc_attribute(VpcId=network, Attribute="enableDnsHostnames")
    assert seen["EnableDnsHostnames"]["Value"] is True
    await ec2.ex_modify_network_attribute(network, dns_support=False)
    assert await ec2.ex_get_network_attributes(network) == NetworkAttributes(dns_support=False, dns_hostnames=True)
    for wrong in ({}, {"dns_support": True, "dns_hostnames": True}, {"dns_support": "yes"}):
        with pytest.raises(InvalidRequest):
            await ec2.ex_modify_network_attribute(network, **wrong)
    with pytest.raises(NotFound):
        await ec2.ex_modify_network_attribute("vpc-00000000", dns_hostnames=True)


async def test_what_is_no_network_is_not_sent(ec2: Any, boto: Any, network: str) -> None:
    before = len(boto.describe_vpcs()["Vpcs"])
    for wrong in ({"tags": {"Name": "another"}, "name": "x"}, {"tenancy": "host"}, {"tags": {"": "x"}}):
        with pytest.raises(InvalidRequest):
            await ec2.ex_create_network("10.10.0.0/16", **wrong)
    with pytest.raises(InvalidRequest):
        await ec2.ex_create_network("")
    assert len(boto.describe_vpcs()["Vpcs"]) == before
    with pytest.raises(InvalidRequest):
        await ec2.ex_create_subnet("", "10.10.0.0/24")
    with pytest.raises(InvalidRequest):
        await ec2.ex_modify_subnet_attribute("subnet-1")
    with pytest.raises(InvalidRequest):
        await ec2.ex_modify_subnet_attribute("subnet-1", assign_public_ip=True, dns64=True)


# Interfaces


async def test_an_interface_from_making_to_deleting(ec2: Any, boto: Any, node_id: str, name: str) -> None:
    there = instance(boto, node_id)
    group = boto.create_security_group(GroupName=name, Description="x", VpcId=there["VpcId"])["GroupId"]
    interface = await ec2.ex_create_network_interface(
        there["SubnetId"], name=name, description="front", security_groups=[group], tags={"a": "1"}
    )
    [seen] = boto.describe_network_interfaces(NetworkInterfaceIds=[interface.id])["NetworkInterfaces"]
    assert (seen["Description"], tags_of({"Tags": seen["TagSet"]})) == ("front", {"Name": name, "a": "1"})
    assert [each["GroupId"] for each in seen["Groups"]] == [group]
    [read] = await ec2.ex_list_network_interfaces(ids=[interface])
    assert (read.name, read.description, read.mac) == (name, "front", seen["MacAddress"])
    assert (read.subnet, read.network) == (seen["SubnetId"], seen["VpcId"])
    assert read.private_ips == (seen["PrivateIpAddress"],)
    assert [(each.id, each.name) for each in read.security_groups] == [(group, name)]
    assert read.attachment is None
    found = await ec2.ex_list_network_interfaces(filters={"description": "front", "group-id": group})
    assert [each.id for each in found] == [interface.id]
    assert interface.id in {each.id for each in await ec2.ex_list_network_interfaces()}
    assert await ec2.ex_describe_tags(interface) == {"Name": name, "a": "1"}

    attachment = await ec2.ex_attach_network_interface_to_node(interface, node_id, 1)
    [read] = await ec2.ex_list_network_interfaces(ids=[interface])
    assert (read.attachment.id, read.attachment.node, read.attachment.device_index) == (attachment, node_id, 1)
    assert interface.id in (await ec2.get_node(node_id)).network_interfaces
    assert await ec2.ex_detach_network_interface(interface) is None
    [seen] = boto.describe_network_interfaces(NetworkInterfaceIds=[interface.id])["NetworkInterfaces"]
    assert not seen.get("Attachment", {}).get("InstanceId")
    with pytest.raises(Conflict, match="attached to nothing"):
        await ec2.ex_detach_network_interface(interface)

    await ec2.ex_modify_network_interface_attribute(interface, source_dest_check=False)
    assert (await ec2.ex_list_network_interfaces(ids=[interface]))[0].source_dest_check is False
    wrongs: list[dict[str, Any]] = [{}, {"description": "x", "source_dest_check": True}, {"security_groups": []}]
    for wrong in wrongs:
        with pytest.raises(InvalidRequest):
            await ec2.ex_modify_network_interface_attribute(interface, **wrong)
    assert await ec2.ex_delete_network_interface(interface) is None
    with pytest.raises(NotFound):
        await ec2.ex_delete_network_interface(interface)
    with pytest.raises(NotFound):
        await ec2.ex_create_network_interface("subnet-00000000")


async def test_addresses_of_an_interface(ec2: Any, boto: Any, subnet: str) -> None:
    interface = await ec2.ex_create_network_interface(subnet, private_ip="10.7.1.9")
    assert interface.private_ips == ("10.7.1.9",)
    # Moto tells of no addresses that it has assigned.
    await ec2.ex_assign_private_ips(interface, addresses=["10.7.1.10", "10.7.1.11"])
    [read] = await ec2.ex_list_network_interfaces(ids=[interface])
    assert read.private_ips == ("10.7.1.9", "10.7.1.10", "10.7.1.11")
    await ec2.ex_unassign_private_ips(interface, ["10.7.1.10"])
    [seen] = boto.describe_network_interfaces(NetworkInterfaceIds=[interface.id])["NetworkInterfaces"]
    assert [each["PrivateIpAddress"] for each in seen["PrivateIpAddresses"]] == ["10.7.1.9", "10.7.1.11"]
    await ec2.ex_unassign_private_ips(interface, [])
    for wrong in ({}, {"addresses": ["10.7.1.12"], "count": 1}, {"addresses": "10.7.1.12"}):
        with pytest.raises(InvalidRequest):
            await ec2.ex_assign_private_ips(interface, **wrong)
        with pytest.raises(InvalidRequest):
            await ec2.ex_assign_ipv6_addresses(interface, **wrong)
    await ec2.ex_delete_network_interface(interface)


# Gateways and routes


async def test_a_way_to_the_internet(ec2: Any, boto: Any, network: str, subnet: str, name: str) -> None:
    gateway = await ec2.ex_create_internet_gateway(name=name, tags={"a": "1"})
    [seen] = boto.describe_internet_gateways(InternetGatewayIds=[gateway.id])["InternetGateways"]
    assert tags_of(seen) == {"Name": name, "a": "1"} == gateway.tags
    assert (gateway.name, gateway.network) == (name, None)
    await ec2.ex_attach_internet_gateway(gateway, network)
    [read] = await ec2.ex_list_internet_gateways(ids=[gateway])
    assert (read.network, read.state) == (network, "available")
    found = await ec2.ex_list_internet_gateways(filters={"attachment.vpc-id": network})
    assert [each.id for each in found] == [gateway.id]

    table = await ec2.ex_create_route_table(network, name=name, tags={"b": "2"})
    assert (table.name, table.network, table.tags) == (name, network, {"Name": name, "b": "2"})
    assert [route.target for route in table.routes] == ["local"]
    await ec2.ex_create_route(table, "0.0.0.0/0", gateway=gateway)
    [seen] = boto.describe_route_tables(RouteTableIds=[table.id])["RouteTables"]
    assert {each["DestinationCidrBlock"]: each["GatewayId"] for each in seen["Routes"]} == {
        "10.7.0.0/16": "local",
        "0.0.0.0/0": gateway.id,
    }
    [read] = await ec2.ex_list_route_tables(ids=[table])
    assert Route(destination="0.0.0.0/0", target=gateway.id, state="active", origin="CreateRoute") in read.routes
    with pytest.raises(AlreadyExists):
        await ec2.ex_create_route(table, "0.0.0.0/0", gateway=gateway)

    association = await ec2.ex_associate_route_table(table, subnet)
    [read] = await ec2.ex_list_route_tables(filters={"association.subnet-id": subnet})
    assert read.id == table.id
    assert [(each.id, each.subnet, each.main) for each in read.associations] == [(association, subnet, False)]
    other = await ec2.ex_create_route_table(network)
    moved = await ec2.ex_replace_route_table_association(read.associations[0], other)
    [seen] = boto.describe_route_tables(RouteTableIds=[other.id])["RouteTables"]
    assert [each["RouteTableAssociationId"] for each in seen["Associations"]] == [moved]
    await ec2.ex_dissociate_route_table(moved)
    [seen] = boto.describe_route_tables(RouteTableIds=[other.id])["RouteTables"]
    assert seen["Associations"] == []
    with pytest.raises(Conflict):
        await ec2.ex_dissociate_route_table(moved)

    interface = await ec2.ex_create_network_interface(subnet)
    await ec2.ex_replace_route(table, "0.0.0.0/0", network_interface=interface)
    [read] = await ec2.ex_list_route_tables(ids=[table])
    assert {route.destination: route.target for route in read.routes}["0.0.0.0/0"] == interface.id
    await ec2.ex_delete_route(table, "0.0.0.0/0")
    [read] = await ec2.ex_list_route_tables(ids=[table])
    assert [route.destination for route in read.routes] == ["10.7.0.0/16"]
    with pytest.raises(NotFound):
        await ec2.ex_delete_route(table, "0.0.0.0/0")
    await ec2.ex_delete_network_interface(interface)

    for each in (table, other):
        await ec2.ex_delete_route_table(each)
    with pytest.raises(NotFound):
        await ec2.ex_delete_route_table(table)
    await ec2.ex_detach_internet_gateway(gateway, network)
    with pytest.raises(Conflict):
        await ec2.ex_detach_internet_gateway(gateway, network)
    assert await ec2.ex_delete_internet_gateway(gateway) is None
    with pytest.raises(NotFound):
        await ec2.ex_delete_internet_gateway(gateway)


async def test_a_route_has_one_target(ec2: Any) -> None:
    for wrong in ({}, {"gateway": "igw-1", "nat_gateway": "nat-1"}, {"gateway": ""}, {"node": 7}):
        with pytest.raises(InvalidRequest):
            await ec2.ex_create_route("rtb-1", "0.0.0.0/0", **wrong)
        with pytest.raises(InvalidRequest):
            await ec2.ex_replace_route("rtb-1", "0.0.0.0/0", **wrong)
    with pytest.raises(InvalidRequest):
        await ec2.ex_create_route("rtb-1", "", gateway="igw-1")


async def test_a_permissive_group(ec2: Any, boto: Any, name: str) -> None:
    group = await ec2.ex_create_security_group(name, "x")
    await ec2.ex_authorize_security_group_permissive(group)
    # Again: what is there is no error.
    await ec2.ex_authorize_security_group_permissive(group.id)
    [seen] = boto.describe_security_groups(GroupIds=[group.id])["SecurityGroups"]
    assert {each["IpProtocol"] for each in seen["IpPermissions"]} == {"-1"}
    assert [range_["CidrIp"] for each in seen["IpPermissions"] for range_ in each["IpRanges"]] == ["0.0.0.0/0"]
    assert [range_["CidrIpv6"] for each in seen["IpPermissions"] for range_ in each["Ipv6Ranges"]] == ["::/0"]
    [read] = await ec2.ex_list_security_groups(filters={"group-name": name})
    assert sorted(rule.cidr for rule in read.ingress) == ["0.0.0.0/0", "::/0"]
    with pytest.raises(NotFound):
        await ec2.ex_authorize_security_group_permissive("sg-00000000")
    await ec2.ex_delete_security_group(group)
