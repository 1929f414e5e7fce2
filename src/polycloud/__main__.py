"""``python -m polycloud``: the command line."""

from __future__ import annotations

from polycloud.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
