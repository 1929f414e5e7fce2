"""OpenStack Swift itself, one process; python-swiftclient is the second pair of eyes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, unquote
from urllib.request import ProxyHandler, Request, build_opener

import pytest
import swiftclient

from cumuli import sandbox
from cumuli.providers.openstack.swift.aio import AsyncSwift
from cumuli.providers.openstack.swift.client import Swift
from cumuli.testing.flavours import Flavour
from cumuli.testing.suites.storage_target import Seen
from tests.support.secrecy import register
from tests.support.swift import filler

__all__ = ["TEMP_URL_KEY", "eyes_of", "fetch", "filler", "open_uploads_of", "settings_of", "writer_of"]

TEMP_URL_KEY = "sEcReT-temporary-CumuliTestsOnlyNeverShown09"
register(TEMP_URL_KEY)
TIMED_OUT = 30


@pytest.fixture(scope="session")
def server() -> Iterator[sandbox.SandboxServer]:
    """A Swift of this process's own, which ends with it; its account has a key for temporary URLs."""
    with sandbox.running("swift") as running:
        theirs = connection(running)
        theirs.post_account({"X-Account-Meta-Temp-URL-Key": TEMP_URL_KEY})
        theirs.close()
        yield running


@pytest.fixture(scope="session")
def eyes(server: sandbox.SandboxServer) -> Iterator[Any]:
    theirs = connection(server)
    yield theirs
    theirs.close()


@pytest.fixture
def swift(server: sandbox.SandboxServer, flavour: Flavour) -> Iterator[Any]:
    """A client of either flavour, in the shape of the async one."""
    kind = AsyncSwift if flavour.name == "async" else Swift
    client = flavour.shape(kind(**settings_of(server)))
    yield client
    flavour.run(client.aclose())


def settings_of(server: sandbox.SandboxServer, profile: str = "sandbox-swift") -> dict[str, Any]:
    """What a client of the server is made with."""
    return {**{key: value for key, value in server.profiles[profile].items() if key != "provider"}, "proxy": ""}


def connection(server: sandbox.SandboxServer) -> Any:
    variables = server.environment
    return swiftclient.Connection(variables["ST_AUTH"], variables["ST_USER"], variables["ST_KEY"], retries=1)


def eyes_of(theirs: Any) -> Callable[[str, str], Seen | None]:
    """Objects as python-swiftclient sees them."""

    def look(container: str, name: str) -> Seen | None:
        try:
            headers, content = theirs.get_object(container, name)
        except swiftclient.ClientException as error:
            if error.http_status == 404:
                return None
            raise
        prefix = "x-object-meta-"
        meta_data = {key[len(prefix) :]: value for key, value in headers.items() if key.startswith(prefix)}
        return Seen(content=content, content_type=headers["content-type"], meta_data=meta_data)

    return look


def writer_of(theirs: Any) -> Callable[[str, str, Seen], None]:
    def write(container: str, name: str, seen: Seen) -> None:
        headers = {f"X-Object-Meta-{key}": value for key, value in (seen.meta_data or {}).items()}
        theirs.put_object(container, name, seen.content, content_type=seen.content_type, headers=headers)

    return write


def open_uploads_of(theirs: Any) -> Callable[[str], int]:
    """How many segments there are that no object is made of."""

    def count(container: str) -> int:
        segments = names_in(theirs, f"{container}_segments")
        for name in names_in(theirs, container):
            headers, manifest = theirs.get_object(container, name, query_string="multipart-manifest=get")
            if headers.get("x-static-large-object"):
                segments -= {unquote(part).partition("/")[2] for part in paths_of(manifest)}
        return len(segments)

    return count


def paths_of(manifest: bytes) -> list[str]:

    return [segment["name"].lstrip("/") for segment in json.loads(manifest)]


def names_in(theirs: Any, container: str) -> set[str]:
    try:
        return {entry["name"] for entry in theirs.get_container(container, full_listing=True)[1]}
    except swiftclient.ClientException as error:
        if error.http_status == 404:
            return set()
        raise


def meta_data_on_the_wire(theirs: Any, container: str, name: str) -> dict[str, str]:
    """An object's metadata as Swift has it, which python-swiftclient would decode."""
    url, token = theirs.get_auth()
    asked = Request(f"{url}/{quote(container)}/{quote(name)}", headers={"X-Auth-Token": token}, method="HEAD")
    with build_opener(ProxyHandler({})).open(asked, timeout=TIMED_OUT) as answer:
        return {key.lower(): value for key, value in answer.headers.items() if key.lower().startswith("x-object-meta-")}


def fetch(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """What Python's own HTTP client gets."""
    data = body if method == "PUT" else None
    try:
        with build_opener(ProxyHandler({})).open(
            Request(url, data, dict(headers), method=method), timeout=TIMED_OUT
        ) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()
