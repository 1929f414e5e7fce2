"""Example Cloud's distribution, built and installed as pip would, outside of this project's environment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.secrets_used import API_SECRET
from tests.support.flavours import flavour
from tests.thirdparty.server import ExampleServer, serving

__all__ = ["flavour"]

PROJECT = Path(__file__).parent / "cumuli-example"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the distribution is installed to."""
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    done = subprocess.run(
        [*pip, "--no-index", "--no-deps", "--no-build-isolation", "--target", target, PROJECT],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="module")
def importable(installed: Path) -> Iterator[Path]:
    """The distribution on the path of this process, as long as the tests of one file run."""
    sys.path.insert(0, str(installed))
    yield installed
    sys.path.remove(str(installed))
    for name in [name for name in sys.modules if name.partition(".")[0] == "cumuli_example"]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def cloud_server() -> Iterator[ExampleServer]:
    with serving(API_SECRET) as server:
        yield server
