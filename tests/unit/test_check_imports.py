"""The import bans find what is planted, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import check_imports

TOOL = Path(check_imports.__file__)


def findings(root: Path, path: str, text: str) -> str:
    file = root / path
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return "\n".join(check_imports.violations(root))


@pytest.mark.parametrize("room", ["providers/aws", "compute", "storage", "wire"])
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
        ("runtime/blocking.py", "import http.client", True),
        ("runtime/loop_dial.py", "import ssl", True),
        ("runtime/asynchronous.py", "import aiohttp", False),
        ("runtime/tls.py", "import ssl", True),
        ("runtime/blocking.py", "import aiohttp", False),
        ("runtime/retry.py", "from http.client import HTTPConnection", False),
        ("cli/main.py", "import requests", False),
        ("credentials/aws.py", "import ssl", False),
        ("runtime/retry.py", "import time", True),
    ],
)
def test_http_stays_in_its_files(tmp_path: Path, path: str, line: str, allowed: bool) -> None:
    assert bool(findings(tmp_path, path, line)) is not allowed


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
