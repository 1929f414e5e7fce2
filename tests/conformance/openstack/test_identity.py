"""Every way to say who one is, to a real Keystone; what the token may do is seen by what the services answer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import openstack
import pytest
from openstack.config.loader import OpenStackConfig

import cumuli
from cumuli.errors import AuthenticationError, ConfigurationError, PermissionDenied
from cumuli.sandbox.openstack.http import call, login
from cumuli.testing.flavours import Flavour
from tests.conformance.openstack.place import NOWHERE, QUIET
from tests.secrets_used import ACCOUNT_PASSWORD

pytestmark = QUIET

Connect = Callable[..., Any]
NOBODY: Mapping[str, None] = dict.fromkeys(("username", "password", "project_name"))


@pytest.fixture(scope="module")
def demo(services: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keystone's own account of the tests' token."""
    token = login(services["auth_url"], "demo", services["demo_password"], "demo")
    return {"secret": token, **_keystone(services, token, "GET", "/auth/tokens", subject=token)["token"]}


@pytest.fixture(scope="module")
def root(services: Mapping[str, Any]) -> str:
    """An administrator's token."""
    return login(services["auth_url"], "admin", services["admin_password"], "admin")


def _keystone(
    services: Mapping[str, Any], token: str, method: str, path: str, body: Any = None, *, subject: str = ""
) -> Any:
    return call(method, services["auth_url"] + path, body, token=token, subject=subject)


async def test_a_password_and_a_project_by_name_or_id(connect: Connect, demo: Mapping[str, Any]) -> None:
    project, user = demo["project"], demo["user"]
    for settings in (
        {},
        {"user_domain_name": "Default", "project_domain_name": "Default"},
        {"user_domain_id": "default", "project_domain_id": "default"},
        {"project_name": None, "project_id": project["id"]},
        {"username": None, "user_id": user["id"]},
        {"region": "RegionOne", "interface": "internal"},
    ):
        client = connect(**settings)
        assert (await client.ex_get_quota()).instances == -1, settings
    assert (await connect(project_name="small").ex_get_quota()).instances == 0


async def test_who_one_is(connect: Connect, demo: Mapping[str, Any]) -> None:
    found = await connect().ex_get_identity()
    assert (found.user_id, found.user_name) == (demo["user"]["id"], "demo")
    assert (found.project_id, found.project_name) == (demo["project"]["id"], "demo")
    assert sorted(found.roles) == sorted(role["name"] for role in demo["roles"])


async def test_the_address_of_the_identity_service_without_its_version(
    connect: Connect, services: Mapping[str, Any]
) -> None:
    for address in (services["urls"]["keystone"], services["urls"]["keystone"] + "/"):
        assert len(await connect(auth_url=address).list_sizes()) == 3


async def test_what_keystone_refuses(connect: Connect, services: Mapping[str, Any]) -> None:
    for wrong in (
        {"password": "wrong"},
        {"username": "nobody"},
        {"project_name": "nowhere"},
        {"project_name": "admin"},
        {"user_domain_name": "nowhere"},
        {**NOBODY, "token": "gAAAAAnonsense"},
        {**NOBODY, "application_credential_id": NOWHERE.replace("-", ""), "application_credential_secret": "x"},
    ):
        with pytest.raises(AuthenticationError) as caught:
            await connect(**wrong).list_nodes()
        assert (caught.value.provider, caught.value.status in {401, 404}) == ("openstack", True), wrong
        assert caught.value.operation in {"authenticate", "validate token"}
        assert ACCOUNT_PASSWORD not in str(caught.value)


async def test_a_region_that_keystone_does_not_know(connect: Connect) -> None:
    with pytest.raises(ConfigurationError, match="RegionOne"):
        await connect(region="Atlantis").list_nodes()


