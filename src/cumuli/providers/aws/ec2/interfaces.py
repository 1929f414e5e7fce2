"""Network interfaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.calls.lost_answers import deleting
from cumuli.calls.paging import Page
from cumuli.errors import Conflict, NotFound
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import EC2Calls, named, next_cursor, page_of, tag_specification, tags_of
from cumuli.providers.aws.ec2.models import InterfaceAttachment, NetworkInterface, SecurityGroupName
from cumuli.providers.aws.query import filters

__all__ = ["Interfaces"]


class Interfaces:
    """The calls on network interfaces."""

    def __init__(self, calls: EC2Calls) -> None:
        self._calls = calls

    async def list_interfaces(
        self, *, ids: Sequence[str] | None, matching: Filters, cursor: str | None
    ) -> Page[NetworkInterface]:
        answer = await self._calls.ask(
            wire.DescribeNetworkInterfacesResponse,
            {**page_of("NetworkInterfaceId", ids, cursor), "Filter": filters(matching)},
            whole=ids is not None,
        )
        found = [interface_of(item) for item in answer.network_interface_set]
        return Page(found, next_cursor(ids, cursor, answer.next_token))

    async def get_interface(self, interface_id: str) -> NetworkInterface:
        found = (await self.list_interfaces(ids=[interface_id], matching={}, cursor=None)).items
        if not found:
            raise NotFound(f"there is no network interface {interface_id} in this region")
        return found[0]

    async def create_interface(
        self, parameters: Mapping[str, object], *, name: str, tags: Mapping[str, str]
    ) -> NetworkInterface:
        # Repeatable: it carries a client token.
        answer = await self._calls.make(
            wire.CreateNetworkInterfaceResponse,
            {
                **parameters,
                "TagSpecification": tag_specification("network-interface", {**tags, **named(name)}),
                "ClientToken": self._calls.runtime.token(),
            },
            what="the network interface",
            look="look for it with ex_list_network_interfaces before you try again",
            repeatable=True,
        )
        return interface_of(answer.network_interface)

    async def delete_interface(self, interface_id: str) -> None:
        # Repeatable: ids are never used again.
        await deleting(self._calls.act("DeleteNetworkInterface", {"NetworkInterfaceId": interface_id}, repeatable=True))

    async def attach_interface(self, interface_id: str, node_id: str, *, device_index: int) -> str:
        # Not repeatable: AWS refuses to attach what is attached.
        answer = await self._calls.make(
            wire.AttachNetworkInterfaceResponse,
            {"NetworkInterfaceId": interface_id, "InstanceId": node_id, "DeviceIndex": device_index},
            what="the attachment",
            look=f"look at {interface_id} with ex_list_network_interfaces before you try again",
        )
        return answer.attachment_id

    async def detach_interface(self, interface_id: str, *, force: bool) -> None:
        attachment = await self._attachment(interface_id)
        # Repeatable: AWS refuses to detach what is detached, and then a look shows that it is.
        await deleting(
            self._calls.act(
                "DetachNetworkInterface", {"AttachmentId": attachment, "Force": force or None}, repeatable=True
            ),
            done=lambda: self._is_going(interface_id, attachment),
        )

    async def _attachment(self, interface_id: str) -> str:
        found = await self.get_interface(interface_id)
        if found.attachment is None:
            raise Conflict(f"the network interface {interface_id} is attached to nothing; it is {found.state}")
        return found.attachment.id

    async def _is_going(self, interface_id: str, attachment: str) -> bool:
        """Whether an attachment is not there any more, or will not be."""
        found = (await self.get_interface(interface_id)).attachment
        return found is None or found.id != attachment or found.state in {"detaching", "detached"}

    async def modify_interface(self, interface_id: str, attribute: Mapping[str, object]) -> None:
        # Repeatable: it sets the same value again.
        await self._calls.act(
            "ModifyNetworkInterfaceAttribute", {"NetworkInterfaceId": interface_id, **attribute}, repeatable=True
        )

    async def keep_with_node(self, interface_id: str, *, delete_on_termination: bool) -> None:
        """Say whether an interface ends with the node that it is attached to."""
        attachment = await self._attachment(interface_id)
        described = {"AttachmentId": attachment, "DeleteOnTermination": delete_on_termination}
        await self.modify_interface(interface_id, {"Attachment": described})

    async def assign_private_ips(
        self, interface_id: str, *, addresses: Sequence[str], count: int | None, allow_reassignment: bool
    ) -> list[str]:
        answer = await self._calls.make(
            wire.AssignPrivateIpAddressesResponse,
            {
                "NetworkInterfaceId": interface_id,
                "PrivateIpAddress": addresses,
                "SecondaryPrivateIpAddressCount": count,
                "AllowReassignment": allow_reassignment or None,
            },
            what="the assignment",
            look=f"look at {interface_id} with ex_list_network_interfaces before you try again",
            # Addresses of AWS's choice would be others the second time.
            repeatable=count is None,
        )
        return [item.private_ip_address for item in answer.assigned_private_ip_addresses_set]

    async def unassign_private_ips(self, interface_id: str, addresses: Sequence[str]) -> None:
        # Not repeatable: AWS refuses addresses that the interface does not have.
        await self._calls.act(
            "UnassignPrivateIpAddresses",
            {"NetworkInterfaceId": interface_id, "PrivateIpAddress": addresses},
            repeatable=False,
        )

    async def assign_ipv6(self, interface_id: str, *, addresses: Sequence[str], count: int | None) -> list[str]:
        answer = await self._calls.make(
            wire.AssignIpv6AddressesResponse,
            {"NetworkInterfaceId": interface_id, "Ipv6Addresses": addresses, "Ipv6AddressCount": count},
            what="the assignment",
            look=f"look at {interface_id} with ex_list_network_interfaces before you try again",
            # As for private addresses.
            repeatable=count is None,
        )
        return answer.assigned_ipv6_addresses

    async def unassign_ipv6(self, interface_id: str, addresses: Sequence[str]) -> None:
        # Not repeatable, as for private addresses.
        await self._calls.act(
            "UnassignIpv6Addresses",
            {"NetworkInterfaceId": interface_id, "Ipv6Addresses": addresses},
            repeatable=False,
        )


def interface_of(item: wire.NetworkInterfaceItem) -> NetworkInterface:
    """The model of one network interface."""
    tags = tags_of(item.tag_set)
    pairs = item.private_ip_addresses_set
    private = [item.private_ip_address, *(pair.private_ip_address for pair in pairs)]
    associations = [item.association, *(pair.association for pair in pairs)]
    public = [association.public_ip for association in associations if association]
    return NetworkInterface(
        id=item.network_interface_id,
        name=tags.get("Name", ""),
        description=item.description,
        state=item.status,
        type=item.interface_type,
        mac=item.mac_address,
        network=item.vpc_id,
        subnet=item.subnet_id,
        location=item.availability_zone,
        private_ips=tuple(dict.fromkeys(filter(None, private))),
        public_ips=tuple(dict.fromkeys(filter(None, public))),
        ipv6=tuple(each.ipv6_address for each in item.ipv6_addresses_set if each.ipv6_address),
        security_groups=tuple(SecurityGroupName(id=each.group_id, name=each.group_name) for each in item.group_set),
        attachment=_attachment(item.attachment) if item.attachment else None,
        source_dest_check=item.source_dest_check,
        private_dns=item.private_dns_name or None,
        owner=item.owner_id,
        requester_managed=item.requester_managed,
        tags=tags,
    )


def _attachment(item: wire.AttachedInterface) -> InterfaceAttachment:
    return InterfaceAttachment(
        id=item.attachment_id or "",
        node=item.instance_id,
        state=item.status,
        device_index=item.device_index,
        delete_on_termination=item.delete_on_termination,
    )
