"""``python -m cumuli.sandbox.swift``: OpenStack Swift on loopback, until it is ended."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cumuli.errors import ConfigurationError
from cumuli.sandbox.swift.daemons import serve


def main() -> int:
    """Serve; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m cumuli.sandbox.swift", description="OpenStack Swift on loopback")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="an empty folder for all that it keeps")
    given = parser.parse_args()
    try:
        serve(given.folder.resolve(), given.port)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"port {given.port}: {error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
