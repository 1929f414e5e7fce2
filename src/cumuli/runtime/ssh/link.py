"""``Link``: one SSH connection to a machine, over asyncssh. Everything here runs on an event loop."""

from __future__ import annotations

import asyncio
import codecs
import datetime as dt
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal, Protocol

import asyncssh
from asyncssh.constants import FXF_CREAT, FXF_TRUNC, FXF_WRITE, OPEN_ADMINISTRATIVELY_PROHIBITED

from cumuli.errors import (
    AuthenticationError,
    CloudError,
    ConfigurationError,
    ConnectionFailed,
    HostKeyRefused,
    InvalidRequest,
    NotFound,
    PermissionDenied,
)
from cumuli.runtime.protocol import HandOver
from cumuli.runtime.ssh.host_keys import HostKeys
from cumuli.runtime.ssh.login import CommandResult, CommandTimedOut, Login
from cumuli.runtime.ssh.shell import MARK, command_line, ending, preamble
from cumuli.runtime.ssh.this_computer import check_kind
from cumuli.secret import Secret

__all__ = ["KEPT", "Link", "OnOutput", "connect", "private_key"]

OutputName = Literal["stdout", "stderr"]
OnOutput = Callable[[OutputName, str], object]

# How much of each output is kept.
KEPT = 64 * 1024
PIECE = 64 * 1024
CONNECT_SECONDS = 10.0
# From the TCP connection on: banner, key exchange and login.
LOGIN_SECONDS = 20.0
# A machine that says nothing for three of these is gone.
KEEPALIVE_SECONDS = 15.0
# What a command has left running may hold its output open; so long is waited for more of it.
LINGER = 1.0
# How much of what a command wrote may still be on its way here when it has ended: each output's window of asyncssh's.
WINDOW = 4 * 1024 * 1024
# Less than what a loop allows for cleaning up.
END_SECONDS = 4.0
FILES_AT_ONCE = 8
# The mark of a command is in the first bytes that it writes to stderr, behind what sudo says.
MARK_WITHIN = 16 * 1024


async def connect(login: Login, username: str, _hand_over: HandOver) -> Link:
    """A connection of one attempt.

    Raises:
        ConnectionFailed: Nobody answers there, or it is no SSH server.
        AuthenticationError: The machine does not let this user in.
        HostKeyRefused: The host key is not the one that it should be.
        HostKeyWarning: It is a new one, and the caller has made an error of that warning.
        ConfigurationError: A key cannot be read or opened.
    """
    host_keys = HostKeys(login)

    class Client(asyncssh.SSHClient):
        def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
            return host_keys.judge(addr or host, port, key)

    try:
        trusted = [asyncssh.import_public_key(line) for line in host_keys.trusted]
    except asyncssh.KeyImportError as error:
        raise ConfigurationError(f"a host key of {login.name} cannot be read: {error}") from None
    try:
        connection = await asyncssh.connect(
            login.host,
            () if login.port is None else login.port,
            username=username,
            client_factory=Client,
            known_hosts=(trusted, [], []),
            connect_timeout=CONNECT_SECONDS,
            login_timeout=LOGIN_SECONDS,
            keepalive_interval=KEEPALIVE_SECONDS,
            **_credentials(login),
        )
    except asyncssh.PermissionDenied:
        raise AuthenticationError(
            f"{login.name} at {login.host} does not let {username} in with "
            f"{'this password' if login.password is not None and login.keys is None else 'these keys'}"
        ) from None
    except (asyncssh.Error, OSError, EOFError) as error:
        if host_keys.refusal is not None:
            raise host_keys.refusal from None
        if isinstance(error, asyncssh.HostKeyNotVerifiable):
            raise HostKeyRefused(f"the host key on the way to {login.name} is not known: {_reason(error)}") from None
        raise ConnectionFailed(f"no SSH at {login.host}: {_reason(error)}", sent=False) from None
    except ValueError as error:
        raise ConfigurationError(f"~/.ssh/config or an SSH key cannot be used: {error}") from None
    # Behind a jump host nobody tells the address.
    peer: tuple[Any, ...] = connection.get_extra_info("peername") or (login.host, login.port or 22)
    try:
        host_keys.keep_told(str(peer[0]), int(peer[1]))
    except ConfigurationError:
        connection.abort()
        raise
    return Link(connection, login, username)


# Any: keyword arguments of asyncssh's.
def _credentials(login: Login) -> dict[str, Any]:
    """What asyncssh is to log in with."""
    given: dict[str, Any] = {}
    if login.password is not None:
        given["password"] = login.password.reveal()
    if login.keys is not None:
        # As ssh does by IdentitiesOnly: other keys would only use up the attempts that a server allows.
        given |= {"client_keys": [private_key(key, login.key_password) for key in login.keys], "agent_path": None}
    elif login.password is not None:
        given |= {"client_keys": None, "agent_path": None}
    return given


