"""``cumuli nodes …``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import App, Parameter

from cumuli.cli.compute.clients import compute_client
from cumuli.cli.confirmation import Several, Switch, Yes, confirm, each, pairs
from cumuli.cli.output import Column, age, listed, moment
from cumuli.cli.session import output
from cumuli.compute.auth import SSHKey, public_key_in
from cumuli.compute.client import Compute
from cumuli.compute.models import Node
from cumuli.errors import NotSupported

__all__ = ["app"]

app = App(name="nodes", help="Servers.")

COLUMNS: list[Column[Node]] = [
    ("ID", lambda node: node.id),
    ("NAME", lambda node: node.name),
    ("STATE", lambda node: node.state),
    ("SIZE", lambda node: node.size),
    ("LOCATION", lambda node: node.location),
    ("PUBLIC IPS", lambda node: listed(node.public_ips)),
    ("PRIVATE IPS", lambda node: listed(node.private_ips)),
    ("AGE", lambda node: age(node.created_at)),
]
FIELDS: list[Column[Node]] = [
    ("Id", lambda node: node.id),
    ("Name", lambda node: node.name),
    ("State", lambda node: node.state),
    ("Reason", lambda node: node.state_reason),
    ("Size", lambda node: node.size),
    ("Image", lambda node: node.image),
    ("Location", lambda node: node.location),
    ("Public IPs", lambda node: listed(node.public_ips)),
    ("Private IPs", lambda node: listed(node.private_ips)),
    ("Created", lambda node: moment(node.created_at)),
    ("Tags", lambda node: listed(f"{key}={value}" for key, value in sorted(node.tags.items()))),
]

# What an option is called among the arguments of those providers' create_node that have it.
EXTENSIONS = {"key_name": "ex_keyname", "user_data": "ex_userdata", "security_group": "ex_security_groups"}


@app.command(name="list", usage="Usage: cumuli nodes list [ID...]")
def list_(*ids: str) -> None:
    """List the nodes of the account in this region.

    Args:
        ids: Only these.
    """
    with compute_client() as client:
        output().items(client.list_nodes(ids=ids or None), COLUMNS, none="no nodes")


@app.command
def show(node: str, /) -> None:
    """Show one node.

    Args:
        node: Its id.
    """
    with compute_client() as client:
        output().item(client.get_node(node), FIELDS)


@app.command
def create(
    name: str,
    /,
    *,
    size: str,
    image: str,
    location: str | None = None,
    tag: Annotated[list[str] | None, Parameter(negative="")] = None,
    ssh_key: Path | None = None,
    key_name: str | None = None,
    user_data: Path | None = None,
    security_group: Annotated[list[str] | None, Parameter(negative="")] = None,
    show_password: Switch = False,
    wait: Switch = False,
    interface: Literal["public", "private"] = "public",
    timeout: float = 600,
) -> None:
    """Create a node.

    Args:
        name: Its display name.
        size: Id of its size; `cumuli sizes list` tells.
        image: Id of its image; `cumuli images list` tells.
        location: Id of its location; without it, the provider chooses.
        tag: KEY=VALUE, once for each tag.
        ssh_key: File of the public SSH key that is to open it.
        key_name: Name of a key pair that the provider knows; `cumuli keys list` tells.
        user_data: File that cloud-init on the node gets at its first start.
        security_group: Name or id of a security group, once for each.
        show_password: Show the password, if the provider makes one. It is never told again.
        wait: Return only when it runs and has an address.
        interface: Which kind of address to wait for.
        timeout: Seconds to wait at most.
    """
    tags = pairs(tag or (), "--tag")
    auth = None if ssh_key is None else SSHKey(public_key_in(ssh_key.read_bytes()))
    extensions: dict[str, object] = {}
    if key_name is not None:
        extensions["key_name"] = key_name
    if user_data is not None:
        extensions["user_data"] = user_data.read_bytes()
    if security_group:
        extensions["security_group"] = security_group
    with compute_client() as client:
        make = _with_extensions(client, extensions)
        with output().progress(f"creating {name}") as tell:
            node = make(name, size, image, location=location, auth=auth, tags=tags)
            if wait:
                # Told at once: an interrupted wait must not leave a node behind that nobody knows of.
                output().note(f"created {node.id}")
                tell(f"waiting until {node.id} runs")
                [(running, _)] = client.wait_until_running([node], ssh_interface=interface, timeout=timeout)
                node = msgspec.structs.replace(running, password=node.password)
        password: Column[Node] = ("Password", lambda node: None if node.password is None else node.password.reveal())
        output().item(node, [*FIELDS, password] if show_password else FIELDS, reveal=show_password)
        if node.password and not show_password:
            output().note("the provider made a password, which only --show-password shows, as the node is created")


def _with_extensions(client: Compute, given: Mapping[str, object]) -> Callable[..., Node]:
    """``create_node`` with arguments that only some providers' have.

    Raises:
        NotSupported: This one's does not.
    """
    create: Callable[..., Node] = client.create_node
    missing = [option for option in given if EXTENSIONS[option] not in signature(create).parameters]
    if missing:
        options = ", ".join(f"--{option.replace('_', '-')}" for option in missing)
        raise NotSupported(f"{client.provider} does not support {options}; leave it out", provider=client.provider)
    return partial(create, **{EXTENSIONS[option]: value for option, value in given.items()})


@app.command
def start(nodes: Several, /) -> None:
    """Start stopped nodes.

    Args:
        nodes: Their ids.
    """
    with compute_client() as client:
        each(nodes, client.start_node, "started")


@app.command
def stop(nodes: Several, /) -> None:
    """Shut nodes down, and keep them.

    Args:
        nodes: Their ids.
    """
    with compute_client() as client:
        each(nodes, client.stop_node, "stopped")


@app.command
def reboot(nodes: Several, /) -> None:
    """Reboot nodes.

    Args:
        nodes: Their ids.
    """
    with compute_client() as client:
        each(nodes, client.reboot_node, "rebooted")


@app.command
def destroy(nodes: Several, /, *, yes: Yes = False) -> None:
    """Destroy nodes for good. Asks before it does.

    Args:
        nodes: Their ids.
        yes: Do not ask.
    """
    with compute_client() as client:

        def question() -> str:
            found = client.list_nodes(ids=nodes)
            return f"Destroy {listed(f'{node.id} ({node.name}, {node.state})' for node in found)} for good?"

        confirm(question, yes=yes)
        each(nodes, client.destroy_node, "destroyed")
