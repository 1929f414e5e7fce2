"""``cumuli nodes …``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import App, Parameter

from cumuli.cli.compute import deploying
from cumuli.cli.compute.clients import compute_client
from cumuli.cli.compute.names import (
    SURELY_AN_ID,
    image_named,
    location_named,
    node_named,
    nodes_named,
    size_named,
    volumes_named,
)
from cumuli.cli.compute.networks import network_named, subnet_named
from cumuli.cli.compute.own_verbs import first_of, has
from cumuli.cli.compute.waits import RESIZED, RUNNING, Wait, surely_there, until, wait_seconds, waiting
from cumuli.cli.confirmation import Several, Switch, Yes, confirm, each, pairs
from cumuli.cli.ex import shown
from cumuli.cli.looking import looking
from cumuli.cli.output import Column, age, listed, moment
from cumuli.cli.session import output
from cumuli.compute.auth import SSHKey, public_key_in
from cumuli.compute.client import Compute
from cumuli.compute.models import Node
from cumuli.errors import NodeNotFound, NotSupported

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
EXTENSIONS = {
    "key_name": "ex_keyname",
    "user_data": "ex_userdata",
    "security_group": "ex_security_groups",
    "network": "ex_networks",
    "subnet": "ex_subnet",
}


@app.command(name="list", usage="Usage: cumuli nodes list [OPTIONS] [NODE...]")
def list_(*nodes: str) -> None:
    """List the nodes of the account in this region.

    Example: cumuli nodes list --filter state=running --sort name

    Args:
        nodes: Only these: ids or names.
    """
    with compute_client() as client:
        wanted = nodes_named(client, nodes) if nodes else None
        output().items(client.list_nodes(ids=wanted), COLUMNS, none="no nodes")


@app.command
def show(node: str, /) -> None:
    """Show one node.

    Example: cumuli nodes show web-1

    Args:
        node: Its id or name.
    """
    with compute_client() as client:
        output().item(client.get_node(node_named(client, node)), FIELDS)


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
    network: Annotated[list[str] | None, Parameter(negative="")] = None,
    subnet: str | None = None,
    volume: Annotated[list[str] | None, Parameter(negative="")] = None,
    show_password: Switch = False,
    wait: Wait = False,
    interface: Literal["public", "private"] = "public",
) -> None:
    """Create a node.

    Example: cumuli nodes create web-1 --size t3.micro --image ami-12c6146b --tag env=demo --wait

    Args:
        name: Its display name.
        size: Id or name of its size; `cumuli sizes list` tells.
        image: Id of its image, or its name if that is the only one; `cumuli images list` tells.
        location: Id or name of its location; without it, the provider chooses.
        tag: KEY=VALUE, once for each tag.
        ssh_key: File of the public SSH key that is to open it.
        key_name: Name of a key pair that the provider knows; `cumuli keys list` tells.
        user_data: File that cloud-init on the node gets at its first start.
        security_group: Name or id of a security group, once for each.
        network: Id or name of a network that it gets an interface in, once for each.
        subnet: Id or name of the subnet that it is in, where the provider wants that one.
        volume: Id or name of a volume to attach as soon as it runs, once for each.
        show_password: Show the password, if the provider makes one. It is never told again.
        wait: Return only when it runs and has an address, after --timeout at the latest.
        interface: Which kind of address to wait for.
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
        if network:
            extensions["network"] = [network_named(client, text) for text in network]
        if subnet is not None:
            extensions["subnet"] = subnet_named(client, subnet)
        make = _with_extensions(client, extensions)
        volumes = volumes_named(client, volume) if volume else []
        # Before the node is made, which is paid for: what is not there cannot be attached.
        with looking():
            for disk in volumes:
                client.get_volume(disk)
        size, image = size_named(client, size), image_named(client, image)
        location = None if location is None else location_named(client, location)
        with output().progress(f"creating {name}"):
            node = make(name, size, image, location=location, auth=auth, tags=tags)
        try:
            if wait or volumes:
                # Told at once: an interrupted wait must not leave a node behind that nobody knows of.
                output().note(f"created {node.id}")
                with waiting(f"{node.id} to be running"):
                    [(running, _)] = client.wait_until_running([node], ssh_interface=interface, timeout=wait_seconds())
                node = msgspec.structs.replace(running, password=node.password)
            for disk in volumes:
                client.attach_volume(node, disk)
        finally:
            # Whatever fails, the node is there, and its password is never told again.
            _show_created(node, show_password=show_password)


