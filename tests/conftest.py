"""What every test can use."""

from __future__ import annotations

import os
import signal

import hypothesis
import pytest

from tests.flavours import FLAVOURS, Flavour

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what it runs in the background deaf to Ctrl-C, and the tests of Ctrl-C would wait for ever.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long one example takes says more of what else the machine does than of the code.
hypothesis.settings.register_profile(
    "tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("tests")

pytest_plugins = ["tests.support.flavours", "tests.support.gaps", "tests.support.secrecy", "tests.support.tiers"]


def pytest_xdist_auto_num_workers() -> int:
    """For ``-n auto``: one more than there are CPUs, since many tests wait for a server or for the clock."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(params=FLAVOURS)
def flavour(request: pytest.FixtureRequest) -> Flavour:
    """Each of the two runtimes; tests of clients override it with their own (``tests.support.flavours``)."""
    return Flavour(request.param)
