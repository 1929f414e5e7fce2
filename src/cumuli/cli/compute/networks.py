"""``cumuli networks``, ``addresses``, ``security-groups`` and ``quota``, which providers call by names of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Annotated, cast

from cyclopts import App, Parameter

from cumuli.cli.compute.clients import compute_client
from cumuli.cli.compute.names import Named, given, node_named, one_of
from cumuli.cli.compute.own_verbs import Method, first_of, has
from cumuli.cli.confirmation import Several, Yes, confirm, each
from cumuli.cli.ex import shown
from cumuli.cli.output import listed
from cumuli.compute.client import Compute

__all__ = ["addresses", "networks", "quota", "security_groups"]

networks = App(name="networks", help="Networks and their subnets.")
addresses = App(name="addresses", help="Public addresses of the account, which nodes can be given.")
security_groups = App(name="security-groups", help="What may reach nodes, and what they may reach.")

ADDRESSES = ("ex_describe_all_addresses", "ex_list_floating_ips", "ex_list_ips")
NETWORKS = ("ex_list_networks",)
GROUPS = ("ex_list_security_groups",)

NodeOption = Annotated[str | None, Parameter(show_default=False)]


def _list(names: tuple[str, ...], what: str) -> None:
    with compute_client() as client:
        _, method = first_of(client, names, what)
        shown(method(), done="")


def _listing(client: Compute, names: tuple[str, ...], what: str) -> Iterable[Named]:
    return cast("Iterable[Named]", first_of(client, names, what)[1]())


@networks.command(name="list")
def list_networks() -> None:
    """List the networks of the account in this region.

    Example: cumuli networks list
    """
    _list(NETWORKS, "list networks")


@networks.command(name="subnets")
def list_subnets(network: str | None = None, /) -> None:
    """List subnets.

    Example: cumuli networks subnets vpc-0a1b2c3d

    Args:
        network: Only those of this network (id or name).
    """
    with compute_client() as client:
        _, method = first_of(client, ("ex_list_subnets",), "list subnets")
        of = None if network is None else network_named(client, network)
        shown(method() if of is None else method(of), done="")


def network_named(client: Compute, text: str) -> str:
    """The id of a network."""
    return one_of(text, "network", partial(_listing, client, NETWORKS, "list networks"))


def subnet_named(client: Compute, text: str) -> str:
    """The id of a subnet."""
    return one_of(text, "subnet", partial(_listing, client, ("ex_list_subnets",), "list subnets"))


@addresses.command(name="list")
def list_addresses() -> None:
    """List the account's public addresses, and who has them.

    Example: cumuli addresses list
    """
    _list(ADDRESSES, "list addresses")


@addresses.command(name="create")
def create_address() -> None:
    """Get one more public address, which is paid for from then on.

    Example: cumuli addresses create
    """
    _list(("ex_allocate_address", "ex_create_floating_ip"), "get an address")


@addresses.command
def attach(address: str, node: str, /) -> None:
    """Give an address to a node.

    Example: cumuli addresses attach eipalloc-0a1b2c3d web-1

    Args:
        address: Its id; where it has none, the address.
        node: The node's id or name.
    """
    with compute_client() as client:
        name, method = first_of(client, ("ex_associate_address_with_node", "ex_attach_floating_ip"), "attach addresses")
        node = node_named(client, node)
        pair = (node, address) if name == "ex_associate_address_with_node" else (node, _address_id(client, address))
        shown(method(*pair), done=f"attached {address} to {node}")


@addresses.command
def detach(address: str, /) -> None:
    """Take an address from the node that has it.

    Example: cumuli addresses detach eipalloc-0a1b2c3d

    Args:
        address: Its id; where it has none, the address.
    """
    with compute_client() as client:
        _, method = first_of(client, ("ex_disassociate_address", "ex_detach_floating_ip"), "detach addresses")
        shown(method(_address_id(client, address)), done=f"detached {address}")


@addresses.command
def release(addresses: Several, /, *, yes: Yes = False) -> None:
    """Give addresses back. Asks before it does: somebody else may get them.

    Example: cumuli addresses release eipalloc-0a1b2c3d --yes

    Args:
        addresses: Their ids; where they have none, the addresses.
        yes: Do not ask.
    """
    with compute_client() as client:
        _, method = first_of(client, ("ex_release_address", "ex_delete_floating_ip"), "release addresses")
        ids = [_address_id(client, address) for address in addresses]
        confirm(lambda: f"Release {listed(addresses)} for good?", yes=yes)
        each(ids, lambda address: _nothing(method(address)), "released", what="address")


def _address_id(client: Compute, text: str) -> str:
    """The id of an address, which may be given as it is dialled."""
    from cumuli.cli.looking import looking

    given(text, "address")
    with looking():
        found = list(_listing(client, ADDRESSES, "list addresses"))
    for address in found:
        if text in {getattr(address, field, None) for field in ("id", "ip", "public_ip", "address")}:
            return address.id
    return text


@security_groups.command(name="list")
def list_groups() -> None:
    """List the security groups.

    Example: cumuli security-groups list
    """
    _list(GROUPS, "list security groups")


@security_groups.command
def show(group: str, /) -> None:
    """Show one security group with its rules.

    Example: cumuli security-groups show web

    Args:
        group: Its id or name.
    """
    with compute_client() as client:
        found = list(_listing(client, GROUPS, "list security groups"))
        wanted = one_of(group, "security group", lambda: found)
        match = [each for each in found if each.id == wanted]
        if not match:
            from cumuli.errors import NotFound

            raise NotFound(f"there is no security group {group!r}; `cumuli security-groups list` shows them")
        shown(match[0], done="")


@security_groups.command(name="create")
def create_group(name: str, /, *, description: str | None = None, network: str | None = None) -> None:
    """Make a security group without rules.

    Example: cumuli security-groups create web --description "port 443 for everybody"

    Args:
        name: What to call it.
        description: What it is for; some providers want one.
        network: In which network (id or name), where groups belong to one.
    """
    with compute_client() as client:
        _, method = first_of(client, ("ex_create_security_group",), "make security groups")
        more: dict[str, object] = {} if network is None else {"network": network_named(client, network)}
        if client.provider == "ec2":
            shown(method(name, description or name, **more), done="")
        else:
            shown(method(name, description=description or "", **more), done="")


@security_groups.command(name="delete")
def delete_groups(groups: Several, /, *, yes: Yes = False) -> None:
    """Delete security groups. Asks before it does.

    Example: cumuli security-groups delete web --yes

    Args:
        groups: Their ids or names.
        yes: Do not ask.
    """
    with compute_client() as client:
        _, method = first_of(client, ("ex_delete_security_group",), "delete security groups")
        listing = partial(_listing, client, GROUPS, "list security groups")
        ids = [one_of(group, "security group", listing) for group in groups]
        confirm(lambda: f"Delete {listed(groups)} for good?", yes=yes)
        each(ids, lambda group: _nothing(method(group)), "deleted", what="security group")


def quota() -> None:
    """Show what the account may have at most, and what of it is in use."""
    with compute_client() as client:
        names = ("ex_get_quota", "ex_limits", "ex_get_limits", "ex_describe_account_attributes")
        methods: Sequence[Method] = [getattr(client, name) for name in names if has(client, name)]
        if not methods:
            first_of(client, names, "tell quotas")
        shown(methods[0](), done="")


def _nothing(_result: object) -> None:
    """An answer that says no more than that it was done."""
