"""An OpenStack with 1,000 servers, as Keystone and Nova write them: identity v3, discovery, one page of details."""

from __future__ import annotations

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

from benchmarks.canned import Connection, http

COUNT = 1_000
PROJECT = "2f46cc74f76d42d1a0e8597118027635"
JSON = "application/json"


def identity(number: int) -> str:
    return f"659562ea-cd4e-42f3-a532-{number:012x}"


def server(number: int, nova: str) -> dict[str, object]:
    """A server as Nova tells of it at microversion 2.36, on a network with both kinds of addresses."""
    a, b = divmod(number, 250)
    mac = {"OS-EXT-IPS-MAC:mac_addr": f"fa:16:3e:76:{a:02x}:{b:02x}"}
    fixed = {"OS-EXT-IPS:type": "fixed", **mac}
    return {
        "id": identity(number),
        "name": f"web-{number}",
        "status": "ACTIVE",
        "tenant_id": PROJECT,
        "user_id": "5ff633de09ed4732a8e770554b4a25e2",
        "metadata": {"environment": "production", "role": "web"},
        "hostId": "f972768a0a13181f611ee60fc09a8c9b3126131ff1542a969f50ab7b",
        "image": {
            "id": "049d87a1-ee65-4a89-975d-8b6def387ba5",
            "links": [{"rel": "bookmark", "href": f"{nova}/images/049d87a1-ee65-4a89-975d-8b6def387ba5"}],
        },
        "flavor": {"id": "42", "links": [{"rel": "bookmark", "href": f"{nova}/flavors/42"}]},
        "created": f"2026-01-15T08:30:{number % 60:02}Z",
        "updated": f"2026-01-15T08:31:{number % 60:02}Z",
        "addresses": {
            "private": [
                {"version": 6, "addr": f"fd00:9::{number + 16:x}", **fixed},
                {"version": 4, "addr": f"10.9.{a}.{b}", **fixed},
                {"version": 4, "addr": f"198.51.{a}.{b}", "OS-EXT-IPS:type": "floating", **mac},
            ]
        },
        "accessIPv4": "",
        "accessIPv6": "",
        "links": [
            {"rel": "self", "href": f"{nova}/v2.1/servers/{identity(number)}"},
            {"rel": "bookmark", "href": f"{nova}/servers/{identity(number)}"},
        ],
        "OS-DCF:diskConfig": "MANUAL",
        "progress": 0,
        "OS-EXT-AZ:availability_zone": "nova",
        "config_drive": "",
        "key_name": "operations",
        "OS-SRV-USG:launched_at": f"2026-01-15T08:31:{number % 60:02}.000000",
        "OS-SRV-USG:terminated_at": None,
        "security_groups": [{"name": "default"}],
        "OS-EXT-STS:task_state": None,
        "OS-EXT-STS:vm_state": "active",
        "OS-EXT-STS:power_state": 1,
        "os-extended-volumes:volumes_attached": [
            {"id": f"70132ad0-a8be-44db-8ca7-{number:012x}", "delete_on_termination": False}
        ],
        "locked": False,
        "description": None,
        "tags": [],
    }


class Cloud:
    """The answers, made beforehand."""

    def __init__(self, port: int) -> None:
        keystone, nova = f"http://127.0.0.1:{port}/identity", f"http://127.0.0.1:{port}/compute"
        third = version("v3.14", f"{keystone}/v3/", "stable")
        second = {**version("v2.1", f"{nova}/v2.1/", "CURRENT"), "version": "2.104", "min_version": "2.1"}
        more = f"{nova}/v2.1/servers/detail?limit={COUNT}&marker={identity(COUNT - 1)}"
        whole: dict[str, object] = {
            "servers": [server(number, nova) for number in range(COUNT)],
            # Nova says that there is more whenever a page is full.
            "servers_links": [{"rel": "next", "href": more}],
        }
        self.last = http(b'{"servers": []}', JSON)
        self.first = http(json.dumps(whole).encode(), JSON)
        self.token = http(
            json.dumps({"token": token(keystone, nova)}).encode(),
            JSON,
            "201 Created",
            "X-Subject-Token: gAAAAABn-benchmark-token\r\n",
        )
        self.found = {
            "/identity": http(json.dumps({"versions": {"values": [third]}}).encode(), JSON, "300 Multiple Choices"),
            "/identity/v3": http(json.dumps({"version": third}).encode(), JSON),
            "/compute": http(json.dumps({"versions": [second]}).encode(), JSON),
            "/compute/v2.1": http(json.dumps({"version": second}).encode(), JSON),
        }

    def __call__(self, method: str, target: str, body: bytes) -> bytes:
        parts = urlsplit(target)
        path = parts.path.rstrip("/")
        if path.endswith("/v3/auth/tokens"):  # libcloud knows the host only
            return self.token
        if path == "/compute/v2.1/servers/detail":
            return self.last if "marker" in parse_qs(parts.query) else self.first
        return self.found.get(path) or http(b"{}", JSON, "404 Not Found")


def version(name: str, url: str, status: str) -> dict[str, object]:
    return {
        "id": name,
        "status": status,
        "updated": "2025-07-04T12:00:00Z",
        "links": [{"rel": "self", "href": url}],
        "media-types": [{"base": JSON, "type": f"application/vnd.openstack+json;version={name}"}],
    }


def token(keystone: str, nova: str) -> dict[str, object]:
    domain = {"id": "default", "name": "Default"}

    def service(kind: str, name: str, url: str) -> dict[str, object]:
        endpoints = [
            {"id": f"{name}-{interface}", "interface": interface, "region": "RegionOne", "region_id": "RegionOne",
             "url": url}
            for interface in ("public", "internal", "admin")
        ]  # fmt: skip
        return {"id": name, "type": kind, "name": name, "endpoints": endpoints}

    return {
        "methods": ["password"],
        "user": {"id": "u", "name": "demo", "domain": domain},
        "audit_ids": ["benchmark"],
        "issued_at": "2026-01-15T08:30:00.000000Z",
        "expires_at": "2056-01-15T08:30:00.000000Z",
        "project": {"id": PROJECT, "name": "demo", "domain": domain},
        "is_domain": False,
        "roles": [{"id": "r", "name": "member"}],
        "catalog": [service("identity", "keystone", f"{keystone}/v3"), service("compute", "nova", f"{nova}/v2.1")],
    }


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    clouds: list[Cloud] = []
    listening = await loop.create_server(lambda: Connection(clouds[0]), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    # The catalog names the port, which is known only now.
    clouds.append(Cloud(port))
    print(port, flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


def serve() -> None:
    """Print the port, serve until the standard input closes."""
    asyncio.run(_serve())
