"""What the peers of the S3 scenarios share: the files, the names, and ways of doing many things."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.servers.s3 import BLOCK, BUCKET, COUNT, LARGE, MIB, SMALL

__all__ = [
    "BUCKET", "LARGE", "MIB", "NAMES", "PAYLOAD", "READ_NAMES", "WAYS", "each", "each_async", "large_file",
    "new_file", "size_of", "small_file", "threads", "whole",
]  # fmt: skip

WAYS = 16
PAYLOAD = BLOCK[:SMALL]
NAMES = [f"put/{n:04d}" for n in range(COUNT)]
READ_NAMES = [f"small/{n:04d}" for n in range(COUNT)]
# In memory where there is such a file system: no disk is measured.
_FOLDER = tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)


def large_file() -> str:
    """A file of 256 MiB."""
    path = Path(_FOLDER.name, "source")
    with path.open("wb") as file:
        for _ in range(LARGE // MIB):
            file.write(BLOCK)
    return str(path)


def small_file() -> str:
    """A file of 4 KiB, for whom it is the quickest way to store them."""
    path = Path(_FOLDER.name, "small")
    path.write_bytes(PAYLOAD)
    return str(path)


def new_file() -> str:
    """Where a download goes."""
    return str(Path(_FOLDER.name, "target"))


def size_of(path: str) -> int:
    """How much of it came, once its end is seen to be right."""
    with Path(path).open("rb") as file:
        file.seek(-MIB, os.SEEK_END)
        if file.read() != BLOCK:
            raise SystemExit("the download has a wrong end")
        return file.tell()


def whole(data: bytes) -> None:
    """A small object came as it was."""
    if len(data) != SMALL:
        raise SystemExit(f"{len(data)} bytes came instead of {SMALL}")


def each(job: Callable[[str], None], names: Iterable[str]) -> Callable[[], int]:
    """The job for one name after the other."""

    def run() -> int:
        count = 0
        for name in names:
            job(name)
            count += 1
        return count

    return run


def threads(job: Callable[[str], None], names: Iterable[str]) -> Callable[[], int]:
    """The job for 16 names at a time, in threads that live on."""
    pool = ThreadPoolExecutor(WAYS)
    return lambda: sum(1 for _ in pool.map(job, names))


async def each_async(job: Callable[[str], Awaitable[None]], names: Iterable[str]) -> int:
    """The job for 16 names at a time, in tasks."""
    left = iter(names)

    async def worker() -> int:
        count = 0
        for name in left:
            await job(name)
            count += 1
        return count

    return sum(await asyncio.gather(*(worker() for _ in range(WAYS))))
