"""Objects as binary files of Python's own kind, over the in-memory store."""

from __future__ import annotations

import asyncio
import io
import os
import random
import shutil
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.errors import (
    CloudError,
    ConfigurationError,
    Conflict,
    ConnectionFailed,
    InvalidRequest,
    NotSupported,
    NotVerified,
    ObjectNotFound,
)
from cumuli.providers.memory.storage.account import MemoryStorageAccount
from cumuli.providers.memory.storage.aio import AsyncMemoryStorage
from cumuli.providers.memory.storage.client import MemoryStorage
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.storage.file.aio import LARGEST
from cumuli.storage.file.client import ObjectFile
from cumuli.storage.models import Object
from cumuli.testing.flavours import Flavour

MIB = 1024 * 1024
CONTENT = random.Random(5).randbytes(3_000_001)
QUICK = RetryPolicy(base=0.001, cap=0.001)
OBJ = ("box", "thing")


@pytest.fixture
def account() -> MemoryStorageAccount:
    account = MemoryStorageAccount()
    with MemoryStorage(account) as storage:
        storage.create_container("box")
        storage.upload_object(CONTENT, *OBJ)
    return account


@pytest.fixture
def storage(account: MemoryStorageAccount) -> Iterator[MemoryStorage]:
    with MemoryStorage(account, retry=QUICK) as storage:
        yield storage


def reads_of(account: MemoryStorageAccount) -> int:
    return account.calls.count("read_object")


def test_it_is_a_file(storage: MemoryStorage) -> None:
    storage.upload_object(b"one\ntwo\nthree", "box", "lines")
    with storage.open_object(("box", "lines")) as file:
        assert isinstance(file, io.BufferedReader)
        assert (file.readable(), file.seekable(), file.writable(), file.closed) == (True, True, False, False)
        assert (file.name, file.mode) == ("lines", "rb")
        assert file.object.size == 13
        assert file.peek(3)[:3] == b"one"
        assert file.readline() == b"one\n"
        assert list(file) == [b"two\n", b"three"]
        assert file.seek(-5, io.SEEK_END) == 8
        into = bytearray(10)
        assert (file.readinto(into), bytes(into[:5])) == (5, b"three")
        assert (file.tell(), file.read(), file.read1(5)) == (13, b"", b"")
        with pytest.raises(io.UnsupportedOperation):
            file.write(b"x")
        with pytest.raises(io.UnsupportedOperation):
            file.fileno()
        text = io.TextIOWrapper(file)
        text.seek(4)
        assert text.read() == "two\nthree"
    assert file.closed
    with pytest.raises(ValueError, match="closed"):
        file.read(1)


def test_nothing_is_asked_before_it_is_used(storage: MemoryStorage, account: MemoryStorageAccount) -> None:
    before = account.calls
    file = storage.open_object(OBJ)
    assert account.calls == before
    with pytest.raises(InvalidRequest):
        _ = file.object
    missing = storage.open_object(("box", "missing"))
    with pytest.raises(ObjectNotFound):
        missing.read()


def test_a_missing_one_is_told_on_entering(storage: MemoryStorage) -> None:
    with pytest.raises(ObjectNotFound), storage.open_object(("box", "missing")):
        pass


def test_reads_are_what_a_file_of_this_machine_gives(storage: MemoryStorage, tmp_path: Path) -> None:
    (tmp_path / "same").write_bytes(CONTENT)
    chance = random.Random(7)
    with storage.open_object(OBJ, buffer_size=20_000) as file, (tmp_path / "same").open("rb") as same:
        for _ in range(300):
            what, number = chance.randrange(4), chance.randrange(100_000)
            if what == 0:
                place = chance.randrange(len(CONTENT) + 10)
                assert file.seek(place) == same.seek(place)
            elif what == 1:
                assert file.seek(-number, io.SEEK_END) == same.seek(-number, io.SEEK_END)
            else:
                assert file.read(number) == same.read(number)
            assert file.tell() == same.tell()
        assert file.read() == same.read()


