"""The storage clients are tried in both flavours, on real servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cumuli import sandbox
from cumuli.sandbox.starting import start
from cumuli.testing.flavours import flavour
from tests.faults.storage.stores import Store
from tests.support import rclone

__all__ = ["flavour"]

S3 = {"region": "us-east-1"}


@pytest.fixture(scope="session")
def moto() -> Iterator[Store]:
    with sandbox.running("s3") as server:
        settings = {**S3, "endpoint": server.endpoint, "key": "testing", "secret": "testing"}
        yield Store("moto", "s3", server.endpoint, settings)


@pytest.fixture(scope="session")
def rclone_s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    started = start(rclone.Rclone(), tmp_path_factory.mktemp("rclone"), tied=True)
    endpoint = started.address.endpoint
    yield Store("rclone", "s3", endpoint, {**S3, "endpoint": endpoint, "key": rclone.KEY, "secret": rclone.SECRET})
    started.close()


@pytest.fixture(scope="session")
def swift_server() -> Iterator[sandbox.SandboxServer]:
    with sandbox.running("swift") as server:
        yield server


@pytest.fixture(scope="session")
def swift(swift_server: sandbox.SandboxServer) -> Store:
    return stored("swift", swift_server)


@pytest.fixture(scope="session")
def swift_s3(swift_server: sandbox.SandboxServer) -> Store:
    return stored("swift-s3", swift_server)


@pytest.fixture(scope="session")
def ceph(swift_server: sandbox.SandboxServer) -> Store:
    """Swift's S3 by the client for Ceph, which, as with AWS's, knows what etags of uploads in parts are made of."""
    found = stored("swift-s3", swift_server)
    return Store("ceph", "ceph", found.endpoint, found.settings)


def stored(name: str, server: sandbox.SandboxServer) -> Store:
    """The way to the server that its profile of this name describes."""
    settings = dict(server.profiles[f"sandbox-{name}"])
    return Store(name, settings.pop("provider"), server.endpoint, settings)
