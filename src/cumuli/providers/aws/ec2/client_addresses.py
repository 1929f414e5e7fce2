"""``EC2Addresses``: the part of EC2's client that is about Elastic IP addresses.

Generated from aio_addresses.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.compute.client import Compute
from cumuli.compute.models import Node
from cumuli.providers.aws.ec2.aio_addresses import AsyncEC2Addresses
from cumuli.providers.aws.ec2.models import Address, EC2Node, EC2Volume
from cumuli.runtime.blocking.drive import run

__all__ = ["EC2Addresses"]


class EC2Addresses(Compute[EC2Node, EC2Volume]):
    """Elastic IP addresses.

    Wherever an ``Address`` is taken, its allocation id or the IP address itself will do.
    """

    def __init__(self, client: AsyncEC2Addresses) -> None:
        super().__init__(client)
        self._ec2_addresses = client

    def ex_describe_addresses(self, nodes: Sequence[Node | str]) -> dict[str, list[str]]:
        """The Elastic IP addresses of some nodes.

        EC2's operation: ``DescribeAddresses``.

        Args:
            nodes: The nodes. An empty list gives an empty dict, without a call.

        Returns:
            The IP addresses by node id; every node is there, with an empty list if it has none.
        """
        return run(self._ec2_addresses.ex_describe_addresses(nodes))

    def ex_describe_addresses_for_node(self, node: Node | str) -> list[str]:
        """The Elastic IP addresses of one node.

        EC2's operation: ``DescribeAddresses``.
        """
        return run(self._ec2_addresses.ex_describe_addresses_for_node(node))

    def ex_describe_all_addresses(self, *, only_associated: bool = False) -> list[Address]:
        """Every Elastic IP address of the account in this region.

        EC2's operation: ``DescribeAddresses``.

        Args:
            only_associated: Leave out those that are not associated with anything.
        """
        return run(self._ec2_addresses.ex_describe_all_addresses(only_associated=only_associated))

    def ex_allocate_address(self, *, tags: Mapping[str, str] | None = None) -> Address:
        """Allocate an Elastic IP address to the account, which pays for it from now on.

        EC2's operation: ``AllocateAddress``.

        Args:
            tags: Tags to put on it.

        Raises:
            QuotaExceeded: The account may not have another one.
        """
        return run(self._ec2_addresses.ex_allocate_address(tags=tags))

    def ex_associate_address_with_node(
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
        return run(
            self._ec2_addresses.ex_associate_address_with_node(
                node,
                address,
                allow_reassociation=allow_reassociation,
                network_interface=network_interface,
                private_ip=private_ip,
            )
        )

    def ex_disassociate_address(self, address: Address | str) -> Address:
        """Take an Elastic IP address from whatever has it now; the account keeps it.

        EC2's operation: ``DisassociateAddress``.

        Returns:
            The address as it is now.

        Raises:
            NotFound: The account has no such address.
            Conflict: It is not associated with anything.
        """
        return run(self._ec2_addresses.ex_disassociate_address(address))

    def ex_release_address(self, address: Address | str) -> None:
        """Give an Elastic IP address back to AWS, for good.

        EC2's operation: ``ReleaseAddress``.

        Raises:
            NotFound: The account has no such address.
            Conflict: It is still associated; disassociate it first.
        """
        run(self._ec2_addresses.ex_release_address(address))
