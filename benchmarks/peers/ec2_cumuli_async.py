"""cumuli, async."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cumuli import AsyncEC2


def prepare(endpoint: str) -> Callable[[], int]:
    runner = asyncio.Runner()
    client = AsyncEC2("key", "secret", region="us-east-1", endpoint=endpoint)

    async def count() -> int:
        return len(await client.list_nodes())

    return lambda: runner.run(count())


def images(endpoint: str) -> Callable[[], int]:
    runner = asyncio.Runner()
    client = AsyncEC2("key", "secret", region="us-east-1", endpoint=endpoint)

    async def count() -> int:
        return len(await client.list_images(owner="amazon"))

    return lambda: runner.run(count())
