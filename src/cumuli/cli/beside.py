"""Running somebody's command beside servers that end with it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from functools import partial
from types import FrameType

from cumuli.cli.failures import SIGNALLED, AlreadyReported
from cumuli.cli.session import output
from cumuli.sandbox.launcher import die_with

__all__ = ["run_beside"]

# What shells say of a command that is not there, or is no program.
NO_COMMAND, NO_PROGRAM = 127, 126
SIGNALS = (signal.SIGINT, signal.SIGTERM, *filter(None, [getattr(signal, "SIGHUP", None)]))


def run_beside(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end, and hand every signal on to it.

    Returns:
        Its exit status; of one that a signal ended, what a shell would say.
    """
    output().flush()
    process: subprocess.Popen[bytes] | None = None
    early: list[int] = []

    def hand_on(number: int, _frame: FrameType | None) -> None:
        if process is None:
            early.append(number)
        # Ctrl-C reaches all that stand in the foreground of the terminal, and is not to reach the command twice.
        elif number != signal.SIGINT or not _in_the_foreground():
            process.send_signal(number)

    before = [(number, signal.getsignal(number)) for number in SIGNALS]
    try:
        # Before the command starts: whoever hears of its start may want to end it at once.
        for number, _ in before:
            signal.signal(number, hand_on)
        process = _started(command, environment)
        for number in early:
            process.send_signal(number)
        status = process.wait()
    except BaseException:
        if process is not None:
            process.terminate()
            process.wait()
        raise
    finally:
        for number, handler in before:
            signal.signal(number, handler)
    return SIGNALLED - status if status < 0 else status


def _started(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            env=environment,
            # Should this process be killed, there are no servers any more.
            preexec_fn=partial(die_with, os.getpid(), signal.SIGHUP),  # noqa: PLW1509 - no thread is left by now
        )
    except OSError as error:
        output().failure(f"{command[0]}: {error.strerror}")
        raise AlreadyReported(NO_COMMAND if isinstance(error, FileNotFoundError) else NO_PROGRAM) from None


def _in_the_foreground() -> bool:
    with contextlib.suppress(OSError):
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
        try:
            return os.tcgetpgrp(terminal) == os.getpgrp()
        finally:
            os.close(terminal)
    return False
