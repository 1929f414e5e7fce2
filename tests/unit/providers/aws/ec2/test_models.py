"""What becomes of EC2's answers."""

from __future__ import annotations

import dis
from collections.abc import Callable

import pytest

from cumuli.compute.models import NodeState, SnapshotState, VolumeState
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.calls import next_cursor, page_of
from cumuli.providers.aws.ec2.images import image_of
from cumuli.providers.aws.ec2.instances import node_of
from cumuli.providers.aws.ec2.models import EC2Node, EC2NodeSpec
from cumuli.providers.aws.ec2.sizes import size_of
from cumuli.providers.aws.ec2.volumes import snapshot_of, volume_of
from cumuli.wire.xml import decode


def node(inside: str) -> EC2Node:
    body = (
        "<DescribeInstancesResponse><reservationSet><item><reservationId>r-1</reservationId><instancesSet><item>"
        f"<instanceId>i-1</instanceId>{inside}"
        "</item></instancesSet></item></reservationSet></DescribeInstancesResponse>"
    )
    answer = decode(body.encode(), wire.DescribeInstancesResponse, root="DescribeInstancesResponse")
    return node_of(answer.reservation_set[0].instances_set[0], "r-1", "123456789012")


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("pending", NodeState.PENDING),
        ("running", NodeState.RUNNING),
        ("shutting-down", NodeState.STOPPING),
        ("terminated", NodeState.TERMINATED),
        ("stopping", NodeState.STOPPING),
        ("stopped", NodeState.STOPPED),
        ("dreaming", NodeState.UNKNOWN),
    ],
)
def test_states_of_nodes(word: str, state: NodeState) -> None:
    found = node(f"<instanceState><name>{word}</name></instanceState>")
    assert (found.state, found.provider_state) == (state, word)


@pytest.mark.parametrize("make", [node_of, image_of])
def test_no_model_is_made_by_way_of_a_dict(make: Callable[..., object]) -> None:
    """Python does that with more keywords than it likes, and it takes longer than all the rest of a long listing's."""
    assert "CALL_FUNCTION_EX" not in {instruction.opname for instruction in dis.get_instructions(make)}


def test_a_bare_node() -> None:
    found = node("")
    assert (found.id, found.name, found.state, found.public_ips, found.private_ips) == (
        "i-1", "", NodeState.UNKNOWN, (), (),
    )  # fmt: skip
    assert (found.created_at, found.tags, found.security_groups, found.launch_index) == (None, {}, (), 0)


def test_addresses_of_all_interfaces_without_repetitions() -> None:
    found = node(
        """
        <dnsName>ec2-198-51-100-1.compute.amazonaws.com</dnsName>
        <ipAddress>198.51.100.1</ipAddress><privateIpAddress>10.0.0.1</privateIpAddress>
        <ipv6Address>2001:db8::1</ipv6Address>
        <networkInterfaceSet>
          <item>
            <privateIpAddress>10.0.0.1</privateIpAddress>
            <association><publicIp>198.51.100.1</publicIp></association>
            <privateIpAddressesSet>
              <item><privateIpAddress>10.0.0.1</privateIpAddress>
                <association><publicIp>198.51.100.1</publicIp></association></item>
              <item><privateIpAddress>10.0.0.2</privateIpAddress>
                <association><publicIp>198.51.100.2</publicIp></association></item>
            </privateIpAddressesSet>
            <ipv6AddressesSet>
              <item><ipv6Address>2001:db8::1</ipv6Address></item>
              <item><ipv6Address>fd00:ec2::7</ipv6Address></item>
            </ipv6AddressesSet>
          </item>
          <item><privateIpAddress>10.0.1.1</privateIpAddress><privateIpAddressesSet/></item>
        </networkInterfaceSet>
        """
    )
    assert found.public_ips == ("198.51.100.1", "198.51.100.2", "2001:db8::1")
    assert found.private_ips == ("10.0.0.1", "10.0.0.2", "fd00:ec2::7", "10.0.1.1")
    assert found.public_dns == "ec2-198-51-100-1.compute.amazonaws.com"


def test_host_names_are_no_addresses() -> None:
    found = node("<ipAddress>ec2-198-51-100-1.example</ipAddress><privateIpAddress>ip-10-0-0-1</privateIpAddress>")
    assert (found.public_ips, found.private_ips) == ((), ())


def test_why_a_node_is_in_its_state() -> None:
    assert node("<reason/>").state_reason is None
    assert node("<reason>User initiated</reason>").state_reason == "User initiated"
    said = (
        "<reason>x</reason><stateReason><code>c</code><message>Server.SpotInstanceTermination</message></stateReason>"
    )
    assert node(said).state_reason == "Server.SpotInstanceTermination"


def test_nodes_meet_in_sets() -> None:
    assert len({node("<imageId>ami-1</imageId>"), node("<imageId>ami-2</imageId>")}) == 2
    assert hash(node("<imageId>ami-1</imageId>")) == hash(node("<imageId>ami-2</imageId>"))


