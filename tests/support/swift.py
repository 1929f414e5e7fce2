"""The sandbox's Swift from behind: what takes minutes by its front door."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from cumuli.sandbox import SandboxServer
from cumuli.sandbox.server import Address
from cumuli.sandbox.servers.swift import SwiftSandbox

__all__ = ["GUEST", "SMALL_PAGE", "SmallSwift", "filler"]

GUEST = "sandbox:guest"
SMALL_PAGE = 3

# By Swift's own code, in a process of its own, since that code brings eventlet along.
ENTER = """\
import json, sys, time
from pathlib import Path
from swift.common.utils import Timestamp
from swift.container.backend import ContainerBroker

container, folder = sys.argv[1:]
names = json.load(sys.stdin)
for path in Path(folder).rglob("*.db"):
    broker = ContainerBroker(str(path))
    if broker.get_info()["container"] == container:
        entries = [
            {"name": name, "created_at": Timestamp.now().internal, "size": 0, "content_type": "text/plain",
             "etag": "d41d8cd98f00b204e9800998ecf8427e", "deleted": 0, "storage_policy_index": 0}
            for name in names
        ]
        broker.merge_items(entries)
        print(len(entries))
"""


def filler(server: SandboxServer) -> Callable[[str, Iterable[str]], None]:
    """Enters names into a container's listing, with nothing behind them: 12,345 in a second, and not two minutes."""

    def fill(container: str, names: Iterable[str]) -> None:
        [folder] = Path(server.log).parent.glob("data-*/devices/d1/containers")
        wanted = list(names)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", ENTER, container, str(folder)],
            input=json.dumps(wanted),
            capture_output=True,
            text=True,
        )
        assert done.stdout == f"{len(wanted)}\n", done.stderr

    return fill


# A page of a listing has three names, and a second user has what containers' access lists give him.
SMALL = """\
import sys
from pathlib import Path
from cumuli.sandbox.swift import daemons, settings

settings.COMMON += "\\n[swift-constraints]\\ncontainer_listing_limit = 3\\n"
admin = "user_sandbox_demo = {key} .admin"
assert admin in settings.PROXY
settings.PROXY = settings.PROXY.replace(admin, admin + "\\nuser_sandbox_guest = {key}")
daemons.serve(Path(sys.argv[1]).resolve(), int(sys.argv[2]))
"""


class SmallSwift(SwiftSandbox):
    """The sandbox's Swift, whose limits tests can reach, with a second user (``GUEST``, with the same key)."""

    name = "small-swift"

    def command(self, address: Address) -> list[str]:
        folder = address.home / f"data-{address.port}"
        folder.mkdir()
        return [sys.executable, "-c", SMALL, str(folder), str(address.port)]
