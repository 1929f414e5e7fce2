"""cumuli, async, verifying as it does on Amazon S3."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from benchmarks.s3_jobs import BUCKET, NAMES, PAYLOAD, READ_NAMES, each_async, large_file, new_file, size_of, whole
from cumuli import AsyncS3

Job = Callable[[str], Awaitable[None]]
_runner = asyncio.Runner()


def client(endpoint: str) -> AsyncS3:
    return AsyncS3("key", "secret", region="us-east-1", endpoint=endpoint, checksum="crc32")


def up(endpoint: str) -> Callable[[], int]:
    store, path = client(endpoint), large_file()

    async def job() -> int:
        return (await store.upload_object(path, BUCKET, "uploaded")).size

    return lambda: _runner.run(job())


def down(endpoint: str) -> Callable[[], int]:
    store, path = client(endpoint), new_file()

    async def job() -> int:
        await store.download_object((BUCKET, "large"), path, overwrite_existing=True)
        return size_of(path)

    return lambda: _runner.run(job())


async def _one_by_one(job: Job, names: list[str]) -> int:
    for name in names:
        await job(name)
    return len(names)


def _put(endpoint: str) -> Job:
    store = client(endpoint)

    async def job(name: str) -> None:
        await store.upload_object(PAYLOAD, BUCKET, name)

    return job


def put(endpoint: str) -> Callable[[], int]:
    job = _put(endpoint)
    return lambda: _runner.run(_one_by_one(job, NAMES))


def put_16(endpoint: str) -> Callable[[], int]:
    job = _put(endpoint)
    return lambda: _runner.run(each_async(job, NAMES))


def _get(endpoint: str) -> Job:
    store = client(endpoint)

    async def job(name: str) -> None:
        async with store.download_object_as_stream((BUCKET, name)) as stream:
            whole(await stream.read())

    return job


def get(endpoint: str) -> Callable[[], int]:
    job = _get(endpoint)
    return lambda: _runner.run(_one_by_one(job, READ_NAMES))


def get_16(endpoint: str) -> Callable[[], int]:
    job = _get(endpoint)
    return lambda: _runner.run(each_async(job, READ_NAMES))


def listing(endpoint: str) -> Callable[[], int]:
    store = client(endpoint)

    async def job() -> int:
        return len(await store.list_container_objects(BUCKET))

    return lambda: _runner.run(job())
