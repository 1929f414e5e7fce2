"""What a command's failure looks like: an exit status, a message for people, JSON for programs."""

from __future__ import annotations

import errno
import signal
import traceback
from collections.abc import Sequence
from typing import TypeGuard

from cyclopts import CycloptsError

from cumuli import errors
from cumuli.cli.output import Output
from cumuli.cli.usage import UsageError

__all__ = [
    "BROKEN_PIPE",
    "EXIT_STATUSES",
    "FAILED",
    "AlreadyReported",
    "Ended",
    "NotConfirmed",
    "report",
    "status_of",
    "unwritable",
]

FAILED = 1
USAGE = 2
NOT_CONFIRMED = 9
INTERNAL = 70
INTERRUPTED = 130
BROKEN_PIPE = 141
# A shell's status for a command that a signal ended.
SIGNALLED = 128

# What writing to standard output fails with; files have names, and connections fail as CloudErrors.
UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF, errno.EPIPE}

# The first class that fits an error gives its status.
STATUS_BY_ERROR: tuple[tuple[type[errors.CloudError], int], ...] = (
    (errors.ConfigurationError, USAGE),
    (errors.InvalidRequest, USAGE),
    (errors.NotFound, 3),
    (errors.AuthenticationError, 4),
    (errors.PermissionDenied, 4),
    (errors.Conflict, 5),
    (errors.AlreadyExists, 5),
    (errors.QuotaExceeded, 6),
    (errors.RateLimited, 7),
    (errors.ProviderUnavailable, 7),
    (errors.ConnectionFailed, 7),
    (errors.Timeout, 7),
    (errors.NotSupported, 8),
)

EXIT_STATUSES = """\
Exit status: 0 done · 1 the provider failed in another way, or
sent something that cannot be read, and the rest was done
2 wrong usage, argument or configuration · 3 not found
4 credentials refused, or not allowed · 5 conflict, or exists already
6 quota or capacity · 7 unreachable, unavailable or too slow
8 the provider cannot do it · 9 not confirmed · 70 a defect of cumuli
130 interrupted · 129, 143 ended by a signal · 141 nobody reads the output"""


class AlreadyReported(Exception):
    """Some of several actions failed, and each failure was told when it happened.

    Attributes:
        status: The exit status.
    """

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class Ended(KeyboardInterrupt):
    """The process was told to end: what is under way is cleaned up as after Ctrl-C.

    Attributes:
        signal: By which signal.
    """

    def __init__(self, signal: signal.Signals) -> None:
        super().__init__()
        self.signal = signal


class NotConfirmed(Exception):
    """Somebody was asked, and did not say yes."""


def report(error: BaseException, out: Output, *, debug: bool, about: Sequence[str] = ()) -> int:
    """Tell of an error on standard error.

    Args:
        error: What happened.
        out: Where everything is printed.
        debug: Whether tracebacks are shown.
        about: What it happened to, where that is several things.

    Returns:
        The exit status that belongs to it.
    """
    if isinstance(error, BrokenPipeError):
        return BROKEN_PIPE
    if debug and not isinstance(error, (CycloptsError, UsageError, NotConfirmed, KeyboardInterrupt)):
        traceback.print_exception(error)
    status, message, details = _explained(error)
    # Such as what became of the nodes of a deployment that was interrupted.
    message = "\n".join((message, *getattr(error, "__notes__", ())))
    if not out.json:
        out.failure(message, details)
        for name in about:
            out.note(f"       {name}")
    else:
        fields = ("provider", "operation", "status", "code", "request_id", "retryable")
        context = {name: getattr(error, name, None) for name in fields} if isinstance(error, errors.CloudError) else {}
        name = "UsageError" if isinstance(error, CycloptsError) else type(error).__name__
        known = {**dict.fromkeys(fields), "retryable": False, **context}
        objects = {"objects": list(about)} if about else {}
        out.failure_data({"error": {"type": name, "message": message, **known, **objects}})
    return status


def _explained(error: BaseException) -> tuple[int, str, str]:
    """The exit status, the message, and the context in which it happened."""
    if isinstance(error, errors.CloudError):
        return status_of(error), error.message, _context(error)
    if isinstance(error, (CycloptsError, UsageError)):
        return USAGE, str(error), ""
    if isinstance(error, NotConfirmed):
        return NOT_CONFIRMED, str(error), ""
    if isinstance(error, Ended):
        return SIGNALLED + error.signal, f"ended by {error.signal.name}", ""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, "interrupted", ""
    if unwritable(error):
        return FAILED, f"cannot write to standard output: {error.strerror}", ""
    if isinstance(error, OSError) and error.filename is not None:
        # Which file it is was said by whoever typed the command.
        return USAGE, f"{error.filename}: {error.strerror}", ""
    return (
        INTERNAL,
        f"cumuli has a defect: {type(error).__name__}: {error}",
        "run it again with --debug for the traceback, and report that",
    )


def status_of(error: errors.CloudError) -> int:
    """The exit status that says what kind of error it was."""
    return next((status for kind, status in STATUS_BY_ERROR if isinstance(error, kind)), FAILED)


def unwritable(error: BaseException) -> TypeGuard[OSError]:
    """Whether standard output, or error, takes nothing more."""
    if isinstance(error, BrokenPipeError):
        return True
    return isinstance(error, OSError) and error.filename is None and error.errno in UNWRITABLE


def _context(error: errors.CloudError) -> str:
    """Who was asked for what, and what their support wants to know; nothing if nobody was asked."""
    labelled = (("HTTP", error.status), ("code", error.code), ("request", error.request_id))
    known = [f"{label} {value}" for label, value in labelled if value]
    if not known and not error.operation:
        return ""
    where = " ".join(part for part in (error.provider, error.operation) if part)
    return ", ".join([*filter(None, [where]), *known])
