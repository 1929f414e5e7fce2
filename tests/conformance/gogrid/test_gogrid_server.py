"""The sandbox's GoGrid against the documentation of the API, by requests that are made without cumuli."""

from __future__ import annotations

import hashlib
import json
import re
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest

from cumuli.providers.gogrid.client import GoGrid
from cumuli.sandbox.gogrid.account import Settings
from cumuli.sandbox.gogrid.web import GoGridServer, serving
from tests.conformance.gogrid.conftest import KEY, LIMITED_KEY, asked, opened, settings
from tests.secrets_used import API_SECRET

PAGE = Path(__file__).parents[3] / "docs" / "providers" / "gogrid.md"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def endpoint(server: GoGridServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def get(server: GoGridServer, path: str, /, **arguments: str) -> list[Any]:
    items: list[Any] = asked(endpoint(server), path, **arguments)["list"]
    return items


def post(server: GoGridServer, path: str, /, **arguments: str) -> Any:
    [item] = asked(endpoint(server), path, method="POST", **arguments)["list"]
    return item


def add(server: GoGridServer, name: str = "one", **changed: str) -> Any:
    free = get(server, "/grid/ip/list", **{"ip.type": "Public", "ip.state": "Unassigned"})
    arguments = {"name": name, "image": "1001", "ip": free[0]["ip"] if free else "203.0.113.2", "server.ram": "1GB"}
    return post(server, "/grid/server/add", **arguments | changed)


def refused(server: GoGridServer, path: str, **given: Any) -> tuple[int, Any]:
    """Status and envelope of a failure."""
    with pytest.raises(HTTPError) as caught:
        opened(endpoint(server), path, **given)
    with caught.value as answer:
        return answer.code, json.loads(answer.read())


# Keys, signatures and time


@pytest.mark.parametrize("late", [-590.0, -300.0, 0.0, 300.0, 590.0])
def test_a_clock_that_is_nearly_right_is_taken(server: GoGridServer, late: float) -> None:
    assert opened(endpoint(server), "/grid/server/list", key=KEY, late=late).status == 200


@pytest.mark.parametrize("late", [-900.0, -620.0, 620.0, 900.0, 86_400.0])
def test_a_signature_of_another_time_is_refused(server: GoGridServer, late: float) -> None:
    status, answer = refused(server, "/grid/server/list", late=late)
    assert (status, answer["status"]) == (403, "failure")


@pytest.mark.parametrize("given", [{"secret": "wrong"}, {"key": "unknown"}, {"secret": ""}])
def test_a_wrong_signature_is_refused(server: GoGridServer, given: dict[str, str]) -> None:
    status, answer = refused(server, "/grid/server/list", **given)
    assert (status, answer["status"]) == (403, "failure")


@pytest.mark.parametrize("left_out", ["api_key", "sig"])
def test_a_call_without_a_key_or_signature_is_refused(server: GoGridServer, left_out: str) -> None:
    signature = hashlib.md5(f"{KEY}{API_SECRET}{int(time.time())}".encode()).hexdigest()
    query = {"api_key": KEY, "sig": signature, "v": "1.7", "format": "json"}
    del query[left_out]
    with pytest.raises(HTTPError) as caught:
        OPENER.open(f"{endpoint(server)}/api/grid/server/list?{urlencode(query)}", timeout=120)
    with caught.value as answer:
        assert answer.code == 403


def test_a_key_without_the_right_reads_everything_but_passwords(server: GoGridServer) -> None:
    assert refused(server, "/support/password/list", key=LIMITED_KEY)[0] == 401
    assert asked(endpoint(server), "/grid/server/list", key=LIMITED_KEY)["status"] == "success"


# Arguments


@pytest.mark.parametrize(
    ("method", "path", "arguments", "words"),
    [
        ("GET", "/grid/server/list", {"num_items": "none"}, "num_items"),
        ("GET", "/grid/server/list", {"num_items": "0"}, "num_items"),
        ("GET", "/grid/server/list", {"num_items": "1", "page": "-1"}, "page"),
        ("GET", "/grid/server/list", {"unheard": "of"}, "Unknown argument: unheard"),
        ("GET", "/grid/server/list", {"datacenter": "3"}, "datacenter"),
        ("GET", "/grid/server/list", {"isSandbox": "perhaps"}, "isSandbox"),
        ("GET", "/grid/server/get", {}, "required"),
        ("GET", "/grid/server/get", {"id": "1"}, "No server found"),
        ("GET", "/grid/server/get", {"id": ""}, "No server found"),
        ("GET", "/grid/ip/list", {"ip.type": "Secret"}, "ip.type"),
        ("GET", "/grid/ip/list", {"ip.state": "Broken"}, "ip.state"),
        ("GET", "/common/lookup/list", {}, "Missing required argument: lookup"),
        ("GET", "/common/lookup/list", {"lookup": "server.colour"}, "lookup"),
        ("GET", "/grid/server/delete", {"id": "1"}, "called by POST"),
        ("POST", "/grid/server/list", {}, "called by GET"),
        ("POST", "/grid/server/add", {"name": "x"}, "Missing required argument: image"),
        ("POST", "/grid/server/power", {"id": "1", "power": "start"}, "No server found"),
        ("POST", "/grid/server/edit", {"server.ram": "1GB"}, "Missing required argument: id"),
        ("POST", "/grid/image/delete", {"id": "1001"}, "does not belong to this account"),
        ("POST", "/grid/image/edit", {"id": "1001", "isPublic": "false"}, "does not belong to this account"),
    ],
)
def test_arguments_are_checked(
    server: GoGridServer, method: str, path: str, arguments: dict[str, str], words: str
) -> None:
    status, answer = refused(server, path, method=method, **arguments)
    assert status == 400
    assert (answer["status"], answer["method"]) == ("failure", path)
    [error] = answer["list"]
    assert error["object"] == "error"
    assert error["errorcode"]
    assert words in error["message"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"image": "9999"}, "No image found"),
        ({"server.ram": "3GB"}, "server.ram"),
        ({"ip": "198.51.100.1"}, "No ip found"),
        ({"ip": "10.1.0.2"}, "not a public one"),
        ({"name": "taken"}, "already exists"),
        ({"isSandbox": "yes"}, "isSandbox"),
    ],
)
def test_a_server_of_wrong_parts_is_not_made(server: GoGridServer, changed: dict[str, str], words: str) -> None:
    add(server, "taken")
    free = get(server, "/grid/ip/list", **{"ip.state": "Unassigned", "ip.type": "Public"})
    arguments = {"name": "x", "image": "1001", "ip": free[0]["ip"], "server.ram": "1"} | changed
    status, answer = refused(server, "/grid/server/add", method="POST", **arguments)
    assert status == 400
    assert words in answer["list"][0]["message"]
    assert len(get(server, "/grid/server/list")) == 1
    assert get(server, "/grid/ip/list", **{"ip.state": "Unassigned", "ip.type": "Public"}) == free


