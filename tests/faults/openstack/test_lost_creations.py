"""The answer to what makes something is lost: the error says what may exist, once and for what was sent only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.errors import (
    CloudError,
    ConnectionFailed,
    MalformedResponse,
    ProviderUnavailable,
    QuotaExceeded,
    RateLimited,
)
from tests.faults.keepalive import Exchange, Hangup, reply
from tests.faults.openstack.cloud import Cloud

Connect = Callable[..., Any]
Call = Callable[[Any], Awaitable[Any]]

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHX2Kz1tKcTzGVGZ6v8m1C1oL5pOxNDRWDPTEcBCpQ0k me@here"
MAKES: dict[str, tuple[Call, str]] = {
    "node": (lambda nova: nova.create_node("n", "1", "img"), "a server named 'n'"),
    "image": (lambda nova: nova.create_image("server-0000", "i"), "the image 'i'"),
    "volume": (lambda nova: nova.create_volume(1, "v"), "a volume named 'v'"),
    "snapshot": (lambda nova: nova.create_volume_snapshot("vol"), "a snapshot of the volume vol"),
    "key pair": (lambda nova: nova.create_key_pair("k"), "the key pair 'k'"),
    "imported key pair": (lambda nova: nova.import_key_pair("k", KEY), "the key pair 'k'"),
    "interface": (lambda nova: nova.ex_attach_network_interface("server-0000", "net"), "the interface"),
    "interface of a port": (lambda nova: nova.ex_attach_port_interface("server-0000", "p"), "the interface"),
    "network": (lambda nova: nova.ex_create_network("net"), "the network"),
    "port": (lambda nova: nova.ex_create_port("net"), "the port"),
    "floating ip": (lambda nova: nova.ex_create_floating_ip("pool"), "the floating IP"),
    "security group": (lambda nova: nova.ex_create_security_group("g"), "the security group"),
}


def lose(exchange: Exchange) -> bytes:
    exchange.body()
    exchange.reset()
    raise Hangup


ENDS: dict[str, tuple[Callable[[Exchange], bytes], type[CloudError]]] = {
    "lost": (lose, ConnectionFailed),
    "out of order": (lambda _exchange: reply(503), ProviderUnavailable),
    "HTML": (lambda _exchange: reply(200, b"<html>"), MalformedResponse),
}


def answer_posts(cloud: Cloud, answer: Callable[[Exchange], bytes]) -> list[str]:
    """Answer what makes something so; what was asked is noted."""
    asked: list[str] = []

    def before(exchange: Exchange) -> bytes | None:
        if exchange.method != "POST":
            return None
        asked.append(urlsplit(exchange.target).path)
        return answer(exchange)

    cloud.before = cloud.others = before
    return asked


@pytest.mark.parametrize("what", MAKES)
@pytest.mark.parametrize("end", ENDS)
async def test_what_may_exist_is_said(cloud: Cloud, connect: Connect, what: str, end: str) -> None:
    call, words = MAKES[what]
    answer, kind = ENDS[end]
    asked = answer_posts(cloud, answer)
    with pytest.raises(kind) as caught:
        await call(connect(endpoints=cloud.endpoints, retry=RetryPolicy(base=0.01)))
    assert f"whether {words} was made is not known" in caught.value.message
    assert len(asked) == 1


@pytest.mark.parametrize("what", MAKES)
@pytest.mark.parametrize("status", [301, 307])
async def test_what_was_redirected_does_not_exist(cloud: Cloud, connect: Connect, what: str, status: int) -> None:
    asked = answer_posts(cloud, lambda _exchange: reply(status, b"<html>", ("Location", "https://api.example/v2.1")))
    with pytest.raises(MalformedResponse, match=r"redirects to https://api\.example/v2\.1") as caught:
        await MAKES[what][0](connect(endpoints=cloud.endpoints))
    assert "not known" not in caught.value.message
    assert len(asked) == 1


@pytest.mark.parametrize("status", [413, 429])
async def test_what_nova_itself_throttles_is_asked_again(cloud: Cloud, connect: Connect, status: int) -> None:
    limit = b'{"overLimit": {"code": 429, "message": "This request was rate-limited."}}'
    answers = [
        reply(status, limit, ("Retry-After", "0"), ("X-Openstack-Request-Id", "req-1")),
        reply(202, b'{"server": {"id": "server-0000", "adminPass": "x"}}'),
    ]
    cloud.add_servers(1)
    asked = answer_posts(cloud, lambda _exchange: answers[len(asked) - 1])
    node = await connect(retry=RetryPolicy(base=0.01)).create_node("n", "1", "img")
    assert node.id == "server-0000"
    assert asked == ["/compute/v2.1/servers"] * 2


async def test_what_a_proxy_throttles_may_have_passed_it(cloud: Cloud, connect: Connect) -> None:
    asked = answer_posts(cloud, lambda _exchange: reply(429, b"slow down", ("Retry-After", "0")))
    with pytest.raises(RateLimited):
        await connect(retry=RetryPolicy(base=0.01)).create_node("n", "1", "img")
    assert len(asked) == 1


@pytest.mark.parametrize("what", MAKES)
async def test_what_was_refused_does_not_exist(cloud: Cloud, connect: Connect, what: str) -> None:
    answer_posts(cloud, lambda _exchange: reply(403, b'{"forbidden": {"message": "Quota exceeded for it"}}'))
    with pytest.raises(QuotaExceeded) as caught:
        await MAKES[what][0](connect(endpoints=cloud.endpoints))
    assert "not known" not in caught.value.message


@pytest.mark.parametrize("what", MAKES)
async def test_a_lost_answer_to_the_question_for_a_token_leaves_nothing_open(
    cloud: Cloud, connect: Connect, what: str
) -> None:
    asked = answer_posts(cloud, lose)
    cloud.identity = lose
    with pytest.raises(ConnectionFailed) as caught:
        await MAKES[what][0](connect(endpoints=cloud.endpoints, retry=False))
    assert caught.value.operation == "authenticate"
    assert "not known" not in caught.value.message
    assert asked == []
