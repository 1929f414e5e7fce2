"""The content delivery network (CDN) in front of Cloud Files."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cumuli.calls.paging import Page
from cumuli.errors import ContainerNotFound, MalformedResponse
from cumuli.providers.openstack.swift.calls import SwiftCalls
from cumuli.providers.openstack.swift.containers import Containers
from cumuli.providers.openstack.swift.identity import CDN
from cumuli.providers.openstack.swift.wire import decode_items, in_path, in_query
from cumuli.providers.rackspace.cloudfiles.models import CDNContainer, CDNUrl
from cumuli.runtime.messages import Response
from cumuli.storage.driver import Address
from cumuli.storage.headers import number
from cumuli.wire.lenient import Identity

__all__ = ["CDNCalls"]


class _Entry(msgspec.Struct):
    """A container in a listing of the CDN's."""

    name: Identity
    cdn_enabled: bool = False
    ttl: int | None = None
    log_retention: bool = False
    cdn_uri: str | None = None
    cdn_ssl_uri: str | None = None
    cdn_streaming_uri: str | None = None
    cdn_ios_uri: str | None = None


class CDNCalls:
    """The calls of the content delivery network's management."""

    def __init__(self, calls: SwiftCalls, containers: Containers) -> None:
        self._calls = calls
        self._containers = containers

    async def publish(self, name: str, *, ttl: int | None, log_retention: bool | None) -> None:
        """Publish a container on the CDN."""
        # The CDN takes any name, and publishes nothing under it.
        await self._containers.get_container(name)
        await self._cdn("CDN-enable a container", "PUT", name, _settings(ttl, log_retention, enabled=True))

    async def update_cdn(self, name: str, *, enabled: bool | None, ttl: int | None, log_retention: bool | None) -> None:
        """Change how a container is published."""
        await self._cdn(
            "Update CDN-enabled container metadata", "POST", name, _settings(ttl, log_retention, enabled=enabled)
        )

    async def cdn_container(self, name: str) -> CDNContainer:
        """How a container is published; ``ContainerNotFound`` where it never was."""
        answer = await self._cdn("Show CDN-enabled container metadata", "HEAD", name)
        known = dict(answer.headers.pairs())
        return CDNContainer(
            name=name,
            enabled=_true(known.get("x-cdn-enabled")),
            ttl=number(known.get("x-ttl")),
            log_retention=_true(known.get("x-log-retention")),
            url=known.get("x-cdn-uri"),
            ssl_url=known.get("x-cdn-ssl-uri"),
            streaming_url=known.get("x-cdn-streaming-uri"),
            ios_url=known.get("x-cdn-ios-uri"),
        )

    async def list_cdn(self, *, enabled_only: bool, cursor: str | None) -> Page[CDNContainer]:
        """One page of the containers that the CDN knows."""
        query = f"format=json&limit={self._calls.page_size}"
        if enabled_only:
            query += "&enabled_only=true"
        if cursor is not None:
            query += f"&marker={in_query(cursor)}"
        answer = await self._calls.send("List CDN-enabled containers", "GET", query=query, service=CDN)
        if answer.status == 204:
            return Page([])
        lost: list[MalformedResponse] = []
        found = [
            CDNContainer(
                name=entry.name,
                enabled=entry.cdn_enabled,
                ttl=entry.ttl,
                log_retention=entry.log_retention,
                url=entry.cdn_uri,
                ssl_url=entry.cdn_ssl_uri,
                streaming_url=entry.cdn_streaming_uri,
                ios_url=entry.cdn_ios_uri,
            )
            for entry in decode_items(answer.body, _Entry, lost)
        ]
        return Page(found, self._calls.behind(found, lost, answer, "List CDN-enabled containers", first=cursor is None))

    async def cdn_url(self, name: str, kind: CDNUrl) -> str:
        """A container's address on the CDN."""
        found = await self.cdn_container(name)
        if not found.enabled:
            raise ContainerNotFound(f"the container {name} is not published; call enable_container_cdn first")
        url = found.url_of(kind)
        if url is None:
            raise MalformedResponse(f"the CDN gives no {kind} address for the container {name}")
        return url.rstrip("/")

    async def object_url(self, address: Address, kind: CDNUrl) -> str:
        """An object's address on the CDN."""
        return f"{await self.cdn_url(address.container, kind)}/{in_path(address.name)}"

    async def purge(self, address: Address, emails: list[str]) -> None:
        """Have the CDN forget its copies of an object."""
        headers = {"X-Purge-Email": ", ".join(emails)} if emails else {}
        await self._calls.send(
            "Purge CDN-enabled objects",
            "DELETE",
            address.container,
            address.name,
            headers=headers.items(),
            service=CDN,
        )

    async def _cdn(self, operation: str, method: str, name: str, headers: Mapping[str, str] | None = None) -> Response:
        return await self._calls.send(operation, method, name, headers=(headers or {}).items(), service=CDN)


def _settings(ttl: int | None, log_retention: bool | None, *, enabled: bool | None) -> dict[str, str]:
    headers: dict[str, str] = {}
    if enabled is not None:
        headers["X-CDN-Enabled"] = str(enabled)
    if ttl is not None:
        headers["X-TTL"] = str(ttl)
    if log_retention is not None:
        headers["X-Log-Retention"] = str(log_retention)
    return headers


def _true(value: str | None) -> bool:
    return value is not None and value.lower() == "true"
