"""``SSHConnection``: what a step of one's own has of the machine.

Generated from aio.py by python -m cumuli.generate. Change that file and run ``make format``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike

from cumuli.deploy.aio import NO_VARIABLES, AsyncSSHConnection
from cumuli.deploy.output import OnOutput
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.ssh.login import CommandResult
from cumuli.secret import Secret

__all__ = ["SSHConnection"]


class SSHConnection:
    """An SSH connection to a machine that is being deployed. Steps get it; it is closed after the last one."""

    def __init__(self, client: AsyncSSHConnection) -> None:
        self._sshconnection = client

    @property
    def username(self) -> str:
        """As whom one is logged in."""
        return self._sshconnection.username

    @property
    def address(self) -> str:
        """Where the machine is."""
        return self._sshconnection.address

    def run(
        self,
        command: str | Sequence[str],
        *,
        sudo: bool = False,
        environment: Mapping[str, str | Secret] = NO_VARIABLES,
        stdin: str | bytes = b"",
        timeout: float | None = None,
        on_output: OnOutput | None = None,
    ) -> CommandResult:
        """Run a command on the machine, and give what it did, whatever its exit code.

        Args:
            command: A line for ``sh``, or the words of a command, which no shell reads.
            sudo: Run it as root. The password that one logged in with is told to sudo where it asks for one.
            environment: Variables for it. Nobody can read them in the machine's list of commands.
            stdin: What it can read.
            timeout: Seconds until it is ended, with all that it has started; None for no limit.
            on_output: Called with ``"stdout"`` or ``"stderr"`` and a piece of text, as it is written.

        Raises:
            Timeout: It did not end in time.
            ConnectionFailed: The connection was lost.
        """
        return run(
            self._sshconnection.run(
                command, sudo=sudo, environment=environment, stdin=stdin, timeout=timeout, on_output=on_output
            )
        )

    def put(self, source: str | PathLike[str], target: str, *, mode: int | None = None) -> None:
        """Copy a file or a whole folder of this computer's to the machine, with modes and times.

        Args:
            source: The file, or the folder.
            target: What it becomes there; relative to the user's home.
            mode: Permissions (``0o644``) of the file, or of the folder itself; None for those that it has here.

        Raises:
            InvalidRequest: It cannot be read here.
            PermissionDenied, NotFound: It cannot be written there.
        """
        run(self._sshconnection.put(source, target, mode=mode))

    def get(self, source: str, target: str | PathLike[str]) -> None:
        """Copy a file or a whole folder of the machine's to this computer.

        Raises:
            NotFound: It is not there.
            InvalidRequest: It cannot be written here.
        """
        run(self._sshconnection.get(source, target))

    def write(self, content: str | bytes, target: str, *, mode: int = 420) -> None:
        """Write a file on the machine.

        Args:
            content: What is to be in it; text is written as UTF-8.
            target: Its path; relative to the user's home.
            mode: Its permissions.
        """
        run(self._sshconnection.write(content, target, mode=mode))

    def read(self, source: str) -> bytes:
        """What is in a file of the machine's.

        Raises:
            NotFound: It is not there.
        """
        return run(self._sshconnection.read(source))

    def remove(self, path: str) -> None:
        """Remove a file on the machine.

        Raises:
            NotFound: It is not there.
        """
        run(self._sshconnection.remove(path))

    def is_listening(self, port: int, *, host: str = "localhost") -> bool:
        """Whether something takes connections on a port, seen from the machine itself.

        Raises:
            NotFound: The machine forbids to look.
        """
        return run(self._sshconnection.is_listening(port, host=host))

    def close(self) -> None:
        """Close the connection."""
        run(self._sshconnection.aclose())
