"""What checkers make of EC2's client. Nothing here runs: mypy and basedpyright read it."""

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

from cumuli import EC2, AsyncEC2, Node, Secret
from cumuli.providers.aws.ec2.models import (
    Address,
    AvailabilityZone,
    EC2Image,
    EC2Node,
    EC2Snapshot,
    EC2Volume,
    LaunchTemplate,
    LaunchTemplateVersion,
    Network,
    NetworkInterface,
    Region,
    RouteTable,
    SecurityGroup,
    SpotRequest,
    Subnet,
    VolumeModification,
)


def nodes_are_ec2_nodes() -> None:
    assert_type(EC2().list_nodes(), list[EC2Node])
    with EC2("key", Secret("secret"), region="eu-west-1", timeout=10.0, retry=False) as ec2:
        assert_type(ec2, EC2)
        assert_type(ec2.iterate_nodes(), Iterator[EC2Node])
        assert_type(ec2.get_node("i-1"), EC2Node)
        assert_type(ec2.wait_until_running(["i-1"]), list[tuple[EC2Node, list[str]]])
        assert_type(ec2.list_volumes(), list[EC2Volume])
        assert_type(ec2.create_node("web", "t3.micro", "ami-1", ex_keyname="laptop"), EC2Node)
        assert_type(ec2.list_images(owner="self"), list[EC2Image])
        assert_type(ec2.get_image("ami-1"), EC2Image)
        assert_type(ec2.list_volume_snapshots(), list[EC2Snapshot])


async def async_nodes_are_ec2_nodes(node: Node) -> None:
    assert_type(await AsyncEC2().list_nodes(), list[EC2Node])
    async with AsyncEC2(region="eu-west-1") as ec2:
        assert_type(ec2, AsyncEC2)
        assert_type(ec2.iterate_nodes(), AsyncIterator[EC2Node])
        assert_type([found async for found in ec2.iterate_nodes()], list[EC2Node])
        assert_type(await ec2.ex_describe_tags(node), dict[str, str])
        assert_type(await ec2.ex_describe_addresses([node]), dict[str, list[str]])
        assert_type(await ec2.create_volume(1, "data"), EC2Volume)


def extensions(ec2: EC2, node: Node) -> None:
    assert_type(ec2.ex_describe_tags(node), dict[str, str])
    assert_type(ec2.ex_describe_addresses([node, "i-2"]), dict[str, list[str]])
    assert_type(ec2.ex_describe_addresses_for_node(node), list[str])
    assert_type(ec2.ex_describe_all_addresses(), list[Address])
    assert_type(ec2.ex_allocate_address(), Address)
    assert_type(ec2.ex_list_availability_zones(only_available=False), list[AvailabilityZone])
    assert_type(ec2.ex_list_regions(), list[Region])
    assert_type(ec2.ex_list_networks(), list[Network])
    assert_type(ec2.ex_list_subnets(), list[Subnet])
    assert_type(ec2.ex_get_newest_image(owner="amazon", name="al2023-*"), EC2Image)
    assert_type(ec2.ex_modify_volume("vol-1", size=9), VolumeModification)
    assert_type(ec2.ex_list_launch_templates(), list[LaunchTemplate])
    assert_type(ec2.ex_list_launch_template_versions("web", versions=[1, "$Latest"]), list[LaunchTemplateVersion])
    assert_type(ec2.ex_list_spot_requests(ids=["sir-1"]), list[SpotRequest])
    assert_type(ec2.ex_get_limits(), dict[str, int])
    assert_type(ec2.ex_create_network("10.0.0.0/16"), Network)
    assert_type(ec2.ex_list_network_interfaces(filters={"subnet-id": ["subnet-1"]}), list[NetworkInterface])
    assert_type(ec2.ex_list_route_tables(), list[RouteTable])
    assert_type(ec2.list_nodes(ex_filters={"vpc-id": "vpc-1"})[0].interfaces[0].mac, str)
    assert_type(ec2.ex_list_security_groups(), list[SecurityGroup])


def what_is_wrong_is_an_error(ec2: EC2, node: Node) -> None:
    EC2(regions="eu-west-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    EC2(retry="often")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ec2.create_node("web", "t3.micro", "ami-1", ex_key_name="laptop")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ec2.create_node("web", "t3.micro", "ami-1", ex_keyname=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ec2.list_nodes(ex_filters={"vpc-id": 7})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    ec2.create_volume(1, "data", ex_volume_type="floppy")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ec2.ex_describe_tags(nodes=node)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ec2.ex_create_tags(node, {"a": 1})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]


async def nobody_forgets_to_await(ec2: AsyncEC2) -> None:
    ec2.ex_describe_tags("i-1").items()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
