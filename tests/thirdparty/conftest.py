"""Example Cloud's distribution, built and installed as pip would, outside of this project's environment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from example_server import ExampleServer, serving
from tests.secrets_used import API_SECRET

# Its tests are those of a project of its own: test_installed.py runs them there.
collect_ignore = ["cumuli-example"]

PROJECT = Path(__file__).parent / "cumuli-example"


def install(project: Path, target: Path) -> Path:
    """Install a project's distribution into a folder, as pip would, and give the folder."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    done = subprocess.run(
        [*pip, "--no-index", "--no-deps", "--no-build-isolation", "--target", target, project],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the distribution is installed to."""
    return install(PROJECT, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def cloud_server() -> Iterator[ExampleServer]:
    with serving(API_SECRET) as server:
        yield server
