"""``python -m cumuli``: the command line."""

from __future__ import annotations

from cumuli.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
