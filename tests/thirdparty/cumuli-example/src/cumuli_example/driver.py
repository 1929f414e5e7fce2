"""Example Cloud's calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote

import msgspec
from cumuli import (
    Capabilities,
    CloudError,
    ComputeCapability,
    ImageNotFound,
    NodeImage,
    NodeLocation,
    NodeSize,
    Secret,
    SizeNotFound,
    Volume,
)
from cumuli.calls.caller import Caller
from cumuli.calls.paging import Page
from cumuli.compute.driver import ComputeDriver, NodeSpec
from cumuli.runtime.messages import Request, Response

from cumuli_example import wire
from cumuli_example.models import ExampleNode

__all__ = ["ENDPOINT", "ExampleAuthorizer", "ExampleDriver"]

T = TypeVar("T")

ENDPOINT = "https://api.cloud.example"


class ExampleAuthorizer:
    """Puts the token on each attempt."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    async def authorize(self, request: Request) -> Request:
        header = ("Authorization", f"Bearer {self._token.reveal()}")
        return msgspec.structs.replace(request, headers=(*request.headers, header))

    async def renew(self, rejected: Request) -> bool:
        return False


class ExampleDriver(ComputeDriver[ExampleNode, Volume]):
    """Example Cloud, API v1.

    Args:
        caller: Sends requests, authorised by an ``ExampleAuthorizer``.
        endpoint: Origin of the API.
        page_size: How many servers to ask for in one page.
    """

    provider = wire.PROVIDER
    capabilities = Capabilities(
        frozenset(
            {
                ComputeCapability.LIST_NODES,
                ComputeCapability.LIST_NODES_TAGS,
                ComputeCapability.GET_NODE,
                ComputeCapability.CREATE_NODE,
                ComputeCapability.CREATE_NODE_TAGS,
                ComputeCapability.START_NODE,
                ComputeCapability.STOP_NODE,
                ComputeCapability.REBOOT_NODE,
                ComputeCapability.DESTROY_NODE,
                ComputeCapability.LIST_SIZES,
                ComputeCapability.GET_SIZE,
                ComputeCapability.LIST_IMAGES,
                ComputeCapability.GET_IMAGE,
                ComputeCapability.LIST_LOCATIONS,
            }
        ),
        {ComputeCapability.CREATE_NODE_SSH_KEY: "put the key into the image"},
    )

    def __init__(self, caller: Caller, *, endpoint: str, page_size: int) -> None:
        super().__init__(caller)
        self._endpoint = endpoint
        self._page_size = page_size

    async def list_nodes(self, *, ids: Sequence[str] | None, cursor: str | None) -> Page[ExampleNode]:
        if ids is not None:
            return Page([await self.get_node(node_id) for node_id in ids])
        query = f"?limit={self._page_size}&page={cursor or 1}"
        found = await self.call("GET", f"/servers{query}", wire.Servers, operation="listServers")
        return Page([wire.node_of(server) for server in found.servers], str(found.next) if found.next else None)

    async def get_node(self, node_id: str) -> ExampleNode:
        return wire.node_of(await self.call("GET", _server(node_id), wire.Server, operation="getServer"))

    async def create_node(self, spec: NodeSpec) -> ExampleNode:
        wanted: dict[str, object] = {"name": spec.name, "size": spec.size, "image": spec.image, "labels": spec.tags}
        if spec.location is not None:
            wanted["location"] = spec.location
        return wire.node_of(
            await self.call("POST", "/servers", wire.Server, operation="createServer", body=wanted, repeatable=False)
        )

    async def start_node(self, node_id: str) -> None:
        await self.call("POST", f"{_server(node_id)}/start", wire.Server, operation="startServer")

    async def stop_node(self, node_id: str) -> None:
        await self.call("POST", f"{_server(node_id)}/stop", wire.Server, operation="stopServer")

    async def reboot_node(self, node_id: str) -> None:
        # Rebooting twice is not rebooting once.
        await self.call("POST", f"{_server(node_id)}/reboot", wire.Server, operation="rebootServer", repeatable=False)

    async def destroy_node(self, node_id: str) -> None:
        # A second try would not find what the first one destroyed.
        await self.call("DELETE", _server(node_id), wire.Server, operation="deleteServer", repeatable=False)

    async def list_sizes(self, *, location: str | None, cursor: str | None) -> Page[NodeSize]:
        return Page([wire.size_of(size) for size in (await self._catalog()).sizes])

    async def get_size(self, size_id: str) -> NodeSize:
        for size in (await self._catalog()).sizes:
            if size.id == size_id:
                return wire.size_of(size)
        raise SizeNotFound(f"there is no size {size_id!r}; list_sizes gives those there are", operation="getCatalog")

    async def list_images(
        self, *, location: str | None, owner: str | None, ids: Sequence[str] | None, cursor: str | None
    ) -> Page[NodeImage]:
        if ids is not None:
            return Page([await self.get_image(image_id) for image_id in ids])
        # Everything in the catalog is the provider's own.
        images = [] if owner == "self" else (await self._catalog()).images
        return Page([wire.image_of(image) for image in images])

    async def get_image(self, image_id: str) -> NodeImage:
        for image in (await self._catalog()).images:
            if image.id == image_id:
                return wire.image_of(image)
        raise ImageNotFound(
            f"there is no image {image_id!r}; list_images gives those there are", operation="getCatalog"
        )

    async def list_locations(self, *, cursor: str | None) -> Page[NodeLocation]:
        return Page([wire.location_of(location) for location in (await self._catalog()).locations])

    async def _catalog(self) -> wire.Catalog:
        return await self.call("GET", "/catalog", wire.Catalog, operation="getCatalog")

    async def call(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        operation: str,
        body: object = None,
        repeatable: bool = True,
    ) -> T:
        """Send one call and decode its answer."""
        request = Request(
            method=method,
            origin=self._endpoint,
            target=f"/v1{path}",
            headers=() if body is None else (("Content-Type", "application/json"),),
            body=b"" if body is None else msgspec.json.encode(body),
            operation=operation,
        )
        response = await self.caller.call(request, check=_check, repeatable=repeatable)
        # An answer of another shape becomes MalformedResponse in the client.
        return msgspec.json.decode(response.body, type=kind)


def _check(response: Response) -> CloudError | None:
    return None if 200 <= response.status < 300 else wire.error_of(response.status, response.body)


def _server(node_id: str) -> str:
    return f"/servers/{quote(node_id, safe='')}"
