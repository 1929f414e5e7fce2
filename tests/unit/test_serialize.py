"""Models as plain dicts: stable, readable, and without secrets unless they are asked for."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import msgspec
import pytest

from cumuli.compute.models import KeyPair, Node, NodeState, Volume, VolumeState
from cumuli.secret import Secret
from cumuli.serialize import HIDDEN, to_builtins
from tests.secrets_used import NODE_PASSWORD

WHEN = dt.datetime(2026, 1, 31, 13, 0, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
NODE = Node(
    id="i-1",
    name="web",
    state=NodeState.RUNNING,
    provider="ec2",
    public_ips=("192.0.2.1",),
    created_at=WHEN,
    tags={"b": "2", "a": "1"},
    password=Secret(NODE_PASSWORD),
)


class Special(Node, frozen=True, kw_only=True):
    zone: str = "z"
    disks: tuple[Volume, ...] = ()
    seen: dt.date | None = None


def test_a_node() -> None:
    plain = to_builtins(NODE)
    assert plain == {
        "id": "i-1",
        "name": "web",
        "state": "running",
        "provider": "ec2",
        "provider_state": "",
        "state_reason": None,
        "public_ips": ["192.0.2.1"],
        "private_ips": [],
        "size": None,
        "image": None,
        "location": None,
        "created_at": "2026-01-31T12:00:00Z",
        "tags": {"b": "2", "a": "1"},
        "password": HIDDEN,
    }
    assert isinstance(plain, dict)
    assert type(plain["state"]) is str
    assert list(plain) == list(NODE.__struct_fields__)
    assert NODE_PASSWORD not in json.dumps(plain)


def test_secrets_are_written_out_only_when_that_is_asked_for() -> None:
    plain = to_builtins([KeyPair(name="k", provider="ec2", private_key=Secret("shown"))], reveal=True)
    assert plain == [{"name": "k", "provider": "ec2", "fingerprint": "", "public_key": None, "private_key": "shown"}]


def test_a_providers_own_fields_come_last_and_are_plain_too() -> None:
    disk = Volume(id="v", name="", size=1, state=VolumeState.IN_USE, provider="ec2")
    special = Special(id="i", name="", state=NodeState.PENDING, provider="ec2", disks=(disk,), seen=dt.date(2026, 2, 1))
    plain = to_builtins(special)
    assert isinstance(plain, dict)
    assert list(plain)[-3:] == ["zone", "disks", "seen"]
    assert plain["seen"] == "2026-02-01"
    assert plain["disks"] == [to_builtins(disk)]
    json.dumps(plain)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        ("text", "text"),
        (NodeState.RUNNING, "running"),
        (Secret(NODE_PASSWORD), HIDDEN),
        ({"a": Secret(NODE_PASSWORD)}, {"a": HIDDEN}),
        ({NodeState.RUNNING: 1}, {"running": 1}),
        (frozenset({"b", "a"}), ["a", "b"]),
        ((number for number in (1, 2)), [1, 2]),
        ((NODE, ["x"]), [to_builtins(NODE), ["x"]]),
        (dt.datetime(2026, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None), "2026-01-01T00:00:00Z"),
        (dt.datetime(2026, 1, 1, 0, 0, 0, 120000, tzinfo=dt.UTC), "2026-01-01T00:00:00.120000Z"),
    ],
)
def test_values(value: Any, plain: Any) -> None:
    assert to_builtins(value) == plain


@pytest.mark.parametrize("value", [b"bytes", object(), print])
def test_what_has_no_plain_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="has no plain form"):
        to_builtins({"a": [value]})


def test_it_decodes_into_the_model_again() -> None:
    node = msgspec.structs.replace(NODE, password=None)
    assert msgspec.convert(to_builtins(node), Node) == node
