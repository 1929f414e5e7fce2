"""A call of every method of EC2's client, with every argument at least once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from cumuli.compute.auth import SSHKey
from cumuli.compute.models import KeyPair, NodeImage, NodeSize, NodeState, SnapshotState, VolumeSnapshot
from cumuli.providers.aws.ec2.models import (
    Address,
    BlockDeviceMapping,
    EC2Node,
    InterfaceSpec,
    LaunchTemplate,
    MetadataOptions,
    Network,
    PlacementGroup,
    SecurityGroup,
    SecurityGroupRule,
    SpotOptions,
    Subnet,
)

__all__ = ["CASES", "Case"]

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPFxRBzQfQf7Yd7+1PNz2cQJ1GOrfUn5Zp8XWz5 someone@example.org"

NODE = EC2Node(id="i-1", name="", state=NodeState.RUNNING, provider="ec2")
SIZE = NodeSize(id="t3.micro", name="t3.micro", ram=1024, provider="ec2")
IMAGE = NodeImage(id="ami-1", name="", provider="ec2")
SNAPSHOT = VolumeSnapshot(id="snap-1", name="", state=SnapshotState.AVAILABLE, provider="ec2")
ADDRESS = Address(id="eipalloc-1", ip="198.51.100.1")
GROUP = SecurityGroup(id="sg-1", name="web")
DEVICES = [
    BlockDeviceMapping(
        device="/dev/sdf",
        size=10,
        type="gp3",
        snapshot="snap-1",
        iops=3000,
        throughput=125,
        encrypted=True,
        kms_key="key",
        delete_on_termination=False,
    ),
    BlockDeviceMapping(device="/dev/sdg", virtual_name="ephemeral0"),
    BlockDeviceMapping(device="/dev/sdh", no_device=True),
]
METADATA = MetadataOptions(http_tokens="required", http_endpoint=True, hop_limit=2, ipv6=False, tags=True)
CREATION = {
    "location": "eu-west-1a",
    "tags": {"a": "1", "b": ""},
    "ex_clienttoken": "mine",
    "ex_keyname": "key",
    "ex_security_groups": [GROUP, "sg-2", "default"],
    "ex_userdata": "#!/bin/sh\nécho",
    "ex_metadata": {"c": "3"},
    "ex_iamprofile": "profile",
    "ex_blockdevicemappings": DEVICES,
    "ex_terminate_on_shutdown": True,
}
INTERFACE = {
    "ex_security_groups": ["text", "sg-1"],
    "ex_subnet": Subnet(id="subnet-1"),
    "ex_assign_public_ip": True,
    "ex_iamprofile": "arn:aws:iam::123456789012:instance-profile/web",
    "ex_terminate_on_shutdown": False,
}
LAUNCH = {
    "ex_launch_template": "lt-1",
    "ex_launch_template_version": "$Latest",
    "ex_spot": SpotOptions(
        max_price="0.05", type="persistent", interruption="stop", valid_until=dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    ),
    "ex_placement_group": PlacementGroup(name="near"),
    "ex_metadata_options": METADATA,
    "ex_monitoring": True,
    "ex_volume_tags": {"v": "1"},
    "ex_interface_tags": {"i": "1"},
    "ex_subnet": "subnet-1",
    "ex_private_ip": "10.0.0.5",
    "ex_ipv6_addresses": ["2001:db8::5"],
    "ex_ipv6_address_count": 2,
}
INTERFACES = [
    InterfaceSpec(
        subnet="subnet-1",
        security_groups=("sg-1",),
        private_ip="10.0.0.5",
        secondary_private_ips=("10.0.0.6",),
        ipv6_addresses=("2001:db8::5",),
        assign_public_ip=False,
        description="front",
        delete_on_termination=True,
    ),
    InterfaceSpec(subnet="subnet-2", private_ip="10.0.1.5", secondary_private_ip_count=2, ipv6_address_count=1),
    InterfaceSpec(id="eni-1", device_index=3),
]
TEMPLATE = {
    "size": SIZE,
    "image": IMAGE,
    "location": "eu-west-1a",
    "key_name": "key",
    "security_groups": ["sg-1"],
    "user_data": "#!/bin/sh",
    "iam_profile": "profile",
    "block_devices": DEVICES,
    "terminate_on_shutdown": True,
    "spot": True,
    "placement_group": "pg-1",
    "metadata_options": METADATA,
    "monitoring": False,
    "node_tags": {"n": "1"},
    "volume_tags": {"v": "1"},
    "interface_tags": {"i": "1"},
    "description": "the first",
    "tags": {"a": "1"},
}
RULES = [
    SecurityGroupRule(protocol="tcp", from_port=22, to_port=22, cidr="0.0.0.0/0", description="ssh"),
    SecurityGroupRule(protocol="tcp", from_port=80, to_port=81, cidr="::/0"),
    SecurityGroupRule(protocol="-1", group="sg-2", group_owner="123456789012"),
    SecurityGroupRule(protocol="udp", from_port=53, to_port=53, prefix_list="pl-1"),
]


@dataclass(frozen=True)
class Case:
    """One call.

    Attributes:
        method: Of ``AsyncEC2``.
        arguments: By position.
        options: By name.
        faults: Actions that AWS refuses meanwhile, with HTTP status and code.
        actions: The operations that are due, in order, where it matters.
    """

    method: str
    arguments: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, tuple[int, str]] = field(default_factory=dict)
    actions: tuple[str, ...] | None = None


def case(method: str, *arguments: Any, **options: Any) -> Case:
    return Case(method, arguments, options)


CASES = [
    # Nodes
    case("list_nodes"),
    case("list_nodes", ids=[NODE, "i-2"]),
    case("list_nodes", ids=[f"i-{number}" for number in range(1001)]),
    case("list_nodes", ex_filters={"vpc-id": "vpc-1", "tag:env": ["test", "dev"]}),
    case("list_nodes", name="web", state=["running", "stopping"], tags={"team": "a", "env": None, "note": ""}),
    case("list_nodes", name="w*b", state="error"),
    case("list_nodes", ids=["i-1"], name="web"),
    case("iterate_nodes", ids=["i-1"]),
    case("iterate_nodes", name="web", state="running", tags={"team": "a"}),
    case("iterate_nodes", ex_filters={"instance-state-name": ["running"]}),
    case("get_node", NODE),
    case("create_node", "web", SIZE, IMAGE),
    case("create_node", "web", "t3.micro", "ami-1", **CREATION),
    case("create_node", "web", "t3.micro", "ami-1", **INTERFACE),
    case("create_node", "web", "t3.micro", "ami-1", ex_subnet="subnet-1", ex_userdata=b"\x00\xff"),
    case("create_node", "web", "t3.micro", "ami-1", ex_assign_public_ip=False, ex_security_groups=["text"]),
    case("create_node", "web", "t3.micro", "ami-1", auth=SSHKey(PUBLIC_KEY)),
    Case(
        "create_node",
        ("web", "t3.micro", "ami-1"),
        {"auth": SSHKey(PUBLIC_KEY)},
        faults={"DescribeKeyPairs": (400, "InvalidKeyPair.NotFound")},
        actions=("DescribeKeyPairs", "ImportKeyPair", "RunInstances"),
    ),
    Case(
        "create_node",
        ("web", "t3.micro", "ami-1"),
        {"auth": SSHKey(PUBLIC_KEY)},
        faults={
            "DescribeKeyPairs": (400, "InvalidKeyPair.NotFound"),
            "RunInstances": (400, "InvalidAMIID.NotFound"),
        },
        actions=("DescribeKeyPairs", "ImportKeyPair", "RunInstances"),
    ),
    case("create_node", "web", None, None, **LAUNCH),
    case("create_node", "web", SIZE, IMAGE, ex_spot=True, ex_placement_group="pg-1", ex_launch_template="mine"),
    case("create_node", "web", SIZE, IMAGE, ex_network_interfaces=INTERFACES),
    case("create_node", "web", SIZE, IMAGE, ex_assign_public_ip=True, ex_ipv6_addresses=["2001:db8::5"]),
    case("ex_create_nodes", 3, "web", None, None, minimum=2, **LAUNCH),
    case("ex_create_nodes", 3, "web", SIZE, IMAGE, ex_network_interfaces=INTERFACES[:2]),
    case("ex_create_nodes", 3, "web", SIZE, IMAGE, auth=SSHKey(PUBLIC_KEY)),
    case("ex_create_nodes", 3, "web", "t3.micro", "ami-1", **CREATION),
    case("ex_create_nodes", 3, "web", "t3.micro", "ami-1", **INTERFACE),
    case("start_node", NODE),
    case("stop_node", "i-1"),
    case("reboot_node", "i-1"),
    case("destroy_node", "i-1"),
    case("wait_until_running", [], ssh_interface="private", timeout=1),
    case("ex_modify_instance_metadata_options", NODE, METADATA),
    case("ex_monitor_nodes", [NODE, "i-2"]),
    case("ex_unmonitor_nodes", ["i-1"]),
    # Launch templates, placement groups, the account
    case("ex_list_launch_templates"),
    case("ex_list_launch_templates", ids=[LaunchTemplate(id="lt-1")], filters={"launch-template-name": "web"}),
    case("ex_create_launch_template", "web", **TEMPLATE),
    case(
        "ex_create_launch_template",
        "web",
        subnet=Subnet(id="subnet-1"),
        security_groups=["text"],
        private_ip="10.0.0.5",
        ipv6_addresses=["2001:db8::5"],
    ),
    case("ex_create_launch_template", "web", image="ami-1", assign_public_ip=True, ipv6_address_count=1),
    case("ex_create_launch_template", "web", network_interfaces=INTERFACES),
    case("ex_delete_launch_template", LaunchTemplate(id="lt-1")),
    case("ex_delete_launch_template", "web"),
    case("ex_list_placement_groups", names=["near"], filters={"strategy": "cluster"}),
    case("ex_create_placement_group", "near"),
    case("ex_create_placement_group", "apart", strategy="spread", spread_level="host", tags={"a": "1"}),
    case("ex_create_placement_group", "parts", strategy="partition", partition_count=3),
    case("ex_delete_placement_group", PlacementGroup(name="near")),
    case("ex_list_reserved_nodes", ids=["r-1"], filters={"state": "active"}),
    case("ex_describe_account_attributes"),
    case("ex_get_limits"),
    # What nodes are made of
    case("list_sizes"),
    case("list_sizes", location="eu-west-1a"),
    case("get_size", "t3.micro"),
    case("list_images", location="eu-west-1a", owner="self"),
    case("list_images", ids=[IMAGE, "ami-2"]),
    case("list_images", owner="self", name="golden", state="available", tags={"team": "a"}),
    case("list_images", owner="amazon", ex_filters={"name": "al2023-*"}),
    case("ex_get_newest_image", owner="amazon", name="al2023-*", architecture="arm64", filters={"boot-mode": "uefi"}),
    case("ex_get_newest_image", owner="self"),
    case("get_image", "ami-1"),
    case("list_locations"),
    # Volumes and snapshots
    case("list_volumes"),
    case("list_volumes", node=NODE, name="data", state=["in_use", "attaching"], tags={"team": None}),
    case("list_volumes", ex_filters={"volume-type": ["gp2", "gp3"]}),
    case("get_volume", "vol-1"),
    case("create_volume", 8, "data"),
    case("create_volume", 8, "data", location="eu-west-1a", snapshot=SNAPSHOT),
    case(
        "create_volume",
        8,
        "data",
        location="eu-west-1a",
        ex_volume_type="gp3",
        ex_iops=4000,
        ex_throughput=200,
        ex_encrypted=True,
        ex_kms_key_id="alias/mine",
        ex_multi_attach=False,
        ex_tags={"a": "1"},
    ),
    case("ex_modify_volume", "vol-1", size=16, volume_type="gp3", iops=4000, throughput=200, multi_attach=False),
    case("ex_list_volume_modifications"),
    case("ex_list_volume_modifications", ids=["vol-1"], filters={"modification-state": "optimizing"}),
    case("attach_volume", NODE, "vol-1"),
    case("attach_volume", "i-1", "vol-1", device="/dev/sdf"),
    case("detach_volume", "vol-1"),
    case("detach_volume", "vol-1", node="text"),
    case("detach_volume", "vol-1", ex_force=True),
    case("destroy_volume", "vol-1"),
    case("list_volume_snapshots"),
    case("list_volume_snapshots", "vol-1"),
    case("list_volume_snapshots", "vol-1", name="before", state="available", tags={"team": "a"}),
    case("list_volume_snapshots", ex_owner="amazon", ex_filters={"status": "completed"}),
    case("create_volume_snapshot", "vol-1", name="before"),
    case("create_volume_snapshot", "vol-1", ex_description="nightly", ex_tags={"a": "1"}),
    case("destroy_volume_snapshot", SNAPSHOT),
    # Images of one's own
    case("create_image", NODE, "golden", description="as it was"),
    case("create_image", "i-1", "golden", ex_reboot=True),
    case("copy_image", "us-east-1", IMAGE, "golden", description="as it was"),
    case("delete_image", "ami-1"),
    # Key pairs
    case("list_key_pairs"),
    case("get_key_pair", "me"),
    case("create_key_pair", "me"),
    case("import_key_pair", "me", PUBLIC_KEY),
    case("delete_key_pair", "me"),
    # Extensions
    case("ex_describe_tags", NODE),
    case("ex_describe_tags", KeyPair(name="me", provider="ec2")),
    case("ex_create_tags", GROUP, {"a": "1", "b": ""}),
    case("ex_delete_tags", ADDRESS, {"a": "1", "b": ""}),
    case("ex_delete_tags", "vol-1", ["a", "b"]),
    case("ex_describe_addresses", [NODE, "i-2"]),
    case("ex_describe_addresses_for_node", NODE),
    case("ex_describe_all_addresses", only_associated=True),
    case("ex_allocate_address", tags={"a": "1"}),
    case("ex_associate_address_with_node", NODE, ADDRESS, allow_reassociation=True),
    case("ex_associate_address_with_node", "i-1", "198.51.100.1"),
    case("ex_associate_address_with_node", "i-1", ADDRESS, network_interface="eni-1", private_ip="10.0.0.5"),
    case("ex_disassociate_address", ADDRESS),
    case("ex_release_address", "198.51.100.1"),
    case("ex_list_availability_zones", only_available=True),
    case("ex_list_availability_zones", only_available=False),
    case("ex_modify_instance_attribute", NODE, size=SIZE),
    case("ex_modify_instance_attribute", "i-1", user_data="#!/bin/sh"),
    case("ex_modify_instance_attribute", "i-1", security_groups=[GROUP, "sg-2"]),
    case("ex_modify_instance_attribute", "i-1", shutdown_behavior="stop"),
    case("ex_modify_instance_attribute", "i-1", disable_api_termination=True),
    case("ex_modify_instance_attribute", "i-1", disable_api_stop=True),
    case("ex_modify_instance_attribute", "i-1", source_dest_check=False),
    case("ex_modify_instance_attribute", "i-1", ebs_optimized=True),
    case("ex_modify_instance_attribute", "i-1", ena_support=True),
    case("ex_change_node_size", NODE, "t3.small"),
    case(
        "ex_register_image",
        "golden",
        description="as it was",
        architecture="x86_64",
        root_device="/dev/xvda",
        block_device_mappings=DEVICES,
        virtualization_type="hvm",
        ena_support=True,
        boot_mode="uefi",
    ),
    case("ex_register_image", "bundle", image_location="bucket/manifest", kernel="aki-1", ramdisk="ari-1"),
    case("ex_get_launch_permissions", IMAGE),
    case("ex_modify_image_attribute", IMAGE, add_accounts=["123456789012"], remove_accounts=["210987654321"]),
    case("ex_modify_image_attribute", "ami-1", public=True),
    case("ex_modify_image_attribute", "ami-1", remove_accounts=["210987654321"], public=False),
    case("ex_modify_image_attribute", "ami-1", description="as it was"),
    case("ex_reset_launch_permissions", "ami-1"),
    case("ex_modify_snapshot_attribute", SNAPSHOT, add_accounts=["123456789012"], public=True),
    case("ex_modify_snapshot_attribute", "snap-1", remove_accounts=["123456789012"], public=False),
    case("ex_get_console_output", NODE),
    case("ex_get_console_output", NODE, latest=True),
    case("ex_list_networks"),
    case("ex_list_networks", ids=[Network(id="vpc-1"), "vpc-2"]),
    case("ex_list_subnets", network=Network(id="vpc-1")),
    case("ex_list_subnets", ids=["subnet-1"]),
    case("ex_list_security_groups", network="vpc-1"),
    case("ex_list_security_groups", ids=[GROUP]),
    case("ex_create_security_group", "web", "what it is for", network="vpc-1", tags={"a": "1"}),
    case("ex_create_security_group", "web", ""),
    case("ex_authorize_security_group_ingress", GROUP, RULES),
    case("ex_authorize_security_group_egress", "sg-1", RULES),
    case("ex_revoke_security_group_ingress", GROUP, RULES),
    case("ex_revoke_security_group_egress", "sg-1", RULES),
    case("ex_delete_security_group", GROUP),
    case("ex_call", "DescribeRegions", AllRegions=True, Filter=[{"Name": "opt-in-status", "Value": ["opted-in"]}]),
]
