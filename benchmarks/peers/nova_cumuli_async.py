"""cumuli, async."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cumuli import AsyncOpenStack


def prepare(endpoint: str) -> Callable[[], int]:
    runner = asyncio.Runner()
    client = AsyncOpenStack(
        auth_url=f"{endpoint}/identity/v3", username="demo", password="secret", project_name="demo", region="RegionOne"
    )

    async def count() -> int:
        return len(await client.list_nodes())

    return lambda: runner.run(count())
