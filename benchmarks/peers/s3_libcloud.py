"""Apache Libcloud. A driver has one connection and is not for several threads: each thread has its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from libcloud.storage.base import Container, Object
from libcloud.storage.drivers.s3 import S3StorageDriver

from benchmarks.s3_jobs import (
    BUCKET,
    LARGE,
    NAMES,
    PAYLOAD,
    READ_NAMES,
    each,
    large_file,
    new_file,
    size_of,
    small_file,
    threads,
    whole,
)  # fmt: skip


def container(endpoint: str) -> Any:
    parts = urlsplit(endpoint)
    driver = S3StorageDriver(
        "key", "secret", secure=False, host=parts.hostname, port=parts.port, region="us-east-1"
    )  # fmt: skip
    return Container(BUCKET, {}, driver)


def known(bucket: Any, name: str, size: int) -> Any:
    """The object, without asking for it."""
    return Object(name, size, None, {}, {}, bucket, bucket.driver)


def up(endpoint: str) -> Callable[[], int]:
    bucket, path = container(endpoint), large_file()
    return lambda: bucket.upload_object(path, "uploaded").size


def down(endpoint: str) -> Callable[[], int]:
    bucket, path = container(endpoint), new_file()

    def job() -> int:
        known(bucket, "large", LARGE).download(path, overwrite_existing=True)
        return size_of(path)

    return job


def _own(endpoint: str) -> Callable[[], Any]:
    local = threading.local()

    def get_bucket() -> Any:
        bucket = getattr(local, "bucket", None)
        if bucket is None:
            bucket = local.bucket = container(endpoint)
        return bucket

    return get_bucket


def _put(endpoint: str) -> Callable[[str], None]:
    # A stream it would send in parts, in three requests.
    bucket, path = _own(endpoint), small_file()

    def job(name: str) -> None:
        bucket().upload_object(path, name)

    return job


def put(endpoint: str) -> Callable[[], int]:
    return each(_put(endpoint), NAMES)


def put_16(endpoint: str) -> Callable[[], int]:
    return threads(_put(endpoint), NAMES)


def _get(endpoint: str) -> Callable[[str], None]:
    bucket = _own(endpoint)

    def job(name: str) -> None:
        whole(b"".join(known(bucket(), name, len(PAYLOAD)).as_stream()))

    return job


def get(endpoint: str) -> Callable[[], int]:
    return each(_get(endpoint), READ_NAMES)


def get_16(endpoint: str) -> Callable[[], int]:
    return threads(_get(endpoint), READ_NAMES)


def listing(endpoint: str) -> Callable[[], int]:
    bucket = container(endpoint)
    return lambda: len(bucket.list_objects())
