"""What a client made a moment ago: what is waited for, how long, and what is remembered."""

from __future__ import annotations

import pytest

from cumuli.calls.recent_ids import MOST, NEW_SECONDS, PATIENCE, RecentIds
from cumuli.errors import ImageNotFound, KeyPairNotFound, NodeNotFound, NotFound
from cumuli.runtime.messages import Request


def request(target: str, body: bytes = b"", operation: str = "Look", method: str = "GET") -> Request:
    return Request(method=method, origin="http://h", target=target, headers=(), body=body, operation=operation)


def wait(ids: RecentIds, asked: Request, error: NotFound | None = None, began: float = 0.0, now: float = 0.0) -> bool:
    return ids.wait(asked, error or NodeNotFound("no"), began=began, now=now) is not None


@pytest.mark.parametrize(
    ("target", "body", "named"),
    [
        ("/servers/i-1", b"", True),
        ("/servers/i-1/action?x=1", b"", True),
        ("/", b"Action=X&InstanceId.1=i-1&Version=2", True),
        ("/", b'{"volume": {"server": "i-1"}}', True),
        ("/servers/i-12", b"", False),
        ("/servers/xi-1", b"", False),
        ("/servers/i-1-b", b"", False),
        ("/servers", b"\xff\xfe", False),
    ],
)
def test_which_requests_name_it(target: str, body: bytes, named: bool) -> None:
    recent = RecentIds()
    recent.add("i-1", NodeNotFound, now=0.0)
    assert wait(recent, request(target, body)) is named


def test_names_are_found_as_forms_and_addresses_write_them() -> None:
    recent = RecentIds()
    recent.add("my key/ü", NotFound, now=0.0)
    assert wait(recent, request("/os-keypairs/my%20key%2F%C3%BC"), NotFound("no"))


def test_errors_of_another_kind_are_about_something_else() -> None:
    recent = RecentIds()
    recent.add("i-1", NodeNotFound, now=0.0)
    assert not wait(recent, request("/i-1"), ImageNotFound("no"))
    assert wait(recent, request("/i-1"), NotFound("no"))


FORM = b"Action=RunInstances&ImageId=ami-1&KeyName=my-key&SecurityGroupId.1=sg-1&SubnetId=subnet-9&Version=2016-11-15"


@pytest.mark.parametrize(
    ("target", "body", "error", "waited"),
    [
        # It names what is new.
        ("/", FORM, KeyPairNotFound("The key pair 'my-key' does not exist"), True),
        ("/", FORM, NotFound("The security group 'sg-1' does not exist"), True),
        ("/", FORM, NotFound("The key pair 'my-key' does not exist"), True),
        # It names something else of the request.
        ("/", FORM, NotFound("The subnet ID 'subnet-9' does not exist"), False),
        ("/routers/rt-1/add_router_interface", b'{"subnet_id": "front"}', NotFound("Subnet front is missing"), False),
        ("/servers/i-1/os-volume_attachments/vol-9", b"", NotFound("Volume vol-9 is not attached"), False),
        # It names nothing: what the address leads to, or what the error speaks of.
        ("/", FORM, KeyPairNotFound("Said so"), True),
        ("/", FORM, NotFound("Said so"), True),  # a security group has no error of its own
        ("/routers/rt-1/add_router_interface", b'{"subnet_id": "front"}', NotFound("Said so"), True),
        ("/servers/i-1/os-volume_attachments", b"", NotFound("Said so"), True),
        ("/servers", b'{"server": {"key_name": "my-key", "networks": []}}', NotFound("Said so"), False),
    ],
)
def test_which_refusals_are_about_it(target: str, body: bytes, error: NotFound, waited: bool) -> None:
    recent = RecentIds()
    for identity, kind in {"my-key": KeyPairNotFound, "sg-1": NotFound, "rt-1": NotFound, "i-1": NodeNotFound}.items():
        recent.add(identity, kind, now=0.0)
    assert wait(recent, request(target, body), error) is waited


def test_one_call_waits_ever_longer_and_for_so_long() -> None:
    recent = RecentIds()
    recent.add("i-1", NodeNotFound, now=0.0)
    now, waits = 0.0, list[float]()
    while (
        now < 10 * PATIENCE
        and (seconds := recent.wait(request("/i-1"), NodeNotFound("no"), began=0.0, now=now)) is not None
    ):
        waits.append(seconds)
        now += seconds
    assert PATIENCE <= now < PATIENCE + 2
    assert waits == sorted(waits)
    assert waits[0] < 0.5
    # The next call does not wait for it again.
    assert not wait(recent, request("/i-1"), began=now, now=now)


def test_what_is_older_than_a_minute_is_not_waited_for() -> None:
    recent = RecentIds()
    recent.add("i-1", NodeNotFound, now=0.0)
    assert wait(recent, request("/i-1"), began=NEW_SECONDS - 1, now=NEW_SECONDS - 1)
    assert not wait(recent, request("/i-1"), began=NEW_SECONDS + 1, now=NEW_SECONDS + 1)


def test_memory_is_bounded() -> None:
    recent = RecentIds()
    for number in range(5 * MOST):
        recent.add(f"i-{number}", NodeNotFound, now=0.0)
    assert len(recent._made) == MOST  # pyright: ignore[reportPrivateUsage] - what is kept shows nowhere else
    assert not wait(recent, request("/i-0"))
    assert wait(recent, request(f"/i-{5 * MOST - 1}"))
    recent.add("later", NodeNotFound, now=NEW_SECONDS + 1)
    assert len(recent._made) == 1  # pyright: ignore[reportPrivateUsage] - as above


@pytest.mark.parametrize(
    ("operation", "method", "gone"),
    [
        ("TerminateInstances", "POST", True),
        ("DeleteVolume", "POST", True),
        ("ReleaseAddress", "POST", True),
        ("destroy_node", "POST", True),
        ("/grid/server/delete", "GET", True),
        ("Whatever", "DELETE", True),
        ("DescribeInstances", "POST", False),
    ],
)
def test_what_was_taken_away_is_forgotten(operation: str, method: str, gone: bool) -> None:
    recent = RecentIds()
    recent.add("i-1", NodeNotFound, now=0.0)
    recent.note(request("/i-1", operation=operation, method=method))
    assert wait(recent, request("/i-1")) is not gone


def test_what_was_taken_away_is_known_as_gone_until_it_is_made_again() -> None:
    recent = RecentIds()
    recent.add("i-1", NodeNotFound, now=0.0)
    recent.take_away("i-1")
    assert recent.is_gone("i-1")
    assert not wait(recent, request("/i-1"))
    recent.add("i-1", NodeNotFound, now=0.0)
    assert not recent.is_gone("i-1")
    for number in range(2 * MOST):
        recent.take_away(f"i-{number}")
    assert not recent.is_gone("i-0")
    assert recent.is_gone(f"i-{2 * MOST - 1}")
