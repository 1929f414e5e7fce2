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
VOLUMES = (
    *(Can.LIST_VOLUMES, Can.LIST_VOLUMES_TAGS, Can.GET_VOLUME, Can.CREATE_VOLUME, Can.DESTROY_VOLUME),
    *(Can.ATTACH_VOLUME, Can.DETACH_VOLUME, Can.LIST_VOLUME_SNAPSHOTS, Can.LIST_VOLUME_SNAPSHOTS_TAGS),
    *(Can.CREATE_VOLUME_SNAPSHOT, Can.DESTROY_VOLUME_SNAPSHOT),
)
IMAGES = (Can.CREATE_IMAGE, Can.COPY_IMAGE, Can.DELETE_IMAGE, Can.LIST_IMAGES_TAGS)
KEYS = (Can.LIST_KEY_PAIRS, Can.GET_KEY_PAIR, Can.CREATE_KEY_PAIR, Can.IMPORT_KEY_PAIR, Can.DELETE_KEY_PAIR)
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

    def eyes(kind: str, thing_id: str) -> Mapping[str, object] | None:
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

    return ComputeTarget(
        name="machines",
        sync_client=partial(LocalMachines, endpoint=endpoint),
        async_client=partial(AsyncLocalMachines, endpoint=endpoint),
        size="small",
        image=image,
        unknown={"node": "f" * 64, "size": "gigantic", "image": "f" * 64, "volume": "nothing", "snapshot": "nothing"},
        interface="private",
        gaps={
            **dict.fromkeys((*VOLUMES, *IMAGES, *KEYS), "it is not written yet"),
            "every_page_and_lazily": "podman gives every list whole",
        },
        eyes=eyes,
    )


class TestMachines(ComputeSuite):
    pass
