"""A recording of OpenStack: its tokens and passwords are in none, and its catalogue leads into the replay."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cumuli.testing import recording, replaying
from tests.faults.openstack.cloud import Cloud
from tests.secrets_used import ACCOUNT_PASSWORD


async def test_keystone(cloud: Cloud, connect: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "keystone.json"
    given: list[str] = []
    cloud.add_servers(3)
    with recording(path):
        nodes = await connect().list_nodes()
        given += cloud.tokens
    text = path.read_text()
    assert len(nodes) == 3
    assert given
    for secret in (ACCOUNT_PASSWORD, *given):
        ways = (secret, secret.encode().hex(), base64.b64encode(secret.encode()).decode().rstrip("="))
        assert not [way for way in ways if way in text]

    asked = len(cloud.server.seen)
    with replaying(path):
        # Whose password it is does not matter; the token has not ended, however old the recording is.
        assert await connect(password="sEcReT-of another-NeverShown").list_nodes() == nodes
    assert len(cloud.server.seen) == asked