def test_archives(storage: MemoryStorage, account: MemoryStorageAccount, tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as zipped:
        for number in range(400):
            zipped.writestr(f"{number}.bin", CONTENT[number : number + 100_000])
    storage.upload_object(target.getvalue(), "box", "a.zip")
    before = reads_of(account)
    with storage.open_object(("box", "a.zip")) as file, zipfile.ZipFile(file) as zipped:
        assert len(zipped.namelist()) == 400
        for number in (3, 4, 200):
            assert zipped.read(f"{number}.bin") == CONTENT[number : number + 100_000]
    assert reads_of(account) - before <= 4, "40 MB of archive: its end, and two places that cross the end of a piece"
    packed = io.BytesIO()
    (tmp_path / "one").write_bytes(CONTENT[:1000])
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.add(tmp_path / "one", "one")
    storage.upload_object(packed.getvalue(), "box", "a.tar.gz")
    with storage.open_object(("box", "a.tar.gz")) as file, tarfile.open(fileobj=file) as tar:
        one = tar.extractfile("one")
        assert one is not None
        assert one.read() == CONTENT[:1000]


@pytest.mark.parametrize("content", [b"", b"x", b"no archive, and longer than the end of one would be" * 10])
def test_what_is_no_archive_is_none(storage: MemoryStorage, content: bytes) -> None:
    storage.upload_object(content, "box", "o")
    with storage.open_object(("box", "o")) as file, pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(file)


@pytest.mark.parametrize("operation", ["head_object", "read_object"])
def test_what_does_not_answer_is_not_taken_for_a_bad_archive(account: MemoryStorageAccount, operation: str) -> None:
    """zipfile takes an OSError for the proof that there is no archive."""
    failing = {operation: ConnectionFailed("no network")}
    with (
        MemoryStorage(account, retry=QUICK, fail_call=failing) as storage,
        pytest.raises(ConnectionFailed) as caught,
    ):
        zipfile.ZipFile(storage.open_object(OBJ))
    assert not isinstance(caught.value, OSError)
    assert caught.value.provider == "memory"


def test_what_broke_is_fetched_on(account: MemoryStorageAccount) -> None:
    with MemoryStorage(account, retry=QUICK, cut_downloads=(1000, 5, 70_000)) as storage:
        assert storage.open_object(OBJ).read() == CONTENT


def test_a_replaced_object_is_never_a_mixture(storage: MemoryStorage) -> None:
    with storage.open_object(OBJ) as file:
        assert file.read(10) == CONTENT[:10]
        storage.upload_object(b"y" * len(CONTENT), *OBJ)
        assert file.read(10) == CONTENT[10:20], "it was here already"
        file.seek(2_000_000)
        with pytest.raises(Conflict, match="changed"):
            file.read(10)
        # The file is of the content that it was opened with, also later.
        with pytest.raises(Conflict):
            file.read()


def test_all_of_it_in_one_go_is_verified_by_its_hash(account: MemoryStorageAccount) -> None:
    with MemoryStorage(account, retry=QUICK, corrupt={"read_object"}) as storage:
        with pytest.raises(CloudError) as caught:
            storage.open_object(OBJ).read()
        assert type(caught.value).__name__ == "ChecksumMismatch"
        with pytest.raises(NotVerified, match="ranges"):
            storage.open_object(OBJ, integrity="required")


def test_requests_for_what_is_read_one_after_another(storage: MemoryStorage, account: MemoryStorageAccount) -> None:
    content = bytes(40 * MIB)
    storage.upload_object(content, "box", "large")
    before = reads_of(account)
    with storage.open_object(("box", "large")) as file:
        assert sum(len(data) for data in iter(lambda: file.read(4096), b"")) == len(content)
    # 256 KiB, doubled up to 8 MiB, which five more times is the rest.
    assert reads_of(account) - before <= 12
    before = reads_of(account)
    with storage.open_object(("box", "large")) as file:
        assert len(file.read(30 * MIB)) == 30 * MIB
        assert reads_of(account) - before <= 2, "what is wanted at once is asked for at once"


def test_little_is_kept(storage: MemoryStorage) -> None:
    storage.upload_object(bytes(60 * MIB), "box", "large")
    file: Any = storage.open_object(("box", "large"))
    for _ in iter(lambda: file.read(100_000), b""):
        kept = [len(piece.data) for piece in file._object_file._pieces]
        assert sum(kept) <= 16 * MIB
        assert max(kept) <= LARGEST
    file.close()
    assert file._object_file._pieces == []


def test_copied_into_a_file(storage: MemoryStorage, tmp_path: Path) -> None:
    with storage.open_object(OBJ) as file, (tmp_path / "copy").open("wb") as target:
        shutil.copyfileobj(file, target)
    assert (tmp_path / "copy").read_bytes() == CONTENT
    with storage.open_object(OBJ) as file:
        file.seek(1_000_000)
        made = storage.upload_object(file, "box", "copy")
    assert storage.download_object_as_stream(made).read() == CONTENT[1_000_000:]


def test_threads_share_it(storage: MemoryStorage) -> None:
    storage.upload_object(bytes(range(250)) * 40_000, "box", "counted")
    seen: list[bytes] = []
    with storage.open_object(("box", "counted"), buffer_size=10_000) as file:

        def read() -> None:
            while data := file.read(250):
                seen.append(data)

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == [bytes(range(250))] * 40_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_has_its_own_position(storage: MemoryStorage) -> None:
    file = storage.open_object(OBJ)
    assert file.read(10) == CONTENT[:10]
    child = os.fork()
    if child == 0:
        file.seek(1_500_000)
        os._exit(0 if file.read(5) == CONTENT[1_500_000:1_500_005] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert file.read(10) == CONTENT[10:20]


def test_a_closed_client_reads_no_more(account: MemoryStorageAccount) -> None:
    storage = MemoryStorage(account)
    file = storage.open_object(OBJ)
    file.read(1)
    storage.close()
    file.seek(2_000_000)
    with pytest.raises(ConfigurationError):
        file.read(1)


def test_without_an_etag_there_is_no_file(storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    inside: Any = storage
    driver = inside._storage._driver

    async def told(_spec: object) -> Object:
        return Object(container="box", name="thing", size=5, provider="memory", etag='W/"weak"')

    monkeypatch.setattr(driver, "head_object", told)
    with pytest.raises(NotSupported, match="no etag"):
        storage.open_object(OBJ).read()


@pytest.mark.parametrize("lacking", [Can.DOWNLOAD_RANGE, Can.GET_OBJECT, Can.DOWNLOAD_OBJECT])
def test_what_it_needs(account: MemoryStorageAccount, lacking: Can) -> None:
    with MemoryStorage(account, without=[lacking]) as storage, pytest.raises(NotSupported):
        storage.open_object(OBJ)


def test_it_shows_its_name_and_nothing_else(storage: MemoryStorage) -> None:
    assert repr(storage.open_object(OBJ)) == "<ObjectFile name='thing'>"
    assert isinstance(storage.open_object(OBJ), ObjectFile)


# Reads that fail


async def test_a_read_that_fails_leaves_it_where_it_was(flavour: Flavour, account: MemoryStorageAccount) -> None:
    kind: Any = AsyncMemoryStorage if flavour.name == "async" else MemoryStorage
    # What it is, 10,000 bytes, and what is behind them.
    storage = flavour.shape(kind(account, retry=False, fail_call={3: ConnectionFailed("no network")}))
    async with storage.open_object(OBJ, buffer_size=10_000) as file:
        assert await file.read(1000) == CONTENT[:1000]
        with pytest.raises(ConnectionFailed):
            await file.read(1_000_000)
        assert file.tell() == 1000
        assert await file.read(1_000_000) == CONTENT[1000:1_001_000]
        assert file.tell() == 1_001_000
        assert await file.read() == CONTENT[1_001_000:]
    await storage.aclose()


def test_a_cancelled_read_leaves_it_where_it_was(account: MemoryStorageAccount) -> None:
    async def case() -> None:
        async with AsyncMemoryStorage(account) as storage, storage.open_object(OBJ, buffer_size=10_000) as file:
            assert await file.read(1000) == CONTENT[:1000]
            inside: Any = file
            fetch, asked = inside._fetch, asyncio.Event()

            async def hangs(*_: int) -> bytes:
                asked.set()
                await asyncio.Event().wait()
                raise AssertionError

            inside._fetch = hangs
            task = asyncio.ensure_future(file.read(1_000_000))
            await asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            inside._fetch = fetch
            assert file.tell() == 1000
            assert await file.read(1_000_000) == CONTENT[1000:1_001_000]

    asyncio.run(case())


LINE = b"l" * 199_999 + b"\n"


def _into(file: ObjectFile[Any], one_read: bool) -> bytes:
    buffer = bytearray(150_000)
    return bytes(buffer[: (file.readinto1 if one_read else file.readinto)(buffer)])


READS: dict[str, Callable[[ObjectFile[Any]], bytes]] = {
    "read": lambda file: file.read(150_000),
    "read all": lambda file: file.read(),
    "read1": lambda file: file.read1(150_000),
    "readinto": lambda file: _into(file, False),
    "readinto1": lambda file: _into(file, True),
    "readline": lambda file: file.readline(),
    "iteration": next,
    "readlines": lambda file: b"".join(file.readlines()),
}


@pytest.mark.parametrize("at", [0, 100_000])
@pytest.mark.parametrize("moved", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [ConnectionFailed("no network"), KeyboardInterrupt()], ids=["network", "key"])
@pytest.mark.parametrize("how", READS)
def test_what_io_drops_of_a_read_that_fails_is_read_again(
    storage: MemoryStorage, how: str, error: BaseException, moved: bool, at: int
) -> None:
    """io has a buffer of its own, and drops what it got of a read that it cannot end."""
    content = LINE * 10
    storage.upload_object(content, "box", "lines")
    with storage.open_object(("box", "lines")) as file:
        assert file.read(at) == content[:at]
        inside: Any = file
        read, calls = inside._object_file.read, 0

        async def fails(size: int = -1) -> bytes:
            nonlocal calls
            calls += 1
            if calls < (5 if how == "readlines" else 2) and how not in {"read all", "read1", "readinto1"}:
                data: bytes = await read(size)
                return data
            if moved:
                # As an interruption just after it.
                await read(size)
            raise error

        inside._object_file.read = fails
        raised, before = False, at
        for _ in range(12):
            before = file.tell()
            try:
                READS[how](file)
            except type(error):
                assert file.tell() == before
                raised = True
                break
        inside._object_file.read = read
        assert raised
        # Without the comparison that pytest shows, which takes minutes for that much.
        same = file.read(300_000) == content[before : before + 300_000]
        assert same


@pytest.mark.parametrize("moved", [False, True], ids=["before", "after"])
def test_a_peek_that_fails_moves_nothing(storage: MemoryStorage, moved: bool) -> None:
    with storage.open_object(OBJ) as file:
        inside: Any = file
        read = inside._object_file.read

        async def fails(size: int = -1) -> bytes:
            if moved:
                await read(size)
            raise KeyboardInterrupt

        inside._object_file.read = fails
        with pytest.raises(KeyboardInterrupt):
            file.peek(5)
        inside._object_file.read = read
        assert file.tell() == 0
        assert file.peek(5)[:5] == CONTENT[:5]
