"""An identity service, and a gate, in front of a real Swift: tokens that can be counted and taken back.

It gives tokens by Keystone's v3 and v2.0 and in Swift's own way, and is strict about what asks for
them; or it sends what asks for v2.0 tokens on to another identity service (mimic), and puts Swift into
the catalog that comes back. Requests to Swift pass only with a token that is good, and go on with one of
Swift's own.
"""

from __future__ import annotations

import http.client
import json
import threading
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from cumuli.sandbox import SandboxServer
from tests.faults.keepalive import Exchange, Server, Service, reply
from tests.secrets_used import ACCOUNT_PASSWORD

__all__ = ["REGION", "USER", "Front"]

USER = "demo"
REGION = "RegionTwo"
HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "x-auth-token", "host"})
JSON = ("Content-Type", "application/json")
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
REFUSED = b'{"error": {"code": 401, "message": "The request you have made requires authentication."}}'


class Front(Service):
    """The gate of one Swift.

    Args:
        server: Swift.
        identity: The address of a v2.0 service that gives the tokens (``http://…/v2.0``), or None.

    Attributes:
        identity: The same.
        given: How many tokens were given.
        tokens: Those that are good now.
        before: Called with every request to Swift before it passes; an answer of its own goes first.
        rewrite: Changes a request's target before it goes on.
        cdn_url: Where the account's containers are published, if that is to be told.
    """

    def __init__(self, server: SandboxServer, identity: str | None = None) -> None:
        login = urllib.request.Request(
            server.environment["ST_AUTH"],
            headers={"X-Auth-User": server.environment["ST_USER"], "X-Auth-Key": server.environment["ST_KEY"]},
        )
        with OPENER.open(login, timeout=120) as answer:
            self._token = answer.headers["X-Auth-Token"]
            self.account = urlsplit(answer.headers["X-Storage-Url"]).path
        self._swift = urlsplit(server.endpoint)
        self.identity = identity
        self._lock = threading.Lock()
        self.given = 0
        self.tokens: set[str] = set()
        self.before: Callable[[Exchange], bytes | None] = lambda _exchange: None
        self.cdn_url: str | None = None
        self.rewrite: Callable[[str], str] = lambda target: target
        self.server = Server(self._answer)

    @property
    def storage_url(self) -> str:
        return self.server.origin + self.account

    def credentials(self, version: str = "v3") -> dict[str, Any]:
        """What a client of Swift is made with."""
        given = {
            "auth_url": f"{self.server.origin}/identity/{version}",
            "username": USER,
            "password": ACCOUNT_PASSWORD,
            "proxy": "",
        }
        return given if version == "v1.0" else {**given, "project_name": "demo", "region": REGION}

    def revoke_all(self) -> None:
        with self._lock:
            self.tokens.clear()

    def revoke(self, token: str) -> None:
        with self._lock:
            self.tokens.discard(token)

    def _answer(self, exchange: Exchange) -> bytes | None:
        path = urlsplit(exchange.target).path
        if path.startswith("/identity/"):
            return self._give(exchange, path.removeprefix("/identity"))
        early = self.before(exchange)
        if early is not None:
            return early
        with self._lock:
            known = exchange.get("x-auth-token") in self.tokens
        if not known and path != "/info":
            return reply(401, b"<html><h1>Unauthorized</h1></html>")
        return self._pass(exchange)

    # Tokens

    def _give(self, exchange: Exchange, path: str) -> bytes:
        if path == "/v1.0":
            assert exchange.method == "GET"
            if (exchange.get("x-auth-user"), exchange.get("x-auth-key")) != (USER, ACCOUNT_PASSWORD):
                return reply(401)
            cdn = [("X-CDN-Management-Url", self.cdn_url)] if self.cdn_url else []
            return reply(200, b"", ("X-Auth-Token", self._new()), ("X-Storage-Url", self.storage_url), *cdn)
        assert exchange.method == "POST", exchange.target
        assert exchange.get("x-auth-token") is None
        auth = json.loads(exchange.body())["auth"]
        if path == "/v3/auth/tokens":
            return self._v3(auth)
        assert path == "/v2.0/tokens", path
        return self._v2(auth) if self.identity is None else self._others(exchange)

    def _v3(self, auth: dict[str, Any]) -> bytes:
        user = {"name": USER, "domain": {"id": "default"}, "password": ACCOUNT_PASSWORD}
        if auth["identity"] != {"methods": ["password"], "password": {"user": user}}:
            return reply(401, REFUSED, JSON)
        assert auth["scope"] == {"project": {"name": "demo", "domain": {"id": "default"}}}
        endpoints = [
            {"interface": interface, "region": region, "url": url}
            for region, url in ((REGION, self.storage_url), ("RegionOne", "http://127.0.0.1:1/v1/AUTH_elsewhere"))
            for interface in ("public", "internal")
        ]
        body = {
            "token": {
                "expires_at": "2020-01-01T01:00:00.000000Z",
                "issued_at": "2020-01-01T00:00:00.000000Z",
                "catalog": [{"type": "object-store", "name": "swift", "endpoints": endpoints}],
            }
        }
        return reply(201, json.dumps(body).encode(), JSON, ("X-Subject-Token", self._new()))

    def _v2(self, auth: dict[str, Any]) -> bytes:
        if auth.pop("passwordCredentials") != {"username": USER, "password": ACCOUNT_PASSWORD}:
            return reply(401, REFUSED, JSON)
        assert auth == {"tenantName": "demo"}, auth
        catalog = [
            {
                "type": "object-store",
                "name": "swift",
                "endpoints": [
                    {"region": "RegionOne", "publicURL": "http://127.0.0.1:1/v1/AUTH_elsewhere"},
                    {"region": REGION, "publicURL": self.storage_url},
                ],
            }
        ]
        token = {"id": self._new(), "issued_at": "2020-01-01T00:00:00", "expires": "2020-01-01T01:00:00Z"}
        return reply(200, json.dumps({"access": {"token": token, "serviceCatalog": catalog}}).encode(), JSON)

    def _new(self) -> str:
        with self._lock:
            self.given += 1
            token = f"token-{self.given}"
            self.tokens.add(token)
        return token

    def _others(self, exchange: Exchange) -> bytes:
        request = urllib.request.Request(
            f"{self.identity}/tokens", exchange.body(), {"Content-Type": "application/json"}
        )
        with OPENER.open(request, timeout=120) as answer:
            body = json.load(answer)
        [service] = [each for each in body["access"]["serviceCatalog"] if each["type"] == "object-store"]
        for endpoint in service["endpoints"]:
            wanted = endpoint["region"] == "ORD"
            endpoint["publicURL"] = self.storage_url if wanted else "http://127.0.0.1:1/v1/AUTH_elsewhere"
        if self.cdn_url:
            endpoints = [{"region": region, "publicURL": self.cdn_url} for region in ("ORD", "DFW")]
            cdn = {"type": "rax:object-cdn", "name": "cloudFilesCDN", "endpoints": endpoints}
            body["access"]["serviceCatalog"].append(cdn)
        with self._lock:
            self.given += 1
            self.tokens.add(body["access"]["token"]["id"])
        return reply(200, json.dumps(body).encode(), JSON)

    # Swift

    def _pass(self, exchange: Exchange) -> None:
        connection = http.client.HTTPConnection(self._swift.hostname or "", self._swift.port, timeout=300)
        try:
            body = exchange.body()
            connection.putrequest(exchange.method, self.rewrite(exchange.target), skip_accept_encoding=True)
            for name, value in exchange.fields:
                if name.lower() not in HOP_BY_HOP:
                    connection.putheader(name, value)
            connection.putheader("X-Auth-Token", self._token)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            content = response.read()
            declared = response.getheader("Content-Length")
            length = declared if exchange.method == "HEAD" and declared else str(len(content))
            fields = [(name, value) for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP]
            lines = [f"HTTP/1.1 {response.status} Because", *(f"{name}: {value}" for name, value in fields)]
            lines.append(f"Content-Length: {length}")
            exchange.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content)
        finally:
            connection.close()
