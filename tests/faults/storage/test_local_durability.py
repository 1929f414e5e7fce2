"""LocalStorage among other processes, on full disks, without permission, and after a loss of power or a crash."""

from __future__ import annotations

import fcntl
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cumuli.errors import (
    InvalidRequest,
    NotFound,
    ObjectNotFound,
    PermissionDenied,
    PreconditionFailed,
    QuotaExceeded,
)
from cumuli.providers.local.client import LocalStorage
from cumuli.testing.flavours import Flavour
from tests.faults.storage import competing_writer
from tests.faults.storage.localroot import Root

MUCH = {"much": "x" * 70_000}
NOBODY = 65534


@pytest.fixture
def root(tmp_path: Path, flavour: Flavour) -> Iterator[Root]:
    root = Root(tmp_path, flavour)
    yield root
    root.assert_outside_untouched()


# Names that are in each other's way


@pytest.mark.parametrize("names", [["a", "a/b", "a/b/c"], ["a/b/c", "a/b", "a"], ["a/b", "a", "a/b/c"]])
async def test_an_object_that_is_called_like_a_folder(root: Root, names: list[str]) -> None:
    with root.client() as cloud:
        for name in names:
            await cloud.upload_object(name.encode(), "box", name, meta_data={"name": name})
        for name in names:
            seen = await cloud.get_object("box", name)
            assert (seen.meta_data, seen.hash is not None) == ({"name": name}, True)
            assert await cloud.download_object_as_stream(seen).read() == name.encode()
        assert [obj.name for obj in await cloud.list_container_objects("box")] == ["a", "a/b", "a/b/c"]
        for name in names:
            await cloud.upload_object(b"again", "box", name)
        assert [obj.size for obj in await cloud.list_container_objects("box")] == [5, 5, 5]
        for count, name in enumerate(names, 1):
            await cloud.delete_object(("box", name))
            assert [obj.name for obj in await cloud.list_container_objects("box")] == sorted(names[count:])
    root.assert_nothing_left()


async def test_names_as_long_as_a_file_can_have(root: Root) -> None:
    longest, room = "x" * 255, "y" * 240
    with root.client() as cloud:
        for name in (longest, f"a/{longest}", f"{room}/b", "é" * 127):
            with pytest.raises(ObjectNotFound):
                await cloud.get_object("box", name)
            await cloud.upload_object(b"x", "box", name)
            await cloud.upload_object(b"xy", "box", name)
            assert (await cloud.get_object("box", name)).size == 2
            await cloud.delete_object(("box", name))
        for name in (f"{longest}x", f"a/{longest}x/b", "é" * 128):
            with pytest.raises(InvalidRequest, match="255 between two slashes"):
                await cloud.upload_object(b"x", "box", name)
        # There is no other name for this one, which it would need beside a folder of its name.
        await cloud.upload_object(b"x", "box", longest)
        with pytest.raises(InvalidRequest, match="choose a shorter one"):
            await cloud.upload_object(b"x", "box", f"{longest}/below")
        assert [obj.name for obj in await cloud.list_container_objects("box")] == [longest]
    root.assert_nothing_left(longest)


async def test_names_that_differ_in_case(root: Root, tmp_path: Path) -> None:
    (tmp_path / "case").touch()
    if (tmp_path / "CASE").exists():
        pytest.skip("this file system does not tell upper case from lower")
    with root.client() as cloud:
        for name in ("name", "Name", "NAME/x", "name/x"):
            await cloud.upload_object(name.encode(), "box", name)
        for obj in await cloud.list_container_objects("box"):
            assert await cloud.download_object_as_stream(obj).read() == obj.name.encode()


async def test_folders_as_deep_as_names_can_be(root: Root) -> None:
    """Deeper than Python recurses, and than a process may have open files."""
    deep = "/".join("a" * 2048)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limits[1]))
    try:
        with root.client() as cloud:
            await cloud.upload_object(b"x", "box", deep)
            assert [obj.name for obj in await cloud.list_container_objects("box")] == [deep]
            assert await cloud.download_object_as_stream(("box", deep)).read() == b"x"
            with pytest.raises(InvalidRequest):
                await cloud.upload_object(b"x", "box", f"{deep}/aa")
            await cloud.delete_object(("box", deep))
            root.assert_nothing_left()
            # Others leave folders that hold nothing.
            current = os.open(root.box, os.O_RDONLY)
            for _ in range(1500):
                os.mkdir("a", dir_fd=current)
                inner = os.open("a", os.O_RDONLY, dir_fd=current)
                os.close(current)
                current = inner
            os.close(current)
            await cloud.delete_container("box")
            assert await cloud.list_containers() == []
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


