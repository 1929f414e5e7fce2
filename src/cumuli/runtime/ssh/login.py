"""``Login``: where a machine is, who one is there, and which host keys are believed."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from cumuli.errors import Timeout
from cumuli.secret import Secret

__all__ = ["CommandResult", "CommandTimedOut", "HostKeyPolicy", "HostKeyWarning", "Login"]

HostKeyPolicy = Literal["accept-new", "strict"]


class HostKeyWarning(UserWarning):
    """A host key was accepted although nobody but the machine itself has told it.

    Where that is not to happen: ``ssh_host_key="strict"``, or
    ``warnings.filterwarnings("error", category=cumuli.HostKeyWarning)``.
    """


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach a machine by SSH.

    Attributes:
        host: Its address.
        port: Its port, or None for what ``~/.ssh/config`` says, or 22.
        usernames: Users to log in as, in the order in which they are tried.
        keys: Private keys: paths of their files, or their text. None for those that ``ssh`` would use.
        key_password: What encrypted keys are opened by.
        password: The user's password.
        host_key: What to do about a host key that nobody knows.
        expected: Host keys that the machine must have one of, in OpenSSH form; empty where they are not known.
        known_hosts: The file of this machine's host keys, or None to remember none.
        alias: What it is called there besides its address; None where the file is the caller's.
        name: What the machine is called in messages.
    """

    host: str
    name: str
    usernames: tuple[str, ...]
    port: int | None = None
    keys: tuple[str | Secret, ...] | None = None
    key_password: Secret | None = None
    password: Secret | None = None
    host_key: HostKeyPolicy = "accept-new"
    expected: tuple[str, ...] = ()
    known_hosts: str | None = None
    alias: str | None = None


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a command on a machine did.

    Attributes:
        exit_code: Its exit code; None where a signal ended it.
        signal: The signal that ended it (``"KILL"``), or None.
        stdout: The end of what it wrote, 64 KiB at most, decoded as UTF-8.
        stderr: Likewise.
        stdout_size: How many bytes it wrote in all.
        stderr_size: Likewise.
        started_at: When it was started, in UTC, by this computer's clock.
        ended_at: When it had ended.
    """

    exit_code: int | None
    started_at: dt.datetime
    ended_at: dt.datetime
    signal: str | None = None
    stdout: str = ""
    stderr: str = ""
    stdout_size: int = 0
    stderr_size: int = 0


class CommandTimedOut(Timeout):
    """A command did not end in time, and was ended.

    Attributes:
        result: What it had written.
    """

    def __init__(self, message: str, result: CommandResult | None = None) -> None:
        super().__init__(message, retryable=False)
        self.result = result
