"""The calls of the API: arguments checked, the account looked at or changed, the answer as plain data."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from cumuli.sandbox.gogrid.account import (
    LOOKUPS,
    OWNER,
    RAM,
    SERVER_TYPES,
    Account,
    Address,
    Image,
    Option,
    Password,
    Server,
)

__all__ = ["CALLS", "Arguments", "Failure", "Item"]

T = TypeVar("T")

Item = dict[str, object]

COMMON = frozenset({"api_key", "sig", "v", "format", "num_items", "page"})


class Failure(Exception):
    """What the API answers instead: a status, a code and a message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def bad(message: str) -> Failure:
    """The failure of a wrong argument."""
    return Failure(400, "IllegalArgumentException", message)


class Arguments:
    """The arguments of one call, checked as they are read.

    Args:
        given: Every parameter of the request with all its values.
        known: The names that the call takes, besides those that every call takes.
    """

    def __init__(self, given: Mapping[str, Sequence[str]], known: Iterable[str]) -> None:
        if unknown := sorted(set(given) - COMMON - set(known)):
            raise bad(f"Unknown argument: {unknown[0]}")
        self._given = given

    def optional(self, name: str) -> str | None:
        """The value, or None when it was not given.

        Raises:
            Failure: It was given several times, or is empty.
        """
        values = self._given.get(name, ())
        if not values:
            return None
        if len(values) > 1:
            raise bad(f"Argument given more than once: {name}")
        if not values[0]:
            raise bad(f"Argument is empty: {name}")
        return values[0]

    def required(self, name: str) -> str:
        """The value.

        Raises:
            Failure: It was not given.
        """
        value = self.optional(name)
        if value is None:
            raise Failure(400, "MissingArgumentException", f"Missing required argument: {name}")
        return value

    def flag(self, name: str) -> bool | None:
        """A truth value: ``true`` ``false`` ``1`` ``0``."""
        value = self.optional(name)
        if value is None:
            return None
        if value.lower() not in {"true", "false", "1", "0"}:
            raise bad(f"Argument is not a boolean: {name}")
        return value.lower() in {"true", "1"}

    def number(self, name: str, *, default: int, least: int) -> int:
        """A number."""
        value = self.optional(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdecimal() or int(value) < least:
            raise bad(f"Argument is not a number of {least} or more: {name}")
        return int(value)

    def option(self, name: str, lookup: str, value: str | None = None) -> Option | None:
        """A value of an enumeration, by id or by name."""
        value = value or self.optional(name)
        if value is None:
            return None
        for option in LOOKUPS[lookup]:
            if value in {str(option.id), option.name}:
                return option
        raise bad(f"Illegal value for argument {name}: {value}")

    def all(self, name: str) -> list[str]:
        """Every value of an argument that may be repeated."""
        return list(self._given.get(name, ()))


def _find(kind: str, things: Iterable[T], value: str, *names: Callable[[T], object]) -> T:
    found = [thing for thing in things if value in {str(name(thing)) for name in names if name(thing) is not None}]
    if len(found) != 1:
        raise bad(f"No {kind} found for: {value}" if not found else f"More than one {kind} found for: {value}")
    return found[0]


def _server(account: Account, value: str) -> Server:
    return _find("server", account.servers, value, lambda server: server.id, lambda server: server.name)


def _image(account: Account, value: str) -> Image:
    return _find("image", account.images, value, lambda image: image.id, lambda image: image.name)


def _own_image(account: Account, value: str) -> Image:
    image = _image(account, value)
    if image.owner != OWNER:
        raise bad(f"The image does not belong to this account: {value}")
    return image


# Servers


def list_servers(account: Account, arguments: Arguments) -> list[Item]:
    """/grid/server/list: those that have no id yet are among them, without one."""
    place = arguments.option("datacenter", "server.datacenter")
    sandbox = arguments.flag("isSandbox")
    kind = arguments.option("server.type", "server.type")
    return [
        of_server(server)
        for server in account.servers
        if place in {None, server.address.datacenter}
        and sandbox in {None, server.is_sandbox}
        and kind in {None, SERVER_TYPES[0]}
    ]


def get_servers(account: Account, arguments: Arguments) -> list[Item]:
    """/grid/server/get, by any number of ids or of names."""
    given = [(name, arguments.all(name)) for name in ("id", "name", "server") if arguments.all(name)]
    if len(given) != 1:
        raise bad("Exactly one of the arguments id, name or server is required")
    [(name, values)] = given
    by: dict[str, tuple[Callable[[Server], object], ...]] = {
        "id": (lambda server: server.id,),
        "name": (lambda server: server.name,),
        "server": (lambda server: server.id, lambda server: server.name),
    }
    return [of_server(_find("server", account.servers, value, *by[name])) for value in dict.fromkeys(values)]


def add_server(account: Account, arguments: Arguments) -> list[Item]:
    """/grid/server/add; the answer has no id, for the server has none yet."""
    name = arguments.required("name")
    image = _image(account, arguments.required("image"))
    ip = arguments.required("ip")
    ram = arguments.option("server.ram", "server.ram", arguments.required("server.ram")) or RAM[0]
    if any(server.name == name for server in account.servers):
        raise bad(f"A server with this name already exists: {name}")
    address = _find("ip", account.addresses, ip, lambda address: address.ip, lambda address: address.id)
    if not address.public:
        raise bad(f"The ip is not a public one: {ip}")
    if address.assigned:
        raise bad(f"The ip is assigned to another server: {ip}")
    if image.datacenter not in {None, address.datacenter}:
        raise bad(f"The image is not in the datacenter of the ip: {ip}")
    if image.state.name != "Available":
        raise bad(f"The image is not available: {image.name}")
    server = account.add(
        name=name,
        description=arguments.optional("description") or "",
        image=image,
        address=address,
        ram=ram,
        is_sandbox=arguments.flag("isSandbox") or False,
    )
    item = of_server(server)
    item.pop("id", None)
    return [item]


def edit_server(account: Account, arguments: Arguments) -> list[Item]:
    """/grid/server/edit."""
    server = _server(account, arguments.required("id"))
    server.ram = arguments.option("server.ram", "server.ram") or server.ram
    server.description = arguments.optional("description") or server.description
    return [of_server(server)]


def power_server(account: Account, arguments: Arguments) -> list[Item]:
    """/grid/server/power. Starting what is on, and stopping what is off, changes nothing."""
    server = _server(account, arguments.required("id"))
    power = arguments.required("power")
    if power not in {"start", "stop", "restart"}:
        raise bad(f"Illegal value for argument power: {power}")
    state = server.settle().name
    seconds = account.settings.state_after
    if state in {"Saving", "Restoring"}:
        raise bad(f"The server cannot be changed while it is {state}")
    if power == "start" and state == "Off":
        server.change("Starting", "On", seconds)
    elif power == "stop" and state != "Off":
        # There is no state for it: a server is on until it is off.
        server.change(state, "Off", seconds)
    elif power == "restart":
        if state == "Off":
            raise bad("The server is off and cannot be restarted")
        server.change("Restarting", "On", seconds)
    return [of_server(server)]


def delete_server(account: Account, arguments: Arguments) -> list[Item]:
    """/grid/server/delete."""
    server = _server(account, arguments.required("id"))
    if server.settle().name == "Saving":
        raise bad("The server cannot be deleted while it is Saving")
    account.remove(server)
    return [of_server(server)]


# Images


def list_images(account: Account, arguments: Arguments) -> list[Item]:
    """/grid/image/list."""
    place = arguments.option("datacenter", "datacenter")
    public = arguments.flag("isPublic")
    state = arguments.option("image.state", "image.state")
    return [
        of_image(image)
        for image in account.images
        if (place is None or image.datacenter in {None, place})
        and public in {None, image.is_public}
        and state in {None, image.state}
    ]


def save_image(account: Account, arguments: Arguments) -> list[Item]:
    """/grid/image/save: of an image sandbox only."""
    server = _server(account, arguments.required("server"))
    friendly_name = arguments.required("friendlyName")
    if not server.is_sandbox:
        raise bad(f"The server is not an image sandbox: {server.name}")
    state = server.settle().name
    if state not in {"On", "Off"}:
        raise bad(f"The server cannot be saved while it is {state}")
    image = account.save(
        server,
        friendly_name=friendly_name,
        description=arguments.optional("description") or "",
        is_public=arguments.flag("isPublic") or False,
    )
    return [of_image(image)]


def edit_image(account: Account, arguments: Arguments) -> list[Item]:
    """/grid/image/edit: one's own images only."""
    image = _own_image(account, arguments.required("id"))
    public = arguments.flag("isPublic")
    image.is_public = image.is_public if public is None else public
    image.description = arguments.optional("description") or image.description
    image.friendly_name = arguments.optional("friendlyName") or image.friendly_name
    image.updated = time.time()
    return [of_image(image)]


def delete_image(account: Account, arguments: Arguments) -> list[Item]:
    """/grid/image/delete: one's own images only."""
    image = _own_image(account, arguments.required("id"))
    account.images.remove(image)
    return [of_image(image)]


# Addresses, passwords, enumerations


def list_ips(account: Account, arguments: Arguments) -> list[Item]:
    """/grid/ip/list."""
    kind = arguments.option("ip.type", "ip.type")
    state = arguments.option("ip.state", "ip.state")
    place = arguments.option("datacenter", "datacenter")
    return [
        of_address(address)
        for address in account.addresses
        if (kind is None or (kind.name == "Public") == address.public)
        and (state is None or (state.name == "Assigned") == address.assigned)
        and place in {None, address.datacenter}
    ]


def list_passwords(account: Account, _arguments: Arguments) -> list[Item]:
    """/support/password/list."""
    return [of_password(entry) for entry in account.passwords]


def list_lookup(_account: Account, arguments: Arguments) -> list[Item]:
    """/common/lookup/list."""
    name = arguments.required("lookup")
    if name not in LOOKUPS:
        raise bad(f"Illegal value for argument lookup: {name}")
    return [of_option(option) for option in LOOKUPS[name]]


Call = Callable[[Account, Arguments], list[Item]]

CALLS: dict[str, tuple[str, Call, frozenset[str]]] = {
    path: (method, call, frozenset(arguments.split()))
    for path, method, call, arguments in (
        ("/grid/server/list", "GET", list_servers, "datacenter isSandbox server.type"),
        ("/grid/server/get", "GET", get_servers, "id name server"),
        ("/grid/server/add", "POST", add_server, "name image ip server.ram description isSandbox"),
        ("/grid/server/edit", "POST", edit_server, "id server.ram description"),
        ("/grid/server/power", "POST", power_server, "id power"),
        ("/grid/server/delete", "POST", delete_server, "id"),
        ("/grid/image/list", "GET", list_images, "datacenter isPublic image.state"),
        ("/grid/image/save", "POST", save_image, "server friendlyName description isPublic"),
        ("/grid/image/edit", "POST", edit_image, "id isPublic description friendlyName"),
        ("/grid/image/delete", "POST", delete_image, "id"),
        ("/grid/ip/list", "GET", list_ips, "ip.type ip.state datacenter"),
        ("/support/password/list", "GET", list_passwords, ""),
        ("/common/lookup/list", "GET", list_lookup, "lookup"),
    )
}


# The objects of the API


def of_option(option: Option) -> Item:
    """An option."""
    return {"object": "option", "id": option.id, "name": option.name, "description": option.description}


def of_address(address: Address) -> Item:
    """An ip."""
    return {
        "object": "ip",
        "id": address.id,
        "ip": address.ip,
        "public": address.public,
        "subnet": address.subnet,
        "state": of_option(LOOKUPS["ip.state"][address.assigned]),
        "datacenter": of_option(address.datacenter),
    }


def of_image(image: Image) -> Item:
    """An image."""
    return {
        "object": "image",
        "id": image.id,
        "name": image.name,
        "friendlyName": image.friendly_name,
        "description": image.description,
        "isActive": True,
        "isPublic": image.is_public,
        "location": f"{image.owner[0]}/{image.name}.img",
        "os": of_option(image.os),
        "architecture": of_option(LOOKUPS["image.architecture"][1]),
        "owner": {"object": "customer", "id": image.owner[0], "name": image.owner[1]},
        "price": 0,
        "state": of_option(image.state),
        "type": of_option(SERVER_TYPES[0]),
        "createdTime": int(image.created * 1000),
        "updatedTime": int(image.updated * 1000),
    }


def of_server(server: Server) -> Item:
    """A server; without ``id`` while it has none. ``isSandbox`` is text here, as it was."""
    item: Item = {} if server.id is None else {"id": server.id}
    return item | {
        "object": "server",
        "name": server.name,
        "description": server.description,
        "isSandbox": "true" if server.is_sandbox else "false",
        "datacenter": of_option(server.address.datacenter),
        "image": of_image(server.image),
        "ip": of_address(server.address),
        "ram": of_option(server.ram),
        "state": of_option(server.settle()),
        "type": of_option(SERVER_TYPES[0]),
        "os": of_option(server.image.os),
    }


def of_password(entry: Password) -> Item:
    """A password, with the server that it opens if it opens one."""
    item: Item = {"object": "password", "id": entry.id, "username": entry.username, "password": entry.password}
    return item if entry.server is None else item | {"server": of_server(entry.server)}
