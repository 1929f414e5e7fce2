"""Nova's calls on servers that the portable verbs do not cover."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cumuli.errors import NodeNotFound, NotFound
from cumuli.providers.openstack.compute.models import OpenStackNode
from cumuli.providers.openstack.compute.servers import Servers
from cumuli.providers.openstack.compute.wire import Address
from cumuli.providers.openstack.faults import fault_error
from cumuli.providers.openstack.services import COMPUTE, OpenStackServices, decoded, identified, quoted
from cumuli.secret import Secret

__all__ = ["ServerActions"]


class _Metadata(msgspec.Struct):
    metadata: dict[str, str]


class _Addresses(msgspec.Struct):
    addresses: dict[str, list[Address]]


class _Output(msgspec.Struct):
    output: str | None


class _Console(msgspec.Struct):
    url: str


class _RemoteConsole(msgspec.Struct):
    remote_console: _Console


class _OldConsole(msgspec.Struct):
    console: _Console


class _AdminPass(msgspec.Struct):
    admin_pass: str | None = msgspec.field(default=None, name="adminPass")

    def __repr__(self) -> str:
        # Tracebacks show it, and what else it holds is a secret.
        return f"{type(self).__name__}()"


# Kinds of console by Nova's protocol, and the action that gave them before microversion 2.6.
CONSOLES: Mapping[str, tuple[str, str]] = {
    "novnc": ("vnc", "os-getVNCConsole"),
    "xvpvnc": ("vnc", "os-getVNCConsole"),
    "spice-html5": ("spice", "os-getSPICEConsole"),
    "rdp-html5": ("rdp", "os-getRDPConsole"),
    "serial": ("serial", "os-getSerialConsole"),
}


class ServerActions:
    """What Nova's servers can do besides."""

    def __init__(self, services: OpenStackServices, servers: Servers[OpenStackNode]) -> None:
        self._services = services
        self._servers = servers

    async def metadata(self, node_id: str) -> dict[str, str]:
        answer = await self._services.get(
            COMPUTE,
            f"/servers/{identified(node_id)}/metadata",
            _Metadata,
            operation="List All Metadata",
            not_found=NodeNotFound,
        )
        return answer.metadata

    async def set_metadata(self, node_id: str, metadata: Mapping[str, str]) -> dict[str, str]:
        answer = await self._services.put(
            COMPUTE,
            f"/servers/{identified(node_id)}/metadata",
            {"metadata": dict(metadata)},
            _Metadata,
            operation="Create or Replace Metadata Items",
            not_found=NodeNotFound,
        )
        return answer.metadata

    async def delete_metadata_item(self, node_id: str, key: str) -> None:
        await self._services.delete(
            COMPUTE,
            f"/servers/{identified(node_id)}/metadata/{quoted(key)}",
            operation="Delete Metadata Item",
            not_found=NotFound,
        )

    async def addresses(self, node_id: str) -> dict[str, tuple[str, ...]]:
        answer = await self._services.get(
            COMPUTE, f"/servers/{identified(node_id)}/ips", _Addresses, operation="List Ips", not_found=NodeNotFound
        )
        return {
            network: tuple(entry.addr for entry in entries if entry.addr)
            for network, entries in answer.addresses.items()
        }

    async def rescue(self, node_id: str, password: Secret | None, image: str | None) -> Secret | None:
        arguments = {
            **({"adminPass": password.reveal()} if password else {}),
            **({"rescue_image_ref": image} if image else {}),
        }
        answer = await self._servers.act(node_id, "rescue", arguments or None)
        given = decoded(answer, _AdminPass).admin_pass
        return Secret(given) if given else None

    async def console_output(self, node_id: str, length: int | None) -> str:
        answer = await self._servers.act(node_id, "os-getConsoleOutput", {} if length is None else {"length": length})
        return decoded(answer, _Output).output or ""

    async def console_url(self, node_id: str, kind: str) -> str:
        protocol, action = CONSOLES[kind]
        place = await self._services.session.versioned_endpoint(COMPUTE)
        if await self._services.session.microversion(place, "2.6") == "2.6":
            answer = await self._services.send(
                COMPUTE,
                "POST",
                f"/servers/{identified(node_id)}/remote-consoles",
                operation="Create Console",
                body={"remote_console": {"protocol": protocol, "type": kind}},
                repeatable=True,
                check=lambda found: fault_error(found, not_found=NodeNotFound),
            )
            return decoded(answer, _RemoteConsole).remote_console.url
        answer = await self._servers.act(node_id, action, {"type": kind})
        return decoded(answer, _OldConsole).console.url
