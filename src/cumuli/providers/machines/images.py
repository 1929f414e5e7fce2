"""Images: those that podman has, and those that are made here of machines or of archives."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from cumuli.calls.lost_answers import creating, deleting
from cumuli.errors import CloudError, ImageNotFound, MalformedResponse, NodeNotFound
from cumuli.providers.machines import wire
from cumuli.providers.machines.calls import Podman
from cumuli.providers.machines.models import LocalMachineImage
from cumuli.runtime.messages import Source

__all__ = ["Images"]

# In the store they are called this and a word of their own.
OWN = "localhost/cumuli"


class Images:
    """Lists, makes and deletes them.

    Args:
        podman: How podman is asked.
    """

    def __init__(self, podman: Podman) -> None:
        self._podman = podman

    async def list(self, ids: Sequence[str] | None, lost: list[MalformedResponse]) -> list[LocalMachineImage]:
        operation = "ImageListLibpod"
        listed = await self._podman.ask(operation, list[wire.Image], "GET", "/images/json", lost=lost)
        # Without a name it is what is left of one that was made anew, or the remains of a build.
        found = {image.id: image for image in map(wire.image_of, listed) if image.name}
        if ids is None:
            return list(found.values())
        if missing := [image_id for image_id in ids if image_id not in found]:
            error: CloudError = ImageNotFound(f"no image has the id {', '.join(missing)}", operation=operation)
            raise wire.why(lost, error)
        return [found[image_id] for image_id in ids]

    async def get(self, image_id: str) -> LocalMachineImage:
        path = f"/images/{wire.quoted(image_id)}/json"
        try:
            image = await self._podman.ask("ImageInspectLibpod", wire.Image, "GET", path, missing=ImageNotFound)
        except ImageNotFound as error:
            error.message += "; list_images gives those that are there, and podman pull or ex_import_image bring more"
            raise
        return wire.image_of(image)

    async def create(self, *, node_id: str, name: str, description: str | None, token: str) -> LocalMachineImage:
        operation = "ImageCommitLibpod"
        # Percent-encoded, since podman reads these as lines of a Dockerfile.
        labels = {wire.IMAGE: name, wire.DESCRIPTION: description or ""}
        call = self._podman.ask(
            operation,
            wire.Made,
            "POST",
            "/commit",
            {
                "container": node_id,
                "repo": f"{OWN}/{wire.slug(name)}",
                "tag": token[:8],
                "pause": "true",
                "changes": [f"LABEL {key}={quote(value, safe='')}" for key, value in labels.items() if value],
            },
            missing=NodeNotFound,
            repeatable=False,
        )
        advice = f"whether the image {name!r} was made is not known: look for it with list_images"
        return await self.get((await creating(call, operation=operation, advice=advice)).id)

    async def add(self, archive: Source, *, name: str, token: str) -> LocalMachineImage:
        """An image of an archive of a root file system."""
        operation = "ImageImportLibpod"
        call = self._podman.ask(
            operation,
            wire.Made,
            "POST",
            "/images/import",
            {
                "reference": f"{OWN}/{wire.slug(name)}:{token[:8]}",
                "changes": [f"LABEL {wire.IMAGE}={quote(name, safe='')}"],
            },
            body=archive,
            content_type="application/x-tar",
            repeatable=False,
        )
        advice = f"whether the image {name!r} was made is not known: look for it with list_images"
        return await self.get((await creating(call, operation=operation, advice=advice)).id)

    async def delete(self, image_id: str) -> None:
        path = f"/images/{wire.quoted(image_id)}"
        await deleting(self._podman.send("ImageDeleteLibpod", "DELETE", path, missing=ImageNotFound))
