"""``cumuli nodes deploy``, ``nodes ssh`` and ``nodes cp``."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from cumuli.cli.compute.clients import compute_client
from cumuli.cli.compute.names import image_named, location_named, node_named, size_named
from cumuli.cli.confirmation import Several, Switch, pairs
from cumuli.cli.failures import AlreadyReported, report
from cumuli.cli.output import Output, clean
from cumuli.cli.session import options, output
from cumuli.cli.usage import UsageError
from cumuli.compute.auth import SSHKey, public_key_in
from cumuli.compute.client import Compute
from cumuli.compute.models import Node
from cumuli.deploy.results import Deployment, DeploymentProgress
from cumuli.deploy.steps import CloudInit, FileDeployment, ScriptFileDeployment, Step
from cumuli.errors import CloudError, NotFound, NotSupported
from cumuli.runtime.ssh.host_keys import alias_of, known_hosts_of

__all__ = ["cp", "deploy", "ssh"]

TIMEOUT = 1800.0
Interface = Literal["public", "private"]


def deploy(
    names: Several,
    /,
    *,
    size: str,
    image: str,
    script: Annotated[list[Path] | None, Parameter(negative="")] = None,
    put: Annotated[list[str] | None, Parameter(negative="")] = None,
    user_data: Path | None = None,
    location: str | None = None,
    tag: Annotated[list[str] | None, Parameter(negative="")] = None,
    ssh_key: Path | None = None,
    key_name: str | None = None,
    identity: Path | None = None,
    user: str = "root",
    port: int | None = None,
    sudo: Switch = False,
    host_key: Literal["accept-new", "strict"] = "accept-new",
    interface: Interface = "public",
    keep: Switch = False,
    concurrency: int = 10,
) -> None:
    """Create nodes, wait until one can log in, and configure them by SSH. Those that fail are destroyed.

    Example: cumuli nodes deploy web-1 web-2 --size t3.micro --image ami-12c6146b --ssh-key ~/.ssh/id_ed25519.pub
    --put site=/srv/www --script setup.sh

    Args:
        names: The nodes' display names.
        size: Id or name of their size; `cumuli sizes list` tells.
        image: Id of their image, or its name if that is the only one; `cumuli images list` tells.
        script: File with a script to run on them, once for each, after everything was put there.
        put: SOURCE=TARGET: a file or a folder to copy there, once for each.
        user_data: File that cloud-init on the nodes gets at their first start, whose end is waited for.
        location: Id or name of their location; without it, the provider chooses.
        tag: KEY=VALUE, once for each tag.
        ssh_key: File of the public SSH key that is to open them.
        key_name: Name of a key pair that the provider knows; `cumuli keys list` tells.
        identity: File of the private key to log in with; without it, the one beside --ssh-key, or those that ssh would
            use.
        user: Who to log in as.
        port: The port of SSH; 22 if not given.
        sudo: Run the scripts as root.
        host_key: Whether to take the first host key that is shown, where the provider tells none.
        interface: Which address to log in at.
        keep: Keep nodes that could not be configured.
        concurrency: How many at the same time.
    """
    steps: list[Step] = [CloudInit(user_data.read_text())] if user_data is not None else []
    steps += [FileDeployment(Path(source), target) for source, target in pairs(put or (), "--put").items()]
    steps += [ScriptFileDeployment(path, sudo=sudo) for path in script or ()]
    auth = None if ssh_key is None else SSHKey(public_key_in(ssh_key.read_bytes()))
    if identity is None and ssh_key is not None and ssh_key.suffix == ".pub" and ssh_key.with_suffix("").exists():
        identity = ssh_key.with_suffix("")
    tags = pairs(tag or (), "--tag")
    with compute_client() as client:
        size, image = size_named(client, size), image_named(client, image)
        place = None if location is None else location_named(client, location)
        make: Callable[..., Deployment[Node]] = client.deploy_node
        if key_name is not None:
            if "ex_keyname" not in signature(make).parameters:
                raise NotSupported(f"{client.provider} does not support --key-name; leave it out")
            make = partial(make, ex_keyname=key_name)
        with _told(output(), names) as told:
            found = client.deploy_nodes(
                [
                    partial(
                        make,
                        name,
                        size,
                        image,
                        steps,
                        location=place,
                        auth=auth,
                        tags=tags,
                        ssh_username=user,
                        ssh_key=identity,
                        ssh_port=port,
                        ssh_interface=interface,
                        ssh_host_key=host_key,
                        timeout=options().seconds or TIMEOUT,
                        on_failure="keep" if keep else "destroy",
                        on_progress=told,
                    )
                    for name in names
                ],
                concurrency=concurrency,
            )
    _report(found)


def _report(found: Sequence[Deployment[Node] | CloudError]) -> None:
    """Tell what came of each; failures one by one, the exit status is that of the first."""
    done = [each for each in found if isinstance(each, Deployment)]
    if output().for_programs:
        output().data(
            {"deployed": [{"node": each.node, "address": each.address, "steps": each.steps} for each in done]}
        )
    for each in done:
        if not output().for_programs:
            output().done(f"deployed {each.node.name} ({each.node.id}) at {each.address}", None)
    statuses = [report(each, output(), debug=options().debug) for each in found if isinstance(each, CloudError)]
    if statuses:
        raise AlreadyReported(statuses[0])


@contextmanager
def _told(out: Output, names: Sequence[str]) -> Generator[Callable[[DeploymentProgress], None]]:
    """Shows what each deployment is doing: a line for each on a terminal, else a line for each thing that begins."""
    if out.bars_on is None:
        yield lambda told: out.note(f"{told.name}: {told.message.partition(chr(10))[0]}")
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.table import Column

    text = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis"))
    with Progress(SpinnerColumn(), TimeElapsedColumn(), text, console=out.bars_on) as bars:
        tasks = {name: bars.add_task(clean(f"{name}: waiting for its turn"), total=1, start=False) for name in names}

        def show(told: DeploymentProgress) -> None:
            task = tasks[told.name]
            bars.start_task(task)
            over = told.phase in {"done", "failed"}
            message = told.phase if over else told.message.partition("\n")[0]
            bars.update(task, description=clean(f"{told.name}: {message}"), completed=int(over))

        yield show


def ssh(
    node: str,
    /,
    *command: str,
    user: str = "root",
    port: int | None = None,
    identity: Path | None = None,
    interface: Interface = "public",
) -> None:
    """Log in at a node by ssh, or run a command there, with the host key that its deployment has seen.

    Examples: cumuli nodes ssh web-1 · cumuli nodes ssh web-1 -- systemctl status nginx

    Args:
        node: Its id or name.
        command: The command, behind a double dash; without it, a shell.
        user: Who to log in as.
        port: The port; 22 if not given.
        identity: File of the private key; without it, those that ssh uses.
        interface: Which address.
    """
    program = _program("ssh")
    with compute_client() as client:
        found = client.get_node(node_named(client, node))
        line = [program, *_options(client, found, identity), *([] if port is None else ["-p", str(port)])]
        line += [f"{user}@{_address(found, interface)}", *command]
    _run(line)


def cp(
    source: str,
    target: str,
    /,
    *,
    user: str = "root",
    port: int | None = None,
    identity: Path | None = None,
    interface: Interface = "public",
) -> None:
    """Copy a file or a folder to a node, or from one, by scp.

    Examples: cumuli nodes cp site web-1:/srv/www · cumuli nodes cp web-1:/var/log/syslog .

    Args:
        source: NODE:PATH, or a file or folder of this computer.
        target: Likewise; one of the two is a node's.
        user: Who to log in as.
        port: The port; 22 if not given.
        identity: File of the private key; without it, those that ssh uses.
        interface: Which address.
    """
    remote = [text for text in (source, target) if _is_remote(text)]
    if len(remote) != 1:
        raise UsageError(
            "nodes cp takes one NODE:PATH and one path of this computer; ./a:b is a file whose name has a colon"
        )
    program = _program("scp")
    with compute_client() as client:
        name, _, path = remote[0].partition(":")
        found = client.get_node(node_named(client, name))
        address = _address(found, interface)
        place = f"{user}@[{address}]:{path}" if ":" in address else f"{user}@{address}:{path}"
        line = [
            program,
            "-r",
            "-q",
            *_options(client, found, identity),
            *([] if port is None else ["-P", str(port)]),
            "--",
        ]
        line += [place if text is remote[0] else text for text in (source, target)]
    _run(line)


def _is_remote(text: str) -> bool:
    return ":" in text.partition("/")[0]


def _program(name: str) -> str:
    program = shutil.which(name)
    if program is None:
        raise UsageError(f"there is no {name} on this computer; it comes with OpenSSH's client")
    return program


def _options(client: Compute, node: Node, identity: Path | None) -> list[str]:
    known = known_hosts_of(client.provider, node.id)
    own: list[str] = []
    if known is not None:
        # ssh makes no folder for it, and would take another key each time then.
        Path(known).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = ["-o", f"UserKnownHostsFile={known}", "-o", f"HostKeyAlias={alias_of(client.provider, node.id)}"]
    return [
        *own,
        *("-o", "StrictHostKeyChecking=accept-new"),
        *([] if identity is None else ["-i", str(identity)]),
    ]


def _address(node: Node, interface: Interface) -> str:
    found = node.public_ips if interface == "public" else node.private_ips
    if not found:
        other = "private" if interface == "public" else "public"
        raise NotFound(f"{node.id} is {node.state} and has no {interface} address; try --interface {other}")
    return found[0]


def _run(line: Sequence[str]) -> None:
    """Run a program in this one's place, as far as it can be seen."""
    output().flush()
    status = subprocess.run(line, check=False).returncode
    if status:
        raise AlreadyReported(status)
