"""``python -m cumuli.sandbox.gogrid``: GoGrid's API on loopback, until it is ended."""

from __future__ import annotations

import argparse
import sys

from cumuli.sandbox.gogrid.account import Settings
from cumuli.sandbox.gogrid.web import GoGridServer


def main() -> int:
    """Serve; gives the exit status."""
    default = Settings()
    parser = argparse.ArgumentParser(prog="python -m cumuli.sandbox.gogrid", description="GoGrid's API on loopback")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--id-after", type=float, default=default.id_after, help="seconds until a server has its id")
    parser.add_argument("--state-after", type=float, default=default.state_after, help="seconds of a change of state")
    parser.add_argument("--public-addresses", type=int, default=default.public_addresses, help="of each datacenter")
    parser.add_argument("--out-of-service", action="store_true", help="answer everything by HTML with status 503")
    given = parser.parse_args()
    settings = Settings(id_after=given.id_after, state_after=given.state_after, public_addresses=given.public_addresses)
    try:
        with GoGridServer(("127.0.0.1", given.port), settings) as server:
            server.out_of_service = given.out_of_service
            print(f"GoGrid at http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201 - what its starter reads
            server.serve_forever()
    except OSError as error:
        sys.stderr.write(f"port {given.port}: {error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
