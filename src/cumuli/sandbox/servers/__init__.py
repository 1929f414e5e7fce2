"""The servers that the sandbox knows, by name. To add one: a module with a ``SERVER``, and a line here."""

from __future__ import annotations

import importlib
from typing import cast

from cumuli.errors import ConfigurationError
from cumuli.sandbox.server import Server

__all__ = ["NAMES", "server_named"]

NAMES = ("ec2", "gogrid", "s3", "swift")


def server_named(name: str) -> Server:
    """The server of this name.

    Raises:
        ConfigurationError: There is none.
    """
    if name not in NAMES:
        raise ConfigurationError(f"the sandbox has no server {name!r}; it has: {', '.join(NAMES)}")
    return cast("Server", importlib.import_module(f"cumuli.sandbox.servers.{name}").SERVER)
