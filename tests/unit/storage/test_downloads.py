"""The download engine over the in-memory store, whose network damages and cuts what it is told to."""

from __future__ import annotations

import io
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.errors import ChecksumMismatch, CloudError, Conflict, ConnectionFailed
from cumuli.providers.local.aio import AsyncLocalStorage
from cumuli.providers.local.client import LocalStorage
from cumuli.providers.memory.storage.account import MemoryStorageAccount
from cumuli.providers.memory.storage.aio import AsyncMemoryStorage
from cumuli.providers.memory.storage.client import MemoryStorage
from cumuli.runtime import asynchronous_runtime, blocking_runtime, files
from cumuli.runtime.protocol import TransportSettings
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.testing.flavours import Flavour, eventually

CONTENT = random.Random(2).randbytes(3_000_001)
QUICK = RetryPolicy(base=0.001, cap=0.001)
OBJ = ("box", "thing")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Stop(BaseException):
    """Ends a transfer as Ctrl-C does, and leaves the event loop to the test."""


class Place:
    """An account with one object, and clients of it that are closed afterwards."""

    def __init__(self, flavour: Flavour) -> None:
        self.account = MemoryStorageAccount()
        self._flavour = flavour
        self._made: list[Any] = []
        with MemoryStorage(self.account) as own:
            own.create_container("box")
        self.replace(CONTENT)

    def replace(self, content: bytes) -> None:
        with MemoryStorage(self.account) as own:
            own.upload_object(content, *OBJ)

    def client(self, **settings: Any) -> AsyncMemoryStorage:
        make = AsyncMemoryStorage if self._flavour.name == "async" else MemoryStorage
        client: AsyncMemoryStorage = self._flavour.shape(make(self.account, **{"retry": QUICK, **settings}))
        self._made.append(client)
        return client

    @property
    def reads(self) -> int:
        return self.account.calls.count("read_object")

    def close(self) -> None:
        for client in self._made:
            self._flavour.run(client.aclose())


@pytest.fixture
def place(flavour: Flavour) -> Iterator[Place]:
    place = Place(flavour)
    yield place
    place.close()


@pytest.mark.parametrize("cuts", [(0,), (1,), (1_500_000, 10, 700_000), (3_000_000,), (100, 100, 100)])
async def test_what_broke_is_fetched_on(place: Place, tmp_path: Path, cuts: tuple[int, ...]) -> None:
    cloud = place.client(cut_downloads=cuts)
    await cloud.download_object(OBJ, tmp_path / "there")
    assert (tmp_path / "there").read_bytes() == CONTENT
    assert names_in(tmp_path) == ["there"]
    assert place.reads == len(cuts) + 1


async def test_streams_and_ranges_go_on_too(place: Place) -> None:
    cloud = place.client(cut_downloads=(70_000,))
    assert await cloud.download_object_as_stream(OBJ).read() == CONTENT
    cloud = place.client(cut_downloads=(70_000, 3))
    stream = cloud.download_object_range_as_stream(OBJ, 10, 200_010)
    assert await stream.read() == CONTENT[10:200_010]


async def test_the_last_bytes_go_on_too(place: Place, tmp_path: Path) -> None:
    cloud = place.client(cut_downloads=(70_000, 3, 0))
    stream = cloud.download_object_range_as_stream(OBJ, -200_000)
    assert await stream.read() == CONTENT[-200_000:]
    assert place.reads == 4
    cloud = place.client(cut_downloads=(1_000_000,))
    found = await cloud.download_object_range(OBJ, tmp_path / "all", -len(CONTENT))
    assert (tmp_path / "all").read_bytes() == CONTENT
    assert found.verified_by == "md5", "all of it is as good as a whole download"


async def test_the_last_bytes_are_of_one_content(place: Place) -> None:
    cloud = place.client(cut_downloads=(1_500_000,))
    stream = cloud.download_object_range_as_stream(OBJ, -2_000_000, chunk_size=1_000_000)
    assert await anext(aiter(stream)) == CONTENT[-2_000_000:-1_000_000]
    place.replace(b"y" * len(CONTENT))
    with pytest.raises(Conflict):
        await anext(aiter(stream))


async def test_patience_ends(place: Place, tmp_path: Path) -> None:
    """Four tries without progress are the policy's; then nothing is left behind."""
    cloud = place.client(cut_downloads=(10,) * 50)
    with pytest.raises(ConnectionFailed):
        await cloud.download_object(OBJ, tmp_path / "there")
    assert place.reads == QUICK.attempts
    assert names_in(tmp_path) == []


async def test_progress_renews_patience(place: Place, tmp_path: Path) -> None:
    """A connection that breaks again and again, but behind a megabyte each time, is gone on with."""
    cloud = place.client(retry=RetryPolicy(attempts=2, base=0.001), cut_downloads=(1_200_000, 1_200_000))
    await cloud.download_object(OBJ, tmp_path / "there")
    assert (tmp_path / "there").read_bytes() == CONTENT


