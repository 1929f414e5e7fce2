"""Everything of a run but the run itself: the sandbox, the child, what becomes of it when it is interrupted."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import msgspec

from cumuli import sandbox
from cumuli.certify import sweeping
from cumuli.certify.evidence import Evidence
from cumuli.certify.exchanges import Redaction
from cumuli.certify.hints import hints_of
from cumuli.certify.places import SANDBOX, Place, sandbox_place
from cumuli.certify.plan import plan
from cumuli.certify.runs import RunId
from cumuli.certify.spec import Spec
from cumuli.errors import CloudError, ConfigurationError
from cumuli.extras import how_to_install
from cumuli.sandbox.servers import LARGE, server_named
from cumuli.service_names import Service

__all__ = ["Run", "certify", "plan_of", "sandbox_places"]

Say = Callable[[Place, str], None]
UNDER_WAY = 5.0


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """How one place is tried.

    Attributes:
        place: What.
        flavours: In which flavours.
        allowed: Whether anything may be made.
        size: Id of a size to use, or None to choose one.
        image: Id of an image to use, or None to choose one.
        thorough: Whether to try also what makes thousands of objects.
        only: Names of behaviours, with wildcards; none for all.
        patience: Seconds that a change of state may take, or None for what is known of the provider.
    """

    place: Place
    flavours: tuple[str, ...] = ("sync", "async")
    allowed: bool = True
    size: str | None = None
    image: str | None = None
    thorough: bool = False
    only: tuple[str, ...] = ()
    patience: float | None = None


@contextmanager
def sandbox_places(
    names: Sequence[str], services: Sequence[Service] = (), *, left_out: Callable[[str, str], None]
) -> Generator[list[Place]]:
    """The places of the sandbox, each server started for this alone, and ended with the block.

    Args:
        names: Of ``SANDBOX``; none means all that need nothing large installed first, or have it.
        services: Only of these; none means all.
        left_out: Told of a name that was not asked for and cannot be had, and why.

    Raises:
        ConfigurationError: There is no such name, or what the server needs is not installed.
        ConnectionFailed: A server did not start.
    """
    if unknown := [name for name in names if name not in SANDBOX]:
        raise ConfigurationError(f"the sandbox has nothing to certify by the name {unknown[0]!r}: {', '.join(SANDBOX)}")
    stands = [
        (name, stand)
        for name in names or tuple(SANDBOX)
        for stand in SANDBOX[name]
        if not services or stand.service in services
    ]
    with ExitStack() as stack:
        servers = dict.fromkeys(stand.server for _, stand in stands if stand.server)
        started = _started(stack, tuple(servers), () if names else LARGE, left_out)
        found: list[Place] = []
        for name, stand in stands:
            settings: dict[str, Any] = {}
            if stand.server:
                if stand.server not in started:
                    continue
                # The addresses are on this machine, whatever proxy its user has.
                settings = {**started[stand.server].profiles[stand.profile], "proxy": ""}
            elif stand.provider == "local":
                settings = {"root": stack.enter_context(tempfile.TemporaryDirectory(prefix="cumuli-certify-"))}
            found.append(sandbox_place(stand, name, settings))
        yield found


def _started(
    stack: ExitStack, names: Sequence[str], may_lack: Collection[str], left_out: Callable[[str, str], None]
) -> dict[str, sandbox.SandboxServer]:
    """Servers that end with the stack; those that ``may_lack`` something are left out when they do."""
    found: dict[str, sandbox.SandboxServer] = {}
    # None would mean several.
    if needed := [name for name in names if name not in may_lack]:
        for server in stack.enter_context(sandbox.running_all(*needed)):
            found[server.name] = server
    for name in names:
        if name not in may_lack:
            continue
        if why := server_named(name).lacking():
            left_out(name, why)
            continue
        try:
            found[name] = stack.enter_context(sandbox.running(name))
        except CloudError as error:
            # It stands on the system's own programs, which do not start everywhere.
            left_out(name, error.message)
    return found


def plan_of(run: Run) -> str:
    """What a run makes, at most, in a sentence; the provider may be asked for its sizes.

    Raises:
        CloudError: The place cannot be asked, or is not known well enough.
    """
    place = run.place
    if not run.allowed:
        return "nothing: only what reads"
    hints = hints_of(place.provider, place.service, place.stand)
    with cast("Any", place.client()) as client:
        able = {str(each) for each in client.capabilities.supported}
        size = run.size or hints.size or "the smallest there is"
    kinds = [kind for kind, verb in MAKERS.items() if verb in able]
    paged = hints.small_pages is None or bool(hints.small_pages)
    return plan(
        place.service,
        flavours=len(run.flavours),
        kinds=kinds,
        small_pages=paged,
        part_size=hints.part_size,
        size=size,
    )


MAKERS = {
    "node": "create_node",
    "volume": "create_volume",
    "snapshot": "create_volume_snapshot",
    "image": "create_image",
    "key_pair": "create_key_pair",
    "container": "create_container",
}


def certify(
    runs: Sequence[Run], report: Path, *, jobs: int = 1, say: Say, tell: Callable[[str], None]
) -> tuple[list[Evidence], list[str]]:
    """Try several places, and write the evidence.

    Args:
        runs: What to try, and how.
        report: The folder for the evidence.
        jobs: How many at the same time.
        say: Told of the progress.
        tell: Told what a run left that was interrupted.

    Returns:
        The evidence, in the order of the runs, and for what there is none, why.

    Raises:
        ConfigurationError: The extra that brings pytest is not installed, or a journal cannot be written.
    """
    if importlib.util.find_spec("pytest") is None:
        raise ConfigurationError(f"certify needs pytest, which is not installed; run: {how_to_install('testing')}")
    report.mkdir(parents=True, exist_ok=True)
    children: list[_Child] = [_Child(run, report, say) for run in runs]
    try:
        with ThreadPoolExecutor(jobs) as pool:
            try:
                found = list(pool.map(_Child.run, children))
            except BaseException:
                # A thread cannot be interrupted; its child can. Leaving the block waits for the threads.
                for child in children:
                    child.interrupt()
                raise
    except BaseException:
        for child in children:
            if child.left:
                tell(f"{child.name}{child.left}")
        raise
    evidence = [each for each in found if isinstance(each, Evidence)]
    return evidence, [each for each in found if isinstance(each, str)]


class _Child:
    """The process of one run.

    Args:
        run: What to try, and how.
        report: The folder for the evidence.
        say: Told of the progress.
    """

    def __init__(self, run: Run, report: Path, say: Say) -> None:
        self._run = run
        self._mark = RunId.new()
        self._path = report / f"{run.place.slug}.json"
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._over = False
        self.name = run.place.name
        self.left = ""

    def run(self) -> Evidence | str:
        """Run it to its end; gives the evidence, or why there is none."""
        place = self._run.place
        if self._over:
            return f"{place.name}: interrupted"
        spec = Spec(
            run=self._mark.text,
            place=place,
            flavours=self._run.flavours,
            allowed=self._run.allowed,
            evidence=str(self._path),
            size=self._run.size,
            image=self._run.image,
            thorough=self._run.thorough,
            only=self._run.only,
            patience=self._run.patience,
        )
        self._path.unlink(missing_ok=True)
        problem = ""
        with tempfile.TemporaryFile() as errors:
            # Without a session of its own Ctrl-C would reach it twice: from the terminal, and by its standard input.
            process = self._process = subprocess.Popen(
                # -P: nothing of the folder that the command is called in is taken for a module.
                [sys.executable, "-P", "-m", "cumuli.certify.child"],
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
            assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - asked for above
            with suppress(BrokenPipeError):
                process.stdin.write(msgspec.json.encode(spec) + b"\n")
                process.stdin.flush()
            for line in process.stdout:
                told: dict[str, str] = json.loads(line)
                problem = told.get("error", problem)
                if "behaviour" in told:
                    self._say(place, told["behaviour"])
            status = process.wait()
            process.stdin.close()
            process.stdout.close()
            errors.seek(0)
            redact = Redaction(place.secrets())
            problem = problem or redact(errors.read().decode("utf-8", "replace")).strip()[-2000:]
        if self._path.exists():
            return msgspec.json.decode(self._path.read_bytes(), type=Evidence)
        self.left = self._swept()
        return f"{place.name}: {problem or f'the run ended with the status {status}'}{self.left}"

    def interrupt(self) -> None:
        """Have it end, and wait until it has taken away what it made."""
        self._over = True
        process = self._process
        if process is None or process.poll() is not None:
            return
        assert process.stdin is not None  # noqa: S101 - asked for when it was started
        with suppress(OSError):
            process.stdin.close()
        process.wait()

    def _swept(self) -> str:
        """After a child that was killed: take away what it could not."""
        try:
            swept = sweeping.sweep(self._run.place, own=self._mark)
            if swept.in_doubt:
                # What was asked for when it ended may still be under way.
                time.sleep(UNDER_WAY)
                swept = sweeping.sweep(self._run.place, own=self._mark)
        except CloudError as error:
            return f"; what it left could not be looked for ({error.message}): run `cumuli certify sweep` later"
        if swept.failed:
            return f"; it left {', '.join(swept.failed)}: run `cumuli certify sweep` later"
        if swept.in_doubt:
            return "; what became of its last call is not known: run `cumuli certify sweep` in some minutes"
        return ""


def _environment() -> dict[str, str]:
    """For a child: what people set for tests of their own, and plug-ins that they have, change nothing of a run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
