"""Listings by pages of the real services, while things change between the pages."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from cumuli.sandbox.openstack.http import call, login
from cumuli.testing.flavours import Flavour
from tests.conformance.openstack.bench import Bench, Watch
from tests.conformance.openstack.place import QUIET, account
from tools.openstack_services.many_servers import crowd, disperse

pytestmark = QUIET

Connect = Callable[..., Any]
Call = Callable[..., Any]
NUMBER = 1500


@pytest.fixture
def root(services: Mapping[str, Any]) -> Call:
    """Calls Keystone as an administrator."""
    token = login(services["auth_url"], "admin", services["admin_password"], "admin")

    def ask(method: str, path: str, body: Any = None) -> Any:
        return call(method, services["auth_url"] + path, body, token=token)

    return ask


@pytest.fixture
def project(root: Call, flavour: Flavour) -> Iterator[Mapping[str, str]]:
    """A project of the user ``demo`` that has nothing."""
    name = f"crowd-{os.getpid()}-{flavour.name}"
    made = root("POST", "/projects", {"project": {"name": name, "domain_id": "default"}})["project"]
    [user], [role] = root("GET", "/users?name=demo")["users"], root("GET", "/roles?name=member")["roles"]
    root("PUT", f"/projects/{made['id']}/users/{user['id']}/roles/{role['id']}")
    yield made
    root("DELETE", f"/projects/{made['id']}")


@pytest.mark.usefixtures("alone_with_all_servers")
async def test_fifteen_hundred_servers_and_one_is_deleted_between_two_pages(
    connect: Connect, services: Mapping[str, Any], bench: Bench, project: Mapping[str, str], watch: Watch
) -> None:
    """Nova gives 1,000 at a time whatever is asked for. The last of those is the marker, and it is deleted."""
    model = await bench.running("model")
    many = crowd(services, model.id, NUMBER, project=project["id"])
    marker = many[999]

    def delete() -> None:
        token = login(services["auth_url"], "demo", services["demo_password"], project["name"])
        call("DELETE", f"{services['urls']['nova']}/v2.1/servers/{marker}", token=token)

    try:
        client = connect(project_name=project["name"], page_size=5000)
        watch.once("List Servers Detailed", delete)
        nodes = await client.list_nodes()
        assert [node.id for node in nodes] == many
        assert all(node.private_ips and node.state == "running" for node in nodes)
        # Nova goes on from a marker that it has deleted, for as long as it keeps its record.
        assert watch.count("List Servers Detailed") == 2
        assert await client.ex_get_node_details(marker) is None
    finally:
        disperse(services, many)


async def test_a_token_that_is_revoked_between_two_pages(
    connect: Connect,
    services: Mapping[str, Any],
    root: Call,
    flavour: Flavour,
    project: Mapping[str, str],
    watch: Watch,
) -> None:
    """Glance asks Keystone about every token anew, so it refuses the second page.

    In a project of its own: Glance knows no marker that has been deleted, and others delete images meanwhile.
    """
    name = f"fleeting-{os.getpid()}-{flavour.name}"
    password = account(services)["password"]
    body = {"user": {"name": name, "password": password, "domain_id": "default"}}
    user = root("POST", "/users", body)["user"]["id"]
    [role] = root("GET", "/roles?name=member")["roles"]
    root("PUT", f"/projects/{project['id']}/users/{user}/roles/{role['id']}")
    glance = f"{services['urls']['glance']}/v2/images"
    token = login(services["auth_url"], "demo", services["demo_password"], project["name"])
    images = [
        call("POST", glance, {"name": f"page {number}", "visibility": "private"}, token=token)["id"]
        for number in range(3)
    ]

    def revoke() -> None:
        # Its user's password is set anew, to the same; Keystone counts in whole seconds.
        root("PATCH", f"/users/{user}", {"user": {"password": password}})
        time.sleep(1.1)

    try:
        watch.once("List images", revoke)
        before = watch.count("authenticate")
        client = connect(username=name, project_name=project["name"], page_size=1)
        listed = {image.id for image in await client.list_images()}
        assert set(images) < listed
        assert watch.count("authenticate") - before == 2
    finally:
        for image in images:
            call("DELETE", f"{glance}/{image}", token=token)
        root("DELETE", f"/users/{user}")
