"""Waiting for a node on a service that fails now and then, and on replicas that do not know it yet."""

from __future__ import annotations

import pytest

from cumuli.compute import waiting
from cumuli.errors import DeadlineExceeded, NodeFailed, PermissionDenied
from tests.faults.ec2.conftest import MakeClient
from tests.faults.ec2.strict import StrictEC2, answer_of, error
from tests.faults.ec2.test_ec2_retries import cut
from tests.faults.keepalive import reply


def look(state: str, reason: str = "") -> bytes:
    """What a look at i-1 shows."""
    inside = f"<stateReason><code>x</code><message>{reason}</message></stateReason>" if reason else ""
    return reply(
        200,
        answer_of(
            "DescribeInstances",
            "<reservationSet><item><reservationId>r-1</reservationId><instancesSet><item><instanceId>i-1</instanceId>"
            f"<instanceState><name>{state}</name></instanceState><ipAddress>192.0.2.1</ipAddress>{inside}"
            "</item></instancesSet></item></reservationSet>",
        ),
    )


GONE = error(400, "InvalidInstanceID.NotFound")


@pytest.mark.parametrize(
    "failed",
    [error(503, "Unavailable"), error(503, "RequestLimitExceeded"), cut, reply(200, b"<html>"), GONE],
    ids=["503", "throttled", "cut", "HTML", "not seen"],
)
async def test_a_look_that_failed_says_nothing(client: MakeClient, failed: bytes) -> None:
    with StrictEC2(look("pending"), failed, failed, look("running")) as server:
        [(node, addresses)] = await client(server.origin, retry=False).wait_until_running(["i-1"])
        assert (node.id, addresses) == ("i-1", ["192.0.2.1"])


async def test_what_was_last_seen_is_told(client: MakeClient) -> None:
    words = "i-1 is pending; the last look failed: Said so"
    with (
        StrictEC2(look("pending"), *[error(503, "Unavailable")] * 20) as server,
        pytest.raises(DeadlineExceeded, match=words),
    ):
        await client(server.origin, retry=False).wait_until_running(["i-1"], timeout=2)


async def test_a_refusal_ends_it_at_once(client: MakeClient) -> None:
    with StrictEC2(look("pending"), error(403, "UnauthorizedOperation")) as server, pytest.raises(PermissionDenied):
        await client(server.origin).wait_until_running(["i-1"], timeout=10)


@pytest.mark.parametrize("state", ["stopped", "terminated"])
async def test_a_node_that_will_not_run_ends_it_with_the_reason(
    client: MakeClient, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setattr(waiting, "GONE_SECONDS", 1.0)
    reason = "Server.InsufficientInstanceCapacity: no room"
    words = f"i-1 will not run: .*{reason}"
    looks = [look("pending"), *[look(state, reason)] * (3 if state == "stopped" else 1)]
    with StrictEC2(*looks) as server:
        with pytest.raises(NodeFailed, match=words):
            await client(server.origin).wait_until_running(["i-1"], timeout=20)
        assert len(server.requests) == len(looks)


async def test_a_node_that_was_being_created_and_never_ran_ends_it(
    client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "APPEARING", 1.0)
    with StrictEC2() as server:
        ec2 = client(server.origin)
        node = await ec2.create_node("web", "t3.micro", "ami-1")
        server.plainly = lambda _parameters: look("stopped", "no room")  # type: ignore[method-assign]
        with pytest.raises(NodeFailed, match="i-1 will not run: it is stopped: no room"):
            await ec2.wait_until_running([node], timeout=10)
