"""Answers and silences that a GoGrid in order does not give: each is a clear error, in both flavours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.errors import (
    CloudError,
    ConnectionFailed,
    ImageNotFound,
    InvalidRequest,
    MalformedResponse,
    NodeNotFound,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
)
from cumuli.providers.gogrid.aio import AsyncGoGrid
from cumuli.providers.gogrid.client import GoGrid
from cumuli.testing.flavours import Flavour, flavour
from tests.faults.keepalive import Exchange, Server, reply
from tests.secrets_used import API_SECRET

__all__ = ["flavour"]

FREE = {"id": 1, "ip": "203.0.113.2", "public": True, "state": {"id": 1, "name": "Unassigned"}}
UNAVAILABLE = reply(503, b"<html><body><h1>Service Temporarily Unavailable</h1></body></html>")


def envelope(*items: Any, status: str = "success") -> bytes:
    count = len(items)
    summary = {"total": count, "start": 0, "returned": count, "numpages": 1}
    return json.dumps({"list": items, "method": "x", "status": status, "summary": summary}).encode()


def failure(status: int, message: str) -> bytes:
    return reply(
        status, envelope({"object": "error", "errorcode": "SomeException", "message": message}, status="failure")
    )


class Script:
    """Answers by path, in turn; the last answer of a path is repeated. None cuts the connection."""

    def __init__(self, answers: dict[str, list[bytes | None]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def __call__(self, exchange: Exchange) -> bytes | None:
        exchange.body()
        path = exchange.target.partition("?")[0].removeprefix("/api")
        self.asked.append(path)
        waiting = self.answers[path]
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if answer is None:
            exchange.connection.close()
        return answer


@pytest.fixture
def cloud(flavour: Flavour) -> Iterator[Any]:
    """A client of either flavour, and the server that answers it by a script."""
    opened: list[tuple[Any, Server]] = []

    def make(answers: dict[str, list[bytes | None]], **settings: Any) -> tuple[Any, Script]:
        script = Script(answers)
        server = Server(script)
        server.__enter__()
        kind = AsyncGoGrid if flavour.name == "async" else GoGrid
        retry = RetryPolicy(base=0.01)
        client = kind("key", API_SECRET, endpoint=server.origin, proxy="", **{"retry": retry} | settings)
        opened.append((flavour.shape(client), server))
        return opened[-1][0], script

    yield make
    for client, server in opened:
        flavour.run(client.aclose())
        server.__exit__(None, None, None)


LISTING: dict[str, tuple[bytes, type[CloudError], str]] = {
    "HTML with 503": (UNAVAILABLE, ProviderUnavailable, "GoGrid is out of service"),
    "HTML with 200": (reply(200, b"<html>maintenance</html>"), MalformedResponse, "a page where JSON was promised"),
    "HTML with 404": (reply(404, b"<html>gone</html>"), MalformedResponse, "HTTP 404 .* check the endpoint"),
    "nothing with 200": (reply(200, b""), MalformedResponse, "not what its API promises"),
    "half an answer": (reply(200, envelope(FREE)[:40]), MalformedResponse, "not what its API promises"),
    "another shape": (reply(200, b'{"servers": []}'), MalformedResponse, "missing required field"),
    "a very deep answer": (reply(200, b'{"list": ' + b"[" * 100_000), MalformedResponse, "not what its API promises"),
    "a failure under status 200": (
        reply(200, envelope({"errorcode": "X", "message": "Not so."}, status="failure")),
        InvalidRequest,
        "Not so",
    ),
    "a failure without words": (reply(400, envelope(status="failure")), InvalidRequest, "does not say why"),
    "a right that is lacking": (failure(401, "No such role"), PermissionDenied, "No such role; this API key lacks"),
    "too many calls": (failure(429, "Slow down"), RateLimited, "Slow down"),
}


@pytest.mark.parametrize("case", LISTING, ids=lambda case: case)
async def test_an_answer_that_is_no_listing(cloud: Any, case: str) -> None:
    answer, kind, words = LISTING[case]
    client, _ = cloud({"/grid/server/list": [answer]}, retry=False)
    with pytest.raises(kind, match=words) as caught:
        await client.list_nodes()
    assert (caught.value.provider, caught.value.operation) == ("gogrid", "/grid/server/list")
    assert API_SECRET not in str(caught.value)


async def test_a_short_outage_is_sat_out(cloud: Any) -> None:
    client, script = cloud({"/grid/server/list": [UNAVAILABLE, UNAVAILABLE, reply(200, envelope())]})
    assert await client.list_nodes() == []
    assert len(script.asked) == 3


@pytest.mark.parametrize(
    "answer",
    [None, UNAVAILABLE, reply(200, envelope()), reply(200, b"<html>")],
    ids=["a cut connection", "503", "no server", "HTML"],
)
async def test_a_creation_whose_end_is_not_known_is_not_repeated(cloud: Any, answer: bytes | None) -> None:
    client, script = cloud({"/grid/ip/list": [reply(200, envelope(FREE))], "/grid/server/add": [answer]})
    with pytest.raises((ConnectionFailed, ProviderUnavailable, MalformedResponse)) as caught:
        await client.create_node("web", "1", "1001")
    for part in ("'web' at 203.0.113.2", "is not known", "look for it with list_nodes"):
        assert part in caught.value.message
    assert script.asked.count("/grid/server/add") == 1


async def test_a_server_that_cannot_be_looked_for_is_named(cloud: Any) -> None:
    server = {"name": "web", "ip": FREE, "ram": {"id": 1, "name": "512MB"}, "state": {"id": 1, "name": "Starting"}}
    client, _ = cloud(
        {
            "/grid/ip/list": [reply(200, envelope(FREE))],
            "/grid/server/add": [reply(200, envelope(server))],
            "/grid/server/list": [failure(401, "No")],
        }
    )
    with pytest.raises(PermissionDenied, match=r"server 'web' \(image 1001, size 1\) at 203.0.113.2 was accepted"):
        await client.create_node("web", "1", "1001")


async def test_a_call_that_gives_nothing_is_no_success(cloud: Any) -> None:
    client, _ = cloud({"/grid/server/power": [reply(200, envelope())]})
    with pytest.raises(MalformedResponse, match="did not say what came of it"):
        await client.start_node("7")


async def test_what_must_not_happen_twice_is_not_repeated(cloud: Any) -> None:
    client, script = cloud({"/grid/server/power": [None]})
    with pytest.raises(ConnectionFailed):
        await client.reboot_node("7")
    assert script.asked == ["/grid/server/power"]


BAD = failure(400, "Invalid argument")
IMAGE = {"id": 7, "name": "mine"}
DELETIONS: dict[str, tuple[str, str, list[bytes], type[CloudError]]] = {
    "destroy_node": ("/grid/server/delete", "/grid/server/get", [BAD], NodeNotFound),
    "delete_image": ("/grid/image/delete", "/grid/image/list", [reply(200, envelope())], ImageNotFound),
}


@pytest.mark.parametrize("verb", DELETIONS)
async def test_a_deletion_whose_answer_was_lost_has_happened(cloud: Any, verb: str) -> None:
    path, look, missing, kind = DELETIONS[verb]
    answers = {path: [None, BAD], look: missing, "/grid/server/list": [reply(200, envelope())]}
    client, script = cloud(answers)
    await getattr(client, verb)("7")
    assert script.asked.count(path) == 2
    # The server's answer arrived now: what it does not know was not there.
    with pytest.raises(kind):
        await getattr(client, verb)("7")


async def test_what_is_there_still_was_not_deleted(cloud: Any) -> None:
    client, _ = cloud({"/grid/image/delete": [None, BAD], "/grid/image/list": [reply(200, envelope(IMAGE))]})
    with pytest.raises(InvalidRequest, match="Invalid argument"):
        await client.delete_image("7")


async def test_what_may_happen_twice_is_repeated(cloud: Any) -> None:
    server = {"id": 7, "name": "w", "ip": FREE, "ram": {"id": 1, "name": "512MB"}, "state": {"id": 1, "name": "Off"}}
    client, script = cloud({"/grid/server/power": [None, reply(200, envelope(server))]})
    await client.stop_node("7")
    assert len(script.asked) == 2


async def test_a_node_whose_passwords_cannot_be_read_now_is_given_without(cloud: Any) -> None:
    server = {"name": "web", "ip": FREE, "ram": {"id": 1, "name": "512MB"}, "state": {"id": 1, "name": "Starting"}}
    client, _ = cloud(
        {
            "/grid/ip/list": [reply(200, envelope(FREE))],
            "/grid/server/add": [reply(200, envelope(server))],
            "/grid/server/list": [reply(200, envelope(server | {"id": 7}))],
            "/support/password/list": [UNAVAILABLE],
        }
    )
    node = await client.create_node("web", "1", "1001")
    assert (node.id, node.password) == ("7", None)


@pytest.mark.parametrize("odd", ["detail", "..", "a/b", "a?b", "7&id=8", "007", "+7", " 7", "\u0667", "²"])
async def test_an_id_that_is_no_number_as_they_are_written_is_the_id_of_nothing(cloud: Any, odd: str) -> None:
    client, script = cloud({})
    for verb in ("get_node", "start_node", "stop_node", "reboot_node", "destroy_node"):
        with pytest.raises(NodeNotFound):
            await getattr(client, verb)(odd)
    with pytest.raises(NodeNotFound):
        await client.ex_save_image(odd, "n")
    with pytest.raises(ImageNotFound):
        await client.delete_image(odd)
    assert script.asked == []


async def test_an_image_whose_making_was_lost_may_exist(cloud: Any) -> None:
    client, script = cloud({"/grid/image/save": [None]})
    with pytest.raises(ConnectionFailed, match="whether the image 'mine' was made is not known"):
        await client.ex_save_image("7", "mine")
    assert len(script.asked) == 1


@pytest.mark.parametrize("look", [UNAVAILABLE, failure(401, "No such role"), reply(200, b"<html>")])
async def test_a_refusal_that_cannot_be_looked_behind_is_told_as_it_is(cloud: Any, look: bytes) -> None:
    looked_at = ("/common/lookup/list", "/grid/image/list", "/grid/server/list", "/grid/server/get")
    lists: dict[str, list[bytes | None]] = {path: [look] for path in looked_at}
    answers: dict[str, list[bytes | None]] = {
        "/grid/ip/list": [reply(200, envelope(FREE))],
        "/grid/server/add": [BAD],
        "/grid/server/power": [BAD],
    }
    client, _ = cloud({**lists, **answers, "/grid/image/save": [BAD]}, retry=False)
    for call in (
        lambda: client.create_node("web", "1", "1001"),
        lambda: client.start_node("7"),
        lambda: client.ex_save_image("7", "mine"),
    ):
        with pytest.raises(InvalidRequest, match="Invalid argument") as caught:
            await call()
        assert caught.value.status == 400
