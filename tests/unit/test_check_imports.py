"""The import bans find what is planted, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import check_imports

TOOL = Path(check_imports.__file__)


def findings(root: Path, path: str, text: str) -> str:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return "\n".join(check_imports.violations(root))


@pytest.mark.parametrize("room", ["providers/aws", "compute", "storage", "wire", "calls"])
@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("import asyncio", "asyncio"),
        ("from asyncio import sleep", "asyncio"),
        ("import concurrent.futures", "concurrent"),
        ("from urllib import request", "urllib.request"),
        ("import http.client", "http.client"),
        ("from http import client", "http.client"),
        ("import aiohttp.web", "aiohttp"),
        ("import time as clock", "time"),
        ("from os import urandom", "os.urandom"),
        ("import os\nos.environ['HOME']", "os.environ"),
        ("from pathlib import Path", "pathlib"),
        ("import mimetypes", "mimetypes"),
        ("def f():\n    import ssl", "ssl"),
        ("open('x')", "open()"),
        ("import datetime as dt\ndt.datetime.now(dt.UTC)", "clock"),
    ],
)
def test_a_planted_violation_is_found(tmp_path: Path, room: str, line: str, word: str) -> None:
    assert word in findings(tmp_path, f"{room}/driver.py", line)


@pytest.mark.parametrize(
    "line",
    [
        "import os\nos.fspath('x')\nx: os.PathLike[str]",
        "from os import PathLike",
        "from urllib.parse import quote",
        "from cumuli.wire import time",
        "import datetime as dt\ndt.datetime.fromisoformat('2026-01-01')",
        "runtime.now(); runtime.random(); self.open()",
        "from pathlib import PurePosixPath",
    ],
)
def test_what_is_pure_is_left_alone(tmp_path: Path, line: str) -> None:
    assert not findings(tmp_path, "providers/aws/driver.py", line)


@pytest.mark.parametrize(
    ("path", "line", "allowed"),
    [
        ("runtime/blocking/runtime.py", "import http.client", False),
        ("runtime/loop/dial.py", "import ssl", True),
        ("runtime/loop/runtime.py", "import aiohttp", False),
        ("runtime/http/tls.py", "import ssl", True),
        ("runtime/blocking/runtime.py", "import aiohttp", False),
        ("calls/retry.py", "from http.client import HTTPConnection", False),
        ("cli/main.py", "import requests", False),
        ("providers/aws/identity/credentials.py", "import ssl", False),
        ("cli/main.py", "import time", True),
    ],
)
def test_http_stays_in_its_files(tmp_path: Path, path: str, line: str, allowed: bool) -> None:
    assert bool(findings(tmp_path, path, line)) is not allowed


@pytest.mark.parametrize(
    ("path", "line", "allowed"),
    [
        ("compute/aio.py", "from cumuli.providers.aws.ec2 import models", False),
        ("compute/aio.py", "from cumuli.storage.models import Object", False),
        ("compute/aio.py", "from cumuli.calls.paging import Page", True),
        ("compute/aio.py", "def f():\n    from cumuli import registry", False),
        ("calls/caller.py", "from cumuli.compute.models import Node", False),
        ("calls/caller.py", "from cumuli.runtime.protocol import Runtime", True),
        ("runtime/protocol.py", "from cumuli.calls import caller", False),
        ("runtime/protocol.py", "from cumuli.errors import Timeout", True),
        ("wire/xml.py", "from cumuli.runtime import messages", False),
        ("errors.py", "from cumuli.secret import Secret", True),
        ("errors.py", "from cumuli.calls.options import ClientOptions", False),
        ("providers/aws/ec2/driver.py", "from cumuli.providers.gogrid.wire import answer", False),
        ("providers/aws/ec2/driver.py", "from cumuli.providers.aws.query import filters", True),
        ("providers/rackspace/compute/driver.py", "from cumuli.providers.openstack import catalog", True),
        ("providers/openstack/catalog.py", "from cumuli.providers.rackspace.identity import RACKSPACE", False),
        ("providers/aws/ec2/aio.py", "from cumuli.registry import providers", False),
        ("providers/aws/ec2/aio.py", "if TYPE_CHECKING:\n    import cumuli.registry", False),
        ("providers/aws/ec2/aio.py", "from cumuli import registry", False),
        ("by_name.py", "from cumuli.providers.aws.ec2.client import EC2", True),
        ("registry.py", "from cumuli.providers.aws.ec2.client import EC2", False),
        ("registry.py", "from cumuli import by_name", False),
        ("registry.py", "from cumuli.cli import app", False),
        ("cli/app.py", "from cumuli import registry", True),
        ("testing/flavours.py", "from cumuli.compute.aio import AsyncCompute", True),
        ("testing/flavours.py", "from cumuli.providers.aws.ec2.client import EC2", False),
        ("registry.py", "from cumuli.testing import suites", False),
        ("compute/aio.py", "from cumuli import generate", False),
        ("generate.py", "from cumuli.errors import InvalidRequest", True),
        ("generate.py", "from cumuli.compute.aio import AsyncCompute", False),
    ],
)
def test_each_room_knows_the_floors_below_it(tmp_path: Path, path: str, line: str, allowed: bool) -> None:
    found = findings(tmp_path, path, line)
    assert bool(found) is not allowed
    assert allowed or "may not know" in found


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("providers/aws/identity/chain.py", True),
        ("providers/rackspace/identity.py", True),
        ("providers/aws/ec2/identity_card.py", False),
        ("compute/identity.py", False),
    ],
)
def test_who_one_is_may_be_read_from_files_and_variables(tmp_path: Path, path: str, allowed: bool) -> None:
    assert bool(findings(tmp_path, path, "import os\nos.environ['HOME']")) is not allowed


def test_the_exit_status_tells(tmp_path: Path) -> None:
    (tmp_path / "wire").mkdir()
    (tmp_path / "wire" / "bad.py").write_text("import socket\n")
    done = subprocess.run([sys.executable, str(TOOL), str(tmp_path)], capture_output=True, text=True)
    assert "bad.py:1: imports socket" in done.stdout
    assert done.returncode == 1


def test_the_project_keeps_the_rule() -> None:
    done = subprocess.run([sys.executable, str(TOOL)], capture_output=True, text=True)
    assert done.stdout == ""
    assert done.returncode == 0
