"""What an upload can be read from, and where a download can go."""

from __future__ import annotations

import errno
import io
import os
import stat
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumuli.errors import FileExists, InvalidRequest, QuotaExceeded
from cumuli.runtime import files
from cumuli.runtime.files import BlockingSource, PieceBuffer, open_sink, open_source

DATA = bytes(range(256)) * 40


def drain(source: BlockingSource, size: int) -> bytes:
    parts = []
    while part := source.read(size):
        parts.append(part)
    # Exactly what was asked for, except at the end, and nothing after it.
    assert all(len(part) == size for part in parts[:-1])
    assert source.read(size) == b""
    return b"".join(parts)


class Dribble(io.RawIOBase):
    """A raw file that gives three bytes at a time and takes two."""

    def __init__(self, data: bytes = b"") -> None:
        self.inner = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.inner.read(min(size, 3))

    def write(self, data: object) -> int:
        return self.inner.write(bytes(data)[:2])  # type: ignore[call-overload, no-any-return]


def in_pieces(data: bytes) -> Iterator[bytes]:
    yield b""
    for start in range(0, len(data), 700):
        yield data[start : start + 700]
        yield b""


@pytest.mark.parametrize("size", [1_000, 1, 4_096, len(DATA), len(DATA) + 1])
@pytest.mark.parametrize(
    "kind", ["bytes", "bytearray", "memoryview", "str", "path", "file", "bytesio", "raw", "iterator", "list"]
)
def test_sources(kind: str, size: int, tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(DATA)
    with path.open("rb") as file:
        data: object = {
            "bytes": DATA, "bytearray": bytearray(DATA), "memoryview": memoryview(DATA), "str": str(path), "path": path,
            "file": file, "bytesio": io.BytesIO(DATA), "raw": Dribble(DATA), "iterator": in_pieces(DATA),
            "list": [DATA[:5_000], DATA[5_000:]],
        }[kind]  # fmt: skip
        source = open_source(data)
        unknown = kind in {"raw", "iterator", "list"}
        assert source.length == (None if unknown else len(DATA))
        assert source.rewindable is not unknown
        assert drain(source, size) == DATA
        if source.rewindable:
            source.rewind()
            assert drain(source, size) == DATA
        else:
            with pytest.raises(InvalidRequest, match="read again"):
                source.rewind()
        source.close()
        source.close()
        assert not file.closed


def test_a_file_is_read_from_where_it_stands(tmp_path: Path) -> None:
    file = io.BytesIO(DATA)
    file.seek(100)
    source = open_source(file)
    assert source.length == len(DATA) - 100
    assert drain(source, 999) == DATA[100:]
    source.rewind()
    assert drain(source, 999) == DATA[100:]


def test_a_path_is_opened_late_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "late"
    source = open_source(path)
    path.write_bytes(b"written later")
    assert source.length == 13
    assert source.read(7) == b"written"
    source.close()
    assert source.read(7) == b"written"
    source.close()


def test_a_pipe_has_no_length_and_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    source = open_source(path)
    assert source.length is None
    assert not source.rewindable
    writer = threading.Thread(target=path.write_bytes, args=(DATA,))
    writer.start()
    assert drain(source, 1_000) == DATA
    writer.join()
    source.close()


@pytest.mark.parametrize("data", [io.StringIO("text"), 5, None, object()])
def test_what_cannot_be_uploaded_is_refused_at_once(data: object) -> None:
    with pytest.raises(InvalidRequest):
        open_source(data)


def test_an_async_iterable_is_for_async_clients() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b""

    with pytest.raises(InvalidRequest, match="async client"):
        open_source(pieces())


def test_what_turns_out_not_to_be_bytes() -> None:
    with pytest.raises(InvalidRequest, match="gave str"):
        open_source(iter(["text"])).read(5)

    class Text:
        def read(self, size: int) -> str:
            return "text"

    with pytest.raises(InvalidRequest, match="gave str"):
        open_source(Text()).read(5)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="No such file"):
        _ = open_source(tmp_path / "missing").length
    with pytest.raises(InvalidRequest, match="No such file"):
        open_source(tmp_path / "missing").read(1)
    with pytest.raises(InvalidRequest, match="folder"):
        _ = open_source(tmp_path).length
    with pytest.raises(InvalidRequest):
        _ = open_source("nul\0").length
    file = io.BytesIO(b"x")
    source = open_source(file)
    file.close()
    with pytest.raises(InvalidRequest, match="closed"):
        source.read(1)


