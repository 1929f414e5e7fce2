"""A field of GoGrid's that is null or left out costs no listing; one of the wrong type is no answer of its API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from polycloud.errors import MalformedResponse
from tests.faults.gogrid.test_answers import cloud, envelope, flavour
from tests.faults.keepalive import reply
from tests.secrets_used import ACCOUNT_PASSWORD

__all__ = ["cloud", "flavour"]

Call = Callable[[Any], Awaitable[Any]]

OPTION = {"id": 1, "name": "512MB", "description": "d"}
ADDRESS = {"id": 1, "ip": "203.0.113.2", "public": True, "subnet": "s", "state": OPTION, "datacenter": OPTION}
IMAGE = {
    "id": 7,
    "name": "mine",
    "friendlyName": "Mine",
    "description": "d",
    "isActive": True,
    "isPublic": False,
    "owner": {"id": 3, "name": "o"},
    "os": OPTION,
    "state": OPTION,
    "createdTime": 1.0,
}
SERVER = {
    "id": 7,
    "name": "web",
    "ip": ADDRESS,
    "ram": OPTION,
    "state": {"id": 1, "name": "On"},
    "description": "d",
    "isSandbox": False,
    "image": IMAGE,
    "datacenter": OPTION,
    "os": OPTION,
}
PASSWORD = {"id": 7, "password": ACCOUNT_PASSWORD, "username": "root", "server": {"id": 7}}

LISTINGS: dict[str, tuple[str, Call, dict[str, Any], set[str]]] = {
    # A server without an id is one that is still being made.
    "servers": ("/grid/server/list", lambda gogrid: gogrid.list_nodes(), SERVER, {"state"}),
    "images": ("/grid/image/list", lambda gogrid: gogrid.list_images(), IMAGE, {"id"}),
    "addresses": ("/grid/ip/list", lambda gogrid: gogrid.ex_list_ips(), ADDRESS, {"id", "ip"}),
    "passwords": ("/support/password/list", lambda gogrid: gogrid.ex_list_passwords(), PASSWORD, {"id"}),
    "datacenters": ("/common/lookup/list", lambda gogrid: gogrid.list_locations(), OPTION, {"id"}),
}


@pytest.mark.parametrize("what", LISTINGS)
async def test_what_is_null_or_missing_is_left_out(cloud: Any, what: str) -> None:
    path, call, record, needed = LISTINGS[what]
    answers: dict[str, list[bytes | None]] = {}
    client, _ = cloud(answers)
    for name in record:
        for changed in ({**record, name: None}, {key: value for key, value in record.items() if key != name}):
            answers[path] = [reply(200, envelope(changed))]
            if name in needed:
                with pytest.raises(MalformedResponse):
                    await call(client)
            else:
                found = await call(client)
                assert len(found) == (0 if (what, name) == ("servers", "id") else 1), name


@pytest.mark.parametrize("what", LISTINGS)
async def test_what_is_of_the_wrong_type_is_an_error(cloud: Any, what: str) -> None:
    path, call, record, _ = LISTINGS[what]
    answers: dict[str, list[bytes | None]] = {}
    client, _ = cloud(answers)
    for name in record:
        answers[path] = [reply(200, envelope({**record, name: [[7]]}))]
        with pytest.raises(MalformedResponse, match="not what its API promises") as caught:
            await call(client)
        assert ACCOUNT_PASSWORD not in str(caught.value)


async def test_a_server_without_an_address_and_a_size(cloud: Any) -> None:
    client, _ = cloud({"/grid/server/list": [reply(200, envelope({**SERVER, "ip": None, "ram": None}))]})
    [node] = await client.list_nodes()
    assert (node.id, node.public_ips, node.private_ips, node.size) == ("7", (), (), None)
