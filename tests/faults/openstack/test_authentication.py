"""What is said when the way into a cloud is wrong, and what hostile discovery documents do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.errors import AuthenticationError, CloudError, ConfigurationError
from tests.faults.keepalive import Exchange, reply
from tests.faults.openstack.cloud import Cloud

Connect = Callable[..., Any]

NO_PASSWORD = {"username": None, "password": None, "project_name": None}
CREDENTIAL = {**NO_PASSWORD, "application_credential_id": "ac", "application_credential_secret": "s"}


def refused(status: int, message: str) -> bytes:
    return reply(status, json.dumps({"error": {"code": status, "message": message, "title": "No"}}).encode())


@pytest.mark.parametrize(
    ("settings", "answer", "words"),
    [
        (CREDENTIAL, refused(401, "The request you have made requires authentication."), "has neither expired"),
        (CREDENTIAL, refused(404, "Could not find Application Credential: ac."), "has neither expired"),
        (
            {**NO_PASSWORD, "token": "gAAAA", "project_name": "demo"},
            refused(404, "Could not recognize Fernet token"),
            "may have expired",
        ),
        ({}, refused(401, "The request you have made requires authentication."), "role in the project"),
    ],
)
async def test_credentials_that_are_refused(
    cloud: Cloud, connect: Connect, settings: dict[str, Any], answer: bytes, words: str
) -> None:
    cloud.identity = lambda _exchange: answer
    with pytest.raises(AuthenticationError, match=words):
        await connect(**settings).list_nodes()


async def test_an_auth_url_that_redirects_names_where_to(cloud: Cloud, connect: Connect) -> None:
    """Requests for tokens are not sent on: they hold the password."""
    cloud.identity = lambda _exchange: reply(
        301, b"", ("Location", "https://cloud.example.com/identity/v3/auth/tokens?key=hunter2")
    )
    with pytest.raises(ConfigurationError, match=r"redirects to https://cloud\.example\.com/identity/v3") as caught:
        await connect().list_nodes()
    assert "hunter2" not in str(caught.value)


async def test_a_token_of_ones_own_that_has_expired(cloud: Cloud, connect: Connect) -> None:
    settings = {**NO_PASSWORD, "auth_url": None, "token": "old", "endpoint": f"{cloud.server.origin}/compute/v2.1"}
    with pytest.raises(AuthenticationError, match="get another one") as caught:
        await connect(**settings).list_nodes()
    assert caught.value.provider == "openstack"
    assert cloud.given == 0


@pytest.mark.parametrize(
    "version",
    [
        {"id": "v2.1", "version": "latest", "min_version": "2.1"},
        {"id": "v2.1", "version": "2.96", "min_version": "first"},
        {"id": "v2.1", "version": "2." + "9" * 6000},
        {"id": "v2.1", "version": "2.96", "links": [{"rel": "self", "href": "ftp://[nowhere"}]},
        {"id": "\N{SNOWMAN}"},
    ],
)
async def test_microversions_that_are_none(cloud: Cloud, connect: Connect, version: dict[str, Any]) -> None:
    cloud.add_servers(1)
    cloud.discovery = lambda _exchange: reply(200, json.dumps({"version": version}).encode())
    assert len(await connect().list_nodes()) == 1


async def test_discovery_that_is_throttled_is_asked_again(cloud: Cloud, connect: Connect) -> None:
    """Taken for an answer, it would switch microversions off for the client's life."""
    cloud.add_servers(1)
    times: list[str] = []
    versions: list[str | None] = []

    def throttle(exchange: Exchange) -> bytes | None:
        times.append(exchange.target)
        return reply(429, b"{}") if len(times) == 1 else None

    cloud.discovery = throttle
    cloud.before = lambda exchange: versions.append(exchange.get("x-openstack-nova-api-version"))
    assert len(await connect(retry=RetryPolicy(base=0.01)).list_nodes()) == 1
    assert (len(times), versions) == (2, ["2.36"])


async def test_cinders_microversion_goes_by_cinders_own_name(cloud: Cloud, connect: Connect) -> None:
    """To "block-storage 3.70" a real Cinder answers that the request is malformed."""
    sent: list[str | None] = []

    def answer(exchange: Exchange) -> bytes:
        sent.append(exchange.get("openstack-api-version"))
        return reply(200, b"{}")

    cloud.before = answer
    client = connect(endpoints={"block-storage": f"{cloud.server.origin}/compute/v2.1"})
    await client.ex_call("block-storage", "GET", "/volumes", microversion="3.70")
    assert sent == ["volume 3.70"]


async def test_what_is_given_goes_before_the_file_in_whatever_form(
    cloud: Cloud, connect: Connect, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A domain by name replaces the file's domain by id, which Keystone would otherwise prefer."""
    sent: list[dict[str, Any]] = []

    def look(exchange: Exchange) -> None:
        sent.append(json.loads(exchange.body())["auth"])

    cloud.identity = look
    entry = {
        "auth": {
            "auth_url": cloud.auth_url, "username": "demo", "password": cloud.credentials()["password"],
            "project_name": "demo", "user_domain_id": "default", "project_domain_id": "default",
        }
    }  # fmt: skip
    file = tmp_path / "clouds.json"
    file.write_text(json.dumps({"clouds": {"mine": entry}}))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    nothing = dict.fromkeys(("auth_url", "username", "password", "project_name"))
    await connect(cloud="mine", **nothing, user_domain_name="People", project_domain_name="Work").list_nodes()
    assert sent[0]["identity"]["password"]["user"]["domain"] == {"name": "People"}
    assert sent[0]["scope"]["project"]["domain"] == {"name": "Work"}


async def test_a_floating_ip_is_not_taken_from_another_node(cloud: Cloud, connect: Connect) -> None:
    """Neutron moves it without a word."""
    floating = {"id": "f", "floating_ip_address": "172.24.4.9", "port_id": "elsewhere"}
    port = {"id": "here", "network_id": "n", "fixed_ips": [{"ip_address": "10.0.0.4"}]}
    puts: list[bytes] = []

    def answer(exchange: Exchange) -> bytes:
        if exchange.method == "PUT":
            puts.append(exchange.body())
        found: dict[str, Any] = {"ports": [port]} if "/ports" in exchange.target else {"floatingip": floating}
        return reply(200, json.dumps(found).encode())

    cloud.before = answer
    client = connect(endpoints={"network": f"{cloud.server.origin}/compute/v2.1"})
    with pytest.raises(CloudError, match="detach it first"):
        await client.ex_attach_floating_ip("server-0000", "f")
    assert puts == []
    floating["port_id"] = "here"
    assert (await client.ex_attach_floating_ip("server-0000", "f")).id == "f"
    assert len(puts) == 1
