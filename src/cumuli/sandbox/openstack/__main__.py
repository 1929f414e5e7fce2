"""``python -m cumuli.sandbox.openstack``: OpenStack on loopback, until it is ended."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from cumuli.sandbox.openstack.cloud import Cloud
from cumuli.sandbox.openstack.layout import Layout, free_ports


def main() -> int:
    """Serve; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m cumuli.sandbox.openstack", description="OpenStack on loopback")
    parser.add_argument("--port", type=int, required=True, help="of Keystone; the others choose theirs")
    parser.add_argument("--folder", type=Path, required=True, help="for what this run keeps")
    parser.add_argument("--cache", type=Path, required=True, help="where its environment and its snapshot are")
    given = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _ended)
    ports = {**free_ports(), "keystone": given.port}
    cloud = Cloud(Layout(ports=ports, home=given.cache, folder=given.folder, kept="sandbox.tar"))
    try:
        cloud.start()
        print(f"OpenStack at {cloud.layout.url('keystone')}", flush=True)
        while True:
            signal.pause()
    finally:
        cloud.kill()


def _ended(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    raise SystemExit(main())
