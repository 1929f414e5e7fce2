"""Environments of their own for servers whose packages suit nobody else, made once and kept in a cache folder."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cumuli.errors import ConfigurationError
from cumuli.runtime.file_locks import lock
from cumuli.sandbox.launcher import die_with
from cumuli.sandbox.state import usable

__all__ = ["cache_folder", "made", "make"]

READY = ".ready"
TAIL = 800


def cache_folder() -> Path:
    """Where they are: ``CUMULI_SANDBOX_CACHE``, or ``cumuli/sandbox`` in the user's cache folder.

    Raises:
        ConfigurationError: The home directory is not known.
    """
    if given := os.environ.get("CUMULI_SANDBOX_CACHE"):
        return Path(given).absolute()
    cache = os.environ.get("XDG_CACHE_HOME")
    try:
        base = Path(cache) if cache and Path(cache).is_absolute() else Path.home() / ".cache"
    except RuntimeError:
        raise ConfigurationError("the home directory is not known; set HOME, or CUMULI_SANDBOX_CACHE") from None
    return base / "cumuli" / "sandbox"


def made(folder: Path, pins: Path) -> bool:
    """Whether an environment has what a lock file pins, and the Python that it was made with is still there."""
    try:
        return (folder / "bin" / "python").exists() and (folder / READY).read_text(encoding="ascii") == _wanted(pins)
    except OSError:
        return False


def make(folder: Path, pins: Path, told: Callable[[str], None]) -> None:
    """Make an environment with what a lock file pins, from the index that pip uses, unless it is there already.

    One that was begun and not finished is made anew.

    Args:
        folder: Where.
        pins: The lock file, with the hash of everything.
        told: Is told that this takes long.

    Raises:
        ConfigurationError: It could not be made; the message has what pip said.
    """
    with usable(str(folder)):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with (folder.parent / f"{folder.name}.lock").open("wb") as file:
            lock(file.fileno())
            if made(folder, pins):
                return
            told(f"installing what {pins.name} pins into {folder}, once")
            _run([sys.executable, "-m", "venv", "--clear", str(folder)], "an environment")
            pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
            _run([*pip, "--no-deps", "--require-hashes", "-r", str(pins)], f"what {pins.name} pins")
            (folder / READY).write_text(_wanted(pins), encoding="ascii")


def _wanted(pins: Path) -> str:
    return hashlib.sha256(pins.read_bytes()).hexdigest()


def _run(command: list[str], what: str) -> None:
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # Nothing goes on installing that nobody waits for.
        preexec_fn=partial(die_with, os.getpid()),
    )
    if done.returncode:
        raise ConfigurationError(f"{what} could not be installed; pip said:\n{done.stdout[-TAIL:].strip()}")
