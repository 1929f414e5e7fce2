"""cumuli, sync, verifying as it does on Amazon S3."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.s3_jobs import (
    BUCKET,
    NAMES,
    PAYLOAD,
    READ_NAMES,
    each,
    large_file,
    new_file,
    size_of,
    threads,
    whole,
)  # fmt: skip
from cumuli import S3


def client(endpoint: str) -> S3:
    return S3("key", "secret", region="us-east-1", endpoint=endpoint, checksum="crc32")


def up(endpoint: str) -> Callable[[], int]:
    store, path = client(endpoint), large_file()
    return lambda: store.upload_object(path, BUCKET, "uploaded").size


def down(endpoint: str) -> Callable[[], int]:
    store, path = client(endpoint), new_file()

    def job() -> int:
        store.download_object((BUCKET, "large"), path, overwrite_existing=True)
        return size_of(path)

    return job


def _put(endpoint: str) -> Callable[[str], None]:
    store = client(endpoint)

    def job(name: str) -> None:
        store.upload_object(PAYLOAD, BUCKET, name)

    return job


def put(endpoint: str) -> Callable[[], int]:
    return each(_put(endpoint), NAMES)


def put_16(endpoint: str) -> Callable[[], int]:
    return threads(_put(endpoint), NAMES)


def _get(endpoint: str) -> Callable[[str], None]:
    store = client(endpoint)

    def job(name: str) -> None:
        with store.download_object_as_stream((BUCKET, name)) as stream:
            whole(stream.read())

    return job


def get(endpoint: str) -> Callable[[], int]:
    return each(_get(endpoint), READ_NAMES)


def get_16(endpoint: str) -> Callable[[], int]:
    return threads(_get(endpoint), READ_NAMES)


def listing(endpoint: str) -> Callable[[], int]:
    store = client(endpoint)
    return lambda: len(store.list_container_objects(BUCKET))
