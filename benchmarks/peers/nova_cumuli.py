"""cumuli, sync."""

from __future__ import annotations

from collections.abc import Callable

from cumuli import OpenStack


def prepare(endpoint: str) -> Callable[[], int]:
    client = OpenStack(
        auth_url=f"{endpoint}/identity/v3", username="demo", password="secret", project_name="demo", region="RegionOne"
    )
    return lambda: len(client.list_nodes())