def private_key(key: str | Secret, password: Secret | None) -> asyncssh.SSHKey:
    """The private key in a file, or in a text.

    Raises:
        ConfigurationError: It cannot be read, or opened.
    """
    words = "the private key" if isinstance(key, Secret) else f"the private key {key}"
    passphrase = None if password is None else password.reveal()
    try:
        if isinstance(key, Secret):
            return asyncssh.import_private_key(key.reveal(), passphrase)
        return asyncssh.read_private_key(os.path.expanduser(key), passphrase)
    except OSError as error:
        raise ConfigurationError(f"{words} cannot be read: {error.strerror}") from None
    except (asyncssh.KeyEncryptionError, asyncssh.KeyImportError, ValueError) as error:
        if password is None and "passphrase" in str(error).lower():
            raise ConfigurationError(f"{words} is encrypted: give ssh_key_password=") from None
        raise ConfigurationError(f"{words} cannot be used: {error}") from None


def _reason(error: Exception) -> str:
    if isinstance(error, asyncssh.Error):
        return error.reason or type(error).__name__
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


class _Output:
    """One output of a command: its end is kept, and all of it handed on."""

    def __init__(self, name: OutputName, hand_over: HandOver, callback: OnOutput | None) -> None:
        self.name: OutputName = name
        self.size = 0
        self.is_handing_on = False
        self._kept = bytearray()
        self._hand_over = hand_over
        self._callback = callback
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @property
    def text(self) -> str:
        return bytes(self._kept[-KEPT:]).decode("utf-8", "replace")

    async def take(self, piece: bytes) -> None:
        self.size += len(piece)
        self._kept += piece
        if len(self._kept) > 2 * KEPT:
            del self._kept[:-KEPT]
        if self._callback is not None:
            callback, text = self._callback, self._decoder.decode(piece)
            if text:
                self.is_handing_on = True
                try:
                    await self._hand_over(lambda: callback(self.name, text))
                finally:
                    self.is_handing_on = False


