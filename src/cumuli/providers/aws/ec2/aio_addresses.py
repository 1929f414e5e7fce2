"""``AsyncEC2Addresses``: the part of EC2's client that is about Elastic IP addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.compute.aio import AsyncCompute
from cumuli.compute.arguments import checked_tags, id_of, ids_of
from cumuli.compute.models import Node
from cumuli.providers.aws.ec2.arguments import Filters, checked_filters, own_id
from cumuli.providers.aws.ec2.driver import EC2Driver
from cumuli.providers.aws.ec2.models import Address, EC2Image, EC2Node, EC2Snapshot, EC2Volume

__all__ = ["AsyncEC2Addresses"]


class AsyncEC2Addresses(AsyncCompute[EC2Node, EC2Volume, EC2Image, EC2Snapshot]):
    """Elastic IP addresses.

    Wherever an ``Address`` is taken, its allocation id or the IP address itself will do.
    """

    _ec2: EC2Driver

    async def ex_describe_addresses(self, nodes: Sequence[Node | str]) -> dict[str, list[str]]:
        """The Elastic IP addresses of some nodes.

        EC2's operation: ``DescribeAddresses``.

        Args:
            nodes: The nodes. An empty list gives an empty dict, without a call.

        Returns:
            The IP addresses by node id; every node is there, with an empty list if it has none.
        """
        return await self._do(self._ec2.addresses.addresses_of(ids_of(nodes, Node, self.provider)))

    async def ex_describe_addresses_for_node(self, node: Node | str) -> list[str]:
        """The Elastic IP addresses of one node.

        EC2's operation: ``DescribeAddresses``.
        """
        node_id = id_of(node, Node, self.provider)
        return (await self._do(self._ec2.addresses.addresses_of([node_id])))[node_id]

    async def ex_describe_all_addresses(
        self, *, only_associated: bool = False, filters: Filters | None = None
    ) -> list[Address]:
        """Every Elastic IP address of the account in this region.

        EC2's operation: ``DescribeAddresses``.

        Args:
            only_associated: Leave out those that are not associated with anything.
            filters: AWS's own filters by name, each with the values of which one must match (``{"tag:env": "test"}``).

        Raises:
            InvalidRequest: AWS knows no such filter, or one has no values.
        """
        found = await self._do(self._ec2.addresses.list_addresses(checked_filters(filters)))
        return [address for address in found if address.association_id or not only_associated]

    async def ex_allocate_address(self, *, tags: Mapping[str, str] | None = None) -> Address:
        """Allocate an Elastic IP address to the account, which pays for it from now on.

        EC2's operation: ``AllocateAddress``.

        Args:
            tags: Tags to put on it.

        Raises:
            QuotaExceeded: The account may not have another one.
        """
        return await self._make(self._ec2.addresses.allocate_address(checked_tags(tags)))

    async def ex_associate_address_with_node(
        self,
        node: Node | str,
        address: Address | str,
        *,
        allow_reassociation: bool = False,
        network_interface: str | None = None,
        private_ip: str | None = None,
    ) -> Address:
        """Give an Elastic IP address to a node.

        EC2's operation: ``AssociateAddress``.

        Args:
            node: The node.
            address: The address.
            allow_reassociation: Whether the address may be taken away from another node.
            network_interface: Id of the node's interface that gets it. It has to be said where there are several.
            private_ip: The private address that it leads to; None for the interface's first one.

        Returns:
            The address as it is now.

        Raises:
            InvalidRequest: The node has several interfaces, which the message names.
            NodeNotFound: The node does not exist.
            NotFound: The account has no such address.
            Conflict: The address is another node's, or the node is in no state for it.
        """
        return await self._do(
            self._ec2.addresses.associate_address(
                id_of(node, Node, self.provider),
                own_id(address, Address),
                allow_reassociation=allow_reassociation,
                interface=network_interface,
                private_ip=private_ip,
            )
        )

    async def ex_disassociate_address(self, address: Address | str) -> Address:
        """Take an Elastic IP address from whatever has it now; the account keeps it.

        EC2's operation: ``DisassociateAddress``.

        Returns:
            The address as it is now.

        Raises:
            NotFound: The account has no such address.
            Conflict: It is not associated with anything.
        """
        return await self._do(self._ec2.addresses.disassociate_address(own_id(address, Address)))

    async def ex_release_address(self, address: Address | str) -> None:
        """Give an Elastic IP address back to AWS, for good.

        EC2's operation: ``ReleaseAddress``.

        Raises:
            NotFound: The account has no such address.
            Conflict: It is still associated; disassociate it first.
        """
        await self._do(self._ec2.addresses.release_address(own_id(address, Address)))
