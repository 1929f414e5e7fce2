"""``--watch``: the same listing again and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from cyclopts import App

from cumuli.cli import failures
from cumuli.cli.output import Output
from cumuli.cli.session import options
from cumuli.cli.usage import UsageError
from cumuli.errors import CloudError

__all__ = ["check_watchable", "watch"]

# Commands that only look, by their last word.
LOOKING = frozenset({"check", "doctor", "list", "ls", "providers", "quota", "search", "show", "stat", "status"})


def check_watchable(app: App, words: Sequence[str]) -> None:
    """Do nothing if a command only looks.

    Raises:
        UsageError: It changes something, which is not to be done again and again.
    """
    commands, _, _ = app.parse_commands(words)
    if not commands or commands[-1] not in LOOKING:
        what = " ".join(commands) or "cumuli"
        raise UsageError(f"--watch repeats what only looks, such as `nodes list`; `{what}` is done once")


def watch(call: Callable[[], None], out: Output, seconds: float) -> None:
    """Call until Ctrl-C, and show what has changed: on a terminal in place of what was there.

    What is found wrong, or the provider may answer otherwise next time, is told, and does not end it.
    """
    shown: tuple[str, str] | None = None
    try:
        while True:
            with out.capture() as (results, notes):
                try:
                    call()
                except failures.AlreadyReported:
                    # What was found wrong is part of what is shown, and may be mended by the next look.
                    pass
                except CloudError as error:
                    if not error.retryable:
                        raise
                    failures.report(error, out, debug=options().debug)
            kept = results.getvalue(), notes.getvalue()
            if kept != shown:
                shown = kept
                out.screen(*kept)
            time.sleep(seconds)
    except failures.Ended:
        raise
    except KeyboardInterrupt:
        # The only way to end it is no failure.
        return
