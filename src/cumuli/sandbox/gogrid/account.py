"""One GoGrid account: its servers, images, addresses and passwords, and what time does to them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

__all__ = ["DATACENTERS", "LOOKUPS", "Account", "Address", "Image", "Option", "Server", "Settings"]


@dataclass(frozen=True, kw_only=True)
class Option:
    """One value of an enumeration."""

    id: int
    name: str
    description: str


def _options(*names: str, described: str = "{}") -> tuple[Option, ...]:
    return tuple(
        Option(id=number, name=name, description=described.format(name)) for number, name in enumerate(names, 1)
    )


DATACENTERS = _options("US-West-1", "US-East-1", described="{} Datacenter")
IP_TYPES = _options("Public", "Private")
IP_STATES = _options("Unassigned", "Assigned")
RAM = _options("512MB", "1GB", "2GB", "4GB", "8GB", "16GB", "24GB", described="Server with {} RAM")
SERVER_STATES = _options("Starting", "On", "Off", "Restarting", "Saving", "Restoring")
SERVER_TYPES = _options("Web Server", "Database Server")
IMAGE_STATES = _options("Saving", "Available")
ARCHITECTURES = _options("32-bit", "64-bit", described="{} OS")
SYSTEMS = _options("CentOS 5.6 (64-bit)", "Debian 5.0 (64-bit)", "Windows 2008 Server (64-bit)")

LOOKUPS: dict[str, tuple[Option, ...]] = {
    "datacenter": DATACENTERS,
    "ip.datacenter": DATACENTERS,
    "ip.type": IP_TYPES,
    "ip.state": IP_STATES,
    "server.datacenter": DATACENTERS,
    "server.ram": RAM,
    "server.state": SERVER_STATES,
    "server.type": SERVER_TYPES,
    "server.os": SYSTEMS,
    "image.architecture": ARCHITECTURES,
    "image.os": SYSTEMS,
    "image.state": IMAGE_STATES,
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the server behaves.

    Attributes:
        api_key: The account's key, which may do everything.
        limited_key: A key of the same account that may not read passwords.
        secret: The shared secret of both keys.
        public_addresses: How many public addresses each datacenter has.
        id_after: Seconds until a new server has its id; infinite for never.
        state_after: Seconds that each change of state takes.
    """

    api_key: str = "sandbox"
    limited_key: str = "sandbox-limited"
    secret: str = field(default="sandbox-secret", repr=False)
    public_addresses: int = 32
    id_after: float = 0.3
    state_after: float = 0.3


@dataclass(kw_only=True)
class Address:
    """An address, public or private."""

    id: int
    ip: str
    public: bool
    subnet: str
    datacenter: Option
    assigned: bool = False


@dataclass(kw_only=True)
class Image:
    """A server image. GoGrid's own are in every datacenter."""

    id: int
    name: str
    friendly_name: str
    description: str
    owner: tuple[int, str]
    os: Option
    is_public: bool
    created: float
    updated: float
    datacenter: Option | None = None
    available_at: float = 0.0

    @property
    def state(self) -> Option:
        """Saving, then available."""
        return IMAGE_STATES[time.monotonic() >= self.available_at]


@dataclass(kw_only=True)
class Server:
    """A server. Its number is kept from everybody until it is due."""

    number: int
    name: str
    description: str
    image: Image
    address: Address
    ram: Option
    is_sandbox: bool
    id_at: float
    state: Option = SERVER_STATES[0]
    next_state: Option = SERVER_STATES[1]
    next_at: float = 0.0

    @property
    def id(self) -> int | None:
        """Its id, once it has one."""
        return self.number if time.monotonic() >= self.id_at else None

    def settle(self) -> Option:
        """The state now."""
        if time.monotonic() >= self.next_at:
            self.state = self.next_state
        return self.state

    def change(self, during: str, after: str, seconds: float) -> None:
        """Be in one state for some time, then in another."""
        self.state, self.next_state = state_named(during), state_named(after)
        self.next_at = time.monotonic() + seconds


@dataclass(frozen=True, kw_only=True)
class Password:
    """A password that was made for a server, or for another service."""

    id: int
    username: str
    password: str = field(repr=False)
    server: Server | None


OWNER = (19999, "Sandbox Account")
GOGRID = (1, "GoGrid")


class Account:
    """Everything that the keys of one customer see. Not for several threads at once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ids = count(1001)
        self.servers: list[Server] = []
        now = time.time()
        self.images = [
            Image(
                id=next(self.ids),
                name=f"GSI-{option.id:08d}",
                friendly_name=option.name,
                description=f"{option.name}, as it comes",
                owner=GOGRID,
                os=option,
                is_public=True,
                created=now,
                updated=now,
            )
            for option in SYSTEMS
        ]
        self.addresses = list(self._addresses())
        self.passwords = [
            Password(id=next(self.ids), username="portal", password=secrets.token_urlsafe(9), server=None),
        ]

    def _addresses(self) -> Iterator[Address]:
        for place in DATACENTERS:
            for host in range(2, 2 + self.settings.public_addresses):
                yield Address(
                    id=next(self.ids),
                    ip=f"203.0.113.{host + 128 * (place.id - 1)}",
                    public=True,
                    subnet=f"203.0.113.{128 * (place.id - 1)}/255.255.255.128",
                    datacenter=place,
                )
            for host in range(2, 6):
                yield Address(
                    id=next(self.ids),
                    ip=f"10.{place.id}.0.{host}",
                    public=False,
                    subnet=f"10.{place.id}.0.0/255.255.255.0",
                    datacenter=place,
                )

    def add(
        self, *, name: str, description: str, image: Image, address: Address, ram: Option, is_sandbox: bool
    ) -> Server:
        """A new server, with a root password, at an address that is then assigned."""
        now = time.monotonic()
        born = now + self.settings.id_after
        server = Server(
            number=next(self.ids),
            name=name,
            description=description,
            image=image,
            address=address,
            ram=ram,
            is_sandbox=is_sandbox,
            id_at=born,
            next_at=born + self.settings.state_after,
        )
        address.assigned = True
        self.servers.append(server)
        self.passwords.append(
            Password(id=next(self.ids), username="root", password=secrets.token_urlsafe(9), server=server)
        )
        return server

    def remove(self, server: Server) -> None:
        """Delete a server: its address is free again, its password forgotten."""
        self.servers.remove(server)
        server.address.assigned = False
        self.passwords = [entry for entry in self.passwords if entry.server is not server]

    def save(self, server: Server, *, friendly_name: str, description: str, is_public: bool) -> Image:
        """An image of a server, which is saving for as long as the image is."""
        resting = server.settle()
        server.change("Saving", resting.name, self.settings.state_after)
        now = time.time()
        number = next(self.ids)
        image = Image(
            id=number,
            name=f"GSI-{number:08d}",
            friendly_name=friendly_name,
            description=description,
            owner=OWNER,
            os=server.image.os,
            is_public=is_public,
            created=now,
            updated=now,
            datacenter=server.address.datacenter,
            available_at=time.monotonic() + self.settings.state_after,
        )
        self.images.append(image)
        return image


def state_named(name: str) -> Option:
    """The server's state of this name."""
    return next(state for state in SERVER_STATES if state.name == name)
