"""How this package's extras are installed, said for the way in which it is installed itself.

There is no release yet, and a name on an index that is nobody's yet may be a stranger's tomorrow: so whoever
runs from a checkout is told the checkout's way. Installers write down where a package came from (PEP 610).
"""

from __future__ import annotations

import os

__all__ = ["how_to_install"]


def how_to_install(extra: str) -> str:
    """The command that brings an extra, ready to be copied: ``pip install 'cumuli[aws]'``.

    Args:
        extra: ``"aws"``, ``"cli"`` and so on.
    """
    # Only what goes wrong comes here.
    import json
    import shlex
    from importlib.metadata import PackageNotFoundError, distribution
    from urllib.parse import unquote, urlsplit

    url, editable = "", False
    try:
        origin = json.loads(distribution("cumuli").read_text("direct_url.json") or "{}")
        url = str(origin["url"]) if "dir_info" in origin else ""
        editable = bool(origin.get("dir_info", {}).get("editable"))
    except (PackageNotFoundError, LookupError, TypeError, ValueError, AttributeError):
        # Not installed, or by something that writes no such file.
        url = ""
    if not url.startswith("file:"):
        return f"pip install 'cumuli[{extra}]'"
    place = unquote(urlsplit(url).path)
    if os.name == "nt":
        # A drive comes after the first slash.
        place = place.lstrip("/")
    # Always quoted: a shell reads brackets as a pattern.
    return f"pip install {'--editable ' if editable else ''}{shlex.quote(f'{place}[{extra}]')}"
