"""Open folders: the only way in which files are reached, so that no name leads out of the root.

Every piece of a path is opened relative to the folder before it, without following symbolic links.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from polycloud.errors import CloudError, Conflict, InvalidRequest, PermissionDenied, ProviderUnavailable, QuotaExceeded

__all__ = [
    "FOLDER",
    "NOT_THERE",
    "clear",
    "errors_of",
    "folder",
    "locked",
    "made_folder",
    "opened_file",
    "prune",
    "try_lock",
]

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A pipe in the place of an object must not make us wait for somebody who writes to it.
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# A symbolic link, or a file where a folder is due: as good as nothing there.
NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
KINDS: dict[int, type[CloudError]] = {
    errno.EACCES: PermissionDenied,
    errno.EPERM: PermissionDenied,
    errno.EROFS: PermissionDenied,
    errno.ENOSPC: QuotaExceeded,
    errno.EDQUOT: QuotaExceeded,
    errno.EFBIG: QuotaExceeded,
    errno.ENAMETOOLONG: InvalidRequest,
    errno.EISDIR: Conflict,
    errno.EEXIST: Conflict,
    errno.ENOTDIR: Conflict,
    errno.ELOOP: Conflict,
}


@contextmanager
def errors_of(what: str) -> Generator[None]:
    """Errors of the file system inside the block become errors of ours; ``what`` says what was tried."""
    try:
        yield
    except OSError as error:
        kind = KINDS.get(error.errno or 0, ProviderUnavailable)
        raise kind(f"{what}: {error.strerror}", code=errno.errorcode.get(error.errno or 0), retryable=False) from error


@contextmanager
def folder(pieces: Sequence[str], within: int | str) -> Generator[int]:
    """A folder below another one, open.

    Raises:
        OSError: It is not there (see ``NOT_THERE``), or cannot be opened.
    """
    # The root itself may be reached by links: its path is the caller's own.
    current = os.open(within, FOLDER & ~os.O_NOFOLLOW) if isinstance(within, str) else os.dup(within)
    try:
        for piece in pieces:
            inner = os.open(piece, FOLDER, dir_fd=current)
            os.close(current)
            current = inner
        yield current
    finally:
        os.close(current)


@contextmanager
def made_folder(pieces: Sequence[str], within: int) -> Generator[int]:
    """As ``folder``; what is missing is made. Only under the container's lock, or for the private folder."""
    current = os.dup(within)
    try:
        for piece in pieces:
            try:
                inner = os.open(piece, FOLDER, dir_fd=current)
            except FileNotFoundError:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(piece, dir_fd=current)
                inner = os.open(piece, FOLDER, dir_fd=current)
            os.close(current)
            current = inner
        yield current
    finally:
        os.close(current)


def opened_file(name: str, within: int) -> int | None:
    """A regular file, open for reading; None where there is none: nothing, a folder, a link, a device."""
    try:
        file = os.open(name, FILE, dir_fd=within)
    except OSError as error:
        if error.errno in NOT_THERE | {errno.ENXIO}:
            return None
        raise
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        return None
    return file


@contextmanager
def locked(container: int) -> Generator[None]:
    """Hold the container's lock, against threads and processes. A process that dies lets go of it."""
    # A descriptor of its own: locks belong to descriptors, and threads share the client's.
    lock = os.open(".", FOLDER, dir_fd=container)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def prune(pieces: Sequence[str], within: int) -> None:
    """Remove the folders on a path that hold nothing any more, the innermost first. Only under the lock."""
    for count in range(len(pieces), 0, -1):
        try:
            with folder(pieces[: count - 1], within) as parent:
                os.rmdir(pieces[count - 1], dir_fd=parent)
        except OSError:
            return


def try_lock(file: int) -> bool:
    """Take the lock of an open file, for as long as it is open; False if somebody else has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def clear(within: int, private: str) -> None:
    """Remove our own files from a container, and folders that hold nothing; what is somebody else's stays."""
    with os.scandir(within) as entries:
        folders = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    for name in folders:
        with folder([name], within) as inner:
            if name == private:
                for file in os.listdir(inner):
                    os.unlink(file, dir_fd=inner)
            else:
                clear(inner, "")
        with contextlib.suppress(OSError):
            os.rmdir(name, dir_fd=within)
