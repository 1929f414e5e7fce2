"""Every way in to Swift: its own, Keystone v3 and v2.0, Rackspace's API key by mimic, files and variables."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import cumuli
from cumuli import sandbox
from cumuli.errors import AuthenticationError, ConfigurationError, ConnectionFailed
from cumuli.providers.openstack.swift.aio import AsyncSwift
from cumuli.providers.openstack.swift.client import Swift
from cumuli.providers.rackspace.cloudfiles.aio import AsyncCloudFiles
from cumuli.providers.rackspace.cloudfiles.client import CloudFiles
from cumuli.sandbox.starting import start
from cumuli.testing.flavours import Flavour
from tests.conformance.swift.conftest import settings_of
from tests.faults.swift.cdn import CDN
from tests.faults.swift.front import USER, Front
from tests.secrets_used import ACCOUNT_PASSWORD, API_KEY
from tests.support.mimic import VENV, Mimic
from tests.support.tiers import not_run

_numbers = count(1)


@pytest.fixture
def front(server: sandbox.SandboxServer) -> Iterator[Front]:
    with Front(server) as running:
        yield running


@pytest.fixture(scope="module")
def mimic() -> Iterator[str]:
    """The address of the identity service of a mimic of this process's own, which ends with it."""
    if not (VENV / ".ready").exists():
        not_run("mimic", "make test")
    with tempfile.TemporaryDirectory(prefix="cumuli-mimic-", ignore_cleanup_errors=True) as folder:
        started = start(Mimic(), Path(folder), tied=True)
        try:
            yield f"{started.address.endpoint}/identity/v2.0"
        finally:
            started.close()


def swift_of(flavour: Flavour, **settings: Any) -> Any:
    return flavour.shape((AsyncSwift if flavour.name == "async" else Swift)(**settings))


def files_of(flavour: Flavour, **settings: Any) -> Any:
    return flavour.shape((AsyncCloudFiles if flavour.name == "async" else CloudFiles)(**settings))


async def puts_and_gets(client: Any) -> None:
    """The way in leads to an account that can be worked in."""
    async with client:
        name = f"ways-in-{next(_numbers)}"
        await client.create_container(name)
        obj = await client.upload_object(b"content", name, "o")
        assert await client.download_object_as_stream(obj).read() == b"content"
        await client.delete_object(obj)
        await client.delete_container(name)


async def test_swifts_own_way(server: sandbox.SandboxServer, flavour: Flavour) -> None:
    settings = settings_of(server)
    await puts_and_gets(swift_of(flavour, **settings))
    await puts_and_gets(swift_of(flavour, **{"password": settings.pop("key"), **settings}))
    await puts_and_gets(files_of(flavour, **settings_of(server, "sandbox-cloudfiles")))
    async with swift_of(flavour, **settings_of(server)) as client:
        assert (await client.ex_get_identity()).user_name == settings_of(server)["username"]


async def test_a_wrong_key(server: sandbox.SandboxServer, flavour: Flavour) -> None:
    async with swift_of(flavour, **{**settings_of(server), "key": ACCOUNT_PASSWORD}) as client:
        with pytest.raises(AuthenticationError) as caught:
            await client.list_containers()
        assert (caught.value.provider, caught.value.operation, caught.value.status) == ("swift", "authenticate", 401)
    async with swift_of(flavour, **{**settings_of(server), "auth_url": f"{server.endpoint}/nothing/v1.0"}) as client:
        with pytest.raises((ConfigurationError, AuthenticationError)):
            await client.list_containers()


@pytest.mark.parametrize("version", ["v3", "v2.0"])
async def test_keystone(front: Front, flavour: Flavour, version: str) -> None:
    await puts_and_gets(swift_of(flavour, **front.credentials(version)))
    assert front.given == 1
    async with swift_of(flavour, **{**front.credentials(version), "password": API_KEY}) as client:
        with pytest.raises(AuthenticationError):
            await client.list_containers()
    assert front.given == 1


async def test_regions(front: Front, flavour: Flavour) -> None:
    given = front.credentials()
    async with swift_of(flavour, **{**given, "region": None}) as client:
        with pytest.raises(ConfigurationError, match="RegionOne, RegionTwo"):
            await client.list_containers()
    async with swift_of(flavour, **{**given, "region": "Atlantis"}) as client:
        with pytest.raises(ConfigurationError, match="Atlantis"):
            await client.list_containers()
    async with swift_of(flavour, **{**given, "region": "RegionOne"}, retry=False) as client:
        with pytest.raises(ConnectionFailed):
            await client.list_containers()


async def test_a_token_and_an_endpoint_resume_a_session(front: Front, flavour: Flavour) -> None:
    front.tokens.add("kept-from-before")
    client = swift_of(flavour, token="kept-from-before", endpoint=front.storage_url, proxy="")
    await client.list_containers()
    front.revoke_all()
    with pytest.raises(AuthenticationError):
        await client.list_containers()
    await client.aclose()
    assert front.given == 0


