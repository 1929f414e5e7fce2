"""The command line ``cumuli``, of the extra ``cumuli[cli]``. Thin: it works through the sync clients."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys

from cumuli.extras import how_to_install

__all__ = ["main"]


def main() -> int:
    """Run the command that the arguments of this process name.

    Returns:
        The exit status; ``cumuli --help`` tells what each means.
    """
    missing = [name for name in ("cyclopts", "rich") if importlib.util.find_spec(name) is None]
    if missing:
        sys.stderr.write(
            f"The command line needs {' and '.join(missing)}, which cumuli alone does not bring. "
            f"Run: {how_to_install('cli')}\n"
        )
        return 2
    _open_what_is_closed()
    from cumuli.cli.app import run
    from cumuli.cli.failures import Ended

    def end(number: int, _frame: object) -> None:
        raise Ended(signal.Signals(number))

    for number in filter(None, (signal.SIGTERM, getattr(signal, "SIGHUP", None))):
        # Where it is switched off (nohup), it stays so.
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, end)
    return run(sys.argv[1:])


def _open_what_is_closed() -> None:
    """Standard streams that were closed (``>&-``) are opened the wrong way round, so that their use is an error.

    Each takes the lowest number that is free, its own: no connection becomes standard output.
    """
    for name, mode, flags in (("stdin", "r", os.O_WRONLY), ("stdout", "w", os.O_RDONLY), ("stderr", "w", os.O_WRONLY)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode, encoding="utf-8"))
