"""The storage suite: what goes up and comes down, and how."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import pytest

from cumuli.errors import FileExists, InvalidRequest, NotFound, ObjectNotFound
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.testing.suites.storage_base import StorageBase, needs
from cumuli.testing.suites.storage_target import Bench

CONTENT = random.Random(1).randbytes(100_000)


def names_in(folder: Path) -> list[str]:
    """What a folder has."""
    return sorted(path.name for path in folder.iterdir())


class OwnError(Exception):
    """An error of the caller's own."""


class TransfersSuite(StorageBase):
    """Uploads and downloads."""

    # Up

    @pytest.mark.parametrize("size", [0, 1, 100_000])
    @needs(Can.UPLOAD_OBJECT)
    async def test_every_kind_of_source(self, bench: Bench, tmp_path: Path, size: int) -> None:
        content = CONTENT[:size]
        container = await bench.container()
        path = tmp_path / "source.bin"
        path.write_bytes(content)
        file = io.BytesIO(b"skipped" + content)
        file.seek(7)
        with path.open("rb") as opened:
            made = [
                await bench.cloud.upload_object(content, container, "bytes"),
                await bench.cloud.upload_object(path, container, "path"),
                await bench.cloud.upload_object(str(path), container, "text"),
                await bench.cloud.upload_object(opened, container, "file"),
                await bench.cloud.upload_object(file, container, "memory file"),
                await bench.cloud.upload_object_via_stream(bench.pieces(content), container, "one piece"),
                await bench.cloud.upload_object_via_stream(
                    bench.pieces(b"", content[:3], b"", content[3:70_001], content[70_001:], b""), container, "pieces"
                ),
                await bench.cloud.upload_object_via_stream([content[:10], content[10:]], container, "list"),
                await bench.cloud.upload_object_via_stream(bench.pieces(), container, "no pieces"),
            ]
            assert not opened.closed
        for obj in made:
            expected = b"" if obj.name == "no pieces" else content
            assert obj.size == len(expected), obj.name
            assert await bench.read(obj) == expected, obj.name
            bench.look(container, obj.name, expected)

    @needs(Can.UPLOAD_OBJECT)
    async def test_sources_that_cannot_be_read(self, bench: Bench, tmp_path: Path) -> None:
        container = await bench.container()
        wrong: list[Any] = [tmp_path / "missing", tmp_path, io.StringIO("text"), 5]
        for source in wrong:
            with pytest.raises(InvalidRequest):
                await bench.cloud.upload_object(source, container, "o")
        text: Any = ["text"]
        with pytest.raises(InvalidRequest):
            await bench.cloud.upload_object_via_stream(text, container, "o")
        assert await bench.cloud.list_container_objects(container) == []

    @needs(Can.UPLOAD_OBJECT)
    async def test_a_failing_iterator_leaves_nothing(self, bench: Bench) -> None:
        container = await bench.container()
        part = CONTENT[:1000] * (bench.target.part_size // 1000 + 1)
        before = await bench.cloud.upload_object(b"before", container, "kept")
        for pieces in ((), (b"little",), (part, part, part)):
            for error in (OwnError("mine"), OSError("also mine")):
                with pytest.raises(type(error)) as caught:
                    await bench.cloud.upload_object_via_stream(
                        bench.failing(error, *pieces), container, "kept", part_size=bench.target.part_size
                    )
                assert caught.value is error
        assert await bench.read(before) == b"before"
        assert len(await bench.cloud.list_container_objects(container)) == 1
        bench.assert_no_open_uploads(container)

    @needs(Can.UPLOAD_OBJECT, Can.MULTIPART)
    async def test_large_content_goes_up_in_parts(self, bench: Bench, tmp_path: Path) -> None:
        container = await bench.container()
        size = bench.target.part_size
        content = (CONTENT * (3 * size // len(CONTENT) + 2))[: 3 * size + 17]
        seen: list[tuple[int, int | None]] = []
        made = await bench.cloud.upload_object_via_stream(
            bench.pieces(*(content[at : at + 77_777] for at in range(0, len(content), 77_777))),
            container,
            "in parts",
            part_size=size,
            concurrency=3,
            meta_data={"some": "thing"},
            content_type="text/x-parts",
            progress=lambda done, total: seen.append((done, total)),
        )
        assert made.size == len(content)
        assert seen[-1] == (len(content), None)
        assert [done for done, _ in seen] == sorted(done for done, _ in seen)
        found = await bench.cloud.get_object(container, "in parts")
        assert (found.size, found.content_type, found.meta_data) == (len(content), "text/x-parts", {"some": "thing"})
        assert await bench.read(made) == content
        exactly = await bench.cloud.upload_object_via_stream(
            bench.pieces(content[: 2 * size]), container, "exactly", part_size=size
        )
        assert await bench.read(exactly) == content[: 2 * size]
        bench.assert_no_open_uploads(container)
        bench.look(container, "in parts", content, content_type="text/x-parts", meta_data={"some": "thing"})
        await bench.cloud.delete_object(made)
        assert [obj.name for obj in await bench.cloud.list_container_objects(container)] == ["exactly"]

    # Down

    @needs(Can.DOWNLOAD_OBJECT)
    async def test_every_kind_of_destination(self, bench: Bench, tmp_path: Path) -> None:
        container = await bench.container()
        obj = await bench.cloud.upload_object(CONTENT, container, "o")
        path = tmp_path / "there.bin"
        seen: list[tuple[int, int | None]] = []
        found = await bench.cloud.download_object(obj, path, progress=lambda done, total: seen.append((done, total)))
        assert (found.name, found.size) == ("o", len(CONTENT))
        assert path.read_bytes() == CONTENT
        assert seen[-1] == (len(CONTENT), len(CONTENT))
        await bench.cloud.download_object(obj, str(tmp_path / "text"))
        memory = io.BytesIO()
        await bench.cloud.download_object(obj, memory)
        with (tmp_path / "file").open("wb") as file:
            await bench.cloud.download_object(obj, file)
            assert not file.closed
        assert {(tmp_path / name).read_bytes() for name in ("text", "file")} == {CONTENT} == {memory.getvalue()}
        assert names_in(tmp_path) == ["file", "text", "there.bin"]

    @needs(Can.DOWNLOAD_OBJECT)
    async def test_files_are_not_overwritten_unless_wanted(self, bench: Bench, tmp_path: Path) -> None:
        container = await bench.container()
        obj = await bench.cloud.upload_object(b"new", container, "o")
        path = tmp_path / "there"
        path.write_bytes(b"mine")
        before = bench.requests
        with pytest.raises(FileExists):
            await bench.cloud.download_object(obj, path)
        assert bench.requests == before
        assert path.read_bytes() == b"mine"
        await bench.cloud.download_object(obj, path, overwrite_existing=True)
        assert path.read_bytes() == b"new"
        with pytest.raises(ObjectNotFound):
            await bench.cloud.download_object((container, "missing"), path, overwrite_existing=True)
        with pytest.raises(NotFound):
            await bench.cloud.download_object((container, "missing"), tmp_path / "never")
        assert path.read_bytes() == b"new"
        assert names_in(tmp_path) == ["there"]

    @needs(Can.UPLOAD_OBJECT, Can.DOWNLOAD_OBJECT)
    async def test_contents_are_verified(self, bench: Bench) -> None:
        """What the provider has, and what it gives, is compared with a hash of its own."""
        container = await bench.container()
        made = await bench.cloud.upload_object(CONTENT, container, "o")
        assert made.verified_by is not None, "the driver tells no hash of what was stored"
        found = await bench.cloud.download_object(made, io.BytesIO())
        assert found.verified_by is not None, "the driver tells no hash of what is read"
        assert await bench.cloud.download_object_as_stream(made, integrity="required").read() == CONTENT

    # Streams

    @needs(Can.DOWNLOAD_OBJECT)
    async def test_streams(self, bench: Bench) -> None:
        container = await bench.container()
        obj = await bench.cloud.upload_object(CONTENT, container, "o")
        before = bench.requests
        stream = bench.cloud.download_object_as_stream(obj)
        assert bench.requests == before, "making a stream sends nothing"
        with pytest.raises(InvalidRequest):
            _ = stream.object
        async with stream:
            assert stream.object.size == len(CONTENT)
            assert b"".join([piece async for piece in stream]) == CONTENT
            assert [piece async for piece in stream] == []
            assert await stream.read() == b""
        plain = bench.cloud.download_object_as_stream((container, "o"))
        assert await plain.read(10) == CONTENT[:10]
        assert await plain.read(0) == b""
        assert await plain.read() == CONTENT[10:]
        assert plain.object.name == "o"

    @pytest.mark.parametrize("chunk_size", [1, 33_333, 50_000, 99_999, 100_000, 100_001, 10_000_000])
    @needs(Can.DOWNLOAD_OBJECT)
    async def test_chunks_have_the_size_that_was_asked_for(self, bench: Bench, chunk_size: int) -> None:
        container = await bench.container()
        content = CONTENT if chunk_size > 1 else CONTENT[:100]
        obj = await bench.cloud.upload_object(content, container, "o")
        chunks = [chunk async for chunk in bench.cloud.download_object_as_stream(obj, chunk_size=chunk_size)]
        assert chunks == [content[at : at + chunk_size] for at in range(0, len(content), chunk_size)]

    @needs(Can.DOWNLOAD_OBJECT)
    async def test_streams_of_nothing_and_of_what_is_missing(self, bench: Bench) -> None:
        container = await bench.container()
        empty = await bench.cloud.upload_object(b"", container, "empty")
        assert [chunk async for chunk in bench.cloud.download_object_as_stream(empty)] == []
        missing = bench.cloud.download_object_as_stream((container, "missing"))
        with pytest.raises(ObjectNotFound):
            async with missing:
                pass
        with pytest.raises(ObjectNotFound):
            await bench.cloud.download_object_as_stream((container, "missing")).read()
        with pytest.raises(ObjectNotFound):
            await anext(aiter(bench.cloud.download_object_as_stream((container, "missing"))))

    @needs(Can.DOWNLOAD_OBJECT)
    async def test_a_stream_may_be_left_early(self, bench: Bench) -> None:
        container = await bench.container()
        obj = await bench.cloud.upload_object(CONTENT * 20, container, "o")
        for _ in range(40):  # more often than there are connections
            async with bench.cloud.download_object_as_stream(obj, chunk_size=1000) as stream:
                assert await anext(aiter(stream)) == CONTENT[:1000]
            # What was left must not look like what ended.
            with pytest.raises(InvalidRequest, match="closed before its end"):
                await stream.read()
        stream = bench.cloud.download_object_as_stream(obj)
        await stream.aclose()
        await stream.aclose()
        assert await bench.read(obj) == CONTENT * 20

    @needs(Can.DOWNLOAD_OBJECT, Can.UPLOAD_OBJECT)
    async def test_from_a_stream_into_an_upload(self, bench: Bench) -> None:
        one, two = await bench.container(), await bench.container()
        obj = await bench.cloud.upload_object(CONTENT, one, "o")
        stream: Any = bench.cloud.download_object_as_stream(obj, chunk_size=7_777)
        if bench.flavour.name == "sync":
            stream = stream._client
        copy = await bench.cloud.upload_object_via_stream(stream, two, "copy")
        assert await bench.read(copy) == CONTENT

    # Ranges

    @pytest.mark.parametrize(
        ("start", "end"),
        [(0, 1), (5, 10), (0, None), (0, 100_000), (99_999, None), (99_999, 100_000), (50_000, 10**12), (1, 99_999)],
    )
    @needs(Can.DOWNLOAD_RANGE)
    async def test_ranges(self, bench: Bench, tmp_path: Path, start: int, end: int | None) -> None:
        container = await bench.container()
        obj = await bench.cloud.upload_object(CONTENT, container, "o")
        path = tmp_path / "range"
        found = await bench.cloud.download_object_range(obj, path, start, end)
        assert found.size == len(CONTENT)
        assert path.read_bytes() == CONTENT[start:end]
        stream = bench.cloud.download_object_range_as_stream(obj, start, end, chunk_size=40_000)
        assert b"".join([piece async for piece in stream]) == CONTENT[start:end]

    @pytest.mark.parametrize("last", [1, 7, 99_999, 100_000, 100_001, 10**12])
    @needs(Can.DOWNLOAD_RANGE)
    async def test_the_last_bytes(self, bench: Bench, tmp_path: Path, last: int) -> None:
        container = await bench.container()
        obj = await bench.cloud.upload_object(CONTENT, container, "o")
        path = tmp_path / "range"
        found = await bench.cloud.download_object_range(obj, path, -last)
        assert (found.name, found.size) == ("o", len(CONTENT))
        assert path.read_bytes() == CONTENT[-last:]
        stream = bench.cloud.download_object_range_as_stream((container, "o"), -last, chunk_size=40_000)
        assert b"".join([piece async for piece in stream]) == CONTENT[-last:]

    @needs(Can.DOWNLOAD_RANGE)
    async def test_the_last_bytes_of_nothing(self, bench: Bench, tmp_path: Path) -> None:
        container = await bench.container()
        empty = await bench.cloud.upload_object(b"", container, "empty")
        assert await bench.cloud.download_object_range_as_stream(empty, -5).read() == b""
        assert (await bench.cloud.download_object_range(empty, tmp_path / "empty", -1)).size == 0
        assert (tmp_path / "empty").read_bytes() == b""
        with pytest.raises(ObjectNotFound):
            await bench.cloud.download_object_range_as_stream((container, "missing"), -5).read()

    @needs(Can.DOWNLOAD_RANGE)
    async def test_ranges_that_cannot_be(self, bench: Bench, tmp_path: Path) -> None:
        container = await bench.container()
        obj = await bench.cloud.upload_object(b"0123456789", container, "o")
        empty = await bench.cloud.upload_object(b"", container, "empty")
        before = bench.requests
        for start, end in ((-1, 0), (-5, 3), (-5, 10), (3, 3), (5, 2), (0, 0), (0, -1)):
            with pytest.raises(InvalidRequest):
                await bench.cloud.download_object_range(obj, tmp_path / "x", start, end)
            with pytest.raises(InvalidRequest):
                bench.cloud.download_object_range_as_stream(obj, start, end)
        assert bench.requests == before
        for start in (10, 11, 10**9):
            with pytest.raises(InvalidRequest):
                await bench.cloud.download_object_range(obj, tmp_path / "x", start)
        with pytest.raises(InvalidRequest):
            await bench.cloud.download_object_range_as_stream(empty, 1).read()
        assert await bench.cloud.download_object_range_as_stream(empty, 0).read() == b""
        assert names_in(tmp_path) == []
