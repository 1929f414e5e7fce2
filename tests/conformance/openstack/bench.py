"""A place to make servers."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from cumuli.errors import NodeNotFound
from cumuli.providers.openstack.compute.models import OpenStackNode
from cumuli.testing.flavours import Flavour, eventually
from tests.conformance.openstack.eyes import server_seen
from tests.conformance.openstack.place import PATIENCE

__all__ = ["PATIENCE", "Bench", "Watch", "upload"]


class Watch(logging.Handler):
    """Sees every request of the clients, by what they log."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._seen: list[str] = []
        self._waiting: dict[str, Callable[[], object]] = {}

    def count(self, operation: str) -> int:
        """How many requests of this operation there were."""
        return len([message for message in self._seen if f"({operation}," in message])

    def once(self, operation: str, action: Callable[[], object]) -> None:
        """Do this after the next request of this operation, before the client goes on."""
        self._waiting[operation] = action

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        self._seen.append(message)
        for operation in list(self._waiting):
            if f"({operation}," in message:
                self._waiting.pop(operation)()


def upload(sdk: Any, image: str) -> None:
    """What a hypervisor does when an image is made of a server, and the fake one does not."""
    formats = [
        {"op": "add", "path": f"/{name}_format", "value": value}
        for name, value in (("disk", "raw"), ("container", "bare"))
    ]
    patch = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
    octets = {"Content-Type": "application/octet-stream"}
    assert sdk.image.patch(f"/images/{image}", data=json.dumps(formats), headers=patch).status_code == 200
    assert sdk.image.put(f"/images/{image}/file", data=b"a disk", headers=octets).status_code == 204


class Bench:
    """A place to make servers, which are destroyed afterwards."""

    def __init__(self, cloud: Any, sdk: Any, services: Mapping[str, Any], flavour: Flavour) -> None:
        self.cloud = cloud
        self.sdk = sdk
        self.image = services["image"]
        self.services = services
        self.flavour = flavour
        self.nodes: list[OpenStackNode] = []

    async def make(self, name: str = "extended", **arguments: Any) -> OpenStackNode:
        image = arguments.pop("image", self.image)
        size = arguments.pop("size", "1")
        node: OpenStackNode = await self.cloud.create_node(name, size, image, **arguments)
        self.nodes.append(node)
        return node

    async def running(self, name: str = "extended", **arguments: Any) -> OpenStackNode:
        node = await self.make(name, **arguments)
        [(ready, _)] = await self.cloud.wait_until_running([node], ssh_interface="private", timeout=PATIENCE)
        return ready  # type: ignore[no-any-return]  # the client's shape has no types

    async def until(self, node: OpenStackNode, status: str) -> OpenStackNode:
        """The node, once Nova says this of it and does nothing more to it; openstacksdk sees the same."""
        seen: OpenStackNode = await eventually(
            self.flavour,
            lambda: self.cloud.get_node(node),
            lambda seen: seen.provider_state == status and seen.task_state is None,
            within=PATIENCE,
        )
        assert self.seen(node)["status"] == status
        return seen

    def seen(self, node: OpenStackNode | str) -> Any:
        return server_seen(self.sdk, node if isinstance(node, str) else node.id)

    async def until_gone(self, node: OpenStackNode) -> None:
        """Wait until Nova has forgotten the node."""
        await eventually(
            self.flavour, lambda: self.cloud.ex_get_node_details(node), lambda seen: seen is None, within=PATIENCE
        )

    def upload(self, image: str) -> None:
        """Give an image that was made of a server its content."""
        upload(self.sdk, image)

    async def tidy(self) -> None:
        for node in self.nodes:
            try:
                await self.cloud.destroy_node(node)
            except NodeNotFound:
                continue
