"""openstacksdk as the second pair of eyes of the compute suite."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from openstack import exceptions

from cumuli.compute.models import NodeState
from cumuli.testing.suites.compute_target import Eyes

__all__ = ["eyes_of", "server_seen"]

STATES = {"ACTIVE": NodeState.RUNNING, "SHUTOFF": NodeState.STOPPED}


def server_seen(sdk: Any, identity: str) -> Any:
    """A server as openstacksdk's session gets it; newer microversions tell the flavor's name and not its id."""
    found = sdk.compute.get(f"/servers/{identity}", microversion="2.9")
    if found.status_code == 404:
        raise exceptions.NotFoundException
    return found.json()["server"]


def eyes_of(sdk: Any) -> Eyes:
    def node(thing_id: str) -> Mapping[str, object]:
        server = server_seen(sdk, thing_id)
        seen: dict[str, object] = {
            "name": server["name"],
            "size": server["flavor"]["id"],
            "image": server["image"]["id"] if server["image"] else None,
            "tags": server["metadata"],
        }
        return seen | ({"state": STATES[server["status"]]} if server["status"] in STATES else {})

    def volume(thing_id: str) -> Mapping[str, object]:
        found = sdk.block_storage.get_volume(thing_id)
        attached = tuple(attachment["server_id"] for attachment in found.attachments)
        return {"name": found.name, "size": found.size, "attached_to": attached}

    def snapshot(thing_id: str) -> Mapping[str, object]:
        found = sdk.block_storage.get_snapshot(thing_id)
        return {"name": found.name, "volume": found.volume_id, "size": found.size}

    def image(thing_id: str) -> Mapping[str, object]:
        found = sdk.image.get_image(thing_id)
        return {"name": found.name, "owner": found.owner_id}

    def key_pair(thing_id: str) -> Mapping[str, object]:
        found = sdk.compute.get_keypair(thing_id)
        return {"name": found.name, "fingerprint": found.fingerprint, "public_key": found.public_key}

    lookers = {"node": node, "volume": volume, "snapshot": snapshot, "image": image, "key_pair": key_pair}

    def eyes(kind: str, thing_id: str) -> Mapping[str, object] | None:
        try:
            with warnings.catch_warnings():
                # It warns of what it does itself.
                warnings.simplefilter("ignore")
                return lookers[kind](thing_id)
        except exceptions.NotFoundException:
            return None

    return eyes
