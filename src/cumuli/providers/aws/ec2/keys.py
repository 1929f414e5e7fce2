"""Key pairs."""

from __future__ import annotations

from cumuli.calls.lost_answers import deleting
from cumuli.calls.paging import Page
from cumuli.compute.models import KeyPair
from cumuli.errors import KeyPairNotFound
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.arguments import Filters
from cumuli.providers.aws.ec2.calls import EC2Calls
from cumuli.providers.aws.ec2.models import PROVIDER
from cumuli.providers.aws.query import filters
from cumuli.secret import Secret

__all__ = ["KeyPairs"]


class KeyPairs:
    """The calls on key pairs."""

    def __init__(self, calls: EC2Calls) -> None:
        self._calls = calls

    async def list_key_pairs(self, *, cursor: str | None, matching: Filters | None = None) -> Page[KeyPair]:
        # AWS gives all of them at once.
        answer = await self._calls.ask(
            wire.DescribeKeyPairsResponse, {"IncludePublicKey": True, "Filter": filters(matching or {})}, whole=False
        )
        return Page([_key_pair(item) for item in answer.key_set])

    async def get_key_pair(self, name: str) -> KeyPair:
        return _key_pair(await self._item(name))

    async def key_pair_id(self, name: str) -> str:
        """The id (``"key-…"``) by which tags know a key pair."""
        return (await self._item(name)).key_pair_id or name

    async def _item(self, name: str) -> wire.KeyPairItem:
        answer = await self._calls.ask(wire.DescribeKeyPairsResponse, {"KeyName": [name], "IncludePublicKey": True})
        if not answer.key_set:
            raise KeyPairNotFound(f"there is no key pair {name!r} in this region")
        return answer.key_set[0]

    async def create_key_pair(self, name: str) -> KeyPair:
        # Not repeatable: the second one would fail, and the first one's private key is gone.
        answer = await self._calls.make(
            wire.CreateKeyPairResponse,
            {"KeyName": name},
            what=f"the key pair {name!r}",
            look="if it was, its private key is lost; delete it with delete_key_pair before you try again",
        )
        return KeyPair(
            name=answer.key_name,
            provider=PROVIDER,
            fingerprint=answer.key_fingerprint,
            private_key=Secret(answer.key_material),
        )

    async def import_key_pair(self, *, name: str, public_key: str) -> KeyPair:
        # Not repeatable: the second one would fail because of the first one's name.
        answer = await self._calls.make(
            wire.ImportKeyPairResponse,
            {"KeyName": name, "PublicKeyMaterial": public_key.encode()},
            what=f"the key pair {name!r}",
            look="look for it with list_key_pairs before you try again",
        )
        return KeyPair(
            name=answer.key_name, provider=PROVIDER, fingerprint=answer.key_fingerprint, public_key=public_key
        )

    async def delete_key_pair(self, name: str) -> None:
        # AWS deletes what is not there without a word, so its absence has to be seen first.
        await self._item(name)
        await deleting(self._calls.act("DeleteKeyPair", {"KeyName": name}, repeatable=True))


def _key_pair(item: wire.KeyPairItem) -> KeyPair:
    return KeyPair(name=item.key_name, provider=PROVIDER, fingerprint=item.key_fingerprint, public_key=item.public_key)
