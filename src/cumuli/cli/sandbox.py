"""``cumuli sandbox …``."""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from cumuli import sandbox
from cumuli.cli.beside import run_beside
from cumuli.cli.failures import AlreadyReported
from cumuli.cli.output import Column, listed
from cumuli.cli.quantities import counted
from cumuli.cli.session import options, output, rest_of_words
from cumuli.cli.usage import UsageError
from cumuli.cli.wrong_service import example
from cumuli.errors import NotFound
from cumuli.sandbox import SandboxServer
from cumuli.sandbox.servers import server_named
from cumuli.sandbox.shells import Shell, assignments
from cumuli.sandbox.surroundings import in_the_way, private_environment, variables_of

__all__ = ["app"]

app = App(name="sandbox", help="Real servers on this machine, to try things out on.")

# The same options of several commands.
Name = Annotated[str, Parameter(show_default=False)]
Switch = Annotated[bool, Parameter(negative="", show_default=False)]

COLUMNS: list[Column[SandboxServer]] = [
    ("NAME", lambda server: server.name),
    ("WHAT", lambda server: server.summary),
    ("ENDPOINT", lambda server: server.endpoint),
    ("PROFILES", lambda server: listed(server.profiles)),
    ("PID", lambda server: server.pid),
]
FAULTS: Column[SandboxServer] = ("FAULTS", lambda server: server.faults)
# One that was killed is listed too: its profiles are still there.
STATE: Column[SandboxServer] = ("STATE", lambda server: "running" if server.running else "gone")


@app.command(usage="Usage: cumuli sandbox up [OPTIONS] [NAME...]")
def up(*names: str, name: Name = "", auth: Switch = False, faults: str = "", seed: int = 0) -> None:
    """Start servers that run until `cumuli sandbox down`, and write a profile for each.

    Example: cumuli sandbox up s3 --faults slow=40ms,cut=0.02,503=0.05,throttle=10/s --seed 7

    Args:
        names: Which (such as ec2 or swift); without any, all that start in seconds.
        name: Of a sandbox beside the one without a name: both have servers, ports and profiles of their own.
        auth: Check signatures and passwords where they would not be: ec2 and s3 take any key without this.
        faults: What a link before the servers does wrong: WORD=VALUE with commas between. The words are slow,
            bandwidth, throttle, idle, clock; as shares of the requests reset, silence, lost, cut, drip, close, and any
            status from 400 to 599; most=2 bounds how often in a row the same request fails.
        seed: What the faults follow from: the same seed, the same faults.
    """
    wanted = [server_named(each).name for each in dict.fromkeys(names or sandbox.NAMES)]
    if options().dry_run:
        _planned(list(dict.fromkeys(wanted)), "started")
        return
    with output().progress(f"starting {listed(names) or 'the sandbox'}") as told:
        servers = sandbox.up(*names, name=name, auth=auth, faults=faults, seed=seed, told=told)
    output().items(servers, [*COLUMNS, FAULTS] if faults else COLUMNS, none="")
    for server in servers:
        for profile in server.profiles:
            output().note(f"try: {example(profile)}")
    own = f" --name {name}" if name else ""
    output().note(f'for other programs: eval "$(cumuli sandbox env{own})"')


@app.command(name=["status", "list"])
def status(*, name: Name = "") -> None:
    """List the servers that `up` started.

    Example: cumuli sandbox status --output json

    Args:
        name: Of which sandbox.
    """
    columns = [*COLUMNS, FAULTS, STATE]
    servers = sandbox.status(name=name)
    if not any(server.faults for server in servers):
        columns.remove(FAULTS)
    output().items(servers, columns, none="no sandbox is up; run: cumuli sandbox up")
    if others := [each for each in sandbox.others() if each != name]:
        output().note(f"there are others, by --name: {listed(others)}")


@app.command(usage="Usage: cumuli sandbox down [OPTIONS] [NAME...]")
def down(*names: str, name: Name = "") -> None:
    """Stop servers that `up` started, and remove their profiles.

    Example: cumuli sandbox down swift

    Args:
        names: Which; without any, all that are there.
        name: Of which sandbox.
    """
    if options().dry_run:
        _planned(_there(names, name), "stopped")
        return
    stopped = sandbox.down(*names, name=name)
    output().done(f"stopped {listed(stopped)}" if stopped else "nothing was running", {"stopped": stopped})


