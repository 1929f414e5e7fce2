"""An address for a node with several interfaces: which one is said, and the error says so."""

from __future__ import annotations

import pytest

from cumuli.errors import InvalidRequest
from tests.faults.ec2.conftest import MakeClient
from tests.faults.ec2.strict import StrictEC2, answer_of
from tests.faults.keepalive import reply

ADDRESS = (
    "<addressesSet><item><publicIp>198.51.100.1</publicIp><allocationId>eipalloc-1</allocationId></item></addressesSet>"
)
INTERFACES = "".join(f"<item><networkInterfaceId>eni-{n}</networkInterfaceId></item>" for n in (1, 2))
# AWS's own words.
MESSAGE = (
    "There are multiple interfaces attached to instance 'i-1'. "
    "Please specify an interface ID for the operation instead."
)


async def test_which_interface_is_to_be_said(client: MakeClient) -> None:
    found = reply(200, answer_of("DescribeAddresses", ADDRESS))
    error = f"<Error><Code>InvalidInstanceID</Code><Message>{MESSAGE}</Message></Error>"
    refused = reply(400, f"<Response><Errors>{error}</Errors><RequestID>r</RequestID></Response>".encode())
    instance = f"<instanceId>i-1</instanceId><networkInterfaceSet>{INTERFACES}</networkInterfaceSet>"
    listing = f"<reservationSet><item><instancesSet><item>{instance}</item></instancesSet></item></reservationSet>"
    described = reply(200, answer_of("DescribeInstances", listing))
    done = reply(200, answer_of("AssociateAddress", "<associationId>eipassoc-1</associationId>"))
    with StrictEC2(found, refused, described, found, done, found) as server:
        ec2 = client(server.origin)
        with pytest.raises(InvalidRequest, match=r"several network interfaces \(eni-1, eni-2\).*network_interface="):
            await ec2.ex_associate_address_with_node("i-1", "eipalloc-1")
        address = await ec2.ex_associate_address_with_node(
            "i-1", "eipalloc-1", network_interface="eni-2", private_ip="10.0.0.7"
        )
        assert (address.node, address.association_id) == ("i-1", "eipassoc-1")
        asked = [request for request in server.requests if request["Action"] == "AssociateAddress"]
        known = [(one.get("InstanceId"), one.get("NetworkInterfaceId"), one.get("PrivateIpAddress")) for one in asked]
        assert known == [("i-1", None, None), (None, "eni-2", "10.0.0.7")]
