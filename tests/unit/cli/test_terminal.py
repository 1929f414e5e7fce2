"""What a person at a terminal gets to see: asked by a pseudo-terminal, as a person would type."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


# Makes the pseudo-terminal the one that controls the session, so that Ctrl-C typed there is a signal.
LOG_IN = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "polycloud", *sys.argv[1:]])
"""


def at_a_terminal(*arguments: str, typed: str = "", settings: dict[str, str] | None = None) -> tuple[int, str]:
    """The exit status, and all that the terminal showed. What is typed waits for the question."""
    inner, outer = pty.openpty()
    env = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}}
    child = subprocess.Popen(
        [sys.executable, "-c", LOG_IN, *arguments],
        stdin=outer, stdout=outer, stderr=outer, cwd=ROOT, env={**env, "TERM": "xterm-256color", **(settings or {})},
    )  # fmt: skip
    os.close(outer)
    try:
        shown = b""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if select.select([inner], [], [], 0.1)[0]:
                try:
                    shown += os.read(inner, 65_536)
                except OSError:  # Linux says so when the last one who had the other side closed it
                    break
            if typed and b"[y/N]" in shown:
                os.write(inner, typed.encode())
                typed = ""
        return child.wait(10), shown.decode()
    finally:
        child.kill()
        child.wait()
        os.close(inner)


def test_states_have_colours() -> None:
    status, shown = at_a_terminal(*"nodes create web --size small --image debian -p memory --wait".split())
    assert status == 0
    assert "\x1b[32mrunning" in shown


@pytest.mark.parametrize(
    "arguments", ["nodes create web --size small --image debian -p memory --wait", "nodes show x -p memory"]
)
def test_no_color(arguments: str) -> None:
    _, shown = at_a_terminal(*arguments.split(), settings={"NO_COLOR": "1"})
    for colour in range(30, 48):
        assert f"\x1b[{colour}m" not in shown
        assert f";{colour}m" not in shown


def test_json_has_no_escapes_on_a_terminal() -> None:
    _, shown = at_a_terminal(*"nodes create web --size small --image debian -p memory --wait --json".split())
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("typed", "status", "word"),
    [
        ("y\n", 3, "no volume"),
        ("yes\n", 3, "no volume"),
        ("\n", 9, "not confirmed"),
        ("no\n", 9, "not confirmed"),
        ("\x04", 9, "not confirmed"),
    ],
)
def test_destroy_asks(typed: str, status: int, word: str) -> None:
    answer, shown = at_a_terminal(*"volumes destroy vol-1 -p memory".split(), typed=typed)
    assert "vol-1" in shown
    assert "[y/N]" in shown
    assert answer == status
    assert word in shown


def test_destroy_asks_about_nodes_that_exist() -> None:
    status, shown = at_a_terminal(*"nodes destroy node-1 -p memory".split())
    assert status == 3
    assert "[y/N]" not in shown


def test_ctrl_c_at_the_question() -> None:
    status, shown = at_a_terminal(*"volumes destroy vol-1 -p memory".split(), typed="\x03")
    assert status == 130
    assert "interrupted" in shown.splitlines()[-1]
    assert "Traceback" not in shown
