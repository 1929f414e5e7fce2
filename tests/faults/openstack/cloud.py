"""A small strict cloud: the identity service and the servers of Nova, for what no real one does on demand.

It knows its tokens and refuses others, pages by marker only, refuses a marker that it never gave,
and fails the test over any request that OpenStack's API does not have.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.faults.keepalive import Exchange, Server, Service, reply
from tests.secrets_used import ACCOUNT_PASSWORD

__all__ = ["Cloud"]

JSON = ("Content-Type", "application/json")


class Cloud(Service):
    """The cloud behind one server.

    Attributes:
        tokens: The tokens that are good now.
        given: How many tokens were given in all.
        lifetime: Seconds that a token is said to be good for.
        region: Where its endpoints are.
        servers: What it has, in the order of its listing, by id.
        before: Called with every request to Nova before it is answered.
        identity: The same for requests for a token.
        discovery: The same for questions about Nova's versions.
        others: Answers for the other services, which ``endpoints`` leads to; no test may call them otherwise.
    """

    def __init__(self, *, max_limit: int = 1000) -> None:
        self.tokens: set[str] = set()
        self.given = 0
        self.lifetime = 3600
        self.region = "RegionOne"
        self.max_limit = max_limit
        self.servers: dict[str, dict[str, Any]] = {}
        self.deleted: set[str] = set()
        self.before: Callable[[Exchange], bytes | None] = lambda _exchange: None
        self.identity: Callable[[Exchange], bytes | None] = lambda _exchange: None
        self.discovery: Callable[[Exchange], bytes | None] = lambda _exchange: None
        self.others: Callable[[Exchange], bytes | None] | None = None
        self._lock = threading.Lock()
        self.server = Server(self._answer)

    @property
    def auth_url(self) -> str:
        return f"{self.server.origin}/identity/v3"

    @property
    def endpoints(self) -> dict[str, str]:
        """Where the services are that the catalog does not have."""
        places = {"image": "v2", "network": "v2.0", "block-storage": "v3"}
        return {service: f"{self.server.origin}/{service}/{version}" for service, version in places.items()}

    def credentials(self) -> dict[str, Any]:
        """What a client of this cloud is made with."""
        return {
            "auth_url": self.auth_url,
            "username": "demo",
            "password": ACCOUNT_PASSWORD,
            "project_name": "demo",
            "proxy": "",
        }

    def add_servers(self, count: int) -> None:
        for number in range(count):
            identity = f"server-{number:04}"
            self.servers[identity] = {
                "id": identity,
                "name": f"node {number}",
                "status": "ACTIVE",
                "flavor": {"id": "1"},
                "image": {"id": "cirros"},
                "metadata": {},
                "created": "2026-01-02T03:04:05Z",
                "addresses": {"net": [{"addr": f"10.0.{number // 250}.{number % 250}", "version": 4}]},
            }

    def revoke_all(self) -> None:
        with self._lock:
            self.tokens.clear()

    def _answer(self, exchange: Exchange) -> bytes | None:
        path = urlsplit(exchange.target).path
        if path == "/identity/v3/auth/tokens":
            return self._authenticate(exchange)
        if self.others is not None and path.startswith(("/image/v2", "/network/v2.0", "/block-storage/v3")):
            return self.others(exchange)
        assert path.startswith("/compute/v2.1"), f"no such service: {exchange.target}"
        if path == "/compute/v2.1/":
            early = self.discovery(exchange)
            if early is not None:
                return early
            return _json({"version": {"id": "v2.1", "version": "2.96", "min_version": "2.1", "status": "CURRENT"}})
        early = self.before(exchange)
        if early is not None:
            return early
        with self._lock:
            known = exchange.get("x-auth-token") in self.tokens
        if not known:
            return _json({"error": {"code": 401, "message": "The request you have made requires authentication."}}, 401)
        return self._compute(exchange, path.removeprefix("/compute/v2.1"))

    def _authenticate(self, exchange: Exchange) -> bytes | None:
        early = self.identity(exchange)
        if early is not None:
            return early
        user = json.loads(exchange.body())["auth"]["identity"]["password"]["user"]
        if user["password"] != ACCOUNT_PASSWORD:
            return _json({"error": {"code": 401, "message": "The request you have made requires authentication."}}, 401)
        with self._lock:
            self.given += 1
            token = f"token-{self.given}"
            self.tokens.add(token)
        endpoint = {"interface": "public", "region": self.region, "url": f"{self.server.origin}/compute/v2.1"}
        body = {
            "token": {
                "issued_at": "2020-01-01T00:00:00.000000Z",
                "expires_at": _later(self.lifetime),
                "project": {"id": "p", "name": "demo"},
                "catalog": [{"type": "compute", "name": "nova", "endpoints": [endpoint]}],
            }
        }
        return _json(body, 201, ("X-Subject-Token", token))

    def _compute(self, exchange: Exchange, path: str) -> bytes:
        if path == "/servers/detail":
            return self._list(parse_qs(urlsplit(exchange.target).query))
        assert path.startswith("/servers/"), f"no such call: {exchange.method} {path}"
        identity = path.removeprefix("/servers/")
        if identity not in self.servers:
            return _json({"itemNotFound": {"code": 404, "message": f"Instance {identity} could not be found."}}, 404)
        if exchange.method == "DELETE":
            self.delete(identity)
            return reply(204)
        assert exchange.method == "GET"
        return _json({"server": self.servers[identity]})

    def delete(self, identity: str) -> None:
        self.deleted.add(identity)
        del self.servers[identity]

    def _list(self, query: dict[str, list[str]]) -> bytes:
        assert query.keys() <= {"limit", "marker", "name"}, query
        limit = min(int(query["limit"][0]), self.max_limit)
        [pattern] = query.get("name", [""])
        # As Nova over MariaDB: a regular expression, found anywhere in the name, whatever the case of its letters.
        named = re.compile(pattern, re.IGNORECASE)
        identities = [identity for identity, server in self.servers.items() if named.search(server["name"])]
        start = 0
        if "marker" in query:
            [marker] = query["marker"]
            if marker not in identities:
                assert marker in self.deleted, f"a marker that was never given: {marker}"
                return _json({"badRequest": {"code": 400, "message": f"marker [{marker}] not found"}}, 400)
            start = identities.index(marker) + 1
        page = identities[start : start + limit]
        body: dict[str, Any] = {"servers": [self.servers[identity] for identity in page]}
        if start + limit < len(identities):
            # Behind a proxy, services name hosts that nobody can reach.
            href = f"http://nova.internal:8774/v2.1/servers/detail?limit={limit}&marker={page[-1]}"
            body["servers_links"] = [{"rel": "next", "href": href}]
        return _json(body)


def _json(body: Any, status: int = 200, *headers: tuple[str, str]) -> bytes:
    return reply(status, json.dumps(body).encode(), JSON, *headers)


def _later(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    # The date in the answer is years off on purpose: only the difference of its two times counts.
    return f"2020-01-01T{hours:02}:{minutes:02}:{rest:02}.000000Z"
