"""Real servers on loopback, for trying things out and for tests.

    from cumuli import sandbox

    with sandbox.running("ec2") as server:      # ends with the block, and with this process
        client = EC2("testing", "testing", region="us-east-1", endpoint=server.endpoint)

    sandbox.up("ec2")                           # outlives this process; profile sandbox-ec2 names it
    sandbox.down()

The extra ``cumuli[sandbox]`` brings the servers.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from cumuli import config
from cumuli.sandbox.processes import is_running, stop
from cumuli.sandbox.server import Address, Profile, Server
from cumuli.sandbox.servers import NAMES, server_named
from cumuli.sandbox.starting import start
from cumuli.sandbox.state import Record, StateFolder, usable

__all__ = ["NAMES", "SandboxServer", "down", "running", "status", "up"]


class SandboxServer(msgspec.Struct, frozen=True, kw_only=True):
    """A server of the sandbox.

    Attributes:
        name: ``"ec2"``.
        summary: What it is, in a line.
        endpoint: Its URL, without a path.
        port: On 127.0.0.1.
        pid: Of its process.
        log: The file that it prints to.
        profiles: The settings by which cumuli reaches it, by the name of the profile.
        environment: Variables by which other programs reach it.
        running: Whether its process is there; it may have been killed since it was started.
    """

    name: str
    summary: str
    endpoint: str
    port: int
    pid: int
    log: str
    profiles: dict[str, Profile]
    environment: dict[str, str]
    running: bool = True


@contextmanager
def running(name: str) -> Generator[SandboxServer]:
    """A fresh server of one's own for the length of a ``with`` block; no profile is written.

    It ends with the block, and with this process however that ends, by SIGKILL too.

    Args:
        name: One of ``NAMES``.

    Raises:
        ConfigurationError: There is no such server, or ``cumuli[sandbox]`` is not installed.
        ConnectionFailed: It did not start.
    """
    server = server_named(name)
    with ExitStack() as stack:
        with usable("a folder for what is temporary"):
            temporary = tempfile.TemporaryDirectory(prefix="cumuli-sandbox-", ignore_cleanup_errors=True)
        folder = stack.enter_context(temporary)
        started = start(server, Path(folder), tied=True)
        try:
            yield _described(server, started.address, started.process.pid, started.log, alive=True)
        finally:
            started.close()


def up(*names: str) -> list[SandboxServer]:
    """Start servers that outlive this process, and write their profiles. One that runs already is left alone.

    Args:
        names: Of ``NAMES``; none means all of them.

    Raises:
        ConfigurationError, ConnectionFailed: As for ``running``. Those that started before stay.
    """
    servers = [server_named(name) for name in dict.fromkeys(names or NAMES)]
    folder = StateFolder()
    found: list[SandboxServer] = []
    with folder.locked():
        records = {record.name: record for record in folder.records()}
        for server in servers:
            record = records.get(server.name)
            if record is None or not is_running(record.process):
                record = _started(server, folder)
            found.append(_from_record(server, folder, record))
    return found


def down(*names: str) -> list[str]:
    """Stop servers that ``up`` started, exactly those processes, and remove their profiles.

    Args:
        names: Of ``NAMES``; none means all that are there.

    Returns:
        The names of what was there to be stopped.
    """
    wanted = [server_named(name).name for name in names]
    folder = StateFolder()
    stopped: list[str] = []
    with folder.locked():
        for record in folder.records():
            if wanted and record.name not in wanted:
                continue
            if stop(record.process):
                stopped.append(record.name)
            config.remove_sandbox_profiles(record.profiles)
            folder.forget(record.name)
    return stopped


def status() -> list[SandboxServer]:
    """The servers that ``up`` started and ``down`` has not stopped."""
    folder = StateFolder()
    return [
        _from_record(server_named(record.name), folder, record) for record in folder.records() if record.name in NAMES
    ]


def _started(server: Server, folder: StateFolder) -> Record:
    started = start(server, folder.fresh_home(server.name), tied=False)
    profiles = server.profiles(started.address)
    record = Record(name=server.name, port=started.address.port, process=started.process, profiles=tuple(profiles))
    try:
        # Remembered before it may run on by itself, and before the profiles are written: whatever fails at any
        # moment, this process being killed too, the server ends by itself or down() finds it.
        folder.write(record)
        started.keep()
    except BaseException:
        started.close()
        raise
    config.write_sandbox_profiles(profiles)
    return record


def _from_record(server: Server, folder: StateFolder, record: Record) -> SandboxServer:
    address = Address(port=record.port, home=folder.root / record.name)
    return _described(server, address, record.process.pid, folder.log_of(record.name), alive=is_running(record.process))


def _described(server: Server, address: Address, pid: int, log: Path, *, alive: bool) -> SandboxServer:
    return SandboxServer(
        name=server.name,
        summary=server.summary,
        endpoint=address.endpoint,
        port=address.port,
        pid=pid,
        log=str(log),
        profiles=server.profiles(address),
        environment=server.exports(address),
        running=alive,
    )
