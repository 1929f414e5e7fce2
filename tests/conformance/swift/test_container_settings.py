"""What containers are set to: who may use them, what they keep, with whom they are the same; and their listings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from cumuli import sandbox
from cumuli.errors import ContainerNotFound, InvalidRequest
from cumuli.providers.openstack.swift.access import SwiftAccess
from cumuli.providers.openstack.swift.aio import AsyncSwift
from cumuli.providers.openstack.swift.client import Swift
from cumuli.storage.models import Prefix
from cumuli.testing.flavours import Flavour
from tests.conformance.swift.conftest import fetch, names_in, settings_of
from tests.support.secrecy import register

_numbers = count(1)
SYNC_KEY = "sEcReT-sync-CumuliTestsOnlyNeverShown11"
register(SYNC_KEY)


@pytest.fixture
def name() -> str:
    return f"settings-{next(_numbers)}"


@pytest.fixture
def paged(server: sandbox.SandboxServer, flavour: Flavour) -> Iterator[Any]:
    """A client whose listings come in pages of two."""
    kind = AsyncSwift if flavour.name == "async" else Swift
    client = flavour.shape(kind(**settings_of(server), page_size=2))
    yield client
    flavour.run(client.aclose())


# Who may


async def test_everybody_may_read_what_is_said_to_be_public(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name, ex_read_acl=SwiftAccess(everybody=True))
    await swift.upload_object(b"public", name, "o")
    url = f"{eyes.get_auth()[0]}/{name}"
    assert fetch("GET", f"{url}/o", b"", {}) == (200, b"public")
    assert fetch("GET", url, b"", {})[0] == 401
    await swift.ex_set_container_acl(name, read=SwiftAccess(everybody=True, listings=True))
    assert fetch("GET", url, b"", {}) == (200, b"o\n")
    await swift.ex_set_container_acl(name, read=SwiftAccess())
    assert fetch("GET", f"{url}/o", b"", {})[0] == 401


async def test_lists_come_back_as_they_were_said(swift: Any, eyes: Any, name: str) -> None:
    readers = SwiftAccess(
        everybody=True, listings=True, users=("project:user", "other:*"), referrers=(".example.com", "-bad.example.com")
    )
    writers = SwiftAccess(users=("project:writer",))
    await swift.create_container(name, ex_read_acl=readers, ex_write_acl=writers)
    found = await swift.get_container(name)
    assert (found.readers, found.writers) == (readers, writers)
    headers = eyes.head_container(name)
    assert headers["x-container-read"] == (".r:*,.r:.example.com,.r:-bad.example.com,.rlistings,project:user,other:*")
    assert headers["x-container-write"] == "project:writer"
    await swift.ex_set_container_acl(name, read="a:b")
    found = await swift.get_container(name)
    assert (found.readers, found.writers) == (SwiftAccess(users=("a:b",)), writers)


@pytest.mark.parametrize(
    "wrong",
    [
        {"read": SwiftAccess(users=("a,b",))},
        {"read": SwiftAccess(users=(".r:*",))},
        {"read": SwiftAccess(referrers=("",))},
        {"write": SwiftAccess(everybody=True)},
        {"write": SwiftAccess(users=("a:b",), listings=True)},
        {},
    ],
)
async def test_what_cannot_be_said_is_refused(swift: Any, name: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        await swift.ex_set_container_acl(name, **wrong)


# What is kept


async def test_versions(swift: Any, eyes: Any, name: str) -> None:
    await swift.create_container(name)
    assert (await swift.get_container(name)).keeps_versions is None
    await swift.ex_set_container_versions(name, enabled=True)
    assert (await swift.get_container(name)).keeps_versions is True
    await swift.upload_object(b"first", name, "o")
    await swift.upload_object(b"second", name, "o")
    kept = eyes.get_container(name, query_string="versions")[1]
    assert [entry["is_latest"] for entry in kept] == [True, False]
    await swift.ex_set_container_versions(name, enabled=False)
    assert (await swift.get_container(name)).keeps_versions is False
    with pytest.raises(ContainerNotFound):
        await swift.ex_set_container_versions(f"{name}-missing", enabled=True)


@pytest.mark.parametrize("history", [False, True])
async def test_versions_in_another_container(swift: Any, eyes: Any, name: str, history: bool) -> None:
    old = f"{name} ü%41"
    await swift.create_container(name)
    await swift.create_container(old)
    await swift.ex_set_container_versions_location(name, old, history=history)
    found = await swift.get_container(name)
    assert (found.versions_location, found.history_location) == ((None, old) if history else (old, None))
    await swift.upload_object(b"first", name, "o")
    await swift.upload_object(b"second", name, "o")
    assert len(names_in(eyes, old)) == 1
    await swift.delete_object((name, "o"))
    assert names_in(eyes, name) == (set() if history else {"o"})
    await swift.ex_set_container_versions_location(name, None)
    found = await swift.get_container(name)
    assert (found.versions_location, found.history_location) == (None, None)


async def test_container_sync(swift: Any, eyes: Any, name: str) -> None:
    """The sandbox has no second cluster: what is set is set, and a place that it does not allow is refused."""
    await swift.create_container(name)
    with pytest.raises(InvalidRequest):
        await swift.ex_set_container_sync(name, "http://192.0.2.1/v1/AUTH_x/c", key=SYNC_KEY)
    for wrong in ({"to": "//r/c/a/c"}, {"to": None, "key": SYNC_KEY}, {"to": "", "key": SYNC_KEY}):
        with pytest.raises(InvalidRequest):
            await swift.ex_set_container_sync(name, **wrong)
    place = "http://127.0.0.1:1/v1/AUTH_other/c"
    await swift.ex_set_container_sync(name, place, key=SYNC_KEY)
    assert (await swift.get_container(name)).sync_to == place
    assert SYNC_KEY not in repr(await swift.get_container(name))
    assert eyes.head_container(name)["x-container-sync-key"] == SYNC_KEY
    await swift.ex_set_container_sync(name, None)
    assert (await swift.get_container(name)).sync_to is None
    assert "x-container-sync-key" not in eyes.head_container(name)


# Listings


async def test_listings_in_reverse_and_up_to_a_name(paged: Any, eyes: Any, name: str) -> None:
    swift = paged
    await swift.create_container(name)
    names = ["a", "b/1", "b/2/x", "b/2/y", "b0", "c", "d", "ü", "~"]
    for each in names:
        eyes.put_object(name, each, b"x")
    ordered = sorted(names, key=str.encode)

    async def listed(**arguments: Any) -> list[str]:
        lazily = [item.name async for item in swift.iterate_container_objects(name, **arguments)]
        assert [item.name for item in await swift.list_container_objects(name, **arguments)] == lazily
        return lazily

    assert await listed() == ordered
    assert await listed(ex_reverse=True) == ordered[::-1]
    assert await listed(ex_end_marker="b/2/y") == ["a", "b/1", "b/2/x"]
    assert await listed(start_after="a", ex_end_marker="b0") == ["b/1", "b/2/x", "b/2/y"]
    assert await listed(ex_reverse=True, start_after="d", ex_end_marker="b/1") == ["c", "b0", "b/2/y", "b/2/x"]
    assert await listed(ex_reverse=True, prefix="b/") == ["b/2/y", "b/2/x", "b/1"]
    found = await swift.list_container_objects(name, delimiter="/", ex_reverse=True)
    assert [item.name for item in found] == ["ü", "~", "d", "c", "b0", "b/", "a"]
    assert [type(item) is Prefix for item in found] == [item.name == "b/" for item in found]
    with pytest.raises(ContainerNotFound):
        await swift.list_container_objects(f"{name}-missing", ex_reverse=True)