@pytest.mark.parametrize("query", [{"v": "1.6"}, {"format": "xml"}])
def test_another_version_or_format_is_not_served(server: GoGridServer, query: dict[str, str]) -> None:
    signature = hashlib.md5(f"{KEY}{API_SECRET}{int(time.time())}".encode()).hexdigest()
    asked_for = {"api_key": KEY, "sig": signature, "v": "1.7", "format": "json"} | query
    with pytest.raises(HTTPError) as caught:
        OPENER.open(f"{endpoint(server)}/api/grid/server/list?{urlencode(asked_for)}", timeout=120)
    with caught.value as answer:
        assert answer.code == 400


def test_another_path_is_no_call(server: GoGridServer) -> None:
    assert refused(server, "/grid/volume/list")[0] == 404


# Servers


def test_an_id_comes_late_and_states_take_time() -> None:
    with serving(settings(id_after=0.15, state_after=0.15)) as server:
        made = add(server, description="the first")
        assert (made["name"], made["description"]) == ("one", "the first")
        assert (made.get("id"), made["state"]["name"]) == (None, "Starting")
        seen = watched(server, "On")
        number = str(seen[-1][0])
        # What happens in between may be missed by a machine that is slow, and never comes in another order.
        assert in_order(seen, [(None, "Starting"), (int(number), "Starting"), (int(number), "On")])
        assert get(server, "/grid/server/get", id=number) == get(server, "/grid/server/get", name="one")
        for power, during, after in (
            ("restart", "Restarting", "On"),
            ("start", "On", "On"),
            ("stop", "On", "Off"),
            ("start", "Starting", "On"),
        ):
            answered = post(server, "/grid/server/power", id=number, power=power)
            assert answered["state"]["name"] == during
            assert in_order(watched(server, after), [(int(number), during), (int(number), after)])


