"""The in-memory provider misbehaves when told to, and the library treats it as it treats a real one."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import pytest

import cumuli
from cumuli.calls.retry import RetryPolicy
from cumuli.compute.aio import AsyncCompute
from cumuli.compute.auth import Password, SSHKey
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.models import NodeState
from cumuli.errors import (
    ConfigurationError,
    Conflict,
    ConnectionFailed,
    DeadlineExceeded,
    InvalidRequest,
    NodeNotFound,
    NotFound,
    NotSupported,
    PermissionDenied,
    ProviderUnavailable,
    QuotaExceeded,
    RateLimited,
)
from cumuli.providers.memory.compute.account import MemoryAccount
from cumuli.providers.memory.compute.aio import AsyncMemoryCompute
from cumuli.providers.memory.compute.client import MemoryCompute
from cumuli.providers.memory.compute.models import MemoryImage, MemoryNode, MemoryVolume
from cumuli.testing.flavours import Flavour
from tests.secrets_used import NODE_PASSWORD

QUICK = RetryPolicy(base=0.001)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPF me@example.org"


def cloud(flavour: Flavour, *args: Any, **settings: Any) -> AsyncCompute[MemoryNode, MemoryVolume]:
    settings.setdefault("retry", QUICK)
    make = AsyncMemoryCompute if flavour.name == "async" else MemoryCompute
    shaped: AsyncCompute[MemoryNode, MemoryVolume] = flavour.shape(make(*args, **settings))
    return shaped


def down() -> ProviderUnavailable:
    return ProviderUnavailable("try later", status=503)


async def test_the_nth_call_fails_and_is_tried_again(flavour: Flavour, caplog: pytest.LogCaptureFixture) -> None:
    account = MemoryAccount()
    caplog.set_level(logging.DEBUG, "cumuli")
    async with cloud(flavour, account, fail_call={2: down()}) as memory:
        await memory.list_nodes()
        await memory.list_sizes()
    attempts = [(record.operation, record.attempt) for record in caplog.records if hasattr(record, "attempt")]
    assert attempts == [("list_nodes", 1), ("list_sizes", 1), ("list_sizes", 2)]
    assert account.calls == ("list_nodes", "list_sizes")


async def test_without_retries_the_failure_is_seen_with_its_context(flavour: Flavour) -> None:
    error = down()
    async with cloud(flavour, fail_call={1: error}, retry=False) as memory:
        with pytest.raises(ProviderUnavailable) as caught:
            await memory.list_nodes()
        assert (caught.value.provider, caught.value.operation, caught.value.status) == ("memory", "list_nodes", 503)
        assert caught.value is not error
        assert (error.provider, error.operation) == (None, None)
        assert await memory.list_nodes() == []


async def test_a_verb_fails_at_every_call(flavour: Flavour) -> None:
    async with cloud(flavour, fail_call={"create_node": QuotaExceeded("too many")}) as memory:
        for _ in range(2):
            with pytest.raises(QuotaExceeded, match="memory create_node: too many"):
                await memory.create_node("web", "small", "debian")
        assert await memory.list_nodes() == []


async def test_a_verb_fails_as_often_as_the_list_is_long(flavour: Flavour) -> None:
    account = MemoryAccount()
    failures = {"create_node": [down(), RateLimited("slowly", retry_after=0.0), ConnectionFailed("cut")]}
    async with cloud(flavour, account, fail_call=failures) as memory:
        node = await memory.create_node("web", "small", "debian")
        assert [found.id for found in await memory.list_nodes()] == [node.id]
    assert account.calls == ("create_node", "list_nodes")


async def test_failures_beyond_the_attempts_come_through(flavour: Flavour) -> None:
    policy = RetryPolicy(attempts=2, base=0.001)
    async with cloud(flavour, fail_call={"list_nodes": [down(), down()]}, retry=policy) as memory:
        with pytest.raises(ProviderUnavailable):
            await memory.list_nodes()
        assert await memory.list_nodes() == []


async def test_what_must_not_happen_twice_is_not_tried_twice(flavour: Flavour) -> None:
    account = MemoryAccount()
    maybe, surely_not = ConnectionFailed("cut", sent=True), ConnectionFailed("refused", sent=False)
    async with cloud(flavour, account, fail_call={"create_volume": [maybe, surely_not]}) as memory:
        with pytest.raises(ConnectionFailed):
            await memory.create_volume(1, "data")
        assert await memory.list_volumes() == []
        assert (await memory.create_volume(1, "data")).id == "volume-1"


async def test_slow_calls_meet_the_deadline(flavour: Flavour) -> None:
    async with cloud(flavour, latency=60.0, timeout=0.1) as memory:
        started = time.monotonic()
        with pytest.raises(DeadlineExceeded) as caught:
            await memory.list_nodes()
        assert 0.05 < time.monotonic() - started < 30
        assert (caught.value.provider, caught.value.operation) == ("memory", "list_nodes")


async def test_slow_calls_take_their_time(flavour: Flavour) -> None:
    async with cloud(flavour, latency=0.05) as memory:
        started = time.monotonic()
        await memory.list_nodes()
        assert time.monotonic() - started >= 0.05


async def test_pages(flavour: Flavour) -> None:
    account = MemoryAccount()
    async with cloud(flavour, account, page_size=2) as memory:
        made = [(await memory.create_node(f"web-{n}", "small", "debian")).id for n in range(5)]
        assert [node.id for node in await memory.list_nodes()] == made
        assert account.calls.count("list_nodes") == 3
        assert len(await memory.list_sizes()) == 3
        assert account.calls.count("list_sizes") == 2


async def test_a_node_that_goes_while_it_is_listed_shifts_nothing(flavour: Flavour) -> None:
    async with cloud(flavour, page_size=2) as memory:
        made = [(await memory.create_node(f"web-{n}", "small", "debian")).id for n in range(6)]
        seen: list[str] = []
        async for node in memory.iterate_nodes():
            seen.append(node.id)
            if node.id == made[1]:
                await memory.destroy_node(made[0])
        assert seen == made


@pytest.mark.parametrize("again", [False, True])
async def test_a_node_runs_at_the_third_look(flavour: Flavour, again: bool) -> None:
    async with cloud(flavour, polls_until_running=3) as memory:
        node = await memory.create_node("web", "small", "debian")
        assert (node.state, node.public_ips) == (NodeState.PENDING, ())
        if again:
            await memory.list_nodes()
            await memory.list_nodes()
            await memory.list_nodes()
            await memory.stop_node(node)
            await memory.start_node(node)
        starting = NodeState.STARTING if again else NodeState.PENDING
        states = [(await memory.get_node(node)).state for _ in range(4)]
        assert states == [starting, starting, NodeState.RUNNING, NodeState.RUNNING]


async def test_ids_and_addresses_can_be_known_beforehand(flavour: Flavour) -> None:
    async with cloud(flavour) as memory:
        nodes = [await memory.create_node("web", "small", "debian") for _ in range(2)]
        volume = await memory.create_volume(1, "data")
    assert [node.id for node in nodes] == ["node-1", "node-2"]
    assert nodes[0].public_ips == ("198.18.0.2",)
    assert nodes[0].private_ips == ("10.0.0.2",)
    assert volume.id == "volume-1"


async def test_many_nodes_have_different_addresses(flavour: Flavour) -> None:
    async with cloud(flavour) as memory:
        nodes = [await memory.create_node("web", "small", "debian") for _ in range(600)]
    assert len({address for node in nodes for address in (*node.public_ips, *node.private_ips)}) == 1200


async def test_two_clients_share_an_account_and_two_accounts_share_nothing(flavour: Flavour) -> None:
    account = MemoryAccount()
    async with cloud(flavour, account) as one, cloud(flavour, account) as two, cloud(flavour) as other:
        node = await one.create_node("web", "small", "debian", tags={"a": "b"})
        assert (await two.get_node(node)).tags == {"a": "b"}
        assert await other.list_nodes() == []
        node.tags["a"] = "changed by somebody"
        assert (await two.get_node(node)).tags == {"a": "b"}


async def test_regions_see_only_their_own(flavour: Flavour) -> None:
    account = MemoryAccount()
    async with cloud(flavour, account, region="east") as east, cloud(flavour, account, region="west") as west:
        node = await east.create_node("web", "small", "debian")
        assert node.location == "east-a"
        image = await east.create_image(node, "golden", description="with all the trimmings")
        assert await west.list_nodes() == []
        copy = await west.copy_image("east", image, "golden too", description="from the east")
        assert isinstance(copy, MemoryImage)
        assert (copy.name, copy.description, copy.owner) == ("golden too", "from the east", "self")
        began = time.monotonic()
        with pytest.raises(NotFound):
            await west.copy_image("east", copy, "no such image there")
        # This cloud knows at once what it made, so that its word is believed (10 s else).
        assert time.monotonic() - began < 5


async def test_with_everything_but(flavour: Flavour) -> None:
    account = MemoryAccount()
    lacking = {ComputeCapability.STOP_NODE, ComputeCapability.CREATE_NODE_TAGS}
    async with cloud(flavour, account, without=lacking) as memory:
        assert ComputeCapability.STOP_NODE not in memory.capabilities
        assert ComputeCapability.START_NODE in memory.capabilities
        with pytest.raises(NotSupported, match="memory does not support stop_node"):
            await memory.stop_node("node-1")
        with pytest.raises(NotSupported, match=r"create_node\(tags=\)"):
            await memory.create_node("web", "small", "debian", tags={"a": "b"})
        assert account.calls == ()
        await memory.create_node("web", "small", "debian", tags={})


async def test_passwords_are_made_only_where_nobody_gave_a_way_in(flavour: Flavour) -> None:
    async with cloud(flavour) as memory:
        made = await memory.create_node("web", "small", "debian")
        assert made.password is not None
        assert made.password.reveal() == "password-of-node-1"
        assert (await memory.get_node(made)).password is None
        keyed = await memory.create_node("web", "small", "debian", auth=SSHKey(KEY))
        assert (keyed.password, keyed.public_key) == (None, KEY)
        chosen = await memory.create_node("web", "small", "debian", auth=Password(NODE_PASSWORD))
        assert chosen.password is None


async def test_states_are_respected(flavour: Flavour) -> None:
    async with cloud(flavour) as memory:
        node = await memory.create_node("web", "small", "debian")
        await memory.reboot_node(node)
        assert (await memory.get_node(node)).reboots == 1
        await memory.stop_node(node)
        with pytest.raises(Conflict, match="only a running node"):
            await memory.reboot_node(node)
        await memory.stop_node(node)
        await memory.start_node(node)
        await memory.start_node(node)
        assert (await memory.get_node(node)).state is NodeState.RUNNING


async def test_destroying_a_node_sets_its_volumes_free(flavour: Flavour) -> None:
    async with cloud(flavour) as memory:
        node = await memory.create_node("web", "small", "debian", location="memory-1-b")
        volume = await memory.create_volume(1, "data", location="memory-1-b")
        attached = await memory.attach_volume(node, volume, device="/dev/sdf")
        assert (attached.attached_to, attached.device) == ((node.id,), "/dev/sdf")
        elsewhere = await memory.create_volume(1, "far away", location="memory-1-a")
        with pytest.raises(Conflict, match="memory-1-a"):
            await memory.attach_volume(node, elsewhere)
        await memory.destroy_node(node)
        assert (await memory.get_volume(volume)).attached_to == ()
        with pytest.raises(NodeNotFound):
            await memory.destroy_node(node)


async def test_what_is_the_clouds_own_stays(flavour: Flavour) -> None:
    async with cloud(flavour) as memory:
        with pytest.raises(PermissionDenied):
            await memory.delete_image("debian")
        assert len(await memory.list_images(owner="memory-cloud")) == 3
        assert await memory.list_images(owner="self") == []


async def test_a_volume_is_no_smaller_than_its_snapshot(flavour: Flavour) -> None:
    async with cloud(flavour) as memory:
        snapshot = await memory.create_volume_snapshot(await memory.create_volume(8, "data"))
        with pytest.raises(InvalidRequest, match="8 GiB"):
            await memory.create_volume(4, "smaller", snapshot=snapshot)
        with pytest.raises(NotFound, match="nowhere"):
            await memory.create_volume(8, "data", location="nowhere")


@pytest.mark.parametrize(
    "settings",
    [{"latency": -1.0}, {"polls_until_running": -1}, {"page_size": 0}],
    ids=lambda settings: next(iter(settings)),
)
def test_settings_without_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        MemoryCompute(**settings)


async def test_a_whole_listing_can_have_a_deadline(flavour: Flavour) -> None:
    async with cloud(flavour, page_size=1, latency=0.05) as memory:
        for _ in range(5):
            await memory.create_node("web", "small", "debian")
        with cumuli.deadline(0.12), pytest.raises(DeadlineExceeded):
            await memory.list_nodes()


def test_threads_lose_nothing() -> None:
    account = MemoryAccount()
    with MemoryCompute(account) as memory:
        volume = memory.create_volume(1, "data")
        nodes = [memory.create_node("web", "small", "debian") for _ in range(8)]
        attached: list[str] = []

        def work(number: int) -> None:
            for _ in range(20):
                memory.create_node(f"web-{number}", "small", "debian")
            try:
                memory.attach_volume(nodes[number], volume)
            except Conflict:
                return
            attached.append(nodes[number].id)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        listed = memory.list_nodes()
        assert len({node.id for node in listed}) == len(listed) == 8 + 8 * 20
        assert memory.get_volume(volume).attached_to == tuple(attached)
