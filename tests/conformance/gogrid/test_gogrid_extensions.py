"""What only GoGrid has, and what goes wrong there, in both flavours."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest

from cumuli.errors import (
    AlreadyExists,
    AuthenticationError,
    DeadlineExceeded,
    InvalidRequest,
    PermissionDenied,
    ProviderUnavailable,
    QuotaExceeded,
)
from cumuli.runtime import asynchronous_runtime, blocking_runtime
from cumuli.runtime.deadline import deadline
from cumuli.runtime.messages import Request, Response
from cumuli.runtime.protocol import Runtime, TransportSettings
from cumuli.runtime.timeouts import Patience
from cumuli.sandbox.gogrid.web import GoGridServer, serving
from cumuli.testing.flavours import Flavour, eventually
from tests.conformance.gogrid.conftest import LIMITED_KEY, asked, client_of, settings


def endpoint(server: GoGridServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def an_image(server: GoGridServer) -> str:
    return str(server.account.images[0].id)


class Between:
    """A runtime with another clock, with something that happens just before a call or a pause, or that keeps how long
    it slept."""

    def __init__(
        self,
        inner: Runtime,
        *,
        off: float = 0.0,
        path: str = "",
        first: Any = None,
        slept: list[float] | None = None,
        ended: BaseException | None = None,
    ) -> None:
        self._inner = inner
        self._ended = ended
        self._slept = slept
        self._off = off
        self._path = path
        self._first = first

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def now(self) -> float:
        return self._inner.now() + self._off

    async def sleep(self, seconds: float) -> None:
        if self._ended is not None:
            raise self._ended
        if self._slept is not None:
            self._slept.append(seconds)
        await self._inner.sleep(seconds)

    async def send(self, request: Request, *, deadline: float, patience: Patience | None = None) -> Response:
        if self._first is not None and self._path in request.target:
            self._first()
        return await self._inner.send(request, deadline=deadline)


def between(flavour: Flavour, **what: Any) -> Any:
    factory = asynchronous_runtime if flavour.name == "async" else blocking_runtime

    def make(given: TransportSettings) -> Any:
        return Between(factory(given), **what)

    return make


@pytest.fixture
def crowded() -> Iterator[GoGridServer]:
    """An account with one public address in each datacenter."""
    with serving(settings(public_addresses=1)) as running:
        yield running


async def test_addresses(gogrid: Any, server: GoGridServer) -> None:
    node = await gogrid.create_node("one", "1", an_image(server), location="2")
    [used] = await gogrid.ex_list_ips(assigned=True)
    assert (used.address, used.public, used.location) == (node.public_ips[0], True, "2")
    free = await gogrid.ex_list_ips(public=True, assigned=False, location="2")
    assert len(free) == server.settings.public_addresses - 1
    assert all(not address.public for address in await gogrid.ex_list_ips(public=False))
    chosen = free[-1].address
    second = await gogrid.create_node("two", "1", an_image(server), ex_ip=chosen, ex_description="chosen")
    assert (second.public_ips, second.description) == ((chosen,), "chosen")
    with pytest.raises(InvalidRequest):
        await gogrid.create_node("three", "1", an_image(server), ex_ip=chosen)


async def test_edit_node(gogrid: Any, server: GoGridServer) -> None:
    node = await gogrid.create_node("one", "1", an_image(server))
    edited = await gogrid.ex_edit_node(node, size="3", ex_description="larger")
    assert (edited.id, edited.size, edited.description) == (node.id, "3", "larger")
    [seen] = asked(endpoint(server), "/grid/server/list")["list"]
    assert (seen["ram"]["name"], seen["description"]) == ("2GB", "larger")


async def test_names_are_unique(gogrid: Any, server: GoGridServer) -> None:
    await gogrid.create_node("one", "1", an_image(server))
    with pytest.raises(AlreadyExists, match="there is a server 'one' already") as caught:
        await gogrid.create_node("one", "1", an_image(server))
    assert (caught.value.status, caught.value.operation) == (400, "/grid/server/add")
    with pytest.raises(AlreadyExists):
        await gogrid.ex_create_node_nowait("one", "1", an_image(server))
    assert len(server.account.servers) == 1


async def test_images_of_sandboxes(gogrid: Any, server: GoGridServer) -> None:
    plain = await gogrid.create_node("plain", "1", an_image(server))
    with pytest.raises(InvalidRequest):
        await gogrid.ex_save_image(plain, "never")
    node = await gogrid.create_node("source", "1", an_image(server), ex_issandbox=True)
    assert node.is_sandbox
    await gogrid.wait_until_running([node])
    image = await gogrid.ex_save_image(node, "golden")
    assert [own.id for own in await gogrid.list_images(owner="self")] == [image.id]
    edited = await gogrid.ex_edit_image(image, public=True, ex_description="ours", name="gold")
    assert (edited.name, edited.is_public, edited.description) == ("gold", True, "ours")
    await gogrid.delete_image(image)
    assert image.id not in {other.id for other in await gogrid.list_images()}


async def test_passwords_are_given_and_never_shown(
    gogrid: Any, server: GoGridServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    node = await gogrid.create_node("one", "1", an_image(server))
    listed = await gogrid.ex_list_passwords()
    [mine] = [entry for entry in listed if entry.node == node.id]
    [entry] = [entry for entry in server.account.passwords if entry.server is not None]
    assert mine.password.reveal() == entry.password == node.password.reveal()
    assert entry.password not in f"{node!r}{listed!r}{caplog.text}"
    assert "sig=" not in caplog.text


async def test_a_key_that_may_not_read_passwords(flavour: Flavour, server: GoGridServer) -> None:
    client = client_of(flavour, server, key=LIMITED_KEY)
    node = await client.create_node("one", "1", an_image(server))
    assert node.password is None
    assert [seen.id for seen in await client.list_nodes()] == [node.id]
    with pytest.raises(PermissionDenied):
        await client.ex_list_passwords()
    await client.aclose()


@pytest.mark.parametrize("off", [900.0, -900.0])
async def test_a_clock_that_is_wrong_is_said(flavour: Flavour, server: GoGridServer, off: float) -> None:
    client = client_of(flavour, server, _runtime=between(flavour, off=off))
    with pytest.raises(AuthenticationError, match="clock is 15 minutes") as caught:
        await client.list_nodes()
    assert ("ahead of" if off > 0 else "behind") in caught.value.message
    await client.aclose()


async def test_the_last_address_taken_by_somebody_else(flavour: Flavour, crowded: GoGridServer) -> None:
    image = an_image(crowded)
    address = next(each.ip for each in crowded.account.addresses if each.public)
    taken: list[Any] = []

    def somebody_else() -> None:
        if not taken:
            arguments = {"name": "theirs", "image": image, "ip": address, "server.ram": "1"}
            taken.append(asked(endpoint(crowded), "/grid/server/add", method="POST", **arguments))

    client = client_of(flavour, crowded, _runtime=between(flavour, path="/server/add", first=somebody_else))
    with pytest.raises(QuotaExceeded, match="no public address is free"):
        await client.create_node("mine", "1", image, location="1")
    assert taken
    elsewhere = await client.create_node("mine", "1", image)
    assert elsewhere.location == "2"
    await client.aclose()


async def test_a_page_with_503(flavour: Flavour, server: GoGridServer) -> None:
    server.out_of_service = True
    client = client_of(flavour, server)
    with pytest.raises(ProviderUnavailable, match="out of service") as caught:
        await client.list_nodes()
    assert caught.value.status == 503
    await client.aclose()


async def test_an_id_that_never_comes(flavour: Flavour) -> None:
    with serving(settings(id_after=float("inf"))) as server:
        client = client_of(flavour, server, create_timeout=0.2)
        with pytest.raises(DeadlineExceeded) as caught:
            await client.create_node("late", "2", an_image(server))
        for part in ("'late'", an_image(server), server.account.servers[0].address.ip):
            assert part in caught.value.message
        pending = await client.ex_create_node_nowait("later", "2", an_image(server))
        assert (pending.name, pending.ip) == ("later", server.account.servers[1].address.ip)
        assert await client.list_nodes() == []
        await client.aclose()


async def test_who_interrupts_a_creation_is_told_of_the_server(
    flavour: Flavour, caplog: pytest.LogCaptureFixture
) -> None:
    """Ctrl-C, or a task that is cancelled."""
    ended = asyncio.CancelledError() if flavour.name == "async" else KeyboardInterrupt()
    with serving(settings(id_after=60.0)) as server:
        client = client_of(flavour, server, _runtime=between(flavour, ended=ended))
        with pytest.raises(type(ended)):
            await client.create_node("late", "2", an_image(server))
        ip = server.account.servers[0].address.ip
        assert f"the server 'late' at {ip} is being created: find it with list_nodes" in caplog.text
        await client.aclose()


async def test_ids_that_come_late_are_found_on_any_page(flavour: Flavour) -> None:
    with serving(settings(id_after=0.3, public_addresses=2)) as server:
        client = client_of(flavour, server, page_size=1, create_timeout=20.0)
        first = await client.create_node("first", "1", an_image(server))
        second = await client.create_node("second", "2", an_image(server), location="2")
        assert [first.name, second.name] == ["first", "second"]
        assert first.id != second.id
        assert second.public_ips == (server.account.servers[1].address.ip,)
        assert [node.id for node in await client.list_nodes()] == [first.id, second.id]
        await client.aclose()


async def test_the_caller_s_deadline_bounds_the_wait_for_an_id(flavour: Flavour) -> None:
    with serving(settings(id_after=float("inf"))) as server:
        slept: list[float] = []
        client = client_of(flavour, server, _runtime=between(flavour, slept=slept))
        # The time must be enough for the server to be accepted, which takes how long it takes.
        for bound in (1.2, 6.0, 60.0):
            with deadline(bound), pytest.raises(DeadlineExceeded) as caught:
                await client.create_node(f"late {bound}", "2", an_image(server))
            if "was accepted" in caught.value.message:
                break
        assert f"server 'late {bound}' " in caught.value.message
        assert "was accepted" in caught.value.message
        assert slept
        assert sum(slept) < bound
        await client.aclose()


async def test_a_server_without_an_id_is_in_no_listing_and_then_is(flavour: Flavour) -> None:
    with serving(settings(id_after=float("inf"))) as server:
        client = client_of(flavour, server)
        pending = await client.ex_create_node_nowait("later", "2", an_image(server), ex_description="soon")
        assert await client.list_nodes() == []
        server.account.servers[0].id_at = time.monotonic() + 0.1
        [node] = await eventually(flavour, client.list_nodes, lambda nodes: len(nodes) == 1)
        assert (node.name, node.public_ips, node.description) == (pending.name, (pending.ip,), "soon")
        assert node.password is None
        await client.aclose()


async def test_any_call(gogrid: Any) -> None:
    answer = await gogrid.ex_call("/common/lookup/list", {"lookup": "server.ram"})
    assert len(answer["list"]) == 7
