"""Clients of the real OpenStack, if ``make test-openstack`` has started it."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cumuli.providers.openstack.compute.aio import AsyncOpenStack
from cumuli.providers.openstack.compute.client import OpenStack
from cumuli.testing.flavours import Flavour
from cumuli.testing.suites.compute_suite import ComputeTarget
from tests.conformance.openstack.bench import Bench, Watch
from tests.conformance.openstack.eyes import eyes_of
from tests.conformance.openstack.place import GAPS, NOWHERE, PATIENCE, VARIABLE, account, admin_sdk, sdk, services
from tests.support.tiers import skip_without

__all__ = ["admin_sdk", "sdk", "services"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if VARIABLE in os.environ:
        return
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and "services" in getattr(item, "fixturenames", ()):
            item.add_marker(skip_without("the real OpenStack", "make test-openstack"))


@pytest.fixture
def connect(services: Mapping[str, Any], flavour: Flavour) -> Iterator[Callable[..., Any]]:
    """Makes clients of either flavour; they are closed afterwards."""
    clients: list[Any] = []

    def make(**settings: Any) -> Any:
        kind = AsyncOpenStack if flavour.name == "async" else OpenStack
        clients.append(flavour.shape(kind(**account(services, **settings))))
        return clients[-1]

    yield make
    for client in clients:
        flavour.run(client.aclose())


@pytest.fixture
def cloud(connect: Callable[..., Any]) -> Any:
    """A client of the tests' project."""
    return connect()


@pytest.fixture
def admin(connect: Callable[..., Any], services: Mapping[str, Any]) -> Any:
    """A client that may do everything."""
    return connect(username="admin", password=services["admin_password"], project_name="admin")


@pytest.fixture
def bench(cloud: Any, sdk: Any, services: Mapping[str, Any], flavour: Flavour) -> Iterator[Bench]:
    """A place to make servers, which are destroyed afterwards."""
    bench = Bench(cloud, sdk, services, flavour)
    yield bench
    flavour.run(bench.tidy())


@pytest.fixture
def alone_with_all_servers(services: Mapping[str, Any]) -> Iterator[None]:
    """Who makes servers by the thousand in Nova's databases takes turns with who lists those of every project."""
    with Path(os.environ[VARIABLE]).with_name("servers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Sees every request of the clients."""
    handler = Watch()
    log = logging.getLogger("cumuli.http")
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    yield handler
    log.removeHandler(handler)
    log.setLevel(level)


@pytest.fixture(scope="module")
def target(services: Mapping[str, Any], sdk: Any) -> ComputeTarget:
    def sync_client(**settings: Any) -> OpenStack:
        return OpenStack(**account(services, **settings))

    def async_client(**settings: Any) -> AsyncOpenStack:
        return AsyncOpenStack(**account(services, **settings))

    return ComputeTarget(
        name="openstack",
        sync_client=sync_client,
        async_client=async_client,
        size="1",
        image=services["image"],
        unknown={"node": NOWHERE, "size": "nothing", "image": NOWHERE, "volume": NOWHERE, "snapshot": NOWHERE},
        interface="private",
        small_pages={"page_size": 2},
        gaps=GAPS,
        eyes=eyes_of(sdk),
        patience=PATIENCE,
    )
