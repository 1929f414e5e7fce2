"""Locks of open files, which the system lets go of with the process, however that ends."""

from __future__ import annotations

import errno
import importlib.util

__all__ = ["LOCKS", "lock"]

LOCKS = importlib.util.find_spec("fcntl") is not None
"""Whether this system has any."""


def lock(file: int, *, shared: bool = False, wait: bool = True) -> None:
    """Take the lock of an open file, for as long as it is open.

    Args:
        file: Its descriptor; locks belong to descriptors, not to threads or processes.
        shared: Whether others may have it shared as well.
        wait: Whether to wait for somebody else who has it.

    Raises:
        BlockingIOError: Somebody else has it, and ``wait`` is False.
        OSError: The system, or the file system, has no such locks.
    """
    if not LOCKS:
        raise OSError(errno.ENOTSUP, "this system has no locks of files")
    import fcntl

    fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
