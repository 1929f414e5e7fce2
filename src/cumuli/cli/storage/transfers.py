"""Files on their way, several at a time: what each of ``put`` and ``get`` does with what it has planned."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

from cumuli.cli.dry_run import RequestShown
from cumuli.cli.failures import AlreadyReported, report
from cumuli.cli.output import Output
from cumuli.cli.quantities import counted, size_text
from cumuli.cli.session import options, output
from cumuli.cli.storage.failure_scope import FailureScope
from cumuli.cli.storage.progress_bars import bars
from cumuli.errors import CloudError
from cumuli.runtime import blocking_runtime
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.blocking.jobs import current_token
from cumuli.runtime.protocol import TransportSettings
from cumuli.storage.upload import CONCURRENCY, Progress

__all__ = ["AT_A_TIME", "Move", "Moved", "move_all", "parts_at_once"]

AT_A_TIME = 8
PARTS_OF_ONE_OF_SEVERAL = 2


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What has arrived.

    Attributes:
        where: For people.
        size: Bytes.
        data: For programs.
    """

    where: str
    size: int
    data: object


@dataclass(frozen=True, kw_only=True)
class Move:
    """One file to be moved.

    Attributes:
        name: What its progress bar says.
        size: Bytes, or None where nobody knows.
        act: Moves it.
        becomes: What it becomes, for --dry-run.
    """

    name: str
    becomes: str
    size: int | None
    act: Callable[[Progress], Moved]


@dataclass(kw_only=True)
class _Tally:
    """What has come of the moves so far.

    Attributes:
        arrived: What programs are told of what has arrived.
        size: Bytes of it.
        failed: The exit statuses of those that have not.
    """

    arrived: list[object] = field(default_factory=list)
    size: int = 0
    failed: list[int] = field(default_factory=list)


def parts_at_once(files: int) -> int:
    """How many parts of one of so many files are moved at the same time: each of them is in memory."""
    return CONCURRENCY if files == 1 else PARTS_OF_ONE_OF_SEVERAL


def move_all(moves: Sequence[Move], done: str, scope: FailureScope, *, plan: bool) -> None:
    """Move files, several at a time, and tell of each as it arrives.

    One that cannot be moved is reported and does not keep the others from their turn, unless the
    reason concerns them all.

    Args:
        moves: What to move.
        done: What each then is: ``"stored"``.
        scope: Tells whether a reason concerns them all.
        plan: Whether --dry-run tells what would become of each, and does not get as far as its request.

    Raises:
        AlreadyReported: Some failed; with the exit status of the first.
        CloudError: The only one failed, or all that are left would fail likewise.
    """
    out = output()
    if options().dry_run and plan:
        out.planned(
            [
                f"{move.name} -> {move.becomes}{'' if move.size is None else f', {size_text(move.size)}'}"
                for move in moves
            ],
            {done: [{"from": move.name, "to": move.becomes, "size": move.size} for move in moves]},
            f"would be {done}: {counted(len(moves), 'file')}, {size_text(sum(move.size or 0 for move in moves))}",
        )
        return
    tally, lock = _Tally(), Lock()
    sizes = [move.size for move in moves]
    total = None if None in sizes else sum(size for size in sizes if size is not None)
    began = time.monotonic()
    try:
        with bars(out, files=len(moves), size=total) as shown:

            def act(move: Move) -> None:
                with shown.file(move.name, move.size) as tell:
                    came = _attempted(move, tell)
                if isinstance(came, CloudError) and (len(moves) == 1 or scope.concerns_all(came)):
                    raise came
                with lock:
                    _count(came, tally, out, done)

            if len(moves) == 1:
                act(moves[0])
            else:
                _all(act, moves)
    finally:
        if out.for_programs and not options().dry_run:
            out.data({done: tally.arrived})
    if len(moves) > 1 and not options().dry_run:
        seconds = time.monotonic() - began
        rate = f" ({size_text(tally.size / seconds)}/s)" if seconds >= 1 else ""
        arrived = f"{len(tally.arrived):,} of " if tally.failed else ""
        out.note(f"{done} {arrived}{counted(len(moves), 'file')}, {size_text(tally.size)}{rate}")
    if tally.failed:
        raise AlreadyReported(tally.failed[0])


def _count(came: Moved | RequestShown | CloudError, tally: _Tally, out: Output, done: str) -> None:
    if isinstance(came, Moved):
        tally.arrived.append(came.data)
        tally.size += came.size
        if not out.for_programs:
            out.done(f"{done} {came.where}, {size_text(came.size)}", None)
    elif isinstance(came, RequestShown):
        out.request(came.request)
    else:
        tally.failed.append(report(came, out, debug=options().debug))


def _attempted(move: Move, tell: Progress) -> Moved | RequestShown | CloudError:
    token = current_token()

    def checked(moved: int, total: int | None) -> None:
        if token is not None:
            # Where nothing waits for a socket, nothing else would notice that the others were given up.
            token.check()
        tell(moved, total)

    try:
        return move.act(checked)
    except (CloudError, RequestShown) as error:
        return error


def _all(act: Callable[[Move], None], moves: Sequence[Move]) -> None:
    """Several at a time. The first that raises, or Ctrl-C, cuts short all that are on their way."""
    runtime = blocking_runtime(TransportSettings(proxy="", max_connections=AT_A_TIME))

    async def job(move: Move) -> None:
        act(move)

    run(runtime.gather([partial(job, move) for move in moves], limit=AT_A_TIME))
