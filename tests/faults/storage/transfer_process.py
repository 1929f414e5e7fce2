"""A process of the tests that puts an object into a store, gets it back, and prints its peak memory in bytes.

Run with the flavour, the source (``path`` or ``iterator``), the size, and a folder to work in; the
provider and its settings come as JSON by standard input.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cumuli

PIECE = bytes(range(256)) * 4096
BOX = "moving"


def pieces(size: int) -> Iterator[bytes]:
    """Content of which no two pieces are alike, so that parts in a wrong order show."""
    for number, at in enumerate(range(0, size, len(PIECE))):
        yield (number.to_bytes(8, "big") + PIECE[8:])[: size - at]


def source_file(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.writelines(pieces(size))
    return path


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def expected(size: int) -> str:
    hasher = hashlib.blake2b()
    for piece in pieces(size):
        hasher.update(piece)
    return hasher.hexdigest()


def move(provider: str, settings: dict[str, Any], source: str, size: int, folder: Path) -> None:
    with cumuli.storage(provider, **settings) as storage:
        storage.create_container(BOX)
        if source == "path":
            obj = storage.upload_object(source_file(folder / "source", size), BOX, "o")
        else:
            obj = storage.upload_object_via_stream(pieces(size), BOX, "o")
        assert obj.size == size
        storage.download_object(obj, folder / "there")
        storage.delete_object(obj)
        storage.delete_container(BOX)


async def move_async(provider: str, settings: dict[str, Any], source: str, size: int, folder: Path) -> None:
    async with cumuli.async_storage(provider, **settings) as storage:
        await storage.create_container(BOX)
        if source == "path":
            obj = await storage.upload_object(source_file(folder / "source", size), BOX, "o")
        else:
            obj = await storage.upload_object_via_stream(pieces(size), BOX, "o")
        assert obj.size == size
        await storage.download_object(obj, folder / "there")
        await storage.delete_object(obj)
        await storage.delete_container(BOX)


def peak() -> int:
    """The most memory of this process at one time; ``ru_maxrss`` would count the one that started it too."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the kernel does not tell")


if __name__ == "__main__":
    flavour, source, size, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    given = json.load(sys.stdin)
    if flavour == "sync":
        move(given["provider"], given["settings"], source, size, folder)
    else:
        asyncio.run(move_async(given["provider"], given["settings"], source, size, folder))
    most = peak()
    assert digest(folder / "there") == expected(size)
    print(most)
