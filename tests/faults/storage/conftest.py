"""The storage clients are tried in both flavours; a real S3 server stands behind the damaging proxy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from polycloud import sandbox
from tests.support.flavours import flavour

__all__ = ["flavour"]


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    with sandbox.running("s3") as server:
        yield server.endpoint