async def test_another_content_is_not_mixed_in(place: Place, tmp_path: Path) -> None:
    """The object is replaced between the two halves: an error, never a file of both."""
    cloud = place.client(cut_downloads=(1_000_000,))
    (tmp_path / "there").write_bytes(b"before")

    def replace(done: int, _total: int | None) -> None:
        if done <= 1_048_576:
            place.replace(b"y" * len(CONTENT))

    with pytest.raises(Conflict):
        await cloud.download_object(OBJ, tmp_path / "there", overwrite_existing=True, progress=replace)
    assert (tmp_path / "there").read_bytes() == b"before"
    assert names_in(tmp_path) == ["there"]


@pytest.mark.parametrize("size", [1, 1_000_000, 3_000_001])
async def test_damaged_bytes_leave_nothing(place: Place, tmp_path: Path, size: int) -> None:
    place.replace(CONTENT[:size])
    cloud = place.client(corrupt=["read_object"])
    with pytest.raises(ChecksumMismatch) as caught:
        await cloud.download_object(OBJ, tmp_path / "there")
    assert caught.value.provider == "memory"
    assert names_in(tmp_path) == []
    (tmp_path / "kept").write_bytes(b"mine")
    with pytest.raises(ChecksumMismatch):
        await cloud.download_object(OBJ, tmp_path / "kept", overwrite_existing=True)
    assert (tmp_path / "kept").read_bytes() == b"mine"
    assert names_in(tmp_path) == ["kept"]


async def test_the_last_piece_of_a_damaged_stream_is_never_given(place: Place) -> None:
    cloud = place.client(corrupt=["read_object"])
    given: list[bytes] = []

    async def walk() -> None:
        async for chunk in cloud.download_object_as_stream(OBJ, chunk_size=100_000):
            given.append(chunk)  # noqa: PERF401 - what was given before the error counts

    with pytest.raises(ChecksumMismatch):
        await walk()
    assert sum(map(len, given)) < len(CONTENT)


async def test_damage_in_what_was_fetched_on_is_found(place: Place, tmp_path: Path) -> None:
    cloud = place.client(cut_downloads=(1_000_000,), corrupt=["read_object"])
    with pytest.raises(ChecksumMismatch):
        await cloud.download_object(OBJ, tmp_path / "there")
    assert names_in(tmp_path) == []


async def test_without_ranges_nothing_is_fetched_on(place: Place, tmp_path: Path) -> None:
    cloud = place.client(cut_downloads=(10,), without=[Can.DOWNLOAD_RANGE])
    with pytest.raises(ConnectionFailed):
        await cloud.download_object(OBJ, tmp_path / "there")
    assert place.reads == 1
    assert names_in(tmp_path) == []


async def test_a_destination_that_fails_ends_the_download(place: Place) -> None:
    class Full(io.BytesIO):
        def write(self, _data: Any) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises((OSError, CloudError), match="No space left"):
        await place.client().download_object(OBJ, Full())


async def test_a_progress_that_raises_leaves_nothing(place: Place, tmp_path: Path) -> None:
    def stop(_done: int, _total: int | None) -> None:
        raise Stop

    with pytest.raises(Stop):
        await place.client().download_object(OBJ, tmp_path / "there", progress=stop)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("provider", ["memory", "local"])
async def test_a_download_given_up_on_a_slow_disk_leaves_nothing(
    flavour: Flavour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    """Cancelled, or interrupted in one of several threads, while a write takes seconds."""
    writing, go_on = threading.Event(), threading.Event()
    real = files.PathSink.write

    def slow(sink: files.PathSink, data: bytes) -> None:
        real(sink, data)
        writing.set()
        assert go_on.wait(60)

    monkeypatch.setattr(files.PathSink, "write", slow)
    root = tmp_path / "root"
    folder = tmp_path / "folder"
    folder.mkdir()
    account = MemoryStorageAccount()
    settings: dict[str, Any] = {"root": root} if provider == "local" else {"account": account}
    kinds = {"memory": (MemoryStorage, AsyncMemoryStorage), "local": (LocalStorage, AsyncLocalStorage)}
    make: Any = kinds[provider][flavour.name == "async"]
    client: Any = flavour.shape(make(**settings))
    async with client:
        await client.create_container("box")
        await client.upload_object(CONTENT, *OBJ)
        runtime = (asynchronous_runtime if flavour.name == "async" else blocking_runtime)(TransportSettings(proxy=""))

        async def fetch() -> None:
            await client.download_object(OBJ, folder / "file")

        async def give_up() -> None:
            while not writing.is_set():
                await runtime.sleep(0.01)
            raise Stop

        began = time.monotonic()
        try:
            with pytest.raises(Stop):
                await runtime.gather([fetch, give_up])
            assert time.monotonic() - began < 10  # the disk takes a minute
            if flavour.name == "async":
                assert names_in(folder) == []
        finally:
            go_on.set()
        await runtime.close()
        await eventually(flavour, lambda: _listed(folder), lambda names: names == [])


async def _listed(folder: Path) -> list[str]:
    return names_in(folder)
