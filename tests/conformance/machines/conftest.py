"""Machines on this computer, if ``make test-machines`` has started podman, whose own commands are the other eyes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.tiers import skip_without

VARIABLE = "CUMULI_MACHINES"
"""Where podman's service listens; the tests are skipped when nobody says."""

Podman = Callable[..., str]
"""``podman --remote``: gives what it prints."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if VARIABLE in os.environ:
        return
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(skip_without("machines by podman", "make test-machines"))


@pytest.fixture(scope="session")
def endpoint() -> str:
    return os.environ[VARIABLE]


@pytest.fixture(scope="session")
def podman(endpoint: str) -> Podman:
    def call(*arguments: str) -> str:
        done = subprocess.run(
            ["podman", "--url", endpoint, *arguments], capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout

    return call


@pytest.fixture(scope="session")
def image(podman: Podman) -> str:
    """The id of the image that the sandbox has."""
    found: list[Mapping[str, Any]] = json.loads(podman("images", "--format", "json"))
    return next(str(each["Id"]) for each in found if "localhost/cumuli/debian:12" in (each["Names"] or []))