class Link:
    """A connection that is open.

    Attributes:
        username: Who one is there.
    """

    def __init__(self, connection: asyncssh.SSHClientConnection, login: Login, username: str) -> None:
        self.username = username
        self._connection = connection
        self._login = login

    async def run(
        self,
        hand_over: HandOver,
        command: str | Sequence[str],
        *,
        stdin: bytes,
        environment: Mapping[str, str | Secret],
        sudo: bool,
        timeout: float | None,
        on_output: OnOutput | None,
        token: str,
    ) -> CommandResult:
        """Run a command to its end.

        Raises:
            ConnectionFailed: The connection was lost.
            Timeout: It did not end in time, and was ended.
        """
        mark = f"{MARK}{token}"
        password = self._login.password if sudo and self.username != "root" else None
        started = _now()
        begin = preamble(mark, environment, password)
        with self._lost_is_told("running a command"):
            process = await self._connection.create_process(
                command_line(command, mark=mark, sudo=sudo, password=password is not None), encoding=None
            )
        pid: list[int] = []
        stdout, stderr = (_Output("stdout", hand_over, on_output), _Output("stderr", hand_over, on_output))

        async def feed() -> None:
            # A command need not read what it is given.
            with suppress(OSError, asyncssh.Error):
                process.stdin.write(begin + stdin)
                await process.stdin.drain()
                process.stdin.write_eof()

        jobs = [
            asyncio.create_task(job)
            for job in (
                _drain(process.stdout, stdout),
                _drain(_without_mark(process.stderr, mark.encode(), pid.append), stderr),
                feed(),
            )
        ]
        try:
            async with asyncio.timeout(timeout):
                await self._until_over(process, jobs[:2], (stdout, stderr))
        except TimeoutError:
            await asyncio.shield(self._end(pid, sudo=sudo, password=password, token=token))
            raise CommandTimedOut(
                f"it did not end within {timeout:g} s, and was ended", _result(process, started, stdout, stderr)
            ) from None
        except BaseException:
            if not self._connection.is_closed():
                await asyncio.shield(self._end(pid, sudo=sudo, password=password, token=token))
            raise
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.wait(jobs)
            process.close()
        for job in jobs:
            # What a callback raised has been raised there already.
            if not job.cancelled() and isinstance(error := job.exception(), Exception):
                raise self.told(error, "running a command")
        if process.exit_status is None and process.exit_signal is None:
            raise ConnectionFailed(f"the connection to {self._login.name} was lost while a command was running")
        return _result(process, started, stdout, stderr)

    async def _until_over(
        self,
        process: asyncssh.SSHClientProcess[bytes],
        jobs: list[asyncio.Task[None]],
        outputs: Sequence[_Output],
    ) -> None:
        lingering = 0.0
        most: int | None = None
        while True:
            done, waiting = await asyncio.wait(jobs, timeout=0.2, return_when=asyncio.FIRST_EXCEPTION)
            if any(job.exception() is not None for job in done):
                return
            if not waiting:
                with suppress(asyncssh.Error, OSError):
                    await process.wait_closed()
                return
            if process.exit_status is not None or process.exit_signal is not None:
                size = sum(output.size for output in outputs)
                most = size + WINDOW if most is None else most
                # A slow listener is still being told what was written before.
                if size > most or not any(output.is_handing_on for output in outputs):
                    lingering += 0.2
                if lingering > LINGER:
                    return

    async def _end(self, pid: list[int], *, sudo: bool, password: Secret | None, token: str) -> None:
        """End a command with all that it has started."""
        if not pid:
            return
        line = ending(pid[0], sudo=sudo, password=password is not None)
        said = None if password is None else password.reveal() + "\n"
        # The connection may be gone, and the command is then ended by nobody; what is told is the first error.
        with suppress(asyncssh.Error, OSError, TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await self._connection.run(line, input=said)

    async def put_bytes(self, data: bytes, path: str, mode: int) -> None:
        """Write a file, which nobody else may read until it has its mode."""
        with self._lost_is_told(f"writing {path}"):
            async with self._connection.start_sftp_client() as sftp:
                attrs = asyncssh.SFTPAttrs(permissions=mode & 0o700 | 0o600)
                flags = FXF_WRITE | FXF_CREAT | FXF_TRUNC
                async with sftp.open(path, flags, attrs, encoding=None) as file:
                    await file.write(data)
                await sftp.chmod(path, mode)

    async def put(self, source: str, target: str, mode: int | None) -> None:
        """Write a file or a whole tree of this computer's to the machine, with its modes."""
        is_tree = os.path.isdir(source)  # noqa: ASYNC240 - asyncssh reads files on the loop as well
        with self._lost_is_told(f"copying {source} to {target}"):
            async with self._connection.start_sftp_client() as sftp:
                if is_tree:
                    await self._put_tree(sftp, source, target)
                else:
                    found = os.stat(source).st_mode
                    check_kind(source, found)
                    await _begin(sftp, target, found if mode is None else mode)
                    await sftp.put(source, target, preserve=True)
                if mode is not None:
                    await sftp.chmod(target, mode)

    async def _put_tree(self, sftp: asyncssh.SFTPClient, source: str, target: str) -> None:
        """Write what is in a folder, over what is there; a link stays a link."""
        at_once = asyncio.Semaphore(FILES_AT_ONCE)

        async def put_one(path: str, copy: str) -> None:
            async with at_once:
                if not _is_link(path):
                    mode = os.stat(path).st_mode
                    check_kind(path, mode)
                    await _begin(sftp, copy, mode)
                    await sftp.put(path, copy, preserve=True)
                    return
                if await sftp.islink(copy):
                    await sftp.remove(copy)
                await sftp.symlink(os.readlink(path), copy)

        modes: list[tuple[str, int]] = []
        for place, folders, files in os.walk(source):
            inside = os.path.relpath(place, source)  # noqa: ASYNC240 - it only reckons with names
            there = target if inside == os.curdir else f"{target.rstrip('/')}/{inside}"
            await sftp.makedirs(there, exist_ok=True)
            modes.append((there, stat.S_IMODE(os.stat(place).st_mode)))
            names = [*files, *(name for name in folders if _is_link(os.path.join(place, name)))]
            await asyncio.gather(*(put_one(os.path.join(place, name), f"{there}/{name}") for name in names))
        # At last, and from within: a folder that may not be written to has to be filled before.
        for there, mode in reversed(modes):
            await sftp.chmod(there, mode)

    async def get(self, source: str, target: str) -> None:
        """Read a file or a whole tree of the machine's."""
        with self._lost_is_told(f"copying {source} of {self._login.name}"):
            async with self._connection.start_sftp_client() as sftp:
                await sftp.get(source, target, preserve=True, recurse=await sftp.isdir(source))

    async def get_bytes(self, source: str) -> bytes:
        """What is in a file of the machine's."""
        with self._lost_is_told(f"reading {source} of {self._login.name}"):
            async with self._connection.start_sftp_client() as sftp, sftp.open(source, "rb", encoding=None) as file:
                return await file.read()

    async def remove(self, path: str) -> None:
        """Remove a file."""
        with self._lost_is_told(f"removing {path}"):
            async with self._connection.start_sftp_client() as sftp:
                await sftp.remove(path)

    async def listens(self, host: str, port: int) -> bool:
        """Whether something takes connections on a port, seen from the machine."""
        try:
            made = await self._connection.create_connection(_Nobody, host, port)
        except asyncssh.ChannelOpenError as error:
            if error.code == OPEN_ADMINISTRATIVELY_PROHIBITED:
                raise NotFound(f"{self._login.name} forbids to look at its ports by SSH (AllowTcpForwarding)") from None
            return False
        except (asyncssh.Error, OSError) as error:
            raise self.told(error, f"looking at port {port}") from None
        made[0].close()
        return True

    async def close(self) -> None:
        """Close the connection."""
        self._connection.close()
        try:
            with suppress(TimeoutError, asyncssh.Error, OSError):
                async with asyncio.timeout(2):
                    await self._connection.wait_closed()
        finally:
            self._connection.abort()
        # The loop closes the socket in its next round.
        await asyncio.sleep(0)

    def _lost_is_told(self, doing: str) -> _Told:
        return _Told(self, doing)

    def told(self, error: Exception, doing: str) -> Exception:
        """The error of cumuli's that says what an error of the library's does."""
        name = self._login.name
        if isinstance(error, CloudError):
            return error
        if isinstance(error, asyncssh.SFTPConnectionLost | asyncssh.SFTPNoConnection | asyncssh.DisconnectError):
            return ConnectionFailed(f"the connection to {name} was lost while {doing}: {_reason(error)}")
        if self._connection.is_closed() and isinstance(error, asyncssh.Error):
            return ConnectionFailed(f"the connection to {name} was lost while {doing}: {_reason(error)}")
        if isinstance(error, asyncssh.SFTPNoSuchFile | asyncssh.SFTPNoSuchPath):
            return NotFound(f"{doing} failed on {name}: there is no such file or folder")
        if isinstance(error, asyncssh.SFTPPermissionDenied):
            return PermissionDenied(f"{doing} failed on {name}: {self.username} may not do that there")
        if isinstance(error, asyncssh.SFTPError | asyncssh.ChannelOpenError):
            return ConnectionFailed(f"{doing} failed on {name}: {_reason(error)}", retryable=False)
        if isinstance(error, ConnectionError | BrokenPipeError):
            return ConnectionFailed(f"the connection to {name} was lost while {doing}: {_reason(error)}")
        if isinstance(error, OSError):
            return InvalidRequest(f"{doing} failed on this computer: {_reason(error)} ({error.filename})")
        return error


class _Told:
    """Inside of it, errors of the library's become cumuli's."""

    def __init__(self, link: Link, doing: str) -> None:
        self._link = link
        self._doing = doing

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, asyncssh.Error | OSError):
            raise self._link.told(error, self._doing) from None