def test_an_error_of_the_callers_iterator_is_the_callers() -> None:
    def fail() -> Iterator[bytes]:
        yield b"ab"
        raise LookupError

    source = open_source(fail())
    with pytest.raises(LookupError):
        source.read(5)


def test_closing_a_source_closes_its_generator() -> None:
    closed: list[bool] = []

    def pieces() -> Iterator[bytes]:
        try:
            yield b"one"
            yield b"two"
        finally:
            closed.append(True)

    source = open_source(pieces())
    source.read(1)
    source.close()
    assert closed == [True]


@given(st.lists(st.binary(max_size=20)), st.lists(st.integers(min_value=0, max_value=30)))
def test_pieces_in_and_pieces_out_are_the_same_bytes(pieces: list[bytes], sizes: list[int]) -> None:
    buffer = PieceBuffer()
    for piece in pieces:
        buffer.add(piece)
    whole = b"".join(pieces)
    assert len(buffer) == len(whole)
    taken = [buffer.take(size) for size in sizes]
    assert [len(part) for part in taken if part] == [n for n in map(len, taken) if n]
    assert b"".join(taken) == whole[: sum(sizes)]
    assert b"".join(taken) + buffer.take(len(whole)) == whole
    assert len(buffer) == 0


def test_a_piece_is_kept_as_it_was_given() -> None:
    piece = bytearray(b"before")
    buffer = PieceBuffer()
    buffer.add(piece)
    piece[:] = b"after!"
    assert buffer.take(6) == b"before"


# ---- sinks


def test_a_download_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "x"
    sink = open_sink(path, overwrite=False)
    assert list(tmp_path.iterdir()) == []
    sink.write(b"hello ")
    assert not path.exists()
    sink.write(b"world")
    sink.commit()
    assert path.read_bytes() == b"hello world"
    assert list(tmp_path.iterdir()) == [path]
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def test_an_empty_download_is_an_empty_file(tmp_path: Path) -> None:
    sink = open_sink(str(tmp_path / "x"), overwrite=False)
    sink.commit()
    assert (tmp_path / "x").read_bytes() == b""


def test_an_aborted_download_leaves_nothing(tmp_path: Path) -> None:
    sink = open_sink(tmp_path / "x", overwrite=False)
    sink.abort()
    sink = open_sink(tmp_path / "x", overwrite=False)
    sink.write(b"half")
    sink.abort()
    sink.abort()
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_the_file_is_being_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: str, mode: str, **_: object) -> NoReturn:
        Path(path).open(mode).close()
        raise KeyboardInterrupt

    # No signal can be timed to come between the system's call and the assignment.
    monkeypatch.setattr(files, "open", interrupted, raising=False)
    sink = open_sink(tmp_path / "x", overwrite=False)
    with pytest.raises(KeyboardInterrupt):
        sink.write(b"half")
    assert len(list(tmp_path.iterdir())) == 1
    sink.abort()
    assert list(tmp_path.iterdir()) == []


def test_overwriting_replaces_only_on_commit(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    sink = open_sink(path, overwrite=True)
    sink.write(b"half")
    sink.abort()
    assert path.read_bytes() == b"old"
    sink = open_sink(path, overwrite=True)
    sink.write(b"new")
    assert path.read_bytes() == b"old"
    sink.commit()
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o444])
def test_what_is_replaced_leaves_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    path.chmod(mode)
    sink = open_sink(path, overwrite=True)
    sink.write(b"new")
    for other in set(tmp_path.iterdir()) - {path}:
        assert stat.S_IMODE(other.stat().st_mode) == mode, "nobody may read meanwhile what he may not read then"
    sink.commit()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_no_rights_to_run_as_somebody_else_come_from_what_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    path.chmod(0o4755)
    sink = open_sink(path, overwrite=True)
    sink.write(b"new")
    sink.commit()
    assert stat.S_IMODE(path.stat().st_mode) == 0o755


@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_written_through(tmp_path: Path, there: bool) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    target = elsewhere / "target"
    if there:
        target.write_bytes(b"old")
    link = tmp_path / "link"
    link.symlink_to("elsewhere/target")
    sink = open_sink(link, overwrite=True)
    sink.write(b"new")
    assert len(list(elsewhere.iterdir())) == 1 + there, "what is renamed has to be on the same disk as the target"
    sink.commit()
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert {path.name for path in tmp_path.rglob("*")} == {"elsewhere", "target", "link"}


