"""GoGrid, by the sandbox's own server, against the compute suite."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from cumuli import sandbox
from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.providers.gogrid.aio import AsyncGoGrid
from cumuli.providers.gogrid.client import GoGrid
from cumuli.testing.suites.compute_suite import ComputeSuite, ComputeTarget
from tests.conformance.gogrid.conftest import asked

NO_VOLUMES = "GoGrid sold no volumes"
NO_KEYS = "GoGrid's servers are opened by passwords"


def gogrid_target(process: sandbox.SandboxServer) -> ComputeTarget:
    profile = process.profiles["sandbox-gogrid"]
    given: dict[str, Any] = {
        "api_key": profile["api_key"],
        "secret": profile["secret"],
        "endpoint": profile["endpoint"],
        "proxy": "",
    }

    def call(path: str, **arguments: str) -> Any:
        return asked(given["endpoint"], path, key=given["api_key"], secret=given["secret"], **arguments)["list"]

    def eyes(kind: str, thing_id: str) -> Mapping[str, object] | None:
        found = [item for item in call(f"/grid/{'server' if kind == 'node' else kind}/list") if _id(item) == thing_id]
        if not found:
            return None
        [item] = found
        if kind == "image":
            return {"name": item["friendlyName"]}
        return {
            "name": item["name"],
            "size": str(item["ram"]["id"]),
            "image": str(item["image"]["id"]),
            "location": str(item["datacenter"]["id"]),
            "state": {"On": "running", "Off": "stopped"}.get(item["state"]["name"]),
        }

    volumes = (
        *(
            Can.LIST_VOLUMES,
            Can.LIST_VOLUMES_TAGS,
            Can.LIST_VOLUME_SNAPSHOTS_TAGS,
            Can.GET_VOLUME,
            Can.CREATE_VOLUME,
            Can.ATTACH_VOLUME,
            Can.DETACH_VOLUME,
        ),
        *(Can.DESTROY_VOLUME, Can.LIST_VOLUME_SNAPSHOTS, Can.CREATE_VOLUME_SNAPSHOT, Can.DESTROY_VOLUME_SNAPSHOT),
    )
    keys = (Can.LIST_KEY_PAIRS, Can.GET_KEY_PAIR, Can.CREATE_KEY_PAIR, Can.IMPORT_KEY_PAIR, Can.DELETE_KEY_PAIR)
    return ComputeTarget(
        name="gogrid",
        sync_client=partial(GoGrid, **given),
        async_client=partial(AsyncGoGrid, **given),
        size="2",
        image=str(call("/grid/image/list")[0]["id"]),
        unknown={"node": "999999", "size": "99", "image": "999999", "volume": "999999", "snapshot": "999999"},
        small_pages={"page_size": 2},
        for_images={"ex_issandbox": True},
        gaps={
            **dict.fromkeys(volumes, NO_VOLUMES),
            **dict.fromkeys(keys, NO_KEYS),
            Can.CREATE_NODE_PASSWORD: "GoGrid makes the password itself",
            Can.CREATE_NODE_SSH_KEY: NO_KEYS,
            Can.CREATE_NODE_TAGS: "GoGrid has no tags",
            Can.LIST_NODES_TAGS: "GoGrid has no tags",
            Can.LIST_IMAGES_TAGS: "GoGrid has no tags",
            Can.COPY_IMAGE: "an image stays in its datacenter",
        },
        eyes=eyes,
        patience=20.0,
    )


@pytest.fixture(scope="module")
def target(process: sandbox.SandboxServer) -> ComputeTarget:
    return gogrid_target(process)


def _id(item: Mapping[str, object]) -> str:
    return str(item.get("id"))


class TestGoGrid(ComputeSuite):
    pass
