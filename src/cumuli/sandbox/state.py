"""What the sandbox remembers between ``up`` and ``down``: one folder, with one folder for each server."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from cumuli.errors import ConfigurationError
from cumuli.runtime.file_locks import lock
from cumuli.sandbox.processes import Process

__all__ = ["Options", "Record", "StateFolder", "usable"]

FILE = "state.json"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
README = """\
This folder is kept by the command `cumuli sandbox`: servers on this machine to try things out on.
Each folder is one server with its log and its data; those below `named` belong to sandboxes with a name of
their own (--name). `cumuli sandbox down` ends the servers and removes their folders. Nothing here is worth
keeping: without running servers, all of it may be deleted.
"""


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


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a server was started.

    Attributes:
        auth: Made to check signatures.
        faults: What the link before it does wrong, in the words that were given; empty without such a link.
        seed: What the faults follow from.
    """

    auth: bool = False
    faults: str = ""
    seed: int = 0


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A server that was started to outlive its starter.

    Attributes:
        name: ``"ec2"``.
        port: Its own, on the loopback interface.
        process: The server's process.
        profiles: Names of the profiles that were written for it.
        options: How it was started.
        link: The process of the faulty link before it, if there is one.
        fronts: The ports of that link, one for each of the server's.
        kept: Whether it was let go to run on by itself; until then it ends with its starter.
    """

    name: str
    port: int
    process: Process
    profiles: tuple[str, ...]
    options: Options = Options()
    link: Process | None = None
    fronts: tuple[int, ...] = ()
    kept: bool = True

    @property
    def front(self) -> int:
        """The port that users talk to."""
        return self.fronts[0] if self.fronts else self.port

    @property
    def processes(self) -> tuple[Process, ...]:
        """All of it, what users talk to first."""
        return (self.process,) if self.link is None else (self.link, self.process)


class StateFolder:
    """Where records are: ``CUMULI_SANDBOX_HOME``, or ``cumuli/sandbox`` in the user's state folder.

    Args:
        name: Of a sandbox beside the one without a name.

    Raises:
        ConfigurationError: That is no name for one.
    """

    def __init__(self, name: str = "") -> None:
        self.base = _default_root()
        if name and NAME.fullmatch(name) is None:
            raise ConfigurationError(
                f"{name!r} cannot name a sandbox; take up to 32 of the characters a-z 0-9 _ - that begin with none "
                "of the last two"
            )
        self.root = self.base / "named" / name if name else self.base

    def others(self) -> list[str]:
        """The names of the sandboxes with a name in which something is up."""
        return sorted({path.parent.parent.name for path in self.base.glob(f"named/*/*/{FILE}")})

    @contextmanager
    def locked(self) -> Generator[None]:
        """Hold off every other ``up`` and ``down``. The lock ends with the process, however it ends.

        Raises:
            ConfigurationError: The folder cannot be written to.
        """
        with ExitStack() as stack:
            with usable(str(self.root)):
                self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
                (self.base / "README").write_text(README, encoding="utf-8")
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
        """An empty folder for a server, but for the record of the one before it, without which nobody would know of
        that one's profiles any more.
        """
        home = self.root / name
        with usable(str(home)):
            home.mkdir(mode=0o700, exist_ok=True)
            for path in home.iterdir():
                if path.name == FILE:
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
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
        # Where it is is written down, for programs that run elsewhere.
        return Path(given).absolute()
    state = os.environ.get("XDG_STATE_HOME")
    # The standard for these variables says to ignore a relative one.
    try:
        base = Path(state) if state and Path(state).is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError:
        raise ConfigurationError("the home directory is not known; set HOME, or CUMULI_SANDBOX_HOME") from None
    return base / "cumuli" / "sandbox"
