"""``AsyncEC2Instances``: the part of EC2's client that is about instances."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_tags, id_of, ids_of, optional_id_of
from cumuli.compute.auth import Auth
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.models import KeyPair, Node, NodeImage, NodeLocation, NodeSize
from cumuli.errors import InvalidRequest
from cumuli.providers.aws.ec2.arguments import Filters, checked_filters, own_id, own_ids
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.models import (
    BlockDeviceMapping,
    ConsoleOutput,
    EC2Image,
    EC2Node,
    EC2NodeSpec,
    EC2Snapshot,
    EC2Volume,
    SecurityGroup,
    Subnet,
)

__all__ = ["AsyncEC2Instances"]

# AWS refuses more, before it is put into base64.
MAX_USER_DATA = 16 * 1024
MAX_CLIENT_TOKEN = 64


class AsyncEC2Instances(AsyncCompute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Instances."""

    _ec2: EC2Driver

    async def list_nodes(
        self, *, ids: Sequence[Node | str] | None = None, ex_filters: Filters | None = None
    ) -> list[EC2Node]:
        """Every node of the account in this region, from every page, or those that match.

        EC2's operation: ``DescribeInstances``.

        Args:
            ids: Only these nodes. An empty list gives an empty list, without a call.
            ex_filters: AWS's own filters by name, each with the values of which one must match
                (``{"vpc-id": "vpc-1", "tag:env": ["test", "dev"]}``); ``*`` and ``?`` are wildcards.

        Raises:
            NodeNotFound: One of ``ids`` does not exist.
            InvalidRequest: AWS knows no such filter, or one has no values.
        """
        return [node async for node in self.iterate_nodes(ids=ids, ex_filters=ex_filters)]

    def iterate_nodes(
        self, *, ids: Sequence[Node | str] | None = None, ex_filters: Filters | None = None
    ) -> AsyncIterator[EC2Node]:
        """As ``list_nodes``, lazily: the first node is given while later pages are still unread."""
        wanted = None if ids is None else ids_of(ids, Node, self.provider)
        matching = checked_filters(ex_filters)
        return self._listing(
            ComputeCapability.LIST_NODES,
            lambda cursor: self._ec2.instances.list_nodes(ids=wanted, cursor=cursor, matching=matching),
            empty=wanted == [],
        )

    async def create_node(
        self,
        name: str,
        size: NodeSize | str,
        image: NodeImage | str,
        *,
        location: NodeLocation | str | None = None,
        auth: Auth | None = None,
        tags: Mapping[str, str] | None = None,
        ex_clienttoken: str | None = None,
        ex_keyname: KeyPair | str | None = None,
        ex_security_groups: Sequence[SecurityGroup | str] = (),
        ex_subnet: Subnet | str | None = None,
        ex_userdata: str | bytes | None = None,
        ex_metadata: Mapping[str, str] | None = None,
        ex_iamprofile: str | None = None,
        ex_blockdevicemappings: Sequence[BlockDeviceMapping] = (),
        ex_assign_public_ip: bool | None = None,
        ex_terminate_on_shutdown: bool | None = None,
    ) -> EC2Node:
        """Create a node and return it without waiting until it runs.

        EC2's operation: ``RunInstances``, with a ``ClientToken`` always, so that a retry cannot create a
        second node.

        Args:
            name: Its display name: the tag ``Name``.
            size: What kind of server: an instance type such as ``"t3.micro"``.
            image: What to make it from: an AMI.
            location: The availability zone; None for the subnet's, or AWS's choice.
            auth: ``SSHKey(text)``: a key pair of a name that follows from the key is imported unless it
                is there. It stays, for all nodes of this key, also if the node cannot be created.
            tags: Tags to put on it.
            ex_clienttoken: An idempotency token of one's own (up to 64 characters): creating with the same
                token and arguments again gives the same node.
            ex_keyname: A key pair that is there already.
            ex_security_groups: Security groups, by model, id or name; none for the network's default one.
            ex_subnet: The subnet; None for the default one.
            ex_userdata: What cloud-init gets at the first start, up to 16 KiB; text is sent as UTF-8.
            ex_metadata: More tags, as older programs name them.
            ex_iamprofile: ARN or name of an instance profile.
            ex_blockdevicemappings: Volumes beside the image's, or instead of them.
            ex_assign_public_ip: Whether it gets a public address; None for the subnet's way.
            ex_terminate_on_shutdown: Whether a shutdown from within destroys it rather than stops it.

        Returns:
            The new node.

        Raises:
            SizeNotFound, ImageNotFound, KeyPairNotFound: AWS does not know them.
            NotFound: There is no such subnet, security group or profile.
            QuotaExceeded: The account may not have another one, or there is no room.
            IdempotencyMismatch: The token was used with other arguments.
        """
        spec = EC2NodeSpec(
            **self._portable_arguments(name, size, image, location, auth, tags, ex_metadata, ex_keyname),
            client_token=_client_token(ex_clienttoken),
            key_name=optional_id_of(ex_keyname, KeyPair, self.provider),
            security_groups=tuple(own_ids(ex_security_groups, SecurityGroup)),
            subnet=None if ex_subnet is None else own_id(ex_subnet, Subnet),
            user_data=None if ex_userdata is None else _user_data(ex_userdata),
            iam_profile=ex_iamprofile,
            block_devices=tuple(ex_blockdevicemappings),
            assign_public_ip=ex_assign_public_ip,
            terminate_on_shutdown=ex_terminate_on_shutdown,
        )
        return await self._create_node(spec)

    async def ex_create_nodes(
        self,
        count: int,
        name: str,
        size: NodeSize | str,
        image: NodeImage | str,
        *,
        location: NodeLocation | str | None = None,
        auth: Auth | None = None,
        tags: Mapping[str, str] | None = None,
        ex_clienttoken: str | None = None,
        ex_keyname: KeyPair | str | None = None,
        ex_security_groups: Sequence[SecurityGroup | str] = (),
        ex_subnet: Subnet | str | None = None,
        ex_userdata: str | bytes | None = None,
        ex_metadata: Mapping[str, str] | None = None,
        ex_iamprofile: str | None = None,
        ex_blockdevicemappings: Sequence[BlockDeviceMapping] = (),
        ex_assign_public_ip: bool | None = None,
        ex_terminate_on_shutdown: bool | None = None,
    ) -> list[EC2Node]:
        """Create several nodes that are alike, all of them or none.

        EC2's operation: ``RunInstances``, once.

        Args:
            count: How many.
            name: The display name that each of them gets; their ``launch_index`` tells them apart.
            size: As for ``create_node``, and so is everything that follows.
            image: What to make them from.
            location: The availability zone.
            auth: How to get into them.
            tags: Tags to put on each.
            ex_clienttoken: An idempotency token for all of them together.
            ex_keyname: A key pair that is there already.
            ex_security_groups: Security groups, by model, id or name.
            ex_subnet: The subnet.
            ex_userdata: What cloud-init gets.
            ex_metadata: More tags.
            ex_iamprofile: ARN or name of an instance profile.
            ex_blockdevicemappings: Volumes beside the image's, or instead of them.
            ex_assign_public_ip: Whether they get public addresses.
            ex_terminate_on_shutdown: Whether a shutdown from within destroys them.

        Returns:
            The new nodes.

        Raises:
            InvalidRequest: ``count`` is less than 1.
            QuotaExceeded: The account may not have that many, or there is no room for all.
            IdempotencyMismatch: The token was used with other arguments.
        """
        if count < 1:
            raise InvalidRequest(f"count is {count}; it takes a whole number, at least 1")
        spec = EC2NodeSpec(
            **self._portable_arguments(name, size, image, location, auth, tags, ex_metadata, ex_keyname),
            count=count,
            client_token=_client_token(ex_clienttoken),
            key_name=optional_id_of(ex_keyname, KeyPair, self.provider),
            security_groups=tuple(own_ids(ex_security_groups, SecurityGroup)),
            subnet=None if ex_subnet is None else own_id(ex_subnet, Subnet),
            user_data=None if ex_userdata is None else _user_data(ex_userdata),
            iam_profile=ex_iamprofile,
            block_devices=tuple(ex_blockdevicemappings),
            assign_public_ip=ex_assign_public_ip,
            terminate_on_shutdown=ex_terminate_on_shutdown,
        )
        nodes = await self._do(self._ec2.instances.create_nodes(spec))
        for node in nodes:
            self._remember(node)
        return nodes

    def _portable_arguments(
        self,
        name: str,
        size: NodeSize | str,
        image: NodeImage | str,
        location: NodeLocation | str | None,
        auth: Auth | None,
        tags: Mapping[str, str] | None,
        metadata: Mapping[str, str] | None,
        key_name: KeyPair | str | None,
    ) -> dict[str, Any]:
        """The checked arguments that ``create_node`` has for every provider: the fields of a ``NodeSpec``."""
        merged = {**checked_tags(metadata), **checked_tags(tags)}
        spec = self._node_spec(name, size, image, location, auth, merged)
        if merged.get("Name", name) != name:
            raise InvalidRequest(f"the tag Name is the node's name, which is {name!r}: leave it out of the tags")
        if auth is not None and key_name is not None:
            raise InvalidRequest("give either auth=SSHKey(text) or ex_keyname, not both: a node has one key pair")
        return msgspec.structs.asdict(spec)

    async def ex_modify_instance_attribute(
        self,
        node: Node | str,
        *,
        size: NodeSize | str | None = None,
        user_data: str | bytes | None = None,
        security_groups: Sequence[SecurityGroup | str] | None = None,
        shutdown_behavior: Literal["stop", "terminate"] | None = None,
        disable_api_termination: bool | None = None,
        disable_api_stop: bool | None = None,
        source_dest_check: bool | None = None,
        ebs_optimized: bool | None = None,
        ena_support: bool | None = None,
    ) -> None:
        """Change one attribute of a node; AWS takes one in each call.

        EC2's operation: ``ModifyInstanceAttribute``.

        Args:
            node: The node. For a new size, user data, ``ebs_optimized`` and ``ena_support`` it must be stopped.
            size: Another instance type.
            user_data: Other user data, up to 16 KiB.
            security_groups: All of the security groups that it is to have, by model or id.
            shutdown_behavior: Whether a shutdown from within stops or destroys it.
            disable_api_termination: Whether ``destroy_node`` is refused.
            disable_api_stop: Whether ``stop_node`` is refused.
            source_dest_check: Whether it only gets packets that are addressed to it.
            ebs_optimized: Whether it has bandwidth of its own to its volumes.
            ena_support: Whether its system has the driver for enhanced networking.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: Its state does not allow it.
            InvalidRequest: No attribute is given, or several.
        """
        values: dict[str, object] = {
            "InstanceType": None if size is None else {"Value": id_of(size, NodeSize, self.provider)},
            "GroupId": None if security_groups is None else own_ids(security_groups, SecurityGroup),
            "DisableApiTermination": _value(disable_api_termination),
            "DisableApiStop": _value(disable_api_stop),
            "SourceDestCheck": _value(source_dest_check),
            "EbsOptimized": _value(ebs_optimized),
            "EnaSupport": _value(ena_support),
        }
        attributes: list[dict[str, object]] = [{name: value} for name, value in values.items() if value is not None]
        # The older of AWS's two ways, which other servers of its protocol understand better for these two.
        if user_data is not None:
            attributes.append({"Attribute": "userData", "Value": _user_data(user_data)})
        if shutdown_behavior is not None:
            attributes.append({"Attribute": "instanceInitiatedShutdownBehavior", "Value": shutdown_behavior})
        if len(attributes) != 1:
            raise InvalidRequest(f"{len(attributes)} attributes are given; EC2 changes exactly one in each call")
        if values["GroupId"] == []:
            raise InvalidRequest("security_groups is empty; a node has at least one security group")
        node_id = id_of(node, Node, self.provider)
        await self._do(self._ec2.instances.modify_instance_attribute(node_id, attributes[0]))

    async def ex_change_node_size(self, node: Node | str, size: NodeSize | str) -> None:
        """Make a stopped node another size.

        EC2's operation: ``ModifyInstanceAttribute`` (``InstanceType``).

        Args:
            node: The node, stopped.
            size: Its new size.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is not stopped.
        """
        await self.ex_modify_instance_attribute(node, size=size)

    async def ex_get_console_output(self, node: Node | str, *, latest: bool = False) -> ConsoleOutput:
        """What a node printed on its console, the last 64 KiB of it.

        EC2's operation: ``GetConsoleOutput``.

        Args:
            node: The node.
            latest: What it has printed up to now rather than what AWS kept of its start; only some sizes can.

        Raises:
            NodeNotFound: It does not exist.
        """
        return await self._do(self._ec2.instances.get_console_output(id_of(node, Node, self.provider), latest=latest))


def _client_token(given: str | None) -> str | None:
    if given is not None and not (given.isascii() and 0 < len(given) <= MAX_CLIENT_TOKEN):
        raise InvalidRequest(f"a client token has 1 to {MAX_CLIENT_TOKEN} ASCII characters")
    return given


def _user_data(given: str | bytes) -> bytes:
    data = given.encode() if isinstance(given, str) else given
    if len(data) > MAX_USER_DATA:
        raise InvalidRequest(f"the user data has {len(data)} bytes; EC2 takes at most {MAX_USER_DATA}")
    return data


def _value(value: object) -> dict[str, object] | None:
    return None if value is None else {"Value": value}
