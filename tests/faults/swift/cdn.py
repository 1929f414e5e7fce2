"""A small strict server of Cloud Files' CDN API, after Rackspace's documentation of it: there is no real one left.

It knows who may ask by asking the object store, and fails the test over any request that the API does not have.
"""

from __future__ import annotations

import http.client
import json
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.faults.keepalive import Exchange, Server, Service, reply

__all__ = ["CDN"]

ALLOWED = {"x-auth-token", "host", "user-agent", "accept", "accept-encoding", "content-length", "connection"}


@dataclass
class Published:
    """A container that the CDN knows."""

    number: int
    enabled: bool = True
    ttl: int = 259_200
    logs: bool = False
    purged: list[tuple[str, str | None]] = field(default_factory=list[tuple[str, str | None]])

    def urls(self) -> dict[str, str]:
        host = f"x{self.number}"
        return {
            "cdn_uri": f"http://{host}.r10.cf.example",
            "cdn_ssl_uri": f"https://{host}.ssl.cf.example",
            "cdn_streaming_uri": f"http://{host}.stream.cf.example",
            "cdn_ios_uri": f"http://{host}.iosr.cf.example",
        }

    def headers(self) -> list[tuple[str, str]]:
        urls = self.urls()
        return [
            ("X-Cdn-Enabled", str(self.enabled)),
            ("X-Ttl", str(self.ttl)),
            ("X-Log-Retention", str(self.logs)),
            ("X-Cdn-Uri", urls["cdn_uri"]),
            ("X-Cdn-Ssl-Uri", urls["cdn_ssl_uri"]),
            ("X-Cdn-Streaming-Uri", urls["cdn_streaming_uri"]),
            ("X-Cdn-Ios-Uri", urls["cdn_ios_uri"]),
        ]


class CDN(Service):
    """The CDN of one account of an object store.

    Args:
        storage_url: Where the account is.
    """

    def __init__(self, storage_url: str) -> None:
        self._storage = urlsplit(storage_url)
        self._path = self._storage.path
        self._lock = threading.Lock()
        self.containers: dict[str, Published] = {}
        self.server = Server(self._answer)

    @property
    def url(self) -> str:
        return self.server.origin + self._path

    def _answer(self, exchange: Exchange) -> bytes:
        exchange.body()
        if not self._known(exchange.get("x-auth-token")):
            return reply(401, b"Unauthorized")
        parts = urlsplit(exchange.target)
        assert parts.path.startswith(self._path), exchange.target
        below = parts.path[len(self._path) :].strip("/")
        with self._lock:
            if not below:
                return self._list(exchange, parse_qs(parts.query))
            assert not parts.query, exchange.target
            container, _, name = below.partition("/")
            return self._one(exchange, unquote(container), unquote(name))

    def _known(self, token: str | None) -> bool:
        connection = http.client.HTTPConnection(self._storage.netloc, timeout=300)
        try:
            connection.request("HEAD", self._path, headers={"X-Auth-Token": token or ""})
            return connection.getresponse().status == 204
        finally:
            connection.close()

    def _one(self, exchange: Exchange, container: str, name: str) -> bytes:
        known = self.containers.get(container)
        if name:
            self._check(exchange, {"x-purge-email"})
            assert exchange.method == "DELETE"
            if known is None:
                return reply(404, b"Not Found")
            if len(known.purged) == 25:
                return reply(498, b"Rate Limited")
            known.purged.append((name, exchange.get("x-purge-email")))
            return reply(204)
        if exchange.method == "HEAD":
            self._check(exchange, set())
            return reply(404) if known is None else reply(204, b"", *known.headers())
        assert exchange.method in {"PUT", "POST"}, exchange.method
        self._check(exchange, {"x-cdn-enabled", "x-ttl", "x-log-retention"})
        if known is None and exchange.method == "POST":
            return reply(404, b"Not Found")
        status = 201 if known is None else 202
        if known is None:
            known = self.containers[container] = Published(len(self.containers) + 1)
        enabled, ttl, logs = (exchange.get(each) for each in ("x-cdn-enabled", "x-ttl", "x-log-retention"))
        if exchange.method == "PUT" or enabled is not None:
            known.enabled = {"True": True, "False": False, None: True}[enabled]
        if ttl is not None:
            assert 900 <= int(ttl) <= 31_536_000
            known.ttl = int(ttl)
        if logs is not None:
            known.logs = {"True": True, "False": False}[logs]
        return reply(status, b"", *known.headers())

    def _check(self, exchange: Exchange, also: set[str]) -> None:
        names = {name.lower() for name, _ in exchange.fields}
        assert names <= ALLOWED | also, names

    def _list(self, exchange: Exchange, query: dict[str, list[str]]) -> bytes:
        assert exchange.method == "GET"
        assert query["format"] == ["json"]
        assert query.keys() <= {"format", "limit", "marker", "enabled_only"}, query
        marker = query.get("marker", [""])[0]
        enabled_only = query.get("enabled_only") == ["true"]
        page = [
            self._entry(name, known)
            for name, known in sorted(self.containers.items())
            if name > marker and (known.enabled or not enabled_only)
        ][: int(query["limit"][0])]
        if not page:
            return reply(204)
        return reply(200, json.dumps(page).encode(), ("Content-Type", "application/json"))

    def _entry(self, name: str, known: Published) -> dict[str, Any]:
        return {
            "name": name,
            "cdn_enabled": known.enabled,
            "ttl": known.ttl,
            "log_retention": known.logs,
            **known.urls(),
        }
