"""``cumuli certify …``."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, cast

import msgspec
from cyclopts import App, Parameter

from cumuli.certify import evidence as kept
from cumuli.certify import report as reports
from cumuli.certify.evidence import Evidence
from cumuli.certify.places import Kind, Place, places_of
from cumuli.certify.running import Run, certify, plan_of, sandbox_places
from cumuli.certify.sweeping import Left, sweep
from cumuli.cli.confirmation import Switch, Yes, confirm
from cumuli.cli.failures import FAILED, AlreadyReported
from cumuli.cli.output import Column
from cumuli.cli.quantities import counted, seconds_of
from cumuli.cli.session import options, output
from cumuli.cli.usage import UsageError
from cumuli.service_names import Service

__all__ = ["app"]

app = App(name="certify", help="Try what a provider really does, and write down the evidence.")

FLAVOURS = ("sync", "async")
COLUMNS: list[Column[Evidence]] = [
    ("PROVIDER", lambda found: found.provider),
    ("SERVICE", lambda found: found.service),
    ("PASS", lambda found: found.count("pass")),
    ("FAIL", lambda found: found.count("fail")),
    ("UNSUPPORTED", lambda found: found.count("unsupported")),
    ("UNTRIED", lambda found: found.count("untried")),
    ("ENDPOINT", lambda found: found.endpoint),
    ("SERVER", lambda found: found.server or None),
]
LEFT: list[Column[Left]] = [
    ("KIND", lambda left: left.kind),
    ("ID", lambda left: left.id),
    ("NAME", lambda left: left.name),
    ("RUN", lambda left: left.run),
]
Words = Annotated[str | None, Parameter(show_default=False)]


@app.default
def run(
    *profiles: str,
    service: Words = None,
    allow_cost: Switch = False,
    sandbox: Switch = False,
    report: Path = Path("certify-report"),
    evidence: Annotated[Path | None, Parameter(show_default=False)] = None,
    update: Switch = False,
    size: Words = None,
    image: Words = None,
    flavour: Words = None,
    only: Words = None,
    thorough: Switch = False,
    patience: Words = None,
    alone: Switch = False,
    kind: Annotated[Kind | None, Parameter(show_default=False)] = None,
    jobs: int = 1,
) -> None:
    """Run the conformance suites against accounts, and write what they showed. What they make they take away.

    The exit status is 1 if a behaviour failed, or if the evidence in --evidence says otherwise.

    Examples: cumuli certify work --allow-cost · cumuli certify --sandbox ec2 swift · cumuli certify work --dry-run

    Args:
        profiles: Profiles, or providers that need no settings; with --sandbox its servers, or none for all there are.
        service: Only these services, with commas between.
        allow_cost: Make servers, disks and containers on a live account. Without it only what reads is tried there.
        sandbox: Start servers of the sandbox, certify on them, and end them.
        report: Folder for the evidence, the page (report.md) and JUnit's XML (junit.xml).
        evidence: Folder of evidence that is to be compared with what is seen.
        update: Write what is seen to --evidence, instead of comparing.
        size: Id of the servers' size. Default: the smallest.
        image: Id of the servers' image. Default: the first that is available.
        flavour: Only sync, or only async.
        only: Only behaviours of these names, with commas between; * stands for anything.
        thorough: Try also what makes thousands of objects.
        patience: How long a change of state may take, if not as long as usual: seconds, or 90s, 5m.
        alone: Nobody else uses the account meanwhile: whatever is new in it at the end was left by the run.
        kind: What answers, if that cannot be told by the address.
        jobs: How many are certified at the same time.
    """
    if flavour is not None and flavour not in FLAVOURS:
        raise UsageError(f"--flavour takes sync or async, not {flavour}")
    if update and evidence is None:
        raise UsageError("--update needs --evidence, the folder to write to")
    if update and only is not None:
        raise UsageError("--update writes all that is known of a provider, which --only leaves out")
    if jobs < 1:
        raise UsageError(f"--jobs takes a number from 1, not {jobs}")
    if not profiles and not sandbox:
        raise UsageError("say what to certify: profiles, or --sandbox")
    services: list[Service] = [] if service is None else _services(service)
    with ExitStack() as stack:
        if sandbox:
            missing: dict[str, str] = {}
            with output().progress("starting the sandbox"):
                places = stack.enter_context(sandbox_places(profiles, services, left_out=missing.__setitem__))
            for name, why in missing.items():
                output().warning("left_out", f"{name.upper()} IS LEFT OUT OF THIS RUN. NOTHING IS SHOWN OF IT: {why}")
        else:
            places = [place for name in profiles for place in places_of(name, services, kind, alone=alone)]
        _files_are_their_own(places)
        runs = [
            Run(
                place=place,
                flavours=FLAVOURS if flavour is None else (flavour,),
                allowed=allow_cost or place.kind != "live",
                size=size,
                image=image,
                thorough=thorough,
                patience=None if patience is None else seconds_of(patience, "--patience"),
                only=() if only is None else tuple(only.split(",")),
            )
            for place in places
        ]
        _plan(runs)
        if options().dry_run:
            return
        found, problems = _tried(runs, report, jobs)
    _told(found, problems, report, evidence, update=update, only=only is not None)


def _files_are_their_own(places: list[Place]) -> None:
    seen: dict[str, str] = {}
    for place in places:
        if place.slug in seen:
            raise UsageError(
                f"{seen[place.slug]} and {place.name} are both {place.title}, and would write the same files; certify "
                "one after the other, each with a --report of its own"
            )
        seen[place.slug] = place.name


def _services(given: str) -> list[Service]:
    from cumuli.table import SERVICES

    known = [entry.name for entry in SERVICES]
    words = given.split(",")
    if unknown := [word for word in words if word not in known]:
        raise UsageError(f"--service takes {', '.join(known)}, not {unknown[0]}")
    return cast("list[Service]", words)


def _plan(runs: list[Run]) -> None:
    for each in runs:
        place = each.place
        output().note(f"{place.name} ({place.title}, {place.service}; {place.kind}): makes {plan_of(each)}")
        if not each.allowed:
            output().note(f"  {place.name} is a live account; what it would make is tried with --allow-cost")


def _tried(runs: list[Run], report: Path, jobs: int) -> tuple[list[Evidence], list[str]]:
    with output().progress("certifying") as show:

        def say(place: Place, text: str) -> None:
            show(f"{place.provider} {place.service}: {text}")

        return certify(runs, report, jobs=jobs, say=say, tell=output().failure)


def _of_these(known: Evidence | None, now: Evidence, *, only: bool) -> Evidence | None:
    """What is kept, or what of it is about the behaviours that were tried if others were not wanted."""
    if known is None or not only:
        return known
    some = {name: each for name, each in known.behaviours.items() if name in now.behaviours}
    return msgspec.structs.replace(known, behaviours=some)


def _told(
    found: list[Evidence], problems: list[str], report: Path, evidence: Path | None, *, update: bool, only: bool
) -> None:
    written = reports.write(found, report, problems)
    output().items(found, COLUMNS, none="nothing was certified")
    for each in found:
        for name, behaviour in each.behaviours.items():
            if behaviour.outcome == "fail":
                output().failure(f"{each.slug}: {name} failed; {written[0]} tells what was expected, and what was seen")
    for problem in problems:
        output().failure(problem)
    differing: list[str] = []
    if evidence is not None and update:
        for each in found:
            kept.save(kept.committed(each), evidence)
    elif evidence is not None:
        before = {each.slug: each for each in kept.load(evidence)}
        for each in found:
            known = _of_these(before.get(each.slug), each, only=only)
            differing += [f"{each.slug}: there is no evidence in {evidence}"] if known is None else []
            differing += [] if known is None else kept.differences(known, each)
        for line in differing:
            output().failure(line)
    output().note(f"written: {', '.join(map(str, written))}")
    if problems or differing or any(each.failed for each in found):
        raise AlreadyReported(FAILED)


@app.command(name="sweep")
def sweep_(*profiles: str, yes: Yes = False) -> None:
    """Take away what runs left that were killed, and nothing else. Asks before it does.

    It goes by the journal that each run keeps on this machine, and for runs of other machines by the marks in names and
    tags, as soon as the run has expired (after 6 hours). With --dry-run it only shows what it would take away.

    Example: cumuli certify sweep work --dry-run

    Args:
        profiles: Profiles, or providers that need no settings.
        yes: Do not ask.
    """
    if not profiles:
        raise UsageError("say where to sweep: profiles")
    places = [place for name in profiles for place in places_of(name, [])]
    found = [(place, sweep(place, dry=True)) for place in places]
    left = [each for _, seen in found for each in seen.removed]
    output().items(left, LEFT, none="no run has left anything")
    for place, seen in found:
        for run_id in seen.alive:
            output().note(f"{place.name}: the run {run_id} is under way, and left alone")
    if options().dry_run:
        return
    if left:
        confirm(lambda: f"take away {counted(len(left), 'thing')}?", yes=yes)
    failed: dict[str, str] = {}
    for place, seen in found:
        # Also where there is nothing: journals of runs that left nothing have no more to tell.
        failed |= sweep(place, shown=seen.removed).failed
    for what, why in failed.items():
        output().failure(f"{what}: {why}")
    if failed:
        raise AlreadyReported(FAILED)
