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
os.execv(sys.executable, [sys.executable, "-m", "cumuli", *sys.argv[1:]])
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
        return child.wait(120), shown.decode()
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


@pytest.fixture
def disk(tmp_path: Path) -> dict[str, str]:
    """Settings with a profile ``disk``, a folder that holds containers."""
    config = tmp_path / "config.toml"
    config.write_text(f'[profiles.disk]\nprovider = "local"\nroot = "{tmp_path / "account"}"\n')
    (tmp_path / "account" / "c").mkdir(parents=True)
    return {"CUMULI_CONFIG": str(config)}


def test_transfers_have_bars(tmp_path: Path, disk: dict[str, str]) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(12):
        (folder / f"file\x1b]0;x\x07{number}").write_bytes(bytes(100_000))
    status, shown = at_a_terminal("put", "-r", str(folder), "disk:c", settings=disk)
    assert status == 0
    assert "of 12 files" in shown
    assert "━━━" in shown
    assert "of 1.1 MiB" in shown
    assert shown.count("stored disk:c/file") == 12
    assert "stored 12 files, 1.1 MiB" in shown
    assert "\x1b]0;" not in shown
    single, bar = at_a_terminal("get", f"disk:c/{next(folder.iterdir()).name}", f"{tmp_path}/copy", settings=disk)
    assert single == 0
    assert "━" in bar
    assert "\x1b]0;" not in bar
    assert (tmp_path / "copy").read_bytes() == bytes(100_000)


def test_a_missing_file_has_no_bar(tmp_path: Path, disk: dict[str, str]) -> None:
    status, shown = at_a_terminal("put", f"{tmp_path}/missing", "disk:c/", settings=disk)
    assert status == 2
    [line] = shown.splitlines()
    assert "No such file" in line
    assert "━" not in shown


@pytest.mark.parametrize(
    ("settings", "word"),
    [({"COLUMNS": "40"}, "of 977 KiB"), ({"TERM": "dumb"}, "stored disk:c/"), ({"NO_COLOR": "1"}, "━━")],
)
def test_every_terminal_shows_what_it_can(
    tmp_path: Path, disk: dict[str, str], settings: dict[str, str], word: str
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(bytes(500_000))
    status, shown = at_a_terminal("put", f"{tmp_path}/one", f"{tmp_path}/two", "disk:c/", settings={**disk, **settings})
    assert status == 0
    assert word in shown
    assert ("━" in shown) is (word == "━━")
    assert ("\x1b" in shown) is ("TERM" not in settings)


@pytest.mark.parametrize("option", ["--json", "2>/dev/null"])
def test_bars_are_for_people_only(tmp_path: Path, disk: dict[str, str], option: str) -> None:
    (tmp_path / "f").write_bytes(bytes(100_000))
    command = ["put", str(tmp_path / "f"), "disk:c/"]
    if option == "--json":
        status, shown = at_a_terminal(*command, option, settings=disk)
    else:
        done = subprocess.run(
            [sys.executable, "-m", "cumuli", *command],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, **disk},
        )
        status, shown = done.returncode, done.stdout + done.stderr
    assert status == 0
    assert "━" not in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(("typed", "status"), [("y\n", 0), ("\n", 9)])
def test_rm_asks(tmp_path: Path, disk: dict[str, str], typed: str, status: int) -> None:
    for name in ("a", "b"):
        (tmp_path / "account" / "c" / name).write_text("12345")
    answer, shown = at_a_terminal("rm", "-r", "disk:c", typed=typed, settings=disk)
    assert answer == status
    assert "Delete 2 objects (10 B) below disk:c for good? [y/N]" in shown
    assert (tmp_path / "account" / "c" / "a").exists() is (status == 9)
    answer, shown = at_a_terminal("rm", "disk:c/a", typed=typed, settings=disk)
    assert "Delete disk:c/a for good? [y/N]" in shown
