"""What killed downloads leave is told from what lives."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import cumuli
from cumuli.errors import Conflict, InvalidRequest
from cumuli.runtime import part_files
from cumuli.runtime.files import open_sink


def found_in(folder: Path) -> list[str]:
    return [left.path for left in cumuli.list_partial_downloads(folder, older_than=0)]


def left_in(folder: Path) -> Path:
    path = folder / part_files.name()
    path.write_bytes(b"half")
    return path


@pytest.mark.parametrize("overwrite", [True, False])
def test_what_is_written_is_never_a_leftover(tmp_path: Path, overwrite: bool) -> None:
    sink = open_sink(tmp_path / "x", overwrite=overwrite)
    sink.write(b"half")
    [path] = tmp_path.iterdir()
    assert found_in(tmp_path) == []
    with pytest.raises(Conflict, match="may still write to it"):
        cumuli.remove_partial_download(path)
    sink.commit()
    assert (tmp_path / "x").read_bytes() == b"half"


@pytest.mark.parametrize(("step", "overwrite"), [("replace", True), ("link", False), ("unlink", False)])
def test_it_is_none_until_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, overwrite: bool
) -> None:
    """Its file is closed before that, since some systems tell only then that the disk is full."""
    real: Callable[..., None] = getattr(os, step)
    seen: list[list[str]] = []

    def look(*arguments: str, **options: bool) -> None:
        seen.append(found_in(tmp_path))
        real(*arguments, **options)

    sink = open_sink(tmp_path / "x", overwrite=overwrite)
    sink.write(b"whole")
    monkeypatch.setattr(os, step, look)
    sink.commit()
    assert seen == [[]]
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_who_clears_up_before_the_lock_is_there_harms_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    removed: list[str] = []
    real = fcntl.flock

    def late(file: int, operation: int) -> None:
        if operation == fcntl.LOCK_EX and not removed:
            [path] = found_in(tmp_path)
            cumuli.remove_partial_download(path)
            removed.append(path)
        real(file, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    sink = open_sink(tmp_path / "x", overwrite=False)
    sink.write(b"whole")
    sink.commit()
    assert len(removed) == 1
    assert (tmp_path / "x").read_bytes() == b"whole"


def test_what_became_whole_while_it_was_looked_at_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = open_sink(tmp_path / "x", overwrite=False)
    sink.write(b"whole")
    real = fcntl.flock

    def late(file: int, operation: int) -> None:
        if operation & fcntl.LOCK_SH:
            sink.commit()
        real(file, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    assert found_in(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_what_was_left_is_found_by_age_and_place(tmp_path: Path) -> None:
    below = tmp_path / "below"
    below.mkdir()
    old, young = left_in(below), left_in(tmp_path)
    os.utime(old, (1_700_000_000, 1_700_000_000))
    (tmp_path / "other.part").touch()
    (tmp_path / part_files.name()).symlink_to(old)
    os.mkfifo(tmp_path / part_files.name())
    modified = dt.datetime(2023, 11, 14, 22, 13, 20, tzinfo=dt.UTC)
    expected = cumuli.PartialDownload(path=str(old), size=4, last_modified=modified)
    assert cumuli.list_partial_downloads(tmp_path, recursive=True) == [expected]
    assert found_in(tmp_path) == [str(young)]
    for each in (old, young, young):
        cumuli.remove_partial_download(each)
    assert cumuli.list_partial_downloads(tmp_path, recursive=True, older_than=0) == []
    assert len(list(tmp_path.iterdir())) == 4


def test_what_cannot_be_told_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without locks."""
    path = left_in(tmp_path)

    def refuse(_file: int, _operation: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert found_in(tmp_path) == []
    with pytest.raises(Conflict):
        cumuli.remove_partial_download(path)
    sink = open_sink(tmp_path / "x", overwrite=False)
    sink.write(b"whole")
    sink.commit()
    assert (tmp_path / "x").read_bytes() == b"whole"


@pytest.mark.parametrize("age", [-1, float("nan"), float("inf"), True])
def test_ages_that_are_none(tmp_path: Path, age: float) -> None:
    with pytest.raises(InvalidRequest, match="older_than"):
        cumuli.list_partial_downloads(tmp_path, older_than=age)


def test_only_our_own_are_removed(tmp_path: Path) -> None:
    (tmp_path / "precious").touch()
    with pytest.raises(InvalidRequest, match="not a partial download"):
        cumuli.remove_partial_download(tmp_path / "precious")
    with pytest.raises(InvalidRequest, match="cannot read the folder"):
        cumuli.list_partial_downloads("nul\0")
