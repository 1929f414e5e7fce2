"""A strict cloud, and clients of it in both flavours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cumuli.providers.openstack.compute.aio import AsyncOpenStack
from cumuli.providers.openstack.compute.client import OpenStack
from cumuli.testing.flavours import Flavour, flavour
from tests.faults.openstack.cloud import Cloud

__all__ = ["flavour"]


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud() as cloud:
        yield cloud


@pytest.fixture
def connect(cloud: Cloud, flavour: Flavour) -> Iterator[Callable[..., Any]]:
    """Makes clients of the cloud; they are closed afterwards."""
    clients: list[Any] = []

    def make(**settings: Any) -> Any:
        kind = AsyncOpenStack if flavour.name == "async" else OpenStack
        clients.append(flavour.shape(kind(**{**cloud.credentials(), **settings})))
        return clients[-1]

    yield make
    for client in clients:
        flavour.run(client.aclose())
