"""Servers that outlive the process that started them, and yet not the tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["taken_down_afterwards"]

# The folder is put out of reach first, so that an ``up`` which comes later finds none, and one that is at work
# cannot write its record and ends its server itself; what has been recorded is then taken down.
GUARD = """
import os, sys
from pathlib import Path
sys.stdin.read()
home = Path(os.environ["CUMULI_SANDBOX_HOME"])
home.mkdir(exist_ok=True)
beyond = home.with_name(home.name + "-closed")
home.rename(beyond)
home.write_text("closed")
os.environ["CUMULI_SANDBOX_HOME"] = str(beyond)
from cumuli import sandbox
sandbox.down()
"""


@contextmanager
def taken_down_afterwards() -> Iterator[None]:
    """What is up in ``CUMULI_SANDBOX_HOME``, a folder that nobody else uses, is taken down with it.

    A process of its own does that when the pipe closes which this one holds: at the end of the block,
    or as this process ends, by SIGKILL too.
    """
    guard = subprocess.Popen([sys.executable, "-c", GUARD], stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        guard.communicate()
    assert guard.returncode == 0, "what is up could not be taken down"
