"""The models are plain data: equal by value, hashed by identity, and they travel."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from collections.abc import Callable

import msgspec
import pytest

from cumuli.compute import models
from cumuli.compute.models import (
    KeyPair,
    Node,
    NodeImage,
    NodeLocation,
    NodeSize,
    NodeState,
    Price,
    SnapshotState,
    Volume,
    VolumeSnapshot,
    VolumeState,
)
from cumuli.secret import Secret
from tests.secrets_used import NODE_PASSWORD

WHEN = dt.datetime(2026, 1, 31, 12, 0, 0, 5000, tzinfo=dt.UTC)
NODE = Node(
    id="i-1",
    name="web",
    state=NodeState.RUNNING,
    provider="ec2",
    provider_state="running",
    public_ips=("192.0.2.1", "2001:db8::1"),
    private_ips=("10.0.0.1",),
    size="t3.micro",
    image="ami-1",
    location="eu-west-1a",
    created_at=WHEN,
    tags={"Name": "web"},
)
MODELS = [
    NODE,
    NodeSize(
        id="t3.micro",
        name="t3.micro",
        ram=1024,
        cpus=2,
        provider="ec2",
        price=Price(usd_per_hour=0.0104, source="price list", date=dt.date(2026, 1, 1)),
    ),
    NodeImage(id="ami-1", name="debian", provider="ec2", created_at=WHEN, owner="self"),
    NodeLocation(id="eu-west-1a", name="eu-west-1a", provider="ec2", region="eu-west-1", country="IE"),
    Volume(id="vol-1", name="data", size=8, state=VolumeState.IN_USE, provider="ec2", attached_to=("i-1",)),
    VolumeSnapshot(id="snap-1", name="", state=SnapshotState.AVAILABLE, provider="ec2", volume="vol-1", size=8),
    KeyPair(name="laptop", provider="ec2", fingerprint="00:11", public_key="ssh-ed25519 AAAA"),
]
each = pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)


class Special(Node, frozen=True, kw_only=True):
    """What a provider makes of a node."""

    zone: str = ""


@each
def test_pickle_copy_and_json_give_an_equal_one(model: msgspec.Struct) -> None:
    kind = type(model)
    assert pickle.loads(pickle.dumps(model)) == model
    assert copy.deepcopy(model) == model
    assert msgspec.json.decode(msgspec.json.encode(model), type=kind) == model
    assert msgspec.convert(msgspec.to_builtins(model), kind) == model


@each
def test_equality_is_a_snapshot_and_the_hash_is_the_identity(model: msgspec.Struct) -> None:
    changed = msgspec.structs.replace(model, **{"fingerprint" if isinstance(model, KeyPair) else "name": "changed"})
    assert changed != model
    assert hash(changed) == hash(model)
    other = msgspec.structs.replace(model, provider="other")
    assert other != model
    assert hash(other) != hash(model)
    assert len({model, pickle.loads(pickle.dumps(model))}) == 1


def test_things_of_different_kinds_with_one_id_do_not_meet() -> None:
    same = [msgspec.structs.replace(model, id="x") for model in MODELS if not isinstance(model, KeyPair)]
    assert len({hash(model) for model in [*same, KeyPair(name="x", provider="ec2")]}) == len(MODELS)


def test_a_providers_own_node_hashes_as_the_node_it_is() -> None:
    special = Special(id=NODE.id, name=NODE.name, state=NODE.state, provider=NODE.provider, zone="a")
    assert hash(special) == hash(NODE)
    assert special != NODE
    assert isinstance(special, Node)


@each
def test_models_do_not_change(model: msgspec.Struct) -> None:
    with pytest.raises(AttributeError):
        model.provider = "other"  # type: ignore[attr-defined]


@each
def test_arguments_are_named(model: msgspec.Struct) -> None:
    with pytest.raises(TypeError):
        type(model)("x", "y")


def test_every_model_is_tried_here() -> None:
    public = {getattr(models, name) for name in models.__all__}
    structs = {kind for kind in public if isinstance(kind, type) and issubclass(kind, msgspec.Struct)}
    assert structs == {type(model) for model in MODELS} | {Price}


def test_states_are_words() -> None:
    assert NodeState.RUNNING == "running"
    assert f"{NodeState.RUNNING}" == "running"
    assert NodeState("unknown") is NodeState.UNKNOWN
    assert {state.value for state in NodeState} == set(
        "running starting stopping stopped rebooting terminated pending suspended paused error reconfiguring "
        "rebuilding migrating updating unknown".split()
    )


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_of_a_node_has_its_password(copied: Callable[[Node], Node]) -> None:
    node = msgspec.structs.replace(NODE, password=Secret(NODE_PASSWORD))
    again = copied(node)
    assert again == node
    assert again.password is not None
    assert again.password.reveal() == NODE_PASSWORD


def test_a_node_with_a_password_is_not_pickled_and_says_how() -> None:
    node = msgspec.structs.replace(NODE, password=Secret(NODE_PASSWORD))
    with pytest.raises(TypeError, match=r"structs\.replace\(node, password=None\)") as caught:
        pickle.dumps(node)
    assert NODE_PASSWORD not in str(caught.value)
    assert pickle.loads(pickle.dumps(msgspec.structs.replace(node, password=None))) == NODE


def test_a_password_is_in_no_repr_json_or_pickle() -> None:
    node = msgspec.structs.replace(NODE, password=Secret(NODE_PASSWORD))
    assert NODE_PASSWORD not in f"{node} {node!r}"
    # Encoders refuse a secret rather than write it; cumuli.serialize is there for JSON.
    for encode in (msgspec.json.encode, msgspec.msgpack.encode, pickle.dumps):
        with pytest.raises(TypeError) as caught:
            encode(node)
        assert NODE_PASSWORD not in str(caught.value)