@pytest.mark.parametrize("made", [True, False])
def test_an_abort_in_the_middle_of_a_write_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: bool
) -> None:
    """A disk that takes its time, in the first write: the file is there already, or is only being made."""
    writing, go_on = threading.Event(), threading.Event()

    class Slow(io.BytesIO):
        def write(self, data: Any) -> int:
            writing.set()
            assert go_on.wait(30)
            return super().write(data)

    def opened(path: str, _mode: str, **_: object) -> io.BytesIO:
        if made:
            Path(path).touch()
        else:
            writing.set()
            assert go_on.wait(30)
            Path(path).touch()
        return Slow()

    monkeypatch.setattr(files, "open", opened, raising=False)
    monkeypatch.setattr(Slow, "fileno", lambda _: 0, raising=False)
    sink = open_sink(tmp_path / "x", overwrite=False)
    writer = threading.Thread(target=sink.write, args=(b"half",))
    writer.start()
    assert writing.wait(30)
    sink.abort()
    assert not made or list(tmp_path.iterdir()) == []
    go_on.set()
    writer.join(30)
    sink.write(b"more, by somebody who was not told")
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_ends_leaves_nothing_that_its_threads_have_begun(tmp_path: Path) -> None:
    program = """
import sys, threading, time
from cumuli.runtime import files
sink = files.open_sink(sys.argv[1], overwrite=False)
sink.write(b"half")
real = files.PathSink.write
begun = threading.Event()
def slow():
    with sink._lock:
        begun.set()
        time.sleep(60)
threading.Thread(target=slow, daemon=True).start()
begun.wait()
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "x")], check=True, timeout=60)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_refused_before_and_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "x"
    sink = open_sink(path, overwrite=False)
    sink.write(b"mine")
    path.write_bytes(b"somebody else's")
    with pytest.raises(FileExists):
        sink.commit()
    assert path.read_bytes() == b"somebody else's"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(FileExists, match="overwrite_existing"):
        open_sink(path, overwrite=False)
    dangling = tmp_path / "link"
    dangling.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExists):
        open_sink(dangling, overwrite=False)


def test_a_name_of_the_greatest_length_can_be_downloaded_to(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    sink = open_sink(path, overwrite=False)
    sink.write(b"1")
    sink.commit()
    assert path.read_bytes() == b"1"


def test_destinations_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="folder"):
        open_sink(tmp_path, overwrite=True)
    with pytest.raises(InvalidRequest, match="as text"):
        open_sink(io.StringIO(), overwrite=True)  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest):
        open_sink(5, overwrite=True)  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest):
        open_sink("nul\0", overwrite=True)
    with pytest.raises(InvalidRequest, match="No such file"):
        open_sink(tmp_path / "no" / "folder", overwrite=True).write(b"x")


def test_a_pipe_is_written_in_place(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()))
    reader.start()
    sink = open_sink(path, overwrite=True)
    sink.write(DATA)
    sink.commit()
    reader.join()
    assert got == [DATA]
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_a_full_disk_is_an_error_of_ours() -> None:
    sink = open_sink("/dev/full", overwrite=True)
    with pytest.raises(QuotaExceeded, match=os.strerror(errno.ENOSPC)):
        sink.write(DATA * 100)
    sink.abort()


def test_the_callers_file_stays_open_and_is_put_back_on_abort() -> None:
    file = io.BytesIO(b"before")
    file.seek(0, os.SEEK_END)
    sink = open_sink(file, overwrite=False)
    sink.write(b" and after")
    sink.abort()
    assert file.getvalue() == b"before"
    sink.write(b" and after")
    sink.commit()
    assert file.getvalue() == b"before and after"


def test_an_abort_takes_nothing_that_others_wrote(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"kept by the shell")
    # What a shell's >> gives: everything is appended, and the position begins at 0.
    appending = os.open(path, os.O_WRONLY | os.O_APPEND)
    with os.fdopen(appending, "wb") as file:
        sink = open_sink(file, overwrite=False)
        sink.write(b" half")
        sink.abort()
    assert path.read_bytes().startswith(b"kept by the shell")
    with path.open("r+b") as file:
        sink = open_sink(file, overwrite=False)
        sink.write(b"KEPT")
        sink.abort()
        assert file.tell() == 0
    assert path.read_bytes().startswith(b"KEPT by the shell")


def test_a_raw_file_that_takes_little_gets_everything() -> None:
    file = Dribble()
    sink = open_sink(file, overwrite=False)  # type: ignore[arg-type]
    sink.write(DATA)
    sink.commit()
    assert file.inner.getvalue() == DATA
