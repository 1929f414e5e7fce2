"""``EC2Instances``: the part of EC2's client that is about instances.

Generated from aio_instances.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from cumuli.compute.auth import Auth
from cumuli.compute.client import Compute
from cumuli.compute.models import KeyPair, Node, NodeImage, NodeLocation, NodeSize
from cumuli.providers.aws.ec2.aio_instances import AsyncEC2Instances
from cumuli.providers.aws.ec2.models import (
    BlockDeviceMapping,
    ConsoleOutput,
    EC2Node,
    EC2Volume,
    SecurityGroup,
    Subnet,
)
from cumuli.runtime.blocking.drive import run

__all__ = ["EC2Instances"]


class EC2Instances(Compute[EC2Node, EC2Volume]):
    """Instances."""

    def __init__(self, client: AsyncEC2Instances) -> None:
        super().__init__(client)
        self._ec2_instances = client

    def create_node(
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
        return run(
            self._ec2_instances.create_node(
                name,
                size,
                image,
                location=location,
                auth=auth,
                tags=tags,
                ex_clienttoken=ex_clienttoken,
                ex_keyname=ex_keyname,
                ex_security_groups=ex_security_groups,
                ex_subnet=ex_subnet,
                ex_userdata=ex_userdata,
                ex_metadata=ex_metadata,
                ex_iamprofile=ex_iamprofile,
                ex_blockdevicemappings=ex_blockdevicemappings,
                ex_assign_public_ip=ex_assign_public_ip,
                ex_terminate_on_shutdown=ex_terminate_on_shutdown,
            )
        )

    def ex_create_nodes(
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
        return run(
            self._ec2_instances.ex_create_nodes(
                count,
                name,
                size,
                image,
                location=location,
                auth=auth,
                tags=tags,
                ex_clienttoken=ex_clienttoken,
                ex_keyname=ex_keyname,
                ex_security_groups=ex_security_groups,
                ex_subnet=ex_subnet,
                ex_userdata=ex_userdata,
                ex_metadata=ex_metadata,
                ex_iamprofile=ex_iamprofile,
                ex_blockdevicemappings=ex_blockdevicemappings,
                ex_assign_public_ip=ex_assign_public_ip,
                ex_terminate_on_shutdown=ex_terminate_on_shutdown,
            )
        )

    def ex_modify_instance_attribute(
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
        run(
            self._ec2_instances.ex_modify_instance_attribute(
                node,
                size=size,
                user_data=user_data,
                security_groups=security_groups,
                shutdown_behavior=shutdown_behavior,
                disable_api_termination=disable_api_termination,
                disable_api_stop=disable_api_stop,
                source_dest_check=source_dest_check,
                ebs_optimized=ebs_optimized,
                ena_support=ena_support,
            )
        )

    def ex_change_node_size(self, node: Node | str, size: NodeSize | str) -> None:
        """Make a stopped node another size.

        EC2's operation: ``ModifyInstanceAttribute`` (``InstanceType``).

        Args:
            node: The node, stopped.
            size: Its new size.

        Raises:
            NodeNotFound: It does not exist.
            Conflict: It is not stopped.
        """
        run(self._ec2_instances.ex_change_node_size(node, size))

    def ex_get_console_output(self, node: Node | str, *, latest: bool = False) -> ConsoleOutput:
        """What a node printed on its console, the last 64 KiB of it.

        EC2's operation: ``GetConsoleOutput``.

        Args:
            node: The node.
            latest: What it has printed up to now rather than what AWS kept of its start; only some sizes can.

        Raises:
            NodeNotFound: It does not exist.
        """
        return run(self._ec2_instances.ex_get_console_output(node, latest=latest))
