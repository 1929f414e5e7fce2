"""``ObjectFile``: an object as a binary file of Python's own kind.

Written by hand and not generated, since those who take files want them to be of ``io``'s classes.
"""

from __future__ import annotations

from collections.abc import Callable
from io import SEEK_SET, BufferedReader, RawIOBase
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from cumuli.runtime.blocking.drive import run
from cumuli.runtime.mutex import ReentrantMutex
from cumuli.storage.driver import ObjectT
from cumuli.storage.file.aio import AsyncObjectFile

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["ObjectFile"]

# What io copies at a time. Requests are for more, which is kept below it.
COPIED = 64 * 1024

A = TypeVar("A")
R = TypeVar("R")


class ObjectFile(BufferedReader, Generic[ObjectT]):
    """An object as a binary file, open for reading: for ``zipfile``, ``tarfile``, Pillow, pyarrow and their kin.

    An ``io.BufferedReader``, so it has ``read``, ``readinto``, ``readline``, ``peek``, ``seek``, ``tell`` and
    iteration over lines. Nothing is asked of the provider before it is entered (as a context manager) or first used;
    then one request tells what the object is, and every read after that is of this very content: if it is
    replaced in the meantime, reading raises ``Conflict``, and never gives something of both. Ranges are
    verified by their length; what is read from the beginning to the end in one go, by its hash as well.

    Reading asks for ``buffer_size`` bytes at least, keeps up to 16 MiB of what came, and asks for more at a time
    (up to 8 MiB) where one read follows the other. After a read that failed it stands where it stood before.

    Errors are those of every call, and no ``OSError``, which ``zipfile`` takes for the proof that this is no archive.
    Only what concerns the file and not the object is as with other files: ``ValueError`` of a closed one,
    ``io.UnsupportedOperation`` for writing, and of a position before the beginning an ``InvalidRequest`` that is an
    ``OSError`` too.

    Threads may share it: one reads while the others wait. After a fork each process has its own position and its own
    connections. Closing it lets go of what was read; the client stays open, and has to be for reading.
    """

    def __init__(self, client: AsyncObjectFile[ObjectT]) -> None:
        self._object_file = client
        self._lock = ReentrantMutex()
        super().__init__(_Raw(client), COPIED)

    @property
    def object(self) -> ObjectT:
        """What is being read; known once the file was entered, or its size or content was needed.

        Raises:
            InvalidRequest: Neither has happened.
        """
        return self._object_file.object

    def __enter__(self) -> Self:
        super().__enter__()
        run(self._object_file.__aenter__())
        return self

    def read(self, size: int | None = -1, /) -> bytes:
        return self._whole(super().read, size)

    def read1(self, size: int = -1, /) -> bytes:
        return self._whole(super().read1, size)

    def readinto(self, buffer: Buffer, /) -> int:
        return self._whole(super().readinto, buffer)

    def readinto1(self, buffer: Buffer, /) -> int:
        return self._whole(super().readinto1, buffer)

    def peek(self, size: int = 0, /) -> bytes:
        return self._whole(super().peek, size)

    # Iteration over lines is by this one.
    def readline(self, size: int | None = -1, /) -> bytes:
        return self._whole(super().readline, size)

    def readlines(self, hint: int = -1, /) -> list[bytes]:
        return self._whole(super().readlines, hint)

    def seek(self, target: int, whence: int = SEEK_SET, /) -> int:
        with self._lock:
            return super().seek(target, whence)

    def close(self) -> None:
        with self._lock:
            super().close()

    def _whole(self, read: Callable[[A], R], argument: A) -> R:
        """What a read gives, or its error with the file where it was: io drops what it had got until then."""
        with self._lock:
            if self.closed:
                return read(argument)
            position = self.tell()
            try:
                return read(argument)
            except BaseException:
                super().seek(position)
                raise


class _Raw(RawIOBase):
    """What is below the buffer: one method of the async file for each."""

    mode = "rb"

    def __init__(self, file: AsyncObjectFile[ObjectT]) -> None:
        self._file = file

    @property
    def name(self) -> str:
        """As the name of a file."""
        return self._file.name

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        data = run(self._file.read(len(view)))
        view[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        return run(self._file.read())

    def seek(self, offset: int, whence: int = SEEK_SET, /) -> int:
        return run(self._file.seek(offset, whence))

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        super().close()
        run(self._file.aclose())
