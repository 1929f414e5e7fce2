"""The field: conformance again, over a link that is slow, far and now and then broken, by many callers at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cumuli.testing.flavours import flavour
from tests.conformance.s3.conftest import boto, moto, rclone_address
from tests.conformance.swift.conftest import eyes, server

__all__ = ["boto", "eyes", "flavour", "moto", "rclone_address", "server"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.field)