@pytest.fixture(scope="module")
def application_credential(services: Mapping[str, Any], demo: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    path = f"/users/{demo['user']['id']}/application_credentials"
    name = f"cumuli-{os.getpid()}"
    body = {"application_credential": {"name": name, "secret": ACCOUNT_PASSWORD}}
    made = _keystone(services, demo["secret"], "POST", path, body)["application_credential"]
    yield made
    _keystone(services, demo["secret"], "DELETE", f"{path}/{made['id']}")


async def test_an_application_credential(
    connect: Connect, application_credential: Mapping[str, str], demo: Mapping[str, Any]
) -> None:
    secret = {**NOBODY, "application_credential_secret": application_credential["secret"]}
    client = connect(**secret, application_credential_id=application_credential["id"])
    assert (await client.ex_get_quota()).instances == -1
    named = {"application_credential_name": application_credential["name"], "user_id": demo["user"]["id"]}
    assert (await connect(**secret, **named).ex_get_quota()).instances == -1
    named = {"application_credential_name": application_credential["name"], "username": "demo"}
    assert (await connect(**{**secret, **named}).ex_get_quota()).instances == -1
    wrong = {**secret, "application_credential_secret": "wrong"}
    with pytest.raises(AuthenticationError):
        await connect(**wrong, application_credential_id=application_credential["id"]).list_nodes()


async def test_a_token_from_elsewhere(connect: Connect, services: Mapping[str, Any], demo: Mapping[str, Any]) -> None:
    """It is changed for one of the project's, and for one of another project."""
    for project, instances in (("demo", -1), ("small", 0)):
        client = connect(username=None, password=None, token=demo["secret"], project_name=project)
        assert (await client.ex_get_quota()).instances == instances
    # Or it is used as it is, without a call to Keystone.
    resumed = connect(**NOBODY, auth_url=None, token=demo["secret"], endpoint=f"{services['urls']['nova']}/v2.1")
    assert len(await resumed.list_sizes()) == 3


async def test_a_domain_and_the_system(connect: Connect, services: Mapping[str, Any], root: str) -> None:
    found = _keystone(services, root, "GET", "/roles?name=admin")["roles"]
    user = _keystone(services, root, "GET", "/users?name=admin")["users"][0]
    _keystone(services, root, "PUT", f"/domains/default/users/{user['id']}/roles/{found[0]['id']}")
    admin = {"username": "admin", "password": services["admin_password"], "project_name": None}
    for scope in ({"domain_name": "Default"}, {"domain_id": "default"}):
        projects = await connect(**admin, **scope).ex_call("identity", "GET", "/projects")
        assert {"demo", "small"} <= {project["name"] for project in projects["projects"]}
    system = connect(**admin, system_scope="all")
    listed = await system.ex_call("identity", "GET", "/services")
    assert "nova" in {service["name"] for service in listed["services"]}
    # A token for no project has no quota of its own.
    with pytest.raises(ConfigurationError, match="the token is not for a project"):
        await system.ex_get_quota()
    with pytest.raises(AuthenticationError):
        await connect(project_name=None, system_scope="all").list_nodes()
    with pytest.raises(PermissionDenied):
        await connect().ex_call("identity", "GET", "/services")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home and current folder, and an environment without OpenStack's variables."""
    for name in list(os.environ):
        if name.startswith(("OS_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_an_entry_of_clouds_yaml(
    home: Path, flavour: Flavour, services: Mapping[str, Any], demo: Mapping[str, Any]
) -> None:
    """The same file leads openstacksdk to the same project."""
    login = {"auth_url": services["auth_url"], "username": "demo", "project_name": "demo", "user_domain_id": "default"}
    devstack = {"auth": {**login, "project_domain_id": "default"}, "region_name": "RegionOne"}
    # JSON is YAML.
    (home / "clouds.yaml").write_text(json.dumps({"clouds": {"devstack": devstack}}))
    secret = {"auth": {"password": services["demo_password"]}}
    (home / "secure.yaml").write_text(json.dumps({"clouds": {"devstack": secret}}))
    kind = cumuli.AsyncOpenStack if flavour.name == "async" else cumuli.OpenStack
    async with flavour.shape(kind(cloud="devstack", proxy="")) as client:
        assert len(await client.list_sizes()) == 3
    files = {
        f"{kind}_files": [str(home / f"{name}.yaml")] for kind, name in (("config", "clouds"), ("secure", "secure"))
    }
    config = OpenStackConfig(**files).get_one("devstack")
    assert openstack.connection.Connection(config=config).current_project_id == demo["project"]["id"]

    (home / "clouds.yaml").write_text("clouds: {devstack: [}")
    with pytest.raises(ConfigurationError, match=r"clouds\.yaml"):
        kind(cloud="devstack")


async def test_the_variables_of_openrc(
    home: Path, flavour: Flavour, services: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {
        "AUTH_URL": services["auth_url"],
        "USERNAME": "demo",
        "PASSWORD": services["demo_password"],
        "PROJECT_NAME": "small",
        "USER_DOMAIN_NAME": "Default",
        "PROJECT_DOMAIN_NAME": "Default",
        "REGION_NAME": "RegionOne",
        "INTERFACE": "public",
        "IDENTITY_API_VERSION": "3",
    }
    for name, value in variables.items():
        monkeypatch.setenv(f"OS_{name}", value)
    kind = cumuli.AsyncOpenStack if flavour.name == "async" else cumuli.OpenStack
    async with flavour.shape(kind(proxy="")) as client:
        assert (await client.ex_get_quota()).instances == 0
