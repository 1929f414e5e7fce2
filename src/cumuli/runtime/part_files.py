"""What downloads write until they are whole: how it is called, and how what nobody writes any more is told.

Whoever writes such a file holds its lock, which the system lets go of with the process, however that ends.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import os
import re
import stat
import time
from collections.abc import Generator, Iterator

import msgspec

from cumuli.errors import Conflict, InvalidRequest
from cumuli.runtime.file_locks import LOCKS, lock

__all__ = ["DAY", "PartialDownload", "held_on", "hold", "list_partial_downloads", "name", "remove_partial_download"]

DAY = 86_400.0
NAME = re.compile(r"\.cumuli-[0-9a-f]{32}\.part")
# A link is nobody's download, and opening a pipe must not wait.
LOOK = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class PartialDownload(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of a file whose download never ended, because its program was killed.

    Attributes:
        path: Where it is.
        size: Its bytes.
        last_modified: When it was written to for the last time, in UTC.
    """

    path: str
    size: int
    last_modified: dt.datetime


def list_partial_downloads(
    folder: str | os.PathLike[str], *, recursive: bool = False, older_than: float = DAY
) -> list[PartialDownload]:
    """What killed programs have left of their downloads into a folder. It blocks.

    A file that a process still writes is never among them. Where that cannot be told (of another user's files that
    may not be read, in file systems without locks), a file is left out.

    Args:
        folder: Where the files were to be.
        recursive: Look into the folders below as well; links are not followed.
        older_than: Seconds since the file was written to for the last time.

    Raises:
        InvalidRequest: The folder, or one below it, cannot be read; or ``older_than`` is no time span.
    """
    if isinstance(older_than, bool) or not 0 <= older_than < math.inf:
        raise InvalidRequest(f"older_than is {older_than!r}; it is a number of seconds, not negative")
    found: list[PartialDownload] = []
    for path in _named_so(os.fspath(folder), recursive=recursive):
        with _looked_at(path) as left:
            if left is not None and time.time() - left.last_modified.timestamp() >= older_than:
                found.append(left)
    return found


def remove_partial_download(left: PartialDownload | str | os.PathLike[str]) -> None:
    """Remove what a killed program has left of a download; what is gone already is no error. It blocks.

    Args:
        left: Of ``list_partial_downloads``, or its path.

    Raises:
        InvalidRequest: It is not called as cumuli calls such files, or the system refuses.
        Conflict: A process still writes it, or nobody can tell.
    """
    path = left.path if isinstance(left, PartialDownload) else os.fspath(left)
    if NAME.fullmatch(os.path.basename(path)) is None:
        raise InvalidRequest(f"{path!r} is not a partial download of cumuli's; if it is to go, remove it yourself")
    with _looked_at(path) as found:
        if found is None:
            if os.path.lexists(path):
                raise Conflict(f"{path!r} was not removed: a process may still write to it; end that, and try again")
            return
        try:
            os.unlink(path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise InvalidRequest(f"cannot remove {path!r}: {error.strerror}") from error


def name() -> str:
    """A new one. Its length does not depend on the file's, which may already be as long as allowed."""
    return f".cumuli-{os.urandom(16).hex()}.part"


def hold(file: int, path: str) -> bool:
    """Say that this process writes a file that it has just made; False if it was removed before that was said."""
    # Who has no locks cannot be asked for them either.
    with contextlib.suppress(OSError):
        lock(file)
    return os.path.lexists(path)


@contextlib.contextmanager
def held_on(file: int) -> Generator[None]:
    """Until the file has its name, keep saying that it is in work, though the block closes it.

    Where there are no locks nothing is kept: Windows, for one, does not rename what is open.
    """
    if not LOCKS:
        yield
        return
    # The lock goes with the last descriptor.
    held = os.dup(file)
    try:
        yield
    finally:
        os.close(held)


def _named_so(folder: str, *, recursive: bool) -> Iterator[str]:
    try:
        for within, folders, names in os.walk(folder, onerror=_fail):
            yield from (os.path.join(within, each) for each in sorted(names) if NAME.fullmatch(each))
            if not recursive:
                return
            folders.sort()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        where = getattr(error, "filename", None) or folder
        raise InvalidRequest(
            f"cannot read the folder {where!r}: {getattr(error, 'strerror', None) or error}"
        ) from error


def _fail(error: OSError) -> None:
    raise error


@contextlib.contextmanager
def _looked_at(path: str) -> Generator[PartialDownload | None]:
    """A file that nobody writes, and that nobody can begin to write in this block; None if that is not sure."""
    try:
        file = os.open(path, LOOK)
    except OSError:
        file = None
    if file is None:
        yield None
        return
    try:
        yield _left(file, path)
    finally:
        os.close(file)


def _left(file: int, path: str) -> PartialDownload | None:
    status = os.fstat(file)
    if not stat.S_ISREG(status.st_mode):
        return None
    try:
        # Shared, which a file that was opened for reading allows on network file systems as well.
        lock(file, shared=True, wait=False)
    except OSError:
        return None
    # It may have become whole, and have got its name, just before.
    if not os.path.lexists(path):
        return None
    modified = dt.datetime.fromtimestamp(status.st_mtime, dt.UTC)
    return PartialDownload(path=path, size=status.st_size, last_modified=modified)
