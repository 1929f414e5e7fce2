"""Rackspace's default networks: a server that names none has them, and none is added to those it names."""

from __future__ import annotations

from typing import Any

import pytest

from cumuli.providers.openstack.compute.models import NetworkAttachment, OpenStackNodeSpec
from cumuli.providers.openstack.compute.servers import _server_body
from cumuli.providers.rackspace.compute.models import PUBLIC_NET, SERVICE_NET


@pytest.mark.parametrize(
    ("named", "sent"),
    [
        (None, None),
        ([], []),
        ([PUBLIC_NET, SERVICE_NET], [{"uuid": "0" * 8 + "-0000-0000-0000-" + "0" * 12}, {"uuid": SERVICE_NET}]),
        ([SERVICE_NET], [{"uuid": "1" * 8 + "-1111-1111-1111-" + "1" * 12}]),
    ],
)
def test_networks_are_sent_as_they_are_named(named: list[str] | None, sent: Any) -> None:
    networks = None if named is None else tuple(NetworkAttachment(network=network) for network in named)
    body = _server_body(OpenStackNodeSpec(name="web-1", size="2", image="i", networks=networks))
    assert body.get("networks") == sent
