"""boto3."""

from __future__ import annotations

from collections.abc import Callable

import boto3


def prepare(endpoint: str) -> Callable[[], int]:
    client = boto3.client(
        "ec2",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )

    def count() -> int:
        pages = client.get_paginator("describe_instances").paginate()
        return sum(len(reservation["Instances"]) for page in pages for reservation in page["Reservations"])

    return count


def images(endpoint: str) -> Callable[[], int]:
    client = boto3.client(
        "ec2",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    return lambda: len(client.describe_images(Owners=["amazon"])["Images"])
