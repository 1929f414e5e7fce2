"""``deploy_node`` takes all that ``create_node`` of the same client does, in the same words."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import cumuli
from cumuli.registry import BUILT_IN

CLIENTS = [
    client
    for info in BUILT_IN
    if info.service == "compute"
    for client in (info.load(asynchronous=True), info.load(asynchronous=False))
]


def arguments(method: Any) -> dict[str, inspect.Parameter]:
    return {name: each for name, each in inspect.signature(method).parameters.items() if name != "self"}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_deploy_node_takes_what_create_node_takes(client: Any) -> None:
    created, deployed = arguments(client.create_node), arguments(client.deploy_node)
    portable = arguments(cumuli.Compute.deploy_node)
    own = {name: each for name, each in deployed.items() if name not in created}
    wanted = {name: each for name, each in portable.items() if name not in arguments(cumuli.Compute.create_node)}
    assert {name: str(each) for name, each in deployed.items() if name in created} == {
        name: str(each) for name, each in created.items()
    }
    # The function of a node takes this client's own kind of node.
    assert [(name, each.default, each.kind) for name, each in own.items()] == [
        (name, each.default, each.kind) for name, each in wanted.items()
    ]
    assert {"deploy", "ssh_username", "on_failure"} <= own.keys()


def test_there_are_clients_with_arguments_of_their_own() -> None:
    assert "ex_keyname" in arguments(cumuli.EC2.deploy_node)
    assert "ex_keyname" in arguments(cumuli.AsyncRackspace.deploy_node)
