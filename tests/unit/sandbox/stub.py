"""A server that starts in a moment, for tests of how servers are started and ended."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from cumuli.sandbox.server import Address, Profile, Server

ANSWERING = (
    "import http.server, sys;"
    "s = http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.BaseHTTPRequestHandler);"
    "print('listening on', sys.argv[1], flush=True);"
    "s.serve_forever()"
)


class Stub(Server):
    name = "stub"
    summary = "nothing much"

    def __init__(self, script: str = ANSWERING, *, modules: Sequence[str] = ()) -> None:
        self.script = script
        self.modules = modules

    def command(self, address: Address) -> list[str]:
        return [sys.executable, "-I", "-S", "-c", self.script, str(address.port)]

    def environment(self, address: Address) -> Mapping[str, str]:
        return {}

    def ready(self, address: Address, log: str) -> bool:
        return f"listening on {address.port}" in log

    def profiles(self, address: Address) -> dict[str, Profile]:
        return {"sandbox-stub": {"provider": "memory"}}

    def exports(self, address: Address) -> dict[str, str]:
        return {"STUB": address.endpoint}
