"""Waiting for servers: those that come up, those that fail, those that are taken away meanwhile, and those too many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cumuli.compute.models import NodeState
from cumuli.errors import DeadlineExceeded, NodeFailed, NodeNotFound, QuotaExceeded
from tests.conformance.openstack.bench import PATIENCE, Bench, Watch
from tests.conformance.openstack.place import QUIET

pytestmark = QUIET

Connect = Callable[..., Any]


async def test_a_build_becomes_active(bench: Bench) -> None:
    # Nova may be through with one before it is first looked at, hardly with each of several.
    for number in range(10):
        made = await bench.make(f"waited for {number}")
        if made.provider_state == "BUILD":
            break
    assert (made.provider_state, made.state) == ("BUILD", NodeState.PENDING)
    assert made.task_state is not None
    [(node, addresses)] = await bench.cloud.wait_until_running([made], ssh_interface="private", timeout=PATIENCE)
    assert (node.provider_state, node.state, node.task_state) == ("ACTIVE", NodeState.RUNNING, None)
    assert addresses == [*(a for a in node.private_ips if "." in a), *(a for a in node.private_ips if ":" in a)]
    assert len(addresses) == 2
    seen = bench.seen(node)
    assert seen["status"] == "ACTIVE"
    assert {entry["addr"] for entry in seen["addresses"]["private"]} == set(addresses)


async def test_no_public_address_is_said_when_the_time_is_up(bench: Bench) -> None:
    node = await bench.running("without a public address")
    # The time must be enough to see that it runs, which takes how long it takes.
    for timeout in (1.0, 5.0, 60.0):
        with pytest.raises(DeadlineExceeded) as caught:
            await bench.cloud.wait_until_running([node], ssh_interface="public", timeout=timeout)
        if "is running" in caught.value.message:
            break
    assert "is running without a public address" in caught.value.message


async def test_a_build_that_fails_raises_with_the_reason_of_nova(bench: Bench) -> None:
    made = await bench.make("too large", size="huge")
    with pytest.raises(NodeFailed, match="No valid host was found") as caught:
        await bench.cloud.wait_until_running([made], ssh_interface="private", timeout=PATIENCE)
    assert made.id in caught.value.message
    assert caught.value.provider == "openstack"
    seen = bench.seen(made)
    assert seen["status"] == "ERROR"
    assert seen["fault"]["message"] in caught.value.message
    assert (await bench.cloud.get_node(made)).state is NodeState.ERROR


async def test_more_than_the_project_may_have(connect: Connect, services: Mapping[str, Any]) -> None:
    small = connect(project_name="small")
    with pytest.raises(QuotaExceeded, match="free something, or ask for a larger quota") as caught:
        await small.create_node("one too many", "1", services["image"], ex_networks=[])
    assert (caught.value.status, caught.value.retryable) == (403, False)
    with pytest.raises(QuotaExceeded):
        await small.create_volume(1, "one too many")
    assert await small.list_nodes() == []
    assert await small.list_volumes() == []


async def test_a_server_that_somebody_deletes_while_it_is_waited_for(bench: Bench, watch: Watch) -> None:
    node = await bench.running("taken away")
    # Paused, it would be waited for until the time is up.
    await bench.cloud.ex_pause_node(node)
    await bench.until(node, "PAUSED")
    watch.once("Show Server Details", lambda: bench.sdk.compute.delete(f"/servers/{node.id}"))
    before = watch.count("Show Server Details")
    with pytest.raises(NodeNotFound):
        await bench.cloud.wait_until_running([node], ssh_interface="private", timeout=PATIENCE)
    assert watch.count("Show Server Details") > before + 1
