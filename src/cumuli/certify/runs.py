"""The marks of a run, and the journal of what it made.

Everything that a run makes has a name that begins with the run's mark: ``cumuli-<run>-node-3-…``. Not every provider
has tags; all have names. The run's id says when it expires, and ends in a check, so that no other name is taken for
one of ours by accident.

The journal is written, and on the disk, before each call that makes something. Who writes it has it locked, and the
system lets go of the lock with the process, however that ends.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Literal

import msgspec

from cumuli.errors import ConfigurationError
from cumuli.runtime.file_locks import LOCKS, lock

__all__ = ["EXPIRES_TAG", "RUN_TAG", "Entry", "Header", "Journal", "JournalWriter", "RunId", "journals"]

RUN_TAG = "cumuli-certify-run"
EXPIRES_TAG = "cumuli-certify-expires"
LIFETIME = dt.timedelta(hours=6)
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
MARK = re.compile(r"cumuli-([0-9a-hjkmnp-tv-z]{16})(?=-|$)")
KEPT = dt.timedelta(days=30)
"""How long a journal is kept at most, once its run has expired."""
What = Literal["creating", "made", "refused"]


class RunId(msgspec.Struct, frozen=True):
    """The id of a run: 6 characters of when it expires, 6 by chance, 4 to check.

    Attributes:
        text: All of them.
    """

    text: str

    @classmethod
    def new(cls, *, lifetime: dt.timedelta = LIFETIME) -> RunId:
        """A fresh one, which expires in ``lifetime``."""
        minutes = int((dt.datetime.now(dt.UTC) + lifetime).timestamp()) // 60
        body = _digits(minutes, 6) + "".join(secrets.choice(ALPHABET) for _ in range(6))
        return cls(body + _check(body))

    @classmethod
    def of_name(cls, name: str) -> RunId | None:
        """The run whose mark a name begins with; None where it is no mark, or only looks like one."""
        found = MARK.match(name)
        if found is None or _check(found[1][:12]) != found[1][12:]:
            return None
        return cls(found[1])

    @property
    def prefix(self) -> str:
        """How names of what the run makes begin."""
        return f"cumuli-{self.text}"

    @property
    def expires(self) -> dt.datetime:
        """From when on anybody may take away what it left."""
        minutes = 0
        for digit in self.text[:6]:
            minutes = minutes * 32 + ALPHABET.index(digit)
        return dt.datetime.fromtimestamp(minutes * 60, dt.UTC)

    @property
    def expired(self) -> bool:
        """Whether that time has come."""
        return dt.datetime.now(dt.UTC) >= self.expires


def _digits(number: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, 32)
        digits = ALPHABET[digit] + digits
    return digits


def _check(body: str) -> str:
    return _digits(zlib.crc32(f"cumuli certify {body}".encode()) & 0xFFFFF, 4)


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of a journal.

    Attributes:
        run: The run's id.
        name: What was tried: a profile, a provider, a server of the sandbox.
        provider: The provider's name.
        service: The service's name.
        started: When, in ISO 8601.
    """

    run: str
    name: str
    provider: str
    service: str
    started: str


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of a journal.

    Attributes:
        what: ``"creating"`` before the call, ``"made"`` once the id is known, ``"refused"`` if the provider said that
            it makes nothing.
        kind: ``"node"``, ``"volume"``, ``"snapshot"``, ``"image"``, ``"key_pair"``, ``"container"``.
        name: Its name; empty where it was given none.
        id: Its id, once that is known.
        volume: Of a snapshot: the id of its volume.
        on_the_way: Whether it comes with something else, and is not expected to go with it.
    """

    what: What
    kind: str
    name: str = ""
    id: str = ""
    volume: str = ""
    on_the_way: bool = False


class Journal(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of this machine wrote down.

    Attributes:
        path: The file.
        header: What the run was.
        entries: What it was about to make, and made.
        alive: Whether its process still writes it.
    """

    path: Path
    header: Header
    entries: list[Entry]
    alive: bool

    @property
    def run(self) -> RunId:
        """The run."""
        return RunId(self.header.run)

    @property
    def in_doubt(self) -> bool:
        """Whether something may still come into being: nobody heard what became of a call."""
        asked = Counter((each.kind, each.name, each.volume) for each in self.entries if _is_asked(each))
        answered = Counter((each.kind, each.name, each.volume) for each in self.entries if each.what != "creating")
        return bool(asked - answered)

    @property
    def stale(self) -> bool:
        """Whether it is too old to be kept."""
        return dt.datetime.now(dt.UTC) >= self.run.expires + KEPT


