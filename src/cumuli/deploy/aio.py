"""``AsyncSSHConnection``: what a step of one's own has of the machine. ``SSHConnection`` is generated from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING

from cumuli.argument_types import check_arguments
from cumuli.deploy.output import OnOutput
from cumuli.errors import InvalidRequest
from cumuli.runtime.protocol import Runtime
from cumuli.runtime.ssh.login import CommandResult, Login
from cumuli.secret import Secret

if TYPE_CHECKING:
    # It imports asyncssh, which is an extra.
    from cumuli.runtime.ssh.link import Link

__all__ = ["AsyncSSHConnection"]

NO_VARIABLES = dict[str, str | Secret]()


@check_arguments
class AsyncSSHConnection:
    """An SSH connection to a machine that is being deployed. Steps get it; it is closed after the last one."""

    def __init__(self, _runtime: Runtime, _link: Link, _login: Login) -> None:
        self._runtime = _runtime
        self._link = _link
        self._login = _login

    @property
    def username(self) -> str:
        """As whom one is logged in."""
        return self._link.username

    @property
    def address(self) -> str:
        """Where the machine is."""
        return self._login.host

    async def run(
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
        runtime, link, token = self._runtime, self._link, self._runtime.token()
        given = stdin.encode() if isinstance(stdin, str) else stdin
        return await runtime.on_loop(
            lambda hand_over: link.run(
                hand_over,
                command,
                stdin=given,
                environment=environment,
                sudo=sudo,
                timeout=timeout,
                on_output=on_output,
                token=token,
            )
        )

    async def put(self, source: str | PathLike[str], target: str, *, mode: int | None = None) -> None:
        """Copy a file or a whole folder of this computer's to the machine, with modes and times.

        Args:
            source: The file, or the folder.
            target: What it becomes there; relative to the user's home.
            mode: Permissions (``0o644``) of the file, or of the folder itself; None for those that it has here.

        Raises:
            InvalidRequest: It cannot be read here.
            PermissionDenied, NotFound: It cannot be written there.
        """
        link, path = self._link, fspath(source)
        await self._runtime.on_loop(lambda _: link.put(path, target, mode))

    async def get(self, source: str, target: str | PathLike[str]) -> None:
        """Copy a file or a whole folder of the machine's to this computer.

        Raises:
            NotFound: It is not there.
            InvalidRequest: It cannot be written here.
        """
        link, path = self._link, fspath(target)
        await self._runtime.on_loop(lambda _: link.get(source, path))

    async def write(self, content: str | bytes, target: str, *, mode: int = 0o644) -> None:
        """Write a file on the machine.

        Args:
            content: What is to be in it; text is written as UTF-8.
            target: Its path; relative to the user's home.
            mode: Its permissions.
        """
        link, data = self._link, content.encode() if isinstance(content, str) else content
        await self._runtime.on_loop(lambda _: link.put_bytes(data, target, mode))

    async def read(self, source: str) -> bytes:
        """What is in a file of the machine's.

        Raises:
            NotFound: It is not there.
        """
        link = self._link
        return await self._runtime.on_loop(lambda _: link.get_bytes(source))

    async def remove(self, path: str) -> None:
        """Remove a file on the machine.

        Raises:
            NotFound: It is not there.
        """
        link = self._link
        await self._runtime.on_loop(lambda _: link.remove(path))

    async def is_listening(self, port: int, *, host: str = "localhost") -> bool:
        """Whether something takes connections on a port, seen from the machine itself.

        Raises:
            NotFound: The machine forbids to look.
        """
        if not 0 < port < 65536:
            raise InvalidRequest(f"{port} is no port; there are 1 to 65535")
        link = self._link
        return await self._runtime.on_loop(lambda _: link.listens(host, port))

    async def aclose(self) -> None:
        """Close the connection."""
        link = self._link
        await self._runtime.on_loop(lambda _: link.close())
