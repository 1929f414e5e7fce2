"""A real Swift, for what stands in front of it to go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from cumuli import sandbox
from cumuli.calls.retry import RetryPolicy
from cumuli.providers.openstack.swift.aio import AsyncSwift
from cumuli.providers.openstack.swift.client import Swift
from cumuli.testing.flavours import Flavour, flavour
from tests.conformance.swift.conftest import connection, settings_of

__all__ = ["flavour"]

QUICK = RetryPolicy(base=0.01)
_numbers = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[sandbox.SandboxServer]:
    """A Swift of this process's own, which ends with it."""
    with sandbox.running("swift") as running:
        yield running


@pytest.fixture
def eyes(server: sandbox.SandboxServer) -> Iterator[Any]:
    """python-swiftclient, which sees what is really there."""
    theirs = connection(server)
    yield theirs
    theirs.close()


@pytest.fixture
def name(eyes: Any) -> str:
    """A new container."""
    name = f"faults-{next(_numbers)}"
    eyes.put_container(name)
    return name


def client_of(flavour: Flavour, server: sandbox.SandboxServer, origin: str, **more: Any) -> Any:
    """A client that finds the account behind another origin."""
    kind = AsyncSwift if flavour.name == "async" else Swift
    endpoint = f"{origin}/v1/AUTH_sandbox"
    return flavour.shape(kind(**{**settings_of(server), "endpoint": endpoint, "retry": QUICK, **more}))
