"""What the commands that change something have in common: asking first, and one thing after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from cumuli.cli.dry_run import RequestShown
from cumuli.cli.failures import AlreadyReported, NotConfirmed, report
from cumuli.cli.quantities import counted
from cumuli.cli.session import options, output
from cumuli.cli.usage import UsageError
from cumuli.errors import CloudError

__all__ = ["FileOr", "Several", "Switch", "Yes", "confirm", "each", "pairs"]

Several = Annotated[list[str], Parameter(negative="")]
"""One or more positional arguments."""

Switch = Annotated[bool, Parameter(negative="", show_default=False)]
"""An option without a value."""

FileOr = str | Path
"""A file, or something else that is text. Shells complete files for it; it always arrives as text, as it was typed."""

Yes = Annotated[bool, Parameter(name=["--yes", "-y"], negative="", show_default=False)]


def confirm(question: Callable[[], str], *, yes: bool) -> None:
    """Ask, unless that is not wanted or nothing will happen anyway.

    Args:
        question: Makes the question; called only if it is asked.
        yes: Whether the answer was given beforehand.

    Raises:
        UsageError: Nobody is there to answer.
        NotConfirmed: The answer is not yes.
    """
    if yes or options().dry_run:
        return
    if not output().can_ask():
        raise UsageError(
            "this destroys something for good and there is no terminal to ask on; add --yes if it is meant"
        )
    if not output().ask(question()):
        raise NotConfirmed("not confirmed; nothing was changed")


def each(ids: Sequence[str], act: Callable[[str], None], done: str, *, what: str = "thing") -> list[str]:
    """Act on each in turn; one that fails is reported and does not keep the others from their turn.

    Args:
        ids: What to act on.
        act: What to do with each.
        done: What it then is: ``"destroyed"``; or what it does from then on: ``"stopping"``.
        what: What each is, to be counted: ``"node"``.

    Returns:
        Those that it was done to.

    Raises:
        AlreadyReported: Some failed; with the exit status of the first.
    """
    finished: list[str] = []
    statuses: list[int] = []
    only_shown = 0
    for name in dict.fromkeys(ids):
        try:
            act(name)
        except RequestShown as stop:
            output().request(stop.request)
            only_shown += 1
        except CloudError as error:
            statuses.append(report(error, output(), debug=options().debug))
        else:
            finished.append(name)
            if not output().for_programs:
                output().done(f"{done} {name}", None)
    if output().for_programs and not options().dry_run:
        output().data({done: finished})
    if only_shown:
        output().note(f"--dry-run: {counted(only_shown, what)}, nothing changed")
    if statuses:
        raise AlreadyReported(statuses[0])
    return finished


def pairs(given: Sequence[str], option: str) -> dict[str, str]:
    """What an option that is given as KEY=VALUE, any number of times, says.

    Raises:
        UsageError: One of them is something else.
    """
    found: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise UsageError(f"{option} takes KEY=VALUE, not {text!r}")
        found[key] = value
    return found
