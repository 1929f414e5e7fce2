"""Elastic IP addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from cumuli.calls.left_out import tell_left_out
from cumuli.calls.lost_answers import deleting
from cumuli.errors import CloudError, Conflict, InvalidRequest, MalformedResponse, NotFound
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import EC2Calls, exact, tag_specification, tags_of
from cumuli.providers.aws.ec2.models import PROVIDER, Address
from cumuli.providers.aws.query import filters

__all__ = ["Addresses"]

# Most values that AWS takes for one filter.
FILTER_VALUES = 200


class Addresses:
    """The calls on addresses."""

    def __init__(self, calls: EC2Calls) -> None:
        self._calls = calls

    async def list_addresses(self, matching: Filters) -> list[Address]:
        # AWS does not page addresses.
        answer = await self._calls.ask(wire.DescribeAddressesResponse, {"Filter": filters(matching)}, whole=False)
        found = [address_of(item) for item in answer.addresses_set]
        self._tell_unknown([position for position, each in enumerate(found) if not each.id])
        return [each for each in found if each.id]

    async def addresses_of(self, node_ids: Sequence[str]) -> dict[str, list[str]]:
        """The addresses of each node, every id present."""
        found: dict[str, list[str]] = {node_id: [] for node_id in node_ids}
        for start in range(0, len(node_ids), FILTER_VALUES):
            part = node_ids[start : start + FILTER_VALUES]
            answer = await self._calls.ask(
                wire.DescribeAddressesResponse,
                {"Filter": filters({"instance-id": list(map(exact, part))})},
                whole=False,
            )
            addresses = [address_of(item) for item in answer.addresses_set]
            self._tell_unknown([position for position, each in enumerate(addresses) if not each.ip])
            for address in addresses:
                if address.ip and address.node in found:
                    found[address.node].append(address.ip)
        return found

    def _tell_unknown(self, positions: Sequence[int]) -> None:
        """Say which of the addresses in an answer are left out, since nothing tells which they are."""
        errors = [
            MalformedResponse(f"addressesSet[{position}] cannot be read: its publicIp is missing")
            for position in positions
        ]
        tell_left_out(errors, provider=PROVIDER, operation="DescribeAddresses")

    async def get_address(self, address: str) -> Address:
        """One address by its allocation id or by itself.

        Raises:
            NotFound: The account has no such address.
        """
        by_id = address.startswith("eipalloc-")
        answer = await self._calls.ask(
            wire.DescribeAddressesResponse, {"AllocationId" if by_id else "PublicIp": [address]}
        )
        if not answer.addresses_set:
            raise NotFound(f"the account has no Elastic IP address {address} in this region")
        return address_of(answer.addresses_set[0])

    async def allocate_address(self, tags: Mapping[str, str]) -> Address:
        # Not repeatable: AWS has no client token here, and the second one would allocate a second address.
        answer = await self._calls.make(
            wire.AllocateAddressResponse,
            {"Domain": "vpc", "TagSpecification": tag_specification("elastic-ip", tags)},
            what="an address",
            look="look for it with ex_describe_all_addresses before you try again",
        )
        return Address(id=answer.allocation_id or answer.public_ip, ip=answer.public_ip, tags=dict(tags))

    async def associate_address(
        self, node_id: str, address: str, *, allow_reassociation: bool, interface: str | None, private_ip: str | None
    ) -> Address:
        allocation = (await self.get_address(address)).id
        # AWS takes one of the two.
        target = {"InstanceId": node_id} if interface is None else {"NetworkInterfaceId": interface}
        parameters = {**target, "AllocationId": allocation, "AllowReassociation": allow_reassociation}
        try:
            # Repeatable: AWS says that associating the same address with the same node again changes nothing.
            answer = await self._calls.ask(
                wire.AssociateAddressResponse, {**parameters, "PrivateIpAddress": private_ip}
            )
        except CloudError as error:
            if "multiple interfaces" not in error.message:
                raise
            interfaces = ", ".join(await self._interfaces(node_id))
            raise InvalidRequest(
                f"{node_id} has several network interfaces ({interfaces}): say which one with network_interface=",
                operation=error.operation,
                status=error.status,
                code=error.code,
                request_id=error.request_id,
            ) from error
        # Listings may lag behind; what this call is known to have done goes before what they say.
        return msgspec.structs.replace(
            await self.get_address(allocation), node=node_id, association_id=answer.association_id
        )

    async def _interfaces(self, node_id: str) -> list[str]:
        found = await self._calls.ask(wire.DescribeInstancesResponse, {"InstanceId": [node_id]})
        return [
            interface.network_interface_id
            for reservation in found.reservation_set
            for instance in reservation.instances_set
            for interface in instance.network_interface_set
        ]

    async def disassociate_address(self, address: str) -> Address:
        found = await self.get_address(address)
        if found.association_id is None:
            raise Conflict(f"the address {found.ip} is not associated with anything")
        # Repeatable: a later association has another id.
        await deleting(
            self._calls.act("DisassociateAddress", {"AssociationId": found.association_id}, repeatable=True),
            done=lambda: self._is_without(found.id, found.association_id),
        )
        return msgspec.structs.replace(found, node=None, association_id=None, network_interface=None, private_ip=None)

    async def _is_without(self, allocation: str, association: str | None) -> bool:
        return (await self.get_address(allocation)).association_id != association

    async def release_address(self, address: str) -> None:
        allocation = address if address.startswith("eipalloc-") else (await self.get_address(address)).id
        # Repeatable: allocation ids are never used again.
        await deleting(self._calls.act("ReleaseAddress", {"AllocationId": allocation}, repeatable=True))


def address_of(item: wire.AddressItem) -> Address:
    """The model of one address."""
    ip = item.public_ip or item.carrier_ip
    return Address(
        id=item.allocation_id or ip,
        ip=ip,
        node=item.instance_id or None,
        association_id=item.association_id or None,
        network_interface=item.network_interface_id or None,
        private_ip=item.private_ip_address or None,
        tags=tags_of(item.tag_set),
    )
