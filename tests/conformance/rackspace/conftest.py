"""mimic as Rackspace: one for the session, an account for each module and for each test of the extensions."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cumuli.providers.rackspace.compute.aio import AsyncRackspace
from cumuli.providers.rackspace.compute.client import Rackspace
from cumuli.sandbox.starting import start
from cumuli.testing.flavours import Flavour
from tests.secrets_used import API_KEY
from tests.support.mimic import VENV, Account, Mimic
from tests.support.tiers import skip_without

REGION = "ORD"
_numbers = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if (VENV / ".ready").exists():
        return
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(skip_without("mimic", "make test"))


@pytest.fixture(scope="session")
def identity() -> Iterator[str]:
    """The address of the identity service of a mimic of this process's own, which ends with it."""
    with tempfile.TemporaryDirectory(prefix="cumuli-mimic-", ignore_cleanup_errors=True) as folder:
        started = start(Mimic(), Path(folder), tied=True)
        try:
            yield f"{started.address.endpoint}/identity/v2.0"
        finally:
            started.close()


def account(identity: str, user: str, **settings: Any) -> dict[str, Any]:
    """What a client of an account is made with; mimic makes the account when it first hears of it."""
    return {
        "username": user,
        "api_key": API_KEY,
        "auth_url": identity,
        "region": REGION,
        "proxy": "",
        **settings,
    }


@pytest.fixture
def username() -> str:
    """Of an account that nobody else uses."""
    return f"tester-{next(_numbers)}"


@pytest.fixture
def eyes(identity: str, username: str) -> Account:
    """The second pair of eyes in that account."""
    return Account(identity, username, API_KEY, REGION)


@pytest.fixture
def connect(identity: str, username: str, flavour: Flavour) -> Iterator[Callable[..., Any]]:
    """Makes clients of either flavour for that account; they are closed afterwards."""
    clients: list[Any] = []

    def make(**settings: Any) -> Any:
        kind = AsyncRackspace if flavour.name == "async" else Rackspace
        given = {name: value for name, value in account(identity, username, **settings).items() if value is not None}
        clients.append(flavour.shape(kind(**given)))
        return clients[-1]

    yield make
    for client in clients:
        flavour.run(client.aclose())


@pytest.fixture
def cloud(connect: Callable[..., Any]) -> Any:
    """A client of that account."""
    return connect()
