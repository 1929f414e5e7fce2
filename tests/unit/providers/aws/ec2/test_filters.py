"""What of a listing is wanted, in AWS's filters: never more than they mean the same by."""

from __future__ import annotations

from typing import Any

import pytest

from cumuli.compute.models import NodeState
from cumuli.compute.wanted import Wanted
from cumuli.providers.aws.ec2.calls import asked_for
from cumuli.providers.aws.ec2.instances import STATES


@pytest.mark.parametrize(
    ("wanted", "filters"),
    [
        ({}, {}),
        ({"name": "web"}, {"tag:Name": ["web"]}),
        ({"states": frozenset({NodeState.RUNNING})}, {"state": ["running"]}),
        ({"states": frozenset({NodeState.STOPPING})}, {"state": ["shutting-down", "stopping"]}),
        ({"tags": {"team": "a", "env": "b"}}, {"tag:team": ["a"], "tag:env": ["b"]}),
        ({"tags": {"team": None}}, {"tag-key": ["team"]}),
        # The rest is left to the client.
        ({"tags": {"team": None, "env": None}}, {"tag-key": ["team"]}),
        ({"tags": {"team": ""}}, {"tag-key": ["team"]}),
        ({"name": "web", "tags": {"Name": "db"}}, {"tag:Name": ["web"]}),
        # What would be a pattern to AWS.
        ({"name": "w*"}, {}),
        ({"name": "w?b"}, {}),
        ({"tags": {"team": "a\\b", "env": "b"}}, {"tag:env": ["b"]}),
        ({"tags": {"te*m": "a"}}, {}),
        ({"tags": {"te?m": None}}, {}),
        # A state that AWS has no word for; a word that nobody knows would mean it.
        ({"states": frozenset({NodeState.UNKNOWN})}, {}),
        ({"states": frozenset({NodeState.RUNNING, NodeState.UNKNOWN})}, {}),
    ],
)
def test_what_aws_is_asked_for(wanted: dict[str, Any], filters: dict[str, list[str]]) -> None:
    assert asked_for(Wanted(**wanted), STATES, state="state") == filters