async def _begin(sftp: asyncssh.SFTPClient, path: str, mode: int) -> None:
    """Make a file that nobody else may read before there is something in it: it gets its mode at last."""
    if not mode & 0o077:
        attrs = asyncssh.SFTPAttrs(permissions=0o600)
        async with sftp.open(path, FXF_WRITE | FXF_CREAT, attrs, encoding=None):
            pass


def _is_link(path: str) -> bool:
    return os.path.islink(path)


class _Nobody(asyncssh.SSHTCPSession[bytes]):
    """Says nothing on a connection that was only made to see whether it can be."""


class Pieces(Protocol):
    """What is read from."""

    async def read(self, n: int, /) -> bytes: ...


async def _drain(pieces: Pieces, output: _Output) -> None:
    while piece := await pieces.read(PIECE):
        await output.take(piece)


class _without_mark:  # noqa: N801 - a filter on a stream, used as a function
    """Takes the line with the process id out of the beginning of what is read."""

    def __init__(self, reader: Pieces, mark: bytes, told: Callable[[int], object]) -> None:
        self._reader = reader
        self._mark = mark
        self._told = told
        self._begin: bytes | None = b""

    async def read(self, size: int, /) -> bytes:
        if self._begin is None:
            return await self._reader.read(size)
        begin = self._begin
        while len(begin) < MARK_WITHIN:
            piece = await self._reader.read(size)
            begin += piece
            before, mark, rest = begin.partition(self._mark)
            line, end, behind = rest.partition(b"\n")
            if mark and end:
                self._told(int(line))
                begin = before + behind
                break
            if not piece:
                break
        self._begin = None
        return begin or await self._reader.read(size)


def _result(
    process: asyncssh.SSHClientProcess[bytes], started: dt.datetime, stdout: _Output, stderr: _Output
) -> CommandResult:
    signal = process.exit_signal
    return CommandResult(
        exit_code=process.exit_status if signal is None else None,
        signal=None if signal is None else str(signal[0]),
        started_at=started,
        ended_at=_now(),
        stdout=stdout.text,
        stderr=stderr.text,
        stdout_size=stdout.size,
        stderr_size=stderr.size,
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
