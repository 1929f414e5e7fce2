"""SIGKILL in the middle of a transfer: what is under the name is absent or whole, never a part of it."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from polycloud.providers.local.client import LocalStorage
from tests.faults.storage import killed

SIZE = 64 * killed.PIECE
TURNS = 12


def kill_in_the_middle(verb: str, root: Path, destination: Path, seconds: float) -> None:
    arguments = [sys.executable, str(Path(killed.__file__)), verb, str(root), str(destination)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            time.sleep(seconds)  # not a wait for anything: the moment of death is what is tried
            assert process.poll() is None, "it was to be killed at work"
        finally:
            process.kill()


def assert_whole(content: bytes) -> None:
    assert content in {b"a" * SIZE, b"b" * SIZE}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with LocalStorage(tmp_path / "root") as storage:
        storage.create_container("box")
    return tmp_path / "root"


def test_a_put_is_absent_or_whole(root: Path, tmp_path: Path) -> None:
    chance = random.Random(5)
    left_over = 0
    for _ in range(TURNS):
        kill_in_the_middle("put", root, tmp_path, chance.uniform(0.0, 0.05))
        with LocalStorage(root) as storage:
            names = [obj.name for obj in storage.list_container_objects("box")]
            assert names in ([], ["o"])
            if names:
                # The download compares the content with the MD5 that was stored with it.
                storage.download_object(("box", "o"), tmp_path / "read", overwrite_existing=True)
                assert_whole((tmp_path / "read").read_bytes())
        left_over = len(list((root / "box" / ".polycloud").glob("new-*")))
    assert left_over, "no put was killed in its middle"
    with LocalStorage(root) as storage:
        storage.upload_object(b"after", "box", "o")
        assert storage.download_object_as_stream(("box", "o")).read() == b"after"


def test_a_download_is_absent_or_whole(root: Path, tmp_path: Path) -> None:
    chance = random.Random(6)
    folder = tmp_path / "destination"
    folder.mkdir()
    with LocalStorage(root) as storage:
        storage.upload_object(b"a" * SIZE, "box", "o")
    for _ in range(TURNS):
        kill_in_the_middle("get", root, folder / "there", chance.uniform(0.0, 0.05))
        if (folder / "there").exists():
            assert_whole((folder / "there").read_bytes())
            (folder / "there").unlink()
    parts = [path.name for path in folder.iterdir()]
    assert parts, "no download was killed in its middle"
    assert all(name.startswith(".polycloud-") for name in parts)
