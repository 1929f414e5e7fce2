"""What is read of an answer may stand in a traceback, and shows no secret there."""

from __future__ import annotations

import pytest

from cumuli.providers.aws.ec2.wire import CreateKeyPairResponse
from cumuli.providers.gogrid.wire import Password
from cumuli.providers.openstack.compute.actions import _AdminPass
from cumuli.providers.openstack.compute.keys import _Key
from cumuli.providers.openstack.compute.wire import Created, Server, _Created
from tests.secrets_used import NODE_PASSWORD


@pytest.mark.parametrize(
    "answer",
    [
        CreateKeyPairResponse(key_name="k", key_material=NODE_PASSWORD),
        Created(server=_Created(id="s", admin_pass=NODE_PASSWORD)),
        Password(id=7, password=NODE_PASSWORD),
        Server(id="s", status="ACTIVE", admin_pass=NODE_PASSWORD),
        _AdminPass(admin_pass=NODE_PASSWORD),
        _Key(name="k", private_key=NODE_PASSWORD),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_a_secret_is_not_shown(answer: object) -> None:
    assert type(answer).__name__ in repr(answer)
    assert NODE_PASSWORD not in repr(answer)