def watched(server: GoGridServer, last: str) -> list[tuple[int | None, str]]:
    """The id and the state of the only server, as often as they change, until the last state is there."""
    end = time.monotonic() + 120
    seen: list[tuple[int | None, str]] = []
    while not seen or seen[-1][1] != last:
        [item] = get(server, "/grid/server/list")
        seen += [now] if (now := (item.get("id"), item["state"]["name"])) not in seen[-1:] else []
        assert time.monotonic() < end, seen
        time.sleep(0.01)
    return seen


def in_order(seen: list[Any], wanted: list[Any]) -> bool:
    """Whether what was seen is what was wanted, with gaps, up to the last."""
    rest = iter(wanted)
    return all(any(each == other for other in rest) for each in seen) and seen[-1] == wanted[-1]


def test_a_server_is_saving_for_as_long_as_its_image(server: GoGridServer) -> None:
    add(server, isSandbox="true")
    [item] = get(server, "/grid/server/list")
    assert item["isSandbox"] == "true"
    number = str(item["id"])
    server.account.settings = settings(state_after=60.0)
    image = post(server, "/grid/image/save", server=number, friendlyName="gold")
    assert image["state"]["name"] == "Saving"
    assert get(server, "/grid/server/list")[0]["state"]["name"] == "Saving"
    for path in ("/grid/server/power", "/grid/server/delete"):
        more = {"power": "stop"} if path.endswith("power") else {}
        assert refused(server, path, method="POST", id=number, **more)[0] == 400
    free = get(server, "/grid/ip/list", **{"ip.type": "Public", "ip.state": "Unassigned"})[0]["ip"]
    given = {"name": "two", "image": str(image["id"]), "server.ram": "1", "ip": free}
    status, answer = refused(server, "/grid/server/add", method="POST", **given)
    assert (status, "not available" in answer["list"][0]["message"]) == (400, True)
    [mine] = get(server, "/grid/image/list", isPublic="false")
    assert (mine["id"], mine["friendlyName"]) == (image["id"], "gold")


def test_an_id_is_not_told_by_the_call_that_adds_even_when_it_is_there(server: GoGridServer) -> None:
    assert "id" not in add(server)
    assert "id" in get(server, "/grid/server/list")[0]


def test_addresses_run_out_and_come_back() -> None:
    with serving(settings(public_addresses=2)) as server:
        free = {"ip.type": "Public", "ip.state": "Unassigned", "datacenter": "1"}
        for name, address in zip(("one", "two"), get(server, "/grid/ip/list", **free), strict=True):
            made = add(server, name, ip=address["ip"])
            assert made["ip"]["state"]["name"] == "Assigned"
            assert made["datacenter"]["id"] == 1
        assert get(server, "/grid/ip/list", **free) == []
        assert len(get(server, "/grid/ip/list", **free | {"datacenter": "2"})) == 2
        given = {"name": "three", "image": "1001", "server.ram": "1", "ip": made["ip"]["ip"]}
        status, answer = refused(server, "/grid/server/add", method="POST", **given)
        assert (status, "assigned" in answer["list"][0]["message"]) == (400, True)
        post(server, "/grid/server/delete", id=str(get(server, "/grid/server/get", name="one")[0]["id"]))
        assert len(get(server, "/grid/ip/list", **free)) == 1


