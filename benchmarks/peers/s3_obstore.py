"""obstore (Rust)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import obstore
from obstore.store import S3Store

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


def client(endpoint: str) -> S3Store:
    return S3Store(
        BUCKET, endpoint=endpoint, region="us-east-1", access_key_id="key", secret_access_key="secret",
        virtual_hosted_style_request=False, client_options={"allow_http": True},
    )  # fmt: skip


def up(endpoint: str) -> Callable[[], int]:
    store, path = client(endpoint), Path(large_file())

    def job() -> int:
        obstore.put(store, "uploaded", path)
        return obstore.head(store, "uploaded")["size"]

    return job


def down(endpoint: str) -> Callable[[], int]:
    store, path = client(endpoint), new_file()

    def job() -> int:
        with Path(path).open("wb") as file:
            file.writelines(obstore.get(store, "large").stream())
        return size_of(path)

    return job


def put(endpoint: str) -> Callable[[], int]:
    store = client(endpoint)
    return each(lambda name: obstore.put(store, name, PAYLOAD) and None, NAMES)


def get(endpoint: str) -> Callable[[], int]:
    store = client(endpoint)
    return each(lambda name: whole(bytes(obstore.get(store, name).bytes())), READ_NAMES)


def put_16(endpoint: str) -> Callable[[], int]:
    runner, store = asyncio.Runner(), client(endpoint)

    async def one(name: str) -> None:
        await obstore.put_async(store, name, PAYLOAD)

    return lambda: runner.run(each_async(one, NAMES))


def get_16(endpoint: str) -> Callable[[], int]:
    runner, store = asyncio.Runner(), client(endpoint)

    async def one(name: str) -> None:
        whole(bytes(await (await obstore.get_async(store, name)).bytes_async()))

    return lambda: runner.run(each_async(one, READ_NAMES))


def listing(endpoint: str) -> Callable[[], int]:
    store = client(endpoint)
    return lambda: sum(len(page) for page in obstore.list(store, chunk_size=1000))
