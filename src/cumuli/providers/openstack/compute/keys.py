"""Key pairs."""

from __future__ import annotations

import msgspec

from cumuli.calls.paging import Page
from cumuli.compute.models import KeyPair
from cumuli.errors import KeyPairExists, KeyPairNotFound
from cumuli.providers.openstack.services import COMPUTE, Links, OpenStackServices, quoted
from cumuli.secret import Secret
from cumuli.wire.lenient import Identity

__all__ = ["KeyPairs"]


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


class KeyPairs:
    """The calls on key pairs."""

    def __init__(self, services: OpenStackServices) -> None:
        self._services = services

    async def list_key_pairs(self, *, cursor: str | None) -> Page[KeyPair]:
        found, after = await self._services.page(
            COMPUTE, "/os-keypairs", _KeyList, operation="List Keypairs", cursor=cursor
        )
        return Page([self._key(entry.keypair) for entry in found.keypairs], after)

    async def get_key_pair(self, name: str) -> KeyPair:
        answer = await self._services.get(
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
        answer = await self._services.post(
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
        await self._services.delete(
            COMPUTE, f"/os-keypairs/{quoted(name)}", operation="Delete Keypair", not_found=KeyPairNotFound
        )

    def _key(self, key: _Key) -> KeyPair:
        return KeyPair(
            name=key.name,
            provider=self._services.provider,
            fingerprint=key.fingerprint,
            public_key=key.public_key,
            private_key=Secret(key.private_key) if key.private_key else None,
        )
