"""Sources and sinks as plain blocking objects; each runtime wraps them in its own way.

The blocking runtime calls them where it stands, the asynchronous one off its loop.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import io
import os
import stat
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from cumuli.errors import CloudError, FileExists, InvalidRequest, QuotaExceeded
from cumuli.runtime import part_files
from cumuli.runtime.protocol import SinkTarget

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

__all__ = ["FULL", "BlockingSink", "BlockingSource", "DirectSource", "PieceBuffer", "open_sink", "open_source"]

# The disk has no more room: what comes next will not fit either.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_BYTES_LIKE = (bytes, bytearray, memoryview)
TEXT_HINT = " (text is the path of a file; to upload the text itself, give text.encode())"


class BlockingSource(Protocol):
    """``Source`` (see ``messages.py``), blocking."""

    @property
    def length(self) -> int | None: ...
    @property
    def rewindable(self) -> bool: ...
    def read(self, size: int) -> bytes: ...
    def rewind(self) -> None: ...
    def close(self) -> None: ...


class DirectSource:
    """A blocking source as the protocol has it, read where it is asked for: in memory, or where blocking is right."""

    __slots__ = ("_source",)

    def __init__(self, source: BlockingSource) -> None:
        self._source = source

    @property
    def length(self) -> int | None:
        return self._source.length

    @property
    def rewindable(self) -> bool:
        return self._source.rewindable

    async def read(self, size: int) -> bytes:
        return self._source.read(size)

    async def rewind(self) -> None:
        self._source.rewind()

    async def close(self) -> None:
        self._source.close()


class BlockingSink(Protocol):
    """``Sink`` (see ``messages.py``), blocking."""

    def write(self, data: bytes) -> None: ...
    def commit(self) -> None: ...
    def abort(self) -> None: ...


def open_source(data: object) -> BlockingSource:
    """The source for a path, bytes, a binary file or an iterable of bytes. Nothing is opened yet.

    Raises:
        InvalidRequest: It is none of these.
    """
    if isinstance(data, _BYTES_LIKE):
        return BytesSource(bytes(cast("Buffer", data)))
    if isinstance(data, str | os.PathLike):
        return PathSource(
            os.fspath(cast("str | os.PathLike[str]", data)), hint=TEXT_HINT if isinstance(data, str) else ""
        )
    if isinstance(data, io.TextIOBase):
        raise InvalidRequest("the upload is a file that was opened as text; open it with mode 'rb'")
    if hasattr(data, "read"):
        return FileSource(cast("BinaryIO", data))
    if isinstance(data, Iterable):
        return IterableSource(cast("Iterable[bytes]", data))
    if hasattr(data, "__aiter__"):
        raise InvalidRequest("a sync client cannot read an async iterable; give an iterable, or use the async client")
    raise InvalidRequest(
        f"an upload cannot be read from {type(data).__name__}; "
        "give a path, bytes, a binary file or an iterable of bytes"
    )


def open_sink(destination: SinkTarget, *, overwrite: bool) -> BlockingSink:
    """The sink for a path or a binary file. A path is opened at the first write.

    Raises:
        FileExists: The path exists and ``overwrite`` is false.
        InvalidRequest: The destination is a folder, or a file opened as text.
    """
    if isinstance(destination, str | os.PathLike):
        path = os.fspath(destination)
        kind = _kind(path)
        if kind is not None and stat.S_ISDIR(kind):
            raise InvalidRequest(f"{path!r} is a folder; name a file in it")
        if kind is not None and not overwrite:
            raise _exists(path)
        if kind is not None and not stat.S_ISREG(kind):
            # Renaming over /dev/null or a pipe would replace it: these are written in place.
            return DeviceSink(path)
        return PathSink(path, overwrite=overwrite)
    if isinstance(destination, io.TextIOBase):
        raise InvalidRequest("the destination is a file that was opened as text; open it with mode 'wb'")
    if not hasattr(destination, "write"):
        raise InvalidRequest(f"cannot download to {type(destination).__name__}; give a path or a binary file")
    return FileSink(destination)


class BytesSource:
    """Bytes in memory."""

    rewindable = True

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self.length: int | None = len(data)

    def read(self, size: int) -> bytes:
        piece = self._data[self._at : self._at + size]
        self._at += len(piece)
        return piece

    def rewind(self) -> None:
        self._at = 0

    def close(self) -> None:
        pass


class PathSource:
    """A file by its name, opened at the first read and again after ``rewind``."""

    def __init__(self, path: str, *, hint: str = "") -> None:
        self._path = path
        self._hint = hint
        self._file: BinaryIO | None = None
        self._size: int | None = None
        self._regular: bool | None = None

    @property
    def length(self) -> int | None:
        self._look()
        return self._size

    @property
    def rewindable(self) -> bool:
        return self._look()

    def read(self, size: int) -> bytes:
        try:
            if self._file is None:
                self._file = open(self._path, "rb")  # noqa: SIM115 - closed by close()
            return _read_exactly(self._file, size)
        except OSError as error:
            raise _unreadable(self._path, error) from error

    def rewind(self) -> None:
        if self._file is not None:
            self._file.seek(0)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _look(self) -> bool:
        """Whether it is a regular file; pipes and devices have no length and are read once."""
        if self._regular is None:
            try:
                found = os.stat(self._path)
            except (OSError, ValueError) as error:  # ValueError: a NUL in the name
                raise _unreadable(self._path, error, self._hint) from error
            if stat.S_ISDIR(found.st_mode):
                raise InvalidRequest(f"{self._path!r} is a folder; name a file to upload")
            self._regular = stat.S_ISREG(found.st_mode)
            self._size = found.st_size if self._regular else None
        return self._regular


class FileSource:
    """The caller's binary file, from where it stands to its end; it stays open."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start: int | None = None
        self.length: int | None = None
        # Seeking fails in many ways on objects that only look like files; any of them means "no".
        with contextlib.suppress(OSError, ValueError, AttributeError, io.UnsupportedOperation):
            if file.seekable():
                start = file.tell()
                self.length = max(0, file.seek(0, os.SEEK_END) - start)
                file.seek(start)
                self._start = start

    @property
    def rewindable(self) -> bool:
        return self._start is not None

    def read(self, size: int) -> bytes:
        try:
            return _read_exactly(self._file, size)
        except (OSError, ValueError) as error:  # ValueError: the file was closed
            raise _unreadable(_name_of(self._file), error) from error

    def rewind(self) -> None:
        if self._start is None:
            raise InvalidRequest("the upload cannot be read again: its file cannot seek")
        self._file.seek(self._start)

    def close(self) -> None:
        pass


