"""The sandbox's GoGrid: one process for the suite, and fresh ones with settings of their own for the rest."""

from __future__ import annotations

import hashlib
import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from cumuli import sandbox
from cumuli.providers.gogrid.aio import AsyncGoGrid
from cumuli.providers.gogrid.client import GoGrid
from cumuli.sandbox.gogrid.account import Settings
from cumuli.sandbox.gogrid.web import GoGridServer, serving
from cumuli.testing.flavours import Flavour
from tests.secrets_used import API_SECRET

KEY = "cumuli-tests"
LIMITED_KEY = "cumuli-tests-limited"


@pytest.fixture(scope="session")
def process() -> Iterator[sandbox.SandboxServer]:
    """The sandbox's server, a process of its own."""
    with sandbox.running("gogrid") as server:
        yield server


def settings(**changed: Any) -> Settings:
    return Settings(
        **{"api_key": KEY, "limited_key": LIMITED_KEY, "secret": API_SECRET, "id_after": 0.0, "state_after": 0.0}
        | changed
    )


@pytest.fixture
def server() -> Iterator[GoGridServer]:
    """A fresh account, in this process, where everything happens at once."""
    with serving(settings()) as running:
        yield running


def client_of(flavour: Flavour, server: GoGridServer, *, key: str = KEY, **more: Any) -> Any:
    """A client of either flavour, in the shape of the async one."""
    make = AsyncGoGrid if flavour.name == "async" else GoGrid
    endpoint = f"http://127.0.0.1:{server.server_port}"
    return flavour.shape(make(key, API_SECRET, **{"endpoint": endpoint, "proxy": "", "retry": False} | more))


@pytest.fixture
def gogrid(server: GoGridServer, flavour: Flavour) -> Iterator[Any]:
    client = client_of(flavour, server)
    yield client
    flavour.run(client.aclose())


def asked(
    endpoint: str, path: str, *, key: str = KEY, secret: str = API_SECRET, method: str = "GET", **arguments: str
) -> Any:
    """The second pair of eyes: a signed call made without cumuli."""
    return json.loads(opened(endpoint, path, key=key, secret=secret, method=method, **arguments).read())


def opened(
    endpoint: str,
    path: str,
    *,
    key: str = KEY,
    secret: str = API_SECRET,
    method: str = "GET",
    late: float = 0.0,
    **arguments: str,
) -> Any:
    signature = hashlib.md5(f"{key}{secret}{int(time.time() - late)}".encode()).hexdigest()
    query = urlencode({**arguments, "api_key": key, "v": "1.7", "format": "json", "sig": signature})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(f"{endpoint}/api{path}?{query}", method=method)
    return opener.open(request, timeout=120)
