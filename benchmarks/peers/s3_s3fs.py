"""s3fs. It is asynchronous inside: 16 at a time are tasks of its own loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from s3fs import S3FileSystem

from benchmarks.s3_jobs import (
    BUCKET,
    NAMES,
    PAYLOAD,
    READ_NAMES,
    each,
    each_async,
    large_file,
    new_file,
    size_of,
    whole,
)  # fmt: skip


def client(endpoint: str, *, asynchronous: bool = False) -> Any:
    return S3FileSystem(
        key="key", secret="secret", endpoint_url=endpoint, client_kwargs={"region_name": "us-east-1"},
        use_listings_cache=False, skip_instance_cache=True, asynchronous=asynchronous,
    )  # fmt: skip


def up(endpoint: str) -> Callable[[], int]:
    s3, path = client(endpoint), large_file()

    def job() -> int:
        s3.put_file(path, f"{BUCKET}/uploaded")
        return s3.size(f"{BUCKET}/uploaded")

    return job


def down(endpoint: str) -> Callable[[], int]:
    s3, path = client(endpoint), new_file()

    def job() -> int:
        s3.get_file(f"{BUCKET}/large", path)
        return size_of(path)

    return job


def put(endpoint: str) -> Callable[[], int]:
    s3 = client(endpoint)
    return each(lambda name: s3.pipe_file(f"{BUCKET}/{name}", PAYLOAD), NAMES)


def get(endpoint: str) -> Callable[[], int]:
    s3 = client(endpoint)
    return each(lambda name: whole(s3.cat_file(f"{BUCKET}/{name}")), READ_NAMES)


def put_16(endpoint: str) -> Callable[[], int]:
    runner = asyncio.Runner()
    s3 = client(endpoint, asynchronous=True)
    return lambda: runner.run(each_async(lambda name: s3._pipe_file(f"{BUCKET}/{name}", PAYLOAD), NAMES))


def get_16(endpoint: str) -> Callable[[], int]:
    runner = asyncio.Runner()
    s3 = client(endpoint, asynchronous=True)

    async def one(name: str) -> None:
        whole(await s3._cat_file(f"{BUCKET}/{name}"))

    return lambda: runner.run(each_async(one, READ_NAMES))


def listing(endpoint: str) -> Callable[[], int]:
    s3 = client(endpoint)
    return lambda: len(s3.find(f"{BUCKET}/data"))
