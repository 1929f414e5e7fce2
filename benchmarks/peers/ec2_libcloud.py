"""apache-libcloud."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from libcloud.compute.providers import get_driver
from libcloud.compute.types import Provider


def prepare(endpoint: str) -> Callable[[], int]:
    parts = urlsplit(endpoint)
    driver = get_driver(Provider.EC2)(
        "key", "secret", region="us-east-1", secure=False, host=parts.hostname, port=parts.port
    )
    return lambda: len(driver.list_nodes())


def images(endpoint: str) -> Callable[[], int]:
    parts = urlsplit(endpoint)
    driver = get_driver(Provider.EC2)(
        "key", "secret", region="us-east-1", secure=False, host=parts.hostname, port=parts.port
    )
    return lambda: len(driver.list_images(ex_owner="amazon"))
