"""Cloud Files' driver: Swift, and the content delivery network (CDN) in front of it."""

from __future__ import annotations

from typing import Unpack

from cumuli.calls.caller import Caller
from cumuli.capabilities import Capabilities
from cumuli.providers.openstack.swift.calls import SwiftSession
from cumuli.providers.openstack.swift.driver import CAPABILITIES, DriverOptions, SwiftDriver
from cumuli.providers.rackspace.cloudfiles.cdn import CDNCalls
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.driver import Address

__all__ = ["CloudFilesDriver"]

CDN_CAPABILITIES = (
    StorageCapability.GET_CONTAINER_CDN_URL,
    StorageCapability.ENABLE_CONTAINER_CDN,
    StorageCapability.GET_OBJECT_CDN_URL,
)


class CloudFilesDriver(SwiftDriver):
    """Rackspace Cloud Files."""

    provider = "cloudfiles"
    capabilities = Capabilities(
        supported=CAPABILITIES.supported.union(CDN_CAPABILITIES),
        alternatives={
            what: instead for what, instead in CAPABILITIES.alternatives.items() if what not in CDN_CAPABILITIES
        },
    )

    def __init__(self, caller: Caller, session: SwiftSession, **options: Unpack[DriverOptions]) -> None:
        super().__init__(caller, session, **options)
        self.cdn = CDNCalls(self.calls, self.containers)

    async def enable_container_cdn(self, name: str) -> None:
        await self.cdn.publish(name, ttl=None, log_retention=None)

    async def container_cdn_url(self, name: str) -> str:
        return await self.cdn.cdn_url(name, "plain")

    async def object_cdn_url(self, address: Address) -> str:
        return await self.cdn.object_url(address, "plain")
