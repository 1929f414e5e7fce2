"""Tokens: shared, renewed in time, renewed once however many calls see a 401, and never shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cumuli import OpenStack
from cumuli.calls.retry import RetryPolicy
from cumuli.errors import (
    AuthenticationError,
    ConfigurationError,
    MalformedResponse,
    ProviderUnavailable,
)
from tests.faults.keepalive import Exchange, reply
from tests.faults.openstack.cloud import Cloud
from tests.secrets_used import ACCOUNT_PASSWORD

Connect = Callable[..., Any]


async def test_one_token_serves_many_calls(cloud: Cloud, connect: Connect) -> None:
    cloud.add_servers(3)
    client = connect()
    for _ in range(3):
        await client.list_nodes()
        await client.get_node("server-0001")
    assert cloud.given == 1


async def test_a_token_that_expires_between_two_pages(cloud: Cloud, connect: Connect) -> None:
    cloud.add_servers(1500)
    revoked = threading.Event()

    def revoke(exchange: Exchange) -> None:
        if "marker" in exchange.target and not revoked.is_set():
            revoked.set()
            cloud.revoke_all()

    cloud.before = revoke
    nodes = await connect().list_nodes()
    assert len(nodes) == 1500
    assert cloud.given == 2


async def test_a_token_is_renewed_before_it_ends(cloud: Cloud, connect: Connect) -> None:
    """By the identity service's own clock: its times here are years in the past."""
    client = connect()
    await client.list_nodes()
    await client.list_nodes()
    assert cloud.given == 1
    cloud.lifetime = 1
    cloud.revoke_all()
    await client.list_nodes()
    assert cloud.given == 2
    time.sleep(1.0)  # noqa: ASYNC251 - it is time itself that makes the token old
    before = len(cloud.server.seen)
    await client.list_nodes()
    assert cloud.given == 3
    assert len(cloud.server.seen) - before == 2, "a login and a listing, and no listing that was refused"


async def test_a_refused_new_token_is_not_asked_for_again_and_again(cloud: Cloud, connect: Connect) -> None:
    cloud.before = lambda _exchange: reply(401, b'{"error": {"message": "no"}}')
    with pytest.raises(AuthenticationError):
        await connect().list_nodes()
    assert cloud.given == 2


def test_a_401_seen_by_many_threads_renews_the_token_once(cloud: Cloud) -> None:
    cloud.add_servers(3)
    threads = 12
    together = threading.Barrier(threads, timeout=120)
    old: set[str] = set()

    def hold(exchange: Exchange) -> None:
        # Every call with the old token is here before the first one is refused.
        if exchange.get("x-auth-token") in old:
            together.wait()

    with OpenStack(**cloud.credentials()) as client:
        client.list_nodes()
        old |= cloud.tokens
        cloud.revoke_all()
        cloud.before = hold
        with ThreadPoolExecutor(threads) as pool:
            answers = list(pool.map(lambda _: client.list_nodes(), range(threads)))
    assert [len(nodes) for nodes in answers] == [3] * threads
    assert cloud.given == 2


def test_many_threads_that_start_together_ask_for_one_token(cloud: Cloud) -> None:
    cloud.add_servers(3)
    with OpenStack(**cloud.credentials()) as client, ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: client.list_nodes(), range(24)))
    assert [len(nodes) for nodes in answers] == [3] * 24
    assert cloud.given == 1


def test_a_wrong_password_is_tried_once_for_all_threads_that_wait(cloud: Cloud) -> None:
    """Keystone locks accounts after a few failures."""
    threads = 12
    tries: list[str] = []
    arrived = threading.Barrier(threads, timeout=120)

    def refuse(exchange: Exchange) -> None:
        tries.append(exchange.target)
        # Long enough for the other threads to have come to the lock.
        threading.Event().wait(1.0)

    def call(client: OpenStack) -> str:
        arrived.wait()
        with pytest.raises(AuthenticationError) as caught:
            client.list_nodes()
        return str(caught.value)

    cloud.identity = refuse
    with OpenStack(**{**cloud.credentials(), "password": "wrong"}) as client, ThreadPoolExecutor(threads) as pool:
        words = list(pool.map(call, [client] * threads))
        assert len(tries) < 4
        assert len(set(words)) == 1
        # It is no verdict for ever: who comes later asks anew.
        before = len(tries)
        with pytest.raises(AuthenticationError):
            client.list_nodes()
        assert len(tries) == before + 1


