"""What a machine's console tells of it."""

from __future__ import annotations

import re

__all__ = ["host_keys_in"]

# cloud-init prints the keys that it made between these lines (cloudinit/config/cc_keys_to_console.py).
KEYS = re.compile(r"-----BEGIN SSH HOST KEY KEYS-----(.*?)-----END SSH HOST KEY KEYS-----", re.DOTALL)
# A console may put a time or the name of a service before each line.
KEY = re.compile(r"((?:ssh-|ecdsa-sha2-)[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2})(?:\s|$)")


def host_keys_in(console: str) -> tuple[str, ...]:
    """The SSH host keys that cloud-init told at the machine's latest start that shows any, in OpenSSH form."""
    blocks = KEYS.findall(console)
    return tuple(KEY.findall(blocks[-1])) if blocks else ()
