"""SIGKILL in the middle of a transfer: what is under the name is absent or whole, never a part of it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cumuli.providers.local.client import LocalStorage
from tests.faults.keepalive import eventually
from tests.faults.storage import transfer_loop
from tests.faults.storage.stores import Store

SIZE = transfer_loop.PIECES * transfer_loop.PIECE
TURNS = 8


def kill_in_the_middle(verb: str, store: Store, destination: Path, seconds: float, *, begun: bool = False) -> None:
    """Kill it so many seconds after it is ready, or after the download has begun to write."""
    arguments = [sys.executable, str(Path(transfer_loop.__file__)), verb, str(destination)]
    given = {"provider": store.provider, "settings": {**store.settings, "proxy": ""}}
    before = parts_of(destination)
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            json.dump(given, process.stdin)
            process.stdin.close()
            assert process.stdout.readline() == "ready\n"
            if begun:
                eventually(lambda: any(map(is_written, parts_of(destination) - before)), "it writes", 30.0)
            time.sleep(seconds)  # not a wait for anything: the moment of death is what is tried
            assert process.poll() is None, "it was to be killed at work"
        finally:
            process.kill()


def parts_of(destination: Path) -> set[Path]:
    return set(destination.parent.glob(".cumuli-*"))


def is_written(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False  # whole in the meantime


def assert_whole(content: bytes) -> None:
    assert content in {b"a" * SIZE, b"b" * SIZE}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with LocalStorage(tmp_path / "root") as storage:
        storage.create_container("box")
    return tmp_path / "root"


@pytest.fixture
def folder(root: Path) -> Store:
    return Store("folder", "local", "", {"root": str(root)})


def test_a_put_is_absent_or_whole(root: Path, folder: Store, tmp_path: Path) -> None:
    chance = random.Random(5)
    left_over = 0
    for _ in range(TURNS):
        kill_in_the_middle("put", folder, tmp_path, chance.uniform(0.0, 0.05))
        with LocalStorage(root) as storage:
            names = [obj.name for obj in storage.list_container_objects("box")]
            assert names in ([], ["o"])
            if names:
                # The download compares the content with the MD5 that was stored with it.
                storage.download_object(("box", "o"), tmp_path / "read", overwrite_existing=True)
                assert_whole((tmp_path / "read").read_bytes())
        left_over = len(list((root / "box" / ".cumuli").glob("new-*")))
    assert left_over, "no put was killed in its middle"
    with LocalStorage(root) as storage:
        storage.upload_object(b"after", "box", "o")
        assert storage.download_object_as_stream(("box", "o")).read() == b"after"


@pytest.mark.parametrize("store", ["folder", "rclone_s3", "swift", "swift_s3"])
def test_a_download_is_absent_or_whole(request: pytest.FixtureRequest, tmp_path: Path, store: str) -> None:
    chance = random.Random(6)
    place: Store = request.getfixturevalue(store)
    destination = tmp_path / "destination"
    destination.mkdir()
    with place.direct() as cloud:
        if "box" not in [container.name for container in cloud.list_containers()]:
            cloud.create_container("box")
        cloud.upload_object(b"a" * SIZE, "box", "o")
    for turn in range(6):
        begun = turn % 2 == 0
        kill_in_the_middle(
            "get", place, destination / "there", chance.uniform(0.0, 0.001 if begun else 0.05), begun=begun
        )
        if (destination / "there").exists():
            assert_whole((destination / "there").read_bytes())
            (destination / "there").unlink()
    parts = [path.name for path in destination.iterdir()]
    assert parts, "no download was killed in its middle"
    assert all(name.startswith(".cumuli-") for name in parts)


@pytest.mark.parametrize("store", ["rclone_s3", "swift", "swift_s3"])
def test_a_put_over_the_wire_is_absent_or_whole(request: pytest.FixtureRequest, store: str) -> None:
    chance = random.Random(7)
    place: Store = request.getfixturevalue(store)
    with place.direct() as cloud:
        if "box" not in [container.name for container in cloud.list_containers()]:
            cloud.create_container("box")
        for _ in range(4):
            kill_in_the_middle("put", place, Path("unused"), chance.uniform(0.0, 0.1))
            if cloud.list_container_objects("box"):
                assert_whole(cloud.download_object_as_stream(("box", "o")).read())
