"""OpenDAL (Rust)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from shutil import copyfileobj
from typing import Any

import opendal

from benchmarks.s3_jobs import (
    BUCKET,
    MIB,
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

PIECE = 8 * MIB


def client(endpoint: str) -> Any:
    return opendal.Operator(
        "s3", bucket=BUCKET, endpoint=endpoint, region="us-east-1", access_key_id="key", secret_access_key="secret",
        disable_config_load="true", disable_ec2_metadata="true",
    )  # fmt: skip


def up(endpoint: str) -> Callable[[], int]:
    store, path = client(endpoint), large_file()

    def job() -> int:
        with Path(path).open("rb") as source, store.open("uploaded", "wb", chunk=PIECE, concurrent=4) as target:
            copyfileobj(source, target, PIECE)
        return store.stat("uploaded").content_length

    return job


def down(endpoint: str) -> Callable[[], int]:
    store, path = client(endpoint), new_file()

    def job() -> int:
        with store.open("large", "rb", chunk=PIECE, concurrent=4) as source, Path(path).open("wb") as target:
            copyfileobj(source, target, PIECE)
        return size_of(path)

    return job


def put(endpoint: str) -> Callable[[], int]:
    store = client(endpoint)
    return each(lambda name: store.write(name, PAYLOAD), NAMES)


def get(endpoint: str) -> Callable[[], int]:
    store = client(endpoint)
    return each(lambda name: whole(store.read(name)), READ_NAMES)


def put_16(endpoint: str) -> Callable[[], int]:
    runner, store = asyncio.Runner(), client(endpoint).to_async_operator()
    return lambda: runner.run(each_async(lambda name: store.write(name, PAYLOAD), NAMES))


def get_16(endpoint: str) -> Callable[[], int]:
    runner, store = asyncio.Runner(), client(endpoint).to_async_operator()

    async def one(name: str) -> None:
        whole(await store.read(name))

    return lambda: runner.run(each_async(one, READ_NAMES))


def listing(endpoint: str) -> Callable[[], int]:
    store = client(endpoint)
    return lambda: sum(1 for _ in store.list("data/", recursive=True))