def _show_created(node: Node, *, show_password: bool) -> None:
    password: Column[Node] = ("Password", lambda node: None if node.password is None else node.password.reveal())
    output().item(node, [*FIELDS, password] if show_password else FIELDS, reveal=show_password)
    output().flush()
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
def start(nodes: Several, /, *, wait: Wait = False) -> None:
    """Start stopped nodes.

    Example: cumuli nodes start web-1 web-2 --wait

    Args:
        nodes: Their ids or names.
        wait: Return only when they run.
    """
    _change(nodes, lambda client, node: client.start_node(node), _until_running if wait else None, _STARTING)


@app.command
def stop(nodes: Several, /, *, wait: Wait = False) -> None:
    """Shut nodes down, and keep them.

    Example: cumuli nodes stop web-1 --wait

    Args:
        nodes: Their ids or names.
        wait: Return only when they have stopped.
    """
    _change(nodes, lambda client, node: client.stop_node(node), _until_stopped if wait else None, _STOPPING)


@app.command
def reboot(nodes: Several, /, *, wait: Wait = False) -> None:
    """Reboot nodes.

    Example: cumuli nodes reboot web-1

    Args:
        nodes: Their ids or names.
        wait: Return only when they run again.
    """
    _change(nodes, lambda client, node: client.reboot_node(node), _until_running if wait else None, _REBOOTING)


@app.command
def destroy(nodes: Several, /, *, yes: Yes = False, wait: Wait = False) -> None:
    """Destroy nodes for good. Asks before it does.

    Example: cumuli nodes destroy web-1 --yes

    Args:
        nodes: Their ids or names.
        yes: Do not ask.
        wait: Return only when they are gone.
    """
    with compute_client() as client:
        ids = nodes_named(client, nodes)

        def question() -> str:
            found = client.list_nodes(ids=ids)
            return f"Destroy {listed(f'{node.id} ({node.name}, {node.state})' for node in found)} for good?"

        def destroy_one(node: str) -> None:
            client.destroy_node(node)
            if wait:
                _until_gone(client, node)

        confirm(question, yes=yes)
        each(ids, destroy_one, "destroyed" if wait else "destroying", what="node")


@app.command
def wait(nodes: Several, /, *, to: Literal["running", "stopped", "gone"] = "running") -> None:
    """Wait until nodes are as they should be, for as long as --timeout says (10 minutes if not given).

    Example: cumuli nodes wait web-1 web-2 --to stopped --timeout 5m

    Args:
        nodes: Their ids or names.
        to: To be running, stopped or gone.
    """
    with compute_client() as client:

        def wait_for(node: str) -> None:
            if to == "gone":
                if not SURELY_AN_ID.fullmatch(node):
                    try:
                        surely_there(client, node)
                    except NodeNotFound:
                        output().note(f"there is no node {node}: it is gone already, or none was ever called so")
                _until_gone(client, node)
            else:
                surely_there(client, node)
                (_until_running if to == "running" else _until_stopped)(client, node)

        each(nodes_named(client, nodes), wait_for, to, what="node")


@app.command
def tag(node: str, tags: Several, /) -> None:
    """Put tags on a node, or take them off.

    Examples: cumuli nodes tag web-1 env=prod owner=me · cumuli nodes tag web-1 owner=

    Args:
        node: Its id or name.
        tags: KEY=VALUE; KEY= without a value takes the tag off.
    """
    given = pairs(tags, "nodes tag")
    put = {key: value for key, value in given.items() if value}
    off = [key for key, value in given.items() if not value]
    with compute_client() as client:
        node = node_named(client, node)
        if put:
            first_of(client, ("ex_create_tags", "ex_set_metadata"), "tag nodes")[1](node, put)
        if off and has(client, "ex_delete_tags"):
            first_of(client, ("ex_delete_tags",), "take tags off")[1](node, off)
        elif off:
            _, remove = first_of(client, ("ex_delete_metadata_item",), "take tags off")
            for key in off:
                remove(node, key)
        output().done(f"tagged {node}", {"tagged": [node]})


