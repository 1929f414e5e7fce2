"""What is left of a program that was killed: processes are known by their temporary folder."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

__all__ = ["nothing_left", "with_temporary"]


def with_temporary(folder: Path) -> set[int]:
    """The processes that were started with ``TMPDIR`` set to this folder, which every starter hands on."""
    mark = f"TMPDIR={folder}".encode()
    found: set[int] = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0") and process.name != str(os.getpid()):
                found.add(int(process.name))
        except OSError:
            # It is gone, or it is only waiting to be buried, or it is none of ours.
            continue
    return found


def nothing_left(folder: Path, *, within: float = 120.0) -> None:
    """Wait until none of them is there.

    Raises:
        AssertionError: Some are; the message shows what they run, and they are ended.
    """
    end = time.monotonic() + within
    while left := with_temporary(folder):
        if time.monotonic() > end:
            what = [_command(pid) for pid in sorted(left)]
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            raise AssertionError(f"after {within:.0f} s still: {what}")
        time.sleep(0.05)


def _command(pid: int) -> str:
    try:
        return f"{pid} {Path(f'/proc/{pid}/cmdline').read_bytes().replace(bytes(1), b' ').decode(errors='replace')}"
    except OSError:
        return f"{pid} (gone)"
