"""What of a listing is wanted has one meaning: all of it must be so, exactly."""

from __future__ import annotations

from typing import Any

import pytest

from cumuli.compute.models import Node, NodeState, Volume, VolumeState
from cumuli.compute.wanted import Wanted, wanted_of
from cumuli.errors import InvalidRequest

NODE = Node(
    id="n-1", name="web", state=NodeState.RUNNING, provider="here", tags={"team": "a", "note": "", "Größe": "✓"}
)
VOLUME = Volume(id="v-1", name="web", size=1, state=VolumeState.IN_USE, provider="here", attached_to=("n-1", "n-2"))


def of(**given: Any) -> Wanted:
    return wanted_of(NodeState, **{"name": None, "state": None, "tags": None, **given})


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"name": "web"},
        {"state": "running"},
        {"state": NodeState.RUNNING},
        {"state": [NodeState.STOPPED, "running"]},
        {"tags": {}},
        {"tags": {"team": "a"}},
        {"tags": {"team": None, "note": ""}},
        {"tags": {"Größe": "✓"}},
        {"name": "web", "state": "running", "tags": {"team": "a"}},
    ],
)
def test_what_is_wanted_is_admitted(given: dict[str, Any]) -> None:
    assert of(**given).admits(NODE)


@pytest.mark.parametrize(
    "given",
    [
        {"name": "Web"},
        {"name": "we"},
        {"name": "web "},
        {"name": "*"},
        {"state": "stopped"},
        {"state": {NodeState.STOPPED, NodeState.ERROR}},
        {"tags": {"team": "b"}},
        {"tags": {"team": ""}},
        {"tags": {"Team": None}},
        {"tags": {"team": "a", "env": None}},
        {"name": "web", "state": "stopped"},
        {"name": "web", "tags": {"env": None}},
        {"attached_to": "n-1"},
    ],
)
def test_what_is_otherwise_is_not(given: dict[str, Any]) -> None:
    assert not of(**given).admits(NODE)


def test_a_volume_may_be_attached_to_several_nodes() -> None:
    assert of(attached_to="n-2").admits(VOLUME)
    assert not of(attached_to="n-3").admits(VOLUME)
    assert not of(attached_to="n-").admits(VOLUME)


def test_nothing_said_is_everything_wanted() -> None:
    assert not of()
    assert not of(tags={})
    for said in ({"name": "web"}, {"state": "error"}, {"tags": {"a": None}}, {"attached_to": "n-1"}):
        assert of(**said)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name": ""}, "empty"),
        ({"name": "a\tb"}, "control characters"),
        ({"state": "runing"}, "did you mean 'running'"),
        ({"state": "RUNNING"}, "there are running"),
        ({"state": [NodeState.RUNNING, VolumeState.IN_USE]}, "'in_use' is no state"),
        ({"state": ()}, "empty list"),
        ({"tags": {"": "a"}}, "'' is no key"),
        ({"tags": {"a": "b\0"}}, "'a' is no key"),
        ({"tags": ["ab"]}, "are a dict, .* not a list"),
        ({"tags": ["env"]}, "are a dict, .* not a list"),
        ({"tags": "env"}, "are a dict, .* not a str"),
        ({"tags": []}, "are a dict, .* not a list"),
        ({"tags": {"a": 1}}, "'a' is no key, or its value is no text"),
        ({"tags": {"a": b"b"}}, "'a' is no key, or its value is no text"),
        ({"tags": {1: "a"}}, "1 is no key"),
    ],
)
def test_what_nothing_can_be_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        of(**given)


def test_the_dict_that_was_given_is_not_kept() -> None:
    tags: dict[str, str | None] = {"team": "a"}
    wanted = of(tags=tags)
    tags["team"] = "b"
    assert wanted.admits(NODE)
