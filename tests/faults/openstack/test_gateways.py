"""Gateways with versions in their own paths, and the reasons that an identity service gives for a refusal."""

from __future__ import annotations

import json
from typing import Any

import pytest

import cumuli
from cumuli.errors import AuthenticationError
from cumuli.testing.flavours import Flavour
from tests.faults.keepalive import Exchange, Server, reply
from tests.secrets_used import ACCOUNT_PASSWORD

JSON = ("Content-Type", "application/json")


class Gateway:
    """Keystone and Nova somewhere behind one address.

    Attributes:
        told: (path, whether the password was there) of every request.
        refusal: What the identity service answers instead of a token.
    """

    def __init__(self, identity: str, compute: str, *, catalog: str | None = None) -> None:
        self.identity = identity
        self.compute = compute
        self.catalog = catalog or compute
        self.told: list[tuple[str, bool]] = []
        self.refusal: bytes | None = None
        self.server = Server(self._answer)

    def _answer(self, exchange: Exchange) -> bytes:
        body = exchange.body()
        path = exchange.target.partition("?")[0]
        self.told.append((path, ACCOUNT_PASSWORD.encode() in body))
        if path == f"{self.identity}/v3/auth/tokens":
            return self.refusal or self._token()
        if path == f"{self.identity}/":
            third = {"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": "http://inside/v3/"}]}
            return reply(300, json.dumps({"versions": {"values": [third]}}).encode(), JSON)
        if path == f"{self.compute}/":
            version = {"id": "v2.1", "status": "CURRENT", "version": "2.96", "min_version": "2.1"}
            link = {"rel": "self", "href": f"http://inside/{'' if 'v2.1' in self.compute else 'v2.1'}"}
            return reply(200, json.dumps({"versions": [{**version, "links": [link]}]}).encode(), JSON)
        if path == f"{self.compute}/v2.1/":
            return reply(404, b"")
        if path == f"{self.compute}/v2.1/servers/detail":
            return reply(200, b'{"servers": []}', JSON)
        return reply(404, b'{"error": {"message": "another service"}}', JSON)

    def _token(self) -> bytes:
        place = {"interface": "public", "region": "R", "url": f"  {self.server.origin}{self.catalog} "}
        token = {
            "expires_at": "2999-01-01T00:00:00Z",
            "issued_at": "2998-01-01T00:00:00Z",
            "catalog": [{"type": "compute", "name": "nova", "endpoints": [place]}],
        }
        return reply(201, json.dumps({"token": token}).encode(), JSON, ("X-Subject-Token", "t"))


def client_of(flavour: Flavour, gateway: Gateway, auth_path: str) -> Any:
    kind = cumuli.AsyncOpenStack if flavour.name == "async" else cumuli.OpenStack
    return flavour.shape(
        kind(
            auth_url=f"{gateway.server.origin}{auth_path}", username="me", password=ACCOUNT_PASSWORD,
            project_name="p", proxy="", retry=False,
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("identity", "auth_path"),
    [
        ("/api/v1/keystone", "/api/v1/keystone/v3"),
        ("/api/v1/keystone", "/api/v1/keystone"),
        ("/v2/identity", "/v2/identity/v3/"),
        ("/v2/identity", "/v2/identity"),
        ("/v3/gw/identity", "/v3/gw/identity/v3/auth/tokens"),
    ],
)
@pytest.mark.parametrize("compute", ["/gw/v1/compute", "/api/v2/nova", "/compute"])
async def test_versions_of_a_gateway_are_not_the_services(
    flavour: Flavour, identity: str, auth_path: str, compute: str
) -> None:
    gateway = Gateway(identity, compute)
    with gateway.server:
        async with client_of(flavour, gateway, auth_path) as client:
            assert await client.list_nodes() == []
    # The password goes to the identity service and nowhere else.
    assert {path for path, password in gateway.told if password} == {f"{identity}/v3/auth/tokens"}
    assert f"{compute}/v2.1/servers/detail" in [path for path, _ in gateway.told]


async def test_a_version_before_a_projects_id_is_not_looked_up(flavour: Flavour) -> None:
    project = "0123456789abcdef0123456789abcdef"
    gateway = Gateway("/identity", f"/compute/v2.1/{project}", catalog=f"/compute/v2.1/{project}")
    with gateway.server:
        async with client_of(flavour, gateway, "/identity/v3") as client:
            with pytest.raises(cumuli.NotFound):
                await client.list_nodes()
    assert f"/compute/v2.1/{project}/" not in [path for path, _ in gateway.told]


def keystone(message: str) -> bytes:
    return reply(401, json.dumps({"error": {"code": 401, "message": message, "title": "Unauthorized"}}).encode(), JSON)


RECEIPT = {"receipt": {"methods": ["password"]}, "required_auth_methods": [["password", "totp"]]}
REFUSALS: dict[str, tuple[bytes, str]] = {
    "expired": (
        keystone("The password is expired and needs to be changed for user: 17."),
        r"the password has expired; change it .*it says: The password is expired .* user: 17",
    ),
    "locked": (keystone("The account is locked for user: 17."), "the account is locked"),
    "user": (keystone("User is disabled: 17"), "the user is disabled; ask"),
    "project": (keystone("Project is disabled: 18"), "the project is disabled"),
    "domain": (keystone("Domain is disabled: 18"), "the domain is disabled"),
    "receipt": (
        reply(401, json.dumps(RECEIPT).encode(), JSON, ("Openstack-Auth-Receipt", "gAAAA-secret-receipt")),
        "it wants a second factor; .*token=",
    ),
    "rackspace": (
        reply(401, b"{}", ("WWW-Authenticate", "OS-MF sessionId='abc', factor='PASSCODE'")),
        "it wants a second factor",
    ),
    "generic": (keystone("The request you have made requires authentication."), "these credentials; check the user"),
}


@pytest.mark.parametrize("reason", REFUSALS)
async def test_the_reason_of_a_refusal_is_told(flavour: Flavour, reason: str) -> None:
    gateway = Gateway("/identity", "/compute")
    gateway.refusal, words = REFUSALS[reason]
    with gateway.server:
        async with client_of(flavour, gateway, "/identity/v3") as client:
            with pytest.raises(AuthenticationError, match=words) as caught:
                await client.list_nodes()
    assert "secret-receipt" not in str(caught.value)
