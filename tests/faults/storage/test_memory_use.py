"""What is large goes up and comes down, and memory stays flat: measured in processes of their own."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.storage import transfer_process
from tests.faults.storage.stores import Store

MIB = 1024 * 1024
GIB = 1024 * MIB
SOME = 200 * MIB
MOST = 120 * MIB

STORES = ("folder", "swift", "swift_s3")
# Each way of each once in every run; all of them, and a gigabyte, in the tier for what is heavy.
FEW = [
    ("folder", "sync", "path"),
    ("folder", "async", "iterator"),
    ("swift", "sync", "path"),
    ("swift", "async", "iterator"),
    ("swift_s3", "sync", "iterator"),
    ("swift_s3", "async", "path"),
]
ALL = list(itertools.product(STORES, ("sync", "async"), ("path", "iterator")))


@pytest.fixture
def folder(tmp_path: Path) -> Store:
    (tmp_path / "root").mkdir()
    return Store("folder", "local", "", {"root": str(tmp_path / "root")})


@pytest.mark.slow
@pytest.mark.parametrize(("store", "flavour_name", "source"), FEW)
def test_hundreds_of_megabytes_take_little_memory(
    request: pytest.FixtureRequest, tmp_path: Path, store: str, flavour_name: str, source: str
) -> None:
    check(tmp_path, request.getfixturevalue(store), flavour_name, source, SOME)


@pytest.mark.heavy
@pytest.mark.parametrize(("store", "flavour_name", "source"), ALL)
def test_a_gigabyte_takes_little_memory(
    request: pytest.FixtureRequest, tmp_path: Path, store: str, flavour_name: str, source: str
) -> None:
    check(tmp_path, request.getfixturevalue(store), flavour_name, source, GIB)


def check(folder: Path, store: Store, flavour_name: str, source: str, size: int) -> None:
    settings = {**store.settings, "proxy": ""}
    done = subprocess.run(
        [sys.executable, str(Path(transfer_process.__file__)), flavour_name, source, str(size), str(folder)],
        input=json.dumps({"provider": store.provider, "settings": settings}),
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    for name in ("source", "there"):
        (folder / name).unlink(missing_ok=True)
    assert done.returncode == 0, done.stderr
    peak = int(done.stdout)
    print(f"{store.name} {flavour_name} {source} {size // MIB} MiB: {peak / MIB:.0f} MiB at the most")
    assert peak < MOST, f"{peak / MIB:.0f} MiB at the most"
