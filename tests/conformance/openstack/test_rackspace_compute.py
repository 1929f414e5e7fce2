"""Rackspace's client against the compute suite: an identity service as Rackspace's, and the real services behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cumuli.providers.rackspace.compute.aio import AsyncRackspace
from cumuli.providers.rackspace.compute.client import Rackspace
from cumuli.testing.suites.compute_suite import ComputeSuite, ComputeTarget
from tests.conformance.openstack.eyes import eyes_of
from tests.conformance.openstack.identity_front import IdentityFront
from tests.conformance.openstack.place import GAPS, NOWHERE, PATIENCE, PATIENT
from tests.secrets_used import API_KEY


@pytest.fixture(scope="module")
def front(services: Mapping[str, Any]) -> Any:
    with IdentityFront(services) as front:
        yield front


@pytest.fixture(scope="module")
def target(services: Mapping[str, Any], sdk: Any, front: IdentityFront) -> ComputeTarget:
    given: dict[str, Any] = {
        "username": "demo",
        "api_key": API_KEY,
        "auth_url": front.auth_url,
        "proxy": "",
        "timeout": PATIENT,
    }
    return ComputeTarget(
        name="rackspace (Nova)",
        sync_client=lambda **settings: Rackspace(**given, **settings),
        async_client=lambda **settings: AsyncRackspace(**given, **settings),
        size="1",
        image=services["image"],
        unknown={"node": NOWHERE, "size": "nothing", "image": NOWHERE, "volume": NOWHERE, "snapshot": NOWHERE},
        interface="private",
        small_pages={"page_size": 2},
        gaps=GAPS,
        eyes=eyes_of(sdk),
        patience=PATIENCE,
    )


class TestRackspaceByNova(ComputeSuite):
    pass
