"""GoGrid's answers, in the shape of those of its API's documentation."""

from __future__ import annotations

import json
from typing import Any

from tests.faults.listings.recorded import Call, Recorded
from tests.secrets_used import ACCOUNT_PASSWORD

__all__ = ["GOGRID"]


def option(number: int, name: str) -> dict[str, Any]:
    return {"id": number, "name": name, "description": name}


def address(number: int) -> dict[str, Any]:
    return {
        "id": 100 + number,
        "ip": f"203.0.113.{number}",
        "object": "ip",
        "public": True,
        "state": option(2, "Assigned"),
        "subnet": "203.0.113.0/255.255.255.0",
        "datacenter": option(1, "US-West-1"),
    }


def image(number: int) -> dict[str, Any]:
    return {
        "id": 100 + number,
        "object": "serverimage",
        "name": f"mine-{number}",
        "friendlyName": f"Mine {number}",
        "description": "d",
        "isActive": True,
        "isPublic": False,
        "location": "123/mine.img",
        "architecture": option(2, "64-bit"),
        "owner": {"id": 3, "name": "o"},
        "os": option(5, "Debian"),
        "state": option(2, "Available"),
        "type": option(1, "Web Server"),
        "price": 0,
        "billingtokens": [{"id": 56, "name": "x", "price": 0}],
        "createdTime": 1264930800000.0,
        "updatedTime": 1264930800000.0,
        "datacenterlist": [option(1, "US-West-1")],
    }


def server(number: int) -> dict[str, Any]:
    return {
        "id": 100 + number,
        "object": "server",
        "name": f"web-{number}",
        "description": "d",
        "ip": address(number),
        "ram": option(1, "512MB"),
        "state": option(1, "On"),
        "type": option(1, "Web Server"),
        "image": {"id": 7, "name": "mine", "friendlyName": "Mine", "isActive": True, "os": {"id": 5, "name": "Debian"}},
        "datacenter": option(1, "US-West-1"),
        "os": option(5, "Debian"),
        "isSandbox": False,
    }


def password(number: int) -> dict[str, Any]:
    return {
        "id": 100 + number,
        "object": "password",
        "applicationtype": option(1, "os"),
        "username": "root",
        "password": ACCOUNT_PASSWORD,
        "server": {"id": 200 + number, "object": "server", "name": f"web-{number}"},
    }


def listing(call: Call, operation: str, items: list[Any], *needed: str) -> Recorded:
    summary = {"total": 3, "start": 0, "numpages": 0, "returned": 3}
    document = {"status": "success", "method": operation, "summary": summary, "list": items}
    return Recorded(
        call=call,
        operation=operation,
        document=json.loads(json.dumps(document)),
        item="list/1",
        needed=frozenset(needed),
        # Without the summary nobody knows whether a listing goes on.
        around=frozenset({"status", "summary", "summary/total", "summary/start", "summary/returned"}),
    )


def servers() -> Recorded:
    found = listing(
        lambda gogrid: gogrid.list_nodes(), "/grid/server/list", [server(number) for number in (1, 2, 3)], "id", "state"
    )
    # Without an id it is being made.
    found.decides = frozenset({"id"})
    return found


GOGRID: dict[str, Recorded] = {
    "list_nodes": servers(),
    "list_sizes": listing(
        lambda gogrid: gogrid.list_sizes(),
        "/common/lookup/list",
        [option(number, f"{number}GB") for number in (1, 2, 3)],
        "id",
        "name",
    ),
    "list_images": listing(
        lambda gogrid: gogrid.list_images(), "/grid/image/list", [image(number) for number in (1, 2, 3)], "id"
    ),
    "list_locations": listing(
        lambda gogrid: gogrid.list_locations(),
        "/common/lookup/list",
        [option(number, f"US-West-{number}") for number in (1, 2, 3)],
        "id",
    ),
    "ex_list_ips": listing(
        lambda gogrid: gogrid.ex_list_ips(), "/grid/ip/list", [address(number) for number in (1, 2, 3)], "id", "ip"
    ),
    "ex_list_passwords": listing(
        lambda gogrid: gogrid.ex_list_passwords(),
        "/support/password/list",
        [password(number) for number in (1, 2, 3)],
        "id",
        "server",
        "server/id",
    ),
}
