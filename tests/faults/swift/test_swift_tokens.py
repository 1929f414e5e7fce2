"""Tokens that end in the middle of things; listings of services with small pages."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cumuli import AsyncSwift, Swift, sandbox
from cumuli.errors import AuthenticationError, MalformedResponse
from cumuli.testing.flavours import Flavour
from tests.conformance.swift.conftest import settings_of
from tests.faults.keepalive import Exchange, Server, reply
from tests.faults.swift.front import Front
from tests.secrets_used import API_SECRET
from tests.support.swift import filler

UPLOADS = 50


@pytest.fixture
def front(server: sandbox.SandboxServer) -> Iterator[Front]:
    with Front(server) as running:
        yield running


def swift_of(flavour: Flavour, **settings: Any) -> Any:
    return flavour.shape((AsyncSwift if flavour.name == "async" else Swift)(**settings))


def content_of(number: int) -> bytes:
    return f"content {number}".encode() * 100


def expire_in_the_middle(front: Front, together: int) -> None:
    """The token ends when some uploads are through and others under way; all of these are refused at once."""
    lock = threading.Lock()
    barrier = threading.Barrier(together, timeout=120)
    puts = 0

    def before(exchange: Exchange) -> bytes | None:
        nonlocal puts
        if exchange.method != "PUT" or exchange.get("x-auth-token") != "token-1":
            return None
        with lock:
            puts += 1
            held = 10 < puts <= 10 + together
        if held:
            exchange.body()
            barrier.wait()
            front.revoke("token-1")
        return None

    front.before = before


WAYS_IN = pytest.mark.parametrize("way", ["v3", "v2.0", "v1.0"])


@WAYS_IN
def test_fifty_uploads_by_threads_while_the_token_ends(front: Front, eyes: Any, name: str, way: str) -> None:
    expire_in_the_middle(front, 12)
    with Swift(**front.credentials(way)) as client, ThreadPoolExecutor(UPLOADS) as pool:
        client.list_containers()
        made = list(
            pool.map(lambda number: client.upload_object(content_of(number), name, f"{number}"), range(UPLOADS))
        )
    assert front.given == 2
    assert [obj.name for obj in made] == [f"{number}" for number in range(UPLOADS)]
    for number in range(UPLOADS):
        assert eyes.get_object(name, f"{number}")[1] == content_of(number)


@WAYS_IN
def test_fifty_uploads_by_tasks_while_the_token_ends(front: Front, eyes: Any, name: str, way: str) -> None:
    expire_in_the_middle(front, 12)

    async def upload() -> None:
        async with AsyncSwift(**front.credentials(way)) as client:
            await client.list_containers()
            await asyncio.gather(
                *(client.upload_object(content_of(number), name, f"{number}") for number in range(UPLOADS))
            )

    asyncio.run(upload())
    assert front.given == 2
    for number in range(UPLOADS):
        assert eyes.get_object(name, f"{number}")[1] == content_of(number)


@WAYS_IN
def test_many_threads_that_start_together_ask_for_one_token(front: Front, way: str) -> None:
    with Swift(**front.credentials(way)) as client, ThreadPoolExecutor(12) as pool:
        jobs = [pool.submit(client.list_containers) for _ in range(24)]
        for job in jobs:
            job.result()
    assert front.given == 1


async def test_a_token_that_ends_between_two_segments(front: Front, eyes: Any, name: str, flavour: Flavour) -> None:
    def before(exchange: Exchange) -> None:
        if "00000002" in exchange.target and front.given == 1:
            front.revoke_all()

    front.before = before
    content = bytes(range(256)) * 1000
    async with swift_of(flavour, **front.credentials()) as client:
        await client.ex_multipart_upload_object(content, name, "large", chunk_size=50_000)
    assert front.given == 2
    assert eyes.get_object(name, "large")[1] == content


async def test_swifts_own_tokens_are_renewed_once_and_in_time(flavour: Flavour) -> None:
    """By a small server, since the real one gives the same token to everybody who asks."""
    given = 0
    good: set[str] = set()
    life = 86_400

    def answer(exchange: Exchange) -> bytes:
        nonlocal given
        if exchange.target == "/auth/v1.0":
            assert (exchange.get("x-auth-user"), exchange.get("x-auth-key")) == ("a:b", API_SECRET)
            given += 1
            good.clear()
            good.add(f"token-{given}")
            headers = [("X-Auth-Token", f"token-{given}"), ("X-Storage-Url", f"{server.origin}/v1/AUTH_a")]
            return reply(200, b"", *headers, ("X-Auth-Token-Expires", str(life)))
        return reply(204) if exchange.get("x-auth-token") in good else reply(401)

    with Server(answer) as server:
        settings = {"auth_url": f"{server.origin}/auth/v1.0", "username": "a:b", "key": API_SECRET, "proxy": ""}
        async with swift_of(flavour, **settings) as client:
            await client.list_containers()
            await client.list_containers()
            assert given == 1
            good.clear()
            await client.list_containers()
            assert given == 2
            life = 1
            good.clear()
            await client.list_containers()
            assert given == 3
            await flavour.sleep(1.0)  # it is time itself that makes the token old
            refused = len(server.seen)
            await client.list_containers()
            assert given == 4
            assert len(server.seen) - refused == 2, "a token that is at its end is renewed before it is used"


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("X-Auth-Token", "t")],
        [("X-Storage-Url", "http://127.0.0.1:1/v1/AUTH_a")],
        [("X-Auth-Token", "t"), ("X-Storage-Url", "nowhere")],
    ],
)
async def test_what_is_no_token(flavour: Flavour, fields: list[tuple[str, str]]) -> None:
    with Server(lambda _exchange: reply(200, b"", *fields)) as server:
        settings = {"auth_url": f"{server.origin}/auth/v1.0", "username": "a:b", "key": API_SECRET, "proxy": ""}
        async with swift_of(flavour, **settings) as client:
            with pytest.raises(MalformedResponse):
                await client.list_containers()


async def test_a_token_that_is_refused_again_and_again(flavour: Flavour, server: sandbox.SandboxServer) -> None:
    with Server(lambda _exchange: reply(401)) as refusing:
        settings = {**settings_of(server), "endpoint": f"{refusing.origin}/v1/AUTH_sandbox"}
        async with swift_of(flavour, **settings) as client:
            with pytest.raises(AuthenticationError):
                await client.list_containers()
        assert len(refusing.seen) == 2


async def test_pages_that_a_service_cuts_short_without_saying_so(
    front: Front, server: sandbox.SandboxServer, eyes: Any, name: str, flavour: Flavour
) -> None:
    names = [f"{number:04}" for number in range(2500)]
    filler(server)(name, names)
    front.rewrite = lambda target: re.sub(r"\blimit=\d+", "limit=1000", target)
    async with swift_of(flavour, **front.credentials()) as client:
        assert [obj.name for obj in await client.list_container_objects(name)] == names
