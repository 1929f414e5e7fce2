"""The portable verbs for sizes, locations and key pairs, on Nova."""

from __future__ import annotations

from typing import Literal

import msgspec

from cumuli.calls.paging import Page
from cumuli.compute.models import KeyPair, NodeLocation, NodeSize
from cumuli.errors import KeyPairExists, KeyPairNotFound, SizeNotFound
from cumuli.providers.openstack.compute.base import NovaNodeT, OpenStackBase
from cumuli.providers.openstack.compute.models import OpenStackSize
from cumuli.providers.openstack.services import COMPUTE, Links, identified, quoted
from cumuli.secret import Secret
from cumuli.wire.lenient import Identity

__all__ = ["PlacesDriver"]


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


class _ZoneState(msgspec.Struct):
    available: bool = True


class _Zone(msgspec.Struct):
    name: Identity = msgspec.field(name="zoneName")
    state: _ZoneState = msgspec.field(default_factory=_ZoneState, name="zoneState")


class _ZoneList(msgspec.Struct):
    zones: list[_Zone] = msgspec.field(name="availabilityZoneInfo")


class _Key(msgspec.Struct):
    name: Identity
    fingerprint: str = ""
    public_key: str | None = None
    private_key: str | None = None

    def __repr__(self) -> str:
        # Tracebacks show it, and what else it holds is a secret.
        return f"{type(self).__name__}(name={self.name!r})"


class _KeyAnswer(msgspec.Struct):
    keypair: _Key


class _KeyList(msgspec.Struct):
    keypairs: list[_KeyAnswer]
    links: Links = msgspec.field(default_factory=list, name="keypairs_links")

    def markers(self) -> list[str]:
        return [entry.keypair.name for entry in self.keypairs]


class PlacesDriver(OpenStackBase[NovaNodeT]):
    """Sizes, locations and key pairs."""

    async def list_sizes(self, *, location: str | None, cursor: str | None) -> Page[NodeSize]:
        found, after = await self.services.page(
            COMPUTE, "/flavors/detail", _FlavorList, operation="List Flavors With Details", cursor=cursor
        )
        return Page([self._size(flavor) for flavor in found.flavors], after)

    async def get_size(self, size_id: str) -> NodeSize:
        answer = await self.services.get(
            COMPUTE,
            f"/flavors/{identified(size_id)}",
            _FlavorAnswer,
            operation="Show Flavor Details",
            not_found=SizeNotFound,
        )
        return self._size(answer.flavor)

    def _size(self, flavor: _Flavor) -> OpenStackSize:
        return OpenStackSize(
            id=flavor.id,
            name=flavor.name or flavor.id,
            ram=flavor.ram,
            disk=flavor.disk,
            cpus=flavor.vcpus,
            provider=self.provider,
            ephemeral=flavor.ephemeral,
            swap=flavor.swap or 0,
            is_public=flavor.is_public,
        )

    async def list_locations(self, *, cursor: str | None) -> Page[NodeLocation]:
        answer = await self.services.get(
            COMPUTE, "/os-availability-zone", _ZoneList, operation="Get Availability Zone Information"
        )
        region = self.services.session.region_in_use
        return Page(
            [
                NodeLocation(id=zone.name, name=zone.name, provider=self.provider, region=region)
                for zone in answer.zones
                if zone.state.available
            ]
        )

    async def list_key_pairs(self, *, cursor: str | None) -> Page[KeyPair]:
        found, after = await self.services.page(
            COMPUTE, "/os-keypairs", _KeyList, operation="List Keypairs", cursor=cursor
        )
        return Page([self._key(entry.keypair) for entry in found.keypairs], after)

    async def get_key_pair(self, name: str) -> KeyPair:
        answer = await self.services.get(
            COMPUTE,
            f"/os-keypairs/{quoted(name)}",
            _KeyAnswer,
            operation="Show Keypair Details",
            not_found=KeyPairNotFound,
        )
        return self._key(answer.keypair)

    async def create_key_pair(self, name: str) -> KeyPair:
        return await self._make_key({"name": name})

    async def import_key_pair(self, *, name: str, public_key: str) -> KeyPair:
        return await self._make_key({"name": name, "public_key": public_key})

    async def _make_key(self, body: dict[str, str]) -> KeyPair:
        answer = await self.services.post(
            COMPUTE,
            "/os-keypairs",
            {"keypair": body},
            _KeyAnswer,
            operation="Import (or create) Keypair",
            exists=KeyPairExists,
            makes=f"the key pair {body['name']!r}",
        )
        return self._key(answer.keypair)

    async def delete_key_pair(self, name: str) -> None:
        await self.services.delete(
            COMPUTE, f"/os-keypairs/{quoted(name)}", operation="Delete Keypair", not_found=KeyPairNotFound
        )

    def _key(self, key: _Key) -> KeyPair:
        return KeyPair(
            name=key.name,
            provider=self.provider,
            fingerprint=key.fingerprint,
            public_key=key.public_key,
            private_key=Secret(key.private_key) if key.private_key else None,
        )
