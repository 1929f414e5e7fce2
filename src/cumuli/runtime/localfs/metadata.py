"""What is remembered of an object beside its content: in an extended attribute of its file.

Where the file system has none, or not enough room in them, a small file in the container's private
folder takes their place. It is named after the content's inode, time and size, so that it can never
be taken for that of other content; one left over by a crash is never read.
"""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING

import msgspec

from cumuli.runtime.localfs.folders import NEW_FILE, NOT_THERE, folder, made_folder, opened_file
from cumuli.runtime.localfs.names import PRIVATE

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Record", "forget_record", "read_record", "write_record"]

ATTRIBUTE = "user.cumuli"
# No such attribute; no attributes here at all; no room for it.
MISSING = frozenset({errno.ENODATA, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
NO_ROOM = frozenset(
    {errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOSPC, errno.E2BIG, errno.ERANGE, errno.EDQUOT}
)
LONGEST_ATTRIBUTE = 64 * 1024

# Only Linux has them in the standard library.
_get_attribute: Callable[[int, str], bytes] | None = getattr(os, "getxattr", None)
_set_attribute: Callable[[int, str, bytes], None] | None = getattr(os, "setxattr", None)


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered.

    Attributes:
        content_type: MIME type, or None.
        content_encoding: What the content is packed with, or None.
        meta_data: User metadata.
        md5: Of the content, in hexadecimal, or None.
        size: Bytes of the content that ``md5`` is of.
        changed: Its time of modification, in nanoseconds, likewise: content that another program
            changed since has another one.
    """

    content_type: str | None = None
    content_encoding: str | None = None
    meta_data: dict[str, str] = {}
    md5: str | None = None
    size: int = 0
    changed: int = 0

    def md5_of(self, status: os.stat_result) -> str | None:
        """The MD5, if it is of the content that the file has now."""
        return self.md5 if (self.size, self.changed) == (status.st_size, status.st_mtime_ns) else None


def read_record(container: int, file: int, status: os.stat_result) -> Record:
    """The record of an open file; an empty one where there is none, or none that can be read."""
    data: bytes | None = None
    if _get_attribute is not None:
        try:
            data = _get_attribute(file, ATTRIBUTE)
        except OSError as error:
            if error.errno not in MISSING:
                raise
    if data is None:
        data = _read_sidecar(container, status)
    if data is None:
        return Record()
    try:
        return msgspec.json.decode(data, type=Record)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Record()


def write_record(container: int, file: int, status: os.stat_result, record: Record, *, fsync: bool) -> None:
    """Put the record of an open file where ``read_record`` finds it.

    Args:
        container: The container's folder, open.
        file: The file, open.
        status: Its status.
        record: What to remember.
        fsync: Whether a small file that takes the record is on the disk when this returns. An
            attribute is there together with the file that has it.
    """
    data = msgspec.json.encode(record)
    if _set_attribute is not None and len(data) <= LONGEST_ATTRIBUTE:
        try:
            _set_attribute(file, ATTRIBUTE, data)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
        else:
            return
    with made_folder([PRIVATE], container) as private:
        name = _sidecar(status)
        # Whatever has the name is nothing of this file's, and may be a link or a pipe: never open it.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=private)
        sidecar = os.open(name, NEW_FILE, 0o666, dir_fd=private)
        with open(sidecar, "wb") as out:
            out.write(data)
            if fsync:
                out.flush()
                os.fsync(sidecar)
        if fsync:
            os.fsync(private)


def forget_record(container: int, status: os.stat_result) -> None:
    """Remove the small file that stood for a file which is gone, if there was one."""
    with contextlib.suppress(OSError), folder([PRIVATE], container) as private:
        os.unlink(_sidecar(status), dir_fd=private)


def _read_sidecar(container: int, status: os.stat_result) -> bytes | None:
    try:
        with folder([PRIVATE], container) as private:
            sidecar = opened_file(_sidecar(status), private)
    except OSError as error:
        if error.errno in NOT_THERE:
            return None
        raise
    if sidecar is None:
        return None
    with open(sidecar, "rb") as source:
        return source.read()


def _sidecar(status: os.stat_result) -> str:
    return f"meta-{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}"
