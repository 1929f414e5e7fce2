"""Servers that outlive their starter: ``up``, ``down``, ``reset``, ``status``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from cumuli import config
from cumuli.errors import ConfigurationError, NotFound
from cumuli.sandbox.begun import Begun, Wanted, begin_all
from cumuli.sandbox.described import SandboxServer, described, profiles_of
from cumuli.sandbox.faulty.words import read_faults
from cumuli.sandbox.processes import is_running, stop
from cumuli.sandbox.server import Address, Server
from cumuli.sandbox.servers import EVERY, NAMES, server_named
from cumuli.sandbox.state import Options, Record, StateFolder

__all__ = ["chosen", "down", "log_of", "options_of", "others", "reset", "status", "up"]


def up(
    *names: str,
    name: str = "",
    auth: bool = False,
    faults: str = "",
    seed: int = 0,
    told: Callable[[str], None] | None = None,
) -> list[SandboxServer]:
    """Start servers that outlive this process, and write their profiles. One that runs already is left alone.

    Args:
        names: Of ``EVERY``; none means those of ``NAMES``.
        name: Of a sandbox beside the one without a name; its profiles are called ``sandbox-NAME-…``.
        auth: Start them so that they check signatures and passwords.
        faults: Put a link before each that does this wrong, such as ``"slow=40ms,503=0.05"`` (docs/sandbox.md).
        seed: What those faults follow from.
        told: Is told what takes long, such as an installation.

    Raises:
        ConfigurationError, ConnectionFailed: As for ``running``; or one runs already and was started in another way.
            Those that could be started stay.
    """
    options = options_of(auth=auth, faults=faults, seed=seed)
    servers = chosen(names, auth=auth)
    folder = _folder(name)
    with folder.locked():
        records = {record.name: record for record in folder.records()}
        missing: list[Wanted] = []
        for server in servers:
            record = records.get(server.name)
            if record is not None and _runs(record):
                if options not in {record.options, Options()}:
                    raise ConfigurationError(
                        f"{server.name} runs already, and was started with {_told(record.options)}; "
                        f"run first: cumuli sandbox down {server.name}{f' --name {name}' if name else ''}"
                    )
                continue
            if record is not None:
                # One of its processes may be there without the other.
                _stop(record)
            missing.append(Wanted(server=server, home=Path(), options=options))
        for wanted in missing:
            wanted.server.prepare(told or _unheard)
        _start(missing, folder, name)
        records = {record.name: record for record in folder.records()}
        found = [_from_record(server, folder, records[server.name], name) for server in servers]
        # Also of those that ran: whoever started them may have been killed before it came to this.
        # They are on this machine, whatever proxy the environment names.
        settings = {key: {**value, "proxy": ""} for server in found for key, value in server.profiles.items()}
        config.write_sandbox_profiles(settings)
    return found


def down(*names: str, name: str = "") -> list[str]:
    """Stop servers that ``up`` started, exactly those processes, and remove their profiles.

    Args:
        names: Of ``EVERY``; none means all that are there.
        name: Of which sandbox.

    Returns:
        The names of what was there to be stopped.
    """
    wanted = {server_named(each).name for each in names}
    folder = _folder(name)
    stopped: list[str] = []
    with folder.locked():
        for record in folder.records():
            if wanted and record.name not in wanted:
                continue
            if _stop(record):
                stopped.append(record.name)
            config.remove_sandbox_profiles(record.profiles)
            folder.forget(record.name)
        # What never came to a record: it did not start, or its starter was killed.
        for left in (wanted or {*EVERY}) - {record.name for record in folder.records()}:
            folder.forget(left)
    return stopped


def reset(*names: str, name: str = "") -> list[SandboxServer]:
    """Bring servers that ``up`` started back to their first state, on the ports that they have.

    They are started anew; what is kept in them is gone, and faults begin at the first request again.

    Args:
        names: Of ``EVERY``; none means all that are there.
        name: Of which sandbox.

    Raises:
        NotFound: One is not up.
        ConfigurationError, ConnectionFailed: As for ``up``.
    """
    folder = _folder(name)
    with folder.locked():
        records = {record.name: record for record in folder.records()}
        servers = chosen(names) if names else [server_named(each) for each in records if each in EVERY]
        if missing := [server.name for server in servers if server.name not in records]:
            raise NotFound(f"the sandbox {', '.join(missing)} is not up; run: cumuli sandbox up {' '.join(missing)}")
        wanted: list[Wanted] = []
        for server in servers:
            record = records[server.name]
            _stop(record)
            options = record.options
            anew = server.checking() if options.auth else server
            wanted.append(Wanted(server=anew, home=Path(), options=options, port=record.port, fronts=record.fronts))
        _start(wanted, folder, name)
        records = {record.name: record for record in folder.records()}
        return [_from_record(server, folder, records[server.name], name) for server in servers]


def status(*, name: str = "") -> list[SandboxServer]:
    """The servers that ``up`` started and ``down`` has not stopped.

    Args:
        name: Of which sandbox.
    """
    folder = _folder(name)
    return [
        _from_record(server_named(record.name), folder, record, name)
        for record in folder.records()
        if record.name in EVERY
    ]


def others() -> list[str]:
    """The names of the sandboxes that have one, and in which something is up."""
    return StateFolder().others()


def log_of(server: str, *, name: str = "", link: bool = False) -> Path:
    """The file to which a server prints, or the link before it.

    Raises:
        NotFound: It is not up, or has no such link.
    """
    called = server_named(server).name
    folder = _folder(name)
    record = next((record for record in folder.records() if record.name == called), None)
    if record is None:
        raise NotFound(f"the sandbox {called} is not up; run: cumuli sandbox up {called}")
    if link and record.link is None:
        raise NotFound(f"the sandbox {called} has no faulty link before it; give --faults to up")
    return folder.root / called / "link" / "log" if link else folder.log_of(called)


def chosen(names: Sequence[str], *, auth: bool = False) -> list[Server]:
    """Servers by their names, each once; without any those of ``NAMES``.

    Raises:
        ConfigurationError: There is none of a name, or it cannot check signatures.
    """
    servers = {server.name: server for server in map(server_named, names or NAMES)}
    return [server.checking() if auth else server for server in servers.values()]


def options_of(*, auth: bool, faults: str, seed: int) -> Options:
    """How servers are to be started.

    Raises:
        ConfigurationError: The faults cannot be read.
    """
    if not faults:
        if seed:
            raise ConfigurationError("a seed without faults means nothing; say which faults it is for")
        return Options(auth=auth)
    read_faults(faults)
    return Options(auth=auth, faults=faults, seed=seed)


def _folder(name: str) -> StateFolder:
    if name in EVERY:
        raise ConfigurationError(f"{name!r} is a server's name, and cannot name a sandbox")
    return StateFolder(name)


def _start(wanted: Iterable[Wanted], folder: StateFolder, name: str) -> None:
    """Start servers into their folders, remember each, and let it go."""
    jobs = [msgspec.structs.replace(each, home=folder.fresh_home(each.server.name)) for each in wanted]
    with closing(begin_all(jobs, tied=False)) as begun:
        for each in begun:
            _keep(each, folder, name)


def _keep(begun: Begun, folder: StateFolder, name: str) -> None:
    server = begun.wanted.server
    record = Record(
        name=server.name,
        port=begun.started.address.port,
        process=begun.started.process,
        profiles=tuple(profiles_of(server, begun.address, name)),
        options=begun.wanted.options,
        link=begun.link.process if begun.link else None,
        fronts=begun.fronts,
        kept=False,
    )
    try:
        # Remembered before it may run on by itself, and before the profiles are written: whatever fails at any
        # moment, this process being killed too, the server ends by itself or down() finds it.
        folder.write(record)
        begun.keep()
        folder.write(msgspec.structs.replace(record, kept=True))
    except BaseException:
        begun.close()
        raise


def _runs(record: Record) -> bool:
    """Whether all of it is there, and will be: of one that was not kept, the end may be on its way."""
    return record.kept and all(is_running(process) for process in record.processes)


def _stop(record: Record) -> bool:
    stopped = [stop(process) for process in record.processes]
    return any(stopped)


def _told(options: Options) -> str:
    words = ["--auth"] * options.auth
    if options.faults:
        words.append(f"--faults {options.faults} --seed {options.seed}")
    return " ".join(words) or "neither --auth nor --faults"


def _unheard(_what: str) -> None:
    """Nobody listens."""


def _from_record(server: Server, folder: StateFolder, record: Record, name: str) -> SandboxServer:
    address = Address(port=record.front, home=folder.root / record.name)
    return described(
        server.checking() if record.options.auth else server,
        address,
        record.process.pid,
        folder.log_of(record.name),
        record.options,
        alive=_runs(record),
        sandbox=name,
    )
