"""Single objects' files: open for reading, and being written."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import threading
import time
import uuid
from collections.abc import Callable, Generator, Sequence
from types import TracebackType
from typing import Self

import msgspec

from cumuli.errors import ContainerNotFound
from cumuli.runtime.localfs.folders import (
    FOLDER,
    NEW_FILE,
    errors_of,
    folder,
    locked,
    made_folder,
    opened_file,
    prune,
    try_lock,
)
from cumuli.runtime.localfs.metadata import Record, forget_record, read_record, write_record
from cumuli.runtime.localfs.names import PRIVATE, aside, pieces_of, too_long

__all__ = ["Check", "Found", "OpenFile", "Writer", "found_as", "found_of", "opened_object", "sweep"]

NEW = "new-"
# A file that was not written to for so many seconds, and that nobody has locked, has lost its writer.
ABANDONED = 600.0


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An object's file as it was found.

    Attributes:
        path: Where it is; absolute.
        size: Bytes.
        changed: Time of modification, in nanoseconds since 1970.
        inode: Number of the file.
        record: What is remembered of it.
        md5: Of its content, or None where another program has changed it or made it.
    """

    path: str
    size: int
    changed: int
    inode: int
    record: Record
    md5: str | None


Check = Callable[[Found | None], None]
"""Raises if what is there now (None: nothing) must not be read or replaced."""


def found_of(container: int, file: int, path: str) -> Found:
    """What an open file is."""
    status = os.fstat(file)
    return found_as(status, read_record(container, file, status), path)


def found_as(status: os.stat_result, record: Record, path: str) -> Found:
    """What a file of this status and record is."""
    return Found(
        path=path,
        size=status.st_size,
        changed=status.st_mtime_ns,
        inode=status.st_ino,
        record=record,
        md5=record.md5_of(status),
    )


def opened_object(file_name: str, parent: int) -> tuple[str, int] | None:
    """An object's file by its usual name, or by the one that it has beside a folder of that name.

    Returns:
        The name that it has, and the file, open for reading; None where there is neither.
    """
    for name in _names(file_name):
        file = opened_file(name, parent)
        if file is not None:
            return name, file
    return None


def _names(file_name: str) -> Sequence[str]:
    other = aside(file_name)
    return (file_name,) if other == file_name or too_long(other) else (file_name, other)


