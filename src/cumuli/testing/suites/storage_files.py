"""The storage suite: objects as files that are read here and there."""

from __future__ import annotations

import io
import random
import struct
import zipfile

import pytest

from cumuli.errors import Conflict, InvalidRequest, NotVerified, ObjectNotFound, PreconditionFailed
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.testing.suites.storage_base import StorageBase, needs
from cumuli.testing.suites.storage_target import Bench

CONTENT = random.Random(3).randbytes(100_000)
ENTRIES = 300


def archive() -> bytes:
    """A zip file with a directory that is longer than what is looked at for its end."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as zipped:
        for number in range(ENTRIES):
            zipped.writestr(f"folder/{number:03}.bin", CONTENT[number : number + 5_000])
    return target.getvalue()


class FilesSuite(StorageBase):
    """Files."""

    @needs(Can.DOWNLOAD_RANGE)
    async def test_files_are_read_here_and_there(self, bench: Bench) -> None:
        container = await bench.container()
        await bench.cloud.upload_object(CONTENT, container, "o")
        before = bench.requests
        file = bench.cloud.open_object((container, "o"), buffer_size=10_000)
        with pytest.raises(InvalidRequest):
            _ = file.object
        assert bench.requests == before, "making a file sends nothing"
        async with file:
            assert (file.object.name, file.object.size) == ("o", len(CONTENT))
            assert await file.read(10) == CONTENT[:10]
            assert (await file.seek(50_000), file.tell()) == (50_000, 50_000)
            assert await file.read(20_001) == CONTENT[50_000:70_001]
            assert await file.seek(-1, io.SEEK_CUR) == 70_000
            assert await file.read(0) == b""
            assert await file.read(1) == CONTENT[70_000:70_001]
            assert await file.seek(-5, io.SEEK_END) == len(CONTENT) - 5
            assert await file.read(10) == CONTENT[-5:]
            assert await file.read(10) == b""
            assert await file.seek(10**9) == 10**9
            assert await file.read() == b""
            with pytest.raises(InvalidRequest) as caught:
                await file.seek(-1)
            assert isinstance(caught.value, OSError)
            assert await file.seek(1) == 1
            assert await file.read() == CONTENT[1:]
            assert file.tell() == len(CONTENT)
        with pytest.raises((InvalidRequest, ValueError)):
            await file.read(1)

    @needs(Can.DOWNLOAD_RANGE)
    async def test_what_is_read_one_after_another_costs_few_requests(self, bench: Bench) -> None:
        container = await bench.container()
        obj = await bench.cloud.upload_object(CONTENT, container, "o")
        async with bench.cloud.open_object(obj, buffer_size=5_000) as file:
            before = bench.requests
            assert b"".join([await file.read(1_000) for _ in range(100)]) == CONTENT
            # 5,000 bytes, 10,000, 20,000, 40,000 and the rest; what Swift makes of a request is its own business.
            assert bench.requests - before <= 10
            before = bench.requests
            for _ in range(3):
                await file.seek(99_000)
                assert await file.read(500) == CONTENT[99_000:99_500]
            assert bench.requests == before, "it was kept"

    @needs(Can.DOWNLOAD_RANGE)
    async def test_files_of_nothing_and_of_what_is_missing(self, bench: Bench) -> None:
        container = await bench.container()
        empty = await bench.cloud.upload_object(b"", container, "empty")
        async with bench.cloud.open_object(empty) as file:
            assert await file.read() == b""
            assert await file.seek(0, io.SEEK_END) == 0
        with pytest.raises(ObjectNotFound):
            async with bench.cloud.open_object((container, "missing")):
                pass
        with pytest.raises(ObjectNotFound):
            await bench.cloud.open_object((container, "missing")).read()

    @needs(Can.DOWNLOAD_RANGE)
    async def test_a_file_is_of_one_content(self, bench: Bench) -> None:
        container = await bench.container()
        obj = await bench.cloud.upload_object(CONTENT, container, "o")
        async with bench.cloud.open_object(obj, buffer_size=1_000) as file:
            assert await file.read(10) == CONTENT[:10]
            await bench.cloud.upload_object(b"y" * len(CONTENT), container, "o")
            await file.seek(50_000)
            with pytest.raises(Conflict):
                await file.read(70_000)
            await bench.cloud.delete_object(obj)
            with pytest.raises(ObjectNotFound):
                await file.read(10)

    @needs(Can.DOWNLOAD_RANGE, Can.READ_IF_MATCH)
    async def test_files_under_a_condition(self, bench: Bench) -> None:
        container = await bench.container()
        obj = await bench.cloud.upload_object(b"x", container, "o")
        etag = (await bench.cloud.get_object(container, "o")).etag
        async with bench.cloud.open_object(obj, if_match=etag) as file:
            assert await file.read() == b"x"
        await bench.cloud.upload_object(b"y", container, "o")
        with pytest.raises(PreconditionFailed):
            await bench.cloud.open_object(obj, if_match=etag).read()
        before = bench.requests
        with pytest.raises(NotVerified):
            bench.cloud.open_object(obj, integrity="required")
        for wrong in (0, -1):
            with pytest.raises(InvalidRequest):
                bench.cloud.open_object(obj, buffer_size=wrong)
        assert bench.requests == before

    @needs(Can.DOWNLOAD_RANGE)
    async def test_an_archive_is_read_by_few_requests(self, bench: Bench) -> None:
        container = await bench.container()
        content = archive()
        obj = await bench.cloud.upload_object(content, container, "archive.zip")
        here = zipfile.ZipFile(io.BytesIO(content))
        places = [here.infolist()[number] for number in (7, 8, 250)]
        before = bench.requests
        async with bench.cloud.open_object(obj) as file:
            # As zipfile does it.
            await file.seek(-22, io.SEEK_END)
            end = await file.read()
            length, start = struct.unpack("<II", end[12:20])
            await file.seek(start)
            assert (await file.read(length)).count(b"PK\1\2") == ENTRIES
            for place in places:
                await file.seek(place.header_offset)
                head = await file.read(30)
                assert (await file.read(head[26])).decode() == place.filename
                assert await file.read(place.file_size) == here.read(place.filename)
        # What it is, its end with the directory, and two places in it; Swift asks twice for what is not small.
        assert bench.requests - before <= 8
