"""asyncssh, which comes with the extra ``ssh``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from cumuli.errors import ConfigurationError
from cumuli.extras import how_to_install
from cumuli.secret import Secret

__all__ = ["check_keys", "check_library"]


def check_library() -> None:
    """Tell a missing extra before anything is made.

    Raises:
        ConfigurationError: asyncssh is not installed.
    """
    if find_spec("asyncssh") is None:
        raise ConfigurationError(f"SSH needs asyncssh, which comes with the extra ssh: {how_to_install('ssh')}")


def check_keys(keys: Sequence[str | Secret], password: Secret | None) -> None:
    """Tell keys that cannot be read before anything is made.

    Raises:
        ConfigurationError: One cannot be read, or opened.
    """
    from cumuli.runtime.ssh.link import private_key

    for key in keys:
        private_key(key, password)
