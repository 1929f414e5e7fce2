"""Rackspace, by mimic, against the compute suite. What mimic lacks is run against Nova itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.providers.rackspace.compute.aio import AsyncRackspace
from cumuli.providers.rackspace.compute.client import Rackspace
from cumuli.testing.suites.compute_suite import ComputeSuite, ComputeTarget
from tests.conformance.rackspace.conftest import REGION, account
from tests.secrets_used import API_KEY
from tests.support.mimic import Account

USERNAME = "conformance"
NOWHERE = "11111111-2222-3333-4444-555555555555"


def mimic_target(identity: str) -> ComputeTarget:
    seen = Account(identity, USERNAME, API_KEY, REGION)

    def eyes(kind: str, thing_id: str) -> Mapping[str, object] | None:
        if kind == "node":
            found = seen.get(f"/servers/{thing_id}")
            return found and _server(found["server"])
        if kind == "image":
            found = seen.get(f"/images/{thing_id}")
            return found and {"name": found["image"]["name"]}
        assert kind == "key_pair"
        keys = {entry["keypair"]["name"]: entry["keypair"] for entry in seen.get("/os-keypairs")["keypairs"]}
        return keys.get(thing_id)

    def sync_client(**settings: Any) -> Rackspace:
        return Rackspace(**account(identity, USERNAME, **settings))

    def async_client(**settings: Any) -> AsyncRackspace:
        return AsyncRackspace(**account(identity, USERNAME, **settings))

    return ComputeTarget(
        name="rackspace (mimic)",
        sync_client=sync_client,
        async_client=async_client,
        size="2",
        image=seen.get("/images")["images"][0]["id"],
        unknown={"node": NOWHERE, "size": "nothing", "image": NOWHERE, "volume": NOWHERE, "snapshot": NOWHERE},
        small_pages={"page_size": 2},
        gaps=GAPS,
        eyes=eyes,
        patience=30.0,
    )


@pytest.fixture(scope="module")
def target(identity: str) -> ComputeTarget:
    return mimic_target(identity)


NO_VOLUMES = "mimic makes no volumes"
NO_KEYS = "mimic lists, imports and deletes keys; it shows none and makes none"
GAPS: Mapping[Can | str, str] = {
    Can.COPY_IMAGE: "Glance copies nothing between regions by itself",
    "a_node_of_unknown_parts_is_not_made": "mimic makes servers of sizes and images that do not exist",
    "own_images": "mimic does not say which image it made; the tests of the extensions have what it does",
    "not_found[delete_image]": "mimic deletes no images",
    "stop_and_start": "mimic neither stops nor starts servers",
    "key_pairs": NO_KEYS,
    "imported_key_pairs": NO_KEYS,
    "not_found[get_key_pair]": NO_KEYS,
    "volumes": NO_VOLUMES,
    "attach_and_detach": NO_VOLUMES,
    "an_attached_volume_is_not_attached_again": NO_VOLUMES,
    "snapshots": NO_VOLUMES,
    "volumes_by_name_and_state": NO_VOLUMES,
    "volumes_by_tags": NO_VOLUMES,
    "volumes_are_made_attached_and_detached_without_a_loop": NO_VOLUMES,
    "waiting_until_snapshots_are_complete": NO_VOLUMES,
    "waiting_until_nodes_are_stopped": "mimic neither stops nor starts servers",
    "volumes_of_a_node": NO_VOLUMES,
    "snapshots_by_name_and_state": NO_VOLUMES,
}


def _server(server: Any) -> Mapping[str, object]:
    return {
        "name": server["name"],
        "size": server["flavor"]["id"],
        "image": server["image"]["id"],
        "tags": server["metadata"],
        "location": REGION,
    }


class TestRackspaceByMimic(ComputeSuite):
    pass
