"""Ceph's RADOS Gateway, if ``make test-ceph`` has started it; boto3 and python-swiftclient are the second eyes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import swiftclient

from cumuli.providers.aws.s3_presets.aio import AsyncCephS3
from cumuli.providers.aws.s3_presets.client import CephS3
from cumuli.providers.openstack.swift.aio import AsyncSwift
from cumuli.providers.openstack.swift.client import Swift
from cumuli.testing.flavours import Flavour
from tests.conformance.s3.conftest import boto_client
from tests.secrets_used import API_KEY, AWS_SECRET
from tests.support.tiers import skip_without

VARIABLE = "CUMULI_CEPH"
"""Where it is described; the tests are skipped when nobody says."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if VARIABLE in os.environ:
        return
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(skip_without("a Ceph cluster", "make test-ceph"))


@pytest.fixture(scope="session")
def ceph() -> Mapping[str, str]:
    """Where the gateway is, and who may use it."""
    found: dict[str, str] = json.loads(Path(os.environ[VARIABLE]).read_text())
    assert (found["secret_key"], found["swift_key"]) == (AWS_SECRET, API_KEY), "the watch over secrets knows others"
    return found


@pytest.fixture(scope="session")
def boto(ceph: Mapping[str, str]) -> Any:
    return boto_client(ceph["endpoint"], ceph["access_key"], ceph["secret_key"])


@pytest.fixture(scope="session")
def eyes(ceph: Mapping[str, str]) -> Iterator[Any]:
    """python-swiftclient; the account has a key for temporary URLs."""
    theirs = swiftclient.Connection(ceph["auth_url"], ceph["swift_user"], ceph["swift_key"], retries=1)
    theirs.post_account({"X-Account-Meta-Temp-URL-Key": AWS_SECRET})
    yield theirs
    theirs.close()


def s3_settings(ceph: Mapping[str, str]) -> dict[str, Any]:
    return {"key": ceph["access_key"], "secret": ceph["secret_key"], "endpoint": ceph["endpoint"], "proxy": ""}


def swift_settings(ceph: Mapping[str, str]) -> dict[str, Any]:
    return {"auth_url": ceph["auth_url"], "username": ceph["swift_user"], "key": ceph["swift_key"], "proxy": ""}


@pytest.fixture
def s3(ceph: Mapping[str, str], flavour: Flavour) -> Iterator[Any]:
    """A client of either flavour, in the shape of the async one."""
    client = flavour.shape((AsyncCephS3 if flavour.name == "async" else CephS3)(**s3_settings(ceph)))
    yield client
    flavour.run(client.aclose())


@pytest.fixture
def swift(ceph: Mapping[str, str], flavour: Flavour) -> Iterator[Any]:
    """Likewise, by the Swift API."""
    client = flavour.shape((AsyncSwift if flavour.name == "async" else Swift)(**swift_settings(ceph)))
    yield client
    flavour.run(client.aclose())
