"""AWS takes some characters in filters for patterns: an id with them is refused before any request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cumuli.errors import InvalidRequest
from tests.faults.ec2.conftest import MakeClient
from tests.faults.ec2.strict import StrictEC2

CALLS: dict[str, Callable[[Any, str], Awaitable[Any]]] = {
    "tags": lambda ec2, odd: ec2.ex_describe_tags(odd),
    "snapshots": lambda ec2, odd: ec2.list_volume_snapshots(odd),
    "addresses": lambda ec2, odd: ec2.ex_describe_addresses_for_node(odd),
    "sizes": lambda ec2, odd: ec2.list_sizes(location=odd),
}


@pytest.mark.parametrize("what", CALLS)
async def test_a_pattern_is_no_id(client: MakeClient, what: str) -> None:
    with StrictEC2() as server:
        ec2 = client(server.origin)
        for odd in ("*", "i-*", "vol-?", "a\\b"):
            with pytest.raises(InvalidRequest, match="for a pattern"):
                await CALLS[what](ec2, odd)
        assert server.requests == []
