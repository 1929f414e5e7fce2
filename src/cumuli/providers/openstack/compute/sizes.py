"""Sizes (Nova's flavors) and locations (its availability zones)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from cumuli.calls.paging import Page
from cumuli.compute.models import NodeLocation, NodeSize
from cumuli.errors import SizeNotFound
from cumuli.providers.openstack.compute.models import OpenStackSize
from cumuli.providers.openstack.faults import fault_error
from cumuli.providers.openstack.services import COMPUTE, Links, OpenStackServices, identified, quoted
from cumuli.wire.lenient import Identity

__all__ = ["Sizes"]


class _Flavor(msgspec.Struct):
    id: Identity
    name: str = ""
    ram: int = 0
    disk: int = 0
    vcpus: int | None = None
    # Nova writes an empty text for no swap.
    swap: int | Literal[""] = 0
    ephemeral: int = msgspec.field(default=0, name="OS-FLV-EXT-DATA:ephemeral")
    is_public: bool = msgspec.field(default=True, name="os-flavor-access:is_public")
    # Megabits per second over the base of a Xen installation, as Rackspace counts.
    rxtx_factor: float | None = None


class _FlavorList(msgspec.Struct):
    flavors: list[_Flavor]
    links: Links = msgspec.field(default_factory=list, name="flavors_links")

    def markers(self) -> list[str]:
        return [flavor.id for flavor in self.flavors]


class _FlavorAnswer(msgspec.Struct):
    flavor: _Flavor


class _ExtraSpecs(msgspec.Struct):
    extra_specs: dict[str, str]


class _ZoneState(msgspec.Struct):
    available: bool = True


class _Zone(msgspec.Struct):
    name: Identity = msgspec.field(name="zoneName")
    state: _ZoneState = msgspec.field(default_factory=_ZoneState, name="zoneState")


class _ZoneList(msgspec.Struct):
    zones: list[_Zone] = msgspec.field(name="availabilityZoneInfo")


class Sizes:
    """Sizes and locations."""

    def __init__(self, services: OpenStackServices) -> None:
        self._services = services

    async def list_sizes(self, *, location: str | None, cursor: str | None) -> Page[NodeSize]:
        found, after = await self._services.page(
            COMPUTE, "/flavors/detail", _FlavorList, operation="List Flavors With Details", cursor=cursor
        )
        return Page([self._size(flavor) for flavor in found.flavors], after)

    async def get_size(self, size_id: str) -> NodeSize:
        answer = await self._services.get(
            COMPUTE,
            f"/flavors/{identified(size_id)}",
            _FlavorAnswer,
            operation="Show Flavor Details",
            not_found=SizeNotFound,
        )
        return self._size(answer.flavor)

    async def extra_specs(self, size_id: str) -> dict[str, str]:
        answer = await self._services.get(
            COMPUTE,
            f"/flavors/{identified(size_id)}/os-extra_specs",
            _ExtraSpecs,
            operation="List Extra Specs For A Flavor",
            not_found=SizeNotFound,
        )
        return answer.extra_specs

    async def set_extra_specs(self, size_id: str, specs: Mapping[str, str]) -> None:
        await self._services.send(
            COMPUTE,
            "POST",
            f"/flavors/{identified(size_id)}/os-extra_specs",
            operation="Create Extra Specs For A Flavor",
            body={"extra_specs": dict(specs)},
            # Done twice, it is what it is done once.
            repeatable=True,
            check=lambda answer: fault_error(answer, not_found=SizeNotFound),
        )

    async def delete_extra_spec(self, size_id: str, key: str) -> None:
        await self._services.delete(
            COMPUTE,
            f"/flavors/{identified(size_id)}/os-extra_specs/{quoted(key)}",
            operation="Delete An Extra Spec For A Flavor",
        )

    def _size(self, flavor: _Flavor) -> OpenStackSize:
        return OpenStackSize(
            id=flavor.id,
            name=flavor.name or flavor.id,
            ram=flavor.ram,
            disk=flavor.disk,
            cpus=flavor.vcpus,
            provider=self._services.provider,
            ephemeral=flavor.ephemeral,
            swap=flavor.swap or 0,
            is_public=flavor.is_public,
        )

    async def list_locations(self, *, cursor: str | None) -> Page[NodeLocation]:
        answer = await self._services.get(
            COMPUTE, "/os-availability-zone", _ZoneList, operation="Get Availability Zone Information"
        )
        region = self._services.session.region_in_use
        return Page(
            [
                NodeLocation(id=zone.name, name=zone.name, provider=self._services.provider, region=region)
                for zone in answer.zones
                if zone.state.available
            ]
        )
