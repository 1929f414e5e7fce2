"""Volumes: podman's named ones, which a machine has from its creation on, or not at all."""

from __future__ import annotations

from cumuli.calls.lost_answers import creating, deleting
from cumuli.errors import MalformedResponse, VolumeNotFound
from cumuli.providers.machines import wire
from cumuli.providers.machines.calls import Podman
from cumuli.providers.machines.models import LocalMachineVolume

__all__ = ["Volumes"]


class Volumes:
    """Makes, lists and destroys them.

    Args:
        podman: How podman is asked.
    """

    def __init__(self, podman: Podman) -> None:
        self._podman = podman

    async def list(self, lost: list[MalformedResponse]) -> list[LocalMachineVolume]:
        volumes = await self._podman.volumes(wire.VOLUME, lost)
        users = wire.users_of(await self._podman.containers({"label": [wire.MACHINE]}, lost))
        return [wire.volume_of(volume, users) for volume in volumes]

    async def get(self, volume_id: str) -> LocalMachineVolume:
        volume = await self._podman.volume(volume_id, VolumeNotFound)
        if wire.VOLUME not in (volume.labels or {}):
            raise VolumeNotFound(
                f"the volume {volume_id} is there, and was not made by cumuli", operation="VolumeInspectLibpod"
            )
        lost: list[MalformedResponse] = []
        users = wire.users_of(await self._podman.containers({"label": [wire.MACHINE], "volume": [volume.name]}, lost))
        return wire.volume_of(volume, users)

    async def create(self, *, size: int, name: str, token: str) -> LocalMachineVolume:
        operation = "VolumeCreateLibpod"
        labels = {wire.VOLUME: "1", wire.NAME: name, wire.SIZE: str(size)}
        call = self._podman.ask(
            operation,
            wire.Volume,
            "POST",
            "/volumes/create",
            content={"Name": f"{wire.slug(name)}-{token[:8]}", "Labels": labels},
            repeatable=False,
        )
        advice = f"whether the volume {name!r} was made is not known: look for it with list_volumes"
        return wire.volume_of(await creating(call, operation=operation, advice=advice), {})

    async def destroy(self, volume_id: str) -> None:
        # What was not made by cumuli is not destroyed by it either.
        await self.get(volume_id)
        path = f"/volumes/{wire.quoted(volume_id)}"
        await deleting(self._podman.send("VolumeDeleteLibpod", "DELETE", path, missing=VolumeNotFound))