class IterableSource:
    """Pieces of bytes from an iterable of unknown length, read once."""

    length: int | None = None
    rewindable = False

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] | None = iter(pieces)
        self._buffer = PieceBuffer()

    def read(self, size: int) -> bytes:
        while self._pieces is not None and len(self._buffer) < size:
            piece = next(self._pieces, None)
            if piece is None:
                self._pieces = None
            else:
                self._buffer.add(piece)
        return self._buffer.take(size)

    def rewind(self) -> None:
        raise InvalidRequest("the upload cannot be read again: an iterator is read once")

    def close(self) -> None:
        pieces, self._pieces = self._pieces, None
        close = getattr(pieces, "close", None)
        if close is not None:
            close()


class PieceBuffer:
    """Pieces of any size in, pieces of the asked size out, each byte copied once."""

    def __init__(self) -> None:
        self._pieces: list[memoryview] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, piece: object) -> None:
        """Append a piece.

        Raises:
            InvalidRequest: It is not bytes.
        """
        if not isinstance(piece, _BYTES_LIKE):
            raise InvalidRequest(f"the upload's iterator gave {type(piece).__name__}; every piece has to be bytes")
        # Anything but bytes may be changed by its owner before it is sent.
        view = memoryview(piece if isinstance(piece, bytes) else bytes(cast("Buffer", piece)))
        if view.nbytes:
            self._pieces.append(view)
            self._size += view.nbytes

    def take(self, size: int) -> bytes:
        """The first ``size`` bytes, fewer when there are not as many."""
        taken: list[memoryview] = []
        missing = size
        while missing and self._pieces:
            piece = self._pieces[0]
            if piece.nbytes > missing:
                taken.append(piece[:missing])
                self._pieces[0] = piece[missing:]
                missing = 0
            else:
                taken.append(piece)
                missing -= piece.nbytes
                del self._pieces[0]
        self._size -= size - missing
        return b"".join(taken)


