"""Evidence: what became of each behaviour, where, when and with what."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from cumuli.certify.places import Kind
from cumuli.errors import ConfigurationError

__all__ = ["Behaviour", "Evidence", "Failure", "Measured", "Outcome", "committed", "differences", "load", "save"]

Outcome: TypeAlias = Literal["pass", "fail", "unsupported", "untried"]
"""``unsupported``: it is said not to be had there, with the reason; ``untried``: nobody looked, with the reason."""


ORDER: tuple[Outcome, ...] = ("fail", "pass", "untried", "unsupported")


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """How a behaviour failed once.

    Attributes:
        case: The flavour, and what else it was tried with.
        expected: What was expected, and what was there instead.
        exchange: What went over the wire at last, redacted.
    """

    case: str
    expected: str
    exchange: list[str] = []


class Behaviour(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One behaviour.

    Attributes:
        outcome: What became of it, in all flavours and cases together.
        about: The capabilities that it is about.
        reason: Why it is not supported, or was not tried.
        requests: How many requests it took.
        seconds: How long it took.
        failures: How it failed.
    """

    outcome: Outcome
    about: tuple[str, ...] = ()
    reason: str = ""
    requests: int = 0
    seconds: float = 0.0
    failures: list[Failure] = []


class Measured(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was measured on the way.

    Attributes:
        requests: How many were sent.
        latency_ms: Of the attempts: ``median``, ``p95``, ``max``.
        clock_skew: By how many seconds the provider's clock is ahead of this machine's; None where no answer was dated.
        listed_after: In how many seconds, at most, what was made was listed; 0.0 if the first look had it.
        listings_without: How many whole listings did not have what had been made before.
        throttled: How many attempts were refused for being too many.
        made: How many things were made, by kind.
        at_once: How many there were at one time, at most, by kind.
    """

    requests: int = 0
    latency_ms: dict[str, float] = {}
    clock_skew: float | None = None
    listed_after: float | None = None
    listings_without: int = 0
    throttled: int = 0
    made: dict[str, int] = {}
    at_once: dict[str, int] = {}


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One service of one provider, as it was seen on one day.

    Attributes:
        format: Of this file.
        provider: The provider's name.
        service: The service's name.
        title: What the provider is called.
        date: The day, in UTC.
        endpoint: What answered.
        server: Who answered, with a version where that is known.
        versions: Of what was used: ``cumuli``, ``python``.
        flavours: In which flavours it was tried.
        declares: The capabilities that its client says that it has, sorted.
        behaviours: By their names, sorted.
        measured: What was measured; not kept where evidence is compared.
    """

    format: int = 1
    provider: str
    service: str
    title: str
    date: str
    endpoint: Kind
    server: str = ""
    versions: dict[str, str]
    flavours: tuple[str, ...]
    declares: tuple[str, ...]
    behaviours: dict[str, Behaviour]
    measured: Measured | None = None

    @property
    def slug(self) -> str:
        """The beginning of the names of its files."""
        return f"{self.provider}-{self.service}"

    def count(self, outcome: Outcome) -> int:
        """How many behaviours have this outcome."""
        return sum(each.outcome == outcome for each in self.behaviours.values())

    @property
    def failed(self) -> bool:
        """Whether anything failed."""
        return self.count("fail") > 0


def committed(evidence: Evidence) -> Evidence:
    """What of evidence is the same each time as long as nothing changes: for git."""
    behaviours = {
        name: Behaviour(outcome=each.outcome, about=each.about, reason=each.reason)
        for name, each in evidence.behaviours.items()
    }
    return msgspec.structs.replace(evidence, behaviours=behaviours, measured=None)


def differences(before: Evidence, now: Evidence) -> list[str]:
    """Where two pieces of evidence disagree in what the tables are made of, a line for each disagreement."""
    lines = [
        f"{now.slug}: its client {word} {name}, unlike in the evidence"
        for word, names in (
            ("declares", {*now.declares} - {*before.declares}),
            ("does not declare", {*before.declares} - {*now.declares}),
        )
        for name in sorted(names)
    ]
    for name in sorted({*before.behaviours, *now.behaviours}):
        one, other = before.behaviours.get(name), now.behaviours.get(name)
        words = [_words(one), _words(other)]
        if words[0] != words[1]:
            lines.append(f"{now.slug}: {name}: {words[0]} in the evidence, {words[1]} now")
        elif one is not None and other is not None and one.about != other.about:
            lines.append(f"{now.slug}: {name}: it is about other capabilities than in the evidence")
    return lines


def _words(behaviour: Behaviour | None) -> str:
    if behaviour is None:
        return "not there"
    return f"{behaviour.outcome} ({behaviour.reason})" if behaviour.reason else behaviour.outcome


def load(folder: Path) -> list[Evidence]:
    """The evidence that a folder has, by the names of its files.

    Raises:
        ConfigurationError: A file is not what it should be.
    """
    found: list[Evidence] = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=Evidence))
        except msgspec.MsgspecError as error:
            raise ConfigurationError(f"{path} is no evidence: {error}; make it again by `cumuli certify`") from None
    return found


def save(evidence: Evidence, folder: Path) -> Path:
    """Write a file that people and git can compare; gives it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{evidence.slug}.json"
    text = msgspec.json.format(msgspec.json.encode(evidence), indent=2).decode()
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(f"{text}\n", encoding="utf-8")
    temporary.replace(path)
    return path


def merged(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of several cases together: one that fails fails all, one that passes is enough otherwise."""
    found = set(outcomes)
    for each in ORDER:
        if each in found:
            return each
    return "untried"
