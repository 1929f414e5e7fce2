"""Rackspace's driver: what differs from any other OpenStack."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cumuli.calls.paging import Page
from cumuli.compute.driver import NodeSpec
from cumuli.compute.models import NodeLocation, NodeState
from cumuli.errors import InvalidRequest
from cumuli.providers.openstack.compute.driver import CAPABILITIES, NO_OPTIONS, NovaDriver
from cumuli.providers.openstack.compute.models import OpenStackVolume, VolumeOptions
from cumuli.providers.openstack.compute.wire import Server, SoundServer, node_of
from cumuli.providers.openstack.services import OpenStackServices
from cumuli.providers.rackspace.compute.images import NovaImages
from cumuli.providers.rackspace.compute.models import RackspaceNode

__all__ = ["SERVICE_NAMES", "RackspaceDriver"]

# Catalogs list the closed first generation under the same type.
SERVICE_NAMES: Mapping[str, str] = {"compute": "cloudServersOpenStack"}
RACKCONNECT_STATUS = "rackconnect_automation_status"
RACKCONNECT_DETAILS = "rackconnect_automation_status_details"


class RackspaceDriver(NovaDriver[RackspaceNode]):
    """Rackspace Public Cloud. Its regions are its only locations.

    Nothing tells what its services make of filters, so it is not asked for less than everything.
    """

    provider = "rackspace"
    capabilities = CAPABILITIES

    def __init__(self, services: OpenStackServices) -> None:
        super().__init__(services, self._node, images=NovaImages, in_region=True)

    def _node(self, server: Server | SoundServer) -> RackspaceNode:
        node = node_of(server, self.provider, RackspaceNode)
        status = server.metadata.get(RACKCONNECT_STATUS)
        details = server.metadata.get(RACKCONNECT_DETAILS)
        state, reason = node.state, node.state_reason
        if state is NodeState.RUNNING and status == "DEPLOYING":
            state, reason = NodeState.PENDING, "RackConnect is still setting up its network"
        elif status in {"FAILED", "UNPROCESSABLE"}:
            reason = reason or f"RackConnect: {details or status}"
        # With RackConnect the public address is on the router, so that no network of the node's has it.
        known = {*node.public_ips, *node.private_ips}
        outside = tuple(address for address in (node.access_ipv4, node.access_ipv6) if address and address not in known)
        return msgspec.structs.replace(
            node,
            state=state,
            state_reason=reason,
            public_ips=(*outside, *node.public_ips),
            location=self._region,
            rackconnect_status=status,
            rackconnect_details=details,
        )

    @property
    def _region(self) -> str | None:
        return self.services.session.region_in_use

    async def _checked_location(self, location: str | None) -> None:
        if location is None:
            return
        await self.services.session.token()
        if self._region is None:
            raise InvalidRequest(
                f"this client's region is not known, so nothing can be put into {location!r}; "
                f"make a client with region={location!r}"
            )
        if location.casefold() != self._region.casefold():
            raise InvalidRequest(
                f"a client of the region {self._region} creates things there, not in {location!r}; "
                f"make a client with region={location!r}"
            )

    async def create_node(self, spec: NodeSpec) -> RackspaceNode:
        await self._checked_location(spec.location)
        return await self.servers.create_node(msgspec.structs.replace(spec, location=None))

    async def create_volume(
        self,
        *,
        size: int,
        name: str,
        location: str | None,
        snapshot: str | None,
        options: VolumeOptions = NO_OPTIONS,
    ) -> OpenStackVolume:
        await self._checked_location(location)
        return await self.volumes.create_volume(size=size, name=name, location=None, snapshot=snapshot, options=options)

    async def list_locations(self, *, cursor: str | None) -> Page[NodeLocation]:
        await self.services.session.token()
        region = self._region
        if region is None:
            return Page([])
        return Page([NodeLocation(id=region, name=region, provider=self.provider, region=region)])
