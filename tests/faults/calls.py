"""Short forms for the requests of these tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cumuli.runtime.messages import Request, Response
from cumuli.runtime.protocol import Runtime
from tests.faults.keepalive import Server
from tests.flavours import Flavour


def request(server: Server | str, target: str = "/", method: str = "GET", **fields: Any) -> Request:
    origin = server if isinstance(server, str) else server.origin
    return Request(method=method, origin=origin, target=target, **fields)


async def send(
    runtime: Runtime, server: Server | str, target: str = "/", method: str = "GET", within: float = 60.0, **fields: Any
) -> Response:
    asked = request(server, target, method, **fields)
    return await runtime.send(asked, deadline=runtime.monotonic() + within)


async def settled(flavour: Flavour, condition: Callable[[], object], what: str) -> None:
    """As ``eventually``, leaving an event loop, where there is one, time to do its part."""
    pauses = flavour.runtime()
    end = pauses.monotonic() + 60
    while not condition():
        assert pauses.monotonic() < end, f"never happened: {what}"
        await pauses.sleep(0.005)
    await pauses.close()
