"""``AsyncEC2Interfaces``: the part of EC2's client that is about network interfaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import id_of
from cumuli.compute.models import Node
from cumuli.errors import InvalidRequest
from cumuli.providers.aws.ec2.arguments import Filters, checked_filters, only, own_id, own_ids, tags_beside
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.models import (
    EC2Image,
    EC2Node,
    EC2Snapshot,
    EC2Volume,
    NetworkInterface,
    SecurityGroup,
    Subnet,
)

__all__ = ["AsyncEC2Interfaces"]


class AsyncEC2Interfaces(AsyncCompute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Network interfaces."""

    _ec2: EC2Driver

    async def ex_list_network_interfaces(
        self, *, ids: Sequence[NetworkInterface | str] | None = None, filters: Filters | None = None
    ) -> list[NetworkInterface]:
        """Every network interface of the account in this region, from every page.

        EC2's operation: ``DescribeNetworkInterfaces``.

        Args:
            ids: Only these. An empty list gives an empty list, without a call.
            filters: AWS's own filters by name, each with the values of which one must match
                (``{"subnet-id": "subnet-1", "attachment.instance-id": "i-1"}``).

        Raises:
            NotFound: One of ``ids`` does not exist.
        """
        wanted = None if ids is None else own_ids(ids, NetworkInterface)
        if wanted == []:
            return []
        matching = checked_filters(filters)
        pages = self._pages(
            lambda cursor: self._ec2.interfaces.list_interfaces(ids=wanted, matching=matching, cursor=cursor),
            key=lambda interface: interface.id,
        )
        return [interface async for interface in pages]

    async def ex_create_network_interface(
        self,
        subnet: Subnet | str,
        *,
        name: str | None = None,
        description: str | None = None,
        security_groups: Sequence[SecurityGroup | str] = (),
        private_ip: str | None = None,
        secondary_private_ip_count: int | None = None,
        ipv6_addresses: Sequence[str] = (),
        ipv6_address_count: int | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> NetworkInterface:
        """Create a network interface, which lives by itself until it is attached.

        EC2's operation: ``CreateNetworkInterface``, with a ``ClientToken``, so that a retry cannot create a second one.

        Args:
            subnet: The subnet that it is in.
            name: Its display name: the tag ``Name``.
            description: What it is for.
            security_groups: Its security groups, by model or id; none for the network's default one.
            private_ip: Its private IPv4 address, of the subnet's; None for AWS's choice.
            secondary_private_ip_count: How many more private IPv4 addresses it gets, of AWS's choice.
            ipv6_addresses: Its IPv6 addresses, of the subnet's.
            ipv6_address_count: How many IPv6 addresses it gets of AWS's choice, instead.
            tags: Tags to put on it.

        Returns:
            The new interface.

        Raises:
            NotFound: There is no such subnet or security group.
            Conflict: Another interface has the address.
            QuotaExceeded: The account may not have another one, or the subnet has no addresses left.
        """
        parameters: dict[str, object] = {
            "SubnetId": own_id(subnet, Subnet),
            "Description": description,
            "SecurityGroupId": own_ids(security_groups, SecurityGroup),
            "PrivateIpAddress": private_ip,
            "SecondaryPrivateIpAddressCount": secondary_private_ip_count,
            "Ipv6Addresses": [{"Ipv6Address": address} for address in ipv6_addresses],
            "Ipv6AddressCount": ipv6_address_count,
        }
        return await self._make(
            self._ec2.interfaces.create_interface(parameters, name=name or "", tags=tags_beside(name, tags))
        )

    async def ex_delete_network_interface(self, interface: NetworkInterface | str) -> None:
        """Delete a network interface, which must not be attached.

        EC2's operation: ``DeleteNetworkInterface``.

        Args:
            interface: The interface.

        Raises:
            NotFound: It does not exist.
            Conflict: It is attached.
        """
        await self._do(self._ec2.interfaces.delete_interface(own_id(interface, NetworkInterface)))

    async def ex_attach_network_interface_to_node(
        self, interface: NetworkInterface | str, node: Node | str, device_index: int
    ) -> str:
        """Attach a network interface to a node.

        EC2's operation: ``AttachNetworkInterface``.

        Args:
            interface: The interface, in the node's availability zone.
            node: The node.
            device_index: Its place among the node's interfaces, from 1: the first one is there already.

        Returns:
            The id of the attachment.

        Raises:
            NotFound: There is no such interface.
            NodeNotFound: There is no such node.
            Conflict: The interface is attached, or the place is taken.
            QuotaExceeded: The node's size has no more interfaces.
        """
        return await self._do(
            self._ec2.interfaces.attach_interface(
                own_id(interface, NetworkInterface), id_of(node, Node, self.provider), device_index=device_index
            )
        )

    async def ex_detach_network_interface(self, interface: NetworkInterface | str, *, force: bool = False) -> None:
        """Detach a network interface from the node that it is attached to.

        EC2's operation: ``DetachNetworkInterface``.

        Args:
            interface: The interface.
            force: Take it away from a node that does not let go of it, where the metadata may keep it.

        Raises:
            NotFound: It does not exist.
            Conflict: It is attached to nothing.
        """
        await self._do(self._ec2.interfaces.detach_interface(own_id(interface, NetworkInterface), force=force))

    async def ex_modify_network_interface_attribute(
        self,
        interface: NetworkInterface | str,
        *,
        description: str | None = None,
        security_groups: Sequence[SecurityGroup | str] | None = None,
        source_dest_check: bool | None = None,
        delete_on_termination: bool | None = None,
    ) -> None:
        """Change one attribute of a network interface; AWS takes one in each call.

        EC2's operation: ``ModifyNetworkInterfaceAttribute``.

        Args:
            interface: The interface.
            description: What it is for.
            security_groups: All of the security groups that it is to have, by model or id.
            source_dest_check: Whether it only gets packets that are addressed to it.
            delete_on_termination: Whether it ends with the node that it is attached to.

        Raises:
            NotFound: It does not exist.
            Conflict: It is attached to nothing that it could end with.
            InvalidRequest: No attribute is given, or several.
        """
        groups = None if security_groups is None else own_ids(security_groups, SecurityGroup)
        if groups == []:
            raise InvalidRequest("security_groups is empty; an interface has at least one security group")
        values: dict[str, object] = {
            "Description": None if description is None else {"Value": description},
            "SecurityGroupId": groups,
            "SourceDestCheck": None if source_dest_check is None else {"Value": source_dest_check},
            "Attachment": delete_on_termination,
        }
        attribute = only(values, "attributes")
        interface_id = own_id(interface, NetworkInterface)
        if delete_on_termination is None:
            await self._do(self._ec2.interfaces.modify_interface(interface_id, attribute))
        else:
            await self._do(
                self._ec2.interfaces.keep_with_node(interface_id, delete_on_termination=delete_on_termination)
            )

    async def ex_assign_private_ips(
        self,
        interface: NetworkInterface | str,
        *,
        addresses: Sequence[str] = (),
        count: int | None = None,
        allow_reassignment: bool = False,
    ) -> list[str]:
        """Give a network interface more private IPv4 addresses.

        EC2's operation: ``AssignPrivateIpAddresses``.

        Args:
            interface: The interface.
            addresses: The addresses, of the subnet's.
            count: How many of AWS's choice, instead.
            allow_reassignment: Whether they may be taken away from another interface.

        Returns:
            The addresses that it has got.

        Raises:
            NotFound: It does not exist.
            InvalidRequest: Neither addresses nor a count are given, or both; or the addresses are not the subnet's.
        """
        only({"addresses": addresses or None, "count": count}, "of addresses= and count=")
        return await self._do(
            self._ec2.interfaces.assign_private_ips(
                own_id(interface, NetworkInterface),
                addresses=addresses,
                count=count,
                allow_reassignment=allow_reassignment,
            )
        )

    async def ex_unassign_private_ips(self, interface: NetworkInterface | str, addresses: Sequence[str]) -> None:
        """Take private IPv4 addresses away from a network interface, all but the primary one.

        EC2's operation: ``UnassignPrivateIpAddresses``. An empty list sends nothing.

        Args:
            interface: The interface.
            addresses: The addresses.

        Raises:
            NotFound: It does not exist.
            InvalidRequest: It does not have the addresses.
        """
        interface_id = own_id(interface, NetworkInterface)
        if addresses:
            await self._do(self._ec2.interfaces.unassign_private_ips(interface_id, addresses))

    async def ex_assign_ipv6_addresses(
        self, interface: NetworkInterface | str, *, addresses: Sequence[str] = (), count: int | None = None
    ) -> list[str]:
        """Give a network interface IPv6 addresses.

        EC2's operation: ``AssignIpv6Addresses``.

        Args:
            interface: The interface.
            addresses: The addresses, of the subnet's.
            count: How many of AWS's choice, instead.

        Returns:
            The addresses that it has got.

        Raises:
            NotFound: It does not exist.
            InvalidRequest: Neither addresses nor a count are given, or both; or the addresses are not the subnet's.
        """
        only({"addresses": addresses or None, "count": count}, "of addresses= and count=")
        return await self._do(
            self._ec2.interfaces.assign_ipv6(own_id(interface, NetworkInterface), addresses=addresses, count=count)
        )

    async def ex_unassign_ipv6_addresses(self, interface: NetworkInterface | str, addresses: Sequence[str]) -> None:
        """Take IPv6 addresses away from a network interface.

        EC2's operation: ``UnassignIpv6Addresses``. An empty list sends nothing.

        Args:
            interface: The interface.
            addresses: The addresses.

        Raises:
            NotFound: It does not exist.
            InvalidRequest: It does not have the addresses.
        """
        interface_id = own_id(interface, NetworkInterface)
        if addresses:
            await self._do(self._ec2.interfaces.unassign_ipv6(interface_id, addresses))
