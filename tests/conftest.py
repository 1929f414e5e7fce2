"""What every test can use."""

from __future__ import annotations

import importlib
import signal
import sys

import pytest

from tests.flavours import FLAVOURS, Flavour

if sys.flags.dev_mode:
    # Under -X dev aiohttp refuses what it takes otherwise, and moto says "Server" twice in every answer.
    importlib.import_module("aiohttp._http_parser").DEBUG = False  # type: ignore[attr-defined]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what it runs in the background deaf to Ctrl-C, and the tests of Ctrl-C would wait for ever.
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ["tests.support.flavours", "tests.support.gaps", "tests.support.secrecy", "tests.support.tiers"]


@pytest.fixture(params=FLAVOURS)
def flavour(request: pytest.FixtureRequest) -> Flavour:
    """Each of the two runtimes; tests of clients override it with their own (``tests.support.flavours``)."""
    return Flavour(request.param)
