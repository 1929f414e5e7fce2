"""Nova's calls on the network interfaces of a server."""

from __future__ import annotations

import msgspec

from cumuli.calls.lost_answers import creating
from cumuli.errors import CloudError, Conflict, NodeNotFound
from cumuli.providers.openstack.faults import fault_error
from cumuli.providers.openstack.network.models import NodeInterface
from cumuli.providers.openstack.services import COMPUTE, OpenStackServices, decoded, identified
from cumuli.runtime.messages import Response

__all__ = ["Interfaces"]


class _Interfaces(msgspec.Struct):
    interfaces: list[NodeInterface] = msgspec.field(name="interfaceAttachments")


class _InterfaceAnswer(msgspec.Struct):
    interface: NodeInterface = msgspec.field(name="interfaceAttachment")


class Interfaces:
    """The ports that servers have."""

    def __init__(self, services: OpenStackServices) -> None:
        self._services = services

    async def list_interfaces(self, node_id: str) -> list[NodeInterface]:
        answer = await self._services.get(
            COMPUTE,
            f"/servers/{identified(node_id)}/os-interface",
            _Interfaces,
            operation="List Port Interfaces",
            not_found=NodeNotFound,
        )
        return answer.interfaces

    async def attach(self, node_id: str, what: dict[str, object]) -> NodeInterface:
        async def make() -> NodeInterface:
            answer = await self._services.send(
                COMPUTE,
                "POST",
                f"/servers/{identified(node_id)}/os-interface",
                operation="Create Interface",
                body={"interfaceAttachment": what},
                repeatable=False,
                check=_check,
            )
            return decoded(answer, _InterfaceAnswer).interface

        advice = "whether the interface was made is not known: look for it with ex_list_interfaces before you try again"
        return await creating(make(), operation="Create Interface", advice=advice)

    async def detach(self, node_id: str, port_id: str) -> None:
        await self._services.delete(
            COMPUTE,
            f"/servers/{identified(node_id)}/os-interface/{identified(port_id)}",
            operation="Detach Interface",
            check=_check,
            done=lambda: self._is_off(node_id, port_id),
        )

    async def _is_off(self, node_id: str, port_id: str) -> bool:
        """Whether a node does not have a port any more."""
        return all(each.port_id != port_id for each in await self.list_interfaces(node_id))


def _check(answer: Response) -> CloudError | None:
    error = fault_error(answer)
    if error is None:
        return None
    words = error.message.lower()
    if answer.status == 404 and words.startswith("instance "):
        return NodeNotFound(error.message, status=404, code=error.code)
    # Nova answers 400 for a port, and for an address, that something else has.
    if answer.status == 400 and "in use" in words:
        return Conflict(error.message, status=400, code=error.code)
    return error
