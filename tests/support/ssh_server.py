"""asyncssh's own server on a free loopback port: what it runs are real processes, and its files are in one folder.

It shares the library with what it is used for; OpenSSH, which does not, is the server of ``make test-machines``.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import asyncssh

T = TypeVar("T")

__all__ = ["SSHServer"]


class SSHServer:
    """A server in a thread of its own.

    Args:
        home: The folder that users find themselves in.
        passwords: Who may come with which password; a function may say that.
        keys: Public keys that may come, as any user.
        refused: Users that nobody lets in.
        turned_away: Users that are let in, and told to be somebody else.
    """

    def __init__(
        self,
        home: Path,
        *,
        password: Callable[[str, str], bool] = lambda *_: False,
        keys: tuple[str, ...] = (),
        refused: tuple[str, ...] = (),
        turned_away: tuple[str, ...] = (),
        forwards: bool = True,
    ) -> None:
        self.home = home
        self.password = password
        self.keys = keys
        self.refused = refused
        self.turned_away = turned_away
        self.forwards = forwards
        self.commands: list[str] = []
        self.users: list[str] = []
        self.on_command: Callable[[str], bytes | None] = lambda _: None
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ssh-server", daemon=True)
        self._thread.start()
        self._listener: asyncssh.SSHAcceptor | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._children: list[asyncio.subprocess.Process] = []

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    @property
    def host_key_line(self) -> str:
        return self.host_key.export_public_key("openssh").decode().strip()

    def start(self) -> SSHServer:
        self._do(self._start())
        return self

    async def _start(self) -> None:
        self._listener = await asyncssh.create_server(
            lambda: _Door(self),
            "127.0.0.1",
            self.port,
            server_host_keys=[self.host_key],
            process_factory=self._process,
            sftp_factory=lambda channel: _Files(channel, self.home),
            encoding=None,
            reuse_address=True,
        )
        self.port = self._listener.get_port()

    def stop(self) -> None:
        """Listen no more, and cut what there is."""
        self._do(self._stop())

    async def _stop(self) -> None:
        if self._listener is not None:
            self._listener.close()
            await self._listener.wait_closed()
            self._listener = None
        await self._cut()

    def cut(self) -> None:
        """Cut every connection, as a machine that dies does not even do."""
        self._do(self._cut())

    async def _cut(self) -> None:
        for connection in list(self._connections):
            connection.abort()
        await asyncio.sleep(0)

    def close(self) -> None:
        self.stop()
        self._do(self._quiet())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _quiet(self) -> None:
        for child in self._children:
            if child.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
            await child.wait()
            # Whoever read from it may have gone with its connection.
            getattr(child, "_transport").close()  # noqa: B009 - asyncio has no other way
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.05)

    async def _process(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        command = process.command or ""
        self.commands.append(command)
        user = process.get_extra_info("username")
        if user in self.turned_away:
            process.stdout.write(b"Please login as somebody else.\n")
            process.exit(142)
            return
        canned = self.on_command(command)
        if canned is not None:
            process.stdout.write(canned)
            process.exit(0)
            return
        child = await asyncio.create_subprocess_shell(
            command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            cwd=self.home,
            env={"HOME": str(self.home), "PATH": os.environ["PATH"]},
        )
        self._children.append(child)
        feeding = asyncio.create_task(_pump(process.stdin, child.stdin, ends=True))
        reading = [_pump(child.stdout, process.stdout), _pump(child.stderr, process.stderr)]
        try:
            # As OpenSSH: how it ended is told at once, and what it left behind may go on writing.
            others = [asyncio.create_task(each) for each in reading]
            status = await child.wait()
            await asyncio.wait(others, timeout=5)
        finally:
            feeding.cancel()
        if status < 0:
            process.exit_with_signal("KILL")
        else:
            process.exit(status)


async def _pump(source: Any, sink: Any, *, ends: bool = False) -> None:
    with suppress(OSError, asyncssh.Error):
        while piece := await source.read(65536):
            sink.write(piece)
            await sink.drain()
        if ends:
            sink.close()


class _Door(asyncssh.SSHServer):
    def __init__(self, server: SSHServer) -> None:
        self._server = server
        self._connection: Any = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._server._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server._connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        self._server.users.append(username)
        keys = "\n".join(self._server.keys if username not in self._server.refused else ())
        if keys:
            self._connection.set_authorized_keys(asyncssh.import_authorized_keys(keys))
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return username not in self._server.refused and self._server.password(username, password)

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        return self._server.forwards


class _Files(asyncssh.SFTPServer):
    def __init__(self, channel: Any, home: Path) -> None:
        super().__init__(channel)
        self._home = os.fsencode(home)

    def map_path(self, path: bytes) -> bytes:
        return os.fsencode(Path(os.fsdecode(self._home)) / os.fsdecode(path))