async def test_clouds_yaml(front: Front, flavour: Flavour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = front.credentials()
    file = tmp_path / "clouds.yaml"
    file.write_text(
        f"clouds:\n  gate:\n    region_name: {given['region']}\n    auth:\n"
        f"      auth_url: {given['auth_url']}\n      username: {given['username']}\n"
        f"      password: {given['password']}\n      project_name: {given['project_name']}\n"
    )
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    await puts_and_gets(swift_of(flavour, cloud="gate", proxy=""))
    monkeypatch.setenv("OS_CLOUD", "gate")
    await puts_and_gets(swift_of(flavour, proxy=""))


async def test_variables_of_the_swift_command(
    server: sandbox.SandboxServer, flavour: Flavour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OS_CLOUD", "OS_AUTH_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    await puts_and_gets(swift_of(flavour, proxy=""))


def test_profiles_of_the_sandbox_by_name(server: sandbox.SandboxServer) -> None:
    for profile, kind in (("sandbox-swift", Swift), ("sandbox-cloudfiles", CloudFiles)):
        provider = server.profiles[profile]["provider"]
        with cumuli.storage(provider, **settings_of(server, profile)) as client:
            assert isinstance(client, kind)
            client.list_containers()


async def test_rackspaces_api_key_by_mimic(mimic: str, server: sandbox.SandboxServer, flavour: Flavour) -> None:
    """mimic's identity service and its catalog, in which one region leads to this Swift."""
    with Front(server, mimic) as front:
        given = {
            "username": "tester",
            "api_key": API_KEY,
            "auth_url": f"{front.server.origin}/identity/v2.0",
            "proxy": "",
        }
        await puts_and_gets(files_of(flavour, **given, region="ORD"))
        assert front.given == 1
        async with files_of(flavour, **given, region="ORD") as client:
            await client.list_containers()
            # mimic gives an account the same token again, which is good for nothing any more.
            front.before = lambda _exchange: front.revoke_all()
            with pytest.raises(AuthenticationError):
                await client.list_containers()
        async with files_of(flavour, **given, region="DFW", retry=False) as client:
            with pytest.raises(ConnectionFailed):
                await client.list_containers()


async def publishes(client: Any) -> None:
    async with client:
        name = f"published-{next(_numbers)}"
        await client.create_container(name)
        await client.enable_container_cdn(name)
        assert (await client.get_container_cdn_url(name, ex_kind="ssl")).startswith("https://")
        await client.delete_container(name)


async def test_where_the_cdn_is_comes_with_the_token(mimic: str, front: Front, flavour: Flavour) -> None:
    """In a header in the way of before, in the catalog of Rackspace's identity service."""
    given = {"username": USER, "api_key": ACCOUNT_PASSWORD, "proxy": ""}
    with CDN(front.storage_url) as cdn:
        front.cdn_url = cdn.url
        await publishes(files_of(flavour, **given, auth_url=f"{front.server.origin}/identity/v1.0"))
        front.identity = mimic
        await publishes(files_of(flavour, **given, auth_url=f"{front.server.origin}/identity/v2.0", region="ORD"))
    front.cdn_url = None
    async with files_of(flavour, **given, auth_url=f"{front.server.origin}/identity/v1.0") as client:
        await client.create_container("unpublished")
        with pytest.raises(ConfigurationError, match="rax:object-cdn"):
            await client.enable_container_cdn("unpublished")
        await client.delete_container("unpublished")


@pytest.mark.parametrize(
    "wrong",
    [
        {"auth_url": "http://127.0.0.1:1/auth/v1.0"},
        {"auth_url": "http://127.0.0.1:1/auth/v1.0", "username": "a:b"},
        {"auth_url": "http://127.0.0.1:1/v3", "username": "a", "key": "b"},
        {"auth_url": "no url", "username": "a", "password": "b"},
        {"auth_url": "http://127.0.0.1:1/auth/v1.0", "username": "a", "key": "b", "page_size": 10_001},
        {"auth_url": "http://127.0.0.1:1/auth/v1.0", "username": "a", "key": "b", "temp_url_digest": "md5"},
    ],
    ids=str,
)
def test_what_cannot_be_is_said_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Swift(**wrong)
    with pytest.raises(ConfigurationError):
        AsyncSwift(**wrong)


def test_cloud_files_needs_a_user_and_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RS_USERNAME", "RS_API_KEY", "RS_AUTH_URL"):
        monkeypatch.delenv(name, raising=False)
    for given in ({}, {"username": "a"}, {"username": "a", "auth_url": "http://127.0.0.1:1/v1.0"}):
        with pytest.raises(ConfigurationError) as caught:
            CloudFiles(**given)
        assert caught.value.provider == "cloudfiles"
