"""The mistakes of newcomers: each is told in words that help, before anything is sent if possible, and leaves nothing.

The bodies pass what no checker lets through, to clients that are typed as ``Any`` therefore.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cumuli.errors import (
    CloudError,
    ConfigurationError,
    ContainerNotFound,
    FileExists,
    InvalidRequest,
    ObjectNotFound,
)
from cumuli.providers.aws.s3.aio import AsyncS3
from cumuli.providers.aws.s3.client import S3
from cumuli.providers.local.aio import AsyncLocalStorage
from cumuli.providers.local.client import LocalStorage
from cumuli.providers.memory.storage.aio import AsyncMemoryStorage
from cumuli.providers.memory.storage.client import MemoryStorage
from cumuli.storage.models import Container
from cumuli.testing.flavours import Flavour

BOX = "box-of-mistakes"


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Stop(BaseException):
    """Ends a transfer as Ctrl-C does, and leaves the event loop to the test."""


@pytest.fixture(params=["memory", "local", "s3"])
def cloud(request: pytest.FixtureRequest, flavour: Flavour, tmp_path: Path) -> Iterator[Any]:
    sync = flavour.name == "sync"
    make: Callable[[], Any]
    match request.param:
        case "memory":
            make = MemoryStorage if sync else AsyncMemoryStorage
        case "local":
            make = lambda: (LocalStorage if sync else AsyncLocalStorage)(tmp_path / "root")  # noqa: E731
        case _:
            endpoint = request.getfixturevalue("moto").endpoint
            make = lambda: (S3 if sync else AsyncS3)("k", "s", region="us-east-1", endpoint=endpoint, proxy="")  # noqa: E731
    cloud = flavour.shape(make())

    async def begin() -> None:
        await cloud.create_container(BOX)
        await cloud.upload_object(b"0123456789", BOX, "o")

    async def end() -> None:
        listed = [obj.name for obj in await cloud.list_container_objects(BOX)]
        await cloud.delete_objects([(BOX, name) for name in listed])
        await cloud.delete_container(BOX)
        await cloud.aclose()
        assert listed == ["o"], "a mistake left something behind"

    flavour.run(begin())
    yield cloud
    flavour.run(end())


async def test_sources_that_are_none(cloud: Any, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    closed = io.BytesIO(b"x")
    closed.close()
    text_file = io.StringIO("x")
    with (tmp_path / "new").open("wb") as write_only:
        for source, words in [
            ("some text", "text is the path of a file"),
            (tmp_path / "missing", "No such file"),
            (tmp_path / "folder", "name a file to upload"),
            (text_file, "mode 'rb'"),
            (write_only, "mode 'rb'"),
            (closed, "closed"),
            (None, "give a path, bytes"),
            (5, "give a path, bytes"),
            ("a\0b", "null"),
        ]:
            with pytest.raises(InvalidRequest, match=words):
                await cloud.upload_object(source, BOX, "n")
    for pieces, words in [(["text"], "has to be bytes"), ([1], "has to be bytes"), (None, "give a path, bytes")]:
        with pytest.raises(InvalidRequest, match=words):
            await cloud.upload_object_via_stream(pieces, BOX, "n")


async def test_an_async_iterator_for_a_sync_client(cloud: Any, flavour: Flavour) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"x"

    if flavour.name == "async":
        await cloud.delete_object(await cloud.upload_object_via_stream(pieces(), BOX, "n"))
        return
    with pytest.raises(InvalidRequest, match="use the async client"):
        await cloud.upload_object_via_stream(pieces(), BOX, "n")


@pytest.mark.parametrize("failure", [ValueError("theirs"), KeyError("theirs"), Stop("theirs"), OSError("theirs")])
async def test_a_generator_that_raises(cloud: Any, failure: BaseException) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x" * 100_000
        raise failure

    with pytest.raises(type(failure), match="theirs"):
        await cloud.upload_object_via_stream(pieces(), BOX, "n")


async def test_nothing_is_content_as_well(cloud: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for made in (
        await cloud.upload_object(b"", BOX, "n"),
        await cloud.upload_object(tmp_path / "empty", BOX, "n"),
        await cloud.upload_object_via_stream([], BOX, "n"),
        await cloud.upload_object_via_stream([b"", b""], BOX, "n"),
    ):
        assert (made.size, await cloud.download_object_as_stream(made).read()) == (0, b"")
    await cloud.delete_object((BOX, "n"))


async def test_destinations_that_are_none(cloud: Any, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "there").write_bytes(b"mine")
    with (tmp_path / "there").open("rb") as read_only:
        for destination, words in [
            (tmp_path / "folder", "is a folder; name a file in it"),
            (tmp_path / "no" / "folder", "make its folder first"),
            (io.StringIO(), "mode 'wb'"),
            (read_only, "mode 'wb'"),
            (None, "give a path or a binary file"),
            ("a\0b", "null"),
        ]:
            with pytest.raises(InvalidRequest, match=words):
                await cloud.download_object((BOX, "o"), destination)
    with pytest.raises(FileExists, match="overwrite_existing=True"):
        await cloud.download_object((BOX, "o"), tmp_path / "there")
    with pytest.raises(ObjectNotFound):
        await cloud.download_object((BOX, "missing"), tmp_path / "new")
    assert (tmp_path / "there").read_bytes() == b"mine"
    assert [name for name in names_in(tmp_path) if name != "root"] == ["folder", "there"]
    assert names_in(tmp_path / "folder") == []


async def test_names_that_are_none(cloud: Any) -> None:
    for call in (
        lambda: cloud.upload_object(b"x", None, "n"),
        lambda: cloud.upload_object(b"x", BOX, 5),
        lambda: cloud.upload_object(b"x", BOX, b"n"),
        lambda: cloud.upload_object(b"x", BOX, ""),
        lambda: cloud.upload_object(BOX, Path("file"), "n"),
        lambda: cloud.get_object(BOX, "\ud800"),
        lambda: cloud.download_object("o", "there"),
        lambda: cloud.list_container_objects(BOX, prefix=b"a"),
        lambda: cloud.list_container_objects(BOX, delimiter=5),
        lambda: cloud.list_container_objects(Container(name=BOX, provider="other")),
        lambda: cloud.delete_objects(["o"]),
        lambda: cloud.delete_objects("o"),
        lambda: cloud.delete_objects(None),
    ):
        with pytest.raises(InvalidRequest):
            await call()
    with pytest.raises(InvalidRequest, match=r"objs is .*Object; it takes a list of"):
        await cloud.delete_objects(await cloud.get_object(BOX, "o"))
    with pytest.raises(ContainerNotFound, match="create"):
        await cloud.upload_object(b"x", "missing-box", "n")


async def test_arguments_of_another_kind(cloud: Any) -> None:
    for arguments, words in [
        ({"meta_data": {"a\nb": "x"}}, "cannot be a metadata key"),
        ({"meta_data": {"a": 1}}, "meta_data is dict of str: int; it takes a dict of str to str or None"),
        ({"meta_data": [("a", "b")]}, "meta_data is list of tuple"),
        ({"meta_data": "text"}, "meta_data is str"),
        ({"content_type": 5}, "content_type is int"),
        ({"content_type": "text/plain\r\nx: y"}, "no content type"),
        ({"part_size": "8M"}, "part_size is '8M'"),
        ({"part_size": 0}, "part_size is 0"),
        ({"concurrency": 1.5}, "concurrency is 1.5"),
        ({"if_match": 5}, "if_match is int"),
    ]:
        with pytest.raises(InvalidRequest, match=words):
            await cloud.upload_object(b"x", BOX, "n", **arguments)
    for arguments, words in [
        ({"if_unmodified_since": "yesterday"}, "if_unmodified_since is str; it takes datetime or None"),
        ({"if_modified_since": "yesterday"}, "if_modified_since is str; it takes datetime or None"),
        ({"if_modified_since": dt.datetime(2020, 1, 1)}, "no time zone"),  # noqa: DTZ001 - that is the mistake
    ]:
        with pytest.raises(InvalidRequest, match=words):
            await cloud.get_object(BOX, "o", **arguments)
    for size in (0, -1, "1k", 1.5):
        with pytest.raises(InvalidRequest, match="chunk_size is"):
            cloud.download_object_as_stream((BOX, "o"), chunk_size=size)
    for start, end in [("0", 5), (0, "5"), (5, 5), (-1, 5), (1.5, 2)]:
        with pytest.raises(InvalidRequest, match=r"start_bytes|end_bytes"):
            await cloud.download_object_range((BOX, "o"), io.BytesIO(), start, end)
    with pytest.raises(InvalidRequest):
        await cloud.download_object_range((BOX, "o"), io.BytesIO(), 50)


async def test_more_metadata_than_there_is_room_for(cloud: Any) -> None:
    much = {"a": "x" * 100_000}
    if cloud.provider != "s3":
        assert (await cloud.upload_object(b"x", BOX, "n", meta_data=much)).size == 1
        assert (await cloud.get_object(BOX, "n")).meta_data == much
        await cloud.delete_object((BOX, "n"))
        return
    with pytest.raises(InvalidRequest, match="less metadata"):
        await cloud.upload_object(b"x", BOX, "n", meta_data=much)


async def test_urls_for_no_time(cloud: Any) -> None:
    for expires_in in (0, -5, "1h", dt.timedelta(hours=1), float("nan")):
        with pytest.raises(CloudError, match=r"expires_in|does not support"):
            await cloud.get_object_url((BOX, "o"), expires_in=expires_in)


async def test_a_stream_that_was_left_does_not_look_like_one_that_ended(cloud: Any) -> None:
    stream = cloud.download_object_as_stream((BOX, "o"), chunk_size=4)
    with pytest.raises(InvalidRequest, match="enter the stream"):
        stream.object  # noqa: B018 - looking is the mistake
    async with stream:
        assert await stream.read(4) == b"0123"
    for again in (stream.read, stream.__anext__):
        with pytest.raises(InvalidRequest, match="closed before its end"):
            await again()
    async with cloud.download_object_as_stream((BOX, "o")) as whole:
        assert await whole.read() == b"0123456789"
    assert await whole.read() == b""


async def test_containers_and_clients_are_no_lists(cloud: Any) -> None:
    for thing in (cloud, await cloud.get_container(BOX)):
        with pytest.raises(TypeError, match="not iterable"):
            list(thing)


async def test_what_progress_raises_is_the_callers(cloud: Any) -> None:
    def progress(done: int, total: int | None) -> None:
        raise ZeroDivisionError(f"{done} of {total}")

    with pytest.raises(ZeroDivisionError, match="1 of 1"):
        await cloud.upload_object(b"x", BOX, "n", progress=progress)


def test_a_client_that_is_closed(flavour: Flavour, tmp_path: Path) -> None:
    sync = flavour.name == "sync"
    for client in (
        MemoryStorage() if sync else AsyncMemoryStorage(),
        LocalStorage(tmp_path) if sync else AsyncLocalStorage(tmp_path),
        S3("k", "s", region="us-east-1", endpoint="http://127.0.0.1:9")
        if sync
        else AsyncS3("k", "s", region="us-east-1", endpoint="http://127.0.0.1:9"),
    ):
        cloud: Any = flavour.shape(client)

        async def calls(cloud: Any = cloud) -> None:
            await cloud.aclose()
            await cloud.aclose()
            for call in (
                cloud.list_containers,
                lambda: cloud.upload_object(b"x", BOX, "n"),
                lambda: cloud.download_object_as_stream((BOX, "o")).read(),
            ):
                with pytest.raises(ConfigurationError, match="make a new one"):
                    await call()

        flavour.run(calls())
