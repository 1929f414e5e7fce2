"""A run, in a process of its own: ``python -m cumuli.certify.child``, which is told what to do by standard input.

It ends when its standard input does, so that it takes away what it made also when the command is killed.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import platform
import signal
import statistics
import sys
import threading
import time
from collections.abc import Collection, Generator
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cumuli.certify import behaviours
from cumuli.certify.evidence import Behaviour, Evidence, Failure, Measured, save
from cumuli.certify.exchanges import Exchanges, Redaction
from cumuli.certify.hints import hints_of
from cumuli.certify.plan import Limits
from cumuli.certify.plugin import Collector, Requests
from cumuli.certify.runs import Header, JournalWriter, RunId
from cumuli.certify.spec import Spec
from cumuli.certify.sweeping import Thing, inventory, sweep
from cumuli.certify.targets import Choices, Opener, make_target
from cumuli.certify.watch import Watch
from cumuli.errors import CloudError
from cumuli.version import __version__

__all__ = ["main"]

INTERRUPTED = 130
GONE_WITHIN = 60.0
POLL = 0.2
NOTHING_LEFT = "nothing_is_left_behind"


def main() -> int:
    """Run what standard input says, and write the evidence.

    Returns:
        0 if nothing failed, 1 if something did, 2 if it could not be tried, 130 if it was interrupted.
    """
    line = sys.stdin.buffer.readline()
    if not line:
        return INTERRUPTED
    spec = msgspec.json.decode(line, type=Spec)
    _Parent.keep()
    if spec.parent:
        # By a number of its own: pytest puts something else in the place of 0, which ends at once.
        threading.Thread(target=_end_with, args=(os.dup(0),), daemon=True).start()
    redact = Redaction(())
    try:
        redact = Redaction(spec.place.secrets())
        return _run(spec, Exchanges(redact))
    except CloudError as error:
        _say("error", redact(str(error)))
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED


def _end_with(parent: int) -> None:
    # Not by the buffer, which the interpreter cannot end with while somebody reads it.
    while os.read(parent, 4096):
        pass
    os.kill(os.getpid(), signal.SIGINT)


class _Parent:
    """Standard output, which belongs to the parent: what pytest prints there is not for it."""

    file = -1

    @classmethod
    def keep(cls) -> None:
        """Give standard output to nobody, and remember the real one."""
        cls.file = os.dup(1)
        nobody = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nobody, 1)
        os.close(nobody)


def _say(what: str, text: str) -> None:
    with suppress(OSError):  # nobody listens any more
        os.write(_Parent.file, json.dumps({what: text}).encode() + b"\n")


def _run(spec: Spec, exchanges: Exchanges) -> int:
    place, mark = spec.place, RunId(spec.run)
    limits = Limits(place.service, flavours=len(spec.flavours), allowed=spec.allowed)
    header = Header(
        run=mark.text,
        name=place.name,
        provider=place.provider,
        service=place.service,
        started=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )
    journal = JournalWriter(header)
    watch = Watch(mark, journal, limits)
    hints = hints_of(place.provider, place.service, place.stand)
    look = Opener(place, hints, None, None)
    done = False
    try:
        choices = Choices(size=spec.size, image=spec.image, thorough=spec.thorough, patience=spec.patience)
        target = make_target(place, mark, choices, watch=watch, exchanges=exchanges)
        with look() as client:
            before = {(thing.kind, thing.id) for thing in inventory(client, hints.unlisted)}
            watch.spare(before)
            declares = tuple(sorted(str(each) for each in client.capabilities.supported))
        requests = Requests()
        collector = Collector(
            target,
            flavours=spec.flavours,
            only=spec.only,
            exchanges=exchanges,
            requests=requests,
            say=lambda text: _say("behaviour", text),
        )
        with _listening(requests):
            status = pytest.main(_arguments(spec), plugins=[collector])
        found = collector.behaviours()
        done = status in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED} and not collector.broken
        if status == pytest.ExitCode.NO_TESTS_COLLECTED and NOTHING_LEFT in spec.only:
            done = True
        if not done:
            for text in collector.broken:
                _say("error", text)
            if status == pytest.ExitCode.NO_TESTS_COLLECTED:
                _say("error", f"there is no behaviour {', '.join(spec.only)}")
    finally:
        left, removed = _tidied(look, place, mark)
        journal.close()
    if not done:
        return INTERRUPTED if status == pytest.ExitCode.INTERRUPTED else 2
    if not spec.only or any(fnmatchcase(NOTHING_LEFT, each) for each in spec.only):
        with look() as client:
            patience = spec.patience or GONE_WITHIN
            rest = left + (_new_in(client, hints.unlisted, before, patience) if place.alone else [])
        found[NOTHING_LEFT] = _nothing_left(rest, removed, allowed=spec.allowed)
    evidence = Evidence(
        provider=place.provider,
        service=place.service,
        title=place.title,
        date=dt.datetime.now(dt.UTC).date().isoformat(),
        endpoint=place.kind,
        server=place.server,
        versions={"cumuli": __version__, "python": platform.python_version()},
        flavours=spec.flavours,
        declares=declares,
        behaviours=dict(sorted(found.items())),
        measured=_measured(requests, exchanges, watch, limits),
    )
    save(evidence, Path(spec.evidence).parent)
    return int(evidence.failed)


def _arguments(spec: Spec) -> list[str]:
    folder = Path(behaviours.__file__).parent
    return [
        *("-c", os.devnull, f"--rootdir={folder}", "--import-mode=importlib", "-p", "no:cacheprovider", "-qq"),
        *("-p", "no:xdist", "-p", "no:doctest", "-p", "no:junitxml", "-p", "no:faulthandler", "--tb=short"),
        *("-p", "cumuli.testing.flavours", "--noconftest", "-W", "default"),
        str(folder / f"test_{spec.place.service}.py"),
    ]


@contextmanager
def _listening(requests: Requests) -> Generator[None]:
    log = logging.getLogger("cumuli.http")
    log.addHandler(requests)
    log.setLevel(logging.DEBUG)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(requests)


def _tidied(look: Opener, place: Any, mark: RunId) -> tuple[list[str], list[str]]:
    """Take away what the run made and its behaviours did not; gives what is still there, and what was taken away."""
    try:
        with look() as client:
            found = sweep(place, own=mark, client=client)
    except CloudError as error:
        return [f"the account could not be looked at: {error}"], []
    # Containers that several behaviours share are taken away at the end on purpose.
    removed = [
        f"{left.kind} {left.name or left.id}"
        for left in found.removed
        if left.kind != "container" and not left.on_the_way
    ]
    return [f"{what}: {why}" for what, why in found.failed.items()], removed


def _new_in(client: Any, unlisted: Collection[str], before: set[tuple[str, str]], patience: float) -> list[str]:
    """What is new in an account that nobody else uses, once the provider has carried out what it accepted."""
    end = time.monotonic() + patience
    while True:
        new: list[Thing] = [thing for thing in inventory(client, unlisted) if (thing.kind, thing.id) not in before]
        if not new or time.monotonic() > end:
            return [f"{thing.kind} {thing.name or thing.id} was left" for thing in new]
        time.sleep(POLL)


def _nothing_left(left: list[str], removed: list[str], *, allowed: bool) -> Behaviour:
    if not allowed:
        return Behaviour(outcome="untried", reason="it makes what may cost: --allow-cost")
    wrong = [*left, *(f"{each} was left, and was taken away" for each in removed)]
    if not wrong:
        return Behaviour(outcome="pass")
    expected = "\n".join(["what was made is gone at the end, but:", *wrong])
    return Behaviour(outcome="fail", failures=[Failure(case="at the end of the run", expected=expected)])


def _measured(requests: Requests, exchanges: Exchanges, watch: Watch, limits: Limits) -> Measured:
    times = sorted(requests.milliseconds)
    latency: dict[str, float] = {}
    if times:
        latency = {
            "median": round(statistics.median(times), 1),
            "p95": round(times[int(0.95 * (len(times) - 1))], 1),
            "max": round(times[-1], 1),
        }
    return Measured(
        requests=len(times),
        latency_ms=latency,
        clock_skew=round(statistics.median(exchanges.skews), 1) if exchanges.skews else None,
        listed_after=round(max(watch.delays), 2) if watch.delays else None,
        listings_without=watch.missed,
        throttled=requests.throttled,
        made=dict(sorted(limits.made.items())),
        at_once=dict(sorted(limits.at_once.items())),
    )


if __name__ == "__main__":
    raise SystemExit(main())
