"""LocalStorage never leaves its folder, whatever names it is given and whatever others plant in the folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cumuli.errors import (
    CloudError,
    Conflict,
    ContainerExists,
    ContainerNotFound,
    InvalidRequest,
    NotEmpty,
    ObjectNotFound,
)
from cumuli.providers.local.client import LocalStorage
from cumuli.testing.flavours import Flavour
from tests.faults.storage.localroot import SECRET, Root

# Long enough for the small file beside the content to take what is remembered, instead of an attribute.
MUCH = {"much": "x" * 70_000}
ESCAPES = [
    "../outside/secret", "../../outside/secret", "a/../../../outside/secret", "..", ".", "./.", "../", "/", "//",
    "/etc/passwd", "/absolute", "a//b", "a/./b", "a/../b", "\0", "a\0b", "..\0", "../\0/..", ".cumuli",
    ".cumuli/new-0", ".cumuli/meta-0-0-0", ".cumuli=a", ".cumuli-../secret", ".cumuli=..",
    "a/.cumuli/b", "%2e%2e/secret", "..%00", "~/x", "a\\..\\b", "-rf", "\n", "\x1b[2J", "nul", "a ", " a",
]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path, flavour: Flavour) -> Iterator[Root]:
    root = Root(tmp_path, flavour)
    yield root
    root.assert_outside_untouched()


async def test_names_that_want_out(root: Root) -> None:
    with root.client() as cloud:
        for number, name in enumerate(ESCAPES):
            content = f"content {number}".encode()
            made = await cloud.upload_object(content, "box", name, meta_data={"number": str(number)})
            root.assert_inside(made.path, content)
        listed = [obj.name async for obj in cloud.iterate_container_objects("box")]
        assert listed == sorted(ESCAPES)
        for number, name in enumerate(ESCAPES):
            seen = await cloud.get_object("box", name)
            assert seen.meta_data == {"number": str(number)}, name
            assert await cloud.download_object_as_stream(seen).read() == f"content {number}".encode()
            await cloud.delete_object(seen)
        root.assert_nothing_left()
        await cloud.delete_container("box")
    assert list(root.path.iterdir()) == []


@pytest.mark.parametrize("name", ["..", ".", "../outside", "/", "a/b", "\0", "box/..", ".cumuli", "/etc", "x" * 256])
async def test_container_names_that_want_out(root: Root, name: str) -> None:
    with root.client() as cloud:
        for refused in (
            cloud.create_container(name),
            cloud.get_container(name),
            cloud.delete_container(name),
            cloud.upload_object(b"x", name, "secret"),
            cloud.get_object(name, "secret"),
            cloud.list_container_objects(name),
        ):
            with pytest.raises(InvalidRequest, match="cannot be the name of a container"):
                await refused
    assert [path.name for path in root.path.iterdir()] == ["box"]


async def test_a_link_in_the_place_of_a_container(root: Root) -> None:
    (root.path / "link").symlink_to(root.outside)
    with root.client() as cloud:
        assert [container.name for container in await cloud.list_containers()] == ["box"]
        for refused in (
            cloud.get_container("link"),
            cloud.list_container_objects("link"),
            cloud.get_object("link", "secret"),
            cloud.upload_object(b"x", "link", "new"),
            cloud.delete_object(("link", "secret")),
            cloud.delete_container("link"),
            cloud.copy_object(("link", "secret"), "box", "copy"),
        ):
            with pytest.raises(ContainerNotFound):
                await refused
        with pytest.raises(ContainerExists):
            await cloud.create_container("link")


@pytest.mark.parametrize("target", ["secret", "missing", "empty", "."])
async def test_a_link_in_the_place_of_an_object(root: Root, target: str) -> None:
    (root.box / "o").symlink_to(root.outside / target)
    with root.client() as cloud:
        assert await cloud.list_container_objects("box") == []
        for refused in (
            cloud.get_object("box", "o"),
            cloud.download_object_as_stream(("box", "o")).read(),
            cloud.delete_object(("box", "o")),
            cloud.copy_object(("box", "o"), "box", "copy"),
        ):
            with pytest.raises(ObjectNotFound):
                await refused
        await cloud.upload_object(b"mine", "box", "o", if_none_match="*")
        assert not (root.box / "o").is_symlink()
        assert (root.box / "o").read_bytes() == b"mine"


async def test_a_link_in_the_place_of_a_folder(root: Root) -> None:
    (root.box / "a").symlink_to(root.outside)
    with root.client() as cloud:
        for name in ("a/secret", "a/empty/x", "a/new"):
            with pytest.raises(ObjectNotFound):
                await cloud.get_object("box", name)
            with pytest.raises(ObjectNotFound):
                await cloud.delete_object(("box", name))
            with pytest.raises(Conflict, match="in the way: remove it"):
                await cloud.upload_object(b"x", "box", name)
        assert await cloud.list_container_objects("box") == []
        assert await cloud.list_container_objects("box", prefix="a/") == []
        with pytest.raises(NotEmpty, match="no objects, such as links"):
            await cloud.delete_container("box")
    root.assert_nothing_left("a")


async def test_a_link_in_the_place_of_the_private_folder(root: Root) -> None:
    (root.box / "theirs").write_bytes(b"theirs")
    (root.box / ".cumuli").symlink_to(root.outside)
    with root.client() as cloud:
        for data in (None, MUCH):
            with pytest.raises(Conflict, match="in the way: remove it"):
                await cloud.upload_object(b"x", "box", "o", meta_data=data)
        assert (await cloud.get_object("box", "theirs")).meta_data == {}
        await cloud.delete_object(("box", "theirs"))


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "garbage", "deep"])
async def test_something_in_the_place_of_a_record(root: Root, kind: str) -> None:
    """The small file with what is remembered is named after the content; an attacker knows the name."""
    theirs = root.box / "theirs"
    theirs.write_bytes(b"theirs")
    status = theirs.stat()
    record = root.box / ".cumuli" / f"meta-{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}"
    record.parent.mkdir()
    match kind:
        case "link":
            record.symlink_to(root.outside / "secret")
        case "pipe":
            os.mkfifo(record)
        case "folder":
            record.mkdir()
        case "garbage":
            record.write_bytes(b'{"meta_data": {"a": 1}, "md5": "\xff"}')
        case _:
            record.write_bytes(b'{"x": ' + b"[" * 200_000)
    with root.client() as cloud:
        seen = await cloud.get_object("box", "theirs")
        assert (seen.meta_data, seen.hash, seen.size) == ({}, None, 6)
        assert [obj.name for obj in await cloud.list_container_objects("box")] == ["theirs"]
        assert await cloud.download_object_as_stream(seen).read() == b"theirs"


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
async def test_what_is_no_file_is_no_object(root: Root, kind: str) -> None:
    """A pipe in the place of an object, a folder or a container is not waited for."""
    short = Path(tempfile.mkdtemp(prefix="pc"))  # the path of a socket has 108 bytes at most

    def plant(path: Path) -> None:
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "socket":
            with socket.socket(socket.AF_UNIX) as one:
                one.bind(str(short / "s"))
            (short / "s").rename(path)
        else:
            try:
                os.mknod(path, 0o666 | 0o020000, os.makedev(1, 5))  # /dev/zero
            except PermissionError:
                pytest.skip("only root makes devices")

    try:
        plant(root.box / "o")
        plant(root.path / "c")
        with root.client() as cloud:
            assert [container.name for container in await cloud.list_containers()] == ["box"]
            assert await cloud.list_container_objects("box") == []
            with pytest.raises(ContainerNotFound):
                await cloud.list_container_objects("c")
            with pytest.raises(ObjectNotFound):
                await cloud.get_object("box", "o")
            with pytest.raises(ObjectNotFound):
                await cloud.delete_object(("box", "o"))
            with pytest.raises(ObjectNotFound):
                await cloud.get_object("box", "o/below")
            with pytest.raises(Conflict):
                await cloud.upload_object(b"x", "box", "o/below")
            await cloud.upload_object(b"x", "box", "o")
            assert (root.box / "o").read_bytes() == b"x"
    finally:
        shutil.rmtree(short)


async def test_a_hard_link_to_outside_is_replaced_and_not_written_to(root: Root) -> None:
    os.link(root.outside / "secret", root.box / "o")
    with root.client() as cloud:
        await cloud.upload_object(b"mine", "box", "o", meta_data=MUCH)
        await cloud.upload_object(b"mine", "box", "o", meta_data={"a": "b"})
        assert (root.box / "o").read_bytes() == b"mine"
        await cloud.delete_object(("box", "o"))
    assert os.listxattr(root.outside / "secret") == []


def swapping(root: Root, at: Path, stop: threading.Event, tried: threading.Event) -> threading.Thread:
    """Something that is in turns a folder and a link to outside, as fast as it goes, with rests as a folder.

    Args:
        root: Where ``at`` is.
        at: The folder that becomes a link.
        stop: Ends it.
        tried: Set after each call.
    """
    aside = root.path.parent / "aside"
    aside.mkdir()

    def work() -> None:
        count = 0
        while not stop.is_set():
            count += 1
            # The client makes and removes folders here as well: whoever comes too late tries again.
            with contextlib.suppress(OSError):
                at.rename(aside / f"{count}")
            with contextlib.suppress(OSError):
                at.parent.mkdir(parents=True, exist_ok=True)
                if count % 2:
                    at.symlink_to(root.outside)
                else:
                    at.mkdir()
            if count % 32 == 2:
                # The call under way and some whole ones: so the test knows that it tried anything.
                for _ in range(4):
                    tried.clear()
                    if stop.is_set():
                        return
                    tried.wait(1)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize("where", ["box/a", "box", "box/a/b"])
async def test_a_folder_that_becomes_a_link_between_check_and_use(root: Root, where: str) -> None:
    stop, tried = threading.Event(), threading.Event()
    thread = swapping(root, root.path / where, stop, tried)
    done = 0
    try:
        with root.client() as cloud:
            for turn in range(4000):
                # Which of the two threads comes to run is the system's choice.
                if turn >= 40 and done:
                    break
                for call in (
                    lambda: cloud.upload_object(b"x", "box", "a/b/secret"),
                    lambda: cloud.upload_object(b"x", "box", "a/secret", meta_data=MUCH),
                    lambda: cloud.upload_object(b"x", "box", "secret"),
                    lambda: cloud.delete_object(("box", "a/secret")),
                    lambda: cloud.delete_object(("box", "secret")),
                ):
                    try:
                        await call()
                        done += 1
                    except CloudError:
                        pass
                    tried.set()
                for name in ("a/b/secret", "a/secret", "secret"):
                    try:
                        content = await cloud.download_object_as_stream(("box", name)).read()
                    except CloudError:
                        continue
                    assert content != SECRET
                try:
                    listed = await cloud.list_container_objects("box")
                except CloudError:
                    continue
                assert all(obj.size != len(SECRET) for obj in listed)
    finally:
        stop.set()
        thread.join()
    assert done, "no call ever met the real folder"


def test_a_root_that_is_a_link_is_the_callers_own(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "root").symlink_to(tmp_path / "real")
    with LocalStorage(tmp_path / "root") as storage:
        storage.create_container("box")
        storage.upload_object(b"x", "box", "o")
    assert (tmp_path / "real" / "box" / "o").read_bytes() == b"x"


def test_a_root_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "root").write_bytes(b"")
    with LocalStorage(tmp_path / "root") as storage:
        for call in (storage.list_containers, lambda: storage.create_container("box")):
            with pytest.raises(CloudError, match="root"):
                call()
