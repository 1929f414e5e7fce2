"""Open folders: the only way in which files are reached, so that no name leads out of the root.

Every piece of a path is opened relative to the folder before it, without following symbolic links.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from cumuli.errors import CloudError, Conflict, InvalidRequest, PermissionDenied, ProviderUnavailable, QuotaExceeded
from cumuli.runtime.file_locks import LOCKS, lock

__all__ = [
    "FOLDER",
    "NEW_FILE",
    "NOT_THERE",
    "SUPPORTED",
    "Reached",
    "clear",
    "errors_of",
    "folder",
    "locked",
    "made_folder",
    "opened_file",
    "prune",
    "try_lock",
]

# Without these (Windows) there is no way to reach files that no link leads astray; see ``SUPPORTED``.
DIRECTORY, NOFOLLOW, NONBLOCK, CLOEXEC = (
    getattr(os, flag, 0) for flag in ("O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC")
)
SUPPORTED = LOCKS and bool(DIRECTORY and NOFOLLOW) and os.open in os.supports_dir_fd
FOLDER = os.O_RDONLY | DIRECTORY | NOFOLLOW | CLOEXEC
# A pipe in the place of an object must not make us wait for somebody who writes to it.
FILE = os.O_RDONLY | NOFOLLOW | NONBLOCK | CLOEXEC
NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | NOFOLLOW | CLOEXEC
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
IN_THE_WAY = "; something that is no object, such as a link, is in the way: remove it, or choose another name"
ADVICE = {
    errno.EACCES: "; give the user who runs this program the permission",
    errno.EPERM: "; give the user who runs this program the permission",
    errno.ENOSPC: "; make room and try again",
    errno.EDQUOT: "; make room and try again",
    errno.ENAMETOOLONG: "; choose a shorter one",
    errno.EMFILE: "; close what is open, or raise the limit (ulimit -n)",
    errno.EISDIR: IN_THE_WAY,
    errno.ENOTDIR: IN_THE_WAY,
    errno.ELOOP: IN_THE_WAY,
}


@contextmanager
def errors_of(what: str) -> Generator[None]:
    """Errors of the file system inside the block become errors of ours; ``what`` says what was tried."""
    try:
        yield
    except OSError as error:
        number = error.errno or 0
        message = f"{what}: {error.strerror}{ADVICE.get(number, '')}"
        kind = KINDS.get(number, ProviderUnavailable)
        raise kind(message, code=errno.errorcode.get(number), retryable=False) from error


@contextmanager
def folder(pieces: Sequence[str], within: int | str) -> Generator[int]:
    """A folder below another one, open.

    Raises:
        OSError: It is not there (see ``NOT_THERE``), or cannot be opened.
    """
    # The root itself may be reached by links: its path is the caller's own.
    current = os.open(within, FOLDER & ~NOFOLLOW) if isinstance(within, str) else os.dup(within)
    try:
        for piece in pieces:
            inner = os.open(piece, FOLDER, dir_fd=current)
            os.close(current)
            current = inner
        yield current
    finally:
        os.close(current)


@contextmanager
def made_folder(pieces: Sequence[str], within: int, *, fsync: bool = False) -> Generator[int]:
    """As ``folder``; what is missing is made. Only under the container's lock, or for the private folder.

    Args:
        pieces: The path.
        within: The folder that it begins in, open.
        fsync: Whether a folder that is made has to survive a loss of power.
    """
    current = os.dup(within)
    try:
        for piece in pieces:
            try:
                inner = os.open(piece, FOLDER, dir_fd=current)
            except FileNotFoundError:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(piece, dir_fd=current)
                if fsync:
                    os.fsync(current)
                inner = os.open(piece, FOLDER, dir_fd=current)
            os.close(current)
            current = inner
        yield current
    finally:
        os.close(current)


def opened_file(name: str, within: int) -> int | None:
    """A regular file, open for reading; None where there is none: nothing, a folder, a link, a device."""
    try:
        # Looked at first: merely opening a device, or a pipe that somebody writes to, has effects.
        if not stat.S_ISREG(os.stat(name, dir_fd=within, follow_symlinks=False).st_mode):
            return None
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
    held = os.open(".", FOLDER, dir_fd=container)
    try:
        lock(held)
        yield
    finally:
        os.close(held)


class Reached:
    """The folder below a container that was reached last.

    One right below it is opened from there, any other from the container: however deep folders are
    nested, two are open at a time, and a way down takes one step for each of them.

    Args:
        within: The container, open.
    """

    def __init__(self, within: int) -> None:
        self._within = within
        self._path: tuple[str, ...] = ()
        self._folder = os.dup(within)

    def go(self, path: tuple[str, ...]) -> int:
        """A folder, open until the next one is."""
        below = len(path) > 0 and path[:-1] == self._path
        with folder(path[-1:], self._folder) if below else folder(path, self._within) as opened:
            new = os.dup(opened)
        os.close(self._folder)
        self._folder, self._path = new, path
        return new

    def close(self) -> None:
        os.close(self._folder)


def prune(pieces: Sequence[str], within: int) -> None:
    """Remove the folders on a path that hold nothing any more, the innermost first. Only under the lock."""
    current = os.dup(within)
    passed = [_identity(current)]
    try:
        for piece in pieces:
            inner = os.open(piece, FOLDER, dir_fd=current)
            os.close(current)
            current = inner
            passed.append(_identity(current))
        for count in range(len(pieces), 0, -1):
            above = os.open("..", FOLDER, dir_fd=current)
            os.close(current)
            current = above
            # Up is another way than down if somebody has moved a folder in the meantime.
            if _identity(current) != passed[count - 1]:
                return
            os.rmdir(pieces[count - 1], dir_fd=current)
    except OSError:
        return
    finally:
        os.close(current)


def _identity(opened: int) -> tuple[int, int]:
    status = os.fstat(opened)
    return status.st_dev, status.st_ino


def try_lock(file: int) -> bool:
    """Take the lock of an open file, for as long as it is open; False if somebody else has it."""
    try:
        lock(file, wait=False)
    except BlockingIOError:
        return False
    return True


def clear(within: int, private: str) -> None:
    """Remove our own files from a container, and folders that hold nothing; what is somebody else's stays."""
    with contextlib.suppress(FileNotFoundError), folder([private], within) as inner:
        for file in os.listdir(inner):
            os.unlink(file, dir_fd=inner)
    reached = Reached(within)
    waiting: list[tuple[str, ...]] = [()]
    try:
        # A list and not recursion: other programs nest as deep as they like.
        while waiting:
            path = waiting.pop()
            with os.scandir(reached.go(path)) as entries:
                below = [(*path, entry.name) for entry in entries if entry.is_dir(follow_symlinks=False)]
            waiting.extend(below)
            if not below:
                prune(path, within)
    finally:
        reached.close()
