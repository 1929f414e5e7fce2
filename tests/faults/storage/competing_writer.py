"""A process of the tests that puts objects beside others of its kind.

Run with the flavour, the folder of a ``LocalStorage``, a name of its own, and how many objects there
are to fight for. It says ``ready``, waits for a line, and prints the numbers of the objects that it won.
"""

from __future__ import annotations

import asyncio
import sys

from cumuli.errors import PreconditionFailed
from cumuli.providers.local.aio import AsyncLocalStorage
from cumuli.providers.local.client import LocalStorage

MUCH = "x" * 70_000


def data(own: str, number: int) -> tuple[bytes, dict[str, str]]:
    # Every other one is too much for an attribute of the file.
    return own.encode() * 1000, {"own": own, "much": MUCH if number % 2 else ""}


def contend(root: str, own: str, count: int) -> list[int]:
    won: list[int] = []
    with LocalStorage(root) as storage:
        for number in range(count):
            content, meta_data = data(own, number)
            try:
                storage.upload_object(content, "box", f"a/{number}", meta_data=meta_data, if_none_match="*")
            except PreconditionFailed:
                continue
            won.append(number)
    return won


async def contend_async(root: str, own: str, count: int) -> list[int]:
    won: list[int] = []

    async def one(number: int) -> None:
        content, meta_data = data(own, number)
        try:
            await storage.upload_object(content, "box", f"a/{number}", meta_data=meta_data, if_none_match="*")
        except PreconditionFailed:
            return
        won.append(number)

    async with AsyncLocalStorage(root) as storage:
        await asyncio.gather(*(one(number) for number in range(count)))
    return won


if __name__ == "__main__":
    flavour, root, own, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    print("ready", flush=True)
    sys.stdin.readline()
    print(*(asyncio.run(contend_async(root, own, count)) if flavour == "async" else contend(root, own, count)))
