"""What every test can use."""

from __future__ import annotations

import pytest

from tests.flavours import FLAVOURS, Flavour

pytest_plugins = ["tests.support.flavours", "tests.support.gaps", "tests.support.secrecy"]


@pytest.fixture(params=FLAVOURS)
def flavour(request: pytest.FixtureRequest) -> Flavour:
    """Each of the two runtimes; tests of clients override it with their own (``tests.support.flavours``)."""
    return Flavour(request.param)
