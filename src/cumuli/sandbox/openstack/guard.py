"""Ends what is left of a run that was itself killed.

Its input names the processes of the run, an id and a start time a line, and ends with the run, however that ends.
Each leads a group of its own, which is ended with it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

# Seconds that processes get to end by themselves: they were asked to when the run ended.
PATIENCE = 10.0


def started_at(pid: int) -> str:
    """When a process started, in the kernel's ticks; empty if it is gone, or is only waiting to be buried."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return ""
    return "" if state == "Z" else fields[18]


def is_left(pid: int, start: str) -> bool:
    """Whether anything of a group is still there; its leader's id is nobody else's for that long."""
    now = started_at(pid)
    if now:
        return now == start
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


def main(patience: float = PATIENCE) -> None:
    # Without a start time, it had ended before it was told of.
    left = [(int(pid), start) for pid, _, start in (line.strip().partition(" ") for line in sys.stdin)]
    end = time.monotonic() + patience
    while (left := [(pid, start) for pid, start in left if is_left(pid, start)]) and time.monotonic() < end:
        time.sleep(0.1)
    for pid, _ in left:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
