"""Machines on this computer against the compute suite; podman's own command line is the second pair of eyes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.providers.machines.aio import AsyncLocalMachines
from cumuli.providers.machines.client import LocalMachines
from cumuli.testing.suites.compute_suite import ComputeSuite, ComputeTarget
from tests.conformance.machines.conftest import Podman

STATES = {"running": "running", "exited": "stopped", "created": "starting"}
SNAPSHOTS = (
    *(Can.LIST_VOLUME_SNAPSHOTS, Can.LIST_VOLUME_SNAPSHOTS_TAGS),
    *(Can.CREATE_VOLUME_SNAPSHOT, Can.DESTROY_VOLUME_SNAPSHOT),
)
ATTACH = "podman mounts volumes when it creates a container, and never later: create_node(ex_volumes=)"
TAG = "io.cumuli.tag."


@pytest.fixture(scope="module")
def target(endpoint: str, podman: Podman, image: str) -> ComputeTarget:
    def seen(*arguments: str) -> Mapping[str, Any] | None:
        try:
            [found] = json.loads(podman(*arguments))
        except subprocess.CalledProcessError as error:
            if "no such" in error.stderr or "not known" in error.stderr:
                return None
            raise
        return dict(found)

    def node(thing_id: str) -> Mapping[str, object] | None:
        found = seen("container", "inspect", thing_id)
        if found is None:
            return None
        labels = found["Config"]["Labels"]
        return {
            "name": labels["io.cumuli.name"],
            "size": labels["io.cumuli.size"],
            "image": found["Image"],
            "state": STATES.get(found["State"]["Status"]),
            "tags": {key.removeprefix(TAG): value for key, value in labels.items() if key.startswith(TAG)},
        }

    def volume(thing_id: str) -> Mapping[str, object] | None:
        found = seen("volume", "inspect", thing_id)
        return found and {"name": found["Labels"]["io.cumuli.name"], "size": int(found["Labels"]["io.cumuli.size"])}

    def own_image(thing_id: str) -> Mapping[str, object] | None:
        found = seen("image", "inspect", thing_id)
        return found and {"name": found["Labels"]["io.cumuli.image"]}

    def key_pair(name: str) -> Mapping[str, object] | None:
        listed = json.loads(podman("volume", "ls", "--format", "json", "--filter", "label=io.cumuli.key"))
        names: set[str] = {each["Labels"]["io.cumuli.key"] for each in listed}
        return {"name": name} if name in names else None

    looks = {"node": node, "volume": volume, "image": own_image, "key_pair": key_pair}

    def eyes(kind: str, thing_id: str) -> Mapping[str, object] | None:
        return looks[kind](thing_id)

    return ComputeTarget(
        name="machines",
        sync_client=partial(LocalMachines, endpoint=endpoint),
        async_client=partial(AsyncLocalMachines, endpoint=endpoint),
        size="small",
        image=image,
        unknown={"node": "f" * 64, "size": "gigantic", "image": "f" * 64, "volume": "nothing", "snapshot": "nothing"},
        interface="private",
        gaps={
            **dict.fromkeys(SNAPSHOTS, "podman has no snapshots of volumes"),
            Can.ATTACH_VOLUME: ATTACH,
            Can.DETACH_VOLUME: ATTACH,
            Can.LIST_VOLUMES_TAGS: "the verbs that make volumes take no tags",
            Can.LIST_IMAGES_TAGS: "the verbs that make images take no tags",
            Can.COPY_IMAGE: "there is one computer",
            "every_page_and_lazily": "podman gives every list whole",
        },
        eyes=eyes,
    )


class TestMachines(ComputeSuite):
    pass
