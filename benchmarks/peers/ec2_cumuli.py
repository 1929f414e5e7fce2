"""cumuli, sync."""

from __future__ import annotations

from collections.abc import Callable

from cumuli import EC2


def prepare(endpoint: str) -> Callable[[], int]:
    client = EC2("key", "secret", region="us-east-1", endpoint=endpoint)
    return lambda: len(client.list_nodes())


def images(endpoint: str) -> Callable[[], int]:
    client = EC2("key", "secret", region="us-east-1", endpoint=endpoint)
    return lambda: len(client.list_images(owner="amazon"))
