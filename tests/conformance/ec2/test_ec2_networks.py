"""EC2's tags, addresses, networks and security groups on moto, boto3 looking on and taking part, in both flavours."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from cumuli.errors import (
    AlreadyExists,
    Conflict,
    ConnectionFailed,
    InvalidRequest,
    NodeNotFound,
    NotFound,
)
from cumuli.providers.aws.ec2.models import SecurityGroupRule
from cumuli.testing.flavours import Flavour
from tests.conformance.ec2.conftest import ec2_client, instance, tags_of

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPFxRBzQfQf7Yd7+1PNz2cQJ1GOrfUn5Zp8XWz5 someone@example.org"
UNKNOWN_NODE = "i-00000000000000000"


# Tags


async def test_tags_of_a_node(ec2: Any, boto: Any, node_id: str) -> None:
    node = await ec2.get_node(node_id)
    assert await ec2.ex_describe_tags(node) == {}
    assert await ec2.ex_create_tags(node, {"a": "1", "ünï": "Größe ✓", "empty": ""}) is None
    assert tags_of(instance(boto, node_id)) == {"a": "1", "ünï": "Größe ✓", "empty": ""}
    boto.create_tags(Resources=[node_id], Tags=[{"Key": "b", "Value": "2"}])
    assert await ec2.ex_describe_tags(node_id) == {"a": "1", "b": "2", "ünï": "Größe ✓", "empty": ""}
    assert await ec2.ex_delete_tags(node_id, ["a", "not there"]) is None
    await ec2.ex_delete_tags(node, {"b": "2", "empty": "another value"})
    assert tags_of(instance(boto, node_id)) == {"ünï": "Größe ✓", "empty": ""}


async def test_what_is_empty_sends_nothing(flavour: Flavour) -> None:
    # Whatever was sent would fail: nothing listens there.
    async with flavour.shape(ec2_client(flavour, "http://127.0.0.1:1", retry=False)) as ec2:
        await ec2.ex_create_tags("i-1", {})
        await ec2.ex_delete_tags("i-1", {})
        await ec2.ex_delete_tags("i-1", [])
        await ec2.ex_authorize_security_group_ingress("sg-1", [])
        await ec2.ex_revoke_security_group_egress("sg-1", [])
        assert await ec2.ex_describe_addresses([]) == {}
        assert await ec2.list_nodes(ids=[]) == []
        assert await ec2.ex_list_networks(ids=[]) == []
        assert await ec2.ex_list_subnets(ids=[]) == []
        assert await ec2.ex_list_security_groups(ids=[]) == []
        with pytest.raises(ConnectionFailed):
            await ec2.list_nodes()


async def test_tags_of_everything_else(ec2: Any, boto: Any, name: str, image: str, node_id: str) -> None:
    volume = await ec2.create_volume(1, name)
    snapshot = await ec2.create_volume_snapshot(volume)
    own_image = await ec2.create_image(node_id, name)
    pair = await ec2.create_key_pair(name)
    address = await ec2.ex_allocate_address()
    group = await ec2.ex_create_security_group(name, "x")
    [network, *_] = await ec2.ex_list_networks()
    [subnet, *_] = await ec2.ex_list_subnets(network=network)
    for resource in (volume, snapshot, own_image, pair, address, group, network, subnet):
        before = await ec2.ex_describe_tags(resource)
        await ec2.ex_create_tags(resource, {"cumuli": name})
        assert await ec2.ex_describe_tags(resource) == {**before, "cumuli": name}, resource
        await ec2.ex_delete_tags(resource, ["cumuli"])
        assert await ec2.ex_describe_tags(resource) == before
    [seen] = boto.describe_key_pairs(KeyNames=[name])["KeyPairs"]
    await ec2.ex_create_tags(pair, {"which": "one"})
    assert await ec2.ex_describe_tags(seen["KeyPairId"]) == {"which": "one"}
    await ec2.delete_image(own_image)
    await ec2.destroy_volume_snapshot(snapshot)
    await ec2.destroy_volume(volume)
    await ec2.ex_release_address(address)


async def test_tags_of_what_is_not_there(ec2: Any) -> None:
    assert await ec2.ex_describe_tags(UNKNOWN_NODE) == {}


# Addresses


async def test_an_address_from_allocation_to_release(ec2: Any, boto: Any, node_id: str, image: str) -> None:
    address = await ec2.ex_allocate_address(tags={"a": "1"})
    ipaddress.IPv4Address(address.ip)
    [seen] = boto.describe_addresses(AllocationIds=[address.id])["Addresses"]
    assert (seen["PublicIp"], tags_of(seen)) == (address.ip, {"a": "1"})
    assert address in await ec2.ex_describe_all_addresses()
    found = await ec2.ex_describe_all_addresses(filters={"allocation-id": [address.id]})
    assert [each.id for each in found] == [address.id]
    assert address not in await ec2.ex_describe_all_addresses(only_associated=True)
    assert await ec2.ex_describe_addresses_for_node(node_id) == []

    associated = await ec2.ex_associate_address_with_node(node_id, address)
    [seen] = boto.describe_addresses(AllocationIds=[address.id])["Addresses"]
    assert seen["InstanceId"] == node_id == associated.node
    assert seen["AssociationId"] == associated.association_id
    assert hash(associated) == hash(address)
    node = await ec2.get_node(node_id)
    assert address.ip in node.public_ips
    assert len(set(node.public_ips)) == len(node.public_ips)
    for ip in (*node.public_ips, *node.private_ips):
        ipaddress.ip_address(ip)
    other = boto.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0]
    assert await ec2.ex_describe_addresses([node, other["InstanceId"]]) == {
        node_id: [address.ip],
        other["InstanceId"]: [],
    }
    assert await ec2.ex_describe_addresses_for_node(node) == [address.ip]
    assert [each.id for each in await ec2.ex_describe_all_addresses(only_associated=True)] == [address.id]

    with pytest.raises(Conflict):
        await ec2.ex_associate_address_with_node(other["InstanceId"], address.ip)
    moved = await ec2.ex_associate_address_with_node(other["InstanceId"], address.ip, allow_reassociation=True)
    assert moved.node == other["InstanceId"]

    freed = await ec2.ex_disassociate_address(address)
    assert (freed.id, freed.node, freed.association_id) == (address.id, None, None)
    [seen] = boto.describe_addresses(AllocationIds=[address.id])["Addresses"]
    assert not seen.get("InstanceId")
    with pytest.raises(Conflict):
        await ec2.ex_disassociate_address(address.ip)
    assert await ec2.ex_release_address(address) is None
    with pytest.raises(boto.exceptions.ClientError):
        boto.describe_addresses(AllocationIds=[address.id])
    with pytest.raises(NotFound):
        await ec2.ex_release_address(address.ip)
    with pytest.raises(NotFound):
        await ec2.ex_associate_address_with_node(node_id, address)
    boto.terminate_instances(InstanceIds=[other["InstanceId"]])


async def test_an_address_of_boto3s(ec2: Any, boto: Any, node_id: str) -> None:
    made = boto.allocate_address(Domain="vpc")
    boto.associate_address(AllocationId=made["AllocationId"], InstanceId=node_id)
    [found] = [each for each in await ec2.ex_describe_all_addresses() if each.id == made["AllocationId"]]
    assert (found.ip, found.node) == (made["PublicIp"], node_id)
    await ec2.ex_disassociate_address(made["PublicIp"])
    await ec2.ex_release_address(made["PublicIp"])


async def test_addresses_of_an_unknown_node(ec2: Any) -> None:
    assert await ec2.ex_describe_addresses([UNKNOWN_NODE]) == {UNKNOWN_NODE: []}
    address = await ec2.ex_allocate_address()
    with pytest.raises(NodeNotFound):
        await ec2.ex_associate_address_with_node(UNKNOWN_NODE, address)
    await ec2.ex_release_address(address)


# Zones and networks


async def test_availability_zones(ec2: Any, boto: Any) -> None:
    seen = boto.describe_availability_zones()["AvailabilityZones"]
    zones = await ec2.ex_list_availability_zones()
    assert [(zone.name, zone.zone_id, zone.region, zone.state) for zone in zones] == [
        (each["ZoneName"], each["ZoneId"], each["RegionName"], "available") for each in seen
    ]
    assert await ec2.ex_list_availability_zones(only_available=False) == zones
    assert [location.id for location in await ec2.list_locations()] == [zone.id for zone in zones]


async def test_networks_and_subnets(ec2: Any, boto: Any) -> None:
    vpc = boto.create_vpc(CidrBlock="10.7.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    boto.create_tags(Resources=[vpc["VpcId"]], Tags=[{"Key": "Name", "Value": "lab"}])
    made = boto.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.7.1.0/24")["Subnet"]
    try:
        found = {network.id: network for network in await ec2.ex_list_networks()}
        network = found[vpc["VpcId"]]
        assert (network.name, network.is_default, network.cidrs[0]) == ("lab", False, "10.7.0.0/16")
        assert len(network.cidrs) == 2
        assert ipaddress.ip_network(network.cidrs[1]).version == 6
        assert sum(each.is_default for each in found.values()) == 1
        assert await ec2.ex_list_networks(ids=[network]) == [network]
        [subnet] = await ec2.ex_list_subnets(network=network)
        assert (subnet.id, subnet.network, subnet.cidrs) == (made["SubnetId"], network.id, ("10.7.1.0/24",))
        assert (subnet.location, subnet.free_addresses) == (made["AvailabilityZone"], made["AvailableIpAddressCount"])
        assert subnet.assigns_public_ip is False
        assert await ec2.ex_list_subnets(ids=[subnet.id]) == [subnet]
        assert subnet in await ec2.ex_list_subnets()
        with pytest.raises(NotFound):
            await ec2.ex_list_networks(ids=["vpc-00000000"])
        with pytest.raises(NotFound):
            await ec2.ex_list_subnets(ids=["subnet-00000000"])
    finally:
        boto.delete_subnet(SubnetId=made["SubnetId"])
        boto.delete_vpc(VpcId=vpc["VpcId"])


# Security groups


async def test_security_groups(ec2: Any, boto: Any, name: str) -> None:
    [network] = [each for each in await ec2.ex_list_networks() if each.is_default]
    group = await ec2.ex_create_security_group(name, "for the tests", network=network, tags={"a": "1"})
    [seen] = boto.describe_security_groups(GroupIds=[group.id])["SecurityGroups"]
    assert (seen["GroupName"], seen["Description"], seen["VpcId"]) == (name, "for the tests", network.id)
    assert tags_of(seen) == {"a": "1"}
    with pytest.raises(AlreadyExists):
        await ec2.ex_create_security_group(name, "again", network=network.id)
    other = await ec2.ex_create_security_group(f"{name}-other", "peer")

    rules = [
        SecurityGroupRule(protocol="tcp", from_port=22, to_port=22, cidr="198.51.100.0/24", description="office"),
        SecurityGroupRule(protocol="tcp", from_port=443, to_port=444, cidr="2001:db8::/32"),
        SecurityGroupRule(protocol="udp", from_port=53, to_port=53, group=other.id),
        SecurityGroupRule(protocol="icmp", from_port=-1, to_port=-1, cidr="0.0.0.0/0"),
    ]
    assert await ec2.ex_authorize_security_group_ingress(group, rules) is None
    [seen] = boto.describe_security_groups(GroupIds=[group.id])["SecurityGroups"]
    ranges = {(each["IpProtocol"], each.get("FromPort"), each.get("ToPort")): each for each in seen["IpPermissions"]}
    assert ranges["tcp", 22, 22]["IpRanges"] == [{"CidrIp": "198.51.100.0/24", "Description": "office"}]
    assert ranges["tcp", 443, 444]["Ipv6Ranges"] == [{"CidrIpv6": "2001:db8::/32"}]
    assert ranges["udp", 53, 53]["UserIdGroupPairs"][0]["GroupId"] == other.id
    assert ranges["icmp", -1, -1]["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]
    [read] = await ec2.ex_list_security_groups(ids=[group])
    assert set(map(tuple_of, read.ingress)) == set(map(tuple_of, rules))
    assert (read.name, read.description, read.network, read.tags) == (name, "for the tests", network.id, {"a": "1"})
    with pytest.raises(AlreadyExists):
        await ec2.ex_authorize_security_group_ingress(group.id, rules[:1])

    outgoing = [SecurityGroupRule(protocol="tcp", from_port=25, to_port=25, cidr="203.0.113.0/24")]
    await ec2.ex_authorize_security_group_egress(group, outgoing)
    [read] = await ec2.ex_list_security_groups(ids=[group.id])
    assert tuple_of(outgoing[0]) in set(map(tuple_of, read.egress))
    await ec2.ex_revoke_security_group_egress(group, outgoing)
    await ec2.ex_revoke_security_group_ingress(group, rules[:3])
    [read] = await ec2.ex_list_security_groups(ids=[group.id])
    assert list(map(tuple_of, read.ingress)) == [tuple_of(rules[3])]
    assert tuple_of(outgoing[0]) not in set(map(tuple_of, read.egress))
    with pytest.raises(NotFound):
        await ec2.ex_revoke_security_group_ingress(group, rules[:1])

    assert group.id in {each.id for each in await ec2.ex_list_security_groups(network=network)}
    assert await ec2.ex_delete_security_group(group) is None
    await ec2.ex_delete_security_group(other.id)
    with pytest.raises(NotFound):
        await ec2.ex_list_security_groups(ids=[group.id])
    with pytest.raises(boto.exceptions.ClientError):
        boto.describe_security_groups(GroupIds=[group.id])
    with pytest.raises(NotFound):
        await ec2.ex_delete_security_group(group.id)


def tuple_of(rule: SecurityGroupRule) -> tuple[object, ...]:
    return (rule.protocol, rule.from_port, rule.to_port, rule.cidr, rule.group, rule.prefix_list, rule.description)


async def test_a_rule_has_one_peer(ec2: Any) -> None:
    for wrong in (
        SecurityGroupRule(protocol="tcp"),
        SecurityGroupRule(protocol="tcp", cidr="0.0.0.0/0", group="sg-1"),
    ):
        with pytest.raises(InvalidRequest, match="one of cidr"):
            await ec2.ex_authorize_security_group_ingress("sg-1", [wrong])
    with pytest.raises(InvalidRequest):
        await ec2.ex_delete_security_group("")


async def test_a_group_that_a_new_node_is_to_have_and_that_does_not_exist_is_named(ec2: Any, image: str) -> None:
    with pytest.raises(NotFound, match="sg-0123456789abcdef0"):
        await ec2.create_node("never", "t3.micro", image, ex_security_groups=["sg-0123456789abcdef0"])
