"""``cumuli sandbox …``."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import Literal

from cyclopts import App

from cumuli import sandbox
from cumuli.cli.output import Column, listed
from cumuli.cli.quantities import counted
from cumuli.cli.session import options, output
from cumuli.cli.wrong_service import example
from cumuli.errors import NotFound
from cumuli.sandbox import SandboxServer
from cumuli.sandbox.servers import server_named

__all__ = ["app"]

app = App(name="sandbox", help="Real servers on this machine, to try things out on.")

COLUMNS: list[Column[SandboxServer]] = [
    ("NAME", lambda server: server.name),
    ("WHAT", lambda server: server.summary),
    ("ENDPOINT", lambda server: server.endpoint),
    ("PROFILES", lambda server: listed(server.profiles)),
    ("PID", lambda server: server.pid),
]


@app.command(usage="Usage: cumuli sandbox up [NAME...]")
def up(*names: str) -> None:
    """Start servers that run until `cumuli sandbox down`, and write a profile for each.

    Example: cumuli sandbox up ec2 swift

    Args:
        names: Which (such as ec2 or swift); without any, all of them.
    """
    if options().dry_run:
        _planned([server_named(name).name for name in dict.fromkeys(names or sandbox.NAMES)], "started")
        return
    with output().progress(f"starting {listed(names) or 'the sandbox'}"):
        servers = sandbox.up(*names)
    output().items(servers, COLUMNS, none="")
    for server in servers:
        for name in server.profiles:
            output().note(f"try: {example(name)}")


@app.command(name="list")
def list_() -> None:
    """List the servers that `up` started.

    Example: cumuli sandbox list
    """
    # One that was killed is listed too: its profiles are still there.
    columns: list[Column[SandboxServer]] = [*COLUMNS, ("STATE", lambda server: "running" if server.running else "gone")]
    output().items(sandbox.status(), columns, none="no sandbox is up; run: cumuli sandbox up")


@app.command(usage="Usage: cumuli sandbox down [NAME...]")
def down(*names: str) -> None:
    """Stop servers that `up` started, and remove their profiles.

    Example: cumuli sandbox down swift

    Args:
        names: Which; without any, all that are there.
    """
    if options().dry_run:
        wanted = [server_named(name).name for name in names]
        there = [server.name for server in sandbox.status()]
        _planned([name for name in there if not wanted or name in wanted], "stopped")
        return
    stopped = sandbox.down(*names)
    output().done(f"stopped {listed(stopped)}" if stopped else "nothing was running", {"stopped": stopped})


@app.command(usage="Usage: cumuli sandbox env [OPTIONS] [NAME...]")
def env(*names: str, shell: Literal["sh", "fish"] | None = None) -> None:
    """Print the variables by which other programs reach the servers: `eval "$(cumuli sandbox env)"`.

    Example: eval "$(cumuli sandbox env ec2)"

    Args:
        names: Of which servers; without any, all that run.
        shell: For which shell; without it, the one that SHELL names.
    """
    for name in names:
        server_named(name)
    servers = [server for server in sandbox.status() if server.running and (not names or server.name in names)]
    if missing := [name for name in names if name not in {server.name for server in servers}]:
        raise NotFound(f"the sandbox {listed(missing)} is not up; run: cumuli sandbox up {' '.join(missing)}")
    if not servers:
        raise NotFound("no sandbox is up; run: cumuli sandbox up")
    variables = {name: value for server in servers for name, value in server.environment.items()}
    if output().for_programs:
        output().data(variables)
        return
    fish = shell == "fish" or (shell is None and os.environ.get("SHELL", "").endswith("/fish"))
    for name, value in variables.items():
        output().raw(f"set -gx {name} {shlex.quote(value)}\n" if fish else f"export {name}={shlex.quote(value)}\n")


def _planned(names: Sequence[str], done: str) -> None:
    output().planned(names, {done: names}, f"would be {done}: {counted(len(names), 'server')}")
