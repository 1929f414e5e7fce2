"""boto3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

from benchmarks.s3_jobs import (
    BUCKET,
    NAMES,
    PAYLOAD,
    READ_NAMES,
    WAYS,
    each,
    large_file,
    new_file,
    size_of,
    threads,
    whole,
)  # fmt: skip


def client(endpoint: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        config=Config(max_pool_connections=WAYS),
    )


def up(endpoint: str) -> Callable[[], int]:
    s3, path = client(endpoint), large_file()

    def job() -> int:
        s3.upload_file(path, BUCKET, "uploaded")
        return s3.head_object(Bucket=BUCKET, Key="uploaded")["ContentLength"]

    return job


def down(endpoint: str) -> Callable[[], int]:
    s3, path = client(endpoint), new_file()

    def job() -> int:
        s3.download_file(BUCKET, "large", path)
        return size_of(path)

    return job


def _put(endpoint: str) -> Callable[[str], None]:
    s3 = client(endpoint)

    def job(name: str) -> None:
        s3.put_object(Bucket=BUCKET, Key=name, Body=PAYLOAD)

    return job


def put(endpoint: str) -> Callable[[], int]:
    return each(_put(endpoint), NAMES)


def put_16(endpoint: str) -> Callable[[], int]:
    return threads(_put(endpoint), NAMES)


def _get(endpoint: str) -> Callable[[str], None]:
    s3 = client(endpoint)

    def job(name: str) -> None:
        whole(s3.get_object(Bucket=BUCKET, Key=name)["Body"].read())

    return job


def get(endpoint: str) -> Callable[[], int]:
    return each(_get(endpoint), READ_NAMES)


def get_16(endpoint: str) -> Callable[[], int]:
    return threads(_get(endpoint), READ_NAMES)


def listing(endpoint: str) -> Callable[[], int]:
    s3 = client(endpoint)

    def job() -> int:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return sum(len(page["Contents"]) for page in pages)

    return job
