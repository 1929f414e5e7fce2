"""A process of the tests that puts an object into a folder, gets it back, and prints its peak memory in bytes.

Run with the flavour, the source (``path`` or ``iterator``), the size, and a folder to work in.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from polycloud.providers.local.aio import AsyncLocalStorage
from polycloud.providers.local.client import LocalStorage

PIECE = bytes(range(256)) * 4096


def pieces(size: int) -> Iterator[bytes]:
    for at in range(0, size, len(PIECE)):
        yield PIECE[: size - at]


def sparse(path: Path, size: int) -> Path:
    """A file of so many bytes that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(size)
    return path


def move(source: str, size: int, folder: Path) -> None:
    with LocalStorage(folder / "root") as storage:
        storage.create_container("box")
        if source == "path":
            obj = storage.upload_object(sparse(folder / "source", size), "box", "o")
        else:
            obj = storage.upload_object_via_stream(pieces(size), "box", "o")
        storage.download_object(obj, os.devnull, overwrite_existing=True)
        assert obj.size == size
        storage.delete_object(obj)


async def move_async(source: str, size: int, folder: Path) -> None:
    async with AsyncLocalStorage(folder / "root") as storage:
        await storage.create_container("box")
        if source == "path":
            obj = await storage.upload_object(sparse(folder / "source", size), "box", "o")
        else:
            obj = await storage.upload_object_via_stream(pieces(size), "box", "o")
        await storage.download_object(obj, os.devnull, overwrite_existing=True)
        assert obj.size == size
        await storage.delete_object(obj)


def peak() -> int:
    """The most memory of this process at one time; ``ru_maxrss`` would count the one that started it too."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the kernel does not tell")


if __name__ == "__main__":
    flavour, source, size, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    if flavour == "sync":
        move(source, size, folder)
    else:
        asyncio.run(move_async(source, size, folder))
    print(peak())
