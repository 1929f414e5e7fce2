"""The servers that the sandbox knows, by name. To add one: a module with a ``SERVER``, and its name here."""

from __future__ import annotations

import importlib
from difflib import get_close_matches
from typing import cast

from cumuli.errors import ConfigurationError
from cumuli.sandbox.server import Server

__all__ = ["ALIASES", "EVERY", "LARGE", "NAMES", "ON_REQUEST", "server_named"]

NAMES = ("ec2", "gogrid", "s3", "swift")
"""Those that are meant where none is said: they start in seconds."""
ON_REQUEST = ("machines", "openstack", "rackspace")
"""Those that have to be asked for by name: they need to be installed first, or take long to start."""
LARGE = ("machines", "openstack")
"""Those of them that need something large, which nobody is made to install unasked: ``Server.lacking``."""
ALIASES = {"cloudfiles": "swift"}
"""Other names: Cloud Files is Swift, which has a profile for each."""
EVERY = (*NAMES, *ALIASES, *ON_REQUEST)


def server_named(name: str) -> Server:
    """The server of this name.

    Raises:
        ConfigurationError: There is none.
    """
    if name not in EVERY:
        close = get_close_matches(name, EVERY, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ConfigurationError(f"the sandbox has no server {name!r}; it has: {', '.join(EVERY)}{hint}")
    return cast("Server", importlib.import_module(f"cumuli.sandbox.servers.{ALIASES.get(name, name)}").SERVER)
