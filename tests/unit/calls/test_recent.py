"""What a client made a moment ago: what is waited for, how long, and what is remembered."""

from __future__ import annotations

import pytest

from cumuli.calls.recent import MOST, NEW_SECONDS, PATIENCE, Recent
from cumuli.errors import ImageNotFound, NodeNotFound, NotFound
from cumuli.runtime.messages import Request


def request(target: str, body: bytes = b"", operation: str = "Look", method: str = "GET") -> Request:
    return Request(method=method, origin="http://h", target=target, headers=(), body=body, operation=operation)


def wait(recent: Recent, asked: Request, error: NotFound | None = None, began: float = 0.0, now: float = 0.0) -> bool:
    return recent.wait(asked, error or NodeNotFound("no"), began=began, now=now) is not None


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
    recent = Recent()
    recent.add("i-1", NodeNotFound, now=0.0)
    assert wait(recent, request(target, body)) is named


def test_names_are_found_as_forms_and_addresses_write_them() -> None:
    recent = Recent()
    recent.add("my key/ü", NotFound, now=0.0)
    assert wait(recent, request("/os-keypairs/my%20key%2F%C3%BC"), NotFound("no"))


def test_errors_of_another_kind_are_about_something_else() -> None:
    recent = Recent()
    recent.add("i-1", NodeNotFound, now=0.0)
    assert not wait(recent, request("/i-1"), ImageNotFound("no"))
    assert wait(recent, request("/i-1"), NotFound("no"))


def test_one_call_waits_ever_longer_and_for_so_long() -> None:
    recent = Recent()
    recent.add("i-1", NodeNotFound, now=0.0)
    now, waits = 0.0, list[float]()
    while (seconds := recent.wait(request("/i-1"), NodeNotFound("no"), began=0.0, now=now)) is not None:
        waits.append(seconds)
        now += seconds
    assert PATIENCE <= now < PATIENCE + 2
    assert waits == sorted(waits)
    assert waits[0] < 0.5
    # The next call does not wait for it again.
    assert not wait(recent, request("/i-1"), began=now, now=now)


def test_what_is_older_than_a_minute_is_not_waited_for() -> None:
    recent = Recent()
    recent.add("i-1", NodeNotFound, now=0.0)
    assert wait(recent, request("/i-1"), began=NEW_SECONDS - 1, now=NEW_SECONDS - 1)
    assert not wait(recent, request("/i-1"), began=NEW_SECONDS + 1, now=NEW_SECONDS + 1)


def test_memory_is_bounded() -> None:
    recent = Recent()
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
    recent = Recent()
    recent.add("i-1", NodeNotFound, now=0.0)
    recent.note(request("/i-1", operation=operation, method=method))
    assert wait(recent, request("/i-1")) is not gone
