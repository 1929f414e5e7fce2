"""Clients of S3 in both flavours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.providers.aws.s3.aio import AsyncS3
from cumuli.providers.aws.s3.client import S3
from cumuli.testing.flavours import Flavour, flavour

__all__ = ["flavour"]

MakeClient = Callable[..., Any]


@pytest.fixture
def client(flavour: Flavour) -> Iterator[MakeClient]:
    """Makes clients of an endpoint, in the shape of the async one, and closes them."""
    made: list[Any] = []

    def make(endpoint: str, *, region: str = "us-east-1", **settings: Any) -> Any:
        kind = AsyncS3 if flavour.name == "async" else S3
        settings.setdefault("retry", RetryPolicy(base=0.01))
        made.append(flavour.shape(kind("key", "secret", region=region, endpoint=endpoint, proxy="", **settings)))
        return made[-1]

    yield make
    for each in made:
        flavour.run(each.aclose())
