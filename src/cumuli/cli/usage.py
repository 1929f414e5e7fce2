"""``UsageError``: what is wrong with a command before anything is done."""

from __future__ import annotations

__all__ = ["UsageError"]


class UsageError(Exception):
    """The command cannot be meant as it was typed."""
