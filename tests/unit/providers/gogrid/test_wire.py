"""What GoGrid sends, by tables: what is read of it, and what of it is refused."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from cumuli.compute.models import NodeState
from cumuli.errors import MalformedResponse
from cumuli.providers.gogrid import wire
from cumuli.providers.gogrid.signing import refusal

NOW = 1_700_000_000.0
SERVER: dict[str, Any] = {
    "object": "server",
    "id": 7,
    "name": "web",
    "description": "the first",
    "isSandbox": "false",
    "ip": {"object": "ip", "ip": "203.0.113.2", "public": True},
    "ram": {"object": "option", "id": 2, "name": "1GB"},
    "state": {"object": "option", "id": 2, "name": "On"},
}
IMAGE: dict[str, Any] = {"id": 9, "name": "GSI-9", "friendlyName": "Nine", "createdTime": 1_000}


def decoded(item: dict[str, Any], kind: Any) -> Any:
    [found] = wire.decode(json.dumps({"status": "success", "list": [item]}).encode(), kind).items
    return found


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Starting", NodeState.STARTING),
        ("On", NodeState.RUNNING),
        ("Off", NodeState.STOPPED),
        ("Restarting", NodeState.REBOOTING),
        ("Saving", NodeState.UPDATING),
        ("Restoring", NodeState.REBUILDING),
        ("Levitating", NodeState.UNKNOWN),
    ],
)
def test_states(word: str, state: NodeState) -> None:
    node = wire.node_of(decoded(SERVER | {"state": {"id": 1, "name": word}}, wire.Server))
    assert node is not None
    assert (node.state, node.provider_state) == (state, word)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [("true", True), ("false", False), ("TRUE", True), (True, True), (False, False)],
    ids=["true", "false", "capitals", "JSON true", "JSON false"],
)
def test_truth_is_text_or_json(sent: object, meant: bool) -> None:
    node = wire.node_of(decoded(SERVER | {"isSandbox": sent}, wire.Server))
    assert node is not None
    assert node.is_sandbox is meant


def test_a_server_with_the_least_and_one_without_an_id() -> None:
    node = wire.node_of(decoded(SERVER, wire.Server))
    assert node is not None
    assert (node.id, node.size, node.image, node.location, node.public_ips) == ("7", "2", None, None, ("203.0.113.2",))
    assert wire.node_of(decoded({key: value for key, value in SERVER.items() if key != "id"}, wire.Server)) is None


def test_a_private_address() -> None:
    node = wire.node_of(decoded(SERVER | {"ip": {"ip": "10.1.0.2", "public": "false"}}, wire.Server))
    assert node is not None
    assert (node.public_ips, node.private_ips) == ((), ("10.1.0.2",))


@pytest.mark.parametrize(
    ("name", "ram", "disk"),
    [("512MB", 512, 30), ("1GB", 1024, 60), ("16GB", 16384, 960), ("24GB", 24576, 960), ("48 GB", 49152, 0)],
)
def test_sizes(name: str, ram: int, disk: int) -> None:
    size = wire.size_of(wire.Option(id=1, name=name))
    assert (size.ram, size.disk) == (ram, disk)


@pytest.mark.parametrize("name", ["", "GB", "lots", "1TB", "1.5GB", "-1GB"])
def test_a_size_that_is_none(name: str) -> None:
    with pytest.raises(MalformedResponse, match="no number of MB or GB"):
        wire.size_of(wire.Option(id=1, name=name))


def test_images_and_their_times(caplog: pytest.LogCaptureFixture) -> None:
    image = wire.image_of(decoded(IMAGE, wire.Image))
    assert (image.id, image.name, image.created_at) == ("9", "Nine", dt.datetime(1970, 1, 1, 0, 0, 1, tzinfo=dt.UTC))
    assert wire.image_of(decoded({"id": 9, "name": "GSI-9"}, wire.Image)).name == "GSI-9"
    assert wire.image_of(decoded(IMAGE | {"createdTime": 1e300}, wire.Image)).created_at is None
    assert "created at 1e+300, which is no time" in caplog.text


def test_passwords_of_servers_and_of_other_services() -> None:
    item = {"id": 1, "username": "root", "password": "tiger", "server": {"id": 7}}
    entry = wire.password_of(decoded(item, wire.Password))
    assert (entry.username, entry.password.reveal(), entry.node) == ("root", "tiger", "7")
    assert "tiger" not in repr(entry)
    assert wire.password_of(decoded(item | {"server": None}, wire.Password)).node is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>hello</html>", "a page where JSON was promised"),
        (b"", "not what its API promises"),
        (b'{"status": "success", "li', "not what its API promises"),
        (b'{"status": "success"}', "missing required field `list`"),
        (b'{"status": "success", "list": 7}', "a number where a list was due"),
        (b'{"status": "success", "list": [], "summary": "odd"}', "summary"),
        (b'{"status": "success", "list": ' + b"[" * 100_000, "not what its API promises"),
        (b'{"status": "\xff\xfe", "list": []}', "not what its API promises"),
    ],
)
def test_answers_that_are_none(body: bytes, words: str) -> None:
    with pytest.raises(MalformedResponse, match=words):
        wire.decode(body, wire.Option)


def test_a_password_is_not_quoted_in_an_error() -> None:
    lost: list[MalformedResponse] = []
    body = b'{"status": "success", "list": [{"id": [1], "username": 5, "password": "tiger"}]}'
    assert wire.decode(body, wire.Password, lost).items == []
    with pytest.raises(MalformedResponse) as caught:
        wire.decode(body.replace(b"list", b"items"), wire.Password)
    assert "tiger" not in str([caught.value, *lost])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"status": "failure", "list": [{"object": "error", "errorcode": "X", "message": "no"}]}', "no"),
        (b'{"status": "failure", "list": []}', ""),
        (b'{"status": "success", "list": [{"message": "failure"}]}', None),
        (b'{"status": "failure", "list": [', None),
        (b"<html>", None),
    ],
)
def test_failures(body: bytes, message: str | None) -> None:
    failure = wire.failure_of(body)
    assert (None if failure is None else failure.message) == message


@pytest.mark.parametrize(
    ("off", "words"),
    [(0, "check the API key"), (590, "check the API key"), (900, "15 minutes behind"), (-7200, "120 minutes ahead of")],
)
def test_a_refused_signature_is_explained_by_the_clocks(off: float, words: str) -> None:
    date = dt.datetime.fromtimestamp(NOW + off, dt.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert words in refusal("no", date=date, now=NOW)


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_without_a_date_the_clock_is_not_blamed(date: str | None) -> None:
    assert refusal("no", date=date, now=NOW) == "no; check the API key and its secret"
