"""A field of GoGrid's that is null, left out or of the wrong type costs no listing; what is needed, one item."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import cumuli
from cumuli.errors import MalformedResponse
from tests.faults.gogrid.test_answers import cloud, envelope, flavour
from tests.faults.keepalive import reply
from tests.secrets_used import ACCOUNT_PASSWORD
from tests.support.odd_values import ODD, differences, odd_records, unfit_moments

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


# What is needed inside of them: how much of it is an address's own, and which server a password opens.
NESTED: dict[str, set[str]] = {"passwords": {"server", "id"}, "servers": set()}


@pytest.mark.parametrize("what", LISTINGS)
async def test_what_is_null_or_missing_is_left_out(cloud: Any, what: str) -> None:
    path, call, record, needed = LISTINGS[what]
    answers: dict[str, list[bytes | None]] = {}
    client, _ = cloud(answers)
    for name in record:
        for changed in ({**record, name: None}, {key: value for key, value in record.items() if key != name}):
            answers[path] = [reply(200, envelope(changed))]
            with cumuli.left_out() as lost:
                found = await call(client)
            making = (what, name) == ("servers", "id")
            assert (len(found), len(lost)) == ((0, 1) if name in needed else (0, 0) if making else (1, 0)), name


@pytest.mark.parametrize("what", LISTINGS)
async def test_no_odd_field_costs_a_listing(cloud: Any, what: str, caplog: pytest.LogCaptureFixture) -> None:
    path, call, record, needed = LISTINGS[what]
    answers: dict[str, list[bytes | None]] = {}
    client, _ = cloud(answers, page_size=10_000)
    odd = [each for each in odd_records(record) if each[0] != "id"]
    records = [{**changed, "id": 1000 + number} for number, (_, _, changed) in enumerate(odd)]
    answers[path] = [reply(200, envelope(record, *records))]
    with cumuli.left_out() as lost:
        sound, *found = await call(client)
    models = {model.id: model for model in found}
    for number, (name, value, _) in enumerate(odd):
        identity = str(1000 + number)
        if identity in models:
            assert len(differences(sound, models[identity]) - {"id"}) <= 4, (name, value)
            assert unfit_moments(models[identity]) == []
        else:
            assert name.removesuffix(".") in needed | NESTED.get(what, set()), (name, value)
            assert sum(repr(identity) in error.message for error in lost) == 1
    assert models
    assert ACCOUNT_PASSWORD not in caplog.text + str(lost)
    assert "an answer is not quite what its protocol promises" in caplog.text


@pytest.mark.parametrize("what", LISTINGS)
async def test_an_odd_id_costs_one_thing_at_most(cloud: Any, what: str) -> None:
    path, call, record, _ = LISTINGS[what]
    answers: dict[str, list[bytes | None]] = {}
    client, _ = cloud(answers)
    for value in ODD:
        answers[path] = [reply(200, envelope({**record, "id": 5}, {**record, "id": value}, {**record, "id": 9}))]
        with cumuli.left_out() as lost:
            first, *between, last = [each.id for each in await call(client)]
        assert (first, last) == ("5", "9")
        known = str(value).lstrip("-").isdecimal()
        making = (what, value) == ("servers", None)
        assert (len(between), len(lost)) == ((1, 0) if known else (0, 0) if making else (0, 1)), value


async def test_a_password_without_an_id_hides_no_other(cloud: Any) -> None:
    nameless = {"password": "x", "username": "root", "server": {"id": 8}}
    client, _ = cloud({"/support/password/list": [reply(200, envelope(nameless, PASSWORD))]})
    with cumuli.left_out() as lost:
        [password] = await client.ex_list_passwords()
    assert (password.node, password.password.reveal(), len(lost)) == ("7", ACCOUNT_PASSWORD, 1)


async def test_one_thing_that_cannot_be_read_is_an_error_that_names_it(cloud: Any) -> None:
    broken = {**SERVER, "state": [7]}
    images = envelope(IMAGE, {"name": "no id"})
    sizes = envelope(OPTION, {"id": 2, "name": "lots"})
    answers: dict[str, list[bytes | None]] = {
        "/grid/server/get": [reply(200, envelope(broken))],
        "/grid/image/list": [reply(200, images)],
        "/common/lookup/list": [reply(200, sizes)],
    }
    client, _ = cloud(answers)
    with cumuli.left_out() as lost:
        for call, words in (
            (client.get_node("7"), "state cannot be read"),
            (client.get_image("8"), "no id"),
            (client.get_size("2"), "'lots'"),
        ):
            with pytest.raises(MalformedResponse, match=words):
                await call
        assert lost == []
        assert [size.id for size in await client.list_sizes()] == ["1"]
        assert [error.provider for error in lost] == ["gogrid"]


async def test_a_server_without_an_address_and_a_size(cloud: Any) -> None:
    client, _ = cloud({"/grid/server/list": [reply(200, envelope({**SERVER, "ip": None, "ram": None}))]})
    [node] = await client.list_nodes()
    assert (node.id, node.public_ips, node.private_ips, node.size) == ("7", (), (), None)
