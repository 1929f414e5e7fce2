"""``SandboxServer``: what users are told of a server."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cumuli.sandbox.server import Address, Profile, Server
from cumuli.sandbox.state import Options

__all__ = ["SandboxServer", "described", "profiles_of"]


class SandboxServer(msgspec.Struct, frozen=True, kw_only=True):
    """A server of the sandbox.

    Attributes:
        name: ``"ec2"``.
        summary: What it is, in a line.
        endpoint: Its URL, without a path; with faults, that of the link before it. For what listens on no port it is
            ``unix://`` and the path of its socket.
        port: On 127.0.0.1.
        pid: Of its process.
        log: The file that it prints to.
        profiles: The settings by which cumuli reaches it, by the name of the profile.
        environment: Variables by which other programs reach it.
        running: Whether its process is there; it may have been killed since it was started.
        auth: Whether it was made to check signatures.
        faults: What the link before it does wrong, in the words that were given; empty without one.
        seed: What those faults follow from.
    """

    name: str
    summary: str
    endpoint: str
    port: int
    pid: int
    log: str
    profiles: dict[str, Profile]
    environment: dict[str, str]
    running: bool = True
    auth: bool = False
    faults: str = ""
    seed: int = 0


def described(
    server: Server, address: Address, pid: int, log: Path, options: Options, *, alive: bool = True, sandbox: str = ""
) -> SandboxServer:
    """What is to be told of a server at an address, that of the link before it if there is one."""
    profiles = profiles_of(server, address, sandbox)
    told = next((str(profile["endpoint"]) for profile in profiles.values() if "endpoint" in profile), None)
    return SandboxServer(
        name=server.name,
        summary=server.summary,
        endpoint=told or address.endpoint,
        port=address.port,
        pid=pid,
        log=str(log),
        profiles=profiles,
        environment=server.exports(address),
        running=alive,
        auth=options.auth,
        faults=options.faults,
        seed=options.seed,
    )


def profiles_of(server: Server, address: Address, sandbox: str) -> dict[str, Profile]:
    """The profiles of a server; those of a sandbox that has a name have it in theirs: ``sandbox-work-ec2``."""
    found = server.profiles(address)
    if not sandbox:
        return found
    return {f"sandbox-{sandbox}-{name.removeprefix('sandbox-')}": settings for name, settings in found.items()}
