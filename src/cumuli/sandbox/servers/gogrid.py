"""GoGrid's API v1.7, served by cumuli's own server: the service itself is gone."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from cumuli.runtime import blocking_runtime
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.messages import Request, Response
from cumuli.runtime.protocol import TransportSettings
from cumuli.sandbox.gogrid.account import Settings
from cumuli.sandbox.server import Address, Profile, Server

__all__ = ["SERVER"]

PATIENCE = 10.0


class GoGridSandbox(Server):
    """It keeps everything in memory, and forgets it when it ends."""

    name = "gogrid"
    summary = "GoGrid (API v1.7), by cumuli"
    modules: Sequence[str] = ()

    def command(self, address: Address) -> list[str]:
        """The server, by the Python that runs this."""
        return [sys.executable, "-m", "cumuli.sandbox.gogrid", "--port", str(address.port)]

    def environment(self, address: Address) -> Mapping[str, str]:
        """Nothing that is not usual."""
        return {}

    def ready(self, address: Address, log: str) -> bool:
        """Call it without credentials, which it refuses in the shape of its API."""
        if f"GoGrid at {address.endpoint}" not in log:
            return False
        answer = run(_list_servers(address))
        return answer.status == 403 and b'"failure"' in answer.body

    def profiles(self, address: Address) -> dict[str, Profile]:
        """``sandbox-gogrid``."""
        settings = Settings()
        return {
            "sandbox-gogrid": {
                "provider": "gogrid",
                "endpoint": address.endpoint,
                "api_key": settings.api_key,
                "secret": settings.secret,
            }
        }

    def exports(self, address: Address) -> dict[str, str]:
        """Nothing: no other program is known to read variables of GoGrid's."""
        return {}


async def _list_servers(address: Address) -> Response:
    runtime = blocking_runtime(TransportSettings(proxy=""))
    try:
        request = Request(
            method="GET", origin=address.endpoint, target="/api/grid/server/list", operation="/grid/server/list"
        )
        return await runtime.send(request, deadline=runtime.monotonic() + PATIENCE)
    finally:
        await runtime.close()


SERVER: Server = GoGridSandbox()
