"""Instances, which are the nodes."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from cumuli.calls.lost_answers import deleting, doubtful
from cumuli.calls.paging import Page
from cumuli.compute.auth import SSHKey
from cumuli.compute.driver import NodeSpec
from cumuli.compute.models import NodeState
from cumuli.compute.wanted import EVERYTHING, Wanted
from cumuli.errors import (
    CloudError,
    InvalidRequest,
    KeyPairExists,
    KeyPairNotFound,
    MalformedResponse,
    NodeNotFound,
    SizeNotFound,
)
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import EC2Calls, asked_for, next_cursor, page_of, tags_of
from cumuli.providers.aws.ec2.launching import Launching, metadata_options_of, metadata_parameters
from cumuli.providers.aws.ec2.models import (
    PROVIDER,
    BlockDevice,
    ConsoleOutput,
    EC2Node,
    EC2NodeSpec,
    MetadataOptions,
    NodeInterface,
    SecurityGroupName,
)
from cumuli.providers.aws.query import filters
from cumuli.wire.timestamps import utc

__all__ = ["Instances", "key_pair_for"]

STATES = {
    "pending": NodeState.PENDING,
    "running": NodeState.RUNNING,
    # On its way to "terminated": there is no finer portable word.
    "shutting-down": NodeState.STOPPING,
    "terminated": NodeState.TERMINATED,
    "stopping": NodeState.STOPPING,
    "stopped": NodeState.STOPPED,
}


class Instances:
    """The calls on instances."""

    def __init__(self, calls: EC2Calls, launching: Launching) -> None:
        self._calls = calls
        self._launching = launching

    async def list_nodes(
        self,
        *,
        ids: Sequence[str] | None,
        cursor: str | None,
        wanted: Wanted = EVERYTHING,
        matching: Filters | None = None,
    ) -> Page[EC2Node]:
        asked = asked_for(wanted, STATES, state="instance-state-name") if ids is None else {}
        answer = await self._calls.ask(
            wire.DescribeInstancesResponse,
            {**page_of("InstanceId", ids, cursor), "Filter": filters({**asked, **(matching or {})})},
            whole=ids is not None,
        )
        nodes = [
            node_of(instance, reservation.reservation_id, reservation.owner_id)
            for reservation in answer.reservation_set
            for instance in reservation.instances_set
        ]
        return Page(nodes, next_cursor(ids, cursor, answer.next_token))

    async def get_node(self, node_id: str) -> EC2Node:
        nodes = (await self.list_nodes(ids=[node_id], cursor=None)).items
        if not nodes:
            raise NodeNotFound(f"there is no instance {node_id} in this region")
        return nodes[0]

    async def create_nodes(self, spec: NodeSpec) -> list[EC2Node]:
        """RunInstances, once, for all of them, or for as few as will do."""
        given = spec if isinstance(spec, EC2NodeSpec) else EC2NodeSpec(**msgspec.structs.asdict(spec))
        # Everything is settled before the call, the token above all: a retry must send the same again.
        parameters = await self._run_parameters(given)
        if not isinstance(given.auth, SSHKey):
            return await self._run(parameters)
        key_name, imported = await self._key_for(given.auth)
        try:
            return await self._run({**parameters, "KeyName": key_name})
        except CloudError as error:
            # Never deleted: its name follows from the key, so another node may be getting it at this moment.
            if imported:
                error.message += f"; the key pair {key_name} was imported for it and stays, for all nodes of this key"
            raise

    async def _run(self, parameters: dict[str, object]) -> list[EC2Node]:
        try:
            # Repeatable: AWS gives the same instances again for the same token.
            answer = await self._calls.make(
                wire.RunInstancesResponse,
                parameters,
                what="the node",
                look="look for it with list_nodes, or try again with "
                f"ex_clienttoken={parameters['ClientToken']!r}, which makes it once only",
                repeatable=True,
            )
        except InvalidRequest as error:
            if error.code == "InvalidParameterValue" and "InstanceType" in error.message:
                raise SizeNotFound(
                    error.message,
                    operation=error.operation,
                    status=error.status,
                    code=error.code,
                    request_id=error.request_id,
                ) from error
            raise
        if not answer.instances_set:
            raise MalformedResponse(
                "there is no instance in the answer; list_nodes shows whether one was made, "
                f"by its client token {parameters['ClientToken']}",
                operation="RunInstances",
            )
        return [node_of(instance, answer.reservation_id, answer.owner_id) for instance in answer.instances_set]

    async def _run_parameters(self, spec: EC2NodeSpec) -> dict[str, object]:
        template = spec.launch_template
        by_id = template is not None and template.startswith("lt-")
        return {
            "MinCount": spec.count if spec.minimum is None else spec.minimum,
            "MaxCount": spec.count,
            "ClientToken": spec.client_token or self._calls.runtime.token(),
            "LaunchTemplate": {
                "LaunchTemplateId" if by_id else "LaunchTemplateName": template,
                "Version": spec.launch_template_version,
            },
            **await self._launching.parameters(spec),
        }

    async def _key_for(self, key: SSHKey) -> tuple[str, bool]:
        """A key pair that holds this key: its name, and whether it had to be made."""
        name = key_pair_for(key)
        made = False
        try:
            await self._calls.ask(wire.DescribeKeyPairsResponse, {"KeyName": [name]})
        except KeyPairNotFound:
            try:
                # Repeatable: the same key under the same name is what is wanted, whoever put it there.
                await self._calls.ask(
                    wire.ImportKeyPairResponse, {"KeyName": name, "PublicKeyMaterial": key.text.encode()}
                )
                made = True
            except KeyPairExists as error:
                # An attempt of ours whose answer was lost may have put it there.
                made = error.repeated
            except CloudError as error:
                if doubtful(error, "ImportKeyPair"):
                    error.message += (
                        f"; the key pair {name} may have been imported, and stays, for all nodes of this key"
                    )
                raise
        # It is there, and the machine that starts the node may not know it for some seconds.
        self._calls.caller.recent.add(name, KeyPairNotFound, now=self._calls.runtime.monotonic())
        return name, made

    async def start_node(self, node_id: str) -> None:
        # Repeatable: AWS leaves a node that starts or runs as it is.
        await self._calls.act("StartInstances", {"InstanceId": [node_id]}, repeatable=True)

    async def stop_node(self, node_id: str) -> None:
        # Repeatable, as for starting.
        await self._calls.act("StopInstances", {"InstanceId": [node_id]}, repeatable=True)

    async def reboot_node(self, node_id: str) -> None:
        # Not repeatable: the second one would reboot a node that is coming up again.
        await self._calls.act("RebootInstances", {"InstanceId": [node_id]}, repeatable=False)

    async def destroy_node(self, node_id: str) -> None:
        # Repeatable: terminating a terminated instance succeeds for as long as AWS remembers it.
        await deleting(self._calls.act("TerminateInstances", {"InstanceId": [node_id]}, repeatable=True))

    async def modify_instance_attribute(self, node_id: str, attribute: dict[str, object]) -> None:
        # Repeatable: it sets the same value again.
        await self._calls.act("ModifyInstanceAttribute", {"InstanceId": node_id, **attribute}, repeatable=True)

    async def modify_metadata_options(self, node_id: str, options: MetadataOptions) -> MetadataOptions:
        # Repeatable, as for attributes.
        answer = await self._calls.ask(
            wire.ModifyInstanceMetadataOptionsResponse, {"InstanceId": node_id, **metadata_parameters(options)}
        )
        return metadata_options_of(answer.instance_metadata_options)

    async def monitor(self, node_ids: Sequence[str], *, enabled: bool) -> None:
        # Repeatable, as for attributes.
        action = "MonitorInstances" if enabled else "UnmonitorInstances"
        await self._calls.act(action, {"InstanceId": node_ids}, repeatable=True)

    async def get_console_output(self, node_id: str, *, latest: bool) -> ConsoleOutput:
        answer = await self._calls.ask(wire.GetConsoleOutputResponse, {"InstanceId": node_id, "Latest": latest or None})
        try:
            text = base64.b64decode(answer.output).decode("utf-8", "replace")
        except binascii.Error as error:
            raise MalformedResponse("the console output is not in base64", operation="GetConsoleOutput") from error
        return ConsoleOutput(node=answer.instance_id or node_id, output=text, timestamp=utc(answer.timestamp))


def node_of(instance: wire.Instance, reservation_id: str, owner: str | None) -> EC2Node:
    """The node that an instance is."""
    tags = tags_of(instance.tag_set)
    word = instance.instance_state.name
    interfaces = tuple([_interface(interface) for interface in instance.network_interface_set])
    public, private = _addresses(instance, interfaces)
    reason = instance.state_reason.message if instance.state_reason else None
    profile = instance.iam_instance_profile
    # In steps, because Python makes a dict of more than 15 keywords, or of 14 and another argument.
    node = EC2Node(
        id=instance.instance_id,
        name=tags.get("Name", ""),
        state=STATES.get(word, NodeState.UNKNOWN),
        provider=PROVIDER,
        provider_state=word,
        state_reason=reason or instance.reason or None,
        public_ips=public,
        private_ips=private,
        size=instance.instance_type,
        image=instance.image_id,
        location=instance.placement.availability_zone,
        created_at=utc(instance.launch_time),
        tags=tags,
        vpc_id=instance.vpc_id,
        subnet_id=instance.subnet_id,
    )
    node = replace(
        node,
        key_name=instance.key_name,
        security_groups=tuple(
            [SecurityGroupName(id=group.group_id, name=group.group_name) for group in instance.group_set]
        ),
        instance_lifecycle=instance.instance_lifecycle,
        architecture=instance.architecture,
        iam_profile=profile.arn if profile else None,
        launch_index=instance.ami_launch_index,
        root_device=instance.root_device_name,
        root_device_type=instance.root_device_type,
        block_devices=tuple([_block_device(device) for device in instance.block_device_mapping]),
        network_interfaces=tuple([interface.id for interface in interfaces]),
        interfaces=interfaces,
        monitoring=instance.monitoring.state,
        platform=instance.platform,
    )
    return replace(
        node,
        tenancy=instance.placement.tenancy,
        public_dns=instance.dns_name or None,
        private_dns=instance.private_dns_name or None,
        ebs_optimized=instance.ebs_optimized,
        source_dest_check=instance.source_dest_check,
        reservation_id=reservation_id,
        owner=owner,
        client_token=instance.client_token,
        metadata_options=metadata_options_of(instance.metadata_options) if instance.metadata_options else None,
        placement_group=instance.placement.group_name or None,
        spot_request=instance.spot_instance_request_id,
    )


def _block_device(device: wire.InstanceDevice) -> BlockDevice:
    ebs = device.ebs
    if ebs is None:
        return BlockDevice(device=device.device_name)
    return BlockDevice(
        device=device.device_name,
        volume=ebs.volume_id,
        state=ebs.status,
        delete_on_termination=ebs.delete_on_termination,
    )


def _interface(interface: wire.Interface) -> NodeInterface:
    private, public, ipv6 = [interface.private_ip_address], list[str | None](), list[str]()
    if interface.association:
        public.append(interface.association.public_ip)
    for pair in interface.private_ip_addresses_set:
        private.append(pair.private_ip_address)
        if pair.association:
            public.append(pair.association.public_ip)
    for item in interface.ipv6_addresses_set:
        if item.ipv6_address:
            ipv6.append(item.ipv6_address)
    attachment = interface.attachment
    return NodeInterface(
        id=interface.network_interface_id,
        mac=interface.mac_address,
        subnet=interface.subnet_id,
        device_index=attachment.device_index if attachment else None,
        private_ips=_unique(private),
        public_ips=_unique(public),
        ipv6=tuple(ipv6),
        delete_on_termination=attachment is not None and attachment.delete_on_termination,
    )


def _addresses(
    instance: wire.Instance, interfaces: tuple[NodeInterface, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Public and private addresses of all interfaces, without repetitions, the first interface's first."""
    public, private = [instance.ip_address], [instance.private_ip_address]
    for interface in interfaces:
        private += interface.private_ips
        public += interface.public_ips
        for address in interface.ipv6:
            (private if _is_private(address) else public).append(address)
    if instance.ipv6_address:
        (private if _is_private(instance.ipv6_address) else public).append(instance.ipv6_address)
    return _unique(public), _unique(private)


def _unique(addresses: list[str | None]) -> tuple[str, ...]:
    # Other servers of this protocol may have a host name where AWS has an address.
    return tuple(
        [
            address
            for address in dict.fromkeys(addresses)
            if address and (":" in address or address.replace(".", "").isdigit())
        ]
    )


def _is_private(address: str) -> bool:
    # EC2's IPv6 addresses are globally routable, but for those of a private pool (fc00::/7).
    return address.lower().startswith(("fc", "fd"))


def key_pair_for(key: SSHKey) -> str:
    """The name of the key pair that nodes of a key share, which follows from the key."""
    material = " ".join(key.text.split()[:2])  # without the comment
    return f"cumuli-{hashlib.sha256(material.encode()).hexdigest()[:32]}"
