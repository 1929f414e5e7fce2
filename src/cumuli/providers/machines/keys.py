"""Key pairs. Podman has none, so each is a volume without content whose labels say everything: every client sees it."""

from __future__ import annotations

import base64
import binascii
import hashlib

from cumuli.calls.lost_answers import creating, deleting
from cumuli.compute.models import KeyPair
from cumuli.errors import AlreadyExists, ConfigurationError, KeyPairExists, KeyPairNotFound, MalformedResponse
from cumuli.extras import how_to_install
from cumuli.providers.machines import wire
from cumuli.providers.machines.calls import Podman
from cumuli.providers.machines.sizes import PROVIDER
from cumuli.secret import Secret

__all__ = ["KeyPairs"]


class KeyPairs:
    """Makes, lists and deletes them.

    Args:
        podman: How podman is asked.
    """

    def __init__(self, podman: Podman) -> None:
        self._podman = podman

    async def list(self, lost: list[MalformedResponse]) -> list[KeyPair]:
        volumes = await self._podman.volumes(wire.KEY, lost)
        return [_key_pair(volume) for volume in volumes]

    async def get(self, name: str) -> KeyPair:
        volume = await self._podman.volume(_volume(name), KeyPairNotFound)
        return _key_pair(volume)

    async def create(self, name: str) -> KeyPair:
        private, public = _generated(name)
        made = await self.add(name, public)
        return KeyPair(
            name=made.name,
            provider=PROVIDER,
            fingerprint=made.fingerprint,
            public_key=made.public_key,
            private_key=private,
        )

    async def add(self, name: str, public_key: str) -> KeyPair:
        operation = "VolumeCreateLibpod"
        labels = {wire.KEY: name, wire.PUBLIC_KEY: public_key}
        call = self._podman.ask(
            operation,
            wire.Volume,
            "POST",
            "/volumes/create",
            content={"Name": _volume(name), "Labels": labels},
        )
        advice = f"whether the key pair {name!r} was made is not known: look for it with get_key_pair"
        try:
            return _key_pair(await creating(call, operation=operation, advice=advice))
        except AlreadyExists as error:
            if error.repeated:
                there = await self.get(name)
                if there.public_key == public_key:
                    # The attempt whose answer was lost has made it.
                    return there
            raise KeyPairExists(
                f"there is a key pair {name!r} already", operation=operation, status=error.status
            ) from None

    async def delete(self, name: str) -> None:
        await deleting(
            self._podman.send("VolumeDeleteLibpod", "DELETE", f"/volumes/{_volume(name)}", missing=KeyPairNotFound)
        )


def _volume(name: str) -> str:
    """What the volume of a key pair is called: a name may be anything, and that of a volume may not."""
    return f"cumuli-key-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def _key_pair(volume: wire.Volume) -> KeyPair:
    labels = volume.labels or {}
    public = labels.get(wire.PUBLIC_KEY)
    return KeyPair(
        name=labels.get(wire.KEY) or volume.name,
        provider=PROVIDER,
        fingerprint=_fingerprint(public or ""),
        public_key=public,
    )


def _fingerprint(public_key: str) -> str:
    """As OpenSSH shows it."""
    try:
        blob = base64.b64decode(public_key.split()[1], validate=True)
    except (IndexError, binascii.Error):
        return ""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def _generated(name: str) -> tuple[Secret, str]:
    """A new key: its private half in OpenSSH's PEM form, and its public one.

    Raises:
        ConfigurationError: The library that makes keys is not installed.
    """
    try:
        import asyncssh
    except ImportError:
        raise ConfigurationError(
            f"podman makes no keys, and making one here needs a library: {how_to_install('ssh')}; import_key_pair "
            "takes the public half of one that ssh-keygen has made",
            provider=PROVIDER,
        ) from None
    key = asyncssh.generate_private_key("ssh-ed25519", comment=name)  # pyright: ignore[reportUnknownMemberType] - untyped options
    return Secret(key.export_private_key().decode()), key.export_public_key().decode().strip()