class PathSink:
    """A file that appears under its name when it is whole.

    It takes the place of what the name leads to: behind a symbolic link that is the link's target, as for ``cp``,
    and what is replaced leaves its mode. ``abort`` may be called while another thread is in the middle of a
    write, which may take as long as the disk likes: the temporary file loses its name at once.
    """

    def __init__(self, path: str, *, overwrite: bool) -> None:
        self._path = path
        self._overwrite = overwrite
        self._file: BinaryIO | None = None
        self._begun = False
        self._ended = False
        # Only one thread has the file: closing it under a write could hand its descriptor to somebody else.
        self._lock = threading.RLock()
        self._target = os.path.realpath(path) if overwrite and os.path.islink(path) else path
        self._temporary = os.path.join(os.path.dirname(self._target), part_files.name())

    def write(self, data: bytes) -> None:
        try:
            with self._lock:
                if not self._ended:
                    self._open().write(data)
        except OSError as error:
            raise _unwritable(self._path, error) from error
        finally:
            # Whoever gave it up in the meantime could not close it.
            self._tidy_up()

    def commit(self) -> None:
        try:
            with self._lock:
                file = self._open()
                with part_files.held_on(file.fileno()):
                    file.close()
                    if self._overwrite:
                        os.replace(self._temporary, self._target)
                    else:
                        self._rename_if_free()
                self._begun = False
                _unfinished.discard(self)
        except OSError as error:
            self.abort()
            raise _unwritable(self._path, error) from error
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        self._ended = True
        self._remove()
        self._tidy_up()

    def _tidy_up(self) -> None:
        """After an ``abort``: close the file and remove its name, unless another thread has it, which then does it."""
        if self._ended and self._lock.acquire(blocking=False):
            try:
                if self._file is not None:
                    with contextlib.suppress(OSError):
                        self._file.close()
                    self._file = None
                self._remove()
                self._begun = False
                _unfinished.discard(self)
            finally:
                self._lock.release()

    def _remove(self) -> None:
        if self._begun:
            with contextlib.suppress(OSError):
                os.unlink(self._temporary)

    def _open(self) -> BinaryIO:
        if self._file is None:
            replaced = _status(self._target) if self._overwrite else None
            # Before it is there: Ctrl-C may come when the file has been made, and its object has not arrived here.
            self._begun = True
            _unfinished.add(self)
            # Nobody reads meanwhile what he may not read then.
            mode = 0o666 if replaced is None else 0o600
            self._file = self._made(mode)
            if replaced is not None:
                _become_like(self._file.fileno(), replaced)
        return self._file

    def _made(self, mode: int) -> BinaryIO:
        while True:
            file = open(  # noqa: SIM115 - closed by commit() and abort()
                self._temporary, "xb", opener=lambda name, flags: os.open(name, flags, mode)
            )
            # Whoever clears up what nobody writes may have come in between, and taken it for such.
            if part_files.hold(file.fileno(), self._temporary) or self._ended:
                return file
            file.close()

    def _rename_if_free(self) -> None:
        """Rename without replacing: a link fails when the name is taken, which a rename does not."""
        try:
            os.link(self._temporary, self._path, follow_symlinks=False)
        except FileExistsError:
            raise _exists(self._path) from None
        except OSError as error:
            # Some file systems (FAT, many network ones) have no links: look, then rename.
            if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}:
                raise
            if _kind(self._path) is not None:
                raise _exists(self._path) from None
            os.rename(self._temporary, self._path)
        else:
            os.unlink(self._temporary)


_unfinished: set[PathSink] = set()


@atexit.register
def _give_up() -> None:
    """The threads that still write into files end with the program: what they have begun must not stay."""
    for sink in list(_unfinished):
        sink.abort()


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _become_like(file: int, replaced: os.stat_result) -> None:
    """Give a new file the owner and the mode of the one that it is to replace, as far as that is allowed."""
    if not hasattr(os, "fchown"):  # Windows, which has neither
        return
    own = os.fstat(file)
    if (own.st_uid, own.st_gid) != (replaced.st_uid, replaced.st_gid):
        with contextlib.suppress(OSError):
            os.fchown(file, replaced.st_uid, replaced.st_gid)
    # As for what is written in place: content from elsewhere gets nobody's rights to run it as somebody else.
    with contextlib.suppress(OSError):
        os.fchmod(file, stat.S_IMODE(replaced.st_mode) & ~(stat.S_ISUID | stat.S_ISGID))


