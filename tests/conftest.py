"""What every test can use."""

from __future__ import annotations

import os
import signal

import hypothesis
import pytest

from tests.flavours import FLAVOURS, Flavour

# What runs in the background, under nohup or by some build systems is deaf to some signals, and so are its children:
# tests of what a signal does to one would wait for ever. What has a handler here is on its default there.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
for _number in (signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, lambda _number, _frame: None)

# How long one example takes says more of what else the machine does than of the code.
hypothesis.settings.register_profile(
    "tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("tests")

pytest_plugins = ["cumuli.testing.flavours", "cumuli.testing.gaps", "tests.support.secrecy", "tests.support.tiers"]


def pytest_xdist_auto_num_workers() -> int:
    """For ``-n auto``: one more than there are CPUs, since many tests wait for a server or for the clock."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(params=FLAVOURS)
def flavour(request: pytest.FixtureRequest) -> Flavour:
    """Each of the two runtimes; tests of clients override it with their own (``cumuli.testing.flavours``)."""
    return Flavour(request.param)