def _is_asked(entry: Entry) -> bool:
    return entry.what == "creating" and not entry.on_the_way


def home() -> Path:
    """The folder of the journals: ``CUMULI_CERTIFY_HOME``, or ``cumuli/certify`` in the user's state folder.

    Raises:
        ConfigurationError: It is not known where one's home is.
    """
    given = os.environ.get("CUMULI_CERTIFY_HOME")
    if given:
        return Path(given)
    state = os.environ.get("XDG_STATE_HOME")
    try:
        base = Path(state) if state and Path(state).is_absolute() else Path("~/.local/state").expanduser()
    except RuntimeError:
        raise ConfigurationError("the home directory is not known; set HOME, or CUMULI_CERTIFY_HOME") from None
    return base / "cumuli" / "certify"


class JournalWriter:
    """The journal of the run of this process.

    Args:
        header: What the run is.

    Raises:
        ConfigurationError: It cannot be written.
    """

    def __init__(self, header: Header) -> None:
        self.path = home() / f"{header.run}.jsonl"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file: IO[bytes] = self.path.open("xb")
            if LOCKS:
                lock(self._file.fileno())
        except OSError as error:
            raise ConfigurationError(
                f"the journal {self.path} cannot be written ({error.strerror}), and without it nothing is made; name "
                "another folder with CUMULI_CERTIFY_HOME"
            ) from error
        self._write(header)

    def creating(self, kind: str, name: str, *, volume: str = "", on_the_way: bool = False) -> None:
        """Say what is about to be made; it is on the disk when this returns."""
        self._write(Entry(what="creating", kind=kind, name=name, volume=volume, on_the_way=on_the_way))

    def made(self, kind: str, name: str, thing_id: str, *, volume: str = "") -> None:
        """Say what was made."""
        self._write(Entry(what="made", kind=kind, name=name, id=thing_id, volume=volume))

    def refused(self, kind: str, name: str, *, volume: str = "") -> None:
        """Say that nothing was made."""
        self._write(Entry(what="refused", kind=kind, name=name, volume=volume))

    def _write(self, line: Header | Entry) -> None:
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def read(self) -> Journal:
        """What was written so far."""
        return _read(self.path, alive=False)

    def close(self) -> None:
        """Let go of the journal, which stays."""
        self._file.close()


def journals(*, provider: str, service: str) -> list[Journal]:
    """The journals that runs of this machine left for a service of a provider, and those that are being written."""
    found: list[Journal] = []
    for path in sorted(home().glob("*.jsonl")):
        with suppress(OSError, msgspec.MsgspecError):
            journal = _read(path, alive=_locked(path))
            if path.stem != journal.header.run or RunId.of_name(journal.run.prefix) is None:
                continue  # not written by a run
            if not LOCKS:
                # Nobody can tell whether its process is there: until it has expired it may be.
                journal = msgspec.structs.replace(journal, alive=not journal.run.expired)
            if (journal.header.provider, journal.header.service) == (provider, service):
                found.append(journal)
    return found


def _locked(path: Path) -> bool:
    if not LOCKS:
        return False
    with path.open("rb") as file:
        try:
            lock(file.fileno(), wait=False)
        except BlockingIOError:
            return True
    return False


def _read(path: Path, *, alive: bool) -> Journal:
    lines = path.read_bytes().split(b"\n")
    # Of the last line a kill may have left half, whose call was not sent.
    header = msgspec.json.decode(lines[0], type=Header)
    return Journal(path=path, header=header, entries=list(_entries(lines[1:])), alive=alive)


def _entries(lines: list[bytes]) -> Iterator[Entry]:
    for line in lines:
        with suppress(msgspec.DecodeError):
            yield msgspec.json.decode(line, type=Entry)