async def test_a_wrong_password(cloud: Cloud, connect: Connect) -> None:
    with pytest.raises(AuthenticationError) as caught:
        await connect(password="wrong").list_nodes()
    assert (caught.value.provider, caught.value.operation, caught.value.status) == ("openstack", "authenticate", 401)


async def test_a_region_that_is_not_in_the_catalog(cloud: Cloud, connect: Connect) -> None:
    cloud.region = "Helsinki"
    with pytest.raises(ConfigurationError, match="Helsinki"):
        await connect(region="Atlantis").list_nodes()


async def test_a_service_and_an_interface_that_are_not_in_the_catalog(cloud: Cloud, connect: Connect) -> None:
    with pytest.raises(ConfigurationError, match="no block-storage service; it has compute"):
        await connect().list_volumes()
    with pytest.raises(ConfigurationError, match="no admin endpoint; it has public"):
        await connect(interface="admin").list_nodes()


async def test_the_identity_service_is_tried_again_when_it_is_down(cloud: Cloud, connect: Connect) -> None:
    answers = [reply(503), reply(429, b"", ("Retry-After", "0"))]
    cloud.identity = lambda _exchange: answers.pop(0) if answers else None
    assert await connect(retry=RetryPolicy(base=0.01)).list_nodes() == []
    assert cloud.given == 1
    cloud.identity = lambda _exchange: reply(503)
    with pytest.raises(ProviderUnavailable):
        await connect(retry=False).list_nodes()


async def test_what_is_no_identity_service(cloud: Cloud, connect: Connect) -> None:
    for status in (300, 404, 405):
        cloud.identity = lambda _exchange, status=status: reply(status, b"<html>nothing here</html>")
        words = f"the auth_url {cloud.auth_url} does not lead to an identity service; check its host, port and path"
        with pytest.raises(ConfigurationError, match=words):
            await connect().list_nodes()
    bodies = (b"", b"{}", b'{"token": 1}', b"<html>", b"[" * 100_000, b'{"token": {"catalog": {}}}')
    for body in bodies:
        cloud.identity = lambda _exchange, body=body: reply(201, body, ("X-Subject-Token", "t"))
        with pytest.raises(MalformedResponse, match="holds no v3 token"):
            await connect().list_nodes()
    cloud.identity = lambda _exchange: reply(201, b'{"token": {}}')
    with pytest.raises(MalformedResponse, match="holds no v3 token"):
        await connect().list_nodes()


async def test_an_application_credential_that_does_not_exist_is_refused(cloud: Cloud, connect: Connect) -> None:
    """Keystone says so by a 404, which otherwise means that there is no Keystone."""
    body = b'{"error": {"code": 404, "message": "Could not find Application Credential: a.", "title": "Not Found"}}'
    cloud.identity = lambda _exchange: reply(404, body)
    with pytest.raises(AuthenticationError) as caught:
        await connect().list_nodes()
    assert caught.value.status == 404


async def test_a_token_and_an_endpoint_resume_a_session(cloud: Cloud, connect: Connect) -> None:
    cloud.add_servers(2)
    cloud.tokens.add("kept-from-before")
    endpoint = f"{cloud.server.origin}/compute/v2.1"
    nothing = dict.fromkeys(("auth_url", "username", "password", "project_name"))
    client = connect(**nothing, token="kept-from-before", endpoint=endpoint)
    assert len(await client.list_nodes()) == 2
    assert cloud.given == 0
    with pytest.raises(ConfigurationError, match="image service cannot be found"):
        await client.list_images()
    cloud.revoke_all()
    with pytest.raises(AuthenticationError):
        await client.list_nodes()
    assert cloud.given == 0


async def test_the_token_does_not_follow_a_redirect_to_another_host(cloud: Cloud, connect: Connect) -> None:
    with Cloud() as elsewhere:
        elsewhere.before = lambda exchange: (
            reply(200, b'{"servers": []}') if exchange.get("x-auth-token") is None else None
        )
        target = f"{elsewhere.server.origin}/compute/v2.1/servers/detail"
        cloud.before = lambda _exchange: reply(302, b"", ("Location", target))
        assert await connect().list_nodes() == []
        assert elsewhere.server.seen


async def test_nothing_shows_the_password(cloud: Cloud, connect: Connect) -> None:
    client = connect()
    await client.list_nodes()
    for shown in (repr(client), repr(client.__dict__), str(client)):
        assert ACCOUNT_PASSWORD not in shown
        assert "token-1" not in shown