class OpenFile:
    """An object's file, open for reading.

    Attributes:
        found: What it is.
        file_name: The name of the file.
        left: Bytes that are still to be read.
    """

    def __init__(self, found: Found, file_name: str, file: int) -> None:
        self.found = found
        self.file_name = file_name
        self._file = file
        self.left = found.size
        self._closed = False
        # A read whose caller was cancelled goes on in its thread: the file must not be closed under it.
        self._lock = threading.RLock()

    @property
    def status(self) -> os.stat_result:
        """The file's status now."""
        return os.fstat(self._file)

    def limit(self, start: int, end: int | None) -> int:
        """Read only a range from now on, and give its length."""
        end = self.found.size if end is None else min(end, self.found.size)
        os.lseek(self._file, start, os.SEEK_SET)
        self.left = end - start
        return self.left

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; none at the end, or where the file has become shorter."""
        with self._lock, errors_of(f"cannot read {self.found.path}"):
            if self._closed:
                return b""
            data = os.read(self._file, min(size, self.left))
            self.left -= len(data)
        return data

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            if not self._closed:
                self._closed = True
                os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


class Writer:
    """An object's content on its way to the disk. Exactly one of ``commit`` and ``abort`` ends it.

    Attributes:
        size: Bytes written so far.

    Args:
        container: The container's folder, open; the writer closes it.
        path: Where that is.
        fsync: Whether ``commit`` waits until everything is on the disk.
    """

    def __init__(self, container: int, path: str, *, fsync: bool) -> None:
        self._container = container
        self._path = path
        self._fsync = fsync
        self._name = f"{NEW}{uuid.uuid4().hex}"
        self._hash = hashlib.md5(usedforsecurity=False)
        self._ended = False
        self.size = 0
        # As for OpenFile: a write may still be going on when its caller gives up.
        self._lock = threading.RLock()
        try:
            with _still_there(path), made_folder([PRIVATE], container) as private:
                self._file = os.open(self._name, NEW_FILE, 0o666, dir_fd=private)
            # Tells sweepers that somebody is still writing; a process that is killed lets go of it.
            try_lock(self._file)
        except BaseException:
            os.close(container)
            raise

    def write(self, data: bytes) -> None:
        with self._lock, errors_of(f"cannot write to {self._path}"):
            if self._ended:
                return
            self._hash.update(data)
            left = memoryview(data)
            while left:
                left = left[os.write(self._file, left) :]
            self.size += len(data)

    def commit(self, name: str, record: Record, check: Check) -> Found:
        """Make the content the object of this name.

        Args:
            name: The object's name.
            record: What is to be remembered; its hash is filled in here.
            check: Is shown what is there at the moment, and raises to prevent its replacement.
        """
        path = pieces_of(name)
        try:
            with self._lock, errors_of(f"cannot write {name!r} to {self._path}"), _still_there(self._path):
                status = os.fstat(self._file)
                record = msgspec.structs.replace(
                    record, md5=self._hash.hexdigest(), size=status.st_size, changed=status.st_mtime_ns
                )
                write_record(self._container, self._file, status, record, fsync=self._fsync)
                if self._fsync:
                    os.fsync(self._file)
                with locked(self._container):
                    where = self._rename(path, check)
                found = found_of(self._container, self._file, os.path.join(self._path, where))
                self._end()
                return found
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        """Leave nothing behind. Does nothing after ``commit``."""
        with self._lock:
            if self._ended:
                return
            with contextlib.suppress(OSError):
                forget_record(self._container, os.fstat(self._file))
                with folder([PRIVATE], self._container) as private:
                    os.unlink(self._name, dir_fd=private)
            self._end()

    def __del__(self) -> None:
        # Made for somebody who was cancelled before the writer reached him.
        if hasattr(self, "_file"):
            self.abort()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            os.close(self._file)
            os.close(self._container)

    def _rename(self, path: list[str], check: Check) -> str:
        """Put the file in its place, and give the place relative to the container."""
        try:
            self._move_aside(path[:-1])
            with made_folder(path[:-1], self._container, fsync=self._fsync) as parent:
                old = opened_object(path[-1], parent)
                replaced = None
                if old is None:
                    check(None)
                    file_name = aside(path[-1]) if _is_folder(path[-1], parent) else path[-1]
                else:
                    file_name, file = old
                    try:
                        check(found_of(self._container, file, ""))
                        replaced = os.fstat(file)
                        with contextlib.suppress(OSError):
                            os.fchmod(self._file, replaced.st_mode & 0o777)
                    finally:
                        os.close(file)
                with folder([PRIVATE], self._container) as private:
                    os.rename(self._name, file_name, src_dir_fd=private, dst_dir_fd=parent)
                if self._fsync:
                    os.fsync(parent)
        except BaseException:
            prune(path[:-1], self._container)
            raise
        if replaced is not None:
            forget_record(self._container, replaced)
        return os.path.join(*path[:-1], file_name)

    def _move_aside(self, folders: Sequence[str]) -> None:
        """An object that is called like a folder which is needed now gets its other name."""
        current = os.dup(self._container)
        try:
            for piece in folders:
                try:
                    inner = os.open(piece, FOLDER, dir_fd=current)
                except FileNotFoundError:
                    return
                except OSError:
                    file = opened_file(piece, current)
                    if file is None:  # a link or a pipe: not ours to move
                        raise
                    os.close(file)
                    os.rename(piece, aside(piece), src_dir_fd=current, dst_dir_fd=current)
                    return
                os.close(current)
                current = inner
        finally:
            os.close(current)


@contextlib.contextmanager
def _still_there(path: str) -> Generator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ContainerNotFound(f"the folder {path} was deleted in the meantime", code="ENOENT") from error


def _is_folder(name: str, parent: int) -> bool:
    try:
        with folder([name], parent):
            return True
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}:
            return False
        raise


def sweep(container: int) -> None:
    """Remove what killed writers have left in an open container."""
    oldest = time.time() - ABANDONED
    with contextlib.suppress(OSError), folder([PRIVATE], container) as private:
        for name in os.listdir(private):
            if name.startswith(NEW):
                with contextlib.suppress(OSError):
                    _remove_abandoned(container, private, name, oldest)


def _remove_abandoned(container: int, private: int, name: str, oldest: float) -> None:
    file = opened_file(name, private)
    if file is None:
        return
    try:
        status = os.fstat(file)
        if status.st_mtime <= oldest and try_lock(file):
            os.unlink(name, dir_fd=private)
            forget_record(container, status)
    finally:
        os.close(file)
