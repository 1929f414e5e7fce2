"""Clients of EC2 in both flavours, and small strict servers that do what moto cannot be made to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.providers.aws.ec2.aio import AsyncEC2
from cumuli.providers.aws.ec2.client import EC2
from cumuli.testing.flavours import Flavour, flavour

__all__ = ["flavour"]

MakeClient = Callable[..., Any]


@pytest.fixture
def client(flavour: Flavour) -> Iterator[MakeClient]:
    """Makes clients of an endpoint, in the shape of the async one, and closes them."""
    made: list[Any] = []

    def make(endpoint: str | None, *, region: str = "eu-west-1", **settings: Any) -> Any:
        kind = AsyncEC2 if flavour.name == "async" else EC2
        settings.setdefault("retry", RetryPolicy(base=0.01))
        made.append(flavour.shape(kind("key", "secret", region=region, endpoint=endpoint, proxy="", **settings)))
        return made[-1]

    yield make
    for each in made:
        flavour.run(each.aclose())