@pytest.mark.parametrize(
    ("word", "attachment", "state"),
    [
        ("creating", None, VolumeState.CREATING),
        ("available", None, VolumeState.AVAILABLE),
        ("in-use", "attached", VolumeState.IN_USE),
        ("in-use", "busy", VolumeState.DETACHING),
        ("in-use", "attaching", VolumeState.ATTACHING),
        ("in-use", "detaching", VolumeState.DETACHING),
        ("deleting", None, VolumeState.DELETING),
        ("error", None, VolumeState.ERROR),
        ("odd", None, VolumeState.UNKNOWN),
    ],
)
def test_states_of_volumes(word: str, attachment: str | None, state: VolumeState) -> None:
    attached = [wire.AttachmentItem(instance_id="i-1", status=attachment)] if attachment else []
    found = volume_of(wire.VolumeItem(volume_id="vol-1", status=word, attachment_set=attached))
    assert (found.state, found.provider_state) == (state, word)
    assert found.attached_to == (("i-1",) if attachment else ())


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (["attached", "attached"], VolumeState.IN_USE),
        (["attached", "attaching"], VolumeState.ATTACHING),
        (["detaching", "attaching"], VolumeState.ATTACHING),
        (["attached", "detaching"], VolumeState.DETACHING),
        (["attached", "busy"], VolumeState.DETACHING),
        (["attached", "detached"], VolumeState.IN_USE),
    ],
)
def test_a_volume_of_several_nodes_is_on_its_way_as_long_as_one_of_them_is(
    words: list[str], state: VolumeState
) -> None:
    for order in (words, words[::-1]):
        attached = [wire.AttachmentItem(instance_id=f"i-{word}", status=word) for word in order]
        assert volume_of(wire.VolumeItem(volume_id="v", status="in-use", attachment_set=attached)).state is state


def test_what_was_detached_is_not_attached() -> None:
    attached = [wire.AttachmentItem(instance_id="i-1", status="detached")]
    found = volume_of(wire.VolumeItem(volume_id="vol-1", status="in-use", attachment_set=attached, snapshot_id=""))
    assert (found.attached_to, found.attachments, found.snapshot) == ((), (), None)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("pending", SnapshotState.CREATING),
        ("completed", SnapshotState.AVAILABLE),
        ("error", SnapshotState.ERROR),
        ("recoverable", SnapshotState.UNKNOWN),
        ("recovering", SnapshotState.RESTORING),
    ],
)
def test_states_of_snapshots(word: str, state: SnapshotState) -> None:
    assert snapshot_of(wire.SnapshotItem(snapshot_id="snap-1", status=word)).state is state


@pytest.mark.parametrize(
    ("performance", "bandwidth"),
    [
        ("10 Gigabit", 10_000),
        ("Up to 12.5 Gigabit", 12_500),
        ("4x 100 Gigabit", 400_000),
        ("500 Megabit", 500),
        ("Low to Moderate", None),
        ("", None),
    ],
)
def test_bandwidth(performance: str, bandwidth: int | None) -> None:
    item = wire.InstanceTypeItem(instance_type="x", network_info=wire.NetworkInfo(network_performance=performance))
    assert size_of(item).bandwidth == bandwidth


def test_a_size() -> None:
    found = size_of(
        wire.InstanceTypeItem(
            instance_type="m5d.large",
            v_cpu_info=wire.VCpuInfo(default_v_cpus=2),
            memory_info=wire.MemoryInfo(size_in_mi_b=8192),
            instance_storage_info=wire.StorageInfo(total_size_in_gb=75),
        )
    )
    assert (found.id, found.ram, found.cpus, found.disk, found.price) == ("m5d.large", 8192, 2, 70, None)


def test_pages_of_everything() -> None:
    assert page_of("Id", None, None) == {"MaxResults": 1000, "NextToken": None}
    assert page_of("Id", None, "t") == {"MaxResults": 1000, "NextToken": "t"}
    assert next_cursor(None, None, "t") == "t"
    assert next_cursor(None, "t", "") is None
    assert next_cursor(None, "t", None) is None


def test_pages_of_ids() -> None:
    ids = [str(number) for number in range(1100)]
    cursor: str | None = None
    seen: list[object] = []
    for token in ("a|b", None, None, None):
        parameters = page_of("Id", ids, cursor)
        assert "MaxResults" not in parameters
        seen.append((parameters["Id"], parameters["NextToken"]))
        cursor = next_cursor(ids, cursor, token)
    assert cursor is None
    assert seen == [(ids[:500], None), (ids[:500], "a|b"), (ids[500:1000], None), (ids[1000:], None)]


def test_what_a_node_is_given_to_read_is_not_shown() -> None:
    spec = EC2NodeSpec(name="web", size="t3.micro", image="ami-1", user_data=b"hunter2")
    assert repr(spec) == "EC2NodeSpec(name='web', size='t3.micro', image='ami-1', …)"
    assert "hunter2" not in str(spec)
