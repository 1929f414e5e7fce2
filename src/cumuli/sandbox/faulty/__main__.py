"""``python -m cumuli.sandbox.faulty``: a faulty link before a server on loopback, until it is ended."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from cumuli.errors import ConfigurationError
from cumuli.sandbox.faulty.plan import Seeded
from cumuli.sandbox.faulty.proxy import Manner, Proxy
from cumuli.sandbox.faulty.server import PORTS
from cumuli.sandbox.faulty.words import read_faults


async def serve(proxy: Proxy, doors: dict[int, int], home: Path) -> None:
    """Serve until the process is ended."""
    ports = await proxy.listen(doors)
    (home / PORTS).write_text(json.dumps(ports), encoding="utf-8")
    print(f"A faulty link at {proxy.link.endpoint}", flush=True)  # noqa: T201 - what its starter reads
    await asyncio.Event().wait()


def main() -> int:
    """Serve; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m cumuli.sandbox.faulty", description="A faulty link on loopback")
    parser.add_argument("--kind", default="", help="whose answers it gives: a name of the sandbox")
    parser.add_argument("--faults", required=True, help="what goes wrong: slow=40ms,503=0.05")
    parser.add_argument("--seed", type=int, default=0, help="what that follows from")
    parser.add_argument("--home", type=Path, required=True, help="a folder for what it tells its starter")
    parser.add_argument("doors", nargs="+", help="a port of the server and one of the link's, with a colon between")
    given = parser.parse_args()
    doors = {int(port): int(own) for port, own in (door.split(":") for door in given.doors)}
    try:
        faults = read_faults(given.faults)
        manner = Manner(bandwidth=faults.bandwidth, idle=faults.idle, clock=faults.clock)
        proxy = Proxy(Seeded(given.kind, faults, given.seed), manner, lambda line: print(line, flush=True))  # noqa: T201
        asyncio.run(serve(proxy, doors, given.home))
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
