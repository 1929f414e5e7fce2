"""What the sandbox remembers between ``up`` and ``down``: one folder, with one folder for each server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from cumuli.errors import ConfigurationError
from cumuli.runtime.file_locks import lock
from cumuli.sandbox.processes import Process

__all__ = ["Record", "StateFolder", "usable"]

FILE = "state.json"


@contextmanager
def usable(place: str) -> Generator[None]:
    """Tell of what the system refuses as of a mistake of the settings.

    Raises:
        ConfigurationError: It is not possible to write there.
    """
    try:
        yield
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or type(error).__name__
        raise ConfigurationError(
            f"the sandbox cannot use {place} ({what}); name another folder with CUMULI_SANDBOX_HOME or TMPDIR, or "
            "make room there"
        ) from error


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A server that was started to outlive its starter.

    Attributes:
        name: ``"ec2"``.
        port: On the loopback interface.
        process: The server's process.
        profiles: Names of the profiles that were written for it.
    """

    name: str
    port: int
    process: Process
    profiles: tuple[str, ...]


class StateFolder:
    """Where records are: ``CUMULI_SANDBOX_HOME``, or ``cumuli/sandbox`` in the user's state folder."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or _default_root()

    @contextmanager
    def locked(self) -> Generator[None]:
        """Hold off every other ``up`` and ``down``. The lock ends with the process, however it ends.

        Raises:
            ConfigurationError: The folder cannot be written to.
        """
        with ExitStack() as stack:
            with usable(str(self.root)):
                self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
                file = stack.enter_context((self.root / "lock").open("wb"))
                lock(file.fileno())
            yield

    def records(self) -> list[Record]:
        """Every record, by name.

        Raises:
            ConfigurationError: One cannot be read.
        """
        found: list[Record] = []
        for path in sorted(self.root.glob(f"*/{FILE}")):
            try:
                found.append(msgspec.json.decode(path.read_bytes(), type=Record))
            except (OSError, msgspec.MsgspecError) as error:
                raise ConfigurationError(
                    f"the sandbox's record {path} cannot be read ({error}); end its server by hand, remove the folder"
                ) from error
        return found

    def fresh_home(self, name: str) -> Path:
        """A new, empty folder for a server."""
        home = self.root / name
        shutil.rmtree(home, ignore_errors=True)
        with usable(str(home)):
            home.mkdir(mode=0o700)
        return home

    def write(self, record: Record) -> None:
        """Remember a server, whole or not at all."""
        path = self.root / record.name / FILE
        temporary = path.with_suffix(".new")
        with usable(str(path)):
            temporary.write_bytes(msgspec.json.encode(record))
            temporary.replace(path)

    def forget(self, name: str) -> None:
        """Remove what is kept of a server, its data included."""
        shutil.rmtree(self.root / name, ignore_errors=True)

    def log_of(self, name: str) -> Path:
        """Where a server prints to."""
        return self.root / name / "log"


def _default_root() -> Path:
    if given := os.environ.get("CUMULI_SANDBOX_HOME"):
        return Path(given)
    state = os.environ.get("XDG_STATE_HOME")
    # The standard for these variables says to ignore a relative one.
    try:
        base = Path(state) if state and Path(state).is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError:
        raise ConfigurationError("the home directory is not known; set HOME, or CUMULI_SANDBOX_HOME") from None
    return base / "cumuli" / "sandbox"
