"""The error of a client that was closed, the same wherever it is noticed."""

from __future__ import annotations

from cumuli.errors import ConfigurationError

__all__ = ["closed_error"]


def closed_error() -> ConfigurationError:
    """What calls of a closed client raise."""
    return ConfigurationError("this client is closed; make a new one")
