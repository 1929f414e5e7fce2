"""The command line ``polycloud``, of the extra ``polycloud[cli]``. Thin: it works through the sync clients."""

from __future__ import annotations

import importlib.util
import sys

__all__ = ["main"]


def main() -> int:
    """Run the command that the arguments of this process name.

    Returns:
        The exit status; ``polycloud --help`` tells what each means.
    """
    missing = [name for name in ("cyclopts", "rich") if importlib.util.find_spec(name) is None]
    if missing:
        sys.stderr.write(
            f"The command line needs {' and '.join(missing)}, which polycloud alone does not bring. "
            "Run: pip install 'polycloud[cli]'\n"
        )
        return 2
    from polycloud.cli.app import run

    return run(sys.argv[1:])