class DeviceSink:
    """A pipe or device, written in place: it has no name to hide behind and nothing to undo."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def write(self, data: bytes) -> None:
        try:
            if self._file is None:
                self._file = open(self._path, "wb")  # noqa: SIM115 - closed by commit() and abort()
            self._file.write(data)
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def commit(self) -> None:
        try:
            if self._file is not None:
                self._file.close()
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def abort(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()


class FileSink:
    """The caller's binary file; it stays open, and after ``abort`` it is as it was, if it can seek.

    Where something lay behind the position, only the position goes back: what was written over is gone, and
    cutting would take the rest as well. An appending file whose position is not its end is such a file.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start: int | None = None
        self._at_end = False
        with contextlib.suppress(OSError, ValueError, AttributeError, io.UnsupportedOperation):
            if file.seekable():
                start = file.tell()
                self._at_end = file.seek(0, os.SEEK_END) == start
                file.seek(start)
                self._start = start

    def write(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                # A buffered file takes everything; a raw one says how much it took.
                written = cast("int | None", self._file.write(left))
                if written is None:
                    raise InvalidRequest("the destination is a file in non-blocking mode; open it without O_NONBLOCK")
                left = left[written:]
        except (OSError, ValueError, TypeError) as error:
            raise _unwritable(_name_of(self._file), error) from error

    def commit(self) -> None:
        try:
            flush = getattr(self._file, "flush", None)
            if flush is not None:
                flush()
        except (OSError, ValueError) as error:
            raise _unwritable(_name_of(self._file), error) from error

    def abort(self) -> None:
        if self._start is not None:
            with contextlib.suppress(OSError, ValueError, io.UnsupportedOperation):
                self._file.seek(self._start)
                if self._at_end:
                    self._file.truncate()


def _read_exactly(file: BinaryIO, size: int) -> bytes:
    """``size`` bytes, fewer only at the end: raw files and sockets give what they happen to have."""
    parts: list[bytes] = []
    missing = size
    while missing:
        # What the caller calls a binary file may give anything.
        given = cast("object", file.read(missing))
        if given is None:
            raise InvalidRequest("the upload is a file in non-blocking mode; open it without O_NONBLOCK")
        if not isinstance(given, _BYTES_LIKE):
            raise InvalidRequest(f"the upload's file gave {type(given).__name__}, not bytes; open it with mode 'rb'")
        part = bytes(cast("Buffer", given))
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _kind(path: str) -> int | None:
    """The mode of what a path leads to, or None when there is nothing."""
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        # A link that leads nowhere occupies the name all the same.
        return stat.S_IFREG if os.path.islink(path) else None
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error


def _name_of(file: object) -> str:
    return str(getattr(file, "name", type(file).__name__))


def _exists(path: str) -> FileExists:
    return FileExists(f"{path!r} exists; pass overwrite_existing=True, or choose another name")


def _unreadable(path: str, error: Exception, hint: str = "") -> CloudError:
    if isinstance(error, CloudError):
        return error
    if isinstance(error, io.UnsupportedOperation):
        return InvalidRequest(f"cannot read {path!r}: it was not opened for reading; open it with mode 'rb'")
    return InvalidRequest(f"cannot read {path!r}: {getattr(error, 'strerror', None) or error}{hint}")


def _unwritable(path: str, error: Exception) -> CloudError:
    if isinstance(error, CloudError):
        return error
    if isinstance(error, io.UnsupportedOperation):
        return InvalidRequest(f"cannot write {path!r}: it was not opened for writing; open it with mode 'wb'")
    if isinstance(error, OSError) and error.errno in FULL:
        return QuotaExceeded(f"cannot write {path!r}: {error.strerror}; make room and try again")
    hint = "; make its folder first" if isinstance(error, FileNotFoundError) else ""
    return InvalidRequest(f"cannot write {path!r}: {getattr(error, 'strerror', None) or error}{hint}")