@app.command
def rename(node: str, name: str, /) -> None:
    """Give a node another display name.

    Example: cumuli nodes rename web-1 web-old

    Args:
        node: Its id or name.
        name: The new name.
    """
    with compute_client() as client:
        node = node_named(client, node)
        method, change = first_of(client, ("ex_set_server_name", "ex_create_tags"), "rename nodes")
        change(node, name if method == "ex_set_server_name" else {"Name": name})
        output().done(f"renamed {node} to {name}", {"renamed": [node]})


@app.command
def resize(node: str, size: str, /, *, confirm: Switch = False, revert: Switch = False, wait: Wait = False) -> None:
    """Give a node another size. EC2 wants it stopped; OpenStack wants the change confirmed when it has been looked at.

    Examples: cumuli nodes resize web-1 t3.large · cumuli nodes resize web-1 m1.large --wait --confirm

    Args:
        node: Its id or name.
        size: Id or name of the new size.
        confirm: Also confirm the change, where the provider wants that.
        revert: Instead undo a change that has not been confirmed.
        wait: Return only when the node runs, or has stopped, again.
    """
    with compute_client() as client:
        node = node_named(client, node)
        if revert:
            first_of(client, ("ex_revert_resize",), "undo a change of size")[1](node)
            output().done(f"reverting {node}", {"reverting": [node]})
            return
        _, change = first_of(client, ("ex_change_node_size", "ex_resize"), "change the size of nodes")
        change(node, size_named(client, size))
        if wait or confirm:
            with waiting(f"{node} to have its new size"):
                until(client, node, RESIZED, client.get_node)
        if confirm and has(client, "ex_confirm_resize"):
            first_of(client, ("ex_confirm_resize",), "confirm a change of size")[1](node)
        word = "resized" if wait or confirm else "resizing"
        output().done(f"{word} {node} to {size}", {word: [node]})


@app.command
def console(node: str, /, *, url: Switch = False) -> None:
    """Print what a node has written to its console, or the address of the console itself.

    Example: cumuli nodes console web-1

    Args:
        node: Its id or name.
        url: Print an address that opens the console in a browser.
    """
    with compute_client() as client:
        node = node_named(client, node)
        if url:
            shown(first_of(client, ("ex_get_console_url",), "open consoles in a browser")[1](node), done="")
            return
        found = first_of(client, ("ex_get_console_output",), "show consoles")[1](node)
        text = getattr(found, "output", found)
        shown("" if text is None else text, done="")


# What a node is said to be doing until it has done it, and what it then has done.
_STARTING = ("starting", "started")
_STOPPING = ("stopping", "stopped")
_REBOOTING = ("rebooting", "rebooted")

# Behind the verbs that people look for first.
for _command in (deploying.deploy, deploying.ssh, deploying.cp):
    app.command(_command)


def _until_running(client: Compute, node: str) -> None:
    with waiting(f"{node} to be running"):
        until(client, node, RUNNING, client.get_node)


def _until_stopped(client: Compute, node: str) -> None:
    with waiting(f"{node} to be stopped"):
        client.wait_until_stopped([node], timeout=wait_seconds())


def _until_gone(client: Compute, node: str) -> None:
    with waiting(f"{node} to be gone"):
        client.wait_until_destroyed([node], timeout=wait_seconds())


def _change(
    nodes: Sequence[str],
    act: Callable[[Compute, str], None],
    wait_for: Callable[[Compute, str], None] | None,
    words: tuple[str, str],
) -> None:
    """Do something to each node, and wait for what comes of it if that is wanted."""
    with compute_client() as client:

        def change(node: str) -> None:
            act(client, node)
            if wait_for is not None:
                wait_for(client, node)

        each(nodes_named(client, nodes), change, words[0] if wait_for is None else words[1], what="node")
