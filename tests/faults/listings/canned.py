"""Clients whose network is a table of answers: no server is started, and nothing is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cumuli.registry import BUILT_IN
from cumuli.runtime import asynchronous_runtime, blocking_runtime
from cumuli.runtime.messages import Headers, Request, Response
from cumuli.runtime.protocol import TransportSettings
from cumuli.runtime.timeouts import Patience
from cumuli.testing.flavours import Flavour
from tests.secrets_used import API_SECRET

__all__ = ["Answers", "client_of"]

KEYSTONE = {"auth_url": "http://cloud.test/identity/v3", "username": "u", "password": API_SECRET, "project_name": "p"}
AWS = {"key": "k", "secret": API_SECRET}
SETTINGS: dict[str, dict[str, Any]] = {
    "b2": {**AWS, "region": "us-west-004"},
    "ceph": {**AWS, "endpoint": "http://ceph.test"},
    "cloudfiles": {"username": "u", "api_key": API_SECRET, "region": "DFW"},
    "ec2": {**AWS, "region": "eu-west-1"},
    "gogrid": {"api_key": "k", "secret": API_SECRET},
    "machines": {"endpoint": "unix:///nothing/listens/here"},
    "openstack": KEYSTONE,
    "r2": {**AWS, "account_id": "0" * 32},
    "rackspace": {"username": "u", "api_key": API_SECRET, "region": "DFW"},
    "s3": {**AWS, "region": "eu-west-1"},
    "spaces": {**AWS, "region": "fra1"},
    "hetzner": {**AWS, "region": "fsn1"},
    "e2": {**AWS, "endpoint": "http://127.0.0.1:9"},
    "minio": {**AWS, "endpoint": "http://127.0.0.1:9"},
    "ovh": {**AWS, "region": "gra"},
    "scaleway": {**AWS, "region": "fr-par"},
    "wasabi": {**AWS, "region": "eu-central-1"},
    "swift": KEYSTONE,
}
SERVICES = {
    "compute": ("compute/v2.1", "nova"),
    "image": ("image/v2", "glance"),
    "network": ("network/v2.0", "neutron"),
    "block-storage": ("volume/v3", "cinder"),
    "object-store": ("swift/v1/AUTH_p", "swift"),
}
RACKSPACE = {
    "compute": ("compute/v2/1", "cloudServersOpenStack"),
    "image": ("image/v2", "cloudImages"),
    "network": ("network/v2.0", "cloudNetworks"),
    "volume": ("volume/v1/1", "cloudBlockStorage"),
    "object-store": ("swift/v1/AUTH_p", "cloudFiles"),
    "rax:object-cdn": ("cdn/v1/AUTH_p", "cloudFilesCDN"),
}
HEADERS = {"X-Trans-Id": "t", "Content-Type": "application/json"}


class Answers:
    """What each operation is answered with: its first call, and all later ones."""

    def __init__(self) -> None:
        self._bodies: dict[str, list[bytes]] = {}
        self._headers: Mapping[str, str] = {}
        self.asked: list[str] = []

    def show(self, bodies: Mapping[str, list[bytes]], headers: Mapping[str, str]) -> None:
        self._bodies = {operation: list(some) for operation, some in bodies.items()}
        self._headers = headers
        self.asked.clear()

    def to(self, request: Request) -> Response:
        if request.identity:
            return _identity(request)
        self.asked.append(request.operation)
        assert request.operation in self._bodies, f"{request.operation} was not expected, only {list(self._bodies)}"
        bodies = self._bodies[request.operation]
        body = bodies.pop(0) if len(bodies) > 1 else bodies[0]
        return _response(200, body if request.method != "HEAD" else b"", self._headers)


def _response(status: int, body: bytes, headers: Mapping[str, str]) -> Response:
    pairs = {**HEADERS, **headers}
    return Response(
        status=status, headers=Headers(tuple((name.lower(), value) for name, value in pairs.items())), body=body
    )


def _identity(request: Request) -> Response:
    """A token, or what the discovery of versions tells."""
    path = urlsplit(request.target).path
    if path.endswith("/v3/auth/tokens"):
        catalog = [
            {
                "type": kind, "name": name,
                "endpoints": [{"interface": "public", "region": "R", "url": f"http://cloud.test/{place}"}],
            }
            for kind, (place, name) in SERVICES.items()
        ]  # fmt: skip
        token = {"project": {"id": "p", "name": "p"}, "catalog": catalog}
        return _response(201, json.dumps({"token": token}).encode(), {"X-Subject-Token": "t"})
    if path.endswith("/tokens"):
        old = [
            {"type": kind, "name": name, "endpoints": [{"region": "DFW", "publicURL": f"http://cloud.test/{place}"}]}
            for kind, (place, name) in RACKSPACE.items()
        ]
        access = {"token": {"id": "t", "tenant": {"id": "1"}}, "user": {"id": "u"}, "serviceCatalog": old}
        return _response(200, json.dumps({"access": access}).encode(), {})
    version = {"id": "v2.1", "version": "2.96", "min_version": "2.1", "status": "CURRENT"}
    return _response(200, json.dumps({"version": version}).encode(), {})


class _Runtime:
    """A real runtime, but for the network."""

    def __init__(self, runtime: Any, answers: Answers) -> None:
        self._runtime = runtime
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runtime, name)

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        assert deadline > 0
        assert patience is None or patience
        return self._answers.to(request)


def client_of(provider: str, flavour: Flavour, answers: Answers) -> Any:
    """A client, in the shape of the async one."""
    [info] = [each for each in BUILT_IN if each.name == provider]
    make = asynchronous_runtime if flavour.name == "async" else blocking_runtime

    def runtime(settings: TransportSettings) -> Any:
        return _Runtime(make(settings), answers)

    kind: Any = info.load(asynchronous=flavour.name == "async")
    return flavour.shape(kind(**SETTINGS[provider], retry=False, _runtime=runtime))