def test_passwords_are_of_servers_or_of_none(server: GoGridServer) -> None:
    add(server)
    entries = get(server, "/support/password/list")
    assert [entry.get("server", {}).get("name") for entry in entries] == [None, "one"]
    assert all(entry["object"] == "password" and entry["password"] for entry in entries)
    post(server, "/grid/server/delete", id=str(get(server, "/grid/server/list")[0]["id"]))
    assert len(get(server, "/support/password/list")) == 1


def test_pages(server: GoGridServer) -> None:
    for number in range(5):
        add(server, f"n{number}")
    seen: list[str] = []
    for page in range(3):
        answer = asked(endpoint(server), "/grid/server/list", num_items="2", page=str(page))
        returned = 2 if page < 2 else 1
        assert answer["summary"] == {"total": 5, "start": 2 * page, "returned": returned, "numpages": 3}
        assert (answer["status"], answer["method"]) == ("success", "/grid/server/list")
        seen += [item["name"] for item in answer["list"]]
    assert seen == [f"n{number}" for number in range(5)]
    assert asked(endpoint(server), "/grid/server/list", num_items="2", page="3")["list"] == []
    assert asked(endpoint(server), "/grid/server/list")["summary"]["returned"] == 5


def test_lookups_are_those_of_the_documentation(server: GoGridServer) -> None:
    def names(lookup: str) -> list[str]:
        options = get(server, "/common/lookup/list", lookup=lookup)
        assert all(set(option) == {"object", "id", "name", "description"} for option in options)
        return [option["name"] for option in options]

    assert names("ip.datacenter") == ["US-West-1", "US-East-1"]
    assert names("server.ram") == ["512MB", "1GB", "2GB", "4GB", "8GB", "16GB", "24GB"]
    assert names("server.state") == ["Starting", "On", "Off", "Restarting", "Saving", "Restoring"]
    assert set(names("image.state")) == {"Available", "Saving"}
    assert names("ip.type") == ["Public", "Private"]
    assert names("ip.state") == ["Unassigned", "Assigned"]


def test_objects_have_the_fields_of_the_documentation(server: GoGridServer) -> None:
    add(server)
    [item] = get(server, "/grid/server/list")
    assert {"id", "name", "description", "isSandbox", "datacenter", "image", "ip", "ram", "state", "type", "os"} <= set(
        item
    )
    image = get(server, "/grid/image/list")[0]
    described = (
        "id name friendlyName description isActive isPublic location os owner price state type createdTime updatedTime"
    )
    assert set(described.split()) <= set(image)
    assert abs(image["createdTime"] / 1000 - time.time()) < 60
    assert {"id", "ip", "public", "subnet", "state", "datacenter"} <= set(get(server, "/grid/ip/list")[0])


def test_out_of_service_is_a_page(server: GoGridServer) -> None:
    server.out_of_service = True
    with pytest.raises(HTTPError) as caught:
        opened(endpoint(server), "/grid/server/list")
    with caught.value as answer:
        assert (answer.code, answer.headers["content-type"]) == (503, "text/html")
        assert answer.read().startswith(b"<html>")


def test_the_page_of_documentation_does_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    [program] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    with serving(Settings(id_after=0.0, state_after=0.0)) as server:
        exec(program.replace("http://127.0.0.1:8080", endpoint(server)))
        assert [(each.name, each.description, each.ram.name) for each in server.account.servers] == [
            ("web-1", "the first", "1GB")
        ]
        methods = re.findall(r"`((?:ex_|create_|delete_)\w+)", PAGE.read_text())
        assert len(methods) > 8
        for method in methods:
            assert hasattr(GoGrid, method) or method.startswith(("ex_description", "ex_is", "ex_ip", "create_timeout"))