@app.command(usage="Usage: cumuli sandbox reset [OPTIONS] [NAME...]")
def reset(*names: str, name: Name = "") -> None:
    """Bring servers that `up` started back to their first state: empty, on the ports that they have.

    Example: cumuli sandbox reset s3

    Args:
        names: Which; without any, all that are there.
        name: Of which sandbox.
    """
    if options().dry_run:
        _planned(_there(names, name), "reset")
        return
    with output().progress(f"starting {listed(names) or 'the sandbox'} anew"):
        servers = sandbox.reset(*names, name=name)
    output().items(servers, COLUMNS, none="nothing was running")


@app.command
def logs(server: str, /, *, name: Name = "", lines: int = 100, link: Switch = False) -> None:
    """Print the last lines of what a server has printed.

    Example: cumuli sandbox logs s3 --link

    Args:
        server: Which, such as ec2.
        name: Of which sandbox.
        lines: How many.
        link: Of the faulty link before it instead: a line for each request, with what it met.
    """
    if lines < 1:
        raise UsageError(f"--lines takes a number from 1 on, not {lines}")
    path = sandbox.log_of(server, name=name, link=link)
    with path.open(encoding="utf-8", errors="replace") as file:
        text = "".join(deque(file, lines))
    if output().for_programs:
        output().data(text.splitlines())
    elif text:
        output().text(text)
    output().note(f"all of it: {path}")


@app.command(usage="Usage: cumuli sandbox env [OPTIONS] [NAME...]")
def env(*names: str, name: Name = "", shell: Shell | None = None) -> None:
    """Print the variables by which other programs reach the servers: `eval "$(cumuli sandbox env)"`.

    They are read by boto3, the AWS CLI, the openstack and swift commands and rclone (remotes sandbox_s3 and
    sandbox_swift). What is set already and would lead these programs elsewhere is unset.

    Example: eval "$(cumuli sandbox env ec2)"

    Args:
        names: Of which servers; without any, all that run.
        name: Of which sandbox.
        shell: For which shell, or as the lines of a .env file, or as JSON; without it, for the shell that SHELL names.
    """
    wanted = {server_named(each).name for each in names}
    servers = [
        server for server in sandbox.status(name=name) if server.running and (not wanted or server.name in wanted)
    ]
    if missing := sorted(wanted - {server.name for server in servers}):
        raise NotFound(f"the sandbox {listed(missing)} is not up; run: cumuli sandbox up {' '.join(missing)}")
    if not servers:
        raise NotFound("no sandbox is up; run: cumuli sandbox up")
    variables = variables_of(servers)
    if output().for_programs and shell is None:
        output().data(variables)
        return
    fish = os.environ.get("SHELL", "").endswith("/fish")
    written: Literal["sh", "fish", "dotenv", "json"] = shell or ("fish" if fish else "sh")
    output().raw(assignments(variables, written, without=in_the_way(variables)))


@app.command(usage="Usage: cumuli sandbox run [OPTIONS] [NAME...] -- COMMAND...")
def run(*names: str, auth: Switch = False, faults: str = "", seed: int = 0) -> None:
    """Start servers, run a command that finds them by its environment, stop them; the exit status is the command's.

    The command sees no other account: variables of yours are left out, and cumuli has the profiles of the sandbox only.

    Example: cumuli sandbox run s3 --faults 503=0.05 -- pytest -q

    Args:
        names: Which; without any, all that start in seconds.
        auth: As for `up`.
        faults: As for `up`.
        seed: As for `up`.
    """
    command = list(rest_of_words())
    if not command:
        raise UsageError("there is no command to run; write: cumuli sandbox run [NAME...] -- COMMAND")
    if options().dry_run:
        _planned(list(dict.fromkeys(server_named(each).name for each in names or sandbox.NAMES)), "started")
        return
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="cumuli-sandbox-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(temporary))
        with output().progress(f"starting {listed(names) or 'the sandbox'}") as told:
            starting = sandbox.running_all(*names, auth=auth, faults=faults, seed=seed, told=told)
            servers = stack.enter_context(starting)
        result = run_beside(command, private_environment(servers, folder))
    if result:
        raise AlreadyReported(result)


def _there(names: Sequence[str], name: str) -> list[str]:
    wanted = {server_named(each).name for each in names}
    there = [server.name for server in sandbox.status(name=name)]
    return [each for each in there if not wanted or each in wanted]


def _planned(names: Sequence[str], done: str) -> None:
    output().planned(names, {done: names}, f"would be {done}: {counted(len(names), 'server')}")