async def test_times_that_no_calendar_has(root: Root) -> None:
    (root.box / "o").write_bytes(b"x")
    for seconds in (1 << 42, -(1 << 42)):
        os.utime(root.box / "o", (seconds, seconds))
        with root.client() as cloud:
            assert (await cloud.get_object("box", "o")).last_modified is not None


# Other processes


def test_of_many_processes_one_creates(root: Root, flavour: Flavour) -> None:
    contenders = 4
    command = [sys.executable, str(Path(competing_writer.__file__)), flavour.name, str(root.path)]
    processes = [
        subprocess.Popen([*command, str(own), "60"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for own in range(contenders)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        won = {
            own: [int(number) for number in process.communicate()[0].split()] for own, process in enumerate(processes)
        }
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    assert [process.returncode for process in processes] == [0] * contenders
    assert sorted(number for numbers in won.values() for number in numbers) == list(range(60))
    with LocalStorage(root.path) as storage:
        for own, numbers in won.items():
            for number in numbers:
                with storage.download_object_as_stream(("box", f"a/{number}")) as stream:
                    content, meta_data = competing_writer.data(str(own), number)
                    assert (stream.read(), stream.object.meta_data) == (content, meta_data)
    root.assert_nothing_left("a", *(f"a/{number}" for number in range(60)))
    assert len(list((root.box / ".cumuli").iterdir())) == 30


def test_look_and_change_are_one_step(root: Root, flavour: Flavour) -> None:
    """What another process does under the container's lock is seen by whoever waits for it."""

    def put() -> None:
        flavour.run(whole())

    async def whole() -> None:
        with root.client() as cloud:
            try:
                await cloud.upload_object(b"mine", "box", "o", if_none_match="*")
            except PreconditionFailed:
                refused.set()

    refused = threading.Event()
    thread = threading.Thread(target=put)
    box = os.open(root.box, os.O_RDONLY)
    try:
        fcntl.flock(box, fcntl.LOCK_EX)
        thread.start()
        end = time.monotonic() + 30
        while not list(root.box.glob(".cumuli/new-*")):
            assert time.monotonic() < end
            thread.join(0.01)
        thread.join(0.3)  # that nothing happens can only be seen by waiting for it
        assert thread.is_alive()
        assert not (root.box / "o").exists()
        (root.box / "o").write_bytes(b"theirs")
    finally:
        os.close(box)
        thread.join()
    assert refused.is_set()
    assert (root.box / "o").read_bytes() == b"theirs"
    root.assert_nothing_left("o")


async def test_what_killed_writers_left_is_removed(root: Root) -> None:
    private = root.box / ".cumuli"
    private.mkdir()
    long_ago = time.time() - 3600
    for name in ("new-dead", "new-alive", "new-young", "theirs"):
        (private / name).write_bytes(b"half")
        if name != "new-young":
            os.utime(private / name, (long_ago, long_ago))
    status = (private / "new-dead").stat()
    (private / f"meta-{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}").write_bytes(b"{}")
    with (private / "new-alive").open("rb") as alive:
        fcntl.flock(alive, fcntl.LOCK_EX)
        with root.client() as cloud:
            await cloud.upload_object(b"x", "box", "o")
        assert sorted(path.name for path in private.iterdir()) == ["new-alive", "new-young", "theirs"]
    with root.client() as cloud:
        await cloud.upload_object(b"x", "box", "o")
    assert sorted(path.name for path in private.iterdir()) == ["new-young", "theirs"]


async def test_a_container_that_is_deleted_while_it_is_written_to(root: Root, flavour: Flavour) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x" * 3_000_000
        with LocalStorage(root.path) as other:
            other.delete_container("box")
            other.create_container("box")
        yield b"y"

    with root.client() as cloud, pytest.raises(NotFound, match="deleted in the meantime"):
        await cloud.upload_object_via_stream(pieces(), "box", "a/b/c", meta_data=MUCH)
    root.assert_nothing_left()


# Disks that are full, files that are closed to us


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of 256 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    try:
        made = subprocess.run(mount, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"no small file system can be mounted: {error}")
    if made.returncode:
        pytest.skip(f"no small file system can be mounted: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def test_a_full_disk(small: Path, flavour: Flavour) -> None:
    root = Root(small, flavour)
    with root.client() as cloud:
        await cloud.upload_object(b"before", "box", "o", meta_data={"a": "b"})
        big = b"x" * 400_000
        for content in (big, iter([big[:100_000]] * 4)):
            upload = cloud.upload_object if isinstance(content, bytes) else cloud.upload_object_via_stream
            with pytest.raises(QuotaExceeded, match="make room"):
                await upload(content, "box", "o")  # type: ignore[arg-type]
            with pytest.raises(QuotaExceeded, match="make room"):
                await cloud.upload_object(big, "box", "deep/folder/new")
            root.assert_nothing_left("o")
        # The content has room, what is to be remembered of it has none.
        with pytest.raises(QuotaExceeded, match="make room"):
            await cloud.upload_object(b"x" * 150_000, "box", "o", meta_data={"much": "x" * 200_000})
        root.assert_nothing_left("o")
        assert [path.name for path in (root.box / ".cumuli").iterdir()] == []
        seen = await cloud.get_object("box", "o")
        assert (seen.meta_data, await cloud.download_object_as_stream(seen).read()) == ({"a": "b"}, b"before")


async def test_what_is_closed_to_us(root: Root) -> None:
    with root.client() as cloud:
        await cloud.upload_object(b"x", "box", "closed")
        await cloud.upload_object(b"x", "box", "open")
        await cloud.upload_object(b"x", "box", "folder/inside")
        (root.box / "closed").chmod(0)
        (root.box / ".cumuli").chmod(0o755)
        (root.box / "open").chmod(0o444)
        (root.box / "folder").chmod(0o755)
        root.box.chmod(0o555)
        with as_nobody(root):
            for refused in (
                cloud.upload_object(b"x", "box", "new"),
                cloud.delete_object(("box", "open")),
                cloud.get_object("box", "closed"),
                cloud.create_container("new"),
            ):
                with pytest.raises(PermissionDenied, match="give the user who runs this program the permission"):
                    await refused
            listed = await cloud.list_container_objects("box")
            assert [(obj.name, obj.hash is not None) for obj in listed] == [
                ("closed", False), ("folder/inside", True), ("open", True),
            ]  # fmt: skip
        (root.box / "folder").chmod(0)
        with as_nobody(root), pytest.raises(PermissionDenied):
            # A listing is complete or fails: what is in the folder is not left out in silence.
            await cloud.list_container_objects("box")
        (root.box / "folder").chmod(0o755)
        root.box.chmod(0o755)


class as_nobody:  # noqa: N801 - reads as a function
    """Root may everything: be somebody else for the block."""

    def __init__(self, root: Root) -> None:
        self._user, self._group = os.geteuid(), os.getegid()
        folder = root.path
        while folder != folder.parent:
            if self._user == 0 and not folder.stat().st_mode & 0o001 and folder.owner() == "root":
                folder.chmod(folder.stat().st_mode | 0o011)
            folder = folder.parent
        root.path.chmod(0o555)

    def __enter__(self) -> None:
        if self._user == 0:
            os.setegid(NOBODY)
            os.seteuid(NOBODY)

    def __exit__(self, *failure: object) -> None:
        if self._user == 0:
            os.seteuid(0)
            os.setegid(self._group)


# Loss of power


@pytest.mark.parametrize("much", [False, True])
def test_fsync_covers_everything_that_an_upload_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, much: bool
) -> None:
    """No test can take the power away: the calls are watched instead, and by the inode, not by the order."""
    synced: list[int] = []
    real = os.fsync

    def fsync(file: int) -> None:
        synced.append(os.fstat(file).st_ino)
        real(file)

    monkeypatch.setattr(os, "fsync", fsync)
    root = tmp_path / "new" / "root"
    storage = LocalStorage(root, fsync=True)
    storage.create_container("box")
    box = root / "box"
    for folder in (tmp_path, tmp_path / "new", root):
        assert folder.stat().st_ino in synced, f"{folder} forgets what was made in it"
    for name in ("a/b/o", "o"):
        synced.clear()
        obj = storage.upload_object(b"x", "box", name, meta_data=MUCH if much else None)
        path = Path(obj.path)
        assert path.stat().st_ino in synced
        assert path.parent.stat().st_ino in synced
        if name == "a/b/o":
            assert {box.stat().st_ino, (box / "a").stat().st_ino} <= set(synced)
    if much:
        records = {record.stat().st_ino for record in (box / ".cumuli").iterdir()}
        assert len(records) == 2
        assert records & set(synced)
        assert (box / ".cumuli").stat().st_ino in synced
    synced.clear()
    storage.delete_object(("box", "o"))
    assert box.stat().st_ino in synced
    storage.close()


def test_without_fsync_nothing_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(file: int) -> None:
        raise AssertionError("nobody asked for it")

    # As above: that a call is not made can only be seen by watching it.
    monkeypatch.setattr(os, "fsync", fsync)
    with LocalStorage(tmp_path) as storage:
        storage.create_container("box")
        storage.upload_object(b"x", "box", "a/o", meta_data=MUCH)
        storage.delete_object(("box", "a/o"))
